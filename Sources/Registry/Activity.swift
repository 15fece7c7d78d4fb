package import FoundationEssentials

/// One thing that happened to a request of an application: how a customer answered, or why it was declined.
///
/// Kept for thirty days for the application's own people (ux A9), under the reference that the caller was given.
/// Who asked without proof can make as many as they like, so theirs never push out what the application's own
/// software did; see ``Witness``.
package struct Activity: Sendable {
    package enum Step: String, Sendable, CaseIterable, Codable {
        case authorize, token, refresh, revoke, introspect
    }

    /// Who was there, by which the newest are kept: one kind cannot push out another.
    package enum Witness: String, Sendable, CaseIterable {
        /// Whoever followed a link or named the application.
        case anyone
        case customer

        /// The application, which proved who it is.
        case application

        /// How many of an application are kept.
        var kept: Int { self == .application ? 200 : 100 }
    }

    package let id: String
    package let at: Date
    package let step: Step
    package let cause: Cause
    package let reference: String

    /// Whence software asked; a customer's address is not the application's business.
    package let address: String?

    static let keptSeconds = 30 * 86_400
    package static let pageLength = 25
}

/// A stretch of an application's activity, newest first.
package struct ActivityPage: Sendable {
    package let entries: [Activity]

    /// Where the older ones begin; nil when there are none.
    package let older: String?

    /// How many more there were in thirty days than were kept one by one.
    package let uncounted: Int
}

// MARK: - Looking at it

extension MemberAccess {
    /// Up to ``Activity/pageLength`` of an application's entries, older than the one named.
    package func activity(before id: String? = nil, onlyRefused: Bool = false) async throws -> ActivityPage {
        let since = registry.clock().addingTimeInterval(-Double(Activity.keptSeconds))
        let answers = try Activity.Cause.answers.map { try $0.text }
        let kind: SQL = onlyRefused ? " AND cause NOT IN (" + .list(answers) + ")" : ""
        return try await reading { connection, application, tenant in
            let found = try connection.activity(
                of: application,
                where: "AND id < \(id ?? "~")" + kind,
                since: since,
                limit: Activity.pageLength + 1,
                tenant: tenant
            )
            let entries = Array(found.prefix(Activity.pageLength))
            return ActivityPage(
                entries: entries,
                older: found.count > entries.count ? entries.last?.id : nil,
                uncounted: try connection.uncounted(of: application, since: since, tenant: tenant)
            )
        }
    }

    package func activity(_ id: String) async throws -> Activity? {
        try await newest("AND id = \(id)")
    }

    /// The newest entry under a reference that somebody passed on, in any of the ways it can be read.
    package func activity(under readings: [String]) async throws -> Activity? {
        try await newest("AND reference IN (" + .list(readings) + ")")
    }

    /// What the last authorization request came to; nil where there was none in thirty days.
    package func lastAuthorization() async throws -> Activity? {
        try await newest("AND step = \(Activity.Step.authorize.rawValue)")
    }

    /// By address, when customers were last sent there.
    package func redirectURIUses() async throws -> [String: Date] {
        try await reading { try $0.redirectURIUses(of: $1, tenant: $2) }
    }

    private func newest(_ condition: SQL) async throws -> Activity? {
        let since = registry.clock().addingTimeInterval(-Double(Activity.keptSeconds))
        return try await reading {
            try $0.activity(of: $1, where: condition, since: since, limit: 1, tenant: $2)
        }.first
    }
}

// MARK: - How it is kept

extension Connection {
    /// The newest entries of an application that fit a further condition.
    fileprivate func activity(
        of id: ClientID,
        where condition: SQL,
        since: Date,
        limit: Int,
        tenant: TenantID
    ) throws -> [Activity] {
        let own: SQL = """
            SELECT id, at, step, cause, reference, address FROM activity
            WHERE tenant = \(tenant) AND application = \(id) AND at > \(since)
            """
        return try run(own + " " + condition + " ORDER BY id DESC LIMIT \(limit)").compactMap(Activity.init)
    }

    fileprivate func uncounted(of id: ClientID, since: Date, tenant: TenantID) throws -> Int {
        try run(
            """
            SELECT CAST(coalesce(sum(count), 0) AS BIGINT) FROM activity_counts
            WHERE tenant = \(tenant) AND application = \(id) AND day >= \(since.day)
            """
        ).first?.integer(0) ?? 0
    }

    fileprivate func redirectURIUses(of id: ClientID, tenant: TenantID) throws -> [String: Date] {
        let rows = try run(
            """
            SELECT uri, last_used_at FROM redirect_uris
            WHERE tenant = \(tenant) AND application = \(id) AND last_used_at IS NOT NULL
            """
        )
        return try Dictionary(rows.map { (try $0.text(0), try $0.date(1)) }) { $1 }
    }

    /// Keeps an entry of an application that exists; one that a lost commit kept after all stays as it is.
    func insert(_ entry: Activity, of id: ClientID, seenBy witness: Activity.Witness, tenant: TenantID) throws
    {
        let cause = try entry.cause.text
        try send(
            """
            INSERT INTO activity (tenant, application, id, at, step, witness, cause, reference, address)
            VALUES (\(tenant), \(id), \(entry.id), \(entry.at), \(entry.step.rawValue), \(witness.rawValue),
                \(cause), \(entry.reference), \(entry.address))
            ON CONFLICT (tenant, application, id) DO NOTHING
            """
        )
    }

    /// Deletes what is older than the newest of its kind, and says how many those were.
    func trimActivity(of id: ClientID, seenBy witness: Activity.Witness, tenant: TenantID) throws -> Int {
        try run(
            """
            DELETE FROM activity WHERE tenant = \(tenant) AND application = \(id) AND witness = \(witness.rawValue)
                AND id <= (
                    SELECT id FROM activity
                    WHERE tenant = \(tenant) AND application = \(id) AND witness = \(witness.rawValue)
                    ORDER BY id DESC LIMIT 1 OFFSET \(witness.kept)
                )
            RETURNING 1
            """
        ).count
    }

    func count(_ uncounted: Int, of id: ClientID, tenant: TenantID, at now: Date) throws {
        try send(
            """
            INSERT INTO activity_counts (tenant, application, day, count)
            VALUES (\(tenant), \(id), \(now.day), \(uncounted))
            ON CONFLICT (tenant, application, day)
                DO UPDATE SET count = activity_counts.count + excluded.count
            """
        )
    }
}

extension Activity {
    /// Nil for what a later version of this program noted and this one cannot tell.
    fileprivate init?(_ row: Row) throws {
        id = try row.text(0)
        at = try row.date(1)
        guard let step = Step(rawValue: try row.text(2)), let cause = Cause(kept: try row.text(3)) else {
            return nil
        }
        (self.step, self.cause) = (step, cause)
        reference = try row.text(4)
        address = try row.optionalText(5)
    }
}

extension Activity.Cause {
    fileprivate var text: String {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            return String(decoding: try encoder.encode(self), as: UTF8.self)
        }
    }

    fileprivate init?(kept text: String) {
        do {
            self = try JSONDecoder().decode(Activity.Cause.self, from: Data(text.utf8))
        } catch {
            return nil
        }
    }
}

extension Date {
    /// Whole days since 1970 began.
    var day: Int { milliseconds / 86_400_000 }
}
