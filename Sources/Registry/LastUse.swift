import FoundationEssentials
import Synchronization

/// When secrets and grants were last used, and how often, gathered in memory and written once a second.
///
/// A use is worth knowing and not worth an fsync of its own: after a crash what was seen since the database last took
/// some is missing, a second as a rule, and nothing else.
final class UseLog: Sendable {
    enum Subject: Hashable, Sendable {
        case secret(ClientID, String)

        /// The tokens that were issued to whoever proved themselves with a secret.
        case tokens(ClientID, secret: String)
        case grant(String)
        case redirectURI(ClientID, String)

        /// A loose rule of the tenant's that a request needed.
        case door(ClientID, String)

        fileprivate var name: String {
            switch self {
            case .secret(let client, let id), .redirectURI(let client, let id): "\(client) \(id)"
            case .tokens(let client, let id): "\(client) \(id) tokens"
            case .door(let client, let name): "\(client) \(name) door"
            case .grant(let id): id
            }
        }
    }

    private struct Key: Hashable {
        let tenant: TenantID
        let subject: Subject
    }

    private typealias Seen = (key: Key, value: Sighting)

    fileprivate struct Sighting {
        var at = Date.distantPast
        var from = ""

        /// How often, by the address it came from.
        var uses: [String: Int] = [:]

        mutating func add(_ count: Int, at now: Date, from address: String) {
            (at, from) = (now, address)
            add(count, from: address)
        }

        /// Both, last seen when the newer one was; what falls into two hours is counted in that of the newer.
        func followed(by newer: Sighting?) -> Sighting {
            guard var both = newer else { return self }
            for (address, count) in uses { both.add(count, from: address) }
            return both
        }

        private mutating func add(_ count: Int, from address: String) {
            let isKnown = uses[address] != nil || uses.count < UseLog.addressesKept
            uses[isKnown ? address : "", default: 0] += count
        }
    }

    /// So many addresses of what is written together are told apart.
    fileprivate static let addressesKept = 64

    /// So many subjects may wait for a database that takes nothing.
    private static let mostWaiting = 10_000

    private let sightings = Mutex<[Key: Sighting]>([:])

    func note(
        _ subject: Subject,
        tenant: TenantID,
        at now: Date,
        from address: String = "",
        count: Int = 1
    ) {
        let key = Key(tenant: tenant, subject: subject)
        sightings.withLock { $0[key, default: Sighting()].add(count, at: now, from: address) }
    }

    /// Writes what was seen since the last call, and what could not be written then.
    func write(to database: any Database) async throws {
        var waiting = Dictionary(grouping: take(), by: \.key.tenant)
        while let (tenant, seen) = waiting.popFirst() {
            do { try await write(seen, of: tenant, to: database) } catch {
                // What may have been kept is rather missing than counted twice.
                if error as? DatabaseFault != .unconfirmed { waiting[tenant] = seen }
                putBack(waiting.values.joined())
                throw error
            }
        }
    }

    private func write(_ seen: [Seen], of tenant: TenantID, to database: any Database) async throws {
        // In an order of their own, so that no two processes wait for each other.
        let inOrder = seen.sorted { $0.key.subject.name < $1.key.subject.name }
        try await database.transaction(.tenant(tenant)) { transaction in
            for (key, sighting) in inOrder {
                try transaction.record(sighting, of: key.subject, tenant: tenant)
            }
        }
    }

    private func take() -> [Key: Sighting] {
        sightings.withLock { sightings in
            defer { sightings = [:] }
            return sightings
        }
    }

    private func putBack(_ unwritten: some Sequence<Seen>) {
        sightings.withLock { sightings in
            for (key, sighting) in unwritten {
                let newer = sightings[key]
                guard newer != nil || sightings.count < Self.mostWaiting else { continue }
                sightings[key] = sighting.followed(by: newer)
            }
        }
    }
}

// MARK: - How it is kept

extension Connection {
    fileprivate func record(
        _ sighting: UseLog.Sighting,
        of subject: UseLog.Subject,
        tenant: TenantID
    ) throws {
        switch subject {
        case .secret(let application, let id):
            try send(
                """
                UPDATE client_secrets SET last_used_at = \(sighting.at), last_used_from = \(sighting.from)
                WHERE tenant = \(tenant) AND application = \(application) AND id = \(id)
                    AND (last_used_at IS NULL OR last_used_at <= \(sighting.at))
                """
            )
            try count(sighting, of: id, application, tenant: tenant)
        case .tokens(let application, let secret):
            let count = sighting.uses.values.reduce(0, +)
            try send(
                """
                UPDATE client_secrets SET tokens_issued = tokens_issued + \(count)
                WHERE tenant = \(tenant) AND application = \(application) AND id = \(secret)
                """
            )
        case .grant(let id):
            try send(
                """
                UPDATE grants SET last_used_at = \(sighting.at) WHERE tenant = \(tenant) AND id = \(id)
                    AND (last_used_at IS NULL OR last_used_at <= \(sighting.at))
                """
            )
        case .redirectURI(let application, let uri):
            try send(
                """
                UPDATE redirect_uris SET last_used_at = \(sighting.at)
                WHERE tenant = \(tenant) AND application = \(application) AND uri = \(uri)
                    AND (last_used_at IS NULL OR last_used_at <= \(sighting.at))
                """
            )
        case .door(let application, let name):
            try send(
                """
                INSERT INTO door_uses (tenant, application, door, last_used_at)
                SELECT tenant, id, \(name), \(sighting.at) FROM applications
                WHERE tenant = \(tenant) AND id = \(application)
                ON CONFLICT (tenant, application, door) DO UPDATE SET last_used_at = excluded.last_used_at
                    WHERE door_uses.last_used_at <= excluded.last_used_at
                """
            )
        }
    }

    /// Adds uses to the hour they fell into, one row for each network they came from; of a secret that is gone, none.
    private func count(
        _ sighting: UseLog.Sighting,
        of secret: String,
        _ application: ClientID,
        tenant: TenantID
    ) throws {
        let hour = SecretUses.hour(of: sighting.at)
        var blocks: [String: Int] = [:]
        for (address, uses) in sighting.uses { blocks[AddressBlock(of: address).text, default: 0] += uses }
        for (block, uses) in blocks.sorted(by: { $0.key < $1.key }) {
            try send(
                """
                INSERT INTO secret_uses (tenant, application, secret, hour, address_block, uses)
                SELECT tenant, application, id, \(hour), \(block), \(uses) FROM client_secrets
                WHERE tenant = \(tenant) AND application = \(application) AND id = \(secret)
                ON CONFLICT (tenant, application, secret, hour, address_block) DO UPDATE SET
                    uses = secret_uses.uses + excluded.uses
                """
            )
        }
    }

    /// How often and from how many networks each secret of an application was used in the last 24 hours.
    func secretUses(of application: ClientID, tenant: TenantID, at now: Date) throws -> [String: SecretUses] {
        let rows = try run(
            """
            SELECT secret, CAST(sum(uses) AS BIGINT), count(DISTINCT address_block) FROM secret_uses
            WHERE tenant = \(tenant) AND application = \(application) AND hour > \(SecretUses.start(at: now))
            GROUP BY secret
            """
        )
        return try rows.reduce(into: [:]) { uses, row in
            uses[try row.text(0)] = SecretUses(count: try row.integer(1), networks: try row.integer(2))
        }
    }
}
