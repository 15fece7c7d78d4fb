import FoundationEssentials

extension Connection {
    func insert(
        _ secret: SecretText,
        _ digest: [UInt8],
        _ label: SecretLabel,
        of id: ClientID,
        tenant: TenantID,
        at now: Date
    ) throws {
        let added = try run(
            """
            INSERT INTO client_secrets
                (tenant, application, id, digest, hint, label, ticket, created_by, created_at)
            VALUES (\(tenant), \(id), \(secret.id), \(digest), \(secret.hint), \(label.text),
                \(label.ticket), \(label.createdBy.text), \(now))
            ON CONFLICT (tenant, application, ticket) DO NOTHING
            RETURNING id
            """
        )
        if added.isEmpty { throw SecretRefusal.alreadyCreated }
    }

    /// Those that work, and the last hundred that ended, each with how it was used; the newest first.
    func secrets(of id: ClientID, tenant: TenantID, at now: Date) throws -> [ClientSecret] {
        let uses = try secretUses(of: id, tenant: tenant, at: now)
        var live = try liveSecrets(of: id, uses, tenant: tenant, at: now)
        if live.count > 1 { for place in live.indices { live[place].verdict = live[place].verdict(at: now) } }
        let past = try secrets(
            of: id,
            "AND (s.revoked_at IS NOT NULL OR s.ends_at <= \(now))",
            "ORDER BY COALESCE(s.revoked_at, s.ends_at) DESC LIMIT 100",
            uses,
            tenant: tenant,
            at: now
        )
        return (live + past).sorted { ($0.createdAt, $0.id) > ($1.createdAt, $1.id) }
    }

    /// Those that work, for whoever changes one; the newest first.
    func liveSecrets(
        of id: ClientID,
        _ uses: [String: SecretUses] = [:],
        tenant: TenantID,
        at now: Date
    ) throws -> [ClientSecret] {
        let condition: SQL = "AND s.revoked_at IS NULL AND (s.ends_at IS NULL OR s.ends_at > \(now))"
        return try secrets(
            of: id,
            condition,
            "ORDER BY s.created_at DESC, s.id DESC",
            uses,
            tenant: tenant,
            at: now
        )
    }

    private func secrets(
        of id: ClientID,
        _ condition: SQL,
        _ order: SQL,
        _ uses: [String: SecretUses],
        tenant: TenantID,
        at now: Date
    ) throws -> [ClientSecret] {
        let all: SQL = """
            SELECT s.id, s.hint, s.label, s.created_at, s.created_by, s.ends_at, s.last_used_at,
                s.last_used_from, s.revoked_at, s.tokens_issued, s.tokens_void_at, a.email
            FROM client_secrets s LEFT JOIN accounts a
                ON a.tenant = s.tenant AND a.id = substr(s.created_by, 9) AND a.role = 'partner'
            WHERE s.tenant = \(tenant) AND s.application = \(id)
            """
        return try run(all + " " + condition + " " + order).map {
            try ClientSecret($0, uses, at: now)
        }
    }

    /// Dates an older secret, never later than it would have ended anyway.
    func end(
        _ older: ClientSecret,
        of id: ClientID,
        after overlap: Overlap,
        tenant: TenantID,
        at now: Date
    ) throws {
        switch overlap {
        case .untilRevoked: return
        case .leaked: try revokeSecret(older.id, of: id, tenant: tenant, at: now)
        case .seconds(let seconds):
            let end = now.addingTimeInterval(Double(seconds))
            if let earlier = older.endsAt, earlier <= end { return }
            try setEnd(end, ofSecret: older.id, of: id, tenant: tenant, at: now)
        }
    }

    func revokeSecret(_ secret: String, of id: ClientID, tenant: TenantID, at now: Date) throws {
        try run(
            """
            UPDATE client_secrets SET revoked_at = \(now)
            WHERE tenant = \(tenant) AND application = \(id) AND id = \(secret) AND revoked_at IS NULL
            """
        )
    }

    /// Sets an end or takes it away; what is nearer than a warning's time is not warned of again.
    func setEnd(
        _ end: Date?,
        ofSecret secret: String,
        of id: ClientID,
        tenant: TenantID,
        at now: Date
    ) throws {
        let warned = end.flatMap { SecretWarning(for: $0, at: now) }?.rawValue ?? 0
        try run(
            """
            UPDATE client_secrets SET ends_at = \(end), warned = \(warned)
            WHERE tenant = \(tenant) AND application = \(id) AND id = \(secret)
            """
        )
    }

    /// Ends what a secret gave, whenever it is asked about next; says whether it was one that had ended.
    func voidTokens(
        ofSecret secret: String,
        of id: ClientID,
        tenant: TenantID,
        at now: Date
    ) throws -> Bool {
        try !run(
            """
            UPDATE client_secrets SET tokens_void_at = \(now)
            WHERE tenant = \(tenant) AND application = \(id) AND id = \(secret) AND tokens_void_at IS NULL
                AND (revoked_at IS NOT NULL OR ends_at <= \(now))
            RETURNING id
            """
        ).isEmpty
    }
}

extension ClientSecret {
    init(_ row: Row, _ uses: [String: SecretUses], at now: Date) throws {
        id = try row.text(0)
        hint = try row.text(1)
        label = try row.text(2)
        createdAt = try row.date(3)
        createdBy = try row.text(4)
        createdByEmail = try row.optionalText(11)
        endsAt = try row.optionalDate(5)
        lastUsedAt = try row.optionalDate(6)
        lastUsedFrom = try row.optionalText(7)
        recentUses = uses[id] ?? .none
        tokensIssued = try row.integer(9)
        tokensVoidAt = try row.optionalDate(10)
        let revokedAt = try row.optionalDate(8)
        state =
            revokedAt.map(State.revoked) ?? endsAt.flatMap { $0 <= now ? .ended($0) : nil } ?? .live
        verdict = nil
    }
}
