package import FoundationEssentials
import Synchronization

/// An application that authenticated, as much of it as the token endpoint needs.
package struct Client: Sendable {
    package let id: ClientID
    package let kind: Application.Kind
    package let scopes: ScopeSet

    /// The secret it proved itself with; nil for a public application.
    let secretID: String?
}

/// What a caller says to be known as a client (RFC 6749 §2.3).
package struct ClientCredentials: Sendable {
    package let id: String
    package let secret: String?

    package init(id: String, secret: String?) {
        self.id = id
        self.secret = secret
    }
}

/// Unknown client, wrong secret, ended secret and suspended application are one answer on purpose (CA-02).
package enum ClientRefusal: Error, Equatable, Sendable {
    case invalidClient
}

/// One of an application's secrets as its owner sees it: everything but the secret.
package struct ClientSecret: Sendable {
    package enum State: Sendable, Equatable { case live, ended(Date), revoked(Date) }

    package let id: String

    /// The last four characters.
    package let hint: String
    package let label: String
    package let createdAt: Date
    package let createdBy: String
    package let endsAt: Date?
    package let lastUsedAt: Date?
    package let lastUsedFrom: String?
    package let state: State

    package var isLive: Bool { state == .live }

    /// How many may work at the same time.
    package static let maxLive = 5
}

/// What a secret's maker writes on it.
struct SecretLabel: Sendable {
    let text: String
    let ticket: String
    let createdBy: Actor
}

