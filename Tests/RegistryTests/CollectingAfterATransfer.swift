import FoundationEssentials
import Support
import Testing

@testable import Registry

@Suite("Collecting after a transfer")
struct CollectingAfterATransfer {
    let world: TestRegistry
    let owned: OwnedApplication
    let ada: AdminAccess

    init() async throws {
        world = try await TestRegistry { $0.policy.manualIssuance = true }
        owned = try await world.registeredApplication()
        ada = try await world.admin("ada@harbour.example")
    }

    private struct Missing: Error {}

    /// Dana stays as a developer; the letters to everybody are taken out before.
    private func handToLee() async throws -> PartnerAccess {
        let lee = try await world.registry.newPartner("lee@cranes.example", at: world.tenant)
        try await world.partner.member(of: owned.id).offer(to: lee.account.email, .stays)
        let link = try await link { if case .transferOffered(_, _, let link) = $0 { link } else { nil } }
        _ = try await lee.takeOver(link)
        return lee
    }

    /// The link in the only letter of its kind, which waits for Lee once the application is theirs.
    private func link(_ find: (Letter) -> String?) async throws -> String {
        let links = try await world.letters().compactMap(find)
        #expect(links.count == 1)
        return try #require(links.last)
    }

    private func linkToCollectToken() async throws -> String {
        try await link { if case .manualTokenReady(_, _, _, let link) = $0 { link } else { nil } }
    }

    private func linkToCollectSecret() async throws -> String {
        try await link { if case .secretRotated(_, _, _, let link) = $0 { link } else { nil } }
    }

    /// A token by hand that Kim allowed, and nobody has collected.
    private func allowToken() async throws {
        _ = try await world.tokens(for: owned)
        let scopes = try #require(ScopeSet(wire: "equipment.read"))
        let terms = ManualTerms(
            application: owned.id,
            customer: world.customer.account.email,
            scopes: scopes,
            lifetime: .seconds(3600),
            isByLetter: false
        )
        let reference = try await ada.askCustomer(terms)
        let grant = try #require(try await world.customer.grants().first)
        let (world, owned, now) = (world, owned, world.clock.now)
        try await world.database.transaction(.tenant(world.tenant.id)) { transaction in
            let isAsked = try world.registry.answer(
                reference,
                of: world.customer.account.id,
                allowing: (grant.id, scopes),
                in: transaction,
                tenant: world.tenant.id,
                at: now
            )
            guard isAsked else { throw Missing() }
            try world.registry.handOver(
                reference,
                to: owned.application,
                at: world.tenant,
                from: TestRegistry.provenance,
                on: now,
                transaction
            )
        }
    }

    @Test func `a token that waits is for the next owner, and the link of the last one is dead`() async throws
    {
        try await allowToken()
        let old = try await linkToCollectToken()
        guard case .ready = try await world.partner.handover(old) else { throw Missing() }
        let lee = try await handToLee()
        guard case .gone = try await world.partner.handover(old) else { throw Missing() }
        #expect(try await world.partner.collect(old) == nil)
        let collected = try await lee.collect(try await linkToCollectToken())
        #expect(try await world.works(try #require(collected).tokens.accessToken, for: owned))
    }

    @Test func `a client secret that waits is for the next owner, as it was asked for`() async throws {
        let rotation = SecretRotation(label: "2027", others: .seconds(86_400))
        _ = try await ada.rotateSecret(of: owned.application, rotation)
        let old = try await linkToCollectSecret()
        let lee = try await handToLee()
        guard case .gone = try await world.partner.secretHandover(old) else { throw Missing() }
        let new = try await linkToCollectSecret()
        guard case .ready(let claim, _) = try await lee.secretHandover(new) else { throw Missing() }
        #expect(claim.rotation == rotation)
        #expect(try await lee.collectSecret(new) != nil)
    }

    @Test func `where nothing waits, nothing is sent`() async throws {
        _ = try await handToLee()
        let sent = try await world.letters().filter {
            switch $0 {
            case .manualTokenReady, .secretRotated: true
            default: false
            }
        }
        #expect(sent.isEmpty)
    }
}
