package import FoundationEssentials

/// That an application's people control a domain: what they were asked to publish, and since when it was found.
package struct DomainProof: Sendable, Hashable {
    /// Where the text is published, which says how much it proves.
    package enum Way: String, Sendable, CaseIterable, Bindable {
        /// A TXT record; whoever controls the zone controls what is below it as well.
        case record

        /// A file on the host, which says nothing about other hosts.
        case file

        package var binding: Value { rawValue.binding }
    }

    /// A proof that was found and holds still.
    package struct Finding: Sendable, Hashable {
        package let way: Way
        package let date: Date
        package let endsAt: Date
    }

    package let domain: DomainName
    let token: String
    package let finding: Finding?

    /// The name of the TXT record.
    package var recordName: String { "_portal-challenge.\(domain)" }

    /// What the record says, and a line of the file.
    package var text: String { "portal-verification=\(token)" }

    /// How long it holds without being found again.
    package static let daysOfProof = 365

    static func end(from date: Date) -> Date { date.addingTimeInterval(Double(daysOfProof) * 86_400) }

    package func isFound(in texts: [String]) -> Bool { texts.contains { $0.isByteForByte(text) } }

    /// Whether it proves who controls a host.
    func covers(_ host: String) -> Bool {
        guard let finding else { return false }
        return host.isByteForByte(domain.text) || finding.way == .record && domain.isAbove(host)
    }
}

/// Why a proof was not begun or not found.
package enum DomainRefusal: Error, Equatable, Sendable {
    /// No address of the application is there.
    case notItsOwn
    case tooMany(limit: Int)

    /// It is not, or no longer, asked for.
    case notAsked
}

extension Application {
    /// Domains its people may prove: those of its addresses and website, and those above them.
    package func provableDomains(with waiting: PendingRevision? = nil) -> [DomainName] {
        let addresses = redirectURIs + (waiting?.addedRedirectURIs ?? [])
        let hosts = addresses.compactMap { if case .web(let host) = $0.destination { host } else { nil } }
        return (hosts + [websiteHost].compactMap { $0 }).compactMap(DomainName.init).flatMap(\.upwards)
            .reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }

    /// The domain that is proved for where a request sends people, and for no other place of the application's.
    package func provedDomain(of redirectURI: RedirectURI) -> DomainName? {
        guard case .web(let host) = redirectURI.destination else { return nil }
        return proofs.filter { $0.covers(host) }.max {
            $0.domain.text.utf8.count < $1.domain.text.utf8.count
        }?.domain
    }
}

// MARK: - What may be done with it

extension MemberAccess {
    static var proofLimit: Int { 20 }

    /// What was asked to be published, found or not, by name.
    package func domainProofs() async throws -> [DomainProof] {
        try await reading { try $0.domainProofs(of: $1, tenant: $2) }
    }

    /// Domains that could be proved as well, and are not by what is.
    package func domainsToProve() async throws -> [DomainName] {
        let proofs = try await domainProofs()
        return application.provableDomains(with: try await pendingRevision()).filter { domain in
            !proofs.contains { $0.domain == domain || $0.covers(domain.text) }
        }
    }

    /// Says what is to be published for a domain, the same however often it is asked; throws ``DomainRefusal``.
    package func beginProof(of domain: DomainName) async throws {
        let (tenant, token) = (tenant.id, registry.entropy.base62(22))
        try await change(.domainProofBegun, [("domain", domain.text)], atLeast: .developer) {
            transaction,
            current,
            now in
            let pending = try transaction.pendingRevision(of: current, tenant: tenant)
            guard current.provableDomains(with: pending).contains(domain) else {
                throw DomainRefusal.notItsOwn
            }
            let begun = try transaction.domainProofs(of: current.id, tenant: tenant)
            if begun.contains(where: { $0.domain == domain }) { return false }
            guard begun.count < Self.proofLimit else { throw DomainRefusal.tooMany(limit: Self.proofLimit) }
            try transaction.begin(domain, token, of: current.id, tenant: tenant, at: now)
            return true
        }
    }

    /// Takes what was found where the text should be, and says whether it proves the domain.
    ///
    /// Throws ``DomainRefusal``.
    package func prove(
        _ domain: DomainName,
        _ way: DomainProof.Way,
        finding texts: [String]
    ) async throws -> Bool {
        let tenant = tenant.id
        return try await changing(atLeast: .developer) { transaction, current, now in
            let asked = try transaction.domainProofs(of: current.id, tenant: tenant)
            guard let proof = asked.first(where: { $0.domain == domain }) else {
                throw DomainRefusal.notAsked
            }
            guard proof.isFound(in: texts) else { return (false, nil) }
            let finding = DomainProof.Finding(way: way, date: now, endsAt: DomainProof.end(from: now))
            try transaction.keep(finding, of: domain, current.id, tenant: tenant)
            return (true, Change(.domainProved, [("domain", domain.text), ("way", way.rawValue)]))
        }
    }

