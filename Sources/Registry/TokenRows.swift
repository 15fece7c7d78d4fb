import FoundationEssentials

/// Codes, families and access tokens as rows; refresh tokens are beside them.

/// Everything one code or sign-in bought: it ends together (RFC 9700 §4.14.2).
struct TokenFamily: Sendable {
    /// The id of the code, or of the first access token where there was none.
    let id: String

    /// Nil for an application's own.
    let grant: String?
    let scopes: ScopeSet

    /// The absolute end, which rotation does not move.
    let endsAt: Date

    /// When the consent behind it ends by itself, should nobody change that.
    var consentEndsAt: Date?
}

struct AccessTokenRow: Sendable {
    let digest: [UInt8]
    let family: String?
    let scopes: ScopeSet
    let issuedAt: Date
    let expiresAt: Date

    /// The secret of the application that asked for it; nil where none did.
    let secret: String?
}

extension AccessTokenRow {
    func insertion(as id: String, of client: ClientID, tenant: TenantID) -> SQL {
        """
        INSERT INTO access_tokens
            (tenant, id, digest, application, family, scopes, issued_at, expires_at, secret)
        VALUES (\(tenant), \(id), \(digest), \(client), \(family), \(scopes), \(issuedAt), \(expiresAt),
            \(secret))
        """
    }
}

/// A stored code, with what a redemption has to prove.
struct StoredCode: Sendable {
    let digest: [UInt8]
    let application: ClientID
    let grant: String
    let redirectURI: String
    let wasNamed: Bool

    /// What was allowed then and is still.
    let scopes: ScopeSet

    /// Nil where the request had none.
    let challenge: CodeChallenge?
    let isUsed: Bool

    let expiresAt: Date

    /// Whether the consent it came of still stands, and whoever gave it is not disabled.
    let isConsented: Bool
    let consentEndsAt: Date?

    /// Uses a code up; answers with a row when this was the statement that did.
    static func using(_ id: String, tenant: TenantID, at now: Date, from address: String) -> SQL {
        """
        UPDATE authorization_codes SET used_at = \(now), used_from = \(address)
        WHERE tenant = \(tenant) AND id = \(id) AND used_at IS NULL AND expires_at > \(now)
        RETURNING id
        """
    }

    /// What is wrong with a redemption, that of a used code last of all: whoever only holds the code cannot spoil it.
    func refusal(
        redirectURI: String?,
        verifier: String?,
        under policy: Policy,
        at now: Date
    ) -> TokenRefusal? {
        if let refusal = refusal(redirectURI: redirectURI, verifier: verifier, under: policy) {
            return refusal
        }
        if isUsed { return .invalidGrant(.alreadyUsed) }
        guard expiresAt > now else { return .invalidGrant(.expired) }
        return isConsented ? nil : .invalidGrant(.ended)
    }

    private func refusal(redirectURI sent: String?, verifier: String?, under policy: Policy) -> TokenRefusal?
    {
        let right = sent.map { names($0, policy) } ?? (!wasNamed || policy.redirectURIAtToken == .optional)
        guard right else { return .invalidGrant(.otherRedirectURI) }
        // A verifier for a request without a challenge is a downgrade (RFC 9700 §4.8.2).
        switch (challenge, verifier) {
        case (nil, nil): return nil
        case (nil, _?): return .invalidGrant(.needlessVerifier)
        case (_?, nil): return .invalidGrant(.missingVerifier)
        case (let challenge?, let verifier?):
            return challenge.isAnswered(by: verifier) ? nil : .invalidGrant(.wrongVerifier)
        }
    }

    private func names(_ sent: String, _ policy: Policy) -> Bool {
        sent.isByteForByte(redirectURI)
            || policy.redirectMatch == .hostAndPath
                && RedirectURI.normalised(sent)?.isByteForByte(redirectURI) == true
    }
}

/// An access token that works, until it ends by itself or is ended.
struct StoredAccessToken: Sendable {
    let digest: [UInt8]
    let facts: TokenFacts
}

extension StoredAccessToken {
    /// Finds a token that works now: itself, its family, its consent and its application all alive.
    static func select(_ place: RecentReads.Place, at now: Date) -> SQL {
        """
        SELECT t.digest, t.application, t.scopes, t.issued_at, t.expires_at, t.family, g.customer, f.grant_id,
            g.scopes, g.ends_at, a.scopes, g.company
        FROM access_tokens t
        JOIN applications a ON a.tenant = t.tenant AND a.id = t.application AND a.suspended_at IS NULL
            AND (a.tokens_void_before IS NULL OR a.tokens_void_before <= t.issued_at)
        LEFT JOIN token_families f ON f.tenant = t.tenant AND f.id = t.family AND f.ended_at IS NULL
        LEFT JOIN grants g ON g.tenant = f.tenant AND g.id = f.grant_id AND g.ended_at IS NULL
        LEFT JOIN client_secrets s ON s.tenant = t.tenant AND s.application = t.application AND s.id = t.secret
        WHERE t.tenant = \(place.tenant) AND t.id = \(place.id) AND t.expires_at > \(now)
            AND t.revoked_at IS NULL AND s.tokens_void_at IS NULL
        """
    }

    /// Reads what ``select(_:at:)`` finds; nil for a token whose consent has ended.
    init?(_ row: Row) throws {
        let (family, customer, grant) = (try row.optionalText(5), try row.optionalText(6), try row.grant(7))
        let isItsOwn = try row.optionalText(7) == ""
        guard family == nil || isItsOwn || customer != nil else { return nil }
        let client = try row.text(1)
        digest = try row.bytes(0)
        facts = TokenFacts(
            client: ClientID(text: client),
            subject: customer ?? client,
            company: try row.optionalText(11).flatMap(Company.init(stored:)),
            scopes: try row.scopes(2, within: 8, 10),
            issuedAt: try row.date(3),
            expiresAt: try row.expiry(4, orSooner: 9),
            grant: grant,
            family: family
        )
    }
}

