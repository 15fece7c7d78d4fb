import FoundationEssentials
import Synchronization

/// Something brought to a tenant that says of itself that it is another's: an application's id, or a secret (AU-01).
///
/// Only what stands in front of it is read. Whether the other tenant really has it nobody asks: that would take a
/// look into its rows, and whoever came would have caused it.
struct Crossing: Sendable {
    /// What was brought.
    enum Thing: Sendable {
        /// No secret, so it is kept as it was written.
        case application(String)
        case secret(SecretText.Kind)
    }

    let thing: Thing

    /// The other tenant's name without hyphens.
    let prefix: String
    let actor: Actor
    let provenance: Provenance

    /// So many have an entry of their own within a minute; all are counted.
    static let entriesAMinute = 10

    fileprivate var object: String {
        if case .application(let id) = thing { id } else { prefix }
    }

    fileprivate var detail: [(String, String)] {
        switch thing {
        case .application: [("kind", "application")]
        case .secret(let kind): [("kind", kind.rawValue)]
        }
    }
}

/// Crossings, gathered in memory and written away from the requests: being refused takes as long as for an unknown id.
final class CrossingLog: Sendable {
    /// By the request's reference, because one request may bring several things, and be looked at twice.
    private let gathered = Mutex<[TenantID: [String: Crossing]]>([:])

    private static let mostWaiting = 100

    func note(_ crossing: Crossing, tenant: TenantID) {
        gathered.withLock { gathered in
            let (known, reference) = (gathered[tenant] ?? [:], crossing.provenance.reference)
            guard known[reference] == nil, known.count < Self.mostWaiting else { return }
            gathered[tenant, default: [:]][reference] = crossing
        }
    }

    func take() -> [TenantID: [Crossing]] {
        gathered.withLock { gathered in
            defer { gathered = [:] }
            return gathered.mapValues { Array($0.values) }
        }
    }
}

// MARK: - Noting

extension ApplicationRegistry {
    /// Notes an id that was asked for, if it is another tenant's.
    func watch(_ id: String, by actor: Actor, at tenant: Tenant, from provenance: Provenance) {
        guard ClientID.isWritten(like: id), let prefix = tenant.foreignPrefix(of: id) else { return }
        note(.application(id), prefix, by: actor, at: tenant, from: provenance)
    }

    /// Notes a secret that was shown, if it is another tenant's.
    func watch(
        _ secret: SecretText,
        _ kind: SecretText.Kind,
        by actor: Actor = .somebody,
        at tenant: Tenant,
        from provenance: Provenance
    ) {
        guard let prefix = tenant.foreignPrefix(of: secret.plaintext) else { return }
        note(.secret(kind), prefix, by: actor, at: tenant, from: provenance)
    }

    private func note(
        _ thing: Crossing.Thing,
        _ prefix: String,
        by actor: Actor,
        at tenant: Tenant,
        from provenance: Provenance
    ) {
        let crossing = Crossing(thing: thing, prefix: prefix, actor: actor, provenance: provenance)
        crossings.note(crossing, tenant: tenant.id)
    }
}

extension Tenant {
    /// What stands in front of a text of ours, where it is not this tenant's; a text without a prefix has none.
    fileprivate func foreignPrefix(of text: String) -> String? {
        guard let end = text.utf8.firstIndex(of: UInt8(ascii: "_")) else { return nil }
        let prefix = text.utf8[..<end]
        let own = name.text.utf8.lazy.filter { $0 != UInt8(ascii: "-") }
        return prefix.elementsEqual(own) ? nil : String(decoding: prefix, as: UTF8.self)
    }
}

extension ClientID {
    /// Whether a text has the form of an id, of whichever tenant.
    fileprivate static func isWritten(like text: String) -> Bool {
        let parts = text.utf8.split(separator: UInt8(ascii: "_"), omittingEmptySubsequences: false)
        guard parts.count == 2, let prefix = parts.first, let random = parts.last else { return false }
        return (1...32).contains(prefix.count) && prefix.allSatisfy { $0.isLowercaseLetter || $0.isDigit }
            && random.count == 22 && random.allSatisfy { $0.isLetter || $0.isDigit }
    }
}

// MARK: - Writing

extension ApplicationRegistry {
    /// Writes what was gathered since the last call; to be called about twice a second, and before closing.
    ///
    /// What a commit may have kept is written again: rather two rows under one reference than none.
    package func writeCrossings() async throws {
        var gathered = crossings.take()
        do {
            for (tenant, found) in gathered {
                try await write(found, tenant: tenant)
                gathered[tenant] = nil
            }
        } catch {
            for (tenant, found) in gathered {
                for crossing in found { crossings.note(crossing, tenant: tenant) }
            }
            throw error
        }
    }

    private func write(_ found: [Crossing], tenant: TenantID) async throws {
        let prefixes = try await database.read(.directory) { try $0.tenantPrefixes(whereIs: tenant) }
        let real = found.filter { prefixes.contains($0.prefix) }
        guard !real.isEmpty else { return }
        let (now, ledger) = (clock(), ledger)
        try await database.transaction(.tenant(tenant)) { transaction in
            let counted = try transaction.count(real.count, tenant: tenant, at: now)
            for crossing in real.prefix(max(0, Crossing.entriesAMinute + real.count - counted)) {
                try ledger.record(
                    .crossingRefused,
                    of: crossing.object,
                    by: crossing.actor,
                    crossing.detail,
                    from: crossing.provenance,
                    in: transaction,
                    tenant: tenant,
                    at: now
                )
            }
            guard try transaction.crossings(since: now - 3600, tenant: tenant) > Alert.crossingsAnHour else {
                return
            }
            try self.raise(.manyCrossings, in: transaction, tenant: tenant, at: now)
        }
    }
}

// MARK: - How it is kept

extension Connection {
    /// What the texts of every tenant begin with; nothing where this one has been deleted.
    fileprivate func tenantPrefixes(whereIs tenant: TenantID) throws -> Set<String> {
        let rows = try run(
            """
            SELECT replace(name, '-', '') FROM tenants
            WHERE NOT EXISTS (SELECT 1 FROM former_tenants WHERE id = \(tenant))
            """
        )
        return Set(try rows.map { try $0.text(0) })
    }

    /// Counts crossings in this minute, and returns how many there are with them.
    fileprivate func count(_ number: Int, tenant: TenantID, at now: Date) throws -> Int {
        try run(
            """
            INSERT INTO crossings (tenant, minute, count) VALUES (\(tenant), \(now.minute), \(number))
            ON CONFLICT (tenant, minute) DO UPDATE SET count = crossings.count + excluded.count
            RETURNING count
            """
        ).first?.integer(0) ?? number
    }

    fileprivate func crossings(since start: Date, tenant: TenantID) throws -> Int {
        try run(
            "SELECT count FROM crossings WHERE tenant = \(tenant) AND minute > \(start.minute)"
        ).reduce(0) { try $0 + $1.integer(0) }
    }
}

extension Date {
    /// Whole minutes since 1970.
    var minute: Int { milliseconds / 60_000 }
}

extension Schema {
    static var crossings: [SQL] {
        [
            """
            CREATE TABLE crossings (
                tenant INTEGER NOT NULL REFERENCES tenants (id),
                minute INTEGER NOT NULL,
                count INTEGER NOT NULL,
                PRIMARY KEY (tenant, minute)
            ) WITHOUT ROWID
            """
        ]
    }
}
