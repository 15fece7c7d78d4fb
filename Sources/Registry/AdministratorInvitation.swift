package import FoundationEssentials

/// Somebody who was invited and has not come yet.
package struct InvitedAdministrator: Sendable {
    package let email: EmailAddress
    package let rank: Rank
    package let expiresAt: Date
}

extension AdminAccess {
    package func invitedAdministrators() async throws -> [InvitedAdministrator] {
        let (tenant, now) = (tenant.id, registry.clock())
        return try await registry.database.read(.tenant(tenant)) {
            try $0.invitedAdministrators(tenant: tenant, at: now)
        }
    }

    /// Mails an invitation, which takes the place of an earlier one to the same address; throws ``PeopleRefusal``.
    package func invite(_ email: EmailAddress, as rank: Rank) async throws {
        let admin = self
        try await registry.invite(email, as: rank, at: tenant, by: actor, from: provenance) {
            transaction,
            link,
            now in
            let invitation = Letter.invitedAsAdministrator(by: admin.account.name, link: link)
            let (outbox, id) = (admin.registry.outbox, admin.tenant.id)
            try outbox.post(invitation, to: email, in: transaction, tenant: id, at: now)
            guard rank == .full else { return }
            let news = Letter.fullAccess(of: email.text, by: admin.signature, isInvited: true, at: now)
            try admin.tellOthers(news, besides: email, in: transaction, at: now)
        }
    }

    /// Takes an invitation back, so that its link is dead; false where there is none that is open any more.
    package func cancelInvitation(of email: EmailAddress) async throws -> Bool {
        try await cancel(.inviteAdministrator, of: email, .administratorInvitationCancelled)
    }

    func cancel(_ purpose: OneTimeLink.Purpose, of email: EmailAddress, _ action: Action) async throws -> Bool
    {
        let (id, actor) = (tenant.id, actor)
        return try await registry.changePeople(of: tenant, by: actor, from: provenance) {
            transaction,
            record,
            now in
            let ended = try transaction.endLink(purpose, about: email.text, tenant: id)
            guard let ended, ended.expiresAt > now else { return false }
            try transaction.requireFullRank(of: actor, tenant: id)
            try record(action, email.text, [])
            return true
        }
    }
}

extension OperatorAccess {
    /// A link with which somebody becomes an administrator, or one again; throws ``PeopleRefusal``.
    package func invite(_ email: EmailAddress, as rank: Rank) async throws -> OneTimeLink {
        try await registry.invite(email, as: rank, at: tenant, by: actor, from: provenance) { _, _, _ in }
    }
}

// MARK: - Accepting an invitation

extension ApplicationRegistry {
    /// Whom a link invites, if it can still be accepted: an address, or nil for the first administrator's own.
    package func invitation(_ link: String, at tenant: Tenant) async throws -> InvitedPerson? {
        for purpose in InvitedPerson.purposes {
            guard case .open(let facts) = try await look(at: link, purpose, at: tenant) else { continue }
            guard purpose == .resetAdministrator else {
                return InvitedPerson(purpose: purpose, email: EmailAddress(facts.subject))
            }
            let account = try await database.read(.tenant(tenant.id)) {
                try $0.account(AccountID(text: facts.subject), tenant: tenant.id)
            }
            return account.map { InvitedPerson(purpose: purpose, email: $0.email) }
        }
        return nil
    }

    /// Makes the account of an invitation, opens one that was closed, or lets the owner of a reset one begin again; throws
    /// ``PeopleRefusal``.
    ///
    /// What somebody may who is an administrator already no invitation changes.
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
            guard let facts else { throw PeopleRefusal.linkGone }
            if person.purpose == .resetAdministrator {
                let owner = AccountID(text: facts.subject)
                return try self.begin(owner, draft, hash, at: tenant, from: provenance, transaction, now)
            }
            guard let rank = Rank(invited: facts.detail),
                let account = try transaction.openAdministrator(
                    id,
                    draft,
                    hash,
                    rank,
                    tenant: tenant.id,
                    at: now
                )
            else { throw PeopleRefusal.linkGone }
            try transaction.endSessions(of: account, tenant: tenant.id)
            try record(.accountCreated, account.text, [("role", "admin"), ("rank", rank.rawValue)])
        }
    }

    /// Gives an administrator whom the operator reset another password; throws ``PeopleRefusal``.
    private func begin(
        _ id: AccountID,
        _ draft: AccountDraft,
        _ password: PasswordHash,
        at tenant: Tenant,
        from provenance: Provenance,
        _ transaction: any Connection,
        _ now: Date
    ) throws {
        guard let account = try transaction.name(id, draft.name, tenant: tenant.id) else {
            throw PeopleRefusal.linkGone
        }
        try change(account, to: password, by: account.actor, provenance, nil, in: transaction, tenant.id, now)
        try transaction.endSessions(of: id, tenant: tenant.id)
    }
}

