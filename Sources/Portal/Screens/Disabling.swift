import FoundationEssentials
import Registry
import Web

/// Shutting a customer, a partner or an administrator out, and letting them in again.
enum DisablingScreens {
    static func find(_ admin: AdminAccess, _ visit: Visit) async throws -> Response {
        let typed = visit.queryValue("email")?.trimmingSpaces ?? ""
        var page = AccountsPage(
            visit: visit,
            typed: typed,
            disabled: try await admin.disabledAccounts(),
            invited: try await admin.invitedPartners(),
            mayChange: admin.rank == .full
        )
        if let email = EmailAddress(typed) {
            page.found = try await admin.accounts(of: email)
        } else if !typed.isEmpty {
            page.problems = [
                FieldProblem(field: "email", message: "Enter an e-mail address like name@company.com")
            ]
        }
        return page.page.response(to: visit, page.problems.isEmpty ? .ok : .unprocessable)
    }

    static func ask(_ admin: AdminAccess, _ visit: Visit) async throws -> Response {
        AccountPage(standing: try await admin.requested(visit), admin: admin, visit: visit).page
            .response(to: visit)
    }

    static func disable(_ admin: AdminAccess, _ form: Form, _ visit: Visit) async throws -> Response {
        let standing = try await admin.requested(visit)
        let reason = form["reason"]?.trimmingSpaces ?? ""
        var problem: FieldProblem?
        if reason.length > longestReason {
            problem = FieldProblem(field: "reason", message: "Say why in up to 500 characters")
        } else {
            do { try await admin.disable(standing.account, because: reason) } catch let refusal
                as PeopleRefusal
            {
                problem = FieldProblem(field: "account", message: refusal.sentence)
            }
        }
        guard let problem else { return changed(standing, "disabled", visit) }
        return AccountPage(
            standing: standing,
            admin: admin,
            visit: visit,
            reason: reason,
            problems: [problem]
        )
        .page.response(to: visit, .unprocessable)
    }

    static func enable(_ admin: AdminAccess, _ form: Form, _ visit: Visit) async throws -> Response {
        let standing = try await admin.requested(visit)
        try await admin.enable(standing.account)
        return changed(standing, "enabled", visit)
    }

    static func resetSecondFactor(
        _ admin: AdminAccess,
        _ form: Form,
        _ visit: Visit
    ) async throws -> Response {
        let standing = try await admin.requested(visit)
        guard standing.account.role == .partner else { throw Refusal.notFound }
        try await admin.resetSecondFactor(of: standing.account)
        return changed(standing, "reset", visit)
    }

    private static let longestReason = 500

    private static func changed(_ standing: AccountStanding, _ done: String, _ visit: Visit) -> Response {
        .redirect(
            to: visit.path("admin", "accounts", standing.account.id.text).with(query: [("done", done)])
        )
    }
}

extension AdminAccess {
    fileprivate func requested(_ visit: Visit) async throws -> AccountStanding {
        guard let standing = try await account(visit.captured("person")) else { throw Refusal.notFound }
        return standing
    }
}

// MARK: - Pages

private struct AccountsPage {
    let visit: Visit
    let typed: String
    let disabled: (last: [AccountStanding], areAll: Bool)
    let invited: [InvitedPartner]
    let mayChange: Bool

    /// Nil where nobody was looked for.
    var found: [AccountStanding]?
    var problems: [FieldProblem] = []

    var page: Page {
        let title = "Accounts"
        return Page(title, .administrators, problems: problems) {
            Notice(text: InvitedSection.notice(visit.queryValue("done")))
            h1 { title }
            p { "People with a disabled account cannot sign in. Nothing of theirs is deleted." }
            search
            if let found { list(found, "Found", orElse: "Nobody has an account with this address.") }
            list(disabled.last, "Disabled", areAll: disabled.areAll, orElse: "No account is disabled.")
            InvitedSection(
                people: invited.map { .init(email: $0.email, detail: $0.name, expiresAt: $0.expiresAt) },
                cancelling: mayChange ? visit.path("admin", "partners", "cancel-invitation") : nil,
                visit: visit
            )
            if mayChange, visit.tenant.policy.registration != .closed {
                p { a(.href(visit.path("admin", "partners", "invite"))) { "Invite a partner" } }
            }
        }
    }

    private var search: HTML {
        form(
            .class("card"),
            .method("get"),
            .action(visit.path("admin", "accounts")),
            .role("search"),
            .aria("label", "Accounts"),
            .novalidate
        ) {
            AddressField(
                value: typed,
                hint: "Of a customer, a partner or an administrator.",
                autocomplete: "off",
                problems: problems
            )
            div(.class("row")) { button(.class("btn primary")) { "Find account" } }
        }
    }

