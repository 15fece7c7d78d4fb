import FoundationEssentials
import Registry
import Support
import Testing

@Suite("Reporting an application")
struct ReportingAnApplication {
    let world: TestRegistry
    let application: OwnedApplication
    let admin: AdminAccess

    init() async throws {
        world = try await TestRegistry { $0.policy.review = .open }
        application = try await world.registeredApplication(isApproved: false)
        try await world.registry.add("ada@harbour.example", as: .admin, at: world.tenant)
        let cookie = try await world.registry.signIn("ada@harbour.example", as: .admin, at: world.tenant)
        let from = TestRegistry.provenance
        let person = try #require(
            try await world.registry.unproven(cookie, as: .admin, at: world.tenant, from: from)
        )
        let proven = try await person.enrol(person.newKey.code(at: world.clock.now)).cookie
        admin = try #require(
            try await world.registry.admin(proven.plaintext, at: world.tenant, from: from)
        )
    }

    /// Reports by so many people, each a new one.
    private func report(by names: String..., about other: OwnedApplication? = nil) async throws {
        for name in names {
            let somebody = try await world.registry.newCustomer(
                "\(name)@northfield.example",
                at: world.tenant
            )
            _ = try await somebody.report((other ?? application).application, for: .pretends, "")
        }
    }

    private func standing(of customer: CustomerAccess? = nil) async throws -> Standing {
        try await (customer ?? world.customer).standing(of: try await world.request(application))
    }

    @Test func `three people within a day freeze an application that nobody verified`() async throws {
        try await report(by: "a", "b")
        #expect(try await !world.current(application).isFrozen)
        #expect(try await standing().isFirstTime)
        let said = try await world.entries { try await report(by: "c") }
        #expect(said.suffix(2) == ["application.reported", "application.frozen"])
        #expect(try await world.current(application).isFrozen)
        #expect(try await standing().isFrozen)
    }

    @Test func `a screen that was shown before allows nothing afterwards`() async throws {
        let ticket = try await world.customer.remember(try await world.request(application), query: "q")
        try await report(by: "a", "b", "c")
        #expect(try await world.customer.answer(ticket.plaintext, .allow).startsAgain)
        #expect(try await world.customer.grants().isEmpty)
    }

    @Test func `whoever connected it keeps it, as it is`() async throws {
        let tokens = try await world.tokens(for: application)
        try await report(by: "a", "b", "c")
        #expect(try await world.works(tokens.accessToken, for: application))
        _ = try await world.client(application).refresh(tokens)
        guard case .covered = try await standing() else {
            Issue.record("what stood was touched")
            return
        }
        let more = try await world.request(application, scope: "equipment.change")
        #expect(try await world.customer.standing(of: more).isFrozen)
        #expect(try await world.code(for: application) != "")
    }

    @Test func `one person counts once, and somebody who is not signed in not at all`() async throws {
        for _ in 1...3 { _ = try await world.customer.report(application.application, for: .notMe, "") }
        for _ in 1...3 {
            _ = try await world.registry.report(
                application.application,
                for: .other,
                "",
                at: world.tenant,
                from: TestRegistry.provenance
            )
        }
        try await report(by: "a")
        #expect(try await !world.current(application).isFrozen)
        try await report(by: "b")
        #expect(try await world.current(application).isFrozen)
    }

    @Test func `reports of another day do not count`() async throws {
        try await report(by: "a", "b")
        world.clock.advance(by: .seconds(86_401))
        try await report(by: "c")
        #expect(try await !world.current(application).isFrozen)
    }

    @Test func `a verified application is not frozen`() async throws {
        try await world.theOperator.approve(application.id)
        try await report(by: "a", "b", "c")
        #expect(try await !world.current(application).isFrozen)
        #expect(try await standing().isFirstTime)
    }

    @Test func `one that is verified after it was frozen connects people again`() async throws {
        try await report(by: "a", "b", "c")
        try await world.theOperator.approve(application.id)
        #expect(try await world.works(try await world.tokens(for: application).accessToken, for: application))
    }

    @Test func `a tenant decides how many it takes`() async throws {
        let world = try await TestRegistry {
            $0.policy.review = .open
            $0.policy.reportsToFreeze = 1
        }
        let application = try await world.registeredApplication(isApproved: false)
        _ = try await world.customer.report(application.application, for: .pretends, "")
        #expect(try await world.current(application).isFrozen)
    }

    @Test func `one person may report five times a day`() async throws {
        for _ in 1...5 { _ = try await world.customer.report(application.application, for: .other, "") }
        await #expect(throws: ReportRefusal.tooMany) {
            try await world.customer.report(application.application, for: .other, "")
        }
        world.clock.advance(by: .seconds(86_401))
        _ = try await world.customer.report(application.application, for: .other, "")
    }

    @Test func `an administrator who finds the reports groundless lets people connect again`() async throws {
        try await report(by: "a", "b", "c")
        let reported = try await admin.queue().reported
        #expect(
            reported.map(\.application.id) == [application.application.id] && reported.map(\.reports) == [3]
        )
        let said = try await world.entries {
            let frozen = try await world.current(application)
            try await admin.settleReports(about: frozen, areFounded: false)
            try await admin.settleReports(about: frozen, areFounded: false)
        }
        #expect(said == ["application.unfrozen"])
        #expect(try await standing().isFirstTime)
        #expect(try await admin.queue().reported.isEmpty)
        #expect(
            try await admin.reports(about: application.application).map(\.wasFounded) == [
                false, false, false,
            ]
        )
        try await report(by: "d", "e")
        #expect(try await !world.current(application).isFrozen)
    }

    @Test func `one who finds them right leaves it frozen`() async throws {
        try await report(by: "a", "b", "c")
        try await admin.settleReports(about: application.application, areFounded: true)
        #expect(try await standing().isFrozen)
    }

    @Test func `reports that were found right count towards freezing as those that wait`() async throws {
        try await report(by: "a", "b")
        try await admin.settleReports(about: application.application, areFounded: true)
        #expect(try await !world.current(application).isFrozen)
        try await report(by: "c")
        #expect(try await world.current(application).isFrozen)
    }

    @Test func `finding reports right freezes what could not be frozen when they came`() async throws {
        try await world.theOperator.approve(application.id)
        try await report(by: "a", "b", "c")
        try await world.database.write(
            "UPDATE applications SET approved_at = NULL WHERE tenant = \(world.tenant.id)",
            .tenant(world.tenant.id)
        )
        let said = try await world.entries {
            try await admin.settleReports(about: application.application, areFounded: true)
        }
        #expect(said == ["reports.settled", "application.frozen"])
        #expect(try await world.current(application).isFrozen)
    }

    @Test func `whose reports were groundless twice is not counted any more`() async throws {
        let kim = world.customer
        for _ in 1...2 {
            _ = try await kim.report(application.application, for: .pretends, "")
            try await admin.settleReports(about: application.application, areFounded: false)
        }
        _ = try await kim.report(application.application, for: .pretends, "")
        try await report(by: "a", "b")
        #expect(try await !world.current(application).isFrozen)
        try await report(by: "c")
        #expect(try await world.current(application).isFrozen)
    }

    @Test func `administrators get a letter, once`() async throws {
        func letters() async throws -> Int {
            let tenant = world.tenant.id
            return try await world.database.read(
                "SELECT count(*) FROM outbox WHERE tenant = \(tenant)",
                .tenant(tenant)
            ).first?.integer(0) ?? 0
        }
        let before = try await letters()
        try await report(by: "a", "b", "c")
        #expect(try await letters() == before + 1)
        try await report(by: "d")
        #expect(try await letters() == before + 1)
    }
}

extension Standing {
    fileprivate var isFirstTime: Bool { if case .firstTime = self { true } else { false } }
    fileprivate var isFrozen: Bool { if case .frozen = self { true } else { false } }
}
