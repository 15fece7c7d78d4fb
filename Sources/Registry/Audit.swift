package import FoundationEssentials
import Synchronization

/// What somebody who reads the ledger looks for; all of it has to hold.
package struct AuditFilter: Sendable, Equatable {
    package var from: Date?

    /// Up to but not including.
    package var to: Date?

    /// Who did it: an e-mail address or its beginning, a part of a name, an account's id, or “operator”.
    package var person = ""

    /// What it was done to: an application's id or a part of its name, or the id of something else.
    package var object = ""
    package var action = ""

    /// Any of them; empty for whatever reference there is.
    package var references: [String] = []

    package init() {}
}

/// An entry with the names of those in it.
package struct AuditEntry: Sendable {
    package let entry: LedgerEntry

    /// The name of whoever did it, where it is an account's or an application's; that of today.
    package let actorName: String?
    package let objectName: String?

    /// Applications are renamed by their own people, so who reads of one needs more than its name.
    package var isByApplication: Bool { isApplication(entry.actorID, actorName) }
    package var isAboutApplication: Bool { isApplication(entry.object, objectName) }

    private func isApplication(_ id: String, _ name: String?) -> Bool {
        name != nil && !AccountID.isWritten(like: id[...])
    }

    /// Everybody in a request by hand, by what they are in it.
    package let parties: [Party]

    package struct Party: Sendable {
        package enum Part: String, Sendable, CaseIterable {
            case askedBy = "asked_by"
            case admin
            case customer
        }

        package let part: Part
        package let name: String
    }
}

/// What the last look at a tenant's chain found.
package struct LedgerCheck: Sendable {
    package let verdict: LedgerVerdict
    package let at: Date
}

extension AdminAccess {
    /// Up to `limit` entries before `sequence`, newest first.
    package func audit(
        _ filter: AuditFilter,
        before sequence: Int?,
        limit: Int
    ) async throws -> [AuditEntry] {
        try await registry.audit(filter, before: sequence, limit: limit, at: tenant)
    }

    package func auditEntry(_ sequence: Int) async throws -> AuditEntry? {
        let tenant = tenant.id
        return try await registry.database.read(.tenant(tenant)) { connection in
            try connection.named(
                connection.ledger(of: tenant, after: sequence - 1, limit: 1).filter {
                    $0.sequence == sequence
                },
                tenant: tenant
            )
        }.first
    }

    package func lastLedgerCheck() -> LedgerCheck? { registry.ledgerChecks.last(of: tenant.id) }

    /// Walks the whole chain, a page at a time, so that nobody waits behind it.
    package func checkLedger() async throws -> LedgerCheck {
        let check = LedgerCheck(verdict: try await registry.verifyLedger(of: tenant), at: registry.clock())
        registry.ledgerChecks.note(check, of: tenant.id)
        return check
    }

    /// Enters that entries were taken away, and which.
    package func noteExport(_ filter: [(String, String)]) async throws {
        try await registry.changePeople(of: tenant, by: actor, from: provenance) { [tenant] _, record, _ in
            try record(.ledgerExported, tenant.name.text, filter)
        }
    }
}

extension OperatorAccess {
    /// Up to `limit` entries before `sequence`, newest first, with names.
    package func audit(_ filter: AuditFilter, before sequence: Int?, limit: Int) async throws -> [AuditEntry]
    {
        try await registry.audit(filter, before: sequence, limit: limit, at: tenant)
    }
}

extension ApplicationRegistry {
    fileprivate func audit(
        _ filter: AuditFilter,
        before sequence: Int?,
        limit: Int,
        at tenant: Tenant
    ) async throws -> [AuditEntry] {
        let tenant = tenant.id
        return try await database.read(.tenant(tenant)) { connection in
            let end = try connection.ledgerHead(of: tenant).sequence + 1
            let first = try filter.from.map {
                try connection.firstEntry(since: $0, below: end, tenant: tenant)
            }
            let last = try filter.to.map { try connection.firstEntry(since: $0, below: end, tenant: tenant) }
            let range = (first ?? 1)..<max(first ?? 1, min(sequence ?? end, last ?? end))
            let entries = try connection.entries(filter, in: range, limit: limit, tenant: tenant)
            return try connection.named(entries, tenant: tenant)
        }
    }

    fileprivate func verifyLedger(of tenant: Tenant) async throws -> LedgerVerdict {
        var previous = (sequence: 0, hash: [UInt8]())
        let (id, ledger) = (tenant.id, ledger)
        while true {
            let known = previous
            let step = try await database.read(.tenant(id)) { connection in
                try ledger.verifyPage(of: id, after: known, in: connection)
            }
            switch step {
            case .further(let sequence, let hash): previous = (sequence, hash)
            case .end(let verdict): return verdict
            }
            await Task.yield()
        }
    }
}

/// The last look at each tenant's chain since this server began.
final class LedgerChecks: Sendable {
    private let checks = Mutex<[TenantID: LedgerCheck]>([:])

