package import FoundationEssentials

/// What an administrator may do: everything, or look at everything.
package enum Rank: String, Sendable, CaseIterable, Bindable {
    case full
    case readOnly = "read_only"

    package var binding: Value { rawValue.binding }
}

/// An administrator as the others see them.
package struct Administrator: Sendable {
    package let account: Account
    package let rank: Rank
    package let createdAt: Date
    package let signedInAt: Date?
    package let secondFactorSetAt: Date?
    package let sessions: Int

    /// Since when the account cannot sign in.
    package let disabledAt: Date?
}

/// Somebody who was invited and has not come yet.
package struct Invitation: Sendable {
    package let email: EmailAddress
    package let rank: Rank
    package let expiresAt: Date
}

/// Why nothing about an administrator was changed.
package enum PeopleRefusal: Error, Equatable, Sendable {
    case noSuchAdministrator

    /// Somebody has to be able to undo what was done.
    case lastFullAdministrator

    /// What one does to oneself by mistake, nobody is left to undo.
    case yourself

    /// The link was used, replaced or is too old.
    case linkGone

    /// An invitation would not let them in.
    case accountDisabled
}

extension AdminAccess {
    package var rank: Rank { session.rank }

    package func administrators() async throws -> [Administrator] {
        try await registry.administrators(of: tenant)
    }

    package func administrator(_ id: String) async throws -> Administrator? {
        try await administrators().first { $0.account.id.text.utf8.elementsEqual(id.utf8) }
    }

    package func invitations() async throws -> [Invitation] {
        let (tenant, now) = (tenant.id, registry.clock())
        return try await registry.database.read(.tenant(tenant)) {
            try $0.openInvitations(tenant: tenant, at: now)
        }
    }

    /// Mails an invitation, which takes the place of an earlier one to the same address; throws ``PeopleRefusal``.
    package func invite(_ email: EmailAddress, as rank: Rank) async throws {
        let by = account.name
        try await registry.invite(email, as: rank, at: tenant, by: actor, from: provenance) { link in
            .invitedAsAdministrator(by: by, link: link)
        }
    }

    /// Throws ``PeopleRefusal``.
    package func change(_ administrator: Administrator, to rank: Rank) async throws {
        guard administrator.account.id != account.id else { throw PeopleRefusal.yourself }
        try await registry.change(administrator, to: rank, at: tenant, by: actor, from: provenance)
    }

    /// Ends an administrator's access and every session; throws ``PeopleRefusal``.
    package func remove(_ administrator: Administrator) async throws {
        guard administrator.account.id != account.id else { throw PeopleRefusal.yourself }
        try await registry.close(administrator, at: tenant, by: actor, from: provenance)
    }

    /// Lets somebody who lost their phone set a second factor up again; every session of theirs ends.
    package func resetSecondFactor(of administrator: Administrator) async throws {
        guard administrator.account.id != account.id else { throw PeopleRefusal.yourself }
        let id = administrator.account.id
        try await registry.removeSecondFactor(of: id, at: tenant, by: actor, provenance)
    }
}

extension OperatorAccess {
    package func administrators() async throws -> [Administrator] {
        try await registry.administrators(of: tenant)
    }

    /// Throws ``PeopleRefusal``.
    package func administrator(_ email: String) async throws -> Administrator {
        let wanted = EmailAddress(email)
        guard let found = try await administrators().first(where: { $0.account.email == wanted }) else {
            throw PeopleRefusal.noSuchAdministrator
        }
        return found
    }

    /// A link for the first administrator, good for an hour; nil where there is an administrator, or such a link.
    package func firstAdministratorLink() async throws -> OneTimeLink? {
        let link = registry.newLink(
            .firstAdministrator,
            about: "first",
            Rank.full.rawValue,
            lasting: .seconds(3600),
            at: tenant
        )
        let isNew = try await registry.changePeople(of: tenant, by: actor, from: provenance) {
            transaction,
            record,
            now in
            try transaction.holdLedger(of: tenant.id)
            guard try transaction.needsFirstAdministrator(tenant: tenant.id, at: now) else { return false }
            try registry.keep(link, in: transaction, tenant: tenant.id)
            try record(.administratorInvited, tenant.name.text, [("rank", Rank.full.rawValue)])
            return true
        }
        return isNew ? link : nil
    }

    /// A link with which somebody becomes an administrator, or one again; throws ``PeopleRefusal``.
    package func invite(_ email: EmailAddress, as rank: Rank) async throws -> OneTimeLink {
        try await registry.invite(email, as: rank, at: tenant, by: actor, from: provenance) { _ in nil }
    }

    /// Takes away second factor and sessions, and makes a link to begin again with; throws ``PeopleRefusal``.
    package func reset(_ administrator: Administrator) async throws -> OneTimeLink {
        if administrator.disabledAt != nil { throw PeopleRefusal.accountDisabled }
        let id = administrator.account.id
        try await registry.removeSecondFactor(of: id, at: tenant, by: actor, provenance)
        return try await invite(administrator.account.email, as: administrator.rank)
    }

