import Registry
import Web

extension Site {
    /// Everything a tenant answers to, and to whom; what is not listed here cannot be reached.
    // Aligned, so that it reads as a permission table.
    // swift-format-ignore
    static let routes: [Route] = [
        .anyone  (.get,  "/",                                                    PartnerHome.show),

        .anyone  (.get,  "/partners/sign-up",                                    PartnerDoor.askToSignUp),
        .visitor (.post, "/partners/sign-up",                                    PartnerDoor.signUp),
        .anyone  (.get,  "/partners/sign-in",                                    PartnerDoor.askToSignIn),
        .visitor (.post, "/partners/sign-in",                                    PartnerDoor.signIn),
        .partner (.post, "/partners/sign-out",                                   PartnerDoor.signOut),

        .partner (.get,  "/applications",                                        ApplicationScreens.list),
        .partner (.get,  "/applications/new",                                    RegistrationScreens.ask),
        .partner (.post, "/applications",                                        RegistrationScreens.register,  upTo: .upload),
        .partner (.post, "/applications/preview",                                RegistrationScreens.preview,   upTo: .upload),
        .partner (.get,  "/applications/{application}",                          ApplicationScreens.show),
        .partner (.post, "/applications/{application}/redirect-uris",            ApplicationScreens.addRedirectURI),
        .partner (.get,  "/applications/{application}/redirect-uris/remove",     ApplicationScreens.askToRemoveRedirectURI),
        .partner (.post, "/applications/{application}/redirect-uris/remove",     ApplicationScreens.removeRedirectURI),
        .partner (.get,  "/applications/{application}/refusals",                 RefusalScreens.lookUp),
        .partner (.post, "/applications/{application}/test-accounts",            ApplicationScreens.setTestAccounts),
        .partner (.get,  "/applications/{application}/secrets/new",              SecretScreens.ask),
        .partner (.post, "/applications/{application}/secrets",                  SecretScreens.create),
        .partner (.get,  "/applications/{application}/secrets/{secret}/revoke",  SecretScreens.askToRevoke),
        .partner (.post, "/applications/{application}/secrets/{secret}/revoke",  SecretScreens.revoke),
        .partner (.get,  "/applications/{application}/secrets/{secret}/tokens",  SecretScreens.askToRevokeTokens),
        .partner (.post, "/applications/{application}/secrets/{secret}/tokens",  SecretScreens.revokeTokens),
        .partner (.get,  "/applications/{application}/secrets/{secret}/end",     SecretScreens.askForEnd),
        .partner (.post, "/applications/{application}/secrets/{secret}/end",     SecretScreens.setEnd),

        .anyone  (.get,  "/sign-in",                                             CustomerDoor.ask),
        .visitor (.post, "/sign-in",                                             CustomerDoor.signIn),
        .customer(.post, "/sign-out",                                            CustomerDoor.signOut),
        .anyone  (.get,  "/oauth2/authorize",                                    AuthorizeEndpoint.ask),
        .request (.post, "/oauth2/authorize",                                    AuthorizeEndpoint.answer),
        .customer(.get,  "/account/connections",                                 ConnectionScreens.list),
        .customer(.get,  "/account/connections/{grant}",                         ConnectionScreens.show),
        .customer(.get,  "/account/connections/{grant}/disconnect",              ConnectionScreens.askToDisconnect),
        .customer(.post, "/account/connections/{grant}/disconnect",              ConnectionScreens.disconnect),

        .anyone  (.get,  "/admin/sign-in",                                       AdminScreens.askToSignIn),
        .visitor (.post, "/admin/sign-in",                                       AdminScreens.signIn),
        .admin   (.post, "/admin/sign-out",                                      AdminScreens.signOut),
        .admin   (.get,  "/admin",                                               AdminScreens.list),
        .admin   (.get,  "/admin/applications/{application}",                    AdminScreens.show),
        .admin   (.post, "/admin/applications/{application}/approve",            AdminScreens.approve),
        .admin   (.post, "/admin/applications/{application}/suspend",            AdminScreens.suspend),
        .admin   (.post, "/admin/applications/{application}/resume",             AdminScreens.resume),

        .client  (.post, "/oauth2/token",                                        TokenEndpoint.issue),
        .client  (.post, "/oauth2/revoke",                                       TokenEndpoint.revoke),
        .client  (.post, "/oauth2/introspect",                                   TokenEndpoint.introspect),
        .bearer  (.get,  "/oauth2/verify",                                       ResourceEndpoint.verify),
        .bearerFromAnywhere(.delete, "/oauth2/tokens/current",                   ResourceEndpoint.logOut),
        .preflight(      "/oauth2/tokens/current"),
        .preflight(      "/oauth2/token"),
        .preflight(      "/oauth2/revoke"),

        .anyone  (.get,  "/.well-known/oauth-authorization-server",              MetadataEndpoint.show),
        .anyone  (.get,  "/.well-known/openid-configuration",                    MetadataEndpoint.show),
        .anyone  (.get,  "/logos/{digest}/{file}",                               LogoEndpoint.show),
        .anyone  (.get,  "/theme/{file}",                                        ThemeEndpoint.show),
    ]
}

