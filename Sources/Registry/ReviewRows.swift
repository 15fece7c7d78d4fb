import FoundationEssentials

extension Connection {
    /// Approves an application, or puts what it is to become in its place.
    func approve(
        _ application: Application,
        _ pending: PendingRevision?,
        _ publisher: CompanyName,
        tenant: TenantID,
        at now: Date
    ) throws -> Change {
        let id = application.id
        try run(
            """
            UPDATE applications SET approved_at = \(now), publisher = \(publisher)
            WHERE tenant = \(tenant) AND id = \(id)
            """
        )
        try endSubmission(of: id, tenant: tenant)
        guard let pending else { return Change(.applicationApproved, [("publisher", publisher.text)]) }
        try adopt(pending, by: application, tenant: tenant, at: now)
        let revision = ("revision", "\(application.revision + 1)")
        return Change(.applicationApproved, [("publisher", publisher.text), revision], revises: true)
    }

    func waitingApplications(upTo limit: Int, tenant: TenantID) throws -> [Application] {
        let condition: SQL = """
            a.tenant = \(tenant) AND a.id IN (SELECT w.application FROM submissions w
                WHERE w.tenant = \(tenant) AND w.state = 'waiting' ORDER BY w.asked_at LIMIT \(limit))
            """
        return try applications(where: condition, tenant: tenant).sorted { $0.askedAt < $1.askedAt }
    }

    func countWaiting(tenant: TenantID) throws -> Int {
        try run("SELECT count(*) FROM submissions WHERE tenant = \(tenant) AND state = 'waiting'")
            .first?.integer(0) ?? 0
    }

    func applications(
        withSecretsBefore date: Date,
        upTo limit: Int,
        tenant: TenantID
    ) throws -> [Application] {
        try applications(
            where: """
                a.tenant = \(tenant) AND a.id IN (SELECT k.application FROM client_secrets k
                    WHERE k.tenant = \(tenant) AND k.created_at < \(date) AND k.revoked_at IS NULL
                        AND k.ends_at IS NULL
                    GROUP BY k.application ORDER BY min(k.created_at), k.application LIMIT \(limit))
                """,
            tenant: tenant
        )
    }

    func administrator(_ id: AccountID, tenant: TenantID) throws -> Account? {
        try run(
            """
            SELECT id, role, email, name, organisation FROM accounts
            WHERE tenant = \(tenant) AND id = \(id)
            """
        ).first.map { try Account($0, from: 0) }
    }

    func reviewSubject(_ application: Application, tenant: TenantID) throws -> ReviewSubject {
        let row = try run(
            """
            SELECT o.email, a.suspension_note, count(g.id)
            FROM applications a
            JOIN accounts o ON o.tenant = a.tenant AND o.id = a.owner
            LEFT JOIN grants g ON g.tenant = a.tenant AND g.application = a.id AND g.ended_at IS NULL
            WHERE a.tenant = \(tenant) AND a.id = \(application.id)
            GROUP BY o.email, a.suspension_note
            """
        ).first
        var first: Account?
        if case .waiting(_, let approval?) = application.submission {
            first = try administrator(approval.admin, tenant: tenant)
        }
        return ReviewSubject(
            application: application,
            pending: try pendingRevision(of: application, tenant: tenant),
            ownerEmail: try row.flatMap { EmailAddress(try $0.text(0)) },
            checklist: try approvalChecklist(of: application, tenant: tenant),
            connectedCustomers: try row?.integer(2) ?? 0,
            suspensionNote: try row?.optionalText(1),
            firstApproval: first
        )
    }
}

extension Application {
    var askedAt: Date {
        if case .waiting(let date, _) = submission { date } else { createdAt }
    }
}
