import Synchronization

/// Tenants' work for few threads: each tenant in its turn, so that one whose people come in floods waits for itself.
///
/// The operator's work belongs to no tenant. When all places are taken, the last errand of the longest line is declined
/// to make room for a tenant with a shorter one.
final class FairLine: Sendable {
    struct Errand: Sendable {
        let run: @Sendable () -> Void

        /// Runs instead, at once, where there is no place.
        let decline: @Sendable () -> Void
    }

    private struct State {
        var lines: [TenantID?: [Errand]] = [:]

        /// Of whom something is waiting, beginning with whoever is next.
        var turns: [TenantID?] = []
        var count = 0

        mutating func add(_ errand: Errand, of tenant: TenantID?) {
            if lines[tenant] == nil { turns.append(tenant) }
            lines[tenant, default: []].append(errand)
            count += 1
        }

        mutating func takeNext() -> Errand? {
            guard !turns.isEmpty else { return nil }
            let tenant = turns.removeFirst()
            guard var line = lines.removeValue(forKey: tenant) else { return nil }
            count -= 1
            let errand = line.removeFirst()
            guard !line.isEmpty else { return errand }
            lines[tenant] = line
            turns.append(tenant)
            return errand
        }

        /// The last of the longest line, if it is longer than a tenant's would be with one more.
        mutating func takeLast(for tenant: TenantID?) -> Errand? {
            guard let longest = lines.max(by: { $0.value.count < $1.value.count }),
                longest.value.count > (lines[tenant]?.count ?? 0) + 1
            else { return nil }
            count -= 1
            return lines[longest.key]?.popLast()
        }
    }

    private let state = Mutex(State())
    private let capacity: Int

    /// One for each errand, and for the threads to sleep at.
    private let calls: WaitingLine<Void>

    init(capacity: Int) {
        self.capacity = max(1, capacity)
        calls = WaitingLine(capacity: .max)
    }

    func join(_ errand: Errand, of tenant: TenantID?) {
        let (isIn, sentAway) = state.withLock { state -> (Bool, Errand?) in
            let isFull = state.count >= capacity
            let sentAway = isFull ? state.takeLast(for: tenant) : nil
            guard !isFull || sentAway != nil else { return (false, errand) }
            state.add(errand, of: tenant)
            return (true, sentAway)
        }
        sentAway?.decline()
        // Whoever took another's place answers to the other's call.
        if isIn, sentAway == nil, calls.join(()) != .accepted { takeNext()?.decline() }
    }

    /// Whoever is next, after sleeping until there is somebody; nil once closed and done.
    func next() -> Errand? {
        while !calls.next(1).isEmpty { if let errand = takeNext() { return errand } }
        return nil
    }

    private func takeNext() -> Errand? { state.withLock { $0.takeNext() } }

    /// Lets nobody else in; the threads finish what is waiting.
    func close() { calls.close() }
}

extension FairLine {
    /// Does work on one of the threads in this tenant's turn; throws what it throws, or `busy` where there is no place.
    func run<Answer: Sendable>(
        of tenant: TenantID?,
        orThrow busy: any Error,
        _ work: @escaping @Sendable () throws -> Answer
    ) async throws -> Answer {
        try await withCheckedThrowingContinuation { caller in
            let errand = Errand(
                run: { caller.resume(with: Result { try work() }) },
                decline: { caller.resume(throwing: busy) }
            )
            join(errand, of: tenant)
        }
    }
}
