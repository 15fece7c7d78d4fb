import FoundationEssentials

/// Browsers that somebody has signed in with before, each known by a cookie of its own.
///
/// An administrator is told of a new one as soon as it brings the password. Whoever guesses from elsewhere does not shut
/// out the account's owner: for that a browser counts as known only once it was let in, which where there is a second
/// factor takes more than the password.
extension ApplicationRegistry {
    /// Whether this browser was let in with by the account with this address; costs the same whatever the answer.
    package func knows(
        _ token: String?,
        of email: EmailAddress,
        as role: Role,
        at tenant: Tenant
    ) async throws
        -> Bool
    {
        let digest = digest(ofLetIn: token ?? "")
        let id = tenant.id
        let found = try await database.read(
            """
            SELECT 1 FROM known_browsers b JOIN accounts a ON a.tenant = b.tenant AND a.id = b.account
            WHERE b.tenant = \(id) AND a.role = \(role) AND a.email = \(email) AND b.digest = \(digest)
            """,
            .tenant(id)
        )
        return token != nil && !found.isEmpty
    }

    /// Remembers the browser of a sign-in, and writes to an administrator who had used others only.
    func noteBrowser(
        of signIn: SignIn,
        _ account: Account,
        _ provenance: Provenance,
        in transaction: any Connection,
        _ tenant: TenantID,
        _ now: Date
    ) throws {
        guard let token = signIn.browserToken else { return }
        let hadAny = try transaction.hasKnownBrowser(account.id, tenant: tenant)
        let isNew = try transaction.noteBrowser(browserDigest(token), of: account.id, tenant: tenant, at: now)
        guard isNew, hadAny, account.role == .admin else { return }
        try outbox.post(
            .newDevice(at: now, from: provenance.address, browser: signIn.browser),
            to: account.email,
            in: transaction,
            tenant: tenant,
            at: now
        )
    }

    /// Remembers the browser of somebody who has shown all that is asked of them.
    func note(
        letIn token: String?,
        _ account: Account,
        in transaction: any Connection,
        _ tenant: Tenant,
        _ now: Date
    ) throws {
        guard let token else { return }
        _ = try transaction.noteBrowser(
            digest(ofLetIn: token),
            of: account.id,
            tenant: tenant.id,
            at: now
        )
    }

    private func browserDigest(_ token: String) -> [UInt8] {
        keyring.first.secrets.digest(Array("browser".utf8), Array(token.utf8))
    }

    private func digest(ofLetIn token: String) -> [UInt8] {
        keyring.first.secrets.digest(Array("browser, let in".utf8), Array(token.utf8))
    }
}

// MARK: - How it is kept

extension Connection {
    fileprivate func hasKnownBrowser(_ account: AccountID, tenant: TenantID) throws -> Bool {
        try !run("SELECT 1 FROM known_browsers WHERE tenant = \(tenant) AND account = \(account) LIMIT 1")
            .isEmpty
    }

    /// Says whether it was not known before.
    fileprivate func noteBrowser(
        _ digest: [UInt8],
        of account: AccountID,
        tenant: TenantID,
        at now: Date
    ) throws -> Bool {
        let known = try run(
            """
            UPDATE known_browsers SET seen_at = \(now)
            WHERE tenant = \(tenant) AND account = \(account) AND digest = \(digest) RETURNING 1
            """
        )
        guard known.isEmpty else { return false }
        try run(
            """
            INSERT INTO known_browsers (tenant, account, digest, seen_at)
            VALUES (\(tenant), \(account), \(digest), \(now))
            ON CONFLICT (tenant, account, digest) DO NOTHING
            """
        )
        return true
    }
}
