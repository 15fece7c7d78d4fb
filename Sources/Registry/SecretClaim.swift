package import FoundationEssentials

/// A new secret that somebody at the provider had made and that nobody there sees.
///
/// There is none until an owner of the application follows the link, signs in and asks for it: so nothing has to be
/// kept meanwhile, and a link that nobody follows leaves everything as it was.
package struct SecretClaim: Sendable {
    /// What a link stands for, to whoever may look.
    package enum State: Sendable {
        case waiting(SecretClaim)
        case collected(SecretClaim, at: Date, by: String)

        /// Too old, replaced by a later one, or none.
        case gone
    }

    package let application: Application

    /// Until when the older secrets work, counted from when it is collected.
    package let overlap: Overlap
    package let expiresAt: Date

    /// How long owners have to collect it.
    package static let life: Duration = .seconds(72 * 3600)
}

/// A link to a secret that waits for its owners.
package struct SecretClaimLink: Sendable {
    package let secret: SecretText
    package let expiresAt: Date

    /// Who were written to.
    package let owners: [EmailAddress]
}

/// Rotates for a partner: what an administrator may do, and the operator in their place.
struct SecretRotation: Sendable {
    let tenant: Tenant
    let registry: ApplicationRegistry
    let actor: Actor
    let provenance: Provenance

    /// Makes the link and writes to the owners; throws ``OperatorRefusal`` or ``SecretRefusal``.
    ///
    /// With the overlap ``Overlap/leaked`` every secret and token ends now, before there is another one (AD-04).
    func offer(_ id: String, others overlap: Overlap) async throws -> SecretClaimLink {
        let (now, registry, tenant) = (registry.clock(), registry, tenant.id)
        let link = registry.newLink(
            .claimSecret,
            about: id,
            overlap.text,
            lasting: SecretClaim.life,
            at: self.tenant
        )
        let owners = try await changing(id) { transaction, application in
            try registry.keep(link, in: transaction, tenant: tenant)
            try record(.secretOffered, application, [("others", overlap.text)], now, transaction)
            if overlap == .leaked { try end(application, now, transaction) }
            let owners = try transaction.owners(of: application.id, tenant: tenant)
            let (mention, text) = (Letter.Mention(application), link.secret.plaintext)
            let letter: Letter =
                overlap == .leaked
                ? .secretsRevoked(application: mention, until: link.expiresAt, link: text)
                : .secretToClaim(application: mention, until: link.expiresAt, link: text)
            for owner in owners {
                try registry.outbox.post(letter, to: owner, in: transaction, tenant: tenant, at: now)
            }
            return owners
        }
        return SecretClaimLink(secret: link.secret, expiresAt: link.expiresAt, owners: owners)
    }

    /// Makes a secret at once, for whoever asks at the command line.
    ///
    /// Throws ``OperatorRefusal`` or ``SecretRefusal``.
    func rotate(_ id: String, others overlap: Overlap) async throws -> SecretText {
        let (now, registry, tenant, actor) = (registry.clock(), registry, tenant.id, actor)
        let secret = registry.newClientSecret(at: self.tenant)
        let digest = secret.digest(with: registry.secretKey)
        let provenance = provenance
        _ = try await changing(id) { transaction, application in
            if overlap == .leaked { try end(application, now, transaction) }
            let label = SecretLabel(text: "", ticket: "rotate \(secret.id)", createdBy: actor)
            try transaction.add(
                secret,
                digest,
                label,
                to: application.id,
                others: overlap,
                tenant: tenant,
                at: now
            )
            try record(.secretCreated, application, [("secret", secret.id)], now, transaction)
            try registry.tellOwners(
                of: application,
                by: self.tenant.brand.displayName,
                from: provenance.address,
                in: transaction,
                tenant: tenant,
                at: now
            )
        }
        return secret
    }

    /// Ends everything an application proves itself with, and everything that gave it.
    private func end(_ application: Application, _ now: Date, _ transaction: any Connection) throws {
        let id = application.id
        for secret in try transaction.secrets(of: id, tenant: tenant.id, at: now) where secret.isLive {
            try transaction.revokeSecret(secret.id, of: id, tenant: tenant.id, at: now)
            try record(.secretRevoked, application, [("secret", secret.id)], now, transaction)
        }
        try transaction.voidTokens(of: id, tenant: tenant.id, at: now)
    }

    private func changing<Result: Sendable>(
        _ id: String,
        _ change: @escaping @Sendable (any Connection, Application) throws -> Result
    ) async throws -> Result {
        let tenant = tenant.id
        return try await registry.recentReads.changing {
            try await registry.database.transaction(.tenant(tenant)) { transaction in
                guard try transaction.hold(ClientID(text: id), tenant: tenant),
                    let application = try transaction.application(id, tenant: tenant)
                else { throw OperatorRefusal.noSuchApplication(id) }
                guard application.kind != .public else { throw SecretRefusal.publicApplication }
                return try change(transaction, application)
            }
        }
    }

