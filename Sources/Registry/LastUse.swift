import FoundationEssentials
import Synchronization

/// When secrets and grants were last used, gathered in memory and written once a second.
///
/// A use is worth knowing and not worth an fsync of its own: after a crash up to a second of sightings is
/// missing, and nothing else.
final class UseLog: Sendable {
    enum Subject: Hashable, Sendable {
        case secret(ClientID, String)
        case grant(String)
        case redirectURI(ClientID, String)

        fileprivate var name: String {
            switch self {
            case .secret(let client, let id), .redirectURI(let client, let id): "\(client) \(id)"
            case .grant(let id): id
            }
        }
    }

    private struct Key: Hashable {
        let tenant: TenantID
        let subject: Subject
    }

    private let sightings = Mutex<[Key: (at: Date, from: String)]>([:])

    func note(_ subject: Subject, tenant: TenantID, at now: Date, from address: String) {
        sightings.withLock { $0[Key(tenant: tenant, subject: subject)] = (now, address) }
    }

    /// Writes what was seen since the last call.
    func write(to database: any Database) async throws {
        let seen = sightings.withLock { sightings in
            let seen = sightings
            sightings = [:]
            return seen
        }
        for (tenant, seen) in Dictionary(grouping: seen, by: \.key.tenant) {
            // In an order of their own, so that no two processes wait for each other.
            let inOrder = seen.sorted { $0.key.subject.name < $1.key.subject.name }
            try await database.transaction(.tenant(tenant)) { transaction in
                for (key, sighting) in inOrder {
                    try transaction.record(key.subject, of: tenant, at: sighting.at, from: sighting.from)
                }
            }
        }
    }
}

extension Connection {
    fileprivate func record(
        _ subject: UseLog.Subject,
        of tenant: TenantID,
        at use: Date,
        from address: String
    )
        throws
    {
        switch subject {
        case .secret(let application, let id):
            try send(
                """
                UPDATE client_secrets SET last_used_at = \(use), last_used_from = \(address)
                WHERE tenant = \(tenant) AND application = \(application) AND id = \(id)
                """
            )
        case .grant(let id):
            try send("UPDATE grants SET last_used_at = \(use) WHERE tenant = \(tenant) AND id = \(id)")
        case .redirectURI(let application, let uri):
            try send(
                """
                UPDATE redirect_uris SET last_used_at = \(use)
                WHERE tenant = \(tenant) AND application = \(application) AND uri = \(uri)
                """
            )
        }
    }
}
