import FoundationEssentials

/// Letters about secrets that nobody asked for: one that is used is about to end, or a new one never was used.

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
    /// Posts the warnings that are due and says how many; one process does it for all.
    package func warnOfSecrets() async throws -> Int {
        let (now, outbox) = (clock(), outbox)
        guard try await takesOn(.warnOfSecrets, for: 300, at: now) else { return 0 }
        var posted = 0
        for tenant in try await database.read(.directory, { try $0.tenantIDs() }) {
            posted += try await database.transaction(.tenant(tenant)) { transaction in
                let notices =
                    try SecretWarning.allCases.flatMap {
                        try transaction.takeEndings(due: $0, tenant: tenant, at: now)
                    } + transaction.takeUnused(tenant: tenant, at: now)
                return try notices.reduce(0) { count, notice in
                    let owners = try transaction.owners(of: notice.application, tenant: tenant)
                    for owner in owners {
                        try outbox.post(notice.letter, to: owner, in: transaction, tenant: tenant, at: now)
                    }
                    return count + owners.count
                }
            }
        }
        return posted
    }
}

// MARK: - How it is kept

private struct SecretNotice {
    let application: ClientID
    let letter: Letter
}

extension Connection {
    /// Secrets in use whose end has come this near; each is found once.
    fileprivate func takeEndings(
        due warning: SecretWarning,
        tenant: TenantID,
        at now: Date
    ) throws -> [SecretNotice] {
        let (near, used) = (
            now.addingTimeInterval(warning.seconds), now.addingTimeInterval(-SecretWarning.quiet)
        )
        let rows = try run(
            """
            UPDATE client_secrets SET warned = \(warning.rawValue)
            WHERE tenant = \(tenant) AND revoked_at IS NULL AND warned < \(warning.rawValue)
                AND ends_at > \(now) AND ends_at <= \(near) AND last_used_at > \(used)
            RETURNING application, hint, ends_at, last_used_at
            """
        )
        return try rows.compactMap { row in
            try notice(of: row, tenant: tenant) { mention in
                .secretEnds(
                    application: mention,
                    hint: try row.text(1),
                    at: try row.date(2),
                    lastUsed: try row.optionalDate(3)
                )
            }
        }
    }

    /// New secrets beside older ones that three days have not seen used; each is found once.
    fileprivate func takeUnused(tenant: TenantID, at now: Date) throws -> [SecretNotice] {
        let rows = try run(
            """
            UPDATE client_secrets SET reminded_at = \(now)
            WHERE tenant = \(tenant) AND last_used_at IS NULL AND reminded_at IS NULL AND revoked_at IS NULL
                AND (ends_at IS NULL OR ends_at > \(now))
                AND created_at <= \(now.addingTimeInterval(-SecretWarning.trial))
                AND EXISTS (SELECT 1 FROM client_secrets o WHERE o.tenant = client_secrets.tenant
                    AND o.application = client_secrets.application AND o.id <> client_secrets.id
                    AND o.created_at < client_secrets.created_at AND o.revoked_at IS NULL
                    AND (o.ends_at IS NULL OR o.ends_at > \(now)))
            RETURNING application, hint, created_at
            """
        )
        return try rows.compactMap { row in
            try notice(of: row, tenant: tenant) { mention in
                .secretUnused(application: mention, hint: try row.text(1), since: try row.date(2))
            }
        }
    }

    private func notice(
        of row: Row,
        tenant: TenantID,
        _ letter: (Letter.Mention) throws -> Letter
    ) throws -> SecretNotice? {
        guard let application = try application(try row.text(0), tenant: tenant), !application.isSuspended
        else {
            return nil
        }
        return SecretNotice(application: application.id, letter: try letter(Letter.Mention(application)))
    }

    /// Who is written to about an application's secrets.
    func owners(of application: ClientID, tenant: TenantID) throws -> [EmailAddress] {
        try run(
            """
            SELECT o.email FROM applications a JOIN accounts o ON o.tenant = a.tenant AND o.id = a.owner
            WHERE a.tenant = \(tenant) AND a.id = \(application)
            """
        ).compactMap { EmailAddress(try $0.text(0)) }
    }
}
