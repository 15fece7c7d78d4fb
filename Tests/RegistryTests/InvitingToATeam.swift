import FoundationEssentials
import Support
import Testing

@testable import Registry

@Suite("Inviting to a team")
struct InvitingToATeam {
    let world: TestRegistry
    let application: OwnedApplication
    let owner: MemberAccess

    init() async throws {
        world = try await TestRegistry()
        application = try await world.registeredApplication()
        owner = try await world.partner.member(of: application.id)
    }

    private let lee = EmailAddress("lee@acme.example")

    private func invite(
        _ role: MemberRole = .developer,
        by inviter: MemberAccess? = nil
    ) async throws -> String {
        try await (inviter ?? owner).invite(try #require(lee), as: role)
        return try await link()
    }

    /// The link in the latest invitation that waits.
    private func link() async throws -> String { try #require(try await links().first) }

    private func links() async throws -> [String] {
        try await world.registry.waitingLetters(of: world.tenant.id).compactMap { letter in
            if case .invited(_, _, _, let link) = letter.letter { link } else { nil }
        }
    }

    private func join(_ link: String, as email: String = "lee@acme.example") async throws -> ClientID {
        do {
            try await world.registry.add(email, as: .partner, at: world.tenant)
        } catch let problems as AccountProblems {
            #expect(problems.all == [.emailTaken])
        }
        let cookie = try await world.registry.signIn(email, as: .partner, at: world.tenant)
        let partner = try await world.registry.partner(
            cookie,
            at: world.tenant,
            from: TestRegistry.provenance
        )
        return try await #require(partner).join(link)
    }

    @Test func `whoever accepts is in the team, in the role they were invited to, once`() async throws {
        let link = try await invite()
        let person = try await world.registry.newPartner("lee@acme.example", at: world.tenant)
        for _ in 1...2 {
            _ = try await world.registry.teamInvitation(link, at: world.tenant)
        }
        #expect(try await person.join(link).text == application.id)
        #expect(try await person.member(of: application.id).role == .developer)
        await #expect(throws: LinkRefusal.used) { _ = try await person.join(link) }
        #expect(try await owner.team().invitations.isEmpty)
    }

    @Test func `many at once are one member and one row of the ledger`() async throws {
        let link = try await invite()
        let person = try await world.registry.newPartner("lee@acme.example", at: world.tenant)
        let joined = await withTaskGroup(of: Bool.self) { group in
            for _ in 1...8 {
                group.addTask {
                    do { _ = try await person.join(link) } catch { return false }
                    return true
                }
            }
            return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(joined == 1)
        #expect(try await owner.team().members.count == 2)
    }

    @Test func `an account made through the link is in the team, where registration is closed too`()
        async throws
    {
        let world = try await TestRegistry { $0.policy.registration = .closed }
        let application = try await world.registeredApplication()
        let owner = try await world.partner.member(of: application.id)
        try await owner.invite(try #require(lee), as: .viewer)
        let letter = try await world.registry.waitingLetters(of: world.tenant.id).first
        guard case .invited(_, _, _, let link) = letter?.letter else { throw LinkRefusal.gone }
        let account = try await world.registry.join(
            link,
            name: "Lee",
            password: TestRegistry.password,
            at: world.tenant,
            from: TestRegistry.provenance
        )
        #expect(account.email == lee)
        #expect(try await owner.team().members.map(\.role) == [.owner, .viewer])
    }

    @Test func `nobody joins with another address, and the invitation stays open`() async throws {
        let link = try await invite()
        await #expect(throws: OtherAddress.self) { try await join(link, as: "lou@cranes.example") }
        #expect(try await owner.team().members.count == 1)
        _ = try await join(link)
    }

    @Test func `after seven days the link is dead, and somebody can be invited anew`() async throws {
        let link = try await invite()
        world.clock.advance(by: .seconds(7 * 86_400))
        await #expect(throws: LinkRefusal.self) { try await join(link) }
        #expect(try await owner.team().invitations.isEmpty)
        _ = try await join(try await invite())
    }

    @Test func `sending it again kills the first link`() async throws {
        let first = try await invite()
        world.clock.advance(by: .seconds(61))
        try await owner.inviteAgain(try #require(lee))
        let second = try await link()
        await #expect(throws: LinkRefusal.self) { try await join(first) }
        _ = try await join(second)
        await #expect(throws: TeamRefusal.nobodyThere) { try await owner.inviteAgain(try #require(lee)) }
    }

    @Test func `a cancelled invitation is dead`() async throws {
        let link = try await invite()
        try await owner.cancelInvitation(of: try #require(lee))
        await #expect(throws: LinkRefusal.self) { try await join(link) }
        await #expect(throws: TeamRefusal.nobodyThere) {
            try await owner.cancelInvitation(of: try #require(lee))
        }
    }

    @Test func `members and those invited already are not invited, and no letter is written`() async throws {
        let email = try #require(lee)
        _ = try await invite()
        let until = world.clock.now.addingTimeInterval(7 * 86_400)
        await #expect(throws: TeamRefusal.alreadyInvited(email, until: until)) { _ = try await invite() }
        _ = try await join(try await link())
        await #expect(throws: TeamRefusal.alreadyMember(email)) { _ = try await invite() }
        #expect(try await links().count == 1)
    }

    @Test func `removing somebody ends their access, and the invitations they sent`() async throws {
        let second = try await world.member("sam@acme.example", as: .owner, of: application)
        let link = try await invite(.owner, by: second)
        let sam = try #require(try await owner.team().member(second.account.id.text))
        try await owner.remove(sam)
        await #expect(throws: MemberRefusal.notAMember) {
            try await second.partner.member(of: application.id)
        }
        await #expect(throws: MemberRefusal.notAMember) {
            try await second.addRedirectURI("https://acme.example/x")
        }
        await #expect(throws: LinkRefusal.self) { try await join(link) }
    }

    @Test func `the last owner neither goes nor becomes less`() async throws {
        let dana = try #require(try await owner.team().members.first)
        await #expect(throws: TeamRefusal.lastOwner) { try await owner.leave() }
        await #expect(throws: TeamRefusal.lastOwner) { try await owner.change(dana, to: .viewer) }
        await #expect(throws: TeamRefusal.lastOwner) { try await owner.remove(dana) }
        let second = try await world.member("sam@acme.example", as: .owner, of: application)
        try await owner.leave()
        await #expect(throws: TeamRefusal.lastOwner) { try await second.leave() }
    }

    @Test func `two owners who remove each other at once leave one`() async throws {
        let second = try await world.member("sam@acme.example", as: .owner, of: application)
        let team = try await owner.team()
        let (dana, sam) = (
            try #require(team.member(owner.account.id.text)),
            try #require(team.member(second.account.id.text))
        )
        let done = await withTaskGroup(of: Bool.self) { group in
            for (access, other) in [(owner, sam), (second, dana)] {
                group.addTask {
                    do { try await access.remove(other) } catch { return false }
                    return true
                }
            }
            return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(done == 1)
    }

    @Test func `a role changes at once, and only owners change it`() async throws {
        let member = try await world.member("lee@acme.example", as: .viewer, of: application)
        let person = try #require(try await owner.team().member(member.account.id.text))
        await #expect(throws: MemberRefusal.self) { try await member.change(person, to: .owner) }
        await #expect(throws: MemberRefusal.self) {
            try await member.invite(try #require(EmailAddress("x@acme.example")), as: .owner)
        }
        try await owner.change(person, to: .developer)
        #expect(try await member.partner.member(of: application.id).role == .developer)
        try await member.leave()
        #expect(try await owner.team().members.count == 1)
    }

    @Test func `an invitation to a deleted application is dead`() async throws {
        let link = try await invite()
        try await owner.delete()
        await #expect(throws: LinkRefusal.self) { try await join(link) }
    }

    @Test func `each change is a row of the ledger`() async throws {
        let entries = try await world.entries {
            let link = try await invite()
            _ = try await join(link)
            let lee = try #require(try await owner.team().members.last)
            try await owner.change(lee, to: .viewer)
            try await owner.remove(lee)
            try await owner.invite(lee.account.email, as: .viewer)
            try await owner.cancelInvitation(of: lee.account.email)
        }
        let wanted: [Action] = [
            .memberInvited, .memberJoined, .memberRoleChanged, .memberRemoved, .memberInvited,
            .invitationCancelled,
        ]
        #expect(entries.filter { $0.hasPrefix("member.") } == wanted.map(\.rawValue))
    }
}