    private func record(
        _ action: Action,
        _ application: Application,
        _ detail: [(String, String)],
        _ now: Date,
        _ transaction: any Connection
    ) throws {
        try registry.ledger.record(
            action,
            of: application.id.text,
            by: actor,
            detail,
            from: provenance,
            in: transaction,
            tenant: tenant.id,
            at: now
        )
    }
}

extension AdminAccess {
    /// Has a new secret made that only its owners will see; throws ``SecretRefusal``.
    package func rotate(_ application: Application, others overlap: Overlap) async throws -> SecretClaimLink {
        try await SecretRotation(tenant: tenant, registry: registry, actor: actor, provenance: provenance)
            .offer(application.id.text, others: overlap)
    }
}

extension OperatorAccess {
    /// The same; throws ``OperatorRefusal`` or ``SecretRefusal``.
    package func offerSecret(_ id: String, others overlap: Overlap) async throws -> SecretClaimLink {
        try await rotation.offer(id, others: overlap)
    }

    /// Makes a secret and returns it; throws ``OperatorRefusal`` or ``SecretRefusal``.
    package func rotateSecret(_ id: String, others overlap: Overlap) async throws -> SecretText {
        try await rotation.rotate(id, others: overlap)
    }

    private var rotation: SecretRotation {
        SecretRotation(tenant: tenant, registry: registry, actor: actor, provenance: provenance)
    }
}

// MARK: - Collecting it

extension PartnerAccess {
    /// What a link stands for, if it is about an application of this partner's; looking uses nothing up.
    package func secretClaim(_ link: String) async throws -> SecretClaim.State {
        switch try await registry.look(at: link, .claimSecret, at: tenant) {
        case .gone: return .gone
        case .open(let facts):
            return try await claim(facts).map { .waiting($0) } ?? .gone
        case .used(let facts):
            guard let claim = try await claim(facts),
                let use = try await collection(link, of: claim.application)
            else { return .gone }
            return .collected(claim, at: use.at, by: use.by)
        }
    }

    /// Uses the link up and makes the secret, both or neither; throws ``SecretRefusal``.
    package func claimSecret(_ link: String) async throws -> (Application, SecretText) {
        guard case .waiting(let claim) = try await secretClaim(link) else {
            throw SecretRefusal.alreadyCreated
        }
        let secret = registry.newClientSecret(at: tenant)
        let digest = secret.digest(with: registry.secretKey)
        let label = SecretLabel(text: "", ticket: SecretClaim.ticket(of: link), createdBy: actor)
        let (registry, tenant) = (registry, tenant.id)
        try await changeSecrets(
            .secretCreated,
            of: claim.application,
            [("secret", secret.id), ("way", "claim")]
        ) {
            transaction,
            now in
            let used = try registry.use(link, .claimSecret, in: transaction, tenant: tenant, at: now)
            guard used != nil else { throw SecretRefusal.alreadyCreated }
            let id = claim.application.id
            try transaction.add(secret, digest, label, to: id, others: claim.overlap, tenant: tenant, at: now)
        }
        return (claim.application, secret)
    }

    private func claim(_ facts: OneTimeLink.Facts) async throws -> SecretClaim? {
        guard let application = try await application(facts.subject) else { return nil }
        return SecretClaim(
            application: application,
            overlap: Overlap(text: facts.detail),
            expiresAt: facts.expiresAt
        )
    }

    private func collection(
        _ link: String,
        of application: Application
    ) async throws -> (at: Date, by: String)? {
        let (tenant, ticket) = (tenant.id, SecretClaim.ticket(of: link))
        return try await registry.database.read(.tenant(tenant)) { connection in
            try connection.collection(ticket, of: application.id, tenant: tenant)
        }
    }
}

extension SecretClaim {
    /// By which the secret that a link gave is known again.
    fileprivate static func ticket(of link: String) -> String {
        "claim \(SecretText(parsing: link, kind: .link)?.id ?? "")"
    }
}

extension Overlap {
    /// As it stands in a link's row and in the ledger.
    var text: String {
        switch self {
        case .seconds(let seconds): "\(seconds)"
        case .untilRevoked: "keep"
        case .leaked: "leaked"
        }
    }

    init(text: String) {
        switch text {
        case "keep": self = .untilRevoked
        case "leaked": self = .leaked
        default: self = Int(text).map(Overlap.seconds) ?? .untilRevoked
        }
    }
}

// MARK: - How it is kept

extension Connection {
    /// When a secret was made with a ticket, and by whose address.
    fileprivate func collection(
        _ ticket: String,
        of application: ClientID,
        tenant: TenantID
    ) throws -> (at: Date, by: String)? {
        try run(
            """
            SELECT s.created_at, a.email FROM client_secrets s JOIN accounts a
                ON a.tenant = s.tenant AND a.id = substr(s.created_by, 9)
            WHERE s.tenant = \(tenant) AND s.application = \(application) AND s.ticket = \(ticket)
            """
        ).first.map { (at: try $0.date(0), by: try $0.text(1)) }
    }
}
