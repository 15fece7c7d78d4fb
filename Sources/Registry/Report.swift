package import FoundationEssentials

/// What somebody says is wrong with an application.
package struct Report: Sendable {
    package enum Reason: String, Sendable, CaseIterable, Bindable {
        case notMe = "not_me"
        case pretends
        case tooMuch = "too_much"
        case other

        package var binding: Value { rawValue.binding }
    }

    /// What the reporter can name on the phone: `R-` and 8 letters and digits.
    package let reference: String
    package let application: ClientID

    /// Nil for somebody who was not signed in.
    package let account: AccountID?
    package let reason: Reason
    package let words: String
    package let reportedAt: Date

    /// When an administrator had looked at it; nil for one that waits.
    package let settledAt: Date?
    package let wasFounded: Bool?

    /// As much as somebody may write, in characters.
    package static let maxWordsLength = 2000
}

/// Why a report was not taken.
package enum ReportRefusal: Error, Equatable, Sendable {
    case noSuchApplication
    case wordsTooLong

    /// This account reported as much today as one may.
    case tooMany
}

/// Whose reports were found groundless so often counts no more towards freezing, for a quarter of a year.
private let groundlessReportsAllowed = 2
private let groundlessRememberedFor: TimeInterval = 90 * 86_400

// MARK: - What may be done with it

extension ApplicationRegistry {
    /// The application that a page about reporting names.
    package func reportable(_ client: String, at tenant: Tenant) async throws -> Application? {
        let id = tenant.id
        return try await database.read(.tenant(id)) { try $0.application(client, tenant: id) }
    }

    /// Takes a report of somebody who is not signed in; it waits for an administrator and freezes nothing.
    package func report(
        _ application: Application,
        for reason: Report.Reason,
        _ words: String,
        at tenant: Tenant,
        from provenance: Provenance
    ) async throws -> String {
        let desk = ReportDesk(registry: self, tenant: tenant, actor: .somebody, provenance: provenance)
        return try await desk.take(application, reason, words, of: nil)
    }

    /// Whether there is a report of this reference about an application.
    package func isReport(
        _ reference: String,
        about application: Application,
        at tenant: Tenant
    ) async throws
        -> Bool
    {
        let id = tenant.id
        return try await !database.read(
            """
            SELECT 1 FROM reports
            WHERE tenant = \(id) AND reference = \(reference) AND application = \(application.id)
            """,
            .tenant(id)
        ).isEmpty
    }
}

extension CustomerAccess {
    /// Takes a report and returns its reference; throws ``ReportRefusal``.
    ///
    /// Enough of them from different people freeze an application that nobody verified.
    package func report(
        _ application: Application,
        for reason: Report.Reason,
        _ words: String
    ) async throws
        -> String
    {
        let desk = ReportDesk(registry: registry, tenant: tenant, actor: actor, provenance: provenance)
        return try await desk.take(application, reason, words, of: account.id)
    }
}

extension AdminAccess {
    /// What was reported about an application, the latest first.
    package func reports(about application: Application) async throws -> [Report] {
        let tenant = tenant.id
        return try await registry.database.read(.tenant(tenant)) { connection in
            try connection.reports(about: application.id, tenant: tenant)
        }
    }

    /// Says whether the waiting reports are right; if they are not, the application may connect people again.
    package func settleReports(about application: Application, areFounded: Bool) async throws {
        let desk = ReportDesk(registry: registry, tenant: tenant, actor: actor, provenance: provenance)
        let (id, tenant, now) = (application.id, tenant.id, registry.clock())
        try await registry.recentReads.changing {
            try await registry.database.transaction(.tenant(tenant)) { transaction in
                try transaction.requireFullRank(of: desk.actor, tenant: tenant)
                guard try transaction.hold(id, tenant: tenant) else { return }
                let count = try transaction.settleReports(
                    about: id,
                    areFounded: areFounded,
                    tenant: tenant,
                    at: now
                )
                let thaws = try !areFounded && transaction.unfreeze(id, tenant: tenant)
                guard count > 0 || thaws else { return }
                let facts = [("reports", "\(count)"), ("founded", areFounded ? "yes" : "no")]
                try desk.record(thaws ? .applicationUnfrozen : .reportsSettled, id, facts, transaction, now)
                if areFounded { try desk.freezeIfEnough(id, [], in: transaction, at: now) }
            }
        }
    }
}

