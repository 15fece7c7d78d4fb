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
        try RedirectURI.check(characters: bytes)
        try RedirectURI.check(scheme: scheme)
        guard bytes[..<colon].elementsEqual(scheme.utf8) else { throw .malformedHost }
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
        if bytes.contains(UInt8(ascii: "*")) { throw .wildcard }
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
    fileprivate static var reservedParameters: Set<String> {
        [
            "code", "state", "error", "error_description", "error_uri", "iss", "access_token", "token_type",
            "expires_in", "scope", "id_token", "refresh_token", "session_state",
        ]
    }
}

/// Host, port, path and query of an http address, cut out without changing a byte.
private struct AddressParts {
    let host: String
    let port: Int?
    let path: ArraySlice<UInt8>
    let query: ArraySlice<UInt8>?

    init(afterScheme rest: ArraySlice<UInt8>) throws(RedirectURIProblem) {
        guard rest.starts(with: "//".utf8) else { throw .notAbsolute }
        let hierarchy = rest.dropFirst(2)
        let end =
            hierarchy.firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") } ?? hierarchy.endIndex
        let authority = hierarchy[..<end]
        guard !authority.contains(UInt8(ascii: "@")) else { throw .userName }
        (host, port) = try AddressParts.hostAndPort(authority)
        (path, query) = hierarchy[end...].splitOnce(at: UInt8(ascii: "?"))
    }

    private static func hostAndPort(
        _ authority: ArraySlice<UInt8>
    ) throws(RedirectURIProblem)
        -> (String, Int?)
    {
        let text = String(decoding: authority, as: UTF8.self)
        if text == "[::1]" { return (text, nil) }
        if text.hasPrefix("[::1]:") { return ("[::1]", try port(authority.dropFirst(6))) }
        let (name, number) = authority.splitOnce(at: UInt8(ascii: ":"))
        let labels = name.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        let legal = labels.allSatisfy { label in
            (1...63).contains(label.count) && label.first != UInt8(ascii: "-")
                && label.last != UInt8(ascii: "-")
                && label.allSatisfy { $0.isLowercaseLetter || $0.isDigit || $0 == UInt8(ascii: "-") }
        }
        guard legal, name.count <= 253 else { throw .malformedHost }
        let host = String(decoding: name, as: UTF8.self)
        return (host, try number.map { digits throws(RedirectURIProblem) in try port(digits) })
    }

    private static func port(_ digits: ArraySlice<UInt8>) throws(RedirectURIProblem) -> Int {
        guard (1...5).contains(digits.count), digits.allSatisfy(\.isDigit), digits.first != UInt8(ascii: "0"),
            let number = Int(String(decoding: digits, as: UTF8.self)), number <= 65_535
        else { throw .malformedPort }
        return number
    }
}

/// `http://127.0.0.1:PORT/rest` or `http://[::1]:PORT/rest`, with an empty path read as `/`.
private struct LoopbackAddress {
    let host: String
    let port: Int?
    let rest: String

    /// An empty path and `/` are one place, but which of the two was written has to come back.
    let hasPath: Bool
    let restWithoutPath: String

    init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.starts(with: "http://".utf8), bytes.allSatisfy(\.isURICharacter),
            !bytes.contains(UInt8(ascii: "#")),
            let parts = AddressParts.read(bytes.dropFirst(5))
        else { return nil }
        (host, port) = (parts.host, parts.port)
        hasPath = !parts.path.isEmpty
        restWithoutPath = parts.query.map { "?" + String(decoding: $0, as: UTF8.self) } ?? ""
        rest = (hasPath ? String(decoding: parts.path, as: UTF8.self) : "/") + restWithoutPath
    }
}

extension AddressParts {
    /// The same, for an address that is only compared: nil says it cannot be the registered one.
    fileprivate static func read(_ rest: ArraySlice<UInt8>) -> AddressParts? {
        do { return try AddressParts(afterScheme: rest) } catch { return nil }
    }
}

/// An http address taken apart to be compared by scheme, host, port, path and query.
///
/// Host in lower case and without the scheme's default port; path and query are the bytes that came.
private struct WebAddress {
    let scheme: String
    let host: String
    let port: Int?
    let path: ArraySlice<UInt8>
    let query: ArraySlice<UInt8>?

