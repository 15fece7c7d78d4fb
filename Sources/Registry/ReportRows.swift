import FoundationEssentials

/// How reports are kept.
extension Connection {
    func insert(_ report: Report, tenant: TenantID) throws {
        try run(
            """
            INSERT INTO reports (tenant, reference, application, account, reason, words, reported_at)
            VALUES (\(tenant), \(report.reference), \(report.application), \(report.account), \(report.reason),
                \(report.words), \(report.reportedAt))
            """
        )
    }

    func countReports(of account: AccountID, since start: Date, tenant: TenantID) throws -> Int {
        try run(
            """
            SELECT count(*) FROM reports
            WHERE tenant = \(tenant) AND account = \(account) AND reported_at > \(start)
            """
        ).first?.integer(0) ?? 0
    }

    /// How many people's reports count: those that wait, and those that were found right.
    func countReporters(
        of application: ClientID,
        since start: Date,
        groundlessSince quarter: Date,
        fewerThan limit: Int,
        tenant: TenantID
    ) throws -> Int {
        try run(
            """
            SELECT count(DISTINCT r.account) FROM reports r
            WHERE r.tenant = \(tenant) AND r.application = \(application) AND r.reported_at > \(start)
                AND (r.settled_at IS NULL OR r.was_founded = 1)
                AND (SELECT count(*) FROM reports g
                    WHERE g.tenant = r.tenant AND g.account = r.account AND g.reported_at > \(quarter)
                        AND g.was_founded = 0) < \(limit)
            """
        ).first?.integer(0) ?? 0
    }

    /// Says whether this call froze it.
    func freeze(_ id: ClientID, tenant: TenantID, at now: Date) throws -> Bool {
        try !run(
            """
            UPDATE applications SET frozen_at = \(now)
            WHERE tenant = \(tenant) AND id = \(id) AND frozen_at IS NULL AND approved_at IS NULL
            RETURNING id
            """
        ).isEmpty
    }

    func unfreeze(_ id: ClientID, tenant: TenantID) throws -> Bool {
        try !run(
            """
            UPDATE applications SET frozen_at = NULL
            WHERE tenant = \(tenant) AND id = \(id) AND frozen_at IS NOT NULL
            RETURNING id
            """
        ).isEmpty
    }

    func settleReports(
        about id: ClientID,
        areFounded: Bool,
        tenant: TenantID,
        at now: Date
    ) throws -> Int {
        try run(
            """
            UPDATE reports SET settled_at = \(now), was_founded = \(areFounded)
            WHERE tenant = \(tenant) AND application = \(id) AND settled_at IS NULL
            RETURNING reference
            """
        ).count
    }

    /// Applications that reports wait about.
    func reportedApplications(
        upTo limit: Int,
        tenant: TenantID
    ) throws -> [(application: Application, reports: Int)] {
        try run(
            """
            SELECT application, count(*) FROM reports WHERE tenant = \(tenant) AND settled_at IS NULL
            GROUP BY application ORDER BY count(*) DESC, application LIMIT \(limit)
            """
        ).compactMap { row in
            let count = try row.integer(1)
            return try application(try row.text(0), tenant: tenant).map { ($0, count) }
        }
    }

    func reports(about id: ClientID, tenant: TenantID) throws -> [Report] {
        try run(
            """
            SELECT reference, account, reason, words, reported_at, settled_at, was_founded
            FROM reports WHERE tenant = \(tenant) AND application = \(id)
            ORDER BY reported_at DESC, reference LIMIT 200
            """
        ).map { row in
            Report(
                reference: try row.text(0),
                application: id,
                account: try row.optionalText(1).map(AccountID.init(text:)),
                reason: Report.Reason(rawValue: try row.text(2)) ?? .other,
                words: try row.text(3),
                reportedAt: try row.date(4),
                settledAt: try row.optionalDate(5),
                wasFounded: try row.optionalInteger(6).map { $0 == 1 }
            )
        }
    }
}
