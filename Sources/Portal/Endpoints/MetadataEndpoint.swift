import Registry
import Web

/// Authorization server metadata (RFC 8414), the same document at every spelling clients try.
enum MetadataEndpoint {
    static func show(_ visit: Visit) async throws -> Response {
        let headers: [Header] = [
            ("Content-Type", "application/json"),
            ("Cache-Control", "public, max-age=300"),
            ("Access-Control-Allow-Origin", "*"),
        ]
        return Response(.ok, headers: headers, body: document(visit).bytes)
    }

    /// Lists exactly what works (AZ-10).
    private static func document(_ visit: Visit) -> JSON {
        let issuer = visit.issuer
        let offered = visit.tenant.policy.grants
        let grants = Grant.allCases.filter(offered.contains)
        let types = [(Grant.authorizationCode, "code", "query"), (.implicit, "token", "fragment")].filter {
            offered.contains($0.0)
        }
        let secret: JSON = .list([.text("client_secret_basic"), .text("client_secret_post")])
        let any: JSON = .list([.text("client_secret_basic"), .text("client_secret_post"), .text("none")])
        return .object([
            ("issuer", .text(issuer)),
            ("authorization_endpoint", .text(issuer + visit.dialect.path(to: .authorize))),
            ("token_endpoint", .text(issuer + visit.dialect.path(to: .token))),
            ("revocation_endpoint", .text(issuer + visit.dialect.path(to: .revoke))),
            ("introspection_endpoint", .text(issuer + visit.dialect.path(to: .introspect))),
            ("scopes_supported", .list(visit.tenant.scopesOnOffer.map { .text($0.name.text) })),
            ("response_types_supported", .list(types.map { .text($0.1) })),
            ("response_modes_supported", .list(types.map { .text($0.2) })),
            ("grant_types_supported", .list(grants.map { .text($0.rawValue) })),
            ("token_endpoint_auth_methods_supported", any),
            ("revocation_endpoint_auth_methods_supported", any),
            ("introspection_endpoint_auth_methods_supported", secret),
            ("code_challenge_methods_supported", .list([.text("S256")])),
            ("authorization_response_iss_parameter_supported", .bool(visit.profile.issuerInRedirect)),
        ])
    }
}
