import FoundationEssentials
import Registry
import Support
import Testing

@Suite("Sweeping expired rows")
struct SweepingExpiredRows {
    let world: TestRegistry
    init() async throws { world = try await TestRegistry() }

    private func rows() async throws -> [String: Int] {
        try await world.database.read(.tenant(world.tenant.id)) { connection in
            let tables: [(String, SQL)] = [
                ("access_tokens", "SELECT count(*) FROM access_tokens"),
                ("refresh_tokens", "SELECT count(*) FROM refresh_tokens"),
                ("token_families", "SELECT count(*) FROM token_families"),
                ("authorization_codes", "SELECT count(*) FROM authorization_codes"),
                ("authorization_requests", "SELECT count(*) FROM authorization_requests"),
                ("sessions", "SELECT count(*) FROM sessions"),
            ]
            return Dictionary(
                uniqueKeysWithValues: try tables.map { name, query in
                    (name, try connection.run(query).first?.integer(0) ?? 0)
                }
            )
        }
    }

    @Test func `what lives is left alone`() async throws {
        let application = try await world.registeredApplication()
        let tokens = try await world.tokens(for: application)
        #expect(try await world.registry.sweep() == 0)
        #expect(try await world.works(tokens.accessToken, for: application))
        #expect(try await world.works(tokens.refreshToken, for: application))
    }

    @Test func `an expired access token goes, its refresh token stays`() async throws {
        let application = try await world.registeredApplication()
        let tokens = try await world.tokens(for: application)
        world.clock.advance(by: .seconds(901))
        #expect(try await world.registry.sweep() == 1)
        #expect(try await rows()["access_tokens"] == 0)
        _ = try await world.client(application).refresh(tokens)
    }

    @Test func `a request goes a day after it ended, so that it can be started again until then`()
        async throws
    {
        let application = try await world.registeredApplication()
        _ = try await world.customer.remember(try await world.request(application), query: "")
        world.clock.advance(by: .seconds(600 + 86_399))
        _ = try await world.registry.sweep()
        #expect(try await rows()["authorization_requests"] == 1)
        world.clock.advance(by: .seconds(2))
        _ = try await world.registry.sweep()
        #expect(try await rows()["authorization_requests"] == 0)
    }

    @Test func `a replay is recognised as long as what was bought may live`() async throws {
        let application = try await world.registeredApplication()
        let client = try await world.client(application)
        let code = try await world.code(for: application)
        var tokens = try await client.redeem(code: code)
        for _ in 0..<3 {
            world.clock.advance(by: .seconds(29 * 86_400))
            _ = try await world.registry.sweep()
            tokens = try await client.refresh(tokens)
        }
        await #expect(throws: TokenRefusal.invalidGrant(.alreadyUsed)) { try await client.redeem(code: code) }
        #expect(try await !world.works(tokens.accessToken, for: application))
        #expect(try await !world.works(tokens.refreshToken, for: application))
    }

    @Test func `a used refresh token is recognised as long as its family may live`() async throws {
        let application = try await world.registeredApplication()
        let client = try await world.client(application)
        let bought = try await world.tokens(for: application)
        var tokens = try await client.refresh(bought)
        for _ in 0..<2 {
            world.clock.advance(by: .seconds(29 * 86_400))
            _ = try await world.registry.sweep()
            tokens = try await client.refresh(tokens)
        }
        await #expect(throws: TokenRefusal.invalidGrant(.expired)) { try await client.refresh(bought) }
        #expect(try await rows()["refresh_tokens"] == 4)
    }

    @Test func `in the end nothing is left but accounts, applications, consent and the ledger`() async throws
    {
        let application = try await world.registeredApplication()
        for _ in 0..<3 {
            let tokens = try await world.tokens(for: application)
            _ = try await world.client(application).refresh(tokens)
        }
        _ = try await world.client(application).issueForItself(scope: nil)
        let entries = try await world.ledger().count
        world.clock.advance(by: .seconds(91 * 86_400))
        while try await world.registry.sweep() > 0 {}
        for (table, count) in try await rows() { #expect(count == 0, "\(table)") }
        #expect(try await world.theOperator.applications().count == 1)
        #expect(try await world.customer.grants().count == 1)
        #expect(try await world.theOperator.verifyLedger() == .complete(entries: entries))
    }

    @Test func `it goes in small steps`() async throws {
        let client = try await world.client(try await world.registeredApplication())
        for _ in 0..<5 { _ = try await client.issueForItself(scope: nil) }
        world.clock.advance(by: .seconds(901))
        #expect(try await world.registry.sweep(batch: "2") == 5)
        #expect(try await world.registry.sweep(batch: "2") == 0)
    }

    @Test func `what fails for one tenant keeps nothing of another`() async throws {
        let database = DoubtfulDatabase(try await TestDatabase.make())
        let world = try await TestRegistry(on: database)
        let quay = try await world.registry.importTenant(.harbour(), as: try #require(TenantName("quay"))).id
        try await database.write(
            "INSERT INTO shared_counts (tenant, digest, times, expires_at) VALUES (\(quay), \([UInt8](1...3)), '', 1)",
            .tenant(quay)
        )
        database.fail(.refused)
        await #expect(throws: DatabaseFault.busy) { try await world.registry.sweep() }
        let left = try await database.read(
            "SELECT 1 FROM shared_counts WHERE tenant = \(quay)",
            .tenant(quay)
        )
        #expect(left.isEmpty)
    }
}
