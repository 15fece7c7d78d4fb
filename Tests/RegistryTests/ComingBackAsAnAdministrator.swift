import Registry
import Support
import Testing

@Suite("Coming back as an administrator")
struct ComingBackAsAnAdministrator {
    let world: TestRegistry

    /// Robin, who is full and stays.
    let robin: AdminAccess

    init() async throws {
        world = try await TestRegistry()
        robin = try await world.admin("robin@harbour.example")
    }

    private let mallory = "mallory@harbour.example"

    private func address(_ text: String) throws -> EmailAddress { try #require(EmailAddress(text)) }

    private func person(_ email: String) async throws -> Administrator {
        try await world.theOperator.administrator(email)
    }

    /// Opens a link and chooses a password there.
    private func accept(_ link: String, as email: String) async throws {
        guard let invited = try await world.registry.invitation(link, at: world.tenant) else {
            throw PeopleRefusal.linkGone
        }
        let password = TestRegistry.password
        let draft = try AccountDraft(email: email, name: "Somebody", password: password, at: world.tenant)
        let from = TestRegistry.provenance
        try await world.registry.accept(link, invited, draft, at: world.tenant, from: from)
    }

    /// The link of the operator's invitation.
    private func invitation(_ email: String, _ rank: Rank = .full) async throws -> String {
        try await world.theOperator.invite(address(email), as: rank).secret.plaintext
    }

    /// The same about somebody who is an administrator already, as they could be made once.
    private func openInvitation(of email: String, _ rank: Rank) async throws -> String {
        let (free, tenant) = ("free@harbour.example", world.tenant.id)
        let link = try await invitation(free, rank)
        try await world.database.write(
            "UPDATE one_time_links SET subject = \(email) WHERE tenant = \(tenant) AND subject = \(free)",
            .tenant(tenant)
        )
        return link
    }

    @Test func `whoever is an administrator is not invited, by anybody`() async throws {
        _ = try await world.admin(mallory)
        let (own, other) = (robin.account.email, try address(mallory))
        await #expect(throws: PeopleRefusal.alreadyAdministrator(own)) {
            try await robin.invite(own, as: .readOnly)
        }
        await #expect(throws: PeopleRefusal.alreadyAdministrator(other)) {
            try await robin.invite(other, as: .full)
        }
        await #expect(throws: PeopleRefusal.alreadyAdministrator(other)) { _ = try await invitation(mallory) }
        try await robin.remove(try await person(mallory))
        try await accept(try await invitation(mallory, .readOnly), as: mallory)
        #expect(try await person(mallory).rank == .readOnly)
    }

    @Test func `an invitation that is open all the same makes nobody full again, nor the last one less`()
        async throws
    {
        _ = try await world.admin(mallory)
        try await robin.change(try await person(mallory), to: .readOnly)
        for (email, rank) in [(mallory, Rank.full), ("robin@harbour.example", .readOnly)] {
            let link = try await openInvitation(of: email, rank)
            await #expect(throws: PeopleRefusal.linkGone) { try await accept(link, as: email) }
            #expect(try await person(email).rank != rank)
        }
    }

    enum End: CaseIterable { case demoted, removed, moved }

    @Test(arguments: End.allCases)
    func `invitations about a person end with their rank, their access and their address`(
        end: End
    )
        async throws
    {
        let eve = try await world.admin("eve@harbour.example")
        let link = try await openInvitation(of: "eve@harbour.example", .full)
        switch end {
        case .demoted: try await robin.change(try await person("eve@harbour.example"), to: .readOnly)
        case .removed: try await robin.remove(try await person("eve@harbour.example"))
        case .moved:
            try await eve.own.askForAddress(address("eve2@harbour.example"), password: TestRegistry.password)
            let letters = try await world.letters().compactMap {
                if case .confirmNewAddress(_, let link) = $0 { link } else { nil }
            }
            try await world.registry.changeAddress(
                try #require(letters.last),
                as: .admin,
                at: world.tenant,
                from: TestRegistry.provenance
            )
            try await robin.remove(try await person("eve2@harbour.example"))
        }
        #expect(try await world.registry.invitation(link, at: world.tenant) == nil)
    }

    @Test func `whom the operator resets begins again with what they may by then`() async throws {
        _ = try await world.admin(mallory)
        let link = try await world.theOperator.reset(try await person(mallory)).secret.plaintext
        #expect(try await robin.invitedAdministrators().isEmpty)
        try await robin.change(try await person(mallory), to: .readOnly)
        try await accept(link, as: mallory)
        #expect(try await person(mallory).rank == .readOnly)
        #expect(try await person(mallory).secondFactorSetAt == nil)
        await #expect(throws: PeopleRefusal.linkGone) { try await accept(link, as: mallory) }
        let again = try await world.theOperator.reset(try await person(mallory)).secret.plaintext
        try await robin.remove(try await person(mallory))
        await #expect(throws: PeopleRefusal.linkGone) { try await accept(again, as: mallory) }
    }

    // MARK: What the others are told

    /// What waits about full access, with whom it goes to.
    private func news() async throws -> [String] {
        try await world.registry.waitingLetters(of: world.tenant.id).compactMap { posted in
            switch posted.letter {
            case .fullAccess(let person, let by, let isInvited, _):
                "\(posted.recipient): \(by) \(isInvited ? "invited" : "promoted") \(person)"
            case .secondAdministratorLoosened(let old, let new, let by, _):
                "\(posted.recipient): \(by) \(old) to \(new)"
            default: nil
            }
        }.sorted()
    }

    @Test func `whoever gives the role Full is read of by the other full administrators`() async throws {
        _ = try await world.admin("ada@harbour.example")
        _ = try await world.admin(mallory)
        try await robin.change(try await person(mallory), to: .readOnly)
        try await robin.invite(address("new@harbour.example"), as: .readOnly)
        #expect(try await news().isEmpty)
        try await robin.invite(address("next@harbour.example"), as: .full)
        try await robin.change(try await person(mallory), to: .full)
        let who = "Somebody (robin@harbour.example)"
        #expect(
            try await news() == [
                "ada@harbour.example: \(who) invited next@harbour.example",
                "ada@harbour.example: \(who) promoted mallory@harbour.example",
            ]
        )
    }

    @Test(arguments: Policy.SecondAdministrator.allCases)
    func `whoever says that a permission only reads is read of where changes take two`(
        rule: Policy.SecondAdministrator
    ) async throws {
        let world = try await TestRegistry { $0.policy.secondAdministrator = rule }
        let robin = try await world.admin("robin@harbour.example")
        _ = try await world.admin("ada@harbour.example")
        let old = try #require(world.tenant.settings.scopes.first { $0.kind == .change })
        let new = try OfferedScope.named(old.name.text, old.sentence, .read)
        for (scope, other) in [(old, new), (new, old)] {
            try await robin.revise { tenant in
                var settings = tenant.settings
                settings.scopes = settings.scopes.map { $0.name == scope.name ? other : $0 }
                return TenantChange(settings, .scopeChanged, of: scope.name.text, [])
            }
        }
        let told = try await world.registry.waitingLetters(of: world.tenant.id).compactMap { posted in
            if case .permissionsOnlyRead(let names, _, _) = posted.letter {
                "\(posted.recipient) \(names)"
            } else {
                nil
            }
        }
        let expected = ["ada@harbour.example [\"\(old.name)\"]"]
        #expect(told == (rule == .forChanges ? expected : []))
    }

    @Test(arguments: Policy.SecondAdministrator.allCases, Policy.SecondAdministrator.allCases)
    func `whoever lets fewer approvals take two administrators is read of`(
        old: Policy.SecondAdministrator,
        new: Policy.SecondAdministrator
    ) async throws {
        let world = try await TestRegistry { $0.policy.secondAdministrator = old }
        let robin = try await world.admin("robin@harbour.example")
        _ = try await world.admin("ada@harbour.example")
        try await robin.revise { tenant in
            var settings = tenant.settings
            settings.policy.secondAdministrator = new
            return TenantChange(settings, .settingsChanged, of: "harbour", [])
        }
        let told = try await world.registry.waitingLetters(of: world.tenant.id).filter {
            if case .secondAdministratorLoosened = $0.letter { true } else { false }
        }
        let order = Policy.SecondAdministrator.allCases
        let isLooser = try #require(order.firstIndex(of: new)) < #require(order.firstIndex(of: old))
        #expect(told.map(\.recipient.text) == (isLooser ? ["ada@harbour.example"] : []))
    }
}