    /// Throws ``PeopleRefusal``.
    package func remove(_ administrator: Administrator) async throws {
        try await registry.close(administrator, at: tenant, by: actor, from: provenance)
    }
}

// MARK: - Accepting an invitation

extension ApplicationRegistry {
    /// Whom a link invites, if it can still be accepted: an address, or nil for the first administrator's own.
    package func invitation(_ link: String, at tenant: Tenant) async throws -> InvitedPerson? {
        for purpose in InvitedPerson.purposes {
            guard case .open(let facts) = try await look(at: link, purpose, at: tenant) else { continue }
            return InvitedPerson(purpose: purpose, email: EmailAddress(facts.subject))
        }
        return nil
    }

    /// Makes the account of an invitation, or opens it again with this password; throws ``PeopleRefusal``.
    package func accept(
        _ link: String,
        _ person: InvitedPerson,
        _ draft: AccountDraft,
        at tenant: Tenant,
        from provenance: Provenance
    ) async throws {
        let hash = try await passwords.hash(draft.password, at: tenant.id)
        let id = AccountID(text: "acc_" + entropy.base62(22))
        try await changePeople(of: tenant, by: .somebody, from: provenance) { transaction, record, now in
            let facts = try self.use(link, person.purpose, in: transaction, tenant: tenant.id, at: now)
            guard let facts, let rank = Rank(rawValue: facts.detail) else { throw PeopleRefusal.linkGone }
            let account = try transaction.openAdministrator(
                id,
                draft,
                hash,
                rank,
                tenant: tenant.id,
                at: now
            )
            guard let account else { throw PeopleRefusal.linkGone }
            try transaction.endSessions(of: account, tenant: tenant.id)
            try record(.accountCreated, account.text, [("role", "admin"), ("rank", rank.rawValue)])
        }
    }
}

/// Whoever holds an invitation that is open.
package struct InvitedPerson: Sendable {
    let purpose: OneTimeLink.Purpose

    /// Nil where the first administrator says which address is theirs.
    package let email: EmailAddress?

    static let purposes: [OneTimeLink.Purpose] = [.inviteAdministrator, .firstAdministrator]
}

// MARK: - What both do

extension ApplicationRegistry {
    fileprivate func administrators(of tenant: Tenant) async throws -> [Administrator] {
        let (tenant, now) = (tenant.id, clock())
        return try await database.read(.tenant(tenant)) { try $0.administrators(tenant: tenant, at: now) }
    }

    /// Makes the link, and posts the letter where there is one.
    @discardableResult
    fileprivate func invite(
        _ email: EmailAddress,
        as rank: Rank,
        at tenant: Tenant,
        by actor: Actor,
        from provenance: Provenance,
        letter: @escaping @Sendable (_ link: String) -> Letter?
    ) async throws -> OneTimeLink {
        let link = newLink(
            .inviteAdministrator,
            about: email.text,
            rank.rawValue,
            lasting: OneTimeLink.invitationLife,
            at: tenant
        )
        try await changePeople(of: tenant, by: actor, from: provenance) { transaction, record, now in
            let known = try transaction.account(of: email, as: .admin, tenant: tenant.id)
            if known?.isDisabled == true { throw PeopleRefusal.accountDisabled }
            try self.keep(link, in: transaction, tenant: tenant.id)
            if let letter = letter(link.secret.plaintext) {
                try self.outbox.post(letter, to: email, in: transaction, tenant: tenant.id, at: now)
            }
            try record(.administratorInvited, email.text, [("rank", rank.rawValue)])
        }
        return link
    }

    fileprivate func change(
        _ administrator: Administrator,
        to rank: Rank,
        at tenant: Tenant,
        by actor: Actor,
        from provenance: Provenance
    ) async throws {
        let id = administrator.account.id
        try await changePeople(of: tenant, by: actor, from: provenance) { transaction, record, _ in
            try transaction.holdLedger(of: tenant.id)
            let isLast = try transaction.isLastFullAdministrator(id, tenant: tenant.id)
            guard rank == .full || !isLast else { throw PeopleRefusal.lastFullAdministrator }
            try transaction.set(rank, of: id, tenant: tenant.id)
            try transaction.endSessions(of: id, tenant: tenant.id)
            try record(
                .rankChanged,
                id.text,
                [("from", administrator.rank.rawValue), ("to", rank.rawValue)]
            )
        }
    }

