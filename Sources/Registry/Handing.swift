import FoundationEssentials

/// The moment an application changes hands: one transaction, with everything that follows from it.
struct Handing {
    let registry: ApplicationRegistry
    let tenant: Tenant
    let taker: Account
    let provenance: Provenance
    let now: Date

    func over(
        _ id: ClientID,
        _ link: String,
        _ mustBeHeld: Bool,
        _ transaction: any Connection,
        _ record: ApplicationRegistry.Record
    ) throws -> ClientID {
        _ = try transaction.hold(id, tenant: tenant.id)
        let transfer = try use(link, transaction)
        guard let application = try transaction.application(id.text, tenant: tenant.id) else {
            throw LinkRefusal.gone
        }
        if let refusal = application.transferRefusal { throw refusal }
        try checkRoom(for: application, transaction)
        let owners = try transaction.ownerAddresses(of: id, tenant: tenant.id)
        try transaction.give(id, to: taker.id, ticket: registry.freshToken(), tenant: tenant.id)
        try changeTeam(of: id, transfer, transaction)
        try readdress(application, transaction)
        try reconsider(application, mustBeHeld, transaction)
        try tell(owners, of: application, transaction)
        let facts = [
            ("from", application.owner.text), ("to", taker.id.text), ("offered_by", transfer.offeredBy.text),
            ("parting", transfer.parting.rawValue),
            ("approval", application.approval == nil ? "none" : "ended"),
        ]
        try record(.applicationTransferred, id.text, facts)
        return id
    }

    private func use(_ link: String, _ transaction: any Connection) throws -> Transfer {
        let facts = try registry.use(
            link,
            .transfer,
            leaving: TransferAnswer.accepted(by: taker.id),
            in: transaction,
            tenant: tenant.id,
            at: now
        )
        guard let facts else { throw LinkRefusal.used }
        let transfer = try Transfer(facts)
        guard transfer.email == taker.email else { throw OtherAddress() }
        return transfer
    }

    /// Refuses more than the tenant allows; what one has already is no more.
    private func checkRoom(for application: Application, _ transaction: any Connection) throws {
        let limit = tenant.policy.applicationsPerPartner
        guard application.owner != taker.id else { return }
        guard try transaction.countApplications(of: taker.id, tenant: tenant.id) < limit else {
            throw TransferRefusal.tooManyApplications(limit: limit)
        }
    }

    private func changeTeam(of id: ClientID, _ transfer: Transfer, _ transaction: any Connection) throws {
        let (tenant, giver) = (tenant.id, transfer.offeredBy)
        try transaction.insertMember(taker.id, as: .owner, of: id, tenant: tenant, at: now)
        try transaction.set(.owner, of: taker.id, in: id, tenant: tenant, at: now)
        guard giver != taker.id else { return }
        try transaction.endInvitations(by: giver, to: id, tenant: tenant)
        switch transfer.parting {
        case .leaves: try transaction.deleteMember(giver, of: id, tenant: tenant)
        case .stays: try transaction.set(.developer, of: giver, in: id, tenant: tenant, at: now)
        }
    }

    /// What waits to be collected is for the owners of now: links in letters to those of before are dead.
    private func readdress(_ application: Application, _ transaction: any Connection) throws {
        let review = Review(tenant: tenant, registry: registry, actor: taker.actor, provenance: provenance)
        try review.rotateAgain(application, transaction, now)
        try registry.handOverAgain(to: application, at: tenant, from: provenance, on: now, transaction)
    }

    /// What the tenant confirmed about the last owner it has not confirmed about this one.
    private func reconsider(
        _ application: Application,
        _ mustBeHeld: Bool,
        _ transaction: any Connection
    ) throws {
        let id = application.id
        try transaction.setHeld(mustBeHeld ? application.heldAt ?? now : nil, id, tenant: tenant.id)
        if application.approval != nil {
            try transaction.endApproval(of: id, tenant: tenant.id)
            try transaction.deletePendingRevision(of: id, tenant: tenant.id)
            try transaction.submit(id, tenant: tenant.id, at: now)
            let letter = Letter.approvalEnded(application: .init(application), to: taker.email.text, at: now)
            let people = try transaction.administratorAddresses(tenant: tenant.id)
            try registry.outbox.post(letter, to: people, in: transaction, tenant: tenant.id, at: now)
        } else if mustBeHeld, !application.isHeld,
            let held = try transaction.application(id.text, tenant: tenant.id)
        {
            try registry.submit(held: held, by: taker.email, transaction, tenant.id, now)
        }
        try transaction.revise(id, tenant: tenant.id)
    }

    private func tell(
        _ owners: [EmailAddress],
        of application: Application,
        _ transaction: any Connection
    ) throws {
        let letter = Letter.transferAccepted(application: .init(application), by: taker.email.text, at: now)
        let others = owners.filter { $0 != taker.email }
        try registry.outbox.post(letter, to: others, in: transaction, tenant: tenant.id, at: now)
    }
}

// MARK: - How it is kept

extension Connection {
    /// The ticket of the form it was registered with was its last owner's, and means nothing to this one.
    fileprivate func give(_ id: ClientID, to owner: AccountID, ticket: String, tenant: TenantID) throws {
        try run(
            """
            UPDATE applications SET owner = \(owner), ticket = \(ticket) WHERE tenant = \(tenant) AND id = \(id)
            """
        )
    }

    fileprivate func endApproval(of id: ClientID, tenant: TenantID) throws {
        try run(
            """
            UPDATE applications SET approved_at = NULL, publisher = NULL
            WHERE tenant = \(tenant) AND id = \(id)
            """
        )
    }
}
