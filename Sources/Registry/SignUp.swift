import FoundationEssentials

/// Somebody who wants to be a partner: there is no account until their address has proved to be theirs.
package struct SignUpDraft: Sendable {
    package let email: EmailAddress
    package let name: String

    /// Checks everything and throws every problem found, in the order of the form.
    package init(email: String, name: String) throws(AccountProblems) {
        var problems = AccountProblem.all(inName: name)
        let address = EmailAddress(email)
        if address == nil { problems.append(email.isEmpty ? .missingEmail : .malformedEmail) }
        guard let address, problems.isEmpty else { throw AccountProblems(all: problems) }
        self.email = address
        self.name = name
    }
}

/// Why a link did nothing.
package enum LinkRefusal: Error, Equatable, Sendable {
    case used
    case gone
}

extension OneTimeLink.Purpose {
    fileprivate static let toBePartner: [OneTimeLink.Purpose] = [.confirmAddress, .invitePartner]
}

extension OneTimeLink {
    /// How long a link to an address stays good (ux A2), and one to a new password (SL-10).
    package static let confirmationLife: Duration = .seconds(3600)
    package static let resetLife: Duration = .seconds(1800)
    package static let invitationLife: Duration = .seconds(7 * 86_400)
}

// MARK: - What may be done with it

extension ApplicationRegistry {
    /// Writes to the address: a link to go on with or, if it has an account already, that it has.
    ///
    /// Whoever asked cannot tell which (SL-06): the same rows are written either way. Throws ``AccountProblems`` where
    /// registration is closed.
    package func askToSignUp(
        _ draft: SignUpDraft,
        at tenant: Tenant,
        from provenance: Provenance
    ) async throws {
        guard tenant.policy.registration == .open else {
            throw AccountProblems(all: [.registrationClosed])
        }
        let link = newLink(
            .confirmAddress,
            about: draft.email.text,
            draft.name,
            lasting: OneTimeLink.confirmationLife,
            at: tenant
        )
        let (now, id) = (clock(), tenant.id)
        try await evenly {
            try await database.transaction(.tenant(id)) { transaction in
                let isKnown = try transaction.account(of: draft.email, as: .partner, tenant: id) != nil
                try self.keep(link, in: transaction, tenant: id)
                let confirm = Letter.confirmAddress(name: draft.name, link: link.secret.plaintext)
                let letter = isKnown ? .alreadyRegistered : confirm
                try self.outbox.post(letter, to: draft.email, in: transaction, tenant: id, at: now)
            }
        }
    }

    /// Whose address a link confirms, without using it; throws ``LinkRefusal``.
    package func addressToConfirm(_ link: String, at tenant: Tenant) async throws -> EmailAddress {
        guard let email = EmailAddress(try await partnerLink(link, at: tenant).facts.subject) else {
            throw DamagedRow(place: "one_time_links.subject")
        }
        return email
    }

    /// Makes the account of whoever got the letter; throws ``AccountProblems`` about the password, or ``LinkRefusal``.
    package func confirmSignUp(
        _ link: String,
        password: String,
        at tenant: Tenant,
        from provenance: Provenance
    ) async throws -> Account {
        let (purpose, facts) = try await partnerLink(link, at: tenant)
        let name = purpose == .invitePartner ? InvitedPartner.name(in: facts.detail) : facts.detail
        let draft = try AccountDraft(email: facts.subject, name: name, password: password, at: tenant)
        let hash = try await passwords.hash(draft.password, at: tenant.id)
        let account = newPartner(draft)
        let (now, ledger, id) = (clock(), ledger, tenant.id)
        return try await database.transaction(.tenant(id)) { transaction in
            guard try self.use(link, purpose, in: transaction, tenant: id, at: now) != nil,
                try transaction.insert(account, password: hash, tenant: id, at: now)
            else { throw LinkRefusal.used }
            for other in OneTimeLink.Purpose.toBePartner {
                try transaction.endLink(other, about: facts.subject, tenant: id)
            }
            try ledger.record(
                .accountCreated,
                of: account.id.text,
                by: account.actor,
                [("role", account.role.rawValue)],
                from: provenance,
                in: transaction,
                tenant: id,
                at: now
            )
            return account
        }
    }

    /// What a link is about with which somebody becomes a partner, whoever asked for it; throws ``LinkRefusal``.
    ///
    /// Where registration is not open any more only an invitation leads anywhere.
    private func partnerLink(
        _ link: String,
        at tenant: Tenant
    ) async throws -> (purpose: OneTimeLink.Purpose, facts: OneTimeLink.Facts) {
        var refusal = LinkRefusal.gone
        for purpose in OneTimeLink.Purpose.toBePartner {
            switch try await look(at: link, purpose, at: tenant) {
            case .open(let facts) where purpose == .invitePartner || tenant.policy.registration == .open:
                return (purpose, facts)
            case .used: refusal = .used
            case .open, .gone: continue
            }
        }
        throw refusal
    }

    func newPartner(_ draft: AccountDraft) -> Account {
        Account(
            id: AccountID(text: "acc_" + entropy.base62(22)),
            role: .partner,
            email: draft.email,
            name: draft.name,
            organisation: ""
        )
    }

    /// What an open link is about; throws ``LinkRefusal`` for any other.
    func facts(
        of link: String,
        _ purpose: OneTimeLink.Purpose,
        at tenant: Tenant
    ) async throws -> OneTimeLink.Facts {
        switch try await look(at: link, purpose, at: tenant) {
        case .open(let facts): return facts
        case .used: throw LinkRefusal.used
        case .gone: throw LinkRefusal.gone
        }
    }
}
