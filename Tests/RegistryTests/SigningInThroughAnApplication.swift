import FoundationEssentials
import Registry
import Testing

@Suite("Signing in through an application")
struct SigningInThroughAnApplication {
    private static let grants: Set<Grant> = [.password, .refreshToken, .authorizationCode]

    private func world(_ change: (inout Policy) -> Void = { _ in }) async throws -> TestRegistry {
        try await TestRegistry { settings in
            settings.policy.grants = Self.grants
            change(&settings.policy)
        }
    }

    private func signIn(
        _ email: String = "kim@northfield.example",
        _ password: String = TestRegistry.password
    ) -> SignIn {
        SignIn(email: email, password: password, role: .customer)
    }

    @Test func `a customer's password buys tokens that are the customer's`() async throws {
        let world = try await world()
        let application = try await world.registeredApplication()
        let client = try await world.client(application)
        let tokens = try await client.issue(to: signIn(), scope: "equipment.read")
        #expect(tokens.scopes.wire == "equipment.read" && tokens.refreshToken != nil)
        let facts = try #require(try await client.introspect(tokens.accessToken.plaintext))
        #expect(facts.subject == world.customer.account.id.text)
        let fresh = try await client.refresh(tokens)
        #expect(try await world.works(fresh.accessToken, for: application))
    }

    @Test func `the customer sees it among the connected applications, and can end it`() async throws {
        let world = try await world()
        let application = try await world.registeredApplication()
        let client = try await world.client(application)
        let tokens = try await client.issue(to: signIn(), scope: nil)
        let grants = try await world.customer.grants()
        #expect(grants.map(\.application.id) == [application.application.id])
        #expect(grants.first?.redirectURI == nil)
        try await world.customer.disconnect(try #require(grants.first))
        #expect(try await !world.works(tokens.accessToken, for: application))
        await #expect(throws: TokenRefusal.invalidGrant(.ended)) { try await client.refresh(tokens) }
    }

    @Test func `what is frozen gets nobody new, and no more of those it has`() async throws {
        let world = try await TestRegistry { settings in
            settings.policy.grants = Self.grants
            settings.policy.review = .open
            settings.policy.manualIssuance = true
        }
        let application = try await world.registeredApplication(isApproved: false)
        let client = try await world.client(application)
        _ = try await client.issue(to: signIn(), scope: "equipment.read")
        for name in ["a", "b", "c"] {
            let email = "\(name)@northfield.example"
            let somebody = try await world.registry.newCustomer(email, at: world.tenant)
            _ = try await somebody.report(application.application, for: .pretends, "")
        }
        _ = try await client.issue(to: signIn(), scope: "equipment.read")
        await #expect(throws: TokenRefusal.unauthorizedClient) {
            try await client.issue(to: signIn(), scope: "equipment.read equipment.change")
        }
        await #expect(throws: TokenRefusal.unauthorizedClient) {
            try await client.issue(to: signIn("a@northfield.example"), scope: "equipment.read")
        }
        let address = try #require(EmailAddress("a@northfield.example"))
        let refused = OperatorRefusal.mayNotConnect(application.id)
        await #expect(throws: refused) {
            try await world.theOperator.issue(to: application.id, for: address, scopes: ["equipment.read"])
        }
    }

    @Test func `it adds to an earlier consent and forgets nothing of it`() async throws {
        let world = try await world()
        let application = try await world.registeredApplication()
        _ = try await world.tokens(for: application, scope: "equipment.read")
        _ = try await world.client(application).issue(to: signIn(), scope: "equipment.change")
        let grants = try await world.customer.grants()
        #expect(grants.count == 1 && grants.first?.redirectURI?.text == TestRegistry.callback)
        #expect(grants.first?.scopes.wire == "equipment.read equipment.change")
    }

    @Test func `two sign-ins are two, of which a logout ends one`() async throws {
        let world = try await world()
        let application = try await world.registeredApplication()
        let client = try await world.client(application)
        let (one, other) = (
            try await client.issue(to: signIn(), scope: nil), try await client.issue(to: signIn(), scope: nil)
        )
        let holder = try #require(
            try await world.registry.bearer(
                one.accessToken.plaintext,
                at: world.tenant,
                from: TestRegistry.provenance
            )
        )
        try await holder.logOut()
        #expect(try await !world.works(one.accessToken, for: application))
        #expect(try await !world.works(one.refreshToken, for: application))
        #expect(try await world.works(other.accessToken, for: application))
        #expect(try await world.works(other.refreshToken, for: application))
    }

    @Test(arguments: [
        ("kim@northfield.example", "not the password at all"), ("nobody@northfield.example", "x"), ("", "x"),
        ("dana@acme.example", TestRegistry.password), ("kim@northfield.example", ""),
        ("kim@northfield.example", TestRegistry.password + " "), ("kim", TestRegistry.password),
    ])
    func `a wrong address or password is one and the same refusal, and is recorded`(
        email: String,
        password: String
    ) async throws {
        let world = try await world()
        let client = try await world.client(try await world.registeredApplication())
        let entries = try await world.entries {
            await #expect(throws: TokenRefusal.invalidGrant(.wrongPassword)) {
                try await client.issue(to: signIn(email, password), scope: nil)
            }
        }
        #expect(entries == ["session.refused"])
    }

    @Test func `what is allowed is recorded, without the password`() async throws {
        let world = try await world()
        let client = try await world.client(try await world.registeredApplication())
        _ = try await client.issue(to: signIn(), scope: "equipment.read")
        let entry = try #require(try await world.ledger().last)
        #expect(entry.action == "consent.given" && entry.actor == "customer:\(world.customer.account.id)")
        #expect(entry.detail == "scopes=equipment.read; grant=password")
    }

    @Test func `only a confidential application may, and only where the tenant says so`() async throws {
        let closed = try await TestRegistry()
        let client = try await closed.client(try await closed.registeredApplication())
        await #expect(throws: TokenRefusal.unsupportedGrantType) {
            try await client.issue(to: signIn(), scope: nil)
        }
        let world = try await world()
        for kind in [Application.Kind.public, .resourceServer] {
            let other = try await world.client(try await world.registeredApplication(kind: kind))
            await #expect(throws: TokenRefusal.unauthorizedClient) {
                try await other.issue(to: signIn(), scope: nil)
            }
        }
    }

    @Test func `before approval only a test account may sign in so`() async throws {
        let world = try await world()
        let application = try await world.registeredApplication(isApproved: false)
        let client = try await world.client(application)
        await #expect(throws: TokenRefusal.unauthorizedClient) {
            try await client.issue(to: signIn(), scope: nil)
        }
        #expect(try await world.customer.grants().isEmpty)
        try await world.partner.setTesters([world.customer], of: application.application)
        _ = try await client.issue(to: signIn(), scope: nil)
    }

    @Test(arguments: ["location.read", "equipment.read admin", "é"])
    func `scope is what was registered, or nothing`(scope: String) async throws {
        let world = try await world()
        let client = try await world.client(try await world.registeredApplication())
        await #expect(throws: TokenRefusal.invalidScope) {
            try await client.issue(to: signIn(), scope: scope)
        }
    }
}
