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

    /// An invitation would change what they may, whatever becomes of that meanwhile.
    case alreadyAdministrator(EmailAddress)
}

extension AdminAccess {
    package var rank: Rank { session.rank }

    package func administrators() async throws -> [Administrator] {
        try await registry.administrators(of: tenant)
    }

    package func administrator(_ id: String) async throws -> Administrator? {
        try await administrators().first { $0.account.id.text.isByteForByte(id) }
    }

    /// Throws ``PeopleRefusal``.
    package func change(_ administrator: Administrator, to rank: Rank) async throws {
        guard administrator.account.id != account.id else { throw PeopleRefusal.yourself }
        let (id, email, admin) = (administrator.account.id, administrator.account.email, self)
        try await registry.changePeople(of: tenant, by: actor, from: provenance) { transaction, record, now in
            let tenant = admin.tenant.id
            try transaction.requireFullRank(of: admin.actor, tenant: tenant)
            let isLast = try transaction.isLastFullAdministrator(id, tenant: tenant)
            guard rank == .full || !isLast else { throw PeopleRefusal.lastFullAdministrator }
            try transaction.set(rank, of: id, tenant: tenant)
            try transaction.endSessions(of: id, tenant: tenant)
            try transaction.endLink(.inviteAdministrator, about: email.text, tenant: tenant)
            if rank == .full {
                let news = Letter.fullAccess(of: email.text, by: admin.signature, isInvited: false, at: now)
                try admin.tellOthers(news, besides: email, in: transaction, at: now)
            } else {
                try transaction.endInvitations(byAdministrator: id, tenant: tenant)
            }
            let facts = [("from", administrator.rank.rawValue), ("to", rank.rawValue)]
            try record(.rankChanged, id.text, facts)
        }
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

    /// Takes away second factor and sessions, and makes a link to begin again with; throws ``PeopleRefusal``.
    package func reset(_ administrator: Administrator) async throws -> OneTimeLink {
        if administrator.disabledAt != nil { throw PeopleRefusal.accountDisabled }
        let (id, registry) = (administrator.account.id, registry)
        try await registry.removeSecondFactor(of: id, at: tenant, by: actor, provenance)
        let link = registry.newLink(
            .resetAdministrator,
            about: id.text,
            lasting: OneTimeLink.invitationLife,
            at: tenant
        )
        try await registry.changePeople(of: tenant, by: actor, from: provenance) {
            [tenant] transaction, record, _ in
            try registry.keep(link, in: transaction, tenant: tenant.id)
            try record(.newPasswordAsked, id.text, [])
        }
        return link
    }

    /// Throws ``PeopleRefusal``.
    package func remove(_ administrator: Administrator) async throws {
        try await registry.close(administrator, at: tenant, by: actor, from: provenance)
    }
}

/// What an administrator was about to do was meant by somebody who may only look by now, or is none any more.
package struct RankLost: Error {}

// MARK: - Nobody rules alone unseen

extension AdminAccess {
    /// How the others read who it was.
    var signature: String { "\(account.name) (\(account.email))" }

    /// Writes to the other full administrators about what one of them did that lets fewer people decide, or more.
    func tellOthers(
        _ letter: Letter,
        besides person: EmailAddress? = nil,
        in transaction: any Connection,
        at now: Date
    ) throws {
        let others = try transaction.administratorAddresses(tenant: tenant.id).filter {
            $0 != account.email && $0 != person
        }
        try registry.outbox.post(letter, to: others, in: transaction, tenant: tenant.id, at: now)
    }
}

// MARK: - What both do

extension ApplicationRegistry {
    fileprivate func administrators(of tenant: Tenant) async throws -> [Administrator] {
        let (tenant, now) = (tenant.id, clock())
        return try await database.read(.tenant(tenant)) { try $0.administrators(tenant: tenant, at: now) }
    }

    fileprivate func close(
        _ administrator: Administrator,
        at tenant: Tenant,
        by actor: Actor,
        from provenance: Provenance
    ) async throws {
        let (id, email) = (administrator.account.id, administrator.account.email)
        try await changePeople(of: tenant, by: actor, from: provenance) { transaction, record, now in
            try transaction.requireFullRank(of: actor, tenant: tenant.id)
            guard try !transaction.isLastFullAdministrator(id, tenant: tenant.id) else {
                throw PeopleRefusal.lastFullAdministrator
            }
            try transaction.closeAccount(id, tenant: tenant.id, at: now)
            try transaction.endSessions(of: id, tenant: tenant.id)
            try transaction.deleteSecondFactor(of: id, tenant: tenant.id)
            try transaction.endLink(.inviteAdministrator, about: email.text, tenant: tenant.id)
            try transaction.endLinks(leadingInto: id, tenant: tenant.id)
            try transaction.endInvitations(byAdministrator: id, tenant: tenant.id)
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

    /// Holds the ledger, so that nobody's rank changes until the transaction ends; throws ``RankLost`` for an
    /// administrator who may not change anything by now.
    ///
    /// Asked where the ledger would be held anyway: what was done before is undone.
    func requireFullRank(of actor: Actor, tenant: TenantID) throws {
        try holdLedger(of: tenant)
        guard case .admin(let id) = actor else { return }
        guard try isFullAdministrator(id, tenant: tenant) else { throw RankLost() }
    }

    /// Whether somebody may decide, now.
    func isFullAdministrator(_ id: AccountID, tenant: TenantID) throws -> Bool {
        try !run(
            """
            SELECT 1 FROM accounts WHERE tenant = \(tenant) AND id = \(id) AND role = 'admin' AND rank = 'full'
                AND closed_at IS NULL AND disabled_at IS NULL
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
}
