import Registry
import Support
import Testing

/// What is gathered in memory and could not be written, or perhaps was.
@Suite("Writing again")
struct WritingAgain {
    let database: DoubtfulDatabase
    let world: TestRegistry
    let application: OwnedApplication

    init() async throws {
        database = DoubtfulDatabase(try await TestDatabase.make())
        world = try await TestRegistry(on: database)
        application = try await world.registeredApplication()
    }

    /// Fails once where `failure` says, and is asked again.
    private func write(
        failing failure: DoubtfulDatabase.Failure,
        _ write: () async throws -> Void
    ) async throws {
        database.fail(failure)
        await #expect(throws: DatabaseFault.self) { try await write() }
        try await write()
    }

    @Test(arguments: [DoubtfulDatabase.Failure.refused, .unconfirmed])
    func `a use is counted once`(failure: DoubtfulDatabase.Failure) async throws {
        _ = try await world.registry.client(
            ClientCredentials(id: application.id, secret: try #require(application.secret).plaintext),
            at: world.tenant,
            from: TestRegistry.provenance
        )
        try await write(failing: failure) { try await world.registry.writeLastUses() }
        let listed = try await world.partner.secrets(of: application.application)
        #expect(listed.first?.recentUses.count == 1)
    }

    @Test(arguments: [DoubtfulDatabase.Failure.refused, .unconfirmed])
    func `an entry of an application stands there once`(failure: DoubtfulDatabase.Failure) async throws {
        world.registry.note(
            .missing(parameter: "state"),
            of: application.id,
            at: .token,
            at: world.tenant,
            from: TestRegistry.provenance
        )
        try await write(failing: failure) { try await world.registry.writeActivity() }
        #expect(try await world.partner.activity(of: application.application).entries.count == 1)
    }

    @Test(arguments: [(DoubtfulDatabase.Failure.refused, 1), (.unconfirmed, 2)])
    func `a crossing stands in the ledger rather twice than never`(
        failure: DoubtfulDatabase.Failure,
        rows: Int
    ) async throws {
        let quayside = try await world.registry.importTenant(
            .harbour(),
            as: try #require(TenantName("quay-side"))
        )
        let stranger = try await world.registry.newPartner("dana@acme.example", at: quayside)
        await #expect(throws: MemberRefusal.notAMember) { try await stranger.member(of: application.id) }
        try await write(failing: failure) { try await world.registry.writeCrossings() }
        let theirs = try await world.registry.operatorAccess(to: quayside).ledger(after: 0, limit: 9999)
        let crossings = theirs.filter { $0.action == "crossing.refused" }
        #expect(crossings.count == rows)
        #expect(Set(crossings.map(\.reference)).count == 1)
    }
}
