package import FoundationEssentials
import Synchronization

/// What was read lately, so that most requests need no query: clients, applications, access tokens, sessions.
///
/// Whatever changes or ends one of them here goes through ``changing(_:)``, after which nothing older is
/// remembered, not even by a reader that started before. What changes elsewhere is seen a second later at most: a fact
/// is remembered for half of it, and an answer made of facts for the other half.
final class RecentReads: Sendable {
    /// A row of a tenant by its id.
    struct Place: Hashable, Sendable {
        let tenant: TenantID
        let id: String
    }

    let clients = Shelf<StoredClient.Key, StoredClient>()
    let applications = Shelf<Place, Application>()
    let accessTokens = Shelf<Place, StoredAccessToken>()
    let sessions = Shelf<Place, StoredSession>()

    private let shelvesBeside = Mutex<[@Sendable () -> Void]>([])
    private let announce: @Sendable () -> Void

    /// `announce` tells other processes to forget what they read; it does not wait for them.
    init(announce: @escaping @Sendable () -> Void) { self.announce = announce }

    /// Runs a change; when it returns, the old state is forgotten here, and a moment later everywhere.
    func changing<Result>(_ change: () async throws -> Result) async rethrows -> Result {
        defer { forgetEverywhere() }
        return try await change()
    }

    /// The same for one that says whether anything changed; where it did not, everybody knows what they knew.
    func changingIfAnything(_ change: () async throws -> Bool) async rethrows {
        var isUnchanged = false
        defer { if !isUnchanged { forgetEverywhere() } }
        isUnchanged = try await !change()
    }

    func forgetEverywhere() {
        forget()
        announce()
    }

    func forget() {
        clients.clear()
        applications.clear()
        accessTokens.clear()
        sessions.clear()
        for clear in shelvesBeside.withLock({ $0 }) { clear() }
    }

    /// A further shelf, for what is made of the facts on these: it is cleared whenever they are.
    func shelf<Key, Fact>() -> Shelf<Key, Fact> {
        let shelf = Shelf<Key, Fact>()
        shelvesBeside.withLock { $0.append { shelf.clear() } }
        return shelf
    }
}

/// Facts of one sort, each for half a second after it was read.
package final class Shelf<Key: Hashable & Sendable, Fact: Sendable>: Sendable {
    private struct Contents {
        var generation = 0
        var facts: [Key: (fact: Fact, readAt: Date)] = [:]
    }

    private static var limit: Int { 4096 }
    private static var lifetime: TimeInterval { 0.5 }
    private let contents = Mutex(Contents())

    /// The fact, from memory where it is as `expected`, or by `reading` it; what is not there is not remembered.
    nonisolated(nonsending) func fact(
        _ key: Key,
        at now: Date,
        expected: (Fact) throws -> Bool = { _ in true },
        reading: nonisolated(nonsending) () async throws -> Fact?
    ) async throws -> Fact? {
        let generation = generation
        if let known = try known(key, at: now, expected: expected) { return known }
        guard let read = try await reading() else { return nil }
        keep(read, for: key, at: now, since: generation)
        return read
    }

    /// By which it is known whether something was forgotten; to be asked before what is to be kept is read.
    package var generation: Int { contents.withLock { $0.generation } }

    /// Remembers a fact, unless something was forgotten since `generation`: it may have been this.
    package func keep(_ fact: Fact, for key: Key, at now: Date, since generation: Int) {
        contents.withLock { contents in
            guard contents.generation == generation else { return }
            if contents.facts.count >= Self.limit { contents.facts = [:] }
            contents.facts[key] = (fact, now)
        }
    }

    /// The fact, where it is remembered and as `expected`.
    package func known(_ key: Key, at now: Date, expected: (Fact) throws -> Bool) rethrows -> Fact? {
        guard let known = contents.withLock({ $0.facts[key] }),
            (0...Self.lifetime).contains(now.timeIntervalSince(known.readAt)), try expected(known.fact)
        else { return nil }
        return known.fact
    }

    /// Forgets one fact, of which an older state would do no harm.
    func forget(_ key: Key) { contents.withLock { $0.facts[key] = nil } }

    fileprivate func clear() {
        contents.withLock { contents in
            contents.generation += 1
            contents.facts = [:]
        }
    }
}
