import Registry
import Web

/// A new password by mail, for people of one role (ux A3); customers read it in their language.
struct PasswordScreens: Sendable {
    let role: Role

    private func spoken(_ visit: Visit) -> Spoken? { role == .customer ? visit.spoken : nil }

    func ask(_ visit: Visit) async throws -> Response {
        guard visit.site.mail.reaches else { return SignUpScreens.noMail(visit, in: spoken(visit)) }
        return visit.answerWithSeal { page(visit, $1).page.response(to: $0, .ok, $2) }
    }

    /// The same page whether or not there is such an account (SL-06).
    func send(_ form: Form, _ visit: Visit) async throws -> Response {
        let spoken = spoken(visit)
        guard visit.site.mail.reaches else { return SignUpScreens.noMail(visit, in: spoken) }
        if let wait = try await visit.site.brakes.resets.spend(visit.neighbourhood, visit) {
            throw Refusal.tooMany(wait)
        }
        let typed = form["email"]?.trimmingSpaces ?? ""
        guard let email = EmailAddress(typed) else {
            var page = page(visit, visit.seal(for: nil))
            page.refuse(typed)
            return page.page.response(to: visit, .unprocessable)
        }
        let isKnown = try await visit.registry.evenly { try await visit.isKnown(to: email, as: role) }
        let purpose = LetterPurpose.newPassword(role, isKnown: isKnown)
        let wait = try await visit.site.brakes.waitForLetter(to: email, purpose, visit)
        if wait == nil {
            try await visit.registry.askForNewPassword(
                email,
                as: role,
                language: spoken?.language.rawValue,
                at: visit.tenant,
                from: visit.provenance
            )
        }
        return SentPage(
            visit: visit,
            told: (spoken?.words ?? .english).newPassword.wasSent.filled { _ in
                strong { bdi(.dir(.leftToRight)) { email.text } }
            },
            again: role.forgotten(visit, in: spoken),
            fields: [("email", typed)],
            other: role.forgotten(visit, in: spoken),
            isTooSoon: wait != nil,
            spoken: spoken
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
            return dead(refusal, visit)
        }
    }

    /// Sets the password and signs nobody in: whoever has the link alone has no session.
    func set(_ form: Form, _ visit: Visit) async throws -> Response {
        let link = visit.captured("link")
        let spoken = spoken(visit)
        do {
            try await visit.registry.resetPassword(
                link,
                to: form["password"] ?? "",
                as: role,
                language: spoken?.language.rawValue,
                at: visit.tenant,
                from: visit.provenance
            )
            return .redirect(
                to: role.signIn(visit, in: spoken).with(query: [("done", "password")]),
                [visit.signedOut(role)].compactMap { $0 }
            )
        } catch let problems as AccountProblems {
            let account = try await visit.registry.accountToReset(link, as: role, at: visit.tenant)
            let words = spoken?.words ?? .english
            let mend = problems.all.map { FieldProblem($0, visit.brand, in: words) }
            return newPasswordPage(account, visit, visit.seal(for: nil), mend).response(
                to: visit,
                .unprocessable
            )
        } catch let refusal as LinkRefusal {
            return dead(refusal, visit)
        }
    }

    private func dead(_ refusal: LinkRefusal, _ visit: Visit) -> Response {
        let spoken = spoken(visit)
        let newLink = role.forgotten(visit, in: spoken)
        return DeadLinkPage(visit, refusal, newLink: newLink, role: role, in: spoken).response
    }

    private func newPasswordPage(
        _ account: Account,
        _ visit: Visit,
        _ seal: String?,
        _ problems: [FieldProblem] = []
    ) -> Page {
        let spoken = spoken(visit)
        let words = (spoken?.words ?? .english).newPassword
        return NewPasswordPage(
            heading: words.heading,
            email: account.email.text,
            action: visit.path(role.segment, "reset", visit.captured("link")).with(
                query: spoken?.wish(visit) ?? []
            ),
            button: words.button,
            seal: seal,
            problems: problems,
            spoken: spoken
        ).page
    }

    private func page(_ visit: Visit, _ seal: String?) -> ForgottenPage {
        ForgottenPage(role: role, visit: visit, seal: seal, spoken: spoken(visit))
    }
}

/// Where a link is asked for.
private struct ForgottenPage {
    let role: Role
    let visit: Visit
    let seal: String?
    let spoken: Spoken?
    private var email = ""
    private var problems: [FieldProblem] = []

    init(role: Role, visit: Visit, seal: String?, spoken: Spoken?) {
        (self.role, self.visit, self.seal, self.spoken) = (role, visit, seal, spoken)
    }

    private var table: DoorWords { spoken?.words ?? .english }
    private var words: DoorWords.NewPassword { table.newPassword }

    /// Asks again for what is no address.
    mutating func refuse(_ typed: String) {
        email = typed
        let message = typed.isEmpty ? words.enterEmail : words.emailIsMalformed
        problems = [FieldProblem(field: "email", message: message, prefix: table.signIn.error)]
    }

    var page: Page {
        Page(words.heading, .gate, problems: problems, spoken: spoken) {
            h1 { words.heading }
            p { words.weSendALink.around(role.area(of: visit.brand.displayName)) }
            form(
                .class("stack"),
                .method("post"),
                .action(role.forgotten(visit, in: spoken)),
                .novalidate
            ) {
                SealField(seal: seal)
                AddressField(label: table.signIn.email, value: email, problems: problems)
                button(.class("btn primary")) { words.sendALink }
            }
            p(.class("note")) { a(.href(role.signIn(visit, in: spoken))) { words.backToSignIn } }
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
