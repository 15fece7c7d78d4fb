import FoundationEssentials

extension Connection {
    func sealedKey(of account: AccountID, tenant: TenantID) throws -> [UInt8]? {
        try run("SELECT sealed_key FROM second_factors WHERE tenant = \(tenant) AND account = \(account)")
            .first?
            .bytes(0)
    }

    func secondFactor(of account: AccountID, tenant: TenantID) throws -> SecondFactorState? {
        try run(
            """
            SELECT f.set_at, (SELECT count(*) FROM recovery_codes c
                WHERE c.tenant = \(tenant) AND c.account = \(account) AND c.used_at IS NULL)
            FROM second_factors f WHERE f.tenant = \(tenant) AND f.account = \(account)
            """
        ).first.map { row in
            SecondFactorState(setAt: try row.date(0), recoveryCodesLeft: try row.integer(1))
        }
    }

    /// Whether the password is all that is asked of somebody.
    func isLetInByPassword(_ account: Account, tenant: TenantID) throws -> Bool {
        switch account.role {
        case .customer: true
        case .partner: try sealedKey(of: account.id, tenant: tenant) == nil
        case .admin: false
        }
    }

    /// Says no when there is one.
    func insertSecondFactor(
        _ sealed: [UInt8],
        of account: AccountID,
        step: Int,
        tenant: TenantID,
        at now: Date
    ) throws -> Bool {
        try !run(
            """
            INSERT INTO second_factors (tenant, account, sealed_key, last_step, set_at)
            VALUES (\(tenant), \(account), \(sealed), \(step), \(now))
            ON CONFLICT (tenant, account) DO NOTHING
            RETURNING account
            """
        ).isEmpty
    }

    func deleteSecondFactor(of account: AccountID, tenant: TenantID) throws {
        try run("DELETE FROM recovery_codes WHERE tenant = \(tenant) AND account = \(account)")
        try run("DELETE FROM second_factors WHERE tenant = \(tenant) AND account = \(account)")
    }

    func insert(recoveryCode digest: [UInt8], of account: AccountID, tenant: TenantID) throws {
        try run(
            "INSERT INTO recovery_codes (tenant, account, digest) VALUES (\(tenant), \(account), \(digest))"
        )
    }

    /// Takes the code of a step once: neither it nor an earlier one is taken afterwards (RFC 6238 §5.2).
    func useUp(step: Int, of account: AccountID, tenant: TenantID) throws -> Bool {
        try !run(
            """
            UPDATE second_factors SET last_step = \(step)
            WHERE tenant = \(tenant) AND account = \(account) AND last_step < \(step)
            RETURNING account
            """
        ).isEmpty
    }

    func useUp(
        recoveryCode digests: [[UInt8]],
        of account: AccountID,
        tenant: TenantID,
        at now: Date
    ) throws -> Bool {
        let update: SQL = """
            UPDATE recovery_codes SET used_at = \(now)
            WHERE tenant = \(tenant) AND account = \(account) AND used_at IS NULL AND digest IN (
            """
        return try !run(update + .list(digests) + ") RETURNING digest").isEmpty
    }
}
