import Registry
import Web

/// What the partner's software calls: tokens out, tokens ended, tokens asked about.
enum TokenEndpoint {
    /// Answers `POST /oauth2/token` (RFC 6749 §3.2).
    static func issue(_ client: ClientAccess, _ sent: Parameters, _ visit: Visit) async throws -> Response {
        let scope = try sent.optional("scope")
        let tokens =
            switch Grant(rawValue: try sent.required("grant_type")) {
            case .authorizationCode:
                try await client.redeem(
                    code: try sent.required("code"),
                    redirectURI: try sent.optional("redirect_uri"),
                    verifier: try sent.optional("code_verifier")
                )
            case .refreshToken:
                try await client.refresh(try sent.required("refresh_token"), scope: scope)
            case .clientCredentials:
                try await client.issueForItself(scope: scope)
            case .password, .implicit, nil:
                throw TokenRefusal.unsupportedGrantType
            }
        return Response(.ok, headers: HeaderSet.json, body: body(tokens).bytes)
    }

    /// RFC 6749 §5.1, in the order of its example.
    private static func body(_ tokens: IssuedTokens) -> JSON {
        var members: [(String, JSON)] = [
            ("access_token", .text(tokens.accessToken.plaintext)),
            ("token_type", .text("Bearer")),
        ]
        if let seconds = tokens.expiresIn { members.append(("expires_in", .number(seconds))) }
        if let refresh = tokens.refreshToken { members.append(("refresh_token", .text(refresh.plaintext))) }
        members.append(("scope", .text(tokens.scopes.wire)))
        return .object(members)
    }

    /// Answers `POST /oauth2/revoke` (RFC 7009): 200 whether or not there was anything to end.
    static func revoke(_ client: ClientAccess, _ sent: Parameters, _ visit: Visit) async throws -> Response {
        try await client.revoke(try sent.required("token"))
        return Response(.ok, headers: HeaderSet.json, body: [])
    }

    /// Answers `POST /oauth2/introspect` (RFC 7662).
    static func introspect(
        _ client: ClientAccess,
        _ sent: Parameters,
        _ visit: Visit
    ) async throws -> Response {
        guard client.client.kind != .public else { throw OAuthFailure.invalidClient }
        let facts = try await client.introspect(try sent.required("token"))
        let body = facts.map { describe($0, visit.issuer) } ?? .object([("active", .bool(false))])
        return Response(.ok, headers: HeaderSet.json, body: body.bytes)
    }

    private static func describe(_ facts: TokenFacts, _ issuer: String) -> JSON {
        var members: [(String, JSON)] = [
            ("active", .bool(true)),
            ("scope", .text(facts.scopes.wire)),
            ("client_id", .text(facts.client.text)),
            ("sub", .text(facts.subject)),
        ]
        if let end = facts.expiresAt { members.append(("exp", .number(end.milliseconds / 1000))) }
        if let issuedAt = facts.issuedAt {
            members.append(("token_type", .text("Bearer")))
            members.append(("iat", .number(issuedAt.milliseconds / 1000)))
        }
        members.append(("iss", .text(issuer)))
        return .object(members)
    }
}
