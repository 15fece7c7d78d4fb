import FoundationEssentials
import Support
import Testing

@testable import Registry

@Suite("Keeping its owners")
struct KeepingItsOwners {
    let world: TestRegistry
    let application: OwnedApplication

    /// Dana, who registered it.
    let dana: MemberAccess

    init() async throws {
        world = try await TestRegistry { $0.policy.review = .open }
        application = try await world.registeredApplication(isApproved: false)
        dana = try await world.partner.member(of: application.id)
    }

    /// Somebody who becomes an owner a minute after what was before.
    private func nextOwner(_ email: String = "lee@cranes.example") async throws -> MemberAccess {
        world.clock.advance(by: .seconds(60))
        let owner = try await world.member(email, as: .owner, of: application)
        world.clock.advance(by: .seconds(60))
        return owner
    }

    private func member(_ access: MemberAccess) async throws -> Member {
        try #require(try await access.team().member(access.account.id.text))
    }

    /// Whether Dana stays an owner, whoever tries what.
    private func expectDanaStays(_ lee: MemberAccess, _ refusal: TeamRefusal) async throws {
        let person = try await member(dana)
        await #expect(throws: refusal) { try await dana.leave() }
        for owner in [dana, lee] {
            await #expect(throws: refusal) { try await owner.change(person, to: .developer) }
            await #expect(throws: refusal) { try await owner.remove(person) }
        }
        #expect(try await member(dana).role == .owner)
    }

    @Test func `what was approved stays with somebody who owned it then`() async throws {
        try await world.theOperator.approve(application.id)
        let lee = try await nextOwner()
        try await expectDanaStays(lee, .lastApprovedOwner)
        #expect(try await world.current(application).isApproved)
        let second = try await nextOwner("sam@acme.example")
        try await lee.leave()
        try await dana.remove(try await member(second))
    }

    @Test func `whoever owned it when a change was approved is enough`() async throws {
        try await world.theOperator.approve(application.id)
        let lee = try await nextOwner()
        try await world.database.write(
            """
            UPDATE applications SET approved_at = \(world.clock.now)
            WHERE tenant = \(world.tenant.id) AND id = \(application.id)
            """,
            .tenant(world.tenant.id)
        )
        try await dana.leave()
        await #expect(throws: TeamRefusal.lastOwner) { try await lee.leave() }
    }

    @Test func `whoever was in the team before, and an owner only since, is not enough`() async throws {
        let lee = try await world.member("lee@cranes.example", as: .developer, of: application)
        try await world.theOperator.approve(application.id)
        world.clock.advance(by: .seconds(60))
        try await dana.change(try await member(lee), to: .owner)
        await #expect(throws: TeamRefusal.lastApprovedOwner) { try await dana.leave() }
        try await dana.change(try await member(lee), to: .viewer)
        try await dana.change(try await member(lee), to: .owner)
        await #expect(throws: TeamRefusal.lastApprovedOwner) { try await dana.leave() }
    }

    @Test func `what is suspended or frozen stays with somebody who owned it before`() async throws {
        _ = try await world.theOperator.suspend(application.id, reason: "Abuse")
        let lee = try await nextOwner()
        try await expectDanaStays(lee, .stays(.suspended))
        _ = try await world.theOperator.resume(application.id)
        for name in ["a", "b", "c"] {
            let somebody = try await world.registry.newCustomer("\(name)@x.example", at: world.tenant)
            _ = try await somebody.report(application.application, for: .pretends, "")
        }
        let sam = try await nextOwner("sam@acme.example")
        try await lee.leave()
        try await expectDanaStays(sam, .stays(.frozen))
    }

    @Test func `a suspension does not make an owner of the approval`() async throws {
        try await world.theOperator.approve(application.id)
        _ = try await nextOwner()
        _ = try await world.theOperator.suspend(application.id, reason: "Abuse")
        await #expect(throws: TeamRefusal.stays(.suspended)) { try await dana.leave() }
    }

    @Test func `nobody is held where nobody decided anything`() async throws {
        let lee = try await nextOwner()
        try await dana.leave()
        #expect(try await member(lee).role == .owner)
    }

    @Test func `it goes by transfer, which ends the approval, and then the next owner is held to theirs`()
        async throws
    {
        try await world.theOperator.approve(application.id)
        let lee = try await nextOwner()
        try await dana.offer(to: lee.account.email, .leaves)
        let link = try #require(
            try await world.letters().compactMap {
                if case .transferOffered(_, _, let link) = $0 { link } else { nil }
            }.last
        )
        _ = try await lee.partner.takeOver(link)
        #expect(try await !world.current(application).isApproved)
        #expect(try await lee.team().members.count == 1)
    }

    @Test func `owners of before it was kept own it since they joined`() async throws {
        let database = try await TestDatabase.makeEmpty()
        let before = Schema.migrations.prefix { $0.name != "since when owners own" }
        try await migrate(database, Array(before))
        let tenant = TenantID(number: 1)
        try await database.transaction(.directory) {
            try $0.run(
                """
                INSERT INTO tenants (id, name, settings, created_at, updated_at) VALUES (1, 'one', '{}', 1, 1)
                """
            )
        }
        try await database.transaction(.tenant(tenant)) { transaction in
            for (name, role) in [("dana", "owner"), ("lee", "developer")] {
                let email = "\(name)@acme.example"
                try transaction.run(
                    """
                    INSERT INTO accounts (tenant, id, role, email, name, organisation, password, created_at)
                    VALUES (\(tenant), \(name), 'partner', \(email), 'Dana', '', '', 1)
                    """
                )
                if role == "owner" { try arrangeApplication(of: name, tenant, in: transaction) }
                try transaction.run(
                    """
                    INSERT INTO members (tenant, application, account, role, joined_at)
                    VALUES (\(tenant), 'app', \(name), \(role), 7)
                    """
                )
            }
        }
        try await migrate(database, Schema.migrations)
        let since = try await database.read(.tenant(tenant)) {
            try $0.run("SELECT owner_since FROM members WHERE tenant = \(tenant) ORDER BY account")
        }.map { try $0.optionalInteger(0) }
        #expect(since == [7, nil])
    }

    private func arrangeApplication(
        of owner: String,
        _ tenant: TenantID,
        in transaction: any Connection
    ) throws {
        try transaction.run(
            """
            INSERT INTO applications
                (tenant, id, owner, ticket, company_name, kind, scopes, revision, created_at)
            VALUES (\(tenant), 'app', \(owner), 't', 'Acme', 'confidential', '', 1, 7)
            """
        )
    }
}
