import Registry
import Support
import Testing

@Suite("Disabling a tenant")
struct DisablingATenant {
    let world: TestRegistry
    let application: OwnedApplication

    init() async throws {
        world = try await TestRegistry()
        application = try await world.registeredApplication()
    }

    private func isDisabled(at server: ApplicationRegistry) async throws -> Bool {
        try #require(try await server.tenant(named: "harbour")).disabledAt != nil
    }

    @Test func `every server knows within a second, and once it is enabled as well`() async throws {
        let elsewhere = try await world.anotherServer()
        #expect(try await !isDisabled(at: elsewhere))
        try await world.theOperator.disableTenant()
        #expect(try await isDisabled(at: world.registry))
        world.clock.advance(by: .milliseconds(1001))
        if TestDatabase.isPostgres { #expect(try await isDisabled(at: elsewhere)) }
        try await world.theOperator.enableTenant()
        #expect(try await !isDisabled(at: world.registry))
        world.clock.advance(by: .milliseconds(1001))
        #expect(try await !isDisabled(at: elsewhere))
    }

    @Test func `tokens and sessions are as they were afterwards, codes and consent screens are over`()
        async throws
    {
        let (tokens, code) = (
            try await world.tokens(for: application), try await world.code(for: application)
        )
        let request = try await world.request(application)
        let ticket = try await world.customer.remember(request, query: "")
        let cookie = try await world.registry.signIn(
            "kim@northfield.example",
            as: .customer,
            at: world.tenant
        )
        try await world.theOperator.disableTenant()
        try await world.theOperator.enableTenant()
        let client = try await world.client(application)
        await #expect(throws: TokenRefusal.self) { try await client.redeem(code: code) }
        #expect(try await world.customer.answer(ticket.plaintext, .allow).isExpired)
        #expect(try await world.works(tokens.accessToken, for: application))
        _ = try await client.refresh(tokens)
        let from = TestRegistry.provenance
        #expect(try await world.registry.customer(cookie, at: world.tenant, from: from) != nil)
    }

    @Test func `what a server gave that had not heard of it is over with its enabling`() async throws {
        try await world.theOperator.disableTenant()
        let code = try await world.code(for: application)
        try await world.theOperator.enableTenant()
        await #expect(throws: TokenRefusal.self) {
            try await world.client(application).redeem(code: code)
        }
    }

    @Test func `importing its file leaves it disabled, and the ledger says everything once`() async throws {
        let entries = try await world.entries {
            for _ in 1...2 { try await world.theOperator.disableTenant() }
            let name = try #require(TenantName("harbour"))
            let again = try await world.registry.importTenant(
                .harbour { $0.policy.codeSeconds = 50 },
                as: name
            )
            #expect(again.disabledAt != nil)
            for _ in 1...2 { try await world.theOperator.enableTenant() }
        }
        #expect(entries == ["tenant.disabled", "tenant.imported", "tenant.enabled"])
    }
}
