import FoundationEssentials
import Registry
import Support
import Testing

@Suite("Revoking tokens")
struct RevokingTokens {
    let world: TestRegistry
    init() async throws { world = try await TestRegistry() }

    @Test func `a revoked access token is dead, its refresh token lives`() async throws {
        let application = try await world.registeredApplication()
        let client = try await world.client(application)
        let tokens = try await world.tokens(for: application)
        try await client.revoke(tokens.accessToken.plaintext)
        #expect(try await !world.works(tokens.accessToken, for: application))
        _ = try await client.refresh(tokens)
    }

    @Test func `a revoked refresh token takes everything of its code with it`() async throws {
        let application = try await world.registeredApplication()
        let client = try await world.client(application)
        let bought = try await world.tokens(for: application)
        let refreshed = try await client.refresh(bought)
        try await client.revoke(try #require(refreshed.refreshToken).plaintext)
        for token in [bought.accessToken, refreshed.accessToken, refreshed.refreshToken] {
            #expect(try await !world.works(token, for: application))
        }
        await #expect(throws: TokenRefusal.invalidGrant(.ended)) { try await client.refresh(refreshed) }
    }

    @Test func `what ends nothing makes no server forget what it knows`() async throws {
        let database = DoubtfulDatabase(try await TestDatabase.make())
        let world = try await TestRegistry(on: database)
        let client = try await world.client(try await world.registeredApplication())
        let token = try await client.issueForItself(scope: nil).accessToken.plaintext
        try await client.revoke(token)
        let known = database.announcements
        try await client.revoke(token)
        let madeUp = SecretText(prefix: "harbour", kind: .accessToken, now: .now, entropy: .counting())
        try await client.revoke(madeUp.plaintext)
        #expect(known > 0 && database.announcements == known)
    }

    @Test func `a used refresh token can still be revoked`() async throws {
        let application = try await world.registeredApplication()
        let client = try await world.client(application)
        let bought = try await world.tokens(for: application)
        let refreshed = try await client.refresh(bought)
        try await client.revoke(try #require(bought.refreshToken).plaintext)
        #expect(try await !world.works(refreshed.accessToken, for: application))
    }

    @Test func `a refresh token can be revoked after its access token expired`() async throws {
        let application = try await world.registeredApplication()
        let client = try await world.client(application)
        let tokens = try await world.tokens(for: application)
        world.clock.advance(by: .seconds(3600))
        try await client.revoke(try #require(tokens.refreshToken).plaintext)
        await #expect(throws: TokenRefusal.invalidGrant(.ended)) { try await client.refresh(tokens) }
    }

    @Test func `another application's tokens stay alive`() async throws {
        let application = try await world.registeredApplication()
        let other = try await world.client(try await world.registeredApplication("Borrowed Cranes"))
        let tokens = try await world.tokens(for: application)
        let entries = try await world.entries {
            try await other.revoke(tokens.accessToken.plaintext)
            try await other.revoke(try #require(tokens.refreshToken).plaintext)
        }
        #expect(entries.isEmpty)
        #expect(try await world.works(tokens.accessToken, for: application))
        #expect(try await world.works(tokens.refreshToken, for: application))
    }

    @Test func `revoking twice, or what never was, says nothing and does nothing`() async throws {
        let application = try await world.registeredApplication()
        let client = try await world.client(application)
        let tokens = try await world.tokens(for: application)
        try await client.revoke(tokens.accessToken.plaintext)
        let forged = try #require(tokens.refreshToken).forged(.refreshToken, at: world.clock.now)
        let entries = try await world.entries {
            for text in [tokens.accessToken.plaintext, "", "x", forged.plaintext] {
                try await client.revoke(text)
            }
        }
        #expect(entries.isEmpty)
        #expect(try await world.works(tokens.refreshToken, for: application))
    }

    @Test func `a public application revokes its own without a secret`() async throws {
        let application = try await world.registeredApplication(kind: .public)
        let tokens = try await world.tokens(for: application)
        try await world.client(application).revoke(try #require(tokens.refreshToken).plaintext)
        let server = try await world.registeredApplication("Equipment interface", kind: .resourceServer)
        #expect(try await !world.works(tokens.accessToken, for: server))
    }

    @Test func `the application's own token can be revoked`() async throws {
        let application = try await world.registeredApplication()
        let client = try await world.client(application)
        let tokens = try await client.issueForItself(scope: "equipment.read")
        try await client.revoke(tokens.accessToken.plaintext)
        #expect(try await !world.works(tokens.accessToken, for: application))
    }

    @Test func `a customer's new password ends what they gave away, and leaves what they allowed`()
        async throws
    {
        let application = try await world.registeredApplication()
        let client = try await world.client(application)
        let (tokens, code) = (
            try await world.tokens(for: application), try await world.code(for: application)
        )
        let own = try await client.issueForItself(scope: "equipment.read")
        try await world.customer.own.changePassword(
            from: TestRegistry.password,
            to: "another walk to the harbour"
        )
        #expect(try await !world.works(tokens.accessToken, for: application))
        #expect(try await !world.works(tokens.refreshToken, for: application))
        await #expect(throws: TokenRefusal.self) { try await client.refresh(tokens) }
        await #expect(throws: TokenRefusal.self) { try await client.redeem(code: code) }
        #expect(try await world.works(own.accessToken, for: application))
        #expect(try await world.customer.grants().count == 1)
        let request = try await world.request(application)
        guard case .covered = try await world.customer.standing(of: request) else {
            Issue.record("the customer would be asked")
            return
        }
    }
}
