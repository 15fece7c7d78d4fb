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
        let fresh = fresh(withRefreshToken: tenant.policy.grants.contains(.refreshToken))
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
            let using = StoredCode.using(
                sent.id,
                tenant: tenant.id,
                at: fresh.now,
                from: provenance.address
            )
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
            if code.wasNamed, redirectURI == nil {
                registry.note(doors: ["redirectURIAtToken"], usedBy: client.id, at: tenant)
            }
            return .issued(scopes, until: code.consentEndsAt)
        }
    }

    /// Exchanges a refresh token for a new access token (RFC 6749 §6); throws ``TokenRefusal``.
    ///
    /// What becomes of the old one is the tenant's rule. Where it rotates it stops working, and seen again it ends
    /// the whole family, because one of the two holders is not the application (RFC 9700 §4.14.2).
    package func refresh(_ refreshToken: String, scope: String?) async throws -> IssuedTokens {
        try require(.refreshToken)
        guard let sent = parse(refreshToken, .refreshToken) else {
            throw TokenRefusal.invalidGrant(.unknown)
        }
        let (shown, rule) = (sent.shown(to: registry.secretKeys), refreshRule)
        let fresh = fresh(withRefreshToken: rule != .keep)
        let asked = try scope.map(scopes)
        let result: Redemption = try await registry.database.transaction(.tenant(tenant.id)) { transaction in
            guard let old = try transaction.refreshToken(sent.id, of: client.id, tenant: tenant.id),
                try shown.isKept(as: old.digest)
            else { return .refused(.invalidGrant(.unknown)) }
            let allowed = old.scopes.intersection(client.scopes)
            let scopes = asked ?? allowed
            if let refusal = old.refusal(of: scopes, within: allowed, at: fresh.now) {
                return .refused(refusal)
            }
            guard try use(sent.id, in: old.family, at: fresh.now, transaction) else {
                try endFamily(old.family.id, .refreshReused, fresh.now, transaction)
                return .refused(.invalidGrant(.alreadyUsed))
            }
            try fresh.store(scopes, in: old.family, with: transaction)
            if let grant = old.family.grant {
                registry.uses.note(.grant(grant), tenant: tenant.id, at: fresh.now, from: "")
            }
            return .issued(scopes, until: old.family.consentEndsAt)
        }
        return try fresh.issued(ending(result), keeping: rule == .keep ? sent : nil)
    }

    /// Whether a refresh token of this client's works on after its use.
    package var keepsRefreshTokens: Bool { refreshRule != .rotate }

    private var refreshRule: Policy.Refresh { tenant.policy.refreshRule(for: client.kind) }

    /// Uses a refresh token up, or gives it a new lease where it works on; false when it was used up before.
    ///
    /// A token that was used up under another rule stays so.
    private func use(
        _ id: String,
        in family: TokenFamily,
        at now: Date,
        _ transaction: any Connection
    ) throws -> Bool {
        guard refreshRule != .rotate else {
            return try transaction.useUp(
                refreshToken: id,
                tenant: tenant.id,
                at: now,
                from: provenance.address
            )
        }
        let end = min(tenant.policy.refreshIdleSeconds.end(from: now), family.endsAt)
        return try transaction.extend(refreshToken: id, until: end, tenant: tenant.id)
    }

    /// Forgets what was read of a family that a replay has just ended.
    private func ending(_ result: Redemption) -> Redemption {
        if case .refused(.invalidGrant(.alreadyUsed)) = result { registry.recentReads.forgetEverywhere() }
        return result
    }

    /// Issues a token to the application itself (RFC 6749 §4.4); throws ``TokenRefusal``.
    package func issueForItself(scope: String?) async throws -> IssuedTokens {
        try require(.clientCredentials)
        guard client.kind == .confidential else { throw TokenRefusal.unauthorizedClient }
        let policy = tenant.policy
        let granted = try await approved(scope.map(registeredScopes), of: client.scopes)
        guard policy.refreshWithClientCredentials, policy.grants.contains(.refreshToken) else {
            let fresh = fresh(withRefreshToken: false)
            try await registry.database.write(fresh.insertion(granted, in: nil), .tenant(tenant.id))
            return try fresh.issued(.issued(granted))
        }
        let fresh = fresh(withRefreshToken: true)
        let family = fresh.family(fresh.access.id, grant: nil, scopes: granted)
        try await registry.database.transaction(.tenant(tenant.id)) { transaction in
            try transaction.insert(family, of: client.id, tenant: tenant.id)
            try fresh.store(granted, in: family, with: transaction)
        }
        return try fresh.issued(.issued(granted))
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

    func fresh(withRefreshToken: Bool) -> FreshTokens {
        FreshTokens(
            for: client.id,
            at: tenant,
            of: registry,
            withRefreshToken: withRefreshToken,
            rotating: refreshRule == .rotate,
            secret: client.secretID
        )
    }

    func require(_ grant: Grant) throws(TokenRefusal) {
        guard tenant.policy.grants.contains(grant) else { throw .unsupportedGrantType }
        guard client.kind != .resourceServer else { throw .unauthorizedClient }
    }

    private func endFamily(
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

/// What a transaction decided, where undoing it would undo the revocation that a replay causes.
enum Redemption: Sendable {
    /// With what the tokens are good for, and when the consent behind them ends by itself.
    case issued(ScopeSet, until: Date? = nil)
    case refused(TokenRefusal)
}

/// A new access token and perhaps a refresh token, made before the transaction that stores them.
struct FreshTokens: Sendable {
    let now: Date
    let client: ClientID
    let tenant: Tenant
    let access: SecretText
    let refresh: SecretText?
    let keys: DigestKeys

    /// Whether a refresh token is remembered after its use, to recognise a second one.
    private let remembersUse: Bool

    /// What the application proved itself with; nil where it was not the one who asked.
    private let secret: String?
    private let uses: UseLog

    /// How long the access token lives where it is not as the tenant says.
    private let lifetime: Lifetime?

    init(
        for client: ClientID,
        at tenant: Tenant,
        of registry: ApplicationRegistry,
        withRefreshToken: Bool,
        rotating: Bool = true,
        secret: String? = nil,
        lasting lifetime: Lifetime? = nil
    ) {
        (remembersUse, self.secret, self.lifetime, uses) = (rotating, secret, lifetime, registry.uses)
        let texts = registry.tokenTexts(of: tenant)
        let (now, entropy) = (registry.clock(), registry.entropy)
        (self.now, self.client, self.tenant, keys) = (now, client, tenant, registry.secretKeys)
        access = texts.new(.accessToken, now: now, entropy: entropy)
        refresh = withRefreshToken ? texts.new(.refreshToken, now: now, entropy: entropy) : nil
    }

    /// Everything one consent buys from now on.
    func family(
        _ id: String,
        grant: String?,
        scopes: ScopeSet,
        consentEndsAt: Date? = nil
    ) -> TokenFamily {
        TokenFamily(
            id: id,
            grant: grant,
            scopes: scopes,
            endsAt: lifetime?.end(from: now) ?? tenant.policy.familyEnd(from: now),
            consentEndsAt: consentEndsAt
        )
    }

    /// What writes the access token down.
    func insertion(_ scopes: ScopeSet, in family: TokenFamily?) -> SQL {
        let row = AccessTokenRow(
            digest: access.digest(with: keys),
            family: family?.id,
            scopes: scopes,
            issuedAt: now,
            expiresAt: min(accessLifetime.end(from: now), family?.consentEndsAt ?? .never),
            secret: secret
        )
        return row.insertion(as: access.id, of: client, tenant: tenant.id)
    }

    /// Stores a family of its own under a consent.
    func store(
        _ scopes: ScopeSet,
        under grant: String,
        until end: Date?,
        in transaction: any Connection
    ) throws -> IssuedTokens {
        let family = family(access.id, grant: grant, scopes: scopes, consentEndsAt: end)
        try transaction.insert(family, of: client, tenant: tenant.id)
        try store(scopes, in: family, with: transaction)
        return try issued(.issued(scopes, until: end))
    }

    func store(_ scopes: ScopeSet, in family: TokenFamily, with transaction: any Connection) throws {
        try transaction.send(insertion(scopes, in: family))
        guard let refresh else { return }
        let policy = tenant.policy
        let end = min(policy.refreshIdleSeconds.end(from: now), family.endsAt)
        try transaction.insertRefreshToken(
            refresh.id,
            digest: refresh.digest(with: keys),
            family: family,
            expiresAt: end,
            keptUntil: remembersUse ? min(family.endsAt, policy.rememberedUntil(from: end)) : end,
            secret: secret,
            tenant: tenant.id,
            at: now
        )
    }

    /// What is handed out, with `kept` in place of a new refresh token where there is none; counted by its secret.
    func issued(_ result: Redemption, keeping kept: SecretText? = nil) throws -> IssuedTokens {
        switch result {
        case .refused(let refusal): throw refusal
        case .issued(let scopes, let consentEnd):
            if let secret {
                let count = refresh == nil ? 1 : 2
                uses.note(.tokens(client, secret: secret), tenant: tenant.id, at: now, count: count)
            }
            return IssuedTokens(
                accessToken: access,
                expiresIn: seconds(until: consentEnd),
                scopes: scopes,
                refreshToken: refresh ?? kept
            )
        }
    }

    private var accessLifetime: Lifetime { lifetime ?? tenant.policy.accessTokenSeconds }

    /// How long an access token lives: as the tenant says, or to the end of the consent if that is sooner.
    private func seconds(until consentEnd: Date?) -> Int? {
        let usual = accessLifetime.seconds
        guard let consentEnd else { return usual }
        let left = max(0, Int(consentEnd.timeIntervalSince(now)))
        return usual.map { min($0, left) } ?? left
    }
}
