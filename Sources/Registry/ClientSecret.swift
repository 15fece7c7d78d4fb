package import FoundationEssentials

/// One of an application's secrets as its owner sees it: everything but the secret.
package struct ClientSecret: Sendable {
    package enum State: Sendable, Equatable { case live, ended(Date), revoked(Date) }

    /// Whether anything would break without it, by what was seen in the last 24 hours.
    package enum Verdict: Sendable, Equatable {
        case neverUsed
        case stillUsed(addresses: Int)
        case safeToRetire
    }

    package let id: String

    /// The last four characters.
    package let hint: String
    package let label: String
    package let createdAt: Date
    package let createdBy: String

    /// The partner who made it; nil where the provider's people did.
    package let createdByEmail: String?
    package let endsAt: Date?
    package let lastUsedAt: Date?
    package let lastUsedFrom: String?

    /// In the last 24 hours, counted by the hour.
    package let recentUses: SecretUses

    /// How many tokens were given to whoever proved themselves with it.
    package let tokensIssued: Int

    /// When those were revoked.
    package let tokensVoidAt: Date?
    package let state: State

    /// Nil for one that no longer works, and for the only one that does: there is nothing to retire.
    package internal(set) var verdict: Verdict?

    package var isLive: Bool { state == .live }

    /// Whether it works with no end in sight.
    var keepsWorking: Bool { isLive && endsAt == nil }

    /// Whether it gave tokens that may work on without it.
    package var leavesTokens: Bool { !isLive && tokensIssued > 0 && tokensVoidAt == nil }

    /// How many may work at the same time.
    package static let maxLive = 5

    func verdict(at now: Date) -> Verdict {
        guard let lastUsedAt else { return .neverUsed }
        guard lastUsedAt > SecretUses.start(at: now) else { return .safeToRetire }
        return .stillUsed(addresses: max(recentUses.networks, 1))
    }
}

/// How often a secret was used in the last 24 hours, and from how many networks.
package struct SecretUses: Sendable, Equatable {
    package let count: Int
    package let networks: Int

    static let none = SecretUses(count: 0, networks: 0)

    /// Since when a use counts as recent.
    static func start(at now: Date) -> Date { now.addingTimeInterval(-86_400) }

    /// The beginning of the hour that a use is counted in.
    static func hour(of use: Date) -> Date {
        Date(timeIntervalSince1970: (use.timeIntervalSince1970 / 3600).rounded(.down) * 3600)
    }
}

/// What a secret's maker writes on it.
struct SecretLabel: Sendable {
    let text: String
    let ticket: String
    let createdBy: Actor
}

/// Until when the older secrets go on working once there is a new one.
package enum Overlap: Sendable, Codable, Equatable {
    case seconds(Int)
    case untilRevoked

    /// At once. Tokens they gave go on, until somebody revokes those too.
    case leaked
}

/// Why a secret was not made, dated or revoked.
package enum SecretRefusal: Error, Equatable, Sendable {
    case tooMany
    case lastOne
    case noSuchSecret
    case alreadyCreated
    case publicApplication
}

// MARK: - What may be done with it

extension ApplicationRegistry {
    func newSecret(_ kind: SecretText.Kind, at tenant: Tenant) -> SecretText {
        SecretText(prefix: tenant.name.secretPrefix, kind: kind, now: clock(), entropy: entropy)
    }
}

extension MemberAccess {
    package func secrets() async throws -> [ClientSecret] {
        let now = registry.clock()
        return try await reading { try $0.secrets(of: $1, tenant: $2, at: now) }
    }

