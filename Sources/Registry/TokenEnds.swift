package import FoundationEssentials

// Asking about tokens, and ending them.

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
        let tenant = tenant.id
        if let access = parse(token, .accessToken),
            let found = try await registry.facts(of: access, tenant: tenant, at: now)
        {
            return found
        }
        // A labelled text is one kind of token; another may be either.
        if let refresh = parse(token, .refreshToken) {
            let shown = refresh.shown(to: registry.secretKeys)
            return try await registry.database.read(.tenant(tenant)) { connection in
                try connection.liveRefreshToken(refresh.id, shown: shown, tenant: tenant, at: now)
            }
        }
        return nil
    }

    /// Reads a token that this application brought.
    func parse(_ text: String, _ kind: SecretText.Kind) -> SecretText? {
        let sent = texts.parse(text, kind)
        if let sent { registry.watch(sent, kind, by: actor, at: tenant, from: provenance) }
        return sent
    }

    /// Ends a token of this application; of anything else it says nothing and does nothing (RFC 7009 §2.2).
    ///
    /// A refresh token takes its whole family with it, whatever the hint said.
    package func revoke(_ token: String) async throws {
        let (now, keys) = (registry.clock(), registry.secretKeys)
        let access = parse(token, .accessToken)
        let refresh = parse(token, .refreshToken)
        try await registry.recentReads.changingIfAnything {
            try await registry.database.transaction(.tenant(tenant.id)) { transaction in
                if let access, try end(access, now, transaction) { return true }
                guard let refresh,
                    let old = try transaction.refreshToken(refresh.id, of: client.id, tenant: tenant.id),
                    try old.isLive(at: now) && refresh.shown(to: keys).isKept(as: old.digest)
                else { return false }
                try transaction.endFamily(old.family.id, tenant: tenant.id, at: now)
                try record(.tokenRevoked, [("family", old.family.id)], now, transaction)
                return true
            }
        }
    }

    private func end(
        _ access: SecretText,
        _ now: Date,
        _ transaction: any Connection
    ) throws -> Bool {
        let revoked = try transaction.revokeAccessToken(
            access.id,
            digests: access.digests(with: registry.secretKeys),
            of: client.id,
            tenant: tenant.id,
            at: now
        )
        if revoked { try record(.tokenRevoked, [("access_token", access.id)], now, transaction) }
        return revoked
    }
}

// MARK: - Asking again

/// What a good answer about a token rests on: its uses are noted as often as it is given.
package struct TokenUses: Sendable {
    fileprivate let tenant: TenantID
    fileprivate var subjects: [UseLog.Subject]

    /// When the first of it ends by itself; nil where nothing does.
    fileprivate let endsAt: Date?

    package func works(at now: Date) -> Bool { endsAt.map { $0 > now } ?? true }

    /// The same, where the question came through doors of the tenant's profile.
    package func through(_ doors: [String], of application: ClientID) -> TokenUses {
        var uses = self
        uses.subjects += doors.map { .door(application, $0) }
        return uses
    }
}

extension ClientAccess {
    /// What this client's answer about a token rests on.
    package func uses(of token: TokenFacts) -> TokenUses {
        let secret = client.secretID.map { UseLog.Subject.secret(client.id, $0) }
        return TokenUses(
            tenant: tenant.id,
            subjects: [secret, token.grant.map { .grant($0) }].compactMap { $0 },
            endsAt: [client.secretEndsAt, token.expiresAt].compactMap { $0 }.min()
        )
    }
}

extension BearerAccess {
    package var uses: TokenUses {
        TokenUses(
            tenant: tenant.id,
            subjects: token.grant.map { [.grant($0)] } ?? [],
            endsAt: token.expiresAt
        )
    }
}

extension ApplicationRegistry {
    /// A shelf for answers that are made of what was read lately: they are forgotten with it.
    package func shelfOfAnswers<Question, Answer>() -> Shelf<Question, Answer> { recentReads.shelf() }

    /// Notes what is used by an answer that is given once more.
    package func noteAgain(_ uses: TokenUses, from provenance: Provenance) {
        let now = clock()
        for subject in uses.subjects {
            self.uses.note(subject, tenant: uses.tenant, at: now, from: provenance.address)
        }
    }
}

// MARK: - By whoever holds one

/// Whoever holds an access token that works.
package struct BearerAccess: Sendable {
    package let tenant: Tenant

    /// What the token is good for.
    package let token: TokenFacts
    let sent: SecretText
    let registry: ApplicationRegistry
    let provenance: Provenance
}

extension ApplicationRegistry {
    /// The holder of the token that came with a request; nil when it does not work.
    ///
    /// One read. Whoever holds a token may ask about it, as the provider's interface does for each request.
    package func bearer(
        _ token: String,
        at tenant: Tenant,
        from provenance: Provenance
    ) async throws -> BearerAccess? {
        guard let sent = tokenTexts(of: tenant).parse(token, .accessToken) else {
            return nil
        }
        watch(sent, .accessToken, at: tenant, from: provenance)
        let (now, tenantID) = (clock(), tenant.id)
        let facts = try await facts(of: sent, tenant: tenantID, at: now)
        guard let facts else { return nil }
        if let grant = facts.grant {
            uses.note(.grant(grant), tenant: tenantID, at: now, from: provenance.address)
        }
        return BearerAccess(
            tenant: tenant,
            token: facts,
            sent: sent,
            registry: self,
            provenance: provenance
        )
    }
}

extension ApplicationRegistry {
    /// What an access token that works is good for, read at most once a second.
    nonisolated(nonsending) fileprivate func facts(
        of token: SecretText,
        tenant: TenantID,
        at now: Date
    ) async throws -> TokenFacts? {
        let place = RecentReads.Place(tenant: tenant, id: token.id)
        let stored = try await recentReads.accessTokens.fact(place, at: now) {
            try await database.read(StoredAccessToken.select(place, at: now), .tenant(tenant)).first.flatMap(
                StoredAccessToken.init
            )
        }
        guard let stored, try token.shown(to: secretKeys).isKept(as: stored.digest) else {
            return nil
        }
        return stored.facts.expiresAt.map { $0 > now } ?? true ? stored.facts : nil
    }
}

extension BearerAccess {
    /// Ends the token with its refresh token and everything else that came of the same sign-in.
    package func logOut() async throws {
        let (now, client) = (registry.clock(), token.client)
        try await registry.recentReads.changing {
            try await registry.database.transaction(.tenant(tenant.id)) { transaction in
                let detail: (String, String)
                if let family = token.family {
                    try transaction.endFamily(family, tenant: tenant.id, at: now)
                    detail = ("family", family)
                } else {
                    _ = try transaction.revokeAccessToken(
                        sent.id,
                        digests: sent.digests(with: registry.secretKeys),
                        of: client,
                        tenant: tenant.id,
                        at: now
                    )
                    detail = ("access_token", sent.id)
                }
                try registry.ledger.record(
                    .tokenRevoked,
                    of: client.text,
                    by: .client(client),
                    [detail],
                    from: provenance,
                    in: transaction,
                    tenant: tenant.id,
                    at: now
                )
            }
        }
    }
}
