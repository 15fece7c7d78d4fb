import FoundationEssentials

extension ApplicationRegistry {
    /// How often one tenant is looked at before the others have their turn.
    private static let visits = 1000

    /// Deletes expired rows of each tenant, up to `batch` of a kind at a time so that nobody waits long for it, and says
    /// how many went.
    ///
    /// Ends what a deletion left for later, tenants and consents. Writes the letters about secrets that are due as well. Ends early where the task is cancelled.
    package func sweep(batch: Int = 500) async throws -> Int {
        let now = clock()
        guard try await takesOn(.sweep, for: 90, at: now) else { return 0 }
        try await noteServing(at: now)
        var swept = 0
        try await deleteForgottenTenants(upTo: batch)
        for tenant in try await tenantIDs() {
            for _ in 0..<Self.visits {
                let found = try await sweep(tenant, upTo: batch, at: now)
                swept += found
                if found < batch || Task.isCancelled { break }
            }
            if Task.isCancelled { return swept }
        }
        // Where too many wait, a minute later.
        do { try await database.shrink() } catch DatabaseFault.busy {}
        return swept
    }

    /// One transaction where nothing has come to its end, as with nearly every tenant nearly always.
    ///
    /// What is an entry in the ledger, for which others wait, comes after it.
    private func sweep(_ tenant: TenantID, upTo batch: Int, at now: Date) async throws -> Int {
        let place = logoSweep.place(in: tenant)
        let found = try await database.transaction(.tenant(tenant)) { transaction in
            try self.warnOfSecrets(of: tenant, upTo: batch, in: transaction, at: now)
            let swept = Swept(
                rows: try transaction.deleteExpired(of: tenant, upTo: batch, at: now),
                consents: try transaction.endConsentsToDeleted(upTo: batch, tenant: tenant, at: now),
                logos: try transaction.deleteLogos(after: place, upTo: batch, of: tenant, at: now),
                grants: try transaction.overdueGrants(upTo: batch, tenant: tenant, at: now),
                proofs: try transaction.overdueProofs(upTo: batch, tenant: tenant, at: now)
            )
            // After the logos, whose bytes an upload counts too before it warns of them.
            try transaction.forgetWarnings(of: tenant)
            return swept
        }
        logoSweep.goOn(from: found.logos.end, in: tenant)
        if !found.grants.isEmpty { try await lapse(found.grants, of: tenant, at: now) }
        for (application, domain) in found.proofs {
            try await lapseProof(of: domain, application, at: tenant)
        }
        return found.count
    }

    /// Whether this process is the one that does a chore for the next seconds; one that stops is followed by another.
    private func takesOn(_ chore: Chore, for seconds: TimeInterval, at now: Date) async throws -> Bool {
        guard database.isShared else { return true }
        let end = now.addingTimeInterval(seconds)
        return try await !database.write(
            """
            INSERT INTO chores (name, holder, held_until) VALUES (\(chore.rawValue), \(processName), \(end))
            ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, held_until = excluded.held_until
            WHERE chores.holder = excluded.holder OR chores.held_until < \(now)
            RETURNING name
            """,
            .directory
        ).isEmpty
    }
}

/// What one look at a tenant deleted, and what it found that is over.
private struct Swept: Sendable {
    let rows: Int
    let consents: Int
    let logos: LogoSweep.Stretch
    let grants: [ConsentGrant]
    let proofs: [(ClientID, DomainName)]

    var count: Int { rows + consents + logos.deleted + grants.count + proofs.count }
}

/// What one of all processes does for the others.
private enum Chore: String {
    case sweep
}

// MARK: - How it is kept

/// What is to go of a table, and by what its rows are named.
struct Removal {
    private let table: SQL
    private let key: SQL
    private let condition: SQL

    init(_ table: SQL, _ key: SQL = "id", where condition: SQL) {
        (self.table, self.key, self.condition) = (table, key, condition)
    }

    func deletion(upTo batch: Int, of tenant: TenantID) -> SQL {
        "DELETE FROM " + table + " WHERE tenant = \(tenant) AND (" + key + ") IN (SELECT " + key + " FROM "
            + table
            + " WHERE tenant = \(tenant) AND " + condition + " LIMIT \(batch)) RETURNING 1"
    }
}

extension Removal {
    /// What is over.
    ///
    /// A customer's request stays a day longer so that it can be started again, an hour where nobody has signed in yet;
    /// a letter and a link a week, so that it can be told what became of them.
    fileprivate static func expired(at now: Date) -> [Removal] {
        let (lastHour, yesterday) = (now.addingTimeInterval(-3600), now.addingTimeInterval(-86_400))
        let lastWeek = now.addingTimeInterval(-7 * 86_400)
        let activityEnds = now.addingTimeInterval(-Double(Activity.keptSeconds))
        let lastYear = now.addingTimeInterval(-366 * 86_400)
        return [
            Removal("access_tokens", where: "expires_at < \(now)"),
            Removal("refresh_tokens", where: "kept_until < \(now)"),
            Removal("token_families", where: "expires_at < \(now)"),
            Removal("authorization_codes", where: "kept_until < \(now)"),
            Removal("authorization_requests", where: "expires_at < \(yesterday)"),
            Removal("authorization_requests", where: "session IS NULL AND expires_at < \(lastHour)"),
            Removal("sessions", where: "expires_at < \(now)"),
            Removal("secret_uses", "application, secret, hour, address_block", where: "hour < \(yesterday)"),
            Removal("shared_counts", "digest", where: "expires_at < \(now)"),
            Removal("crossings", "minute", where: "minute < \(yesterday.minute)"),
            Removal("staged_logos", where: "expires_at < \(now)"),
            Removal("known_browsers", "account, digest", where: "seen_at < \(lastYear)"),
            Removal("outbox", where: "id < \(Outbox.firstID(at: lastWeek))"),
            Removal("one_time_links", where: "expires_at < \(lastWeek)"),
            Removal("activity", "application, id", where: "at < \(activityEnds)"),
            Removal("activity_counts", "application, day", where: "day < \(activityEnds.day)"),
        ]
    }
}

extension Connection {
    fileprivate func deleteExpired(of tenant: TenantID, upTo batch: Int, at now: Date) throws -> Int {
        try Removal.expired(at: now).reduce(0) { try $0 + run($1.deletion(upTo: batch, of: tenant)).count }
    }
}
