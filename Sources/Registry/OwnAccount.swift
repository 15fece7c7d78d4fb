package import FoundationEssentials

/// What everybody may do with their own account, whatever their role: sessions, password, address.
package struct OwnAccount: Sendable {
    package let tenant: Tenant
    package let session: Session
    let registry: ApplicationRegistry
    let provenance: Provenance

    package var account: Account { session.account }
    package var name: String { account.name }
}

extension PartnerAccess {
    package var own: OwnAccount {
        OwnAccount(tenant: tenant, session: session, registry: registry, provenance: provenance)
    }
}

extension CustomerAccess {
    package var own: OwnAccount {
        OwnAccount(tenant: tenant, session: session, registry: registry, provenance: provenance)
    }
}

extension AdminAccess {
    package var own: OwnAccount {
        OwnAccount(tenant: tenant, session: session, registry: registry, provenance: provenance)
    }
}

/// One of an account's sessions, as its owner sees it.
package struct OwnSession: Sendable {
    package let id: String
    package let startedAt: Date
    package let seenAt: Date

    /// Where it was started from; empty for one of before this was kept.
    package let address: String
    package let browser: String
    package let isThisOne: Bool
}

/// Why nothing was changed: the password that proves who is sitting there was not right.
package struct WrongPassword: Error, Equatable, Sendable {}

// MARK: - What may be done with it

extension OwnAccount {
    /// The sessions that live, the last used first.
    package func sessions() async throws -> [OwnSession] {
        let (id, now, account, current) = (tenant.id, registry.clock(), account, session.id)
        let idle = tenant.policy.sessionLife(of: account.role).idle
        return try await registry.database.read(.tenant(id)) { connection in
            try connection.sessions(of: account, current: current, idle: idle, tenant: id, at: now)
        }
    }

    /// Ends one of one's own sessions; no when there is none with this id.
    package func end(_ sessionID: String) async throws -> Bool {
        let (id, account) = (tenant.id, account.id)
        return try await changing { transaction in
            let ended = try transaction.deleteSession(sessionID, of: account, tenant: id)
            if ended { try self.record(.sessionEnded, in: transaction) }
            return ended
        }
    }

    /// Ends every session but this one.
    package func endOthers() async throws {
        let (id, account, current) = (tenant.id, account.id, session.id)
        try await changing { transaction in
            try transaction.endSessions(of: account, except: current, tenant: id)
            try self.record(.sessionEnded, [("which", "others")], in: transaction)
        }
    }

    /// Sets another password and ends every other session (SL-12).
    ///
    /// Throws ``WrongPassword`` unless `current` is the password, and ``AccountProblems`` about the new one.
    package func changePassword(
        from current: String,
        to new: String,
        language: String? = nil
    ) async throws {
        let old = try await prove(current)
        let hash = try await registry.checkedHash(new, of: account, at: tenant)
        let (id, now, account, session) = (tenant.id, registry.clock(), account, session.id)
        let (registry, actor, provenance) = (registry, account.actor, provenance)
        try await changing { transaction in
            guard try transaction.hold(account.id, provenBy: old, tenant: id) else { throw WrongPassword() }
            try registry.change(account, to: hash, by: actor, provenance, language, in: transaction, id, now)
            try transaction.endSessions(of: account.id, except: session, tenant: id)
        }
    }

    /// Writes to a new address, whose owner has to agree; nothing is changed before (SL-14).
    ///
    /// Whether another account has that address is not told. Throws ``WrongPassword``.
    package func askForAddress(
        _ email: EmailAddress,
        password: String,
        language: String? = nil
    ) async throws {
        let proven = try await prove(password)
        let link = registry.newLink(
            .changeAddress,
            about: account.id.text,
            email.text,
            lasting: OneTimeLink.confirmationLife,
            at: tenant
        )
        let (id, now, account, registry) = (tenant.id, registry.clock(), account, registry)
        try await registry.evenly {
            try await registry.database.transaction(.tenant(id)) { transaction in
                guard try transaction.hold(account.id, provenBy: proven, tenant: id) else {
                    throw WrongPassword()
                }
                let isTaken = try transaction.account(of: email, as: account.role, tenant: id) != nil
                try registry.keep(link, in: transaction, tenant: id)
                try registry.outbox.post(
                    .confirmNewAddress(role: account.role, link: link.secret.plaintext),
                    to: email,
                    language: language,
                    in: transaction,
                    tenant: id,
                    at: now,
                    isForNobody: isTaken
                )
            }
        }
    }

