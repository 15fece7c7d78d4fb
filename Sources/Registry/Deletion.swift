import FoundationEssentials

// What an application leaves behind: nothing that works. Its row stays with its names, because consents and tokens
// refer to it and the ledger speaks of it by name; its logo and all else that its owner said go at once, as do
// addresses, secrets, test accounts and what was asked for. Codes and tokens are dead at once, and are swept as they
// expire.

/// Why an application was not deleted.
package enum DeletionRefusal: Error, Equatable, Sendable {
    /// Only its owner may cut customers off for good; others suspend it.
    case stillConnected(Int)
}

extension MemberAccess {
    /// Deletes an application with every connection it has.
    package func delete() async throws {
        let tenant = tenant.id
        try await change(atLeast: .owner) { transaction, current, now in
            let disconnected = try transaction.delete(current, tenant: tenant, at: now)
            return Change(.applicationDeleted, current.lastFacts(disconnected: disconnected))
        }
    }
}

extension Review {
    /// Deletes an application nobody is connected to; throws ``DeletionRefusal``.
    func delete(_ id: String) async throws {
        let tenant = tenant.id
        try await change(id) { transaction, application, now in
            let connected = try transaction.countConnected(to: application.id, tenant: tenant)
            guard connected == 0 else { throw DeletionRefusal.stillConnected(connected) }
            _ = try transaction.delete(application, tenant: tenant, at: now)
            return ((), Change(.applicationDeleted, application.lastFacts(disconnected: 0)))
        }
    }
}

extension AdminAccess {
    /// Deletes an application nobody is connected to; throws ``DeletionRefusal``.
    package func delete(_ application: Application) async throws {
        try await review.delete(application.id.text)
    }
}

extension Application {
    /// What the ledger keeps of it.
    fileprivate func lastFacts(disconnected: Int) -> [(String, String)] {
        [
            ("company_name", companyName.text), ("registered_at", createdAt.formatted(.iso8601)),
            ("disconnected", "\(disconnected)"),
        ]
    }
}

// MARK: - How it is kept

extension Connection {
    func countConnected(to id: ClientID, tenant: TenantID) throws -> Int {
        try run(
            """
            SELECT count(*) FROM grants
            WHERE tenant = \(tenant) AND application = \(id) AND ended_at IS NULL
            """
        ).first?.integer(0) ?? 0
    }

    /// Ends everything an application has; says how many consents that were.
    ///
    /// Those that one batch does not hold get their end in the sweep, as of now; until then ``ConsentGrant`` says so.
    fileprivate func delete(_ application: Application, tenant: TenantID, at now: Date) throws -> Int {
        let id = application.id
        let connected = try countConnected(to: id, tenant: tenant)
        _ = try endConsents(to: id, upTo: BatchSize.usual.rows, tenant: tenant, at: now)
        for table in Application.belongings {
            let removal: SQL = "DELETE FROM \(table) WHERE tenant = \(tenant) AND application = \(id)"
            try run(removal)
        }
        try endLinks(.invite, about: .beginning(word: id.text), tenant: tenant)
        try endLinks(.collectSecret, about: .beginning(word: id.text), tenant: tenant)
        try endLink(.transfer, about: id.text, tenant: tenant)
        try endManualRequests(of: id, tenant: tenant)
        try run(
            """
            UPDATE applications SET deleted_at = \(now), suspended_at = \(now), suspension_reason = NULL,
                suspension_note = NULL, suspension_reference = NULL, logo = NULL, website = NULL,
                privacy_policy = NULL, terms = NULL, support_email = NULL, purpose = NULL,
                tokens_void_before = \(now)
            WHERE tenant = \(tenant) AND id = \(id)
            """
        )
        return connected
    }

    /// Ends consents to an application that was deleted, as of then; says how many that were.
    ///
    /// Also what was given in the moment of the deletion: it is done with an application once it finds none.
    func endConsentsToDeleted(upTo batch: Int, tenant: TenantID, at now: Date) throws -> Int {
        while let (id, deletedAt) = try holdDeleted(tenant: tenant) {
            let ended = try endConsents(to: id, upTo: batch, tenant: tenant, at: deletedAt)
            if ended > 0 { return ended }
            try run(
                "UPDATE applications SET consents_ended_at = \(now) WHERE tenant = \(tenant) AND id = \(id)"
            )
        }
        return 0
    }

    /// The next application that was deleted and may have consents that stand; other processes wait for it until the
    /// transaction ends.
    private func holdDeleted(tenant: TenantID) throws -> (ClientID, Date)? {
        try run(
            """
            UPDATE applications SET deleted_at = deleted_at
            WHERE tenant = \(tenant) AND consents_ended_at IS NULL AND id = (SELECT id FROM applications
                WHERE tenant = \(tenant) AND deleted_at IS NOT NULL AND consents_ended_at IS NULL
                ORDER BY deleted_at LIMIT 1)
            RETURNING id, deleted_at
            """
        ).first.map { (ClientID(text: try $0.text(0)), try $0.date(1)) }
    }

    /// Each with its last step, named after the consent, in the order in which others write them too.
    ///
    /// One that its customer ends in the same moment ends once.
    private func endConsents(to id: ClientID, upTo batch: Int, tenant: TenantID, at date: Date) throws -> Int
    {
        let consents = try run(
            """
            SELECT id FROM grants WHERE tenant = \(tenant) AND application = \(id) AND ended_at IS NULL
            LIMIT \(batch)
            """
        ).map { try $0.text(0) }.sorted()
        let ended = try runAll(
            consents.map { consent in
                """
                UPDATE grants SET ended_at = \(date)
                WHERE tenant = \(tenant) AND id = \(consent) AND ended_at IS NULL RETURNING id
                """
            }
        )
        for (consent, row) in zip(consents, ended) where !row.isEmpty {
            try send(
                """
                INSERT INTO consent_records (tenant, id, grant_id, place, step, at, scopes)
                VALUES (\(tenant), \("rc_" + consent.dropFirst(3)), \(consent),
                    (SELECT COALESCE(max(place), -1) + 1 FROM consent_records
                        WHERE tenant = \(tenant) AND grant_id = \(consent)),
                    'ended', \(date), '')
                """
            )
        }
        return consents.count
    }

    private func endManualRequests(of id: ClientID, tenant: TenantID) throws {
        let open = try run(
            """
            UPDATE manual_requests SET state = 'ended' WHERE tenant = \(tenant) AND application = \(id)
                AND state IN ('asked', 'waiting', 'allowed') RETURNING reference
            """
        )
        for purpose in [OneTimeLink.Purpose.requestToken, .collectToken] {
            for request in open {
                try endLink(purpose, about: request.text(0), tenant: tenant)
            }
        }
    }
}

extension Application {
    /// Tables of which nothing stays when an application goes.
    fileprivate static let belongings: [SchemaName] = [
        "redirect_uris", "domain_proofs", "secret_uses", "client_secrets", "test_accounts", "submissions",
        "pending_redirect_uris",
        "pending_revisions", "activity", "activity_counts", "members",
    ]
}
