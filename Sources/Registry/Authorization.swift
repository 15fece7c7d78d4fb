import FoundationEssentials

/// A PKCE challenge, method S256 (RFC 7636 §4.2).
package struct CodeChallenge: Sendable, Equatable, Bindable {
    let text: String
    package var binding: Value { text.binding }

    /// Nil unless `text` is the base64url form of 32 bytes: 43 characters.
    init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count == 43,
            bytes.allSatisfy({ $0.isLetter || $0.isDigit || Array("-_".utf8).contains($0) })
        else { return nil }
        self.text = text
    }

    /// What a row holds; nothing stands there for a request without a challenge.
    init?(stored text: String) {
        if text.isEmpty { return nil }
        self.text = text
    }

    /// Whether `verifier` is what was hashed: 43 to 128 bytes (RFC 7636 §4.1), their alphabet left open because
    /// real clients send `+`, `/` and `=`.
    func isAnswered(by verifier: String) -> Bool {
        let bytes = Array(verifier.utf8)
        guard (43...128).contains(bytes.count) else { return false }
        return areEqualInConstantTime(Array(base64URL(sha256(bytes)).utf8), Array(text.utf8))
    }
}

extension Policy {
    /// Whether an answer has to be bound to whoever asked for it (RFC 7636).
    func needsChallenge(for responseType: ResponseType, from kind: Application.Kind) -> Bool {
        responseType == .code && (codeChallenge != .optional || kind != .confidential)
    }
}

/// What an authorization request asks for (RFC 6749 §3.1.1).
package enum ResponseType: String, Sendable, CaseIterable, Bindable {
    case code
    case token

    package var binding: Value { rawValue.binding }

    var grant: Grant { self == .code ? .authorizationCode : .implicit }
    var mode: ResponseMode { self == .code ? .query : .fragment }
}

/// Where in the address the answer stands.
package enum ResponseMode: String, Sendable { case query, fragment }

/// What an application asks a customer for, once everything about the request has been checked.
///
/// A class, because it is handed on often and copying an application each time takes a while.
package final class AuthorizationRequest: Sendable {
    package enum Prompt: Sendable, Equatable { case whenNeeded, consent, none }

    package let recipient: Recipient
    package let responseType: ResponseType
    package let scopes: ScopeSet

    /// Nil where the tenant lets a confidential application do without.
    package let challenge: CodeChallenge?

    /// Returned untouched, so that the application can recognise its own request.
    package let state: String?
    package let prompt: Prompt

    package var application: Application { recipient.application }

    /// Reads what the browser brought, checking one parameter a line.
    package init(
        _ asked: Parameters,
        for recipient: Recipient,
        at tenant: Tenant
    )
        throws(AuthorizationRefusal)
    {
        let (policy, application) = (tenant.policy, recipient.application)
        state = try AuthorizationRequest.state(in: asked)
        responseType = try AuthorizationRequest.responseType(in: asked, under: policy)
        guard policy.grants.contains(responseType.grant), application.kind != .resourceServer else {
            throw .unauthorizedClient
        }
        let mode = responseType.mode.rawValue
        guard try asked.wanted("response_mode") ?? mode == mode else { throw .unsupportedResponseMode }
        scopes = try AuthorizationRequest.scopes(in: asked, of: application, under: policy)
        let isNeeded = policy.needsChallenge(for: responseType, from: application.kind)
        challenge = try AuthorizationRequest.challenge(in: asked, isOptional: !isNeeded)
        prompt = try AuthorizationRequest.prompt(in: asked)
        self.recipient = recipient
    }

    /// The state to return even when the rest of the request is refused; nil when it may not be.
    static func returnableState(in asked: Parameters) -> String? {
        do { return try state(in: asked) } catch { return nil }
    }

    /// Where the refusal of this request is written: as its answer would be.
    static func returnMode(in asked: Parameters, at tenant: Tenant) -> ResponseMode {
        do {
            return try responseType(in: asked, under: tenant.policy).mode
        } catch {
            return .query
        }
    }

    private static func responseType(
        in asked: Parameters,
        under policy: Policy
    )
        throws(AuthorizationRefusal) -> ResponseType
    {
        let mayBeToken = policy.grants.contains(.implicit)
        switch ResponseType(rawValue: try asked.needed("response_type")) {
        case .code: return .code
        case .token where mayBeToken: return .token
        default: throw mayBeToken ? .neitherCodeNorToken : .unsupportedResponseType
        }
    }

    /// 1 to 2048 printable ASCII characters (RFC 6749 appendix A.5).
    private static func state(in asked: Parameters) throws(AuthorizationRefusal) -> String? {
        guard let state = try asked.wanted("state") else { return nil }
        guard state.utf8.count <= 2048, state.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) else {
            throw .malformedState
        }
        return state
    }

    private static func scopes(
        in asked: Parameters,
        of application: Application,
        under policy: Policy
    )
        throws(AuthorizationRefusal) -> ScopeSet
    {
        guard let text = try asked.wanted("scope") else { return application.scopes }
        let scopes = policy.scopes(in: text)
        guard let scopes, scopes.isSubset(of: application.scopes) else {
            throw .unknownScope(scopes?.subtracting(application.scopes).names.first?.text)
        }
        return scopes
    }

    private static func challenge(
        in asked: Parameters,
        isOptional: Bool
    )
        throws(AuthorizationRefusal) -> CodeChallenge?
    {
        if isOptional, try asked.wanted("code_challenge") == nil { return nil }
        let text = try asked.needed("code_challenge")
        guard try asked.wanted("code_challenge_method") == "S256" else { throw .plainChallenge }
        guard let challenge = CodeChallenge(text) else { throw .malformedChallenge }
        return challenge
    }

    private static func prompt(in asked: Parameters) throws(AuthorizationRefusal) -> Prompt {
        let words = try asked.wanted("prompt")?.utf8.split(separator: UInt8(ascii: " ")) ?? []
        if words.contains(where: { $0.elementsEqual("none".utf8) }) { return .none }
        let asking = ["consent", "login", "select_account"]
        let isWanted = words.contains { word in asking.contains { word.elementsEqual($0.utf8) } }
        return isWanted ? .consent : .whenNeeded
    }
}

