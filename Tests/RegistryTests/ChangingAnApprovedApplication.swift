import FoundationEssentials
import Registry
import Support
import Testing

@Suite("Changing an approved application")
struct ChangingAnApprovedApplication {
    let world: TestRegistry
    let application: OwnedApplication
    let dana: MemberAccess
    let ada: AdminAccess

    init() async throws {
        world = try await TestRegistry()
        application = try await world.registeredApplication(scopes: ["equipment.read"])
        dana = try await world.partner.member(of: application.id)
        ada = try await world.admin("ada@harbour.example")
    }

    @Test func `another name waits, and customers see the approved one`() async throws {
        #expect(try await dana.edit(to: renamed("Northern Lights")) == .waits)
        let live = try await world.current(application)
        #expect(live.companyName.text == "Acme Rentals" && live.revision == application.application.revision)
        #expect(try await dana.pendingRevision()?.profile.companyName.text == "Northern Lights")
        #expect(try await ada.queue().waitingCount == 1)
        let told = Letter.brandProposed(
            application: .init(application.application),
            by: "dana@acme.example",
            fields: ["company_name"],
            at: world.clock.now
        )
        #expect(try await world.letters().contains(told))
    }

    @Test func `an approval puts it in the place of the old one, whole`() async throws {
        _ = try await dana.edit(to: renamed("Northern Lights"))
        try await dana.addRedirectURI("https://acme.example/second")
        _ = try await dana.setScopes(scopes("equipment.read", "equipment.change"))
        try await approve("Northern Lights Ltd")
        let live = try await world.current(application)
        #expect(live.companyName.text == "Northern Lights")
        #expect(live.redirectURIs.map(\.text) == [TestRegistry.callback, "https://acme.example/second"])
        #expect(live.scopes == scopes("equipment.read", "equipment.change"))
        #expect(live.approval?.publisher.text == "Northern Lights Ltd")
        #expect(live.revision == application.application.revision + 1)
        #expect(try await dana.pendingRevision() == nil)
    }

    @Test func `a change leaves the publisher as confirmed, unless somebody says otherwise`() async throws {
        _ = try await dana.edit(to: renamed("Northern Lights"))
        try await approve("Northern Lights Ltd")
        _ = try await dana.edit(to: renamed("Southern Lights"))
        #expect(try await ada.subject(application.id)?.publisher.text == "Northern Lights Ltd")
        try await world.theOperator.approve(application.id)
        let live = try await world.current(application)
        #expect(live.companyName.text == "Southern Lights")
        #expect(live.approval?.publisher.text == "Northern Lights Ltd")
    }

    @Test func `administrators are told that it changes an approved one, and what`() async throws {
        try await dana.addRedirectURI("https://acme.example/second")
        let told = Letter.askedForChange(
            application: .init(application.application),
            by: "dana@acme.example",
            at: world.clock.now,
            fields: [],
            scopes: [],
            redirectURIs: ["https://acme.example/second"]
        )
        #expect(try await world.letters().contains(told))
    }

    @Test func `after it everybody is asked again`() async throws {
        _ = try await world.code(for: application)
        #expect(try await isAnsweredSilently())
        _ = try await dana.edit(to: renamed("Northern Lights"))
        #expect(try await isAnsweredSilently())
        try await approve("Northern Lights Ltd")
        #expect(try await !isAnsweredSilently())
    }

    @Test func `a rejection leaves the approved version, and says why`() async throws {
        _ = try await dana.edit(to: renamed("Northern Lights"))
        try await decide(.reject(reason: "That name is taken."))
        let live = try await world.current(application)
        #expect(live.companyName.text == "Acme Rentals" && live.isApproved)
        guard case .rejected(let answer) = live.submission else {
            Issue.record("It was not rejected.")
            return
        }
        #expect(answer.message == "That name is taken.")
        let mention = Letter.Mention(application.application)
        let letter = Letter.changeRejected(application: mention, reason: "That name is taken.")
        #expect(try await world.letters().contains(letter))
        try await dana.withdraw()
        #expect(try await dana.pendingRevision() == nil)
        #expect(try await world.current(application).submission == nil)
    }

