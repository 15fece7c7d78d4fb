import FoundationEssentials
import Registry
import Support
import Testing

@Suite("Remembering consent")
struct RememberingConsent {
    let world: TestRegistry
    init() async throws { world = try await TestRegistry() }

    private func standing(
        _ application: OwnedApplication,
        scope: String? = "equipment.read",
        redirectURI: String = TestRegistry.callback,
        prompt: String? = nil
    ) async throws -> Standing {
        let more: [(name: String, value: String)] = prompt.map { [("prompt", $0)] } ?? []
        let request = try await world.request(application, scope: scope, redirectURI: redirectURI, more)
        return try await world.customer.standing(of: request)
    }

    @Test func `nobody is remembered before the first time`() async throws {
        let application = try await world.registeredApplication()
        #expect(try await standing(application).isFirstTime)
        _ = try await world.code(for: application)
        #expect(try await standing(application).maySkip)
    }

    @Test func `where a tenant says for how long, they are asked again after it, and what stands works on`()
        async throws
    {
        let world = try await TestRegistry { $0.policy.consentDays = 7 }
        let application = try await world.registeredApplication()
        let tokens = try await world.tokens(for: application)
        func maySkip() async throws -> Bool {
            let request = try await world.request(application, scope: "equipment.read")
            return try await world.customer.standing(of: request).maySkip
        }
        #expect(try await maySkip())
        world.clock.advance(by: .seconds(7 * 86_400 - 1))
        #expect(try await maySkip())
        world.clock.advance(by: .seconds(1))
        #expect(try await !maySkip())
        let fresh = try await world.client(application).refresh(tokens)
        #expect(try await world.works(fresh.accessToken, for: application))
        _ = try await world.code(for: application)
        #expect(try await maySkip())
    }

