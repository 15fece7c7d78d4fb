import Registry
import Testing

@Suite("Asking without a challenge")
struct AskingWithoutAChallenge {
    private func request(
        _ world: TestRegistry,
        _ application: OwnedApplication,
        _ more: [(name: String, value: String)] = []
    ) async throws -> AuthorizationRequest {
        let asked = Parameters([("client_id", application.id), ("response_type", "code")] + more)
        let recipient = try await world.registry.recipient(of: asked, at: world.tenant)
        return try AuthorizationRequest(asked, for: recipient, at: world.tenant)
    }

    private func code(_ world: TestRegistry, _ request: AuthorizationRequest) async throws -> String {
        let ticket = try await world.customer.remember(request, query: "")
        return try #require(try await world.customer.answer(ticket.plaintext, .allow).answer?.code?.plaintext)
    }

    @Test func `where it is optional a confidential application may leave it out`() async throws {
        let world = try await TestRegistry { $0.policy.codeChallenge = .optional }
        let application = try await world.registeredApplication()
        let code = try await code(world, try await request(world, application))
        let client = try await world.client(application)
        await #expect(throws: TokenRefusal.invalidGrant(.needlessVerifier)) {
            try await client.redeem(code: code, redirectURI: nil, verifier: Pixy.verifier)
        }
        _ = try await client.redeem(code: code, redirectURI: nil, verifier: nil)
    }

    @Test func `a challenge that is sent is checked all the same`() async throws {
        let world = try await TestRegistry { $0.policy.codeChallenge = .optional }
        let application = try await world.registeredApplication()
        let client = try await world.client(application)
        let code = try await world.code(for: application)
        for verifier in [nil, "", Pixy.verifier + "k", Pixy.challenge] {
            let reason: TokenRefusal.Reason = verifier == nil ? .missingVerifier : .wrongVerifier
            await #expect(throws: TokenRefusal.invalidGrant(reason)) {
                try await client.redeem(
                    code: code,
                    redirectURI: TestRegistry.callback,
                    verifier: verifier
                )
            }
        }
        _ = try await client.redeem(code: code)
    }

    @Test(arguments: ["plain", "", "s256"])
    func `one that is sent has to be S256`(method: String) async throws {
        let world = try await TestRegistry { $0.policy.codeChallenge = .optional }
        let application = try await world.registeredApplication()
        let sent = [("code_challenge", Pixy.challenge), ("code_challenge_method", method)]
        await #expect(throws: AuthorizationRefusal.plainChallenge) {
            _ = try await request(world, application, sent.map { (name: $0.0, value: $0.1) })
        }
    }

    @Test func `a public application needs one everywhere`() async throws {
        let world = try await TestRegistry { $0.policy.codeChallenge = .optional }
        let application = try await world.registeredApplication(kind: .public)
        await #expect(throws: AuthorizationRefusal.parameter(.missing("code_challenge"))) {
            _ = try await request(world, application)
        }
    }

    // MARK: The redirect URI at the token request

    @Test func `where it is optional it may be left out, and a wrong one is still wrong`() async throws {
        let world = try await TestRegistry { $0.policy.redirectURIAtToken = .optional }
        let application = try await world.registeredApplication()
        let client = try await world.client(application)
        let code = try await world.code(for: application)
        await #expect(throws: TokenRefusal.invalidGrant(.otherRedirectURI)) {
            try await client.redeem(
                code: code,
                redirectURI: "https://evil.test/",
                verifier: Pixy.verifier
            )
        }
        _ = try await client.redeem(code: code, redirectURI: nil, verifier: Pixy.verifier)
    }

    // MARK: A plus between scopes

    @Test func `a plus separates scopes only where the tenant says so`() async throws {
        let (plain, world) = (
            try await TestRegistry(), try await TestRegistry { $0.policy.plusSeparatesScopes = true }
        )
        let scope = "equipment.read+equipment.change"
        await #expect(throws: AuthorizationRefusal.unknownScope(scope)) {
            _ = try await plain.request(try await plain.registeredApplication(), scope: scope)
        }
        let request = try await world.request(try await world.registeredApplication(), scope: scope)
        #expect(request.scopes.wire == "equipment.read equipment.change")
        await #expect(throws: AuthorizationRefusal.unknownScope("admin")) {
            _ = try await world.request(
                try await world.registeredApplication("Cranes"),
                scope: "equipment.read+admin"
            )
        }
    }
}
