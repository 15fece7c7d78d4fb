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
        #expect(sentences == ["Read your equipment"])

        _ = try await world.code(for: application)
        #expect(try await letter(at: world) == nil)

        _ = try await world.code(for: application, scope: "equipment.read equipment.change")
        let second = try #require(try await letter(at: world))
        guard case .permissionsGrew(_, _, let added) = second.letter else {
            return #expect(Bool(false), "the second letter is about more permissions")
        }
        #expect(added == ["Change your equipment"])
    }
}
