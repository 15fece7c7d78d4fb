import Registry
import Web

/// What a customer sees when there is nobody to send them back to (ux A12): always a page, never a redirect.
struct AuthorizeErrorPage {
    let title: String
    let text: String

    /// To be read out on the phone.
    let code: String

    /// For the developer of the application, behind a fold.
    let details: [(term: String, value: String)]

    /// Whose request it was, where that is known.
    var application: Application?

    static func malformed(_ explanation: String) -> AuthorizeErrorPage {
        AuthorizeErrorPage(
            title: "This connection link is incomplete",
            text: """
                We do not know the application that sent you here. Nothing was shared. Go back and ask the people \
                who gave you the link for a new one.
                """,
            code: "E-LINK",
            details: [("Problem", explanation)]
        )
    }

    private init(title: String, text: String, code: String, details: [(term: String, value: String)]) {
        self.title = title
        self.text = text
        self.code = code
        self.details = details
    }

    init(_ refusal: RecipientRefusal, _ brand: Brand) {
        switch refusal {
        case .malformed(let problem): self = .malformed(problem.explanation)
        case .unknownClient: self = AuthorizeErrorPage.unknownClient
        case .suspended(let application): self.init(suspended: application, brand)
        case .nothingRegistered(let owner):
            self.init(unfinished: owner)
            application = owner
        case .ambiguous(let owner):
            self.init(ambiguous: owner)
            application = owner
        case .unregistered(let owner, let sent):
            self.init(unregistered: sent, owner)
            application = owner
        }
    }

    private static let unknownClient = AuthorizeErrorPage(
        title: "This connection link does not work",
        text: """
            We do not know the application that sent you here. Nothing was shared. Go back and ask the people who \
            gave you the link for a new one.
            """,
        code: "E-CLIENT",
        details: [("Problem", "No application here has this client_id")]
    )

    private init(suspended application: Application, _ brand: Brand) {
        let name = application.displayName
        self.init(
            title: "\(name) is not available",
            text: """
                \(brand.displayName) has paused this application. Your existing connection is paused too. You do \
                not need to do anything.
                """,
            code: "E-SUSPENDED",
            details: [("Problem", "The application is suspended")]
        )
    }

    private init(unfinished application: Application) {
        let name = application.displayName
        self.init(
            title: "This application is not finished yet",
            text: "\(name) has not finished setting up its connection. Nothing was shared.",
            code: "E-REDIRECT",
            details: [("Problem", "No redirect URI is registered for this application")]
        )
    }

    private init(ambiguous application: Application) {
        self.init(
            title: "This connection link is incomplete",
            text: """
                We stopped before sharing anything. Go back to \(application.displayName) and tell them the error \
                and the reference below.
                """,
            code: "E-REDIRECT",
            details: [("Problem", "redirect_uri is missing, and several are registered")]
        )
    }

    private init(unregistered sent: String, _ application: Application) {
        let name = application.displayName
        self.init(
            title: "This connection link is not set up correctly",
            text: """
                We stopped before sharing anything. \(name) asked us to send you back to an address it has not \
                registered. Go back to \(name) and tell them the error and the reference below.
                """,
            code: "E-REDIRECT",
            details: [
                ("Sent", sent),
                ("Rule", "It must match a registered redirect URI exactly, including a final “/”"),
            ]
        )
    }

    /// The page; a member of the application's own people sees what is registered, and the way to mend it.
    func response(to visit: Visit, _ member: Application? = nil) -> Response {
        let reference: [(name: String, value: String)] = [("reference", visit.request.id)]
        return Page(title, .gate) {
            h1 { title }
            p { text }
            ErrorReference(error: code, reference: visit.request.id)
            if let member {
                MemberDetails(
                    facts: details,
                    application: member,
                    place: ActivityScreens.path(member, visit).with(query: reference)
                )
            } else {
                let known = application.map { [(name: "application", value: $0.id.text)] + reference } ?? []
                DeveloperDetails(facts: details, signIn: visit.path("partners", "sign-in").with(query: known))
            }
        }.response(to: visit, .badRequest)
    }
}

/// What to read out on the phone.
private struct ErrorReference: Component {
    let error: String
    let reference: String

    var body: HTML {
        p {
            "Error "
            Web.code { error }
            ", reference "
            Web.code { reference }
        }
    }
}

private struct FactList: Component {
    let facts: [(term: String, value: String)]

    var body: HTML {
        dl(.class("facts")) {
            for fact in facts {
                div {
                    dt { fact.term }
                    dd { bdi(.dir(.leftToRight)) { fact.value } }
                }
            }
        }
    }
}

/// For a signed-in member of the application's own people.
private struct MemberDetails: Component {
    let facts: [(term: String, value: String)]
    let application: Application
    let place: Path

