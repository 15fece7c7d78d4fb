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
    let provenance: Provenance
}

extension ApplicationRegistry {
    /// Writes down what the customer allows `application`, and the tokens it gets for that.
    ///
    /// Throws ``DatabaseFault/busy`` when the customer answers a consent screen of it in the same moment.
    func store(
        _ fresh: FreshTokens,
        under consent: DirectConsent,
        to application: Application,
        in transaction: any Connection
    ) throws {
        let tenant = fresh.tenant.id
        try transaction.hold(consent.customer, tenant: tenant)
        let grant = try transaction.allow(
            ConsentRow(consent.scopes, to: application),
            beside: try transaction.allowedScopes(application.id, by: consent.customer, tenant: tenant),
            by: consent.customer,
            newID: consent.newGrant,
            tenant: tenant,
            at: fresh.now
        )
        guard let grant else { throw DatabaseFault.busy }
        let family = fresh.family(fresh.access.id, grant: grant, scopes: consent.scopes)
        try transaction.insert(family, of: application.id, tenant: tenant)
        try fresh.store(consent.scopes, in: family, with: transaction)
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
}