extension Site {
    /// What a tenant's own paths may not begin with, because it leads somewhere already.
    static let ownFirstSegments: Set<String> = Set(
        routes.compactMap { $0.pattern.description.split(separator: "/").first.map(String.init) }
            + ["healthz", "readyz", "public", "robots.txt", "favicon.ico", "t"]
    )
}

/// One line of the table: a method, a pattern, who is let in, and what answers them.
struct Route: Sendable {
    enum Admission: Sendable { case anyone, partner, customer, admin, client, bearer }

    /// How much of a body is read; more is refused before it is.
    enum BodySize: Int, Sendable {
        case none = 0
        case parameters = 16_384
        case form = 65_536
        case upload = 614_400
    }

    let method: Method
    let pattern: PathPattern
    let admits: Admission
    let bodyLimit: Int
    let respond: @Sendable (Visit) async throws -> Response

    var isForSoftware: Bool { admits == .client || admits == .bearer }
}

// MARK: - How each kind of visitor is let in

extension Route {
    enum Reading: Sendable { case get }
    enum Writing: Sendable { case post }

    static func anyone(
        _ method: Method,
        _ pattern: PathPattern,
        _ handler: @escaping @Sendable (Visit) async throws -> Response
    ) -> Route {
        Route(method, pattern, .anyone, method == .post ? .form : .none) { visit in
            if method == .post { try visit.requireSameOrigin() }
            return try await handler(visit)
        }
    }

    /// A form for people who are not signed in, sealed for their browser.
    static func visitor(
        _ method: Writing,
        _ pattern: PathPattern,
        _ handler: @escaping @Sendable (Form, Visit) async throws -> Response
    ) -> Route {
        Route(.post, pattern, .anyone, .form) { visit in
            try visit.requireSameOrigin()
            return try await handler(visit.sealedForm(for: nil), visit)
        }
    }

    static func partner(
        _ method: Reading,
        _ pattern: PathPattern,
        _ handler: @escaping @Sendable (PartnerAccess, Visit) async throws -> Response
    ) -> Route {
        Route(.get, pattern, .partner, .none) { visit in
            guard let partner = try await visit.partner() else { return PartnerDoor.turnedAway(visit) }
            return try await handler(partner, visit)
        }
    }

    static func partner(
        _ method: Writing,
        _ pattern: PathPattern,
        _ handler: @escaping @Sendable (PartnerAccess, Form, Visit) async throws -> Response,
        upTo size: BodySize = .form
    ) -> Route {
        Route(.post, pattern, .partner, size) { visit in
            try visit.requireSameOrigin()
            guard let partner = try await visit.partner() else { return PartnerDoor.turnedAway(visit) }
            return try await handler(partner, visit.sealedForm(for: .partner), visit)
        }
    }

