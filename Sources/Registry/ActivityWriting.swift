import FoundationEssentials

extension ApplicationRegistry {
    /// Writes what was gathered since the last call; to be called about twice a second, and before closing.
    ///
    /// What a commit may have kept is written again, which adds no entry; what is only counted may count twice.
    package func writeActivity() async throws {
        var gathered = activity.take()
        do {
            for (tenant, places) in Dictionary(grouping: gathered.keys, by: \.tenant) {
                // In an order of their own, so that no two processes wait for each other.
                for place in places.sorted(by: { $0.client < $1.client }) {
                    guard let own = gathered[place] else { continue }
                    try await write(own, of: place.client, tenant: tenant)
                    gathered[place] = nil
                }
            }
        } catch {
            activity.putBack(gathered)
            throw error
        }
    }

    private func write(_ gathered: ActivityLog.Gathered, of client: String, tenant: TenantID) async throws {
        let now = clock()
        try await database.transaction(.tenant(tenant)) { transaction in
            guard let subject = try transaction.activitySubject(client, tenant: tenant) else { return }
            for note in gathered.notes {
                let provenance = note.provenance
                let entry = Activity(
                    id: note.id,
                    at: note.at,
                    step: note.step,
                    cause: try transaction.explain(
                        note.cause,
                        note.trace,
                        of: subject,
                        tenant: tenant,
                        at: now
                    ),
                    reference: provenance.reference,
                    address: note.step == .authorize ? nil : provenance.address
                )
                try transaction.insert(entry, of: subject.id, seenBy: note.witness, tenant: tenant)
            }
            let surplus = try Activity.Witness.allCases.reduce(gathered.uncounted) { count, witness in
                guard gathered.notes.contains(where: { $0.witness == witness }) else { return count }
                return try count + transaction.trimActivity(of: subject.id, seenBy: witness, tenant: tenant)
            }
            guard surplus > 0 else { return }
            try transaction.count(surplus, of: subject.id, tenant: tenant, at: now)
        }
    }
}

/// The application a note is about, as its rows say.
struct ActivitySubject {
    let id: ClientID
    let kind: Application.Kind
    let isSuspended: Bool
}

extension Connection {
    func activitySubject(_ client: String, tenant: TenantID) throws -> ActivitySubject? {
        try run(
            "SELECT id, kind, suspended_at FROM applications WHERE tenant = \(tenant) AND id = \(client)"
        ).first.flatMap { row in
            guard let kind = Application.Kind(rawValue: try row.text(1)) else { return nil }
            return ActivitySubject(
                id: ClientID(text: try row.text(0)),
                kind: kind,
                isSuspended: try row.optionalDate(2) != nil
            )
        }
    }

    /// The cause of a note with everything that our rows add to it.
    func explain(
        _ cause: Activity.Cause,
        _ trace: ActivityTrace?,
        of subject: ActivitySubject,
        tenant: TenantID,
        at now: Date
    ) throws -> Activity.Cause {
        switch (cause, trace) {
        case (.secret(_, let hint), .secret(let sent)):
            if subject.isSuspended { return .suspended }
            return .secret(try fault(of: sent, subject, tenant: tenant, at: now), hint: hint)
        case (.code(let fault), .code(let trace)):
            return .code(try explain(fault, trace, subject, tenant: tenant))
        case (.refreshToken(let fault), .refreshToken(let trace)):
            return .refreshToken(try explain(fault, trace, subject, tenant: tenant))
        default:
            return cause
        }
    }

    private func fault(
        of sent: RefusedSecret,
        _ subject: ActivitySubject,
        tenant: TenantID,
        at now: Date
    ) throws -> SecretFault {
        if subject.kind == .public { return .needless }
        guard let trace = sent.trace else { return sent.fault }
        let rows = try run(
            """
            SELECT application, digest, ends_at, revoked_at FROM client_secrets
            WHERE tenant = \(tenant) AND id = \(trace.id)
            """
        )
        for row in rows where try trace.shown.isKept(as: row.bytes(1)) {
            if try row.text(0) != subject.id.text { return .ofAnotherApplication }
            if let revoked = try row.optionalDate(3) { return .revoked(revoked) }
            if let end = try row.optionalDate(2), end <= now { return .ended(end) }
            return sent.fault
        }
        return .neverExisted
    }

    private func explain(
        _ fault: Activity.CodeFault,
        _ trace: SecretTrace,
        _ subject: ActivitySubject,
        tenant: TenantID
    ) throws -> Activity.CodeFault {
        let row = try run(
            """
            SELECT digest, application, redirect_uri, expires_at, used_at, used_from FROM authorization_codes
            WHERE tenant = \(tenant) AND id = \(trace.id)
            """
        ).first
        guard let row, try trace.shown.isKept(as: row.bytes(0)) else { return .unknown }
        if try row.text(1) != subject.id.text { return .ofAnotherApplication }
        switch fault {
        case .expired: return .expired(at: try row.date(3))
        case .used: return .used(at: try row.optionalDate(4), from: try row.optionalText(5))
        case .otherAddress(_, let sent): return .otherAddress(expected: try row.text(2), sent: sent)
        default: return fault
        }
    }

    private func explain(
        _ fault: Activity.RefreshTokenFault,
        _ trace: SecretTrace,
        _ subject: ActivitySubject,
        tenant: TenantID
    ) throws -> Activity.RefreshTokenFault {
        let row = try run(
            """
            SELECT t.digest, f.application, t.expires_at, t.used_at, t.used_from, f.ended_at, g.ended_at
            FROM refresh_tokens t
            JOIN token_families f ON f.tenant = t.tenant AND f.id = t.family
            LEFT JOIN grants g ON g.tenant = f.tenant AND g.id = f.grant_id
            WHERE t.tenant = \(tenant) AND t.id = \(trace.id)
            """
        ).first
        guard let row, try trace.shown.isKept(as: row.bytes(0)) else { return .unknown }
        if try row.text(1) != subject.id.text { return .ofAnotherApplication }
        switch fault {
        case .expired: return .expired(at: try row.date(2))
        case .reused: return .reused(at: try row.optionalDate(3), from: try row.optionalText(4))
        case .ended: return .ended(at: try row.optionalDate(6) ?? row.optionalDate(5))
        default: return fault
        }
    }
}
