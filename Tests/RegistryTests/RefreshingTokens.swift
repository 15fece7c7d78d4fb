import FoundationEssentials
import Registry
import Support
import Testing

@Suite("Refreshing tokens")
struct RefreshingTokens {
    let world: TestRegistry
    init() async throws { world = try await TestRegistry() }

    @Test func `a refresh gives a new pair and the old refresh token stops`() async throws {
        let application = try await world.registeredApplication()
        let client = try await world.client(application)
        let bought = try await world.tokens(for: application)
        let refreshed = try await client.refresh(bought)
        #expect(refreshed.accessToken.plaintext != bought.accessToken.plaintext)
        #expect(refreshed.refreshToken?.plaintext != bought.refreshToken?.plaintext)
        #expect(refreshed.scopes == bought.scopes)
        #expect(try await world.works(refreshed.accessToken, for: application))
        #expect(try await world.works(refreshed.refreshToken, for: application))
        #expect(try await !world.works(bought.refreshToken, for: application))
    }

    @Test(arguments: 0..<5)
    func `a used one, seen again, ends everything the code ever bought`(reused: Int) async throws {
        let application = try await world.registeredApplication()
        let client = try await world.client(application)
        var chain = [try await world.tokens(for: application)]
        for _ in 0..<5 { chain.append(try await client.refresh(try #require(chain.last))) }
        await #expect(throws: TokenRefusal.invalidGrant(.alreadyUsed)) {
            try await client.refresh(chain[reused])
        }
        for tokens in chain {
            #expect(try await !world.works(tokens.accessToken, for: application))
            #expect(try await !world.works(tokens.refreshToken, for: application))
        }
        await #expect(throws: TokenRefusal.invalidGrant(.ended)) {
            try await client.refresh(try #require(chain.last))
        }
        #expect(try await world.ledger().contains { $0.action == "refresh_token.reused" })
    }

    @Test func `reuse leaves what another code bought alone`() async throws {
        let application = try await world.registeredApplication()
        let client = try await world.client(application)
        let (one, other) = (
            try await world.tokens(for: application), try await world.tokens(for: application)
        )
        _ = try await client.refresh(one)
        await #expect(throws: TokenRefusal.self) { try await client.refresh(one) }
        #expect(try await world.works(other.accessToken, for: application))
        _ = try await client.refresh(other)
    }

    @Test func `scope may shrink, and comes back whole next time`() async throws {
        let application = try await world.registeredApplication()
        let client = try await world.client(application)
        let bought = try await world.tokens(for: application, scope: "equipment.read equipment.change")
        let smaller = try await client.refresh(bought, scope: "equipment.change")
        #expect(smaller.scopes.wire == "equipment.change")
        let facts = try #require(try await client.introspect(smaller.accessToken.plaintext))
        #expect(facts.scopes.wire == "equipment.change")
        let whole = try await client.refresh(smaller)
        #expect(whole.scopes.wire == "equipment.read equipment.change")
    }

    @Test(arguments: ["equipment.change", "equipment.read equipment.change", "admin", "a\"b", "é"])
    func `scope never grows, and asking for more spoils nothing`(scope: String) async throws {
        let application = try await world.registeredApplication()
        let client = try await world.client(application)
        let bought = try await world.tokens(for: application, scope: "equipment.read")
        await #expect(throws: TokenRefusal.invalidScope) { try await client.refresh(bought, scope: scope) }
        _ = try await client.refresh(bought)
    }

    @Test func `a permission taken from the application is gone at the next refresh`() async throws {
        let application = try await world.registeredApplication()
        let bought = try await world.tokens(for: application, scope: "equipment.read equipment.change")
        try await world.database.transaction(.tenant(world.tenant.id)) { transaction in
            _ = try transaction.run("UPDATE applications SET scopes = 'equipment.read'")
        }
        world.clock.advance(by: .seconds(2))
        let refreshed = try await world.client(application).refresh(bought)
        #expect(refreshed.scopes.wire == "equipment.read")
    }

    @Test func `an unused one ends after 30 days`() async throws {
        let application = try await world.registeredApplication()
        let client = try await world.client(application)
        let (one, other) = (
            try await world.tokens(for: application), try await world.tokens(for: application)
        )
        world.clock.advance(by: .seconds(30 * 86_400 - 1))
        _ = try await client.refresh(one)
        world.clock.advance(by: .seconds(1))
        #expect(try await !world.works(other.refreshToken, for: application))
        await #expect(throws: TokenRefusal.invalidGrant(.expired)) { try await client.refresh(other) }
    }

    @Test func `however often it is used, it ends 90 days after the code`() async throws {
        let application = try await world.registeredApplication()
        let client = try await world.client(application)
        var tokens = try await world.tokens(for: application)
        for _ in 0..<3 {
            world.clock.advance(by: .seconds(29 * 86_400))
            tokens = try await client.refresh(tokens)
        }
        world.clock.advance(by: .seconds(3 * 86_400 - 1))
        tokens = try await client.refresh(tokens)
        world.clock.advance(by: .seconds(1))
        await #expect(throws: TokenRefusal.invalidGrant(.expired)) { try await client.refresh(tokens) }
    }

    @Test func `no access token outlives the 90 days by more than its own life`() async throws {
        let application = try await world.registeredApplication()
        let client = try await world.client(application)
        let bought = try await world.tokens(for: application)
        world.clock.advance(by: .seconds(29 * 86_400))
        let second = try await client.refresh(bought)
        world.clock.advance(by: .seconds(29 * 86_400))
        let third = try await client.refresh(second)
        world.clock.advance(by: .seconds(29 * 86_400))
        let fourth = try await client.refresh(third)
        world.clock.advance(by: .seconds(3 * 86_400 - 1))
        let last = try await client.refresh(fourth)
        world.clock.advance(by: .seconds(901))
        #expect(try await !world.works(last.accessToken, for: application))
    }

    @Test func `another application can neither use nor spoil it`() async throws {
        let application = try await world.registeredApplication()
        let other = try await world.registeredApplication("Borrowed Cranes")
        let bought = try await world.tokens(for: application)
        await #expect(throws: TokenRefusal.invalidGrant(.unknown)) {
            try await world.client(other).refresh(bought)
        }
        let used = try await world.client(application).refresh(bought)
        await #expect(throws: TokenRefusal.invalidGrant(.unknown)) {
            try await world.client(other).refresh(bought)
        }
        #expect(try await world.works(used.accessToken, for: application))
    }

