import FoundationEssentials
import Support
import Testing

@testable import Registry

@Suite("Posting letters")
struct PostingLetters {
    let world: TestRegistry
    init() async throws { world = try await TestRegistry() }

    private let letter = Letter.confirmAddress(name: "Dana", link: "harbour_lk_not-to-be-seen")
    private var tenant: TenantID { world.tenant.id }

    private func post(_ letter: Letter, to address: String = "dana@acme.example") async throws {
        let (outbox, tenant, now) = (world.registry.outbox, tenant, world.clock.now)
        let recipient = try #require(EmailAddress(address))
        try await world.database.transaction(.tenant(tenant)) { transaction in
            try outbox.post(letter, to: recipient, in: transaction, tenant: tenant, at: now)
        }
    }

    private func claim() async throws -> PostedLetter? { try await world.registry.claimLetter(of: tenant) }

    private func stored() async throws -> (sealed: [UInt8], problem: String?) {
        let row = try await world.database.read(
            "SELECT sealed, problem FROM outbox WHERE tenant = \(tenant)",
            .tenant(tenant)
        ).first
        let found = try #require(row)
        return (try found.bytes(0), try found.optionalText(1))
    }

    @Test func `a letter comes out as it went in`() async throws {
        try await post(letter)
        let claimed = try #require(try await claim())
        #expect(claimed.letter == letter)
        #expect(claimed.recipient.text == "dana@acme.example")
    }

    @Test func `neither letter nor recipient can be read in the database`() async throws {
        try await post(letter)
        let sealed = try await stored().sealed
        for secret in ["not-to-be-seen", "dana", "acme", "Dana"] {
            #expect(sealed.firstRange(of: Array(secret.utf8)) == nil)
        }
    }

    @Test func `a letter moved into another row does not open`() async throws {
        try await post(letter)
        try await world.database.write(
            "UPDATE outbox SET id = \("another") WHERE tenant = \(tenant)",
            .tenant(tenant)
        )
        await #expect(throws: DamagedRow.self) { try await claim() }
    }

    @Test func `a letter whose cause is undone is not posted`() async throws {
        struct Undone: Error {}
        let (outbox, tenant, now, letter) = (world.registry.outbox, tenant, world.clock.now, letter)
        let recipient = try #require(EmailAddress("dana@acme.example"))
        await #expect(throws: Undone.self) {
            try await world.database.transaction(.tenant(tenant)) { transaction in
                try outbox.post(letter, to: recipient, in: transaction, tenant: tenant, at: now)
                throw Undone()
            }
        }
        #expect(try await claim() == nil)
    }

    @Test func `a delivered letter is emptied and never claimed again`() async throws {
        try await post(letter)
        let claimed = try #require(try await claim())
        #expect(try await world.registry.beginHandover(of: claimed))
        try await world.registry.end(claimed)
        #expect(try await stored().sealed.isEmpty)
        world.clock.advance(by: .seconds(3600))
        #expect(try await claim() == nil)
    }

    @Test func `a claimed letter is nobody else's until the claim ends`() async throws {
        try await post(letter)
        _ = try #require(try await claim())
        #expect(try await claim() == nil)
        world.clock.advance(by: Outbox.claim)
        #expect(try await claim() != nil)
    }

    @Test func `whose claim has ended hands nothing over`() async throws {
        try await post(letter)
        let slow = try #require(try await claim())
        world.clock.advance(by: Outbox.claim)
        let fast = try #require(try await claim())
        #expect(try await !world.registry.beginHandover(of: slow))
        #expect(try await world.registry.beginHandover(of: fast))
    }

    @Test func `servers that die while handing over send two copies and no third`() async throws {
        try await post(letter)
        for _ in 0..<2 {
            let claimed = try #require(try await claim())
            #expect(try await world.registry.beginHandover(of: claimed))
            world.clock.advance(by: Outbox.claim)
        }
        let third = try #require(try await claim())
        #expect(try await !world.registry.beginHandover(of: third))
    }

    @Test func `a server that died while handing over waits before the second copy`() async throws {
        try await post(letter)
        let first = try #require(try await claim())
        #expect(try await world.registry.beginHandover(of: first))
        try await world.registry.releaseLetters()
        guard !world.database.isShared else { return #expect(try await claim() == nil) }
        world.clock.advance(by: .seconds(9))
        #expect(try await claim() == nil)
        world.clock.advance(by: .seconds(1))
        #expect(try await claim()?.id == first.id)
    }

    @Test func `a server that dies before handing over starts again with that letter`() async throws {
        try await post(letter)
        let first = try #require(try await claim())
        try await world.registry.releaseLetters()
        #expect(try await claim()?.id == (world.database.isShared ? nil : first.id))
    }

    @Test func `a refused letter is tried again after growing pauses for a day`() async throws {
        try await post(letter)
        var pauses: [Int] = []
        let start = world.clock.now
        while let claimed = try await claim() {
            let isTried = try await world.registry.postpone(
                claimed,
                "rcpt",
                certainlyNotArrived: true,
                handoverBegan: false
            )
            guard isTried else { break }
            let from = world.clock.now
            while try await nothingIsDue() { world.clock.advance(by: .seconds(10)) }
            pauses.append(Int(world.clock.now.timeIntervalSince(from)))
        }
        #expect(pauses.prefix(7) == [10, 30, 90, 270, 810, 2430, 3600])
        #expect(world.clock.now.timeIntervalSince(start) > 23 * 3600)
        #expect(world.clock.now.timeIntervalSince(start) <= 24 * 3600)
        #expect(try await stored().sealed.isEmpty)
        #expect(try await stored().problem == "rcpt")
    }

    private func nothingIsDue() async throws -> Bool {
        try await world.database.read(
            "SELECT 1 FROM outbox WHERE tenant = \(tenant) AND due_at <= \(world.clock.now)",
            .tenant(tenant)
        ).isEmpty
    }

    @Test func `a letter refused in the middle may be handed over again as if for the first time`()
        async throws
    {
        try await post(letter)
        for _ in 0..<5 {
            let claimed = try #require(try await claim())
            #expect(try await world.registry.beginHandover(of: claimed))
            _ = try await world.registry.postpone(
                claimed,
                "data",
                certainlyNotArrived: true,
                handoverBegan: true
            )
            world.clock.advance(by: .seconds(3600))
        }
        #expect(try await claim() != nil)
    }

    @Test func `what may have arrived twice is not sent a third time`() async throws {
        try await post(letter)
        for attempt in 1...2 {
            let claimed = try #require(try await claim())
            #expect(try await world.registry.beginHandover(of: claimed))
            let isTried = try await world.registry.postpone(
                claimed,
                "data",
                certainlyNotArrived: false,
                handoverBegan: true
            )
            #expect(isTried == (attempt == 1))
            world.clock.advance(by: .seconds(3600))
        }
        #expect(try await claim() == nil)
    }

    @Test func `what has ended is forgotten after a week`() async throws {
        try await post(letter)
        try await world.registry.end(try #require(try await claim()))
        world.clock.advance(by: .seconds(7 * 86_400 + 1))
        _ = try await world.registry.sweep()
        #expect(
            try await world.database.read("SELECT 1 FROM outbox WHERE tenant = \(tenant)", .tenant(tenant))
                .isEmpty
        )
    }
}
