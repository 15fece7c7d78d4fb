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

    /// Somebody who gave their password and still has to show a second factor.
    func unproven(_ role: Role) async throws -> UnprovenAccess? {
        guard let cookie = cookie(of: role) else { return nil }
        return try await registry.unproven(cookie, as: role, at: tenant, from: provenance)
    }

    /// Where somebody goes who is not let in: to the second question, or to the first, and back here afterwards.
    func turnedAway(_ role: Role) async throws -> Response {
        let door = try await unproven(role) == nil ? role.signIn(self) : role.secondFactor(self)
        return .redirect(to: role == .partner ? door.with(query: Goal(askedBy: self).fields) : door)
    }

    /// Where somebody goes whom nobody asks for a code: on, or to the first question.
    func sentOn(_ role: Role) async throws -> Response {
        let isIn = role == .admin ? try await admin() != nil : try await partner() != nil
        let goal = Goal(queryValue)
        return .redirect(to: isIn ? goal.path(self, role) : role.signIn(self).with(query: goal.fields))
    }

    private func cookie(of role: Role) -> String? {
        if let renewed, renewed.role == role { return renewed.cookie.plaintext }
        return Cookie.read(cookieName(role.rawValue), from: request.headers)
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

    /// A sign-in with what was typed, and what is known of the browser.
    func signIn(_ email: String, _ password: String, as role: Role, in language: Language? = nil) -> SignIn {
        SignIn(
            email: email,
            password: password,
            role: role,
            browser: BrowserName.of(request.headers["user-agent"]),
            browserToken: knownToken ?? registry.freshToken(),
            language: language?.rawValue
        )
    }

    /// By which a browser is known that somebody has signed in with before.
    var knownToken: String? { Cookie.read(cookieName("known"), from: request.headers) }

    /// The cookies of a new session: itself, and what its browser will be known by.
    func signedIn(_ session: SecretText, _ signIn: SignIn) -> [Header] {
        let known = signIn.browserToken.flatMap { header(cookieName("known"), $0, seconds: 400 * 86_400) }
        return [signedIn(session, as: signIn.role), known].compactMap { $0 }
    }

    func signedOut(_ role: Role) -> Header? {
        header(cookieName(role.rawValue), "", seconds: 0)
    }

    /// What goes with a farewell: neither a page nor anything else of it stays in the browser (W3C Clear Site Data).
    ///
    /// Not `cookies`: that would take those of every site under the provider's domain along.
    func leaving(_ role: Role) -> [Header] {
        [signedOut(role), ("Clear-Site-Data", "\"cache\", \"storage\"")].compactMap { $0 }
    }

    /// The value that stands for a browser nobody has signed in with, so that its forms can be sealed too.
    var browser: String? { Cookie.read(cookieName("browser"), from: request.headers) }

    func remembering(browser value: String) -> Header? {
        header(cookieName("browser"), value, seconds: nil)
    }

    /// What the person chose before at the foot of a page.
    var savedLanguage: Language? {
        Cookie.read(cookieName("language"), from: request.headers).flatMap(Language.init(rawValue:))
    }

    func remembering(_ language: Language) -> Header? {
        header(cookieName("language"), language.rawValue, seconds: 400 * 86_400)
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
        let scheme = site.publicURL.isSecure || request.isSecure == true ? "https://" : "http://"
        return origin == scheme + request.host
    }
}

extension Form {
    /// What tells one press of a button from the next; those that are made up may be long, ours are not.
    var ticket: String { String(decoding: (self["ticket"] ?? "").utf8.prefix(64), as: UTF8.self) }
}

// MARK: - Clients

extension Visit {
    /// The application that authenticated, and the parameters it sent (RFC 6749 §2.3, §3.2).
    ///
    /// Throws ``OAuthFailure``.
    func client(at step: Activity.Step) async throws -> (ClientAccess, Parameters) {
        let sent = try tokenParameters()
        let credentials = try ClientAuthentication(
            request.headers.all("authorization"),
            sent,
            profile.clientAuthentication
        )
        // Names that are made up may be long; ours are not.
        let name = String(decoding: credentials.id.utf8.prefix(64), as: UTF8.self)
        let key = "\(neighbourhood) \(name)"
        let failures = site.brakes.clientFailures
        if let wait = failures.excess(key, self) { throw OAuthFailure.tooManyFailures(wait) }
        // Unlike an ``Attempt`` it counts failures only, for an application asks many times at once; so each
        // verdict is told only while those counted by then leave room for it.
        return try await registry.refusingEvenly {
            do {
                let access = try await registry.client(credentials.asked, at: tenant, from: provenance)
                if let wait = failures.excess(key, self) { throw OAuthFailure.tooManyFailures(wait) }
                return (access, sent)
            } catch is ClientRefusal {
                registry.note(rejected: credentials.asked, at: step, at: tenant, from: provenance)
                if let wait = try await failures.spend(key, self) { throw OAuthFailure.tooManyFailures(wait) }
                throw OAuthFailure.invalidClient
            }
        }
    }
}
