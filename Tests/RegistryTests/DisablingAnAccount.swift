import Registry
import Support
import Testing

@Suite("Disabling an account")
struct DisablingAnAccount {
    let world: TestRegistry
    let application: OwnedApplication

    init() async throws {
        world = try await TestRegistry {
            $0.policy.grants = [.authorizationCode, .refreshToken, .password]
            $0.policy.manualIssuance = true
        }
        application = try await world.registeredApplication()
    }

    private let kim = "kim@northfield.example"

    private func disable(_ account: Account) async throws {
        try await world.theOperator.disable(account, because: "Left the company")
    }

    private func signIn(
        _ email: String,
        as role: Role,
        _ password: String = TestRegistry.password
    )
        async throws
    {
        let signIn = SignIn(email: email, password: password, role: role)
        _ = try await world.registry.start(signIn, at: world.tenant, from: TestRegistry.provenance)
    }

    @Test(arguments: Role.allCases)
    func `whoever knows the password is told, and nobody else`(role: Role) async throws {
        try await world.registry.add("lou@acme.example", as: role, at: world.tenant)
        let email = try #require(EmailAddress("lou@acme.example"))
        let account = try #require(try await world.theOperator.accounts(of: email).first).account
        if role == .admin {
            try await world.registry.add("ada@harbour.example", as: .admin, at: world.tenant)
        }
        try await disable(account)
        await #expect(throws: SignInRefusal.accountDisabled) { try await signIn(email.text, as: role) }
        await #expect(throws: SignInRefusal.wrongEmailOrPassword) {
            try await signIn(email.text, as: role, "another walk to the harbour")
        }
        try await world.theOperator.enable(account)
        try await signIn(email.text, as: role)
    }

    @Test func `sessions end at once, a second later on every server, and do not come back`() async throws {
        let cookie = try await world.registry.signIn(kim, as: .customer, at: world.tenant)
        let elsewhere = try await world.anotherServer()
        func isSignedIn(at server: ApplicationRegistry) async throws -> Bool {
            try await server.customer(cookie, at: world.tenant, from: TestRegistry.provenance) != nil
        }
        for server in [world.registry, elsewhere] { #expect(try await isSignedIn(at: server)) }
        try await disable(world.customer.account)
        #expect(try await !isSignedIn(at: world.registry))
        world.clock.advance(by: .milliseconds(1001))
        #expect(try await !isSignedIn(at: elsewhere))
        try await world.theOperator.enable(world.customer.account)
        #expect(try await !isSignedIn(at: world.registry))
    }

    @Test func `what the customer allowed stands, and what it bought does not come back`() async throws {
        let (tokens, code) = (
            try await world.tokens(for: application), try await world.code(for: application)
        )
        let client = try await world.client(application)
        try await disable(world.customer.account)
        try await world.theOperator.enable(world.customer.account)
        #expect(try await !world.works(tokens.accessToken, for: application))
        await #expect(throws: TokenRefusal.self) { try await client.refresh(tokens) }
        await #expect(throws: TokenRefusal.self) { try await client.redeem(code: code) }
        let again = try await world.signedInAgain()
        guard case .covered = try await again.standing(of: world.request(application)) else {
            Issue.record("the customer would be asked")
            return
        }
        let fresh = try await world.tokens(for: application, by: again)
        #expect(try await world.works(fresh.accessToken, for: application))
    }

    @Test func `a session that another server still remembers allows nothing`() async throws {
        let request = try await world.request(application)
        let ticket = try await world.customer.remember(request, query: "")
        _ = try await world.tokens(for: application)
        let grant = try #require(try await world.customer.grants().first)
        try await disable(world.customer.account)
        #expect(try await world.customer.answer(ticket.plaintext, .allow).startsAgain)
        #expect(try await world.customer.proceed(request, under: grant) == nil)
    }

    @Test func `neither the password nor the provider's people get a token`() async throws {
        let client = try await world.client(application)
        let ada = try await world.admin("ada@harbour.example")
        try await disable(world.customer.account)
        let given = SignIn(email: kim, password: TestRegistry.password, role: .customer)
        await #expect(throws: TokenRefusal.invalidGrant(.wrongPassword)) {
            try await client.issue(to: given, scope: nil)
        }
        let email = try #require(EmailAddress(kim))
        await #expect(throws: OperatorRefusal.accountDisabled(kim)) {
            try await world.theOperator.issue(to: application.id, for: email)
        }
        let terms = ManualTerms(
            application: application.id,
            customer: email,
            scopes: try #require(ScopeSet(wire: "equipment.read")),
            lifetime: .seconds(3600),
            isByLetter: false
        )
        await #expect(throws: ManualRefusal.customerDisabled) { try await ada.check(terms) }
    }

    @Test func `no letter opens it: neither a new password nor an invitation`() async throws {
        let ada = try await world.admin("ada@harbour.example")
        _ = try await world.admin("vic@harbour.example")
        let vic = try await world.theOperator.administrator("vic@harbour.example")
        let before = try await world.theOperator.reset(vic).secret.plaintext
        try await ada.disable(vic.account, because: "")
        #expect(try await world.registry.invitation(before, at: world.tenant) == nil)
        await #expect(throws: PeopleRefusal.accountDisabled) {
            try await ada.invite(vic.account.email, as: .full)
        }
        _ = try await world.letters()
        try await world.registry.askForNewPassword(
            vic.account.email,
            as: .admin,
            at: world.tenant,
            from: TestRegistry.provenance
        )
        #expect(try await world.letters().isEmpty)
    }

    @Test func `invitations and offers of a partner who is shut out are dead`() async throws {
        let lee = try await world.member("lee@acme.example", as: .owner, of: application)
        let dana = try await world.partner.member(of: application.id)
        try await dana.invite(try #require(EmailAddress("eve@evil.example")), as: .owner)
        try await dana.offer(to: try #require(EmailAddress("eve@evil.example")), .leaves)
        try await lee.invite(try #require(EmailAddress("sam@acme.example")), as: .viewer)
        try await disable(world.partner.account)
        let team = try await lee.team()
        #expect(team.invitations.map(\.email.text) == ["sam@acme.example"])
        #expect(team.transfer == nil)
    }

    enum Goodbye: CaseIterable { case disabled, removed, demoted }

    @Test(arguments: Goodbye.allCases)
    func `nobody comes in by an invitation of an administrator who is none any more`(
        goodbye: Goodbye
    )
        async throws
    {
        let ada = try await world.admin("ada@harbour.example")
        let bob = try await world.admin("bob@harbour.example")
        try await bob.invite(try #require(EmailAddress("eve@evil.example")), as: .full)
        try await bob.invitePartner(try SignUpDraft(email: "eve@evil.example", name: "Eve"))
        try await ada.invitePartner(try SignUpDraft(email: "sam@acme.example", name: "Sam Roe"))
        try await ada.invite(try #require(EmailAddress("sam@harbour.example")), as: .readOnly)
        let person = try await world.theOperator.administrator("bob@harbour.example")
        switch goodbye {
        case .disabled: try await ada.disable(bob.account, because: "")
        case .removed: try await ada.remove(person)
        case .demoted: try await ada.change(person, to: .readOnly)
        }
        let waiting = try await ada.invitedAdministrators()
        #expect(waiting.map(\.email.text) == ["sam@harbour.example"])
        #expect(waiting.map(\.rank) == [.readOnly])
        #expect(try await ada.invitedPartners().map(\.name) == ["Sam Roe"])
    }

    @Test func `whoever is shut out while they fill in the form registers nothing`() async throws {
        let before = try await world.partner.applications().count
        var form = ApplicationForm()
        form.ticket = world.registry.freshToken()
        form.companyName = "Evil Rentals"
        let draft = try ApplicationDraft(form, logo: nil, needsLogo: false, at: world.tenant)
        try await disable(world.partner.account)
        await #expect(throws: RegistrationRefusal.ownerDisabled) {
            try await world.partner.register(draft)
        }
        await #expect(throws: OperatorRefusal.accountDisabled("dana@acme.example")) {
            try await world.theOperator.register(draft, for: world.partner.account.email)
        }
        #expect(try await world.partner.applications().count == before)
    }

    @Test func `owners who are shut out get no letters`() async throws {
        let lee = try await world.member("lee@acme.example", as: .owner, of: application)
        try await disable(world.partner.account)
        _ = try await world.letters()
        _ = try await lee.createSecret(label: "", ticket: world.registry.freshToken(), others: .leaked)
        #expect(try await world.letters().count == 1)
    }

    @Test func `nobody disables themselves, nor the last who may change anything`() async throws {
        let ada = try await world.admin("ada@harbour.example")
        await #expect(throws: PeopleRefusal.yourself) { try await ada.disable(ada.account, because: "") }
        await #expect(throws: PeopleRefusal.lastFullAdministrator) { try await disable(ada.account) }
        let vic = try await world.admin("vic@harbour.example")
        try await disable(vic.account)
        await #expect(throws: PeopleRefusal.lastFullAdministrator) { try await disable(ada.account) }
        #expect(try await world.theOperator.administrators().map { $0.disabledAt != nil } == [false, true])
    }

    @Test func `what a partner's team has registered works on`() async throws {
        let tokens = try await world.tokens(for: application)
        try await disable(world.partner.account)
        #expect(try await world.works(tokens.accessToken, for: application))
        _ = try await world.tokens(for: application)
    }

    @Test func `all accounts are listed by role and address, a stretch at a time`() async throws {
        for name in ["vic", "ada", "lou"] {
            try await world.registry.add("\(name)@harbour.example", as: .admin, at: world.tenant)
        }
        func stretches(_ roles: [Role], onlyDisabled: Bool = false) async throws -> [[String]] {
            var (found, last): ([[String]], Account?) = ([], nil)
            repeat {
                let stretch = try await world.theOperator.accounts(
                    in: roles,
                    onlyDisabled: onlyDisabled,
                    after: last,
                    upTo: 2
                )
                found.append(stretch.map(\.account.email.text))
                last = stretch.last?.account
            } while last != nil
            return found
        }
        let administrators = [["ada@harbour.example", "lou@harbour.example"], ["vic@harbour.example"]]
        #expect(try await stretches([.admin]) == administrators + [[]])
        #expect(try await stretches([.customer, .admin]) == [[kim]] + administrators + [[]])
        try await disable(world.customer.account)
        #expect(try await stretches(Role.allCases, onlyDisabled: true) == [[kim], []])
    }

    @Test func `administrators see whom they disabled last, and whether that is all`() async throws {
        let admin = try await world.admin("vic@harbour.example")
        for name in ["ada", "lou"] {
            try await world.registry.add("\(name)@acme.example", as: .partner, at: world.tenant)
            let email = try #require(EmailAddress("\(name)@acme.example"))
            try await disable(try #require(try await world.theOperator.accounts(of: email).first).account)
            world.clock.advance(by: .seconds(1))
        }
        let (all, one) = (try await admin.disabledAccounts(), try await admin.disabledAccounts(upTo: 1))
        #expect(all.last.map(\.account.email.text) == ["lou@acme.example", "ada@acme.example"] && all.areAll)
        #expect(one.last.map(\.account.email.text) == ["lou@acme.example"] && !one.areAll)
    }

    @Test func `the ledger says it once, with the reason`() async throws {
        let entries = try await world.entries {
            for _ in 1...2 { try await disable(world.customer.account) }
            for _ in 1...2 { try await world.theOperator.enable(world.customer.account) }
        }
        #expect(entries == ["account.disabled", "account.enabled"])
        let entry = try #require(try await world.ledger().first { $0.action == "account.disabled" })
        #expect(entry.detail == "reason=Left the company" && entry.object == world.customer.account.id.text)
    }
}

extension TestRegistry {
    /// Kim, in a new session.
    fileprivate func signedInAgain() async throws -> CustomerAccess {
        let cookie = try await registry.signIn(customer.account.email.text, as: .customer, at: tenant)
        return try #require(try await registry.customer(cookie, at: tenant, from: TestRegistry.provenance))
    }
}
