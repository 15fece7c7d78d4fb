package import FoundationEssentials

/// Shutting somebody out until they are let in again; nothing of theirs is deleted meanwhile.
///
/// Sessions end, and with a customer's account all that applications got through it: tokens, and codes that nobody has
/// redeemed. What the customer allowed stands. What a partner's team has registered works on, because it is not theirs
/// alone (RT-08, CO-07).

/// An account as those see it who decide about it.
package struct AccountStanding: Sendable {
    package let account: Account
    package let createdAt: Date
    package let signedInAt: Date?

    /// What a customer last used.
    package let language: String?

    /// Since when nobody can sign in with it.
    package let disabledAt: Date?
    package let secondFactorSetAt: Date?
}

extension AdminAccess {
    /// The accounts with an address, at most one in each role.
    package func accounts(of email: EmailAddress) async throws -> [AccountStanding] {
        try await registry.accounts(of: email, at: tenant)
    }

    /// Those that were disabled last, and whether there are more.
    package func disabledAccounts(
        upTo limit: Int = ReviewQueue.limit
    ) async throws -> (last: [AccountStanding], areAll: Bool) {
        let found = try await registry.accounts(
            at: tenant,
            where: "disabled_at IS NOT NULL ORDER BY disabled_at DESC, id LIMIT \(limit + 1)"
        )
        return (Array(found.prefix(limit)), found.count <= limit)
    }

    package func account(_ id: String) async throws -> AccountStanding? {
        try await registry.accounts(at: tenant, where: "id = \(id)").first
    }

    /// Throws ``PeopleRefusal``.
    package func disable(_ account: Account, because reason: String) async throws {
        guard account.id != self.account.id else { throw PeopleRefusal.yourself }
        try await registry.disable(account, because: reason, at: tenant, by: actor, from: provenance)
    }

    package func enable(_ account: Account) async throws {
        try await registry.enable(account, at: tenant, by: actor, from: provenance)
    }

    /// Lets a partner who lost phone and recovery codes in with the password alone; every session of theirs ends.
    ///
    /// Throws ``OperatorRefusal`` for anybody who is none.
    package func resetSecondFactor(of account: Account) async throws {
        try await registry.resetSecondFactor(ofPartner: account, at: tenant, by: actor, from: provenance)
    }
}

extension OperatorAccess {
    /// The accounts with an address, at most one in each role.
    package func accounts(of email: EmailAddress) async throws -> [AccountStanding] {
        try await registry.accounts(of: email, at: tenant)
    }

    /// The next stretch of the accounts in these roles, or of those that are disabled, after one of them; none when it
    /// was the last.
    ///
    /// They come by role in the order given, and by address.
    package func accounts(
        in roles: [Role],
        onlyDisabled: Bool,
        after last: Account? = nil,
        upTo limit: Int = 500
    ) async throws -> [AccountStanding] {
        let left = last.map { last in roles.drop { $0 != last.role } } ?? roles[...]
        for role in left {
            let start = role == last?.role ? last?.email.text ?? "" : ""
            let disabled: SQL = onlyDisabled ? " AND disabled_at IS NOT NULL" : ""
            let condition: SQL = "role = \(role) AND email > \(start)"
            let found = try await registry.accounts(
                at: tenant,
                where: condition + disabled + " ORDER BY email LIMIT \(limit)"
            )
            if !found.isEmpty { return found }
        }
        return []
    }

    /// Throws ``PeopleRefusal``.
    package func disable(_ account: Account, because reason: String) async throws {
        try await registry.disable(account, because: reason, at: tenant, by: actor, from: provenance)
    }

    package func enable(_ account: Account) async throws {
        try await registry.enable(account, at: tenant, by: actor, from: provenance)
    }
}

// MARK: - What both do

extension ApplicationRegistry {
    /// The roles are named because the index begins with them.
    fileprivate func accounts(of email: EmailAddress, at tenant: Tenant) async throws -> [AccountStanding] {
        let condition: SQL = "role IN (" + .list(Role.allCases) + ") AND email = \(email) ORDER BY role"
        return try await accounts(at: tenant, where: condition)
    }

