import FoundationEssentials
import Registry
import Support
import Testing

@Suite("Choosing what to allow")
struct ChoosingWhatToAllow {
    let world: TestRegistry
    let application: OwnedApplication

    init() async throws {
        world = try await TestRegistry { settings in
            settings.scopes[1].choice = .ticked
            settings.scopes[2].choice = .unticked
        }
        application = try await world.registeredApplication(
            scopes: ["equipment.read", "equipment.change", "location.read"]
        )
    }

    private let all = "equipment.read equipment.change location.read"

    private func answer(
        _ scope: String,
        ticked: Set<Int>? = nil,
        term: ConsentChoice.Term = .untilDisconnected,
        _ more: [(name: String, value: String)] = []
    ) async throws -> AuthorizationAnswer {
        let request = try await world.request(application, scope: scope, more)
        let ticket = try await world.customer.remember(request, query: "")
        let choice = ConsentChoice(ticked: ticked, term: term)
        return try #require(try await world.customer.answer(ticket.plaintext, .allow, choice).answer)
    }

    private func tokens(
        _ scope: String,
        ticked: Set<Int>? = nil,
        term: ConsentChoice.Term = .untilDisconnected
    ) async throws -> IssuedTokens {
        let code = try #require(try await answer(scope, ticked: ticked, term: term).code)
        return try await world.client(application).redeem(code: code.plaintext)
    }

    // MARK: Optional scopes

    @Test func `what is unticked is not granted, and the token answer says so`() async throws {
        let tokens = try await tokens(all, ticked: [1])
        #expect(tokens.scopes.wire == "equipment.read equipment.change")
        let refreshed = try await world.client(application).refresh(tokens)
        #expect(refreshed.scopes.wire == "equipment.read equipment.change")
        let grant = try #require(try await world.customer.grants().first)
        #expect(grant.scopes.wire == "equipment.read equipment.change")
        let receipt = try #require(try await world.customer.lastReceipts(of: [grant])[grant.id])
        #expect(receipt.receipt.leftOut == ["location.read"])
    }

    @Test func `a required scope has no box, whatever the form says`() async throws {
        #expect(try await tokens(all, ticked: []).scopes.wire == "equipment.read")
    }

    @Test func `everything unticked still gives a token that works`() async throws {
        let tokens = try await tokens("equipment.change location.read", ticked: [])
        #expect(tokens.scopes.isEmpty)
        #expect(try await world.works(tokens.accessToken, for: application))
    }

    @Test func `a box that is not there grants nothing`() async throws {
        let tokens = try await tokens("equipment.read", ticked: [0, 1, 2, 99, -1])
        #expect(tokens.scopes.wire == "equipment.read")
    }

    @Test func `what was left out is not asked about again, unless the application insists`() async throws {
        _ = try await tokens(all, ticked: [])
        let request = try await world.request(application, scope: all)
        guard case .covered(let consent, mayBeSilent: true) = try await world.customer.standing(of: request)
        else {
            Issue.record("the customer is asked again")
            return
        }
        let silent = try #require(try await world.customer.proceed(request, under: consent.grant)?.code)
        #expect(
            try await world.client(application).redeem(code: silent.plaintext).scopes.wire == "equipment.read"
        )