    @Test func `one more redirect URI waits, one less does not`() async throws {
        #expect(try await dana.addRedirectURI("https://acme.example/second") == .waits)
        #expect(try await world.current(application).redirectURIs.map(\.text) == [TestRegistry.callback])
        try await dana.removeRedirectURI(TestRegistry.callback)
        #expect(try await world.current(application).redirectURIs.isEmpty)
        try await dana.removeRedirectURI("https://acme.example/second")
        #expect(try await dana.pendingRevision() == nil)
        #expect(try await world.current(application).submission == nil)
    }

    @Test func `a permission taken away is gone from every token at once`() async throws {
        let world = try await TestRegistry()
        let application = try await world.registeredApplication()
        let client = try await world.client(application)
        let wanted = "equipment.read equipment.change"
        let token = try await client.issueForItself(scope: wanted).accessToken.plaintext
        #expect(try await client.introspect(token)?.scopes.wire == wanted)
        let member = try await world.partner.member(of: application.id)
        #expect(try await member.setScopes(scopes("equipment.read")) == .live)
        #expect(try await client.introspect(token)?.scopes.wire == "equipment.read")
    }

    @Test func `purpose and support address need nobody’s approval`() async throws {
        var brand = ApplicationBrand(application.application)
        brand.profile.purpose = "Planning"
        brand.profile.supportEmail = "help@acme.example"
        #expect(try await dana.edit(to: brand) == .live)
        #expect(try await world.current(application).profile.supportEmail == "help@acme.example")
        #expect(try await dana.pendingRevision() == nil)
    }

    @Test func `changed back, there is nothing to approve`() async throws {
        _ = try await dana.edit(to: renamed("Northern Lights"))
        _ = try await dana.edit(to: ApplicationBrand(application.application))
        #expect(try await dana.pendingRevision() == nil)
        #expect(try await ada.queue().waitingCount == 0)
    }