    func last(of tenant: TenantID) -> LedgerCheck? { checks.withLock { $0[tenant] } }
    func note(_ check: LedgerCheck, of tenant: TenantID) { checks.withLock { $0[tenant] = check } }
}

// MARK: - How it is kept

extension Connection {
    /// The first entry of a moment or later, found by halving: entries are numbered in the order of time.
    fileprivate func firstEntry(since moment: Date, below end: Int, tenant: TenantID) throws -> Int {
        var (low, high) = (1, end)
        while low < high {
            let middle = low + (high - low) / 2
            let at = try run("SELECT at FROM ledger WHERE tenant = \(tenant) AND sequence = \(middle)").first
            guard let at else { throw DamagedRow(place: "ledger") }
            if try at.date(0) < moment { low = middle + 1 } else { high = middle }
        }
        return low
    }

    fileprivate func entries(
        _ filter: AuditFilter,
        in range: Range<Int>,
        limit: Int,
        tenant: TenantID
    ) throws -> [LedgerEntry] {
        var statement: SQL = """
            SELECT sequence, at, actor, action, object, detail, address, reference, hash FROM ledger
            WHERE tenant = \(tenant) AND sequence >= \(range.lowerBound) AND sequence < \(range.upperBound)
            """
        if !filter.person.isEmpty { statement = statement + " AND " + actors(filter.person, tenant: tenant) }
        if !filter.object.isEmpty { statement = statement + " AND " + objects(filter.object, tenant: tenant) }
        if !filter.action.isEmpty { statement = statement + " AND action = \(filter.action)" }
        if !filter.references.isEmpty {
            statement = statement + " AND reference IN (" + .list(filter.references) + ")"
        }
        return try run(statement + " ORDER BY sequence DESC LIMIT \(limit)").map(LedgerEntry.init)
    }

    /// Whether a person did it, whatever they are called in the ledger.
    private func actors(_ person: String, tenant: TenantID) -> SQL {
        let names = [person] + Role.allCases.map { "\($0.rawValue):\(person)" }
        let accounts: SQL = "SELECT role || ':' || id FROM accounts WHERE tenant = \(tenant) AND "
        let fitting: SQL =
            if let email = EmailAddress(person) {
                "email = \(email)"
            } else {
                """
                (email LIKE lower(\(person.pattern + "%")) ESCAPE '!'
                    OR lower(name) LIKE lower(\("%" + person.pattern + "%")) ESCAPE '!')
                """
            }
        return "(actor IN (" + .list(names) + ") OR actor IN (" + accounts + fitting + "))"
    }

    /// Whether it was done to an application of this name, or to what has this id.
    private func objects(_ object: String, tenant: TenantID) -> SQL {
        "(object = \(object) OR object IN (SELECT id FROM applications WHERE tenant = \(tenant) AND "
            + Application.isNamed(object) + "))"
    }

    func named(_ entries: [LedgerEntry], tenant: TenantID) throws -> [AuditEntry] {
        let mentioned = Set(entries.flatMap { [$0.actorID, $0.object] + $0.parties.map(\.account) })
        var names: [String: String] = [:]
        if !mentioned.isEmpty {
            let ids = SQL.list(mentioned.sorted())
            let people = "SELECT id, name FROM accounts WHERE tenant = \(tenant) AND id IN (" as SQL
            let applications: SQL = """
                SELECT id, coalesce(application_name, company_name) FROM applications
                WHERE tenant = \(tenant) AND id IN (
                """
            for row in try run(people + ids + ")") + run(applications + ids + ")") {
                names[try row.text(0)] = try row.text(1)
            }
        }
        return entries.map { entry in
            AuditEntry(
                entry: entry,
                actorName: names[entry.actorID],
                objectName: names[entry.object],
                parties: entry.parties.map { part, account in
                    AuditEntry.Party(part: part, name: names[account] ?? account)
                }
            )
        }
    }
}

extension LedgerEntry {
    /// The id of the account or application that did it; empty for others.
    package var actorID: String {
        let parts = actor.utf8.split(separator: UInt8(ascii: ":"), maxSplits: 1)
        return parts.count == 2 ? String(decoding: parts[1], as: UTF8.self) : ""
    }

    /// The accounts in a request by hand; nobody's words stand before them, so nobody can forge them.
    fileprivate var parties: [(part: AuditEntry.Party.Part, account: String)] {
        let named: Set<Action> = [
            .consentGiven, .consentRefused, .manualTokenPut, .manualTokenCollected, .manualTokenMailed,
            .manualTokenEnded, .tokenIssued,
        ]
        guard Action(rawValue: action).map(named.contains) ?? false else { return [] }
        let facts = detail.split(separator: "; ").map { $0.split(separator: "=", maxSplits: 1) }
        return AuditEntry.Party.Part.allCases.compactMap { part in
            let fact = facts.first { $0.count == 2 && $0[0] == part.rawValue }
            return fact.map { (part, String($0[1])) }
        }
    }
}
