/// How an application comes by a token, and who brings that about.
struct TokenWay: Sendable {
    /// Nil where the provider's people give it.
    let grant: Grant?
    let actor: Actor
    let provenance: Provenance
}

/// The entry of a tenant's ledger for a token, where the tenant wants one for each (AU-01).
struct TokenEntry: Sendable {
    let way: TokenWay
    let ledger: Ledger

    /// Tells tokens by their public ids, and whose data they are for.
    func record(
        _ tokens: FreshTokens,
        _ scopes: ScopeSet,
        in family: TokenFamily?,
        with transaction: any Connection
    ) throws {
        let tenant = tokens.tenant.id
        let customer = try family?.grant.flatMap { try transaction.customer(of: $0, tenant: tenant) }
        let facts = [
            ("access_token", tokens.access.id), ("refresh_token", tokens.refresh?.id), ("family", family?.id),
            ("customer", customer?.text), ("grant", way.grant?.rawValue ?? "manual"), ("scopes", scopes.wire),
        ]
        try ledger.record(
            .tokenIssued,
            of: tokens.client.text,
            by: way.actor,
            facts.compactMap { name, fact in fact.map { (name, $0) } },
            from: way.provenance,
            in: transaction,
            tenant: tenant,
            at: tokens.now
        )
    }
}

// MARK: - How it is kept

extension Connection {
    /// Whose consent it is.
    fileprivate func customer(of grant: String, tenant: TenantID) throws -> AccountID? {
        try run("SELECT customer FROM grants WHERE tenant = \(tenant) AND id = \(grant)").first.map {
            AccountID(text: try $0.text(0))
        }
    }
}
