import FoundationEssentials

/// What a tenant allows, for how long, and to whom; the defaults are those of `standard`, with every door closed.
///
/// A *door* is a rule looser than RFC 9700 asks for, opened for one tenant because its partners' software expects it.
package struct Policy: Sendable, Codable, Equatable {
    /// Who may become a partner: everybody, whom administrators invite, or nobody.
    package enum Registration: String, Sendable, Codable, CaseIterable { case open, invitation, closed }
    package enum Review: String, Sendable, Codable, CaseIterable { case open, reviewed }

    package var registration: Registration = .open

    /// *reviewed*: until approval an application works only for its test accounts.
    package var review: Review = .reviewed
    package var grants: Set<Grant> = [.authorizationCode, .refreshToken, .clientCredentials]

    package var codeSeconds = 60
    package var accessTokenSeconds = Lifetime.seconds(15 * 60)

    /// Unused for so long, a refresh token ends.
    package var refreshIdleSeconds = Lifetime.seconds(30 * 86_400)

    /// However often it is used, then it ends.
    package var refreshAbsoluteSeconds = Lifetime.seconds(90 * 86_400)

    /// For so long after its use a confidential application may use a refresh token again, as when the answer was
    /// lost; 0 for never.
    package var refreshGraceSeconds = 0

    /// How long a customer may think about the consent screen.
    package var requestSeconds = 10 * 60

    /// Names of others, which no application may be taken for before somebody has looked.
    package var protectedNames: [String] = []
    package var applicationsPerPartner = 20

    /// As many as this one partner registers in a day, deleted ones with them.
    package var applicationsPerDay = 5

    /// As many as this wait for somebody to approve them, or work without; the operator's own count, and are not
    /// held back.
    package var unapprovedApplications = 50

    /// What partners may upload, in mebibytes as they are kept.
    package var logoMebibytes = 50

    /// So many requests are answered in a second by each server, whoever asks; 0 for as many as come.
    package var requestsPerSecond = 0
    package var redirectURIsPerApplication = 20
    package var testAccountsPerApplication = 5

    /// Whose approval takes two administrators.
    package var secondAdministrator = SecondAdministrator.never

    package var redirectMatch = RedirectMatch.exact

    /// *optional*: a token request may leave out the redirect URI that the authorization request named.
    package var redirectURIAtToken = Need.required

    /// *optional*: a confidential application may leave out PKCE; a challenge that is sent is always checked.
    package var codeChallenge = Need.required
    package var refresh = Refresh.rotate

    /// Whether an application's own token comes with a refresh token (RFC 6749 §4.4.3 advises against it).
    package var refreshWithClientCredentials = false

    /// Whether partners may ask for a token of one customer, and the provider's people give it.
    package var manualIssuance = false

    /// Whether a letter may carry such a token itself, instead of a link to collect it once.
    package var manualTokenByMail = false
    package var tokenText = TokenText.labelled

    /// Whether a `+` that survives decoding separates scopes as a space does.
    package var plusSeparatesScopes = false

    /// Whether the ledger has an entry for every token, and not only for what people do.
    package var tokensInAuditLog = false

    /// Whether customers get a letter when they allow an application something.
    package var consentLetters = false

    /// As many people as this have to report an unverified application before it is frozen; 0 for never.
    package var reportsToFreeze = 3

    /// Within so long.
    package var reportWindowSeconds = 86_400

    /// As many reports as this one person may send in a day.
    package var reportsPerDay = 5

    /// A session unused for so long ends, and one that is used at the latest after `sessionSeconds` (SL-03).
    package var sessionIdleSeconds = 30 * 60
    package var sessionSeconds = 12 * 3600
    package var administratorIdleSeconds = 15 * 60
    package var administratorSeconds = 8 * 3600

    /// For so long after somebody showed who they are nobody asks again before a sensitive act (AD-02).
    package var confirmationSeconds = 5 * 60

    /// After so many days a customer is asked once more, though what they allowed stands; 0 for never.
    package var consentDays = 0

    /// What differs from ``Tries/usual``.
    var tries: [Tries: Int] = [:]

    package init() {}
}

