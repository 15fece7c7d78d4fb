/// What is wrong with an address somebody wants customers sent back to.
package enum RedirectURIProblem: Error, Equatable, Sendable {
    case notAbsolute
    case tooLong
    case illegalCharacter
    case insecureHTTP
    case fragment
    case userName
    case wildcard
    case forbiddenScheme(String)
    case shortScheme(String)
    case malformedHost

    /// In the scheme or the host, which are compared as they are written.
    case capitals
    case malformedPort
    case dotSegment
    case reservedParameter(String)
    case listedTwice
    case tooMany(limit: Int)
}

/// An address an application registered, character for character (RFC 6749 §3.1.2, RFC 9700 §2.1).
///
/// It is parsed and compared as bytes: `String` equality is canonical and `URL` rewrites what it reads.
package struct RedirectURI: Sendable, Hashable, Bindable {
    /// Where an address leads, which decides how far the tenant can vouch for it.
    package enum Destination: Sendable, Hashable {
        case web(host: String)
        case thisComputer(host: String)
        case installedApp(scheme: String)
    }

    package let text: String
    package let destination: Destination

    /// Scheme, host and port for CORS (RFC 6454 §6.2); empty for an app's own scheme.
    let origin: String

    package var binding: Value { text.binding }

    package init(_ text: String) throws(RedirectURIProblem) { try self.init(text, isRegistered: true) }

    /// Reads an address that was answered at: a registered one, with whatever the tenant's rule let follow it.
    init(kept text: String) throws(RedirectURIProblem) { try self.init(text, isRegistered: false) }

    private init(_ text: String, isRegistered: Bool) throws(RedirectURIProblem) {
        let bytes = Array(text.utf8)
        guard bytes.count <= 2000 else { throw .tooLong }
        guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")), colon > 0 else { throw .notAbsolute }
        let scheme = String(decoding: bytes[..<colon], as: UTF8.self).lowercased()
        if isRegistered, bytes.contains(UInt8(ascii: "*")) { throw .wildcard }
        try RedirectURI.check(characters: bytes)
        try RedirectURI.check(scheme: scheme)
        guard bytes[..<colon].elementsEqual(scheme.utf8) else { throw .capitals }
        let rest = bytes[bytes.index(after: colon)...]
        if scheme == "https" || scheme == "http" {
            let parts = try AddressParts(afterScheme: rest)
            (destination, origin) = try RedirectURI.web(scheme, parts)
            try RedirectURI.check(path: parts.path, query: isRegistered ? parts.query : nil)
        } else {
            (destination, origin) = (.installedApp(scheme: scheme), "")
            let (path, query) = rest.splitOnce(at: UInt8(ascii: "?"))
            guard path.first == UInt8(ascii: "/") else { throw .notAbsolute }
            try RedirectURI.check(path: path, query: isRegistered ? query : nil)
        }
        self.text = text
    }

    /// The address to answer at when `requested` is this one; nil when it is not.
    ///
    /// Only a loopback IP literal is free in its port (RFC 8252 §7.3), and then the answer is made of the
    /// registered bytes and a number, never of what was sent.
    func accepting(_ requested: String) -> RedirectURI? {
        if requested.isByteForByte(text) { return self }
        guard case .thisComputer(let host) = destination, host != "localhost",
            let asked = LoopbackAddress(requested), let own = LoopbackAddress(text),
            asked.host == own.host, asked.rest == own.rest
        else { return nil }
        let port = asked.port.map { ":\($0)" } ?? ""
        return RedirectURI(
            text: "http://\(own.host)\(port)\(asked.hasPath ? own.rest : own.restWithoutPath)",
            destination: destination,
            origin: origin
        )
    }

    /// The address to answer at when `requested` is this one under a tenant's rule; nil when it is not.
    func accepting(_ requested: String, under rule: Policy.RedirectMatch) -> RedirectURI? {
        if let exact = accepting(requested) { return exact }
        guard rule == .hostAndPath, let asked = WebAddress(requested), let own = WebAddress(text),
            asked.hasPlace(of: own, anyPort: isLoopbackLiteral), asked.extends(own)
        else { return nil }
        return RedirectURI(text: asked.text, destination: destination, origin: origin)
    }

    /// An address as ``accepting(_:under:)`` writes it; nil when it could not be one.
    static func normalised(_ text: String) -> String? { WebAddress(text)?.text }

    private var isLoopbackLiteral: Bool {
        if case .thisComputer(let host) = destination { host != "localhost" } else { false }
    }

    private init(text: String, destination: Destination, origin: String) {
        self.text = text
        self.destination = destination
        self.origin = origin
    }

    /// The host or scheme as the customer is told it.
    package var place: String {
        switch destination {
        case .web(let host), .thisComputer(let host): host
        case .installedApp(let scheme): scheme
        }
    }

    /// Whether the two differ in nothing but a final slash: different addresses that are easily confused.
    package func isNearMiss(of other: String) -> Bool {
        text != other && (text + "/" == other || other + "/" == text)
    }
}

