package import FoundationEssentials

/// A registered application and the secret that is shown this once.
package struct RegisteredApplication: Sendable {
    package let application: Application

    /// Nil for a public application, which keeps no secret (RFC 6749 §2.1).
    package let secret: SecretText?
}

/// Why an application was not registered or changed.
package enum RegistrationRefusal: Error, Equatable, Sendable {
    case tooManyApplications(limit: Int)

    /// The same form was sent before; this is what it registered.
    case alreadyRegistered(ClientID)
    case redirectURI(RedirectURIProblem)
}

/// An application as its owner's lists show it.
package struct ApplicationSummary: Sendable {
    package let application: Application
    package let connectedCustomers: Int
    package let lastUsedAt: Date?
}

// MARK: - What may be done with it

extension PartnerAccess {
    /// Registers an application; throws ``RegistrationRefusal``.
    package func register(_ draft: ApplicationDraft) async throws -> RegisteredApplication {
        try await registry.register(draft, for: account.id, at: tenant, by: actor, from: provenance)
    }

    /// The applications this partner is a member of.
    package func applications() async throws -> [ApplicationSummary] {
        let (tenant, member) = (tenant.id, account.id)
        return try await registry.database.read(.tenant(tenant)) { connection in
            try connection.applications(withMember: member, tenant: tenant).map { application in
                try connection.summary(of: application, tenant: tenant)
            }
        }
    }
}

extension MemberAccess {
    /// Adds an address customers may be sent back to; throws ``RegistrationRefusal``.
    package func addRedirectURI(_ text: String) async throws {
        let (policy, tenant) = (tenant.policy, tenant.id)
        try await edit(.redirectURIAdded, [("redirect_uri", text)]) { transaction, current, now in
            do throws(RedirectURIProblem) {
                _ = try policy.adding(text, to: current.redirectURIs)
            } catch {
                throw RegistrationRefusal.redirectURI(error)
            }
            try transaction.insert(try RedirectURI(text), of: current.id, tenant: tenant, at: now)
            return true
        }
    }

    /// Removes an address, and with it what was started through it (RU-10).
    ///
    /// One that is not on the list is gone already.
    package func removeRedirectURI(_ text: String) async throws {
        let (rule, tenant) = (tenant.policy.redirectMatch, tenant.id)
        try await edit(.redirectURIRemoved, [("redirect_uri", text)]) { transaction, current, now in
            guard let uri = current.redirectURIs.first(where: { $0.text == text }) else { return false }
            try transaction.delete(uri, of: current.id, under: rule, tenant: tenant, at: now)
            return true
        }
    }

    /// The customer addresses that may connect before approval.
    package func testAccounts() async throws -> [String] {
        try await reading { try $0.testAccounts(of: $1, tenant: $2) }
    }

    package func setTestAccounts(_ addresses: [EmailAddress]) async throws {
        let tenant = tenant.id
        let count = ("count", "\(addresses.count)")
        try await edit(.testAccountsChanged, [count], revises: false) { transaction, current, _ in
            try transaction.replaceTestAccounts(of: current.id, with: addresses, tenant: tenant)
            return true
        }
    }

    /// Runs a change that developers may make; another revision of the application, unless said otherwise.
    private func edit(
        _ action: Action,
        _ detail: [(String, String)],
        revises: Bool = true,
        _ body: @escaping @Sendable (any Connection, Application, Date) throws -> Bool
    ) async throws {
        let tenant = tenant.id
        try await change(action, detail, atLeast: .developer) { transaction, current, now in
            guard try body(transaction, current, now) else { return false }
            if revises { try transaction.revise(current.id, tenant: tenant) }
            return true
        }
    }
}

