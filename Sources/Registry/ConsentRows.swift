import FoundationEssentials

/// Waiting requests, grants and codes as rows.

/// A row of `authorization_requests`.
struct WaitingRow: Sendable {
    let digest: [UInt8]
    let session: String?
    let browser: [UInt8]
    let query: String
    let application: ClientID
    let redirectURI: String
    let wasNamed: Bool
    let scopes: ScopeSet
    let state: String?
    let challenge: CodeChallenge?
    let responseType: ResponseType
    let revision: Int
    let expiresAt: Date
}

/// What a customer allowed, as it becomes a grant.
struct ConsentRow: Sendable {
    let application: ClientID
    let scopes: ScopeSet

    /// Empty where nobody was redirected.
    let redirectURI: String
    let revision: Int

    init(_ row: WaitingRow) {
        (application, scopes, redirectURI, revision) = (
            row.application, row.scopes, row.redirectURI, row.revision
        )
    }

    init(_ scopes: ScopeSet, to application: Application) {
        (self.application, self.scopes, redirectURI) = (application.id, scopes, "")
        revision = application.revision
    }
}

extension WaitingRow {
    static func select(_ id: String, tenant: TenantID) -> SQL {
        """
        SELECT digest, session, browser, query, application, redirect_uri, redirect_uri_sent, scopes,
            state, challenge, revision, expires_at, response_type
        FROM authorization_requests WHERE tenant = \(tenant) AND id = \(id)
        """
    }

    /// Reads what ``select(_:tenant:)`` finds.
    init(_ row: Row) throws {
        digest = try row.bytes(0)
        session = try row.optionalText(1)
        browser = try row.bytes(2)
        query = try row.text(3)
        application = ClientID(text: try row.text(4))
        redirectURI = try row.text(5)
        wasNamed = try row.bool(6)
        scopes = ScopeSet(wire: try row.text(7)) ?? ScopeSet()
        state = try row.optionalText(8)
        challenge = CodeChallenge(stored: try row.text(9))
        responseType = ResponseType(rawValue: try row.text(12)) ?? .code
        revision = try row.integer(10)
        expiresAt = try row.date(11)
    }

    func waiting(for application: Application, at now: Date) -> WaitingRequest {
        WaitingRequest(query: query, application: application, expired: expiresAt <= now)
    }

    /// Marks a request as answered; answers with a row when this was the statement that did.
    static func taking(_ id: String, tenant: TenantID, at now: Date) -> SQL {
        """
        UPDATE authorization_requests SET answered_at = \(now)
        WHERE tenant = \(tenant) AND id = \(id) AND answered_at IS NULL AND expires_at > \(now)
        RETURNING id
        """
    }

    func insertion(as id: String, tenant: TenantID) -> SQL {
        """
        INSERT INTO authorization_requests (tenant, id, digest, session, browser, query, application,
            redirect_uri, redirect_uri_sent, scopes, state, challenge, response_type, revision,
             expires_at)
        VALUES (\(tenant), \(id), \(digest), \(session), \(browser), \(query), \(application),
            \(redirectURI), \(wasNamed), \(scopes), \(state), \(challenge?.text ?? ""),
             \(responseType), \(revision), \(expiresAt))
        """
    }
}

/// What a code is bound to (RFC 6749 §4.1.3, RFC 7636 §4.4).
struct CodeRow: Sendable {
    let digest: [UInt8]
    let application: ClientID
    let redirectURI: String
    let wasNamed: Bool
    let scopes: ScopeSet
    let challenge: CodeChallenge?

    init(_ request: AuthorizationRequest, digest: [UInt8]) {
        self.digest = digest
        application = request.application.id
        redirectURI = request.recipient.redirectURI.text
        wasNamed = request.recipient.wasNamed
        scopes = request.scopes
        challenge = request.challenge
    }

