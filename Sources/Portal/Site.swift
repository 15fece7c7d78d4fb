import Registry
import Synchronization
import Web

/// The product as one function from request to response.
///
/// `respond(to:)` reads: log line, server-wide address or tenant, route, visitor, handler, failure.
final class Site: Sendable {
    let registry: ApplicationRegistry
    let files: PublicFiles
    let publicURL: PublicURL

    /// Where letters go, so that nobody is told that one is on its way where none can be.
    let mail: MailRoute

    /// Looks where the proof of a domain is published.
    let look: LookForProof
    let log: Log
    let monotonic: @Sendable () -> Duration
    let brakes: Brakes
    private let quota: TenantQuota
    let logos: KeptLogos
    let frames = Kept<Home, TenantFrame>(limit: 1024)
    private let homes = Kept<Tenant, Home>(limit: 1024)
    private let dialects = Kept<Tenant, Dialect>(limit: 1024)
    let consentPages = Kept<ConsentSubject, ConsentSheet>(limit: 1024)

    /// What was answered lately about tokens; see ``Visit/answeringOnce(_:)``.
    let answers: Shelf<RepeatedQuestion, RepeatableAnswer>
    let assets: [String: Path]

    /// What an answer says unless it says otherwise.
    let everyAnswer: [Header]
    private let isDraining = Atomic(false)

    init(
        registry: ApplicationRegistry,
        publicFiles: PublicFiles,
        publicURL: PublicURL,
        mail: MailRoute,
        look: @escaping LookForProof,
        log: Log,
        monotonic: @escaping @Sendable () -> Duration
    ) {
        self.registry = registry
        files = publicFiles
        self.publicURL = publicURL
        self.mail = mail
        self.look = look
        self.log = log
        self.monotonic = monotonic
        logos = KeptLogos(now: monotonic)
        brakes = Brakes(now: monotonic)
        answers = registry.shelfOfAnswers()
        quota = TenantQuota(now: monotonic)
        let named = ["portal.css", "consent.js", "forms.js", "favicon.png"].map { name in
            let segments = publicFiles.path(of: name).split(separator: "/").map(String.init)
            return (name, publicURL.root.appending(segments: segments))
        }
        assets = Dictionary(uniqueKeysWithValues: named)
        everyAnswer = HeaderSet.everyAnswer(at: publicURL)
    }

    func respond(to request: Request) async -> Response {
        let start = monotonic()
        var (response, tenant, route) = await answer(request)
        response.complete(with: everyAnswer)
        log.request(
            request,
            status: response.status.code,
            tenant: tenant,
            route: route,
            took: monotonic() - start
        )
        return response
    }

    /// How many bytes of body a route reads; asked before the first one is.
    ///
    /// Where there is no route a small body is read as well, so that the answer can be 404 or 405.
    func bodyLimit(_ method: Method, _ path: [String]) -> Int {
        switch Site.table.match(method, Address(path).rest) {
        case .found(let place, _): Site.routes[place].bodyLimit
        case .methodNotAllowed, .notFound: Route.BodySize.form.rawValue
        }
    }

    /// Says “not ready” from now on, so that a load balancer sends people elsewhere while this server stops.
    func drain() { isDraining.store(true, ordering: .relaxed) }

    private func answer(_ request: Request) async -> (Response, tenant: String?, route: String?) {
        if let kept = logos.picture(at: request) {
            return (Response(kept.picture), kept.tenant, "/logos/{digest}/{file}")
        }
        if let response = serverWide(request) { return (response, nil, request.rawPath) }
        do {
            if let page = try await LocalMail.response(to: request, of: self) {
                return (page, nil, LocalMail.path)
            }
            let address = Address(request.path)
            guard let home = try await home(for: request, at: address) else {
                return (try await strangersAnswer(to: request, at: address), nil, nil)
            }
            let dialect = try dialects.value(for: home.tenant) { try Dialect(of: home.tenant) }
            let visit = Visit(site: self, request: request, home: home, dialect: dialect)
            let (response, route) = await answer(visit, at: dialect.place(of: address.rest))
            if response.status == .tooManyRequests { try await brakes.record(refusedAt: route, visit) }
            return (response, home.tenant.name.text, route)
        } catch {
            return (Failure.plain(error, request, log), nil, nil)
        }
    }