    private func list(
        _ standings: [AccountStanding],
        _ heading: String,
        areAll: Bool = true,
        orElse nobody: String
    ) -> HTML {
        let id = heading.lowercased()
        return section(.class("card"), .aria("labelledby", id)) {
            h2(.id(id)) { heading }
            if standings.isEmpty { p(.class("note")) { nobody } }
            if !areAll {
                p(.class("note")) {
                    "The \(standings.count) that were disabled last. Find others by their address."
                }
            }
            ul(.class("rows")) { for standing in standings { li { row(standing) } } }
        }
    }

    private func row(_ standing: AccountStanding) -> HTML {
        div {
            a(.href(visit.path("admin", "accounts", standing.account.id.text))) {
                strong { bdi { standing.account.name } }
            }
            if standing.disabledAt != nil { DisabledTag() }
            p(.class("note")) {
                "\(standing.account.role.word), "
                bdi { standing.account.email.text }
            }
        }
    }
}

/// Who it is, and what would become of them: the page that asks.
private struct AccountPage {
    let standing: AccountStanding
    let admin: AdminAccess
    let visit: Visit
    var reason = ""
    var problems: [FieldProblem] = []

    private var account: Account { standing.account }

    var page: Page {
        Page(account.name, .administrators, problems: problems) {
            Notice(text: notice)
            h1(.id("account")) { bdi { account.name } }
            dl(.class("facts")) {
                fact("E-mail") { bdi { account.email.text } }
                fact("Account") { account.role.word }
                fact("Since") { Moment(CalendarText(standing.createdAt)) }
                fact("Last sign-in") {
                    if let at = standing.signedInAt { Moment(CalendarText(at)) } else { "Not yet" }
                }
                if let at = standing.secondFactorSetAt {
                    fact("Second factor") { Moment(CalendarText(at)) }
                }
                if let since = standing.disabledAt { DisabledFact(since: since) }
            }
            if account.id == admin.account.id {
                p { "\(PeopleRefusal.yourself.sentence)." }
            } else if admin.rank == .full {
                if standing.disabledAt == nil { disabling } else { enabling }
                if account.role == .partner, standing.disabledAt == nil, standing.secondFactorSetAt != nil {
                    resetting
                }
            }
            p { a(.href(visit.path("admin", "accounts"))) { "Accounts" } }
        }
    }

    private var notice: String? {
        switch visit.queryValue("done") {
        case "disabled": "The account is disabled."
        case "enabled": "The account is enabled."
        case "reset": "The second factor is gone. They sign in with their password, and can set up another."
        default: nil
        }
    }

    private var disabling: HTML {
        form(.class("card"), .method("post"), .action(place("disable")), .novalidate) {
            SealField(seal: visit.seal(for: .admin))
            h2 { "Disable this account?" }
            p { "They cannot sign in, and their sessions end at once. \(account.role.whatDisablingDoes)" }
            TextField(
                id: "reason",
                label: "Reason",
                value: reason,
                hint: "For the audit log. The person does not see it.",
                isOptional: true,
                direction: .automatic,
                problems: problems
            )
            div(.class("row")) { button(.class("btn danger")) { Naming("Disable", account.name) } }
        }
    }

    private var enabling: HTML {
        form(.class("card"), .method("post"), .action(place("enable"))) {
            SealField(seal: visit.seal(for: .admin))
            h2 { "Enable this account?" }
            p { "They can sign in again. \(account.role.whatEnablingDoes)" }
            div(.class("row")) { button(.class("btn primary")) { Naming("Enable", account.name) } }
        }
    }

    private var resetting: HTML {
        form(.class("card"), .method("post"), .action(place("reset-second-factor"))) {
            SealField(seal: visit.seal(for: .admin))
            h2 { "Lost the phone?" }
            p {
                """
                Without the second factor they sign in with their password alone. Their sessions end at once. Make sure \
                that it is they who ask.
                """
            }
            div(.class("row")) { button(.class("btn danger")) { "Reset second factor" } }
        }
    }

    private func place(_ step: String) -> Path { visit.path("admin", "accounts", account.id.text, step) }
}

/// Stands beside the name of whoever cannot sign in.
struct DisabledTag: Component {
    var body: HTML {
        " "
        span(.class("tag bad")) { "Disabled" }
    }
}

struct DisabledFact: Component {
    let since: Date

    var body: HTML {
        fact("Disabled") {
            "Since "
            Moment(CalendarText(since))
        }
    }
}

extension Role {
    fileprivate var word: String {
        switch self {
        case .partner: "Partner"
        case .customer: "Customer"
        case .admin: "Administrator"
        }
    }

    fileprivate var whatDisablingDoes: String {
        switch self {
        case .partner: "What the applications of their teams do is unchanged."
        case .customer:
            """
            Applications lose their access to this customer’s data within a second. What the customer allowed stays \
            on record.
            """
        case .admin: "What they did stays in the audit log."
        }
    }

    fileprivate var whatEnablingDoes: String {
        switch self {
        case .partner, .admin: "Sessions that ended do not come back."
        case .customer:
            "What they allowed counts again. Access that ended does not come back: applications have to connect anew."
        }
    }
}
