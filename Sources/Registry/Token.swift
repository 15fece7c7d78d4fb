package import FoundationEssentials

/// Tokens in the one moment they can be read.
package struct IssuedTokens: Sendable {
    package let accessToken: SecretText

    /// Nil for one that does not expire.
    package let expiresIn: Int?
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
        case missingVerifier
        case needlessVerifier
        case ended
        case wrongPassword
        case severalCompanies
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
        case .invalidGrant(.wrongVerifier), .invalidGrant(.missingVerifier), .invalidGrant(.needlessVerifier):
            "code_verifier is missing or does not match the code_challenge"
        case .invalidGrant(.ended): "The customer disconnected the application, or the access was revoked"
        case .invalidGrant(.wrongPassword): "Bad credentials"
        case .invalidGrant(.severalCompanies):
            "The customer acts for several companies and has to choose one on the consent screen"
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

    /// Whose data it is for, as the customer chose; nil where that is not known, or no customer is involved.
    package let company: Company?
    package let scopes: ScopeSet
    package let issuedAt: Date?

    /// Nil for one that does not expire.
    package let expiresAt: Date?
    let grant: String?

    /// What it ends with; nil where it stands alone.
    let family: String?
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
        registry.watch(sent, .code, by: actor, at: tenant, from: provenance)
        let shown = sent.shown(to: registry.secretKeys)
        let fresh = fresh(.authorizationCode, withRefreshToken: tenant.policy.grants.contains(.refreshToken))
        let redemption = { try await self.redeem(sent, shown, redirectURI, verifier, fresh) }
        // Whoever was overtaken finds the code used the second time.
        let result: Redemption
        do { result = try await redemption() } catch is UsedMeanwhile { result = try await redemption() }
        return try fresh.issued(ending(result))
    }

    private func redeem(
        _ sent: SecretText,
        _ shown: ShownSecret,
        _ redirectURI: String?,
        _ verifier: String?,
        _ fresh: FreshTokens
    ) async throws -> Redemption {
        let policy = tenant.policy
        return try await registry.database.transaction(.tenant(tenant.id)) { transaction in
            guard let code = try transaction.code(sent.id, tenant: tenant.id, at: fresh.now),
                code.application == client.id,
                try shown.isKept(as: code.digest)
            else { return .refused(.invalidGrant(.unknown)) }
            let refusal = code.refusal(
                redirectURI: redirectURI,
                verifier: verifier,
                under: policy,
                at: fresh.now
            )
            if let refusal {
                if code.isUsed, refusal == .invalidGrant(.alreadyUsed) {
                    try endFamily(sent.id, .codeReused, fresh.now, transaction)
                }
                return .refused(refusal)
            }
            let issued = try issue(for: code, sent, fresh, transaction)
            if code.wasNamed, redirectURI == nil {
                registry.note(doors: ["redirectURIAtToken"], usedBy: client.id, at: tenant)
            }
            return issued
        }
    }

    /// Uses a code up and stores what it is redeemed for; throws ``UsedMeanwhile`` where somebody else was faster.
    private func issue(
        for code: StoredCode,
        _ sent: SecretText,
        _ fresh: FreshTokens,
        _ transaction: any Connection
    ) throws -> Redemption {
        let using = StoredCode.using(sent.id, tenant: tenant.id, at: fresh.now, from: provenance.address)
        let scopes = code.scopes.intersection(client.scopes)
        let family = fresh.family(
            sent.id,
            grant: code.grant,
            scopes: scopes,
            consentEndsAt: code.consentEndsAt
        )
        // All of a tenant wait for its ledger's end, so what can be written before that is held, is.
        try transaction.insert(family, of: client.id, tenant: tenant.id)
        try fresh.store(scopes, in: family, with: transaction)
        let detail = [("code", sent.id)]
        guard try record(.codeRedeemed, detail, fresh.now, transaction, provided: using) else {
            throw UsedMeanwhile()
        }
        return .issued(scopes, until: code.consentEndsAt)
    }

    /// Forgets what was read of a family that a replay has just ended.
    func ending(_ result: Redemption) -> Redemption {
        if case .refused(.invalidGrant(.alreadyUsed)) = result { registry.recentReads.forgetEverywhere() }
        return result
    }

    /// Issues a token to the application itself (RFC 6749 §4.4); throws ``TokenRefusal``.
    package func issueForItself(scope: String?) async throws -> IssuedTokens {
        let (policy, granted) = (tenant.policy, try await scopesForItself(scope))
        let isRefreshed = policy.refreshWithClientCredentials && policy.grants.contains(.refreshToken)
        let fresh = fresh(.clientCredentials, withRefreshToken: isRefreshed)
        if isRefreshed || policy.tokensInAuditLog {
            let family = isRefreshed ? fresh.family(fresh.access.id, grant: nil, scopes: granted) : nil
            try await registry.database.transaction(.tenant(tenant.id)) { transaction in
                if let family { try transaction.insert(family, of: client.id, tenant: tenant.id) }
                try fresh.store(granted, in: family, with: transaction)
            }
        } else {
            try await registry.database.write(fresh.insertion(granted, in: nil), .tenant(tenant.id))
        }
        return try fresh.issued(.issued(granted))
    }

    /// What a token of its own would be good for; throws ``TokenRefusal``.
    func scopesForItself(_ scope: String?) async throws -> ScopeSet {
        try require(.clientCredentials)
        return try await approved(scope.map(registeredScopes), of: client.scopes)
    }

    /// What it named, or all it has, without what needs an approval that it lacks; throws where it named that.
    private func approved(_ named: ScopeSet?, of all: ScopeSet) async throws -> ScopeSet {
        let needing = tenant.needingApproval(named ?? all)
        if needing.isEmpty { return named ?? all }
        let (id, tenant) = (client.id.text, tenant.id)
        let application = try await registry.database.read(.tenant(tenant)) {
            try $0.application(id, tenant: tenant)
        }
        if application?.isApproved == true { return named ?? all }
        if named != nil { throw TokenRefusal.invalidScope }
        return all.subtracting(needing)
    }

    /// What an application named, if it may have all of that.
    func registeredScopes(_ text: String) throws -> ScopeSet {
        let asked = try scopes(text)
        guard asked.isSubset(of: client.scopes) else { throw TokenRefusal.invalidScope }
        return asked
    }

    func scopes(_ text: String) throws -> ScopeSet {
        guard let scopes = tenant.policy.scopes(in: text) else { throw TokenRefusal.invalidScope }
        return scopes
    }

    var texts: TokenTexts { registry.tokenTexts(of: tenant) }

    func fresh(_ grant: Grant, withRefreshToken: Bool) -> FreshTokens {
        FreshTokens(
            for: client.id,
            at: tenant,
            of: registry,
            by: TokenWay(grant: grant, actor: actor, provenance: provenance),
            withRefreshToken: withRefreshToken,
            rotating: refreshRule == .rotate,
            secret: client.secretID
        )
    }

    func require(_ grant: Grant) throws(TokenRefusal) {
        guard tenant.policy.grants.contains(grant) else { throw .unsupportedGrantType }
        switch (grant, client.kind) {
        case (_, .resourceServer), (.clientCredentials, .public), (.password, .public):
            throw .unauthorizedClient
        default: return
        }
    }

    func endFamily(
        _ id: String,
        _ alert: Alert,
        _ now: Date,
        _ transaction: any Connection
    ) throws {
        try transaction.endFamily(id, tenant: tenant.id, at: now)
        let action: Action = alert == .codeReused ? .codeReused : .refreshReused
        try record(action, [("family", id)], now, transaction)
        try registry.raise(alert, about: client.id, in: transaction, tenant: tenant.id, at: now)
    }

    /// Says whether `condition` answered with a row; without that nothing is recorded.
    @discardableResult
    func record(
        _ action: Action,
        _ detail: [(String, String)],
        _ now: Date,
        _ transaction: any Connection,
        provided condition: SQL? = nil
    ) throws -> Bool {
        try registry.ledger.record(
            action,
            of: client.id.text,
            by: actor,
            detail,
            from: provenance,
            in: transaction,
            tenant: tenant.id,
            at: now,
            provided: condition
        )
    }
}

/// A code was used by somebody else after it had been read.
private struct UsedMeanwhile: Error {}
