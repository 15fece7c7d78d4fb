import FoundationEssentials
import Registry

/// `portal admin`: a tenant's administrators, for whoever can reach the data folder.
enum AdminCommands {
    private static let email = Option.required("email", "EMAIL", "Whose account it is")

    static let all = [
        Command(
            name: "admin invite",
            summary: "Print a link with which somebody becomes an administrator",
            details: "It works once, for seven days. Nothing is mailed.",
            options: [.tenant, email, .value("role", "ROLE", "full or read_only; by default full")],
            work: .atTheDesk(invite)
        ),
        Command(
            name: "admin list",
            summary: "List a tenant's administrators",
            options: [.tenant],
            work: .atTheDesk(list)
        ),
        Command(
            name: "admin reset",
            summary: "End an administrator's second factor and sessions, and print a link to begin again",
            options: [.tenant, email],
            work: .atTheDesk(reset)
        ),
        Command(
            name: "admin revoke",
            summary: "Take an administrator's access away at once",
            options: [.tenant, email],
            work: .atTheDesk(revoke)
        ),
    ]

    private static func invite(_ call: Call, at desk: Desk) async throws {
        let access = try await desk.access(toTenantOf: call)
        guard let email = EmailAddress(call.required("email")) else {
            throw CommandFailure("\(call.required("email")) is not an e-mail address")
        }
        guard let rank = Rank(rawValue: call.arguments["role"] ?? Rank.full.rawValue) else {
            throw WrongUse(problems: ["there is no such role"], hint: "the roles are full and read_only")
        }
        call.print(try await access.invite(email, as: rank), for: email.text, at: desk, access.tenant)
    }

    private static func list(_ call: Call, at desk: Desk) async throws {
        let people = try await desk.access(toTenantOf: call).administrators()
        call.print(
            people.map { person in
                [
                    ("email", .text(person.account.email.text)), ("name", .text(person.account.name)),
                    ("role", .text(person.rank.rawValue)),
                    ("second_factor", .bool(person.secondFactorSetAt != nil)),
                    ("last_sign_in", .text(person.signedInAt?.formatted(.iso8601) ?? "never")),
                    ("sessions", .number(person.sessions)),
                ]
            },
            columns: ["email", "name", "role", "second_factor", "last_sign_in", "sessions"],
            empty: "No administrators yet. portal init prints a link for the first."
        )
    }

    private static func reset(_ call: Call, at desk: Desk) async throws {
        let (access, person) = try await administrator(of: call, at: desk)
        call.print(try await access.reset(person), for: person.account.email.text, at: desk, access.tenant)
    }

    private static func revoke(_ call: Call, at desk: Desk) async throws {
        let (access, person) = try await administrator(of: call, at: desk)
        try await access.remove(person)
        let email = person.account.email.text
        call.print([("email", .text(email)), ("revoked", .bool(true))], "\(email) has no access any more.")
    }

    private static func administrator(
        of call: Call,
        at desk: Desk
    ) async throws -> (OperatorAccess, Administrator) {
        let access = try await desk.access(toTenantOf: call)
        do {
            return (access, try await access.administrator(call.required("email")))
        } catch PeopleRefusal.noSuchAdministrator {
            throw CommandFailure(
                "there is no administrator \(call.required("email"))",
                hint: "portal admin list shows them"
            )
        }
    }
}

extension Desk {
    /// Where a link to become an administrator leads.
    func address(of link: OneTimeLink, at tenant: Tenant) -> String {
        "\(publicURL.address(of: tenant))/admin/invitations/\(link.secret.plaintext)"
    }
}

extension Call {
    fileprivate func print(_ link: OneTimeLink, for email: String, at desk: Desk, _ tenant: Tenant) {
        let address = desk.address(of: link, at: tenant)
        print(
            [
                ("tenant", .text(tenant.name.text)), ("email", .text(email)), ("link", .text(address)),
                ("until", .text(link.expiresAt.formatted(.iso8601))),
            ],
            """
            Open this link as \(email) (works once, until \(CalendarText(link.expiresAt).full)):
              \(address)
            """
        )
    }
}
