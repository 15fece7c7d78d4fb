import FoundationEssentials
import Registry
import Web

/// The pages for what is nobody's own: not found, too often, broken (ux A24).
struct SystemPage {
    let status: Status
    let title: String
    let text: String
    var headers: [Header] = []

    func response(to visit: Visit) -> Response {
        Page(title, .gate) {
            h1 { title }
            p { text }
            p(.class("note")) {
                "Reference "
                code { visit.request.id }
            }
            p { a(.href(visit.path(""))) { "Back to \(visit.brand.displayName)" } }
        }.response(to: visit, status, headers)
    }

    static let notFound = SystemPage(
        status: .notFound,
        title: "Page not found",
        text: "Check the address. What you look for may have been removed, or belongs to another account."
    )

    static let methodNotAllowed = SystemPage(
        status: .methodNotAllowed,
        title: "This address does not do that",
        text: "The request used a method this address does not know."
    )

    static let foreignForm = SystemPage(
        status: .forbidden,
        title: "This form came from another site",
        text: "For your safety nothing was changed. Open the page here and try again."
    )

    static let unsealedForm = SystemPage(
        status: .forbidden,
        title: "This form can no longer be sent",
        text: """
            It was opened before you signed in or out, or your browser did not keep our cookie. Nothing was \
            changed. Go back, reload the page and try again.
            """
    )

    static let readOnly = SystemPage(
        status: .forbidden,
        title: "You cannot change this",
        text: "Your role is read only. Ask an administrator with the role Full. Nothing was changed."
    )

    static func tooMany(_ wait: Duration) -> SystemPage {
        let minutes = (wait.wholeSeconds + 59) / 60
        return SystemPage(
            status: .tooManyRequests,
            title: "Too many requests",
            text: "Try again in \(minutes == 1 ? "1 minute" : "\(minutes) minutes").",
            headers: [("Retry-After", "\(wait.wholeSeconds)")]
        )
    }

    static let busy = SystemPage(
        status: .serviceUnavailable,
        title: "Back soon",
        text: "We cannot do this at the moment. Nothing was changed. Try again in a few seconds.",
        headers: [("Retry-After", "5")]
    )

    static let fault = SystemPage(
        status: .internalError,
        title: "Something went wrong on our side",
        text: "It is recorded under the reference below. Nothing was changed; go back and try again."
    )

    static func form(_ problem: FormProblem) -> SystemPage {
        if case .unsupportedMediaType = problem {
            return SystemPage(
                status: .unsupportedMediaType,
                title: "This form could not be read",
                text: "It was not sent as a web form."
            )
        }
        return SystemPage(
            status: .badRequest,
            title: "This form could not be read",
            text: "Part of it was damaged on the way. Nothing was changed; go back and try again."
        )
    }
}

/// Somebody guessed at a password, or mistyped theirs, too often (ux A3).
struct TooManySignIns {
    let wait: Duration
    let role: Role

    func response(to visit: Visit) -> Response {
        let end = CalendarText(visit.registry.now().addingTimeInterval(Double(wait.wholeSeconds)))
        return Page("Too many attempts", .gate) {
            h1 { "Too many attempts" }
            p {
                "Try again at \(end.clock) UTC, or "
                a(.href(role.forgotten(visit))) { "set a new password" }
                " now."
            }
        }.response(to: visit, .tooManyRequests, [("Retry-After", "\(wait.wholeSeconds)")])
    }
}

/// Said to a member who may not do what they came for, and who may (ux A24).
struct RoleTooLowPage {
    let role: MemberRole
    let email: EmailAddress
    let application: String

    func response(to visit: Visit) -> Response {
        Page("You cannot see this page", .partners(signedIn: true, current: .applications)) {
            h1 { "You cannot see this page" }
            p {
                "You are signed in as "
                bdi { email.text }
                ", who is \(role.withArticle). Ask an Owner of "
                bdi { application }
                "."
            }
            p { a(.href(visit.path("applications"))) { "Back to your applications" } }
        }.response(to: visit, .forbidden)
    }
}

extension MemberRole {
    var word: String {
        switch self {
        case .viewer: "Viewer"
        case .developer: "Developer"
        case .owner: "Owner"
        }
    }

    var withArticle: String { self == .owner ? "an \(word)" : "a \(word)" }

    var effect: String {
        switch self {
        case .viewer: "Sees everything about the application, and changes nothing."
        case .developer: "Changes everything but client secrets and the team."
        case .owner: "Does everything, also with client secrets and the team."
        }
    }
}
