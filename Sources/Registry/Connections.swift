import FoundationEssentials

/// What customers see and do about the applications that are connected to them.

/// A consent that ended, and what ended with it.
package struct EndedConsent: Sendable {
    package let applicationName: String
    package let evidence: ConsentStep.Evidence?
}

extension CustomerAccess {
    /// What stands now, the latest first.
    package func grants() async throws -> [ConsentGrant] { try await standing("") }

    /// What stands and what ended, the latest first.
    package func allGrants() async throws -> [ConsentGrant] { try await kept("") }

    package func grant(_ id: String) async throws -> ConsentGrant? {
        try await standing("AND g.id = \(id)").first
    }

    /// What this customer allows an application.
    package func grant(to application: Application) async throws -> ConsentGrant? {
        try await standing("AND g.application = \(application.id)").first
    }

    /// What ended when this customer disconnected, for the notice that says so.
    package func ended(_ id: String) async throws -> EndedConsent? {
        guard let grant = try await kept("AND g.id = \(id)").first(where: { $0.endedAt != nil }) else {
            return nil
        }
        let evidence = try await history(of: grant).first { $0.kind == .ended }?.evidence
        return EndedConsent(applicationName: grant.application.displayName, evidence: evidence)
    }

    private func standing(_ condition: SQL) async throws -> [ConsentGrant] {
        let now = registry.clock()
        return try await kept(condition).filter { $0.isLive(at: now) }
    }

    private func kept(_ condition: SQL) async throws -> [ConsentGrant] {
        let (tenant, account) = (tenant.id, account.id)
        return try await registry.database.read(.tenant(tenant)) { connection in
            try connection.grants(of: account, condition, tenant: tenant)
        }
    }

    /// Ends a consent and with it every code and token it gave; they are dead when this returns (CN-12).
    ///
    /// One transaction. Whatever is being redeemed or refreshed meanwhile hangs on the consent and is dead too.
    package func disconnect(_ grant: ConsentGrant) async throws {
        let (now, account, step) = (registry.clock(), account.id, registry.newStepID())
        try await registry.recentReads.changing {
            try await registry.database.transaction(.tenant(tenant.id)) { transaction in
                let ending = grant.ending(of: account, tenant: tenant.id, at: now)
                if try transaction.run(ending).isEmpty { return }
                let evidence = try transaction.evidence(of: grant.id, tenant: tenant.id, at: now)
                try transaction.endFamilies(of: grant.id, tenant: tenant.id, at: now)
                let row = ConsentStepRow(
                    id: step,
                    grant: grant.id,
                    kind: .ended,
                    scopes: ScopeSet(),
                    endsAt: nil,
                    evidence: evidence
                )
                try transaction.insert(row, tenant: tenant.id, at: now)
                let detail = [("grant", grant.id)] + evidence.detail
                try record(.consentEnded, grant.application, detail, now, transaction)
            }
        }
    }

    /// Takes permissions back from an application that keeps the others; says whether it had all of them.
    ///
    /// Its tokens are worth less when this returns. What is taken back by mistake is asked for again.
    package func narrow(_ grant: ConsentGrant, by taken: ScopeSet) async throws -> Bool {
        let (now, account, step) = (registry.clock(), account.id, registry.newStepID())
        let kept = grant.scopes.subtracting(taken)
        guard !taken.isEmpty, kept != grant.scopes else { return false }
        let optional = ScopeSet(tenant.offers(taken).filter { $0.choice != .required }.map(\.name))
        let row = ConsentStepRow(
            id: step,
            grant: grant.id,
            kind: .narrowed,
            scopes: kept,
            endsAt: grant.endsAt
        )
        return try await registry.recentReads.changing {
            try await registry.database.transaction(.tenant(tenant.id)) { transaction in
                let isNarrower = try transaction.narrow(
                    grant,
                    to: kept,
                    declining: grant.declined.union(optional),
                    of: account,
                    tenant: tenant.id,
                    at: now
                )
                guard isNarrower else { return false }
                try transaction.insert(row, tenant: tenant.id, at: now)
                let detail = [("grant", grant.id), ("scopes", taken.wire)]
                try record(.consentNarrowed, grant.application, detail, now, transaction)
                return true
            }
        }
    }
}