        let again = try await world.customer.disclosure(of: request).disclosure
        #expect(again.asked.map(\.choice) == [.required, .unticked, .unticked])
        let code = try #require(try await answer(all, ticked: [1], [("prompt", "consent")]).code)
        let tokens = try await world.client(application).redeem(code: code.plaintext)
        #expect(tokens.scopes.wire == "equipment.read equipment.change")
    }

    @Test func `to untick what was allowed takes it back`() async throws {
        let before = try await tokens(all, ticked: [1, 2])
        _ = try await answer(all, ticked: [1], [("prompt", "consent")])
        let facts = try #require(try await world.client(application).introspect(before.accessToken.plaintext))
        #expect(facts.scopes.wire == "equipment.read equipment.change")
    }

    @Test func `what becomes required is asked about again`() async throws {
        _ = try await tokens(all, ticked: [])
        let strict = try await world.registry.importTenant(.harbour(), as: world.tenant.name)
        let cookie = try await world.registry.signIn("kim@northfield.example", as: .customer, at: strict)
        let kim = try #require(
            try await world.registry.customer(cookie, at: strict, from: TestRegistry.provenance)
        )
        guard case .asksForMore = try await kim.standing(of: try await world.request(application, scope: all))
        else {
            Issue.record("the customer is not asked")
            return
        }
    }

    // MARK: End dates

    @Test(arguments: [(ConsentChoice.Term.week, 7), (.month, 30)])
    func `access ends on the day that was chosen, and no token says it lives longer`(
        term: ConsentChoice.Term,
        days: Int
    ) async throws {
        let first = try await tokens("equipment.read", term: term)
        #expect(first.expiresIn == 900)
        let end = world.clock.now + Double(days * 86_400)
        #expect(try await world.customer.grants().first?.endsAt == end)
        var last = first
        for _ in 1...((days - 1) / 5) {
            world.clock.advance(by: .seconds(5 * 86_400))
            last = try await world.client(application).refresh(last)
        }
        world.clock.advance(by: .seconds(Int(end.timeIntervalSince(world.clock.now)) - 60))
        last = try await world.client(application).refresh(last)
        #expect(last.expiresIn == 60)
        world.clock.advance(by: .seconds(59))
        #expect(try await world.works(last.refreshToken, for: application))
        world.clock.advance(by: .seconds(1))
        #expect(try await !world.works(last.refreshToken, for: application))
    }

    @Test func `at the end everything is dead, before anybody swept`() async throws {
        let tokens = try await tokens("equipment.read", term: .week)
        world.clock.advance(by: .seconds(7 * 86_400 - 10))
        let fresh = try await world.client(application).refresh(tokens)
        let request = try await world.request(application)
        let grant = try #require(try await world.customer.grants().first)
        let code = try #require(try await world.customer.proceed(request, under: grant)?.code)
        world.clock.advance(by: .seconds(10))
        #expect(try await !world.works(fresh.accessToken, for: application))
        #expect(try await !world.works(fresh.refreshToken, for: application))
        await #expect(throws: TokenRefusal.invalidGrant(.ended)) {
            try await world.client(application).refresh(fresh)
        }
        await #expect(throws: TokenRefusal.invalidGrant(.ended)) {
            try await world.client(application).redeem(code: code.plaintext)
        }
        #expect(try await world.customer.grants().isEmpty)
        guard case .firstTime = try await world.customer.standing(of: request) else {
            Issue.record("the consent still stands")
            return
        }
    }

    @Test func `the sweep closes what ended, and says so once`() async throws {
        _ = try await tokens("equipment.read", term: .week)
        world.clock.advance(by: .seconds(7 * 86_400))
        let said = try await world.entries {
            _ = try await world.registry.sweep()
            _ = try await world.registry.sweep()
        }
        #expect(said == ["consent.lapsed"])
        let grant = try #require(try await world.customer.allGrants().first)
        #expect(grant.endedAt == grant.endsAt)
        #expect(try await world.customer.history(of: grant).map(\.kind) == [.lapsed, .allowed])
    }

    @Test func `whoever allows again after the end starts over`() async throws {
        _ = try await tokens(all, ticked: [1, 2], term: .week)
        world.clock.advance(by: .seconds(8 * 86_400))
        let said = try await world.entries { _ = try await tokens("equipment.read") }
        #expect(said.prefix(2) == ["consent.lapsed", "consent.given"])
        let grant = try #require(try await world.customer.grants().first)
        #expect(grant.scopes.wire == "equipment.read" && grant.endsAt == nil)
    }

    @Test func `a new end counts for tokens that were given before`() async throws {
        let tokens = try await tokens("equipment.read")
        _ = try await answer("equipment.read", term: .week, [("prompt", "consent")])
        world.clock.advance(by: .seconds(7 * 86_400 - 1))
        let fresh = try await world.client(application).refresh(tokens)
        #expect(fresh.expiresIn == 1)
        world.clock.advance(by: .seconds(1))
        #expect(try await !world.works(fresh.refreshToken, for: application))
    }

    @Test func `the end may stay as it was`() async throws {
        _ = try await tokens("equipment.read", term: .week)
        let end = try await world.customer.grants().first?.endsAt
        world.clock.advance(by: .seconds(86_400))
        _ = try await answer("equipment.change", term: .asBefore)
        #expect(try await world.customer.grants().first?.endsAt == end)
    }
}
