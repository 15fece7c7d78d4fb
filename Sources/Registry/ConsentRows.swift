import FoundationEssentials

/// Waiting requests, grants and codes as rows.

/// A row of `authorization_requests`.
struct WaitingRow: Sendable {
    let digest: [UInt8]
    let session: String?
    let browser: [UInt8]
    let subject: WaitingSubject

    /// In which language the consent screen was, and the digest of what it said.
    let language: String
    let shown: [UInt8]?
    let expiresAt: Date
}

/// A waiting request with its application as it is now, and what the customer allows that already.
struct FoundRequest: Sendable {
    let row: WaitingRow
    let application: Application?

    /// The one that has not been closed, though its end may have come.
    let consent: KeptConsent?
    let companies: Companies

    /// What the consent screen said, if that is still right on one of `grounds`: what had been allowed by then.
    ///
    /// `lately` is what is remembered.
    func disclosure(
        of application: Application,
        given grounds: [EarlierConsent?],
        at tenant: Tenant,
        lately: RecentDisclosures
    ) throws -> Disclosure? {
        let remembered = row.shown.flatMap(lately.disclosure)
        let subject = row.subject
        let redirectURI =
            subject.manualRequest == nil ? try application.redirectURI(kept: subject.redirectURI) : nil
        for given in grounds {
            let disclosure = Disclosure(
                of: application,
                asking: subject.scopes,
                at: redirectURI,
                on: subject.manualRequest,
                given: given,
                among: companies,
                in: row.language,
                at: tenant
            )
            if let remembered, disclosure == remembered { return remembered }
            if ShownDisclosure(disclosure).digest == row.shown { return disclosure }
        }
        return nil
    }
}

extension WaitingRow {
    static func select(_ id: String, tenant: TenantID) -> SQL {
        """
        SELECT digest, session, browser, query, application, redirect_uri, redirect_uri_sent, scopes,
            state, challenge, revision, expires_at, response_type, language, shown, manual_request
        FROM authorization_requests WHERE tenant = \(tenant) AND id = \(id)
        """
    }

    /// Reads what ``select(_:tenant:)`` finds.
    init(_ row: Row) throws {
        digest = try row.bytes(0)
        session = try row.optionalText(1)
        browser = try row.bytes(2)
        subject = WaitingSubject(
            query: try row.text(3),
            application: ClientID(text: try row.text(4)),
            redirectURI: try row.text(5),
            wasNamed: try row.bool(6),
            scopes: ScopeSet(wire: try row.text(7)) ?? ScopeSet(),
            state: try row.optionalText(8),
            challenge: CodeChallenge(stored: try row.text(9)),
            responseType: ResponseType(rawValue: try row.text(12)) ?? .code,
            revision: try row.integer(10),
            manualRequest: try row.optionalText(15)
        )
        language = try row.text(13)
        shown = try row.optionalBytes(14)
        expiresAt = try row.date(11)
    }

    func waiting(for application: Application, at now: Date) throws -> WaitingRequest {
        WaitingRequest(
            wayBack: subject.wayBack,
            application: application,
            expired: expiresAt <= now,
            cancellation: subject.manualRequest == nil
                ? try AuthorizationAnswer(subject, .refusal(.deniedByCustomer)) : nil
        )
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
            redirect_uri, redirect_uri_sent, scopes, state, challenge, response_type, revision, language,
            shown, manual_request, expires_at)
        VALUES (\(tenant), \(id), \(digest), \(session), \(browser), \(subject.query),
            \(subject.application), \(subject.redirectURI), \(subject.wasNamed), \(subject.scopes),
            \(subject.state), \(subject.challenge?.text ?? ""), \(subject.responseType), \(subject.revision),
            \(language), \(shown), \(subject.manualRequest), \(expiresAt))
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

    init(_ subject: WaitingSubject, _ granted: ScopeSet, digest: [UInt8]) {
        self.digest = digest
        application = subject.application
        redirectURI = subject.redirectURI
        wasNamed = subject.wasNamed
        scopes = granted
        challenge = subject.challenge
    }
}

extension Connection {
    func waitingRequest(_ id: String, tenant: TenantID) throws -> WaitingRow? {
        try run(WaitingRow.select(id, tenant: tenant)).first.map(WaitingRow.init)
    }

    /// Everything an answer to a request depends on; the application and the companies are known, or read.
    func found(
        _ row: WaitingRow,
        for customer: AccountID,
        amongKnown companies: Companies?,
        tenant: TenantID,
        application: Application?
    ) throws -> FoundRequest {
        let id = row.subject.application
        let application = try application ?? self.application(id.text, tenant: tenant)
        let answers = try runAll(
            [KeptConsent.select(of: customer, to: id, tenant: tenant)]
                + (companies == nil ? [Companies.select(of: customer, tenant: tenant)] : [])
        )
        return FoundRequest(
            row: row,
            application: application,
            consent: try application.flatMap { known in
                try answers.first?.first.map { try KeptConsent($0, known) }
            },
            companies: try companies ?? Companies(answers.last ?? [])
        )
    }

    /// What a customer allows an application, unless it has been closed.
    func standingGrant(
        to application: Application,
        of customer: AccountID,
        tenant: TenantID
    ) throws -> ConsentGrant? {
        try run(KeptConsent.select(of: customer, to: application.id, tenant: tenant)).first.map {
            try ConsentGrant($0, application)
        }
    }

    func waiting(_ row: WaitingRow, tenant: TenantID, at now: Date) throws -> WaitingRequest? {
        try application(row.subject.application.text, tenant: tenant).map {
            try row.waiting(for: $0, at: now)
        }
    }

    /// An application that waits for approval works for its test accounts only, in a reviewed tenant with whatever
    /// it asks for.
    func mayConnect(
        _ customer: Account,
        to application: Application,
        for scopes: ScopeSet,
        at tenant: Tenant
    ) throws -> Bool {
        if application.isOpen(for: scopes, at: tenant) { return true }
        return try testAccounts(of: application.id, tenant: tenant.id).contains { account in
            account.hasAgreed && account.email == customer.email
        }
    }

    /// The same for consent that is given without the screen, and not to what is frozen unless it stands already.
    func mayBeGiven(
        _ scopes: ScopeSet,
        to application: Application,
        by customer: Account,
        at tenant: Tenant,
        on now: Date
    ) throws -> Bool {
        guard try mayConnect(customer, to: application, for: scopes, at: tenant) else { return false }
        guard application.isFrozen else { return true }
        let standing = try standingGrant(to: application, of: customer.id, tenant: tenant.id)
        return standing.map { $0.isLive(at: now) && $0.settles(scopes, at: tenant) } ?? false
    }

    /// Writes what a customer allowed: a new grant, or what becomes of the one that stands.
    ///
    /// Returns its id; nil when somebody else changed the grant meanwhile, which must not be lost.
    func allow(
        _ row: ConsentRow,
        over standing: ConsentGrant?,
        by customer: AccountID,
        newID: String,
        tenant: TenantID,
        at now: Date
    ) throws -> String? {
        try run(row.writing(over: standing, by: customer, newID: newID, tenant: tenant, at: now)).first?.text(
            0
        )
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
}
