import FoundationEssentials
import Support
import Testing

@testable import Registry

@Suite("Transferring an application")
struct TransferringAnApplication {
    let world: TestRegistry
    let application: OwnedApplication
    let owner: MemberAccess

    init() async throws {
        world = try await TestRegistry()
        application = try await world.registeredApplication(isApproved: false)
        owner = try await world.partner.member(of: application.id)
    }

    private let lee = EmailAddress("lee@cranes.example")

    /// The link in the letter of an offer, which is taken out with all that wait.
    private func offer(
        _ parting: Parting = .leaves,
        by giver: MemberAccess? = nil,
        of other: OwnedApplication? = nil
    ) async throws -> String {
        var member = giver ?? owner
        if let other { member = try await world.partner.member(of: other.id) }
        try await member.offer(to: try #require(lee), parting)
        return try await world.linkOfOffer()
    }

    private func newLee() async throws -> PartnerAccess {
        try await world.registry.newPartner("lee@cranes.example", at: world.tenant)
    }

    private func answer(_ link: String) async throws -> TransferAnswer {
        try await world.registry.transfer(link, at: world.tenant)
    }

    private func team() async throws -> [String] {
        try await world.registry.database.read(.tenant(world.tenant.id)) { connection in
            try connection.team(of: application.application.id, tenant: world.tenant.id, at: world.clock.now)
        }.members.map { "\($0.account.email) \($0.role)" }.sorted()
    }

    @Test func `whoever accepts owns it, and who gave it away is gone`() async throws {
        let link = try await offer()
        let taker = try await newLee()
        #expect(try await world.current(application).owner == world.partner.account.id)
        let id = try await taker.takeOver(link)
        #expect(id.text == application.id)
        #expect(try await world.current(application).owner == taker.account.id)
        #expect(try await team() == ["lee@cranes.example owner"])
        await #expect(throws: MemberRefusal.notAMember) { try await owner.leave() }
        _ = try await world.client(application)
    }

    @Test func `who gave it away may stay as a developer, and everybody else stays what they are`()
        async throws
    {
        _ = try await world.member("sam@acme.example", as: .owner, of: application)
        _ = try await world.member("vic@acme.example", as: .viewer, of: application)
        _ = try await newLee().takeOver(try await offer(.stays))
        #expect(
            try await team() == [
                "dana@acme.example developer", "lee@cranes.example owner", "sam@acme.example owner",
                "vic@acme.example viewer",
            ]
        )
    }

    @Test func `somebody of the team can take it over`() async throws {
        let member = try await world.member("lee@cranes.example", as: .viewer, of: application)
        _ = try await member.partner.takeOver(try await offer())
        #expect(try await team() == ["lee@cranes.example owner"])
    }

    @Test func `an account made through the link owns it, where registration is closed too`() async throws {
        let world = try await TestRegistry { $0.policy.registration = .closed }
        let application = try await world.registeredApplication(isApproved: false)
        try await world.partner.member(of: application.id).offer(to: try #require(lee), .leaves)
        let link = try await world.linkOfOffer()
        let (account, id) = try await world.registry.takeOver(
            link,
            name: "Lee",
            password: TestRegistry.password,
            at: world.tenant,
            from: TestRegistry.provenance
        )
        #expect(account.email == lee && id.text == application.id)
        #expect(try await world.current(application).owner == account.id)
    }

    @Test func `many at once are one taking over`() async throws {
        let link = try await offer()
        let taker = try await newLee()
        let taken = await withTaskGroup(of: Bool.self) { group in
            for _ in 1...8 {
                group.addTask {
                    do { _ = try await taker.takeOver(link) } catch { return false }
                    return true
                }
            }
            return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(taken == 1)
    }

    @Test func `whoever is shut out while they accept owns nothing`() async throws {
        let link = try await offer()
        let taker = try await newLee()
        try await world.theOperator.disable(taker.account, because: "")
        await #expect(throws: LinkRefusal.gone) { try await taker.takeOver(link) }
        #expect(try await world.current(application).owner == world.partner.account.id)
    }

    @Test func `afterwards the link says who accepted, and when`() async throws {
        let link = try await offer()
        let taker = try await newLee()
        _ = try await taker.takeOver(link)
        let then = world.clock.now
        world.clock.advance(by: .seconds(60))
        guard case .accepted(_, let person, let date) = try await answer(link) else {
            throw LinkRefusal.gone
        }
        #expect(person.id == taker.account.id && date == then)
        await #expect(throws: LinkRefusal.used) { try await taker.takeOver(link) }
        await #expect(throws: LinkRefusal.used) {
            try await world.registry.declineTransfer(link, at: world.tenant, from: TestRegistry.provenance)
        }
    }

    @Test func `an approval ends, the administrators are asked again, and connections work on`()
        async throws
    {
        try await world.theOperator.approve(application.id)
        let admin = try await world.admin("ada@harbour.example")
        let tokens = try await world.tokens(for: application)
        let link = try await offer()
        _ = try await newLee().takeOver(link)
        let now = try await world.current(application)
        #expect(now.approval == nil && now.submission?.isWaiting == true)
        #expect(now.revision == application.application.revision + 1)
        #expect(try await admin.queue().waiting.map(\.application.id.text) == [application.id])
        #expect(
            try await world.letters().contains { letter in
                if case .approvalEnded = letter { true } else { false }
            }
        )
        let refresh = try #require(tokens.refreshToken).plaintext
        _ = try await world.client(application).refresh(refresh, scope: nil)
        let late = try await world.registry.newCustomer("pat@northfield.example", at: world.tenant)
        guard case .notATestAccount = try await late.standing(of: try await world.request(application)) else {
            Issue.record("a new customer connects")
            return
        }
    }