/// Whoever holds an invitation that is open.
package struct InvitedPerson: Sendable {
    let purpose: OneTimeLink.Purpose

    /// Nil where the first administrator says which address is theirs.
    package let email: EmailAddress?

    static let purposes: [OneTimeLink.Purpose] = [
        .inviteAdministrator, .firstAdministrator, .resetAdministrator,
    ]
}

// MARK: - How it is kept

extension ApplicationRegistry {
    /// Makes the link; `telling` posts what is to be read about it.
    @discardableResult
    fileprivate func invite(
        _ email: EmailAddress,
        as rank: Rank,
        at tenant: Tenant,
        by actor: Actor,
        from provenance: Provenance,
        telling: @escaping @Sendable (any Connection, _ link: String, Date) throws -> Void
    ) async throws -> OneTimeLink {
        let link = newLink(
            .inviteAdministrator,
            about: email.text,
            rank.invitation(by: actor),
            lasting: OneTimeLink.invitationLife,
            at: tenant
        )
        try await changePeople(of: tenant, by: actor, from: provenance) { transaction, record, now in
            let known = try transaction.account(of: email, as: .admin, tenant: tenant.id)
            if let known {
                throw known.isDisabled ? PeopleRefusal.accountDisabled : .alreadyAdministrator(email)
            }
            try self.keep(link, in: transaction, tenant: tenant.id)
            try telling(transaction, link.secret.plaintext, now)
            try transaction.requireFullRank(of: actor, tenant: tenant.id)
            try record(.administratorInvited, email.text, [("rank", rank.rawValue)])
        }
        return link
    }
}

extension Rank {
    /// What a link says: the rank, and which administrator invites, where it is not the operator.
    fileprivate func invitation(by actor: Actor) -> String {
        if case .admin(let id) = actor { "\(rawValue) \(id)" } else { rawValue }
    }

    fileprivate init?(invited detail: String) {
        guard let rank = detail.split(separator: " ").first else { return nil }
        self.init(rawValue: String(rank))
    }
}

extension Connection {
    /// Whoever may not invite any more, administrators and partners, has not invited anybody.
    func endInvitations(byAdministrator account: AccountID, tenant: TenantID) throws {
        let details = SQL.list(Rank.allCases.map { $0.invitation(by: .admin(account)) })
        try endLinks(.inviteAdministrator, about: .all, " AND detail IN (" + details + ")", tenant: tenant)
        try endLinks(.invitePartner, sentBy: account, tenant: tenant)
    }

    fileprivate func invitedAdministrators(tenant: TenantID, at now: Date) throws -> [InvitedAdministrator] {
        try openLinks(.inviteAdministrator, about: .all, tenant: tenant, at: now).compactMap { facts in
            guard let email = EmailAddress(facts.subject), let rank = Rank(invited: facts.detail) else {
                return nil
            }
            return InvitedAdministrator(email: email, rank: rank, expiresAt: facts.expiresAt)
        }
    }

    /// The new account, or the one this address had before it was closed; nil where that one is open or disabled.
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
                WHERE accounts.closed_at IS NOT NULL AND accounts.disabled_at IS NULL
            RETURNING id
            """
        ).first.map { AccountID(text: try $0.text(0)) }
    }

    /// The administrator, who is called so from now on; nil where they may not sign in.
    fileprivate func name(_ id: AccountID, _ name: String, tenant: TenantID) throws -> Account? {
        try run(
            """
            UPDATE accounts SET name = \(name)
            WHERE tenant = \(tenant) AND id = \(id) AND role = 'admin' AND closed_at IS NULL
                AND disabled_at IS NULL
            RETURNING id, role, email, name, organisation
            """
        ).first.map { try Account($0, from: 0) }
    }
}
