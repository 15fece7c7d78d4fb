import FoundationEssentials
import Registry
import Support
import Testing

@Suite("Writing tokens otherwise")
struct WritingTokensOtherwise {
    private static let forms: [Policy.TokenText] = [.hex, .uuid]

    private func world(
        _ form: Policy.TokenText,
        _ change: (inout Policy) -> Void = { _ in }
    ) async throws
        -> TestRegistry
    {
        try await TestRegistry { settings in
            settings.policy.tokenText = form
            change(&settings.policy)
        }
    }

    @Test func `hex is forty digits in lower case`() async throws {
        let world = try await world(.hex)
        let tokens = try await world.tokens(for: try await world.registeredApplication())
        for text in [tokens.accessToken.plaintext, try #require(tokens.refreshToken).plaintext] {
            #expect(text.utf8.count == 40)
            #expect(text.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) })
        }
        #expect(tokens.accessToken.plaintext != tokens.refreshToken?.plaintext)
    }

    @Test func `a UUID carries five digits that stand for the tenant`() async throws {
        let world = try await world(.uuid)
        let tokens = try await world.tokens(for: try await world.registeredApplication())
        for text in [tokens.accessToken.plaintext, try #require(tokens.refreshToken).plaintext] {
            let parts = text.split(separator: ":")
            #expect(parts.map(\.utf8.count) == [36, 5] && parts.last?.first == "1")
            #expect(parts.first?.split(separator: "-").map(\.utf8.count) == [8, 4, 4, 4, 12])
        }
    }

    @Test(arguments: forms)
    func `they work as any other token does`(form: Policy.TokenText) async throws {
        let world = try await world(form)
        let application = try await world.registeredApplication()
        let client = try await world.client(application)
        let bought = try await world.tokens(for: application)
        #expect(try await world.works(bought.accessToken, for: application))
        #expect(try await world.works(bought.refreshToken, for: application))
        let fresh = try await client.refresh(bought)
        #expect(try await !world.works(bought.refreshToken, for: application))
        #expect(try await world.works(fresh.accessToken, for: application))
        await #expect(throws: TokenRefusal.invalidGrant(.alreadyUsed)) { try await client.refresh(bought) }
        #expect(try await !world.works(fresh.accessToken, for: application))
    }

    @Test(arguments: forms)
    func `either kind of token can be revoked`(form: Policy.TokenText) async throws {
        let world = try await world(form)
        let application = try await world.registeredApplication()
        let client = try await world.client(application)
        let (one, other) = (
            try await world.tokens(for: application), try await world.tokens(for: application)
        )
        try await client.revoke(one.accessToken.plaintext)
        #expect(try await !world.works(one.accessToken, for: application))
        #expect(try await world.works(one.refreshToken, for: application))
        try await client.revoke(try #require(other.refreshToken).plaintext)
        #expect(try await !world.works(other.accessToken, for: application))
        #expect(try await !world.works(other.refreshToken, for: application))
    }

    @Test(arguments: forms)
    func `an access token is no refresh token, nor the other way about`(form: Policy.TokenText) async throws {
        let world = try await world(form)
        let application = try await world.registeredApplication()
        let bought = try await world.tokens(for: application)
        await #expect(throws: TokenRefusal.invalidGrant(.unknown)) {
            try await world.client(application).refresh(bought.accessToken.plaintext, scope: nil)
        }
        let holder = try await world.registry.bearer(
            try #require(bought.refreshToken).plaintext,
            at: world.tenant,
            from: TestRegistry.provenance
        )
        #expect(holder == nil)
    }

    @Test(arguments: forms)
    func `nothing that is kept is the token, or a part of it`(form: Policy.TokenText) async throws {
        let world = try await world(form)
        let tokens = try await world.tokens(for: try await world.registeredApplication())
        let text = tokens.accessToken.plaintext
        let kept = try await world.database.read(.tenant(world.tenant.id)) {
            try $0.run("SELECT id, digest FROM access_tokens")
        }
        let id = try #require(kept.first).text(0)
        #expect(kept.count == 1 && id.utf8.count == 22)
        for length in [6, 8, 12] { #expect(!id.contains(String(text.prefix(length)))) }
    }

    @Test(arguments: ["", "x", "A", "ABCDEF0123456789ABCDEF0123456789ABCDEF01", "é"])
    func `what is no token of this tenant is nobody's`(text: String) async throws {
        for form in Self.forms {
            let world = try await world(form)
            let client = try await world.client(try await world.registeredApplication())
            #expect(try await client.introspect(text) == nil)
            try await client.revoke(text)
        }
    }

    @Test func `a token of another tenant's number is nobody's`() async throws {
        let world = try await world(.uuid)
        let application = try await world.registeredApplication()
        let tokens = try await world.tokens(for: application)
        let text = String(tokens.accessToken.plaintext.dropLast()) + "9"
        #expect(try await world.client(application).introspect(text) == nil)
    }

    @Test func `tokens from before the form changed go on working`() async throws {
        let world = try await TestRegistry()
        let application = try await world.registeredApplication()
        let before = try await world.tokens(for: application)
        var settings = world.tenant.settings
        settings.policy.tokenText = .hex
        let tenant = try await world.registry.importTenant(settings, as: world.tenant.name)
        let holder = try await world.registry.bearer(
            before.accessToken.plaintext,
            at: tenant,
            from: TestRegistry.provenance
        )
        #expect(holder?.token.client == application.application.id)
    }

    @Test(arguments: forms)
    func `and can be ended, whatever the form is by then`(form: Policy.TokenText) async throws {
        let world = try await world(form)
        let application = try await world.registeredApplication()
        let before = try await world.tokens(for: application).accessToken.plaintext
        var settings = world.tenant.settings
        settings.policy.tokenText = .labelled
        _ = try await world.registry.importTenant(settings, as: world.tenant.name)
        let client = try await world.client(application)
        #expect(try await client.introspect(before) != nil)
        try await client.revoke(before)
        #expect(try await client.introspect(before) == nil)
    }

    // MARK: Without end

    @Test(arguments: Policy.TokenText.allCases)
    func `a token without end outlives the years and every sweep`(form: Policy.TokenText) async throws {
        let world = try await world(form) {
            $0.accessTokenSeconds = .unlimited
            $0.grants = [.authorizationCode]
        }
        let application = try await world.registeredApplication()
        let tokens = try await world.tokens(for: application)
        #expect(tokens.expiresIn == nil && tokens.refreshToken == nil)
        world.clock.advance(by: .seconds(20 * 366 * 86_400))
        _ = try await world.registry.sweep()
        #expect(try await world.works(tokens.accessToken, for: application))
        let client = try await world.client(application)
        #expect(try await client.introspect(tokens.accessToken.plaintext)?.expiresAt == nil)
    }

    @Test func `it ends when the customer disconnects, and when it is revoked`() async throws {
        let world = try await world(.hex) { $0.accessTokenSeconds = .unlimited }
        let application = try await world.registeredApplication()
        let (one, other) = (
            try await world.tokens(for: application), try await world.tokens(for: application)
        )
        try await world.client(application).revoke(one.accessToken.plaintext)
        #expect(try await !world.works(one.accessToken, for: application))
        try await world.customer.disconnect(try #require(try await world.customer.grants().first))
        #expect(try await !world.works(other.accessToken, for: application))
        world.clock.advance(by: .seconds(367 * 86_400))
        _ = try await world.registry.sweep()
        let rows = try await world.database.read(.tenant(world.tenant.id)) {
            try $0.run("SELECT id FROM access_tokens")
        }
        #expect(rows.count == 1, "the revoked one is forgotten after a year")
    }
}
