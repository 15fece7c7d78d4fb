import FoundationEssentials
import Registry
import Testing

@Suite("Acting for several companies")
struct ActingForSeveralCompanies {
    let world: TestRegistry
    let application: OwnedApplication

    init() async throws {
        var world = try await TestRegistry { settings in
            settings.policy.grants = [.authorizationCode, .refreshToken, .password]
            settings.policy.manualIssuance = true
        }
        application = try await world.registeredApplication()
        _ = try await Self.actFor(["Northfield", "Southfield"], in: world)
        world.customer = try await world.registry.signedIn("kim@northfield.example", at: world.tenant)
        self.world = world
    }

    @discardableResult
    private func actFor(_ names: String..., endingConsents: Bool = false) async throws -> Int {
        try await Self.actFor(names, in: world, endingConsents: endingConsents)
    }

    private static func actFor(
        _ names: [String],
        in world: TestRegistry,
        endingConsents: Bool = false
    ) async throws -> Int {
        let companies = Companies(try names.map { try #require(Company($0)) })
        let kim = try #require(EmailAddress("kim@northfield.example"))
        return try await world.theOperator.set(companies, of: kim, endingConsents: endingConsents)
    }

    private func outcome(
        _ company: String?,
        scope: String = "equipment.read",
        term: ConsentChoice.Term = .untilDisconnected
    ) async throws -> ConsentOutcome {
        let ticket = try await world.customer.remember(
            try await world.request(application, scope: scope),
            query: "q"
        )
        let choice = ConsentChoice(ticked: nil, term: term, company: company)
        return try await world.customer.answer(ticket.plaintext, .allow, choice)
    }

    private func tokens(
        for company: String,
        scope: String = "equipment.read",
        term: ConsentChoice.Term = .untilDisconnected
    ) async throws -> IssuedTokens {
        let code = try #require(try await outcome(company, scope: scope, term: term).answer?.code)
        return try await world.client(application).redeem(code: code.plaintext)
    }

    private func company(of token: SecretText?) async throws -> String? {
        let token = try #require(token).plaintext
        return try await world.client(application).introspect(token)?.company?.text
    }

    // MARK: Choosing

    @Test func `the tokens say which company was chosen, and so do consent and receipt`() async throws {
        let tokens = try await tokens(for: "Southfield")
        #expect(try await company(of: tokens.accessToken) == "Southfield")
        #expect(try await company(of: tokens.refreshToken) == "Southfield")
        let fresh = try await world.client(application).refresh(tokens)
        #expect(try await company(of: fresh.accessToken) == "Southfield")
        let grant = try #require(try await world.customer.grants().first)
        #expect(grant.company?.text == "Southfield")
        let receipt = try #require(try await world.customer.lastReceipts(of: [grant])[grant.id])
        #expect(receipt.receipt.customer.organisation == "Southfield")
    }

    @Test(arguments: [nil, "", "Elsewhere", "northfield"])
    func `an answer that names none of them allows nothing, and can be given again`(
        name: String?
    )
        async throws
    {
        guard case .needsCompany(.authorization(query: "q")) = try await outcome(name) else {
            Issue.record("it was taken")
            return
        }
        #expect(try await world.customer.grants().isEmpty)
    }

    @Test func `to cancel needs no company`() async throws {
        let ticket = try await world.customer.remember(
            try await world.request(application),
            query: ""
        )
        let outcome = try await world.customer.answer(ticket.plaintext, .deny)
        #expect(outcome.answer?.refusal == .deniedByCustomer)
    }

    @Test func `nobody is sent back without having been asked which one they came for`() async throws {
        _ = try await tokens(for: "Northfield")
        let request = try await world.request(application)
        guard case .covered(_, mayBeSilent: false) = try await world.customer.standing(of: request) else {
            Issue.record("it was chosen for them")
            return
        }
    }

    @Test func `whoever acts for one is not asked, and their tokens name it`() async throws {
        try await actFor("Northfield")
        let tokens = try await tokens(for: "Northfield")
        #expect(try await company(of: tokens.accessToken) == "Northfield")
        let request = try await world.request(application)
        guard case .covered(_, mayBeSilent: true) = try await world.customer.standing(of: request) else {
            Issue.record("they are asked again")
            return
        }
    }

    @Test func `a page that named another company is shown again`() async throws {
        try await actFor("Northfield")
        #expect(try await outcome("Southfield").startsAgain)
        #expect(try await outcome(nil).startsAgain)
    }

    // MARK: Another company

    @Test func `another company takes the place of the first, whose tokens are dead`() async throws {
        let first = try await tokens(for: "Northfield")
        #expect(try await company(of: first.accessToken) == "Northfield")
        let request = try await world.request(application)
        #expect(try await world.customer.disclosure(of: request).disclosure.connectedFor == "Northfield")

        let second = try await tokens(for: "Southfield")
        #expect(try await !world.works(first.accessToken, for: application))
        #expect(try await !world.works(first.refreshToken, for: application))
        #expect(try await company(of: second.accessToken) == "Southfield")
        let all = try await world.customer.allGrants()
        #expect(Set(all.compactMap(\.company?.text)) == ["Northfield", "Southfield"])
        #expect(try await world.customer.grants().map(\.company?.text) == ["Southfield"])
        let ended = try #require(all.first { $0.endedAt != nil })
        #expect(try await world.customer.history(of: ended).first?.kind == .ended)
    }

    @Test func `both are in the ledger`() async throws {
        _ = try await tokens(for: "Northfield")
        let actions = try await world.entries { _ = try await outcome("Southfield") }
        #expect(actions == ["consent.given", "consent.ended"])
        #expect(try await world.ledger().last?.detail.contains("company=Northfield") == true)
        #expect(try await world.theOperator.verifyLedger().isComplete)
    }

    @Test func `the other company gets what was asked this time, and nothing from before`() async throws {
        _ = try await tokens(for: "Northfield", scope: "equipment.read equipment.change")
        _ = try await outcome("Southfield", scope: "equipment.read")
        #expect(try await world.customer.grants().first?.scopes.wire == "equipment.read")
    }

    @Test func `the list is whole though one of them allowed some of it`() async throws {
        _ = try await tokens(for: "Northfield", scope: "equipment.read")
        let request = try await world.request(application, scope: "equipment.read equipment.change")
        let shown = try await world.customer.disclosure(of: request).disclosure
        #expect(!shown.asksForMore && shown.alreadyAllowed.isEmpty && shown.asked.count == 2)
    }

    @Test func `the same company keeps its connection, and its tokens`() async throws {
        let first = try await tokens(for: "Northfield")
        let before = try await world.customer.grants().map(\.id)
        _ = try await tokens(for: "Northfield", scope: "equipment.read equipment.change")
        #expect(try await world.customer.grants().map(\.id) == before)
        #expect(try await world.works(first.accessToken, for: application))
    }

    @Test func `an end that was set before is kept for the other company too`() async throws {
        _ = try await tokens(for: "Northfield", term: .week)
        let end = try #require(try await world.customer.grants().first?.endsAt)
        _ = try await tokens(for: "Southfield", term: .asBefore)
        #expect(try await world.customer.grants().first?.endsAt == end)
    }

    @Test func `of two answers at once for two companies one stands`() async throws {
        let tickets = [
            (
                "Northfield",
                try await world.customer.remember(try await world.request(application), query: "")
            ),
            (
                "Southfield",
                try await world.customer.remember(try await world.request(application), query: "")
            ),
        ]
        await withTaskGroup(of: Void.self) { group in
            for (company, ticket) in tickets {
                let choice = ConsentChoice(ticked: nil, term: .untilDisconnected, company: company)
                group.addTask { [customer = world.customer] in
                    do { _ = try await customer.answer(ticket.plaintext, .allow, choice) } catch {}
                }
            }
        }
        #expect(try await world.customer.grants().count == 1)
    }

    // MARK: Leaving a company

    @Test func `whoever is taken out of a company loses what was allowed for it`() async throws {
        let tokens = try await tokens(for: "Northfield")
        await #expect(throws: OperatorRefusal.wouldDisconnect(1)) { try await actFor("Southfield") }
        #expect(try await world.works(tokens.accessToken, for: application))
        #expect(try await actFor("Southfield", endingConsents: true) == 1)
        #expect(try await !world.works(tokens.accessToken, for: application))
        #expect(try await !world.works(tokens.refreshToken, for: application))
        #expect(try await world.customer.grants().isEmpty)
        let actions = try await world.ledger().suffix(2).map(\.action)
        #expect(actions == ["consent.ended", "account.companies_changed"])
    }

    @Test func `whoever stays keeps it, however many others come and go`() async throws {
        let tokens = try await tokens(for: "Northfield")
        #expect(try await actFor("Northfield") == 0)
        #expect(try await actFor("Northfield", "Westfield", "Eastfield") == 0)
        #expect(try await company(of: tokens.accessToken) == "Northfield")
        #expect(
            try await world.customer.companies().all.map(\.text) == ["Eastfield", "Northfield", "Westfield"]
        )
    }

    @Test func `what was allowed before any company was known works on, until one is chosen`() async throws {
        let lee = try await world.registry.newCustomer("lee@northfield.example", at: world.tenant)
        let old = try await world.tokens(for: application, by: lee)
        #expect(try await company(of: old.accessToken) == nil)
        let companies = Companies([try #require(Company("Northfield")), try #require(Company("Southfield"))])
        let email = try #require(EmailAddress("lee@northfield.example"))
        #expect(try await world.theOperator.set(companies, of: email, endingConsents: false) == 0)
        let ticket = try await lee.remember(try await world.request(application), query: "")
        let choice = ConsentChoice(ticked: nil, term: .untilDisconnected, company: "Southfield")
        _ = try #require(try await lee.answer(ticket.plaintext, .allow, choice).answer?.code)
        #expect(try await company(of: old.refreshToken) == "Southfield")
    }

    // MARK: Without the screen

    @Test func `a password does not say which company, and neither does the operator`() async throws {
        let client = try await world.client(application)
        let signIn = SignIn(email: "kim@northfield.example", password: TestRegistry.password, role: .customer)
        await #expect(throws: TokenRefusal.invalidGrant(.severalCompanies)) {
            try await client.issue(to: signIn, scope: "equipment.read")
        }
        let kim = try #require(EmailAddress("kim@northfield.example"))
        await #expect(throws: OperatorRefusal.severalCompanies(kim.text)) {
            try await world.theOperator.issue(to: application.id, for: kim)
        }
        _ = try await tokens(for: "Southfield")
        let more = try await client.issue(to: signIn, scope: "equipment.read")
        #expect(try await company(of: more.accessToken) == "Southfield")
    }

    @Test(arguments: ["", "  ", "a\nb", String(repeating: "a", count: 257)])
    func `a company's name is a line of its own`(name: String) { #expect(Company(name) == nil) }
}

extension LedgerVerdict {
    fileprivate var isComplete: Bool { if case .complete = self { true } else { false } }
}
