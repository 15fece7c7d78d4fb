import Registry
import Support
import Testing

/// What ends everything an application got (RT-08), and what stops a code between issue and redemption (CO-07).
@Suite("Ending access")
struct EndingAccess {
    enum Trigger: CaseIterable, Sendable {
        case newPassword, accountDisabled, consentWithdrawn, applicationSuspended, secretCompromised
        case tenantDisabled

        /// Those of RT-08.
        ///
        /// A disabled tenant answers nobody, so there is nobody to ask.
        static let endingTokens = allCases.filter { $0 != .tenantDisabled }

        /// Those of CO-07.
        static let endingCodes = [applicationSuspended, accountDisabled, tenantDisabled, consentWithdrawn]
    }

    let world: TestRegistry
    let application: OwnedApplication
    let resourceServer: OwnedApplication

    init() async throws {
        world = try await TestRegistry()
        application = try await world.registeredApplication()
        resourceServer = try await world.registeredApplication("Fleet Watch", kind: .resourceServer)
    }

    private func pull(_ trigger: Trigger) async throws {
        let (customer, theOperator) = (world.customer, world.theOperator)
        switch trigger {
        case .newPassword:
            try await customer.own.changePassword(from: TestRegistry.password, to: "another walk to the pier")
        case .accountDisabled: try await theOperator.disable(customer.account, because: "Asked for it")
        case .consentWithdrawn:
            for grant in try await customer.grants() { try await customer.disconnect(grant) }
        case .applicationSuspended: try await theOperator.suspend(application.id, reason: "Traffic")
        case .secretCompromised:
            let rotation = SecretRotation(others: .leaked, endsTokens: true)
            _ = try await theOperator.rotateSecret(of: application.id, rotation)
        case .tenantDisabled: try await theOperator.disableTenant()
        }
    }

    private func introspects(_ token: SecretText?, at server: ApplicationRegistry) async throws -> Bool {
        let credentials = ClientCredentials(id: resourceServer.id, secret: resourceServer.secret?.plaintext)
        let client = try await server.client(credentials, at: world.tenant, from: TestRegistry.provenance)
        return try await client.introspect(try #require(token).plaintext) != nil
    }

    @Test(arguments: Trigger.endingTokens)
    func `access and refresh tokens are inactive at once, and a second later on every server`(
        trigger: Trigger
    ) async throws {
        let (tokens, elsewhere) = (
            try await world.tokens(for: application), try await world.anotherServer()
        )
        let both = [tokens.accessToken, tokens.refreshToken]
        for server in [world.registry, elsewhere] {
            for token in both { #expect(try await introspects(token, at: server)) }
        }
        try await pull(trigger)
        for token in both { #expect(try await !introspects(token, at: world.registry)) }
        world.clock.advance(by: .milliseconds(1001))
        for token in both { #expect(try await !introspects(token, at: elsewhere)) }
    }

    @Test(arguments: Trigger.endingCodes)
    func `a code is not redeemed when it happens after its issue`(trigger: Trigger) async throws {
        let (client, code) = (
            try await world.client(application), try await world.code(for: application)
        )
        try await pull(trigger)
        await #expect(throws: (any Error).self) { try await world.client(application).redeem(code: code) }
        if trigger != .applicationSuspended {
            await #expect(throws: TokenRefusal.self) { try await client.redeem(code: code) }
        }
    }
}

extension TestRegistry {
    /// Another server on the same database, which remembers for itself what it read.
    func anotherServer() async throws -> ApplicationRegistry {
        let server = ApplicationRegistry(
            database: database,
            masterKey: [UInt8](repeating: 7, count: 32),
            clock: { [clock] in clock.now },
            entropy: .counting(),
            passwords: try PasswordHasher(cost: .least, threads: 1),
            decodeLogo: { upload, _ in try Logo.decode(upload) }
        )
        try await server.open()
        return server
    }
}
