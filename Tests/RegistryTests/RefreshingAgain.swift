import FoundationEssentials
import Registry
import Support
import Testing

@Suite("Refreshing again within a grace")
struct RefreshingAgain {
    let world: TestRegistry
    init() async throws { world = try await TestRegistry { $0.policy.refreshGraceSeconds = 30 } }

    private func repeats(of tokens: IssuedTokens, at world: TestRegistry) async throws -> Int {
        let id = try #require(tokens.refreshToken).id
        return try await world.database.read(.tenant(world.tenant.id)) { connection in
            try connection.run("SELECT repeats FROM refresh_tokens WHERE id = \(id)").first?.integer(0) ?? -1
        }
    }

    /// The application, once the tenant has another rule.
    private func client(
        _ registered: OwnedApplication,
        at world: TestRegistry,
        _ change: (inout Policy) -> Void
    ) async throws -> ClientAccess {
        var settings = world.tenant.settings
        change(&settings.policy)
        return try await world.registry.client(
            ClientCredentials(id: registered.id, secret: registered.secret?.plaintext),
            at: try await world.registry.importTenant(settings, as: world.tenant.name),
            from: TestRegistry.provenance
        )
    }

    private func reuses(at world: TestRegistry) async throws -> Int {
        try await world.ledger().filter { $0.action == "refresh_token.reused" }.count
    }