    var body: HTML {
        section(.class("stack"), .aria("labelledby", "member-h")) {
            h2(.id("member-h")) { "You can fix this" }
            FactList(facts: facts)
            if !application.redirectURIs.isEmpty {
                h3 { "Registered redirect URIs" }
                ul(.class("stack")) { for uri in application.redirectURIs { li { code { uri.text } } } }
            }
            p { a(.class("btn"), .href(place)) { "Compare and add this address" } }
        }
    }
}

private struct DeveloperDetails: Component {
    let facts: [(term: String, value: String)]
    var signIn: Path?

    var body: HTML {
        details {
            summary { "Details for the developer" }
            div(.class("stack")) {
                FactList(facts: facts)
                if let signIn { p { a(.href(signIn)) { "Sign in to fix this application" } } }
            }
        }
    }
}

/// A refused request of somebody who is not signed in: it names the place, and goes there only if they say so.
struct RefusedPage {
    let visit: Visit
    let application: Application
    let answer: AuthorizationAnswer
    let refusal: AuthorizationRefusal

    var response: Response {
        let name = application.displayName
        return Page("This request cannot be answered", .gate) {
            h1 { "This request cannot be answered" }
            p {
                "We stopped before sharing anything. "
                bdi { name }
                " sent a request that we cannot answer. You can go back and tell them the error and the reference below."
            }
            ErrorReference(error: refusal.code, reference: visit.request.id)
            ReturnButton(answer: answer, visit: visit)
            DeveloperDetails(facts: [("error", refusal.code), ("error_description", refusal.explanation)])
        }.response(to: visit, .badRequest)
    }
}

/// Back to the application, when the customer presses it.
private struct ReturnButton: Component {
    let answer: AuthorizationAnswer
    let visit: Visit

    var body: HTML {
        let place = answer.redirectURI.place
        if let link = ExternalLink(answer.location(visit)) {
            p {
                a(.class("btn"), .href(link), .rel("noreferrer")) {
                    span {
                        "Return to "
                        bdi(.dir(.leftToRight)) { place }
                    }
                }
            }
        } else {
            p {
                "Go back to "
                bdi(.dir(.leftToRight)) { place }
                "."
            }
        }
    }
}

/// The customer took longer than a request lives.
struct ExpiredPage {
    let visit: Visit
    let waiting: WaitingRequest

    var response: Response {
        let minutes = visit.tenant.policy.requestSeconds / 60
        let time = minutes == 1 ? "1 minute" : minutes < 1 ? "less than a minute" : "\(minutes) minutes"
        return Page("You took a little too long", .gate) {
            h1 { "You took a little too long" }
            p { "For your safety this request ended after \(time). Nothing was shared." }
            p {
                a(.class("btn primary"), .href(AuthorizeEndpoint.place(of: waiting.wayBack, visit))) {
                    "Start again"
                }
            }
            ErrorReference(error: "E-EXPIRED", reference: visit.request.id)
        }.response(to: visit, .badRequest)
    }
}

/// The application waits for approval, and this customer is not one of its test accounts.
struct NotATestAccountPage {
    let visit: Visit
    let account: Account
    let request: AuthorizationRequest
    let ticket: SecretText

    /// Whether they are asked to test it and have not answered.
    let isInvited: Bool

    var response: Response {
        let name = request.application.displayName
        let answer = AuthorizationAnswer.refusing(.onlyTestAccounts, request)
        return Page("\(name) is still being tested", .gate) {
            h1 {
                bdi { name }
                " is still being tested"
            }
            p {
                "Only invited test accounts can connect for now. You are signed in as "
                bdi { account.email.text }
                "."
            }
            if isInvited {
                p {
                    "You are invited. "
                    a(.href(visit.path("account", "testing", request.application.id.text))) {
                        "Answer the invitation"
                    }
                    ", then start again."
                }
            }
            SwitchAccountForm(home: visit.home, ticket: ticket.plaintext, words: "Use another account")
            ReturnButton(answer: answer, visit: visit)
            ErrorReference(error: "E-TEST", reference: visit.request.id)
        }.response(to: visit, .forbidden)
    }
}

/// Several people reported the application, and nobody has looked at that yet.
struct FrozenPage {
    let visit: Visit
    let request: AuthorizationRequest

    var response: Response {
        let name = request.application.displayName
        let answer = AuthorizationAnswer.refusing(.applicationFrozen, request)
        return Page("\(name) cannot be connected now", .gate) {
            h1 {
                bdi { name }
                " cannot be connected now"
            }
            p {
                "Several people reported this application, and \(visit.brand.displayName) is looking at it. Nothing was shared. What you allowed before works as it did."
            }
            ReturnButton(answer: answer, visit: visit)
            ErrorReference(error: "E-FROZEN", reference: visit.request.id)
        }.response(to: visit, .forbidden)
    }
}
