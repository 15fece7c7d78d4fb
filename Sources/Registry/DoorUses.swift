import FoundationEssentials

/// Which applications came through the doors of a tenant's profile lately, so that an administrator sees when one
/// can be closed (ux A22).
extension ApplicationRegistry {
    /// Notes doors that a request needed, by their names in the profile.
    package func note(doors: [String], usedBy application: ClientID, at tenant: Tenant) {
        for door in doors { uses.note(.door(application, door), tenant: tenant.id, at: clock()) }
    }
}

extension AdminAccess {
    /// How many applications came through each door in the last 30 days, by its name; none is left out.
    package func doorUses() async throws -> [String: Int] {
        let (tenant, since) = (tenant.id, registry.clock() - 30 * 86_400)
        let rows = try await registry.database.read(
            """
            SELECT door, count(*) FROM door_uses WHERE tenant = \(tenant) AND last_used_at > \(since)
            GROUP BY door
            """,
            .tenant(tenant)
        )
        return Dictionary(
            try rows.map { (try $0.text(0), try $0.integer(1)) },
            uniquingKeysWith: { first, _ in first }
        )
    }
}
