import Glibc

extension UInt8 {
    package var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
    package var isLowercaseLetter: Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self) }
    package var isLetter: Bool { (self | 0x20).isLowercaseLetter }

    var isHexDigit: Bool {
        isDigit || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(self | 0x20)
    }
}

/// Bytes that something is found by: hashed in one go, where an array is hashed byte by byte.
package struct ByteKey: Hashable, Sendable {
    let bytes: [UInt8]

    package init(bytes: [UInt8]) { self.bytes = bytes }

    package func hash(into hasher: inout Hasher) { bytes.withUnsafeBytes { hasher.combine(bytes: $0) } }
}

extension String {
    /// How long it is for whoever is told a limit: a letter counts one in any script, an accent of its own another.
    package var length: Int { unicodeScalars.count }

    /// Whether it is the same text to the byte; `==` would take `e` and an accent for `é`.
    func isByteForByte(_ other: String) -> Bool {
        let count = utf8.count
        guard count == other.utf8.count else { return false }
        var (one, other) = (self, other)
        return one.withUTF8 { one in
            other.withUTF8 { other in
                guard let one = one.baseAddress, let other = other.baseAddress else { return count == 0 }
                return memcmp(one, other, count) == 0
            }
        }
    }
}
