import FoundationEssentials
import Registry
import Web

/// The secrets of an application: everything about them but the secret (ux A8).
struct SecretsSection: Component {
    let visit: Visit
    let application: Application
    let role: MemberRole
    let secrets: [ClientSecret]

    private var mayChange: Bool { role >= .owner }

    var body: HTML {
        section(.class("card"), .id("secrets"), .aria("labelledby", "secrets-h")) {
            div(.class("heading")) {
                h2(.id("secrets-h")) { "Client secrets" }
                if mayChange {
                    a(
                        .class("btn small"),
                        .href(visit.path("applications", application.id.text, "secrets", "new"))
                    ) { "Create a new secret" }
                }
            }
            if !secrets.contains(where: \.isLive) {
                p(.class("callout bad")) {
                    "No secret works. Your software gets no tokens until it has a new one."
                }
            }
            LabelledTable(
                id: "secrets-c",
                caption: "Client secrets, table",
                columns: ["Secret", "State", "Created", "Last used", "Stops working"]
                    + (mayChange ? ["Action"] : []),
                rows: secrets.map(row)
            )
        }
    }

    private func row(_ secret: ClientSecret) -> [LabelledTable.Cell] {
        [
            .heading {
                code { "…\(secret.hint)" }
                if !secret.label.isEmpty {
                    br()
                    bdi { secret.label }
                }
            },
            .init { state(secret) },
            .init {
                Moment(CalendarText(secret.createdAt))
                p(.class("note")) {
                    "by "
                    bdi { secret.createdByEmail ?? visit.brand.displayName }
                }
            },
            .init { SecretUse(secret: secret) },
            .init { end(secret) },
            .init { actions(secret) },
        ]
    }

    @HTMLBuilder private func state(_ secret: ClientSecret) -> HTML {
        switch secret.state {
        case .live where secret.endsAt != nil: span(.class("tag warn")) { "Being replaced" }
        case .live: span(.class("tag ok")) { "Active" }
        case .ended: span(.class("tag idle")) { "Ended" }
        case .revoked: span(.class("tag idle")) { "Revoked" }
        }
    }

    @HTMLBuilder private func end(_ secret: ClientSecret) -> HTML {
        switch secret.state {
        case .revoked(let date): Moment(CalendarText(date))
        case .live, .ended:
            if let end = secret.endsAt { Moment(CalendarText(end)) } else { "No end date" }
        }
    }

    @HTMLBuilder private func actions(_ secret: ClientSecret) -> HTML {
        let steps: [(verb: String, hidden: String, step: String)] =
            if secret.isLive {
                [("Set end date", " of the", "end"), ("Revoke", " the", "revoke")]
            } else if secret.leavesTokens {
                [("Revoke its tokens", ", of the", "tokens")]
            } else {
                []
            }
        if !steps.isEmpty {
            ul(.class("links")) {
                for (verb, hidden, step) in steps {
                    li {
                        a(.href(visit.path("applications", application.id.text, "secrets", secret.id, step)))
                        {
                            verb
                            span(.class("vh")) { "\(hidden) secret ending \(secret.hint)" }
                        }
                    }
                }
            }
        }
    }
}

/// When a secret was last used, how often, and whether anything would miss it.
private struct SecretUse: Component {
    let secret: ClientSecret

    var body: HTML {
        if let use = secret.lastUsedAt {
            Moment(CalendarText(use))
            p(.class("note")) {
                if let address = secret.lastUsedFrom { "from \(address) · " }
                "\(counted(secret.recentUses.count, "use")) in the last 24 hours"
            }
        } else if secret.verdict == nil {
            "Never"
        }
        if let verdict = secret.verdict { verdictTag(verdict) }
    }

    private func verdictTag(_ verdict: ClientSecret.Verdict) -> HTML {
        switch verdict {
        case .neverUsed: span(.class("tag idle")) { "Never used" }
        case .safeToRetire: span(.class("tag ok")) { "Safe to retire" }
        case .stillUsed(let addresses):
            span(.class("tag")) {
                "Still used by \(counted(addresses, "address", "addresses"))"
            }
        }
    }
}

/// Where customers may be sent back, and a form to add an address.
struct RedirectURIsSection: Component {
    let visit: Visit
    let application: Application
    /// Added, and not yet approved.
    let waiting: [RedirectURI]
    let role: MemberRole
    let uses: [String: Date]

