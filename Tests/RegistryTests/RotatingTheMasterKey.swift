import FoundationEssentials
import Support
import Synchronization
import Testing

@testable import Registry

@Suite("Rotating the master key")
struct RotatingTheMasterKey {
    let world: TestRegistry
    init() async throws { world = try await TestRegistry() }

    private var registry: ApplicationRegistry { world.registry }

    private func rotate(to number: Int = 2) async throws {
        try await registry.prepareKey(number)
        try await registry.write(withKey: number)
    }

    /// Another server on the same data, with the keys up to a number.
    private func server(keys: @escaping @Sendable () -> Int) throws -> ApplicationRegistry {
        ApplicationRegistry(
            database: world.database,
            masterKey: TestRegistry.masterKey(1),
            laterKey: { $0 <= keys() ? TestRegistry.masterKey($0) : nil },
            clock: { [clock = world.clock] in clock.now },
            entropy: .counting(),
            passwords: try PasswordHasher(cost: .least, threads: 1),
            decodeLogo: { upload, _ in try Logo.decode(upload) }
        )
    }

    private func uses(ofKey number: Int) async throws -> [String: Int] {
        let key = try await registry.masterKeysInUse().first { $0.number == number }
        return Dictionary(uniqueKeysWithValues: try #require(key).uses.map { ($0.kind, $0.count) })
    }

    @Test func `secret, code and tokens of before work after`() async throws {
        let application = try await world.registeredApplication()
        let (code, tokens) = (
            try await world.code(for: application), try await world.tokens(for: application)
        )
        try await rotate()
        let client = try await world.client(application)
        #expect(try await world.works(tokens.accessToken, for: application))
        #expect(try await world.works(tokens.refreshToken, for: application))
        _ = try await client.redeem(code: code)
        let fresh = try await client.refresh(tokens)
        #expect(try await world.works(fresh.accessToken, for: application))
        await #expect(throws: TokenRefusal.invalidGrant(.alreadyUsed)) { try await client.refresh(tokens) }
    }

    @Test(arguments: [Policy.TokenText.labelled, .hex, .uuid])
    func `tokens of every form are found and ended after`(form: Policy.TokenText) async throws {
        let world = try await TestRegistry { $0.policy.tokenText = form }
        let application = try await world.registeredApplication()
        let (one, other) = (
            try await world.tokens(for: application), try await world.tokens(for: application)
        )
        try await world.registry.prepareKey(2)
        try await world.registry.write(withKey: 2)
        let client = try await world.client(application)
        try await client.revoke(one.accessToken.plaintext)
        try await client.revoke(try #require(other.refreshToken).plaintext)
        for tokens in [one, other] {
            #expect(try await !world.works(tokens.accessToken, for: application))
        }
        let new = try await client.issueForItself(scope: nil)
        #expect(try await world.works(new.accessToken, for: application))
        try await client.revoke(new.accessToken.plaintext)
        #expect(try await !world.works(new.accessToken, for: application))
    }

    @Test func `a session, a ticket, a link and a form of before work after`() async throws {
        let cookie = try await registry.signIn("kim@northfield.example", as: .customer, at: world.tenant)
        let waiting = try await world.request(try await world.registeredApplication())
        let ticket = try await world.customer.remember(waiting, query: "").plaintext
        let seal = registry.seal("a browser's cookie")
        let (tenant, registry) = (world.tenant.id, registry)
        let link = registry.newLink(.resetPassword, about: "acc_1", lasting: .seconds(60), at: world.tenant)
        try await world.database.transaction(.tenant(tenant)) { transaction in
            try registry.keep(link, in: transaction, tenant: tenant)
        }
        try await rotate()
        let from = TestRegistry.provenance
        #expect(try await registry.customer(cookie, at: world.tenant, from: from) != nil)
        #expect(try await world.customer.answer(ticket, .allow).answer?.code != nil)
        #expect(registry.isSeal(seal, of: "a browser's cookie"))
        #expect(!registry.isSeal(seal, of: "another"))
        #expect(registry.isSeal(registry.seal("new"), of: "new") && registry.seal("new") != seal)
        let found = try await registry.look(at: link.secret.plaintext, .resetPassword, at: world.tenant)
        guard case .open = found else { Issue.record("the link is not open"); return }
    }

    @Test func `an authenticator app and recovery codes of before work after`() async throws {
        let (email, from) = ("ada@harbour.example", TestRegistry.provenance)
        try await registry.add(email, as: .admin, at: world.tenant)
        let again = {
            let cookie = try await registry.signIn(email, as: .admin, at: world.tenant)
            let person = try await registry.unproven(cookie, as: .admin, at: world.tenant, from: from)
            return try #require(person)
        }
        let person = try await again()
        let key = person.newKey
        try await rotate()
        let codes = try await person.enrol(key.code(at: world.clock.now)).recoveryCodes
        #expect(try await uses(ofKey: 2)["second_factors"] == 1)
        try await rotate(to: 3)
        #expect(try await uses(ofKey: 2)["second_factors"] == 0)
        #expect(try await uses(ofKey: 3)["second_factors"] == 1)
        world.clock.advance(by: .seconds(60))
        _ = try await again().prove(key.code(at: world.clock.now))
        _ = try await again().prove(codes[0].plaintext)
        await #expect(throws: SecondFactorRefusal.wrongCode) { try await again().prove(codes[0].plaintext) }
    }

    @Test func `a letter posted before is delivered after`() async throws {
        let (outbox, tenant, now) = (registry.outbox, world.tenant.id, world.clock.now)
        let (letter, recipient) = (Letter.confirmAddress(name: "D", link: "l"), world.partner.account.email)
        let post = {
            try await world.database.transaction(.tenant(tenant)) { transaction in
                try outbox.post(letter, to: recipient, in: transaction, tenant: tenant, at: now)
            }
        }
        try await post()
        try await rotate()
        try await post()
        for _ in 0..<2 { #expect(try await registry.claimLetter(of: tenant)?.letter == letter) }
    }

    @Test func `what is wrong stays wrong, at the price of one digest more at most`() async throws {
        let application = try await world.registeredApplication()
        try await rotate()
        let forged = SecretText(
            id: try #require(application.secret).id,
            plaintext: SecretText(
                prefix: "harbour",
                kind: .clientSecret,
                now: world.clock.now,
                entropy: .system
            ).plaintext
        )
        let digests = await world.digests.added {
            await #expect(throws: ClientRefusal.invalidClient) {
                try await world.client(application, secret: forged)
            }
        }
        #expect(digests <= 2)
        let new = try await world.registeredApplication("Borrowed Cranes")
        #expect(try await world.digests.added { _ = try await world.client(new) } == 1)
    }

    @Test func `the new key makes what is made from now on`() async throws {
        _ = try await world.tokens(for: try await world.registeredApplication())
        let before = try await uses(ofKey: 1)
        #expect(before["client_secrets"] == 1 && before["access_tokens"] == 1 && before["sessions"] == 2)
        try await rotate()
        _ = try await world.tokens(for: try await world.registeredApplication("Borrowed Cranes"))
        #expect(try await uses(ofKey: 1) == before)
        let after = try await uses(ofKey: 2)
        #expect(after["client_secrets"] == 1 && after["access_tokens"] == 1 && after["refresh_tokens"] == 1)
        #expect(after["codes"] == 1 && after["requests"] == 1 && after["sessions"] == 0)
    }

    @Test func `it is a row of every ledger, which goes on unbroken`() async throws {
        let other = try await registry.importTenant(.harbour(), as: try #require(TenantName("quayside")))
        try await rotate()
        _ = try await world.registeredApplication()
        for tenant in [world.tenant, other] {
            let access = registry.operatorAccess(to: tenant)
            let rows = try await access.ledger(after: 0, limit: 100).filter { $0.action == "key.rotated" }
            #expect(rows.map(\.object) == ["2"] && rows.map(\.actor) == ["operator"])
            guard case .complete = try await access.verifyLedger() else { Issue.record("broken"); return }
        }
    }

    @Test func `receipts of before and after are signed by the key that is published`() async throws {
        let application = try await world.registeredApplication()
        let published = registry.publicReceiptKey(of: world.tenant)
        try await rotate()
        _ = try await world.tokens(for: application)
        let receipts = try await world.customer.lastReceipts(of: try await world.customer.grants())
        #expect(receipts.values.map(\.publicKey) == [published])
    }

    // MARK: Several servers

    @Test func `a prepared key does not write yet`() async throws {
        try await registry.prepareKey(2)
        #expect(try await registry.masterKeys().map(\.state) == [.writes, .prepared])
        _ = try await world.registeredApplication()
        #expect(try await uses(ofKey: 2).values.allSatisfy { $0 == 0 })
        try await registry.write(withKey: 2)
        #expect(try await registry.masterKeys().map(\.state) == [.reads, .writes])
        #expect(try await registry.masterKeys().map(\.since) == [nil, world.clock.now])
    }

    @Test func `a server that has the prepared key reads what another writes with it`() async throws {
        let other = try server { 2 }
        try await other.open()
        try await registry.prepareKey(2)
        try await other.readKeys()
        try await registry.write(withKey: 2)
        let cookie = try await registry.signIn("kim@northfield.example", as: .customer, at: world.tenant)
        let from = TestRegistry.provenance
        #expect(try await other.customer(cookie, at: world.tenant, from: from) != nil)
    }

    @Test func `a server without the key says which it lacks until it has it`() async throws {
        let held = Mutex(1)
        let other = try server { held.withLock { $0 } }
        try await other.open()
        try await rotate()
        let cookie = try await registry.signIn("kim@northfield.example", as: .customer, at: world.tenant)
        let from = TestRegistry.provenance
        await #expect(throws: MissingKey(number: 2)) {
            try await other.customer(cookie, at: world.tenant, from: from)
        }
        await #expect(throws: ForeignKey(number: 2)) { try await other.readKeys() }
        let late = try server { 1 }
        await #expect(throws: ForeignKey(number: 2)) { try await late.open() }
        held.withLock { $0 = 2 }
        try await other.readKeys()
        #expect(try await other.customer(cookie, at: world.tenant, from: from) != nil)
    }

    @Test func `another key under the same number is refused`() async throws {
        try await rotate()
        let other = ApplicationRegistry(
            database: world.database,
            masterKey: TestRegistry.masterKey(1),
            laterKey: { _ in TestRegistry.masterKey(9) },
            clock: { [clock = world.clock] in clock.now },
            entropy: .counting(),
            passwords: try PasswordHasher(cost: .least, threads: 1),
            decodeLogo: { upload, _ in try Logo.decode(upload) }
        )
        await #expect(throws: ForeignKey(number: 2)) { try await other.open() }
    }

    @Test func `a key that is not here cannot be prepared or written with`() async throws {
        await #expect(throws: ForeignKey(number: 2)) { try await registry.write(withKey: 2) }
        await #expect(throws: ForeignKey(number: 300)) { try await registry.prepareKey(300) }
        let poor = try server { 1 }
        await #expect(throws: ForeignKey(number: 2)) { try await poor.prepareKey(2) }
    }
}
