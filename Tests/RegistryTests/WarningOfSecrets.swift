import FoundationEssentials
import Registry
import Support
import Testing

@Suite("Warning of secrets")
struct WarningOfSecrets {
    let world: TestRegistry
    let application: OwnedApplication
    let old: SecretText
    let new: SecretText

    init() async throws {
        world = try await TestRegistry()
        application = try await world.registeredApplication()
        old = try #require(application.secret)
        world.clock.advance(by: .seconds(1))
        new = try await world.partner.createSecret(
            for: application.application,
            label: "",
            ticket: "one press",
            others: .seconds(30 * 86_400)
        )
    }

    private func use(_ secret: SecretText) async throws {
        _ = try await world.client(application, secret: secret)
        try await world.registry.writeLastUses()
    }

    /// What a look at the clock posts.
    private func posted() async throws -> [Letter] {
        let before = try await world.registry.waitingLetters(of: world.tenant.id).count
        let count = try await world.registry.warnOfSecrets()
        let letters = try await world.registry.waitingLetters(of: world.tenant.id)
        #expect(letters.count == before + count)
        return letters.prefix(count).map(\.letter)
    }

    private func ends(_ letters: [Letter]) -> [String] {
        letters.compactMap { if case .secretEnds(_, let hint, _, _) = $0 { hint } else { nil } }
    }

    @Test func `making one is told to its owners at once`() async throws {
        let letters = try await world.registry.waitingLetters(of: world.tenant.id)
        #expect(letters.map(\.recipient.text) == ["dana@acme.example"])
        guard case .secretCreated(let application, let by, let from, _) = try #require(letters.first).letter
        else {
            Issue.record("It should be about the new secret")
            return
        }
        #expect(application.name == "Acme Rentals" && by == "dana@acme.example" && from == "192.0.2.7")
    }

    @Test func `one that is used is warned of a week, a day and an hour before its end, once each`()
        async throws
    {
        try await use(new)
        let end = try #require(try await world.partner.secrets(of: application.application).last?.endsAt)
        for before in [7 * 86_400, 86_400, 3600] {
            world.clock.advance(by: .seconds(end.timeIntervalSince(world.clock.now) - Double(before) - 1))
            try await use(old)
            #expect(try await ends(posted()).isEmpty)
            world.clock.advance(by: .seconds(1))
            #expect(try await ends(posted()) == [old.hint])
            #expect(try await ends(posted()).isEmpty)
        }
        world.clock.advance(by: .seconds(7200))
        #expect(try await ends(posted()).isEmpty)
    }

    @Test func `one that nobody used for a week ends in silence`() async throws {
        try await use(old)
        try await use(new)
        world.clock.advance(by: .seconds(29 * 86_400 + 3600))
        #expect(try await ends(posted()).isEmpty)
    }

    @Test func `what was decided a moment ago is no news`() async throws {
        try await use(old)
        try await use(new)
        let end = world.clock.now.addingTimeInterval(86_400)
        try await world.partner.endSecret(old.id, of: application.application, at: end)
        #expect(try await ends(posted()).isEmpty)
        world.clock.advance(by: .seconds(86_400 - 3600))
        #expect(try await ends(posted()) == [old.hint])
    }

    @Test func `a new one that was not used for three days is remembered, once`() async throws {
        world.clock.advance(by: .seconds(3 * 86_400 - 1))
        #expect(try await posted().isEmpty)
        world.clock.advance(by: .seconds(1))
        guard case .secretUnused(_, let hint, _) = try #require(try await posted().first) else {
            Issue.record("It should be about the unused secret")
            return
        }
        #expect(hint == new.hint)
        #expect(try await posted().isEmpty)
    }

    @Test func `an only secret that waits for its software is nobody's trouble`() async throws {
        let other = try await world.registeredApplication("Acme Lifts")
        world.clock.advance(by: .seconds(10 * 86_400))
        let about = try await posted().compactMap {
            if case .secretUnused(let application, _, _) = $0 { application.id } else { nil }
        }
        #expect(!about.contains(other.id))
    }
}
