import FoundationEssentials

/// What administrators are written to about at once, though nobody asks anything of them (AU-06).
///
/// Of one thing they hear at most once a day, however often it happens; the ledger has every case.
package enum Alert: String, Sendable, Codable, Bindable {
    /// An authorization code was redeemed a second time (RFC 6749 §10.5).
    case codeReused = "code.reused"

    /// A refresh token came back after it had been replaced (RFC 9700 §4.14.2).
    case refreshReused = "refresh_token.reused"

    /// More applications were registered within an hour than people register by hand.
    case manyRegistrations = "registrations.many"

    /// Things of other tenants were asked for more often than by mistake.
    case manyCrossings = "crossings.many"

    package static let registrationsAnHour = 30
    package static let crossingsAnHour = 20
    static let pause = Duration.seconds(86_400)

    package var binding: Value { .text(rawValue) }
}

extension ApplicationRegistry {
    /// Writes to the administrators, in the transaction of the cause.
    ///
    /// `id` is the application to mention, where there is one.
    func raise(
        _ alert: Alert,
        about id: ClientID? = nil,
        in transaction: any Connection,
        tenant: TenantID,
        at now: Date
    ) throws {
        let subject = alert == .manyRegistrations ? "" : id?.text ?? ""
        guard try transaction.raise(alert, about: subject, tenant: tenant, at: now) else { return }
        let application = try id.flatMap { try transaction.application($0.text, tenant: tenant) }
        let letter = Letter.alert(alert, application: application.map(Letter.Mention.init), at: now)
        let people = try transaction.administratorAddresses(tenant: tenant)
        try outbox.post(letter, to: people, in: transaction, tenant: tenant, at: now)
    }

    /// To be asked where an application was registered a moment ago.
    func raiseIfMany(
        with id: ClientID,
        in transaction: any Connection,
        tenant: TenantID,
        at now: Date
    ) throws {
        let limit = Alert.registrationsAnHour
        guard try transaction.registrations(since: now - 3600, upTo: limit + 1, tenant: tenant) > limit else {
            return
        }
        try raise(.manyRegistrations, about: id, in: transaction, tenant: tenant, at: now)
    }
}

// MARK: - How it is kept

extension Connection {
    /// Says no where this was raised within the last day.
    fileprivate func raise(
        _ alert: Alert,
        about subject: String,
        tenant: TenantID,
        at now: Date
    ) throws -> Bool {
        let before = now.addingTimeInterval(-Double(Alert.pause.components.seconds))
        return try !run(
            """
            INSERT INTO alerts (tenant, kind, subject, raised_at)
            VALUES (\(tenant), \(alert), \(subject), \(now))
            ON CONFLICT (tenant, kind, subject) DO UPDATE SET raised_at = excluded.raised_at
                WHERE alerts.raised_at <= \(before)
            RETURNING kind
            """
        ).isEmpty
    }

    fileprivate func registrations(since: Date, upTo limit: Int, tenant: TenantID) throws -> Int {
        try run(
            """
            SELECT count(*) FROM (
                SELECT 1 FROM applications WHERE tenant = \(tenant) AND created_at > \(since) LIMIT \(limit)
            ) AS recent
            """
        ).first?.integer(0) ?? 0
    }
}

extension Schema {
    static var alerts: [SQL] {
        [
            """
            CREATE TABLE alerts (
                tenant INTEGER NOT NULL,
                kind TEXT NOT NULL,
                subject TEXT NOT NULL,
                raised_at INTEGER NOT NULL,
                PRIMARY KEY (tenant, kind, subject)
            ) WITHOUT ROWID
            """,
            "CREATE INDEX applications_by_registration ON applications (tenant, created_at)",
        ]
    }
}
