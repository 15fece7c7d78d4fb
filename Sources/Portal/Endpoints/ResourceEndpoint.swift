import Registry
import Web

/// What the provider's own interface asks for, and what whoever holds a token may do with it.
enum ResourceEndpoint {
    /// Answers `GET /oauth2/verify`: 204 with whose token it is, for a proxy in front of the provider's interface.
    ///
    /// Asked for every call of that interface, so it costs one read, and none where it was asked a moment ago.
    static func verify(_ bearer: BearerAccess, _ visit: Visit) -> RepeatableAnswer {
        let token = bearer.token
        var headers: [Header] = [
            ("X-Auth-Subject", token.subject), ("X-Auth-Client", token.client.text),
            ("X-Auth-Company", token.company.asHeader), ("X-Auth-Tenant", visit.tenant.name.text),
            ("Cache-Control", "no-store"),
        ]
        // A header without a value cannot be sent; who forwards these drops what came from outside.
        if !token.scopes.isEmpty { headers.append(("X-Auth-Scopes", token.scopes.wire)) }
        return RepeatableAnswer(response: Response(.noContent, headers: headers), uses: bearer.uses)
    }

    /// Answers `DELETE` at the tenant's own path: the token, its refresh token and their kin end (200, no body).
    static func logOut(_ bearer: BearerAccess, _ visit: Visit) async throws -> Response {
        try visit.requireAcceptable()
        try await bearer.logOut()
        return Response(.ok, headers: HeaderSet.json, body: [])
    }
}

extension Company? {
    /// As RFC 8187 §3.2.1 has it, so that there is a value for none too, to replace what a caller sent.
    fileprivate var asHeader: String { "UTF-8''" + (self?.text.percentEncoded ?? "") }
}

extension String {
    /// What stands after the scheme of a header whose scheme is `Bearer`.
    fileprivate var afterBearer: Substring.UTF8View? {
        let scheme = utf8.prefix { $0 != UInt8(ascii: " ") }
        guard scheme.lazy.map({ $0 | 0x20 }).elementsEqual("bearer".utf8) else { return nil }
        return utf8.dropFirst(scheme.count).drop { $0 == UInt8(ascii: " ") }
    }
}

extension Visit {
    /// The holder of the token in the request's header; nil when there is none that works.
    func bearer() async throws -> BearerAccess? {
        guard let token = bearerToken else { return nil }
        return try await registry.bearer(token, at: tenant, from: provenance)
    }

    /// What stands after `Bearer` (RFC 6750 §2.1), in any case of letters; of two headers neither is believed.
    private var bearerToken: String? {
        guard let header = onlyAuthorization, let token = header.afterBearer, (1...512).contains(token.count),
            token.allSatisfy({ (0x21...0x7E).contains($0) })
        else {
            return nil
        }
        return String(decoding: token, as: UTF8.self)
    }

    private var onlyAuthorization: String? {
        let headers = request.headers.all("authorization")
        return headers.count == 1 ? headers.first : nil
    }

    /// What the provider's interface says to a request without a token that works (RFC 6750 §3).
    func unauthorized() -> Response {
        if let own = profile.resourceError {
            let headers: [Header] =
                own.challenges.map { ("WWW-Authenticate", $0) }
                + [("Content-Type", own.contentType), ("Cache-Control", "no-store")]
            return Response(.unauthorized, headers: headers, body: Array(own.body.utf8))
        }
        var challenge = "Bearer realm=\"\(tenant.name)\""
        guard request.headers["authorization"] != nil else {
            return Response(
                .unauthorized,
                headers: [("WWW-Authenticate", challenge), ("Cache-Control", "no-store")]
            )
        }
        let explanation =
            onlyAuthorization?.afterBearer == nil
            ? "Send one Authorization header: Bearer, a space, and the access token"
            : "The access token is unknown, has expired or was revoked"
        challenge += ", error=\"invalid_token\", error_description=\"\(explanation)\""
        let body = JSON.object([("error", .text("invalid_token")), ("error_description", .text(explanation))])
        return Response(
            .unauthorized,
            headers: HeaderSet.json + [("WWW-Authenticate", challenge)],
            body: body.bytes
        )
    }
}
