/// What a request asks for: the path, decoded once, and the query.
///
/// Read from the bytes of the request line. Routing and access checks see these segments and nothing
/// else, so what could be read in two ways is refused here instead of being cleaned up: no dot
/// segments, no empty ones, no `;` parameters, no `/`, `\` or control character behind a `%`.
struct RequestTarget: Sendable {
    let path: [String]
    let rawPath: String
    let query: String

    /// Takes a target in origin form (RFC 9112 §3.2.1): `/path?query`.
    init(_ target: [UInt8], queryParameters limit: Int) throws(EdgeRefusal) {
        guard target.first == UInt8(ascii: "/") else { throw .notOriginForm }
        let end = target.firstIndex(of: UInt8(ascii: "?")) ?? target.endIndex
        path = try Self.segments(target[1..<end])
        rawPath = String(decoding: target[..<end], as: UTF8.self)
        query = end == target.endIndex ? "" : try Self.query(target[(end + 1)...], limit: limit)
    }

    private static func segments(_ path: ArraySlice<UInt8>) throws(EdgeRefusal) -> [String] {
        var segments: [String] = []
        var rest = path
        guard !rest.isEmpty else { return segments }
        while let slash = rest.firstIndex(of: UInt8(ascii: "/")) {
            guard slash > rest.startIndex else { throw .unclearPath }
            segments.append(try segment(rest[..<slash]))
            rest = rest[(slash + 1)...]
        }
        segments.append(rest.isEmpty ? "" : try segment(rest))
        return segments
    }

    private static func segment(_ raw: ArraySlice<UInt8>) throws(EdgeRefusal) -> String {
        // Most are plain: letters, digits and hyphens, which need no second look.
        if raw.allSatisfy(isPlain) { return String(decoding: raw, as: UTF8.self) }
        var decoded = raw
        if raw.contains(UInt8(ascii: "%")) {
            guard let bytes = PercentCoding.decode(raw, plusIsSpace: false) else { throw .unclearPath }
            guard bytes.allSatisfy(mayComeEncoded) else { throw .unclearPath }
            decoded = bytes[...]
        }
        guard raw.allSatisfy(mayStandInPath), !isDots(decoded) else { throw .unclearPath }
        if decoded.allSatisfy({ $0 < 0x80 }) { return String(decoding: decoded, as: UTF8.self) }
        guard let text = String(validating: decoded, as: UTF8.self) else { throw .unclearPath }
        return text
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20 || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
            || byte == UInt8(ascii: "-")
    }

    private static func isDots(_ segment: ArraySlice<UInt8>) -> Bool {
        segment.count <= 2 && segment.allSatisfy { $0 == UInt8(ascii: ".") }
    }

    /// Says whether a byte may be the outcome of decoding; the others would change what the path means.
    private static func mayComeEncoded(_ byte: UInt8) -> Bool {
        switch byte {
        case 0..<0x20, 0x7F, UInt8(ascii: "/"), UInt8(ascii: "\\"), UInt8(ascii: ";"): false
        default: true
        }
    }

    /// `pchar` of RFC 3986 §3.3 without `;`.
    private static func mayStandInPath(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"): true
        case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"): true
        case UInt8(ascii: "%"), UInt8(ascii: "!"), UInt8(ascii: "$"), UInt8(ascii: "&"): true
        case UInt8(ascii: "'"), UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "*"): true
        case UInt8(ascii: "+"), UInt8(ascii: ","), UInt8(ascii: "="), UInt8(ascii: ":"): true
        case UInt8(ascii: "@"): true
        default: false
        }
    }

    /// Any visible ASCII but `#`, which browsers do send beyond RFC 3986: `|`, `[`, `{`, `^`.
    private static func query(_ raw: ArraySlice<UInt8>, limit: Int) throws(EdgeRefusal) -> String {
        var ampersands = 0
        for byte in raw {
            guard (0x21...0x7E).contains(byte), byte != UInt8(ascii: "#") else { throw .unclearQuery }
            if byte == UInt8(ascii: "&") { ampersands += 1 }
        }
        guard ampersands < limit else { throw .tooManyParameters }
        return String(decoding: raw, as: UTF8.self)
    }
}

/// Percent-coding on bytes (RFC 3986 §2.1).
enum PercentCoding {
    /// Decodes once; nil when a `%` is not followed by two hexadecimal digits.
    static func decode(_ raw: ArraySlice<UInt8>, plusIsSpace: Bool) -> [UInt8]? {
        var decoded: [UInt8] = []
        decoded.reserveCapacity(raw.count)
        var bytes = raw.makeIterator()
        while let byte = bytes.next() {
            if byte == UInt8(ascii: "%") {
                guard let high = bytes.next().flatMap(digit), let low = bytes.next().flatMap(digit) else {
                    return nil
                }
                decoded.append(high << 4 | low)
            } else {
                decoded.append(plusIsSpace && byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
            }
        }
        return decoded
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
