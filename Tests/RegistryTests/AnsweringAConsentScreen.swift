import FoundationEssentials
import Registry
import Support
import Testing

@Suite("Answering a consent screen")
struct AnsweringAConsentScreen {
    let world: TestRegistry
    init() async throws { world = try await TestRegistry() }

    /// The proof in the form of a consent screen that was shown.
    private func ticket(
        _ application: OwnedApplication,
        scope: String = "equipment.read",
        query: String = "client_id=x"
    ) async throws -> String {
        let request = try await world.request(application, scope: scope)
        return try await world.customer.remember(request, query: query).plaintext
    }

    private func answer(_ ticket: String, _ answer: ConsentAnswer) async throws -> ConsentOutcome {
        try await world.customer.answer(ticket, answer)
    }

    @Test func `to allow gives a code, the state and the address`() async throws {
        let application = try await world.registeredApplication()
        let answer = try #require(try await answer(try await ticket(application), .allow).answer)
        #expect(answer.code != nil)
        #expect(answer.state == "s-1")
        #expect(answer.redirectURI.text == TestRegistry.callback)
        let grant = try #require(try await world.customer.grants().first)
        #expect(grant.application.id == application.application.id)
        #expect(grant.scopes.wire == "equipment.read")
    }

    @Test func `to cancel gives access_denied, the state and nothing else`() async throws {
        let application = try await world.registeredApplication()
        let answer = try #require(try await answer(try await ticket(application), .deny).answer)
        #expect(answer.refusal == .deniedByCustomer)
        #expect(answer.refusal?.code == "access_denied")
        #expect(answer.state == "s-1")
        #expect(try await world.customer.grants().isEmpty)
        #expect(try await world.ledger().last?.action == "consent.refused")
    }

    @Test(arguments: ConsentAnswer.allCases, ConsentAnswer.allCases)
    func `a second answer changes nothing and takes the request up again`(
        first: ConsentAnswer,
        second: ConsentAnswer
    ) async throws {
        let application = try await world.registeredApplication()
        let ticket = try await ticket(application, query: "client_id=again")
        _ = try await answer(ticket, first)
        let entries = try await world.entries {
            guard case .startAgain(let wayBack) = try await answer(ticket, second) else {
                Issue.record("A second answer was taken.")
                return
            }
            #expect(wayBack == .authorization(query: "client_id=again"))
        }
        #expect(entries.isEmpty)
        #expect(try await world.customer.grants().count == (first == .allow ? 1 : 0))
    }

    @Test func `of 20 presses at once one gives a code`() async throws {
        let application = try await world.registeredApplication()
        let (ticket, customer) = (try await ticket(application), world.customer)
        let outcomes = await atOnce(20) { try await customer.answer(ticket, .allow) }
        #expect(outcomes.count == 20)
        #expect(outcomes.count { $0.answer?.code != nil } == 1)
        #expect(outcomes.count { $0.startsAgain } == 19)
    }

    @Test func `it waits ten minutes, to the second`() async throws {
        let application = try await world.registeredApplication()
        let (early, late) = (try await ticket(application), try await ticket(application))
        world.clock.advance(by: .seconds(599))
        #expect(try await answer(early, .allow).answer?.code != nil)
        world.clock.advance(by: .seconds(1))
        for decision in ConsentAnswer.allCases { #expect(try await answer(late, decision).isExpired) }
    }

    @Test func `only the session that was asked may answer`() async throws {
        let application = try await world.registeredApplication()
        let ticket = try await ticket(application)
        let stranger = try await world.registry.newCustomer("lee@northfield.example", at: world.tenant)
        let cookie = try await world.registry.signIn(
            "kim@northfield.example",
            as: .customer,
            at: world.tenant
        )
        let elsewhere = try #require(
            try await world.registry.customer(cookie, at: world.tenant, from: TestRegistry.provenance)
        )
        for other in [stranger, elsewhere] {
            #expect(try await other.answer(ticket, .allow).isRefused)
        }
        #expect(try await answer(ticket, .allow).answer?.code != nil)
    }

