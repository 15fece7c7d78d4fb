/// What is sent back to the application, once.
package struct AuthorizationAnswer: Sendable {
    package enum Result: Sendable {
        case code(SecretText)
        case token(IssuedTokens)
        case refusal(AuthorizationRefusal)
    }

    package let redirectURI: RedirectURI
    package let state: String?
    package let mode: ResponseMode
    package let result: Result

    init(_ request: AuthorizationRequest, _ result: Result) {
        let mode = request.responseType.mode
        self.init(
            redirectURI: request.recipient.redirectURI,
            state: request.state,
            mode: mode,
            result: result
        )
    }

    init(redirectURI: RedirectURI, state: String?, mode: ResponseMode, result: Result) {
        self.redirectURI = redirectURI
        self.state = state
        self.mode = mode
        self.result = result
    }

    /// The answer to a request that was kept.
    init(_ subject: WaitingSubject, _ result: Result) throws {
        self.init(
            redirectURI: try RedirectURI(kept: subject.redirectURI),
            state: subject.state,
            mode: subject.responseType.mode,
            result: result
        )
    }

    /// The refusal of a request that has a recipient, and of which the rest may not be readable.
    package static func refusing(
        _ refusal: AuthorizationRefusal,
        _ asked: Parameters,
        of recipient: Recipient,
        at tenant: Tenant
    ) -> AuthorizationAnswer {
        AuthorizationAnswer(
            redirectURI: recipient.redirectURI,
            state: AuthorizationRequest.returnableState(in: asked),
            mode: AuthorizationRequest.returnMode(in: asked, at: tenant),
            result: .refusal(refusal)
        )
    }

    /// The refusal of a request that was read to its end.
    package static func refusing(
        _ refusal: AuthorizationRefusal,
        _ request: AuthorizationRequest
    ) -> AuthorizationAnswer {
        AuthorizationAnswer(request, .refusal(refusal))
    }
}
