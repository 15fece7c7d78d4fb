package import FoundationEssentials

/// Who works on an application, who was asked to, and whom it is offered to.
package struct Team: Sendable {
    package let members: [Member]
    package let invitations: [TeamInvitation]
    package let transfer: Transfer?

    /// Why somebody cannot be invited; nil where they can.
    package func refusal(of email: EmailAddress) -> TeamRefusal? {
        if members.contains(where: { $0.account.email == email }) { return .alreadyMember(email) }
        return invitation(of: email).map { .alreadyInvited(email, until: $0.expiresAt) }
    }

    package func invitation(of email: EmailAddress) -> TeamInvitation? {
        invitations.first { $0.email == email }
    }

    package func member(_ id: String) -> Member? {
        members.first { $0.account.id.text.isByteForByte(id) }
    }

    /// Why somebody can neither go nor become less; nil where they can.
    ///
    /// What the tenant's people decided, they decided about those who owned the application then: one of them stays an
    /// owner, or the application is offered to another, so that it is looked at anew.
    package func refusal(ofLosing id: AccountID, from application: Application) -> TeamRefusal? {
        let others = members.filter { $0.role == .owner && $0.account.id != id }
        if others.isEmpty { return .lastOwner }
        guard let date = application.judgedAt,
            let since = member(id.text)?.ownerSince, since <= date,
            !others.contains(where: { $0.ownerSince.map { $0 <= date } ?? false })
        else { return nil }
        return application.transferRefusal.map(TeamRefusal.stays) ?? .lastApprovedOwner
    }
}

extension Application {
    /// When it was first said of it what stands: that it is approved, or that it is suspended or frozen.
    fileprivate var judgedAt: Date? {
        [approval?.date, suspension?.date, isFrozen ? frozenAt : nil].compactMap(\.self).min()
    }
}

/// Somebody who was asked to join and has not come yet.
package struct TeamInvitation: Sendable {
    package let email: EmailAddress
    package let role: MemberRole
    package let expiresAt: Date
}

/// Why nothing about a team was changed.
package enum TeamRefusal: Error, Equatable, Sendable {
    case alreadyMember(EmailAddress)
    case alreadyInvited(EmailAddress, until: Date)

    /// Somebody has to be able to invite and remove.
    case lastOwner

    /// Nobody else owned it when it was approved.
    case lastApprovedOwner

    /// Nobody else owned it when it was suspended or frozen.
    case stays(TransferRefusal)

    /// They went, or the invitation was accepted or cancelled meanwhile.
    case nobodyThere
}

// MARK: - What may be done with it

extension MemberAccess {
    package func team() async throws -> Team {
        let now = registry.clock()
        return try await reading { try $0.team(of: $1, tenant: $2, at: now) }
    }

    /// Mails an invitation that works once, for seven days; throws ``TeamRefusal``.
    package func invite(_ email: EmailAddress, as role: MemberRole) async throws {
        let access = self
        try await changeTeam { team, application, transaction, now in
            if let refusal = team.refusal(of: email) { throw refusal }
            return try access.post(to: email, as: role, application, transaction, now)
        }
    }

    /// Mails a new link, which takes the place of the last one; throws ``TeamRefusal``.
    package func inviteAgain(_ email: EmailAddress) async throws {
        let access = self
        try await changeTeam { team, application, transaction, now in
            guard let open = team.invitation(of: email) else { throw TeamRefusal.nobodyThere }
            return try access.post(to: email, as: open.role, application, transaction, now)
        }
    }

    /// Takes an invitation back; throws ``TeamRefusal``.
    package func cancelInvitation(of email: EmailAddress) async throws {
        let tenant = tenant.id
        try await changeTeam { _, application, transaction, now in
            let subject = TeamInvitation.subject(application.id, email)
            let ended = try transaction.endLink(.invite, about: subject, tenant: tenant)
            guard let ended, ended.expiresAt > now else { throw TeamRefusal.nobodyThere }
            return Change(.invitationCancelled, [("email", email.text)])
        }
    }

    /// Throws ``TeamRefusal``.
    package func change(_ member: Member, to role: MemberRole) async throws {
        let (tenant, id) = (tenant.id, member.account.id)
        try await changeTeam { team, application, transaction, now in
            guard let known = team.member(id.text) else { throw TeamRefusal.nobodyThere }
            guard known.role != role else { return nil }
            if role < .owner {
                if let refusal = team.refusal(ofLosing: id, from: application) { throw refusal }
                try transaction.endInvitations(by: id, to: application.id, tenant: tenant)
            }
            try transaction.set(role, of: id, in: application.id, tenant: tenant, at: now)
            let facts = [("account", id.text), ("from", known.role.rawValue), ("to", role.rawValue)]
            return Change(.memberRoleChanged, facts)
        }
    }

    /// Ends somebody's access, and what they invited others with; throws ``TeamRefusal``.
    package func remove(_ member: Member) async throws {
        try await end(member.account.id, .memberRemoved, atLeast: .owner)
    }

    /// Throws ``TeamRefusal``.
    package func leave() async throws { try await end(account.id, .memberLeft, atLeast: .viewer) }