extension ApplicationRegistry {
    /// Closes a consent whose end has come; it stopped working at that moment, whenever this is called.
    func lapse(
        _ grant: ConsentGrant,
        of tenant: TenantID,
        in transaction: any Connection,
        at now: Date
    ) throws {
        guard let end = grant.endsAt, try transaction.lapseGrant(grant.id, tenant: tenant, at: now) else {
            return
        }
        try transaction.endFamilies(of: grant.id, tenant: tenant, at: now)
        let row = ConsentStepRow(
            id: newStepID(),
            grant: grant.id,
            kind: .lapsed,
            scopes: ScopeSet(),
            endsAt: nil
        )
        try transaction.insert(row, tenant: tenant, at: end)
        try ledger.record(
            .consentLapsed,
            of: grant.application.id.text,
            by: .thePortal,
            [("grant", grant.id)],
            from: Provenance(address: "local", reference: "end date"),
            in: transaction,
            tenant: tenant,
            at: now
        )
    }

    /// Closes consents of a tenant whose end has come.
    func lapse(_ grants: [ConsentGrant], of tenant: TenantID, at now: Date) async throws {
        try await database.transaction(.tenant(tenant)) { transaction in
            for grant in grants { try self.lapse(grant, of: tenant, in: transaction, at: now) }
        }
    }
}

extension ConsentStep.Evidence {
    fileprivate var detail: [(String, String)] {
        [
            ("codes", "\(codes)"), ("access_tokens", "\(accessTokens)"),
            ("refresh_tokens", "\(refreshTokens)"),
        ]
    }
}

// MARK: - How it is kept

extension ConsentGrant {
    /// Ends it while it lives; answers with a row when this was the statement that did.
    ///
    /// Codes, families and tokens hang on the grant and end with it.
    func ending(of customer: AccountID, tenant: TenantID, at now: Date) -> SQL {
        """
        UPDATE grants SET ended_at = \(now)
        WHERE tenant = \(tenant) AND id = \(id) AND customer = \(customer) AND ended_at IS NULL
            AND (ends_at IS NULL OR ends_at > \(now))
        RETURNING id
        """
    }
}

extension Connection {
    fileprivate func grants(
        of customer: AccountID,
        _ condition: SQL = "",
        tenant: TenantID
    ) throws -> [ConsentGrant] {
        let theirs: SQL = "WHERE g.tenant = \(tenant) AND g.customer = \(customer) "
        return try grants(theirs + condition + " ORDER BY g.granted_at DESC, g.id", tenant: tenant)
    }

    func liveGrants(of customer: AccountID, tenant: TenantID, at now: Date) throws -> [ConsentGrant] {
        try grants(of: customer, tenant: tenant).filter { $0.isLive(at: now) }
    }

    func overdueGrants(upTo batch: Int, tenant: TenantID, at now: Date) throws -> [ConsentGrant] {
        try grants(
            """
            WHERE g.tenant = \(tenant) AND g.ended_at IS NULL AND g.ends_at <= \(now)
                AND NOT EXISTS (SELECT 1 FROM applications a
                    WHERE a.tenant = g.tenant AND a.id = g.application AND a.deleted_at IS NOT NULL)
            ORDER BY g.ends_at LIMIT \(batch)
            """,
            tenant: tenant
        )
    }

    private func grants(_ condition: SQL, tenant: TenantID) throws -> [ConsentGrant] {
        let rows = try run("SELECT " + ConsentGrant.columns + ", g.application FROM grants g " + condition)
        var applications: [String: Application] = [:]
        return try rows.compactMap { row in
            let id = try row.text(ConsentGrant.columnCount)
            let known = try applications[id] ?? rememberedApplication(id, tenant: tenant)
            applications[id] = known
            return try known.map { try ConsentGrant(row, $0) }
        }
    }

    fileprivate func lapseGrant(_ id: String, tenant: TenantID, at now: Date) throws -> Bool {
        try !run(
            """
            UPDATE grants SET ended_at = ends_at
            WHERE tenant = \(tenant) AND id = \(id) AND ended_at IS NULL AND ends_at <= \(now)
            RETURNING id
            """
        ).isEmpty
    }

    /// Says no when the grant is not as it was read any more.
    fileprivate func narrow(
        _ grant: ConsentGrant,
        to scopes: ScopeSet,
        declining declined: ScopeSet,
        of customer: AccountID,
        tenant: TenantID,
        at now: Date
    ) throws -> Bool {
        try !run(
            """
            UPDATE grants SET scopes = \(scopes), declined = \(declined)
            WHERE tenant = \(tenant) AND id = \(grant.id) AND customer = \(customer) AND ended_at IS NULL
                AND scopes = \(grant.scopes) AND declined = \(grant.declined)
                AND (ends_at IS NULL OR ends_at > \(now))
            RETURNING id
            """
        ).isEmpty
    }
}
