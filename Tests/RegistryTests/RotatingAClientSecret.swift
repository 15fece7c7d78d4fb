import FoundationEssentials
import Registry
import Support
import Testing

@Suite("Rotating a client secret")
struct RotatingAClientSecret {
    let world: TestRegistry
    init() async throws { world = try await TestRegistry() }

    private func another(
        for application: OwnedApplication,
        others: Overlap = .untilRevoked,
        ticket: String? = nil
    ) async throws -> SecretText {
        world.clock.advance(by: .seconds(1))
        return try await world.partner.createSecret(
            for: application.application,
            label: "production 2027",
            ticket: ticket ?? world.registry.freshToken(),
            others: others
        )
    }

    private func live(_ application: OwnedApplication) async throws -> [ClientSecret] {
        try await world.partner.secrets(of: application.application).filter(\.isLive)
    }

    @Test func `the new secret and the old one both work at once`() async throws {
        let application = try await world.registeredApplication()
        let fresh = try await another(for: application)
        _ = try await world.client(application, secret: fresh).issueForItself(scope: nil)
        _ = try await world.client(application).issueForItself(scope: nil)
    }

    @Test(arguments: [86_400, 604_800, 2_592_000])
    func `the old secret works until its end, to the second`(seconds: Int) async throws {
        let application = try await world.registeredApplication()
        let fresh = try await another(for: application, others: .seconds(seconds))

        world.clock.advance(by: .seconds(seconds - 1))
        _ = try await world.client(application)

        world.clock.advance(by: .seconds(1))
        await #expect(throws: ClientRefusal.invalidClient) { try await world.client(application) }
        _ = try await world.client(application, secret: fresh)
        let old = try #require(try await world.partner.secrets(of: application.application).last)
        #expect(old.state == .ended(world.clock.now))
    }

    @Test func `a later overlap never lengthens an end that was set`() async throws {
        let application = try await world.registeredApplication()
        _ = try await another(for: application, others: .seconds(86_400))
        let end = try #require(try await live(application).last?.endsAt)
        _ = try await another(for: application, others: .seconds(2_592_000))
        #expect(try await live(application).last?.endsAt == end)
    }

