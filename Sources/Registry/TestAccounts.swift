import FoundationEssentials

/// A customer who may connect an application before it is approved, once they have agreed to.
package struct TestAccount: Sendable, Hashable {
    package let email: EmailAddress
    package let hasAgreed: Bool
}

/// Why the list of test accounts was not changed.
package enum TestAccountRefusal: Error, Equatable, Sendable {
    case tooMany(limit: Int)

    /// It is not the one any more that was to be replaced.
    case overtaken
}

// MARK: - What the partner does

extension MemberAccess {
    package func testAccounts() async throws -> [TestAccount] {
        try await reading { try $0.testAccounts(of: $1, tenant: $2) }
    }

    /// Who is not on the list yet and would be asked; throws ``TestAccountRefusal``.
    package func newTestAccounts(
        in addresses: Set<EmailAddress>,
        replacing listed: [TestAccount]
    ) throws(TestAccountRefusal) -> Set<EmailAddress> {
        let limit = tenant.policy.testAccountsPerApplication
        guard addresses.count <= limit else { throw .tooMany(limit: limit) }
        return addresses.subtracting(listed.map(\.email))
    }

    /// Makes the list what it says here, as long as it is what it was; whoever is new on it is asked.
    ///
    /// Throws ``TestAccountRefusal``.
    package func setTestAccounts(
        _ wanted: Set<EmailAddress>,
        replacing listed: [TestAccount]
    ) async throws {
        let (tenant, outbox) = (tenant, registry.outbox)
        let fresh = try newTestAccounts(in: wanted, replacing: listed)
        let known = Set(listed.map(\.email))
        try await change(atLeast: .developer) { transaction, current, now in
            let found = Set(try transaction.testAccounts(of: current.id, tenant: tenant.id).map(\.email))
            guard found == known else { throw TestAccountRefusal.overtaken }
            try transaction.remove(known.subtracting(wanted), from: current.id, tenant: tenant.id)
            try transaction.invite(fresh, to: current.id, tenant: tenant.id)
            let letter = Letter.invitedToTest(application: .init(current), domain: current.ownerDomain)
            for email in fresh {
                let language = try transaction.language(ofCustomer: email, at: tenant)
                try outbox.post(
                    letter,
                    to: email,
                    language: language,
                    in: transaction,
                    tenant: tenant.id,
                    at: now
                )
            }
            return Change(.testAccountsChanged, [("count", "\(wanted.count)")])
        }
    }
}

// MARK: - What the customer does

extension CustomerAccess {
    /// The application that asks this customer to test it, or that they test already; nil where none of that name does.
    package func testInvitation(_ id: String) async throws -> (application: Application, hasAgreed: Bool)? {
        registry.watch(id, by: actor, at: self.tenant, from: provenance)
        let (tenant, email) = (tenant.id, account.email)
        return try await registry.database.read(.tenant(tenant)) { connection in
            guard let application = try connection.application(id, tenant: tenant),
                let own = try connection.testAccounts(of: application.id, tenant: tenant)
                    .first(where: { $0.email == email })
            else { return nil }
            return (application, own.hasAgreed)
        }
    }

    /// Agrees to test, or takes this customer's address off the list; says whether there was an invitation.
    package func answerTestInvitation(_ application: Application, agrees: Bool) async throws -> Bool {
        let (now, tenant, email) = (registry.clock(), tenant.id, account.email)
        let (ledger, actor, provenance) = (registry.ledger, actor, provenance)
        return try await registry.database.transaction(.tenant(tenant)) { transaction in
            let id = application.id
            let answered =
                agrees
                ? try transaction.agree(email, to: id, tenant: tenant, at: now)
                : try !transaction.remove([email], from: id, tenant: tenant).isEmpty
            guard answered else { return false }
            try ledger.record(
                agrees ? .testAccountAgreed : .testAccountDeclined,
                of: id.text,
                by: actor,
                from: provenance,
                in: transaction,
                tenant: tenant,
                at: now
            )
            return true
        }
    }
}

// MARK: - How it is kept

extension Connection {
    func testAccounts(of id: ClientID, tenant: TenantID) throws -> [TestAccount] {
        try run(
            """
            SELECT email, agreed_at FROM test_accounts
            WHERE tenant = \(tenant) AND application = \(id) ORDER BY email
            """
        ).compactMap { row in
            guard let email = EmailAddress(try row.text(0)) else { return nil }
            return TestAccount(email: email, hasAgreed: try row.optionalInteger(1) != nil)
        }
    }

    fileprivate func invite(_ addresses: Set<EmailAddress>, to id: ClientID, tenant: TenantID) throws {
        let nobody: Date? = nil
        for address in addresses {
            try run(
                """
                INSERT INTO test_accounts (tenant, application, email, agreed_at)
                VALUES (\(tenant), \(id), \(address), \(nobody))
                """
            )
        }
    }

    @discardableResult
    fileprivate func remove(
        _ addresses: Set<EmailAddress>,
        from id: ClientID,
        tenant: TenantID
    ) throws -> [EmailAddress] {
        try addresses.filter { address in
            try !run(
                """
                DELETE FROM test_accounts
                WHERE tenant = \(tenant) AND application = \(id) AND email = \(address) RETURNING email
                """
            ).isEmpty
        }
    }

    fileprivate func agree(
        _ address: EmailAddress,
        to id: ClientID,
        tenant: TenantID,
        at now: Date
    ) throws -> Bool {
        try !run(
            """
            UPDATE test_accounts SET agreed_at = \(now)
            WHERE tenant = \(tenant) AND application = \(id) AND email = \(address) AND agreed_at IS NULL
            RETURNING email
            """
        ).isEmpty
    }
}
