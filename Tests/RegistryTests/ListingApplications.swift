import FoundationEssentials
import Registry
import Support
import Testing

@Suite("Listing applications for administrators")
struct ListingApplications {
    let world: TestRegistry
    let admin: AdminAccess

    init() async throws {
        world = try await TestRegistry { $0.policy.review = .open }
        admin = try await world.admin("kim@rovitracker.example")
    }

    private func register(_ names: [String], after pause: Duration) async throws {
        for name in names {
            _ = try await world.registeredApplication(name, isApproved: false)
            world.clock.advance(by: pause)
        }
    }

    /// All stretches, two applications long.
    private func stretches(named words: String = "") async throws -> [[String]] {
        var (found, older): ([[String]], String?) = ([], nil)
        repeat {
            let listing = try await admin.applications(named: words, olderThan: older, upTo: 2)
            found.append(listing.applications.map(\.application.displayName))
            older = listing.older
        } while older != nil
        return found
    }

    @Test func `the newest come first, a stretch at a time`() async throws {
        #expect(try await stretches() == [[]])
        try await register(["Acme", "Birch", "Cedar", "Dune", "Elm"], after: .seconds(60))
        #expect(try await stretches() == [["Elm", "Dune"], ["Cedar", "Birch"], ["Acme"]])
    }

    @Test func `of those of one moment none is left out`() async throws {
        try await register(["Acme", "Birch", "Cedar", "Dune"], after: .zero)
        let found = try await stretches()
        #expect(found.map(\.count) == [2, 2])
        #expect(Set(found.joined()) == ["Acme", "Birch", "Cedar", "Dune"])
    }

    @Test func `an operator's list goes on after each of them until there is none`() async throws {
        try await register(["Acme", "Birch", "Cedar"], after: .seconds(60))
        var (found, last): ([[String]], ApplicationSummary?) = ([], nil)
        repeat {
            let stretch = try await world.theOperator.applications(after: last, upTo: 2)
            found.append(stretch.map(\.application.displayName))
            last = stretch.last
        } while last != nil
        #expect(found == [["Cedar", "Birch"], ["Acme"], []])
    }

    @Test(arguments: ["a", "%", "_!", "é", "\u{1F6A2}"])
    func `what is longer than any name is in none, wherever one looks for it`(part: String) async throws {
        try await register(["Acme"], after: .zero)
        for words in [String(repeating: part, count: 300), String(repeating: part, count: 3000)] {
            #expect(try await stretches(named: words) == [[]])
            var filter = AuditFilter()
            (filter.person, filter.object) = (words, words)
            #expect(try await admin.audit(filter, before: nil, limit: 10).isEmpty)
        }
    }

    @Test func `they are found by part of their name, in capitals or not, and by their whole client ID`()
        async throws
    {
        try await register(["Acme Rentals", "Birch 100%", "Acme Repairs"], after: .seconds(60))
        #expect(try await stretches(named: "ACME") == [["Acme Repairs", "Acme Rentals"]])
        #expect(try await stretches(named: "0%") == [["Birch 100%"]])
        #expect(try await stretches(named: "_cme") == [[]])
        let all = try await admin.applications().applications.map(\.application.id.text)
        #expect(try await stretches(named: all[2]) == [["Acme Rentals"]])
        #expect(try await stretches(named: String(all[2].dropLast())) == [[]])
    }

    @Test func `what somebody chooses from can be connected, and is not too much`() async throws {
        try await register(["Acme", "Birch", "Cedar"], after: .seconds(60))
        #expect(try await admin.connectableApplications(upTo: 2) == nil)
        let all = try await admin.applications().applications
        _ = try await world.theOperator.suspend(all[0].application.id.text, reason: "Abuse")
        let found = try #require(try await admin.connectableApplications(upTo: 2))
        #expect(found.map(\.displayName) == ["Birch", "Acme"])
    }
}
