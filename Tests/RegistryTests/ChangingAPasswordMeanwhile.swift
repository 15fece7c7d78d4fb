import Support
import Testing

@testable import Registry

/// A password takes a while to prove; these are about what happens in that while (SL-12).
@Suite("Changing a password meanwhile")
struct ChangingAPasswordMeanwhile {
    let database: DoubtfulDatabase
    let world: TestRegistry
    let application: OwnedApplication

    init() async throws {
        database = DoubtfulDatabase(try await TestDatabase.make())
        world = try await TestRegistry(on: database) { $0.policy.grants = [.password, .authorizationCode] }
        application = try await world.registeredApplication()
    }

    private static let new = "another walk to the pier"

    private func signIn(_ password: String = TestRegistry.password) -> SignIn {
        SignIn(email: "kim@northfield.example", password: password, role: .customer)
    }

    private func start(_ password: String = TestRegistry.password) async throws -> SecretText {
        try await world.registry.start(signIn(password), at: world.tenant, from: TestRegistry.provenance)
    }

    /// Sets another password once the old one was proved.
    private func changeMeanwhile() {
        database.overtake { [own = world.customer.own] in
            try await own.changePassword(from: TestRegistry.password, to: Self.new)
        }
    }

    @Test func `nobody is signed in by the old one`() async throws {
        changeMeanwhile()
        await #expect(throws: SignInRefusal.wrongEmailOrPassword) { try await start() }
        _ = try await start(Self.new)
    }

    @Test func `no application gets tokens for the old one`() async throws {
        let client = try await world.client(application)
        changeMeanwhile()
        await #expect(throws: TokenRefusal.invalidGrant(.wrongPassword)) {
            try await client.issue(to: signIn(), scope: "equipment.read")
        }
    }

    @Test func `of two who change it the first one counts`() async throws {
        changeMeanwhile()
        await #expect(throws: WrongPassword()) {
            try await world.customer.own.changePassword(from: TestRegistry.password, to: "a third long walk")
        }
        _ = try await start(Self.new)
    }

    @Test func `the old one asks for no other address`() async throws {
        changeMeanwhile()
        await #expect(throws: WrongPassword()) {
            try await world.customer.own.askForAddress(
                try #require(EmailAddress("eve@evil.example")),
                password: TestRegistry.password
            )
        }
        let letters = try await world.letters()
        #expect(!letters.contains { if case .confirmNewAddress = $0 { true } else { false } })
    }

    @Test func `a sign-in that was shut out meanwhile is told so`() async throws {
        database.overtake { [theOperator = world.theOperator, kim = world.customer.account] in
            try await theOperator.disable(kim, because: "")
        }
        await #expect(throws: SignInRefusal.accountDisabled) { try await start() }
    }

    @Test func `the same one hashed anew lets its owner in`() async throws {
        let (registry, tenant, kim) = (world.registry, world.tenant.id, world.customer.account.id)
        let again = try await registry.passwords.hash(TestRegistry.password, at: tenant)
        database.overtake { [database] in
            try await database.transaction(.tenant(tenant)) { try $0.set(again, of: kim, tenant: tenant) }
        }
        _ = try await start()
    }
}
