import FoundationEssentials

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

    /// What the ledger says of them, where the tenant wants that.
    private let entry: TokenEntry?

    /// How long the access token lives where it is not as the tenant says.
    private let lifetime: Lifetime?

    init(
        for client: ClientID,
        at tenant: Tenant,
        of registry: ApplicationRegistry,
        by way: @autoclosure () -> TokenWay,
        withRefreshToken: Bool,
        rotating: Bool = true,
        secret: String? = nil,
        lasting lifetime: Lifetime? = nil
    ) {
        (remembersUse, self.secret, self.lifetime, uses) = (rotating, secret, lifetime, registry.uses)
        entry = tenant.policy.tokensInAuditLog ? TokenEntry(way: way(), ledger: registry.ledger) : nil
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

    /// Stores them, and enters them in the ledger where the tenant wants that.
    func store(_ scopes: ScopeSet, in family: TokenFamily?, with transaction: any Connection) throws {
        try transaction.send(insertion(scopes, in: family))
        if let refresh, let family { try store(refresh, in: family, with: transaction) }
        try entry?.record(self, scopes, in: family, with: transaction)
    }

    private func store(
        _ refresh: SecretText,
        in family: TokenFamily,
        with transaction: any Connection
    ) throws {
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
