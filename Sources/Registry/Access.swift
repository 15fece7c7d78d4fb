// The capabilities: proof of who asks, each of one tenant. Most of what concerns a tenant's rows takes one.
//
// What may be done with one is written as extensions beside the nouns: `PartnerAccess.register` stands in
// `Registration.swift`, and whoever holds an access token, `BearerAccess`, in `TokenEnds.swift`.

/// A signed-in partner: their own applications and nothing else.
package struct PartnerAccess: Sendable {
    package let tenant: Tenant
    package let session: Session
    let registry: ApplicationRegistry
    let provenance: Provenance

    package var account: Account { session.account }
    var actor: Actor { .partner(account.id) }
}

/// A member of an application's team, in a role that is enough for what they came for.
package struct MemberAccess: Sendable {
    package let partner: PartnerAccess

    /// As it was when they came; whatever changes it looks again.
    package let application: Application
    package let role: MemberRole

    package var tenant: Tenant { partner.tenant }
    package var account: Account { partner.account }
    var registry: ApplicationRegistry { partner.registry }
    var provenance: Provenance { partner.provenance }
    var actor: Actor { partner.actor }
}

/// A signed-in customer: what they allow, and what they have allowed.
package struct CustomerAccess: Sendable {
    package let tenant: Tenant
    package let session: Session
    let registry: ApplicationRegistry
    let provenance: Provenance

    package var account: Account { session.account }
    var actor: Actor { .customer(account.id) }
}

/// A signed-in administrator of a tenant.
package struct AdminAccess: Sendable {
    package let tenant: Tenant
    package let session: Session
    let registry: ApplicationRegistry
    let provenance: Provenance

    package var account: Account { session.account }
    var actor: Actor { .admin(account.id) }
}

/// Somebody whose password was right and who has to show a second factor: they may do that, and nothing else.
package struct UnprovenAccess: Sendable {
    package let tenant: Tenant
    package let session: Session
    let registry: ApplicationRegistry
    let provenance: Provenance

    package var account: Account { session.account }
}

/// An application that proved its identity: its own codes and tokens.
package struct ClientAccess: Sendable {
    package let tenant: Tenant
    package let client: Client
    let registry: ApplicationRegistry
    let provenance: Provenance

    var actor: Actor { .client(client.id) }
}

/// Whoever may write to the data directory: every application and account of a tenant.
package struct OperatorAccess: Sendable {
    package let tenant: Tenant
    let registry: ApplicationRegistry
    let provenance: Provenance

    var actor: Actor { .theOperator }
}

extension ApplicationRegistry {
    package func partner(
        _ cookie: String,
        at tenant: Tenant,
        from provenance: Provenance
    ) async throws
        -> PartnerAccess?
    {
        guard let session = try await session(cookie, as: .partner, at: tenant, from: provenance),
            session.isProven
        else {
            return nil
        }
        return PartnerAccess(tenant: tenant, session: session, registry: self, provenance: provenance)
    }

    package func customer(
        _ cookie: String,
        at tenant: Tenant,
        from provenance: Provenance
    ) async throws
        -> CustomerAccess?
    {
        guard let session = try await session(cookie, as: .customer, at: tenant, from: provenance) else {
            return nil
        }
        return CustomerAccess(tenant: tenant, session: session, registry: self, provenance: provenance)
    }

    package func admin(
        _ cookie: String,
        at tenant: Tenant,
        from provenance: Provenance
    ) async throws
        -> AdminAccess?
    {
        guard let session = try await session(cookie, as: .admin, at: tenant, from: provenance),
            session.isProven
        else {
            return nil
        }
        return AdminAccess(tenant: tenant, session: session, registry: self, provenance: provenance)
    }

    /// A person who gave their password and still has to show a second factor.
    package func unproven(
        _ cookie: String,
        as role: Role,
        at tenant: Tenant,
        from provenance: Provenance
    ) async throws
        -> UnprovenAccess?
    {
        guard let session = try await session(cookie, as: role, at: tenant, from: provenance),
            !session.isProven
        else {
            return nil
        }
        return UnprovenAccess(tenant: tenant, session: session, registry: self, provenance: provenance)
    }

    /// For the command line, which runs as whoever owns the data directory.
    package func operatorAccess(to tenant: Tenant) -> OperatorAccess {
        let provenance = Provenance(address: "local", reference: "command line")
        return OperatorAccess(tenant: tenant, registry: self, provenance: provenance)
    }
}

extension PartnerAccess {
    package func signOut() async throws {
        try await registry.end(session, at: tenant, from: provenance)
    }
}

extension CustomerAccess {
    package func signOut() async throws {
        try await registry.end(session, at: tenant, from: provenance)
    }
}

extension AdminAccess {
    package func signOut() async throws {
        try await registry.end(session, at: tenant, from: provenance)
    }
}
