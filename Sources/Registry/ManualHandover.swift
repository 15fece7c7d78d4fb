import FoundationEssentials

/// Handing over what a customer allowed by hand: the token is minted in the moment somebody takes it, and never kept.

/// What the link of a partner's letter leads to.
package enum Handover: Sendable {
    case ready(ManualRequest, Application)
    case collected(ManualRequest, Application)

    /// Too old, withdrawn, disconnected again, or none of this partner's.
    case gone
}

/// A token by hand in the one moment it can be read.
package struct CollectedToken: Sendable {
    package let tokens: IssuedTokens
    package let request: ManualRequest
    package let application: Application
}

extension PartnerAccess {
    /// What a link is good for, without using it.
    package func handover(_ link: String) async throws -> Handover {
        let (tenant, now) = (tenant, registry.clock())
        let reference: String
        switch try await registry.look(at: link, .collectToken, at: tenant) {
        case .open(let facts), .used(let facts, _): reference = facts.subject
        case .gone: return .gone
        }
        let request = try await registry.database.read(.tenant(tenant.id)) {
            try $0.manualRequest(reference, tenant: tenant.id)
        }
        guard let request, let member = try await collecting(request) else { return .gone }
        switch request.state {
        case .collected: return .collected(request, member.application)
        case .allowed where !request.isOver(at: now):
            let stands = try await stands(request, member.application)
            return stands ? .ready(request, member.application) : .gone
        default: return .gone
        }
    }

    /// The token behind a link, once; nil where there is none, or no more.
    package func collect(_ link: String) async throws -> CollectedToken? {
        guard case .ready(let request, _) = try await handover(link),
            let member = try await collecting(request)
        else { return nil }
        do {
            return try await member.collect(link, of: request)
        } catch is NothingToCollect {
            return nil
        } catch is MemberRefusal {
            return nil
        }
    }

    /// Whether what the customer allowed holds still, and works.
    private func stands(_ request: ManualRequest, _ application: Application) async throws -> Bool {
        guard let customer = request.customer, !application.isSuspended else { return false }
        let tenant = tenant.id
        let grant = try await registry.database.read(.tenant(tenant)) {
            try $0.standingGrant(to: application, of: customer.id, tenant: tenant)
        }
        return grant.map { $0.id == request.grant && $0.isLive(at: registry.clock()) } ?? false
    }

    private func collecting(_ request: ManualRequest) async throws -> MemberAccess? {
        do {
            return try await member(of: request.application.text, atLeast: .developer)
        } catch is MemberRefusal {
            return nil
        }
    }
}

/// Somebody was faster, or it does not stand any more: a link that gave nothing is not used up.
private struct NothingToCollect: Error {}

extension MemberAccess {
    /// Throws ``NothingToCollect``.
    fileprivate func collect(_ link: String, of request: ManualRequest) async throws -> CollectedToken {
        let (tenant, registry, account) = (tenant, registry, account.id)
        return try await changing(atLeast: .developer) { transaction, current, now in
            guard !current.isSuspended,
                try registry.use(link, .collectToken, in: transaction, tenant: tenant.id, at: now) != nil,
                let tokens = try registry.mint(
                    for: request,
                    to: current,
                    by: account,
                    at: tenant,
                    TokenWay(grant: nil, actor: actor, provenance: provenance),
                    transaction
                )
            else { throw NothingToCollect() }
            let collected = CollectedToken(tokens: tokens, request: request, application: current)
            return (collected, Change(.manualTokenCollected, request.parties))
        }
    }
}

extension ApplicationRegistry {
    /// Tells the partner that the customer allowed it, or sends the token where the tenant does that.
    ///
    /// Part of the transaction of the customer's answer; the grant is written already.
    func handOver(
        _ reference: String,
        to application: Application,
        at tenant: Tenant,
        from provenance: Provenance,
        on now: Date,
        _ transaction: any Connection
    ) throws {
        guard let request = try transaction.manualRequest(reference, tenant: tenant.id) else { return }
        let owners = try transaction.ownerAddresses(of: application.id, tenant: tenant.id)
        // Nobody may read it.
        if owners.isEmpty { return }
        let letter =
            request.isByLetter && tenant.policy.manualTokenByMail
            ? try mailing(of: request, to: application, at: tenant, from: provenance, on: now, transaction)
            : try collecting(of: request, for: application, at: tenant, transaction)
        guard let letter else { return }
        try outbox.post(letter, to: owners, in: transaction, tenant: tenant.id, at: now)
    }