    /// What the last authorization request came to.
    let last: Activity?
    let problems: [FieldProblem]
    let typed: String

    private var mayChange: Bool { role >= .developer }

    var body: HTML {
        section(.class("card"), .id("redirect-uris"), .aria("labelledby", "uris-h")) {
            h2(.id("uris-h")) { "Redirect URIs" }
            if application.redirectURIs.isEmpty, waiting.isEmpty {
                p { "There are none yet. Customers cannot connect until you add one." }
            } else {
                ul(.class("rows")) {
                    for uri in application.redirectURIs { row(uri) }
                    for uri in waiting { row(uri, waits: true) }
                }
            }
            otherAddress
            nearMiss
            if mayChange { addition }
            p(.class("note")) {
                "Did a customer tell you an error and a reference? "
                a(.href(ActivityScreens.path(application, visit))) { "Look it up" }
                "."
            }
        }
    }

    private var addition: HTML {
        form(
            .class("stack"),
            .method("post"),
            .action(visit.path("applications", application.id.text, "redirect-uris")),
            .novalidate
        ) {
            SealField(seal: visit.seal(for: .partner))
            TextField(
                id: "redirect-uri",
                label: "Add an address",
                type: "url",
                value: typed,
                hint: """
                    Starts with https://; on this computer also http://127.0.0.1, and for an installed app its own \
                    scheme. \(visit.tenant.policy.redirectMatch.sentence)
                    """,
                direction: .leftToRight,
                problems: problems
            )
            div(.class("row")) { button(.class("btn")) { "Add this address" } }
        }
    }

    private func row(_ uri: RedirectURI, waits: Bool = false) -> HTML {
        li {
            div {
                code { uri.text }
                p(.class("note")) {
                    if waits {
                        span(.class("tag idle")) {
                            span(.aria("hidden", "true")) { "…" }
                            " Waits for approval"
                        }
                    } else if let use = uses[uri.text] {
                        "Last used on "
                        Moment(CalendarText(use))
                        ", \(ago(use, at: visit.registry.now()))"
                    } else {
                        "Never used"
                    }
                }
            }
            if mayChange { removal(of: uri) }
        }
    }

    private func removal(of uri: RedirectURI) -> HTML {
        a(
            .class("btn small"),
            .href(
                visit.path("applications", application.id.text, "redirect-uris", "remove")
                    .with(query: [("uri", uri.text)])
            )
        ) {
            "Remove"
            span(.class("vh")) { " \(uri.text)" }
        }
    }

    /// The last request named an address that is not on the list.
    @HTMLBuilder private var otherAddress: HTML {
        if let last, case .unregisteredAddress(let sent, _) = last.cause,
            let repair = last.repair(of: application), repair != .registered
        {
            div(.class("callout warn")) {
                p {
                    "The last request used a different address: "
                    code { sent.text }
                }
                p {
                    a(.href(ActivityScreens.path(last, of: application, visit))) { "See what was different" }
                }
            }
        }
    }

    /// Two addresses that differ in a final slash are different, and easily taken for one another.
    @HTMLBuilder private var nearMiss: HTML {
        if let added = visit.queryValue("near"),
            application.redirectURIs.contains(where: { $0.text.isByteForByte(added) }),
            let twin = application.redirectURIs.first(where: { $0.isNearMiss(of: added) })
        {
            div(.class("callout warn")) {
                p {
                    "Same as "
                    code { twin.text }
                    " except for the final “/”. These are two different addresses; keep both only if you need both."
                }
            }
        }
    }
}

/// Asks before an address is taken off the list.
struct RemoveRedirectURIPage {
    let visit: Visit
    let application: Application
    let uri: RedirectURI

    var page: Page {
        Page("Remove a redirect URI", .partners(signedIn: true, current: .applications)) {
            h1 { "Remove this redirect URI?" }
            p { code { uri.text } }
            p {
                "Customers can no longer be sent back there. Sign-ins under way through it end without access."
            }
            form(
                .class("row"),
                .method("post"),
                .action(visit.path("applications", application.id.text, "redirect-uris", "remove"))
            ) {
                SealField(seal: visit.seal(for: .partner))
                input(.type("hidden"), .name("redirect_uri"), .value(uri.text))
                button(.class("btn danger")) { "Remove this address" }
                a(.class("btn"), .href(visit.path("applications", application.id.text))) { "Keep it" }
            }
        }
    }
}