extension Connection {
    /// Found by its key alone: with the application as well, PostgreSQL may take all codes of that for fewer.
    func code(_ id: String, tenant: TenantID, at now: Date) throws -> StoredCode? {
        try run(
            """
            SELECT c.digest, c.grant_id, c.redirect_uri, c.redirect_uri_sent, c.scopes, c.challenge, c.used_at,
                g.id IS NOT NULL AND p.disabled_at IS NULL, c.expires_at, c.application, g.scopes, g.ends_at
            FROM authorization_codes c
            LEFT JOIN grants g ON g.tenant = c.tenant AND g.id = c.grant_id AND g.ended_at IS NULL
                AND (g.ends_at IS NULL OR g.ends_at > \(now))
            LEFT JOIN accounts p ON p.tenant = g.tenant AND p.id = g.customer
            WHERE c.tenant = \(tenant) AND c.id = \(id)
            """
        ).first.map { row in
            StoredCode(
                digest: try row.bytes(0),
                application: ClientID(text: try row.text(9)),
                grant: try row.text(1),
                redirectURI: try row.text(2),
                wasNamed: try row.bool(3),
                scopes: try row.scopes(4, within: 10),
                challenge: CodeChallenge(stored: try row.text(5)),
                isUsed: try row.optionalDate(6) != nil,
                expiresAt: try row.date(8),
                isConsented: try row.bool(7),
                consentEndsAt: try row.optionalDate(11)
            )
        }
    }

    /// Leaves a family alone that stands by that name.
    func insert(_ family: TokenFamily, of client: ClientID, tenant: TenantID) throws {
        try send(
            """
            INSERT INTO token_families (tenant, id, grant_id, application, scopes, expires_at)
            VALUES (\(tenant), \(family.id), \(family.grant ?? ""), \(client), \(family.scopes), \(family.endsAt))
            ON CONFLICT (tenant, id) DO NOTHING
            """
        )
    }

    /// Ends what one code or sign-in bought; what would have lived for ever is forgotten after a year.
    func endFamily(_ id: String, tenant: TenantID, at now: Date) throws {
        try endFamilies(where: "id = \(id)", tenant: tenant, at: now)
    }

    /// Ends all that a consent bought, as ``endFamily(_:tenant:at:)`` does for one.
    func endFamilies(of grant: String, tenant: TenantID, at now: Date) throws {
        try endFamilies(where: "grant_id = \(grant)", tenant: tenant, at: now)
    }

    /// Ends all that a customer's consents bought, and what waits to be redeemed; the consents stand.
    func endTokens(of customer: AccountID, tenant: TenantID, at now: Date) throws {
        let theirs: SQL = """
            grant_id IN (SELECT id FROM grants
                WHERE tenant = \(tenant) AND customer = \(customer) AND ended_at IS NULL)
            """
        try endFamilies(where: theirs, tenant: tenant, at: now)
        try endCodes(where: theirs, tenant: tenant, at: now)
    }

    /// Ends what waits to be redeemed: when it began, as whoever is about to may have looked at the clock before.
    func endCodes(where condition: SQL, tenant: TenantID, at now: Date) throws {
        try send(
            """
            UPDATE authorization_codes SET expires_at = created_at
            WHERE tenant = \(tenant) AND used_at IS NULL AND expires_at > \(now) AND
            """ + " " + condition
        )
    }

    private func endFamilies(where condition: SQL, tenant: TenantID, at now: Date) throws {
        let nextYear = now.addingTimeInterval(366 * 86_400)
        try send(
            """
            UPDATE token_families SET ended_at = \(now),
                expires_at = CASE WHEN expires_at > \(nextYear) THEN \(nextYear) ELSE expires_at END
            WHERE tenant = \(tenant) AND ended_at IS NULL AND
            """ + " " + condition
        )
    }

    func revokeAccessToken(
        _ id: String,
        digests: [[UInt8]],
        of client: ClientID,
        tenant: TenantID,
        at now: Date
    ) throws -> Bool {
        let nextYear = now.addingTimeInterval(366 * 86_400)
        return try !run(
            """
            UPDATE access_tokens SET revoked_at = \(now),
                expires_at = CASE WHEN expires_at > \(nextYear) THEN \(nextYear) ELSE expires_at END
            WHERE tenant = \(tenant) AND id = \(id) AND application = \(client)
                AND revoked_at IS NULL AND digest IN (
            """ + .list(digests) + ") RETURNING id"
        ).isEmpty
    }
}

extension Row {
    /// The consent a family hangs on; an application's own hangs on none.
    func grant(_ column: Int) throws -> String? {
        try optionalText(column).flatMap { $0.isEmpty ? nil : $0 }
    }

    /// What a token was given, as far as the consent it hangs on and its application still say so.
    func scopes(_ column: Int, within limits: Int...) throws -> ScopeSet {
        let given = try text(column)
        return try limits.reduce(ScopeSet(wire: given) ?? ScopeSet()) { scopes, limit in
            guard let allowed = try optionalText(limit), !allowed.isByteForByte(given) else { return scopes }
            return scopes.intersection(ScopeSet(wire: allowed) ?? ScopeSet())
        }
    }

    /// The end of a token that has one: its own, or that of the consent it hangs on.
    func expiry(_ column: Int, orSooner consent: Int) throws -> Date? {
        let end = min(try date(column), try optionalDate(consent) ?? .never)
        return end >= .never ? nil : end
    }
}
