package import FoundationEssentials

/// What a member of an application's team may do; each role may do what those before it may.
package enum MemberRole: String, Sendable, CaseIterable, Comparable, Bindable {
    case viewer

    /// Changes the application, but neither its secrets nor its team.
    case developer
    case owner

    package var binding: Value { rawValue.binding }

    private var rank: Int {
        switch self {
        case .viewer: 0
        case .developer: 1
        case .owner: 2
        }
    }

    package static func < (one: MemberRole, other: MemberRole) -> Bool { one.rank < other.rank }
}

/// A partner who may do something with an application.
package struct Member: Sendable {
    package let account: Account
    package let role: MemberRole
    package let joinedAt: Date

    /// Nil for whoever is none.
    package let ownerSince: Date?
}

/// Why somebody may not do something with an application or its team.
package enum MemberRefusal: Error, Equatable, Sendable {
    /// Also where there is no such application: both look the same (MT-01).
    case notAMember
    case roleTooLow(MemberRole, of: EmailAddress, in: String)
}

// MARK: - What may be done with it

extension PartnerAccess {
    /// The access a member has to an application; throws ``MemberRefusal``.
    package func member(of id: String, atLeast least: MemberRole = .viewer) async throws -> MemberAccess {
        registry.watch(id, by: actor, at: self.tenant, from: provenance)
        let (tenant, account) = (tenant.id, account)
        let (application, role) = try await registry.database.read(.tenant(tenant)) { connection in
            try connection.membership(of: account, in: id, atLeast: least, tenant: tenant)
        }
        return MemberAccess(partner: self, application: application, role: role)
    }
}

extension MemberAccess {
    /// Reads something of the application.
    func reading<Result: Sendable>(
        _ body: @escaping @Sendable (any Connection, ClientID, TenantID) throws -> Result
    ) async throws -> Result {
        let (tenant, id) = (tenant.id, application.id)
        return try await registry.database.read(.tenant(tenant)) { try body($0, id, tenant) }
    }

    /// Runs a change on the application as it is now, if the role is enough still; throws ``MemberRefusal``.
    ///
    /// The ledger hears of it when `body` says that there was one.
    func change(
        _ action: Action,
        _ detail: [(String, String)] = [],
        atLeast least: MemberRole,
        _ body: @escaping @Sendable (any Connection, Application, Date) throws -> Bool
    ) async throws {
        try await change(atLeast: least) { transaction, current, now in
            try body(transaction, current, now) ? Change(action, detail) : nil
        }
    }

    /// The same for a change that is known only when it was made; says what became of it.
    @discardableResult
    func change(
        atLeast least: MemberRole,
        _ body: @escaping @Sendable (any Connection, Application, Date) throws -> Change?
    ) async throws -> EditOutcome {
        try await changing(atLeast: least) { transaction, current, now in
            let change = try body(transaction, current, now)
            let outcome: EditOutcome =
                change.map { $0.action == .revisionProposed ? .waits : .live } ?? .unchanged
            return (outcome, change)
        }
    }

    /// The same for a change that gives something back.
    func changing<Outcome: Sendable>(
        atLeast least: MemberRole,
        _ body: @escaping @Sendable (any Connection, Application, Date) throws -> (Outcome, Change?)
    ) async throws -> Outcome {
        let (id, tenant, account) = (application.id, tenant.id, account)
        return try await registry.change(
            id,
            at: tenant,
            by: actor,
            from: provenance,
            finding: { transaction in
                try transaction.membership(of: account, in: id.text, atLeast: least, tenant: tenant).0
            },
            body
        )
    }
}

// MARK: - How it is kept

extension Connection {
    /// An application and the role of somebody in its team; throws ``MemberRefusal``.
    fileprivate func membership(
        of account: Account,
        in id: String,
        atLeast least: MemberRole,
        tenant: TenantID
    ) throws -> (Application, MemberRole) {
        guard let role = try role(of: account.id, in: id, tenant: tenant),
            let application = try application(id, tenant: tenant)
        else { throw MemberRefusal.notAMember }
        guard role >= least else {
            throw MemberRefusal.roleTooLow(role, of: account.email, in: application.displayName)
        }
        return (application, role)
    }

    /// Nil also for somebody who was disabled since they came in.
    fileprivate func role(of account: AccountID, in id: String, tenant: TenantID) throws -> MemberRole? {
        try run(
            """
            SELECT m.role FROM members m JOIN accounts a ON a.tenant = m.tenant AND a.id = m.account
            WHERE m.tenant = \(tenant) AND m.application = \(id) AND m.account = \(account)
                AND a.disabled_at IS NULL
            """
        ).first.map { row in
            guard let role = MemberRole(rawValue: try row.text(0)) else {
                throw DamagedRow(place: "members.role")
            }
            return role
        }
    }

    /// Who is written to about an application.
    func ownerAddresses(of id: ClientID, tenant: TenantID) throws -> [EmailAddress] {
        try run(
            """
            SELECT o.email FROM members m JOIN accounts o ON o.tenant = m.tenant AND o.id = m.account
            WHERE m.tenant = \(tenant) AND m.application = \(id) AND m.role = \(MemberRole.owner)
                AND o.disabled_at IS NULL
            ORDER BY o.email
            """
        ).compactMap { EmailAddress(try $0.text(0)) }
    }

    /// Says whether somebody was added; they were not when they are a member already.
    @discardableResult
    func insertMember(
        _ account: AccountID,
        as role: MemberRole,
        of id: ClientID,
        tenant: TenantID,
        at now: Date
    ) throws -> Bool {
        try !run(
            """
            INSERT INTO members (tenant, application, account, role, joined_at, owner_since)
            VALUES (\(tenant), \(id), \(account), \(role), \(now), \(role == .owner ? now : nil))
            ON CONFLICT (tenant, application, account) DO NOTHING
            RETURNING account
            """
        ).isEmpty
    }
}
