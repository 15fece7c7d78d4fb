import FoundationEssentials
import Synchronization

/// Walks over a tenant's logos a stretch at a time, round and round, and deletes those that nobody refers to any more.
///
/// A logo that was uploaded for a form nobody sent, or replaced by another, is shown nowhere; one that a receipt
/// tells of stays, because the receipt shows it.
final class LogoSweep: Sendable {
    /// The last digest looked at; none at the start of a round.
    private let places = Mutex<[TenantID: String]>([:])

    /// So long after its upload a logo stays in any case, which is longer than a form may lie open.
    private static let grace: TimeInterval = 2 * StagedLogo.lifetime

    struct Stretch: Sendable {
        let end: String
        let deleted: Int
    }

    /// Where the next stretch of a tenant's logos begins.
    func place(in tenant: TenantID) -> String {
        places.withLock { $0[tenant] ?? "" }
    }

    func goOn(from end: String, in tenant: TenantID) {
        places.withLock { $0[tenant] = end.isEmpty ? nil : end }
    }

    fileprivate static func lastUpload(at now: Date) -> Date { now - grace }
}

// MARK: - How it is kept

extension Connection {
    /// Looks at the next `batch` pictures, from the first again after the last.
    func deleteLogos(
        after place: String,
        upTo batch: Int,
        of tenant: TenantID,
        at now: Date
    ) throws -> LogoSweep.Stretch {
        for start in place.isEmpty ? [""] : [place, ""] {
            let end = try lastLogo(after: start, upTo: batch, tenant: tenant)
            guard let end else { continue }
            let before = LogoSweep.lastUpload(at: now)
            let deleted = try deleteLogos(from: start, to: end, before, tenant: tenant)
            return LogoSweep.Stretch(end: end, deleted: deleted)
        }
        return LogoSweep.Stretch(end: "", deleted: 0)
    }

    fileprivate func lastLogo(after start: String, upTo batch: Int, tenant: TenantID) throws -> String? {
        try run(
            """
            SELECT max(digest) FROM (
                SELECT digest FROM logos WHERE tenant = \(tenant) AND digest > \(start) ORDER BY digest LIMIT \(batch)
            ) AS stretch
            """
        ).first?.optionalText(0)
    }

    /// The tenant's own logo is named in its settings, which is text that has no other use for 64 hexadecimal digits.
    fileprivate func deleteLogos(
        from start: String,
        to end: String,
        _ before: Date,
        tenant: TenantID
    ) throws -> Int {
        let bytes = try run(
            """
            DELETE FROM logos
            WHERE tenant = \(tenant) AND digest > \(start) AND digest <= \(end) AND stored_at < \(before)
                AND NOT EXISTS (SELECT 1 FROM applications a WHERE a.tenant = \(tenant) AND a.logo = logos.digest)
                AND NOT EXISTS
                    (SELECT 1 FROM pending_revisions p WHERE p.tenant = \(tenant) AND p.logo = logos.digest)
                AND NOT EXISTS (SELECT 1 FROM staged_logos s WHERE s.tenant = \(tenant) AND s.digest = logos.digest)
                AND NOT EXISTS (SELECT 1 FROM consent_records r WHERE r.tenant = \(tenant) AND r.logo = logos.digest)
                AND NOT EXISTS
                    (SELECT 1 FROM tenants t WHERE t.id = \(tenant)
                        AND t.settings || t.imported LIKE '%' || logos.digest || '%')
            RETURNING length(png)
            """
        ).map { try $0.integer(0) }
        if !bytes.isEmpty { try countLogoBytes(-bytes.reduce(0, +), tenant: tenant) }
        return bytes.count
    }
}

extension Schema {
    static var logosInUse: [SQL] {
        [
            "CREATE INDEX applications_by_logo ON applications (tenant, logo)",
            "CREATE INDEX pending_revisions_by_logo ON pending_revisions (tenant, logo)",
            "CREATE INDEX staged_logos_by_digest ON staged_logos (tenant, digest)",
        ]
    }
}
