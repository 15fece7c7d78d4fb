import Registry
import Web

extension DomainName {
    /// The heading of its card.
    var anchor: String { "domain-" + text.replacing(".", with: "-") }
}

/// One domain: whether it is verified, and what is to be published.
struct DomainCard: Component {
    let visit: Visit
    let application: Application
    let proof: DomainProof
    let seen: [DomainProof.Way: Sighting]

    private var anchor: String { proof.domain.anchor }

    var body: HTML {
        section(.class("card"), .aria("labelledby", anchor)) {
            div(.class("heading")) {
                h2(.id(anchor), .tabindex(-1)) { bdi(.dir(.leftToRight)) { proof.domain.text } }
                DomainTag(proof: proof)
            }
            if let finding = proof.finding {
                p {
                    "Found on "
                    Day(finding.date)
                    " \(finding.way.place). It holds until "
                    Day(finding.endsAt)
                    """
                    . We look once a day: each time it is found a new year begins, and once it is gone for three days the \
                    domain is no longer verified. \(finding.way.reach(of: proof.domain))
                    """
                }
                details {
                    summary { "What you published" }
                    instructions
                }
            } else {
                instructions
            }
            div(.class("row")) {
                check
                a(
                    .class("btn danger"),
                    .href(
                        visit.path(below: application, "domains/remove")
                            .with(query: [("domain", proof.domain.text)])
                    )
                ) {
                    "Remove"
                    span(.class("vh")) { " \(proof.domain)" }
                }
            }
        }
    }

    private var check: HTML {
        form(.method("post"), .action(visit.path(below: application, "domains/check"))) {
            SealField(seal: visit.seal(for: .partner))
            input(.type("hidden"), .name("domain"), .value(proof.domain.text))
            button(.class("btn primary")) {
                "Check now"
                span(.class("vh")) { " whether \(proof.domain) is verified" }
            }
        }
    }

    private var instructions: HTML {
        div(.class("stack")) {
            h3 { "Either a TXT record" }
            sighting(.record)
            p(.class("note")) { DomainProof.Way.record.reach(of: proof.domain) }
            value("name", "Name", proof.recordName)
            value("record", "Value", proof.text)
            h3 { "Or a file on the host" }
            sighting(.file)
            p(.class("note")) { DomainProof.Way.file.reach(of: proof.domain) }
            value("file", "Address", "https://\(proof.domain)\(ProofFileAccess.path)")
            value("line", "What it says", proof.text)
        }
    }

    private func value(_ kind: String, _ label: String, _ text: String) -> HTML {
        let id = "\(anchor)-\(kind)"
        return div {
            p(.class("note")) { label }
            div(.class("row")) {
                code(.id(id)) { text }
                CopyRow(id: id, what: "\(label.lowercased()) for \(proof.domain)")
            }
        }
    }

    @HTMLBuilder private func sighting(_ way: DomainProof.Way) -> HTML {
        if let sighting = seen[way] {
            div(.class("callout warn")) {
                p { sighting.sentence(about: proof, way) }
                if !sighting.texts.isEmpty {
                    ul(.class("bullets")) {
                        for text in sighting.texts.prefix(5) {
                            li { code(.dir(.leftToRight)) { text.shortened } }
                        }
                    }
                }
            }
        }
    }
}

/// Verified or not yet, in words.
struct DomainTag: Component {
    let proof: DomainProof

    var body: HTML {
        if proof.finding == nil {
            span(.class("tag idle")) {
                span(.aria("hidden", "true")) { "…" }
                " Not verified yet"
            }
        } else {
            span(.class("tag ok")) {
                span(.aria("hidden", "true")) { "✓" }
                " Verified"
            }
        }
    }
}

extension DomainProof.Way {
    var place: String {
        switch self {
        case .record: "in a TXT record"
        case .file: "in a file"
        }
    }

    func reach(of domain: DomainName) -> String {
        switch self {
        case .record: "A record verifies \(domain) and every host below it."
        case .file: "A file verifies \(domain) and no other host."
        }
    }
}

extension Sighting {
    func sentence(about proof: DomainProof, _ way: DomainProof.Way) -> String {
        let place = way == .record ? proof.recordName : proof.domain.text
        return switch self {
        case .texts(let texts) where texts.isEmpty:
            way == .record ? "\(place) has no TXT record." : "The file is empty."
        case .texts: way == .record ? "\(place) says something else:" : "The file says something else:"
        case .noSuchName:
            "There is no \(place) in the DNS."
                + (way == .record ? " A new record can take an hour to be seen." : "")
        case .noAnswer: "No name server answered about \(place) in time. Try again in a few minutes."
        case .busy: "We look for other proofs at the moment. Try again in a few seconds."
        case .notPublic: "\(place) leads to an address that is not public, so we did not connect to it."
        case .status(let status):
            "\(place) answered with status \(status), where 200 is needed. Redirects do not count."
        case .tooLong: "The file is longer than \(ProofFileAccess.maxBytes) bytes."
        case .unreachable(let problem): "\(place) could not be read over https: \(problem)."
        }
    }
}

extension String {
    /// As much as is needed to know it again.
    var shortened: String { utf8.count <= 120 ? self : String(prefix(100)) + "…" }
}
