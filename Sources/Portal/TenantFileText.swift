import FoundationEssentials
import Registry

extension TenantFile {
    /// A tenant written as its file: JSON, which is JSON5 as well.
    ///
    /// Throws if what is kept of its profile cannot be read.
    static func text(of tenant: Tenant, logo: [UInt8]?) throws -> String {
        try json(of: tenant.settings, called: tenant.name, logo: logo).indented()
    }

    /// With `everySwitch`, a profile in which all are closed is written out, too.
    static func json(
        of settings: Tenant.Settings,
        called name: TenantName,
        logo: [UInt8]? = nil,
        everySwitch: Bool = false
    ) throws -> JSON {
        let language = settings.language ?? Language.english.rawValue
        return .object([
            ("name", .text(name.text)),
            ("language", .text(language)),
            ("hosts", .list(settings.hosts.map { .text($0) })),
            ("brand", .object(members(of: settings.brand, logo: logo))),
            ("scopes", .list(settings.scopes.map { .object(members(of: $0, in: language)) })),
            ("neverAllows", .list(settings.limitsShown.map { .object(members(of: $0, in: language)) })),
            ("policy", .object(members(of: settings.policy))),
            ("profile", try profile(of: settings, everySwitch: everySwitch)),
        ])
    }

    private static func members(of brand: Brand, logo: [UInt8]?) -> [(String, JSON)] {
        let optional = [
            ("shortName", brand.shortName), ("supportEmail", brand.supportEmail),
            ("helpPage", brand.helpPage), ("privacyPolicy", brand.privacyPolicy),
            ("footerText", brand.footerText),
            ("logo", logo.map { "data:image/png;base64," + Data($0).base64EncodedString() }),
        ]
        return [
            ("displayName", .text(brand.displayName)), ("accent", .text(brand.accent.text)),
            ("dataDescription", .text(brand.dataDescription)),
        ] + optional.compactMap { name, text in text.map { (name, .text($0)) } }
    }

    private static func members(of scope: OfferedScope, in language: String) -> [(String, JSON)] {
        let sentence = JSON(scope.sentence, scope.sentences, in: language)
        let detail = scope.detail.isEmpty ? nil : JSON(scope.detail, scope.details, in: language)
        return [("name", .text(scope.name.text)), ("sentence", sentence)]
            + (detail.map { [("detail", $0)] } ?? [])
            + [
                ("kind", .text(scope.kind.rawValue)), ("group", .text(scope.group.rawValue)),
                ("default", .bool(scope.isDefault)), ("optional", .text(scope.choice.rawValue)),
                ("needsApproval", .bool(scope.needsApproval)), ("retired", .bool(scope.isRetired)),
            ]
    }

    private static func members(of limit: Reassurance, in language: String) -> [(String, JSON)] {
        [
            ("sentence", JSON(limit.sentence, limit.sentences, in: language)),
            ("unless", .list(limit.unless.map { .text($0.text) })),
        ]
    }

    private static func members(of policy: Policy) -> [(String, JSON)] {
        [
            ("registration", .text(policy.registration.rawValue)), ("review", .text(policy.review.rawValue)),
            ("secondAdministrator", .text(policy.secondAdministrator.rawValue)),
            ("grants", .list(policy.grants.map(\.rawValue).sorted().map { .text($0) })),
            ("protectedNames", .list(policy.protectedNames.map { .text($0) })),
            ("accessTokenSeconds", policy.accessTokenSeconds.json),
            ("refreshIdleSeconds", policy.refreshIdleSeconds.json),
            ("refreshAbsoluteSeconds", policy.refreshAbsoluteSeconds.json),
            ("tokensInAuditLog", .bool(policy.tokensInAuditLog)),
            ("consentLetters", .bool(policy.consentLetters)),
        ] + PolicyNumber.all.map { ($0.key, .number(policy[keyPath: $0.path])) }
    }
}

// MARK: - The profile

