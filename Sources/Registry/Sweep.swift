import FoundationEssentials

extension ApplicationRegistry {
    /// How often one tenant is looked at before the others have their turn.
    private static let visits = 1000

    /// Deletes expired rows of each tenant, up to `batch` of a kind at a time, and says how many went.
    ///
    /// Goes on with what a deletion left for later, consents and tenants, and writes the letters about secrets that are
    /// due. Ends early where the task is cancelled, or another process has taken on the sweep. What fails for one tenant
    /// is thrown when the others had their turn.
    package func sweep(batch: BatchSize = .usual) async throws -> Int {
        let now = clock()
        var claim = SweepClaim()
        guard try await holds(&claim) else { return 0 }
        try await noteServing(at: now)
        var (swept, failure): (Int, (any Error)?) = (0, nil)
        for tenant in try await tenantIDs() {
            for visit in 0..<Self.visits {
                guard try await holds(&claim) else { return swept }
                do {
                    let found = try await sweep(tenant, upTo: batch, isFirst: visit == 0, at: now)
                    swept += found
                    if found < batch.rows { break }
                } catch {
                    failure = error
                    break
                }
            }
        }
        for tenant in try await forgottenTenants() {
            var visits = 0
            while try await holds(&claim), visits < Self.visits,
                try await deleteRows(of: tenant, upTo: batch) != nil
            {
                visits += 1
            }
        }
        if let failure { throw failure }
        // Where too many wait, a minute later.
        do { try await database.shrink() } catch DatabaseFault.busy {}
        return swept
    }

    /// One transaction where nothing has come to its end, as with nearly every tenant nearly always.
    ///
    /// What is an entry in the ledger, for which others wait, comes after it.
    private func sweep(
        _ tenant: TenantID,
        upTo batch: BatchSize,
        isFirst: Bool,
        at now: Date
    ) async throws -> Int {
        let place = logoSweep.place(in: tenant)
        let found = try await database.transaction(.tenant(tenant)) { transaction in
            if isFirst { try self.warnOfSecrets(of: tenant, upTo: batch.rows, in: transaction, at: now) }
            let swept = Swept(
                rows: try transaction.deleteExpired(of: tenant, upTo: batch, at: now),
                consents: try transaction.endConsentsToDeleted(upTo: batch.rows, tenant: tenant, at: now),
                logos: try transaction.deleteLogos(after: place, upTo: batch.rows, of: tenant, at: now),
                grants: try transaction.overdueGrants(upTo: batch.rows, tenant: tenant, at: now),
                proofs: try transaction.overdueProofs(upTo: batch.rows, tenant: tenant, at: now)
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

    /// Whether this process is the one that sweeps, and was not told to stop; one that stops is followed by another.
    ///
    /// Said to the others for a minute and a half, and again when a third of it is over.
    private func holds(_ claim: inout SweepClaim) async throws -> Bool {
        let now = clock()
        if Task.isCancelled { return false }
        guard database.isShared, claim.renewAt.map({ $0 <= now }) ?? true else { return true }
        claim.renewAt = now.addingTimeInterval(30)
        let end = now.addingTimeInterval(90)
        return try await !database.write(
            """
            INSERT INTO chores (name, holder, held_until) VALUES ('sweep', \(processName), \(end))
            ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, held_until = excluded.held_until
            WHERE chores.holder = excluded.holder OR chores.held_until < \(now)
            RETURNING name
            """,
            .directory
        ).isEmpty
    }
}

extension BatchSize {
    package static let usual: BatchSize = "500"
}

/// When others are told again who sweeps; nil before they were.
private struct SweepClaim {
    var renewAt: Date?
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

// MARK: - How it is kept

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
    fileprivate func deleteExpired(of tenant: TenantID, upTo batch: BatchSize, at now: Date) throws -> Int {
        try Removal.expired(at: now).reduce(0) { try $0 + remove($1, upTo: batch, of: tenant) }
    }
}
