import FoundationEssentials
import Registry
import Support
import Testing

@Suite("Telling what changed")
struct TellingWhatChanged {
    let world: TestRegistry
    let application: OwnedApplication

    init() async throws {
        world = try await TestRegistry { $0.policy.review = .open }
        application = try await world.registeredApplication(at: [
            TestRegistry.callback, "https://other.example/callback",
        ])
        _ = try await world.code(for: application)
    }

    /// As a partner's approved edit leaves it.
    private func edit(_ change: SQL) async throws {
        try await world.database.write(
            "UPDATE applications SET revision = revision + 1, " + change
                + " WHERE tenant = \(world.tenant.id) AND id = \(application.application.id)",
            .tenant(world.tenant.id)
        )
        world.clock.advance(by: .seconds(2))
    }

    private func changes(at redirectURI: String = TestRegistry.callback) async throws -> [Disclosure.Change] {
        let request = try await world.request(
            application,
            redirectURI: redirectURI,
            [("prompt", "consent")]
        )
        return try await world.customer.disclosure(of: request).disclosure.changes
    }

    @Test func `nothing changed, so nothing is told`() async throws { #expect(try await changes().isEmpty) }

    @Test func `a new name is told with the old one`() async throws {
        try await edit("application_name = 'RentalSync'")
        #expect(try await changes() == [.name(was: "Acme Rentals")])
    }

    @Test func `a new publisher is told with the old one`() async throws {
        try await edit("application_name = 'Acme Rentals', publisher = 'Borrowed Cranes'")
        let old = try #require(try await changes().first)
        guard case .publisher(let was) = old else {
            Issue.record("\(old)")
            return
        }
        #expect(was.name == "Acme Rentals" && was.isVerified)
    }

    @Test func `so is that nobody vouches for it any more`() async throws {
        try await edit("approved_at = NULL")
        guard case .publisher(let was)? = try await changes().first else {
            Issue.record("nothing is told")
            return
        }
        #expect(was.isVerified)
    }

    @Test func `another place to return to is told`() async throws {
        #expect(try await changes(at: "https://other.example/callback") == [.returnsTo(was: "acme.example")])
    }

    @Test func `what nobody has seen of it is told as its registration`() async throws {
        try await world.partner.addRedirectURI("https://acme.example/new", to: application.application)
        try await world.theOperator.approve(application.application.id.text)
        #expect(try await changes() == [.registration])
        _ = try await world.code(for: application)
        try await edit("website = 'https://acme.example/about'")
        #expect(try await changes() == [.registration])
    }

    @Test func `the receipt keeps what was told`() async throws {
        try await edit("website = 'https://acme.example/about'")
        _ = try await world.code(for: application)
        let grant = try #require(try await world.customer.grants().first)
        let kept = try await world.customer.lastReceipts(of: [grant])[grant.id]
        #expect(kept?.receipt.shown.changes == [.registration])
    }

    @Test func `a new picture is told`() async throws {
        let logo = try await world.theOperator.store(picture(64, 64) { x, _ in [UInt8(x), 90, 200, 255] })
        try await edit("logo = \(logo)")
        #expect(try await changes() == [.logo])
    }

    @Test func `what was told and allowed is not told again`() async throws {
        try await edit("application_name = 'RentalSync'")
        _ = try await world.code(for: application)
        #expect(try await changes().isEmpty)
        let request = try await world.request(application)
        guard case .covered(_, mayBeSilent: true) = try await world.customer.standing(of: request) else {
            Issue.record("the customer is asked again")
            return
        }
    }

    @Test func `new permissions stand apart from the old ones`() async throws {
        let request = try await world.request(application, scope: "equipment.read equipment.change")
        let shown = try await world.customer.disclosure(of: request).disclosure
        #expect(shown.asksForMore && shown.connectedSince != nil)
        #expect(shown.asked.map(\.scope) == ["equipment.change"])
        #expect(shown.alreadyAllowed.map(\.scope) == ["equipment.read"])
    }
}
