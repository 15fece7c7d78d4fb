import FoundationEssentials

/// What a change to an application is called in the ledger.
struct Change {
    let action: Action
    let detail: [(String, String)]

    /// Whether customers would see another application, so that what they were shown before counts no longer.
    let revises: Bool

    init(_ action: Action, _ detail: [(String, String)] = [], revises: Bool = false) {
        (self.action, self.detail, self.revises) = (action, detail, revises)
    }
}

extension ApplicationRegistry {
    /// Runs a change on an application as it is now and writes it into the ledger, in one transaction.
    ///
    /// `find` throws where there is none, or where it may not be changed; the ledger hears of what `body` names.
    func change<Outcome: Sendable>(
        _ id: ClientID,
        at tenant: TenantID,
        by actor: Actor,
        from provenance: Provenance,
        finding find: @escaping @Sendable (any Connection) throws -> Application,
        _ body: @escaping @Sendable (any Connection, Application, Date) throws -> (Outcome, Change?)
    ) async throws -> Outcome {
        let (now, ledger) = (clock(), ledger)
        return try await recentReads.changing {
            try await database.transaction(.tenant(tenant)) { transaction in
                _ = try transaction.hold(id, tenant: tenant)
                let (outcome, change) = try body(transaction, find(transaction), now)
                guard let change else { return outcome }
                if change.revises { try transaction.revise(id, tenant: tenant) }
                try ledger.record(
                    change.action,
                    of: id.text,
                    by: actor,
                    change.detail,
                    from: provenance,
                    in: transaction,
                    tenant: tenant,
                    at: now
                )
                return outcome
            }
        }
    }
}