// MARK: - The rules, one function each

extension RedirectURI {
    private static func check(characters bytes: [UInt8]) throws(RedirectURIProblem) {
        if bytes.contains(UInt8(ascii: "#")) { throw .fragment }
        for (place, byte) in bytes.enumerated() {
            guard byte.isURICharacter else { throw .illegalCharacter }
            if byte == UInt8(ascii: "%") {
                guard bytes.dropFirst(place + 1).prefix(2).filter(\.isHexDigit).count == 2 else {
                    throw .illegalCharacter
                }
            }
        }
    }

    private static func check(scheme: String) throws(RedirectURIProblem) {
        let legal = scheme.utf8.allSatisfy {
            $0.isLetter || $0.isDigit || Array("+-.".utf8).contains($0)
        }
        guard legal, scheme.utf8.first?.isLetter == true else { throw .notAbsolute }
        if ["javascript", "data", "vbscript", "file", "blob", "about"].contains(scheme) {
            throw .forbiddenScheme(scheme)
        }
        if scheme != "https", scheme != "http", !scheme.utf8.contains(UInt8(ascii: ".")) {
            throw .shortScheme(scheme)
        }
    }

    private static func web(
        _ scheme: String,
        _ parts: AddressParts
    ) throws(RedirectURIProblem)
        -> (Destination, String)
    {
        let origin = "\(scheme)://\(parts.host)\(parts.port.map { ":\($0)" } ?? "")"
        let isLoopback = ["127.0.0.1", "[::1]", "localhost"].contains(parts.host)
        if isLoopback { return (.thisComputer(host: parts.host), origin) }
        guard scheme == "https" else { throw .insecureHTTP }
        return (.web(host: parts.host), origin)
    }

    private static func check(path: ArraySlice<UInt8>, query: ArraySlice<UInt8>?) throws(RedirectURIProblem) {
        for segment in path.split(separator: UInt8(ascii: "/")) {
            let plain = String(decoding: segment, as: UTF8.self).lowercased()
            let dots = plain.replacing("%2e", with: ".")
            if dots == "." || dots == ".." || dots.hasPrefix("..;") { throw .dotSegment }
        }
        for pair in query?.split(separator: UInt8(ascii: "&")) ?? [] {
            let name = String(decoding: pair.splitOnce(at: UInt8(ascii: "=")).0, as: UTF8.self)
            if reservedParameters.contains(name) || name.contains("%") { throw .reservedParameter(name) }
        }
    }

    /// Names that an answer of ours may carry; one in the registered query would let it be forged (RU-04).
    static var reservedParameters: Set<String> {
        [
            "code", "state", "error", "error_description", "error_uri", "iss", "access_token", "token_type",
            "expires_in", "scope", "id_token", "refresh_token", "session_state",
        ]
    }
}
