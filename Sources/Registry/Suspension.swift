package import FoundationEssentials

/// Why and since when an application does not work; nothing of it is deleted meanwhile.
package struct Suspension: Sendable, Hashable {
    package let date: Date

    /// What the partner is told.
    package let reason: String

    /// What partner and tenant call the matter when they write to each other: `S-4F2K`.
    package let reference: String
}

extension Review {
    /// Stops an application and every code and token it has; says under which reference.
    ///
    /// One that is suspended stays so under its reference, for the new reason. `note` is for administrators alone.
    func suspend(_ id: String, reason: String, note: String) async throws -> String {
        let (fresh, tenant, review) = ("S-" + registry.entropy.readable(4), tenant.id, self)
        return try await change(id) { transaction, application, now in
            let reference = application.suspension?.reference ?? fresh
            let kept = reference.isEmpty ? fresh : reference
            try transaction.run(
                """
                UPDATE applications SET suspended_at = \(application.suspension?.date ?? now),
                    suspension_reason = \(reason), suspension_note = \(note), suspension_reference = \(kept)
                WHERE tenant = \(tenant) AND id = \(id)
                """
            )
            let mention = Letter.Mention(application)
            let letter = Letter.suspended(application: mention, reason: reason, reference: kept)
            try review.tell(letter, about: application, transaction, now)
            let detail = [("reason", reason), ("note", note), ("reference", kept)]
            return (kept, Change(.applicationSuspended, detail.filter { !$0.1.isEmpty }))
        }
    }

    /// Lets it work again as it did; says nothing where it does.
    func resume(_ id: String) async throws {
        let (tenant, review) = (tenant.id, self)
        try await change(id) { transaction, application, now in
            guard let suspension = application.suspension else { return ((), nil) }
            try transaction.run(
                """
                UPDATE applications SET suspended_at = NULL, suspension_reason = NULL,
                    suspension_note = NULL, suspension_reference = NULL
                WHERE tenant = \(tenant) AND id = \(id)
                """
            )
            try review.tell(.resumed(application: .init(application)), about: application, transaction, now)
            return ((), Change(.applicationResumed, [("reference", suspension.reference)]))
        }
    }
}

extension AdminAccess {
    /// Stops an application; says under which reference.
    package func suspend(
        _ application: Application,
        reason: String,
        note: String = ""
    ) async throws
        -> String
    {
        try await review.suspend(application.id.text, reason: reason, note: note)
    }

    package func resume(_ application: Application) async throws {
        try await review.resume(application.id.text)
    }
}
