import Registry
import Web

/// An application's domains: what to publish for each, how far each has come, and what else could be proved.
struct DomainsPage {
    enum Problem {
        case tooMany(Int)
        case notFound(DomainName, [DomainProof.Way: Sighting])
    }

    let visit: Visit
    let application: Application
    let proofs: [DomainProof]
    let candidates: [DomainName]
    var problem: Problem?

    private var problems: [FieldProblem] {
        switch problem {
        case nil: []
        case .tooMany(let limit):
            [
                FieldProblem(
                    field: "more-h",
                    message: "You can verify up to \(limit) domains. Remove one first"
                )
            ]
        case .notFound(let domain, _):
            [
                FieldProblem(
                    field: domain.anchor,
                    message: "\(domain) could not be verified. Here is what we found"
                )
            ]
        }
    }

    var page: Page {
        let title = "Domains of \(application.displayName)"
        let frame = Page.Frame.partners(signedIn: true, current: .applications)
        return Page(title, frame, problems: problems, script: .forms) {
            if problems.isEmpty { Notice(text: DomainDone(visit)?.sentence) }
            div(.class("heading")) {
                ApplicationMark(application, visit.home)
                h1 {
                    "Domains of "
                    bdi { application.displayName }
                }
            }
            p {
                """
                Show once that a domain is yours. Customers who will be sent there then read “Verified: your domain”; \
                wherever else you send them, they read “Not verified”.
                """
            }
            for proof in proofs {
                DomainCard(visit: visit, application: application, proof: proof, seen: sightings(of: proof))
            }
            more
            p { a(.href(visit.path("applications", application.id.text))) { "Back to the application" } }
        }
    }

    private func sightings(of proof: DomainProof) -> [DomainProof.Way: Sighting] {
        guard case .notFound(proof.domain, let seen) = problem else { return [:] }
        return seen
    }

    private var more: HTML {
        section(.class("card"), .aria("labelledby", "more-h")) {
            h2(.id("more-h"), .tabindex(-1)) { "Verify a domain" }
            if candidates.isEmpty {
                p {
                    proofs.isEmpty
                        ? "There is none to verify yet: add a redirect URI that starts with https://."
                        : "Your redirect URIs and your website have no other domain."
                }
            } else {
                p(.class("note")) { "From your redirect URIs and your website:" }
                ul(.class("rows")) { for domain in candidates { row(domain) } }
            }
        }
    }

    private func row(_ domain: DomainName) -> HTML {
        li {
            div { bdi(.dir(.leftToRight)) { domain.text } }
            form(.method("post"), .action(visit.path(below: application, "domains"))) {
                SealField(seal: visit.seal(for: .partner))
                input(.type("hidden"), .name("domain"), .value(domain.text))
                button(.class("btn small")) {
                    "Verify"
                    span(.class("vh")) { " \(domain)" }
                }
            }
        }
    }
}

/// Asks before a proof is taken away.
struct RemoveProofPage {
    let visit: Visit
    let application: Application
    let proof: DomainProof

    var page: Page {
        Page("Remove a domain", .partners(signedIn: true, current: .applications)) {
            h1 { "Remove this domain?" }
            p { code { proof.domain.text } }
            p {
                """
                Customers no longer read that it is verified. Connections stay as they are. If you verify it again, you \
                publish another text.
                """
            }
            form(
                .class("row"),
                .method("post"),
                .action(visit.path(below: application, "domains/remove"))
            ) {
                SealField(seal: visit.seal(for: .partner))
                input(.type("hidden"), .name("domain"), .value(proof.domain.text))
                button(.class("btn danger")) { "Remove this domain" }
                a(.class("btn"), .href(visit.path(below: application, "domains"))) { "Keep it" }
            }
        }
    }
}

/// The verified domains on an application's page.
struct DomainsSection: Component {
    let visit: Visit
    let application: Application
    let role: MemberRole

    var body: HTML {
        section(.class("card"), .id("domains"), .aria("labelledby", "domains-h")) {
            div(.class("heading")) {
                h2(.id("domains-h")) { "Domains" }
                if role >= .developer {
                    a(.class("btn small"), .href(visit.path(below: application, "domains"))) {
                        "Verify domains"
                    }
                }
            }
            if application.proofs.isEmpty {
                p {
                    """
                    No domain is verified yet. When one is, customers who return to it read so on the consent screen.
                    """
                }
            } else {
                ul(.class("rows")) { for proof in application.proofs { row(proof) } }
            }
        }
    }

    private func row(_ proof: DomainProof) -> HTML {
        li {
            div {
                bdi(.dir(.leftToRight)) { proof.domain.text }
                if let finding = proof.finding {
                    p(.class("note")) {
                        "Holds until "
                        Day(finding.endsAt)
                    }
                }
            }
            DomainTag(proof: proof)
        }
    }
}