    @Test func `a leaked secret ends at once, and every other older one`() async throws {
        let application = try await world.registeredApplication()
        let second = try await another(for: application)
        let fresh = try await another(for: application, others: .leaked)
        for old in [application.secret, second] {
            await #expect(throws: ClientRefusal.invalidClient) {
                try await world.client(application, secret: old)
            }
        }
        _ = try await world.client(application, secret: fresh)
        #expect(try await live(application).map(\.id) == [fresh.id])
    }

    @Test func `what a leaked secret gave works on until that is revoked too`() async throws {
        let application = try await world.registeredApplication()
        let old = try #require(application.secret)
        let bought = try await world.tokens(for: application)
        let own = try await world.client(application).issueForItself(scope: nil)
        let fresh = try await another(for: application, others: .leaked)
        let client = try await world.client(application, secret: fresh)
        let after = try await client.issueForItself(scope: nil)
        let given = [bought.accessToken, bought.refreshToken, own.accessToken].compactMap { $0 }
        for token in given { #expect(try await client.introspect(token.plaintext) != nil) }

        try await world.partner.revokeTokens(of: old.id, of: application.application)
        for token in given { #expect(try await client.introspect(token.plaintext) == nil) }
        let refreshToken = try #require(bought.refreshToken)
        await #expect(throws: TokenRefusal.invalidGrant(.ended)) {
            try await client.refresh(refreshToken.plaintext, scope: nil)
        }
        #expect(try await client.introspect(after.accessToken.plaintext) != nil)
    }

    @Test func `tokens that were refreshed with the new secret outlive those of the old one`() async throws {
        let application = try await world.registeredApplication()
        let old = try #require(application.secret)
        let bought = try await world.tokens(for: application)
        let fresh = try await another(for: application, others: .leaked)
        let client = try await world.client(application, secret: fresh)
        let renewed = try await client.refresh(bought)
        try await world.partner.revokeTokens(of: old.id, of: application.application)
        #expect(try await client.introspect(bought.accessToken.plaintext) == nil)
        #expect(try await client.introspect(renewed.accessToken.plaintext) != nil)
    }

    @Test func `the list counts what each secret gave, and whether that was revoked`() async throws {
        let application = try await world.registeredApplication()
        let old = try #require(application.secret)
        _ = try await world.tokens(for: application)
        for _ in 0..<3 { _ = try await world.client(application).issueForItself(scope: nil) }
        _ = try await another(for: application, others: .leaked)
        let listed = try #require(try await world.partner.secrets(of: application.application).last)
        #expect(listed.id == old.id && listed.tokensIssued == 5 && listed.leavesTokens)

        try await world.partner.revokeTokens(of: old.id, of: application.application)
        let after = try #require(try await world.partner.secrets(of: application.application).last)
        #expect(after.tokensVoidAt == world.clock.now && !after.leavesTokens)
        await #expect(throws: SecretRefusal.noSuchSecret) {
            try await world.partner.revokeTokens(of: old.id, of: application.application)
        }
    }

    @Test func `tokens of a secret that works are not revoked this way`() async throws {
        let application = try await world.registeredApplication()
        let only = try #require(application.secret)
        await #expect(throws: SecretRefusal.noSuchSecret) {
            try await world.partner.revokeTokens(of: only.id, of: application.application)
        }
    }

    @Test(arguments: [Overlap.leaked, .seconds(86_400), .untilRevoked])
    func `20 rotations at once leave a secret that works and was shown`(others: Overlap) async throws {
        let application = try await world.registeredApplication()
        let shown = await atOnce(20) { try await another(for: application, others: others) }
        #expect(!shown.isEmpty)
        let working = try await live(application).filter { $0.endsAt == nil }.map(\.id)
        #expect(shown.contains { working.contains($0.id) })
        #expect(try await live(application).count <= ClientSecret.maxLive)
        for secret in shown where working.contains(secret.id) {
            _ = try await world.client(application, secret: secret)
        }
    }

    @Test func `a revoked secret stops at once and stays on the list`() async throws {
        let application = try await world.registeredApplication()
        let fresh = try await another(for: application)
        let old = try #require(application.secret)
        try await world.partner.revokeSecret(old.id, of: application.application)
        await #expect(throws: ClientRefusal.invalidClient) { try await world.client(application) }
        _ = try await world.client(application, secret: fresh)
        let listed = try await world.partner.secrets(of: application.application)
        #expect(listed.map(\.state) == [.live, .revoked(world.clock.now)])
        await #expect(throws: SecretRefusal.noSuchSecret) {
            try await world.partner.revokeSecret(old.id, of: application.application)
        }
    }

    @Test func `the last secret that works can be neither revoked nor given an end`() async throws {
        let application = try await world.registeredApplication()
        let only = try #require(application.secret)
        await #expect(throws: SecretRefusal.lastOne) {
            try await world.partner.revokeSecret(only.id, of: application.application)
        }
        let tomorrow = world.clock.now.addingTimeInterval(86_400)
        await #expect(throws: SecretRefusal.lastOne) {
            try await world.partner.endSecret(only.id, of: application.application, at: tomorrow)
        }
        _ = try await world.client(application)
    }

    @Test func `one that is about to end does not count as one that keeps working`() async throws {
        let application = try await world.registeredApplication()
        let fresh = try await another(for: application, others: .seconds(86_400))
        await #expect(throws: SecretRefusal.lastOne) {
            try await world.partner.revokeSecret(fresh.id, of: application.application)
        }
        let old = try #require(application.secret)
        try await world.partner.revokeSecret(old.id, of: application.application)
        _ = try await world.client(application, secret: fresh)
    }

    @Test func `one that ended does not count as one that works`() async throws {
        let application = try await world.registeredApplication()
        let fresh = try await another(for: application, others: .seconds(86_400))
        world.clock.advance(by: .seconds(86_400))
        await #expect(throws: SecretRefusal.lastOne) {
            try await world.partner.revokeSecret(fresh.id, of: application.application)
        }
    }

    @Test func `an end can be set and taken away again`() async throws {
        let application = try await world.registeredApplication()
        _ = try await another(for: application)
        let old = try #require(application.secret)
        let end = world.clock.now.addingTimeInterval(3600)
        try await world.partner.endSecret(old.id, of: application.application, at: end)
        #expect(try await live(application).last?.endsAt == end)
        try await world.partner.endSecret(old.id, of: application.application, at: nil)
        world.clock.advance(by: .seconds(7200))
        _ = try await world.client(application)
    }

    @Test func `five work at the same time and no more`() async throws {
        let application = try await world.registeredApplication()
        for _ in 1..<5 { _ = try await another(for: application) }
        await #expect(throws: SecretRefusal.tooMany) { try await another(for: application) }
        #expect(try await live(application).count == 5)
        let first = try #require(application.secret)
        try await world.partner.revokeSecret(first.id, of: application.application)
        _ = try await another(for: application)
        #expect(try await live(application).count == 5)
    }

    @Test func `with five a leak can still be answered`() async throws {
        let application = try await world.registeredApplication()
        for _ in 1..<5 { _ = try await another(for: application) }
        let fresh = try await another(for: application, others: .leaked)
        #expect(try await live(application).map(\.id) == [fresh.id])
    }

    @Test func `the same form sent twice makes one secret`() async throws {
        let application = try await world.registeredApplication()
        _ = try await another(for: application, ticket: "one press")
        await #expect(throws: SecretRefusal.alreadyCreated) {
            try await another(for: application, others: .leaked, ticket: "one press")
        }
        #expect(try await live(application).count == 2)
        _ = try await world.client(application)
    }

    @Test func `of 20 presses at once one makes a secret`() async throws {
        let application = try await world.registeredApplication()
        let made = await atOnce(20) { try await another(for: application, ticket: "one press") }
        #expect(made.count == 1)
        #expect(try await live(application).count == 2)
    }

    @Test func `the list tells which is which without telling the secret`() async throws {
        let application = try await world.registeredApplication()
        let fresh = try await another(for: application)
        _ = try await world.client(application, secret: fresh)
        try await world.registry.writeLastUses()
        let listed = try await world.partner.secrets(of: application.application)
        #expect(listed.map(\.hint) == [fresh.hint, application.secret?.hint])
        #expect(listed.first?.label == "production 2027")
        #expect(listed.first?.lastUsedAt == world.clock.now && listed.first?.lastUsedFrom == "192.0.2.7")
        #expect(listed.last?.lastUsedAt == nil)
        #expect(listed.first?.createdBy == "partner:\(world.partner.account.id)")
    }

    @Test func `a public application has no secret and gets none`() async throws {
        let application = try await world.registeredApplication(kind: .public)
        #expect(application.secret == nil)
        await #expect(throws: SecretRefusal.publicApplication) { try await another(for: application) }
    }

    @Test func `wrong secrets of every kind are one refusal`() async throws {
        let application = try await world.registeredApplication()
        let other = try await world.registeredApplication("Borrowed Cranes")
        let own = try #require(application.secret)
        let forged = own.forged(.clientSecret, at: world.clock.now)
        let mistyped = String(own.plaintext.dropLast()) + "_"
        let wrong = [nil, "", "secret", forged.plaintext, mistyped, other.secret?.plaintext, own.id]
        for secret in wrong {
            let sent = ClientCredentials(id: application.id, secret: secret)
            await #expect(throws: ClientRefusal.invalidClient) {
                try await world.registry.client(sent, at: world.tenant, from: TestRegistry.provenance)
            }
        }
        let nobody = ClientCredentials(id: "harbour_0000000000000000000000", secret: own.plaintext)
        await #expect(throws: ClientRefusal.invalidClient) {
            try await world.registry.client(nobody, at: world.tenant, from: TestRegistry.provenance)
        }
    }
}
