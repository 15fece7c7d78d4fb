import Registry
import Web

/// The second question at the door: a code from an app, or setting that up (SL-13).
enum SecondFactorScreens {
    static func ask(_ person: UnprovenAccess, _ visit: Visit) async throws -> Response {
        page(person, Goal(visit.queryValue), visit).response(to: visit)
    }

    /// Answers the code of whoever has a second factor, or sets one up with the first code of the new key.
    static func answer(_ person: UnprovenAccess, _ form: Form, _ visit: Visit) async throws -> Response {
        let role = person.account.role
        let (code, goal) = (form["code"] ?? "", Goal { form[$0] })
        return try await visit.trying(code, of: person.account) {
            guard person.hasSecondFactor else {
                return RecoveryCodesPage.response(to: try await person.enrol(code), of: role, visit)
            }
            let cookie = try await person.prove(code)
            let headers = [visit.signedIn(cookie, as: role)].compactMap { $0 }
            return .redirect(to: goal.path(visit, role), headers)
        } refused: { problem in
            page(person, goal, visit, [problem]).response(to: visit, .unprocessable)
        }
    }

    private static func page(
        _ person: UnprovenAccess,
        _ goal: Goal,
        _ visit: Visit,
        _ problems: [FieldProblem] = []
    ) -> Page {
        let action = person.account.role.secondFactor(visit)
        if person.hasSecondFactor {
            return CodePage(person: person, goal: goal, action: action, visit: visit, problems: problems).page
        }
        return NewFactorPage(
            account: person.account,
            key: person.newKey,
            action: action,
            visit: visit,
            problems: problems
        ).page
    }
}

// MARK: - Administrators and partners who are in

extension SecondFactorScreens {
    static func show(_ admin: AdminAccess, _ visit: Visit) async throws -> Response {
        let state = try await admin.secondFactor()
        return FactorPage(account: admin.account, state: state, visit: visit).page.response(to: visit)
    }

    static func show(_ partner: PartnerAccess, _ visit: Visit) async throws -> Response {
        let state = try await partner.secondFactor()
        return FactorPage(account: partner.account, state: state, visit: visit).page.response(to: visit)
    }

    /// Shows a new key; a `POST`, so that only who just proved themselves sees one.
    static func renew(_ admin: AdminAccess, _ form: Form, _ visit: Visit) async throws -> Response {
        let action = visit.path("admin", "your-second-factor", "new")
        func page(_ problems: [FieldProblem]) -> Page {
            NewFactorPage(
                account: admin.account,
                key: admin.newKey,
                action: action,
                visit: visit,
                problems: problems
            ).page
        }
        guard let code = form["code"] else { return page([]).response(to: visit) }
        return try await visit.trying(code, of: admin.account) {
            RecoveryCodesPage.response(to: try await admin.enrolAgain(code), of: .admin, visit)
        } refused: { problem in
            page([problem]).response(to: visit, .unprocessable)
        }
    }

    static func askForNew(_ partner: PartnerAccess, _ visit: Visit) async throws -> Response {
        guard !partner.hasSecondFactor else { throw Refusal.notFound }
        return newPage(partner, visit, []).response(to: visit)
    }

    static func setUp(_ partner: PartnerAccess, _ form: Form, _ visit: Visit) async throws -> Response {
        guard !partner.hasSecondFactor else { throw Refusal.notFound }
        let code = form["code"] ?? ""
        return try await visit.trying(code, of: partner.account) {
            RecoveryCodesPage.response(to: try await partner.enrol(code), of: .partner, visit)
        } refused: { problem in
            newPage(partner, visit, [problem]).response(to: visit, .unprocessable)
        }
    }

    static func remove(_ partner: PartnerAccess, _ form: Form, _ visit: Visit) async throws -> Response {
        try await partner.removeSecondFactor()
        return .redirect(to: Role.partner.ownSecondFactor(visit))
    }

