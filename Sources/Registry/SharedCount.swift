import FoundationEssentials

/// What is counted within any stretch of a given length, by whichever process is asked.
package struct Allowance: Sendable {
    /// What stands in the row; it never changes.
    let name: String
    let seconds: TimeInterval

    package init(name: String, period: Duration) {
        self.name = name
        seconds = TimeInterval(period.components.seconds)
    }
}

/// One row holds the times of a key's last allowed tries.
///
/// Keys are kept as digests, since they name people and addresses. Where no other process serves the data there
/// is nobody to count with, and nothing is written.
extension ApplicationRegistry {
    /// Keeps in the ledger that somebody tried something more often than they may.
    package func record(
        triesRefusedAt place: String,
        at tenant: Tenant,
        from provenance: Provenance
    ) async throws {
        try await enter(.triesRefused, of: place, by: .somebody, from: provenance, at: tenant)
    }

    /// Counts a try and returns nil, or returns after how long the next of `limit` will be allowed.
    package func spend(
        _ allowance: Allowance,
        _ key: String,
        limit: Int,
        at tenant: Tenant
    ) async throws -> Duration? {
        let now = clock()
        return try await changing(allowance, key, at: tenant) { times in
            times.removeAll { $0 <= now.milliseconds - allowance.milliseconds }
            if let inTheWay = times.dropLast(max(0, limit - 1)).last {
                return .milliseconds(inTheWay + allowance.milliseconds - now.milliseconds)
            }
            times.append(now.milliseconds)
            return nil
        }
    }

    /// Takes the last try back, as if it had not been made.
    package func giveBack(_ allowance: Allowance, _ key: String, at tenant: Tenant) async throws {
        _ = try await changing(allowance, key, at: tenant) { times in
            _ = times.popLast()
            return nil
        }
    }

    /// Gives a key its whole allowance back.
    package func forget(_ allowance: Allowance, _ key: String, at tenant: Tenant) async throws {
        _ = try await changing(allowance, key, at: tenant) { times in
            times = []
            return nil
        }
    }

    private func changing(
        _ allowance: Allowance,
        _ key: String,
        at tenant: Tenant,
        _ change: @escaping @Sendable (inout [Int]) -> Duration?
    ) async throws -> Duration? {
        guard database.isShared else { return nil }
        let (id, digest) = (
            tenant.id, keyring.first.secrets.digest(Array(allowance.name.utf8), Array(key.utf8))
        )
        let end = clock().addingTimeInterval(allowance.seconds)
        return try await database.transaction(.tenant(id)) { transaction in
            var times = try transaction.holdCount(digest, until: end, tenant: id)
            let wait = change(&times)
            try transaction.setCount(digest, times, tenant: id)
            return wait
        }
    }
}

extension Allowance {
    fileprivate var milliseconds: Int { Int(seconds * 1000) }
}

// MARK: - How it is kept

extension Connection {
    /// The times of a key, which nobody else changes until the transaction ends.
    fileprivate func holdCount(_ digest: [UInt8], until end: Date, tenant: TenantID) throws -> [Int] {
        let row = try run(
            """
            INSERT INTO shared_counts (tenant, digest, times, expires_at) VALUES (\(tenant), \(digest), '', \(end))
            ON CONFLICT (tenant, digest) DO UPDATE SET expires_at = excluded.expires_at
            RETURNING times
            """
        ).first
        return try row?.text(0).split(separator: " ").compactMap { Int($0) } ?? []
    }

    fileprivate func setCount(_ digest: [UInt8], _ times: [Int], tenant: TenantID) throws {
        let text = times.map(String.init).joined(separator: " ")
        try send("UPDATE shared_counts SET times = \(text) WHERE tenant = \(tenant) AND digest = \(digest)")
    }
}
