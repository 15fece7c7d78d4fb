package import FoundationEssentials

/// What an approved application is to become when the tenant's people agree: revision n + 1.
///
/// Until then customers see revision n. Only what widens waits here: another name, logo, website or policy, one
/// more redirect URI, one more scope.
package struct PendingRevision: Sendable, Hashable {
    /// The brand in full, as it is to be.
    package let profile: ApplicationProfile
    package let logo: LogoDigest?
    package let addedScopes: ScopeSet
    package let addedRedirectURIs: [RedirectURI]
    package let changedAt: Date

    /// Tells this content from any other, so that nobody approves another change than they saw.
    ///
    /// A count would not do: what is withdrawn and asked for anew would begin again at one.
    var mark: String {
        let brand = ApplicationBrand(profile: profile, logo: logo)
        let parts =
            BrandChange.Field.allCases.filter(\.waitsForApproval).map(brand.text)
            + [addedScopes.wire] + addedRedirectURIs.map(\.text)
        let framed = parts.flatMap { part in Array("\(part.utf8.count):".utf8) + Array(part.utf8) }
        return base64URL(sha256(framed))
    }
}

extension Application {
    /// The application as it will be with a revision.
    package func becoming(_ revision: PendingRevision) -> Application {
        Application(
            id: id,
            owner: owner,
            profile: revision.profile,
            logo: revision.logo,
            kind: kind,
            scopes: scopes.union(revision.addedScopes),
            approval: approval,
            submission: submission,
            suspension: suspension,
            createdAt: createdAt,
            revision: self.revision + 1,
            redirectURIs: redirectURIs + revision.addedRedirectURIs,
            proofs: proofs,
            frozenAt: frozenAt,
            heldAt: heldAt,
            deletedAt: deletedAt,
            ownerDomain: ownerDomain
        )
    }
}

extension MemberAccess {
    package func pendingRevision() async throws -> PendingRevision? {
        let application = application
        return try await reading { connection, _, tenant in
            try connection.pendingRevision(of: application, tenant: tenant)
        }
    }
}

// MARK: - How it is kept

extension Connection {
    func pendingRevision(of application: Application, tenant: TenantID) throws -> PendingRevision? {
        let id = application.id
        let row = try run(
            """
            SELECT company_name, application_name, logo, website, privacy_policy, terms, added_scopes, changed_at
            FROM pending_revisions WHERE tenant = \(tenant) AND application = \(id)
            """
        ).first
        guard let row else { return nil }
        let uris = try run(
            """
            SELECT uri FROM pending_redirect_uris
            WHERE tenant = \(tenant) AND application = \(id) ORDER BY added_at, uri
            """
        )
        var profile = application.profile
        profile.companyName = CompanyName(stored: try row.text(0))
        profile.applicationName = try row.optionalText(1).map(CompanyName.init(stored:))
        profile.website = try row.optionalText(3)
        profile.privacyPolicy = try row.optionalText(4)
        profile.terms = try row.optionalText(5)
        return PendingRevision(
            profile: profile,
            logo: try row.optionalText(2).map(LogoDigest.init),
            addedScopes: ScopeSet(wire: try row.text(6)) ?? ScopeSet(),
            addedRedirectURIs: try uris.map { try RedirectURI(kept: try $0.text(0)) },
            changedAt: try row.date(7)
        )
    }

    /// Keeps a change for the administrators; one that changes nothing any more is taken back, and the answer no.
    @discardableResult
    func propose(
        _ brand: ApplicationBrand,
        adding scopes: ScopeSet,
        to application: Application,
        tenant: TenantID,
        at now: Date
    ) throws -> Bool {
        let (id, profile) = (application.id, brand.profile)
        try run(
            """
            INSERT INTO pending_revisions (tenant, application, company_name, application_name, logo,
                website, privacy_policy, terms, added_scopes, changed_at)
            VALUES (\(tenant), \(id), \(profile.companyName), \(profile.applicationName), \(brand.logo),
                \(profile.website), \(profile.privacyPolicy), \(profile.terms), \(scopes), \(now))
            ON CONFLICT (tenant, application) DO UPDATE SET
                company_name = excluded.company_name, application_name = excluded.application_name,
                logo = excluded.logo, website = excluded.website, privacy_policy = excluded.privacy_policy,
                terms = excluded.terms, added_scopes = excluded.added_scopes, changed_at = excluded.changed_at
            """
        )
        guard let made = try pendingRevision(of: application, tenant: tenant) else {
            throw DamagedRow(place: "pending_revisions")
        }
        let changes = ApplicationBrand(application).changes(to: brand).filter(\.field.waitsForApproval)
        if changes.isEmpty, scopes.isEmpty, made.addedRedirectURIs.isEmpty {
            try deletePendingRevision(of: id, tenant: tenant)
            try endSubmission(of: id, tenant: tenant)
            return false
        }
        try submit(id, tenant: tenant, at: now)
        return true
    }

    func addPending(_ uri: RedirectURI, to id: ClientID, tenant: TenantID, at now: Date) throws {
        try run(
            """
            INSERT INTO pending_redirect_uris (tenant, application, uri, origin, added_at)
            VALUES (\(tenant), \(id), \(uri), \(uri.origin), \(now))
            """
        )
    }

    func removePending(_ uri: RedirectURI, from id: ClientID, tenant: TenantID) throws {
        try run(
            """
            DELETE FROM pending_redirect_uris
            WHERE tenant = \(tenant) AND application = \(id) AND uri = \(uri)
            """
        )
    }

    func deletePendingRevision(of id: ClientID, tenant: TenantID) throws {
        try run("DELETE FROM pending_redirect_uris WHERE tenant = \(tenant) AND application = \(id)")
        try run("DELETE FROM pending_revisions WHERE tenant = \(tenant) AND application = \(id)")
    }

    /// Puts a revision in the place of the one before, in the transaction of its approval.
    func adopt(
        _ revision: PendingRevision,
        by application: Application,
        tenant: TenantID,
        at now: Date
    ) throws {
        let id = application.id
        let brand = ApplicationBrand(profile: revision.profile, logo: revision.logo)
        try write(brand, of: id, tenant: tenant)
        try write(application.scopes.union(revision.addedScopes), of: id, tenant: tenant)
        try run(
            """
            INSERT INTO redirect_uris (tenant, application, uri, origin, added_at)
            SELECT tenant, application, uri, origin, \(now) FROM pending_redirect_uris
            WHERE tenant = \(tenant) AND application = \(id)
            ON CONFLICT (tenant, application, uri) DO NOTHING
            """
        )
        try deletePendingRevision(of: id, tenant: tenant)
    }
}
