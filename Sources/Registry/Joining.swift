import FoundationEssentials

/// What an invitation to a team says to whoever opens its link.
package struct OpenInvitation: Sendable {
    package let application: ClientID
    package let applicationName: String
    package let email: EmailAddress
    package let role: MemberRole

    /// Whether the address has a partner account, so that signing in is the way.
    package let isKnown: Bool
}

/// Whoever is signed in is not who was invited.
package struct OtherAddress: Error {}

// MARK: - What may be done with it

extension ApplicationRegistry {
    /// Looks at an invitation without using it; throws ``LinkRefusal``.
    package func teamInvitation(_ link: String, at tenant: Tenant) async throws -> OpenInvitation {
        let (id, invitation) = try TeamInvitation.read(try await facts(of: link, .invite, at: tenant))
        return try await database.read(.tenant(tenant.id)) { connection in
            guard let application = try connection.application(id, tenant: tenant.id) else {
                throw LinkRefusal.gone
            }
            return OpenInvitation(
                application: application.id,
                applicationName: application.displayName,
                email: invitation.email,
                role: invitation.role,
                isKnown: try connection.account(of: invitation.email, as: .partner, tenant: tenant.id) != nil
            )
        }
    }

    /// Makes an account for the address that was invited, in the team; throws ``AccountProblems`` or ``LinkRefusal``.
    ///
    /// The letter was the proof of the address, so nothing is confirmed again, even where registration is closed.
    package func join(
        _ link: String,
        name: String,
        password: String,
        at tenant: Tenant,
        from provenance: Provenance
    ) async throws -> Account {
        let open = try await teamInvitation(link, at: tenant)
        let draft = try AccountDraft(email: open.email.text, name: name, password: password, at: tenant)
        let hash = try await passwords.hash(draft.password, at: tenant.id)
        let account = newPartner(draft)
        return try await changePeople(of: tenant, by: account.actor, from: provenance) {
            transaction,
            record,
            now in
            try transaction.holdLedger(of: tenant.id)
            guard try transaction.insert(account, password: hash, tenant: tenant.id, at: now) else {
                throw LinkRefusal.used
            }
            try record(.accountCreated, account.id.text, [("role", account.role.rawValue)])
            _ = try self.join(link, account, at: tenant, transaction, record, now)
            return account
        }
    }

    /// Uses an invitation up; says which application it was to.
    fileprivate func join(
        _ link: String,
        _ account: Account,
        at tenant: Tenant,
        _ transaction: any Connection,
        _ record: Record,
        _ now: Date
    ) throws -> ClientID {
        guard let facts = try use(link, .invite, in: transaction, tenant: tenant.id, at: now) else {
            throw LinkRefusal.used
        }
        let (application, invitation) = try TeamInvitation.read(facts)
        guard invitation.email == account.email else { throw OtherAddress() }
        let id = ClientID(text: application)
        let (account, role) = (account.id, invitation.role)
        if try transaction.insertMember(account, as: role, of: id, tenant: tenant.id, at: now) {
            try record(.memberJoined, application, [("role", role.rawValue)])
        }
        return id
    }
}

extension PartnerAccess {
    /// Joins the team one was invited to; throws ``LinkRefusal`` or ``OtherAddress``.
    package func join(_ link: String) async throws -> ClientID {
        let (registry, tenant, account) = (registry, tenant, account)
        return try await registry.changePeople(of: tenant, by: actor, from: provenance) {
            transaction,
            record,
            now in
            try transaction.holdLedger(of: tenant.id)
            return try registry.join(link, account, at: tenant, transaction, record, now)
        }
    }
}
