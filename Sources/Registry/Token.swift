package import FoundationEssentials

/// Tokens in the one moment they can be read.
package struct IssuedTokens: Sendable {
    package let accessToken: SecretText
    package let expiresIn: Int
    package let scopes: ScopeSet

    /// Nil where the grant has none (RFC 6749 §4.4.3).
    package let refreshToken: SecretText?
}

/// Why no token was issued (RFC 6749 §5.2).
package enum TokenRefusal: Error, Equatable, Sendable {
    case parameter(ParameterRefusal)
    case invalidGrant(Reason)
    case invalidScope
    case unauthorizedClient
    case unsupportedGrantType

    /// Told apart for the developer; on the wire they are all `invalid_grant`.
    package enum Reason: Equatable, Sendable {
        case unknown
        case expired
        case alreadyUsed
        case otherRedirectURI
        case wrongVerifier
        case ended
    }

    package var code: String {
        switch self {
        case .parameter: "invalid_request"
        case .invalidGrant: "invalid_grant"
        case .invalidScope: "invalid_scope"
        case .unauthorizedClient: "unauthorized_client"
        case .unsupportedGrantType: "unsupported_grant_type"
        }
    }

    /// One ASCII sentence for the developer.
    package var explanation: String {
        switch self {
        case .parameter(let refusal): refusal.explanation
        case .invalidGrant(.unknown): "The code or token is not known, or belongs to another application"
        case .invalidGrant(.expired): "The code or token has expired"
        case .invalidGrant(.alreadyUsed): "The code or token was already used; what it gave was revoked"
        case .invalidGrant(.otherRedirectURI):
            "redirect_uri differs from the one in the authorization request"
        case .invalidGrant(.wrongVerifier): "code_verifier is missing or does not match the code_challenge"
        case .invalidGrant(.ended): "The customer disconnected the application, or the access was revoked"
        case .invalidScope: "A requested scope was not granted to this application"
        case .unauthorizedClient: "This application may not use this grant"
        case .unsupportedGrantType:
            "grant_type must be authorization_code, refresh_token or client_credentials"
        }
    }
}

/// A living access or refresh token, as introspection tells it (RFC 7662 §2.2).
package struct TokenFacts: Sendable {
    package let client: ClientID

    /// The customer's account, or the client itself where no customer is involved.
    package let subject: String
    package let scopes: ScopeSet
    package let issuedAt: Date?
    package let expiresAt: Date
    let grant: String?
}

/// What a transaction decided, where undoing it would undo the revocation that a replay causes.
private enum Redemption: Sendable {
    case issued(ScopeSet)
    case refused(TokenRefusal)
}

// MARK: - Getting tokens

extension ClientAccess {
    /// Redeems an authorization code (RFC 6749 §4.1.3); throws ``TokenRefusal``.
    ///
    /// The code is used up last, after client, redirect URI and verifier were found right, so that somebody who
    /// only holds the code can neither use it nor spoil it. A second, otherwise right redemption ends what the
    /// first one bought (RFC 6749 §10.5).
    package func redeem(code: String, redirectURI: String?, verifier: String?) async throws -> IssuedTokens {
        try require(.authorizationCode)
        guard let sent = SecretText(parsing: code, kind: .code) else {
            throw TokenRefusal.invalidGrant(.unknown)
        }
        let digest = sent.digest(with: registry.secretKey)
        let fresh = FreshTokens(self, withRefreshToken: tenant.policy.grants.contains(.refreshToken))
        let result: Redemption = try await registry.database.transaction { transaction in
            guard let code = try transaction.code(sent.id, of: client.id, tenant: tenant.id),
                areEqualInConstantTime(code.digest, digest)
            else { return .refused(.invalidGrant(.unknown)) }
            if let refusal = code.refusal(redirectURI: redirectURI, verifier: verifier) {
                return .refused(refusal)
            }
            guard try transaction.useUp(code: sent.id, tenant: tenant.id, at: fresh.now) else {
                if code.isUsed { try endFamily(sent.id, .codeReused, fresh.now, transaction) }
                return .refused(.invalidGrant(code.isUsed ? .alreadyUsed : .expired))
            }
            guard try transaction.grantLives(code.grant, tenant: tenant.id) else {
                return .refused(.invalidGrant(.ended))
            }
            let end = fresh.now.addingTimeInterval(Double(tenant.policy.refreshAbsoluteSeconds))
            let family = TokenFamily(id: sent.id, grant: code.grant, scopes: code.scopes, endsAt: end)
            try transaction.insert(family, of: client.id, tenant: tenant.id)
            try fresh.store(code.scopes, in: family, with: transaction)
            try record(.codeRedeemed, [("code", sent.id)], fresh.now, transaction)
            return .issued(code.scopes)
        }
        return try fresh.issued(ending(result))
    }

