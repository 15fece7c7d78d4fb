import Registry
import Web

/// What the partner's software calls: tokens out, tokens ended, tokens asked about.
enum TokenEndpoint {
    /// Answers `POST /oauth2/token` (RFC 6749 §3.2).
    static func issue(_ client: ClientAccess, _ sent: Parameters, _ visit: Visit) async throws -> Response {
        try visit.requireAcceptable()
        let tokens = try await tokens(client, completed(sent, visit), visit)
        return Response(.ok, headers: HeaderSet.json, body: visit.profile.answer.json(tokens).bytes)
    }

    private static func tokens(
        _ client: ClientAccess,
        _ sent: Parameters,
        _ visit: Visit
    ) async throws -> IssuedTokens {
        switch try request(sent, visit) {
        case .redeem(let code, let redirectURI, let verifier):
            try await client.redeem(code: code, redirectURI: redirectURI, verifier: verifier)
        case .refresh(let token, let scope): try await client.refresh(token, scope: scope)
        case .forItself(let scope): try await client.issueForItself(scope: scope)
        case .forCustomer(let email, let password, let scope):
            try await tokensOfCustomer(client, email, password, scope, visit)
        }
    }

    /// What is asked for; throws ``ParameterRefusal``, ``TokenRefusal`` or ``OAuthFailure``.
    static func request(_ sent: Parameters, _ visit: Visit) throws -> TokenRequest {
        let scope = try sent.optional("scope")
        switch Grant(rawValue: try sent.required("grant_type")) {
        case .authorizationCode:
            return .redeem(
                code: try sent.required("code"),
                redirectURI: try sent.optional("redirect_uri"),
                verifier: try sent.optional("code_verifier")
            )
        case .refreshToken: return .refresh(try sent.required("refresh_token"), scope: scope)
        case .clientCredentials: return .forItself(scope: scope)
        case .password where visit.tenant.policy.grants.contains(.password):
            let email = try sent.required("username").trimmingSpaces
            return .forCustomer(email: email, password: try sent.required("password"), scope: scope)
        case .password, .implicit, nil:
            let offered = visit.tenant.policy.grants
            guard !offered.isDisjoint(with: [.password, .implicit]) else {
                throw TokenRefusal.unsupportedGrantType
            }
            throw OAuthFailure.unsupportedGrant(
                Grant.allCases.filter { offered.contains($0) && $0 != .implicit }
            ).because(.unsupportedGrant(of: sent))
        }
    }

    /// What was left out and goes without saying at this tenant.
    static func completed(_ sent: Parameters, _ visit: Visit) throws -> Parameters {
        guard let grant = visit.profile.whenMissing.grantType, try sent.optional("code") != nil else {
            return sent
        }
        return sent.completed("grant_type", with: grant)
    }

    /// The password grant (RFC 6749 §4.3): as many wrong passwords as at the sign-in page, counted for customer and
    /// address together, and a hundred a day for the customer from wherever.
    private static func tokensOfCustomer(
        _ client: ClientAccess,
        _ email: String,
        _ password: String,
        _ scope: String?,
        _ visit: Visit
    ) async throws -> IssuedTokens {
        let (brakes, neighbourhood) = (visit.site.brakes, visit.neighbourhood)
        // What is no e-mail address belongs to nobody, however long it is.
        let account = EmailAddress(email).map { "\(visit.tenant.name) \($0.text)" } ?? neighbourhood
        let attempt = try await Attempt(
            [
                (brakes.passwordFailures, "\(account) from \(neighbourhood)"),
                (brakes.dailyPasswordFailures, account), (brakes.addressFailures, neighbourhood),
            ],
            visit
        )
        if let wait = attempt.wait { throw OAuthFailure.tooManyFailures(wait) }
        let customer = SignIn(email: email, password: password, role: .customer)
        return try await attempt.proving {
            try await client.issue(to: customer, scope: scope)
        } isWrong: {
            $0 as? TokenRefusal == .invalidGrant(.wrongPassword)
        }
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
    ) async throws -> RepeatableAnswer {
        guard client.client.kind != .public else {
            throw OAuthFailure.invalidClient.because(.publicMayNot)
        }
        let facts = try await client.introspect(try sent.required("token"))
        let body = facts.map { describe($0, visit.issuer) } ?? .object([("active", .bool(false))])
        return RepeatableAnswer(
            response: Response(.ok, headers: HeaderSet.json, body: body.bytes),
            uses: facts.map(client.uses)
        )
    }

    private static func describe(_ facts: TokenFacts, _ issuer: String) -> JSON {
        var members: [(String, JSON)] = [
            ("active", .bool(true)),
            ("client_id", .text(facts.client.text)),
            ("sub", .text(facts.subject)),
        ]
        // No scope at all has no text (RFC 6749 §3.3).
        if !facts.scopes.isEmpty { members.insert(("scope", .text(facts.scopes.wire)), at: 1) }
        if let company = facts.company { members.append(("company", .text(company.text))) }
        if let end = facts.expiresAt { members.append(("exp", .number(end.milliseconds / 1000))) }
        if let issuedAt = facts.issuedAt {
            members.append(("token_type", .text("Bearer")))
            members.append(("iat", .number(issuedAt.milliseconds / 1000)))
        }
        members.append(("iss", .text(issuer)))
        return .object(members)
    }
}

extension WireProfile.TokenAnswer {
    /// RFC 6749 §5.1, in the tenant's order and spelling.
    func json(_ tokens: IssuedTokens) -> JSON { .object(members(tokens, keys)) }

    /// The same facts for an address, which has no place for a refresh token (RFC 6749 §4.2.2).
    func parameters(_ tokens: IssuedTokens) -> [(name: String, value: String)] {
        members(tokens, keys.filter { $0 != .refreshToken }).map { name, value in
            switch value {
            case .text(let text): (name, text)
            default: (name, String(decoding: value.bytes, as: UTF8.self))
            }
        }
    }

    private func members(_ tokens: IssuedTokens, _ keys: [Key]) -> [(String, JSON)] {
        keys.compactMap { key in value(of: key, tokens).map { (key.rawValue, $0) } }
    }

    private func value(of key: Key, _ tokens: IssuedTokens) -> JSON? {
        switch key {
        case .accessToken: .text(tokens.accessToken.plaintext)
        case .tokenType, .type: .text(tokenType.rawValue)
        case .expiresIn: tokens.expiresIn.map { .number($0) }
        case .refreshToken: tokens.refreshToken.map { .text($0.plaintext) }
        // No scope at all has no text (RFC 6749 §3.3).
        case .scope: tokens.scopes.isEmpty ? nil : .text(tokens.scopes.wire)
        }
    }
}
