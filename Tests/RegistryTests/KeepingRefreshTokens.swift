import FoundationEssentials
import Registry
import Support
import Testing

@Suite("Keeping refresh tokens")
struct KeepingRefreshTokens {
    private func world(
        _ rule: Policy.Refresh,
        _ change: (inout Policy) -> Void = { _ in }
    ) async throws
        -> TestRegistry
    {
        try await TestRegistry { settings in
            settings.policy.refresh = rule
            settings.policy.refreshAbsoluteSeconds = .unlimited
            change(&settings.policy)
        }
    }

    @Test func `where it is kept, the same one is answered, with a new access token`() async throws {
        let world = try await world(.keep) { $0.refreshIdleSeconds = .unlimited }
        let application = try await world.registeredApplication()
        let client = try await world.client(application)
        let bought = try await world.tokens(for: application)
        for _ in 0..<5 {
            world.clock.advance(by: .seconds(366 * 86_400))
            _ = try await world.registry.sweep()
            let fresh = try await client.refresh(bought)
            #expect(fresh.refreshToken?.plaintext == bought.refreshToken?.plaintext)
            #expect(fresh.accessToken.plaintext != bought.accessToken.plaintext)
            #expect(try await world.works(fresh.accessToken, for: application))
        }
        #expect(try await !world.ledger().contains { $0.action == "refresh_token.reused" })
    }

    @Test func `where it is renewed, the old one works on beside the new one`() async throws {
        let world = try await world(.renew)
        let application = try await world.registeredApplication()
        let client = try await world.client(application)
        let bought = try await world.tokens(for: application)
        let second = try await client.refresh(bought)
        let third = try await client.refresh(bought)
        let fourth = try await client.refresh(second)
        let all = [bought, second, third, fourth]
        #expect(Set(all.compactMap(\.refreshToken?.plaintext)).count == 4)
        for tokens in all {
            #expect(try await world.works(tokens.refreshToken, for: application))
            #expect(try await world.works(tokens.accessToken, for: application))
        }
        #expect(try await world.customer.grants().count == 1)
    }

    @Test(arguments: [Policy.Refresh.keep, .renew])
    func `each use gives it a new lease, and without one it ends`(rule: Policy.Refresh) async throws {
        let world = try await world(rule)
        let application = try await world.registeredApplication()
        let client = try await world.client(application)
        let bought = try await world.tokens(for: application)
        for _ in 0..<4 {
            world.clock.advance(by: .seconds(29 * 86_400))
            _ = try await world.registry.sweep()
            _ = try await client.refresh(bought)
        }
        world.clock.advance(by: .seconds(30 * 86_400))
        await #expect(throws: TokenRefusal.invalidGrant(.expired)) { try await client.refresh(bought) }
        world.clock.advance(by: .seconds(1))
        _ = try await world.registry.sweep()
        let rows = try await world.database.read(.tenant(world.tenant.id)) {
            try $0.run("SELECT id FROM refresh_tokens")
        }
        #expect(rows.isEmpty, "what has ended is not remembered")
    }

    @Test(arguments: [Policy.Refresh.keep, .renew])
    func `it ends with the consent, and with what a leaked secret gave`(rule: Policy.Refresh) async throws {
        let world = try await world(rule)
        let application = try await world.registeredApplication()
        let client = try await world.client(application)
        let bought = try await world.tokens(for: application)
        try await world.customer.disconnect(try #require(try await world.customer.grants().first))
        await #expect(throws: TokenRefusal.invalidGrant(.ended)) { try await client.refresh(bought) }
        let again = try await world.tokens(for: application)
        _ = try await world.partner.createSecret(
            for: application.application,
            label: "",
            ticket: "t",
            others: .leaked
        )
        let leaked = try #require(application.secret)
        try await world.partner.revokeTokens(of: leaked.id, of: application.application)
        await #expect(throws: TokenRefusal.invalidGrant(.ended)) { try await client.refresh(again) }
    }

    @Test(arguments: [Policy.Refresh.keep, .renew])
    func `one used up while it rotated stays used up`(rule: Policy.Refresh) async throws {
        let world = try await TestRegistry()
        let application = try await world.registeredApplication()
        let bought = try await world.tokens(for: application)
        _ = try await world.client(application).refresh(bought)
        var settings = world.tenant.settings
        settings.policy.refresh = rule
        let tenant = try await world.registry.importTenant(settings, as: world.tenant.name)
        let client = try await world.registry.client(
            ClientCredentials(id: application.id, secret: application.secret?.plaintext),
            at: tenant,
            from: TestRegistry.provenance
        )
        await #expect(throws: TokenRefusal.invalidGrant(.alreadyUsed)) { try await client.refresh(bought) }
    }

    @Test func `scope may shrink and never grows, here too`() async throws {
        let world = try await world(.keep)
        let application = try await world.registeredApplication()
        let client = try await world.client(application)
        let bought = try await world.tokens(for: application, scope: "equipment.read")
        await #expect(throws: TokenRefusal.invalidScope) {
            try await client.refresh(bought, scope: "equipment.change")
        }
        #expect(try await client.refresh(bought, scope: "equipment.read").scopes.wire == "equipment.read")
    }

    @Test(arguments: [Policy.Refresh.keep, .renew])
    func `a public application's rotates all the same`(rule: Policy.Refresh) async throws {
        let world = try await world(rule)
        let application = try await world.registeredApplication(kind: .public)
        let client = try await world.client(application)
        let bought = try await world.tokens(for: application)
        let fresh = try await client.refresh(bought)
        #expect(fresh.refreshToken?.plaintext != bought.refreshToken?.plaintext)
        await #expect(throws: TokenRefusal.invalidGrant(.alreadyUsed)) { try await client.refresh(bought) }
        #expect(try await !world.works(fresh.accessToken, for: application))
    }

    // MARK: Of an application's own

    @Test func `an application's own token brings one only where the tenant says so`() async throws {
        let plain = try await TestRegistry()
        let client = try await plain.client(try await plain.registeredApplication())
        #expect(try await client.issueForItself(scope: nil).refreshToken == nil)

        let world = try await TestRegistry { $0.policy.refreshWithClientCredentials = true }
        let application = try await world.registeredApplication()
        let own = try await world.client(application)
        let first = try await own.issueForItself(scope: "equipment.read")
        #expect(try await world.works(first.refreshToken, for: application))
        let facts = try #require(try await own.introspect(first.accessToken.plaintext))
        #expect(facts.subject == application.id)
        let second = try await own.refresh(first)
        #expect(second.scopes.wire == "equipment.read")
        #expect(try await world.works(second.accessToken, for: application))
        await #expect(throws: TokenRefusal.invalidGrant(.alreadyUsed)) { try await own.refresh(first) }
        #expect(try await !world.works(second.accessToken, for: application))
    }
}
