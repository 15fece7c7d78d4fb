import FoundationEssentials

/// Approving, suspending and resuming: what an administrator decides and what the operator may do in their place.
struct Review: Sendable {
    let tenant: TenantID
    let registry: ApplicationRegistry
    let actor: Actor
    let provenance: Provenance

    func approve(_ id: String) async throws {
        try await change(id, .applicationApproved) { transaction, tenant, now in
            try transaction.run(
                "UPDATE applications SET approved_at = \(now) WHERE tenant = \(tenant) AND id = \(id)"
            )
        }
    }

    /// Stops an application and every token it has; nothing is deleted.
    func suspend(_ id: String, reason: String) async throws {
        try await change(id, .applicationSuspended, [("reason", reason)]) { transaction, tenant, now in
            try transaction.run(
                """
                UPDATE applications SET suspended_at = \(now), suspension_reason = \(reason)
                WHERE tenant = \(tenant) AND id = \(id)
                """
            )
        }
    }

    func resume(_ id: String) async throws {
        try await change(id, .applicationResumed) { transaction, tenant, _ in
            try transaction.run(
                """
                UPDATE applications SET suspended_at = NULL, suspension_reason = NULL
                WHERE tenant = \(tenant) AND id = \(id)
                """
            )
        }
    }

    private func change(
        _ id: String,
        _ action: Action,
        _ detail: [(String, String)] = [],
        _ body: @escaping @Sendable (any Connection, TenantID, Date) throws -> Void
    ) async throws {
        let (now, ledger, tenant) = (registry.clock(), registry.ledger, tenant)
        let (actor, provenance) = (actor, provenance)
        try await registry.recentReads.changing {
            try await registry.database.transaction(.tenant(tenant)) { transaction in
                guard try transaction.hold(ClientID(text: id), tenant: tenant) else {
                    throw OperatorRefusal.noSuchApplication(id)
                }
                try body(transaction, tenant, now)
                try ledger.record(
                    action,
                    of: id,
                    by: actor,
                    detail,
                    from: provenance,
                    in: transaction,
                    tenant: tenant,
                    at: now
                )
            }
        }
    }
}

extension AdminAccess {
    package func applications() async throws -> [ApplicationSummary] {
        try await registry.summaries(of: tenant)
    }

    package func application(_ id: String) async throws -> Application? {
        let tenant = tenant.id
        return try await registry.database.read(.tenant(tenant)) { try $0.application(id, tenant: tenant) }
    }

    package func approve(_ application: Application) async throws {
        try await review.approve(application.id.text)
    }

    package func suspend(_ application: Application, reason: String) async throws {
        try await review.suspend(application.id.text, reason: reason)
    }

    package func resume(_ application: Application) async throws {
        try await review.resume(application.id.text)
    }

    private var review: Review {
        Review(tenant: tenant.id, registry: registry, actor: actor, provenance: provenance)
    }
}

extension ApplicationRegistry {
    /// Every application of a tenant, for those who look after it.
    func summaries(of tenant: Tenant) async throws -> [ApplicationSummary] {
        let tenant = tenant.id
        return try await database.read(.tenant(tenant)) { connection in
            try connection.allApplications(tenant: tenant).map { application in
                try connection.summary(of: application, tenant: tenant)
            }
        }
    }
}
