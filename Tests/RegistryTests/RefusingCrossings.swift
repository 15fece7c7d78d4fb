import FoundationEssentials
import Registry
import Support
import Testing

@Suite("Refusing crossings")
struct RefusingCrossings {
    let world: TestRegistry

    /// Another tenant, whose people try the doors of the first.
    let quayside: Tenant
    let theirPartner: PartnerAccess

    init() async throws {
        world = try await TestRegistry()
        quayside = try await world.registry.importTenant(
            .harbour(),
            as: try #require(TenantName("quay-side"))
        )
        theirPartner = try await world.registry.newPartner("dana@acme.example", at: quayside)
    }

    private func ask(for id: String, as partner: PartnerAccess) async throws {
        await #expect(throws: MemberRefusal.notAMember) { try await partner.member(of: id) }
    }

    /// What stands in a tenant's ledger about it.
    private func entries(at tenant: Tenant) async throws -> [LedgerEntry] {
        try await world.registry.writeCrossings()
        return try await world.registry.operatorAccess(to: tenant).ledger(after: 0, limit: 9999)
            .filter { $0.action == "crossing.refused" }
    }

    /// The access a partner of the other tenant has in so many requests.
    private func partners(_ count: Int, from first: Int = 0) async throws -> [PartnerAccess] {
        let cookie = try await world.registry.signIn("dana@acme.example", as: .partner, at: quayside)
        var partners: [PartnerAccess] = []
        for number in first..<first + count {
            let provenance = Provenance(address: "192.0.2.7", reference: "R-\(number)")
            let partner = try await world.registry.partner(cookie, at: quayside, from: provenance)
            partners.append(try #require(partner))
        }
        return partners
    }

    /// How many letters about crossings were posted since this was asked last.
    private func alerts() async throws -> Int {
        try await world.letters(of: quayside)
            .count { if case .alert(.manyCrossings, nil, _) = $0 { true } else { false } }
    }

    @Test func `whoever asks for another tenant's application stands in their own tenant's ledger`()
        async throws
    {
        let application = try await world.registeredApplication()
        try await ask(for: application.id, as: theirPartner)
        let entry = try #require(try await entries(at: quayside).first)
        #expect(entry.object == application.id)
        #expect(entry.actor == "partner:\(theirPartner.account.id)")
        #expect(entry.detail.contains("application"))
        #expect(try await entries(at: quayside).count == 1)
        #expect(try await entries(at: world.tenant).isEmpty)
    }

    @Test func `what is unknown, malformed or of no tenant is no crossing`() async throws {
        let random = "0123456789abcdefghijKL"
        for id in ["quayside_" + random, "nobody_" + random, "harbour_short", "harbour", "", random] {
            try await ask(for: id, as: theirPartner)
        }
        #expect(try await entries(at: quayside).isEmpty)
    }

    @Test func `whether the other tenant has such an application makes no difference`() async throws {
        try await ask(for: "harbour_0123456789abcdefghijKL", as: theirPartner)
        #expect(try await entries(at: quayside).count == 1)
    }

    @Test func `credentials, a session, a code and tokens brought to another tenant are crossings`()
        async throws
    {
        let application = try await world.registeredApplication()
        let code = try await world.code(for: application)
        let tokens = try await world.tokens(for: application)
        let client = try await self.client()
        let registry = world.registry
        func from(_ step: String) -> Provenance { Provenance(address: "192.0.2.7", reference: step) }

        let sent = ClientCredentials(id: application.id, secret: application.secret?.plaintext)
        await #expect(throws: ClientRefusal.self) {
            try await registry.client(sent, at: quayside, from: from("client"))
        }
        try await registry.add("lee@northfield.example", as: .customer, at: world.tenant)
        let cookie = try await registry.signIn("lee@northfield.example", as: .customer, at: world.tenant)
        #expect(try await registry.customer(cookie, at: quayside, from: from("session")) == nil)
        let token = tokens.accessToken.plaintext
        #expect(try await registry.bearer(token, at: quayside, from: from("bearer")) == nil)
        await #expect(throws: TokenRefusal.self) {
            try await registry.client(client, at: quayside, from: from("code")).redeem(code: code)
        }
        #expect(
            try await registry.client(client, at: quayside, from: from("introspect")).introspect(token) == nil
        )
        let entries = try await entries(at: quayside)
        #expect(Set(entries.map(\.reference)) == ["client", "session", "bearer", "code", "introspect"])
        let secrets = [code, cookie, token, try #require(application.secret).plaintext]
        for entry in entries {
            #expect(!secrets.contains { entry.object.contains($0) || entry.detail.contains($0) })
        }
    }

    /// The credentials of an application of the other tenant.
    private func client() async throws -> ClientCredentials {
        var form = ApplicationForm()
        form.companyName = "Acme Rentals"
        form.redirectURIs = [TestRegistry.callback]
        form.ticket = "once"
        let draft = try ApplicationDraft(form, logo: nil, needsLogo: false, at: quayside)
        let registered = try await theirPartner.register(draft)
        return ClientCredentials(id: registered.application.id.text, secret: registered.secret?.plaintext)
    }

    @Test func `a flood leaves ten entries a minute, and one letter to the administrators`() async throws {
        try await world.registry.add("ada@quay.example", as: .admin, at: quayside)
        let application = try await world.registeredApplication()
        for partner in try await partners(Alert.crossingsAnHour) {
            try await ask(for: application.id, as: partner)
        }
        #expect(try await entries(at: quayside).count == 10)
        #expect(try await alerts() == 0)
        for partner in try await partners(2, from: 100) { try await ask(for: application.id, as: partner) }
        #expect(try await entries(at: quayside).count == 10)
        #expect(try await alerts() == 1)
        world.clock.advance(by: .seconds(60))
        for partner in try await partners(1, from: 200) { try await ask(for: application.id, as: partner) }
        #expect(try await entries(at: quayside).count == 11)
        #expect(try await alerts() == 0)
    }

    @Test func `twenty an hour alarm nobody, for as many hours as they like`() async throws {
        try await world.registry.add("ada@quay.example", as: .admin, at: quayside)
        let application = try await world.registeredApplication()
        for hour in 0..<3 {
            for partner in try await partners(Alert.crossingsAnHour, from: hour * 100) {
                try await ask(for: application.id, as: partner)
            }
            try await world.registry.writeCrossings()
            world.clock.advance(by: .seconds(3660))
        }
        #expect(try await alerts() == 0)
    }
}
