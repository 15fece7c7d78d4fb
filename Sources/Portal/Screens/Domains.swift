import Registry
import Web

/// Proving that a domain is the application's own: what to publish, and looking whether it is there.
enum DomainScreens {
    static func list(_ member: MemberAccess, _ visit: Visit) async throws -> Response {
        try await page(for: member, visit).page.response(to: visit)
    }

    static func begin(_ member: MemberAccess, _ form: Form, _ visit: Visit) async throws -> Response {
        guard let domain = form["domain"].flatMap(DomainName.init) else { throw Refusal.notFound }
        do {
            try await member.beginProof(of: domain)
        } catch DomainRefusal.notItsOwn {
            throw Refusal.notFound
        } catch DomainRefusal.tooMany(let limit) {
            return try await page(for: member, visit, .tooMany(limit)).page.response(
                to: visit,
                .unprocessable
            )
        }
        return .redirect(to: visit.place(ofDomainsOf: member.application, after: .begun(domain)))
    }

    /// Looks for the record, then for the file, and says what was there instead.
    static func check(_ member: MemberAccess, _ form: Form, _ visit: Visit) async throws -> Response {
        let proof = try await requested(form["domain"], member)
        let (brakes, domain) = (visit.site.brakes, "\(visit.tenant.name) \(proof.domain)")
        // A stranger who names somebody's domain has used up their own checks before everybody's.
        let counted = [
            (brakes.proofsOfApplication, member.application.id.text),
            (brakes.proofsOfDomain, "\(domain) \(member.account.id)"), (brakes.allProofsOfDomain, domain),
        ]
        let attempt = try await Attempt(counted, visit)
        if let wait = attempt.wait { throw Refusal.tooMany(wait) }
        var seen: [DomainProof.Way: Sighting] = [:]
        for way in DomainProof.Way.allCases {
            let sighting = await visit.site.look(proof, way, "\(member.account.id)")
            if try await member.prove(proof.domain, way, finding: sighting.texts) {
                return .redirect(
                    to: visit.place(ofDomainsOf: member.application, after: .proved(proof.domain))
                )
            }
            seen[way] = sighting
        }
        if seen.values.allSatisfy({ $0 == .busy }) { await attempt.takeBack() }
        return try await page(for: member, visit, .notFound(proof.domain, seen)).page
            .response(to: visit, .unprocessable)
    }

    static func askToRemove(_ member: MemberAccess, _ visit: Visit) async throws -> Response {
        let proof = try await requested(visit.queryValue("domain"), member)
        return RemoveProofPage(visit: visit, application: member.application, proof: proof).page
            .response(to: visit)
    }

    static func remove(_ member: MemberAccess, _ form: Form, _ visit: Visit) async throws -> Response {
        let domain = try await requested(form["domain"], member).domain
        try await member.removeProof(of: domain)
        return .redirect(to: visit.place(ofDomainsOf: member.application, after: .removed(domain)))
    }

    private static func requested(_ text: String?, _ member: MemberAccess) async throws -> DomainProof {
        let proofs = try await member.domainProofs()
        guard let name = text.flatMap(DomainName.init), let proof = proofs.first(where: { $0.domain == name })
        else { throw Refusal.notFound }
        return proof
    }

    private static func page(
        for member: MemberAccess,
        _ visit: Visit,
        _ problem: DomainsPage.Problem? = nil
    ) async throws -> DomainsPage {
        DomainsPage(
            visit: visit,
            application: member.application,
            proofs: try await member.domainProofs(),
            candidates: try await member.domainsToProve(),
            problem: problem
        )
    }
}

/// What was just done with a domain, said once.
enum DomainDone {
    case begun(DomainName), proved(DomainName), removed(DomainName)

    init?(_ visit: Visit) {
        guard let domain = visit.queryValue("domain").flatMap(DomainName.init) else { return nil }
        switch visit.queryValue("done") {
        case "begun": self = .begun(domain)
        case "proved": self = .proved(domain)
        case "removed": self = .removed(domain)
        default: return nil
        }
    }

    fileprivate var query: [(name: String, value: String)] {
        switch self {
        case .begun(let domain): [("done", "begun"), ("domain", domain.text)]
        case .proved(let domain): [("done", "proved"), ("domain", domain.text)]
        case .removed(let domain): [("done", "removed"), ("domain", domain.text)]
        }
    }

    var sentence: String {
        switch self {
        case .begun(let domain): "Publish one of the two below, then check \(domain)."
        case .proved(let domain): "\(domain) is verified."
        case .removed(let domain): "\(domain) is removed. You can take away what you published."
        }
    }
}

extension Visit {
    fileprivate func place(ofDomainsOf application: Application, after done: DomainDone) -> Path {
        path(below: application, "domains").with(query: done.query)
    }
}