    @Test func `a change that waited for approval is withdrawn with it`() async throws {
        try await world.theOperator.approve(application.id)
        try await owner.addRedirectURI("https://acme.example/other")
        let taker = try await newLee()
        _ = try await taker.takeOver(try await offer())
        #expect(try await taker.member(of: application.id).pendingRevision() == nil)
    }

    @Test func `what looks like an application of the last owner is held in an open tenant`() async throws {
        let world = try await TestRegistry { $0.policy.review = .open }
        _ = try await world.registeredApplication("Northfield Plant")
        let twin = try await world.registeredApplication("Northfeild Plant", isApproved: false)
        let other = try await world.registeredApplication("Southfield Cranes")
        let taker = try await world.registry.newPartner("lee@cranes.example", at: world.tenant)
        for application in [twin, other] {
            try await world.partner.member(of: application.id).offer(to: taker.account.email, .leaves)
            let link = try await world.linkOfOffer()
            _ = try await taker.takeOver(link)
        }
        #expect(try await world.current(twin).isHeld)
        #expect(try await world.current(twin).submission?.isWaiting == true)
        #expect(try await !world.current(other).isHeld)
    }

    @Test func `nobody takes over what was offered to another address`() async throws {
        let link = try await offer()
        let other = try await world.registry.newPartner("lou@cranes.example", at: world.tenant)
        await #expect(throws: OtherAddress.self) { try await other.takeOver(link) }
        #expect(try await world.current(application).owner == world.partner.account.id)
        _ = try await newLee().takeOver(link)
    }

