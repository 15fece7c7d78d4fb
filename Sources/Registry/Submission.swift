package import FoundationEssentials

/// What a partner asked the tenant's people to approve, an application or a change to an approved one, and what
/// came of it; there is one at a time.
package enum Submission: Sendable, Hashable {
    case waiting(since: Date, FirstApproval?)
    case changesNeeded(Answer)
    case rejected(Answer)

    package var isWaiting: Bool { if case .waiting = self { true } else { false } }

    fileprivate var answeredAt: Date? {
        switch self {
        case .waiting: nil
        case .changesNeeded(let answer), .rejected(let answer): answer.date
        }
    }
}

/// What the first of two administrators said, where it takes two; the other has to name the same publisher.
package struct FirstApproval: Sendable, Hashable {
    let admin: AccountID
    let publisher: CompanyName
}

/// What an administrator wrote to the partner.
package struct Answer: Sendable, Hashable {
    package let message: String
    package let date: Date
}

/// What the tenant's people stand for: who is behind an application, and since when they say so.
package struct Approval: Sendable, Hashable {
    package let date: Date
    package let publisher: CompanyName
}

/// What an administrator looks at before anybody decides; none of it is a condition.
package struct ApprovalChecklist: Sendable, Equatable {
    package let hasLogo: Bool
    package let hasRedirectURI: Bool
    package let hasPrivacyPolicy: Bool

    /// How many customers have connected so far, up to the first token; of more than ``mostCounted``, so many.
    package let testConnections: Int

    package static let mostCounted = 1000

    package var isComplete: Bool { hasLogo && hasRedirectURI && hasPrivacyPolicy && testConnections > 0 }
}

// MARK: - What may be done with it

/// Why nothing was asked.
package enum SubmissionRefusal: Error, Equatable, Sendable {
    /// It is approved, or waits already.
    case nothingToAsk

    /// Nothing waits for an answer.
    case nothingToWithdraw
}

extension MemberAccess {
    /// Asks for approval, again where changes were asked for; throws ``SubmissionRefusal``.
    package func askForApproval() async throws {
        let (tenant, member) = (tenant.id, self)
        try await change(atLeast: .developer) { transaction, current, now in
            let isOpen = current.approval == nil || current.submission != nil
            guard isOpen, current.submission?.isWaiting != true else { throw SubmissionRefusal.nothingToAsk }
            try transaction.submit(current.id, tenant: tenant, at: now)
            try member.tellAdministrators(about: current, transaction, now)
            return Change(.approvalAsked)
        }
    }

    /// Takes back what was asked, and with it the change to an approved application; throws ``SubmissionRefusal``.
    package func withdraw() async throws {
        let tenant = tenant.id
        try await change(atLeast: .developer) { transaction, current, _ in
            guard current.submission != nil else { throw SubmissionRefusal.nothingToWithdraw }
            try transaction.endSubmission(of: current.id, tenant: tenant)
            if current.approval == nil { return Change(.approvalWithdrawn) }
            try transaction.deletePendingRevision(of: current.id, tenant: tenant)
            return Change(.revisionWithdrawn)
        }
    }

    /// Writes to the administrators that something waits for them.
    func tellAdministrators(about application: Application, _ transaction: any Connection, _ now: Date) throws
    {
        try registry.tellAdministrators(about: application, by: account.email, transaction, tenant.id, now)
    }

    package func approvalChecklist() async throws -> ApprovalChecklist {
        let application = application
        return try await reading { connection, _, tenant in
            try connection.approvalChecklist(of: application, tenant: tenant)
        }
    }
}

extension ApplicationRegistry {
    /// Puts an application before the administrators that nobody can connect until one has looked.
    func submit(
        held application: Application,
        by owner: EmailAddress,
        _ transaction: any Connection,
        _ tenant: TenantID,
        _ now: Date
    ) throws {
        try transaction.submit(application.id, tenant: tenant, at: now)
        try tellAdministrators(about: application, by: owner, transaction, tenant, now)
    }

    /// Writes to the administrators about an application once an hour and after each of their answers, however often
    /// it is taken back and asked for again.
    fileprivate func tellAdministrators(
        about application: Application,
        by person: EmailAddress,
        _ transaction: any Connection,
        _ tenant: TenantID,
        _ now: Date
    ) throws {
        let letter: Letter
        if let pending = try transaction.pendingRevision(of: application, tenant: tenant) {
            letter = pending.letter(about: application, by: person, at: now)
        } else {
            let checklist = try transaction.approvalChecklist(of: application, tenant: tenant)
            letter = .askedForApproval(
                application: .init(application),
                by: person.text,
                at: now,
                testConnections: checklist.testConnections,
                isHeld: application.isHeld
            )
        }
        try outbox.postHourly(
            letter,
            about: "approval \(application.id) \(application.submission?.answeredAt?.milliseconds ?? 0)",
            to: try transaction.administratorAddresses(tenant: tenant),
            in: transaction,
            tenant: tenant,
            at: now
        )
    }
}

