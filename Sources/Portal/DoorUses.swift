import Registry
import Web

/// What a request needed a legacy door for, noted for the administrator who wants to close it (ux A22).
///
/// Doors that loosen every answer alike, such as tokens without a label, say nothing about one application.
extension Visit {
    /// Notes the doors that an application's own request came through.
    ///
    /// Nothing in it may throw: the request has been answered by then.
    func noteDoors(of sent: Parameters, by client: ClientAccess) {
        registry.note(doors: doors(of: sent, by: client), usedBy: client.client.id, at: tenant)
    }

    /// The doors that an application's own request came through.
    func doors(of sent: Parameters, by client: ClientAccess) -> [String] {
        guard hasDoors else { return [] }
        let (sources, type) = (profile.parameters, BodyType(request.headers["content-type"]))
        let implied = sent.first("code") == nil ? nil : profile.whenMissing.grantType
        let grant = Grant(rawValue: sent.first("grant_type") ?? implied ?? "")
        let isOfNoType = (type == .none || type == .other) && !request.body.isEmpty
        let bringsRefreshToken = tenant.policy.refreshWithClientCredentials
        let needed: [(door: String, isNeeded: Bool)] = [
            ("parameters.query", sources.query && !request.query.isEmpty),
            ("parameters.multipart", sources.multipart && type == .multipart),
            ("parameters.anyContentType", sources.anyContentType && isOfNoType),
            ("parameters.ignoreJSON", sources.ignoreJSON && type == .json),
            ("parameters.equalRepetition", sources.equalRepetition && repeatsParameters),
            ("plainHTTP", isKnownPlain),
            ("clientAuthentication.bothWhenEqual", sendsCredentialsTwice(sent)),
            ("whenMissing.grantType", grant != nil && sent.first("grant_type") == nil),
            ("refresh", grant == .refreshToken && client.keepsRefreshTokens),
            ("refreshWithClientCredentials", grant == .clientCredentials && bringsRefreshToken),
            ("crossOrigin", profile.crossOrigin == .any && isFromOtherPage(client)),
            (Grant.password.rawValue, grant == .password),
        ]
        return needed.filter(\.isNeeded).map(\.door)
    }

    /// Notes the doors that an authorization request came through, as it was sent.
    func noteDoors(of sent: Parameters, _ request: AuthorizationRequest) {
        guard hasDoors else { return }
        let needed: [(door: String, isNeeded: Bool)] = [
            ("redirectMatch", request.recipient.isLonger),
            ("codeChallenge", request.responseType == .code && request.challenge == nil),
            ("whenMissing.responseType", sent.first("response_type") == nil),
            ("plusSeparatesScopes", sent.first("scope")?.utf8.contains(UInt8(ascii: "+")) ?? false),
            (Grant.implicit.rawValue, request.responseType == .token),
        ]
        let doors = needed.filter(\.isNeeded).map(\.door)
        registry.note(doors: doors, usedBy: request.application.id, at: tenant)
    }

    /// Notes that another site's form brought an authorization request, if it is one of an application of ours.
    func noteForm(_ fields: [(name: String, value: String)]) async throws {
        guard profile.authorizeByPost else { return }
        do {
            let recipient = try await registry.recipient(of: Parameters(fields), at: tenant)
            registry.note(doors: ["authorizeByPost"], usedBy: recipient.application.id, at: tenant)
        } catch is RecipientRefusal {
            return
        }
    }

    private var hasDoors: Bool {
        WireProfile.name(ofKept: tenant.settings.wireProfile) != WireProfile.standardName
    }

    /// Pages of registered applications, which are public ones, may read our answers anyway.
    private func isFromOtherPage(_ client: ClientAccess) -> Bool {
        request.headers["origin"] != nil && client.client.kind != .public
    }

    private var repeatsParameters: Bool {
        do {
            let sent = try tokenParametersAsSent()
            return sent.withoutEqualRepetitions.count < sent.count
        } catch {
            // What was taken can be read.
            return false
        }
    }

    private func sendsCredentialsTwice(_ sent: Parameters) -> Bool {
        profile.clientAuthentication.bothWhenEqual && request.headers["authorization"] != nil
            && sent.first("client_secret") != nil
    }
}

extension Recipient {
    /// Whether query parameters follow the registered address on the web.
    fileprivate var isLonger: Bool {
        guard case .web = redirectURI.destination else { return false }
        return !application.redirectURIs.contains { $0.text.isByteForByte(redirectURI.text) }
    }
}
