import FoundationEssentials
import Registry

/// A tenant as its file describes it, every mistake found.
///
/// The shipped `Tenants/standard.json5` documents the form by comments.
struct TenantFile: Sendable {
    enum LogoSource: Sendable, Equatable {
        /// A file, by its path from the folder of the tenant file.
        case file(String)
        case embedded([UInt8])
    }

    let name: TenantName

    /// All that the file says, but for the logo, which has to be decoded first.
    let settings: Tenant.Settings
    let logo: LogoSource?
    let logoPlace: Place

    /// Reads and checks a file; throws every mistake in it, each of which names `fileName`.
    init(_ bytes: [UInt8], called fileName: String) throws(FileMistakes) {
        let mistakes = MistakeList(fileName)
        let root = try mistakes.root(of: bytes, known: TenantFile.keys)
        let name = root.text("name", "1 to 32 of a-z, 0-9 and -, beginning with a letter", TenantName.init)
        let language: Language? = root.choice("language")
        let own = language ?? .english
        let scopes = root.scopes(in: own)
        let brand = root.brand()
        let hosts = root.hosts()
        let limitsShown = root.reassurances(about: scopes, in: own)
        var policy = root.policy(opensDoors: root.isObject("profile"))
        let profile = root.profile(into: &policy)
        guard let name, let brand, mistakes.all.isEmpty else {
            throw mistakes.inOrder
        }
        self.name = name
        logo = brand.logo
        logoPlace = brand.logoPlace
        var settings = Tenant.Settings(
            hosts: hosts,
            brand: brand.brand,
            scopes: scopes,
            limitsShown: limitsShown,
            policy: policy,
            wireProfile: try TenantFile.text(of: profile, fileName)
        )
        settings.language = own == .english ? nil : own.rawValue
        self.settings = settings
    }

    private static func text(of profile: WireProfile?, _ fileName: String) throws(FileMistakes) -> String {
        guard let profile else { return WireProfile.standardName }
        do {
            return try profile.text
        } catch {
            throw FileMistakes(all: [FileMistake(fileName, Place(), "profile", "cannot be kept")])
        }
    }

    /// The path of the logo a tenant file names, as far as it can be read.
    static func logoPath(in bytes: [UInt8]) -> String? {
        do {
            let root = Fields(try JSON5(bytes), at: "", known: keys, MistakeList(""))
            guard case .file(let path) = root.brandLogo() else { return nil }
            return path
        } catch {
            return nil
        }
    }

    private static let keys = [
        "name", "language", "hosts", "brand", "scopes", "neverAllows", "policy", "profile",
    ]
}

// MARK: - What each part may say

extension Fields {
    fileprivate func hosts() -> [String] {
        texts("hosts", "a host name in lower case without a port, such as auth.example.com") { text in
            Fields.isHostName(text) ? text : nil
        }
    }

    private static func isHostName(_ text: String) -> Bool {
        let labels = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return text.utf8.count <= 253
            && labels.allSatisfy { label in
                (1...63).contains(label.count) && label.first != UInt8(ascii: "-")
                    && label.last != UInt8(ascii: "-")
                    && label.allSatisfy {
                        (97...122).contains($0) || (48...57).contains($0) || $0 == UInt8(ascii: "-")
                    }
            }
    }

    fileprivate func brand() -> (brand: Brand, logo: TenantFile.LogoSource?, logoPlace: Place)? {
        let keys = [
            "displayName", "shortName", "accent", "logo", "supportEmail", "helpPage", "privacyPolicy",
            "dataDescription", "footerText",
        ]
        guard let fields = object("brand", known: keys) else {
            note("is missing", "brand")
            return nil
        }
        let name = fields.sentence("displayName")
        let short = fields.optional("shortName", "one line of 2 to 24 characters") { text in
            Fields.line(text).flatMap { (2...24).contains($0.count) ? $0 : nil }
        }
        let accent = fields.text("accent", "a colour such as #0b6bcb", AccentColour.init)
        let logo = fields.logo()
        let email = fields.optional("supportEmail", "an e-mail address") { EmailAddress($0)?.text }
        let help = fields.optional("helpPage", "an address that begins with https://", Fields.webAddress)
        let privacy = fields.optional(
            "privacyPolicy",
            "an address that begins with https://",
            Fields.webAddress
        )
        let footer = fields.optional("footerText", "one line of 1 to 300 characters", Fields.line)
        guard let data = fields.sentence("dataDescription"), let name, let accent else { return nil }
        let brand = Brand(
            displayName: name,
            shortName: short,
            accent: accent,
            supportEmail: email,
            helpPage: help,
            privacyPolicy: privacy,
            dataDescription: data,
            footerText: footer
        )
        return (brand, logo, fields.place(of: "logo"))
    }

    private static func webAddress(_ text: String) -> String? {
        do {
            guard case .web = try RedirectURI(text).destination else { return nil }
            return text
        } catch {
            return nil
        }
    }

    fileprivate func brandLogo() -> TenantFile.LogoSource? {
        object("brand", known: ["logo"])?.logo()
    }

    private func logo() -> TenantFile.LogoSource? {
        optional("logo", "the path of a PNG, or data:image/png;base64,…") { text in
            guard text.hasPrefix("data:") else { return text.isEmpty ? nil : .file(text) }
            let start = "data:image/png;base64,"
            guard text.hasPrefix(start) else { return nil }
            return Data(base64Encoded: String(text.dropFirst(start.count))).map { .embedded(Array($0)) }
        }
    }

