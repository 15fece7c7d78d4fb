import Registry
import Web

/// One's own account, for people of one role: where they are signed in, their password, their address.
struct AccountScreens: Sendable {
    let role: Role

    func show(_ own: OwnAccount, _ visit: Visit) async throws -> Response {
        try await page(of: own, visit).response(to: visit)
    }

    func changePassword(_ own: OwnAccount, _ form: Form, _ visit: Visit) async throws -> Response {
        try await proving(own, "current-password", visit) {
            try await own.changePassword(
                from: form["current_password"] ?? "",
                to: form["password"] ?? "",
                language: role.letterLanguage(visit)
            )
            return .redirect(to: role.account(visit).with(query: [("done", "password")]))
        }
    }

    func askForAddress(_ own: OwnAccount, _ form: Form, _ visit: Visit) async throws -> Response {
        guard visit.site.mail.reaches else { return SignUpScreens.noMail(visit) }
        let typed = form["email"]?.trimmingSpaces ?? ""
        guard let email = EmailAddress(typed), email != own.account.email else {
            let message =
                typed.isEmpty
                ? "Enter your new e-mail" : "Enter another e-mail address, like name@company.com"
            let problem = FieldProblem(field: "email", message: message)
            return try await page(of: own, visit, typed, [problem]).response(to: visit, .unprocessable)
        }
        return try await proving(own, "address-password", visit, typed) {
            let brakes = visit.site.brakes
            let wait = try await brakes.waitForLetters(to: [email], .newAddress(role), by: own.account, visit)
            if wait == nil {
                try await own.askForAddress(
                    email,
                    password: form["address_password"] ?? "",
                    language: role.letterLanguage(visit)
                )
            }
            return .redirect(to: role.account(visit).with(query: [("done", "letter")]))
        }
    }

    func endSession(_ own: OwnAccount, _ form: Form, _ visit: Visit) async throws -> Response {
        guard try await own.end(form["session"] ?? "") else { throw Refusal.notFound }
        return .redirect(to: role.account(visit).with(query: [("done", "session")]))
    }

    func endOthers(_ own: OwnAccount, _ form: Form, _ visit: Visit) async throws -> Response {
        try await own.endOthers()
        return .redirect(to: role.account(visit).with(query: [("done", "others")]))
    }

    /// Runs what needs the password.
    private func proving(
        _ own: OwnAccount,
        _ field: String,
        _ visit: Visit,
        _ email: String = "",
        _ change: () async throws -> Response
    ) async throws -> Response {
        func asking(_ problems: [FieldProblem]) async throws -> Response {
            try await page(of: own, visit, email, problems).response(to: visit, .unprocessable)
        }
        do {
            return try await visit.trying(passwordIn: own.session, change) { message in
                try await asking([FieldProblem(field: field, message: message)])
            }
        } catch let mend as AccountProblems {
            return try await asking(mend.all.map { FieldProblem($0, visit.brand) })
        }
    }

    private func page(
        of own: OwnAccount,
        _ visit: Visit,
        _ email: String = "",
        _ problems: [FieldProblem] = []
    ) async throws -> Page {
        OwnAccountPage(
            role: role,
            account: own.account,
            sessions: try await own.sessions(),
            visit: visit,
            email: email,
            problems: problems
        ).page
    }
}

extension Role {
    /// What somebody is written to in about what they do here; nil for those who read English.
    fileprivate func letterLanguage(_ visit: Visit) -> String? {
        self == .customer ? visit.language.language.rawValue : nil
    }
}

extension Visit {
    /// Tries the password of somebody who is signed in; guesses count like guesses at the door.
    func trying(
        passwordIn session: Session,
        _ take: () async throws -> Response,
        refused: (_ message: String) async throws -> Response
    ) async throws -> Response {
        let (brakes, key) = (site.brakes, key(of: session))
        let attempt = try await Attempt(
            [(brakes.signInFailures, key), (brakes.dailySignInFailures, key)],
            self
        )
        if let wait = attempt.wait { throw Refusal.tooMany(wait) }
        do {
            return try await attempt.proving(take) { $0 is WrongPassword }
        } catch is WrongPassword {
            return try await refused("The password is not right. Try again")
        }
    }
}

/// The link to a new address: opening it changes nothing, pressing the button there does.
struct AddressScreens: Sendable {
    let role: Role

    func open(_ visit: Visit) async throws -> Response {
        do {
            let email = try await visit.registry.addressToChangeTo(visit.captured("link"), at: visit.tenant)
            return visit.answerWithSeal { page(email, visit, $1).response(to: $0, .ok, $2) }
        } catch let refusal as LinkRefusal {
            return dead(refusal, visit)
        }
    }

    func confirm(_ form: Form, _ visit: Visit) async throws -> Response {
        do {
            try await visit.registry.changeAddress(
                visit.captured("link"),
                as: role,
                language: role.letterLanguage(visit),
                at: visit.tenant,
                from: visit.provenance
            )
            return .redirect(to: role.signIn(visit).with(query: [("done", "address")]))
        } catch let refusal as LinkRefusal {
            return dead(refusal, visit)
        }
    }

