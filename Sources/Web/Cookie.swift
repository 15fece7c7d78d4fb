/// A cookie of ours: for this site only, out of reach of scripts (`Path=/`, `HttpOnly`, `SameSite=Lax`).
package struct Cookie: Sendable {
    package let name: String
    package let value: String
    package let isSecure: Bool

    /// Whole seconds are sent; nil keeps it until the browser closes, zero removes it.
    package let maxAge: Duration?

    /// Nil when the name is not a token or the value has a byte that RFC 6265 §4.1.1 keeps out.
    package init?(name: String, value: String, isSecure: Bool, maxAge: Duration? = nil) {
        guard !name.isEmpty, name.utf8.allSatisfy(isToken) else { return nil }
        guard value.utf8.allSatisfy(Self.mayStandInValue) else { return nil }
        guard isSecure || !name.hasPrefix("__") else { return nil }
        self.name = name
        self.value = value
        self.isSecure = isSecure
        self.maxAge = maxAge
    }

    /// What `Set-Cookie` says.
    package var header: String {
        var header = "\(name)=\(value); Path=/; HttpOnly; SameSite=Lax"
        if isSecure { header += "; Secure" }
        if let maxAge { header += "; Max-Age=\(max(0, maxAge.components.seconds))" }
        return header
    }

    /// Reads what the browser sent under `name`, the first when there are several.
    package static func read(_ name: String, from headers: Headers) -> String? {
        let start = Array(name.utf8) + [UInt8(ascii: "=")]
        for field in headers.fields where headers.isNamed(field, "cookie") {
            var rest = headers.bytes[field.value]
            while !rest.isEmpty {
                let end = rest.firstIndex(of: UInt8(ascii: ";")) ?? rest.endIndex
                let pair = withoutBlanks(rest[..<end])
                rest = rest[end...].dropFirst()
                guard pair.starts(with: start) else { continue }
                let value = pair.dropFirst(start.count)
                return value.allSatisfy(mayStandInValue) ? String(decoding: value, as: UTF8.self) : nil
            }
        }
        return nil
    }

    /// `cookie-octet`: visible ASCII without quote, comma, semicolon and backslash.
    private static func mayStandInValue(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x21, 0x23...0x2B, 0x2D...0x3A, 0x3C...0x5B, 0x5D...0x7E: true
        default: false
        }
    }
}