    @Test func `a customer who disconnects ends it`() async throws {
        let application = try await world.registeredApplication()
        let bought = try await world.tokens(for: application)
        let grant = try #require(try await world.customer.grants().first)
        try await world.customer.disconnect(grant)
        await #expect(throws: TokenRefusal.invalidGrant(.ended)) {
            try await world.client(application).refresh(bought)
        }
    }

    @Test func `connecting again does not wake what was disconnected`() async throws {
        let application = try await world.registeredApplication()
        let before = try await world.tokens(for: application)
        try await world.customer.disconnect(try #require(try await world.customer.grants().first))
        let after = try await world.tokens(for: application)
        #expect(try await world.works(after.accessToken, for: application))
        #expect(try await !world.works(before.accessToken, for: application))
        await #expect(throws: TokenRefusal.invalidGrant(.ended)) {
            try await world.client(application).refresh(before)
        }
    }

    @Test(arguments: 0..<4)
    func `of 32 refreshes at once one wins, and none is left alive`(round: Int) async throws {
        let application = try await world.registeredApplication()
        let client = try await world.client(application)
        let bought = try await world.tokens(for: application)
        let won = await atOnce(32) { try await client.refresh(bought) }
        #expect(won.count == 1)
        for tokens in won + [bought] {
            #expect(try await !world.works(tokens.accessToken, for: application))
            #expect(try await !world.works(tokens.refreshToken, for: application))
        }
    }

    @Test func `a tenant without refresh tokens gives none and takes none`() async throws {
        let world = try await TestRegistry { $0.policy.grants = [.authorizationCode] }
        let application = try await world.registeredApplication()
        let client = try await world.client(application)
        let bought = try await world.tokens(for: application)
        #expect(bought.refreshToken == nil)
        await #expect(throws: TokenRefusal.unsupportedGrantType) {
            try await client.refresh("harbour_rt_x", scope: nil)
        }
    }

    @Test func `an access token is no refresh token`() async throws {
        let application = try await world.registeredApplication()
        let client = try await world.client(application)
        let bought = try await world.tokens(for: application)
        for text in [bought.accessToken.plaintext, "", "x"] {
            await #expect(throws: TokenRefusal.invalidGrant(.unknown)) {
                try await client.refresh(text, scope: nil)
            }
        }
    }

    @Test func `a public application refreshes without a secret`() async throws {
        let application = try await world.registeredApplication(kind: .public)
        let bought = try await world.tokens(for: application)
        let refreshed = try await world.client(application).refresh(bought)
        #expect(refreshed.refreshToken?.plaintext != bought.refreshToken?.plaintext)
    }
}