    /// Nil for what no registered address could be: another scheme, a fragment, a user name, a byte or an escape
    /// that may not stand in an address.
    init?(_ text: String) {
        var bytes = Array(text.utf8)
        guard bytes.count <= 2000, bytes.allSatisfy(\.isURICharacter), !bytes.contains(UInt8(ascii: "#")),
            PercentText.isWellFormed(bytes[...]), let colon = bytes.firstIndex(of: UInt8(ascii: ":"))
        else { return nil }
        scheme = String(decoding: bytes[..<colon], as: UTF8.self)
        guard scheme == "https" || scheme == "http", bytes[(colon + 1)...].starts(with: "//".utf8) else {
            return nil
        }
        let start = colon + 3
        let end =
            bytes[start...].firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") }
            ?? bytes.endIndex
        for place in start..<end where bytes[place].isLetter { bytes[place] |= 0x20 }
        guard let parts = AddressParts.read(bytes[(colon + 1)...]) else { return nil }
        host = parts.host
        port = parts.port == (scheme == "https" ? 443 : 80) ? nil : parts.port
        (path, query) = (parts.path, parts.query)
    }

    var text: String {
        let place =
            "\(scheme)://\(host)" + (port.map { ":\($0)" } ?? "") + String(decoding: path, as: UTF8.self)
        return place + (query.map { "?" + String(decoding: $0, as: UTF8.self) } ?? "")
    }

    func hasPlace(of own: WebAddress, anyPort: Bool) -> Bool {
        scheme == own.scheme && host == own.host && (anyPort || port == own.port) && path == own.path
    }

    /// Whether every registered pair is there, and nothing that an answer of ours could be confused with.
    func extends(_ own: WebAddress) -> Bool {
        let (sent, registered) = (pairs, own.pairs)
        return registered.allSatisfy(sent.contains)
            && sent.allSatisfy { pair in
                registered.contains(pair)
                    || !WebAddress.isReserved(pair) && !registered.contains { $0.hasName(of: pair) }
            }
    }

    private var pairs: [ArraySlice<UInt8>] { query?.split(separator: UInt8(ascii: "&")) ?? [] }

    /// Judges a pair as the most generous server behind the address might read it: `;` separates pairs, case does
    /// not matter, `code[]` is an array called `code`, and `.` and a blank are written `_`.
    private static func isReserved(_ pair: ArraySlice<UInt8>) -> Bool {
        guard let bytes = PercentText.decoded(pair) else { return true }
        return bytes.split(whereSeparator: { Array(";&".utf8).contains($0) }).contains { piece in
            let start = piece.drop { $0 <= UInt8(ascii: " ") || Array("?[]".utf8).contains($0) }
            let name = start.prefix { !Array("=[]\0".utf8).contains($0) }
            let plain = name.map { Array(". ".utf8).contains($0) ? UInt8(ascii: "_") : $0 }
            return RedirectURI.reservedParameters.contains(
                String(decoding: plain, as: UTF8.self).lowercased()
            )
        }
    }
}

extension ArraySlice<UInt8> {
    /// Whether two pairs of a query have one name, of which a server may take either value.
    fileprivate func hasName(of other: ArraySlice<UInt8>) -> Bool {
        name != nil && name == other.name
    }

    private var name: [UInt8]? { PercentText.decoded(prefix { $0 != UInt8(ascii: "=") }) }
}

/// Percent-encoding in addresses that are only compared (RFC 3986 §2.1).
private enum PercentText {
    static func isWellFormed(_ bytes: ArraySlice<UInt8>) -> Bool { decoded(bytes) != nil }

    static func decoded(_ bytes: ArraySlice<UInt8>) -> [UInt8]? {
        var (text, rest): ([UInt8], ArraySlice<UInt8>) = ([], bytes)
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                text.append(byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
                continue
            }
            let digits = rest.prefix(2)
            guard digits.count == 2, digits.allSatisfy(\.isHexDigit),
                let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
            else { return nil }
            text.append(value)
            rest = rest.dropFirst(2)
        }
        return text
    }
}

extension UInt8 {
    /// Unreserved, reserved or `%` (RFC 3986 §2).
    fileprivate var isURICharacter: Bool {
        isLetter || isDigit || Array("-._~:/?#[]@!$&'()*+,;=%".utf8).contains(self)
    }
}

extension ArraySlice<UInt8> {
    /// What stands before the first `separator`, and what after it if it is there.
    func splitOnce(at separator: UInt8) -> (ArraySlice<UInt8>, ArraySlice<UInt8>?) {
        guard let place = firstIndex(of: separator) else { return (self, nil) }
        return (self[..<place], self[index(after: place)...])
    }
}
