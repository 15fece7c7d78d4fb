import FoundationEssentials

/// Deleting a tenant for good: every row of it, its pictures and its ledger among them (MT-07).
///
/// Only one that is disabled, so that nobody is at it. It is gone for everybody at once, and its name is free; its rows
/// go a batch at a time, for which nobody waits long. What a server that stops leaves, the sweep of the next one deletes.
/// Its number is never given to another, whom a server that had not heard of it yet might take for this one.

/// The tenant works; it has to be disabled before.
package struct TenantNotDisabled: Error {}

/// The tenant is gone, but not all of its rows are; a running server deletes them within a minute.
package struct TenantRowsLeft: Error {
    package let cause: any Error
}

extension OperatorAccess {
    /// How many rows each table has of this tenant, of those that have any.
    package func rowCounts() async throws -> [(table: String, rows: Int)] {
        let tenant = tenant.id
        return try await registry.database.read(.tenant(tenant)) { connection in
            try Schema.ofTenants.map { table in
                let count = try connection.run("SELECT count(*) FROM \(table.name) WHERE tenant = \(tenant)")
                return (table.name.description, try count.first?.integer(0) ?? 0)
            }.filter { $0.1 > 0 }
        }
    }

    /// Says how many rows that were; throws ``TenantNotDisabled`` or ``TenantRowsLeft``.
    @discardableResult
    package func deleteTenant() async throws -> Int {
        // What was noted of its last requests would come after it.
        try await registry.writeLastUses()
        try await registry.writeActivity()
        let (tenant, now) = (tenant, registry.clock())
        try await registry.recentReads.changing {
            try await registry.database.transaction(.tenant(tenant.id)) { transaction in
                guard try transaction.forget(tenant, at: now) else { throw TenantNotDisabled() }
            }
        }
        registry.announceTenants()
        do {
            var rows = 0
            try Task.checkCancellation()
            while let deleted = try await registry.deleteRows(of: tenant.id) {
                rows += deleted
                try Task.checkCancellation()
            }
            return rows
        } catch {
            throw TenantRowsLeft(cause: error)
        }
    }
}

extension ApplicationRegistry {
    /// Those whose deletion was interrupted, or is under way.
    func forgottenTenants() async throws -> [TenantID] {
        try await database.read(
            "SELECT id FROM tenants WHERE id IN (SELECT id FROM former_tenants)",
            .directory
        ).map { TenantID(number: try $0.integer(0)) }
    }

    /// Deletes the next rows of a tenant that is forgotten; says how many, and nil once nothing of it is left.
    func deleteRows(of tenant: TenantID, upTo batch: BatchSize = .usual) async throws -> Int? {
        try await database.transaction(.tenant(tenant)) { transaction in
            guard try transaction.hold(forgotten: tenant) else { return nil }
            let deleted = try transaction.deleteRows(of: tenant, upTo: batch)
            if deleted == 0 { try transaction.send("DELETE FROM tenants WHERE id = \(tenant)") }
            return deleted
        }
    }
}

// MARK: - How it is kept

extension Connection {
    /// Takes from a disabled tenant what it is found by; no where it is not disabled, or gone.
    ///
    /// Its row stays as long as others refer to it, under a name that no tenant can have.
    fileprivate func forget(_ tenant: Tenant, at now: Date) throws -> Bool {
        let forgotten = try run(
            """
            UPDATE tenants SET name = 'deleted ' || id
            WHERE id = \(tenant.id) AND name = \(tenant.name) AND disabled_at IS NOT NULL RETURNING id
            """
        )
        if forgotten.isEmpty { return false }
        try send("DELETE FROM tenant_hosts WHERE tenant = \(tenant.id)")
        try send("INSERT INTO former_tenants (id, deleted_at) VALUES (\(tenant.id), \(now))")
        return true
    }

    /// Keeps other processes from deleting its rows until the transaction ends; no where all of them are gone.
    fileprivate func hold(forgotten tenant: TenantID) throws -> Bool {
        try !run(
            """
            UPDATE tenants SET disabled_at = disabled_at
            WHERE id = \(tenant) AND id IN (SELECT id FROM former_tenants) RETURNING id
            """
        ).isEmpty
    }

    /// From what refers to others to what is referred to; says how many rows that were.
    fileprivate func deleteRows(of tenant: TenantID, upTo batch: BatchSize) throws -> Int {
        try Schema.ofTenants.reversed().reduce(0) { deleted, table in
            if deleted >= batch.rows { return deleted }
            return try deleted + remove(Removal(all: table), upTo: batch, of: tenant)
        }
    }
}
