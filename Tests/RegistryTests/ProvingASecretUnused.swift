import FoundationEssentials
import Support
import Testing

@testable import Registry

@Suite("Proving that a secret is no longer used")
struct ProvingASecretUnused {
    let world: TestRegistry
    let application: OwnedApplication
    let old: SecretText
    let new: SecretText

    init() async throws {
        world = try await TestRegistry()
        application = try await world.registeredApplication()
        old = try #require(application.secret)
        world.clock.advance(by: .seconds(1))
        new = try await world.partner.createSecret(
            for: application.application,
            label: "production 2027",
            ticket: "one press",
            others: .untilRevoked
        )
    }

    private func use(_ secret: SecretText, from address: String = "192.0.2.7", times: Int = 1) async throws {
        for _ in 0..<times { try await show(secret, of: application, from: address) }
        try await world.registry.writeLastUses()
    }

    private func show(
        _ secret: SecretText,
        of application: OwnedApplication,
        from address: String = "192.0.2.7"
    ) async throws {
        _ = try await world.registry.client(
            ClientCredentials(id: application.id, secret: secret.plaintext),
            at: world.tenant,
            from: Provenance(address: address, reference: "01JD-7F3K-Q2")
        )
    }

    private func listed(_ secret: SecretText) async throws -> ClientSecret {
        let all = try await world.partner.secrets(of: application.application)
        return try #require(all.first { $0.id == secret.id })
    }

    @Test func `after a quiet day the old one is safe to retire, and one use takes that back`() async throws {
        try await use(old)
        world.clock.advance(by: .seconds(86_401))
        try await use(new, times: 10)
        #expect(try await listed(old).verdict == .safeToRetire)
        #expect(try await listed(new).verdict == .stillUsed(addresses: 1))

        try await use(old)
        #expect(try await listed(old).verdict == .stillUsed(addresses: 1))
    }

    @Test func `one that nobody ever used is called that`() async throws {
        #expect(try await listed(new).verdict == .neverUsed)
        #expect(try await listed(new).lastUsedAt == nil)
    }

    @Test func `the only one that works has nothing to be judged for`() async throws {
        try await world.partner.revokeSecret(old.id, of: application.application)
        #expect(try await listed(new).verdict == nil)
        #expect(try await listed(old).verdict == nil)
    }

    @Test func `a secret that went before its use was written takes no other's with it`() async throws {
        let leaving = try await world.registeredApplication()
        try await show(try #require(leaving.secret), of: leaving)
        try await show(old, of: application)
        try await world.partner.member(of: leaving.id).delete()
        try await world.registry.writeLastUses()
        #expect(try await listed(old).recentUses.count == 1)
    }

    @Test func `uses that could not be written are written with those that came since`() async throws {
        let empty = try SQLiteDatabase.temporary()
        try await show(old, of: application, from: "192.0.2.7")
        try await show(new, of: application, from: "192.0.2.8")
        await #expect(throws: (any Error).self) { try await world.registry.uses.write(to: empty) }
        world.clock.advance(by: .seconds(1))
        try await use(old, from: "198.51.100.1", times: 2)
        let secret = try await listed(old)
        #expect(secret.recentUses == SecretUses(count: 3, networks: 2))
        #expect(secret.lastUsedAt == world.clock.now && secret.lastUsedFrom == "198.51.100.1")
        #expect(try await listed(new).recentUses.count == 1)
        #expect(try await listed(new).lastUsedFrom == "192.0.2.8")
    }

    @Test func `uses of a day are counted, by the networks they came from`() async throws {
        try await use(old, from: "192.0.2.7", times: 2)
        try await use(old, from: "192.0.2.200", times: 3)
        world.clock.advance(by: .seconds(3600))
        try await use(old, from: "198.51.100.1")
        try await use(old, from: "2001:db8:7:1::9")
        try await use(old, from: "2001:db8:7:2::9")
        let secret = try await listed(old)
        #expect(secret.recentUses.count == 8 && secret.recentUses.networks == 3)
        #expect(secret.verdict == .stillUsed(addresses: 3))
        #expect(secret.lastUsedFrom == "2001:db8:7:2::9")

        world.clock.advance(by: .seconds(23 * 3600))
        #expect(try await listed(old).recentUses.count == 3)
        world.clock.advance(by: .seconds(3600))
        #expect(try await listed(old).recentUses.count == 0)
    }

    @Test func `counts of more than a day ago are swept`() async throws {
        try await use(old)
        try await use(new)
        world.clock.advance(by: .seconds(86_400 + 3600))
        try await use(new)
        #expect(try await world.registry.sweep() >= 2)
        #expect(try await world.registry.sweep() == 0)
        #expect(try await listed(new).recentUses.count == 1)
    }

    @Test func `a secret used from very many addresses costs no more than a few rows`() async throws {
        for number in 0..<300 {
            _ = try await world.registry.client(
                ClientCredentials(id: application.id, secret: old.plaintext),
                at: world.tenant,
                from: Provenance(address: "10.\(number / 200).\(number % 200).1", reference: "01JD-7F3K-Q2")
            )
        }
        try await world.registry.writeLastUses()
        let uses = try await listed(old).recentUses
        #expect(uses.count == 300 && uses.networks <= 65)
    }

    @Test func `a wrong secret costs one digest, however many work`() async throws {
        for number in 0..<3 {
            _ = try await world.partner.createSecret(
                for: application.application,
                label: "",
                ticket: "\(number)",
                others: .untilRevoked
            )
        }
        let forged = old.forged(.clientSecret, at: world.clock.now)
        let unknown = SecretText(
            prefix: "harbour",
            kind: .clientSecret,
            now: world.clock.now,
            entropy: .system
        )
        for secret in [forged, unknown] {
            let digests = await world.digests.added {
                await #expect(throws: ClientRefusal.invalidClient) {
                    try await world.client(application, secret: secret)
                }
            }
            #expect(digests == 1)
        }
        let digests = try await world.digests.added { _ = try await world.client(application, secret: new) }
        #expect(digests == 1)
        let own = try await world.partner.secrets(of: application.application).filter(\.isLive)
        #expect(own.count == ClientSecret.maxLive)
    }

    @Test func `the maker of a secret is named by their address`() async throws {
        #expect(try await listed(new).createdByEmail == "dana@acme.example")
    }
}
