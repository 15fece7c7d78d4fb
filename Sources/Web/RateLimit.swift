import Synchronization

/// Allows each key so many calls within any stretch of a given length; how many, whoever asks says each time.
///
/// Exact: it keeps the times of the last allowed calls of each key, as many as were allowed last. Keys whose calls count
/// no longer are forgotten before their number has doubled. When it still knows too many it forgets those whose calls lie
/// furthest back, so memory is bounded by `maxKeys` × limit × 8 bytes, and one attacker with many addresses slows
/// nobody else down.
package final class RateLimiter: Sendable {
    /// The times, in milliseconds, of the last allowed calls, oldest first.
    private struct Calls {
        var times: [Int64] = []
        var latest: Int64 { times.last ?? 0 }

        mutating func note(_ now: Int64, keeping limit: Int) {
            times.append(now)
            times.removeFirst(max(0, times.count - limit))
        }
    }

    private struct Known {
        var calls: [String: Calls] = [:]

        /// So many keys fit in before some are forgotten.
        var room: Int
    }

    private let period: Int64
    private let maxKeys: Int
    private let now: @Sendable () -> Duration
    private let known: Mutex<Known>

    /// `now` is a clock that only goes forward, from any beginning.
    package init(
        per period: Duration,
        maxKeys: Int = 50_000,
        now: @escaping @Sendable () -> Duration
    ) {
        self.period = period.milliseconds
        self.maxKeys = max(4, maxKeys)
        self.now = now
        known = Mutex(Known(room: min(self.maxKeys, Self.leastRoom)))
    }

    private static let leastRoom = 1024

    /// How many keys it remembers.
    package var keyCount: Int { known.withLock { $0.calls.count } }

    /// Counts a call and returns nil, or returns after how long the next of `limit`, 1 at least, will be allowed.
    package func spend(_ key: String, limit: Int) -> Duration? {
        let now = now().milliseconds
        return known.withLock { known in
            if let wait = wait(known.calls[key], limit, at: now) { return wait }
            if known.calls[key] == nil, known.calls.count >= known.room { makeRoom(&known, at: now) }
            known.calls[key, default: Calls()].note(now, keeping: limit)
            return nil
        }
    }

    /// Returns what `spend` would, without counting.
    package func excess(_ key: String, limit: Int) -> Duration? {
        let now = now().milliseconds
        return known.withLock { wait($0.calls[key], limit, at: now) }
    }

    /// Takes the last call back, as if it had not been made.
    package func giveBack(_ key: String) {
        known.withLock { known in
            _ = known.calls[key]?.times.popLast()
            if known.calls[key]?.times.isEmpty == true { known.calls[key] = nil }
        }
    }

    /// Gives a key its whole allowance back, after a success for instance.
    package func forget(_ key: String) {
        known.withLock { $0.calls[key] = nil }
    }

    /// Uses a key's whole allowance up, because somebody else counted more than this process knows.
    package func exhaust(_ key: String, limit: Int) {
        let now = now().milliseconds
        known.withLock { $0.calls[key] = Calls(times: [Int64](repeating: now, count: limit)) }
    }

    private func wait(_ calls: Calls?, _ limit: Int, at now: Int64) -> Duration? {
        guard let inTheWay = calls?.times.dropLast(max(0, limit - 1)).last else { return nil }
        let free = inTheWay + period
        return free > now ? .milliseconds(free - now) : nil
    }

    /// Drops the keys that are as if they had never called, and others only where there are too many.
    private func makeRoom(_ known: inout Known, at now: Int64) {
        if known.calls.count >= maxKeys { forgetLongest(&known.calls) }
        known.calls = known.calls.filter { $0.value.latest + period > now }
        known.room = min(maxKeys, max(Self.leastRoom, 2 * known.calls.count))
    }

    /// Drops a quarter of the keys, those that called longest ago.
    private func forgetLongest(_ calls: inout [String: Calls]) {
        let latest = calls.values.map(\.latest).sorted()
        let border = latest[latest.count / 4]
        calls = calls.filter { $0.value.latest > border }
    }
}
