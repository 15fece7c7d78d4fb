package import FoundationEssentials

/// A secret of ours, as the text that is handed out.
///
///     standard_at_ 0DpZs8f k3XbQ9zLw 7Hd…43 characters…q 1xY0aB     (without the spaces)
///     prefix  kind time    random    secret             checksum
///
/// Time and random together are the public id, by which it is found; ids sort by time, so that new rows
/// stand together. The prefix and the kind let secret scanners say whose it is, and the checksum lets
/// them, and us, dismiss what was never one without asking a database.
package struct SecretText: Sendable, CustomStringConvertible {
    /// What it is good for; a secret of one kind is never taken for another.
    package enum Kind: String, Sendable, CaseIterable {
        case clientSecret = "secret"
        case accessToken = "at"
        case refreshToken = "rt"
        case code = "code"
        case session = "sid"
        case ticket = "tk"
        case link = "lk"
    }

    /// 16 characters that may be known to anyone: the time in milliseconds, then 9 random ones.
    package let id: String

    /// What its owner is given, once.
    package let plaintext: String

    /// Makes a new one; the prefix has 1 to 32 characters of a–z and 0–9.
    package init(prefix: String, kind: Kind, now: Date, entropy: Entropy) {
        var text = Array(prefix.utf8)
        precondition(Self.isPrefix(text[...]), "A secret's prefix has 1 to 32 characters of a-z and 0-9.")
        text.reserveCapacity(text.count + kind.rawValue.utf8.count + 2 + Self.tailLength)
        text += [Self.underscore] + Array(kind.rawValue.utf8) + [Self.underscore]
        let start = text.count
        text += base62(now)
        text += randomBase62(Self.idLength - timeLength + Self.secretLength, from: entropy)
        text += base62(UInt64(CRC32.of(text)), digits: Self.checksumLength)
        id = String(decoding: text[start..<start + Self.idLength], as: UTF8.self)
        plaintext = String(decoding: text, as: UTF8.self)
    }

    /// Reads what somebody presents; nil unless shape and checksum are right.
    package init?(parsing text: String, kind: Kind) {
        let bytes = Array(text.utf8)
        let tail = bytes.suffix(Self.tailLength)
        let marker = [Self.underscore] + Array(kind.rawValue.utf8) + [Self.underscore]
        let head = bytes.dropLast(Self.tailLength)
        guard tail.count == Self.tailLength, tail.allSatisfy({ $0 != Self.underscore && isBase62($0) }),
            head.suffix(marker.count).elementsEqual(marker), Self.isPrefix(head.dropLast(marker.count))
        else { return nil }
        let checksum = base62(
            UInt64(CRC32.of(bytes.dropLast(Self.checksumLength))),
            digits: Self.checksumLength
        )
        guard tail.suffix(Self.checksumLength).elementsEqual(checksum) else { return nil }
        id = String(decoding: tail.prefix(Self.idLength), as: UTF8.self)
        plaintext = text
    }

    /// A secret whose id was found some other way.
    init(id: String, plaintext: String) {
        (self.id, self.plaintext) = (id, plaintext)
    }

    /// The last four characters, by which a person can tell their secrets apart.
    package var hint: String { String(decoding: plaintext.utf8.suffix(4), as: UTF8.self) }

    package var description: String { "SecretText(hidden)" }

    /// What is stored instead of it.
    func digest(with keys: DigestKeys) -> [UInt8] { keys.digest(Array(plaintext.utf8)) }

    /// What may be stored instead of it, under whichever key it was made.
    func digests(with keys: DigestKeys) -> [[UInt8]] { keys.digests(Array(plaintext.utf8)) }

    /// As it is compared with what is stored.
    func shown(to keys: DigestKeys) -> ShownSecret { ShownSecret(plaintext, keys) }

    private static let idLength = 16
    private static let secretLength = 43
    private static let checksumLength = 6
    private static let tailLength = idLength + secretLength + checksumLength
    private static let underscore = UInt8(ascii: "_")

    private static func isPrefix(_ bytes: ArraySlice<UInt8>) -> Bool {
        (1...32).contains(bytes.count)
            && bytes.allSatisfy { byte in
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            }
    }
}

private let timeLength = 7

/// Milliseconds since the beginning of 2025, which seven characters hold until 2136.
///
/// Fine enough that rows made one after the other stand one after the other.
private func base62(_ moment: Date) -> [UInt8] {
    let units = ((moment.timeIntervalSince1970 - 1_735_689_600) * 1000).rounded(.down)
    return base62(UInt64(min(max(units, 0), 3_521_614_606_207)), digits: timeLength)
}

/// 43 characters drawn evenly from 62 carry 256 bits; bytes of 248 and more would favour the first eight.
private func randomBase62(_ count: Int, from entropy: Entropy) -> [UInt8] {
    var characters: [UInt8] = []
    characters.reserveCapacity(count)
    while characters.count < count {
        for byte in entropy.bytes(64) where byte < 248 && characters.count < count {
            characters.append(base62Digit(byte % 62))
        }
    }
    return characters
}

/// A number, most significant digit first.
private func base62(_ number: UInt64, digits: Int) -> [UInt8] {
    var characters = [UInt8](repeating: UInt8(ascii: "0"), count: digits)
    var rest = number
    for place in characters.indices.reversed() {
        characters[place] = base62Digit(UInt8(rest % 62))
        rest /= 62
    }
    return characters
}

/// Digits in the order of their bytes, so that numbers of equal length sort as text.
private func base62Digit(_ value: UInt8) -> UInt8 {
    switch value {
    case ..<10: UInt8(ascii: "0") + value
    case ..<36: UInt8(ascii: "A") + value - 10
    default: UInt8(ascii: "a") + value - 36
    }
}

private func isBase62(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "a")...UInt8(ascii: "z"):
        true
    default:
        false
    }
}

extension Entropy {
    /// Random base-62 characters for ids that are not secret: 22 carry 131 bits.
    func base62(_ count: Int) -> String { String(decoding: randomBase62(count, from: self), as: UTF8.self) }

    /// An id that is not secret and sorts by time, so that new rows stand together: the time in milliseconds, then 15
    /// random characters, which carry 89 bits.
    func orderedID(at now: Date) -> String {
        String(decoding: Registry.base62(now) + randomBase62(15, from: self), as: UTF8.self)
    }
}
