import FoundationEssentials
import Registry
import Support
import Testing

@Suite("Reviewing applications")
struct ReviewingApplications {
    let world: TestRegistry
    init() async throws { world = try await TestRegistry() }

    @Test func `a partner asks, an administrator approves, and any customer may connect`() async throws {
        let application = try await world.registeredApplication(isApproved: false)
        let (dana, ada) = (try await owner(application), try await admin("ada@harbour.example"))
        try await dana.askForApproval()
        #expect(try await world.current(application).state == .waiting(since: world.clock.now))
        #expect(try await ada.queue().waiting.map(\.application.id.text) == [application.id])

        #expect(
            try await decide(.approve(publisher: publisher("Acme Group Ltd")), application, ada) == .decided
        )
        let approval = try #require(try await world.current(application).approval)
        #expect(approval.publisher.text == "Acme Group Ltd")
        #expect(try await ada.queue().waitingCount == 0)
        _ = try await world.code(for: application)
    }

    @Test func `what waits is asked once, and can be withdrawn`() async throws {
        let dana = try await owner(try await world.registeredApplication(isApproved: false))
        try await dana.askForApproval()
        await #expect(throws: SubmissionRefusal.nothingToAsk) { try await dana.askForApproval() }
        try await dana.withdraw()
        await #expect(throws: SubmissionRefusal.nothingToWithdraw) { try await dana.withdraw() }
    }

    @Test func `administrators are told once an hour and after each answer, however often it is asked for`()
        async throws
    {
        func letters() async throws -> Int {
            try await world.registry.waitingLetters(of: world.tenant.id).count {
                if case .askedForApproval = $0.letter { true } else { false }
            }
        }
        let application = try await world.registeredApplication(isApproved: false)
        let (dana, ada) = (try await owner(application), try await admin("ada@harbour.example"))
        for _ in 1...15 {
            try await dana.askForApproval()
            try await dana.withdraw()
        }
        #expect(try await letters() == 1)
        try await dana.askForApproval()
        _ = try await decide(.askForChanges("Use your own logo."), application, ada)
        try await dana.askForApproval()
        #expect(try await letters() == 2)
        try await dana.withdraw()
        world.clock.advance(by: .seconds(3600))
        try await dana.askForApproval()
        #expect(try await letters() == 3)
    }

    @Test func `a change to an approved application that is proposed again and again is told once an hour`()
        async throws
    {
        func letters() async throws -> Int {
            try await world.registry.waitingLetters(of: world.tenant.id).count {
                $0.recipient.text == "ada@harbour.example"
            }
        }
        let application = try await world.registeredApplication()
        let dana = try await owner(application)
        _ = try await admin("ada@harbour.example")
        let before = try await letters()
        for number in 1...15 {
            try await dana.addRedirectURI("https://acme.example/callback-\(number)")
            try await dana.withdraw()
        }
        #expect(try await letters() == before + 1)
    }

    @Test func `a change that is asked for is read by the partner, who asks again`() async throws {
        let application = try await world.registeredApplication(isApproved: false)
        let (dana, ada) = (try await owner(application), try await admin("ada@harbour.example"))
        try await dana.askForApproval()
        _ = try await decide(.askForChanges("Use your own logo."), application, ada)
        guard case .changesNeeded(let answer) = try await world.current(application).state else {
            Issue.record("No change is needed.")
            return
        }
        #expect(answer.message == "Use your own logo.")
        try await dana.askForApproval()
        #expect(try await world.current(application).state == .waiting(since: world.clock.now))
    }

    @Test func `nobody decides about something else than they saw`() async throws {
        let application = try await world.registeredApplication(isApproved: false)
        let (dana, ada) = (try await owner(application), try await admin("ada@harbour.example"))
        try await dana.askForApproval()
        let subject = try #require(try await ada.subject(application.id))
        _ = try await dana.edit(to: brand(application, name: "Northern Lights"))
        let approve = Decision.approve(publisher: try publisher("Acme Rentals"))
        await #expect(throws: ReviewRefusal.overtaken) {
            try await ada.decide(approve, on: subject, seen: subject.seen)
        }
        #expect(try await world.current(application).approval == nil)
    }

    @Test func `each decision is written to the owners`() async throws {
        let application = try await world.registeredApplication(isApproved: false)
        let (dana, ada) = (try await owner(application), try await admin("ada@harbour.example"))
        let mention = Letter.Mention(application.application)
        try await dana.askForApproval()
        let asked = Letter.askedForApproval(
            application: mention,
            by: "dana@acme.example",
            at: world.clock.now,
            testConnections: 0,
            isHeld: false
        )
        world.clock.advance(by: .seconds(1))
        _ = try await decide(.reject(reason: "We do not know you."), application, ada)
        world.clock.advance(by: .seconds(1))
        _ = try await decide(.approve(publisher: publisher("Acme Rentals")), application, ada)
        world.clock.advance(by: .seconds(1))
        let reference = try await ada.suspend(
            application.application,
            reason: "Unusual traffic",
            note: "See #12"
        )
        world.clock.advance(by: .seconds(1))
        try await ada.resume(application.application)
        #expect(
            try await letters() == [
                asked, .rejected(application: mention, reason: "We do not know you."),
                .approved(application: mention),
                .suspended(application: mention, reason: "Unusual traffic", reference: reference),
                .resumed(application: mention),
            ]
        )
    }

    @Test func `where it takes two, the second has to be another person`() async throws {
        let world = try await TestRegistry { $0.policy.secondAdministrator = .forChanges }
        let application = try await world.registeredApplication(isApproved: false)
        let (ada, bob) = (
            try await world.admin("ada@harbour.example"), try await world.admin("bob@harbour.example")
        )
        let approve = Decision.approve(publisher: try publisher("Acme Rentals"))
        let first = try #require(try await ada.subject(application.id))
        #expect(try await ada.decide(approve, on: first, seen: first.seen) == .needsAnother)
        await #expect(throws: ReviewRefusal.needsAnotherPerson) {
            try await ada.decide(approve, on: first, seen: first.seen)
        }
        #expect(try await world.current(application).approval == nil)
        #expect(try await bob.subject(application.id)?.firstApproval?.email.text == "ada@harbour.example")
        #expect(try await bob.decide(approve, on: first, seen: first.seen) == .decided)
        #expect(try await world.current(application).isApproved)
    }

    @Test func `of two approvals that of somebody who may not decide any more does not count`() async throws {
        let world = try await TestRegistry { $0.policy.secondAdministrator = .always }
        let application = try await world.registeredApplication(isApproved: false)
        let (ada, bob) = (
            try await world.admin("ada@harbour.example"), try await world.admin("bob@harbour.example")
        )
        let cal = try await world.admin("cal@harbour.example")
        let approve = Decision.approve(publisher: try publisher("Acme Rentals"))
        let seen = try #require(try await ada.subject(application.id))
        #expect(try await ada.decide(approve, on: seen, seen: seen.seen) == .needsAnother)
        try await bob.remove(try await world.theOperator.administrator("ada@harbour.example"))
        #expect(try await bob.decide(approve, on: seen, seen: seen.seen) == .needsAnother)
        #expect(try await cal.decide(approve, on: seen, seen: seen.seen) == .decided)
    }

    @Test func `two administrators approve under the same name, or it is not approved`() async throws {
        let world = try await TestRegistry { $0.policy.secondAdministrator = .always }
        let application = try await world.registeredApplication(isApproved: false)
        let (ada, bob) = (
            try await world.admin("ada@harbour.example"), try await world.admin("bob@harbour.example")
        )
        let first = try #require(try await ada.subject(application.id))
        let acme = Decision.approve(publisher: try publisher("Acme Rentals"))
        let lights = Decision.approve(publisher: try publisher("Northern Lights"))
        #expect(try await ada.decide(acme, on: first, seen: first.seen) == .needsAnother)
        #expect(try await bob.decide(lights, on: first, seen: first.seen) == .needsAnother)
        #expect(try await world.current(application).approval == nil)
        #expect(try await ada.subject(application.id)?.publisher.text == "Northern Lights")
        #expect(try await ada.decide(lights, on: first, seen: first.seen) == .decided)
        #expect(try await world.current(application).approval?.publisher.text == "Northern Lights")
    }

    @Test func `one that only reads takes one person under the same rule`() async throws {
        let world = try await TestRegistry { $0.policy.secondAdministrator = .forChanges }
        let application = try await world.registeredApplication(scopes: ["equipment.read"], isApproved: false)
        let ada = try await world.admin("ada@harbour.example")
        let subject = try #require(try await ada.subject(application.id))
        let approve = Decision.approve(publisher: try publisher("Acme Rentals"))
        #expect(try await ada.decide(approve, on: subject, seen: subject.seen) == .decided)
    }

    @Test func `an edit makes a first approval void`() async throws {
        let world = try await TestRegistry { $0.policy.secondAdministrator = .always }
        let application = try await world.registeredApplication(isApproved: false)
        let (ada, bob) = (
            try await world.admin("ada@harbour.example"), try await world.admin("bob@harbour.example")
        )
        let approve = Decision.approve(publisher: try publisher("Acme Rentals"))
        let first = try #require(try await ada.subject(application.id))
        _ = try await ada.decide(approve, on: first, seen: first.seen)
        _ = try await world.partner.member(of: application.id)
            .edit(to: brand(application, name: "Northern Lights"))
        let second = try #require(try await bob.subject(application.id))
        #expect(try await bob.decide(approve, on: second, seen: second.seen) == .needsAnother)
    }

    @Test func `an administrator is told of a free mail domain and of permissions to change`() async throws {
        let application = try await world.registeredApplication(isApproved: false)
        let lee = try await world.registry.newPartner("lee@gmail.com", at: world.tenant)
        var form = ApplicationForm()
        (form.companyName, form.ticket, form.scopes) = ("Lee Cranes", "t", ["equipment.read"])
        let draft = try ApplicationDraft(form, logo: nil, needsLogo: false, at: world.tenant)
        let other = try await lee.register(draft).application
        let ada = try await admin("ada@harbour.example")
        let changing = ScopeSet([try #require(Scope("equipment.change"))])
        #expect(try await ada.subject(application.id)?.warnings(at: world.tenant) == [.mayChange(changing)])
        let warnings = try await ada.subject(other.id.text)?.warnings(at: world.tenant)
        #expect(warnings == [.freeMailDomain("gmail.com")])
    }
}

// MARK: - In the words of these tests

extension ReviewingApplications {
    private func owner(_ application: OwnedApplication) async throws -> MemberAccess {
        try await world.partner.member(of: application.id)
    }

    private func admin(_ email: String) async throws -> AdminAccess { try await world.admin(email) }

    private func decide(
        _ decision: Decision,
        _ application: OwnedApplication,
        _ admin: AdminAccess
    ) async throws -> DecisionOutcome {
        let subject = try #require(try await admin.subject(application.id))
        return try await admin.decide(decision, on: subject, seen: subject.seen)
    }

    private func publisher(_ name: String) throws -> CompanyName {
        try CompanyName(name, at: world.tenant.brand)
    }

    private func brand(_ application: OwnedApplication, name: String) throws -> ApplicationBrand {
        var brand = ApplicationBrand(application.application)
        brand.profile.companyName = try publisher(name)
        return brand
    }

    /// Everything that was posted, in its order.
    private func letters() async throws -> [Letter] { try await world.letters() }
}

extension TestRegistry {
    /// Somebody who administers the tenant, proven by a second factor.
    func admin(_ email: String) async throws -> AdminAccess {
        try await registry.add(email, as: .admin, at: tenant)
        let cookie = try await registry.signIn(email, as: .admin, at: tenant)
        let from = TestRegistry.provenance
        let person = try #require(try await registry.unproven(cookie, as: .admin, at: tenant, from: from))
        let proven = try await person.enrol(person.newKey.code(at: clock.now)).cookie
        return try #require(try await registry.admin(proven.plaintext, at: tenant, from: from))
    }

    /// Everything that waits to be delivered, taken out in the order it was posted.
    func letters(of tenant: Tenant? = nil) async throws -> [Letter] {
        var letters: [Letter] = []
        let id = (tenant ?? self.tenant).id
        while let posted = try await registry.claimLetter(of: id) { letters.append(posted.letter) }
        return letters
    }
}
