import Synchronization

/// Allows each key so many calls within any stretch of a given length.
///
/// Exact: it keeps the times of the last allowed calls of each key, `limit` at most. When it knows
/// too many keys it forgets those whose calls lie furthest back, so memory is bounded by
/// `maxKeys` × `limit` × 8 bytes, and one attacker with many addresses slows nobody else down.
package final class RateLimiter: Sendable {
    /// The times, in milliseconds, of the last allowed calls, oldest first.
    private struct Calls {
        var times: [Int64] = []
        var latest: Int64 { times.last ?? 0 }
    }

    private let limit: Int
    private let period: Int64
    private let maxKeys: Int
    private let now: @Sendable () -> Duration
    private let calls = Mutex<[String: Calls]>([:])

    /// `now` is a clock that only goes forward, from any beginning.
    package init(
        limit: Int,
        per period: Duration,
        maxKeys: Int = 50_000,
        now: @escaping @Sendable () -> Duration
    ) {
        self.limit = max(1, limit)
        self.period = period.milliseconds
        self.maxKeys = max(4, maxKeys)
        self.now = now
    }

    /// Counts a call and returns nil, or returns after how long the next one will be allowed.
    package func spend(_ key: String) -> Duration? {
        let now = now().milliseconds
        return calls.withLock { calls in
            if let wait = wait(calls[key], at: now) { return wait }
            if calls[key] == nil, calls.count >= maxKeys { forgetLongest(&calls) }
            note(&calls[key, default: Calls()], at: now)
            return nil
        }
    }

    /// Returns what `spend` would, without counting.
    package func excess(_ key: String) -> Duration? {
        let now = now().milliseconds
        return calls.withLock { wait($0[key], at: now) }
    }

    /// Takes the last call back, as if it had not been made.
    package func giveBack(_ key: String) {
        calls.withLock { calls in
            _ = calls[key]?.times.popLast()
            if calls[key]?.times.isEmpty == true { calls[key] = nil }
        }
    }

    /// Gives a key its whole allowance back, after a success for instance.
    package func forget(_ key: String) {
        calls.withLock { $0[key] = nil }
    }

    /// Uses a key's whole allowance up, because somebody else counted more than this process knows.
    package func exhaust(_ key: String) {
        let now = now().milliseconds
        calls.withLock { $0[key] = Calls(times: [Int64](repeating: now, count: limit)) }
    }

    private func wait(_ calls: Calls?, at now: Int64) -> Duration? {
        guard let calls, calls.times.count == limit else { return nil }
        let free = (calls.times.first ?? 0) + period
        return free > now ? .milliseconds(free - now) : nil
    }

    private func note(_ calls: inout Calls, at now: Int64) {
        if calls.times.count >= limit { calls.times.removeFirst() }
        calls.times.append(now)
    }

    /// Drops a quarter of the keys, those that called longest ago.
    private func forgetLongest(_ calls: inout [String: Calls]) {
        let latest = calls.values.map(\.latest).sorted()
        let border = latest[latest.count / 4]
        calls = calls.filter { $0.value.latest > border }
    }
}
