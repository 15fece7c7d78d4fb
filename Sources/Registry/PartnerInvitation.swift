package import FoundationEssentials

/// Somebody who was invited to be a partner and has not come yet.
package struct InvitedPartner: Sendable {
    package let email: EmailAddress
    package let name: String
    package let expiresAt: Date
}

extension AdminAccess {
    package func invitedPartners() async throws -> [InvitedPartner] {
        let (tenant, now) = (tenant.id, registry.clock())
        return try await registry.database.read(.tenant(tenant)) {
            try $0.invitedPartners(tenant: tenant, at: now)
        }
    }

    /// Writes to somebody who is to be a partner: the link confirms their address, and they choose a password.
    ///
    /// Throws ``AccountProblems`` for an address that has an account, and where registration is closed.
    package func invitePartner(_ draft: SignUpDraft) async throws {
        if tenant.policy.registration == .closed { throw AccountProblems(all: [.registrationClosed]) }
        let link = registry.newLink(
            .invitePartner,
            about: draft.email.text,
            InvitedPartner.detail(draft.name, by: account.id),
            lasting: OneTimeLink.invitationLife,
            at: tenant
        )
        let letter = Letter.invitedAsPartner(
            name: draft.name,
            by: account.name,
            until: link.expiresAt,
            link: link.secret.plaintext
        )
        let (id, registry, actor) = (tenant.id, registry, actor)
        try await registry.changePeople(of: tenant, by: actor, from: provenance) { transaction, record, now in
            guard try transaction.account(of: draft.email, as: .partner, tenant: id) == nil else {
                throw AccountProblems(all: [.emailTaken])
            }
            try registry.keep(link, in: transaction, tenant: id)
            try registry.outbox.post(letter, to: draft.email, in: transaction, tenant: id, at: now)
            try transaction.requireFullRank(of: actor, tenant: id)
            try record(.partnerInvited, draft.email.text, [])
        }
    }

    /// Takes an invitation back, so that its link is dead; false where there is none that is open any more.
    package func cancelInvitation(ofPartner email: EmailAddress) async throws -> Bool {
        try await cancel(.invitePartner, of: email, .partnerInvitationCancelled)
    }
}

extension InvitedPartner {
    /// What a link says: which administrator invites, and whom; the name alone where a link is from before that.
    fileprivate static func detail(_ name: String, by administrator: AccountID) -> String {
        "\(administrator) \(name)"
    }

    static func name(in detail: String) -> String {
        let parts = detail.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, AccountID.isWritten(like: parts[0]) else { return detail }
        return String(parts[1])
    }
}

extension Connection {
    /// Those who have not become a partner in another way meanwhile.
    fileprivate func invitedPartners(tenant: TenantID, at now: Date) throws -> [InvitedPartner] {
        try openLinks(.invitePartner, about: .all, tenant: tenant, at: now).compactMap { facts in
            guard let email = EmailAddress(facts.subject),
                try account(of: email, as: .partner, tenant: tenant) == nil
            else { return nil }
            let name = InvitedPartner.name(in: facts.detail)
            return InvitedPartner(email: email, name: name, expiresAt: facts.expiresAt)
        }
    }
}