    private static func newPage(
        _ partner: PartnerAccess,
        _ visit: Visit,
        _ problems: [FieldProblem]
    ) -> Page {
        NewFactorPage(
            account: partner.account,
            key: partner.newKey,
            action: visit.path("partners", "your-second-factor", "new"),
            visit: visit,
            problems: problems
        ).page
    }
}

extension Role {
    func home(_ visit: Visit) -> Path {
        switch self {
        case .partner: visit.path("applications")
        case .customer: visit.path("account", "connections")
        case .admin: visit.path("admin")
        }
    }

    func signIn(_ visit: Visit, in spoken: Spoken? = nil) -> Path {
        let page =
            switch self {
            case .partner: visit.path("partners", "sign-in")
            case .customer: visit.path("sign-in")
            case .admin: visit.path("admin", "sign-in")
            }
        return page.with(query: spoken?.wish(visit) ?? [])
    }

    /// Where somebody is asked for their code; customers never are.
    func secondFactor(_ visit: Visit) -> Path {
        visit.path(self == .admin ? "admin" : "partners", "second-factor")
    }

    /// Where somebody who is in looks after theirs.
    func ownSecondFactor(_ visit: Visit) -> Path {
        visit.path(self == .admin ? "admin" : "partners", "your-second-factor")
    }
}

extension Visit {
    /// Tries a code under the brake of its account; throws ``Refusal/tooMany(_:)`` after too many.
    func trying(
        _ code: String,
        of account: Account,
        _ take: () async throws -> Response,
        refused: (FieldProblem) -> Response
    ) async throws -> Response {
        let key = "\(tenant.name) \(account.id)"
        let attempt = try await Attempt([(site.brakes.secondFactorFailures, key)], self)
        if let wait = attempt.wait { throw Refusal.tooMany(wait) }
        do {
            let response = try await take()
            try await attempt.forgive()
            return response
        } catch is SecondFactorRefusal {
            let message =
                code.trimmingSpaces.isEmpty
                ? "Enter the code" : "This code is not right, or it was used before. Enter the next one"
            return refused(FieldProblem(field: "code", message: message))
        } catch {
            try await attempt.forgive()
            throw error
        }
    }
}

// MARK: - Pages

/// Where a code goes, of six digits or a recovery code.
struct CodeField: Component {
    var id = "code"
    var hint = "Six digits from your authenticator app, or one of your recovery codes."
    var problems: [FieldProblem] = []

    var body: HTML {
        TextField(
            id: id,
            label: "Code",
            hint: hint,
            autocomplete: "one-time-code",
            direction: .leftToRight,
            problems: problems,
            extra: [.autocapitalize("none"), .spellcheck(false), .maxlength(32)]
        )
    }
}

private struct CodePage {
    let person: UnprovenAccess
    let goal: Goal
    let action: Path
    let visit: Visit
    let problems: [FieldProblem]

    var page: Page {
        let title = "Enter your code"
        return Page(title, .gate, problems: problems) {
            h1 { title }
            p {
                "You sign in to \(visit.brand.displayName) as "
                bdi { person.account.email.text }
                "."
            }
            form(.class("stack"), .method("post"), .action(action), .novalidate) {
                SealField(seal: visit.seal(for: person.account.role))
                HiddenFields(fields: goal.fields)
                CodeField(problems: problems)
                button(.class("btn primary")) { "Sign in" }
            }
            p(.class("note")) {
                a(.href(person.account.role.signIn(visit).with(query: goal.fields))) {
                    "Sign in as somebody else"
                }
            }
        }
    }
}

/// The key to type into an app, and the first code it shows.
private struct NewFactorPage {
    let account: Account
    let key: AuthenticatorKey
    let action: Path
    let visit: Visit
    let problems: [FieldProblem]

