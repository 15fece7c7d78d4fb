import Registry
import Web

/// A tenant, and where its addresses begin: `/` on its own host, `/t/{tenant}` otherwise.
struct Home: Hashable, Sendable {
    let tenant: Tenant
    let base: Path

    /// As it is shown: a disabled tenant has no pictures.
    var brand: Brand {
        var brand = tenant.brand
        if tenant.disabledAt != nil { brand.logo = nil }
        return brand
    }

    /// A place below this tenant.
    func path(_ segments: String...) -> Path { base.appending(segments: segments) }

    /// How many segments of a request's path lead to this tenant.
    var segmentCount: Int { base.text == "/" ? 0 : 2 }
}

/// One request to one tenant: what a handler needs to know and what it needs to answer.
struct Visit: Sendable {
    let site: Site
    let request: Request
    let home: Home

    /// How the tenant speaks on the wire.
    let dialect: Dialect
    private(set) var captures: [String: String] = [:]

    /// The session that took the place of the request's own while it was answered.
    private(set) var renewed: (role: Role, cookie: SecretText)?

    init(site: Site, request: Request, home: Home, dialect: Dialect) {
        self.site = site
        self.request = request
        self.home = home
        self.dialect = dialect
    }

    func with(_ captures: [String: String]) -> Visit {
        var visit = self
        visit.captures = captures
        return visit
    }

    /// The same visit, with another session in the place of its own.
    func renewing(_ role: Role, _ cookie: SecretText) -> Visit {
        var visit = self
        visit.renewed = (role, cookie)
        return visit
    }

    var registry: ApplicationRegistry { site.registry }
    var tenant: Tenant { home.tenant }
    var brand: Brand { home.brand }
    var profile: WireProfile { dialect.profile }

    var provenance: Provenance {
        Provenance(
            address: request.clientAddress,
            neighbourhood: request.clientNeighbourhood,
            reference: request.id
        )
    }

    /// A place below this tenant.
    func path(_ segments: String...) -> Path { home.base.appending(segments: segments) }

    /// The page asked for, without its query.
    var place: Path { home.base.appending(segments: Array(request.path.dropFirst(home.segmentCount))) }

    /// What the route's pattern captured under this name; empty when it has no such name.
    func captured(_ name: String) -> String { captures[name] ?? "" }

    /// The issuer identifier (RFC 8414 §2), from configuration only.
    var issuer: String {
        let host = PublicURL.withoutPort(request.host)
        return tenant.settings.hosts.contains(host)
            ? site.publicURL.issuer(atHost: host) : site.publicURL.issuer(ofTenant: tenant.name.text)
    }

    /// The parameters of the query string; throws ``FormProblem`` for text that cannot be decoded.
    func query() throws(FormProblem) -> Parameters {
        Parameters(try Form.urlEncoded(Array(request.query.utf8)[...]))
    }

    /// One value of the query string; nil when it is absent, repeated or unreadable.
    func queryValue(_ name: String) -> String? {
        do {
            let values = try query().pairs { $0.isByteForByte(name) }
            return values.count == 1 ? values.first?.value : nil
        } catch {
            return nil
        }
    }
}
