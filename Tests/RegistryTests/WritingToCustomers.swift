import Support
import Testing

@testable import Registry

@Suite("Writing to customers")
struct WritingToCustomers {
    /// The next one to the customer.
    private func letter(at world: TestRegistry) async throws -> PostedLetter? {
        while let letter = try await world.registry.claimLetter(of: world.tenant.id) {
            if letter.recipient == world.customer.account.email { return letter }
        }
        return nil
    }

    @Test func `a tenant that does not want it writes nothing`() async throws {
        let world = try await TestRegistry()
        _ = try await world.code(for: try await world.registeredApplication())
        #expect(try await letter(at: world) == nil)
    }

    @Test func `what is new is written to the customer, and what was allowed before is not`() async throws {
        let world = try await TestRegistry { $0.policy.consentLetters = true }
        let application = try await world.registeredApplication()
        _ = try await world.code(for: application)
        let first = try #require(try await letter(at: world))
        guard case .connected(let about, _, let sentences, let at) = first.letter else {
            return #expect(Bool(false), "the first letter is about a new connection")
        }
        #expect(about == Letter.Mention(application.application) && at == world.clock.now)
        #expect(sentences.map(\.text) == ["Read your equipment"])

        _ = try await world.code(for: application)
        #expect(try await letter(at: world) == nil)

        _ = try await world.code(for: application, scope: "equipment.read equipment.change")
        let second = try #require(try await letter(at: world))
        guard case .permissionsGrew(_, _, let added) = second.letter else {
            return #expect(Bool(false), "the second letter is about more permissions")
        }
        #expect(added.map(\.text) == ["Change your equipment"])
    }

    // MARK: In their language

    private func kept(_ world: TestRegistry) async throws -> String? {
        let account = world.customer.account.id
        let row = try await world.database.read(
            "SELECT language FROM accounts WHERE tenant = \(world.tenant.id) AND id = \(account)",
            .tenant(world.tenant.id)
        ).first
        return try #require(row).optionalText(0)
    }

    @Test func `the language of an account is what its customer last used, and nothing before`() async throws
    {
        let world = try await TestRegistry()
        #expect(try await kept(world) == nil)
        await world.customer.keep(language: "ar")
        #expect(try await kept(world) == "ar")
        let signIn = SignIn(
            email: "kim@northfield.example",
            password: TestRegistry.password,
            role: .customer,
            language: "de"
        )
        _ = try await world.registry.start(signIn, at: world.tenant, from: TestRegistry.provenance)
        #expect(try await kept(world) == "de")
        _ = try await world.code(for: try await world.registeredApplication())
        #expect(try await kept(world) == "en")
    }

    @Test func `whoever is invited to test reads it in their language, a stranger in the tenant's`()
        async throws
    {
        let world = try await TestRegistry { $0.language = "fr" }
        await world.customer.keep(language: "ar")
        let stranger = try #require(EmailAddress("lee@northfield.example"))
        try await world.partner.setTestAccounts(
            [world.customer.account.email, stranger],
            of: try await world.registeredApplication().application
        )
        let waiting = try await world.registry.waitingLetters(of: world.tenant.id)
        let told = waiting.filter { if case .invitedToTest = $0.letter { true } else { false } }
        #expect(told.first { $0.recipient == stranger }?.language == "fr")
        #expect(told.first { $0.recipient == world.customer.account.email }?.language == "ar")
    }

    @Test func `a letter that was sealed before letters had a language is sent in English, as it was`()
        async throws
    {
        let world = try await TestRegistry { $0.policy.consentLetters = true }
        _ = try await world.code(for: try await world.registeredApplication())
        let id = try #require(try await letter(at: world)).id
        let old = """
            {"recipient":"kim@northfield.example","letter":{"connected":{"application":{"id":"harbour_ci_1",\
            "name":"Acme Rentals"},"grant":"gr_1","sentences":["Read your equipment"],"at":700000000}}}
            """
        let keys = SealingKeys(world.registry.keyring) { $0.letters }
        let place = Array("\(world.tenant.id.number) \(id)".utf8)
        let sealed = keys.seal(Array(old.utf8), at: place, entropy: .counting())
        try await world.database.write(
            """
            UPDATE outbox SET sealed = \(sealed), claimed_until = 0
            WHERE tenant = \(world.tenant.id) AND id = \(id)
            """,
            .tenant(world.tenant.id)
        )
        let posted = try #require(try await letter(at: world))
        #expect(posted.id == id && posted.language == nil)
        guard case .connected(let about, _, let sentences, _) = posted.letter else {
            return #expect(Bool(false), "it is the letter that waited")
        }
        #expect(about.name == "Acme Rentals")
        #expect(sentences.map(\.text) == ["Read your equipment"] && sentences.map(\.language) == ["en"])
    }
}
