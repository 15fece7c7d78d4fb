import FoundationEssentials
import Registry
import Support
import Testing

@Suite("Rotating for a partner without seeing the secret")
struct RotatingWithoutSeeing {
    let world: TestRegistry
    let application: OwnedApplication
    let old: SecretText

    init() async throws {
        world = try await TestRegistry()
        application = try await world.registeredApplication()
        old = try #require(application.secret)
        world.clock.advance(by: .seconds(1))
    }

    private func offer(_ overlap: Overlap = .seconds(604_800)) async throws -> SecretClaimLink {
        try await world.theOperator.offerSecret(application.id, others: overlap)
    }

    private func live() async throws -> [ClientSecret] {
        try await world.partner.secrets(of: application.application).filter(\.isLive)
    }

    private func letters() async throws -> [Letter] {
        try await world.registry.waitingLetters(of: world.tenant.id).map(\.letter)
    }

    @Test func `its owners are sent a link, and until one follows it nothing changes`() async throws {
        let link = try await offer()
        #expect(link.owners.map(\.text) == ["dana@acme.example"])
        let mention = Letter.Mention(application.application)
        let text = link.secret.plaintext
        #expect(
            try await letters() == [.secretToClaim(application: mention, until: link.expiresAt, link: text)]
        )
        let working = try await live()
        #expect(working.map(\.id) == [old.id] && working.first?.endsAt == nil)
    }

    @Test func `looking at the link uses nothing up, and whoever asks first gets the secret`() async throws {
        let link = try await offer().secret.plaintext
        for _ in 0..<3 {
            guard case .waiting(let claim) = try await world.partner.secretClaim(link) else {
                Issue.record("The link should wait")
                return
            }
            #expect(claim.application.id == application.application.id)
        }
        let collected = try await world.partner.claimSecret(link)
        _ = try await world.client(application, secret: collected.1)
        _ = try await world.client(application)
        let end = world.clock.now.addingTimeInterval(604_800)
        #expect(try await live().last?.endsAt == end)
    }

    @Test func `the second time it says who collected it and when`() async throws {
        let link = try await offer().secret.plaintext
        _ = try await world.partner.claimSecret(link)
        let then = world.clock.now
        world.clock.advance(by: .seconds(60))
        guard case .collected(_, let at, let by) = try await world.partner.secretClaim(link) else {
            Issue.record("The link should be used")
            return
        }
        #expect(at == then && by == "dana@acme.example")
        await #expect(throws: SecretRefusal.alreadyCreated) { try await world.partner.claimSecret(link) }
    }

    @Test func `of 20 who press at once one gets it`() async throws {
        let link = try await offer().secret.plaintext
        let partner = world.partner
        let got = await atOnce(20) { try await partner.claimSecret(link).1 }
        #expect(got.count == 1)
        #expect(try await live().count == 2)
    }

    @Test func `after 72 hours nothing is left of it, and the old one is untouched`() async throws {
        let link = try await offer().secret.plaintext
        world.clock.advance(by: .seconds(72 * 3600))
        let cookie = try await world.registry.signIn("dana@acme.example", as: .partner, at: world.tenant)
        let dana = try #require(
            try await world.registry.partner(cookie, at: world.tenant, from: TestRegistry.provenance)
        )
        guard case .gone = try await dana.secretClaim(link) else {
            Issue.record("The link should be gone")
            return
        }
        await #expect(throws: SecretRefusal.alreadyCreated) { try await dana.claimSecret(link) }
        _ = try await world.client(application)
    }

    @Test func `a later link kills the earlier one`() async throws {
        let first = try await offer().secret.plaintext
        let second = try await offer().secret.plaintext
        await #expect(throws: SecretRefusal.alreadyCreated) { try await world.partner.claimSecret(first) }
        _ = try await world.partner.claimSecret(second)
    }

    @Test func `another partner who has the link learns and gets nothing`() async throws {
        let link = try await offer().secret.plaintext
        let lee = try await world.registry.newPartner("lee@cranes.example", at: world.tenant)
        guard case .gone = try await lee.secretClaim(link) else {
            Issue.record("It is none of Lee's")
            return
        }
        await #expect(throws: SecretRefusal.alreadyCreated) { try await lee.claimSecret(link) }
        _ = try await world.partner.claimSecret(link)
    }

    @Test func `revoking now ends secrets and tokens before there is a new one`() async throws {
        let bought = try await world.tokens(for: application)
        world.clock.advance(by: .seconds(1))
        let link = try await offer(.leaked)
        await #expect(throws: ClientRefusal.invalidClient) { try await world.client(application) }
        let bearer = try await world.registry.bearer(
            bought.accessToken.plaintext,
            at: world.tenant,
            from: TestRegistry.provenance
        )
        #expect(bearer == nil)
        let mention = Letter.Mention(application.application)
        let text = link.secret.plaintext
        #expect(
            try await letters() == [.secretsRevoked(application: mention, until: link.expiresAt, link: text)]
        )
        let (_, fresh) = try await world.partner.claimSecret(text)
        _ = try await world.client(application, secret: fresh).issueForItself(scope: nil)
    }

    @Test func `the ledger has the offer and the collection, and nothing secret`() async throws {
        let link = try await offer().secret.plaintext
        let (_, fresh) = try await world.partner.claimSecret(link)
        let entries = try await world.ledger().suffix(2)
        #expect(entries.map(\.action) == ["secret.offered", "secret.created"])
        #expect(entries.map(\.actor) == ["operator", "partner:\(world.partner.account.id)"])
        for entry in entries {
            #expect(!entry.detail.contains(link) && !entry.detail.contains(fresh.plaintext))
        }
    }

    @Test func `the operator may have it shown, and the owners hear of it`() async throws {
        let fresh = try await world.theOperator.rotateSecret(application.id, others: .seconds(86_400))
        _ = try await world.client(application, secret: fresh)
        #expect(try await live().last?.endsAt == world.clock.now.addingTimeInterval(86_400))
        guard case .secretCreated(_, let by, _, _) = try #require(try await letters().first) else {
            Issue.record("The owners should have been told")
            return
        }
        #expect(by == "Harbourline")
    }

    @Test func `a public application has nothing to rotate`() async throws {
        let app = try await world.registeredApplication("Acme Desktop", kind: .public)
        await #expect(throws: SecretRefusal.publicApplication) {
            try await world.theOperator.offerSecret(app.id, others: .untilRevoked)
        }
    }
}
