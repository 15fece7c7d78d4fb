import FoundationEssentials
import Registry
import Web

/// One connection: what it can do, since when, and what became of it.
struct ConnectionDetail: Component {
    let connection: Connected
    let history: [ConsentStep]
    let now: Date

    private var grant: ConsentGrant { connection.grant }
    private var isLive: Bool { grant.isLive(at: now) }
    private var visit: Visit { connection.visit }

    var body: HTML {
        div(.class("heading")) {
            connection.mark
            h1 { bdi { connection.name } }
            VerifiedTag(application: connection.application, tenantName: visit.brand.displayName)
            if isLive { UnusedTag(grant: grant, now: now) }
        }
        p {
            connection.publisher
            ". "
            connection.sinceThen
        }
        if let request = connection.byHand { onBehalf(request) }
        if !isLive {
            div(.class("callout")) {
                p { strong { "It is disconnected." } }
                p {
                    "It cannot use \(visit.brand.dataDescription) any more. What you were shown is kept below."
                }
            }
        }
        if isLive { permissions }
        facts
        ConnectionHistory(connection: connection, steps: history)
        if isLive { disconnection }
    }

    private func onBehalf(_ request: ManualRequest) -> HTML {
        p {
            "Connected by \(visit.brand.displayName) on your behalf on "
            Day(request.allowedAt ?? grant.grantedAt)
            " (request "
            code { request.reference }
            "). "
            IssuedByHand(request: request)
            "."
        }
    }

    private var permissions: HTML {
        section(.class("card"), .aria("labelledby", "can")) {
            h2(.id("can")) { "It is able to" }
            if grant.scopes.isEmpty {
                p { "It only learns that you have an account here (a number, not your name)." }
            } else {
                ScopeList(scopes: grant.scopes, tenant: visit.tenant, language: visit.language.language)
                p {
                    a(.class("btn small"), .href(connection.path("narrow"))) { "Take permissions back" }
                }
            }
        }
    }

    private var facts: HTML {
        dl(.class("facts")) {
            if let company = grant.company { fact("For your company") { bdi { company.text } } }
            fact("Connected on") { Moment(CalendarText(grant.grantedAt)) }
            if let ended = grant.endedAt { fact("Ended on") { Moment(CalendarText(ended)) } }
            if isLive {
                fact("Access lasts") {
                    if let end = grant.endsAt {
                        "Until "
                        Moment(CalendarText(end))
                    } else {
                        "Until you disconnect it"
                    }
                }
            }
            fact("Last used") { LastUse(grant: grant, now: now) }
            if let redirectURI = grant.redirectURI {
                fact("You returned to") {
                    bdi(.dir(.leftToRight)) { redirectURI.place }
                    if let shown = connection.agreed?.receipt.shown { PlaceTag(agreed: shown) }
                }
            }
            if let policy = connection.application.profile.privacyPolicy.flatMap(ExternalLink.init) {
                fact("Privacy policy") {
                    outsideLink(policy) {
                        "Opens "
                        bdi(.dir(.leftToRight)) { policy.host ?? policy.text }
                    }
                }
            }
        }
    }

    private var disconnection: HTML {
        div(.class("row")) {
            a(.class("btn danger"), .href(connection.path("disconnect"))) {
                Naming("Disconnect", connection.name)
            }
            a(.href(visit.path("report", connection.application.id.text))) { "Report this application" }
        }
    }
}

/// What became of the permissions, the latest first.
private struct ConnectionHistory: Component {
    let connection: Connected
    let steps: [ConsentStep]

    var body: HTML {
        if !steps.isEmpty {
            section(.class("card"), .aria("labelledby", "history")) {
                h2(.id("history")) { "What you allowed, and when" }
                ul(.class("rows")) {
                    for (place, step) in steps.enumerated() {
                        item(step, after: steps.dropFirst(place + 1).first?.scopes ?? ScopeSet())
                    }
                }
            }
        }
    }

    private func item(_ step: ConsentStep, after earlier: ScopeSet) -> HTML {
        li {
            div {
                p {
                    strong { words(step) }
                    " – "
                    Moment(CalendarText(step.at))
                }
                if step.kind != .ended && step.kind != .lapsed {
                    list("Added", step.scopes.subtracting(earlier), at: step.at)
                    list("Taken back", earlier.subtracting(step.scopes), at: step.at)
                }
            }
            if step.hasReceipt {
                a(.class("btn small"), .href(connection.path("receipts").appending(step.id))) {
                    "Receipt"
                    span(.class("vh")) { " of \(CalendarText(step.at).full)" }
                }
            }
        }
    }

    /// What allows more by now was not told in today's words; the receipt has those of then.
    @HTMLBuilder private func list(_ label: String, _ scopes: ScopeSet, at moment: Date) -> HTML {
        let changed = connection.visit.tenant.widened(scopes, since: moment)
        let sentences = connection.visit.sentences(of: scopes.subtracting(changed))
        if !sentences.isEmpty {
            p(.class("note")) {
                "\(label): "
                SaidTogether(sentences: sentences)
            }
        }
        for name in changed.names {
            p(.class("note")) {
                "\(label), in other words than today: "
                code { name.text }
            }
        }
    }

    private func words(_ step: ConsentStep) -> String {
        switch step.kind {
        case .allowed: "You allowed it"
        case .signedIn: "You signed in with the application itself"
        case .byHand: "Connected by \(connection.visit.brand.displayName) on your behalf"
        case .narrowed: "You took permissions back"
        case .ended: step.evidence == nil ? "It ended" : "You disconnected it"
        case .lapsed: "It ended on the day you had set"
        }
    }
}
