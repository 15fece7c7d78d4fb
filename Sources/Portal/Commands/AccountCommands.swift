import FoundationEssentials
import Registry

enum AccountCommands {
    static let all = [
        Command(
            name: "account add",
            summary: "Create an account; the password is read from standard input",
            details: """
                The password has at least 12 characters. The first line of standard input is taken:
                  printf '%s\\n' "$PASSWORD" | portal account add --role admin --email robin@provider.example
                """,
            options: [
                .tenant,
                .required("role", "ROLE", "partner, customer or admin"),
                .required("email", "EMAIL", "The address to sign in with"),
                .value(
                    "name",
                    "NAME",
                    "The person's name; by default what stands before the @, without dots"
                ),
                .repeated("organisation", "NAME", "A company the person acts for"),
            ],
            prompt: "Password: ",
            work: .atTheDesk(add)
        ),
        Command(
            name: "account list",
            summary: "List accounts and whether they can sign in",
            options: [
                .tenant, role(of: "Only these: partner, customer or admin"),
                .flag("disabled", "Only those that are disabled"),
            ],
            work: .atTheDesk(list)
        ),
        Command(
            name: "account disable",
            operands: .one("ADDRESS"),
            summary: "Shut somebody out: sign-in, sessions, and access to a customer's data",
            details: """
                Nothing is deleted. Access to a customer's data ends for good; what the customer allowed stands. What the
                applications of a partner's teams do is unchanged.
                """,
            options: [
                .tenant, role(of: "Which account, where the address has several"),
                .value("reason", "TEXT", "Why, for the ledger"),
            ],
            work: .atTheDesk(disable)
        ),
        Command(
            name: "account enable",
            operands: .one("ADDRESS"),
            summary: "Let somebody sign in again",
            options: [.tenant, role(of: "Which account, where the address has several")],
            work: .atTheDesk(enable)
        ),
        Command(
            name: "account reset",
            operands: .one("ADDRESS"),
            summary: "End a partner's second factor and sessions, so that the password alone lets them in",
            details: "For who lost phone and recovery codes. For administrators there is portal admin reset.",
            options: [.tenant],
            work: .atTheDesk(reset)
        ),
        companies,
    ]

    private static func role(of help: String) -> Option { .value("role", "ROLE", help) }

    private static func add(_ call: Call, at desk: Desk) async throws {
        let role = try role(called: call.required("role"))
        let access = try await desk.access(toTenantOf: call)
        let email = call.required("email")
        let draft = try AccountDraft(
            email: email,
            name: call.arguments["name"]
                ?? email.prefix { $0 != "@" }.split(separator: ".").joined(separator: " "),
            companies: try companies(in: call),
            password: try password(in: call.input),
            at: access.tenant
        )
        let account = try await access.add(draft, as: role)
        let signIn = SignInPage.path(for: role)
        let second = role == .admin ? "\nThe first time, an authenticator app is set up." : ""
        call.print(
            [
                ("id", .text(account.id.text)), ("tenant", .text(access.tenant.name.text)),
                ("role", .text(role.rawValue)), ("email", .text(account.email.text)),
            ],
            """
            Created the \(role.rawValue) \(account.email) of \(access.tenant.brand.displayName).
            Sign in at \(desk.publicURL.address(of: access.tenant))\(signIn)\(second)
            """
        )
    }

    private static func list(_ call: Call, at desk: Desk) async throws {
        let roles = try call.arguments["role"].map { [try role(called: $0)] } ?? Role.allCases
        let access = try await desk.access(toTenantOf: call)
        let onlyDisabled = call.arguments.has("disabled")
        try await call.print(
            columns: ["email", "role", "name", "disabled", "last_sign_in"],
            empty: onlyDisabled ? "No account is disabled." : "No accounts yet.",
            facts: facts
        ) { last in
            try await access.accounts(in: roles, onlyDisabled: onlyDisabled, after: last?.account)
        }
    }

    private static func disable(_ call: Call, at desk: Desk) async throws {
        let (access, account) = try await account(of: call, at: desk)
        try await access.disable(account, because: call.arguments["reason"] ?? "")
        report("Disabled", account, isDisabled: true, call)
    }

    private static func enable(_ call: Call, at desk: Desk) async throws {
        let (access, account) = try await account(of: call, at: desk)
        try await access.enable(account)
        report("Enabled", account, isDisabled: false, call)
    }

    private static func reset(_ call: Call, at desk: Desk) async throws {
        let (access, account) = try await account(of: call, as: .partner, at: desk)
        try await access.resetSecondFactor(of: account)
        call.print(
            [("id", .text(account.id.text)), ("email", .text(account.email.text))],
            "The partner \(account.email) signs in with the password alone, until another factor is set up."
        )
    }

    private static func report(_ done: String, _ account: Account, isDisabled: Bool, _ call: Call) {
        call.print(
            [
                ("id", .text(account.id.text)), ("role", .text(account.role.rawValue)),
                ("email", .text(account.email.text)), ("disabled", .bool(isDisabled)),
            ],
            "\(done) the \(account.role.rawValue) \(account.email)."
        )
    }

    private static func facts(_ standing: AccountStanding) -> [(String, JSON)] {
        [
            ("id", .text(standing.account.id.text)), ("email", .text(standing.account.email.text)),
            ("role", .text(standing.account.role.rawValue)), ("name", .text(standing.account.name)),
            ("language", .text(standing.language ?? "")),
            ("disabled", .bool(standing.disabledAt != nil)),
            ("last_sign_in", .text(standing.signedInAt?.formatted(.iso8601) ?? "never")),
        ]
    }

    /// The one account that an address and perhaps a role name.
    private static func account(
        of call: Call,
        as role: Role? = nil,
        at desk: Desk
    ) async throws -> (OperatorAccess, Account) {
        let (access, address) = (try await desk.access(toTenantOf: call), call.arguments.operands.first ?? "")
        let wanted = try role ?? call.arguments["role"].map(role(called:))
        guard let email = EmailAddress(address) else {
            throw CommandFailure("\(address) is not an e-mail address")
        }
        let found = try await access.accounts(of: email)
        let accounts = found.map(\.account).filter { wanted == nil || $0.role == wanted }
        guard let account = accounts.first else {
            throw CommandFailure(
                "there is no \(wanted?.rawValue ?? "account") \(address)",
                hint: "portal account list shows them"
            )
        }
        guard accounts.count == 1 else {
            let roles = accounts.map(\.role.rawValue).joined(separator: " and ")
            throw CommandFailure("\(address) is \(roles)", hint: "--role says which account is meant")
        }
        return (access, account)
    }

    private static func role(called name: String) throws(WrongUse) -> Role {
        if let role = Role(rawValue: name) { return role }
        let roles = Role.allCases.map(\.rawValue)
        throw WrongUse(
            problems: ["there is no role “\(name)”.\(didYouMean(nearest(to: name, in: roles)))"],
            hint: "the roles are \(roles.joined(separator: ", "))"
        )
    }

    /// The first line; passwords are compared as bytes, so what is no UTF-8 is refused rather than mended.
    private static func password(in input: [UInt8]) throws(CommandFailure) -> String {
        let line = input.prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
        guard let text = String(validating: line, as: UTF8.self) else {
            throw CommandFailure("the password is not text in UTF-8")
        }
        return text
    }
}

/// Where people of each role sign in, below their tenant's address.
enum SignInPage {
    static func path(for role: Role) -> String {
        switch role {
        case .partner: "/partners/sign-in"
        case .customer: "/sign-in"
        case .admin: "/admin/sign-in"
        }
    }
}
