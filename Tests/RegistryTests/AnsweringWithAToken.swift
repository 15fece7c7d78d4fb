import FoundationEssentials
import Registry
import Testing

@Suite("Answering with a token")
struct AnsweringWithAToken {
    private func request(
        _ world: TestRegistry,
        _ application: OwnedApplication,
        _ more: [(name: String, value: String)] = []
    ) async throws -> AuthorizationRequest {
        let asked = Parameters(
            [
                ("client_id", application.id), ("response_type", "token"), ("scope", "equipment.read"),
                ("state", "s-1"),
            ] + more
        )
        let recipient = try await world.registry.recipient(of: asked, at: world.tenant)
        return try AuthorizationRequest(asked, for: recipient, at: world.tenant)
    }

    private func open() async throws -> TestRegistry {
        try await TestRegistry { $0.policy.grants = [.implicit, .authorizationCode, .refreshToken] }
    }

    @Test func `a customer who allows sends a token along, in the fragment and without a refresh token`()
        async throws
    {
        let world = try await open()
        let application = try await world.registeredApplication()
        let ticket = try await world.customer.remember(try await request(world, application), query: "")
        let outcome = try await world.customer.answer(ticket.plaintext, .allow)
        let answer = try #require(outcome.answer)
        guard case .token(let tokens) = answer.result else { return #expect(Bool(false), "a token") }
        #expect(answer.mode == .fragment && answer.state == "s-1")
        #expect(tokens.refreshToken == nil && tokens.scopes.wire == "equipment.read")
        #expect(try await world.works(tokens.accessToken, for: application))
        let facts = try await world.client(application).introspect(tokens.accessToken.plaintext)
        #expect(facts?.subject == world.customer.account.id.text)
        try await world.customer.disconnect(try #require(try await world.customer.grants().first))
        #expect(try await !world.works(tokens.accessToken, for: application))
    }

    @Test func `one answer gives one token`() async throws {
        let world = try await open()
        let application = try await world.registeredApplication()
        let ticket = try await world.customer.remember(try await request(world, application), query: "q")
        let all = await atOnce(16) { try await world.customer.answer(ticket.plaintext, .allow) }
        #expect(all.filter { $0.answer != nil }.count == 1)
        let rows = try await world.database.read(.tenant(world.tenant.id)) {
            try $0.run("SELECT id FROM access_tokens")
        }
        #expect(rows.count == 1)
    }

    @Test func `to cancel is answered in the fragment too`() async throws {
        let world = try await open()
        let application = try await world.registeredApplication()
        let ticket = try await world.customer.remember(try await request(world, application), query: "")
        let answer = try await world.customer.answer(ticket.plaintext, .deny).answer
        #expect(answer?.refusal == .deniedByCustomer && answer?.mode == .fragment)
    }

    @Test func `a customer is asked each time`() async throws {
        let world = try await open()
        let application = try await world.registeredApplication()
        let request = try await request(world, application)
        let ticket = try await world.customer.remember(request, query: "")
        _ = try await world.customer.answer(ticket.plaintext, .allow)
        guard case .covered(_, mayBeSilent: false) = try await world.customer.standing(of: request) else {
            return #expect(Bool(false), "asked again")
        }
    }

    @Test func `only where the tenant says so, and never in the query`() async throws {
        let closed = try await TestRegistry()
        let one = try await closed.registeredApplication()
        await #expect(throws: AuthorizationRefusal.unsupportedResponseType) {
            _ = try await request(closed, one)
        }
        let world = try await open()
        let application = try await world.registeredApplication()
        await #expect(throws: AuthorizationRefusal.unsupportedResponseMode) {
            _ = try await request(world, application, [("response_mode", "query")])
        }
        _ = try await request(world, application, [("response_mode", "fragment")])
        let asked = Parameters([("client_id", application.id), ("response_type", "id_token")])
        let recipient = try await world.registry.recipient(of: asked, at: world.tenant)
        #expect(throws: AuthorizationRefusal.neitherCodeNorToken) {
            _ = try AuthorizationRequest(asked, for: recipient, at: world.tenant)
        }
    }

    @Test func `where only tokens are offered a code is refused`() async throws {
        let world = try await TestRegistry { $0.policy.grants = [.implicit] }
        let application = try await world.registeredApplication()
        await #expect(throws: AuthorizationRefusal.unauthorizedClient) {
            _ = try await world.request(application)
        }
    }
}
