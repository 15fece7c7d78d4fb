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
                .value("name", "NAME", "The person's name; by default what stands before the @"),
                .repeated("organisation", "NAME", "A company the person acts for"),
            ],
            prompt: "Password: ",
            work: .atTheDesk(add)
        ),
        companies,
    ]

    private static func add(_ call: Call, at desk: Desk) async throws {
        let named = call.required("role")
        guard let role = Role(rawValue: named) else {
            let roles = Role.allCases.map(\.rawValue)
            throw WrongUse(
                problems: ["there is no role “\(named)”.\(didYouMean(nearest(to: named, in: roles)))"],
                hint: "the roles are \(roles.joined(separator: ", "))"
            )
        }
        let access = try await desk.access(toTenantOf: call)
        let email = call.required("email")
        let draft = try AccountDraft(
            email: email,
            name: call.arguments["name"] ?? email.split(separator: "@").first.map(String.init) ?? "",
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
            Sign in at \(desk.address(of: access.tenant))\(signIn)\(second)
            """
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

extension Desk {
    /// A tenant's address: its first host, or its place below the public URL.
    func address(of tenant: Tenant) -> String {
        tenant.settings.hosts.first.map(publicURL.issuer(atHost:))
            ?? publicURL.issuer(ofTenant: tenant.name.text)
    }
}
