import FoundationEssentials
import Registry
import Web

/// What the partner's and the administrator's pages about requests by hand have in common.

/// A box for each permission that may be given by hand.
struct ByHandChoice: Component {
    let offered: [OfferedScope]
    let chosen: Set<Scope>
    let problems: [FieldProblem]
    var legend = "What it may do"

    var body: HTML {
        if !offered.isEmpty {
            FieldGroup(first: "scope-0", legend: legend, problems: problems) {
                for (place, scope) in offered.enumerated() {
                    Choice(
                        type: "checkbox",
                        name: "scope",
                        value: scope.name.text,
                        words: scope.sentence,
                        id: "scope-\(place)",
                        isOn: chosen.contains(scope.name)
                    )
                }
            }
        }
    }
}

extension ManualRequest {
    var mayBeEnded: Bool { state != .ended && state != .refused }
}

/// Where a request by hand stands, in words.
struct ManualStateTag: Component {
    let request: ManualRequest
    let now: Date

    var body: HTML {
        switch request.state {
        case .asked: tag("idle", "Asked")
        case .waiting where request.isOver(at: now): tag("warn", "The customer did not answer")
        case .waiting: tag("idle", "Waits for the customer")
        case .refused: tag("warn", "The customer said no")
        case .allowed where request.isOver(at: now): tag("warn", "Not collected in time")
        case .allowed: tag("ok", "Ready to collect")
        case .collected: tag("ok", request.isByLetter ? "Mailed" : "Collected")
        case .ended: tag("idle", "Ended")
        }
    }

    private func tag(_ kind: String, _ words: String) -> HTML { span(.class("tag \(kind)")) { words } }
}

/// Asks before a request, and the token it gave, ends.
struct EndRequestPage {
    let visit: Visit
    let request: ManualRequest
    let application: Application
    let action: Path
    let back: Path
    let isAdministrator: Bool

    private var verb: String {
        switch request.state {
        case .collected: "Revoke the token"
        case .asked where isAdministrator: "Decline the request"
        default: "Withdraw the request"
        }
    }

    private var effect: String {
        request.state == .collected
            ? "It stops working at once. The customer’s connection stays; a new token has to be asked for."
            : "No token is given. Links that were mailed stop working."
    }

    var page: Page {
        let title = "\(verb)?"
        let frame: Page.Frame =
            isAdministrator ? .administrators : .partners(signedIn: true, current: .applications)
        return Page(title, frame) {
            h1 { title }
            p {
                "Request "
                code { request.reference }
                " of "
                bdi { application.displayName }
                " for "
                bdi(.dir(.leftToRight)) { request.email.text }
                ". \(effect)"
            }
            form(.class("row"), .method("post"), .action(action)) {
                SealField(seal: visit.seal(for: isAdministrator ? .admin : .partner))
                button(.class("btn danger")) { verb }
                a(.class("btn"), .href(back)) { "Keep it" }
            }
        }
    }
}

extension FieldProblem {
    init(_ refusal: ManualRefusal) {
        switch refusal {
        case .notOffered, .noSuchApplication:
            self.init(field: "application", message: "Choose an application, or enter the client ID of one")
        case .tooMany:
            self.init(
                field: "email",
                message: """
                    \(ManualRequest.maxWaiting) requests wait already. Withdraw one, or wait for an answer
                    """
            )
        case .noSuchCustomer: self.init(field: "email", message: "There is no customer with this address")
        case .customerDisabled:
            self.init(field: "email", message: "The account with this address is disabled")
        case .notAllowedByHand:
            self.init(
                field: "scope-0",
                message: "Choose what it may do: only reading is given by hand, and only what it asks for"
            )
        case .suspended:
            self.init(field: "application", message: "It is suspended or frozen. Nobody can connect it")
        case .mayNotConnect:
            self.init(
                field: "application",
                message: "It waits for approval, and this customer is none of its test accounts"
            )
        case .notByLetter: self.init(field: "hand-link", message: "Tokens are not sent by e-mail here")
        case .needsReason:
            self.init(
                field: "reason",
                message: "Say why it never ends, in up to \(ManualRequest.maxReasonLength) characters"
            )
        case .overtaken:
            self.init(field: "application", message: "Somebody has decided about this request meanwhile")
        }
    }
}
