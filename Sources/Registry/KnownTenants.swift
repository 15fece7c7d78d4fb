import FoundationEssentials
import Synchronization

/// Tenants read lately, by name and by host; also that a host is nobody's.
///
/// Everything made for a tenant is kept under the object, so one that did not change stays the same object.
final class KnownTenants: Sendable {
    enum Key: Hashable { case name(String), host(String) }

    private struct Contents {
        var generation = 0
        var tenants: [Key: (tenant: Tenant?, readAt: Date?)] = [:]
    }

    private static var limit: Int { 2048 }
    private let lifetime: TimeInterval
    private let clock: @Sendable () -> Date
    private let contents = Mutex(Contents())

    init(lifetime: TimeInterval, clock: @escaping @Sendable () -> Date) {
        self.lifetime = lifetime
        self.clock = clock
    }

    /// The tenant, from memory or by `reading` it.
    nonisolated(nonsending) func tenant(
        _ key: Key,
        reading: nonisolated(nonsending) () async throws -> Tenant?
    ) async throws -> Tenant? {
        let now = clock()
        let (known, generation) = contents.withLock { ($0.tenants[key], $0.generation) }
        if let known, let readAt = known.readAt, (0...lifetime).contains(now.timeIntervalSince(readAt)) {
            return known.tenant
        }
        var tenant = try await reading()
        if let old = known?.tenant, let new = tenant, old.isSame(as: new) { tenant = old }
        // Addresses that are made up are not remembered by name, or they would push out the others.
        if case .name = key, tenant == nil { return nil }
        contents.withLock { contents in
            guard contents.generation == generation else { return }
            if contents.tenants.count >= Self.limit { contents.tenants = [:] }
            contents.tenants[key] = (tenant, now)
        }
        return tenant
    }

    /// What was read before counts as old, also for a reader that is on its way; the objects are kept to compare.
    func forget() {
        contents.withLock { contents in
            contents.generation += 1
            for key in contents.tenants.keys { contents.tenants[key]?.readAt = nil }
        }
    }
}
