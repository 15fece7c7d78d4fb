/// Consent that a customer gave outside the consent screen: to the application itself, or to the provider's people.
///
/// It is consent like any other: the customer sees it among the connected applications and can end it there.
struct DirectConsent: Sendable {
    let customer: AccountID
    let scopes: ScopeSet

    /// The id of the grant, should it be the customer's first to this application.
    let newGrant: String

    /// Who says that the customer consented, and how; for the ledger.
    let actor: Actor
    let way: [(String, String)]
    let step: ConsentStep.Kind
    let provenance: Provenance
}

/// The customer acts for several companies, and nobody but them may say which one it is about.
struct SeveralCompanies: Error {}

extension ApplicationRegistry {
    /// Writes down what the customer allows `application`, and the tokens it gets for that.
    ///
    /// Throws ``SeveralCompanies``, ``DatabaseFault/busy`` when the customer answers a consent screen of it in the same
    /// moment, and ``TokenRefusal`` when their account was disabled in it.
    func store(
        _ fresh: FreshTokens,
        under consent: DirectConsent,
        to application: Application,
        in transaction: any Connection
    ) throws {
        let tenant = fresh.tenant.id
        guard try transaction.hold(consent.customer, tenant: tenant) else {
            throw TokenRefusal.invalidGrant(.ended)
        }
        let (grant, standing) = try consented(fresh, consent, application, transaction)
        let end = standing.endsAt
        let family = fresh.family(
            fresh.access.id,
            grant: grant,
            scopes: consent.scopes,
            consentEndsAt: end
        )
        try transaction.insert(family, of: application.id, tenant: tenant)
        try fresh.store(consent.scopes, in: family, with: transaction)
        let step = ConsentStepRow(
            id: newStepID(),
            grant: grant,
            kind: consent.step,
            scopes: standing.scopes,
            endsAt: end
        )
        try transaction.insert(step, tenant: tenant, at: fresh.now)
        try ledger.record(
            .consentGiven,
            of: application.id.text,
            by: consent.actor,
            [("scopes", consent.scopes.wire)] + consent.way,
            from: consent.provenance,
            in: transaction,
            tenant: tenant,
            at: fresh.now
        )
    }

    /// The consent as it stands afterwards; what others change at the same time is read again.
    private func consented(
        _ fresh: FreshTokens,
        _ consent: DirectConsent,
        _ application: Application,
        _ transaction: any Connection
    ) throws -> (grant: String, ConsentRow) {
        for _ in 0..<3 {
            var standing = try transaction.standingGrant(
                to: application,
                of: consent.customer,
                tenant: fresh.tenant.id
            )
            if let lapsed = standing, !lapsed.isLive(at: fresh.now) {
                try lapse(lapsed, of: fresh.tenant.id, in: transaction, at: fresh.now)
                standing = nil
            }
            let scopes = (standing?.standing(at: fresh.tenant).scopes ?? ScopeSet()).union(consent.scopes)
            let companies = try transaction.companies(of: consent.customer, tenant: fresh.tenant.id)
            let company = standing?.company ?? companies.only
            if company == nil, !companies.all.isEmpty { throw SeveralCompanies() }
            let row = ConsentRow(
                application: application.id,
                scopes: scopes,
                declined: (standing?.declined ?? ScopeSet()).subtracting(scopes),
                endsAt: standing?.endsAt,
                redirectURI: "",
                revision: application.revision,
                company: company
            )
            let grant = try transaction.allow(
                row,
                over: standing,
                by: consent.customer,
                newID: consent.newGrant,
                tenant: fresh.tenant.id,
                at: fresh.now
            )
            if let grant { return (grant, row) }
        }
        throw DatabaseFault.busy
    }
}
