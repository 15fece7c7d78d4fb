import FoundationEssentials
import Registry
import Support
import Testing

@Suite("Keeping the ledger")
struct KeepingTheLedger {
    let world: TestRegistry
    init() async throws { world = try await TestRegistry() }

    @Test func `what a partner does is entered once each`() async throws {
        let application = try await world.registeredApplication(isApproved: false)
        let (partner, own) = (world.partner, application.application)
        let secret = try #require(application.secret)
        let entries = try await world.entries {
            try await partner.addRedirectURI("https://acme.example/other", to: own)
            try await partner.removeRedirectURI("https://acme.example/other", from: own)
            try await partner.setTestAccounts([world.customer.account.email], of: own)
            _ = try await partner.createSecret(for: own, label: "", ticket: "t", others: .untilRevoked)
            try await partner.endSecret(secret.id, of: own, at: world.clock.now.addingTimeInterval(60))
            try await partner.revokeSecret(secret.id, of: own)
            _ = try await world.registeredApplication("Borrowed Cranes", isApproved: false)
            try await partner.signOut()
        }
        #expect(
            entries == [
                "redirect_uri.added", "redirect_uri.removed", "test_accounts.changed", "secret.created",
                "secret.dated", "secret.revoked", "application.registered", "session.ended",
            ]
        )
    }

    @Test func `what a customer and an application do is entered once each`() async throws {
        let application = try await world.registeredApplication()
        let client = try await world.client(application)
        let entries = try await world.entries {
            let code = try await world.code(for: application)
            let tokens = try await client.redeem(code: code)
            await #expect(throws: TokenRefusal.self) { try await client.redeem(code: code) }
            let others = try await world.tokens(for: application)
            _ = try await client.refresh(others)
            await #expect(throws: TokenRefusal.self) { try await client.refresh(others) }
            try await client.revoke(tokens.accessToken.plaintext)
            try await world.customer.disconnect(try #require(try await world.customer.grants().first))
            try await world.customer.signOut()
        }
        #expect(
            entries == [
                "consent.given", "code.redeemed", "code.reused", "consent.given", "code.redeemed",
                "refresh_token.reused", "token.revoked", "consent.ended", "session.ended",
            ]
        )
    }

    @Test func `what the operator does is entered once each`() async throws {
        let application = try await world.registeredApplication(isApproved: false)
        let id = application.id
        let entries = try await world.entries {
            try await world.theOperator.approve(id)
            try await world.theOperator.suspend(id, reason: "Unusual traffic")
            try await world.theOperator.resume(id)
            try await world.registry.add("lee@northfield.example", as: .customer, at: world.tenant)
            var settings = world.tenant.settings
            settings.brand.dataDescription = "your machine data"
            _ = try await world.registry.importTenant(settings, as: world.tenant.name)
            _ = try await world.registry.importTenant(settings, as: world.tenant.name)
        }
        #expect(
            entries == [
                "application.approved", "application.suspended", "application.resumed", "account.created",
                "tenant.imported",
            ]
        )
    }

    @Test func `what was declined is not entered as done`() async throws {
        let application = try await world.registeredApplication()
        let (partner, own) = (world.partner, application.application)
        let secret = try #require(application.secret)
        let entries = try await world.entries {
            await #expect(throws: RegistrationRefusal.self) { try await partner.addRedirectURI("x", to: own) }
            await #expect(throws: SecretRefusal.self) { try await partner.revokeSecret(secret.id, of: own) }
            try await partner.removeRedirectURI("https://acme.example/never", from: own)
        }
        #expect(entries.isEmpty)
    }

    @Test func `an entry says who, what, when and from where`() async throws {
        let application = try await world.registeredApplication(isApproved: false)
        let entry = try #require(try await world.ledger().last)
        #expect(entry.action == "application.registered")
        #expect(entry.actor == "partner:\(world.partner.account.id)")
        #expect(entry.object == application.id)
        #expect(entry.at == world.clock.now)
        #expect(entry.address == "192.0.2.7" && entry.reference == "01JD-7F3K-Q2")
        #expect(entry.detail.contains("company_name=Acme Rentals"))
    }

    @Test func `no secret is ever in it`() async throws {
        let application = try await world.registeredApplication()
        let code = try await world.code(for: application)
        let tokens = try await world.client(application).redeem(code: code)
        let secrets = [
            code, application.secret?.plaintext, tokens.accessToken.plaintext, tokens.refreshToken?.plaintext,
            TestRegistry.password,
        ].compactMap { $0 }
        for entry in try await world.ledger() {
            let text = [entry.actor, entry.object, entry.detail, entry.reference].joined(separator: " ")
            for secret in secrets { #expect(!text.contains(secret)) }
        }
    }

    @Test func `without its entry nothing is done`() async throws {
        let application = try await world.registeredApplication()
        let client = try await world.client(application)
        let (code, waiting) = (try await world.code(for: application), try await world.request(application))
        let ticket = try await world.customer.remember(waiting, query: "").plaintext
        try await world.database.write("ALTER TABLE ledger RENAME TO elsewhere", .directory)
        await #expect(throws: DatabaseFault.self) {
            try await world.registeredApplication("Borrowed Cranes", isApproved: false)
        }
        await #expect(throws: DatabaseFault.self) { try await client.redeem(code: code) }
        await #expect(throws: DatabaseFault.self) {
            try await world.partner.addRedirectURI("https://acme.example/other", to: application.application)
        }
        await #expect(throws: DatabaseFault.self) { try await world.customer.answer(ticket, .allow) }
        try await world.database.write("ALTER TABLE elsewhere RENAME TO ledger", .directory)

        #expect(try await world.theOperator.applications().count == 1)
        #expect(try await world.current(application).redirectURIs.count == 1)
        _ = try await client.redeem(code: code)
        #expect(try await world.customer.answer(ticket, .allow).answer?.code != nil)
    }

    @Test func `an untouched chain is complete`() async throws {
        _ = try await world.tokens(for: try await world.registeredApplication())
        let count = try await world.ledger().count
        #expect(count > 5)
        #expect(try await world.theOperator.verifyLedger() == .complete(entries: count))
    }

    @Test(
        arguments: [
            "UPDATE ledger SET actor = 'operator' WHERE sequence = 3",
            "UPDATE ledger SET hash = hash WHERE sequence = 3",
            "DELETE FROM ledger WHERE sequence = 3",
            "DELETE FROM ledger",
        ] as [StaticString]
    )
    func `the application itself can neither change nor remove an entry`(change: StaticString) async throws {
        _ = try await world.tokens(for: try await world.registeredApplication())
        let count = try await world.ledger().count
        await #expect(throws: DatabaseFault.self) {
            try await world.database.write(SQL(stringLiteral: change), .tenant(world.tenant.id))
        }
        #expect(try await world.theOperator.verifyLedger() == .complete(entries: count))
    }

    @Test func `the ledger of a tenant that goes, goes with its head`() async throws {
        let tenant = world.tenant.id
        try await world.database.transaction(.tenant(tenant)) { transaction in
            try transaction.send("DELETE FROM ledger_heads WHERE tenant = \(tenant)")
            try transaction.send("DELETE FROM ledger WHERE tenant = \(tenant)")
        }
        #expect(try await world.ledger().isEmpty)
    }

    @Test func `a ledger cut off together with its head is known by an entry that was noted`() async throws {
        let (tenant, access) = (world.tenant.id, world.theOperator)
        let head = try #require(try await access.mark(at: try await world.ledger().count))
        let row = try await world.database.read("SELECT sequence, hash FROM ledger_heads", .tenant(tenant))
        let old = (sequence: try row[0].integer(0), hash: try row[0].bytes(1))
        _ = try await world.tokens(for: try await world.registeredApplication())
        let last = try #require(try await access.mark(at: try await world.ledger().count))
        #expect(try await access.mark(at: head.sequence) == head)
        try await world.tamper(
            with: world.tenant,
            [
                "DELETE FROM ledger WHERE tenant = \(tenant) AND sequence > \(old.sequence)",
                """
                UPDATE ledger_heads SET sequence = \(old.sequence), hash = \(old.hash) WHERE tenant = \(tenant)
                """,
            ]
        )
        #expect(try await access.verifyLedger() == .complete(entries: old.sequence))
        #expect(try await access.mark(at: head.sequence) == head)
        #expect(try await access.mark(at: last.sequence) != last)
        #expect(LedgerMark(last.text) == last)
    }

    @Test(
        arguments: [
            "UPDATE ledger SET actor = 'operator' WHERE sequence = 3",
            "UPDATE ledger SET action = 'session.ended' WHERE sequence = 3",
            "UPDATE ledger SET object = 'acc_x' WHERE sequence = 3",
            "UPDATE ledger SET detail = detail || 'x' WHERE sequence = 3",
            "UPDATE ledger SET at = at + 1 WHERE sequence = 3",
            "UPDATE ledger SET address = '192.0.2.8' WHERE sequence = 3",
            "UPDATE ledger SET reference = 'x' WHERE sequence = 3",
            "UPDATE ledger SET hash = (SELECT hash FROM ledger WHERE sequence = 1) WHERE sequence = 3",
            "UPDATE ledger SET actor = 'x' WHERE sequence > 2",
            "DELETE FROM ledger WHERE sequence = 3",
            "DELETE FROM ledger WHERE sequence > 2",
        ] as [StaticString]
    )
    func `checking names the first entry that was touched or removed`(tampering: StaticString) async throws {
        _ = try await world.tokens(for: try await world.registeredApplication())
        try await world.tamper(with: world.tenant, [SQL(stringLiteral: tampering)])
        #expect(try await world.theOperator.verifyLedger() == .broken(sequence: 3))
    }

    @Test func `checking names entries that changed places`() async throws {
        _ = try await world.tokens(for: try await world.registeredApplication())
        try await world.tamper(
            with: world.tenant,
            [
                "UPDATE ledger SET sequence = 1000 WHERE sequence = 4",
                "UPDATE ledger SET sequence = 4 WHERE sequence = 5",
                "UPDATE ledger SET sequence = 5 WHERE sequence = 1000",
            ]
        )
        #expect(try await world.theOperator.verifyLedger() == .broken(sequence: 4))
    }

    @Test func `checking notices that the last entries are missing`() async throws {
        _ = try await world.tokens(for: try await world.registeredApplication())
        let last = try await world.ledger().count
        try await world.tamper(with: world.tenant, ["DELETE FROM ledger WHERE sequence = \(last)"])
        #expect(try await world.theOperator.verifyLedger() == .broken(sequence: last))
    }

    @Test func `an entry put in between is noticed`() async throws {
        let last = try await world.ledger().count
        try await world.database.transaction(.tenant(world.tenant.id)) { transaction in
            _ = try transaction.run(
                """
                INSERT INTO ledger (tenant, sequence, at, actor, action, object, detail, address, reference, hash)
                SELECT tenant, \(last + 1), at, actor, action, object, detail, address, reference, hash
                FROM ledger WHERE sequence = 2
                """
            )
        }
        #expect(try await world.theOperator.verifyLedger() == .broken(sequence: last + 1))
    }

    @Test func `it can be checked beyond one page of entries`() async throws {
        let (application, partner) = (try await world.registeredApplication().application, world.partner)
        _ = await atOnce(520) { try await partner.setTestAccounts([], of: application) }
        let count = try await world.ledger().count
        #expect(count > 520)
        #expect(try await world.theOperator.verifyLedger() == .complete(entries: count))
        try await world.tamper(with: world.tenant, ["DELETE FROM ledger WHERE sequence = 515"])
        #expect(try await world.theOperator.verifyLedger() == .broken(sequence: 515))
    }

    @Test func `each tenant has a ledger of its own`() async throws {
        let name = try #require(TenantName("quayside"))
        let other = try await world.registry.importTenant(try .harbour(), as: name)
        let before = try await world.ledger().count
        _ = try await world.registry.newPartner("dana@acme.example", at: other)
        #expect(try await world.ledger().count == before)
        let theirs = world.registry.operatorAccess(to: other)
        #expect(try await theirs.ledger(after: 0, limit: 100).map(\.sequence) == [1, 2, 3])
        try await world.tamper(
            with: other,
            ["UPDATE ledger SET actor = 'x' WHERE tenant = \(other.id) AND sequence = 2"]
        )
        #expect(try await theirs.verifyLedger() == .broken(sequence: 2))
        #expect(try await world.theOperator.verifyLedger() == .complete(entries: before))
    }

    @Test func `many acts at once leave one unbroken chain`() async throws {
        let application = try await world.registeredApplication().application
        let partner = world.partner
        let before = try await world.ledger().count
        _ = await atOnce(40) { try await partner.setTestAccounts([], of: application) }
        #expect(try await world.ledger().count == before + 40)
        let count = try await world.ledger().count
        #expect(try await world.theOperator.verifyLedger() == .complete(entries: count))
    }
}
