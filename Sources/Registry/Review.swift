import FoundationEssentials

/// What an administrator decides about an application, or about a change to an approved one.
package enum Decision: Sendable {
    /// `publisher` is whom customers are told it comes from.
    case approve(publisher: CompanyName)
    case askForChanges(String)
    case reject(reason: String)
}

/// What came of a decision.
package enum DecisionOutcome: Sendable, Equatable {
    case decided

    /// Another administrator has to approve as well.
    case needsAnother
}

/// Why a decision was not taken.
package enum ReviewRefusal: Error, Equatable, Sendable {
    /// It is not what the administrator looked at any more, or somebody else has decided.
    case overtaken

    /// The first approval was this administrator's own.
    case needsAnotherPerson
}

/// What waits for the administrators.
package struct ReviewQueue: Sendable {
    /// Oldest first, up to ``limit``.
    package let waiting: [ReviewSubject]
    package let waitingCount: Int

    /// With the number of reports that wait, the most reported first; up to ``limit``.
    package let reported: [(application: Application, reports: Int)]

    /// Applications with a secret that works and is older than a year, those with the oldest, up to ``limit``.
    package let oldSecrets: [Application]

    package static let limit = 100
}

// MARK: - What may be done with it

/// Decisions, suspension, resumption and deletion: what an administrator does and the operator may do in their place.
struct Review: Sendable {
    let tenant: Tenant
    let registry: ApplicationRegistry
    let actor: Actor
    let provenance: Provenance

    /// The administrator who decides; nil for the operator, who needs no second.
    var admin: AccountID?

    /// Decides about what was `seen`, and about nothing else.
    ///
    /// Throws ``ReviewRefusal`` or ``OperatorRefusal``.
    func decide(_ decision: Decision, on id: String, seen: String) async throws -> DecisionOutcome {
        let (tenantID, review) = (tenant.id, self)
        return try await change(id) { transaction, application, now in
            let pending = try transaction.pendingRevision(of: application, tenant: tenantID)
            let mark = ReviewSubject.mark(application, pending)
            guard application.approval == nil || pending != nil, mark.isByteForByte(seen) else {
                throw ReviewRefusal.overtaken
            }
            switch decision {
            case .approve(let publisher):
                return try review.approve(application, pending, as: publisher, transaction, now)
            case .askForChanges(let message):
                let letter = Letter.changesAsked(application: .init(application), message: message)
                try review.tell(letter, about: application, transaction, now)
                try transaction.answer(application.id, "changes", message, tenant: tenantID, at: now)
                return (.decided, Change(.changesAsked, [("message", message)]))
            case .reject(let reason):
                let mention = Letter.Mention(application)
                let letter: Letter =
                    pending == nil
                    ? .rejected(application: mention, reason: reason)
                    : .changeRejected(application: mention, reason: reason)
                try review.tell(letter, about: application, transaction, now)
                try transaction.answer(application.id, "rejected", reason, tenant: tenantID, at: now)
                return (.decided, Change(.applicationRejected, [("reason", reason)]))
            }
        }
    }

    /// Approves, or where it takes two notes that the first one did.
    private func approve(
        _ application: Application,
        _ pending: PendingRevision?,
        as publisher: CompanyName,
        _ transaction: any Connection,
        _ now: Date
    ) throws -> (DecisionOutcome, Change?) {
        let next = pending.map(application.becoming) ?? application
        if let admin, try needsAnother(than: admin, for: next, as: publisher, transaction) {
            let first = FirstApproval(admin: admin, publisher: publisher)
            try transaction.note(first, of: application.id, tenant: tenant.id, at: now)
            return (.needsAnother, Change(.approvalSeconded, [("publisher", publisher.text)]))
        }
        let mention = Letter.Mention(next)
        let letter: Letter =
            pending == nil ? .approved(application: mention) : .changeApproved(application: mention)
        try tell(letter, about: application, transaction, now)
        return (
            .decided,
            try transaction.approve(application, pending, publisher, tenant: tenant.id, at: now)
        )
    }