    fileprivate func scopes(in own: Language) -> [OfferedScope] {
        var found: [OfferedScope] = []
        let keys = [
            "name", "sentence", "detail", "kind", "group", "default", "optional", "needsApproval", "retired",
        ]
        for fields in objects("scopes", known: keys) {
            let name = fields.text(
                "name",
                "1 to 64 printable characters without spaces, \" and \\",
                Scope.init
            )
            let sentence = fields.wording("sentence", in: own)
            let detail = fields.optionalWording("detail", in: own)
            let kind: OfferedScope.Kind? = fields.choice("kind")
            let group: OfferedScope.Group? = fields.choice("group")
            let isDefault = fields.flag("default")
            let choice: OfferedScope.Choice? = fields.choice("optional")
            let needsApproval = fields.flag("needsApproval")
            let isRetired = fields.flag("retired")
            guard let name, let sentence else { continue }
            if found.contains(where: { $0.name == name }) {
                fields.note("there is a scope “\(name)” already", "name")
            }
            var scope = OfferedScope(
                name: name,
                sentence: sentence.own,
                detail: detail?.own ?? "",
                kind: kind ?? .read,
                group: group,
                isDefault: isDefault ?? false,
                choice: choice ?? .required,
                needsApproval: needsApproval ?? false,
                isRetired: isRetired ?? false
            )
            (scope.sentences, scope.details) = (sentence.others, detail?.others ?? [:])
            found.append(scope)
        }
        return found
    }

    fileprivate func reassurances(about scopes: [OfferedScope], in own: Language) -> [Reassurance] {
        let known = scopes.map(\.name.text)
        return objects("neverAllows", known: ["sentence", "unless"]).compactMap { fields in
            let wanted =
                "the name of a scope of this file"
                + (known.isEmpty ? "" : ": " + known.joined(separator: ", "))
            let unless = fields.texts("unless", wanted) { text in known.contains(text) ? Scope(text) : nil }
            return fields.wording("sentence", in: own).map {
                Reassurance(sentence: $0.own, $0.others, unless: unless)
            }
        }
    }

    /// Nothing may be looser than the bounds of the security specification, unless the tenant has a profile of
    /// its own; what is left out is as usual.
    fileprivate func policy(opensDoors: Bool) -> Policy {
        let day = 86_400
        var policy = Policy()
        let lives: [(String, WritableKeyPath<Policy, Lifetime>, ClosedRange<Int>)] = [
            ("accessTokenSeconds", \.accessTokenSeconds, 1...(opensDoors ? day : 3600)),
            ("refreshIdleSeconds", \.refreshIdleSeconds, 1...(opensDoors ? 366 : 90) * day),
            ("refreshAbsoluteSeconds", \.refreshAbsoluteSeconds, 1...366 * day),
        ]
        let flags: [(String, WritableKeyPath<Policy, Bool>)] = [
            ("tokensInAuditLog", \.tokensInAuditLog), ("consentLetters", \.consentLetters),
        ]
        let keys =
            ["registration", "review", "secondAdministrator", "grants", "protectedNames"]
            + PolicyNumber.all.map(\.key) + lives.map(\.0) + flags.map(\.0)
        guard let fields = object("policy", known: keys) else { return policy }
        policy.registration = fields.choice("registration") ?? policy.registration
        policy.review = fields.choice("review") ?? policy.review
        policy.secondAdministrator = fields.choice("secondAdministrator") ?? policy.secondAdministrator
        policy.protectedNames = fields.texts("protectedNames", "one line of 2 to 80 characters") { text in
            Fields.line(text).flatMap { (2...80).contains($0.count) ? $0 : nil }
        }
        if policy.protectedNames.count > 500 { fields.note("should have up to 500 names", "protectedNames") }
        let offered = Grant.allCases.filter { opensDoors || !$0.isDoor }
        let grants = fields.texts("grants", offered.map(\.rawValue).joined(separator: " or ")) { text in
            offered.first { $0.rawValue == text }
        }
        if !grants.isEmpty { policy.grants = Set(grants) }
        if fields.isEmptyList("grants") {
            fields.note("should name at least one way to get a token", "grants")
        }
        for (key, path) in flags { if let flag = fields.flag(key) { policy[keyPath: path] = flag } }
        for rule in PolicyNumber.all {
            if let number = fields.number(rule.key, in: rule.range) { policy[keyPath: rule.path] = number }
        }
        for (key, path, range) in lives {
            if let life = fields.lifetime(key, in: range, orUnlimited: opensDoors) {
                policy[keyPath: path] = life
            }
        }
        if policy.refreshIdleSeconds > policy.refreshAbsoluteSeconds {
            fields.note("should not be longer than refreshAbsoluteSeconds", "refreshIdleSeconds")
        }
        return policy
    }

    /// A number of seconds, or "unlimited" where that may be.
    private func lifetime(_ key: String, in range: ClosedRange<Int>, orUnlimited: Bool) -> Lifetime? {
        if orUnlimited, isText(key, Lifetime.unlimitedName) { return .unlimited }
        return number(key, in: range).map { .seconds($0) }
    }
}

extension Lifetime {
    static let unlimitedName = "unlimited"

    /// As a tenant file says it.
    var json: JSON { seconds.map { .number($0) } ?? .text(Lifetime.unlimitedName) }
}

extension Grant {
    /// Only a profile of its own lets a tenant offer it.
    fileprivate var isDoor: Bool { self == .password || self == .implicit }
}
