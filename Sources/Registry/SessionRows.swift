import FoundationEssentials

extension Connection {
    func insert(
        _ session: NewSession,
        lasting seconds: Int,
        tenant: TenantID,
        at now: Date
    ) throws {
        let end = now.addingTimeInterval(Double(seconds))
        try run(
            """
            INSERT INTO sessions
                (tenant, id, digest, account, role, seen_at, expires_at, started_at, address,
                browser)
            VALUES (\(tenant), \(session.id), \(session.digest), \(session.account.id),
                \(session.account.role), \(now), \(end), \(now), \(session.address), \(session.browser))
            """
        )
    }

    /// Gives a session another id and secret in the moment its person showed once more who they are (SL-02).
    ///
    /// Says no when it has ended meanwhile.
    func renew(
        _ id: String,
        as newID: String,
        _ digest: [UInt8],
        tenant: TenantID,
        at now: Date
    ) throws -> Bool {
        try !run(
            """
            UPDATE sessions SET id = \(newID), digest = \(digest), seen_at = \(now), proven_at = \(now)
            WHERE tenant = \(tenant) AND id = \(id)
            RETURNING id
            """
        ).isEmpty
    }

    /// Ends all of an account's sessions, or all but one.
    func endSessions(of account: AccountID, except kept: String? = nil, tenant: TenantID) throws {
        try run(
            "DELETE FROM sessions WHERE tenant = \(tenant) AND account = \(account) AND id <> \(kept ?? "")"
        )
    }

    func noteSignIn(of account: AccountID, tenant: TenantID, at now: Date) throws {
        try run("UPDATE accounts SET signed_in_at = \(now) WHERE tenant = \(tenant) AND id = \(account)")
    }

    func deleteSession(_ id: String, tenant: TenantID) throws {
        try run("DELETE FROM sessions WHERE tenant = \(tenant) AND id = \(id)")
    }
}