    var page: Page {
        let title = "Set up a second factor"
        return Page(title, .gate, problems: problems) {
            h1 { title }
            p {
                """
                From now on you sign in with your password and a code that an app on your phone shows. A stolen \
                password alone then opens nothing.
                """
            }
            ol(.class("steps")) {
                li {
                    p { "Open an authenticator app, or your password manager, and add an account by hand." }
                }
                li {
                    div(.class("secret")) {
                        h2(.id("key")) { "Type or paste this key" }
                        output(.aria("labelledby", "key")) { code(.id("key-text")) { grouped } }
                        p(.class("note")) {
                            "Account "
                            bdi { "\(visit.brand.briefName): \(account.email.text)" }
                            ", time-based, six digits."
                        }
                    }
                }
                li { p { "Enter the code that the app shows now." } }
            }
            form(.class("stack"), .method("post"), .action(action), .novalidate) {
                SealField(seal: visit.seal(for: account.role))
                CodeField(hint: "Six digits. The app shows others every 30 seconds.", problems: problems)
                button(.class("btn primary")) { "Set up second factor" }
            }
        }
    }

    /// Eight groups of four, so that nobody loses their place; apps skip the spaces.
    private var grouped: String {
        let letters = Array(key.text.utf8)
        let groups = stride(from: 0, to: letters.count, by: 4).map { letters.dropFirst($0).prefix(4) }
        return String(decoding: Array(groups.joined(separator: [UInt8(ascii: " ")])), as: UTF8.self)
    }
}

/// The recovery codes, in the answer to the request that made them; the only time anybody sees them.
private enum RecoveryCodesPage {
    static func response(to enrolment: Enrolment, of role: Role, _ visit: Visit) -> Response {
        Page("Keep your recovery codes", .gate) {
            p(.class("notice"), .role("status")) { "Your second factor is set up." }
            h1 { "Keep your recovery codes" }
            p {
                """
                Each of them lets you in once without the app, for instance when your phone is lost. They are shown \
                only now: print them, or keep them in your password manager.
                """
            }
            div(.class("secret")) {
                h2(.id("codes")) { "Recovery codes" }
                output(.aria("labelledby", "codes")) {
                    ul(.class("codes")) {
                        for recovery in enrolment.recoveryCodes { li { code { recovery.plaintext } } }
                    }
                }
            }
            p { a(.class("btn primary"), .href(role.home(visit))) { "I have kept them" } }
        }.response(to: visit, .ok, [visit.signedIn(enrolment.cookie, as: role)].compactMap { $0 })
    }
}

/// What somebody has, and what they can do about it.
private struct FactorPage {
    let account: Account
    let state: SecondFactorState?
    let visit: Visit

    private var isAdmin: Bool { account.role == .admin }

    var page: Page {
        Page("Second factor", isAdmin ? .administrators : .partners(signedIn: true, current: nil)) {
            h1 { "Second factor" }
            if let state { present(state) } else { absent }
        }
    }

    @HTMLBuilder private func present(_ state: SecondFactorState) -> HTML {
        dl(.class("facts")) {
            div {
                dt { "Set up on" }
                dd { Moment(CalendarText(state.setAt)) }
            }
            div {
                dt { "Recovery codes" }
                dd { "\(state.recoveryCodesLeft) left" }
            }
        }
        if isAdmin {
            step(
                "new",
                "Set it up again",
                "For a new phone, or for new recovery codes. The old key and codes end, and your other sessions too."
            )
        } else {
            step(
                "remove",
                "Remove second factor",
                "Afterwards your password alone lets you in. Your other sessions end. To move to a new phone, remove it and set it up again."
            )
        }
    }

    private func step(_ step: String, _ words: String, _ effect: String) -> HTML {
        form(.class("card"), .method("post"), .action(account.role.ownSecondFactor(visit).appending(step))) {
            SealField(seal: visit.seal(for: account.role))
            p { effect }
            div(.class("row")) { button(.class("btn")) { words } }
        }
    }

    @HTMLBuilder private var absent: HTML {
        p {
            """
            A code from an app on your phone, besides your password. With it a stolen password alone opens nothing.
            """
        }
        p {
            a(.class("btn primary"), .href(account.role.ownSecondFactor(visit).appending("new"))) {
                "Set up a second factor"
            }
        }
    }
}
