/// A name in the public DNS that somebody may own and prove it (RFC 1035 §2.3.4).
///
/// Its existence is the proof that asking about it asks nobody inside: it is no address, no single label and not under
/// a top-level domain that networks keep to themselves. Lower case, in the letters of the wire (RFC 5890 §2.3.2.1).
package struct DomainName: Sendable, Hashable, Bindable, CustomStringConvertible {
    package let text: String
    package var description: String { text }
    package var binding: Value { text.binding }

    /// Room is left for the label that the challenge stands under.
    private static let maxByteCount = 253 - "_portal-challenge.".utf8.count

    /// Reads a host as a redirect URI has it.
    package init?(_ text: String) {
        let labels = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard text.utf8.count <= Self.maxByteCount, labels.count >= 2, let last = labels.last,
            labels.allSatisfy(Self.isLabel), Self.isPublic(String(decoding: last, as: UTF8.self))
        else { return nil }
        self.text = text
    }

    /// This name and those above it that somebody may own.
    var upwards: [DomainName] {
        let rest = text.utf8.drop { $0 != UInt8(ascii: ".") }.dropFirst()
        return [self] + (DomainName(String(decoding: rest, as: UTF8.self))?.upwards ?? [])
    }

    func isAbove(_ host: String) -> Bool { host.hasSuffix("." + text) }

    private static func isLabel(_ label: Substring.UTF8View) -> Bool {
        (1...63).contains(label.count) && label.first != UInt8(ascii: "-") && label.last != UInt8(ascii: "-")
            && label.allSatisfy { $0.isLowercaseLetter || $0.isDigit || $0 == UInt8(ascii: "-") }
    }

    /// What a number could not be: `0x7f.1` and `127.1` are addresses to some.
    private static func isPublic(_ top: String) -> Bool {
        let isName = top.utf8.allSatisfy(\.isLowercaseLetter) || top.hasPrefix("xn--")
        return top.utf8.count >= 2 && isName && !kept.contains(top)
    }

    /// Top-level domains that the public DNS does not have (RFC 6761, RFC 6762, RFC 9476), and that networks use for
    /// names of their own.
    private static let kept: Set<String> = [
        "alt", "arpa", "corp", "home", "internal", "intranet", "invalid", "lan", "local", "localdomain",
        "localhost",
        "mail", "onion", "private", "test",
    ]
}
