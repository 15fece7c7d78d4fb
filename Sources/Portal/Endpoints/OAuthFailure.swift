import Registry
import Web

/// An error answer to software, as RFC 6749 §5.2 words it.
struct OAuthFailure: Error, Sendable {
    let status: Status
    let error: String

    /// ASCII, for the developer; says what was wrong and what was expected.
    var explanation: String
    var headers: [Header] = []

    /// What the application's own people are told beyond that; nil where it is no matter of theirs.
    var cause: Activity.Cause?

    func response(to visit: Visit) -> Response {
        let body = JSON.object([("error", .text(error)), ("error_description", .text(explanation))])
        return Response(status, headers: HeaderSet.json + headers, body: body.bytes)
    }
}

extension OAuthFailure {
    /// Every error that can leave a token endpoint, in the words of the protocol.
    init(_ error: any Error) {
        switch error {
        case let failure as OAuthFailure: self = failure
        case Refusal.tenantDisabled: self = .unavailable
        case Refusal.overQuota: self = .overQuota
        case let refusal as TokenRefusal: self.init(refusal)
        case let refusal as ParameterRefusal: self = .badRequest(refusal.explanation, Activity.Cause(refusal))
        case DatabaseFault.unconfirmed: self = .unconfirmed
        default: self = Failure.isTemporary(error) ? .busy : .fault
        }
    }

    private init(_ refusal: TokenRefusal) {
        self.init(status: .badRequest, error: refusal.code, explanation: refusal.explanation)
    }

    static func badRequest(_ explanation: String, _ cause: Activity.Cause) -> OAuthFailure {
        OAuthFailure(status: .badRequest, error: "invalid_request", explanation: explanation, cause: cause)
    }

    func because(_ cause: Activity.Cause) -> OAuthFailure {
        var failure = self
        failure.cause = cause
        return failure
    }

    /// One answer for every reason, so that it tells nothing (CA-02).
    static var invalidClient: OAuthFailure {
        OAuthFailure(
            status: .unauthorized,
            error: "invalid_client",
            explanation: "The client is unknown, its secret is wrong, or no client authentication was sent",
            headers: [("WWW-Authenticate", "Basic realm=\"token\", charset=\"UTF-8\"")]
        )
    }

    /// What a header says that holds no pair, where the tenant explains it.
    static var malformedBasic: OAuthFailure {
        var failure = invalidClient
        failure.explanation = """
            The Authorization header is not Basic followed by the base64 form of ID:SECRET; its decoded value has \
            no ':' between the two, or it is not base64
            """
        return failure
    }

    static var plainHTTP: OAuthFailure {
        OAuthFailure(
            status: .badRequest,
            error: "invalid_request",
            explanation: """
                The request was sent over plain HTTP; send it to the https:// address, and change the secret or \
                token that was in it
                """
        )
    }

    static func methodNotAllowed(_ allowed: [Method]) -> OAuthFailure {
        OAuthFailure(
            status: .methodNotAllowed,
            error: "invalid_request",
            explanation: "Send it by "
                + allowed.filter { $0 != .options }.map(\.rawValue).joined(separator: " or ")
        )
    }

    static var tooLarge: OAuthFailure {
        OAuthFailure(
            status: .contentTooLarge,
            error: "invalid_request",
            explanation: "The body is larger than any request here needs"
        )
    }

    static var notAcceptable: OAuthFailure {
        OAuthFailure(
            status: .notAcceptable,
            error: "invalid_request",
            explanation: "The answer is application/json, which the Accept header excludes",
            cause: .notAcceptable
        )
    }

    /// What the tenant offers, where that is more than usual.
    static func unsupportedGrant(_ offered: [Grant]) -> OAuthFailure {
        OAuthFailure(
            status: .badRequest,
            error: "unsupported_grant_type",
            explanation: "grant_type must be one of " + offered.map(\.rawValue).joined(separator: ", ")
        )
    }

    static func tooManyFailures(_ wait: Duration) -> OAuthFailure {
        OAuthFailure(
            status: .tooManyRequests,
            error: "temporarily_unavailable",
            explanation: "Too many failed authentications from this address; try again later",
            headers: [("Retry-After", "\(wait.wholeSeconds)")],
            cause: .tooManyFailures
        )
    }

    static func contentType(_ sent: String?) -> OAuthFailure {
        let received = sent.map { "\"\($0.printableASCII)\"" } ?? "no Content-Type"
        return badRequest(
            "Send the body as application/x-www-form-urlencoded (curl -d, not -F); received \(received)",
            BodyType(sent).cause(named: sent)
        )
    }

    static var queryParameters: OAuthFailure {
        badRequest(
            "Send parameters in the body, not in the query string, where they end up in logs",
            .parametersInQuery
        )
    }

    static var malformedBody: OAuthFailure {
        badRequest(
            "The body is not well-formed application/x-www-form-urlencoded text of up to 40 parameters",
            .malformedBody
        )
    }

    static var overQuota: OAuthFailure {
        OAuthFailure(
            status: .tooManyRequests,
            error: "temporarily_unavailable",
            explanation: "More requests came in this second than are answered; try again in the next",
            headers: [("Retry-After", "1")]
        )
    }

    static var busy: OAuthFailure {
        OAuthFailure(
            status: .serviceUnavailable,
            error: "temporarily_unavailable",
            explanation: "The server is busy; try again in a few seconds",
            headers: [("Retry-After", "5")]
        )
    }

    /// What failed so late that it may have been done.
    static var unconfirmed: OAuthFailure {
        OAuthFailure(
            status: .serviceUnavailable,
            error: "temporarily_unavailable",
            explanation: "Something failed at the last moment, so this may have been done or not; try again",
            headers: [("Retry-After", "5")]
        )
    }

    static var unavailable: OAuthFailure {
        OAuthFailure(
            status: .serviceUnavailable,
            error: "temporarily_unavailable",
            explanation: "This service is not available at present"
        )
    }

    static var fault: OAuthFailure {
        OAuthFailure(
            status: .internalError,
            error: "server_error",
            explanation: "Something went wrong on our side"
        )
    }
}

extension Duration {
    /// Rounded up, as `Retry-After` wants it.
    var wholeSeconds: Int64 { components.seconds + (components.attoseconds > 0 ? 1 : 0) }
}

extension String {
    /// What may stand in an `error_description` (RFC 6749 §5.2), at most 80 bytes of it.
    var printableASCII: String {
        let allowed = utf8.prefix(80).filter {
            (0x20...0x7E).contains($0) && !Array("\"\\".utf8).contains($0)
        }
        return String(decoding: allowed, as: UTF8.self)
    }
}
