/// A place on our own site, written so that it can stand in a link, a form or a `Location` header.
///
/// Whatever is appended, the place stays on this site and below where it began: every part is
/// percent-encoded, and neither `//elsewhere.example` nor a climb out by `..` can come about.
package struct Path: Hashable, Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
    /// Percent-encoded, without scheme and host: `/t/rovitracker/applications?page=2`.
    package let text: String

    private let route: String
    private let query: String
    private let fragment: String

    private init(route: String, query: String, fragment: String) {
        self.route = route
        self.query = query
        self.fragment = fragment
        text = query.isEmpty && fragment.isEmpty ? route : route + query + fragment
    }

    /// A route known when the program is written, already encoded: `"/"`, `"/oauth/authorize"`.
    package init(stringLiteral route: StaticString) {
        self.init(route: route.description, query: "", fragment: "")
    }

    /// The element with this `id` on the page that has the link.
    package init(anchor id: String) { self = ("" as Path).anchored(id) }

    package var description: String { text }
}

extension Path {
    /// The place reached by these segments, given decoded.
    package func appending(_ segments: String...) -> Path { appending(segments: segments) }

    /// The place reached by these segments, given decoded.
    ///
    /// A last segment that is empty ends the path with a slash. Other empty ones, `.` and `..` are left
    /// out, because no address can carry them (WHATWG URL §4.4, single-dot and double-dot segments).
    package func appending(segments: [String]) -> Path {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(segments.reduce(route.utf8.count) { $0 + $1.utf8.count + 1 })
        bytes.append(contentsOf: route.utf8)
        for step in segments where !step.isDotSegment {
            if bytes.last != UInt8(ascii: "/") { bytes.append(UInt8(ascii: "/")) }
            bytes.append(percentEncoding: step)
        }
        if segments.last?.isEmpty == true, bytes.last != UInt8(ascii: "/") { bytes.append(UInt8(ascii: "/")) }
        return Path(route: String(decoding: bytes, as: UTF8.self), query: query, fragment: fragment)
    }

    /// The same place with these names and values, given decoded, added to its query.
    package func with(query pairs: [(name: String, value: String)]) -> Path {
        var bytes = Array(query.utf8)
        bytes.reserveCapacity(
            pairs.reduce(bytes.count) { $0 + $1.name.utf8.count + 2 * $1.value.utf8.count + 2 }
        )
        for (name, value) in pairs {
            bytes.append(bytes.isEmpty ? UInt8(ascii: "?") : UInt8(ascii: "&"))
            bytes.append(percentEncoding: name)
            bytes.append(UInt8(ascii: "="))
            bytes.append(percentEncoding: value)
        }
        return Path(route: route, query: String(decoding: bytes, as: UTF8.self), fragment: fragment)
    }

    /// The same place, scrolled to the element with this `id`.
    package func anchored(_ id: String) -> Path {
        var bytes = [UInt8(ascii: "#")]
        bytes.append(percentEncoding: id)
        return Path(route: route, query: query, fragment: String(decoding: bytes, as: UTF8.self))
    }
}

/// An address outside our site that a page may link to.
///
/// Only `https`, `http` and `mailto` addresses in ASCII become one, so a link can neither run a script
/// nor show one host and open another: a user name before the host is refused.
package struct ExternalLink: Hashable, Sendable, CustomStringConvertible {
    package let text: String

    /// The host a browser will open, in lower case and without its port; none for `mailto`.
    package let host: String?

    package init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.allSatisfy(\.mayStandInAddress) else { return nil }
        if bytes.starts(ignoringCase: "mailto:") {
            guard bytes.count > 7 else { return nil }
            host = nil
        } else {
            guard let authority = Self.authority(of: bytes) else { return nil }
            guard let host = Self.host(in: authority) else { return nil }
            self.host = host
        }
        self.text = text
    }

    package var description: String { text }

    /// What stands between `//` and the path of a web address.
    private static func authority(of bytes: [UInt8]) -> ArraySlice<UInt8>? {
        for scheme: StaticString in ["https://", "http://"] where bytes.starts(ignoringCase: scheme) {
            return bytes.dropFirst(scheme.utf8CodeUnitCount).prefix { !"/?#".utf8.contains($0) }
        }
        return nil
    }

    /// The host of `name:port` or `[address]:port`.
    private static func host(in authority: ArraySlice<UInt8>) -> String? {
        let isBracketed = authority.first == UInt8(ascii: "[")
        let host: ArraySlice<UInt8>
        if isBracketed {
            guard let end = authority.firstIndex(of: UInt8(ascii: "]")) else { return nil }
            host = authority[...end]
        } else {
            host = authority.prefix { $0 != UInt8(ascii: ":") }
        }
        let port = authority.dropFirst(host.count)
        let isPort = port.isEmpty || port.first == UInt8(ascii: ":")
        let isNumber = port.dropFirst().allSatisfy(\.isDigit)
        let name = isBracketed ? host.dropFirst().dropLast() : host
        let isHost = name.allSatisfy { $0.mayStandInHost || (isBracketed && $0 == UInt8(ascii: ":")) }
        guard isPort, isNumber, isHost, !name.isEmpty else { return nil }
        return String(decoding: host, as: UTF8.self).lowercased()
    }
}

// MARK: - Bytes

extension UInt8 {
    fileprivate var isDigit: Bool { UInt8(ascii: "0")...UInt8(ascii: "9") ~= self }

    private var isLetter: Bool { UInt8(ascii: "a")...UInt8(ascii: "z") ~= self | 0x20 }

    /// What never needs encoding (RFC 3986 §2.3).
    fileprivate var isUnreserved: Bool {
        switch self {
        case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"): true
        default: isLetter || isDigit
        }
    }

    fileprivate var mayStandInHost: Bool { isLetter || isDigit || "-._".utf8.contains(self) }

    /// Visible ASCII, without the characters that browsers repair or cut off.
    fileprivate var mayStandInAddress: Bool {
        0x21...0x7E ~= self && !"\"<>\\^`{|}".utf8.contains(self)
    }
}

extension String {
    /// Whether it is empty, `.` or `..`.
    fileprivate var isDotSegment: Bool {
        utf8.count <= 2 && utf8.allSatisfy { $0 == UInt8(ascii: ".") }
    }
}

extension String {
    /// Its UTF-8 with everything but unreserved characters percent-encoded (RFC 3986 §2.3).
    package var percentEncoded: String {
        var bytes: [UInt8] = []
        bytes.append(percentEncoding: self)
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension [UInt8] {
    fileprivate mutating func append(percentEncoding text: String) {
        var text = text
        text.withUTF8 { bytes in
            var rest = bytes[...]
            while !rest.isEmpty {
                let plain = rest.prefix(while: \.isUnreserved)
                append(contentsOf: plain)
                rest = rest[plain.endIndex...]
                guard let byte = rest.popFirst() else { return }
                append(UInt8(ascii: "%"))
                append(hexDigit: byte >> 4)
                append(hexDigit: byte & 15)
            }
        }
    }

    private mutating func append(hexDigit value: UInt8) {
        append(value + (value < 10 ? UInt8(ascii: "0") : UInt8(ascii: "A") - 10))
    }

    /// Compares letters without case; the prefix is written in lower case.
    fileprivate func starts(ignoringCase prefix: StaticString) -> Bool {
        let lowered = self.prefix(prefix.utf8CodeUnitCount).map { 0x41...0x5A ~= $0 ? $0 | 0x20 : $0 }
        return lowered.elementsEqual(prefix.description.utf8)
    }
}