    /// Exchanges a refresh token for a new pair (RFC 6749 §6); throws ``TokenRefusal``.
    ///
    /// The old one stops working. Seen again it ends the whole family, because one of the two holders is not
    /// the application (RFC 9700 §4.14.2).
    package func refresh(_ refreshToken: String, scope: String?) async throws -> IssuedTokens {
        try require(.refreshToken)
        guard let sent = SecretText(parsing: refreshToken, kind: .refreshToken) else {
            throw TokenRefusal.invalidGrant(.unknown)
        }
        let digest = sent.digest(with: registry.secretKey)
        let fresh = FreshTokens(self, withRefreshToken: true)
        let asked = try scope.map { text in
            guard let scopes = ScopeSet(wire: text) else { throw TokenRefusal.invalidScope }
            return scopes
        }
        let result: Redemption = try await registry.database.transaction { transaction in
            guard let old = try transaction.refreshToken(sent.id, of: client.id, tenant: tenant.id),
                areEqualInConstantTime(old.digest, digest)
            else { return .refused(.invalidGrant(.unknown)) }
            guard old.family.endsAt > fresh.now, old.expiresAt > fresh.now else {
                return .refused(.invalidGrant(.expired))
            }
            guard old.isLive else { return .refused(.invalidGrant(.ended)) }
            let allowed = old.family.scopes.intersection(client.scopes)
            let scopes = asked ?? allowed
            guard scopes.isSubset(of: allowed) else { return .refused(.invalidScope) }
            guard try transaction.useUp(refreshToken: sent.id, tenant: tenant.id, at: fresh.now) else {
                try endFamily(old.family.id, .refreshReused, fresh.now, transaction)
                return .refused(.invalidGrant(.alreadyUsed))
            }
            try fresh.store(scopes, in: old.family, with: transaction)
            registry.uses.note(.grant(old.family.grant), tenant: tenant.id, at: fresh.now, from: "")
            return .issued(scopes)
        }
        return try fresh.issued(ending(result))
    }

    /// Forgets what was read of a family that a replay has just ended.
    private func ending(_ result: Redemption) -> Redemption {
        if case .refused(.invalidGrant(.alreadyUsed)) = result { registry.recentReads.forget() }
        return result
    }

    /// Issues a token to the application itself (RFC 6749 §4.4); throws ``TokenRefusal``.
    package func issueForItself(scope: String?) async throws -> IssuedTokens {
        try require(.clientCredentials)
        guard client.kind == .confidential else { throw TokenRefusal.unauthorizedClient }
        let scopes = try scope.map { text in
            guard let scopes = ScopeSet(wire: text), scopes.isSubset(of: client.scopes) else {
                throw TokenRefusal.invalidScope
            }
            return scopes
        }
        let (fresh, granted) = (FreshTokens(self, withRefreshToken: false), scopes ?? client.scopes)
        try await registry.database.write(fresh.insertion(granted, in: nil))
        return try fresh.issued(.issued(granted))
    }

    private func require(_ grant: Grant) throws(TokenRefusal) {
        guard tenant.policy.grants.contains(grant) else { throw .unsupportedGrantType }
        guard client.kind != .resourceServer else { throw .unauthorizedClient }
    }

    private func endFamily(_ id: String, _ why: Action, _ now: Date, _ transaction: any Connection) throws {
        try transaction.endFamily(id, tenant: tenant.id, at: now)
        try record(why, [("family", id)], now, transaction)
    }

    fileprivate func record(
        _ action: Action,
        _ detail: [(String, String)],
        _ now: Date,
        _ transaction: any Connection
    ) throws {
        try registry.ledger.record(
            action,
            of: client.id.text,
            by: actor,
            detail,
            from: provenance,
            in: transaction,
            tenant: tenant.id,
            at: now
        )
    }
}

/// A new access token and perhaps a refresh token, made before the transaction that stores them.
private struct FreshTokens: Sendable {
    let now: Date
    let client: ClientID
    let tenant: Tenant
    let access: SecretText
    let refresh: SecretText?
    let key: DigestKey