    fileprivate func accounts(at tenant: Tenant, where condition: SQL) async throws -> [AccountStanding] {
        let tenant = tenant.id
        return try await database.read(.tenant(tenant)) { try $0.accounts(where: condition, tenant: tenant) }
    }

    /// Says nothing where it is disabled already.
    ///
    /// The ledger is held before anything ends, so that whoever gives a code or a token at the same time has either
    /// given it by then, or finds the account disabled.
    fileprivate func disable(
        _ account: Account,
        because reason: String,
        at tenant: Tenant,
        by actor: Actor,
        from provenance: Provenance
    ) async throws {
        let (id, place) = (account.id, tenant.id)
        try await changePeople(of: tenant, by: actor, from: provenance) { transaction, record, now in
            guard try transaction.disable(id, tenant: place, at: now) else { return }
            try transaction.requireFullRank(of: actor, tenant: place)
            if account.role == .admin, try transaction.isLastFullAdministrator(id, tenant: place) {
                throw PeopleRefusal.lastFullAdministrator
            }
            if account.role == .customer { try transaction.endTokens(of: id, tenant: place, at: now) }
            try transaction.endSessions(of: id, tenant: place)
            try transaction.endLinks(leadingInto: id, tenant: place)
            try transaction.endInvitations(around: account, tenant: place)
            try record(.accountDisabled, id.text, reason.isEmpty ? [] : [("reason", reason)])
        }
    }

    /// Says nothing where it is not disabled.
    fileprivate func enable(
        _ account: Account,
        at tenant: Tenant,
        by actor: Actor,
        from provenance: Provenance
    ) async throws {
        let (id, tenantID) = (account.id, tenant.id)
        try await changePeople(of: tenant, by: actor, from: provenance) { transaction, record, _ in
            guard try transaction.enable(id, tenant: tenantID) else { return }
            try transaction.requireFullRank(of: actor, tenant: tenantID)
            try record(.accountEnabled, id.text, [])
        }
    }
}

// MARK: - How it is kept

extension Connection {
    /// Kills the invitations to an account, and those it sent: nobody comes back by a letter of their own.
    fileprivate func endInvitations(around account: Account, tenant: TenantID) throws {
        switch account.role {
        case .admin:
            try endLink(.inviteAdministrator, about: account.email.text, tenant: tenant)
            try endInvitations(byAdministrator: account.id, tenant: tenant)
        case .partner: try endInvitations(by: account.id, tenant: tenant)
        case .customer: break
        }
    }

    fileprivate func accounts(where condition: SQL, tenant: TenantID) throws -> [AccountStanding] {
        let accounts: SQL = """
            SELECT id, role, email, name, organisation, created_at, signed_in_at, disabled_at,
                language, (SELECT set_at FROM second_factors f
                    WHERE f.tenant = accounts.tenant AND f.account = accounts.id)
            FROM accounts WHERE tenant = \(tenant) AND closed_at IS NULL AND
            """
        return try run(accounts + " " + condition).map { row in
            AccountStanding(
                account: try Account(row, from: 0),
                createdAt: try row.date(5),
                signedInAt: try row.optionalDate(6),
                language: try row.optionalText(8),
                disabledAt: try row.optionalDate(7),
                secondFactorSetAt: try row.optionalDate(9)
            )
        }
    }

    /// Says whether it was not disabled before.
    fileprivate func disable(_ id: AccountID, tenant: TenantID, at now: Date) throws -> Bool {
        try !run(
            """
            UPDATE accounts SET disabled_at = \(now)
            WHERE tenant = \(tenant) AND id = \(id) AND closed_at IS NULL AND disabled_at IS NULL
            RETURNING id
            """
        ).isEmpty
    }

    /// Says whether it was disabled before.
    fileprivate func enable(_ id: AccountID, tenant: TenantID) throws -> Bool {
        try !run(
            """
            UPDATE accounts SET disabled_at = NULL
            WHERE tenant = \(tenant) AND id = \(id) AND disabled_at IS NOT NULL
            RETURNING id
            """
        ).isEmpty
    }
}
