import FoundationEssentials
import Registry
import Testing

@Suite("Tenants are islands")
struct TenantsAreIslands {
    let world: TestRegistry

    /// Another tenant, with people of the same addresses.
    let quayside: Tenant
    let theirPartner: PartnerAccess
    let theirCustomer: CustomerAccess

    init() async throws {
        world = try await TestRegistry()
        let name = try #require(TenantName("quayside"))
        let settings = try Tenant.Settings.harbour { $0.brand.displayName = "Quayside" }
        quayside = try await world.registry.importTenant(settings, as: name)
        theirPartner = try await world.registry.newPartner("dana@acme.example", at: quayside)
        theirCustomer = try await world.registry.newCustomer("kim@northfield.example", at: quayside)
    }

    private func theirClient(_ kind: Application.Kind = .confidential) async throws -> ClientAccess {
        var form = ApplicationForm()
        form.companyName = "Acme Rentals"
        form.redirectURIs = [TestRegistry.callback]
        form.scopes = ["equipment.read", "equipment.change"]
        form.kind = kind
        form.ticket = "\(kind)"
        let draft = try ApplicationDraft(form, logo: nil, needsLogo: false, at: quayside)
        let registered = try await theirPartner.register(draft)
        let sent = ClientCredentials(id: registered.application.id.text, secret: registered.secret?.plaintext)
        return try await world.registry.client(sent, at: quayside, from: TestRegistry.provenance)
    }

    /// Everything the first tenant's rows say, to see that nothing of it changed.
    private func rows() async throws -> [[String]] {
        try await world.database.read(.tenant(world.tenant.id)) { connection in
            let tenant = world.tenant.id
            // An end is there or not: what it says does not change.
            let queries: [SQL] = [
                """
                SELECT id || company_name || scopes || revision || (approved_at IS NULL) || (suspended_at IS NULL)
                FROM applications WHERE tenant = \(tenant) ORDER BY 1
                """,
                "SELECT application || account || role FROM members WHERE tenant = \(tenant) ORDER BY 1",
                "SELECT application || uri FROM redirect_uris WHERE tenant = \(tenant) ORDER BY 1",
                "SELECT application || email FROM test_accounts WHERE tenant = \(tenant) ORDER BY 1",
                """
                SELECT id || (ends_at IS NULL) || (revoked_at IS NULL) FROM client_secrets
                WHERE tenant = \(tenant) ORDER BY 1
                """,
                "SELECT id || scopes || (ended_at IS NULL) FROM grants WHERE tenant = \(tenant) ORDER BY 1",
                "SELECT id || (used_at IS NULL) FROM authorization_codes WHERE tenant = \(tenant) ORDER BY 1",
                "SELECT id || (used_at IS NULL) FROM refresh_tokens WHERE tenant = \(tenant) ORDER BY 1",
                "SELECT id || (revoked_at IS NULL) FROM access_tokens WHERE tenant = \(tenant) ORDER BY 1",
                "SELECT id || (ended_at IS NULL) FROM token_families WHERE tenant = \(tenant) ORDER BY 1",
                "SELECT id || (answered_at IS NULL) FROM authorization_requests WHERE tenant = \(tenant) ORDER BY 1",
                "SELECT id FROM sessions WHERE tenant = \(tenant) ORDER BY 1",
                "SELECT action || object FROM ledger WHERE tenant = \(tenant) ORDER BY sequence",
            ]
            return try queries.map { query in try connection.run(query).map { try $0.text(0) } }
        }
    }

    @Test func `a session of one tenant is none of another`() async throws {
        for role in Role.allCases {
            let email = "\(role)@northfield.example"
            try await world.registry.add(email, as: role, at: world.tenant)
            let cookie = try await world.registry.signIn(email, as: role, at: world.tenant)
            let (registry, from) = (world.registry, TestRegistry.provenance)
            #expect(try await registry.partner(cookie, at: quayside, from: from) == nil)
            #expect(try await registry.customer(cookie, at: quayside, from: from) == nil)
            #expect(try await registry.admin(cookie, at: quayside, from: from) == nil)
        }
    }

