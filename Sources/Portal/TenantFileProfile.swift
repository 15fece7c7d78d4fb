import Registry

/// What a tenant file says about rules and wire, where it has a profile of its own.
extension Fields {
    /// The profile in words, or all of its switches; looser rules go into `policy`.
    func profile(into policy: inout Policy) -> WireProfile? {
        guard isObject("profile") else {
            _ = optional("profile", "“standard”") { $0 == WireProfile.standardName ? $0 : nil }
            return nil
        }
        let keys = [
            "redirectMatch", "redirectURIAtToken", "codeChallenge", "refresh", "refreshWithClientCredentials",
            "manualIssuance", "manualTokenByMail", "tokenText", "plusSeparatesScopes", "paths",
            "authorizeByPost", "issuerInRedirect", "whenMissing",
            "parameters", "clientAuthentication", "answer", "resourceError", "crossOrigin", "checkAccept",
            "plainHTTP",
        ]
        guard let fields = object("profile", known: keys) else { return nil }
        fields.rules(into: &policy)
        var profile = WireProfile.standard
        profile.paths = fields.paths()
        profile.authorizeByPost = fields.flag("authorizeByPost") ?? false
        profile.issuerInRedirect = fields.flag("issuerInRedirect") ?? true
        profile.whenMissing = fields.whenMissing()
        profile.parameters = fields.parameterSources()
        profile.clientAuthentication = fields.clientAuthentication()
        profile.answer = fields.tokenAnswer()
        profile.resourceError = fields.resourceError()
        profile.crossOrigin = fields.choice("crossOrigin") ?? .registered
        profile.checkAccept = fields.flag("checkAccept") ?? false
        profile.plainHTTP = fields.flag("plainHTTP") == true ? true : nil
        return profile
    }

    private func rules(into policy: inout Policy) {
        policy.redirectMatch = choice("redirectMatch") ?? policy.redirectMatch
        policy.redirectURIAtToken = choice("redirectURIAtToken") ?? policy.redirectURIAtToken
        policy.codeChallenge = choice("codeChallenge") ?? policy.codeChallenge
        policy.refresh = choice("refresh") ?? policy.refresh
        policy.refreshWithClientCredentials = flag("refreshWithClientCredentials") ?? false
        policy.manualIssuance = flag("manualIssuance") ?? false
        policy.manualTokenByMail = flag("manualTokenByMail") ?? false
        policy.tokenText = choice("tokenText") ?? policy.tokenText
        policy.plusSeparatesScopes = flag("plusSeparatesScopes") ?? false
    }

    private func paths() -> WireProfile.Paths {
        var paths = WireProfile.Paths()
        guard let fields = object("paths", known: Endpoint.allCases.map(\.rawValue)) else { return paths }
        var taken: Set<String> = []
        for endpoint in Endpoint.allCases {
            let key = endpoint.rawValue
            let found = fields.texts(key, "a path such as /oauth/token that is not one of the portal's own") {
                Fields.isFreePath($0) ? $0 : nil
            }
            for path in found where !taken.insert(path).inserted {
                fields.note("“\(path)” leads somewhere else already", key)
            }
            paths[endpoint] = found
        }
        return paths
    }

    /// Segments of unreserved characters, `{version}` among them, of which the first is none of our own.
    private static func isFreePath(_ path: String) -> Bool {
        let segments = path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        guard path.utf8.count <= 200, segments.count >= 2, let start = segments.first, start.isEmpty else {
            return false
        }
        let parts = segments.dropFirst().map { String(decoding: $0, as: UTF8.self) }
        let isWellFormed = parts.enumerated().allSatisfy { place, part in
            if part.isEmpty { return place == parts.count - 1 && place > 0 }
            return part == "{version}" || ![".", ".."].contains(part) && part.utf8.allSatisfy(isUnreserved)
        }
        return isWellFormed && !Site.ownFirstSegments.contains(parts[0])
    }

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case 48...57, 65...90, 97...122: true
        default: Array("-._~".utf8).contains(byte)
        }
    }

    private func whenMissing() -> WireProfile.WhenMissing {
        guard let fields = object("whenMissing", known: ["responseType", "grantType"]) else {
            return WireProfile.WhenMissing()
        }
        return WireProfile.WhenMissing(
            responseType: fields.optional("responseType", "“code”") { $0 == "code" ? $0 : nil },
            grantType: fields.optional("grantType", "“authorization_code”") {
                $0 == Grant.authorizationCode.rawValue ? $0 : nil
            }
        )
    }

    private func parameterSources() -> WireProfile.ParameterSources {
        var sources = WireProfile.ParameterSources()
        let all: [(String, WritableKeyPath<WireProfile.ParameterSources, Bool>)] = [
            ("query", \.query), ("multipart", \.multipart), ("anyContentType", \.anyContentType),
            ("equalRepetition", \.equalRepetition), ("ignoreJSON", \.ignoreJSON),
        ]
        guard let fields = object("parameters", known: all.map(\.0)) else { return sources }
        for (key, place) in all { sources[keyPath: place] = fields.flag(key) ?? false }
        return sources
    }

    private func clientAuthentication() -> WireProfile.ClientAuthenticationRules {
        let fields = object("clientAuthentication", known: ["bothWhenEqual", "explainBasic"])
        return WireProfile.ClientAuthenticationRules(
            bothWhenEqual: fields?.flag("bothWhenEqual") ?? false,
            explainBasic: fields?.flag("explainBasic") ?? false
        )
    }

    private func tokenAnswer() -> WireProfile.TokenAnswer {
        typealias Key = WireProfile.TokenAnswer.Key
        var answer = WireProfile.TokenAnswer()
        guard let fields = object("answer", known: ["keys", "tokenType"]) else { return answer }
        answer.tokenType = fields.choice("tokenType") ?? answer.tokenType
        let words = Key.allCases.map(\.rawValue).joined(separator: ", ")
        let keys = fields.texts("keys", "one of \(words)", Key.init)
        if !fields.list("keys").isEmpty { answer.keys = keys }
        if !answer.keys.contains(.accessToken) { fields.note("“access_token” has to be among them", "keys") }
        return answer
    }

    private func resourceError() -> WireProfile.ResourceError? {
        guard let fields = object("resourceError", known: ["challenges", "contentType", "body"]) else {
            return nil
        }
        let header = "1 to 300 printable ASCII characters"
        let challenges = fields.texts("challenges", header, Fields.headerValue)
        if challenges.isEmpty { fields.note("needs at least one challenge", "challenges") }
        let type = fields.text("contentType", header, Fields.headerValue)
        let body = fields.text("body", "a text of up to 2000 bytes") { $0.utf8.count <= 2000 ? $0 : nil }
        guard let type, let body else { return nil }
        return WireProfile.ResourceError(challenges: challenges, contentType: type, body: body)
    }

    private static func headerValue(_ text: String) -> String? {
        let isPlain = text.utf8.allSatisfy { (0x20...0x7E).contains($0) }
        return isPlain && (1...300).contains(text.utf8.count) && text == text.trimmingSpaces ? text : nil
    }
}
