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

    private let times: @Sendable () -> Times

    /// What two clocks show at one time, in nanoseconds: every request asks, and a `Duration` takes longer to divide.
    struct Times {
        let sinceEpoch: Int64
        let sinceBoot: Int64

        fileprivate var offset: Int64 { sinceEpoch - sinceBoot }
    }

    init(_ times: @escaping @Sendable () -> Times) {
        self.times = times
        farthest = Atomic(times().offset)
    }

    func now() -> Date {
        let times = times()
        let most = farthest.max(times.offset, ordering: .relaxed).newValue
        return Date(timeIntervalSince1970: Double(most + times.sinceBoot) / 1e9)
    }

    /// By how much the machine's clock is behind.
    var lead: Duration { .nanoseconds(max(0, farthest.load(ordering: .relaxed) - times().offset)) }
}

extension SteadyClock {
    /// On the machine's own clocks.
    static var system: SteadyClock {
        SteadyClock {
            Times(
                sinceEpoch: Clocks.nanoseconds(CLOCK_REALTIME),
                sinceBoot: Clocks.nanoseconds(CLOCK_MONOTONIC)
            )
        }
    }
}

/// The machine's clocks.
enum Clocks {
    /// How long it has been since 1970 began.
    @Sendable static func sinceEpoch() -> Duration { .nanoseconds(nanoseconds(CLOCK_REALTIME)) }

    /// A clock that nobody sets.
    @Sendable static func sinceBoot() -> Duration { .nanoseconds(nanoseconds(CLOCK_MONOTONIC)) }

    fileprivate static func nanoseconds(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
