import FoundationEssentials
import Registry
import Web

/// The pages for what is nobody's own: not found, too often, broken (ux A24).
struct SystemPage: Sendable {
    let status: Status
    let title: String
    let text: HTML
    var headers: [Header] = []

    /// Whether it stands in the place of every page, so that none can be gone back to.
    var isHome = false

    /// Nil where it is said in English.
    var spoken: Spoken?

    private var words: DoorWords { spoken?.words ?? .english }

    init(
        _ status: Status,
        _ words: (title: String, text: String),
        headers: [Header] = [],
        isHome: Bool = false,
        in spoken: Spoken? = nil
    ) {
        self.init(status, words.title, HTML(words.text), headers: headers, in: spoken)
        self.isHome = isHome
    }

    private init(_ status: Status, _ title: String, _ text: HTML, headers: [Header], in spoken: Spoken?) {
        (self.status, self.title, self.text) = (status, title, text)
        (self.headers, self.spoken) = (headers, spoken)
    }

    func response(to visit: Visit) -> Response {
        Page(title, .gate, spoken: spoken) {
            h1 { title }
            p { text }
            p(.class("note")) {
                words.system.reference.filled { _ in code(.class("ref")) { visit.request.id } }
            }
            if !isHome {
                p {
                    a(.href(visit.path(""))) { span { words.system.backTo.around(visit.brand.displayName) } }
                }
            }
        }.response(to: visit, status, headers)
    }

    static let notFound = SystemPage(
        .notFound,
        (
            "Page not found",
            "Check the address. What you are looking for may have been removed, or may belong to another account."
        )
    )

    static let methodNotAllowed = SystemPage(
        .methodNotAllowed,
        ("This address does not do that", "The request used a method this address does not know.")
    )

    static let readOnly = SystemPage(
        .forbidden,
        (
            "You cannot change this",
            "Your role is read only. Ask an administrator with the role Full. Nothing was changed."
        )
    )

    static let rankLost = SystemPage(
        .forbidden,
        (
            "You cannot change this any more",
            "Somebody took that right from you meanwhile. Nothing was changed."
        )
    )

    static func tooMany(_ wait: Duration, in spoken: Spoken?) -> SystemPage {
        let minutes = Int((wait.wholeSeconds + 59) / 60)
        let words = (spoken?.words ?? .english).system.tooMany
        let advice = words.text.phrase(for: minutes, in: spoken?.language ?? .english)
        return SystemPage(
            .tooManyRequests,
            words.title,
            advice.filled { _ in HTML("\(minutes)") },
            headers: [("Retry-After", "\(wait.wholeSeconds)")],
            in: spoken
        )
    }

    /// What passes by itself.
    static func busy(_ status: Status = .serviceUnavailable, in spoken: Spoken?) -> SystemPage {
        SystemPage(
            status,
            (spoken?.words ?? .english).system.busy,
            headers: [("Retry-After", "5")],
            in: spoken
        )
    }

    /// What failed so late that it may have been done.
    static func unconfirmed(in spoken: Spoken?) -> SystemPage {
        SystemPage(
            .serviceUnavailable,
            (spoken?.words ?? .english).system.unconfirmed,
            headers: [("Retry-After", "5")],
            in: spoken
        )
    }

    static func form(_ problem: FormProblem, in spoken: Spoken?) -> SystemPage {
        let words = (spoken?.words ?? .english).system.unreadableForm
        if case .unsupportedMediaType = problem {
            return SystemPage(.unsupportedMediaType, (words.title, words.noForm), in: spoken)
        }
        return SystemPage(.badRequest, (words.title, words.damaged), in: spoken)
    }
}

/// Somebody guessed at a password, or mistyped theirs, too often (ux A3).
struct TooManySignIns {
    let wait: Duration
    let role: Role

    func response(to visit: Visit, in spoken: Spoken?) -> Response {
        let end = CalendarText(visit.registry.now().addingTimeInterval(Double(wait.wholeSeconds)))
        let words = (spoken?.words ?? .english).signIn
        return Page(words.tooMany, .gate, spoken: spoken) {
            h1 { words.tooMany }
            p {
                words.tryAgainAt.filled { gap in
                    if gap == .link {
                        a(.href(role.forgotten(visit, in: spoken))) { words.setNewPassword }
                    } else {
                        HTML(end.clock)
                    }
                }
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
