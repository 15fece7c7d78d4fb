import Registry
import Web

/// How administrators invite partners, where these cannot or need not sign up themselves (ux A22).
enum PartnerInvitationScreens {
    static func ask(_ admin: AdminAccess, _ visit: Visit) async throws -> Response {
        try requireInvitations(visit)
        return PartnerInvitationPage(visit: visit).page.response(to: visit)
    }

    static func send(_ admin: AdminAccess, _ sent: Form, _ visit: Visit) async throws -> Response {
        try requireInvitations(visit)
        guard visit.site.mail.reaches else { return SignUpScreens.noMail(visit) }
        var page = PartnerInvitationPage(visit: visit)
        (page.name, page.email) = (sent["name"]?.trimmingSpaces ?? "", sent["email"]?.trimmingSpaces ?? "")
        do {
            let draft = try SignUpDraft(email: page.email, name: page.name)
            if try await visit.site.brakes.waitForLetter(to: draft.email, .partnerInvitation, visit) == nil {
                try await admin.invitePartner(draft)
                return .redirect(to: visit.path("admin", "accounts").with(query: [("done", "invited")]))
            }
            page.problems = [FieldProblem(field: "email", message: TeamRefusal.tooSoon)]
        } catch let problems as AccountProblems {
            page.problems = problems.all.map { PartnerInvitationPage.problem($0, visit.brand) }
        }
        return page.page.response(to: visit, .unprocessable)
    }

    static func cancel(_ admin: AdminAccess, _ form: Form, _ visit: Visit) async throws -> Response {
        guard let email = EmailAddress(form["email"] ?? "") else { throw Refusal.notFound }
        let isCancelled = try await admin.cancelInvitation(ofPartner: email)
        return InvitedSection.answer(at: visit.path("admin", "accounts"), isCancelled: isCancelled)
    }

    private static func requireInvitations(_ visit: Visit) throws {
        if visit.tenant.policy.registration == .closed { throw Refusal.notFound }
    }
}

private struct PartnerInvitationPage {
    let visit: Visit
    var name = ""
    var email = ""
    var problems: [FieldProblem] = []

    var page: Page {
        let title = "Invite a partner"
        return Page(title, .administrators, problems: problems) {
            h1 { title }
            p {
                """
                They get a letter with a link that works once, for seven days. It confirms their address, and they \
                choose a password.
                """
            }
            form(
                .class("card"),
                .method("post"),
                .action(visit.path("admin", "partners", "invite")),
                .novalidate
            ) {
                SealField(seal: visit.seal(for: .admin))
                TextField(
                    id: "name",
                    label: "Their name",
                    value: name,
                    autocomplete: "off",
                    direction: .automatic,
                    problems: problems
                )
                AddressField(
                    value: email,
                    hint: "At the company that will register an application.",
                    autocomplete: "off",
                    problems: problems
                )
                div(.class("row")) {
                    button(.class("btn primary")) { "Send invitation" }
                    a(.class("btn"), .href(visit.path("admin", "accounts"))) { "Cancel" }
                }
            }
        }
    }

    /// What is said otherwise about somebody else's account than about one's own.
    static func problem(_ problem: AccountProblem, _ brand: Brand) -> FieldProblem {
        switch problem {
        case .missingName: FieldProblem(field: "name", message: "Enter their name")
        case .missingEmail: FieldProblem(field: "email", message: "Enter their e-mail")
        case .emailTaken:
            FieldProblem(field: "email", message: "A partner with this e-mail has an account already")
        default: FieldProblem(problem, brand)
        }
    }
}
