import FoundationEssentials

/// Applications as rows: read here for whoever may see them, written where they change.
extension Connection {
    func application(_ id: String, tenant: TenantID) throws -> Application? {
        try applications(where: "a.tenant = \(tenant) AND a.id = \(id)", tenant: tenant).first
    }

    func applications(withMember account: AccountID, tenant: TenantID) throws -> [Application] {
        try applications(
            where: """
                a.tenant = \(tenant) AND a.id IN
                    (SELECT application FROM members WHERE tenant = \(tenant) AND account = \(account))
                """,
            tenant: tenant
        )
    }

    /// Keeps an application as it is until the transaction ends, so that what is decided about it stays right.
    ///
    /// False where there is none. Whoever holds the ledger too holds that first, so that no two wait for each other.
    func hold(_ id: ClientID, tenant: TenantID) throws -> Bool {
        try holdLedger(of: tenant)
        return try !run(
            """
            UPDATE applications SET revision = revision WHERE tenant = \(tenant) AND id = \(id) RETURNING id
            """
        ).isEmpty
    }

    /// One that a consent refers to, deleted or not: its names stay.
    func rememberedApplication(_ id: String, tenant: TenantID) throws -> Application? {
        let condition: SQL = "a.tenant = \(tenant) AND a.id = \(id)"
        return try Application.reading(try runAll(Application.selecting(anywhere: condition))).first
    }

    func applications(where condition: SQL, tenant: TenantID) throws -> [Application] {
        try Application.reading(try runAll(Application.selecting(where: condition)))
    }
}

extension Application {
    /// Statements that find applications `a`, what they may be redirected to, and what they proved.
    static func selecting(where condition: SQL) -> [SQL] {
        selecting(anywhere: "a.deleted_at IS NULL AND " + condition)
    }

    /// The same with those that were deleted.
    fileprivate static func selecting(anywhere condition: SQL) -> [SQL] {
        [
            """
            SELECT a.id, a.owner, a.company_name, a.application_name, a.logo, a.website, a.privacy_policy,
                a.support_email, a.purpose, a.kind, a.scopes, a.revision, a.created_at, a.approved_at,
                a.suspended_at, a.suspension_reason, o.email, a.suspension_reference, a.publisher, a.terms,
                s.state, s.asked_at, s.answered_at, s.message, s.first_admin,
                s.first_publisher, a.frozen_at, a.held_at, a.deleted_at
            FROM applications a JOIN accounts o ON o.tenant = a.tenant AND o.id = a.owner
            LEFT JOIN submissions s ON s.tenant = a.tenant AND s.application = a.id
            WHERE
            """ + " " + condition + " ORDER BY a.created_at DESC, a.id",
            """
            SELECT a.id, r.uri FROM redirect_uris r
            JOIN applications a ON a.tenant = r.tenant AND a.id = r.application
            WHERE
            """ + " " + condition + " ORDER BY r.added_at, r.uri",
            DomainProof.selectFound(where: condition),
        ]
    }

    /// Reads what they answered.
    static func reading(_ answers: [[Row]]) throws -> [Application] {
        guard answers.count == 3 else { return [] }
        let addresses = try Dictionary(grouping: answers[1]) { try $0.text(0) }
        let proofs = try Dictionary(grouping: answers[2]) { try $0.text(DomainProof.applicationColumn) }
        return try answers[0].map { row in
            let id = ClientID(text: try row.text(0))
            return try Application(
                row,
                id: id,
                redirectURIs: try (addresses[id.text] ?? []).map { try RedirectURI(try $0.text(1)) },
                proofs: try (proofs[id.text] ?? []).map(DomainProof.init)
            )
        }
    }

    /// Answers with a row while it works and is as it was, and the customer may sign in and acts for the company, if it
    /// is about one: for a transaction that holds the ledger, as everything does that changes any of it.
    ///
    /// Where it is given something new, only while it is not frozen.
    func standing(
        asOf revision: Int,
        for company: Company?,
        givenMore isNew: Bool,
        of customer: AccountID,
        tenant: TenantID
    ) -> SQL {
        let standing =
            "SELECT id FROM applications WHERE " + isStanding(revision, customer, tenant)
            + (isNew ? " AND (frozen_at IS NULL OR approved_at IS NOT NULL)" : "")
        guard let company else { return standing }
        return standing + " AND " + company.isActedFor(by: customer, tenant: tenant)
    }

    /// The same, and keeps it so until the transaction ends: for one that does not hold the ledger.
    func holding(asOf revision: Int, for customer: AccountID, tenant: TenantID) -> SQL {
        "UPDATE applications SET revision = revision WHERE " + isStanding(revision, customer, tenant)
            + " RETURNING id"
    }

    private func isStanding(_ revision: Int, _ customer: AccountID, _ tenant: TenantID) -> SQL {
        """
        tenant = \(tenant) AND id = \(id) AND revision = \(revision) AND scopes = \(scopes) AND suspended_at IS NULL
            AND EXISTS (SELECT 1 FROM accounts WHERE tenant = \(tenant) AND id = \(customer)
                AND disabled_at IS NULL)
        """
    }

    fileprivate init(_ row: Row, id: ClientID, redirectURIs: [RedirectURI], proofs: [DomainProof]) throws {
        guard let kind = Kind(rawValue: try row.text(9)), let scopes = ScopeSet(wire: try row.text(10)) else {
            throw DamagedRow(place: "applications.kind")
        }
        self.id = id
        owner = AccountID(text: try row.text(1))
        profile = ApplicationProfile(
            companyName: CompanyName(stored: try row.text(2)),
            applicationName: try row.optionalText(3).map(CompanyName.init(stored:)),
            website: try row.optionalText(5),
            privacyPolicy: try row.optionalText(6),
            terms: try row.optionalText(19),
            supportEmail: try row.optionalText(7),
            purpose: try row.optionalText(8)
        )
        logo = try row.optionalText(4).map(LogoDigest.init)
        self.kind = kind
        self.scopes = scopes
        revision = try row.integer(11)
        createdAt = try row.date(12)
        let publisher = try row.optionalText(18) ?? profile.companyName.text
        approval = try row.optionalDate(13).map {
            Approval(date: $0, publisher: CompanyName(stored: publisher))
        }
        suspension = try row.optionalDate(14).map { date in
            Suspension(
                date: date,
                reason: try row.optionalText(15) ?? "",
                reference: try row.optionalText(17) ?? ""
            )
        }
        submission = try Submission(row, at: 20)
        ownerDomain = EmailAddress(try row.text(16))?.domain ?? ""
        self.redirectURIs = redirectURIs
        self.proofs = proofs
        frozenAt = try row.optionalDate(26)
        heldAt = try row.optionalDate(27)
        deletedAt = try row.optionalDate(28)
    }
}

extension Application {
    /// Whether these words are in the name of a row of applications; of the letters a to z, in capitals or not.
    static func isNamed(_ words: String) -> SQL {
        let part = "%" + words.pattern + "%"
        return """
            (lower(company_name) LIKE lower(\(part)) ESCAPE '!' OR lower(application_name) LIKE lower(\(part)) ESCAPE '!')
            """
    }
}

extension String {
    /// Itself, where a pattern of `LIKE` with `!` as escape is wanted; of a text longer than any name, which is in none, no
    /// more than SQLite takes for a pattern.
    var pattern: String {
        String(decoding: utf8.prefix(300), as: UTF8.self).unicodeScalars.map {
            ["!", "%", "_"].contains($0) ? "!\($0)" : "\($0)"
        }.joined()
    }
}
