import FoundationEssentials

/// Deleting a tenant for good: every row of it, its pictures and its ledger among them (MT-07).
///
/// Only one that is disabled, so that nobody is at it. It is gone for everybody at once, and its name is free; its rows
/// go a batch at a time, for which nobody waits long. What a server that stops leaves, the sweep of the next one deletes.
/// Its number is never given to another, whom a server that had not heard of it yet might take for this one.

/// The tenant works; it has to be disabled before.
package struct TenantNotDisabled: Error {}

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

    /// Throws ``TenantNotDisabled``.
    package func deleteTenant() async throws {
        // What was noted of its last requests would come after it.
        try await registry.writeLastUses()
        try await registry.writeActivity()
        let (tenant, now) = (tenant.id, registry.clock())
        try await registry.recentReads.changing {
            try await registry.database.transaction(.tenant(tenant)) { transaction in
                guard try transaction.forget(tenant, at: now) else { throw TenantNotDisabled() }
            }
        }
        registry.announceTenants()
        try await registry.deleteRows(of: tenant)
    }
}

extension ApplicationRegistry {
    /// Goes on with tenants whose deletion was interrupted.
    func deleteForgottenTenants(upTo batch: Int) async throws {
        for tenant in try await database.read(.directory, { try $0.forgottenTenants() }) {
            try await deleteRows(of: tenant, upTo: batch)
        }
    }

    /// Deletes all that is left of a tenant that is forgotten, up to `batch` rows at a time.
    ///
    /// Ends early where the task is cancelled.
    fileprivate func deleteRows(of tenant: TenantID, upTo batch: Int = 500) async throws {
        var deleted = batch
        while deleted == batch, !Task.isCancelled {
            deleted = try await database.transaction(.tenant(tenant)) { transaction in
                let deleted = try transaction.deleteRows(of: tenant, upTo: batch)
                if deleted < batch { try transaction.send("DELETE FROM tenants WHERE id = \(tenant)") }
                return deleted
            }
        }
    }
}

// MARK: - How it is kept

extension Connection {
    /// Takes from a disabled tenant what it is found by; no where it is not disabled.
    ///
    /// Its row stays as long as others refer to it, under a name that no tenant can have.
    fileprivate func forget(_ tenant: TenantID, at now: Date) throws -> Bool {
        let forgotten = try run(
            """
            UPDATE tenants SET name = 'deleted ' || id WHERE id = \(tenant) AND disabled_at IS NOT NULL
            RETURNING id
            """
        )
        if forgotten.isEmpty { return false }
        try send("DELETE FROM tenant_hosts WHERE tenant = \(tenant)")
        try send("INSERT INTO former_tenants (id, deleted_at) VALUES (\(tenant), \(now))")
        return true
    }

    fileprivate func forgottenTenants() throws -> [TenantID] {
        try run("SELECT id FROM tenants WHERE id IN (SELECT id FROM former_tenants)").map {
            TenantID(number: try $0.integer(0))
        }
    }

    /// From what refers to others to what is referred to; says how many rows that were.
    fileprivate func deleteRows(of tenant: TenantID, upTo batch: Int) throws -> Int {
        try Schema.ofTenants.reversed().reduce(0) { deleted, table in
            if deleted == batch { return deleted }
            let key = table.key.count > 1 ? Array(table.key.dropFirst()) : table.key
            let removal = Removal("\(table.name)", SQL.list(key), where: "1 = 1")
            return try deleted + run(removal.deletion(upTo: batch - deleted, of: tenant)).count
        }
    }
}
