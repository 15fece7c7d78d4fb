import Support
import Testing

@testable import Registry

@Suite("Answering evenly (SL-06)")
struct AnsweringEvenly {
    let world: TestRegistry
    let known: EmailAddress
    let unknown: EmailAddress

    init() async throws {
        world = try await TestRegistry()
        known = world.partner.account.email
        unknown = try #require(EmailAddress("nobody@acme.example"))
    }

    private func expectAnEvenAnswer(
        to ask: (EmailAddress) async throws -> Void,
        at place: SourceLocation = #_sourceLocation
    ) async throws {
        for email in [known, unknown] {
            let took = try await ContinuousClock().measure { try await ask(email) }
            #expect(took >= .milliseconds(50), sourceLocation: place)
        }
    }

    @Test func `signing up takes its time, whether the address has an account or not`() async throws {
        try await expectAnEvenAnswer {
            let draft = try SignUpDraft(email: $0.text, name: "Dana")
            try await world.registry.askToSignUp(draft, at: world.tenant, from: TestRegistry.provenance)
        }
    }

    @Test func `so does asking for a new password`() async throws {
        try await expectAnEvenAnswer {
            try await world.registry.askForNewPassword(
                $0,
                as: .partner,
                at: world.tenant,
                from: TestRegistry.provenance
            )
        }
    }
}
