import FoundationEssentials
import Registry
import Support
import Testing

@Suite("Stopping an application")
struct StoppingAnApplication {
    let world: TestRegistry
    let application: OwnedApplication
    init() async throws {
        world = try await TestRegistry()
        application = try await world.registeredApplication()
    }

    @Test func `a suspension stops codes, tokens and secrets, and a resumption brings all of them back`()
        async throws
    {
        let code = try await world.code(for: application)
        let tokens = try await world.tokens(for: application)
        let client = try await world.client(application)
        try await world.theOperator.suspend(application.id, reason: "Unusual traffic")
        await #expect(throws: ClientRefusal.self) { try await world.client(application) }
        await #expect(throws: TokenRefusal.self) {
            try await client.refresh(tokens)
        }
        #expect(try await introspects(tokens) == false)
        await #expect(throws: RecipientRefusal.self) { try await world.request(application) }

        try await world.theOperator.resume(application.id)
        #expect(try await introspects(tokens))
        _ = try await client.redeem(code: code)
    }

    @Test func `the partner reads reason and reference, and nobody but administrators the note`() async throws
    {
        let ada = try await world.admin("ada@harbour.example")
        let reference = try await ada.suspend(
            application.application,
            reason: "Unusual traffic",
            note: "See #12"
        )
        #expect(reference.utf8.count == 6 && reference.hasPrefix("S-"))
        let suspension = try #require(try await world.current(application).suspension)
        #expect(suspension.reason == "Unusual traffic" && suspension.reference == reference)
        #expect(try await ada.subject(application.id)?.suspensionNote == "See #12")
        try await ada.resume(application.application)
        #expect(try await world.current(application).isApproved)
    }

    @Test func `a deletion by its owner ends everything at once`() async throws {
        let tokens = try await world.tokens(for: application)
        let server = try await world.registeredApplication("Fleet Watch", kind: .resourceServer)
        let asking = try await world.client(server)
        try await world.partner.member(of: application.id).delete()
        #expect(try await asking.introspect(tokens.accessToken.plaintext) == nil)
        await #expect(throws: ClientRefusal.self) { try await world.client(application) }
        await #expect(throws: RecipientRefusal.self) { try await world.request(application) }
        await #expect(throws: OperatorRefusal.self) { try await world.current(application) }
        #expect(try await world.customer.grants().isEmpty)
        #expect(
            try await world.partner.applications().allSatisfy { $0.application.id.text != application.id }
        )
        #expect(try await world.ledger().last?.action == "application.deleted")
    }

    @Test func `of a deleted application the names stay, for the audit log, and nothing its owner said`()
        async throws
    {
        var form = ApplicationForm()
        (form.companyName, form.website, form.ticket) = ("Northern Lights", "https://acme.example", "t")
        let draft = try ApplicationDraft(form, logo: LogoDigest("0123456789abcdef"), at: world.tenant)
        let id = try await world.partner.register(draft).application.id
        try await world.partner.member(of: id.text).delete()
        let tenant = world.tenant.id
        let rows = try await world.database.read(.tenant(tenant)) { connection in
            try connection.run(
                "SELECT logo, website FROM applications WHERE tenant = \(tenant) AND id = \(id)"
            ).map { [try $0.optionalText(0), try $0.optionalText(1)] }
        }
        #expect(rows == [[nil, nil]])
        var filter = AuditFilter()
        filter.object = id.text
        let ada = try await world.admin("ada@harbour.example")
        let log = try await ada.audit(filter, before: nil, limit: 10)
        #expect(log.map(\.entry.action) == ["application.deleted", "application.registered"])
        #expect(log.allSatisfy { $0.objectName == "Northern Lights" })
    }

    @Test func `its customers keep its name, what they were shown and when it ended`() async throws {
        _ = try await world.tokens(for: application)
        let grant = try #require(try await world.customer.grants().first)
        world.clock.advance(by: .seconds(60))
        try await world.partner.member(of: application.id).delete()
        let kept = try #require(try await world.customer.allGrants().first)
        #expect(kept.application.displayName == application.application.displayName)
        #expect(kept.endedAt == world.clock.now)
        let steps = try await world.customer.history(of: grant)
        #expect(steps.map(\.kind) == [.ended, .allowed])
        #expect(steps.first?.at == world.clock.now && steps.last?.hasReceipt == true)
    }

    @Test func `more consents than go at once are over at once, and the sweep gives each its last step`()
        async throws
    {
        _ = try await world.tokens(for: application)
        let grant = try #require(try await world.customer.grants().first)
        try await multiply(grant, by: 1200)
        world.clock.advance(by: .seconds(60))
        let deletedAt = world.clock.now
        try await world.partner.member(of: application.id).delete()
        #expect(try await world.ledger().last?.detail.contains("1201") == true)
        #expect(try await count("grants", where: "ended_at IS NULL") > 500)
        #expect(try await world.customer.grants().isEmpty)
        #expect(try await world.customer.allGrants().first?.endedAt == deletedAt)
        #expect(try await world.customer.ended(grant.id) != nil)
        #expect(try await world.partner.applications().isEmpty)

        world.clock.advance(by: .seconds(60))
        try await sweepAllAtOnce()
        #expect(try await count("grants", where: "ended_at IS NULL") == 0)
        #expect(try await count("consent_records", where: "step = 'ended' AND at = \(deletedAt)") == 1201)
        #expect(try await world.customer.allGrants().first?.endedAt == deletedAt)
        #expect(try await world.customer.history(of: grant).map(\.kind) == [.ended, .allowed])
    }

    @Test func `an administrator deletes only what nobody is connected to`() async throws {
        _ = try await world.tokens(for: application)
        let ada = try await world.admin("ada@harbour.example")
        await #expect(throws: DeletionRefusal.stillConnected(1)) {
            try await ada.delete(application.application)
        }
        for grant in try await world.customer.grants() { try await world.customer.disconnect(grant) }
        try await ada.delete(application.application)
        await #expect(throws: OperatorRefusal.self) { try await world.current(application) }
    }

    @Test func `only an owner may delete`() async throws {
        let developer = try await world.member("lee@acme.example", as: .developer, of: application)
        await #expect(throws: MemberRefusal.self) { try await developer.delete() }
        #expect(try await world.current(application).isApproved)
    }

    /// As if so many more customers had allowed the same.
    private func multiply(_ grant: ConsentGrant, by count: Int) async throws {
        let tenant = world.tenant.id
        let numbers: SQL =
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < \(count))"
        try await world.database.transaction(.tenant(tenant)) { [customer = world.customer.account.id] in
            try $0.run(
                """
                INSERT INTO accounts (tenant, id, role, email, name, organisation, password, created_at)
                """ + " " + numbers + " " + """
                    SELECT tenant, id || i, role, i || email, name, organisation, password, created_at
                    FROM accounts, n WHERE tenant = \(tenant) AND id = \(customer)
                    """
            )
            try $0.run(
                """
                INSERT INTO grants (tenant, id, customer, application, scopes, redirect_uri, revision, granted_at,
                    changed_at)
                """ + " " + numbers + " " + """
                    SELECT tenant, 'gr_0' || i, customer || i, application, scopes, redirect_uri, revision, granted_at,
                        changed_at
                    FROM grants, n WHERE tenant = \(tenant) AND id = \(grant.id)
                    """
            )
        }
    }

    /// As several servers might, each of which believes that it is its turn.
    private func sweepAllAtOnce() async throws {
        try await withThrowingTaskGroup(of: Void.self) { [registry = world.registry] group in
            for _ in 1...3 { group.addTask { _ = try await registry.sweep(batch: "100") } }
            try await group.waitForAll()
        }
    }

    private func count(_ table: SchemaName, where condition: SQL) async throws -> Int {
        let tenant = world.tenant.id
        let rows = try await world.database.read(
            "SELECT count(*) FROM \(table) WHERE tenant = \(tenant) AND " + condition,
            .tenant(tenant)
        )
        return try rows.first?.integer(0) ?? 0
    }

    private func introspects(_ tokens: IssuedTokens) async throws -> Bool {
        let server = try await world.registeredApplication("Fleet Watch", kind: .resourceServer)
        return try await world.client(server).introspect(tokens.accessToken.plaintext) != nil
    }
}