    /// Takes a proof away, and with it what was asked for.
    package func removeProof(of domain: DomainName) async throws {
        let tenant = tenant.id
        try await change(.domainProofRemoved, [("domain", domain.text)], atLeast: .developer) {
            transaction,
            current,
            _ in
            try transaction.removeProof(of: domain, current.id, tenant: tenant)
        }
    }
}

extension ApplicationRegistry {
    /// Ends a proof whose time is over, and tells the owners.
    func lapseProof(of domain: DomainName, _ id: ClientID, at tenant: TenantID) async throws {
        try await change(
            id,
            at: tenant,
            by: .thePortal,
            from: Provenance(address: "local", reference: "end date"),
            finding: { transaction in
                guard let application = try transaction.application(id.text, tenant: tenant) else {
                    throw DamagedRow(place: "domain_proofs.application")
                }
                return application
            }
        ) { [outbox] transaction, application, now in
            guard try transaction.lapseProof(of: domain, id, tenant: tenant, at: now) else {
                return ((), nil)
            }
            let owners = try transaction.ownerAddresses(of: id, tenant: tenant)
            let letter = Letter.domainLapsed(application: .init(application), domain: domain.text)
            try outbox.post(letter, to: owners, in: transaction, tenant: tenant, at: now)
            return ((), Change(.domainLapsed, [("domain", domain.text)]))
        }
    }
}

// MARK: - How it is kept

extension DomainProof {
    /// Those that hold, of applications `a`.
    static func selectFound(where condition: SQL) -> SQL {
        """
        SELECT d.domain, d.token, d.way, d.proved_at, d.ends_at, d.application FROM domain_proofs d
        JOIN applications a ON a.tenant = d.tenant AND a.id = d.application
        WHERE d.proved_at IS NOT NULL AND
        """ + " " + condition + " ORDER BY d.domain"
    }

    static let applicationColumn = 5

    init(_ row: Row) throws {
        domain = try DomainName(row)
        token = try row.text(1)
        let way = try row.optionalText(2).flatMap(Way.init)
        if let way, let date = try row.optionalDate(3), let end = try row.optionalDate(4) {
            finding = Finding(way: way, date: date, endsAt: end)
        } else {
            finding = nil
        }
    }
}

extension DomainName {
    fileprivate init(_ row: Row) throws {
        guard let name = DomainName(try row.text(0)) else { throw DamagedRow(place: "domain_proofs.domain") }
        self = name
    }
}

extension Connection {
    fileprivate func domainProofs(of id: ClientID, tenant: TenantID) throws -> [DomainProof] {
        try run(
            """
            SELECT domain, token, way, proved_at, ends_at FROM domain_proofs
            WHERE tenant = \(tenant) AND application = \(id) ORDER BY domain
            """
        ).map(DomainProof.init)
    }

    fileprivate func begin(
        _ domain: DomainName,
        _ token: String,
        of id: ClientID,
        tenant: TenantID,
        at now: Date
    ) throws {
        try run(
            """
            INSERT INTO domain_proofs (tenant, application, domain, token, begun_at)
            VALUES (\(tenant), \(id), \(domain), \(token), \(now))
            """
        )
    }

    fileprivate func keep(
        _ finding: DomainProof.Finding,
        of domain: DomainName,
        _ id: ClientID,
        tenant: TenantID
    ) throws {
        try run(
            """
            UPDATE domain_proofs SET way = \(finding.way), proved_at = \(finding.date), ends_at = \(finding.endsAt),
                looked_at = \(finding.date), missing_since = NULL
            WHERE tenant = \(tenant) AND application = \(id) AND domain = \(domain)
            """
        )
    }

    fileprivate func removeProof(of domain: DomainName, _ id: ClientID, tenant: TenantID) throws -> Bool {
        try !run(
            """
            DELETE FROM domain_proofs
            WHERE tenant = \(tenant) AND application = \(id) AND domain = \(domain) RETURNING domain
            """
        ).isEmpty
    }

    func overdueProofs(
        upTo batch: Int,
        tenant: TenantID,
        at now: Date
    ) throws -> [(ClientID, DomainName)] {
        try run(
            """
            SELECT domain, application FROM domain_proofs
            WHERE tenant = \(tenant) AND ends_at <= \(now) ORDER BY ends_at LIMIT \(batch)
            """
        ).map { (ClientID(text: try $0.text(1)), try DomainName($0)) }
    }

    /// The text that was asked for stays, so that the same can be found again.
    fileprivate func lapseProof(
        of domain: DomainName,
        _ id: ClientID,
        tenant: TenantID,
        at now: Date
    ) throws -> Bool {
        try !run(
            """
            UPDATE domain_proofs SET way = NULL, proved_at = NULL, ends_at = NULL, missing_since = NULL
            WHERE tenant = \(tenant) AND application = \(id) AND domain = \(domain) AND ends_at <= \(now)
            RETURNING domain
            """
        ).isEmpty
    }
}
