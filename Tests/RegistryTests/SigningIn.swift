import FoundationEssentials
import Registry
import Support
import Testing

@Suite("Signing in")
struct SigningIn {
    let world: TestRegistry
    init() async throws { world = try await TestRegistry() }

    /// The cookie of a new session of somebody in this role.
    private func cookie(_ role: Role = .customer) async throws -> String {
        let email = "\(role)@northfield.example"
        do { try await world.registry.add(email, as: role, at: world.tenant) } catch is AccountProblems {}
        return try await world.registry.signIn(email, as: role, at: world.tenant)
    }

    private func isSignedIn(_ cookie: String, as role: Role = .customer) async throws -> Bool {
        let (registry, tenant, from) = (world.registry, world.tenant, TestRegistry.provenance)
        return switch role {
        case .partner: try await registry.partner(cookie, at: tenant, from: from) != nil
        case .customer: try await registry.customer(cookie, at: tenant, from: from) != nil
        // Who is asked for a code next; see ShowingASecondFactor.
        case .admin: try await registry.unproven(cookie, as: .admin, at: tenant, from: from) != nil
        }
    }

    private func refusal(
        _ email: String,
        _ password: String,
        _ role: Role = .customer
    ) async throws
        -> SignInRefusal?
    {
        let signIn = SignIn(email: email, password: password, role: role)
        do {
            _ = try await world.registry.start(signIn, at: world.tenant, from: TestRegistry.provenance)
            return nil
        } catch let refusal as SignInRefusal {
            return refusal
        }
    }

    @Test(arguments: Role.allCases)
    func `the right password opens a session in that role and no other`(role: Role) async throws {
        let cookie = try await cookie(role)
        for other in Role.allCases {
            #expect(try await isSignedIn(cookie, as: other) == (other == role))
        }
    }

    @Test func `every sign-in is a new session`() async throws {
        let (first, second) = (try await cookie(), try await cookie())
        #expect(first != second)
        #expect(try await isSignedIn(first))
        #expect(try await isSignedIn(second))
    }

    @Test func `a wrong password, an unknown address and another role are one refusal`() async throws {
        let kim = "kim@northfield.example"
        let wrong: [(String, String, Role)] = [
            (kim, "a long walk to the harbor", .customer), (kim, "", .customer),
            (kim, TestRegistry.password + " ", .customer),
            ("lee@northfield.example", TestRegistry.password, .customer),
            (kim, TestRegistry.password, .partner), (kim, TestRegistry.password, .admin),
            ("", TestRegistry.password, .customer), ("kim", TestRegistry.password, .customer),
            ("kim@northfield.example\n", TestRegistry.password, .customer),
        ]
        for (email, password, role) in wrong {
            #expect(try await refusal(email, password, role) == .wrongEmailOrPassword)
        }
        #expect(try await refusal(kim, TestRegistry.password) == nil)
        #expect(try await refusal("KIM@Northfield.example", TestRegistry.password) == nil)
    }

    @Test func `every refusal is entered in the ledger without what was typed`() async throws {
        let entries = try await world.entries {
            _ = try await refusal("kim@northfield.example", "guess number one")
            _ = try await refusal("lee@northfield.example", "guess number two")
        }
        #expect(entries == ["session.refused", "session.refused"])
        #expect(
            try await world.ledger().suffix(2).map(\.object) == [world.customer.account.id.text, "unknown"]
        )
        #expect(
            try await !world.ledger().contains { $0.detail.contains("guess") || $0.object.contains("lee") }
        )
    }

    @Test func `a password hashed at a lower cost is hashed anew when it is used`() async throws {
        let stored = { () async throws -> String in
            try await world.database.read(.tenant(world.tenant.id)) { connection in
                try connection.run("SELECT password FROM accounts WHERE email = \("kim@northfield.example")")
                    .first?.text(0) ?? ""
            }
        }
        let old = try await PasswordHasher(cost: .standard, threads: 1)
            .hash(TestRegistry.password, at: world.tenant.id)
        try await world.database.write(
            "UPDATE accounts SET password = \(old) WHERE email = \("kim@northfield.example")",
            .tenant(world.tenant.id)
        )
        #expect(try await refusal("kim@northfield.example", "a wrong guess at it") != nil)
        #expect(try await stored() == old.text)
        #expect(try await refusal("kim@northfield.example", TestRegistry.password) == nil)
        #expect(try await stored() != old.text)
        #expect(try await refusal("kim@northfield.example", TestRegistry.password) == nil)
    }

    @Test func `a long password counts to its last character`() async throws {
        let long = String(repeating: "walk ", count: 25) + "abc"
        let draft = try AccountDraft(
            email: "lee@northfield.example",
            name: "Lee",
            password: long,
            at: world.tenant
        )
        _ = try await world.theOperator.add(draft, as: .customer)
        #expect(try await refusal("lee@northfield.example", long) == nil)
        #expect(try await refusal("lee@northfield.example", String(long.dropLast()) + "d") != nil)
    }

    @Test(arguments: [(Role.partner, 30, 12), (.customer, 30, 12), (.admin, 15, 8)])
    func `an idle session ends, a used one lasts until its absolute end`(
        role: Role,
        idleMinutes: Int,
        hours: Int
    ) async throws {
        let (idle, used) = (try await cookie(role), try await cookie(role))
        let visits = hours * 60 / (idleMinutes - 1)
        for _ in 0..<visits {
            world.clock.advance(by: .seconds((idleMinutes - 1) * 60))
            #expect(try await isSignedIn(used, as: role))
        }
        #expect(try await !isSignedIn(idle, as: role))
        world.clock.advance(by: .seconds((hours * 60 - visits * (idleMinutes - 1)) * 60 - 1))
        #expect(try await isSignedIn(used, as: role))
        world.clock.advance(by: .seconds(1))
        #expect(try await !isSignedIn(used, as: role))
    }

    @Test func `an idle session lives to its last second`() async throws {
        let cookie = try await cookie()
        world.clock.advance(by: .seconds(30 * 60 - 1))
        #expect(try await isSignedIn(cookie))
        world.clock.advance(by: .seconds(30 * 60))
        #expect(try await !isSignedIn(cookie))
    }

    @Test func `a session that was signed out is dead, others live`() async throws {
        let (one, other) = (try await cookie(), try await cookie())
        let access = try #require(
            try await world.registry.customer(one, at: world.tenant, from: TestRegistry.provenance)
        )
        try await access.signOut()
        #expect(try await !isSignedIn(one))
        #expect(try await isSignedIn(other))
    }

    @Test func `what is no session cookie of ours opens nothing`() async throws {
        let cookie = try await cookie()
        let forged = try #require(SecretText(parsing: cookie, kind: .session)).forged(
            .session,
            at: world.clock.now
        )
        for text in ["", "x", forged.plaintext, cookie + "x", String(cookie.dropLast())] {
            #expect(try await !isSignedIn(text))
        }
    }

    @Test func `a form is sealed for one cookie`() async throws {
        let (one, other) = (try await cookie(), try await cookie())
        #expect(world.registry.isSeal(world.registry.seal(one), of: one))
        #expect(!world.registry.isSeal(world.registry.seal(other), of: one))
        #expect(!world.registry.isSeal("", of: one))
        #expect(!world.registry.isSeal(one, of: one))
    }
}