    /// The hash that a password was proved against; throws ``WrongPassword``.
    func prove(_ password: String) async throws -> PasswordHash {
        let (id, account) = (tenant.id, account)
        let hash = try await registry.database.read(.tenant(id)) {
            try $0.account(of: account.email, as: account.role, tenant: id)?.password
        }
        let isRight = try await registry.passwords.verifies(password, hash, at: id)
        guard isRight, let hash else { throw WrongPassword() }
        return hash
    }

    private func changing<Answer: Sendable>(
        _ body: @escaping @Sendable (any Connection) throws -> Answer
    ) async throws -> Answer {
        let registry = registry
        let id = tenant.id
        return try await registry.recentReads.changing {
            try await registry.database.transaction(.tenant(id), body)
        }
    }

    private func record(
        _ action: Action,
        _ detail: [(String, String)] = [],
        in transaction: any Connection
    ) throws {
        try registry.ledger.record(
            action,
            of: account.id.text,
            by: account.actor,
            detail,
            from: provenance,
            in: transaction,
            tenant: tenant.id,
            at: registry.clock()
        )
    }
}

extension ApplicationRegistry {
    /// The address a link would change an account to, without using it; throws ``LinkRefusal``.
    package func addressToChangeTo(_ link: String, at tenant: Tenant) async throws -> EmailAddress {
        guard let email = EmailAddress(try await facts(of: link, .changeAddress, at: tenant).detail) else {
            throw DamagedRow(place: "one_time_links.detail")
        }
        return email
    }

    /// Changes an account's address, and tells the old one; throws ``LinkRefusal``, also when another has it by now.
    package func changeAddress(
        _ link: String,
        as role: Role,
        language: String? = nil,
        at tenant: Tenant,
        from provenance: Provenance
    )
        async throws
    {
        let email = try await addressToChangeTo(link, at: tenant)
        let (now, id, ledger) = (clock(), tenant.id, ledger)
        try await recentReads.changing {
            try await database.transaction(.tenant(id)) { transaction in
                guard let facts = try self.use(link, .changeAddress, in: transaction, tenant: id, at: now),
                    let account = try transaction.account(AccountID(text: facts.subject), tenant: id),
                    account.role == role, try transaction.set(email, of: account, tenant: id)
                else { throw LinkRefusal.used }
                try transaction.endLinks(leadingInto: account.id, tenant: id)
                for address in [account.email, email] where role == .admin {
                    try transaction.endLink(.inviteAdministrator, about: address.text, tenant: id)
                }
                try self.outbox.post(
                    .addressChanged(role: role, to: email.text, at: now, from: provenance.address),
                    to: account.email,
                    language: language,
                    in: transaction,
                    tenant: id,
                    at: now
                )
                try ledger.record(
                    .addressChanged,
                    of: account.id.text,
                    by: account.actor,
                    from: provenance,
                    in: transaction,
                    tenant: id,
                    at: now
                )
            }
        }
    }
}

// MARK: - How it is kept

extension Connection {
    fileprivate func sessions(
        of account: Account,
        current: String,
        idle: Int,
        tenant: TenantID,
        at now: Date
    ) throws -> [OwnSession] {
        let idleSince = now.addingTimeInterval(-Double(idle))
        return try run(
            """
            SELECT id, started_at, seen_at, address, browser FROM sessions
            WHERE tenant = \(tenant) AND account = \(account.id) AND expires_at > \(now)
                AND seen_at > \(idleSince)
            ORDER BY seen_at DESC, id LIMIT 50
            """
        ).map { row in
            let id = try row.text(0)
            return OwnSession(
                id: id,
                startedAt: try row.date(1),
                seenAt: try row.date(2),
                address: try row.text(3),
                browser: try row.text(4),
                isThisOne: id == current
            )
        }
    }

    fileprivate func deleteSession(_ id: String, of account: AccountID, tenant: TenantID) throws -> Bool {
        try !run(
            """
            DELETE FROM sessions WHERE tenant = \(tenant) AND id = \(id) AND account = \(account) RETURNING id
            """
        ).isEmpty
    }

    func account(_ id: AccountID, tenant: TenantID) throws -> Account? {
        try run(
            """
            SELECT id, role, email, name, organisation FROM accounts WHERE tenant = \(tenant) AND id = \(id)
            """
        ).first.map { try Account($0, from: 0) }
    }

    /// Says whether it was changed; it was not when another account of the role has the address.
    fileprivate func set(_ email: EmailAddress, of account: Account, tenant: TenantID) throws -> Bool {
        try !run(
            """
            UPDATE accounts SET email = \(email) WHERE tenant = \(tenant) AND id = \(account.id)
                AND NOT EXISTS (SELECT 1 FROM accounts WHERE tenant = \(tenant) AND role = \(account.role)
                    AND email = \(email))
            RETURNING id
            """
        ).isEmpty
    }
}
