import FoundationEssentials
import Registry
import Support
import Testing

@Suite("Asking for a token by hand")
struct AskingForATokenByHand {
    let world: TestRegistry
    let owned: OwnedApplication
    let ada: AdminAccess

    init() async throws {
        world = try await TestRegistry { $0.policy.manualIssuance = true }
        owned = try await world.registeredApplication()
        ada = try await world.admin("ada@harbour.example")
    }

    private var dana: MemberAccess {
        get async throws { try await world.partner.member(of: owned.id, atLeast: .developer) }
    }

    private func reading() throws -> ScopeSet { try #require(ScopeSet(wire: "equipment.read")) }

    private func terms(
        _ email: String = "kim@northfield.example",
        scopes: String = "equipment.read",
        lasting lifetime: Lifetime = .seconds(90 * 86_400),
        isByLetter: Bool = false,
        because reason: String = ""
    ) throws -> ManualTerms {
        ManualTerms(
            application: owned.id,
            customer: try #require(EmailAddress(email)),
            scopes: try #require(ScopeSet(wire: scopes)),
            lifetime: lifetime,
            isByLetter: isByLetter,
            reason: reason
        )
    }

    /// What the partner asks for; waits for an administrator.
    private func asked() async throws -> ManualRequest {
        let kim = try #require(EmailAddress("kim@northfield.example"))
        try await dana.askForToken(of: kim, reading(), because: "They asked us to.")
        return try #require(try await dana.manualRequests().first { $0.state == .asked })
    }

    /// The customer's answer on the consent screen.
    private func answer(
        _ reference: String,
        _ answer: ConsentAnswer,
        _ choice: ConsentChoice = .everything
    ) async throws -> ConsentOutcome {
        let kim = world.customer
        let (request, application) = try #require(try await kim.manualQuestion(reference))
        let shown = ShownDisclosure(
            Disclosure(
                of: application,
                asking: request.scopes,
                at: nil,
                on: reference,
                given: try await kim.earlier(to: application),
                among: Companies(),
                in: "en",
                at: world.tenant
            )
        )
        let ticket = try await kim.remember(WaitingSubject(request, of: application), showing: shown)
        return try await kim.answer(ticket.plaintext, answer, choice)
    }

    /// The link in the last letter of its kind.
    private func collectLink() async throws -> String {
        for letter in try await world.letters().reversed() {
            if case .manualTokenReady(_, _, _, let link) = letter { return link }
        }
        throw Missing()
    }

    private struct Missing: Error {}

    private func works(_ token: SecretText) async throws -> Bool {
        try await world.registry.bearer(token.plaintext, at: world.tenant, from: TestRegistry.provenance)
            != nil
    }

    /// Through all of it: asked, put, allowed.
    private func allowed(_ terms: ManualTerms? = nil) async throws -> ManualRequest {
        let reference = try await ada.askCustomer(terms ?? self.terms(), on: asked().reference)
        guard case .stays = try await answer(reference, .allow) else { throw Missing() }
        return try #require(try await ada.manualRequest(reference))
    }

    @Test func `a partner asks, the customer allows, and the token is collected once`() async throws {
        let request = try await allowed()
        #expect(request.state == .allowed && request.customer?.id == world.customer.account.id)
        let link = try await collectLink()
        guard case .ready = try await world.partner.handover(link) else { throw Missing() }
        guard case .ready = try await world.partner.handover(link) else { throw Missing() }
        let token = try #require(try await world.partner.collect(link)).tokens
        #expect(try await works(token.accessToken))
        #expect(try token.refreshToken == nil && token.scopes == reading())
        #expect(try await world.partner.collect(link) == nil)
        guard case .collected(let seen, _) = try await world.partner.handover(link) else { throw Missing() }
        #expect(seen.collectedBy?.id == world.partner.account.id)
    }

    @Test func `of many who collect at once, one gets the token`() async throws {
        _ = try await allowed()
        let link = try await collectLink()
        let partner = world.partner
        let tokens = await atOnce(8) { try await partner.collect(link) }
        #expect(tokens.compactMap { $0 }.count == 1)
    }

    @Test func `nothing is minted when the customer says no, or nothing`() async throws {
        let refused = try await ada.askCustomer(terms())
        guard case .stays = try await answer(refused, .deny) else { throw Missing() }
        #expect(try await ada.manualRequest(refused)?.state == .refused)
        let ignored = try await ada.askCustomer(terms())
        world.clock.advance(by: ManualRequest.patience + .seconds(1))
        let request = try #require(try await ada.manualRequest(ignored))
        #expect(request.isOver(at: world.clock.now))
        await #expect(throws: (any Error).self) {
            guard case .stays = try await answer(ignored, .allow) else { throw Missing() }
        }
        #expect(try await world.customer.grants().isEmpty)
        let minted = try await world.database.read(.tenant(world.tenant.id)) {
            try $0.run("SELECT count(*) FROM access_tokens").first?.integer(0)
        }
        #expect(minted == 0)
        await #expect(throws: Missing.self) { _ = try await collectLink() }
    }

