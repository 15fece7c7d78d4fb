package import FoundationEssentials

/// What the link of an offer leads to.
package enum TransferAnswer: Sendable {
    case open(OfferedApplication)

    /// With who did, and when.
    case accepted(Application, by: Account, at: Date)
    case declined(Application, at: Date)
}

/// What somebody reads before they take an application over.
package struct OfferedApplication: Sendable {
    package let transfer: Transfer
    package let application: Application
    package let offeredBy: Account
    package let connectedCustomers: Int

    /// How many client secrets work, which whoever gives it away may know.
    package let liveSecrets: Int

    /// Whether the address has a partner account, so that signing in is the way.
    package let isKnown: Bool
}

// MARK: - What may be done with it

extension ApplicationRegistry {
    /// Looks at an offer without answering it; throws ``LinkRefusal``.
    package func transfer(_ link: String, at tenant: Tenant) async throws -> TransferAnswer {
        let (now, state) = (clock(), try await look(at: link, .transfer, at: tenant))
        return try await database.read(.tenant(tenant.id)) { connection in
            switch state {
            case .open(let facts): .open(try connection.offered(facts, tenant: tenant.id, at: now))
            case .used(let facts, let date): try connection.answered(facts, at: date, tenant: tenant.id)
            case .gone: throw LinkRefusal.gone
            }
        }
    }

    /// Makes an account for the address an application was offered to, and gives it the application; throws
    /// ``AccountProblems``, ``LinkRefusal`` or ``TransferRefusal``.
    ///
    /// The letter was the proof of the address, as with an invitation.
    package func takeOver(
        _ link: String,
        name: String,
        password: String,
        at tenant: Tenant,
        from provenance: Provenance
    ) async throws -> (account: Account, application: ClientID) {
        let transfer = try Transfer(try await facts(of: link, .transfer, at: tenant))
        let draft = try AccountDraft(email: transfer.email.text, name: name, password: password, at: tenant)
        let hash = try await passwords.hash(draft.password, at: tenant.id)
        let account = newPartner(draft)
        let id = try await takeOver(link, by: account, at: tenant, from: provenance) {
            transaction,
            record,
            now in
            guard try transaction.insert(account, password: hash, tenant: tenant.id, at: now) else {
                throw LinkRefusal.used
            }
            try record(.accountCreated, account.id.text, [("role", account.role.rawValue)])
        }
        return (account, id)
    }

    /// Declines an offer, which its letter is enough for, and tells the owners; throws ``LinkRefusal``.
    package func declineTransfer(
        _ link: String,
        at tenant: Tenant,
        from provenance: Provenance
    ) async throws {
        let id = ClientID(text: try await facts(of: link, .transfer, at: tenant).subject)
        try await changePeople(of: tenant, by: .somebody, from: provenance) { transaction, record, now in
            _ = try transaction.hold(id, tenant: tenant.id)
            guard
                let facts = try self.use(
                    link,
                    .transfer,
                    leaving: TransferAnswer.declined,
                    in: transaction,
                    tenant: tenant.id,
                    at: now
                ),
                let application = try transaction.application(id.text, tenant: tenant.id)
            else { throw LinkRefusal.used }
            let email = try Transfer(facts).email.text
            let letter = Letter.transferDeclined(application: .init(application), by: email)
            let owners = try transaction.ownerAddresses(of: id, tenant: tenant.id)
            try self.outbox.post(letter, to: owners, in: transaction, tenant: tenant.id, at: now)
            try record(.transferDeclined, id.text, [("email", email)])
        }
    }

    /// Gives an application to an account that `arrive` makes, or keeps from changing.
    fileprivate func takeOver(
        _ link: String,
        by account: Account,
        at tenant: Tenant,
        from provenance: Provenance,
        _ arrive: @escaping @Sendable (any Connection, Record, Date) throws -> Void
    ) async throws -> ClientID {
        let id = try await facts(of: link, .transfer, at: tenant).subject
        let application = try await database.read(.tenant(tenant.id)) {
            try $0.application(id, tenant: tenant.id)
        }
        guard let application else { throw LinkRefusal.gone }
        let mustBeHeld = try await mustBeHeld(
            ApplicationBrand(application),
            ownedBy: account.id,
            besides: application.id,
            at: tenant
        )
        return try await changePeople(of: tenant, by: account.actor, from: provenance) {
            transaction,
            record,
            now in
            try arrive(transaction, record, now)
            let handing = Handing(
                registry: self,
                tenant: tenant,
                taker: account,
                provenance: provenance,
                now: now
            )
            return try handing.over(application.id, link, mustBeHeld, transaction, record)
        }
    }
}

extension PartnerAccess {
    /// Takes over what was offered to one's address; throws ``LinkRefusal``, ``OtherAddress`` or ``TransferRefusal``.
    package func takeOver(_ link: String) async throws -> ClientID {
        let (tenant, account) = (tenant, account)
        return try await registry.takeOver(link, by: account, at: tenant, from: provenance) {
            transaction,
            _,
            _ in
            guard try transaction.hold(account.id, tenant: tenant.id) else { throw LinkRefusal.gone }
        }
    }
}

// MARK: - How it is kept

extension TransferAnswer {
    /// What stands in the place of an offer that was answered.
    static let declined = "declined"
    static func accepted(by account: AccountID) -> String { "accepted \(account)" }
}

extension Connection {
    fileprivate func offered(
        _ facts: OneTimeLink.Facts,
        tenant: TenantID,
        at now: Date
    ) throws -> OfferedApplication {
        let transfer = try Transfer(facts)
        guard let application = try application(facts.subject, tenant: tenant),
            let giver = try account(transfer.offeredBy, tenant: tenant)
        else { throw LinkRefusal.gone }
        let secrets = try liveSecrets(of: application.id, tenant: tenant, at: now)
        return OfferedApplication(
            transfer: transfer,
            application: application,
            offeredBy: giver,
            connectedCustomers: try countConnected(to: application.id, tenant: tenant),
            liveSecrets: secrets.count,
            isKnown: try account(of: transfer.email, as: .partner, tenant: tenant) != nil
        )
    }

    fileprivate func answered(
        _ facts: OneTimeLink.Facts,
        at date: Date,
        tenant: TenantID
    ) throws -> TransferAnswer {
        guard let application = try rememberedApplication(facts.subject, tenant: tenant) else {
            throw LinkRefusal.gone
        }
        if facts.detail.isByteForByte(TransferAnswer.declined) {
            return .declined(application, at: date)
        }
        let id = AccountID(text: String(facts.detail.split(separator: " ").last ?? ""))
        guard let taker = try account(id, tenant: tenant) else {
            throw DamagedRow(place: "one_time_links.detail")
        }
        return .accepted(application, by: taker, at: date)
    }
}
