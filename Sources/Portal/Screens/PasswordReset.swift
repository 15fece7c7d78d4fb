import Registry
import Web

/// A new password by mail, for people of one role (ux A3).
struct PasswordScreens: Sendable {
    let role: Role

    func ask(_ visit: Visit) async throws -> Response {
        guard visit.site.mail.reaches else { return SignUpScreens.noMail(visit) }
        return visit.answerWithSeal { page(visit, $1).response(to: $0, .ok, $2) }
    }

    /// The same page whether or not there is such an account (SL-06).
    func send(_ form: Form, _ visit: Visit) async throws -> Response {
        guard visit.site.mail.reaches else { return SignUpScreens.noMail(visit) }
        let key = "\(visit.tenant.name) \(visit.request.clientAddress)"
        if let wait = try await visit.site.brakes.resets.spend(key, visit) { throw Refusal.tooMany(wait) }
        let typed = form["email"]?.trimmingSpaces ?? ""
        guard let email = EmailAddress(typed) else {
            let problem = FieldProblem(
                field: "email",
                message: typed.isEmpty ? "Enter your e-mail" : "Enter an e-mail address like name@company.com"
            )
            return page(visit, visit.seal(for: nil), typed, [problem]).response(to: visit, .unprocessable)
        }
        let wait = try await visit.site.brakes.waitForLetter(to: email, visit)
        if wait == nil {
            try await visit.registry.askForNewPassword(
                email,
                as: role,
                at: visit.tenant,
                from: visit.provenance
            )
        }
        return SentPage(
            visit: visit,
            email: email.text,
            lasts: "30 minutes",
            again: role.forgotten(visit),
            fields: [("email", typed)],
            other: role.forgotten(visit),
            isTooSoon: wait != nil,
            isForKnownOnly: true
        ).page.response(to: visit)
    }

    /// Opening the link changes nothing.
    func open(_ visit: Visit) async throws -> Response {
        do {
            let account = try await visit.registry.accountToReset(
                visit.captured("link"),
                as: role,
                at: visit.tenant
            )
            return visit.answerWithSeal { newPasswordPage(account, visit, $1).response(to: $0, .ok, $2) }
        } catch let refusal as LinkRefusal {
            return DeadLinkPage(visit, refusal, newLink: role.forgotten(visit), role: role).response
        }
    }

    /// Sets the password and signs nobody in: whoever has the link alone has no session.
    func set(_ form: Form, _ visit: Visit) async throws -> Response {
        let link = visit.captured("link")
        do {
            try await visit.registry.resetPassword(
                link,
                to: form["password"] ?? "",
                as: role,
                at: visit.tenant,
                from: visit.provenance
            )
            return .redirect(
                to: role.signIn(visit).with(query: [("done", "password")]),
                [visit.signedOut(role)].compactMap { $0 }
            )
        } catch let problems as AccountProblems {
            let account = try await visit.registry.accountToReset(link, as: role, at: visit.tenant)
            let mend = problems.all.map { FieldProblem($0, visit.brand) }
            return newPasswordPage(account, visit, visit.seal(for: nil), mend).response(
                to: visit,
                .unprocessable
            )
        } catch let refusal as LinkRefusal {
            return DeadLinkPage(visit, refusal, newLink: role.forgotten(visit), role: role).response
        }
    }

    private func newPasswordPage(
        _ account: Account,
        _ visit: Visit,
        _ seal: String?,
        _ problems: [FieldProblem] = []
    ) -> Page {
        NewPasswordPage(
            heading: "Set a new password",
            email: account.email.text,
            action: visit.path(role.segment, "reset", visit.captured("link")),
            button: "Set new password",
            seal: seal,
            problems: problems
        ).page
    }

    private func page(
        _ visit: Visit,
        _ seal: String?,
        _ email: String = "",
        _ problems: [FieldProblem] = []
    ) -> Page {
        let title = "Set a new password"
        return Page(problems.isEmpty ? title : "Error: \(title)", .gate) {
            ErrorSummary(problems: problems)
            h1 { title }
            p {
                "We send a link to the e-mail you sign in with to \(role.area(of: visit.brand.displayName))."
            }
            form(.class("stack"), .method("post"), .action(role.forgotten(visit)), .novalidate) {
                SealField(seal: seal)
                AddressField(value: email, problems: problems)
                button(.class("btn primary")) { "Send me a link" }
            }
            p(.class("note")) { a(.href(role.signIn(visit))) { "Back to sign-in" } }
        }
    }
}

/// `/.well-known/change-password`: where password managers send people (W3C, A Well-Known URL for Changing Passwords).
enum ChangePasswordEndpoint {
    static func show(_ visit: Visit) async throws -> Response {
        let role: Role =
            if try await visit.partner() != nil { .partner } else if try await visit.admin() != nil {
                .admin
            } else { .customer }
        return Response(
            .found,
            headers: [
                ("Location", role.account(visit).anchored("password").text), ("Cache-Control", "no-store"),
            ]
        )
    }
}