    fileprivate func close(
        _ administrator: Administrator,
        at tenant: Tenant,
        by actor: Actor,
        from provenance: Provenance
    ) async throws {
        let (id, email) = (administrator.account.id, administrator.account.email)
        try await changePeople(of: tenant, by: actor, from: provenance) { transaction, record, now in
            try transaction.holdLedger(of: tenant.id)
            guard try !transaction.isLastFullAdministrator(id, tenant: tenant.id) else {
                throw PeopleRefusal.lastFullAdministrator
            }
            try transaction.closeAccount(id, tenant: tenant.id, at: now)
            try transaction.endSessions(of: id, tenant: tenant.id)
            try transaction.endLink(.inviteAdministrator, about: email.text, tenant: tenant.id)
            try record(.administratorRemoved, id.text, [])
        }
    }
}

// MARK: - How it is kept

extension Connection {
    fileprivate func administrators(tenant: TenantID, at now: Date) throws -> [Administrator] {
        try run(
            """
            SELECT a.id, a.role, a.email, a.name, a.organisation, a.rank, a.created_at, a.signed_in_at,
                f.set_at,
                (SELECT count(*) FROM sessions s WHERE s.tenant = \(tenant) AND s.account = a.id
                    AND s.expires_at > \(now) AND s.proven_at IS NOT NULL), a.disabled_at
            FROM accounts a LEFT JOIN second_factors f ON f.tenant = a.tenant AND f.account = a.id
            WHERE a.tenant = \(tenant) AND a.role = 'admin' AND a.closed_at IS NULL ORDER BY a.email
            """
        ).map { row in
            guard let rank = Rank(rawValue: try row.text(5)) else { throw DamagedRow(place: "accounts.rank") }
            return Administrator(
                account: try Account(row, from: 0),
                rank: rank,
                createdAt: try row.date(6),
                signedInAt: try row.optionalDate(7),
                secondFactorSetAt: try row.optionalDate(8),
                sessions: try row.integer(9),
                disabledAt: try row.optionalDate(10)
            )
        }
    }

    fileprivate func openInvitations(tenant: TenantID, at now: Date) throws -> [Invitation] {
        try openLinks(.inviteAdministrator, tenant: tenant, at: now).compactMap { facts in
            guard let email = EmailAddress(facts.subject), let rank = Rank(rawValue: facts.detail) else {
                return nil
            }
            return Invitation(email: email, rank: rank, expiresAt: facts.expiresAt)
        }
    }

    fileprivate func needsFirstAdministrator(tenant: TenantID, at now: Date) throws -> Bool {
        try run(
            """
            SELECT 1 FROM accounts WHERE tenant = \(tenant) AND role = 'admin' AND closed_at IS NULL
            UNION ALL
            SELECT 1 FROM one_time_links WHERE tenant = \(tenant) AND purpose = 'admin.first'
                AND used_at IS NULL AND expires_at > \(now)
            """
        ).isEmpty
    }

    /// Whether nobody else may change anything; to be asked while the ledger is held.
    func isLastFullAdministrator(_ id: AccountID, tenant: TenantID) throws -> Bool {
        try run(
            """
            SELECT 1 FROM accounts WHERE tenant = \(tenant) AND role = 'admin' AND rank = 'full'
                AND closed_at IS NULL AND disabled_at IS NULL AND id <> \(id)
            """
        ).isEmpty
    }

    /// Who is written to about what is to do: those who may do it.
    func administratorAddresses(tenant: TenantID) throws -> [EmailAddress] {
        try run(
            """
            SELECT email FROM accounts WHERE tenant = \(tenant) AND role = 'admin' AND rank = 'full'
                AND closed_at IS NULL AND disabled_at IS NULL ORDER BY email
            """
        ).compactMap { EmailAddress(try $0.text(0)) }
    }

    fileprivate func set(_ rank: Rank, of id: AccountID, tenant: TenantID) throws {
        try run("UPDATE accounts SET rank = \(rank) WHERE tenant = \(tenant) AND id = \(id)")
    }

    fileprivate func closeAccount(_ id: AccountID, tenant: TenantID, at now: Date) throws {
        try run(
            """
            UPDATE accounts SET closed_at = \(now), disabled_at = NULL
            WHERE tenant = \(tenant) AND id = \(id)
            """
        )
    }

    /// The new account's id, or that of the one this address had before; nil where that is disabled.
    fileprivate func openAdministrator(
        _ id: AccountID,
        _ draft: AccountDraft,
        _ password: PasswordHash,
        _ rank: Rank,
        tenant: TenantID,
        at now: Date
    ) throws -> AccountID? {
        try run(
            """
            INSERT INTO accounts (tenant, id, role, email, name, organisation, password, created_at, rank)
            VALUES (\(tenant), \(id), 'admin', \(draft.email), \(draft.name), \(draft.organisation),
                \(password.text), \(now), \(rank))
            ON CONFLICT (tenant, role, email) DO UPDATE SET name = excluded.name,
                password = excluded.password, rank = excluded.rank, closed_at = NULL
                WHERE accounts.disabled_at IS NULL
            RETURNING id
            """
        ).first.map { AccountID(text: try $0.text(0)) }
    }
}
