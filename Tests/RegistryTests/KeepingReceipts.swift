import FoundationEssentials
import Registry
import Support
import Testing

@Suite("Keeping receipts")
struct KeepingReceipts {
    let world: TestRegistry
    init() async throws { world = try await TestRegistry() }

    private func receipt(for application: OwnedApplication) async throws -> SignedReceipt {
        let grant = try #require(
            try await world.customer.grants().first { $0.application.id.text == application.id }
        )
        return try #require(try await world.customer.lastReceipts(of: [grant])[grant.id])
    }

    @Test func `to allow keeps what was shown, and nothing that is changed later changes it`() async throws {
        let application = try await world.registeredApplication()
        _ = try await world.code(for: application)
        let kept = try await receipt(for: application)
        let shown = kept.receipt.shown
        #expect(shown.application == "Acme Rentals" && shown.provider == "Harbourline")
        #expect(shown.publisher.isVerified && shown.publisher.name == "Acme Rentals")
        #expect(shown.returnsTo == "acme.example" && shown.language == "en" && shown.revision == 1)
        #expect(shown.asked.map(\.sentence.text) == ["Read your equipment"])
        #expect(kept.receipt.allowed == ["equipment.read"] && kept.receipt.leftOut.isEmpty)
        #expect(kept.receipt.givenAt == world.clock.now && kept.receipt.endsAt == nil)
        #expect(kept.receipt.customer.email == "kim@northfield.example")

        try await world.partner.addRedirectURI("https://acme.example/other", to: application.application)
        _ = try await world.registry.importTenant(
            .harbour { $0.scopes[0].sentence = "Read everything" },
            as: world.tenant.name
        )
        #expect(try await receipt(for: application).text == kept.text)
    }

    @Test func `its digest stands in the ledger beside the consent`() async throws {
        let application = try await world.registeredApplication()
        _ = try await world.code(for: application)
        let kept = try await receipt(for: application)
        let entry = try #require(try await world.ledger().last { $0.action == "consent.given" })
        #expect(entry.detail.contains("receipt=\(kept.receipt.id)"))
        #expect(entry.detail.contains("digest=\(base64URL(kept.digest))"))
    }

    @Test func `whoever has the public key can check it, and sees any change`() async throws {
        let application = try await world.registeredApplication()
        _ = try await world.code(for: application)
        let kept = try await receipt(for: application)
        let key = world.registry.publicReceiptKey(of: world.tenant)
        #expect(kept.publicKey == key)
        #expect(ReceiptSeal.isValid(kept.signature, of: kept.text, under: key))
        let changed = kept.text.replacing("equipment.read", with: "equipment.free")
        #expect(!ReceiptSeal.isValid(kept.signature, of: changed, under: key))
        #expect(!ReceiptSeal.isValid(Array(kept.signature.dropLast()), of: kept.text, under: key))
        #expect(!ReceiptSeal.isValid([UInt8](repeating: 0, count: 64), of: kept.text, under: key))
        let quayside = try await world.registry.importTenant(
            .harbour { $0.brand.displayName = "Quayside" },
            as: try #require(TenantName("quayside"))
        )
        let other = world.registry.publicReceiptKey(of: quayside)
        #expect(!ReceiptSeal.isValid(kept.signature, of: kept.text, under: other))
    }

    @Test func `it is nobody else's to read`() async throws {
        let application = try await world.registeredApplication()
        _ = try await world.code(for: application)
        let id = try await receipt(for: application).receipt.id
        #expect(try await world.customer.receipt(id) != nil)
        let lee = try await world.registry.newCustomer("lee@northfield.example", at: world.tenant)
        #expect(try await lee.receipt(id) == nil)
        #expect(try await world.customer.receipt("rc_0000000000000000000000") == nil)
    }

    @Test func `it stays when the application is disconnected`() async throws {
        let application = try await world.registeredApplication()
        _ = try await world.code(for: application)
        let kept = try await receipt(for: application)
        try await world.customer.disconnect(try #require(try await world.customer.grants().first))
        #expect(try await world.customer.receipt(kept.receipt.id)?.text == kept.text)
    }

    @Test func `a picture that a receipt names cannot be deleted`() async throws {
        let logo = try await world.theOperator.store(picture(64, 64) { x, _ in [UInt8(x), 90, 200, 255] })
        let application = try await world.registeredApplication()
        try await world.database.write(
            """
            UPDATE applications SET logo = \(logo)
            WHERE tenant = \(world.tenant.id) AND id = \(application.application.id)
            """,
            .tenant(world.tenant.id)
        )
        _ = try await world.code(for: application)
        #expect(try await receipt(for: application).receipt.shown.logo == logo.text)
        await #expect(throws: DatabaseFault.foreignKey) {
            try await world.database.write(
                "DELETE FROM logos WHERE tenant = \(world.tenant.id) AND digest = \(logo)",
                .tenant(world.tenant.id)
            )
        }
    }

    @Test func `what would not be shown again is not allowed`() async throws {
        let application = try await world.registeredApplication()
        let cookie = try await world.registry.signIn(
            "kim@northfield.example",
            as: .customer,
            at: world.tenant
        )
        let kim = try #require(
            try await world.registry.customer(cookie, at: world.tenant, from: TestRegistry.provenance)
        )
        let request = try await world.request(application)
        let ticket = try await kim.remember(request, query: "q")
        let unseen = try await kim.remember(WaitingSubject(request, query: "q"), showing: nil)
        let changed = try await world.registry.importTenant(
            .harbour { $0.scopes[0].sentence = "Read everything" },
            as: world.tenant.name
        )
        let later = try #require(
            try await world.registry.customer(cookie, at: changed, from: TestRegistry.provenance)
        )
        #expect(try await later.answer(ticket.plaintext, .allow).startsAgain)
        #expect(try await later.answer(unseen.plaintext, .allow).startsAgain)
        let again = try await later.remember(request, query: "q")
        #expect(try await later.answer(again.plaintext, .allow).answer?.code != nil)
    }

    @Test func `two tabs may both allow, each what it showed`() async throws {
        let application = try await world.registeredApplication()
        let request = try await world.request(application)
        let other = try await world.request(application, scope: "equipment.change")
        let first = try await world.customer.remember(request, query: "")
        let second = try await world.customer.remember(other, query: "")
        #expect(try await world.customer.answer(first.plaintext, .allow).answer?.code != nil)
        #expect(try await world.customer.answer(second.plaintext, .allow).answer?.code != nil)
        let grant = try #require(try await world.customer.grants().first)
        #expect(grant.scopes.wire == "equipment.read equipment.change")
        #expect(
            try await world.customer.lastReceipts(of: [grant])[grant.id]?.receipt.shown.connectedSince == nil
        )
    }

    @Test func `nothing was shown where nobody was asked`() async throws {
        let world = try await TestRegistry { $0.policy.manualIssuance = true }
        let application = try await world.registeredApplication()
        _ = try await world.theOperator.issue(to: application.id, for: world.customer.account.email)
        let grant = try #require(try await world.customer.grants().first)
        #expect(try await world.customer.lastReceipts(of: [grant]).isEmpty)
        #expect(try await world.customer.history(of: grant).map(\.kind) == [.byHand])
    }
}
