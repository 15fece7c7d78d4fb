import Registry
import Testing

@Suite("Issuing by hand")
struct IssuingByHand {
    let world: TestRegistry
    let application: Application

    init() async throws {
        world = try await TestRegistry { $0.policy.manualIssuance = true }
        application = try await world.registeredApplication().application
    }

    private let kim = EmailAddress("kim@northfield.example")

    private func issue(
        at world: TestRegistry? = nil,
        for email: EmailAddress? = nil,
        scopes: [String]? = nil
    ) async throws -> IssuedTokens {
        let customer = try #require(email ?? kim)
        return try await (world ?? self.world).theOperator.issue(
            to: application.id.text,
            for: customer,
            scopes: scopes
        )
    }

    private func works(_ tokens: IssuedTokens) async throws -> Bool {
        let (registry, token) = (world.registry, tokens.accessToken.plaintext)
        return try await registry.bearer(token, at: world.tenant, from: TestRegistry.provenance) != nil
    }

    @Test func `the token works, and its customer finds the application among the connected ones`()
        async throws
    {
        let tokens = try await issue()
        #expect(try await works(tokens))
        #expect(tokens.refreshToken == nil && tokens.scopes == application.scopes)
        let grants = try await world.customer.grants()
        #expect(grants.map(\.application.id) == [application.id])
    }

    @Test func `disconnecting ends it at once, and so does suspending`() async throws {
        let first = try await issue()
        try await world.customer.disconnect(try #require(try await world.customer.grants().first))
        #expect(try await !works(first))
        let second = try await issue()
        try await world.theOperator.suspend(application.id.text, reason: "A test")
        #expect(try await !works(second))
        await #expect(throws: OperatorRefusal.mayNotConnect(application.id.text)) { _ = try await issue() }
    }

    @Test func `the ledger says who gave it, to whom and for whom`() async throws {
        _ = try await issue()
        let last = try #require(try await world.theOperator.ledger(after: 0, limit: 1000).last)
        #expect(last.action == "consent.given" && last.object == application.id.text)
        #expect(last.actor == "operator" && last.detail.contains("manual"))
        #expect(last.detail.contains(world.customer.account.id.text))
        #expect(try await world.theOperator.verifyLedger() == .complete(entries: last.sequence))
    }

    @Test func `nobody is given what they may not ask for`() async throws {
        await #expect(throws: OperatorRefusal.unknownScope("everything")) {
            _ = try await issue(scopes: ["everything"])
        }
        await #expect(throws: OperatorRefusal.noSuchCustomer("nobody@northfield.example")) {
            _ = try await issue(for: EmailAddress("nobody@northfield.example"))
        }
        await #expect(throws: OperatorRefusal.noSuchApplication("harbour_nothing")) {
            _ = try await world.theOperator.issue(to: "harbour_nothing", for: try #require(kim))
        }
    }

    @Test func `a tenant that has not opened this door issues none`() async throws {
        let closed = try await TestRegistry()
        await #expect(throws: OperatorRefusal.noManualIssuance) { _ = try await issue(at: closed) }
    }

    @Test func `an application that waits for approval gets none for a stranger`() async throws {
        let world = try await TestRegistry {
            $0.policy.manualIssuance = true
            $0.policy.review = .reviewed
        }
        let waiting = try await world.registeredApplication(isApproved: false).application
        await #expect(throws: OperatorRefusal.mayNotConnect(waiting.id.text)) {
            _ = try await world.theOperator.issue(to: waiting.id.text, for: try #require(kim))
        }
    }
}
