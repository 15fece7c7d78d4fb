import FoundationEssentials

/// What a customer allowed, as it becomes a grant.
struct ConsentRow: Sendable {
    let application: ClientID
    let scopes: ScopeSet
    let declined: ScopeSet
    let endsAt: Date?

    /// Empty where nobody was redirected.
    let redirectURI: String
    let revision: Int
    let company: Company?
}

extension ConsentRow {
    /// Makes it a new grant, or changes the one that stands; answers with no row where somebody else was faster.
    func writing(
        over standing: ConsentGrant?,
        by customer: AccountID,
        newID: String,
        tenant: TenantID,
        at now: Date
    ) -> SQL {
        if let standing { return changing(standing, tenant: tenant, at: now) }
        return insertion(as: newID, by: customer, tenant: tenant, at: now)
    }

    /// Answers with no row where the customer allows the application something already.
    private func insertion(
        as id: String,
        by customer: AccountID,
        tenant: TenantID,
        at now: Date
    ) -> SQL {
        """
        INSERT INTO grants (tenant, id, customer, application, scopes, declined, ends_at, redirect_uri, revision,
            company, granted_at, changed_at)
        VALUES (\(tenant), \(id), \(customer), \(application), \(scopes), \(declined), \(endsAt),
            \(redirectURI), \(revision), \(company?.text ?? ""), \(now), \(now))
        ON CONFLICT (tenant, customer, application) WHERE ended_at IS NULL DO NOTHING
        RETURNING id
        """
    }

    /// Answers with no row where the grant ended or changed since it was read.
    private func changing(_ grant: ConsentGrant, tenant: TenantID, at now: Date) -> SQL {
        """
        UPDATE grants SET scopes = \(scopes), declined = \(declined), ends_at = \(endsAt), changed_at = \(now),
            company = \(company?.text ?? ""),
            redirect_uri = CASE WHEN \(redirectURI) = '' THEN redirect_uri ELSE \(redirectURI) END,
            revision = CASE WHEN \(redirectURI) = '' THEN revision ELSE \(revision) END
        WHERE tenant = \(tenant) AND id = \(grant.id) AND ended_at IS NULL AND scopes = \(grant.scopes)
            AND declined = \(grant.declined) AND changed_at = \(grant.changedAt)
        RETURNING id
        """
    }
}

extension ConsentGrant {
    /// What ``init(_:_:)`` reads.
    static let columns: SQL = """
        g.id, g.scopes, g.redirect_uri, g.granted_at, g.changed_at, g.last_used_at, g.revision, g.declined,
            g.ends_at, g.ended_at, g.company
        """
    static let columnCount = 11

    init(_ row: Row, _ application: Application) throws {
        id = try row.text(0)
        self.application = application
        scopes = ScopeSet(wire: try row.text(1)) ?? ScopeSet()
        let place = try row.text(2)
        redirectURI = place.isEmpty ? nil : try application.redirectURI(kept: place)
        grantedAt = try row.date(3)
        changedAt = try row.date(4)
        lastUsedAt = try row.optionalDate(5)
        revision = try row.integer(6)
        declined = ScopeSet(wire: try row.text(7)) ?? ScopeSet()
        endsAt = try row.optionalDate(8)
        endedAt = try row.optionalDate(9) ?? application.deletedAt
        company = Company(stored: try row.text(10))
    }
}
