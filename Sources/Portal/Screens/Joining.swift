import Registry
import Web

/// Where the link of an invitation to a team leads: looking uses nothing, joining does.
enum JoiningScreens {
    static func ask(_ visit: Visit) async throws -> Response {
        try await unlessGone(visit) { invitation in
            if let partner = try await visit.partner() {
                return JoiningPage(visit, invitation).page(for: partner.account).response(to: visit)
            }
            if invitation.isKnown { return JoiningPage(visit, invitation).signIn.response(to: visit) }
            return visit.answerWithSeal { visit, seal, headers in
                JoiningPage(visit, invitation).signUp(seal).response(to: visit, .ok, headers)
            }
        }
    }

    /// Makes an account for whoever got the letter, and lets it in.
    static func signUp(_ form: Form, _ visit: Visit) async throws -> Response {
        let (name, password) = (form["name"]?.trimmingSpaces ?? "", form["password"] ?? "")
        return try await unlessGone(visit) { invitation in
            guard !invitation.isKnown else { return .redirect(to: visit.place) }
            do {
                let account = try await visit.registry.join(
                    visit.captured("link"),
                    name: name,
                    password: password,
                    at: visit.tenant,
                    from: visit.provenance
                )
                let signIn = visit.signIn(account.email.text, password, as: .partner)
                let session = try await visit.registry.start(signIn, at: visit.tenant, from: visit.provenance)
                return .redirect(to: visit.path("applications"), visit.signedIn(session, signIn))
            } catch let problems as AccountProblems {
                let mend = problems.all.map { FieldProblem($0, visit.brand) }
                return JoiningPage(visit, invitation).signUp(visit.seal(for: nil), name, mend)
                    .response(to: visit, .unprocessable)
            }
        }
    }

    static func accept(_ partner: PartnerAccess, _ form: Form, _ visit: Visit) async throws -> Response {
        let link = visit.captured("link")
        return try await unlessGone(visit) { _ in
            do {
                let id = try await partner.join(link)
                let page = visit.path("applications", id.text)
                return .redirect(to: page.with(query: [("done", Done.joined.rawValue)]))
            } catch is OtherAddress {
                return .redirect(to: visit.path("invitations", link))
            }
        }
    }

    private static func unlessGone(
        _ visit: Visit,
        _ answer: (OpenInvitation) async throws -> Response
    ) async throws -> Response {
        do {
            let link = visit.captured("link")
            return try await answer(try await visit.registry.teamInvitation(link, at: visit.tenant))
        } catch is LinkRefusal {
            return InvitationScreens.gone(visit, .partner)
        }
    }
}

/// The invitation, and what its reader can do: accept, sign in, sign up, or come as somebody else.
private struct JoiningPage {
    let visit: Visit
    let invitation: OpenInvitation

    init(_ visit: Visit, _ invitation: OpenInvitation) {
        (self.visit, self.invitation) = (visit, invitation)
    }

    private var title: String { "Join the team of \(invitation.applicationName)" }
    private var link: String { visit.captured("link") }

    private var facts: HTML {
        p {
            "You are invited to work on "
            strong { bdi { invitation.applicationName } }
            " at \(visit.brand.displayName), as \(invitation.role.withArticle). \(invitation.role.effect)"
        }
    }

    func page(for account: Account) -> Page {
        let isInvited = account.email == invitation.email
        return Page(title, .gate) {
            h1 { title }
            facts
            p {
                if !isInvited {
                    "The invitation is for "
                    strong { bdi(.dir(.leftToRight)) { invitation.email.text } }
                    ". "
                }
                "You are signed in as "
                strong { bdi(.dir(.leftToRight)) { account.email.text } }
                isInvited ? "." : ". Sign out, then open the link in the letter again."
            }
            form(
                .method("post"),
                .action(
                    isInvited ? visit.path("invitations", link, "accept") : visit.path("partners", "sign-out")
                )
            ) {
                SealField(seal: visit.seal(for: .partner))
                button(.class(isInvited ? "btn primary" : "btn")) { isInvited ? "Join the team" : "Sign out" }
            }
        }
    }

    var signIn: Page {
        Page(title, .gate) {
            h1 { title }
            facts
            p {
                "Sign in as "
                strong { bdi(.dir(.leftToRight)) { invitation.email.text } }
                " to accept. If you are asked for a code, open the link in the letter again after it."
            }
            p {
                a(
                    .class("btn primary"),
                    .href(visit.path("partners", "sign-in").with(query: [("invitation", link)]))
                ) { "Sign in" }
            }
        }
    }

    func signUp(_ seal: String?, _ name: String = "", _ problems: [FieldProblem] = []) -> Page {
        Page(problems.isEmpty ? title : "Error: \(title)", .gate, script: .forms) {
            ErrorSummary(problems: problems)
            h1 { title }
            facts
            p {
                "Your account will have the e-mail "
                strong { bdi(.dir(.leftToRight)) { invitation.email.text } }
                "."
            }
            form(.class("stack"), .method("post"), .action(visit.path("invitations", link)), .novalidate) {
                SealField(seal: seal)
                NewAccountFields(name: name, email: invitation.email, problems: problems)
                button(.class("btn primary")) { "Create account and join" }
            }
        }
    }
}

/// What an invited person says of themselves; their address is known.
private struct NewAccountFields: Component {
    let name: String
    let email: EmailAddress
    let problems: [FieldProblem]

    var body: HTML {
        TextField(
            id: "name",
            label: "Your name",
            value: name,
            autocomplete: "name",
            direction: .automatic,
            problems: problems
        )
        // For password managers, which keep a password with its user name.
        input(.type("hidden"), .name("username"), .value(email.text), .autocomplete("username"))
        PasswordField(
            hint: "At least 12 characters. A few words you can remember work well.",
            autocomplete: "new-password",
            problems: problems
        )
    }
}