    init(_ row: WaitingRow, digest: [UInt8]) {
        self.digest = digest
        application = row.application
        redirectURI = row.redirectURI
        wasNamed = row.wasNamed
        scopes = row.scopes
        challenge = row.challenge
    }
}

extension Connection {
    func waitingRequest(_ id: String, tenant: TenantID) throws -> WaitingRow? {
        try run(WaitingRow.select(id, tenant: tenant)).first.map(WaitingRow.init)
    }

    /// A waiting request with its application as it is now, and what the customer allows that already.
    func waitingRequest(
        _ id: String,
        for customer: AccountID,
        tenant: TenantID
    ) throws -> (row: WaitingRow, application: Application?, allowed: ScopeSet)? {
        let application: SQL = """
            (SELECT application FROM authorization_requests WHERE tenant = \(tenant) AND id = \(id))
            """
        let answers = try runAll(
            [WaitingRow.select(id, tenant: tenant)]
                + Application.selecting(where: "a.tenant = \(tenant) AND a.id = " + application)
                + [ConsentGrant.selectScopes(of: customer, tenant: tenant, to: application)]
        )
        guard let row = answers.first?.first else { return nil }
        return (
            try WaitingRow(row), try Application.reading(answers[1...2]).first,
            try answers.last?.first.map(ScopeSet.init(granted:)) ?? ScopeSet()
        )
    }

    /// What a customer allows an application.
    func allowedScopes(
        _ application: ClientID,
        by customer: AccountID,
        tenant: TenantID
    ) throws -> ScopeSet {
        try run(ConsentGrant.selectScopes(of: customer, tenant: tenant, to: "\(application)")).first
            .map(ScopeSet.init(granted:)) ?? ScopeSet()
    }

    func waiting(_ row: WaitingRow, tenant: TenantID, at now: Date) throws -> WaitingRequest? {
        try application(row.application.text, tenant: tenant).map { row.waiting(for: $0, at: now) }
    }

    /// In a reviewed tenant an application that waits for approval works for its test accounts only.
    func mayConnect(_ customer: Account, to application: Application, at tenant: Tenant) throws -> Bool {
        if application.isOpen(at: tenant) { return true }
        return try testAccounts(of: application.id, tenant: tenant.id).contains { account in
            account.hasAgreed && account.email == customer.email
        }
    }

    /// Writes what a customer allowed: a new grant, or more of the one that lives, which `allowed` something.
    ///
    /// Returns its id; nil when `condition`, which is run in the same go, answers with no row, and when the grant
    /// allows something else by now, which must not be lost.
    func allow(
        _ row: ConsentRow,
        beside allowed: ScopeSet,
        by customer: AccountID,
        newID: String,
        tenant: TenantID,
        at now: Date,
        providedThat condition: SQL? = nil
    ) throws -> String? {
        let scopes = allowed.union(row.scopes)
        let upsert: SQL = """
            INSERT INTO grants (tenant, id, customer, application, scopes, redirect_uri, revision,
                granted_at, changed_at)
            VALUES (\(tenant), \(newID), \(customer), \(row.application), \(scopes), \(row.redirectURI),
                \(row.revision), \(now), \(now))
            ON CONFLICT (tenant, customer, application) WHERE ended_at IS NULL DO UPDATE SET
                scopes = excluded.scopes, changed_at = excluded.changed_at,
                redirect_uri = CASE WHEN excluded.redirect_uri = '' THEN grants.redirect_uri
                    ELSE excluded.redirect_uri END,
                revision = CASE WHEN excluded.redirect_uri = '' THEN grants.revision
                    ELSE excluded.revision END
            WHERE grants.scopes = \(allowed)
            RETURNING id
            """
        let answers = try runAll([condition, upsert].compactMap { $0 })
        guard answers.allSatisfy({ !$0.isEmpty }) else { return nil }
        return try answers.last?.first?.text(0)
    }

