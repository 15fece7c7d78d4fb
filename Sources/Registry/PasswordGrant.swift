/// Tokens for an application that passes on what its customer signs in with (RFC 6749 §4.3).
extension ClientAccess {
    /// Issues tokens to the application of a customer who gave it their password; throws ``TokenRefusal``.
    ///
    /// One password hash whoever is named, so that time does not tell who has an account. Whoever asks decides
    /// before how often they may.
    package func issue(to customer: SignIn, scope: String?) async throws -> IssuedTokens {
        try require(.password)
        let granted = try scope.map(registeredScopes) ?? client.scopes
        let (account, hash, renewed) = try await proven(customer)
        let fresh = fresh(.password, withRefreshToken: tenant.policy.grants.contains(.refreshToken))
        let consent = DirectConsent(
            customer: account.id,
            scopes: granted,
            newGrant: registry.newGrantID(),
            actor: .customer(account.id),
            way: [("grant", Grant.password.rawValue)],
            step: .signedIn,
            provenance: provenance
        )
        let result: Redemption? = try await registry.database.transaction(.tenant(tenant.id)) { transaction in
            guard try transaction.hold(account.id, provenBy: hash, tenant: tenant.id) else { return nil }
            guard let application = try transaction.application(client.id.text, tenant: tenant.id),
                try transaction.mayBeGiven(granted, to: application, by: account, at: tenant, on: fresh.now)
            else { return .refused(.unauthorizedClient) }
            if let renewed { try transaction.set(renewed, of: account.id, tenant: tenant.id) }
            do {
                try registry.store(fresh, under: consent, to: application, in: transaction)
            } catch is SeveralCompanies {
                return .refused(.invalidGrant(.severalCompanies))
            }
            return .issued(granted)
        }
        // Proved against what stands there now: another password, the same hashed anew, or an account shut out.
        guard let result else { return try await issue(to: customer, scope: scope) }
        return try fresh.issued(result)
    }

    /// The customer who signs in so, with a new hash where the old one cost less; throws ``TokenRefusal``.
    private func proven(
        _ customer: SignIn
    ) async throws -> (Account, PasswordHash, renewed: PasswordHash?) {
        let (known, passwords) = (try await registry.account(for: customer, at: tenant), registry.passwords)
        let isRight = try await passwords.verifies(customer.password, known?.password, at: tenant.id)
        guard isRight, let known, known.account.role == .customer, !known.isDisabled else {
            try await registry.recordRefusal(of: known?.account.id, .customer, at: tenant, from: provenance)
            throw TokenRefusal.invalidGrant(.wrongPassword)
        }
        let isStale = passwords.needsRehash(known.password)
        let renewed = isStale ? try await passwords.hash(customer.password, at: tenant.id) : nil
        return (known.account, known.password, renewed)
    }
}
