import FoundationEssentials

extension ApplicationRegistry {
    /// Makes data that come from a backup fit to be served, and checks every ledger.
    ///
    /// What could be used once then may have been used since: codes, requests, links and letters end. Throws
    /// ``RestoredDamage`` where the rows do not fit together.
    package func settleRestored() async throws -> [(tenant: String, verdict: LedgerVerdict)] {
        let now = clock()
        let findings = try await database.read(.directory) { connection in
            try connection.run("PRAGMA integrity_check").map { try $0.text(0) }
                + connection.run("PRAGMA foreign_key_check").map { _ in "foreign key" }
        }
        guard findings == ["ok"] else { throw RestoredDamage() }
        var verdicts: [(tenant: String, verdict: LedgerVerdict)] = []
        for tenant in try await tenants() {
            try await settleRestored(tenant, at: now)
            verdicts.append((tenant.name.text, try await operatorAccess(to: tenant).verifyLedger()))
        }
        return verdicts
    }

    private func settleRestored(_ tenant: Tenant, at now: Date) async throws {
        let (id, ledger) = (tenant.id, ledger)
        try await database.transaction(.tenant(id)) { transaction in
            let voided: [SQL] = [
                """
                UPDATE authorization_codes SET expires_at = created_at
                WHERE tenant = \(id) AND used_at IS NULL AND expires_at > \(now)
                """,
                "UPDATE authorization_requests SET expires_at = \(now) WHERE tenant = \(id) AND expires_at > \(now)",
                "UPDATE one_time_links SET expires_at = \(now) WHERE tenant = \(id) AND expires_at > \(now)",
                """
                UPDATE outbox SET ended_at = \(now), sealed = \([UInt8]()) WHERE tenant = \(id) AND ended_at IS NULL
                """,
            ]
            for statement in voided { try transaction.send(statement) }
            try ledger.record(
                .dataRestored,
                of: tenant.name.text,
                by: .theOperator,
                from: Provenance(address: "local", reference: "command line"),
                in: transaction,
                tenant: id,
                at: now
            )
        }
    }
}

/// The rows of a backup do not fit together.
package struct RestoredDamage: Error {}
