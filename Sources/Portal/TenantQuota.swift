import Registry
import Synchronization

/// How many requests of each tenant this server answers in a second, where the tenant's rules say so, whoever asks: so
/// that a crowd at one is not felt at the others (MT-06).
final class TenantQuota: Sendable {
    private struct Count {
        var second: Int64
        var answered = 0
    }

    private let counts = Mutex<[TenantID: Count]>([:])
    private let now: @Sendable () -> Duration

    /// `now` is a clock that only goes forward, from any beginning.
    init(now: @escaping @Sendable () -> Duration) { self.now = now }

    /// Counts a request; no where the tenant has used up the second, and the next one is to be waited for.
    func spend(of tenant: Tenant) -> Bool {
        let limit = tenant.policy.requestsPerSecond
        guard limit > 0 else { return true }
        let second = now().components.seconds
        return counts.withLock { counts in
            var count = counts[tenant.id] ?? Count(second: second)
            if count.second != second { count = Count(second: second) }
            guard count.answered < limit else { return false }
            count.answered += 1
            counts[tenant.id] = count
            return true
        }
    }
}
