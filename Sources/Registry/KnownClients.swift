import FoundationEssentials
import Synchronization

/// A client and one of its secrets, as the database has them.
struct StoredClient: Sendable {
    let id: ClientID
    let kind: Application.Kind
    let scopes: ScopeSet

    /// Nil when the application has no such secret, or none that works.
    let digest: [UInt8]?
    let endsAt: Date?

    /// The digest to compare with, while the secret works.
    func digest(at now: Date) -> [UInt8]? {
        if let endsAt, endsAt <= now { return nil }
        return digest
    }
}

/// Clients that authenticated lately, so that most of them are known without a query.
///
/// Whatever changes a client or a secret here goes through ``changing(_:)``, after which nothing older is
/// remembered, not even by a reader that started before. What changes elsewhere is seen a second later at most.
final class KnownClients: Sendable {
    struct Key: Hashable, Sendable {
        let tenant: TenantID
        let client: String
        let secret: String
    }

    private struct Memory {
        var generation = 0
        var clients: [Key: (client: StoredClient, readAt: Date)] = [:]
    }

    private static let limit = 4096
    private static let lifetime: TimeInterval = 1
    private let memory = Mutex(Memory())

    /// The client, from memory or by `reading` it.
    func client(
        _ key: Key,
        at now: Date,
        reading: () async throws -> StoredClient?
    ) async throws
        -> StoredClient?
    {
        let (known, generation) = memory.withLock { ($0.clients[key], $0.generation) }
        if let known, (0...KnownClients.lifetime).contains(now.timeIntervalSince(known.readAt)) {
            return known.client
        }
        guard let read = try await reading() else { return nil }
        memory.withLock { memory in
            guard memory.generation == generation else { return }
            if memory.clients.count >= KnownClients.limit { memory.clients = [:] }
            memory.clients[key] = (read, now)
        }
        return read
    }

    /// Runs a change of clients or secrets; when it returns, the old state is forgotten everywhere.
    func changing<Result>(_ change: () async throws -> Result) async rethrows -> Result {
        defer {
            memory.withLock { memory in
                memory.generation += 1
                memory.clients = [:]
            }
        }
        return try await change()
    }
}