extension Policy {
    /// How an authorization request names one of the registered addresses.
    package enum RedirectMatch: String, Sendable, Codable, CaseIterable {
        /// Character for character (RFC 9700 §2.1).
        case exact

        /// Same scheme, host, port and path, all registered query pairs, and perhaps more of them.
        case hostAndPath
    }

    package enum SecondAdministrator: String, Sendable, Codable, CaseIterable {
        case never

        /// Of applications that may change something.
        case forChanges
        case always

        /// Whether fewer approvals take two.
        func isLooser(than other: SecondAdministrator) -> Bool {
            switch self {
            case .never: other != .never
            case .forChanges: other == .always
            case .always: false
            }
        }
    }

    package enum Need: String, Sendable, Codable, CaseIterable { case required, optional }

    /// What becomes of a refresh token that was used.
    package enum Refresh: String, Sendable, Codable, CaseIterable {
        /// A new one takes its place; seen again, it ends everything (RFC 9700 §4.14.2).
        case rotate

        /// The same one is answered until the customer logs out.
        case keep

        /// A new one is answered, and the old one keeps working.
        case renew
    }

    /// How access and refresh tokens are written.
    package enum TokenText: String, Sendable, Codable, CaseIterable {
        /// Prefix, kind, public id, 256 random bits and a checksum; see ``SecretText``.
        case labelled

        /// 40 lower-case hexadecimal digits: 160 random bits.
        case hex

        /// A UUID of 128 random bits, a colon and five digits that stand for the tenant.
        case uuid
    }

    /// What becomes of a used refresh token of this kind of application.
    ///
    /// Without a secret only rotation shows that a token was copied (RFC 9700 §2.2.2), so no door changes that.
    func refreshRule(for kind: Application.Kind) -> Refresh { kind == .public ? .rotate : refresh }

    /// How often a refresh token gives tokens within the grace.
    static let usesWithinGrace = 3

    /// Since when a refresh token that rotates may have been used for the first time and still be used again; nil
    /// where a second use ends everything at once, as always without a secret.
    func graceStart(for kind: Application.Kind, at now: Date) -> Date? {
        guard refreshGraceSeconds > 0, kind == .confidential, refreshRule(for: kind) == .rotate else {
            return nil
        }
        return now.addingTimeInterval(-Double(refreshGraceSeconds))
    }

    /// How long a session lives without being used, and at most.
    func sessionLife(of role: Role) -> (idle: Int, absolute: Int) {
        role == .admin
            ? (administratorIdleSeconds, administratorSeconds) : (sessionIdleSeconds, sessionSeconds)
    }

    /// Whether what a customer agreed to `then` needs no new question.
    func remembers(_ then: Date, at now: Date) -> Bool {
        consentDays == 0 || now < then.addingTimeInterval(Double(consentDays) * 86_400)
    }

    /// When everything that one consent bought has ended, whatever was refreshed.
    func familyEnd(from start: Date) -> Date {
        accessTokenSeconds == .unlimited ? .never : refreshAbsoluteSeconds.end(from: start)
    }

    /// How long a code or refresh token is remembered after its end, to recognise a second use; a year where what
    /// it bought may live for ever.
    func rememberedUntil(from end: Date) -> Date {
        min(refreshAbsoluteSeconds, .seconds(366 * 86_400)).end(from: end)
    }

    /// Reads the scopes of a request; nil when a word is not a scope-token.
    package func scopes(in text: String) -> ScopeSet? {
        guard plusSeparatesScopes else { return ScopeSet(wire: text) }
        let bytes = text.utf8.map { $0 == UInt8(ascii: "+") ? UInt8(ascii: " ") : $0 }
        return ScopeSet(wire: String(decoding: bytes, as: UTF8.self))
    }
}

// MARK: - How it is kept

