import FoundationEssentials

/// Deleting a tenant for good: every row of it, its pictures and its ledger among them (MT-07).
///
/// Only one that is disabled, so that nobody is at it. Its number is never given to another, whom a server that had not
/// heard of it yet might take for this one; its name is free.

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
                guard try transaction.holdDisabled(tenant) else { throw TenantNotDisabled() }
                for table in Schema.ofTenants.reversed() {
                    try transaction.send("DELETE FROM \(table.name) WHERE tenant = \(tenant)")
                }
                try transaction.forget(tenant, at: now)
            }
        }
        registry.announceTenants()
    }
}

// MARK: - How it is kept

extension Connection {
    /// Keeps others from enabling a tenant until the transaction ends; no where it is not disabled.
    fileprivate func holdDisabled(_ tenant: TenantID) throws -> Bool {
        try !run(
            """
            UPDATE tenants SET disabled_at = disabled_at WHERE id = \(tenant) AND disabled_at IS NOT NULL
            RETURNING id
            """
        ).isEmpty
    }

    fileprivate func forget(_ tenant: TenantID, at now: Date) throws {
        try send("DELETE FROM tenant_hosts WHERE tenant = \(tenant)")
        try send("INSERT INTO former_tenants (id, deleted_at) VALUES (\(tenant), \(now))")
        try send("DELETE FROM tenants WHERE id = \(tenant)")
    }
}
