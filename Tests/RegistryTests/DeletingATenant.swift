import Registry
import Support
import Testing

@Suite("Deleting a tenant")
struct DeletingATenant {
    let world: TestRegistry
    init() async throws { world = try await TestRegistry { $0.hosts = ["api.harbour.example"] } }

    /// How many rows the database has of a tenant in every table that its catalogue lists with a tenant.
    private func rows(of tenant: Tenant) async throws -> Int {
        let catalogue: SQL =
            TestDatabase.isPostgres
            ? """
            SELECT table_name FROM information_schema.columns
            WHERE table_schema = current_schema() AND column_name = 'tenant'
            """
            : """
            SELECT m.name FROM sqlite_master m JOIN pragma_table_info(m.name) c ON c.name = 'tenant'
            WHERE m.type = 'table'
            """
        let known = Dictionary(uniqueKeysWithValues: Schema.ofTenants.map { ($0.name.description, $0.name) })
        return try await world.database.read(.tenant(tenant.id)) { connection in
            let names = try connection.run(catalogue).map { try $0.text(0) }.filter { $0 != "tenant_hosts" }
            #expect(Set(names) == Set(known.keys))
            return try names.compactMap { known[$0] }.reduce(0) { sum, table in
                let count = try connection.run("SELECT count(*) FROM \(table) WHERE tenant = \(tenant.id)")
                return sum + (try count.first?.integer(0) ?? 0)
            }
        }
    }

    /// Somebody's application with customers, tokens, letters, a picture and a ledger.
    private func fill() async throws {
        let application = try await world.registeredApplication()
        _ = try await world.tokens(for: application)
        _ = try await world.code(for: application)
        let ada = try await world.admin("ada@harbour.example")
        _ = try await ada.suspend(application.application, reason: "Traffic")
        let email = try #require(EmailAddress("dana@acme.example"))
        try await world.registry.askForNewPassword(
            email,
            as: .partner,
            at: world.tenant,
            from: TestRegistry.provenance
        )
    }

    @Test func `nothing of a disabled tenant is left, and nothing of another is missing`() async throws {
        let name = try #require(TenantName("quay"))
        let quay = try await world.registry.importTenant(.harbour(), as: name)
        _ = try await world.registry.newCustomer("kim@northfield.example", at: quay)
        try await fill()
        let (ours, theirs) = (try await rows(of: world.tenant), try await rows(of: quay))
        #expect(ours > 30)
        let counted = try await world.theOperator.rowCounts().map(\.rows).reduce(0, +)
        #expect(counted == ours)

        await #expect(throws: TenantNotDisabled.self) { try await world.theOperator.deleteTenant() }
        #expect(try await rows(of: world.tenant) >= ours)
        try await world.theOperator.disableTenant()
        try await world.theOperator.deleteTenant()
        #expect(try await rows(of: world.tenant) == 0)
        #expect(try await rows(of: quay) == theirs)
        #expect(try await world.registry.tenant(named: "harbour") == nil)
        #expect(try await world.registry.tenants().map(\.name.text) == ["quay"])
    }

    @Test func `its name is free, and its number is nobody's any more`() async throws {
        try await world.theOperator.disableTenant()
        try await world.theOperator.deleteTenant()
        let name = try #require(TenantName("harbour"))
        let again = try await world.registry.importTenant(.harbour(), as: name)
        #expect(again.id != world.tenant.id && again.disabledAt == nil)
        _ = try await world.registry.newCustomer("kim@northfield.example", at: again)
    }

    @Test func `one whose deletion was interrupted is gone for everybody, and the sweep deletes the rest`()
        async throws
    {
        try await fill()
        let rowsBefore = try await rows(of: world.tenant)
        try await world.theOperator.disableTenant()
        let deletion = Task { [world] in
            withUnsafeCurrentTask { $0?.cancel() }
            try await world.theOperator.deleteTenant()
        }
        await #expect(throws: TenantRowsLeft.self) { try await deletion.value }
        #expect(try await rows(of: world.tenant) >= rowsBefore)
        #expect(try await world.registry.tenants().isEmpty)
        #expect(try await world.registry.tenantIDs().isEmpty)
        let name = try #require(TenantName("harbour"))
        let again = try await world.registry.importTenant(
            .harbour { $0.hosts = ["api.harbour.example"] },
            as: name
        )
        #expect(again.id != world.tenant.id)

        _ = try await world.registry.sweep(batch: "10")
        #expect(try await rows(of: world.tenant) == 0)
        let left = try await world.database.read("SELECT id FROM tenants", .directory)
        #expect(try left.map { try $0.integer(0) } == [again.id.number])
    }

    @Test func `several servers that delete the same at once leave nothing of it`() async throws {
        try await fill()
        try await world.theOperator.disableTenant()
        try await withThrowingTaskGroup(of: Void.self) { [world] group in
            group.addTask { try await world.theOperator.deleteTenant() }
            for batch: BatchSize in ["1", "2", "3"] {
                group.addTask { _ = try await world.registry.sweep(batch: batch) }
            }
            try await group.waitForAll()
        }
        #expect(try await rows(of: world.tenant) == 0)
        await #expect(throws: TenantNotDisabled.self) { try await world.theOperator.deleteTenant() }
        try await world.theOperator.enableTenant()
        #expect(try await rows(of: world.tenant) == 0)
    }
}
