/// A stretch of a tenant's applications, newest first.
package struct ApplicationListing: Sendable {
    package static let length = 100

    package let applications: [ApplicationSummary]

    /// The one that older ones come after; nil when there are none.
    package let older: String?
}

extension AdminAccess {
    /// Applications with these words in a name, or of this client ID; all where there are no words.
    ///
    /// Begins after the one with an id, where one is given.
    package func applications(
        named words: String = "",
        olderThan id: String? = nil,
        upTo length: Int = ApplicationListing.length
    ) async throws -> ApplicationListing {
        let tenant = tenant.id
        return try await registry.database.read(.tenant(tenant)) { connection in
            let found = try connection.applications(named: words, after: id, upTo: length + 1, tenant: tenant)
            let shown = found.prefix(length)
            return ApplicationListing(
                applications: try shown.map { try connection.summary(of: $0, tenant: tenant) },
                older: found.count > length ? shown.last?.id.text : nil
            )
        }
    }

    /// What customers can connect, newest first; nil where that is more than somebody can choose from.
    package func connectableApplications(upTo limit: Int = 200) async throws -> [Application]? {
        let tenant = tenant.id
        let found = try await registry.database.read(.tenant(tenant)) { connection in
            try connection.connectableApplications(upTo: limit + 1, tenant: tenant)
        }
        return found.count > limit ? nil : found
    }
}

extension OperatorAccess {
    /// The next stretch of the tenant's applications, newest first, after one of them; none when it was the last.
    package func applications(
        after last: ApplicationSummary? = nil,
        upTo length: Int = ApplicationListing.length
    ) async throws -> [ApplicationSummary] {
        let (tenant, last) = (tenant.id, last?.application.id.text)
        return try await registry.database.read(.tenant(tenant)) { connection in
            let found = try connection.applications(
                named: "",
                after: last,
                upTo: length,
                tenant: tenant
            )
            return try found.map { try connection.summary(of: $0, tenant: tenant) }
        }
    }
}

// MARK: - How it is kept

extension Connection {
    fileprivate func applications(
        named words: String,
        after id: String?,
        upTo limit: Int,
        tenant: TenantID
    ) throws -> [Application] {
        var condition: SQL =
            words.isEmpty ? "" : "AND (id = \(words) OR " + Application.isNamed(words) + ")"
        if let id {
            let last = try run("SELECT created_at FROM applications WHERE tenant = \(tenant) AND id = \(id)")
            guard let start = try last.first?.integer(0) else { return [] }
            condition =
                condition
                + " AND created_at <= \(start) AND (created_at < \(start) OR id > \(id))"
        }
        return try newestApplications(where: condition, upTo: limit, tenant: tenant)
    }

    fileprivate func connectableApplications(upTo limit: Int, tenant: TenantID) throws -> [Application] {
        let condition: SQL = "AND suspended_at IS NULL AND frozen_at IS NULL"
        return try newestApplications(where: condition, upTo: limit, tenant: tenant)
    }

    /// Looks for the ids once, and then for what belongs to each.
    private func newestApplications(
        where condition: SQL,
        upTo limit: Int,
        tenant: TenantID
    ) throws -> [Application] {
        let newest: SQL =
            "SELECT id FROM applications WHERE tenant = \(tenant) AND deleted_at IS NULL " + condition
            + " ORDER BY created_at DESC, id LIMIT \(limit)"
        let ids = try run(newest).map { try $0.text(0) }
        guard !ids.isEmpty else { return [] }
        return try applications(
            where: "a.tenant = \(tenant) AND a.id IN (" + .list(ids) + ")",
            tenant: tenant
        )
    }
}
