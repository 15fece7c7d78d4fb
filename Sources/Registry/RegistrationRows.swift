import FoundationEssentials

extension Connection {
    /// Refuses what was sent before, and more than the tenant allows.
    func checkRegistration(
        of draft: ApplicationDraft,
        by owner: AccountID,
        at tenant: Tenant
    ) throws {
        if let earlier = try application(ticket: draft.ticket, of: owner, tenant: tenant.id) {
            throw RegistrationRefusal.alreadyRegistered(earlier)
        }
        let limit = tenant.policy.applicationsPerPartner
        guard try countApplications(of: owner, tenant: tenant.id) < limit else {
            throw RegistrationRefusal.tooMany(.ofPartner(limit))
        }
    }

    /// Refuses what only a program registers, and more than the tenant has looked at (LO-01).
    func checkCrowd(around owner: AccountID, at tenant: Tenant, _ now: Date) throws {
        let (id, policy, yesterday) = (tenant.id, tenant.policy, now - 86_400)
        let today = try run(
            """
            SELECT count(*) FROM applications
            WHERE tenant = \(id) AND owner = \(owner) AND created_at > \(yesterday)
            """
        ).first?.integer(0)
        guard today ?? 0 < policy.applicationsPerDay else {
            throw RegistrationRefusal.tooMany(.ofPartnerInADay(policy.applicationsPerDay))
        }
        if try use(of: .unapproved, at: tenant).isFull { throw RegistrationRefusal.tooMany(.unapproved) }
    }

    func countApplications(of owner: AccountID, tenant: TenantID) throws -> Int {
        try run(
            """
            SELECT count(*) FROM applications
            WHERE tenant = \(tenant) AND owner = \(owner) AND deleted_at IS NULL
            """
        ).first?.integer(0) ?? 0
    }

    func insert(
        _ draft: ApplicationDraft,
        as id: ClientID,
        owner: AccountID,
        tenant: TenantID,
        at now: Date
    ) throws {
        let profile = draft.profile
        try run(
            """
            INSERT INTO applications (tenant, id, owner, ticket, company_name, application_name, logo,
                website, privacy_policy, terms, support_email, purpose, kind, scopes, revision, created_at)
            VALUES (\(tenant), \(id), \(owner), \(draft.ticket), \(profile.companyName),
                \(profile.applicationName), \(draft.logo), \(profile.website), \(profile.privacyPolicy),
                \(profile.terms), \(profile.supportEmail), \(profile.purpose), \(draft.kind), \(draft.scopes), 1, \(now))
            """
        )
        for uri in draft.redirectURIs { try insert(uri, of: id, tenant: tenant, at: now) }
    }

    /// What an earlier press of the same button registered.
    func application(ticket: String, of owner: AccountID, tenant: TenantID) throws -> ClientID? {
        try run(
            "SELECT id FROM applications WHERE tenant = \(tenant) AND owner = \(owner) AND ticket = \(ticket)"
        ).first.map { ClientID(text: try $0.text(0)) }
    }

    func insert(_ uri: RedirectURI, of id: ClientID, tenant: TenantID, at now: Date) throws {
        try run(
            """
            INSERT INTO redirect_uris (tenant, application, uri, origin, added_at)
            VALUES (\(tenant), \(id), \(uri), \(uri.origin), \(now))
            """
        )
    }

    func delete(
        _ uri: RedirectURI,
        of id: ClientID,
        under rule: Policy.RedirectMatch,
        tenant: TenantID,
        at now: Date
    ) throws {
        try run("DELETE FROM redirect_uris WHERE tenant = \(tenant) AND application = \(id) AND uri = \(uri)")
        let open = try run(
            """
            SELECT id, redirect_uri FROM authorization_codes
            WHERE tenant = \(tenant) AND application = \(id) AND used_at IS NULL AND expires_at > \(now)
            """
        )
        for code in open where try uri.accepting(code.text(1), under: rule) != nil {
            try run(
                """
                UPDATE authorization_codes SET expires_at = \(now)
                WHERE tenant = \(tenant) AND id = \(code.text(0))
                """
            )
        }
    }

    func summary(of application: Application, tenant: TenantID) throws -> ApplicationSummary {
        let id = application.id
        let connected = try run(
            """
            SELECT count(*), max(last_used_at) FROM grants
            WHERE tenant = \(tenant) AND application = \(id) AND ended_at IS NULL
            """
        ).first
        let secrets = try run(
            "SELECT max(last_used_at) FROM client_secrets WHERE tenant = \(tenant) AND application = \(id)"
        ).first
        let uses = [try connected?.optionalDate(1), try secrets?.optionalDate(0)].compactMap { $0 }
        return ApplicationSummary(
            application: application,
            connectedCustomers: try connected?.integer(0) ?? 0,
            lastUsedAt: uses.max()
        )
    }
}