    @Test func `whoever approves a change approves the one they saw`() async throws {
        _ = try await dana.edit(to: renamed("Northern Lights"))
        let subject = try #require(try await ada.subject(application.id))
        _ = try await dana.edit(to: renamed("Southern Lights"))
        let publisher = try CompanyName("Northern Lights", at: world.tenant.brand)
        await #expect(throws: ReviewRefusal.overtaken) {
            try await ada.decide(.approve(publisher: publisher), on: subject, seen: subject.seen)
        }
    }

    @Test func `withdrawn and asked for anew, it is another change`() async throws {
        _ = try await dana.edit(to: renamed("Northern Lights"))
        let subject = try #require(try await ada.subject(application.id))
        try await dana.withdraw()
        _ = try await dana.edit(to: renamed("Southern Lights"))
        let publisher = try CompanyName("Northern Lights", at: world.tenant.brand)
        await #expect(throws: ReviewRefusal.overtaken) {
            try await ada.decide(.approve(publisher: publisher), on: subject, seen: subject.seen)
        }
        #expect(try await world.current(application).companyName.text == "Acme Rentals")
    }

    @Test(arguments: 0..<6)
    func `each part of a change is part of what is approved`(part: Int) async throws {
        _ = try await dana.edit(to: renamed("Northern Lights"))
        let subject = try #require(try await ada.subject(application.id))
        var brand = try renamed("Northern Lights")
        switch part {
        case 0: brand.profile.applicationName = try CompanyName("Fleet", at: world.tenant.brand)
        case 1: brand.profile.website = "https://acme.example/"
        case 2: brand.profile.privacyPolicy = "https://acme.example/"
        case 3: brand.profile.terms = "https://acme.example/"
        case 4: try await dana.addRedirectURI("https://acme.example/second")
        default: _ = try await dana.setScopes(scopes("equipment.read", "equipment.change"))
        }
        if part < 4 { _ = try await dana.edit(to: brand) }
        let changed = try #require(try await ada.subject(application.id))
        #expect(changed.seen != subject.seen)
    }

    @Test(arguments: [Policy.Review.open, .reviewed])
    func `name and logo change at once before approval and wait after it, in every kind of tenant`(
        review: Policy.Review
    ) async throws {
        let world = try await TestRegistry { $0.policy.review = review }
        let building = try await world.registeredApplication("Building Ltd", isApproved: false)
        let member = try await world.partner.member(of: building.id)
        var brand = ApplicationBrand(building.application)
        (brand.profile.companyName, brand.logo) = (
            try CompanyName("Digging Ltd", at: world.tenant.brand), LogoDigest("0123456789abcdef")
        )
        #expect(try await member.edit(to: brand) == .live)
        #expect(try await ApplicationBrand(world.current(building)) == brand)

        try await world.theOperator.approve(building.id)
        var next = brand
        (next.profile.companyName, next.logo) = (
            try CompanyName("Digging Group", at: world.tenant.brand), LogoDigest("fedcba9876543210")
        )
        #expect(try await member.edit(to: next) == .waits)
        let live = try await world.current(building)
        #expect(ApplicationBrand(live) == brand)
        let pending = try #require(try await member.pendingRevision())
        let changes = ApplicationBrand(live).changes(to: .init(live, pending))
        #expect(changes.map(\.field) == [.companyName, .logo])
        try await world.theOperator.approve(building.id)
        #expect(try await ApplicationBrand(world.current(building)) == next)
    }

    @Test func `an unapproved one changes at once, and its owners hear of it`() async throws {
        let building = try await world.registeredApplication("Building Ltd", isApproved: false)
        let member = try await world.partner.member(of: building.id)
        var brand = ApplicationBrand(building.application)
        brand.profile.companyName = try CompanyName("Digging Ltd", at: world.tenant.brand)
        #expect(try await member.edit(to: brand) == .live)
        let live = try await world.current(building)
        #expect(live.companyName.text == "Digging Ltd" && live.revision == building.application.revision + 1)
        let told = Letter.brandChanged(
            application: .init(building.application),
            by: "dana@acme.example",
            fields: ["company_name"],
            at: world.clock.now
        )
        #expect(try await world.letters().last == told)
    }

    @Test func `its owners hear of every address that comes or goes`() async throws {
        let building = try await world.registeredApplication("Building Ltd", isApproved: false)
        let member = try await world.partner.member(of: building.id)
        let uri = "https://building.example/cb"
        for isAdded in [true, false] {
            if isAdded {
                _ = try await member.addRedirectURI(uri)
            } else {
                try await member.removeRedirectURI(uri)
            }
            let told = Letter.redirectURIChanged(
                application: .init(building.application),
                by: "dana@acme.example",
                uri: uri,
                isAdded: isAdded,
                at: world.clock.now
            )
            #expect(try await world.letters().last == told)
        }
    }
}

// MARK: - In the words of these tests

extension ChangingAnApprovedApplication {
    private func renamed(_ name: String) throws -> ApplicationBrand {
        var brand = ApplicationBrand(application.application)
        brand.profile.companyName = try CompanyName(name, at: world.tenant.brand)
        return brand
    }

    private func isAnsweredSilently() async throws -> Bool {
        let standing = try await world.customer.standing(of: world.request(application))
        return if case .covered(_, mayBeSilent: true) = standing { true } else { false }
    }

    private func scopes(_ names: String...) -> ScopeSet { ScopeSet(names.compactMap(Scope.init)) }

    private func approve(_ publisher: String) async throws {
        try await decide(.approve(publisher: CompanyName(publisher, at: world.tenant.brand)))
    }

    private func decide(_ decision: Decision) async throws {
        let subject = try #require(try await ada.subject(application.id))
        #expect(try await ada.decide(decision, on: subject, seen: subject.seen) == .decided)
    }
}