    /// Stores a code; its row stays as long as what it may buy, to recognise a second use.
    func insert(_ code: CodeRow, as id: String, under grant: String, tenant: Tenant, at now: Date) throws {
        let policy = tenant.policy
        let end = now.addingTimeInterval(Double(policy.codeSeconds))
        let keptUntil = policy.rememberedUntil(from: end)
        try send(
            """
            INSERT INTO authorization_codes (tenant, id, digest, grant_id, application, redirect_uri,
                redirect_uri_sent, scopes, challenge, created_at, expires_at, kept_until)
            VALUES (\(tenant.id), \(id), \(code.digest), \(grant), \(code.application), \(code.redirectURI),
                \(code.wasNamed), \(code.scopes), \(code.challenge?.text ?? ""), \(now), \(end), \(keptUntil))
            """
        )
    }

    func liveGrants(of customer: AccountID, tenant: TenantID) throws -> [ConsentGrant] {
        let rows = try run(
            """
            SELECT id, scopes, redirect_uri, granted_at, changed_at, last_used_at, revision, application
            FROM grants WHERE tenant = \(tenant) AND customer = \(customer) AND ended_at IS NULL
            ORDER BY granted_at DESC
            """
        )
        return try rows.compactMap { row in
            try application(try row.text(7), tenant: tenant).map { try ConsentGrant(row, $0) }
        }
    }

    func applicationOfEndedGrant(_ id: String, of customer: AccountID, tenant: TenantID) throws -> String? {
        try run(
            """
            SELECT application FROM grants
            WHERE tenant = \(tenant) AND id = \(id) AND customer = \(customer) AND ended_at IS NOT NULL
            """
        ).first?.text(0)
    }

    /// Says whether this call ended it.
    ///
    /// Codes, families and tokens hang on the grant and end with it.
    func endGrant(_ id: String, of customer: AccountID, tenant: TenantID, at now: Date) throws -> Bool {
        try !run(
            """
            UPDATE grants SET ended_at = \(now)
            WHERE tenant = \(tenant) AND id = \(id) AND customer = \(customer) AND ended_at IS NULL
            RETURNING id
            """
        ).isEmpty
    }
}

extension ScopeSet {
    /// Reads what ``ConsentGrant/selectScopes(of:tenant:to:)`` finds.
    fileprivate init(granted row: Row) throws { self = ScopeSet(wire: try row.text(0)) ?? ScopeSet() }
}

extension ConsentGrant {
    fileprivate static func selectScopes(of customer: AccountID, tenant: TenantID, to application: SQL) -> SQL
    {
        """
        SELECT scopes FROM grants
        WHERE tenant = \(tenant) AND customer = \(customer) AND ended_at IS NULL AND application =
        """ + " " + application
    }

    /// Finds what a customer allows an application, and how many codes that gave `since`, counted to a limit.
    static func select(
        of customer: AccountID,
        to application: ClientID,
        codesSince since: Date,
        atMost limit: Int,
        tenant: TenantID
    ) -> SQL {
        """
        SELECT g.id, g.scopes, g.redirect_uri, g.granted_at, g.changed_at, g.last_used_at, g.revision,
            (SELECT count(*) FROM (SELECT 1 FROM authorization_codes c
                WHERE c.tenant = g.tenant AND c.grant_id = g.id AND c.created_at > \(since) LIMIT \(limit)) AS recent)
        FROM grants g
        WHERE g.tenant = \(tenant) AND g.customer = \(customer) AND g.application = \(application)
            AND g.ended_at IS NULL
        """
    }

    init(_ row: Row, _ application: Application) throws {
        id = try row.text(0)
        self.application = application
        scopes = ScopeSet(wire: try row.text(1)) ?? ScopeSet()
        let place = try row.text(2)
        redirectURI = place.isEmpty ? nil : try RedirectURI(kept: place)
        grantedAt = try row.date(3)
        changedAt = try row.date(4)
        lastUsedAt = try row.optionalDate(5)
        revision = try row.integer(6)
    }
}
