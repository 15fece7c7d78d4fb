import Registry
import Synchronization

/// How many requests of each tenant this server answers in a second, where the tenant's rules say so, whoever asks: so
/// that a crowd at one is not felt at the others (MT-06).
final class TenantQuota: Sendable {
    /// Milliseconds that a refusal is held back, no two alike: whoever asks again at once asks less often for it, and
    /// those who were refused together do not come back together.
    private static let pause = 25...75

    /// As many as this at once; each keeps its connection, and others need some too.
    private static let mostHeld = 1_024

    /// When each tenant will have used up what it was answered.
    private let used = Mutex<[TenantID: Duration]>([:])
    private let held = Atomic(0)
    private let now: @Sendable () -> Duration

    /// `now` is a clock that only goes forward, from any beginning.
    init(now: @escaping @Sendable () -> Duration) { self.now = now }

    /// Counts a request; no where the tenant has used up what it has.
    ///
    /// That comes back evenly, request by request: a second's worth at once would be a crowd too.
    func spend(of tenant: Tenant) -> Bool {
        let limit = tenant.policy.requestsPerSecond
        guard limit > 0 else { return true }
        let (now, each) = (now(), Duration.seconds(1) / limit)
        let atOnce = min(limit, max(10, limit / 20))
        return used.withLock { used in
            let start = max(used[tenant.id] ?? now, now)
            guard start - now <= each * (atOnce - 1) else { return false }
            used[tenant.id] = start + each
            return true
        }
    }

    /// Waits before a refusal is answered, unless too many wait already.
    func holdBack() async {
        defer { held.subtract(1, ordering: .relaxed) }
        guard held.add(1, ordering: .relaxed).newValue <= TenantQuota.mostHeld else { return }
        do { try await Task.sleep(for: .milliseconds(Int.random(in: TenantQuota.pause))) } catch {}
    }
}