    private func end(_ id: AccountID, _ action: Action, atLeast least: MemberRole) async throws {
        let tenant = tenant.id
        try await changeTeam(atLeast: least) { team, application, transaction, _ in
            guard team.member(id.text) != nil else { throw TeamRefusal.nobodyThere }
            if let refusal = team.refusal(ofLosing: id, from: application) { throw refusal }
            try transaction.endInvitations(by: id, to: application.id, tenant: tenant)
            try transaction.deleteMember(id, of: application.id, tenant: tenant)
            return Change(action, [("account", id.text)])
        }
    }

    /// Runs a change on the team as it is now, which nobody else changes meanwhile.
    private func changeTeam(
        atLeast least: MemberRole = .owner,
        _ body: @escaping @Sendable (Team, Application, any Connection, Date) throws -> Change?
    ) async throws {
        let tenant = tenant.id
        try await change(atLeast: least) { transaction, application, now in
            let team = try transaction.team(of: application.id, tenant: tenant, at: now)
            return try body(team, application, transaction, now)
        }
    }

    private func post(
        to email: EmailAddress,
        as role: MemberRole,
        _ application: Application,
        _ transaction: any Connection,
        _ now: Date
    ) throws -> Change {
        let link = registry.newLink(
            .invite,
            about: TeamInvitation.subject(application.id, email),
            TeamInvitation.detail(role, by: account.id),
            lasting: OneTimeLink.invitationLife,
            at: tenant
        )
        try registry.keep(link, in: transaction, tenant: tenant.id)
        let letter = Letter.invited(
            application: Letter.Mention(application),
            by: account.name,
            role: role.rawValue,
            link: link.secret.plaintext
        )
        try registry.outbox.post(letter, to: email, in: transaction, tenant: tenant.id, at: now)
        return Change(.memberInvited, [("email", email.text), ("role", role.rawValue)])
    }
}

// MARK: - How it is kept

extension TeamInvitation {
    /// What a link is about: an application, which has no space in its id, and an address.
    static func subject(_ application: ClientID, _ email: EmailAddress) -> String {
        "\(application) \(email)"
    }

    static func detail(_ role: MemberRole, by account: AccountID) -> String { "\(role.rawValue) \(account)" }

    /// What a link says, and of which application.
    static func read(_ facts: OneTimeLink.Facts) throws -> (application: String, invitation: TeamInvitation) {
        let subject = facts.subject.split(separator: " ").map(String.init)
        let role = facts.detail.split(separator: " ").first.flatMap { MemberRole(rawValue: String($0)) }
        guard subject.count == 2, let email = EmailAddress(subject[1]), let role else {
            throw DamagedRow(place: "one_time_links.subject")
        }
        return (subject[0], TeamInvitation(email: email, role: role, expiresAt: facts.expiresAt))
    }
}

extension Connection {
    func team(of id: ClientID, tenant: TenantID, at now: Date) throws -> Team {
        let links = try openLinks(.invite, about: .beginning(word: id.text), tenant: tenant, at: now)
        return Team(
            members: try members(of: id, tenant: tenant),
            invitations: try links.map { try TeamInvitation.read($0).invitation },
            transfer: try transfer(of: id, tenant: tenant, at: now)
        )
    }

    private func members(of id: ClientID, tenant: TenantID) throws -> [Member] {
        try run(
            """
            SELECT a.id, a.role, a.email, a.name, a.organisation, m.role, m.joined_at, m.owner_since
            FROM members m JOIN accounts a ON a.tenant = m.tenant AND a.id = m.account
            WHERE m.tenant = \(tenant) AND m.application = \(id) ORDER BY m.joined_at, a.email
            """
        ).map { row in
            guard let role = MemberRole(rawValue: try row.text(5)) else {
                throw DamagedRow(place: "members.role")
            }
            return Member(
                account: try Account(row, from: 0),
                role: role,
                joinedAt: try row.date(6),
                ownerSince: try row.optionalDate(7)
            )
        }
    }

    func set(
        _ role: MemberRole,
        of account: AccountID,
        in id: ClientID,
        tenant: TenantID,
        at now: Date
    ) throws {
        let since: SQL = role == .owner ? "COALESCE(owner_since, \(now))" : "NULL"
        let place: SQL = " WHERE tenant = \(tenant) AND application = \(id) AND account = \(account)"
        try run("UPDATE members SET role = \(role), owner_since = " + since + place)
    }

    func deleteMember(_ account: AccountID, of id: ClientID, tenant: TenantID) throws {
        try run(
            "DELETE FROM members WHERE tenant = \(tenant) AND application = \(id) AND account = \(account)"
        )
    }

    /// Whoever may not invite any more has not invited anybody, nor offered the application, or any where none is named.
    func endInvitations(by account: AccountID, to id: ClientID? = nil, tenant: TenantID) throws {
        let details = SQL.list(MemberRole.allCases.map { TeamInvitation.detail($0, by: account) })
        let teams: OneTimeLink.Subjects = id.map { .beginning(word: $0.text) } ?? .all
        try endLinks(.invite, about: teams, " AND detail IN (" + details + ")", tenant: tenant)
        try endTransfer(of: id, by: account, tenant: tenant)
    }
}