    /// Does so once more for what nobody has collected yet, for the owners of now.
    func handOverAgain(
        to application: Application,
        at tenant: Tenant,
        from provenance: Provenance,
        on now: Date,
        _ transaction: any Connection
    ) throws {
        let requests = try transaction.manualRequests(of: application.id, tenant: tenant.id)
        for request in requests where request.state == .allowed && !request.isOver(at: now) {
            try handOver(
                request.reference,
                to: application,
                at: tenant,
                from: provenance,
                on: now,
                transaction
            )
        }
    }

    /// The letter with the token itself; nil where there is none to give any more.
    private func mailing(
        of request: ManualRequest,
        to application: Application,
        at tenant: Tenant,
        from provenance: Provenance,
        on now: Date,
        _ transaction: any Connection
    ) throws -> Letter? {
        let way = TokenWay(grant: nil, actor: .thePortal, provenance: provenance)
        let tokens = try mint(for: request, to: application, by: nil, at: tenant, way, transaction)
        guard let tokens else { return nil }
        try ledger.record(
            .manualTokenMailed,
            of: application.id.text,
            by: .thePortal,
            request.parties,
            from: provenance,
            in: transaction,
            tenant: tenant.id,
            at: now
        )
        return .manualToken(
            application: Letter.Mention(application),
            customer: request.customerName,
            token: tokens.accessToken.plaintext
        )
    }

    /// The letter with a link to where the token is shown once.
    private func collecting(
        of request: ManualRequest,
        for application: Application,
        at tenant: Tenant,
        _ transaction: any Connection
    ) throws -> Letter? {
        let link = newLink(
            .collectToken,
            about: request.reference,
            lasting: ManualRequest.patience,
            at: tenant
        )
        try keep(link, in: transaction, tenant: tenant.id)
        return .manualTokenReady(
            application: Letter.Mention(application),
            customer: request.customerName,
            until: link.expiresAt,
            link: link.secret.plaintext
        )
    }

    /// Makes the token of a request under what stands of its consent; nil where it was made, or nothing stands, or
    /// the customer's account is disabled.
    fileprivate func mint(
        for request: ManualRequest,
        to application: Application,
        by account: AccountID?,
        at tenant: Tenant,
        _ way: TokenWay,
        _ transaction: any Connection
    ) throws -> IssuedTokens? {
        guard let customer = request.customer, try transaction.hold(customer.id, tenant: tenant.id) else {
            return nil
        }
        let fresh = FreshTokens(
            for: application.id,
            at: tenant,
            of: self,
            by: way,
            withRefreshToken: false,
            lasting: request.lifetime
        )
        let grant = try transaction.standingGrant(to: application, of: customer.id, tenant: tenant.id)
        guard let grant, grant.id == request.grant, grant.isLive(at: fresh.now) else { return nil }
        let taken = try transaction.run(
            """
            UPDATE manual_requests SET state = 'collected', family = \(fresh.access.id), collected_by = \(account),
                collected_at = \(fresh.now)
            WHERE tenant = \(tenant.id) AND reference = \(request.reference) AND state = 'allowed'
                AND expires_at > \(fresh.now)
            RETURNING reference
            """
        )
        if taken.isEmpty { return nil }
        let doors = ["manualIssuance"] + (request.isByLetter ? ["manualTokenByMail"] : [])
        note(doors: doors, usedBy: application.id, at: tenant)
        let scopes = request.scopes.intersection(grant.scopes).intersection(application.scopes)
        return try fresh.store(scopes, under: grant.id, until: grant.endsAt, in: transaction)
    }
}

extension ApplicationRegistry {
    /// Writes the customer's answer down; says whether it was still asked.
    func answer(
        _ reference: String,
        of customer: AccountID,
        allowing granted: (grant: String, scopes: ScopeSet)?,
        in transaction: any Connection,
        tenant: TenantID,
        at now: Date
    ) throws -> Bool {
        let state: ManualRequest.State = granted == nil ? .refused : .allowed
        let end = now.addingTimeInterval(Double(ManualRequest.patience.components.seconds))
        try transaction.endLink(.requestToken, about: reference, tenant: tenant)
        return try !transaction.run(
            """
            UPDATE manual_requests SET state = \(state), scopes = COALESCE(\(granted?.scopes), scopes),
                grant_id = \(granted?.grant), allowed_at = \(granted.map { _ in now }), expires_at = \(end)
            WHERE tenant = \(tenant) AND reference = \(reference) AND customer = \(customer)
                AND state = 'waiting' AND expires_at > \(now)
            RETURNING reference
            """
        ).isEmpty
    }
}