    private func answer(_ visit: Visit, at path: ArraySlice<String>?) async -> (Response, route: String?) {
        let match = path.map { Site.table.match(visit.request.method, $0) } ?? .notFound
        if let answer = PlainHTTP.response(to: visit, at: route(match)) { return (answer, nil) }
        if visit.tenant.disabledAt != nil, let answer = DisabledTenant.response(to: visit, at: route(match)) {
            return (answer, nil)
        }
        if !quota.spend(of: visit.tenant), let answer = overQuota(visit, at: route(match)) {
            await quota.holdBack()
            return (answer, nil)
        }
        switch match {
        case .notFound:
            return (SystemPage.notFound.response(to: visit), nil)
        case .methodNotAllowed(let allowed):
            let other = allowed.first.flatMap { method in path.map { Site.table.match(method, $0) } }
            let audience = other.flatMap(route)?.audience ?? .people
            return (Failure.methodNotAllowed(allowed, visit, for: audience), nil)
        case .found(let place, let captures):
            let (route, visit) = (Site.routes[place], visit.with(captures))
            let pattern = route.pattern.description
            do {
                // A path of the tenant's own was read before its route was known.
                guard visit.request.body.count <= route.bodyLimit else { throw OAuthFailure.tooLarge }
                return (try await route.respond(visit), pattern)
            } catch {
                return (Failure.response(to: error, visit, for: route.audience), pattern)
            }
        }
    }

    /// Nil for the style of the page that says so.
    private func overQuota(_ visit: Visit, at route: Route?) -> Response? {
        if route?.pattern.description == "/theme/{file}" { return nil }
        return Failure.response(to: Refusal.overQuota, visit, for: route?.audience ?? .customers)
    }

    private func route(_ match: RouteTable.Match) -> Route? {
        if case .found(let place, _) = match { Site.routes[place] } else { nil }
    }

    private static let table = RouteTable(routes.map { ($0.method, $0.pattern) })
}

// MARK: - Which tenant

/// A path, split into the tenant it names and what lies below that tenant.
private struct Address {
    let tenant: String?
    let rest: ArraySlice<String>

    /// `/t/{tenant}/…`, and the place RFC 8414 §3.1 puts the metadata of an issuer with a path:
    /// `/.well-known/{document}/t/{tenant}`.
    init(_ path: [String]) {
        if path.first == "t", path.count >= 2 {
            tenant = path[1]
            rest = path.count == 3 && path[2].isEmpty ? [] : path[2...]
        } else if path.first == ".well-known", path.count == 4, path[2] == "t" {
            tenant = path[3]
            rest = path[..<2]
        } else {
            tenant = nil
            rest = path[...]
        }
    }
}

extension Site {
    /// The tenant whose host it is, else the one in the path; never one named by a parameter.
    private func home(for request: Request, at address: Address) async throws -> Home? {
        let host = PublicURL.withoutPort(request.host)
        guard let name = address.tenant else {
            return try await registry.tenant(atHost: host).map { Home(tenant: $0, base: "/") }
        }
        // A tenant may have the server's own host; the others stay where they are.
        guard isOurs(request.host), let tenant = try await registry.tenant(named: name),
            !tenant.settings.hosts.contains(host)
        else { return nil }
        return homes.value(for: tenant) {
            Home(tenant: tenant, base: publicURL.root.appending("t", tenant.name.text))
        }
    }

    private func isOurs(_ host: String) -> Bool {
        host == publicURL.host || publicURL.isLoopback && PublicURL.isLoopback(host)
    }

    /// What a request gets that belongs to no tenant: the way to the only one there is or, on this machine,
    /// to each, or an honest page.
    private func strangersAnswer(to request: Request, at address: Address) async throws -> Response {
        let hostOwner = try await registry.tenant(atHost: PublicURL.withoutPort(request.host))
        guard isOurs(request.host) || hostOwner != nil else { return Failure.wrongHost(request, publicURL) }
        if request.path.isEmpty, request.method == .get {
            if let only = try await registry.onlyTenant() {
                return .redirect(to: publicURL.root.appending("t", only.name.text, ""))
            }
            if let page = try await LocalStart.response(to: request, of: self) { return page }
        }
        return Failure.nobodyHere(request)
    }

    /// What is the same for every tenant: health, and the files of `Public/`.
    private func serverWide(_ request: Request) -> Response? {
        guard request.method == .get || request.method == .head else { return nil }
        switch request.path.first {
        case "healthz" where request.path.count == 1:
            return HealthEndpoint.up
        case "readyz" where request.path.count == 1:
            return isDraining.load(ordering: .relaxed) ? HealthEndpoint.stopping : HealthEndpoint.up
        case "public":
            return file(request.path.dropFirst(), request)
        case "robots.txt" where request.path.count == 1:
            return file(["robots.txt"], request)
        case "favicon.ico" where request.path.count == 1:
            return file(["favicon.png"], request)
        default:
            return nil
        }
    }

    private func file(_ segments: ArraySlice<String>, _ request: Request) -> Response? {
        files.response(for: segments, ifNoneMatch: request.headers["if-none-match"])
    }
}