    private func dead(_ refusal: LinkRefusal, _ visit: Visit) -> Response {
        DeadLinkPage(visit, refusal, newLink: role.account(visit), role: role).response
    }

    private func page(_ email: EmailAddress, _ visit: Visit, _ seal: String?) -> Page {
        Page("Confirm your new e-mail", .gate) {
            h1 { "Confirm your new e-mail" }
            p {
                "From then on you sign in with "
                strong { bdi(.dir(.leftToRight)) { email.text } }
                "."
            }
            form(.method("post"), .action(visit.path(role.segment, "address", visit.captured("link")))) {
                SealField(seal: seal)
                button(.class("btn primary")) { "Confirm this address" }
            }
        }
    }
}

// MARK: - Pages

private struct OwnAccountPage {
    let role: Role
    let account: Account
    let sessions: [OwnSession]
    let visit: Visit
    let email: String
    let problems: [FieldProblem]

    private var done: String? {
        switch visit.queryValue("done") {
        case "password": "Your password is changed. Every other browser was signed out."
        case "letter": "We sent a link to the new address. Your e-mail changes once you open it."
        case "session": "That browser is signed out."
        case "others": "Every other browser is signed out."
        default: nil
        }
    }

    var page: Page {
        Page("Your account", role.frame, problems: problems, script: .forms) {
            if problems.isEmpty { Notice(text: done) }
            h1 { "Your account" }
            p {
                bdi { account.name }
                ", "
                bdi(.dir(.leftToRight)) { account.email.text }
            }
            section(.class("card narrow"), .aria("labelledby", "sessions")) { signedIn }
            section(.class("card narrow"), .aria("labelledby", "password-heading")) { newPassword }
            section(.class("card narrow"), .aria("labelledby", "address")) { newAddress }
            if role == .partner {
                section(.class("card narrow"), .aria("labelledby", "second-factor")) { secondFactor }
            }
        }
    }

    @HTMLBuilder private var secondFactor: HTML {
        h2(.id("second-factor")) { "Second factor" }
        p(.class("note")) { "A code from an authenticator app, asked for after your password." }
        p { a(.href(visit.path("partners", "your-second-factor"))) { "Manage your second factor" } }
    }

    @HTMLBuilder private var signedIn: HTML {
        h2(.id("sessions")) { "Where you are signed in" }
        ul(.class("rows")) {
            for session in sessions {
                li {
                    div {
                        strong { bdi { session.browser.isEmpty ? "A browser" : session.browser } }
                        if session.isThisOne {
                            " "
                            span(.class("tag ok")) { "This browser" }
                        }
                        p(.class("note")) {
                            "Signed in on "
                            Moment(CalendarText(session.startedAt))
                            if !session.address.isEmpty {
                                " from "
                                bdi(.dir(.leftToRight)) { session.address }
                            }
                        }
                    }
                    if !session.isThisOne {
                        form(.method("post"), .action(role.account(visit, "sessions", "end"))) {
                            SealField(seal: visit.seal(for: role))
                            input(.type("hidden"), .name("session"), .value(session.id))
                            button(.class("btn small")) { "Sign out this browser" }
                        }
                    }
                }
            }
        }
        if sessions.count > 1 {
            form(.method("post"), .action(role.account(visit, "sessions", "end-others"))) {
                SealField(seal: visit.seal(for: role))
                button(.class("btn")) { "Sign out everywhere else" }
            }
        }
    }

    @HTMLBuilder private var newPassword: HTML {
        h2(.id("password-heading")) { "Password" }
        p(.class("note")) {
            "Every other browser is signed out when it changes."
            if role == .customer { " Applications you allowed stop until you open them again." }
        }
        form(.class("stack"), .method("post"), .action(role.account(visit, "password")), .novalidate) {
            SealField(seal: visit.seal(for: role))
            PasswordField(
                id: "current-password",
                label: "Current password",
                autocomplete: "current-password",
                problems: problems
            )
            PasswordField(
                label: "New password",
                hint: "At least 12 characters. A few words you can remember work well.",
                autocomplete: "new-password",
                problems: problems
            )
            button(.class("btn")) { "Change password" }
        }
    }

    @HTMLBuilder private var newAddress: HTML {
        h2(.id("address")) { "E-mail" }
        p(.class("note")) { "We send a link to the new address, and tell the old one." }
        form(.class("stack"), .method("post"), .action(role.account(visit, "address")), .novalidate) {
            SealField(seal: visit.seal(for: role))
            AddressField(label: "New e-mail", value: email, autocomplete: "email", problems: problems)
            PasswordField(
                id: "address-password",
                label: "Current password",
                autocomplete: "current-password",
                problems: problems
            )
            button(.class("btn")) { "Change e-mail" }
        }
    }
}