    /// Whether this approval is the first of two: nobody who still may has given one under this publisher's name.
    private func needsAnother(
        than admin: AccountID,
        for application: Application,
        as publisher: CompanyName,
        _ transaction: any Connection
    ) throws -> Bool {
        guard tenant.needsTwo(for: application) else { return false }
        guard case .waiting(_, let first?) = application.submission else { return true }
        if first.admin == admin { throw ReviewRefusal.needsAnotherPerson }
        guard try transaction.isFullAdministrator(first.admin, tenant: tenant.id) else { return true }
        return !first.publisher.text.isByteForByte(publisher.text)
    }

    /// Writes to the owners.
    func tell(
        _ letter: Letter,
        about application: Application,
        _ transaction: any Connection,
        _ now: Date
    ) throws {
        let owners = try transaction.ownerAddresses(of: application.id, tenant: tenant.id)
        try registry.outbox.post(letter, to: owners, in: transaction, tenant: tenant.id, at: now)
    }

    /// Runs a change on the application as it is now, and writes it into the ledger.
    func change<Outcome: Sendable>(
        _ id: String,
        _ body: @escaping @Sendable (any Connection, Application, Date) throws -> (Outcome, Change?)
    ) async throws -> Outcome {
        let (tenant, actor) = (tenant.id, actor)
        return try await registry.change(
            ClientID(text: id),
            at: tenant,
            by: actor,
            from: provenance,
            finding: { transaction in
                try transaction.requireFullRank(of: actor, tenant: tenant)
                guard let application = try transaction.application(id, tenant: tenant) else {
                    throw OperatorRefusal.noSuchApplication(id)
                }
                return application
            },
            body
        )
    }
}

extension Tenant {
    /// Whether an approval of this application takes two administrators.
    package func needsTwo(for application: Application) -> Bool {
        switch policy.secondAdministrator {
        case .never: false
        case .forChanges: offers(application.scopes).contains { $0.kind != .read }
        case .always: true
        }
    }
}

extension AdminAccess {
    var review: Review {
        Review(
            tenant: tenant,
            registry: registry,
            actor: actor,
            provenance: provenance,
            admin: account.id
        )
    }

    /// How many applications take customers without anybody's approval, where the tenant asks for none.
    package func unapprovedApplications() async throws -> Int {
        let tenant = tenant.id
        return try await registry.database.read(
            """
            SELECT count(*) FROM applications
            WHERE tenant = \(tenant) AND approved_at IS NULL AND deleted_at IS NULL
                AND suspended_at IS NULL AND frozen_at IS NULL AND held_at IS NULL
            """,
            .tenant(tenant)
        ).first?.integer(0) ?? 0
    }

    /// What waits, oldest first.
    package func queue() async throws -> ReviewQueue {
        let (tenant, lastYear) = (tenant.id, registry.clock().addingTimeInterval(-365 * 86_400))
        return try await registry.database.read(.tenant(tenant)) { connection in
            let waiting = try connection.waitingApplications(upTo: ReviewQueue.limit, tenant: tenant)
            return ReviewQueue(
                waiting: try waiting.map { try connection.reviewSubject($0, tenant: tenant) },
                waitingCount: try connection.countWaiting(tenant: tenant),
                reported: try connection.reportedApplications(upTo: ReviewQueue.limit, tenant: tenant),
                oldSecrets: try connection.applications(
                    withSecretsBefore: lastYear,
                    upTo: ReviewQueue.limit,
                    tenant: tenant
                )
            )
        }
    }

    /// Everything an administrator looks at; nil where there is no such application.
    package func subject(_ id: String) async throws -> ReviewSubject? {
        registry.watch(id, by: actor, at: self.tenant, from: provenance)
        let tenant = tenant.id
        return try await registry.database.read(.tenant(tenant)) { connection in
            try connection.application(id, tenant: tenant).map {
                try connection.reviewSubject($0, tenant: tenant)
            }
        }
    }

    /// Decides about what this administrator saw; throws ``ReviewRefusal``.
    package func decide(
        _ decision: Decision,
        on subject: ReviewSubject,
        seen: String
    ) async throws
        -> DecisionOutcome
    {
        try await review.decide(decision, on: subject.application.id.text, seen: seen)
    }
}