    /// Makes a further secret beside the live ones; throws ``SecretRefusal``.
    package func createSecret(
        label: String,
        ticket: String,
        others overlap: Overlap
    ) async throws -> SecretText {
        guard application.kind != .public else { throw SecretRefusal.publicApplication }
        let secret = registry.newSecret(.clientSecret, at: tenant)
        let made = SecretLabel(text: label, ticket: ticket, createdBy: actor)
        let (member, tenant) = (self, tenant.id)
        // Whoever is told of a leak is told next how many tokens there are.
        if overlap == .leaked { try await registry.writeLastUses() }
        try await change(.secretCreated, [("secret", secret.id)], atLeast: .owner) {
            transaction,
            current,
            now in
            let live = try transaction.liveSecrets(of: current.id, tenant: tenant, at: now)
            guard live.count < ClientSecret.maxLive || overlap == .leaked else { throw SecretRefusal.tooMany }
            try member.add(secret, made, beside: live, for: overlap, current, transaction, now)
            return true
        }
        return secret
    }

    /// Stores a secret, dates the older ones and tells the owners; throws ``SecretRefusal``.
    func add(
        _ secret: SecretText,
        _ label: SecretLabel,
        beside older: [ClientSecret],
        for overlap: Overlap,
        _ application: Application,
        _ transaction: any Connection,
        _ now: Date
    ) throws {
        let (id, tenant, digest) = (application.id, tenant.id, secret.digest(with: registry.secretKeys))
        try transaction.insert(secret, digest, label, of: id, tenant: tenant, at: now)
        for older in older { try transaction.end(older, of: id, after: overlap, tenant: tenant, at: now) }
        let letter = Letter.secretCreated(
            application: .init(application),
            by: account.email.text,
            from: provenance.address,
            at: now
        )
        let owners = try transaction.ownerAddresses(of: id, tenant: tenant)
        try registry.outbox.post(letter, to: owners, in: transaction, tenant: tenant, at: now)
    }

    /// Revokes a secret at once, unless no other keeps working; throws ``SecretRefusal``.
    package func revokeSecret(_ id: String) async throws {
        let tenant = tenant.id
        try await changeSecrets(.secretRevoked, [("secret", id)]) { transaction, application, now in
            let live = try transaction.liveSecrets(of: application, tenant: tenant, at: now)
            guard let revoked = live.first(where: { $0.id == id }) else {
                throw SecretRefusal.noSuchSecret
            }
            let others = live.filter { $0.id != id }
            guard others.contains(where: { $0.keepsWorking || !revoked.keepsWorking }) else {
                throw SecretRefusal.lastOne
            }
            try transaction.revokeSecret(id, of: application, tenant: tenant, at: now)
        }
    }

    /// Gives a secret an end, or takes it away; the last that keeps working gets none.
    ///
    /// Throws ``SecretRefusal``.
    package func endSecret(_ id: String, at end: Date?) async throws {
        let tenant = tenant.id
        try await changeSecrets(.secretDated, [("secret", id)]) { transaction, application, now in
            let live = try transaction.liveSecrets(of: application, tenant: tenant, at: now)
            guard live.contains(where: { $0.id == id }) else { throw SecretRefusal.noSuchSecret }
            let remains = live.contains { $0.id != id && $0.keepsWorking }
            guard end == nil || remains else { throw SecretRefusal.lastOne }
            try transaction.setEnd(end, ofSecret: id, of: application, tenant: tenant, at: now)
        }
    }

    /// Revokes every token that was given to whoever proved themselves with a secret that ended.
    ///
    /// Throws ``SecretRefusal``. Access that customers gave stands: the application refreshes no more, but they may
    /// connect it again without a question.
    package func revokeTokens(of id: String) async throws {
        let tenant = tenant.id
        try await changeSecrets(.tokensRevoked, [("secret", id)]) { transaction, application, now in
            guard try transaction.voidTokens(ofSecret: id, of: application, tenant: tenant, at: now) else {
                throw SecretRefusal.noSuchSecret
            }
        }
    }

    private func changeSecrets(
        _ action: Action,
        _ detail: [(String, String)],
        _ body: @escaping @Sendable (any Connection, ClientID, Date) throws -> Void
    ) async throws {
        try await change(action, detail, atLeast: .owner) { transaction, current, now in
            try body(transaction, current.id, now)
            return true
        }
    }
}