    init(_ client: ClientAccess, withRefreshToken: Bool) {
        let (registry, prefix) = (client.registry, client.tenant.name.secretPrefix)
        let (now, entropy) = (registry.clock(), registry.entropy)
        self.now = now
        self.client = client.client.id
        tenant = client.tenant
        key = registry.secretKey
        access = SecretText(prefix: prefix, kind: .accessToken, now: now, entropy: entropy)
        refresh =
            withRefreshToken
            ? SecretText(prefix: prefix, kind: .refreshToken, now: now, entropy: entropy) : nil
    }

    /// What writes the access token down.
    func insertion(_ scopes: ScopeSet, in family: TokenFamily?) -> SQL {
        let end = now.addingTimeInterval(Double(tenant.policy.accessTokenSeconds))
        let row = AccessTokenRow(
            digest: access.digest(with: key),
            family: family?.id,
            scopes: scopes,
            issuedAt: now,
            expiresAt: end
        )
        return row.insertion(as: access.id, of: client, tenant: tenant.id)
    }

    func store(_ scopes: ScopeSet, in family: TokenFamily, with transaction: any Connection) throws {
        try transaction.run(insertion(scopes, in: family))
        guard let refresh else { return }
        let idleEnd = now.addingTimeInterval(Double(tenant.policy.refreshIdleSeconds))
        try transaction.insertRefreshToken(
            refresh.id,
            digest: refresh.digest(with: key),
            family: family,
            expiresAt: min(idleEnd, family.endsAt),
            tenant: tenant.id,
            at: now
        )
    }

    func issued(_ result: Redemption) throws -> IssuedTokens {
        switch result {
        case .refused(let refusal): throw refusal
        case .issued(let scopes):
            IssuedTokens(
                accessToken: access,
                expiresIn: tenant.policy.accessTokenSeconds,
                scopes: scopes,
                refreshToken: refresh
            )
        }
    }
}

// MARK: - Asking about tokens, and ending them

extension ClientAccess {
    /// Says what a token is good for; nil for every token that is dead, unknown or none of the asker's.
    ///
    /// A resource server may ask about every token of its tenant, an application about its own (RFC 7662 §4).
    package func introspect(_ token: String) async throws -> TokenFacts? {
        let now = registry.clock()
        guard let facts = try await facts(of: token, at: now) else { return nil }
        guard client.kind == .resourceServer || facts.client == client.id else { return nil }
        if let grant = facts.grant {
            registry.uses.note(.grant(grant), tenant: tenant.id, at: now, from: provenance.address)
        }
        return facts
    }

    private func facts(of token: String, at now: Date) async throws -> TokenFacts? {
        if let access = SecretText(parsing: token, kind: .accessToken) {
            let digest = access.digest(with: registry.secretKey)
            let place = RecentReads.Place(tenant: tenant.id, id: access.id)
            let stored = try await registry.recentReads.accessTokens.fact(place, at: now) {
                try await registry.database.read { try $0.accessToken(place, at: now) }
            }
            guard let stored, areEqualInConstantTime(stored.digest, digest) else { return nil }
            return stored.facts.expiresAt > now ? stored.facts : nil
        }
        if let refresh = SecretText(parsing: token, kind: .refreshToken) {
            let digest = refresh.digest(with: registry.secretKey)
            return try await registry.database.read { connection in
                try connection.liveRefreshToken(refresh.id, digest: digest, tenant: tenant.id, at: now)
            }
        }
        return nil
    }

    /// Ends a token of this application; of anything else it says nothing and does nothing (RFC 7009 §2.2).
    ///
    /// A refresh token takes its whole family with it, whatever the hint said.
    package func revoke(_ token: String) async throws {
        let now = registry.clock()
        let access = SecretText(parsing: token, kind: .accessToken)
        let refresh = SecretText(parsing: token, kind: .refreshToken)
        guard let sent = access ?? refresh else { return }
        let digest = sent.digest(with: registry.secretKey)
        try await registry.recentReads.changing {
            try await registry.database.transaction { transaction in
                if access != nil {
                    let revoked = try transaction.revokeAccessToken(
                        sent.id,
                        digest: digest,
                        of: client.id,
                        tenant: tenant.id,
                        at: now
                    )
                    if revoked { try record(.tokenRevoked, [("access_token", sent.id)], now, transaction) }
                    return
                }
                guard let old = try transaction.refreshToken(sent.id, of: client.id, tenant: tenant.id),
                    areEqualInConstantTime(old.digest, digest)
                else { return }
                try transaction.endFamily(old.family.id, tenant: tenant.id, at: now)
                try record(.tokenRevoked, [("family", old.family.id)], now, transaction)
            }
        }
    }
}