    @Test func `nobody gets more applications than the tenant allows`() async throws {
        let world = try await TestRegistry { $0.policy.applicationsPerPartner = 1 }
        let application = try await world.registeredApplication(isApproved: false)
        let taker = try await world.registry.newPartner("lee@cranes.example", at: world.tenant)
        var form = ApplicationForm()
        form.companyName = "Cranes"
        form.ticket = world.registry.freshToken()
        let draft = try ApplicationDraft(form, logo: nil, needsLogo: false, at: world.tenant)
        let own = try await taker.register(draft).application
        try await world.partner.member(of: application.id).offer(to: taker.account.email, .leaves)
        let link = try await world.linkOfOffer()
        await #expect(throws: TransferRefusal.tooManyApplications(limit: 1)) {
            try await taker.takeOver(link)
        }
        try await taker.member(of: own.id.text).delete()
        _ = try await taker.takeOver(link)
    }

    @Test func `what is suspended or frozen stays where it is`() async throws {
        let link = try await offer()
        let taker = try await newLee()
        try await world.theOperator.suspend(application.id, reason: "Unusual traffic")
        await #expect(throws: TransferRefusal.suspended) { try await taker.takeOver(link) }
        try await owner.cancelTransfer()
        await #expect(throws: TransferRefusal.suspended) { try await offer() }
        try await world.theOperator.resume(application.id)
        let again = try await offer()
        for name in ["a", "b", "c"] {
            let somebody = try await world.registry.newCustomer("\(name)@north.example", at: world.tenant)
            _ = try await somebody.report(application.application, for: .pretends, "")
        }
        await #expect(throws: TransferRefusal.frozen) { try await taker.takeOver(again) }
        #expect(try await world.current(application).owner == world.partner.account.id)
    }

    @Test func `there is one offer at a time, and none to oneself`() async throws {
        let email = try #require(lee)
        _ = try await offer()
        let until = world.clock.now.addingTimeInterval(7 * 86_400)
        await #expect(throws: TransferRefusal.offeredAlready(email, until: until)) { try await offer() }
        try await owner.cancelTransfer()
        await #expect(throws: TransferRefusal.nothingOffered) { try await owner.cancelTransfer() }
        await #expect(throws: TransferRefusal.toOneself) {
            try await owner.offer(to: owner.account.email, .leaves)
        }
        _ = try await offer()
    }

    @Test
    func `an offer dies taken back, after seven days, with its application and with the role behind it`()
        async throws
    {
        let taker = try await newLee()
        let second = try await world.member("sam@acme.example", as: .owner, of: application)
        var links = [try await offer()]
        try await owner.cancelTransfer()
        links.append(try await offer())
        world.clock.advance(by: .seconds(7 * 86_400))
        links.append(try await offer(by: second))
        try await second.leave()
        links.append(try await offer())
        try await owner.delete()
        for link in links {
            await #expect(throws: LinkRefusal.gone) { try await answer(link) }
            await #expect(throws: LinkRefusal.gone) { try await taker.takeOver(link) }
        }
    }

    @Test func `invitations of whoever gave it away die, and those of others do not`() async throws {
        let second = try await world.member("sam@acme.example", as: .owner, of: application)
        try await owner.invite(try #require(EmailAddress("x@acme.example")), as: .owner)
        try await second.invite(try #require(EmailAddress("y@acme.example")), as: .viewer)
        _ = try await newLee().takeOver(try await offer())
        #expect(try await second.team().invitations.map(\.email.text) == ["y@acme.example"])
    }

    @Test func `declining tells the owners, and changes nothing else`() async throws {
        let link = try await offer()
        try await world.registry.declineTransfer(link, at: world.tenant, from: TestRegistry.provenance)
        let told = try await world.letters().compactMap { letter in
            if case .transferDeclined(_, let by) = letter { by } else { nil }
        }
        #expect(told == [lee?.text])
        guard case .declined(_, let date) = try await answer(link) else { throw LinkRefusal.gone }
        #expect(date == world.clock.now)
        #expect(try await team() == ["dana@acme.example owner"])
        await #expect(throws: LinkRefusal.used) { try await newLee().takeOver(link) }
        _ = try await offer()
    }

    @Test func `only owners offer, and every owner reads that it was taken over`() async throws {
        let developer = try await world.member("dev@acme.example", as: .developer, of: application)
        await #expect(throws: MemberRefusal.self) { try await offer(by: developer) }
        _ = try await world.member("sam@acme.example", as: .owner, of: application)
        let link = try await offer()
        _ = try await newLee().takeOver(link)
        let told = try await world.registry.waitingLetters(of: world.tenant.id).filter { posted in
            if case .transferAccepted = posted.letter { true } else { false }
        }
        #expect(told.map(\.recipient.text).sorted() == ["dana@acme.example", "sam@acme.example"])
    }

    @Test func `each step is a row of the ledger`() async throws {
        let taker = try await newLee()
        let entries = try await world.entries {
            _ = try await offer()
            try await owner.cancelTransfer()
            try await world.registry.declineTransfer(
                try await offer(),
                at: world.tenant,
                from: TestRegistry.provenance
            )
            _ = try await taker.takeOver(try await offer())
        }
        let wanted: [Action] = [
            .transferOffered, .transferCancelled, .transferOffered, .transferDeclined, .transferOffered,
            .applicationTransferred,
        ]
        #expect(entries == wanted.map(\.rawValue))
    }
}

extension TestRegistry {
    /// The link in the letter of an offer; every letter that waits is taken out.
    fileprivate func linkOfOffer() async throws -> String {
        let links = try await letters().compactMap { letter in
            if case .transferOffered(_, _, let link) = letter { link } else { nil }
        }
        return try #require(links.last)
    }
}