    @Test func `what is not collected in time is never made`() async throws {
        let request = try await allowed()
        let link = try await collectLink()
        world.clock.advance(by: ManualRequest.patience + .seconds(1))
        #expect(try await world.partner.collect(link) == nil)
        #expect(try #require(try await ada.manualRequest(request.reference)).isOver(at: world.clock.now))
    }

    @Test func `it works as long as was said, whatever is usual at this tenant`() async throws {
        _ = try await allowed()
        let token = try #require(try await world.partner.collect(collectLink())).tokens
        #expect(token.expiresIn == 90 * 86_400)
        world.clock.advance(by: .seconds(90 * 86_400 - 1))
        #expect(try await works(token.accessToken))
        world.clock.advance(by: .seconds(2))
        #expect(try await !works(token.accessToken))
    }

    @Test func `the customer's own end comes first`() async throws {
        let endless = try terms(lasting: .unlimited, because: "Their machines run for years.")
        let reference = try await ada.askCustomer(endless)
        _ = try await answer(reference, .allow, ConsentChoice(ticked: nil, term: .week))
        let token = try #require(try await world.partner.collect(collectLink())).tokens
        #expect(token.expiresIn == 7 * 86_400)
    }

    @Test func `disconnecting before it is collected leaves nothing to collect, and after ends the token`()
        async throws
    {
        let kim = world.customer
        _ = try await allowed()
        try await kim.disconnect(try #require(try await kim.grants().first))
        let link = try await collectLink()
        guard case .gone = try await world.partner.handover(link) else { throw Missing() }
        #expect(try await world.partner.collect(link) == nil)

        let again = try await ada.askCustomer(terms())
        _ = try await answer(again, .allow)
        let token = try #require(try await world.partner.collect(collectLink())).tokens
        try await kim.disconnect(try #require(try await kim.grants().first))
        #expect(try await !works(token.accessToken))
    }

    @Test func `a suspension holds it back, and leaves the link`() async throws {
        _ = try await allowed()
        let link = try await collectLink()
        try await world.theOperator.suspend(owned.id, reason: "A test")
        guard case .gone = try await world.partner.handover(link) else { throw Missing() }
        #expect(try await world.partner.collect(link) == nil)
        try await world.theOperator.resume(owned.id)
        #expect(try await world.partner.collect(link) != nil)
    }

    @Test func `nothing of it is left when the application is deleted`() async throws {
        let (request, waiting) = (try await allowed(), try await asked())
        let link = try await collectLink()
        let put = try await ada.askCustomer(terms())
        try await world.partner.member(of: owned.id).delete()
        for reference in [request.reference, waiting.reference, put] {
            #expect(try await ada.manualRequest(reference)?.state ?? .ended == .ended)
        }
        #expect(try await ada.waitingManualRequests().isEmpty)
        #expect(try await world.partner.collect(link) == nil)
        #expect(try await world.customer.manualQuestion(put) == nil)
    }

    @Test func `partner and administrator take it back, before it is collected and after`() async throws {
        let first = try await allowed()
        let link = try await collectLink()
        try await dana.end(first)
        #expect(try await world.partner.collect(link) == nil)
        await #expect(throws: ManualRefusal.overtaken) { try await ada.end(first) }

        let second = try await allowed()
        let token = try #require(try await world.partner.collect(collectLink())).tokens
        try await ada.end(try #require(try await ada.manualRequest(second.reference)))
        #expect(try await !works(token.accessToken))
    }

    @Test func `the ledger names partner, administrator and customer`() async throws {
        _ = try await allowed()
        _ = try await world.partner.collect(collectLink())
        let people = [world.partner.account.id.text, ada.account.id.text, world.customer.account.id.text]
        let entries = try await world.ledger()
        let given = try #require(entries.last { $0.action == "consent.given" })
        let collected = try #require(entries.last { $0.action == "manual_token.collected" })
        for entry in [given, collected] {
            for person in people { #expect((entry.actor + entry.detail).contains(person)) }
        }
        #expect(entries.map(\.action).contains("manual_token.asked"))
        #expect(entries.map(\.action).contains("manual_token.put"))
    }

    @Test func `the customer finds who gave it, and keeps a receipt that names the request`() async throws {
        let request = try await allowed()
        let grant = try #require(try await world.customer.grants().first)
        let found = try #require(try await world.customer.givenByHand()[grant.id])
        #expect(found.reference == request.reference && found.admin?.id == ada.account.id)
        #expect(grant.redirectURI == nil)
        let receipt = try #require(try await world.customer.lastReceipts(of: [grant])[grant.id]).receipt
        #expect(receipt.shown.manualRequest == request.reference && receipt.shown.destination == .nowhere)
    }

    @Test func `a letter carries the token only where the tenant does that`() async throws {
        await #expect(throws: ManualRefusal.notByLetter) {
            _ = try await ada.askCustomer(terms(isByLetter: true))
        }
        let mailing = try await TestRegistry {
            $0.policy.manualIssuance = true
            $0.policy.manualTokenByMail = true
        }
        let test = try await AskingForATokenByHand(in: mailing)
        let reference = try await test.ada.askCustomer(test.terms(isByLetter: true))
        _ = try await test.answer(reference, .allow)
        let mailed = try await mailing.letters().compactMap { letter in
            if case .manualToken(_, _, let token) = letter { token } else { nil }
        }
        let token = try #require(mailed.first)
        let (registry, tenant) = (mailing.registry, mailing.tenant)
        #expect(try await registry.bearer(token, at: tenant, from: TestRegistry.provenance) != nil)
        #expect(try await mailing.ledger().map(\.action).contains("manual_token.mailed"))
    }

    @Test func `where every owner is disabled no letter is written`() async throws {
        let mailing = try await TestRegistry {
            $0.policy.manualIssuance = true
            $0.policy.manualTokenByMail = true
        }
        let test = try await AskingForATokenByHand(in: mailing)
        for isByLetter in [false, true] {
            let reference = try await test.ada.askCustomer(test.terms(isByLetter: isByLetter))
            let owner = mailing.partner.account
            try await mailing.theOperator.disable(owner, because: "Left the company")
            _ = try await test.answer(reference, .allow)
            let handed = try await mailing.letters().contains { letter in
                switch letter {
                case .manualToken, .manualTokenReady: true
                default: false
                }
            }
            #expect(!handed)
            #expect(try await !mailing.ledger().map(\.action).contains("manual_token.mailed"))
            try await mailing.theOperator.enable(owner)
        }
    }

    private init(in world: TestRegistry) async throws {
        self.world = world
        owned = try await world.registeredApplication()
        ada = try await world.admin("ada@harbour.example")
    }

    @Test func `by hand only reading is given, to whom it may be`() async throws {
        await #expect(throws: ManualRefusal.notAllowedByHand) {
            _ = try await ada.check(terms(scopes: "equipment.change"))
        }
        await #expect(throws: ManualRefusal.notAllowedByHand) {
            _ = try await ada.check(terms(scopes: "location.read"))
        }
        await #expect(throws: ManualRefusal.noSuchCustomer) {
            _ = try await ada.check(terms("nobody@northfield.example"))
        }
        await #expect(throws: ManualRefusal.needsReason) {
            _ = try await ada.check(terms(lasting: .unlimited))
        }
        try await world.theOperator.suspend(owned.id, reason: "A test")
        await #expect(throws: ManualRefusal.suspended) { _ = try await ada.check(terms()) }
        let closed = try await TestRegistry()
        let test = try await AskingForATokenByHand(in: closed)
        await #expect(throws: ManualRefusal.notOffered) { _ = try await test.ada.check(test.terms()) }
    }

    @Test func `a link of a customer's letter is not used up by looking, and replaced by the next letter`()
        async throws
    {
        func link() async throws -> String {
            for letter in try await world.letters().reversed() {
                if case .manualTokenRequest(_, _, _, let link) = letter { return link }
            }
            throw Missing()
        }
        let reference = try await ada.askCustomer(terms())
        let (registry, tenant, first) = (world.registry, world.tenant, try await link())
        for _ in 0..<3 {
            #expect(try await registry.manualQuestion(first, at: tenant)?.request.reference == reference)
        }
        world.clock.advance(by: .seconds(1))
        try await ada.askAgain(reference)
        let second = try await link()
        #expect(try await registry.manualQuestion(first, at: tenant) == nil)
        #expect(try await registry.manualQuestion(second, at: tenant) != nil)
        _ = try await answer(reference, .deny)
        #expect(try await registry.manualQuestion(second, at: tenant) == nil)
    }

    @Test func `no other customer and no other partner has anything to do with it`() async throws {
        let request = try await allowed()
        let (link, registry, tenant) = (try await collectLink(), world.registry, world.tenant)
        let lee = try await registry.newCustomer("lee@northfield.example", at: tenant)
        #expect(try await lee.manualQuestion(request.reference) == nil)
        let other = try await registry.newPartner("lee@cranes.example", at: tenant)
        guard case .gone = try await other.handover(link) else { throw Missing() }
        #expect(try await other.collect(link) == nil)
        #expect(try await world.partner.collect(link) != nil)
    }

    @Test
    func `administrators are told of a request for each that waits at once, however often it is taken back`()
        async throws
    {
        func letters() async throws -> Int {
            try await world.registry.waitingLetters(of: world.tenant.id).count {
                if case .askedForToken = $0.letter { true } else { false }
            }
        }
        for _ in 1...15 { try await dana.end(try await asked()) }
        #expect(try await letters() == 1)
        for _ in 1...3 { _ = try await asked() }
        #expect(try await letters() == 3)
    }

    @Test func `one application has only so many requests waiting`() async throws {
        for _ in 0..<ManualRequest.maxWaiting { _ = try await asked() }
        await #expect(throws: ManualRefusal.tooMany) { _ = try await asked() }
    }

    @Test func `a request is put to a customer once`() async throws {
        let request = try await asked()
        _ = try await ada.askCustomer(terms(), on: request.reference)
        await #expect(throws: ManualRefusal.overtaken) {
            _ = try await ada.askCustomer(terms(), on: request.reference)
        }
    }
}
