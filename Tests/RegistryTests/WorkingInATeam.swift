import FoundationEssentials
import Registry
import Support
import Testing

@Suite("Working in a team")
struct WorkingInATeam {
    let world: TestRegistry
    let application: OwnedApplication

    init() async throws {
        world = try await TestRegistry()
        application = try await world.registeredApplication()
    }

    private func refusal(_ role: MemberRole, _ email: String) throws -> MemberRefusal {
        .roleTooLow(role, of: try #require(EmailAddress(email)), in: "Acme Rentals")
    }

    @Test func `whoever registers an application owns it`() async throws {
        #expect(try await world.partner.member(of: application.id).role == .owner)
        #expect(try await world.partner.applications().map(\.application.id.text) == [application.id])
    }

    @Test func `nobody else has heard of it`() async throws {
        let stranger = try await world.registry.newPartner("lee@cranes.example", at: world.tenant)
        for id in [application.id, "harbour_0000000000000000000000", "", "x' OR '1'='1"] {
            await #expect(throws: MemberRefusal.notAMember) { try await stranger.member(of: id) }
        }
        #expect(try await stranger.applications().isEmpty)
    }

    @Test func `somebody who is disabled while they act changes nothing any more`() async throws {
        let developer = try await world.member("lee@acme.example", as: .developer, of: application)
        let admin = try await world.admin("ada@harbour.example")
        try await admin.disable(developer.account, because: "Left")
        await #expect(throws: MemberRefusal.notAMember) {
            try await developer.addRedirectURI("https://acme.example/x")
        }
        try await admin.enable(developer.account)
        #expect(try await developer.addRedirectURI("https://acme.example/x") == .waits)
    }

    @Test func `a viewer sees everything and changes nothing`() async throws {
        let viewer = try await world.member("lee@acme.example", as: .viewer, of: application)
        #expect(viewer.role == .viewer)
        #expect(try await viewer.partner.applications().count == 1)
        #expect(try await viewer.secrets().count == 1)
        #expect(try await viewer.testAccounts().isEmpty)
        let refused = try refusal(.viewer, "lee@acme.example")
        let entries = try await world.entries {
            await #expect(throws: refused) { try await viewer.addRedirectURI("https://acme.example/x") }
            await #expect(throws: refused) { try await viewer.removeRedirectURI(TestRegistry.callback) }
            await #expect(throws: refused) { try await viewer.setTestAccounts([], replacing: []) }
            await #expect(throws: refused) {
                try await viewer.createSecret(label: "", ticket: "t", others: .leaked)
            }
        }
        #expect(entries.isEmpty)
        #expect(try await world.current(application).redirectURIs.count == 1)
    }

    @Test func `a list of test accounts that somebody else changed meanwhile is not replaced`() async throws {
        let developer = try await world.member("lee@acme.example", as: .developer, of: application)
        let (listed, kim) = (try await developer.testAccounts(), world.customer.account.email)
        try await world.partner.setTestAccounts([kim], of: application.application)
        await #expect(throws: TestAccountRefusal.overtaken) {
            try await developer.setTestAccounts([], replacing: listed)
        }
        #expect(try await developer.testAccounts().map(\.email) == [kim])
    }

    @Test func `a developer changes the application, but none of its secrets`() async throws {
        let developer = try await world.member("lee@acme.example", as: .developer, of: application)
        try await developer.addRedirectURI("https://acme.example/other")
        try await developer.removeRedirectURI("https://acme.example/other")
        try await developer.setTestAccounts([world.customer.account.email], replacing: [])
        let secret = try #require(application.secret)
        let refused = try refusal(.developer, "lee@acme.example")
        await #expect(throws: refused) {
            try await developer.createSecret(label: "", ticket: "t", others: .leaked)
        }
        await #expect(throws: refused) { try await developer.revokeSecret(secret.id) }
        await #expect(throws: refused) { try await developer.endSecret(secret.id, at: nil) }
        _ = try await world.client(application)
    }

    @Test func `a second owner may do all the first one may`() async throws {
        let owner = try await world.member("lee@acme.example", as: .owner, of: application)
        let fresh = try await owner.createSecret(label: "", ticket: "t", others: .untilRevoked)
        _ = try await world.client(application, secret: fresh)
    }

    @Test(arguments: MemberRole.allCases, MemberRole.allCases)
    func `each role may do what those before it may`(
        has role: MemberRole,
        needs least: MemberRole
    )
        async throws
    {
        let partner = try await world.member("lee@acme.example", as: role, of: application).partner
        if role >= least {
            #expect(try await partner.member(of: application.id, atLeast: least).role == role)
        } else {
            await #expect(throws: try refusal(role, "lee@acme.example")) {
                try await partner.member(of: application.id, atLeast: least)
            }
        }
    }

    @Test func `applications that were there before teams keep their owners`() async throws {
        let database = try await TestDatabase.makeEmpty()
        let before = Schema.migrations.prefix { $0.name != "teams" }
        try await migrate(database, Array(before))
        for number in 1...2 {
            let tenant = TenantID(number: number)
            try await database.transaction(.tenant(tenant)) { try arrange(number, tenant, in: $0) }
        }
        try await migrate(database, Schema.migrations)
        for number in 1...2 {
            let tenant = TenantID(number: number)
            let members = try await database.read(.tenant(tenant)) {
                try $0.run(
                    "SELECT application, account, role, joined_at FROM members WHERE tenant = \(tenant)"
                )
            }
            let member = try #require(members.first)
            #expect(members.count == 1)
            #expect(try member.text(0) == "app\(number)" && member.text(1) == "acc\(number)")
            #expect(try member.text(2) == "owner" && member.integer(3) == 7)
        }
    }

    private func arrange(_ number: Int, _ tenant: TenantID, in transaction: any Connection) throws {
        let (application, account) = ("app\(number)", "acc\(number)")
        try transaction.run(
            """
            INSERT INTO tenants (id, name, settings, created_at, updated_at)
            VALUES (\(tenant), \(application), '{}', 1, 1)
            """
        )
        try transaction.run(
            """
            INSERT INTO accounts (tenant, id, role, email, name, organisation, password, created_at)
            VALUES (\(tenant), \(account), 'partner', 'dana@acme.example', 'Dana', '', '', 1)
            """
        )
        try transaction.run(
            """
            INSERT INTO applications
                (tenant, id, owner, ticket, company_name, kind, scopes, revision, created_at)
            VALUES (\(tenant), \(application), \(account), 't', 'Acme', 'confidential', '', 1, 7)
            """
        )
    }
}
