import FoundationEssentials

/// What the operator does from the command line: accounts, applications, review, and checking the ledger.

/// Why the operator's wish was not carried out.
package enum OperatorRefusal: Error, Equatable, Sendable {
    case noSuchApplication(String)
    case noSuchPartner(String)
    case noSuchCustomer(String)
    case accountDisabled(String)
    case noSuchAccount(String, Role)
    case noManualIssuance
    case unknownScope(String)
    case mayNotConnect(String)
    case severalCompanies(String)

    /// So many consents would end, and nobody said they may.
    case wouldDisconnect(Int)
}

extension OperatorAccess {
    /// Creates an account in any role; throws ``AccountProblems``.
    package func add(_ draft: AccountDraft, as role: Role) async throws -> Account {
        try await registry.add(draft, as: role, at: tenant, by: actor, from: provenance)
    }

    /// Whether somebody with this address is there in this role.
    package func hasAccount(of email: EmailAddress, as role: Role) async throws -> Bool {
        let tenant = tenant.id
        return try await registry.database.read(.tenant(tenant)) { connection in
            try connection.account(of: email, as: role, tenant: tenant) != nil
        }
    }

    /// Registers an application for a partner; throws ``OperatorRefusal`` or ``RegistrationRefusal``.
    package func register(
        _ draft: ApplicationDraft,
        for owner: EmailAddress
    ) async throws
        -> RegisteredApplication
    {
        let id = tenant.id
        let known = try await registry.database.read(.tenant(id)) { connection in
            try connection.account(of: owner, as: .partner, tenant: id)
        }
        guard let known else { throw OperatorRefusal.noSuchPartner(owner.text) }
        if known.isDisabled { throw OperatorRefusal.accountDisabled(owner.text) }
        return try await registry.register(
            draft,
            for: known.account,
            at: tenant,
            by: actor,
            from: provenance
        )
    }

    /// Makes a partner a member of an application's team; throws ``OperatorRefusal``.
    ///
    /// Whoever is a member already keeps their role.
    package func addMember(_ email: EmailAddress, as role: MemberRole, of id: String) async throws {
        let (now, ledger, tenant, actor) = (registry.clock(), registry.ledger, tenant.id, actor)
        let provenance = provenance
        try await registry.database.transaction(.tenant(tenant)) { transaction in
            guard try transaction.hold(ClientID(text: id), tenant: tenant) else {
                throw OperatorRefusal.noSuchApplication(id)
            }
            let known = try transaction.account(of: email, as: .partner, tenant: tenant)
            guard let account = known?.account.id else { throw OperatorRefusal.noSuchPartner(email.text) }
            let isNew = try transaction.insertMember(
                account,
                as: role,
                of: ClientID(text: id),
                tenant: tenant,
                at: now
            )
            guard isNew else { return }
            try ledger.record(
                .memberAdded,
                of: id,
                by: actor,
                [("account", account.text), ("role", role.rawValue)],
                from: provenance,
                in: transaction,
                tenant: tenant,
                at: now
            )
        }
    }

    /// Throws ``OperatorRefusal``.
    package func application(_ id: String) async throws -> Application {
        let tenant = tenant.id
        let found = try await registry.database.read(.tenant(tenant)) {
            try $0.application(id, tenant: tenant)
        }
        guard let found else { throw OperatorRefusal.noSuchApplication(id) }
        return found
    }

    /// Approves an application, or what it is to become, for the publisher it has unless another name is given.
    ///
    /// Where it is approved already nothing happens.
    ///
    /// Throws ``OperatorRefusal``, or ``ReviewRefusal`` when it changed in the same moment.
    package func approve(_ id: String, publisher: CompanyName? = nil) async throws {
        let application = try await application(id)
        let pending = try await pendingRevision(of: application)
        guard application.approval == nil || pending != nil else { return }
        let seen = ReviewSubject.mark(application, pending)
        let decision = Decision.approve(publisher: publisher ?? application.publisher)
        _ = try await review.decide(decision, on: id, seen: seen)
    }

    package func pendingRevision(of application: Application) async throws -> PendingRevision? {
        let tenant = tenant.id
        return try await registry.database.read(.tenant(tenant)) { connection in
            try connection.pendingRevision(of: application, tenant: tenant)
        }
    }

    /// Stops an application; says under which reference.
    ///
    /// Throws ``OperatorRefusal``.
    @discardableResult
    package func suspend(_ id: String, reason: String, note: String = "") async throws -> String {
        try await review.suspend(id, reason: reason, note: note)
    }

    /// Throws ``OperatorRefusal`` or ``DeletionRefusal``.
    package func delete(_ id: String) async throws { try await review.delete(id) }

    package func connectedCustomers(of application: Application) async throws -> Int {
        let tenant = tenant.id
        return try await registry.database.read(.tenant(tenant)) { connection in
            try connection.countConnected(to: application.id, tenant: tenant)
        }
    }

    /// Throws ``OperatorRefusal``.
    package func resume(_ id: String) async throws { try await review.resume(id) }

    /// Has the owners collect a new secret; throws ``OperatorRefusal`` or ``SecretRefusal``.
    package func rotateSecret(of id: String, _ rotation: SecretRotation) async throws -> SecretClaim {
        try await review.rotateSecret(of: id, rotation)
    }

    private var review: Review {
        Review(tenant: tenant, registry: registry, actor: actor, provenance: provenance)
    }

    /// Walks the tenant's ledger from its first entry.
    package func verifyLedger() async throws -> LedgerVerdict {
        let (ledger, tenant) = (registry.ledger, tenant.id)
        return try await registry.database.read(.tenant(tenant)) { try ledger.verify(tenant, in: $0) }
    }

    /// Up to `limit` entries after `sequence`, oldest first.
    package func ledger(after sequence: Int, limit: Int) async throws -> [LedgerEntry] {
        let tenant = tenant.id
        return try await registry.database.read(.tenant(tenant)) { connection in
            try connection.ledger(of: tenant, after: sequence, limit: limit)
        }
    }
}
