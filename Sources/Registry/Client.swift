import FoundationEssentials

/// An application that authenticated, as much of it as the token endpoint needs.
package struct Client: Sendable {
    package let id: ClientID
    package let kind: Application.Kind
    package let scopes: ScopeSet

    /// The secret it proved itself with; nil for a public application.
    let secretID: String?

    /// When that ends; nil for one without an end.
    let secretEndsAt: Date?
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

/// A client and one of its secrets, as the database has them.
struct StoredClient: Sendable {
    struct Key: Hashable, Sendable {
        let tenant: TenantID
        let client: String
        let secret: String
    }

    /// What a proof is compared with.
    struct Secret: Sendable {
        /// Nil when the application has no such secret, or none that works.
        let digest: [UInt8]?
        let endsAt: Date?

        /// The digest to compare with, while the secret works.
        func digest(at now: Date) -> [UInt8]? {
            if let endsAt, endsAt <= now { return nil }
            return digest
        }
    }

    let id: ClientID
    let kind: Application.Kind
    let scopes: ScopeSet
    let secret: Secret
}

// MARK: - What may be done with it

extension ApplicationRegistry {
    /// Proves who a client is; throws ``ClientRefusal``.
    ///
    /// One digest whatever was sent, the same queries for whoever is refused, and nothing made of what they found before the
    /// secret has been compared: time tells little, and nothing to whoever asks ``refusingEvenly(_:)`` (CA-02).
    package func client(
        _ sent: ClientCredentials,
        at tenant: Tenant,
        from provenance: Provenance
    ) async throws
        -> ClientAccess
    {
        let client: Client
        do { client = try await proven(sent, at: tenant) } catch let refusal as ClientRefusal {
            watch(sent, at: tenant, from: provenance)
            throw refusal
        }
        if let secret = client.secretID {
            uses.note(.secret(client.id, secret), tenant: tenant.id, at: clock(), from: provenance.address)
        }
        return ClientAccess(tenant: tenant, client: client, registry: self, provenance: provenance)
    }

    private func watch(_ sent: ClientCredentials, at tenant: Tenant, from provenance: Provenance) {
        watch(sent.id, by: .somebody, at: tenant, from: provenance)
        guard let secret = sent.secret.flatMap({ SecretText(parsing: $0, kind: .clientSecret) }) else {
            return
        }
        watch(secret, .clientSecret, at: tenant, from: provenance)
    }

    /// The client whose proof was sent, without noting that it was; throws ``ClientRefusal``.
    nonisolated(nonsending) func proven(_ sent: ClientCredentials, at tenant: Tenant) async throws -> Client {
        let secret = sent.secret.flatMap { SecretText(parsing: $0, kind: .clientSecret) }
        let (now, nothing) = (clock(), keyring.writing.digestOfNothing)
        let shown = secret?.shown(to: secretKeys)
        let key = StoredClient.Key(tenant: tenant.id, client: sent.id, secret: secret?.id ?? "")
        let isProven: @Sendable (StoredClient.Secret) throws -> Bool = { kept in
            let digest = kept.digest(at: now)
            guard let shown else { return sent.secret == nil && digest == nil }
            return try shown.isKept(as: digest ?? nothing) && digest != nil
        }
        let known = try await recentReads.clients.fact(key, at: now, expected: { try isProven($0.secret) }) {
            try await database.read(.tenant(key.tenant)) { try $0.client(key, provided: isProven) }
        }
        guard let known, (known.kind == .public) == (sent.secret == nil) else {
            throw ClientRefusal.invalidClient
        }
        return Client(
            id: known.id,
            kind: known.kind,
            scopes: known.scopes,
            secretID: secret?.id,
            secretEndsAt: known.secret.endsAt
        )
    }
}

// MARK: - How it is kept

extension Connection {
    /// Looks for the secret and for the application, whichever of them there is: else the time would tell.
    fileprivate func client(
        _ key: StoredClient.Key,
        provided isProven: (StoredClient.Secret) throws -> Bool
    ) throws -> StoredClient? {
        let found = try runAll([
            """
            SELECT digest, ends_at FROM client_secrets
            WHERE tenant = \(key.tenant) AND application = \(key.client) AND id = \(key.secret)
                AND revoked_at IS NULL
            """,
            """
            SELECT id, kind, scopes FROM applications
            WHERE tenant = \(key.tenant) AND id = \(key.client) AND suspended_at IS NULL
            """,
        ])
        let kept = found.first?.first
        let secret = StoredClient.Secret(digest: try kept?.bytes(0), endsAt: try kept?.optionalDate(1))
        guard try isProven(secret), let row = found.last?.first,
            let kind = Application.Kind(rawValue: try row.text(1)),
            let scopes = ScopeSet(wire: try row.text(2))
        else { return nil }
        return StoredClient(id: ClientID(text: try row.text(0)), kind: kind, scopes: scopes, secret: secret)
    }
}