    @Test func `what is no ticket of ours is refused`() async throws {
        let application = try await world.registeredApplication()
        let ticket = try await ticket(application)
        let forged = try #require(SecretText(parsing: ticket, kind: .ticket)).forged(
            .ticket,
            at: world.clock.now
        )
        let code = try await world.code(for: application)
        for text in ["", "x", forged.plaintext, code] {
            #expect(try await answer(text, .allow).isRefused)
        }
        #expect(try await answer(ticket, .allow).answer?.code != nil)
    }

    @Test func `an application that changed meanwhile is looked at again`() async throws {
        let application = try await world.registeredApplication()
        let before = try await ticket(application)
        try await world.partner.addRedirectURI("https://acme.example/other", to: application.application)
        try await world.theOperator.approve(application.id)
        #expect(try await answer(before, .allow).startsAgain)
        #expect(try await world.customer.grants().isEmpty)

        let between = try await ticket(application)
        try await world.partner.removeRedirectURI("https://acme.example/other", from: application.application)
        #expect(try await answer(between, .allow).startsAgain)

        let after = try await ticket(application)
        #expect(try await answer(after, .allow).answer?.code != nil)
    }

    @Test func `a suspended application is not answered`() async throws {
        let application = try await world.registeredApplication()
        let ticket = try await ticket(application)
        try await world.theOperator.suspend(application.id, reason: "Unusual traffic")
        #expect(try await answer(ticket, .allow).startsAgain)
        #expect(try await world.customer.grants().isEmpty)
    }

    @Test func `somebody taken off the list of test accounts meanwhile is not connected`() async throws {
        let application = try await world.registeredApplication(isApproved: false)
        try await world.partner.setTesters([world.customer], of: application.application)
        let ticket = try await ticket(application)
        try await world.partner.setTestAccounts([], of: application.application)
        #expect(try await answer(ticket, .allow).answer?.code == nil)
        #expect(try await world.customer.grants().isEmpty)
    }

    @Test func `to allow more keeps what was allowed before`() async throws {
        let application = try await world.registeredApplication()
        let before = try await world.tokens(for: application, scope: "equipment.read")
        let since = try #require(try await world.customer.grants().first)
        world.clock.advance(by: .seconds(3600))
        _ = try await answer(try await ticket(application, scope: "equipment.change"), .allow)
        let grants = try await world.customer.grants()
        #expect(grants.count == 1)
        #expect(grants.first?.id == since.id)
        #expect(grants.first?.scopes.wire == "equipment.read equipment.change")
        #expect(grants.first?.grantedAt == since.grantedAt)
        #expect(grants.first?.changedAt == world.clock.now)
        #expect(try await world.works(before.refreshToken, for: application))
    }

    @Test func `a code carries what was asked this time, not all that was ever allowed`() async throws {
        let application = try await world.registeredApplication()
        _ = try await world.tokens(for: application, scope: "equipment.read")
        let tokens = try await world.tokens(for: application, scope: "equipment.change")
        #expect(tokens.scopes.wire == "equipment.change")
    }

    @Test func `to cancel a wish for more keeps what was allowed before`() async throws {
        let application = try await world.registeredApplication()
        let tokens = try await world.tokens(for: application, scope: "equipment.read")
        _ = try await answer(try await ticket(application, scope: "equipment.change"), .deny)
        #expect(try await world.customer.grants().first?.scopes.wire == "equipment.read")
        #expect(try await world.works(tokens.accessToken, for: application))
    }

    @Test func `two screens of two applications are answered each for itself`() async throws {
        let acme = try await world.registeredApplication()
        let cranes = try await world.registeredApplication(
            "Borrowed Cranes",
            at: ["https://cranes.example/cb"]
        )
        let request = try await world.request(
            cranes,
            redirectURI: "https://cranes.example/cb",
            state: "cranes"
        )
        let (first, second) = (try await ticket(acme), try await world.customer.remember(request, query: ""))
        let later = try #require(try await answer(second.plaintext, .allow).answer)
        let earlier = try #require(try await answer(first, .deny).answer)
        #expect(later.redirectURI.text == "https://cranes.example/cb" && later.state == "cranes")
        #expect(earlier.redirectURI.text == TestRegistry.callback && earlier.refusal == .deniedByCustomer)
        #expect(try await world.customer.grants().map(\.application.id) == [cranes.application.id])
    }

    @Test func `a request kept for somebody who signs in is given to their browser only`() async throws {
        let application = try await world.registeredApplication()
        let request = try await world.request(application)
        let id = try await world.registry.keep(
            WaitingSubject(request, query: "q"),
            browser: "1, 2, 3",
            at: world.tenant
        )
        let kept = try await world.registry.waitingRequest(id, browser: "1, 2, 3", at: world.tenant)
        #expect(kept?.wayBack == .authorization(query: "q") && kept?.expired == false)
        for other in ["", "1, 2", "1, 2, 4"] {
            #expect(try await world.registry.waitingRequest(id, browser: other, at: world.tenant) == nil)
        }
        #expect(try await answer(id, .allow).isRefused)
    }
}
