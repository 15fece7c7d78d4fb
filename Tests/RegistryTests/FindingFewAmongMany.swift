import FoundationEssentials
import Registry
import Support
import Testing

/// A tenant may have a million of anything, so nobody's request looks through all of them.
@Suite("Finding few among many", .enabled(if: !TestDatabase.isPostgres))
struct FindingFewAmongMany {
    let database: WatchedDatabase
    let world: TestRegistry
    let application: OwnedApplication

    init() async throws {
        database = try WatchedDatabase()
        world = try await TestRegistry(on: database)
        application = try await world.registeredApplication()
    }

    @Test func `what applications ask for looks at their own rows`() async throws {
        let tokens = try await world.tokens(for: application)
        _ = try await world.client(application).refresh(tokens)
        #expect(try await world.works(tokens.accessToken, for: application))
        try await world.client(application).revoke(try #require(tokens.refreshToken).plaintext)
        #expect(database.walks == [])
    }

    @Test func `what customers do looks at their own rows`() async throws {
        _ = try await world.tokens(for: application)
        for grant in try await world.customer.grants() { try await world.customer.disconnect(grant) }
        _ = try await world.tokens(for: application)
        try await world.customer.own.changePassword(
            from: TestRegistry.password,
            to: "another walk to the pier"
        )
        #expect(database.walks == [])
    }

    @Test func `what partners do looks at their own rows`() async throws {
        _ = try await world.registeredApplication("Birch", isApproved: false)
        try await world.partner.addRedirectURI("https://acme.example/new", to: application.application)
        _ = try await world.partner.applications()
        _ = try await world.partner.activity(of: application.application)
        _ = try await world.partner.secrets(of: application.application)
        _ = try await world.partner.member(of: application.id).approvalChecklist()
        _ = try await world.tokens(for: application)
        try await world.partner.member(of: application.id).delete()
        #expect(database.walks == [])
    }

    @Test func `what administrators do with one looks at its rows`() async throws {
        let admin = try await world.admin("kim@rovitracker.example")
        _ = try await admin.queue()
        _ = try await admin.manualRequests()
        _ = try await admin.limitsNear()
        _ = try await admin.subject(application.id)
        _ = try await admin.applications()
        _ = try await admin.accounts(of: world.customer.account.email)
        try await admin.disable(world.customer.account, because: "Asked for it")
        try await world.theOperator.suspend(application.id, reason: "Traffic")
        #expect(database.walks == [])
    }

    @Test func `what is over is swept without looking at what is not`() async throws {
        _ = try await world.tokens(for: application)
        world.clock.advance(by: .seconds(400 * 86_400))
        _ = try await world.registry.sweep()
        #expect(database.walks == [])
    }

    @Test func `so it is when the data is opened again, whoever counted the rows meanwhile`() async throws {
        let folder = try TemporaryFolder()
        for _ in 1...2 {
            let database = try SQLiteDatabase(path: folder.path + "/portal.db")
            try await migrate(database, Schema.migrations)
            #expect(try await plans(in: database).allSatisfy { $0.contains("token_families_by_grant") })
            try await database.transaction(.directory) { try $0.run("ANALYZE") }
            await database.close()
        }
    }

    /// How a reader and the writer look for the families of one consent.
    private func plans(in database: SQLiteDatabase) async throws -> [String] {
        let plan: SQL =
            "EXPLAIN QUERY PLAN SELECT scopes FROM token_families WHERE tenant = 1 AND grant_id = 'a'"
        let read = try await database.read(plan, .directory)
        let written = try await database.transaction(.directory) { try $0.run(plan) }
        return try (read + written).map { try $0.text(3) }
    }
}
