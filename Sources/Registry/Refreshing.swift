import FoundationEssentials

extension ClientAccess {
    /// Exchanges a refresh token for a new access token (RFC 6749 §6); throws ``TokenRefusal``.
    ///
    /// What becomes of the old one is the tenant's rule. Where it rotates it stops working, and seen again it ends
    /// the whole family, because one of the two holders is not the application (RFC 9700 §4.14.2). Within a grace that
    /// the tenant may give it is taken for the application's own second try, and gives other tokens of the family.
    package func refresh(_ refreshToken: String, scope: String?) async throws -> IssuedTokens {
        try require(.refreshToken)
        guard let sent = parse(refreshToken, .refreshToken) else {
            throw TokenRefusal.invalidGrant(.unknown)
        }
        let (shown, rule) = (sent.shown(to: registry.secretKeys), refreshRule)
        let fresh = fresh(.refreshToken, withRefreshToken: rule != .keep)
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

    var refreshRule: Policy.Refresh { tenant.policy.refreshRule(for: client.kind) }

    /// Uses a refresh token up, or gives it a new lease where it works on; false when it was used up before.
    ///
    /// A token that was used up under another rule stays so.
    private func use(
        _ id: String,
        in family: TokenFamily,
        at now: Date,
        _ transaction: any Connection
    ) throws -> Bool {
        guard refreshRule != .rotate else { return try useUp(id, at: now, transaction) }
        let end = min(tenant.policy.refreshIdleSeconds.end(from: now), family.endsAt)
        return try transaction.extend(refreshToken: id, until: end, tenant: tenant.id)
    }

    private func useUp(_ id: String, at now: Date, _ transaction: any Connection) throws -> Bool {
        let (tenant, address) = (tenant.id, provenance.address)
        if try transaction.useUp(refreshToken: id, tenant: tenant, at: now, from: address) { return true }
        guard let start = graceStart(at: now) else { return false }
        return try transaction.useAgain(refreshToken: id, firstUsedAfter: start, tenant: tenant)
    }

    /// Since when a refresh token of this client's may have been used and still give tokens.
    func graceStart(at now: Date) -> Date? { tenant.policy.graceStart(for: client.kind, at: now) }
}
