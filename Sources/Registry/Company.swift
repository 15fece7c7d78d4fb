import FoundationEssentials

/// A company that a customer acts for, by the name the provider's people gave it.
package struct Company: Sendable, Hashable, Bindable {
    package let text: String
    package var binding: Value { text.binding }

    /// Nil unless `text` is 1 to 256 bytes on one line.
    package init?(_ text: String) {
        let text = text.trimmingSpaces
        let isLine = text.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) }
        guard (1...256).contains(text.utf8.count), isLine else { return nil }
        self.text = text
    }

    /// Reads a name back; nothing stands there for none.
    init?(stored text: String) {
        if text.isEmpty { return nil }
        self.text = text
    }

    package static func == (left: Company, right: Company) -> Bool { left.text.isByteForByte(right.text) }
    package func hash(into hasher: inout Hasher) { for byte in text.utf8 { hasher.combine(byte) } }
}

/// The companies a customer acts for: of some it is not known, most act for one, and who acts for several says
/// which one a request is about.
package struct Companies: Sendable, Hashable {
    /// Each once, in the order of their bytes.
    package let all: [Company]

    package init(_ companies: [Company] = []) {
        all = Set(companies).sorted { $0.text.utf8.lexicographicallyPrecedes($1.text.utf8) }
    }

    /// Nil where it is not known, or one of several.
    package var only: Company? { all.count == 1 ? all.first : nil }

    /// What the customer is asked to choose from; nothing where there is no choice.
    package var choices: [Company] { all.count > 1 ? all : [] }

    package func contains(_ company: Company) -> Bool { all.contains(company) }

    /// What an answer is about that names `sent`.
    func answer(naming sent: String?) -> Answer {
        if all.isEmpty { return .about(nil) }
        if let company = sent.flatMap(Company.init(stored:)), contains(company) { return .about(company) }
        return choices.isEmpty ? .overtaken : .unsaid
    }

    enum Answer {
        case about(Company?)

        /// The customer has to choose.
        case unsaid

        /// The page named another company than the customer acts for now.
        case overtaken
    }
}

// MARK: - What may be done with it

extension CustomerAccess {
    /// Those this customer acts for.
    package func companies() async throws -> Companies {
        if let known = knownCompanies { return known }
        let (tenant, account) = (tenant.id, account.id)
        return try Companies(
            try await registry.database.read(Companies.select(of: account, tenant: tenant), .tenant(tenant))
        )
    }

    /// Who acts for one at most is known with their session.
    var knownCompanies: Companies? {
        session.actsForSeveral ? nil : Companies([Company(stored: account.organisation)].compactMap { $0 })
    }
}

extension OperatorAccess {
    /// Throws ``OperatorRefusal``.
    package func companies(of email: EmailAddress) async throws -> Companies {
        let tenant = tenant.id
        return try await registry.database.read(.tenant(tenant)) { connection in
            guard let account = try connection.account(of: email, as: .customer, tenant: tenant)?.account
            else {
                throw OperatorRefusal.noSuchCustomer(email.text)
            }
            return try connection.companies(of: account.id, tenant: tenant)
        }
    }

    /// Says which companies a customer acts for; what was allowed for any other ends, and is counted.
    ///
    /// Throws ``OperatorRefusal``, also where something would end that may not.
    package func set(
        _ companies: Companies,
        of email: EmailAddress,
        endingConsents mayEnd: Bool
    ) async throws -> Int {
        let id = tenant.id
        return try await registry.changePeople(of: tenant, by: actor, from: provenance) {
            transaction,
            record,
            now in
            let known = try transaction.account(of: email, as: .customer, tenant: id)
            guard let customer = known?.account.id else { throw OperatorRefusal.noSuchCustomer(email.text) }
            try transaction.replace(companies, of: customer, tenant: id)
            try transaction.holdLedger(of: id)
            let over = try transaction.liveGrants(of: customer, tenant: id, at: now).filter { grant in
                grant.company.map { !companies.contains($0) } ?? false
            }
            if !over.isEmpty, !mayEnd { throw OperatorRefusal.wouldDisconnect(over.count) }
            for grant in over {
                _ = try transaction.run(grant.ending(of: customer, tenant: id, at: now))
                try registry.close(grant, of: id, in: transaction, at: now)
                let detail = [("customer", customer.text), ("grant", grant.id)] + grant.company.detail
                try record(.consentEnded, grant.application.id.text, detail)
            }
            try record(.companiesChanged, customer.text, companies.detail)
            return over.count
        }
    }
}

extension ApplicationRegistry {
    /// The last step of a consent that somebody else than its customer ended, or another took the place of.
    func close(
        _ grant: ConsentGrant,
        of tenant: TenantID,
        in transaction: any Connection,
        at now: Date
    ) throws {
        try transaction.endFamilies(of: grant.id, tenant: tenant, at: now)
        let step = ConsentStepRow(
            id: newStepID(),
            grant: grant.id,
            kind: .ended,
            scopes: ScopeSet(),
            endsAt: nil
        )
        try transaction.insert(step, tenant: tenant, at: now)
    }
}

extension Companies {
    /// For the ledger.
    fileprivate var detail: [(String, String)] {
        [("companies", all.map(\.text).joined(separator: ", "))]
    }
}

extension Company? {
    /// For the ledger.
    var detail: [(String, String)] { map { [("company", $0.text)] } ?? [] }
}

// MARK: - How it is kept

/// Whoever acts for one company has it in their account; only several are rows of their own.
extension Companies {
    static func select(of account: AccountID, tenant: TenantID) -> SQL {
        """
        SELECT organisation FROM accounts
        WHERE tenant = \(tenant) AND id = \(account) AND organisation <> ''
        UNION ALL SELECT name FROM companies WHERE tenant = \(tenant) AND account = \(account)
        """
    }

    /// Reads what ``select(of:tenant:)`` finds.
    init(_ rows: [Row]) throws {
        self.init(try rows.compactMap { Company(stored: try $0.text(0)) })
    }
}

extension Company {
    /// True where the customer acts for it; for a transaction that holds the ledger, as whatever changes that does.
    func isActedFor(by account: AccountID, tenant: TenantID) -> SQL {
        """
        (EXISTS (SELECT 1 FROM accounts
            WHERE tenant = \(tenant) AND id = \(account) AND organisation = \(self))
        OR EXISTS (SELECT 1 FROM companies
            WHERE tenant = \(tenant) AND account = \(account) AND name = \(self)))
        """
    }
}

extension Connection {
    func companies(of account: AccountID, tenant: TenantID) throws -> Companies {
        try Companies(try run(Companies.select(of: account, tenant: tenant)))
    }

    func insert(_ several: [Company], of account: AccountID, tenant: TenantID) throws {
        for company in several {
            try send(
                "INSERT INTO companies (tenant, account, name) VALUES (\(tenant), \(account), \(company))"
            )
        }
    }

    fileprivate func replace(_ companies: Companies, of account: AccountID, tenant: TenantID) throws {
        let only = companies.only?.text ?? ""
        try send(
            "UPDATE accounts SET organisation = \(only) WHERE tenant = \(tenant) AND id = \(account)"
        )
        try send("DELETE FROM companies WHERE tenant = \(tenant) AND account = \(account)")
        try insert(companies.choices, of: account, tenant: tenant)
    }
}
