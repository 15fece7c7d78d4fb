package import FoundationEssentials

/// An application that was offered to somebody who has not answered yet; there is one such offer at a time.
package struct Transfer: Sendable, Equatable {
    package let email: EmailAddress
    package let offeredBy: AccountID
    package let parting: Parting
    package let expiresAt: Date
}

/// What becomes of whoever gives an application away.
package enum Parting: String, Sendable, CaseIterable {
    case leaves
    case stays = "stays-as-developer"
}

/// Why an application is not offered or taken over.
package enum TransferRefusal: Error, Equatable, Sendable {
    case suspended
    case frozen
    case toOneself
    case offeredAlready(EmailAddress, until: Date)

    /// It was accepted, declined or taken back meanwhile.
    case nothingOffered

    /// Whoever would take it over has as many as the tenant allows.
    case tooManyApplications(limit: Int)
}

extension Application {
    /// What keeps it where it is: nobody gets away from a suspension or from reports by giving it to another.
    package var transferRefusal: TransferRefusal? {
        if isSuspended { return .suspended }
        return isFrozen ? .frozen : nil
    }
}

// MARK: - What may be done with it

extension Team {
    /// What stands in the way of offering their application to somebody; nil where nothing does.
    package func refusal(
        ofOffering application: Application,
        to email: EmailAddress,
        by account: Account
    ) -> TransferRefusal? {
        if email == account.email { return .toOneself }
        if let transfer { return .offeredAlready(transfer.email, until: transfer.expiresAt) }
        return application.transferRefusal
    }
}

extension MemberAccess {
    /// Mails an offer that works once, for seven days; throws ``TransferRefusal``.
    package func offer(to email: EmailAddress, _ parting: Parting) async throws {
        let (registry, tenant, account) = (registry, tenant, account)
        try await change(atLeast: .owner) { transaction, current, now in
            let team = try transaction.team(of: current.id, tenant: tenant.id, at: now)
            if let refusal = team.refusal(ofOffering: current, to: email, by: account) { throw refusal }
            let link = registry.newLink(
                .transfer,
                about: current.id.text,
                Transfer.detail(email, parting, by: account.id),
                lasting: OneTimeLink.invitationLife,
                at: tenant
            )
            try registry.keep(link, in: transaction, tenant: tenant.id)
            let (application, secret) = (Letter.Mention(current), link.secret.plaintext)
            let letter = Letter.transferOffered(application: application, by: account.name, link: secret)
            try registry.outbox.post(letter, to: email, in: transaction, tenant: tenant.id, at: now)
            return Change(.transferOffered, [("email", email.text), ("parting", parting.rawValue)])
        }
    }

    /// Takes the offer back; throws ``TransferRefusal``.
    package func cancelTransfer() async throws {
        let tenant = tenant.id
        try await change(atLeast: .owner) { transaction, current, now in
            let ended = try transaction.endLink(.transfer, about: current.id.text, tenant: tenant)
            guard let ended, ended.expiresAt > now else { throw TransferRefusal.nothingOffered }
            return Change(.transferCancelled, [("email", try Transfer(ended).email.text)])
        }
    }
}

// MARK: - How it is kept

extension Transfer {
    static func detail(_ email: EmailAddress, _ parting: Parting, by account: AccountID) -> String {
        "\(account) \(parting.rawValue) \(email)"
    }

    /// What an open link says.
    init(_ facts: OneTimeLink.Facts) throws {
        let detail = facts.detail.split(separator: " ").map(String.init)
        guard detail.count == 3, let parting = Parting(rawValue: detail[1]),
            let email = EmailAddress(detail[2])
        else { throw DamagedRow(place: "one_time_links.detail") }
        self.init(
            email: email,
            offeredBy: AccountID(text: detail[0]),
            parting: parting,
            expiresAt: facts.expiresAt
        )
    }
}

extension Connection {
    func transfer(of id: ClientID, tenant: TenantID, at now: Date) throws -> Transfer? {
        try openLinks(.transfer, about: .one(id.text), tenant: tenant, at: now).first.map(Transfer.init)
    }

    /// Whoever may not give an application away has not offered it.
    func endTransfer(of id: ClientID?, by account: AccountID, tenant: TenantID) throws {
        try endLinks(.transfer, sentBy: account, about: id.map { .one($0.text) } ?? .all, tenant: tenant)
    }
}
