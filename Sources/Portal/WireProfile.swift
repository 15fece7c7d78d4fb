import FoundationEssentials
import Registry
import Web

/// How a tenant speaks on the wire; what is allowed there is its ``Policy``.
///
/// A value from the tenant's file, kept as JSON text in its settings. The defaults are `standard`'s: every door
/// closed. Whatever a provider's partners need beyond that is a switch here, never its name in the program.
struct WireProfile: Sendable, Codable, Equatable {
    /// Addresses of the provider's own, each leading to a line of the route table; the standard ones work beside.
    var paths = Paths()

    /// Whether another site's form may bring an authorization request (OpenID Connect Core §3.1.2.1).
    var authorizeByPost = false

    /// Whether the answer to an authorization request names its issuer (RFC 9207).
    var issuerInRedirect = true
    var whenMissing = WhenMissing()
    var parameters = ParameterSources()
    var clientAuthentication = ClientAuthenticationRules()
    var answer = TokenAnswer()
    var resourceError: ResourceError?
    var crossOrigin = CrossOriginRule.registered

    /// Whether an `Accept` that excludes JSON is answered with 406 (RFC 9110 §12.5.1).
    var checkAccept = false

    /// Whether software may send its requests over plain HTTP, where a proxy lets that through; nil is no.
    var plainHTTP: Bool?

    static let standard = WireProfile()
}

extension WireProfile {
    struct Paths: Sendable, Codable, Equatable {
        var authorize: [String] = []
        var token: [String] = []
        var revoke: [String] = []
        var introspect: [String] = []
        var verify: [String] = []

        /// Where `DELETE` ends the token it is sent with; where there is none, there is no such request.
        var logout: [String] = []
    }

    /// What stands for a parameter that was left out.
    struct WhenMissing: Sendable, Codable, Equatable {
        var responseType: String?

        /// Taken only where the parameter this grant needs is there.
        var grantType: String?
    }

    /// Where the token endpoint looks for parameters besides a form-encoded body (RFC 6749 §3.2).
    struct ParameterSources: Sendable, Codable, Equatable {
        /// What stands there ends up in logs, though never in ours (RFC 6749 §2.3.1).
        var query = false
        var multipart = false

        /// Whether a body of no known type is read as a form.
        var anyContentType = false

        /// Whether a parameter may come twice with the same value.
        var equalRepetition = false

        /// Whether a JSON body is passed over rather than refused.
        var ignoreJSON = false
    }

    struct ClientAuthenticationRules: Sendable, Codable, Equatable {
        /// Whether header and body may both carry the credentials; unequal ones are wrong ones.
        var bothWhenEqual = false

        /// Whether a Basic header that holds no pair is told so.
        var explainBasic = false
    }

    /// The JSON that brings tokens (RFC 6749 §5.1).
    struct TokenAnswer: Sendable, Codable, Equatable {
        enum Key: String, Sendable, Codable, CaseIterable {
            case accessToken = "access_token"
            case tokenType = "token_type"
            case type = "type"
            case expiresIn = "expires_in"
            case refreshToken = "refresh_token"
            case scope = "scope"
        }

        enum TokenType: String, Sendable, Codable, CaseIterable {
            case capital = "Bearer"
            case small = "bearer"
        }

        /// In this order; what a token does not have is left out.
        var keys: [Key] = [.accessToken, .tokenType, .expiresIn, .refreshToken, .scope]
        var tokenType = TokenType.capital
    }

    /// What the provider's interface says to a token that does not work, byte for byte.
    struct ResourceError: Sendable, Codable, Equatable {
        /// One `WWW-Authenticate` each.
        var challenges: [String]
        var contentType: String
        var body: String
    }

    /// Which pages of other sites may read our answers.
    enum CrossOriginRule: String, Sendable, Codable, CaseIterable {
        /// Those of registered public applications.
        case registered

        /// All, with whatever headers they ask for.
        case any
    }
}

// MARK: - How it is kept