extension Policy {
    /// Reads what was kept; a rule that is younger than the row is as usual.
    package init(from decoder: any Decoder) throws {
        let kept = try decoder.container(keyedBy: CodingKeys.self)
        func read<Value: Decodable>(_ value: inout Value, _ key: CodingKeys) throws {
            if let found = try kept.decodeIfPresent(Value.self, forKey: key) { value = found }
        }
        try read(&registration, .registration)
        try read(&review, .review)
        try read(&grants, .grants)
        try read(&codeSeconds, .codeSeconds)
        try read(&accessTokenSeconds, .accessTokenSeconds)
        try read(&refreshIdleSeconds, .refreshIdleSeconds)
        try read(&refreshAbsoluteSeconds, .refreshAbsoluteSeconds)
        try read(&refreshGraceSeconds, .refreshGraceSeconds)
        try read(&requestSeconds, .requestSeconds)
        try read(&protectedNames, .protectedNames)
        try read(&applicationsPerPartner, .applicationsPerPartner)
        try read(&applicationsPerDay, .applicationsPerDay)
        try read(&unapprovedApplications, .unapprovedApplications)
        try read(&logoMebibytes, .logoMebibytes)
        try read(&requestsPerSecond, .requestsPerSecond)
        try read(&redirectURIsPerApplication, .redirectURIsPerApplication)
        try read(&testAccountsPerApplication, .testAccountsPerApplication)
        try read(&secondAdministrator, .secondAdministrator)
        try read(&redirectMatch, .redirectMatch)
        try read(&redirectURIAtToken, .redirectURIAtToken)
        try read(&codeChallenge, .codeChallenge)
        try read(&refresh, .refresh)
        try read(&refreshWithClientCredentials, .refreshWithClientCredentials)
        try read(&manualIssuance, .manualIssuance)
        try read(&manualTokenByMail, .manualTokenByMail)
        try read(&tokenText, .tokenText)
        try read(&plusSeparatesScopes, .plusSeparatesScopes)
        try read(&tokensInAuditLog, .tokensInAuditLog)
        try read(&consentLetters, .consentLetters)
        try read(&reportsToFreeze, .reportsToFreeze)
        try read(&reportWindowSeconds, .reportWindowSeconds)
        try read(&reportsPerDay, .reportsPerDay)
        try read(&sessionIdleSeconds, .sessionIdleSeconds)
        try read(&sessionSeconds, .sessionSeconds)
        try read(&administratorIdleSeconds, .administratorIdleSeconds)
        try read(&administratorSeconds, .administratorSeconds)
        try read(&confirmationSeconds, .confirmationSeconds)
        try read(&consentDays, .consentDays)
        try read(&tries, .tries)
    }
}

/// How long a token lives.
package enum Lifetime: Sendable, Equatable, Comparable, Codable {
    case seconds(Int)

    /// Until somebody ends it.
    case unlimited

    /// The number, where there is an end.
    package var seconds: Int? { if case .seconds(let seconds) = self { seconds } else { nil } }

    func end(from start: Date) -> Date { seconds.map { start.addingTimeInterval(Double($0)) } ?? .never }

    /// Kept as a number, 0 for no end.
    package init(from decoder: any Decoder) throws {
        let seconds = try decoder.singleValueContainer().decode(Int.self)
        self = seconds > 0 ? .seconds(seconds) : .unlimited
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(seconds ?? 0)
    }
}

extension Date {
    /// Stands in a row for no end: the year 3000.
    static var never: Date { Date(timeIntervalSince1970: 32_503_680_000) }
}

/// A way to get a token (RFC 6749 §1.3), by its name on the wire.
package enum Grant: String, Sendable, Codable, CaseIterable, Hashable {
    case authorizationCode = "authorization_code"
    case refreshToken = "refresh_token"
    case clientCredentials = "client_credentials"

    /// The application passes on what the customer signs in with (RFC 6749 §4.3); RFC 9700 §2.4 forbids it.
    case password = "password"

    /// The token stands in the address the browser is sent back to (RFC 6749 §4.2); RFC 9700 §2.1.2 forbids it.
    case implicit = "implicit"
}
