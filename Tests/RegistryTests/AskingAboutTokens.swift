import FoundationEssentials
import Registry
import Support
import Testing

@Suite("Asking about tokens")
struct AskingAboutTokens {
    let world: TestRegistry
    init() async throws { world = try await TestRegistry() }

    @Test func `a living access token is described`() async throws {
        let application = try await world.registeredApplication()
        let issuedAt = world.clock.now
        let tokens = try await world.tokens(for: application)
        let facts = try #require(
            try await world.client(application).introspect(tokens.accessToken.plaintext)
        )
        #expect(facts.client == application.application.id)
        #expect(facts.subject == world.customer.account.id.text)
        #expect(facts.scopes.wire == "equipment.read")
        #expect(facts.issuedAt == issuedAt && facts.expiresAt == issuedAt.addingTimeInterval(900))
    }

    @Test func `a living refresh token is described`() async throws {
        let application = try await world.registeredApplication()
        let tokens = try await world.tokens(for: application)
        let refresh = try #require(tokens.refreshToken)
        let facts = try #require(try await world.client(application).introspect(refresh.plaintext))
        #expect(facts.subject == world.customer.account.id.text && facts.issuedAt == nil)
        #expect(facts.expiresAt == world.clock.now.addingTimeInterval(30 * 86_400))
    }

    @Test func `the application's own token is about the application, never about a customer`() async throws {
        let application = try await world.registeredApplication()
        let client = try await world.client(application)
        let tokens = try await client.issueForItself(scope: nil)
        #expect(tokens.refreshToken == nil)
        let facts = try #require(try await client.introspect(tokens.accessToken.plaintext))
        #expect(facts.subject == application.id)
        #expect(!facts.subject.hasPrefix("acc_"))
    }

    @Test func `it lives 15 minutes, to the second`() async throws {
        let application = try await world.registeredApplication()
        let tokens = try await world.tokens(for: application)
        world.clock.advance(by: .seconds(899))
        #expect(try await world.works(tokens.accessToken, for: application))
        world.clock.advance(by: .seconds(1))
        #expect(try await !world.works(tokens.accessToken, for: application))
    }

    @Test func `an application learns nothing about another's tokens`() async throws {
        let application = try await world.registeredApplication()
        let other = try await world.registeredApplication("Borrowed Cranes")
        let tokens = try await world.tokens(for: application)
        #expect(try await !world.works(tokens.accessToken, for: other))
        #expect(try await !world.works(tokens.refreshToken, for: other))
    }

    @Test func `the provider's own interface may ask about all of them`() async throws {
        let server = try await world.registeredApplication("Equipment interface", kind: .resourceServer)
        for kind in [Application.Kind.confidential, .public] {
            let application = try await world.registeredApplication("Acme \(kind)", kind: kind)
            let tokens = try await world.tokens(for: application)
            #expect(try await world.works(tokens.accessToken, for: server))
            #expect(try await world.works(tokens.refreshToken, for: server))
        }
    }

    @Test func `the provider's own interface gets no tokens itself`() async throws {
        let server = try await world.registeredApplication("Equipment interface", kind: .resourceServer)
        let client = try await world.client(server)
        await #expect(throws: TokenRefusal.unauthorizedClient) { try await client.issueForItself(scope: nil) }
        await #expect(throws: AuthorizationRefusal.unauthorizedClient) { try await world.request(server) }
    }

    @Test func `while an application is suspended its tokens are dead, and nothing is lost`() async throws {
        let server = try await world.registeredApplication("Equipment interface", kind: .resourceServer)
        let application = try await world.registeredApplication()
        let id = application.id
        let tokens = try await world.tokens(for: application)
        let own = try await world.client(application).issueForItself(scope: nil)

        try await world.theOperator.suspend(id, reason: "Unusual traffic")
        for token in [tokens.accessToken, tokens.refreshToken, own.accessToken] {
            #expect(try await !world.works(token, for: server))
        }
        await #expect(throws: ClientRefusal.invalidClient) { try await world.client(application) }

        try await world.theOperator.resume(id)
        for token in [tokens.accessToken, tokens.refreshToken, own.accessToken] {
            #expect(try await world.works(token, for: server))
        }
    }

    @Test func `a disconnected application's tokens are dead when the answer is there`() async throws {
        let server = try await world.registeredApplication("Equipment interface", kind: .resourceServer)
        let application = try await world.registeredApplication()
        let tokens = try await world.tokens(for: application)
        let other = try await world.registry.newCustomer("lee@northfield.example", at: world.tenant)
        let others = try await world.tokens(for: application, by: other)

        try await world.customer.disconnect(try #require(try await world.customer.grants().first))
        #expect(try await !world.works(tokens.accessToken, for: server))
        #expect(try await !world.works(tokens.refreshToken, for: server))
        #expect(try await world.works(others.accessToken, for: server))
    }

    @Test func `what is no living token is inactive, whatever it is`() async throws {
        let application = try await world.registeredApplication()
        let client = try await world.client(application)
        let code = try await world.code(for: application)
        let tokens = try await world.tokens(for: application)
        let secret = try #require(application.secret)
        let forged = tokens.accessToken.forged(.accessToken, at: world.clock.now)
        let swapped = tokens.accessToken.plaintext.replacing("_at_", with: "_rt_")
        let texts = ["", "x", code, secret.plaintext, forged.plaintext, swapped, tokens.accessToken.id]
        for text in texts { #expect(try await client.introspect(text) == nil) }
    }

    @Test func `asking about a token counts as its connection's last use`() async throws {
        let application = try await world.registeredApplication()
        let tokens = try await world.tokens(for: application)
        world.clock.advance(by: .seconds(60))
        _ = try await world.client(application).introspect(tokens.accessToken.plaintext)
        try await world.registry.writeLastUses()
        #expect(try await world.customer.grants().first?.lastUsedAt == world.clock.now)
    }
}
