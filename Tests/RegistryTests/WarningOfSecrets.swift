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

    /// What a sweep posts.
    private func posted() async throws -> [Letter] {
        _ = try await delivered()
        _ = try await world.registry.sweep()
        return try await delivered()
    }

    private func delivered() async throws -> [Letter] {
        var letters: [Letter] = []
        while let posted = try await world.registry.claimLetter(of: world.tenant.id) {
            try await world.registry.end(posted)
            letters.append(posted.letter)
        }
        return letters
    }

    private func ends(_ letters: [Letter]) -> [String] {
        letters.compactMap { if case .secretEnds(_, let hint, _, _) = $0 { hint } else { nil } }
    }

    @Test func `making one is told to its owners at once, and to nobody else in the team`() async throws {
        _ = try await world.member("vic@acme.example", as: .viewer, of: application)
        let letters = try await world.registry.waitingLetters(of: world.tenant.id)
        let told = letters.filter { if case .secretCreated = $0.letter { true } else { false } }
        #expect(told.map(\.recipient.text) == ["dana@acme.example"])
        let expected = Letter.secretCreated(
            application: Letter.Mention(application.application),
            by: "dana@acme.example",
            from: "192.0.2.7",
            at: world.clock.now
        )
        #expect(told.first?.letter == expected)
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

    @Test func `warnings that came due while nothing ran are one letter`() async throws {
        try await use(new)
        world.clock.advance(by: .seconds(29 * 86_400))
        try await use(old)
        world.clock.advance(by: .seconds(86_400 - 1800))
        #expect(try await ends(posted()) == [old.hint])
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