    static func customer(
        _ method: Reading,
        _ pattern: PathPattern,
        _ handler: @escaping @Sendable (CustomerAccess, Visit) async throws -> Response
    ) -> Route {
        Route(.get, pattern, .customer, .none) { visit in
            guard let customer = try await visit.customer() else { return CustomerDoor.turnedAway(visit) }
            return try await handler(customer, visit)
        }
    }

    static func customer(
        _ method: Writing,
        _ pattern: PathPattern,
        _ handler: @escaping @Sendable (CustomerAccess, Form, Visit) async throws -> Response
    ) -> Route {
        Route(.post, pattern, .customer, .form) { visit in
            try visit.requireSameOrigin()
            guard let customer = try await visit.customer() else { return CustomerDoor.turnedAway(visit) }
            return try await handler(customer, visit.sealedForm(for: .customer), visit)
        }
    }

    static func admin(
        _ method: Reading,
        _ pattern: PathPattern,
        _ handler: @escaping @Sendable (AdminAccess, Visit) async throws -> Response
    ) -> Route {
        Route(.get, pattern, .admin, .none) { visit in
            guard let admin = try await visit.admin() else { return AdminScreens.turnedAway(visit) }
            return try await handler(admin, visit)
        }
    }

    static func admin(
        _ method: Writing,
        _ pattern: PathPattern,
        _ handler: @escaping @Sendable (AdminAccess, Form, Visit) async throws -> Response
    ) -> Route {
        Route(.post, pattern, .admin, .form) { visit in
            try visit.requireSameOrigin()
            guard let admin = try await visit.admin() else { return AdminScreens.turnedAway(visit) }
            return try await handler(admin, visit.sealedForm(for: .admin), visit)
        }
    }

    static func client(
        _ method: Writing,
        _ pattern: PathPattern,
        _ handler: @escaping @Sendable (ClientAccess, Parameters, Visit) async throws -> Response
    ) -> Route {
        Route(.post, pattern, .client, .parameters) { visit in
            try await visit.allowingRegisteredOrigin {
                let (client, sent) = try await visit.client()
                return try await handler(client, sent, visit)
            }
        }
    }

    /// Whoever holds a token that works, by the `Authorization` header; a body says nothing.
    static func bearer(
        _ method: Method,
        _ pattern: PathPattern,
        _ handler: @escaping @Sendable (BearerAccess, Visit) async throws -> Response
    ) -> Route {
        Route(method, pattern, .bearer, method == .get ? .none : .parameters) { visit in
            guard let bearer = try await visit.bearer() else { return visit.unauthorized() }
            return try await handler(bearer, visit)
        }
    }

    /// The same, for pages of other sites as well.
    static func bearerFromAnywhere(
        _ method: Method,
        _ pattern: PathPattern,
        _ handler: @escaping @Sendable (BearerAccess, Visit) async throws -> Response
    ) -> Route {
        let route = bearer(method, pattern, handler)
        return Route(method, pattern, .bearer, .parameters) { visit in
            try await visit.allowingRegisteredOrigin { try await route.respond(visit) }
        }
    }

    /// Our own form, or an authorization request that another site's form brings where the tenant lets it.
    static func request(
        _ method: Writing,
        _ pattern: PathPattern,
        _ handler: @escaping @Sendable (Form, Visit) async throws -> Response
    ) -> Route {
        Route(.post, pattern, .anyone, .form) { visit in
            if !visit.profile.authorizeByPost { try visit.requireSameOrigin() }
            let form = try Form(visit.request)
            if form["ticket"] != nil || form["client_id"] == nil { try visit.requireSameOrigin() }
            return try await handler(form, visit)
        }
    }

    /// Lets a browser application ask before it sends (Fetch standard, CORS preflight).
    static func preflight(_ pattern: PathPattern) -> Route {
        Route(.options, pattern, .anyone, .none) { try await CrossOrigin.preflight($0) }
    }

    private init(
        _ method: Method,
        _ pattern: PathPattern,
        _ admits: Admission,
        _ size: BodySize,
        _ respond: @escaping @Sendable (Visit) async throws -> Response
    ) {
        self.method = method
        self.pattern = pattern
        self.admits = admits
        bodyLimit = size.rawValue
        self.respond = respond
    }
}