/// Until when the older secrets go on working once there is a new one.
package enum Overlap: Sendable, Equatable {
    case seconds(Int)
    case untilRevoked

    /// At once, and with every code and token the application has (RFC 9700 §4.14.2).
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

/// A client and one of its secrets, as the database has them.
struct StoredClient: Sendable {
    struct Key: Hashable, Sendable {
        let tenant: TenantID
        let client: String
        let secret: String
    }

    let id: ClientID
    let kind: Application.Kind
    let scopes: ScopeSet

    /// Nil when the application has no such secret, or none that works.
    let digest: [UInt8]?
    let endsAt: Date?

    /// The digest to compare with, while the secret works.
    func digest(at now: Date) -> [UInt8]? {
        if let endsAt, endsAt <= now { return nil }
        return digest
    }
}

// MARK: - What may be done with it

extension ApplicationRegistry {
    func newClientSecret(at tenant: Tenant) -> SecretText {
        SecretText(prefix: tenant.name.secretPrefix, kind: .clientSecret, now: clock(), entropy: entropy)
    }

    /// Proves who a client is; throws ``ClientRefusal``.
    ///
    /// One digest whatever was sent, and one query for whoever is refused: time tells nothing (CA-02).
    package func client(
        _ sent: ClientCredentials,
        at tenant: Tenant,
        from provenance: Provenance
    ) async throws
        -> ClientAccess
    {
        let client = try await proven(sent, at: tenant)
        if let secret = client.secretID {
            uses.note(.secret(client.id, secret), tenant: tenant.id, at: clock(), from: provenance.address)
        }
        return ClientAccess(tenant: tenant, client: client, registry: self, provenance: provenance)
    }

    /// The client whose proof was sent, without noting that it was; throws ``ClientRefusal``.
    nonisolated(nonsending) func proven(_ sent: ClientCredentials, at tenant: Tenant) async throws -> Client {
        let secret = sent.secret.flatMap { SecretText(parsing: $0, kind: .clientSecret) }
        let (now, nothing) = (clock(), digestOfNothing)
        let digest = secret?.digest(with: secretKey) ?? nothing
        let key = StoredClient.Key(tenant: tenant.id, client: sent.id, secret: secret?.id ?? "")
        let isProven = { (client: StoredClient) in
            areEqualInConstantTime(client.digest(at: now) ?? nothing, digest)
        }
        let known = try await recentReads.clients.fact(key, at: now, expected: isProven) {
            try await database.read(.tenant(key.tenant)) { try $0.client(key) }
        }
        let stored = known?.digest(at: now)
        let proven = areEqualInConstantTime(stored ?? nothing, digest)
        guard let known, known.kind == .public ? sent.secret == nil : proven && stored != nil else {
            throw ClientRefusal.invalidClient
        }
        return Client(id: known.id, kind: known.kind, scopes: known.scopes, secretID: secret?.id)
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
        let secret = registry.newClientSecret(at: tenant)
        let digest = secret.digest(with: registry.secretKey)
        let made = SecretLabel(text: label, ticket: ticket, createdBy: actor)
        let tenant = tenant.id
        try await changeSecrets(.secretCreated, [("secret", secret.id)]) { transaction, id, now in
            let live = try transaction.secrets(of: id, tenant: tenant, at: now).filter(\.isLive)
            guard live.count < ClientSecret.maxLive || overlap == .leaked else { throw SecretRefusal.tooMany }
            try transaction.insert(secret, digest, made, of: id, tenant: tenant, at: now)
            for older in live { try transaction.end(older, of: id, after: overlap, tenant: tenant, at: now) }
            if overlap == .leaked { try transaction.voidTokens(of: id, tenant: tenant, at: now) }
        }
        return secret
    }

    /// Revokes a secret at once, unless it is the last that works; throws ``SecretRefusal``.
    package func revokeSecret(_ id: String) async throws {
        let tenant = tenant.id
        try await changeSecrets(.secretRevoked, [("secret", id)]) { transaction, application, now in
            let all = try transaction.secrets(of: application, tenant: tenant, at: now)
            guard all.contains(where: { $0.id == id && $0.isLive }) else { throw SecretRefusal.noSuchSecret }
            guard all.contains(where: { $0.id != id && $0.isLive }) else { throw SecretRefusal.lastOne }
            try transaction.revokeSecret(id, of: application, tenant: tenant, at: now)
        }
    }

    /// Gives a secret an end, or takes it away; the last that works keeps working.
    ///
    /// Throws ``SecretRefusal``.
    package func endSecret(_ id: String, at end: Date?) async throws {
        let tenant = tenant.id
        try await changeSecrets(.secretDated, [("secret", id)]) { transaction, application, now in
            let all = try transaction.secrets(of: application, tenant: tenant, at: now)
            guard all.contains(where: { $0.id == id && $0.isLive }) else { throw SecretRefusal.noSuchSecret }
            let remains = all.contains { $0.id != id && $0.isLive && $0.endsAt == nil }
            guard end == nil || remains else { throw SecretRefusal.lastOne }
            try transaction.setEnd(end, ofSecret: id, of: application, tenant: tenant)
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

// MARK: - How it is kept

extension Connection {
    fileprivate func client(_ key: StoredClient.Key) throws -> StoredClient? {
        let row = try run(
            """
            SELECT a.id, a.kind, a.scopes, s.digest, s.ends_at
            FROM applications a LEFT JOIN client_secrets s
                ON s.tenant = a.tenant AND s.application = a.id AND s.id = \(key.secret)
                AND s.revoked_at IS NULL
            WHERE a.tenant = \(key.tenant) AND a.id = \(key.client) AND a.suspended_at IS NULL
            """
        ).first
        guard let row, let kind = Application.Kind(rawValue: try row.text(1)),
            let scopes = ScopeSet(wire: try row.text(2))
        else { return nil }
        return StoredClient(
            id: ClientID(text: try row.text(0)),
            kind: kind,
            scopes: scopes,
            digest: try row.optionalBytes(3),
            endsAt: try row.optionalDate(4)
        )
    }

    func insert(
        _ secret: SecretText,
        _ digest: [UInt8],
        _ label: SecretLabel,
        of id: ClientID,
        tenant: TenantID,
        at now: Date
    ) throws {
        let added = try run(
            """
            INSERT INTO client_secrets
                (tenant, application, id, digest, hint, label, ticket, created_by, created_at)
            VALUES (\(tenant), \(id), \(secret.id), \(digest), \(secret.hint), \(label.text),
                \(label.ticket), \(label.createdBy.text), \(now))
            ON CONFLICT (tenant, application, ticket) DO NOTHING
            RETURNING id
            """
        )
        if added.isEmpty { throw SecretRefusal.alreadyCreated }
    }

    func secrets(of id: ClientID, tenant: TenantID, at now: Date) throws -> [ClientSecret] {
        try run(
            """
            SELECT id, hint, label, created_at, created_by, ends_at, last_used_at, last_used_from, revoked_at
            FROM client_secrets WHERE tenant = \(tenant) AND application = \(id)
            ORDER BY created_at DESC, id DESC
            """
        ).map { row in
            let (end, revoked) = (try row.optionalDate(5), try row.optionalDate(8))
            return ClientSecret(
                id: try row.text(0),
                hint: try row.text(1),
                label: try row.text(2),
                createdAt: try row.date(3),
                createdBy: try row.text(4),
                endsAt: end,
                lastUsedAt: try row.optionalDate(6),
                lastUsedFrom: try row.optionalText(7),
                state: revoked.map(ClientSecret.State.revoked)
                    ?? end.flatMap { $0 <= now ? .ended($0) : nil } ?? .live
            )
        }
    }

    /// Dates an older secret, never later than it would have ended anyway.
    fileprivate func end(
        _ older: ClientSecret,
        of id: ClientID,
        after overlap: Overlap,
        tenant: TenantID,
        at now: Date
    ) throws {
        switch overlap {
        case .untilRevoked: return
        case .leaked: try revokeSecret(older.id, of: id, tenant: tenant, at: now)
        case .seconds(let seconds):
            let end = now.addingTimeInterval(Double(seconds))
            if let earlier = older.endsAt, earlier <= end { return }
            try setEnd(end, ofSecret: older.id, of: id, tenant: tenant)
        }
    }

    /// Ends every code and token issued so far, by date and not one by one: whoever has the secret may have them.
    fileprivate func voidTokens(of id: ClientID, tenant: TenantID, at now: Date) throws {
        try run(
            "UPDATE applications SET tokens_void_before = \(now) WHERE tenant = \(tenant) AND id = \(id)"
        )
        try run(
            """
            UPDATE authorization_codes SET expires_at = \(now)
            WHERE tenant = \(tenant) AND application = \(id) AND used_at IS NULL AND expires_at > \(now)
            """
        )
    }

    fileprivate func revokeSecret(_ secret: String, of id: ClientID, tenant: TenantID, at now: Date) throws {
        try run(
            """
            UPDATE client_secrets SET revoked_at = \(now)
            WHERE tenant = \(tenant) AND application = \(id) AND id = \(secret) AND revoked_at IS NULL
            """
        )
    }

    fileprivate func setEnd(_ end: Date?, ofSecret secret: String, of id: ClientID, tenant: TenantID) throws {
        try run(
            """
            UPDATE client_secrets SET ends_at = \(end)
            WHERE tenant = \(tenant) AND application = \(id) AND id = \(secret)
            """
        )
    }
}
