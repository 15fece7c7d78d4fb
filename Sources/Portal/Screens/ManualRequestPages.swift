import FoundationEssentials
import Registry
import Web

/// One request, and what can be done about it.
struct ManualRequestPage {
    let visit: Visit
    let request: ManualRequest
    let application: Application

    private var now: Date { visit.registry.now() }
    private var place: Path { visit.path("admin", "manual-tokens", request.reference) }

    private var notice: String? {
        switch visit.queryValue("done") {
        case "asked": "The customer is asked by e-mail."
        case "ended": "The request is ended."
        default: nil
        }
    }

    var page: Page {
        Page("Request \(request.reference)", .administrators) {
            Notice(text: notice)
            div(.class("heading")) {
                ApplicationMark(application, visit.home)
                h1 { "Request \(request.reference)" }
                ManualStateTag(request: request, now: now)
            }
            facts
            actions
            p { a(.href(visit.path("admin", "manual-tokens"))) { "All tokens by hand" } }
        }
    }

    private var facts: HTML {
        dl(.class("facts")) {
            fact("Application") {
                a(.href(visit.path("admin", "applications", application.id.text))) {
                    bdi { application.displayName }
                }
            }
            fact("Customer") { bdi(.dir(.leftToRight)) { request.email.text } }
            fact("Asked by") { bdi(.dir(.leftToRight)) { request.askedBy.email.text } }
            fact("Asked on") { Moment(CalendarText(request.askedAt)) }
            if !request.reason.isEmpty { fact("Why") { bdi { request.reason } } }
            if let admin = request.admin, let date = request.customerAskedAt {
                fact("Customer asked") {
                    Moment(CalendarText(date))
                    " by "
                    bdi { admin.name }
                }
            }
            if let end = request.expiry { fact("Waits until") { Moment(CalendarText(end)) } }
            if let date = request.allowedAt { fact("Allowed on") { Moment(CalendarText(date)) } }
            if let date = request.collectedAt {
                fact(request.isByLetter ? "Mailed on" : "Collected on") {
                    Moment(CalendarText(date))
                    if let person = request.collectedBy {
                        " by "
                        bdi(.dir(.leftToRight)) { person.email.text }
                    }
                }
            }
        }
    }

    private var actions: HTML {
        div(.class("row")) {
            if request.state == .asked {
                a(
                    .class("btn primary"),
                    .href(
                        visit.path("admin", "manual-tokens", "new").with(query: [
                            ("request", request.reference)
                        ])
                    )
                ) { "Look at this request" }
            }
            if request.state == .waiting {
                form(.method("post"), .action(place.appending("again"))) {
                    SealField(seal: visit.seal(for: .admin))
                    button(.class("btn")) { "Ask again" }
                }
            }
            if request.mayBeEnded {
                a(.class("btn"), .href(place.appending("end"))) {
                    switch request.state {
                    case .asked: "Decline"
                    case .collected: "Revoke the token"
                    default: "Withdraw"
                    }
                }
            }
        }
    }
}

/// One request in a list.
struct ManualRequestRow: Component {
    let request: ManualRequest
    let visit: Visit

    var body: HTML {
        li {
            div {
                p {
                    a(.href(visit.path("admin", "manual-tokens", request.reference))) {
                        strong { "Request \(request.reference)" }
                    }
                    " "
                    ManualStateTag(request: request, now: visit.registry.now())
                }
                p(.class("note")) {
                    "Data of "
                    bdi(.dir(.leftToRight)) { request.email.text }
                    ", asked by "
                    bdi { request.askedBy.name }
                    " on "
                    Day(request.askedAt)
                }
            }
        }
    }
}

/// Partners' requests in the administrators' queue (ux A15).
struct TokenRequestsWaiting: Component {
    let requests: [ManualRequest]
    let visit: Visit

    var body: HTML {
        if !requests.isEmpty {
            section(.class("card"), .aria("labelledby", "token-requests-h")) {
                h2(.id("token-requests-h")) { "Requests for a token (\(requests.count))" }
                ul(.class("rows")) {
                    for request in requests { ManualRequestRow(request: request, visit: visit) }
                }
            }
        }
    }
}
