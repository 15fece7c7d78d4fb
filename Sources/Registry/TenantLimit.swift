import FoundationEssentials

/// What a tenant has only so much room for (LO-01); administrators hear of it before there is none.
package enum TenantLimit: String, Sendable, Codable, CaseIterable, Bindable {
    /// Applications that nobody approved.
    case unapproved = "limit.unapproved"

    /// Bytes of logos.
    case logos = "limit.logos"

    package var binding: Value { rawValue.binding }

    fileprivate func most(in policy: Policy) -> Int {
        switch self {
        case .unapproved: policy.unapprovedApplications
        case .logos: policy.logoMebibytes << 20
        }
    }

    /// How much is used; of applications it counts no more than may be.
    fileprivate func count(of tenant: TenantID, upTo most: Int) -> SQL {
        switch self {
        case .unapproved:
            """
            SELECT count(*) FROM (
                SELECT 1 FROM applications WHERE tenant = \(tenant) AND approved_at IS NULL AND deleted_at IS NULL
                LIMIT \(most)
            ) AS unapproved
            """
        case .logos: "SELECT kept FROM logo_bytes WHERE tenant = \(tenant)"
        }
    }
}

/// How much of a limit is used.
package struct LimitUse: Sendable, Codable, Equatable {
    package let limit: TenantLimit
    package let used: Int
    package let most: Int

    var isFull: Bool { used >= most }

    /// Whether four fifths are used.
    var isNear: Bool { used * 5 >= most * 4 }
}

// MARK: - What may be done with it

extension AdminAccess {
    /// The limits of which four fifths are used, or more.
    package func limitsNear() async throws -> [LimitUse] {
        let tenant = tenant
        return try await registry.database.read(.tenant(tenant.id)) { connection in
            try TenantLimit.allCases.map { try connection.use(of: $0, at: tenant) }.filter(\.isNear)
        }
    }
}

extension ApplicationRegistry {
    /// Writes to the administrators where four fifths are used, in the transaction that used them; once, until it was
    /// less again.
    func warn(
        of limit: TenantLimit,
        in transaction: any Connection,
        at tenant: Tenant,
        _ now: Date
    ) throws {
        let use = try transaction.use(of: limit, at: tenant)
        guard use.isNear, try transaction.noteWarning(of: limit, tenant: tenant.id, at: now) else { return }
        let people = try transaction.administratorAddresses(tenant: tenant.id)
        try outbox.post(.nearLimit(use, at: now), to: people, in: transaction, tenant: tenant.id, at: now)
    }
}

// MARK: - How it is kept

extension Connection {
    func use(of limit: TenantLimit, at tenant: Tenant) throws -> LimitUse {
        let most = limit.most(in: tenant.policy)
        let used = try run(limit.count(of: tenant.id, upTo: most)).first?.integer(0) ?? 0
        return LimitUse(limit: limit, used: used, most: most)
    }

    /// Says no where it was noted before.
    fileprivate func noteWarning(of limit: TenantLimit, tenant: TenantID, at now: Date) throws -> Bool {
        try !run(
            """
            INSERT INTO alerts (tenant, kind, subject, raised_at) VALUES (\(tenant), \(limit), '', \(now))
            ON CONFLICT (tenant, kind, subject) DO NOTHING
            RETURNING kind
            """
        ).isEmpty
    }

    /// Forgets warnings whose reason is gone, so that there is another when it comes back.
    func forgetWarnings(of id: TenantID) throws {
        let warned = try warnedLimits(of: id)
        guard !warned.isEmpty, let tenant = try tenant(of: id) else { return }
        for limit in warned where try !use(of: limit, at: tenant).isNear {
            try forgetWarning(of: limit, tenant: id)
        }
    }

    fileprivate func warnedLimits(of tenant: TenantID) throws -> [TenantLimit] {
        let kinds: SQL = "kind IN (" + .list(TenantLimit.allCases) + ")"
        return try run("SELECT kind FROM alerts WHERE tenant = \(tenant) AND " + kinds + " AND subject = ''")
            .compactMap { TenantLimit(rawValue: try $0.text(0)) }
    }

    fileprivate func forgetWarning(of limit: TenantLimit, tenant: TenantID) throws {
        try run("DELETE FROM alerts WHERE tenant = \(tenant) AND kind = \(limit) AND subject = ''")
    }
}
