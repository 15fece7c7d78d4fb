import Registry
import Web

/// What a customer sees when there is nobody to send them back to (ux A12): always a page, never a redirect.
struct AuthorizeErrorPage {
    let title: Phrase
    let text: Phrase

    /// To be read out on the phone.
    let code: String

    /// For the developer of the application, behind a fold.
    let details: [(term: String, value: String)]

    /// Whose request it was, where that is known.
    var application: Application?

    /// What the application is told if the customer goes back to it.
    var answer: AuthorizationAnswer?

    /// The language of the page, and its words.
    let spoken: Spoken

    static func malformed(_ explanation: String, in spoken: Spoken) -> AuthorizeErrorPage {
        let words = spoken.words.refused
        return AuthorizeErrorPage(
            title: words.isIncomplete,
            text: words.unknown,
            code: "E-LINK",
            details: [("Problem", explanation)],
            spoken: spoken
        )
    }

    static func about(
        _ refusal: RecipientRefusal,
        of asked: Parameters,
        at tenant: Tenant,
        in spoken: Spoken
    ) -> AuthorizeErrorPage {
        switch refusal {
        case .malformed(let problem): .malformed(problem.explanation, in: spoken)
        case .unknownClient: .unknownClient(in: spoken)
        case .suspended(let application, let wayBack):
            .suspended(
                application,
                answer: wayBack.map { .refusing(.applicationSuspended, asked, of: $0, at: tenant) },
                in: spoken
            )
        case .nothingRegistered(let owner): .unfinished(owner, in: spoken)
        case .ambiguous(let owner): .ambiguous(owner, in: spoken)
        case .unregistered(let owner, let sent):
            .unregistered(sent, owner, under: tenant.policy.redirectMatch, in: spoken)
        }
    }

    private static func unknownClient(in spoken: Spoken) -> AuthorizeErrorPage {
        AuthorizeErrorPage(
            title: spoken.words.refused.doesNotWork,
            text: spoken.words.refused.unknown,
            code: "E-CLIENT",
            details: [("Problem", "No application here has this client_id")],
            spoken: spoken
        )
    }

    private static func suspended(
        _ application: Application,
        answer: AuthorizationAnswer?,
        in spoken: Spoken
    ) -> AuthorizeErrorPage {
        AuthorizeErrorPage(
            title: spoken.words.refused.isNotAvailable,
            text: spoken.words.refused.isPaused,
            code: "E-SUSPENDED",
            details: [("Problem", "The application is suspended")],
            application: application,
            answer: answer,
            spoken: spoken
        )
    }

    private static func unfinished(_ application: Application, in spoken: Spoken) -> AuthorizeErrorPage {
        AuthorizeErrorPage(
            title: spoken.words.refused.isNotFinished,
            text: spoken.words.refused.hasNotFinished,
            code: "E-REDIRECT",
            details: [("Problem", "No redirect URI is registered for this application")],
            application: application,
            spoken: spoken
        )
    }

    private static func ambiguous(_ application: Application, in spoken: Spoken) -> AuthorizeErrorPage {
        AuthorizeErrorPage(
            title: spoken.words.refused.isIncomplete,
            text: spoken.words.refused.isAmbiguous,
            code: "E-REDIRECT",
            details: [("Problem", "redirect_uri is missing, and several are registered")],
            application: application,
            spoken: spoken
        )
    }

    private static func unregistered(
        _ sent: String,
        _ application: Application,
        under rule: Policy.RedirectMatch,
        in spoken: Spoken
    ) -> AuthorizeErrorPage {
        AuthorizeErrorPage(
            title: spoken.words.refused.isNotSetUp,
            text: spoken.words.refused.isNotRegistered,
            code: "E-REDIRECT",
            details: [
                ("Sent", sent),
                ("Rule", rule.sentence),
            ],
            application: application,
            spoken: spoken
        )
    }

