import FoundationEssentials

/// How requests by hand are kept.
extension Connection {
    func insertManualRequest(
        _ reference: String,
        for application: ClientID,
        _ email: EmailAddress,
        _ scopes: ScopeSet,
        _ reason: String,
        by account: AccountID,
        tenant: TenantID,
        at now: Date
    ) throws {
        try run(
            """
            INSERT INTO manual_requests
                (tenant, reference, application, email, scopes, reason, asked_by, asked_at, state)
            VALUES (\(tenant), \(reference), \(application), \(email), \(scopes), \(reason), \(account), \(now),
                'asked')
            """
        )
    }

    func countManualRequests(
        _ state: ManualRequest.State,
        of application: ClientID,
        tenant: TenantID
    ) throws -> Int {
        try run(
            """
            SELECT count(*) FROM manual_requests
            WHERE tenant = \(tenant) AND application = \(application) AND state = \(state)
            """
        ).first?.integer(0) ?? 0
    }

    func manualRequest(_ reference: String, tenant: TenantID) throws -> ManualRequest? {
        try manualRequests(where: "m.tenant = \(tenant) AND m.reference = \(reference)").first
    }

    func manualRequests(of application: ClientID, tenant: TenantID) throws -> [ManualRequest] {
        try manualRequests(where: "m.tenant = \(tenant) AND m.application = \(application)")
    }

    /// What was given by hand and stands, of one customer.
    func manualRequests(allowedBy customer: AccountID, tenant: TenantID) throws -> [ManualRequest] {
        try manualRequests(
            where: "m.tenant = \(tenant) AND m.customer = \(customer) AND m.state IN ('allowed', 'collected')"
        )
    }

    func waitingManualRequests(tenant: TenantID) throws -> [ManualRequest] {
        try manualRequests(where: "m.tenant = \(tenant) AND m.state = 'asked'")
    }

    func manualRequests(tenant: TenantID) throws -> [ManualRequest] {
        try manualRequests(where: "m.tenant = \(tenant)")
    }

    private func manualRequests(where condition: SQL) throws -> [ManualRequest] {
        let people: [SQL] = ["b", "c", "d", "e"].map { (alias: SchemaName) in
            "\(alias).id, \(alias).role, \(alias).email, \(alias).name, \(alias).organisation"
        }
        let columns = people.reduce("") { (list: SQL, one) in list + ", " + one }
        let selection: SQL = """
            SELECT m.reference, m.application, m.email, m.scopes, m.reason, m.asked_at, m.state,
                m.customer_asked_at, m.lifetime, m.by_letter, m.expires_at, m.allowed_at, m.grant_id, m.family,
                m.collected_at
            """
        let tables: SQL = """
            FROM manual_requests m
            JOIN accounts b ON b.tenant = m.tenant AND b.id = m.asked_by
            LEFT JOIN accounts c ON c.tenant = m.tenant AND c.id = m.customer
            LEFT JOIN accounts d ON d.tenant = m.tenant AND d.id = m.admin
            LEFT JOIN accounts e ON e.tenant = m.tenant AND e.id = m.collected_by
            """
        let order: SQL = "ORDER BY m.asked_at DESC, m.reference LIMIT 200"
        return try run(selection + columns + " " + tables + " WHERE " + condition + " " + order)
            .map(ManualRequest.init)
    }
}

extension ManualRequest {
    fileprivate init(_ row: Row) throws {
        guard let email = EmailAddress(try row.text(2)), let state = State(rawValue: try row.text(6)) else {
            throw DamagedRow(place: "manual_requests")
        }
        func account(_ place: Int) throws -> Account? {
            try row.optionalText(place).map { _ in try Account(row, from: place) }
        }
        reference = try row.text(0)
        application = ClientID(text: try row.text(1))
        self.email = email
        scopes = ScopeSet(wire: try row.text(3)) ?? ScopeSet()
        reason = try row.text(4)
        askedAt = try row.date(5)
        self.state = state
        customerAskedAt = try row.optionalDate(7)
        lifetime = try row.optionalInteger(8).map(Lifetime.seconds) ?? .unlimited
        isByLetter = try row.bool(9)
        expiresAt = try row.optionalDate(10)
        allowedAt = try row.optionalDate(11)
        grant = try row.optionalText(12)
        family = try row.optionalText(13)
        collectedAt = try row.optionalDate(14)
        askedBy = try Account(row, from: 15)
        customer = try account(20)
        admin = try account(25)
        collectedBy = try account(30)
    }
}
