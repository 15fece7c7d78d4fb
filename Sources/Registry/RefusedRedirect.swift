package import FoundationEssentials

/// An address a customer was not sent back to, because the application had not registered it.
///
/// Kept under the reference the customer was shown, so that the application's owner can look it up: thirty days,
/// the last hundred of an application. Only by reference, never as a list to choose from, because whoever makes up a
/// link chooses the address in it.
package struct RefusedRedirect: Sendable {
    package let reference: String
    package let address: String
    package let refusedAt: Date

    static let keptSeconds = 30 * 86_400
    static let keptForApplication = 100
}

extension ApplicationRegistry {
    /// Keeps what was refused; an address longer than any that could be registered is not kept.
    package func note(
        refused address: String,
        of application: Application,
        as reference: String,
        at tenant: Tenant
    ) async throws {
        guard address.utf8.count <= 2000 else { return }
        let refused = RefusedRedirect(reference: reference, address: address, refusedAt: clock())
        let (id, tenant) = (application.id, tenant.id)
        try await database.transaction(.tenant(tenant)) { try $0.insert(refused, of: id, tenant: tenant) }
    }
}

extension PartnerAccess {
    /// What was refused under a reference that a customer passed on.
    package func refusedRedirect(
        _ reference: String,
        of application: Application
    ) async throws -> RefusedRedirect? {
        let since = registry.clock().addingTimeInterval(-Double(RefusedRedirect.keptSeconds))
        let found: RefusedRedirect?? = try await reading(application) { connection, current, tenant in
            try connection.refusedRedirect(reference, of: current.id, tenant: tenant, since: since)
        }
        return found ?? nil
    }
}

// MARK: - How it is kept

extension Connection {
    fileprivate func insert(_ refused: RefusedRedirect, of id: ClientID, tenant: TenantID) throws {
        try run(
            """
            INSERT INTO refused_redirects (tenant, application, reference, redirect_uri, refused_at)
            VALUES (\(tenant), \(id), \(refused.reference), \(refused.address), \(refused.refusedAt))
            ON CONFLICT (tenant, application, reference) DO NOTHING
            """
        )
        try run(
            """
            DELETE FROM refused_redirects WHERE tenant = \(tenant) AND application = \(id)
                AND reference NOT IN (
                    SELECT reference FROM refused_redirects
                    WHERE tenant = \(tenant) AND application = \(id)
                    ORDER BY refused_at DESC, reference DESC LIMIT \(RefusedRedirect.keptForApplication)
                )
            """
        )
    }

    fileprivate func refusedRedirect(
        _ reference: String,
        of id: ClientID,
        tenant: TenantID,
        since: Date
    ) throws -> RefusedRedirect? {
        try run(
            """
            SELECT reference, redirect_uri, refused_at FROM refused_redirects
            WHERE tenant = \(tenant) AND application = \(id) AND reference = \(reference)
                AND refused_at > \(since)
            """
        ).first.map { row in
            RefusedRedirect(
                reference: try row.text(0),
                address: try row.text(1),
                refusedAt: try row.date(2)
            )
        }
    }
}