extension ApplicationRegistry {
    func register(
        _ draft: ApplicationDraft,
        for owner: AccountID,
        at tenant: Tenant,
        by actor: Actor,
        from provenance: Provenance
    ) async throws -> RegisteredApplication {
        let id = ClientID(text: "\(tenant.name.secretPrefix)_\(entropy.base62(22))")
        let secret = draft.kind == .public ? nil : newClientSecret(at: tenant)
        let (now, ledger, limit) = (clock(), ledger, tenant.policy.applicationsPerPartner)
        let digest = secret?.digest(with: secretKey)
        let application = try await database.transaction(.tenant(tenant.id)) { transaction in
            try transaction.hold(owner, tenant: tenant.id)
            if let earlier = try transaction.application(ticket: draft.ticket, of: owner, tenant: tenant.id) {
                throw RegistrationRefusal.alreadyRegistered(earlier)
            }
            guard try transaction.countApplications(of: owner, tenant: tenant.id) < limit else {
                throw RegistrationRefusal.tooManyApplications(limit: limit)
            }
            try transaction.insert(draft, as: id, owner: owner, tenant: tenant.id, at: now)
            try transaction.insertMember(owner, as: .owner, of: id, tenant: tenant.id, at: now)
            if let secret, let digest {
                let label = SecretLabel(text: "", ticket: draft.ticket, createdBy: actor)
                try transaction.insert(secret, digest, label, of: id, tenant: tenant.id, at: now)
            }
            try ledger.record(
                .applicationRegistered,
                of: id.text,
                by: actor,
                [("company_name", draft.profile.companyName.text), ("kind", draft.kind.rawValue)],
                from: provenance,
                in: transaction,
                tenant: tenant.id,
                at: now
            )
            guard let made = try transaction.application(id.text, tenant: tenant.id) else {
                throw DamagedRow(place: "applications")
            }
            return made
        }
        return RegisteredApplication(application: application, secret: secret)
    }
}

// MARK: - How it is kept

extension Connection {
    fileprivate func countApplications(of owner: AccountID, tenant: TenantID) throws -> Int {
        try run("SELECT count(*) FROM applications WHERE tenant = \(tenant) AND owner = \(owner)")
            .first?.integer(0) ?? 0
    }

    fileprivate func insert(
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
                website, privacy_policy, support_email, purpose, kind, scopes, revision, created_at)
            VALUES (\(tenant), \(id), \(owner), \(draft.ticket), \(profile.companyName),
                \(profile.applicationName), \(draft.logo), \(profile.website), \(profile.privacyPolicy),
                \(profile.supportEmail), \(profile.purpose), \(draft.kind), \(draft.scopes), 1, \(now))
            """
        )
        for uri in draft.redirectURIs { try insert(uri, of: id, tenant: tenant, at: now) }
    }

    /// What an earlier press of the same button registered.
    fileprivate func application(ticket: String, of owner: AccountID, tenant: TenantID) throws -> ClientID? {
        try run(
            "SELECT id FROM applications WHERE tenant = \(tenant) AND owner = \(owner) AND ticket = \(ticket)"
        ).first.map { ClientID(text: try $0.text(0)) }
    }

    fileprivate func insert(_ uri: RedirectURI, of id: ClientID, tenant: TenantID, at now: Date) throws {
        try run(
            """
            INSERT INTO redirect_uris (tenant, application, uri, origin, added_at)
            VALUES (\(tenant), \(id), \(uri), \(uri.origin), \(now))
            """
        )
    }

    fileprivate func delete(
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

    func revise(_ id: ClientID, tenant: TenantID) throws {
        try run("UPDATE applications SET revision = revision + 1 WHERE tenant = \(tenant) AND id = \(id)")
    }

    func testAccounts(of id: ClientID, tenant: TenantID) throws -> [String] {
        try run(
            """
            SELECT email FROM test_accounts WHERE tenant = \(tenant) AND application = \(id) ORDER BY email
            """
        ).map { try $0.text(0) }
    }

    fileprivate func replaceTestAccounts(
        of id: ClientID,
        with addresses: [EmailAddress],
        tenant: TenantID
    ) throws {
        try run("DELETE FROM test_accounts WHERE tenant = \(tenant) AND application = \(id)")
        for address in addresses {
            try run(
                """
                INSERT INTO test_accounts (tenant, application, email)
                VALUES (\(tenant), \(id), \(address)) ON CONFLICT (tenant, application, email) DO NOTHING
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
