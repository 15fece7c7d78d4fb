import FoundationEssentials
import Registry
import Support
import Testing

@Suite("Taking permissions back")
struct TakingPermissionsBack {
    let world: TestRegistry
    init() async throws { world = try await TestRegistry() }

    private let both = "equipment.read equipment.change"

    private func scopes(_ names: String...) throws -> ScopeSet {
        ScopeSet(try names.map { try #require(Scope($0)) })
    }

    private func onlyGrant() async throws -> ConsentGrant {
        try #require(try await world.customer.grants().first)
    }

    @Test func `a permission that is taken back is gone from tokens that were given before`() async throws {
        let application = try await world.registeredApplication()
        let tokens = try await world.tokens(for: application, scope: both)
        let (grant, change) = (try await onlyGrant(), try scopes("equipment.change"))
        let said = try await world.entries {
            let isNarrower = try await world.customer.narrow(grant, by: change)
            #expect(isNarrower)
        }
        #expect(said == ["consent.narrowed"])
        let client = try await world.client(application)
        #expect(try await client.introspect(tokens.accessToken.plaintext)?.scopes.wire == "equipment.read")
        let refresh = try #require(tokens.refreshToken)
        #expect(try await client.introspect(refresh.plaintext)?.scopes.wire == "equipment.read")
        await #expect(throws: TokenRefusal.invalidScope) {
            try await client.refresh(tokens, scope: "equipment.change")
        }
        #expect(try await client.refresh(tokens).scopes.wire == "equipment.read")
    }

    @Test func `a code that was not redeemed yet is worth no more`() async throws {
        let application = try await world.registeredApplication()
        let code = try await world.code(for: application, scope: both)
        _ = try await world.customer.narrow(try await onlyGrant(), by: try scopes("equipment.change"))
        #expect(try await world.client(application).redeem(code: code).scopes.wire == "equipment.read")
    }

    @Test func `what was not allowed cannot be taken back`() async throws {
        let application = try await world.registeredApplication()
        _ = try await world.code(for: application)
        let grant = try await onlyGrant()
        let change = try scopes("equipment.change")
        let said = try await world.entries {
            for taken in [change, ScopeSet()] {
                let isNarrower = try await world.customer.narrow(grant, by: taken)
                #expect(!isNarrower)
            }
        }
        #expect(said.isEmpty)
    }

    @Test func `a consent that is over is not narrowed, and ends once`() async throws {
        let application = try await world.registeredApplication()
        let request = try await world.request(application, scope: both)
        let ticket = try await world.customer.remember(request, query: "")
        _ = try await world.customer.answer(
            ticket.plaintext,
            .allow,
            ConsentChoice(ticked: nil, term: .week)
        )
        let grant = try await onlyGrant()
        world.clock.advance(by: .seconds(8 * 86_400))
        let said = try await world.entries {
            #expect(try await !world.customer.narrow(grant, by: try scopes("equipment.change")))
            try await world.customer.disconnect(grant)
        }
        #expect(said.isEmpty)
    }

    @Test func `the application has to ask for it again`() async throws {
        let application = try await world.registeredApplication()
        _ = try await world.code(for: application, scope: both)
        _ = try await world.customer.narrow(try await onlyGrant(), by: try scopes("equipment.change"))
        let request = try await world.request(application, scope: both)
        guard case .asksForMore = try await world.customer.standing(of: request) else {
            Issue.record("it got it back unasked")
            return
        }
        let shown = try await world.customer.disclosure(of: request).disclosure
        #expect(shown.asked.map(\.scope) == ["equipment.change"])
    }

    @Test func `nobody takes back what is another's`() async throws {
        let application = try await world.registeredApplication()
        let tokens = try await world.tokens(for: application, scope: both)
        let grant = try await onlyGrant()
        let lee = try await world.registry.newCustomer("lee@northfield.example", at: world.tenant)
        #expect(try await !lee.narrow(grant, by: try scopes("equipment.change")))
        try await lee.disconnect(grant)
        #expect(try await world.works(tokens.accessToken, for: application))
    }

    @Test func `its history tells every step`() async throws {
        let application = try await world.registeredApplication()
        _ = try await world.code(for: application)
        world.clock.advance(by: .seconds(60))
        _ = try await world.code(for: application, scope: "equipment.change")
        world.clock.advance(by: .seconds(60))
        let grant = try await onlyGrant()
        _ = try await world.customer.narrow(grant, by: try scopes("equipment.read"))
        world.clock.advance(by: .seconds(60))
        try await world.customer.disconnect(grant)
        let steps = try await world.customer.history(of: grant)
        #expect(steps.map(\.kind) == [.ended, .narrowed, .allowed, .allowed])
        #expect(steps.map(\.scopes.wire) == ["", "equipment.change", both, "equipment.read"])
        #expect(steps.map(\.hasReceipt) == [false, false, true, true])
    }

    // MARK: Disconnecting, with evidence

    @Test func `to disconnect counts what stopped, and all of it has stopped`() async throws {
        let application = try await world.registeredApplication()
        let first = try await world.tokens(for: application)
        let second = try await world.client(application).refresh(first)
        let code = try await world.code(for: application)
        let grant = try await onlyGrant()
        try await world.customer.disconnect(grant)
        let evidence = try #require(try await world.customer.ended(grant.id)?.evidence)
        #expect([evidence.codes, evidence.accessTokens, evidence.refreshTokens] == [1, 2, 1])
        let entry = try #require(try await world.ledger().last)
        #expect(entry.action == "consent.ended" && entry.detail.contains("access_tokens=2"))
        for token in [first.accessToken, second.accessToken, second.refreshToken] {
            #expect(try await !world.works(token, for: application))
        }
        await #expect(throws: TokenRefusal.invalidGrant(.ended)) {
            try await world.client(application).redeem(code: code)
        }
        await #expect(throws: TokenRefusal.invalidGrant(.ended)) {
            try await world.client(application).refresh(second)
        }
    }

    @Test func `a refresh that meets a disconnection never brings the consent back`() async throws {
        let application = try await world.registeredApplication()
        let client = try await world.client(application)
        for round in 1...200 {
            let tokens = try await world.tokens(for: application)
            let grant = try await onlyGrant()
            let (world, refresh) = (world, try #require(tokens.refreshToken).plaintext)
            async let disconnected: Void = world.customer.disconnect(grant)
            let won = await atOnce(2) { try await client.refresh(refresh, scope: nil) }
            try await disconnected
            #expect(try await world.customer.grants().isEmpty, "round \(round)")
            let fresh = won.map(\.accessToken) + won.compactMap(\.refreshToken)
            for token in fresh + [tokens.accessToken] {
                #expect(try await client.introspect(token.plaintext) == nil, "round \(round)")
            }
            for next in won.compactMap(\.refreshToken) {
                await #expect(throws: TokenRefusal.self) {
                    try await client.refresh(next.plaintext, scope: nil)
                }
            }
            #expect(try await world.customer.allGrants().filter { $0.endedAt == nil }.isEmpty)
        }
    }
}
