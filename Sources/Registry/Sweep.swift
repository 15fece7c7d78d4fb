import FoundationEssentials

extension ApplicationRegistry {
    /// How many rows go at once, so that nobody waits long for it.
    static let batch = 500

    /// How often one tenant is looked at before the others have their turn.
    private static let visits = 1000

    /// Deletes expired rows of each tenant, up to `batch` of a kind at a time, and says how many went.
    ///
    /// Goes on with what a deletion left for later, consents and tenants, and writes the letters about secrets that are
    /// due. Ends early where the task is cancelled, or another process has taken on the sweep.
    package func sweep(batch: Int = ApplicationRegistry.batch) async throws -> Int {
        let now = clock()
        guard try await takesOnSweep() else { return 0 }
        try await noteServing(at: now)
        var swept = 0
        for tenant in try await tenantIDs() {
            guard try await takesOnSweep() else { return swept }
            for visit in 0..<Self.visits {
                let found = try await sweep(tenant, upTo: batch, isFirst: visit == 0, at: now)
                swept += found
                if found < batch || Task.isCancelled { break }
            }
            if Task.isCancelled { return swept }
        }
        for tenant in try await forgottenTenants() {
            var visits = 0
            while visits < Self.visits, try await deleteRows(of: tenant, upTo: batch) != nil,
                !Task.isCancelled
            {
                visits += 1
            }
        }
        // Where too many wait, a minute later.
        do { try await database.shrink() } catch DatabaseFault.busy {}
        return swept
    }

    /// One transaction where nothing has come to its end, as with nearly every tenant nearly always.
    ///
    /// What is an entry in the ledger, for which others wait, comes after it.
    private func sweep(
        _ tenant: TenantID,
        upTo batch: Int,
        isFirst: Bool,
        at now: Date
    ) async throws -> Int {
        let place = logoSweep.place(in: tenant)
        let found = try await database.transaction(.tenant(tenant)) { transaction in
            if isFirst { try self.warnOfSecrets(of: tenant, upTo: batch, in: transaction, at: now) }
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

    /// Whether this process is the one that sweeps for the next minute and a half; one that stops is followed by another.
    private func takesOnSweep() async throws -> Bool {
        guard database.isShared else { return true }
        let (now, end) = (clock(), clock().addingTimeInterval(90))
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
            Removal("access_tokens", "expires_at", before: now),
            Removal("refresh_tokens", "kept_until", before: now),
            Removal("token_families", "expires_at", before: now),
            Removal("authorization_codes", "kept_until", before: now),
            Removal("authorization_requests", "expires_at", before: yesterday),
            Removal("authorization_requests", "expires_at", before: lastHour, where: " AND session IS NULL"),
            Removal("sessions", "expires_at", before: now),
            Removal("secret_uses", "hour", before: yesterday),
            Removal("shared_counts", "expires_at", before: now),
            Removal("crossings", "minute", before: yesterday.minute),
            Removal("staged_logos", "expires_at", before: now),
            Removal("known_browsers", "seen_at", before: lastYear),
            Removal("outbox", "id", before: Outbox.firstID(at: lastWeek)),
            Removal("one_time_links", "expires_at", before: lastWeek),
            Removal("activity", "at", before: activityEnds),
            Removal("activity_counts", "day", before: activityEnds.day),
        ]
    }
}

extension Connection {
    fileprivate func deleteExpired(of tenant: TenantID, upTo batch: Int, at now: Date) throws -> Int {
        try Removal.expired(at: now).reduce(0) { try $0 + remove($1, upTo: batch, of: tenant) }
    }
}