extension PendingRevision {
    fileprivate func letter(about application: Application, by person: EmailAddress, at now: Date) -> Letter {
        let brand = ApplicationBrand(application, self)
        let changes = ApplicationBrand(application).changes(to: brand).filter(\.field.waitsForApproval)
        return .askedForChange(
            application: .init(application),
            by: person.text,
            at: now,
            fields: changes.map(\.field.rawValue),
            scopes: addedScopes.names.map(\.text),
            redirectURIs: addedRedirectURIs.map(\.text)
        )
    }
}

// MARK: - How it is kept

extension Submission {
    /// Reads the six columns that an application is read with, from `place` on; nil where nothing was asked.
    init?(_ row: Row, at place: Int) throws {
        guard let state = try row.optionalText(place) else { return nil }
        let answer = Answer(
            message: try row.optionalText(place + 3) ?? "",
            date: try row.optionalDate(place + 2) ?? row.date(place + 1)
        )
        switch state {
        case "waiting":
            let admin = try row.optionalText(place + 4).map(AccountID.init)
            let publisher = try row.optionalText(place + 5).map(CompanyName.init(stored:))
            let first = admin.flatMap { admin in
                publisher.map { FirstApproval(admin: admin, publisher: $0) }
            }
            self = .waiting(since: try row.date(place + 1), first)
        case "changes": self = .changesNeeded(answer)
        case "rejected": self = .rejected(answer)
        default: throw DamagedRow(place: "submissions.state")
        }
    }
}

extension Connection {
    /// Puts an application, or a change to it, before the administrators; what one of two said before is void.
    func submit(_ id: ClientID, tenant: TenantID, at now: Date) throws {
        try run(
            """
            INSERT INTO submissions (tenant, application, state, asked_at) VALUES (\(tenant), \(id), 'waiting', \(now))
            ON CONFLICT (tenant, application) DO UPDATE SET
                state = 'waiting', asked_at = excluded.asked_at, answered_at = NULL, message = NULL,
                first_admin = NULL, first_publisher = NULL
            """
        )
    }

    /// Notes that one administrator approved and another has to.
    func note(_ first: FirstApproval, of id: ClientID, tenant: TenantID, at now: Date) throws {
        try run(
            """
            INSERT INTO submissions (tenant, application, state, asked_at, first_admin, first_publisher)
            VALUES (\(tenant), \(id), 'waiting', \(now), \(first.admin), \(first.publisher))
            ON CONFLICT (tenant, application) DO UPDATE SET state = 'waiting', answered_at = NULL, message = NULL,
                first_admin = excluded.first_admin, first_publisher = excluded.first_publisher
            """
        )
    }

    /// Whoever approved first approved something else.
    func forgetFirstApproval(of id: ClientID, tenant: TenantID) throws {
        try run(
            """
            UPDATE submissions SET first_admin = NULL, first_publisher = NULL
            WHERE tenant = \(tenant) AND application = \(id)
            """
        )
    }

    /// Writes down what the administrators want instead: `changes` or nothing of it, `rejected`.
    func answer(
        _ id: ClientID,
        _ state: String,
        _ message: String,
        tenant: TenantID,
        at now: Date
    ) throws {
        try run(
            """
            INSERT INTO submissions (tenant, application, state, asked_at, answered_at, message)
            VALUES (\(tenant), \(id), \(state), \(now), \(now), \(message))
            ON CONFLICT (tenant, application) DO UPDATE SET state = excluded.state,
                answered_at = excluded.answered_at, message = excluded.message, first_admin = NULL,
                first_publisher = NULL
            """
        )
    }

    func endSubmission(of id: ClientID, tenant: TenantID) throws {
        try run("DELETE FROM submissions WHERE tenant = \(tenant) AND application = \(id)")
    }

    func approvalChecklist(of application: Application, tenant: TenantID) throws -> ApprovalChecklist {
        let connections = try run(
            """
            SELECT count(*) FROM (
                SELECT 1 FROM grants g WHERE g.tenant = \(tenant) AND g.application = \(application.id)
                    AND (g.last_used_at IS NOT NULL OR EXISTS
                        (SELECT 1 FROM token_families f WHERE f.tenant = g.tenant AND f.grant_id = g.id))
                LIMIT \(ApprovalChecklist.mostCounted)) AS stretch
            """
        ).first?.integer(0)
        return ApprovalChecklist(
            hasLogo: application.logo != nil,
            hasRedirectURI: !application.redirectURIs.isEmpty,
            hasPrivacyPolicy: application.profile.privacyPolicy != nil,
            testConnections: connections ?? 0
        )
    }
}
