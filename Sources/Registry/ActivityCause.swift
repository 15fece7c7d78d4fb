package import FoundationEssentials

extension Activity {
    /// What came of a request: one of two good ends, or why it was declined.
    ///
    /// Finer than what the wire says, because only the application's own people read it. Whatever it holds of a
    /// request is a ``RedactedText``, the name of one of our own parameters, or a fact from our rows.
    package enum Cause: Sendable, Equatable, Codable {
        case allowed
        case cancelled

        // Where an answer would go.
        case suspended
        case frozen
        case unregisteredAddress(sent: RedactedText, nearest: String?)
        case noAddressRegistered(sent: RedactedText?)
        case addressMissing

        // What an authorization request asks.
        case missing(parameter: String)
        case repeated(parameter: String)
        case malformedState
        case responseType
        case responseMode
        case mayNotUseGrant
        case plainChallenge
        case malformedChallenge
        case scope(ScopeFault)
        case notATestAccount(MaskedEmail?)
        case loginRequired
        case consentRequired

        // Who asks for tokens.
        case noCredentials
        case basicNotBase64
        case basicWithoutColon
        case otherScheme
        case credentialsTwice
        case otherClientID
        case foreignClientID
        case secret(SecretFault, hint: String?)
        case publicMayNot
        case tooManyFailures

        // How they ask.
        case jsonBody
        case multipartBody
        case missingField(String)
        case otherBody(RedactedText?)
        case malformedBody
        case parametersInQuery
        case notAcceptable
        case method
        case notAnEndpoint

        /// It is one, where access tokens are brought; only the link checker says so.
        case endpointForTokens

        // For what.
        case unsupportedGrant(RedactedText?)
        case wrongPassword
        case severalCompanies
        case code(CodeFault)
        case refreshToken(RefreshTokenFault)

        /// What a customer answered; all others are refusals of ours.
        package static let answers = [Cause.allowed, .cancelled]
    }

    /// What is the matter with an authorization code.
    package enum CodeFault: Sendable, Equatable, Codable {
        case notACode
        case unknown
        case ofAnotherApplication
        case expired(at: Date?)
        case used(at: Date?, from: String?)
        case otherAddress(expected: String?, sent: RedactedText?)
        case wrongVerifier
        case missingVerifier
        case needlessVerifier
        case consentEnded
    }

    /// What is the matter with a refresh token.
    package enum RefreshTokenFault: Sendable, Equatable, Codable {
        case notARefreshToken
        case anAccessToken
        case unknown
        case ofAnotherApplication
        case expired(at: Date?)
        case reused(at: Date?, from: String?)
        case ended(at: Date?)
    }
}

// MARK: - From the refusals of the protocol

extension Activity.Cause {
    package init(_ refusal: ParameterRefusal) {
        switch refusal {
        case .missing(let name): self = .missing(parameter: name)
        case .repeated(let name): self = .repeated(parameter: name)
        }
    }

    /// Nil where no application is concerned.
    init?(_ refusal: RecipientRefusal, of asked: Parameters) {
        switch refusal {
        case .malformed, .unknownClient: return nil
        case .suspended: self = .suspended
        case .nothingRegistered:
            self = .noAddressRegistered(sent: asked.only("redirect_uri").map(RedactedText.init))
        case .ambiguous: self = .addressMissing
        case .unregistered(let application, let sent):
            self = .unregisteredAddress(
                sent: RedactedText(sent),
                nearest: application.redirectURI(nearestTo: sent)?.text
            )
        }
    }

