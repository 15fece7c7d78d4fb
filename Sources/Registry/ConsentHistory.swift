package import FoundationEssentials

/// One step of a consent: it is only ever added to.
package struct ConsentStep: Sendable {
    package enum Kind: String, Sendable, Bindable {
        /// On the consent screen, so there is a receipt.
        case allowed

        /// With a password that the customer gave the application itself.
        case signedIn = "signed_in"

        /// By the provider's people, who had asked the customer.
        case byHand = "by_hand"
        case narrowed
        case ended

        /// On the day the customer had set.
        case lapsed

        package var binding: Value { rawValue.binding }
    }

    package let id: String
    package let kind: Kind
    package let at: Date

    /// What was allowed from then on.
    package let scopes: ScopeSet

    /// When it was to end by itself.
    package let endsAt: Date?
    package let hasReceipt: Bool

    /// What ended with it.
    package let evidence: Evidence?

    /// What stopped working when a consent ended.
    package struct Evidence: Sendable, Equatable {
        package let codes: Int
        package let accessTokens: Int
        package let refreshTokens: Int
    }
}

extension CustomerAccess {
    /// Everything that became of a consent, the latest first.
    package func history(of grant: ConsentGrant) async throws -> [ConsentStep] {
        let (tenant, account) = (tenant.id, account.id)
        return try await registry.database.read(
            """
            SELECT r.id, r.step, r.at, r.scopes, r.ends_at, r.document IS NOT NULL, r.ended_codes,
                r.ended_access_tokens, r.ended_refresh_tokens
            FROM consent_records r JOIN grants g ON g.tenant = r.tenant AND g.id = r.grant_id
            WHERE r.tenant = \(tenant) AND r.grant_id = \(grant.id) AND g.customer = \(account)
            ORDER BY r.place DESC
            """,
            .tenant(tenant)
        ).map(ConsentStep.init)
    }
}

// MARK: - How it is kept

/// A step as it becomes a row.
struct ConsentStepRow: Sendable {
    let id: String
    let grant: String
    let kind: ConsentStep.Kind
    let scopes: ScopeSet
    let endsAt: Date?
    var receipt: SignedReceipt?
    var evidence: ConsentStep.Evidence?
}

extension ApplicationRegistry {
    func newStepID() -> String { "rc_" + entropy.orderedID(at: clock()) }

    func newGrantID() -> String { "gr_" + entropy.orderedID(at: clock()) }
}

extension Connection {
    func insert(_ step: ConsentStepRow, tenant: TenantID, at now: Date) throws {
        let logo = step.receipt?.receipt.shown.logo
        try send(
            """
            INSERT INTO consent_records (tenant, id, grant_id, place, step, at, scopes, ends_at, document, signature,
                logo, logo_size, ended_codes, ended_access_tokens, ended_refresh_tokens)
            VALUES (\(tenant), \(step.id), \(step.grant),
                (SELECT COALESCE(max(place), -1) + 1 FROM consent_records
                    WHERE tenant = \(tenant) AND grant_id = \(step.grant)),
                \(step.kind), \(now), \(step.scopes), \(step.endsAt),
                \(step.receipt?.text), \(step.receipt?.signature), \(logo), \(logo.map { _ in 128 }),
                \(step.evidence?.codes), \(step.evidence?.accessTokens), \(step.evidence?.refreshTokens))
            """
        )
    }

    /// What works under a consent right now.
    func evidence(of grant: String, tenant: TenantID, at now: Date) throws -> ConsentStep.Evidence {
        let counts = try runAll([
            """
            SELECT count(*) FROM authorization_codes
            WHERE tenant = \(tenant) AND grant_id = \(grant) AND used_at IS NULL AND expires_at > \(now)
            """,
            """
            SELECT count(*) FROM token_families f
            JOIN access_tokens t ON t.tenant = f.tenant AND t.family = f.id
            WHERE f.tenant = \(tenant) AND f.grant_id = \(grant) AND f.ended_at IS NULL
                AND t.expires_at > \(now) AND t.revoked_at IS NULL
            """,
            """
            SELECT count(*) FROM token_families f
            JOIN refresh_tokens t ON t.tenant = f.tenant AND t.family = f.id
            WHERE f.tenant = \(tenant) AND f.grant_id = \(grant) AND f.ended_at IS NULL
                AND t.expires_at > \(now) AND t.used_at IS NULL
            """,
        ]).map { try $0.first?.integer(0) ?? 0 }
        guard counts.count == 3 else { throw DamagedRow(place: "token_families") }
        return ConsentStep.Evidence(codes: counts[0], accessTokens: counts[1], refreshTokens: counts[2])
    }
}

extension ConsentStep {
    fileprivate init(_ row: Row) throws {
        guard let kind = Kind(rawValue: try row.text(1)) else {
            throw DamagedRow(place: "consent_records.step")
        }
        id = try row.text(0)
        self.kind = kind
        at = try row.date(2)
        scopes = ScopeSet(wire: try row.text(3)) ?? ScopeSet()
        endsAt = try row.optionalDate(4)
        hasReceipt = try row.bool(5)
        evidence =
            if let codes = try row.optionalInteger(6), let access = try row.optionalInteger(7),
                let refresh = try row.optionalInteger(8)
            {
                Evidence(codes: codes, accessTokens: access, refreshTokens: refresh)
            } else {
                nil
            }
    }
}