extension WireProfile {
    /// The text kept in the tenant's settings, the same for the same profile.
    var text: String {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            return String(decoding: try encoder.encode(self), as: UTF8.self)
        }
    }

    /// Stands for ``standard`` in a tenant's settings and file.
    static let standardName = "standard"

    /// Reads the text of a tenant's settings.
    init(kept text: String) throws {
        if text == WireProfile.standardName || text.isEmpty {
            self = .standard
        } else {
            self = try JSONDecoder().decode(WireProfile.self, from: Data(text.utf8))
        }
    }

    /// What commands call the profile that is kept as `text`.
    static func name(ofKept text: String) -> String {
        text == standardName || text.isEmpty ? standardName : "its own"
    }
}

/// A profile made ready to answer with, once a tenant rather than once a request.
final class Dialect: Sendable {
    let profile: WireProfile

    private let aliases: [Alias]

    init(_ profile: WireProfile) {
        self.profile = profile
        aliases = Endpoint.allCases.flatMap { endpoint in
            profile.paths[endpoint].map { Alias($0, for: endpoint.place) }
        }
    }

    /// What a tenant speaks; throws for a profile that cannot be read, which is damage.
    convenience init(of tenant: Tenant) throws {
        self.init(try WireProfile(kept: tenant.settings.wireProfile))
    }

    /// The place in the route table of what was asked for; nil where this tenant has no such thing.
    func place(of path: ArraySlice<String>) -> ArraySlice<String>? {
        if let alias = aliases.first(where: { $0.matches(path) }) { return alias.standard[...] }
        let isLogout = path.count == 3 && path.elementsEqual(Endpoint.logout.place)
        return isLogout && profile.paths.logout.isEmpty ? nil : path
    }

    /// The path that partners are told: the provider's own where it has one.
    func path(to endpoint: Endpoint) -> String {
        profile.paths[endpoint].first ?? "/" + endpoint.place.joined(separator: "/")
    }
}

/// What a provider may have paths of its own for.
enum Endpoint: String, Sendable, CaseIterable {
    case authorize, token, revoke, introspect, verify, logout

    /// Its place in the route table.
    var place: [String] {
        switch self {
        case .logout: ["oauth2", "tokens", "current"]
        default: ["oauth2", rawValue]
        }
    }
}

extension WireProfile.Paths {
    subscript(_ endpoint: Endpoint) -> [String] {
        get { self[keyPath: Self.place(of: endpoint)] }
        set { self[keyPath: Self.place(of: endpoint)] = newValue }
    }

    private static func place(of endpoint: Endpoint) -> WritableKeyPath<Self, [String]> {
        switch endpoint {
        case .authorize: \.authorize
        case .token: \.token
        case .revoke: \.revoke
        case .introspect: \.introspect
        case .verify: \.verify
        case .logout: \.logout
        }
    }
}

/// A provider's path that leads to one of ours.
private struct Alias: Sendable {
    private let segments: [String]
    let standard: [String]

    /// Takes `/a/b/`; a segment `{version}` stands for `v` and numbers, as in `v2.0`.
    init(_ path: String, for standard: [String]) {
        segments = path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
            .dropFirst().map { String(Substring($0)) }
        self.standard = standard
    }

    /// Byte for byte: equality of strings is not.
    func matches(_ path: ArraySlice<String>) -> Bool {
        path.count == segments.count
            && zip(segments, path).allSatisfy { own, sent in
                own == "{version}" ? Alias.isVersion(sent) : own.isByteForByte(sent)
            }
    }

    private static func isVersion(_ segment: String) -> Bool {
        guard segment.utf8.first == UInt8(ascii: "v"), segment.utf8.count <= 12 else { return false }
        let numbers = segment.utf8.dropFirst().split(
            separator: UInt8(ascii: "."),
            omittingEmptySubsequences: false
        )
        return numbers.allSatisfy { !$0.isEmpty && $0.allSatisfy { (48...57).contains($0) } }
    }
}
