import Registry
import Web

/// Who is asking, and whether they mean it: cookies become capabilities, forms prove where they come from.
extension Visit {
    func partner() async throws -> PartnerAccess? {
        guard let cookie = cookie(of: .partner) else { return nil }
        return try await registry.partner(cookie, at: tenant, from: provenance)
    }

    func customer() async throws -> CustomerAccess? {
        guard let cookie = cookie(of: .customer) else { return nil }
        return try await registry.customer(cookie, at: tenant, from: provenance)
    }

    func admin() async throws -> AdminAccess? {
        guard let cookie = cookie(of: .admin) else { return nil }
        return try await registry.admin(cookie, at: tenant, from: provenance)
    }

    private func cookie(of role: Role) -> String? {
        Cookie.read(cookieName(role.rawValue), from: request.headers)
    }

    /// `__Host-` binds a cookie to this host over TLS (RFC 6265bis §4.1.3.2); plain http cannot have it.
    private func cookieName(_ purpose: String) -> String {
        (site.publicURL.isSecure ? "__Host-" : "") + "portal-\(tenant.name)-\(purpose)"
    }
}

// MARK: - Cookies

extension Visit {
    func signedIn(_ session: SecretText, as role: Role) -> Header? {
        header(cookieName(role.rawValue), session.plaintext, seconds: nil)
    }

    func signedOut(_ role: Role) -> Header? {
        header(cookieName(role.rawValue), "", seconds: 0)
    }

    /// The value that stands for a browser nobody has signed in with, so that its forms can be sealed too.
    var browser: String? { Cookie.read(cookieName("browser"), from: request.headers) }

    func remembering(browser value: String) -> Header? {
        header(cookieName("browser"), value, seconds: nil)
    }

    private func header(_ name: String, _ value: String, seconds: Int?) -> Header? {
        Cookie(
            name: name,
            value: value,
            isSecure: site.publicURL.isSecure,
            maxAge: seconds.map { .seconds($0) }
        ).map { ("Set-Cookie", $0.header) }
    }
}

// MARK: - Forms

extension Visit {
    /// What seals a form of this visitor: their session's cookie, or the browser's.
    func seal(for role: Role?) -> String? {
        let cookie = if let role { cookie(of: role) } else { browser }
        return cookie.map(registry.seal)
    }

    /// The form, if this server wrote it for this visitor; throws ``Refusal`` or ``FormProblem``.
    func sealedForm(for role: Role?) throws -> Form {
        let form = try Form(request)
        let cookie = if let role { cookie(of: role) } else { browser }
        guard let cookie, let seal = form["seal"], registry.isSeal(seal, of: cookie) else {
            throw Refusal.unsealedForm
        }
        return form
    }

    /// Refuses what another site sent through the visitor's browser (CN-10); throws ``Refusal``.
    func requireSameOrigin() throws(Refusal) {
        if let site = request.headers["sec-fetch-site"], site != "same-origin", site != "none" {
            throw .foreignForm
        }
        if let origin = request.headers["origin"], !isOwn(origin) { throw .foreignForm }
    }

    private func isOwn(_ origin: String) -> Bool {
        let scheme = site.publicURL.isSecure || request.isSecure ? "https://" : "http://"
        return origin == scheme + request.host
    }
}

// MARK: - Clients

extension Visit {
    /// The application that authenticated, and the parameters it sent (RFC 6749 §2.3, §3.2).
    ///
    /// Throws ``OAuthFailure``.
    func client() async throws -> (ClientAccess, Parameters) {
        let sent = try tokenParameters()
        let credentials = try ClientAuthentication(
            request.headers["authorization"],
            sent,
            profile.clientAuthentication
        )
        // Names that are made up may be long; ours are not.
        let name = String(decoding: credentials.id.utf8.prefix(64), as: UTF8.self)
        let key = "\(tenant.name) \(name) \(request.clientAddress)"
        let failures = site.brakes.clientFailures
        if let wait = failures.excess(key) { throw OAuthFailure.tooManyFailures(wait) }
        // Unlike an ``Attempt`` it counts failures only, for an application asks many times at once; so each
        // verdict is told only while those counted by then leave room for it.
        do {
            let access = try await registry.client(credentials.asked, at: tenant, from: provenance)
            if let wait = failures.excess(key) { throw OAuthFailure.tooManyFailures(wait) }
            return (access, sent)
        } catch is ClientRefusal {
            if let wait = failures.spend(key) { throw OAuthFailure.tooManyFailures(wait) }
            throw OAuthFailure.invalidClient
        }
    }
}

// MARK: - Brakes

/// Attempts that count before anybody knows how they end, so that many at once are no more than one by one.
struct Attempt {
    private let brakes: [(brake: RateLimiter, key: String)]

    /// How long to wait first; then nothing was counted.
    let wait: Duration?

    init(_ brakes: (RateLimiter, String)...) {
        self.brakes = brakes.map { (brake: $0.0, key: $0.1) }
        for (place, brake) in brakes.enumerated() {
            guard let wait = brake.0.spend(brake.1) else { continue }
            for counted in brakes[..<place] { counted.0.giveBack(counted.1) }
            self.wait = wait
            return
        }
        wait = nil
    }

    /// It went well, or could not be judged.
    func forgive() {
        for (brake, key) in brakes { brake.giveBack(key) }
    }
}

/// How often something may be tried; counted in this process.
struct Brakes: Sendable {
    /// Per tenant, client and address (CA-04).
    let clientFailures: RateLimiter

    /// Per tenant, role and e-mail address (SL-07).
    let signInFailures: RateLimiter

    /// Per tenant, customer and address, where an application brings the password.
    let passwordFailures: RateLimiter

    /// Per tenant and customer, from wherever.
    let dailyPasswordFailures: RateLimiter

    /// Per address of the network, whoever is named.
    let addressFailures: RateLimiter

    /// Per application and address: how many refused redirects are kept.
    let refusals: RateLimiter
    let signUps: RateLimiter
    let uploads: RateLimiter

    init(now: @escaping @Sendable () -> Duration) {
        let quarter: Duration = .seconds(15 * 60)
        clientFailures = RateLimiter(limit: 10, per: .seconds(60), now: now)
        signInFailures = RateLimiter(limit: 5, per: quarter, now: now)
        passwordFailures = RateLimiter(limit: 5, per: quarter, now: now)
        dailyPasswordFailures = RateLimiter(limit: 100, per: .seconds(86_400), now: now)
        addressFailures = RateLimiter(limit: 50, per: quarter, now: now)
        refusals = RateLimiter(limit: 30, per: .seconds(60), now: now)
        signUps = RateLimiter(limit: 20, per: .seconds(3600), now: now)
        uploads = RateLimiter(limit: 60, per: .seconds(60), now: now)
    }
}
