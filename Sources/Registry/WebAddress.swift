// How a redirect URI of the web is taken apart, and compared with one that was sent.

/// Host, port, path and query of an http address, cut out without changing a byte.
struct AddressParts {
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
                && label.allSatisfy { $0.isLetter || $0.isDigit || $0 == UInt8(ascii: "-") }
        }
        guard legal, name.count <= 253 else { throw .malformedHost }
        guard name.allSatisfy({ !$0.isLetter || $0.isLowercaseLetter }) else { throw .capitals }
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

extension AddressParts {
    /// The same, for an address that is only compared: nil says it cannot be the registered one.
    static func read(_ rest: ArraySlice<UInt8>) -> AddressParts? {
        do { return try AddressParts(afterScheme: rest) } catch { return nil }
    }
}

/// `http://127.0.0.1:PORT/rest` or `http://[::1]:PORT/rest`, with an empty path read as `/`.
struct LoopbackAddress {
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

/// An http address taken apart to be compared by scheme, host, port, path and query.
///
/// Host in lower case and without the scheme's default port; path and query are the bytes that came.
struct WebAddress {
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
    var isURICharacter: Bool {
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