    /// Whether the application's own people can mend it.
    private var canBeMended: Bool { code == "E-REDIRECT" }

    /// The page; a member of the application's own people sees what is registered, and the way to mend it.
    func response(to visit: Visit, _ member: Application? = nil) -> Response {
        let reference: [(name: String, value: String)] = [("reference", visit.request.id)]
        return Page(title.text { name($0, visit) }, .gate, spoken: spoken) {
            h1 { title.filled { gap in bdi { name(gap, visit) } } }
            p { text.filled { gap in bdi { name(gap, visit) } } }
            if let answer { ReturnButton(answer: answer, visit: visit, words: spoken.words) }
            ErrorReference(error: code, reference: visit.request.id, words: spoken.words)
            if let member {
                MemberDetails(
                    facts: details,
                    application: member,
                    place: ActivityScreens.path(member, visit).with(query: reference)
                )
            } else {
                let mended = canBeMended ? application : nil
                let known = mended.map { [(name: "application", value: $0.id.text)] + reference } ?? []
                DeveloperDetails(
                    facts: details,
                    words: spoken.words,
                    signIn: visit.path("partners", "sign-in").with(query: known)
                )
            }
        }.response(to: visit, .badRequest)
    }

    private func name(_ gap: Phrase.Gap, _ visit: Visit) -> String {
        gap == .provider ? visit.brand.displayName : application?.displayName ?? ""
    }
}

/// What to read out on the phone.
struct ErrorReference: Component {
    let error: String
    let reference: String
    let words: DoorWords

    var body: HTML {
        p {
            words.refused.errorAndReference.filled { gap in
                if gap == .error { code { error } } else { code(.class("ref")) { reference } }
            }
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

/// For a signed-in member of the application's own people, who read English.
private struct MemberDetails: Component {
    let facts: [(term: String, value: String)]
    let application: Application
    let place: Path

    var body: HTML {
        section(.class("stack"), .lang("en"), .dir(.leftToRight), .aria("labelledby", "member-h")) {
            h2(.id("member-h")) { "You can fix this" }
            FactList(facts: facts)
            if !application.redirectURIs.isEmpty {
                h3 { "Registered redirect URIs" }
                ul(.class("bullets")) { for uri in application.redirectURIs { li { code { uri.text } } } }
            }
            p { a(.class("btn"), .href(place)) { "Compare and add this address" } }
        }
    }
}

/// For whoever made the application, in English.
private struct DeveloperDetails: Component {
    let facts: [(term: String, value: String)]
    let words: DoorWords
    var signIn: Path?

    var body: HTML {
        details {
            summary { words.refused.forTheDeveloper }
            div(.class("stack"), .lang("en"), .dir(.leftToRight)) {
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
        let spoken = visit.spoken
        let words = spoken.words
        return Page(words.refused.cannotBeAnswered, .gate, spoken: spoken) {
            h1 { words.refused.cannotBeAnswered }
            p { words.refused.cannotAnswer.around(application.displayName) }
            ErrorReference(error: refusal.code, reference: visit.request.id, words: words)
            ReturnButton(answer: answer, visit: visit, words: words)
            DeveloperDetails(
                facts: [("error", refusal.code), ("error_description", refusal.explanation)],
                words: words
            )
        }.response(to: visit, .badRequest)
    }
}

/// Back to the application, when the customer presses it.
struct ReturnButton: Component {
    let answer: AuthorizationAnswer
    let visit: Visit
    let words: DoorWords

    var body: HTML {
        if let link = ExternalLink(answer.location(visit)) {
            p {
                a(.class("btn"), .href(link), .rel("noreferrer")) {
                    span { words.refused.returnTo.filled { _ in place } }
                }
            }
        } else {
            p { words.refused.goBackTo.filled { _ in place } }
        }
    }

    private var place: HTML { bdi(.dir(.leftToRight)) { answer.redirectURI.place } }
}