    @Test func `an application that asks for less by now needs no page`() async throws {
        let application = try await world.registeredApplication()
        _ = try await world.code(for: application, scope: "equipment.read equipment.change")
        let member = try await world.partner.member(of: application.id)
        _ = try await member.setScopes(try #require(ScopeSet(wire: "equipment.read")))
        #expect(try await standing(application, scope: nil).maySkip)
    }

    @Test func `whoever is asked for what the application may not ask for any more is asked anew`()
        async throws
    {
        let application = try await world.registeredApplication()
        let request = try await world.request(application, scope: "equipment.read equipment.change")
        let ticket = try await world.customer.remember(request, query: "")
        let member = try await world.partner.member(of: application.id)
        _ = try await member.setScopes(try #require(ScopeSet(wire: "equipment.read")))
        guard case .startAgain = try await world.customer.answer(ticket.plaintext, .allow) else {
            Issue.record("It was granted.")
            return
        }
    }

    @Test func `a permission that is gone and comes again under its name was allowed to nobody`() async throws
    {
        let application = try await world.registeredApplication(isApproved: false)
        try await world.partner.setTesters([world.customer], of: application.application)
        let tokens = try await world.tokens(for: application, scope: "equipment.read equipment.change")
        let member = try await world.partner.member(of: application.id)
        func offer(_ scopes: Int) async throws {
            world.clock.advance(by: .seconds(60))
            let settings = try Tenant.Settings.harbour { $0.scopes = Array($0.scopes.prefix(scopes)) }
            _ = try await world.registry.importTenant(settings, as: world.tenant.name, .overwrite)
        }
        _ = try await member.setScopes(try #require(ScopeSet(wire: "equipment.read")))
        try await offer(1)
        try await offer(3)
        let now = try #require(try await world.registry.tenant(named: world.tenant.name.text))
        let cookie = try await world.registry.signIn("dana@acme.example", as: .partner, at: now)
        let dana = try #require(
            try await world.registry.partner(cookie, at: now, from: TestRegistry.provenance)
        )
        let both = try #require(ScopeSet(wire: "equipment.read equipment.change"))
        _ = try await dana.member(of: application.id).setScopes(both)
        let client = try await world.registry.client(
            ClientCredentials(id: application.id, secret: try #require(application.secret).plaintext),
            at: now,
            from: TestRegistry.provenance
        )
        let facts = try #require(try await client.introspect(tokens.accessToken.plaintext))
        #expect(facts.scopes.wire == "equipment.read")
    }

    @Test func `the same or fewer permissions need no page, more do`() async throws {
        let application = try await world.registeredApplication()
        _ = try await world.code(for: application, scope: "equipment.read")
        #expect(try await standing(application, scope: "equipment.read").maySkip)
        #expect(try await standing(application, scope: "equipment.change").isMore)
        #expect(try await standing(application, scope: "equipment.read equipment.change").isMore)
        #expect(try await standing(application, scope: nil).isMore)
        _ = try await world.code(for: application, scope: "equipment.change")
        #expect(try await standing(application, scope: "equipment.change equipment.read").maySkip)
    }

    @Test func `without a page the answer is a fresh code`() async throws {
        let application = try await world.registeredApplication()
        _ = try await world.code(for: application)
        let request = try await world.request(application, state: "again")
        let grant = try #require(try await world.customer.standing(of: request).grant)
        let answer = try #require(try await world.customer.proceed(request, under: grant))
        #expect(answer.state == "again")
        let code = try #require(answer.code)
        let tokens = try await world.client(application).redeem(code: code.plaintext)
        #expect(try await world.works(tokens.accessToken, for: application))
    }

    @Test func `what was said for many permissions at once is all kept`() async throws {
        let application = try await world.registeredApplication()
        let scopes = ["equipment.read", "equipment.change"]
        for _ in 0..<10 {
            for grant in try await world.customer.grants() { try await world.customer.disconnect(grant) }
            let (world, customer) = (world, world.customer)
            let allowed = try await withThrowingTaskGroup(of: String?.self) { group in
                for scope in scopes {
                    group.addTask {
                        let request = try await world.request(application, scope: scope)
                        let ticket = try await customer.remember(request, query: "")
                        let outcome = try await customer.answer(ticket.plaintext, .allow)
                        return outcome.answer == nil ? nil : scope
                    }
                }
                return try await group.reduce(into: [String]()) { if let scope = $1 { $0.append(scope) } }
            }
            let kept = try #require(try await customer.grants().first).scopes.wire
            #expect(!allowed.isEmpty && allowed.allSatisfy { kept.contains($0) }, "\(allowed) became \(kept)")
        }
    }

    @Test func `without a page nobody is sent to an address that was taken off meanwhile`() async throws {
        let application = try await world.registeredApplication()
        _ = try await world.code(for: application)
        let request = try await world.request(application)
        let grant = try #require(try await world.customer.standing(of: request).grant)
        try await world.partner.removeRedirectURI(TestRegistry.callback, from: application.application)
        #expect(try await world.customer.proceed(request, under: grant) == nil)
    }

    @Test(arguments: ["consent", "login", "select_account"])
    func `an application may insist on the page`(prompt: String) async throws {
        let application = try await world.registeredApplication()
        _ = try await world.code(for: application)
        #expect(try await !standing(application, prompt: prompt).maySkip)
        #expect(try await standing(application, prompt: "none").maySkip)
    }

    @Test func `an unapproved application is asked about every time`() async throws {
        let application = try await world.registeredApplication(isApproved: false)
        try await world.partner.setTesters([world.customer], of: application.application)
        _ = try await world.code(for: application)
        #expect(try await !standing(application).maySkip)
    }

    @Test func `so is a public one`() async throws {
        let application = try await world.registeredApplication(kind: .public)
        _ = try await world.code(for: application)
        #expect(try await !standing(application).maySkip)
    }

    @Test(arguments: ["http://127.0.0.1/cb", "http://[::1]/cb", "http://localhost/cb", "com.acme.app:/cb"])
    func `so is one whose answer stays on the device`(address: String) async throws {
        let application = try await world.registeredApplication(at: [address])
        _ = try await world.code(for: application, redirectURI: address)
        #expect(try await !standing(application, redirectURI: address).maySkip)
    }

    @Test func `so is one that changed its addresses since`() async throws {
        let application = try await world.registeredApplication()
        _ = try await world.code(for: application)
        try await world.partner.addRedirectURI("https://acme.example/other", to: application.application)
        #expect(try await standing(application).maySkip)
        try await world.theOperator.approve(application.id)
        #expect(try await !standing(application).maySkip)
        _ = try await world.code(for: application)
        #expect(try await standing(application).maySkip)
        try await world.partner.removeRedirectURI("https://acme.example/other", from: application.application)
        #expect(try await !standing(application).maySkip)
    }

    @Test func `a change of test accounts or secrets is none that customers see`() async throws {
        let application = try await world.registeredApplication()
        _ = try await world.code(for: application)
        try await world.partner.setTestAccounts([], of: application.application)
        _ = try await world.partner.createSecret(
            for: application.application,
            label: "",
            ticket: "t",
            others: .untilRevoked
        )
        #expect(try await standing(application).maySkip)
    }

    @Test func `ten codes in an hour bring the page back`() async throws {
        let application = try await world.registeredApplication()
        _ = try await world.code(for: application)
        for _ in 1..<10 {
            let request = try await world.request(application)
            let grant = try #require(try await world.customer.standing(of: request).grant)
            #expect(try await standing(application).maySkip)
            _ = try await world.customer.proceed(request, under: grant)
        }
        #expect(try await !standing(application).maySkip)
        world.clock.advance(by: .seconds(3600))
        #expect(try await standing(application).maySkip)
    }

    @Test func `a disconnected application starts over`() async throws {
        let application = try await world.registeredApplication()
        _ = try await world.code(for: application)
        try await world.customer.disconnect(try #require(try await world.customer.grants().first))
        #expect(try await standing(application).isFirstTime)
    }

    @Test func `a consent that ended meanwhile answers nothing`() async throws {
        let application = try await world.registeredApplication()
        _ = try await world.code(for: application)
        let request = try await world.request(application)
        let grant = try #require(try await world.customer.standing(of: request).grant)
        try await world.customer.disconnect(grant)
        let answer = try #require(try await world.customer.proceed(request, under: grant))
        let code = try #require(answer.code)
        await #expect(throws: TokenRefusal.invalidGrant(.ended)) {
            try await world.client(application).redeem(code: code.plaintext)
        }
    }

    @Test func `one customer's consent is nobody else's`() async throws {
        let application = try await world.registeredApplication()
        _ = try await world.code(for: application)
        let other = try await world.registry.newCustomer("lee@northfield.example", at: world.tenant)
        #expect(try await other.standing(of: try await world.request(application)).isFirstTime)
    }

    @Test func `before approval only the listed accounts may connect`() async throws {
        let application = try await world.registeredApplication(isApproved: false)
        #expect(try await standing(application).isClosed)
        try await world.partner.setTesters([world.customer], of: application.application)
        #expect(try await standing(application).isFirstTime)
        let other = try await world.registry.newCustomer("lee@northfield.example", at: world.tenant)
        #expect(try await other.standing(of: try await world.request(application)).isClosed)
        try await world.theOperator.approve(application.id)
        #expect(try await other.standing(of: try await world.request(application)).isFirstTime)
    }

    @Test func `a tenant that does not review lets everybody connect, and asks every time`() async throws {
        let world = try await TestRegistry { $0.policy.review = .open }
        let application = try await world.registeredApplication(isApproved: false)
        let request = try await world.request(application)
        #expect(try await world.customer.standing(of: request).isFirstTime)
        _ = try await world.code(for: application)
        #expect(try await !world.customer.standing(of: request).maySkip)
    }
}

extension Standing {
    fileprivate var isFirstTime: Bool { if case .firstTime = self { true } else { false } }
    fileprivate var isMore: Bool { if case .asksForMore = self { true } else { false } }
    fileprivate var isClosed: Bool { if case .notATestAccount = self { true } else { false } }
    fileprivate var maySkip: Bool { if case .covered(_, mayBeSilent: true) = self { true } else { false } }
    fileprivate var grant: ConsentGrant? {
        if case .covered(let consent, _) = self { consent.grant } else { nil }
    }
}