/// Where reports are taken and counted, whoever brings them.
private struct ReportDesk: Sendable {
    let registry: ApplicationRegistry
    let tenant: Tenant
    let actor: Actor
    let provenance: Provenance

    func take(
        _ application: Application,
        _ reason: Report.Reason,
        _ words: String,
        of account: AccountID?
    ) async throws -> String {
        guard words.length <= Report.maxWordsLength else { throw ReportRefusal.wordsTooLong }
        let report = Report(
            reference: "R-" + registry.entropy.readable(8),
            application: application.id,
            account: account,
            reason: reason,
            words: words,
            reportedAt: registry.clock(),
            settledAt: nil,
            wasFounded: nil
        )
        try await registry.recentReads.changing {
            try await registry.database.transaction(.tenant(tenant.id)) { transaction in
                // Reports about one application come in one by one, so that the last one needed is counted.
                guard try transaction.hold(application.id, tenant: tenant.id) else {
                    throw ReportRefusal.noSuchApplication
                }
                try requireFewReports(of: account, in: transaction, at: report.reportedAt)
                try transaction.insert(report, tenant: tenant.id)
                let (reference, now) = (("report", report.reference), report.reportedAt)
                let facts = [reference, ("reason", reason.rawValue)]
                try record(.applicationReported, application.id, facts, transaction, now)
                if account != nil {
                    try freezeIfEnough(application.id, [reference], in: transaction, at: now)
                }
            }
        }
        return report.reference
    }

    private func requireFewReports(
        of account: AccountID?,
        in transaction: any Connection,
        at now: Date
    ) throws {
        guard let account else { return }
        let today = try transaction.countReports(of: account, since: now - 86_400, tenant: tenant.id)
        if today >= tenant.policy.reportsPerDay { throw ReportRefusal.tooMany }
    }

    /// Nothing that stands is touched: whoever connected the application keeps it.
    func freezeIfEnough(
        _ id: ClientID,
        _ cause: [(String, String)],
        in transaction: any Connection,
        at now: Date
    ) throws {
        let policy = tenant.policy
        guard policy.reportsToFreeze > 0 else { return }
        let reporters = try transaction.countReporters(
            of: id,
            since: now.addingTimeInterval(-Double(policy.reportWindowSeconds)),
            groundlessSince: now - groundlessRememberedFor,
            fewerThan: groundlessReportsAllowed,
            tenant: tenant.id
        )
        guard reporters >= policy.reportsToFreeze,
            try transaction.freeze(id, tenant: tenant.id, at: now)
        else { return }
        let facts = cause + [("reporters", "\(reporters)")]
        try record(.applicationFrozen, id, facts, transaction, now, by: .thePortal)
        guard let frozen = try transaction.application(id.text, tenant: tenant.id) else { return }
        let letter = Letter.frozen(application: Letter.Mention(frozen), reporters: reporters, at: now)
        for administrator in try transaction.administratorAddresses(tenant: tenant.id) {
            try registry.outbox.post(letter, to: administrator, in: transaction, tenant: tenant.id, at: now)
        }
    }

    func record(
        _ action: Action,
        _ id: ClientID,
        _ detail: [(String, String)],
        _ transaction: any Connection,
        _ now: Date,
        by other: Actor? = nil
    ) throws {
        try registry.ledger.record(
            action,
            of: id.text,
            by: other ?? actor,
            detail,
            from: provenance,
            in: transaction,
            tenant: tenant.id,
            at: now
        )
    }
}
