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
        for header in headers.all("cookie") {
            var rest = Array(header.utf8)[...]
            while !rest.isEmpty {
                let pair = withoutBlanks(rest.prefix { $0 != UInt8(ascii: ";") })
                rest = rest.drop { $0 != UInt8(ascii: ";") }.dropFirst()
                guard let equals = pair.firstIndex(of: UInt8(ascii: "=")),
                    pair[..<equals].elementsEqual(name.utf8)
                else { continue }
                let value = pair[(equals + 1)...]
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