    @Test func `an account of one tenant does not exist in another`() async throws {
        try await world.registry.add("lee@northfield.example", as: .customer, at: world.tenant)
        await #expect(throws: SignInRefusal.wrongEmailOrPassword) {
            try await world.registry.signIn("lee@northfield.example", as: .customer, at: quayside)
        }
    }

    @Test func `an application's credentials open nothing elsewhere`() async throws {
        let application = try await world.registeredApplication()
        let sent = ClientCredentials(id: application.id, secret: application.secret?.plaintext)
        await #expect(throws: ClientRefusal.invalidClient) {
            try await world.registry.client(sent, at: quayside, from: TestRegistry.provenance)
        }
        let asked = Parameters([("client_id", application.id), ("redirect_uri", TestRegistry.callback)])
        await #expect { try await world.registry.recipient(of: asked, at: quayside) } throws: { error in
            if case RecipientRefusal.unknownClient = error { true } else { false }
        }
    }

    @Test func `a partner elsewhere reaches nothing of an application, and changes nothing`() async throws {
        let application = try await world.registeredApplication()
        let (own, partner) = (application.application, theirPartner)
        let secret = try #require(application.secret)
        try await world.partner.setTestAccounts([world.customer.account.email], of: own)
        let (staged, _) = try await world.partner.logos.stage(
            picture(64, 64) { x, y in [UInt8(x), UInt8(y), 200, 255] },
            fileName: "logo.png"
        )
        let before = try await rows()

        #expect(try await partner.application(application.id) == nil)
        #expect(try await partner.applications().isEmpty)
        await #expect(throws: MemberRefusal.notAMember) { try await partner.secrets(of: own) }
        await #expect(throws: MemberRefusal.notAMember) { try await partner.testAccounts(of: own) }
        #expect(try await partner.logos.staged(staged.id) == nil)
        #expect(try await world.registry.logo(staged.logo.text, size: 64, at: quayside) == nil)
        await #expect(throws: MemberRefusal.notAMember) {
            try await partner.addRedirectURI("https://evil.test/", to: own)
        }
        await #expect(throws: MemberRefusal.notAMember) {
            try await partner.removeRedirectURI(TestRegistry.callback, from: own)
        }
        await #expect(throws: MemberRefusal.notAMember) {
            try await partner.setTestAccounts([], of: own)
        }
        await #expect(throws: MemberRefusal.notAMember) {
            try await partner.createSecret(for: own, label: "", ticket: "t", others: .leaked)
        }
        await #expect(throws: MemberRefusal.notAMember) {
            try await partner.revokeSecret(secret.id, of: own)
        }
        await #expect(throws: MemberRefusal.notAMember) {
            try await partner.endSecret(secret.id, of: own, at: nil)
        }
        #expect(try await rows() == before)
    }

    @Test func `another partner of the same tenant reaches just as little`() async throws {
        let application = try await world.registeredApplication()
        let own = application.application
        let secret = try #require(application.secret)
        try await world.partner.setTestAccounts([world.customer.account.email], of: own)
        let other = try await world.registry.newPartner("lee@cranes.example", at: world.tenant)
        let before = try await rows()
        #expect(try await other.application(application.id) == nil)
        await #expect(throws: MemberRefusal.notAMember) { try await other.secrets(of: own) }
        await #expect(throws: MemberRefusal.notAMember) { try await other.testAccounts(of: own) }
        await #expect(throws: MemberRefusal.notAMember) {
            try await other.addRedirectURI("https://evil.test/", to: own)
        }
        await #expect(throws: MemberRefusal.notAMember) {
            try await other.removeRedirectURI(TestRegistry.callback, from: own)
        }
        await #expect(throws: MemberRefusal.notAMember) {
            try await other.setTestAccounts([], of: own)
        }
        await #expect(throws: MemberRefusal.notAMember) {
            try await other.createSecret(for: own, label: "", ticket: "t", others: .leaked)
        }
        await #expect(throws: MemberRefusal.notAMember) { try await other.revokeSecret(secret.id, of: own) }
        await #expect(throws: MemberRefusal.notAMember) {
            try await other.endSecret(secret.id, of: own, at: nil)
        }
        #expect(try await rows() == before)
    }

    @Test func `a customer elsewhere can neither answer, see nor end anything`() async throws {
        let application = try await world.registeredApplication()
        _ = try await world.code(for: application)
        let request = try await world.request(application)
        let ticket = try await world.customer.remember(request, query: "q").plaintext
        let grant = try #require(try await world.customer.grants().first)
        let kept = try await world.registry.keep(
            WaitingSubject(request, query: "q"),
            browser: "1",
            at: world.tenant
        )
        let before = try await rows()

        for answer in ConsentAnswer.allCases {
            #expect(try await theirCustomer.answer(ticket, answer).isRefused)
        }
        #expect(try await theirCustomer.grants().isEmpty)
        #expect(try await theirCustomer.grant(grant.id) == nil)
        try await theirCustomer.disconnect(grant)
        #expect(try await world.registry.waitingRequest(kept, browser: "1", at: quayside) == nil)
        #expect(try await rows() == before)
    }

    @Test func `codes and tokens are worth nothing elsewhere`() async throws {
        let application = try await world.registeredApplication()
        let code = try await world.code(for: application)
        let tokens = try await world.tokens(for: application)
        let access = tokens.accessToken.plaintext
        let refresh = try #require(tokens.refreshToken).plaintext
        let before = try await rows()

        let client = try await theirClient()
        let server = try await theirClient(.resourceServer)
        await #expect(throws: TokenRefusal.invalidGrant(.unknown)) { try await client.redeem(code: code) }
        await #expect(throws: TokenRefusal.invalidGrant(.unknown)) {
            try await client.refresh(refresh, scope: nil)
        }
        for asker in [client, server] {
            #expect(try await asker.introspect(access) == nil)
            #expect(try await asker.introspect(refresh) == nil)
            try await asker.revoke(access)
            try await asker.revoke(refresh)
        }
        #expect(try await rows() == before)
        #expect(try await world.works(tokens.accessToken, for: application))
    }

    @Test func `the operator of one tenant acts on no other`() async throws {
        let application = try await world.registeredApplication()
        let theirs = world.registry.operatorAccess(to: quayside)
        let before = try await rows()
        let refusal = OperatorRefusal.noSuchApplication(application.id)
        await #expect(throws: refusal) { try await theirs.application(application.id) }
        await #expect(throws: refusal) { try await theirs.approve(application.id) }
        await #expect(throws: refusal) { try await theirs.suspend(application.id, reason: "") }
        await #expect(throws: refusal) { try await theirs.resume(application.id) }
        #expect(try await theirs.applications().isEmpty)
        #expect(try await theirs.ledger(after: 0, limit: 100).allSatisfy { $0.object != application.id })
        #expect(try await rows() == before)
    }

    @Test func `a host belongs to one tenant`() async throws {
        let host = "auth.harbour.example"
        _ = try await world.registry.importTenant(try .harbour { $0.hosts = [host] }, as: world.tenant.name)
        await #expect(throws: TenantRefusal.hostTaken(host, by: world.tenant.name)) {
            try await world.registry.importTenant(try .harbour { $0.hosts = [host] }, as: quayside.name)
        }
        #expect(try await world.registry.tenant(atHost: host)?.name == world.tenant.name)
        _ = try await world.registry.importTenant(try .harbour(), as: world.tenant.name)
        #expect(try await world.registry.tenant(atHost: host) == nil)
    }

    @Test func `a seal needs no tenant, because a cookie has one`() async throws {
        let here = try await world.registry.signIn("kim@northfield.example", as: .customer, at: world.tenant)
        let there = try await world.registry.signIn("kim@northfield.example", as: .customer, at: quayside)
        #expect(world.registry.seal(here) != world.registry.seal(there))
    }
}