extension Parameters {
    /// The value, where its absence is fine.
    fileprivate func wanted(_ name: String) throws(AuthorizationRefusal) -> String? {
        do { return try optional(name) } catch { throw .parameter(error) }
    }

    /// The value, where its absence is not.
    fileprivate func needed(_ name: String) throws(AuthorizationRefusal) -> String {
        do { return try required(name) } catch { throw .parameter(error) }
    }
}

/// Why an authorization request was declined.
///
/// Every case is answered at the recipient. A request whose *recipient* is in doubt never gets this far; see
/// ``RecipientRefusal``.
package enum AuthorizationRefusal: Error, Equatable, Sendable {
    case parameter(ParameterRefusal)
    case malformedState
    case unsupportedResponseType
    case neitherCodeNorToken
    case unsupportedResponseMode
    case unauthorizedClient
    case plainChallenge
    case malformedChallenge
    case unknownScope(String?)
    case deniedByCustomer
    case onlyTestAccounts
    case applicationFrozen
    case applicationSuspended
    case loginRequired
    case consentRequired

    /// The `error` value on the wire (RFC 6749 §4.1.2.1, RFC 7636 §4.4.1, OpenID Connect Core §3.1.2.6).
    package var code: String {
        switch self {
        case .parameter, .malformedState, .unsupportedResponseMode, .plainChallenge, .malformedChallenge:
            "invalid_request"
        case .unsupportedResponseType, .neitherCodeNorToken: "unsupported_response_type"
        case .unauthorizedClient: "unauthorized_client"
        case .unknownScope: "invalid_scope"
        case .deniedByCustomer, .onlyTestAccounts, .applicationFrozen, .applicationSuspended: "access_denied"
        case .loginRequired: "login_required"
        case .consentRequired: "consent_required"
        }
    }

    /// One ASCII sentence for the developer: what was wrong and what was expected.
    package var explanation: String {
        switch self {
        case .parameter(let refusal): refusal.explanation
        case .malformedState: "state must be 1 to 2048 printable ASCII characters"
        case .unsupportedResponseType: "response_type must be code"
        case .neitherCodeNorToken: "response_type must be code or token"
        case .unsupportedResponseMode: "response_mode must be query"
        case .unauthorizedClient: "This application may not use the authorization code grant"
        case .plainChallenge: "code_challenge_method must be S256"
        case .malformedChallenge: "code_challenge must be 43 base64url characters"
        case .unknownScope: "A requested scope does not exist or is not registered for this application"
        case .deniedByCustomer: "The customer cancelled"
        case .onlyTestAccounts: "This application is not approved and the customer is not a test account"
        case .applicationFrozen: "This application was reported and takes no new customers for now"
        case .applicationSuspended: "The provider has suspended this application"
        case .loginRequired: "The customer is not signed in"
        case .consentRequired: "The customer has to be asked"
        }
    }
}

// MARK: - What may be done with it

extension ApplicationRegistry {
    /// Who asks and where an answer may go; throws ``RecipientRefusal``.
    package func recipient(of asked: Parameters, at tenant: Tenant) async throws -> Recipient {
        let (clientID, redirectURI) = try ApplicationRegistry.address(in: asked)
        let id = tenant.id
        let place = RecentReads.Place(tenant: id, id: clientID)
        let application = try await recentReads.applications.fact(place, at: clock()) {
            try await database.read(.tenant(id)) { try $0.application(clientID, tenant: id) }
        }
        guard let application else { throw RecipientRefusal.unknownClient }
        return try Recipient(application, at: redirectURI, under: tenant.policy.redirectMatch)
    }

    /// The application a waiting request is about, if it was read in the last second and is as the customer saw it.
    func remembered(_ subject: WaitingSubject, at tenant: TenantID, _ now: Date) -> Application? {
        let place = RecentReads.Place(tenant: tenant, id: subject.application.text)
        return recentReads.applications.known(place, at: now) { $0.isStill(subject) }
    }

    private static func address(in asked: Parameters) throws(RecipientRefusal) -> (String, String?) {
        do {
            return (try asked.required("client_id"), try asked.optional("redirect_uri"))
        } catch {
            throw .malformed(error)
        }
    }

    /// Whether a browser application registered with this origin may read our answers (RFC 6454).
    package func isRegisteredOrigin(_ origin: String, at tenant: Tenant) async throws -> Bool {
        let id = tenant.id
        // Browsers leave the usual port out of an origin (RFC 6454 §6.2); whoever registered an address may have named it.
        let withPort = origin + (origin.hasPrefix("https:") ? ":443" : ":80")
        return try await database.read(.tenant(id)) { connection in
            try !connection.run(
                """
                SELECT 1 FROM redirect_uris r JOIN applications a ON a.tenant = r.tenant AND a.id = r.application
                WHERE r.tenant = \(id) AND r.origin IN (\(origin), \(withPort))
                    AND a.kind = \(Application.Kind.public) LIMIT 1
                """
            ).isEmpty
        }
    }
}
