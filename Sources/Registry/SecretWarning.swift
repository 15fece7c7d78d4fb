import FoundationEssentials

/// How near the end of a secret is, as often as its owners are told: a week, a day and an hour before.
enum SecretWarning: Int, Sendable, CaseIterable {
    case week = 1
    case day = 2
    case hour = 3

    var seconds: TimeInterval {
        switch self {
        case .week: 7 * 86_400
        case .day: 86_400
        case .hour: 3600
        }
    }

    /// The last one that is due for a secret that ends then; nil while there is time.
    init?(for end: Date, at now: Date) {
        let rest = end.timeIntervalSince(now)
        guard let due = Self.allCases.last(where: { rest <= $0.seconds }) else { return nil }
        self = due
    }

    /// A secret that nobody used for so long is let go without a word.
    static let quiet: TimeInterval = 7 * 86_400

    /// So long after it was made, a secret beside older ones should have been used.
    static let trial: TimeInterval = 3 * 86_400
}

extension ApplicationRegistry {
    /// Writes to the owners of secrets that end soon, and of new ones that nobody uses.
    func warnOfSecrets(
        of tenant: TenantID,
        upTo batch: Int,
        in transaction: any Connection,
        at now: Date
    ) throws {
        // The nearest first, so that one that is late is warned of once.
        let endings = try SecretWarning.allCases.reversed().flatMap {
            try transaction.takeEndings(due: $0, upTo: batch, tenant: tenant, at: now)
        }
        for notice in try endings + transaction.takeUnused(upTo: batch, tenant: tenant, at: now) {
            let owners = try transaction.ownerAddresses(of: notice.application, tenant: tenant)
            try outbox.post(notice.letter, to: owners, in: transaction, tenant: tenant, at: now)
        }
    }
}

// MARK: - How it is kept

private struct SecretNotice {
    let application: ClientID
    let letter: Letter
}

extension Connection {
    /// Secrets in use whose end has come this near, some at a time; each is found once.
    fileprivate func takeEndings(
        due warning: SecretWarning,
        upTo batch: Int,
        tenant: TenantID,
        at now: Date
    ) throws -> [SecretNotice] {
        let near = now.addingTimeInterval(warning.seconds)
        let used = now.addingTimeInterval(-SecretWarning.quiet)
        let rows = try run(
            """
            UPDATE client_secrets SET warned = \(warning.rawValue)
            WHERE tenant = \(tenant) AND (application, id) IN (
                SELECT application, id FROM client_secrets
                WHERE tenant = \(tenant) AND revoked_at IS NULL AND warned < \(warning.rawValue)
                    AND ends_at > \(now) AND ends_at <= \(near) AND last_used_at > \(used)
                LIMIT \(batch))
                AND warned < \(warning.rawValue)
            RETURNING application, hint, ends_at, last_used_at
            """
        )
        return try rows.compactMap { row in
            let (end, use) = (try row.date(2), try row.optionalDate(3))
            return try notice(of: row, tenant: tenant) {
                .secretEnds(application: $0, hint: $1, at: end, lastUsed: use)
            }
        }
    }

    /// New secrets beside older ones that three days have not seen used; each is looked at once, some at a time.
    ///
    /// One that has no older beside it then never has.
    fileprivate func takeUnused(upTo batch: Int, tenant: TenantID, at now: Date) throws -> [SecretNotice] {
        let tried = now.addingTimeInterval(-SecretWarning.trial)
        let rows = try run(
            """
            UPDATE client_secrets SET reminded_at = \(now)
            WHERE tenant = \(tenant) AND (application, id) IN (
                SELECT application, id FROM client_secrets
                WHERE tenant = \(tenant) AND last_used_at IS NULL AND reminded_at IS NULL AND revoked_at IS NULL
                    AND created_at <= \(tried)
                LIMIT \(batch))
                AND reminded_at IS NULL
            RETURNING application, hint, created_at, id, ends_at
            """
        )
        return try rows.compactMap { row in
            let (made, end) = (try row.date(2), try row.optionalDate(4))
            let isOver = end.map { $0 <= now } ?? false
            guard try !isOver && isBesideAnOlderOne(row, tenant: tenant, at: now) else { return nil }
            return try notice(of: row, tenant: tenant) {
                .secretUnused(application: $0, hint: $1, since: made)
            }
        }
    }

    /// Whether the application of a secret has one that was made before it and still works.
    private func isBesideAnOlderOne(_ row: Row, tenant: TenantID, at now: Date) throws -> Bool {
        let (application, made) = (try row.text(0), try row.date(2))
        return try !run(
            """
            SELECT 1 FROM client_secrets
            WHERE tenant = \(tenant) AND application = \(application) AND id <> \(try row.text(3))
                AND created_at < \(made) AND revoked_at IS NULL AND (ends_at IS NULL OR ends_at > \(now))
            LIMIT 1
            """
        ).isEmpty
    }

    /// Nil for an application that was deleted.
    private func notice(
        of row: Row,
        tenant: TenantID,
        _ letter: (Letter.Mention, _ hint: String) -> Letter
    ) throws -> SecretNotice? {
        guard let application = try application(try row.text(0), tenant: tenant) else { return nil }
        return SecretNotice(
            application: application.id,
            letter: letter(Letter.Mention(application), try row.text(1))
        )
    }
}
