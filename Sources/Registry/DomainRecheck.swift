import FoundationEssentials

extension DomainProof {
    /// Whether what was found is still where it was.
    package enum Presence: Sendable, CaseIterable {
        case there
        case gone

        /// Nobody answered, or not clearly.
        case unknown
    }

    /// How often a proof that holds is looked for.
    static let secondsBetweenLooks: TimeInterval = 86_400

    /// How long it may be gone: a zone is moved, a host is rebuilt.
    static let secondsMissing: TimeInterval = 72 * 3600
}

extension ApplicationRegistry {
    /// Looks again for up to `batch` proofs of each tenant that nobody looked for since yesterday.
    ///
    /// One that is there holds for another year; one that is gone for three days ends with the next sweep.
    package func lookAgain(
        upTo batch: Int = 20,
        _ look: @Sendable (DomainProof) async -> DomainProof.Presence
    ) async throws {
        for tenant in try await tenantIDs() {
            let now = clock()
            // A read, which few tenants need more than.
            let any = try await database.read(DomainProof.anyToLookFor(in: tenant, at: now), .tenant(tenant))
            guard !any.isEmpty else { continue }
            let due = try await database.transaction(.tenant(tenant)) {
                try $0.takeProofsToLookFor(upTo: batch, tenant: tenant, at: now)
            }
            for (id, proof) in due {
                guard let note = await look(proof).note(about: proof.domain, of: id, tenant: tenant, at: now)
                else { continue }
                try await database.write(note, .tenant(tenant))
            }
        }
    }
}

// MARK: - How it is kept

extension DomainProof {
    fileprivate static func anyToLookFor(in tenant: TenantID, at now: Date) -> SQL {
        "SELECT 1 FROM domain_proofs " + toLookFor(in: tenant, at: now) + " LIMIT 1"
    }

    fileprivate static func toLookFor(in tenant: TenantID, at now: Date) -> SQL {
        let yesterday = now.addingTimeInterval(-secondsBetweenLooks)
        return "WHERE tenant = \(tenant) AND proved_at IS NOT NULL AND looked_at <= \(yesterday)"
    }
}

extension Connection {
    /// Those that are due; each is taken by one server, whatever comes of it.
    fileprivate func takeProofsToLookFor(
        upTo batch: Int,
        tenant: TenantID,
        at now: Date
    ) throws -> [(ClientID, DomainProof)] {
        let due = DomainProof.toLookFor(in: tenant, at: now)
        return try run(
            "UPDATE domain_proofs SET looked_at = \(now) WHERE tenant = \(tenant) AND (application, domain) IN "
                + "(SELECT application, domain FROM domain_proofs " + due
                + " ORDER BY looked_at LIMIT \(batch)) RETURNING domain, token, way, proved_at, ends_at, application"
        ).map { row in
            (ClientID(text: try row.text(DomainProof.applicationColumn)), try DomainProof(row))
        }
    }
}

extension DomainProof.Presence {
    /// What is written down of it, if anything.
    fileprivate func note(about domain: DomainName, of id: ClientID, tenant: TenantID, at now: Date) -> SQL? {
        let place: SQL = """
             WHERE tenant = \(tenant) AND application = \(id) AND domain = \(domain) AND proved_at IS NOT NULL
            """
        let tooLong = now.addingTimeInterval(-DomainProof.secondsMissing)
        return switch self {
        case .there:
            "UPDATE domain_proofs SET missing_since = NULL, ends_at = \(DomainProof.end(from: now))" + place
        case .gone:
            """
            UPDATE domain_proofs SET missing_since = COALESCE(missing_since, \(now)),
                ends_at = CASE WHEN missing_since <= \(tooLong) THEN \(now) ELSE ends_at END
            """ + place
        case .unknown: nil
        }
    }
}
