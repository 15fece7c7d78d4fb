package import FoundationEssentials

/// A client secret that the tenant's people want an application to have, and an owner has not collected yet.
///
/// It is a link and nothing more: the secret is made in the moment an owner takes it, so that nobody else can have
/// seen it, and what is never collected was never made.
package struct SecretClaim: Sendable {
    /// What its ledger entries have in common, and the ticket of the secret that becomes of it.
    let reference: String
    let application: ClientID
    package let rotation: SecretRotation
    let askedAt: Date
    package let expiresAt: Date

    /// Over a weekend and a day.
    package static let patience: Duration = .seconds(72 * 3600)
}

/// What becomes of an application's secrets when the tenant's people rotate them.
package struct SecretRotation: Sendable, Codable, Equatable {
    package let label: String

    /// When the older ones end: at once where one has leaked, else counted from when the new one is collected.
    package let others: Overlap

    /// Whether the tokens go with them that they gave; only where they end at once.
    package let endsTokens: Bool

    package init(label: String = "", others: Overlap, endsTokens: Bool = false) {
        self.label = label
        self.others = others
        self.endsTokens = endsTokens && others == .leaked
    }
}

// MARK: - What may be done with it

extension Review {
    /// Writes to the owners where they collect a new secret, and ends the older ones where one has leaked.
    ///
    /// The link of an earlier rotation is dead. Throws ``OperatorRefusal`` or ``SecretRefusal``.
    func rotateSecret(of id: String, _ rotation: SecretRotation) async throws -> SecretClaim {
        let (claim, review) = (registry.newClaim(on: ClientID(text: id), rotation), self)
        let link = try registry.newLink(
            .collectSecret,
            about: claim.subject,
            claim.detail,
            lasting: SecretClaim.patience,
            at: tenant
        )
        // Whoever is told of a leak is told next how many tokens there are.
        if rotation.others == .leaked { try await registry.writeLastUses() }
        return try await change(id) { transaction, application, now in
            guard application.kind != .public else { throw SecretRefusal.publicApplication }
            let ended = try review.endLeaked(application.id, rotation, transaction, now)
            try review.send(link, about: application, rotation, transaction, now)
            return (claim, Change(.secretRotated, claim.facts(ending: ended)))
        }
    }

    /// Sends what waits to be collected once more, to the owners of now.
    func rotateAgain(_ application: Application, _ transaction: any Connection, _ now: Date) throws {
        let open = try transaction.claim(on: application.id, tenant: tenant.id, at: now)
        guard let claim = open else { return }
        let link = try registry.newLink(
            .collectSecret,
            about: claim.subject,
            claim.detail,
            lasting: SecretClaim.patience,
            at: tenant
        )
        try send(link, about: application, claim.rotation, transaction, now)
    }

    private func send(
        _ link: OneTimeLink,
        about application: Application,
        _ rotation: SecretRotation,
        _ transaction: any Connection,
        _ now: Date
    ) throws {
        try transaction.endLinks(
            .collectSecret,
            about: .beginning(word: application.id.text),
            tenant: tenant.id
        )
        try registry.keep(link, in: transaction, tenant: tenant.id)
        let letter = Letter.secretRotated(
            application: .init(application),
            rotation: rotation,
            until: link.expiresAt,
            link: link.secret.plaintext
        )
        try tell(letter, about: application, transaction, now)
    }

    /// The ids of those it ended.
    private func endLeaked(
        _ id: ClientID,
        _ rotation: SecretRotation,
        _ transaction: any Connection,
        _ now: Date
    ) throws -> [String] {
        guard rotation.others == .leaked else { return [] }
        let live = try transaction.liveSecrets(of: id, tenant: tenant.id, at: now)
        for secret in live {
            try transaction.revokeSecret(secret.id, of: id, tenant: tenant.id, at: now)
            guard rotation.endsTokens else { continue }
            _ = try transaction.voidTokens(ofSecret: secret.id, of: id, tenant: tenant.id, at: now)
        }
        return live.map(\.id)
    }
}

extension ApplicationRegistry {
    fileprivate func newClaim(on application: ClientID, _ rotation: SecretRotation) -> SecretClaim {
        let now = clock()
        return SecretClaim(
            reference: "R-" + entropy.readable(8),
            application: application,
            rotation: rotation,
            askedAt: now,
            expiresAt: now.addingTimeInterval(Double(SecretClaim.patience.components.seconds))
        )
    }
}

extension AdminAccess {
    /// Has the owners collect a new secret, which nobody here sees; throws ``SecretRefusal``.
    package func rotateSecret(
        of application: Application,
        _ rotation: SecretRotation
    ) async throws -> SecretClaim {
        try await review.rotateSecret(of: application.id.text, rotation)
    }

    /// An application's secrets, and the one that waits to be collected.
    package func secrets(
        of application: Application
    ) async throws -> (all: [ClientSecret], waiting: SecretClaim?) {
        let (id, tenant, now) = (application.id, tenant.id, registry.clock())
        return try await registry.database.read(.tenant(tenant)) { connection in
            (
                try connection.secrets(of: id, tenant: tenant, at: now),
                try connection.claim(on: id, tenant: tenant, at: now)
            )
        }
    }
}

// MARK: - How it is kept

extension Connection {
    /// What an application's owners have not collected yet; there is one such claim at a time.
    fileprivate func claim(on id: ClientID, tenant: TenantID, at now: Date) throws -> SecretClaim? {
        try openLinks(.collectSecret, about: .beginning(word: id.text), tenant: tenant, at: now)
            .first.map(SecretClaim.init)
    }
}

extension SecretClaim {
    /// What a link is about: an application, which has no space in its id, and the rotation.
    fileprivate var subject: String { "\(application) \(reference)" }

    /// What a link says of it.
    private struct Detail: Codable {
        let rotation: SecretRotation
        let askedAt: Date
    }

    fileprivate var detail: String {
        get throws {
            let detail = Detail(rotation: rotation, askedAt: askedAt)
            return String(decoding: try JSONEncoder().encode(detail), as: UTF8.self)
        }
    }

    init(_ facts: OneTimeLink.Facts) throws {
        let names = facts.subject.split(separator: " ")
        guard names.count == 2 else { throw DamagedRow(place: "one_time_links.subject") }
        let detail = try JSONDecoder().decode(Detail.self, from: Data(facts.detail.utf8))
        application = ClientID(text: String(names[0]))
        reference = String(names[1])
        rotation = detail.rotation
        askedAt = detail.askedAt
        expiresAt = facts.expiresAt
    }

    /// For the ledger.
    fileprivate func facts(ending ended: [String]) -> [(String, String)] {
        let end =
            switch rotation.others {
            case .leaked: "now"
            case .seconds(let seconds): "\(seconds)"
            case .untilRevoked: "when revoked"
            }
        return [("rotation", reference), ("others_end", end)]
            + (ended.isEmpty ? [] : [("ended", ended.joined(separator: " "))])
            + (rotation.endsTokens ? [("tokens", "revoked")] : [])
    }
}
