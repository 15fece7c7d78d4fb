import FoundationEssentials
import Glibc
import Synchronization

/// The time of day, which never goes back while the program runs.
///
/// Where the machine's clock is set back, time is counted on from before: else every code, token and session would
/// live as much longer (security.md R-07). Where it is set forward this follows.
final class SteadyClock: Sendable {
    /// Nanoseconds between the beginning of 1970 and the start of the machine, the most there ever were.
    private let farthest: Atomic<Int64>

    private let times: @Sendable () -> (sinceEpoch: Duration, sinceBoot: Duration)

    init(_ times: @escaping @Sendable () -> (sinceEpoch: Duration, sinceBoot: Duration)) {
        self.times = times
        farthest = Atomic(Self.reading(times).offset)
    }

    func now() -> Date {
        let (offset, sinceBoot) = Self.reading(times)
        let most = farthest.max(offset, ordering: .relaxed).newValue
        return Date(timeIntervalSince1970: Double(most + sinceBoot) / 1e9)
    }

    /// By how much the machine's clock is behind.
    var lead: Duration {
        .nanoseconds(max(0, farthest.load(ordering: .relaxed) - Self.reading(times).offset))
    }

    private static func reading(
        _ times: () -> (sinceEpoch: Duration, sinceBoot: Duration)
    ) -> (offset: Int64, sinceBoot: Int64) {
        let times = times()
        return (times.sinceEpoch.nanoseconds - times.sinceBoot.nanoseconds, times.sinceBoot.nanoseconds)
    }
}

extension SteadyClock {
    /// On the machine's own clocks.
    static var system: SteadyClock { SteadyClock { (Clocks.sinceEpoch(), Clocks.sinceBoot()) } }
}

/// The machine's clocks.
enum Clocks {
    /// How long it has been since 1970 began.
    @Sendable static func sinceEpoch() -> Duration { reading(CLOCK_REALTIME) }

    /// A clock that nobody sets.
    @Sendable static func sinceBoot() -> Duration { reading(CLOCK_MONOTONIC) }

    private static func reading(_ clock: clockid_t) -> Duration {
        var time = timespec()
        clock_gettime(clock, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }
}

extension Duration {
    fileprivate var nanoseconds: Int64 {
        components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000
    }
}
