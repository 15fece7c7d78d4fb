import FoundationEssentials

/// Shutting a whole tenant until it is opened again: nobody is answered, and nothing is deleted (MT-07).
///
/// What waited for somebody's answer or to be redeemed is over. Sessions, tokens and everything else are as they were
/// once the tenant is enabled.

extension OperatorAccess {
    /// Says nothing where it is disabled already.
    package func disableTenant() async throws {
        try await changeTenant { transaction, record, now in
            guard try transaction.disable(tenant, at: now) else { return }
            try transaction.holdLedger(of: tenant.id)
            try transaction.endWhatWaits(tenant: tenant.id, at: now)
            try record(.tenantDisabled, tenant.name.text, [])
        }
    }

    /// Says nothing where it is not disabled.
    ///
    /// What a server gave that had not heard of it yet is over too.
    package func enableTenant() async throws {
        try await changeTenant { transaction, record, now in
            guard try transaction.enable(tenant) else { return }
            try transaction.holdLedger(of: tenant.id)
            try transaction.endWhatWaits(tenant: tenant.id, at: now)
            try record(.tenantEnabled, tenant.name.text, [])
        }
    }

    private func changeTenant(
        _ change: @escaping @Sendable (any Connection, ApplicationRegistry.Record, Date) throws -> Void
    ) async throws {
        try await registry.changePeople(of: tenant, by: actor, from: provenance, change)
        registry.announceTenants()
    }
}

// MARK: - How it is kept

extension Connection {
    /// Says whether it was not disabled before.
    fileprivate func disable(_ tenant: Tenant, at now: Date) throws -> Bool {
        try !run(
            """
            UPDATE tenants SET disabled_at = \(now)
            WHERE id = \(tenant.id) AND name = \(tenant.name) AND disabled_at IS NULL RETURNING id
            """
        ).isEmpty
    }

    /// Says whether it was disabled before; no of one that has been deleted since, whose name is another's.
    fileprivate func enable(_ tenant: Tenant) throws -> Bool {
        try !run(
            """
            UPDATE tenants SET disabled_at = NULL
            WHERE id = \(tenant.id) AND name = \(tenant.name) AND disabled_at IS NOT NULL RETURNING id
            """
        ).isEmpty
    }

    fileprivate func endWhatWaits(tenant: TenantID, at now: Date) throws {
        try endCodes(where: "1 = 1", tenant: tenant, at: now)
        try send(
            """
            UPDATE authorization_requests SET expires_at = \(now)
            WHERE tenant = \(tenant) AND answered_at IS NULL AND expires_at > \(now)
            """
        )
    }
}
