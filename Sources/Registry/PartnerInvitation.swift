import FoundationEssentials

extension AdminAccess {
    /// Writes to somebody who is to be a partner: the link confirms their address, and they choose a password.
    ///
    /// Throws ``AccountProblems`` for an address that has an account, and where registration is closed.
    package func invitePartner(_ draft: SignUpDraft) async throws {
        if tenant.policy.registration == .closed { throw AccountProblems(all: [.registrationClosed]) }
        let link = registry.newLink(
            .confirmAddress,
            about: draft.email.text,
            draft.name,
            lasting: OneTimeLink.invitationLife,
            at: tenant
        )
        let letter = Letter.invitedAsPartner(
            name: draft.name,
            by: account.name,
            until: link.expiresAt,
            link: link.secret.plaintext
        )
        let (id, registry) = (tenant.id, registry)
        try await registry.changePeople(of: tenant, by: actor, from: provenance) { transaction, record, now in
            guard try transaction.account(of: draft.email, as: .partner, tenant: id) == nil else {
                throw AccountProblems(all: [.emailTaken])
            }
            try registry.keep(link, in: transaction, tenant: id)
            try registry.outbox.post(letter, to: draft.email, in: transaction, tenant: id, at: now)
            try record(.partnerInvited, draft.email.text, [])
        }
    }
}