    @Test func `a second and a third use give other tokens of one family`() async throws {
        let application = try await world.registeredApplication()
        let client = try await world.client(application)
        let bought = try await world.tokens(for: application)
        var given: [IssuedTokens] = []
        for _ in 0..<3 {
            given.append(try await client.refresh(bought))
            world.clock.advance(by: .seconds(14))
        }
        #expect(Set(([bought] + given).compactMap(\.refreshToken?.plaintext)).count == 4)
        for tokens in given {
            #expect(try await world.works(tokens.accessToken, for: application))
            #expect(try await world.works(tokens.refreshToken, for: application))
        }
        #expect(try await !world.works(bought.refreshToken, for: application))
        #expect(try await reuses(at: world) == 0)
        try await client.revoke(try #require(given.first?.refreshToken).plaintext)
        for tokens in given { #expect(try await !world.works(tokens.accessToken, for: application)) }
    }

    @Test func `the fourth use ends everything`() async throws {
        let application = try await world.registeredApplication()
        let client = try await world.client(application)
        let bought = try await world.tokens(for: application)
        var given: [IssuedTokens] = []
        for _ in 0..<3 { given.append(try await client.refresh(bought)) }
        await #expect(throws: TokenRefusal.invalidGrant(.alreadyUsed)) { try await client.refresh(bought) }
        for tokens in given + [bought] {
            #expect(try await !world.works(tokens.accessToken, for: application))
            await #expect(throws: TokenRefusal.invalidGrant(.ended)) { try await client.refresh(tokens) }
        }
        #expect(try await reuses(at: world) == 1)
    }

    @Test func `the grace counts from the first use, and after it a second use ends everything`() async throws
    {
        let application = try await world.registeredApplication()
        let client = try await world.client(application)
        let bought = try await world.tokens(for: application)
        let first = try await client.refresh(bought)
        world.clock.advance(by: .seconds(29))
        let second = try await client.refresh(bought)
        world.clock.advance(by: .seconds(1))
        await #expect(throws: TokenRefusal.invalidGrant(.alreadyUsed)) { try await client.refresh(bought) }
        for tokens in [first, second] {
            #expect(try await !world.works(tokens.accessToken, for: application))
            #expect(try await !world.works(tokens.refreshToken, for: application))
        }
    }

    @Test func `each child has a grace of its own, and its reuse ends its siblings as well`() async throws {
        let application = try await world.registeredApplication()
        let client = try await world.client(application)
        let bought = try await world.tokens(for: application)
        let (one, other) = (try await client.refresh(bought), try await client.refresh(bought))
        let last = try await client.refresh(one)
        _ = try await client.refresh(one)
        world.clock.advance(by: .seconds(31))
        await #expect(throws: TokenRefusal.invalidGrant(.alreadyUsed)) { try await client.refresh(one) }
        for tokens in [other, last] {
            await #expect(throws: TokenRefusal.invalidGrant(.ended)) { try await client.refresh(tokens) }
        }
    }

    @Test func `an application without a secret has none`() async throws {
        let application = try await world.registeredApplication(kind: .public)
        let client = try await world.client(application)
        let bought = try await world.tokens(for: application)
        let fresh = try await client.refresh(bought)
        await #expect(throws: TokenRefusal.invalidGrant(.alreadyUsed)) { try await client.refresh(bought) }
        #expect(try await !world.works(fresh.accessToken, for: application))
    }

    @Test func `another application's second try spoils nothing`() async throws {
        let application = try await world.registeredApplication()
        let other = try await world.client(try await world.registeredApplication("Borrowed Cranes"))
        let client = try await world.client(application)
        let bought = try await world.tokens(for: application)
        _ = try await client.refresh(bought)
        for _ in 0..<4 {
            await #expect(throws: TokenRefusal.invalidGrant(.unknown)) { try await other.refresh(bought) }
        }
        _ = try await client.refresh(bought)
    }

    @Test func `what asks for too much is not counted`() async throws {
        let application = try await world.registeredApplication()
        let client = try await world.client(application)
        let bought = try await world.tokens(for: application, scope: "equipment.read")
        _ = try await client.refresh(bought)
        for _ in 0..<4 {
            await #expect(throws: TokenRefusal.invalidScope) {
                try await client.refresh(bought, scope: "equipment.change")
            }
        }
        _ = try await client.refresh(bought)
    }

    @Test(arguments: [0, 30])
    func `where it is set anew, a use before counts as the first`(seconds: Int) async throws {
        let world = try await TestRegistry { $0.policy.refreshGraceSeconds = 30 - seconds }
        let application = try await world.registeredApplication()
        let bought = try await world.tokens(for: application)
        _ = try await world.client(application).refresh(bought)
        let client = try await client(application, at: world) { $0.refreshGraceSeconds = seconds }
        for _ in 0..<(seconds == 0 ? 0 : 2) { _ = try await client.refresh(bought) }
        await #expect(throws: TokenRefusal.invalidGrant(.alreadyUsed)) { try await client.refresh(bought) }
    }

    @Test(arguments: 0..<4)
    func `of two or three at once each is answered, and all they got works`(round: Int) async throws {
        let application = try await world.registeredApplication()
        let client = try await world.client(application)
        for count in 2...3 {
            let bought = try await world.tokens(for: application)
            let given = await atOnce(count) { try await client.refresh(bought) }
            #expect(given.count == count)
            #expect(Set(given.compactMap(\.refreshToken?.plaintext)).count == count)
            for tokens in given { #expect(try await world.works(tokens.refreshToken, for: application)) }
            #expect(try await repeats(of: bought, at: world) == count - 1)
        }
        #expect(try await reuses(at: world) == 0)
    }

    @Test(arguments: 0..<4)
    func `of 32 at once three are answered, and nothing is left alive`(round: Int) async throws {
        let application = try await world.registeredApplication()
        let client = try await world.client(application)
        let bought = try await world.tokens(for: application)
        let given = await atOnce(32) { try await client.refresh(bought) }
        #expect(given.count == 3)
        for tokens in given + [bought] {
            #expect(try await !world.works(tokens.accessToken, for: application))
            #expect(try await !world.works(tokens.refreshToken, for: application))
        }
    }

    @Test func `a third try after a disconnection brings nothing back`() async throws {
        let application = try await world.registeredApplication()
        let client = try await world.client(application)
        let bought = try await world.tokens(for: application)
        _ = try await client.refresh(bought)
        try await world.customer.disconnect(try #require(try await world.customer.grants().first))
        await #expect(throws: TokenRefusal.invalidGrant(.ended)) { try await client.refresh(bought) }
    }

    @Test(arguments: [Policy.Refresh.keep, .renew])
    func `one that was used up stays so where they work on`(rule: Policy.Refresh) async throws {
        let application = try await world.registeredApplication()
        let bought = try await world.tokens(for: application)
        _ = try await world.client(application).refresh(bought)
        let client = try await client(application, at: world) { $0.refresh = rule }
        await #expect(throws: TokenRefusal.invalidGrant(.alreadyUsed)) { try await client.refresh(bought) }
    }
}
