import Registry

/// What the link checker goes through, each rule with the clause it comes from.
enum CheckRule: CaseIterable {
    case endpoint, method, readable
    case parameters, client, suspension, redirectURI, state, responseType, grant, responseMode, scope,
        challenge
    case silence
    case body, authentication, secret, accept, grantType, refreshToken, knownCode, sameRedirectURI, verifier,
        code
    case tokenParameter

    static let ofLinks: [CheckRule] = [
        .method, .readable, .client, .suspension, .redirectURI, .parameters, .state, .responseType, .grant,
        .responseMode, .scope, .challenge,
    ]

    /// The rules of a call in the order they are judged, as far as they concern its grant.
    static func ofCalls(_ step: Activity.Step, _ grant: Grant?) -> [CheckRule] {
        let first: [CheckRule] = [.method, .body, .authentication, .client, .suspension, .secret]
        if step == .revoke || step == .introspect { return first + [.tokenParameter] }
        let all = first + [.accept, .parameters, .grantType, .grant]
        switch grant {
        case .authorizationCode: return all + [.knownCode, .sameRedirectURI, .verifier, .code]
        case .refreshToken: return all + [.refreshToken, .scope]
        case .clientCredentials, .password: return all + [.scope]
        case .implicit, nil: return all
        }
    }

    /// The rule that a refusal is about.
    init(_ cause: Activity.Cause) {
        switch cause {
        case .notAnEndpoint, .endpointForTokens: self = .endpoint
        case .method: self = .method
        case .foreignClientID, .missing("client_id"), .repeated("client_id"): self = .client
        case .suspended, .frozen: self = .suspension
        case .unregisteredAddress, .noAddressRegistered, .addressMissing, .repeated("redirect_uri"):
            self = .redirectURI
        case .malformedState, .repeated("state"): self = .state
        case .responseType, .missing("response_type"), .repeated("response_type"): self = .responseType
        case .responseMode, .repeated("response_mode"): self = .responseMode
        case .scope, .repeated("scope"): self = .scope
        case .plainChallenge, .malformedChallenge, .missing("code_challenge"), .repeated("code_challenge"),
            .repeated("code_challenge_method"):
            self = .challenge
        case .mayNotUseGrant: self = .grant
        case .unsupportedGrant, .missing("grant_type"), .repeated("grant_type"): self = .grantType
        case .missing("token"): self = .tokenParameter
        case .missing, .repeated, .missingField: self = .parameters
        case .jsonBody, .multipartBody, .otherBody, .malformedBody, .parametersInQuery: self = .body
        case .noCredentials, .basicNotBase64, .basicWithoutColon, .otherScheme, .credentialsTwice,
            .otherClientID, .publicMayNot, .tooManyFailures:
            self = .authentication
        case .secret: self = .secret
        case .notAcceptable: self = .accept
        case .code(.otherAddress): self = .sameRedirectURI
        case .code(.wrongVerifier), .code(.missingVerifier), .code(.needlessVerifier): self = .verifier
        case .code(.notACode), .code(.unknown), .code(.ofAnotherApplication): self = .knownCode
        case .code, .wrongPassword, .severalCompanies: self = .code
        case .refreshToken: self = .refreshToken
        case .loginRequired, .consentRequired, .notATestAccount, .allowed, .cancelled: self = .silence
        }
    }

    var sentence: String {
        switch self {
        case .endpoint: "The address is one of our endpoints"
        case .method: "The method is right"
        case .readable: "The query can be read"
        case .parameters: "Every parameter it needs is there, and once"
        case .client: "The client ID is this application’s"
        case .suspension: "The application is not suspended"
        case .redirectURI: "The redirect URI is on the list"
        case .state: "The state can be returned"
        case .responseType: "The response_type is offered"
        case .grant: "The application may use this grant"
        case .responseMode: "The response_mode is offered"
        case .scope: "Every permission exists and may be asked for"
        case .challenge: "The code_challenge is there where it has to be, and S256"
        case .silence: "Nobody has to be asked who may not be"
        case .body: "The body is a form"
        case .authentication: "Client ID and client secret are sent in one way"
        case .secret: "The client secret is right"
        case .accept: "JSON is accepted"
        case .grantType: "The grant_type is offered"
        case .knownCode: "The code is this application’s"
        case .code: "The code is unused, young enough and still allowed"
        case .refreshToken: "The refresh token is this application’s and works"
        case .sameRedirectURI: "The redirect URI is that of the authorize request"
        case .verifier: "The code_verifier belongs to the code_challenge"
        case .tokenParameter: "A token is named"
        }
    }

    /// Where it stands: in a standard, or in the provider's own document where that is looser.
    func clause(at tenant: Tenant, _ profile: WireProfile) -> String {
        let sources = profile.parameters
        let isOwn =
            switch self {
            case .redirectURI: tenant.policy.redirectMatch != .exact
            case .challenge: tenant.policy.codeChallenge == .optional
            case .sameRedirectURI: tenant.policy.redirectURIAtToken == .optional
            case .responseType: profile.whenMissing.responseType != nil
            case .grantType: profile.whenMissing.grantType != nil
            case .scope: tenant.policy.plusSeparatesScopes
            case .refreshToken: tenant.policy.refresh != .rotate
            case .body: sources != WireProfile.ParameterSources()
            case .authentication: profile.clientAuthentication.bothWhenEqual
            default: false
            }
        return isOwn ? "\(tenant.brand.displayName)’s document; \(clause)" : clause
    }

    private var clause: String {
        switch self {
        case .endpoint: "RFC 8414, section 2"
        case .method: "RFC 6749, sections 3.1 and 3.2"
        case .readable, .body: "RFC 6749, appendix B"
        case .parameters: "RFC 6749, sections 3.1 and 3.2"
        case .client: "RFC 6749, section 2.2"
        case .suspension: "RFC 6749, section 4.1.2.1"
        case .redirectURI: "RFC 6749, section 3.1.2.3; RFC 9700, section 2.1"
        case .state: "RFC 6749, section 4.1.1 and appendix A.5"
        case .responseType: "RFC 6749, section 3.1.1"
        case .grant: "RFC 6749, sections 4.1.2.1 and 5.2"
        case .responseMode: "OAuth 2.0 Multiple Response Types, section 2.1"
        case .scope: "RFC 6749, section 3.3"
        case .challenge: "RFC 7636, sections 4.2 and 4.3"
        case .silence: "OpenID Connect Core, section 3.1.2.6"
        case .authentication: "RFC 6749, section 2.3; RFC 7617, section 2"
        case .secret: "RFC 6749, section 2.3.1"
        case .accept: "RFC 9110, section 12.5.1"
        case .grantType: "RFC 6749, sections 4 and 5.2"
        case .knownCode, .code: "RFC 6749, sections 4.1.2 and 4.1.3"
        case .refreshToken: "RFC 6749, section 6"
        case .sameRedirectURI: "RFC 6749, section 4.1.3"
        case .verifier: "RFC 7636, section 4.6"
        case .tokenParameter: "RFC 7009, section 2.1; RFC 7662, section 2.1"
        }
    }
}