extension TenantFile {
    /// The word for all doors closed, or every switch of the profile.
    private static func profile(of settings: Tenant.Settings, everySwitch: Bool) throws -> JSON {
        let profile = try WireProfile(kept: settings.wireProfile)
        if !everySwitch, WireProfile.name(ofKept: settings.wireProfile) == WireProfile.standardName {
            return .text(WireProfile.standardName)
        }
        var members = rules(of: settings.policy)
        members.append(("paths", .object(paths(profile.paths))))
        members.append(("authorizeByPost", .bool(profile.authorizeByPost)))
        members.append(("issuerInRedirect", .bool(profile.issuerInRedirect)))
        let missing = [
            ("responseType", profile.whenMissing.responseType), ("grantType", profile.whenMissing.grantType),
        ]
        let defaults = missing.compactMap { name, text in text.map { (name, JSON.text($0)) } }
        members.append(("whenMissing", .object(defaults)))
        members.append(("parameters", .object(sources(profile.parameters))))
        members.append(
            (
                "clientAuthentication",
                .object([
                    ("bothWhenEqual", .bool(profile.clientAuthentication.bothWhenEqual)),
                    ("explainBasic", .bool(profile.clientAuthentication.explainBasic)),
                ])
            )
        )
        let keys = profile.answer.keys.map { JSON.text($0.rawValue) }
        members.append(
            (
                "answer",
                .object([("keys", .list(keys)), ("tokenType", .text(profile.answer.tokenType.rawValue))])
            )
        )
        if let error = profile.resourceError { members.append(("resourceError", resourceError(error))) }
        members.append(("crossOrigin", .text(profile.crossOrigin.rawValue)))
        members.append(("checkAccept", .bool(profile.checkAccept)))
        members.append(("plainHTTP", .bool(profile.plainHTTP == true)))
        return .object(members)
    }

    private static func rules(of policy: Policy) -> [(String, JSON)] {
        [
            ("redirectMatch", .text(policy.redirectMatch.rawValue)),
            ("redirectURIAtToken", .text(policy.redirectURIAtToken.rawValue)),
            ("codeChallenge", .text(policy.codeChallenge.rawValue)),
            ("refresh", .text(policy.refresh.rawValue)),
            ("refreshWithClientCredentials", .bool(policy.refreshWithClientCredentials)),
            ("manualIssuance", .bool(policy.manualIssuance)),
            ("manualTokenByMail", .bool(policy.manualTokenByMail)),
            ("tokenText", .text(policy.tokenText.rawValue)),
            ("plusSeparatesScopes", .bool(policy.plusSeparatesScopes)),
        ]
    }

    private static func paths(_ paths: WireProfile.Paths) -> [(String, JSON)] {
        Endpoint.allCases.map { ($0.rawValue, .list(paths[$0].map { .text($0) })) }
    }

    private static func sources(_ sources: WireProfile.ParameterSources) -> [(String, JSON)] {
        [
            ("query", .bool(sources.query)), ("multipart", .bool(sources.multipart)),
            ("anyContentType", .bool(sources.anyContentType)),
            ("equalRepetition", .bool(sources.equalRepetition)), ("ignoreJSON", .bool(sources.ignoreJSON)),
        ]
    }

    private static func resourceError(_ error: WireProfile.ResourceError) -> JSON {
        .object([
            ("challenges", .list(error.challenges.map { .text($0) })),
            ("contentType", .text(error.contentType)), ("body", .text(error.body)),
        ])
    }
}

extension JSON {
    /// With a member or item on every line, for people who will edit it.
    func indented(by depth: Int = 0) -> String {
        let inner = String(repeating: "  ", count: depth + 1)
        let outer = String(repeating: "  ", count: depth)
        switch self {
        case .object(let members) where !members.isEmpty:
            let lines = members.map { name, value in
                inner + String(decoding: JSON.text(name).bytes, as: UTF8.self) + ": "
                    + value.indented(by: depth + 1)
            }
            return "{\n" + lines.joined(separator: ",\n") + "\n\(outer)}"
        case .list(let items) where items.contains(where: \.isObject):
            return "[\n" + items.map { inner + $0.indented(by: depth + 1) }.joined(separator: ",\n")
                + "\n\(outer)]"
        default:
            return String(decoding: bytes, as: UTF8.self)
        }
    }

    private var isObject: Bool { if case .object = self { true } else { false } }
}
