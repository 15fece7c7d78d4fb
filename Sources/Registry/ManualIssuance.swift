/// Tokens the provider gives by hand: its people asked the customer, and pass the token on themselves.
extension OperatorAccess {
    /// Issues an access token for a customer to an application; throws ``OperatorRefusal``.
    ///
    /// The ledger says that the operator gave it. Without `scopes` it is all the application may ask for.
    package func issue(
        to id: String,
        for customer: EmailAddress,
        scopes names: [String]? = nil
    ) async throws -> IssuedTokens {
        guard tenant.policy.manualIssuance else { throw OperatorRefusal.noManualIssuance }
        let application = try await application(id)
        let account = try await account(of: customer)
        let granted = try names.map { try scopes($0, of: application) } ?? application.scopes
        let fresh = FreshTokens(
            for: application.id,
            at: tenant,
            of: registry,
            by: TokenWay(grant: nil, actor: actor, provenance: provenance),
            withRefreshToken: false
        )
        let consent = DirectConsent(
            customer: account.id,
            scopes: granted,
            newGrant: registry.newGrantID(),
            actor: actor,
            way: [("customer", account.id.text), ("grant", "manual")],
            step: .byHand,
            provenance: provenance
        )
        try await registry.database.transaction(.tenant(tenant.id)) { transaction in
            guard let current = try transaction.application(id, tenant: tenant.id), !current.isSuspended,
                current.kind != .resourceServer,
                try transaction.mayBeGiven(granted, to: current, by: account, at: tenant, on: fresh.now)
            else { throw OperatorRefusal.mayNotConnect(id) }
            do {
                try registry.store(fresh, under: consent, to: current, in: transaction)
            } catch is SeveralCompanies {
                throw OperatorRefusal.severalCompanies(customer.text)
            }
        }
        return try fresh.issued(.issued(granted))
    }

    private func account(of customer: EmailAddress) async throws -> Account {
        let tenant = tenant.id
        let known = try await registry.database.read(.tenant(tenant)) { connection in
            try connection.account(of: customer, as: .customer, tenant: tenant)
        }
        guard let known else { throw OperatorRefusal.noSuchCustomer(customer.text) }
        if known.isDisabled { throw OperatorRefusal.accountDisabled(customer.text) }
        return known.account
    }

    private func scopes(_ names: [String], of application: Application) throws(OperatorRefusal) -> ScopeSet {
        var scopes: [Scope] = []
        for name in names {
            guard let scope = Scope(name), application.scopes.contains(scope) else {
                throw .unknownScope(name)
            }
            scopes.append(scope)
        }
        return ScopeSet(scopes)
    }
}