    init(
        _ refusal: AuthorizationRefusal,
        of asked: Parameters,
        to application: Application,
        by customer: Account?,
        at tenant: Tenant
    ) {
        switch refusal {
        case .parameter(let refusal): self.init(refusal)
        case .malformedState: self = .malformedState
        case .unsupportedResponseType, .neitherCodeNorToken: self = .responseType
        case .unsupportedResponseMode: self = .responseMode
        case .unauthorizedClient: self = .mayNotUseGrant
        case .plainChallenge: self = .plainChallenge
        case .malformedChallenge: self = .malformedChallenge
        case .unknownScope:
            self = .scope(ScopeFault(asked.only("scope") ?? "", of: application.scopes, at: tenant))
        case .deniedByCustomer: self = .cancelled
        case .onlyTestAccounts: self = .notATestAccount(customer.map { MaskedEmail($0.email) })
        case .applicationFrozen: self = .frozen
        case .applicationSuspended: self = .suspended
        case .loginRequired: self = .loginRequired
        case .consentRequired: self = .consentRequired
        }
    }

    /// What a refused token request shows at once; the rest is looked up by ``ActivityLog``.
    init(_ refusal: TokenRefusal, of sent: Parameters, by client: Client, at tenant: Tenant) {
        switch refusal {
        case .parameter(let refusal): self.init(refusal)
        case .invalidScope:
            self = .scope(ScopeFault(sent.only("scope") ?? "", of: client.scopes, at: tenant))
        case .unauthorizedClient: self = .mayNotUseGrant
        case .unsupportedGrantType: self = .unsupportedGrant(of: sent)
        case .invalidGrant(.wrongPassword): self = .wrongPassword
        case .invalidGrant(.severalCompanies): self = .severalCompanies
        case .invalidGrant(let reason):
            self =
                sent.only("refresh_token") != nil && sent.only("code") == nil
                ? .refreshToken(Activity.RefreshTokenFault(reason)) : .code(Activity.CodeFault(reason, sent))
        }
    }

    /// A grant's name is letters and a few signs; anything else could be a secret in the wrong place.
    package static func unsupportedGrant(of sent: Parameters) -> Self {
        let name = sent.only("grant_type").flatMap { name in
            let isName =
                name.utf8.count <= 64 && name.utf8.allSatisfy { $0.isLetter || "_:-".utf8.contains($0) }
            return isName ? RedactedText(name) : nil
        }
        return .unsupportedGrant(name)
    }
}

extension Activity.CodeFault {
    fileprivate init(_ reason: TokenRefusal.Reason, _ sent: Parameters) {
        switch reason {
        case .unknown, .wrongPassword, .severalCompanies: self = .unknown
        case .expired: self = .expired(at: nil)
        case .alreadyUsed: self = .used(at: nil, from: nil)
        case .otherRedirectURI:
            self = .otherAddress(expected: nil, sent: sent.only("redirect_uri").map(RedactedText.init))
        case .wrongVerifier: self = .wrongVerifier
        case .missingVerifier: self = .missingVerifier
        case .needlessVerifier: self = .needlessVerifier
        case .ended: self = .consentEnded
        }
    }
}

extension Activity.RefreshTokenFault {
    fileprivate init(_ reason: TokenRefusal.Reason) {
        switch reason {
        case .expired: self = .expired(at: nil)
        case .alreadyUsed: self = .reused(at: nil, from: nil)
        case .ended: self = .ended(at: nil)
        case .unknown, .otherRedirectURI, .wrongVerifier, .missingVerifier, .needlessVerifier, .wrongPassword,
            .severalCompanies:
            self = .unknown
        }
    }
}

extension Parameters {
    /// The value where there is one and no other.
    func only(_ name: String) -> String? {
        let found = pairs { $0.isByteForByte(name) }
        return found.count == 1 ? found.first?.value : nil
    }
}

extension Application {
    /// The registered address that has most in common with one that is not, from its beginning and from its end.
    package func redirectURI(nearestTo sent: String) -> RedirectURI? {
        let sent = Array(sent.utf8.prefix(2000))
        let common = { (uri: RedirectURI) in
            let own = Array(uri.text.utf8)
            let start = zip(own, sent).prefix { $0 == $1 }.count
            let end = zip(own.dropFirst(start).reversed(), sent.dropFirst(start).reversed()).prefix {
                $0 == $1
            }.count
            return start + end
        }
        return redirectURIs.max { common($0) < common($1) }
    }
}
