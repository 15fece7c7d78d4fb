import FoundationEssentials

struct StoredRefreshToken: Sendable {
    let digest: [UInt8]
    let family: TokenFamily
    let expiresAt: Date

    /// What the family was given and the customer still allows.
    let scopes: ScopeSet

    /// Family, grant and application live, but for the end that the customer has set.
    fileprivate let hasNotEnded: Bool
    fileprivate let usedAt: Date?

    /// How often it was used again.
    fileprivate let repeats: Int

    /// Says nothing about whether the token itself was used.
    func isLive(at now: Date) -> Bool { hasNotEnded && family.consentEndsAt.map { $0 > now } ?? true }

    /// Whether it was used, and may not be used again.
    func isUsedUp(unlessFirstUsedAfter start: Date?) -> Bool {
        guard let usedAt else { return false }
        guard let start else { return true }
        return usedAt <= start || repeats + 1 >= Policy.usesWithinGrace
    }

    /// What is wrong with a refresh apart from the token having been used.
    func refusal(of scopes: ScopeSet, within allowed: ScopeSet, at now: Date) -> TokenRefusal? {
        guard family.endsAt > now, expiresAt > now else { return .invalidGrant(.expired) }
        guard isLive(at: now) else { return .invalidGrant(.ended) }
        return scopes.isSubset(of: allowed) ? nil : .invalidScope
    }
}

extension Connection {
    func useUp(refreshToken id: String, tenant: TenantID, at now: Date, from address: String) throws -> Bool {
        try !run(
            """
            UPDATE refresh_tokens SET used_at = \(now), used_from = \(address)
            WHERE tenant = \(tenant) AND id = \(id) AND used_at IS NULL
            RETURNING id
            """
        ).isEmpty
    }

    /// Uses a refresh token up once more, and says whether it could be.
    ///
    /// A single statement, so of many at once no more get tokens than the grace allows.
    func useAgain(refreshToken id: String, firstUsedAfter start: Date, tenant: TenantID) throws -> Bool {
        try !run(
            """
            UPDATE refresh_tokens SET repeats = repeats + 1
            WHERE tenant = \(tenant) AND id = \(id) AND used_at > \(start)
                AND repeats + 1 < \(Policy.usesWithinGrace)
            RETURNING id
            """
        ).isEmpty
    }

    /// Gives a refresh token that works on a new end; false when it was used up under another rule.
    func extend(refreshToken id: String, until end: Date, tenant: TenantID) throws -> Bool {
        try !run(
            """
            UPDATE refresh_tokens SET expires_at = \(end), kept_until = \(end)
            WHERE tenant = \(tenant) AND id = \(id) AND used_at IS NULL
            RETURNING id
            """
        ).isEmpty
    }

    func insertRefreshToken(
        _ id: String,
        digest: [UInt8],
        family: TokenFamily,
        expiresAt: Date,
        keptUntil: Date,
        secret: String?,
        tenant: TenantID,
        at now: Date
    ) throws {
        try send(
            """
            INSERT INTO refresh_tokens (tenant, id, digest, family, issued_at, expires_at, kept_until, secret)
            VALUES (\(tenant), \(id), \(digest), \(family.id), \(now), \(expiresAt), \(keptUntil), \(secret))
            """
        )
    }

    func refreshToken(_ id: String, of client: ClientID, tenant: TenantID) throws -> StoredRefreshToken? {
        try run(
            """
            SELECT t.digest, t.expires_at, f.id, f.grant_id, f.scopes, f.expires_at, f.ended_at, g.ended_at,
                t.issued_at < a.tokens_void_before OR a.suspended_at IS NOT NULL, t.used_at, s.tokens_void_at,
                g.scopes, g.ends_at, t.repeats
            FROM refresh_tokens t
            JOIN token_families f ON f.tenant = t.tenant AND f.id = t.family
            LEFT JOIN grants g ON g.tenant = f.tenant AND g.id = f.grant_id
            JOIN applications a ON a.tenant = f.tenant AND a.id = f.application
            LEFT JOIN client_secrets s ON s.tenant = t.tenant AND s.application = f.application
                AND s.id = t.secret
            WHERE t.tenant = \(tenant) AND t.id = \(id) AND f.application = \(client)
            """
        ).first.map { row in
            let ends = [try row.optionalDate(6), try row.optionalDate(7), try row.optionalDate(10)]
            let isVoid = try row.optionalInteger(8) == 1
            return StoredRefreshToken(
                digest: try row.bytes(0),
                family: TokenFamily(
                    id: try row.text(2),
                    grant: try row.grant(3),
                    scopes: ScopeSet(wire: try row.text(4)) ?? ScopeSet(),
                    endsAt: try row.date(5),
                    consentEndsAt: try row.optionalDate(12)
                ),
                expiresAt: try row.date(1),
                scopes: try row.scopes(4, within: 11),
                hasNotEnded: ends.allSatisfy { $0 == nil } && !isVoid,
                usedAt: try row.optionalDate(9),
                repeats: try row.integer(13)
            )
        }
    }

    func liveRefreshToken(
        _ id: String,
        shown: ShownSecret,
        tenant: TenantID,
        at now: Date
    ) throws -> TokenFacts? {
        let row = try run(
            """
            SELECT t.digest, f.application, f.scopes, t.expires_at, g.customer, f.grant_id, f.id, g.scopes,
                g.ends_at, a.scopes, g.company
            FROM refresh_tokens t
            JOIN token_families f ON f.tenant = t.tenant AND f.id = t.family AND f.ended_at IS NULL
            LEFT JOIN grants g ON g.tenant = f.tenant AND g.id = f.grant_id AND g.ended_at IS NULL
                AND (g.ends_at IS NULL OR g.ends_at > \(now))
            JOIN applications a ON a.tenant = f.tenant AND a.id = f.application AND a.suspended_at IS NULL
                AND (a.tokens_void_before IS NULL OR a.tokens_void_before <= t.issued_at)
            LEFT JOIN client_secrets s ON s.tenant = t.tenant AND s.application = f.application
                AND s.id = t.secret
            WHERE t.tenant = \(tenant) AND t.id = \(id) AND t.expires_at > \(now) AND t.used_at IS NULL
                AND s.tokens_void_at IS NULL
            """
        ).first
        guard let row, try shown.isKept(as: row.bytes(0)) else { return nil }
        let (client, customer, grant) = (try row.text(1), try row.optionalText(4), try row.grant(5))
        guard grant == nil || customer != nil else { return nil }
        return TokenFacts(
            client: ClientID(text: client),
            subject: customer ?? client,
            company: try row.optionalText(10).flatMap(Company.init(stored:)),
            scopes: try row.scopes(2, within: 7, 9),
            issuedAt: nil,
            expiresAt: try row.expiry(3, orSooner: 8),
            grant: grant,
            family: try row.text(6)
        )
    }
}
