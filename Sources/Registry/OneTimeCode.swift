package import FoundationEssentials

/// The key that an authenticator app shares with us, from which both count the same codes (RFC 6238).
///
/// HMAC-SHA-1, six digits and 30 seconds, because many apps read nothing else and show wrong codes without a word
/// when they are told of another digest. GnuTLS computes it: libsodium has no SHA-1, and libmicrohttpd brings
/// GnuTLS along.
package struct AuthenticatorKey: Sendable, CustomStringConvertible {
    /// 160 bits, as RFC 4226 §4 asks for.
    package static let byteCount = 20

    /// How long one code is shown.
    package static let secondsPerCode = 30

    let bytes: [UInt8]

    /// Nil unless there are 20 bytes.
    init?(_ bytes: [UInt8]) {
        guard bytes.count == AuthenticatorKey.byteCount else { return nil }
        self.bytes = bytes
    }

    package init(_ entropy: Entropy) { bytes = entropy.bytes(AuthenticatorKey.byteCount) }

    /// Reads what ``text`` wrote; nil when it is no such key.
    package init?(_ text: String) {
        var (bytes, gathered, bits) = ([UInt8](), UInt32(0), UInt32(0))
        for letter in text.utf8 where letter != UInt8(ascii: " ") {
            guard let value = Self.alphabet.firstIndex(of: letter) else { return nil }
            gathered = (gathered << 5 | UInt32(value)) & 0xFFF
            bits += 5
            if bits >= 8 {
                bits -= 8
                bytes.append(UInt8(truncatingIfNeeded: gathered >> bits))
            }
        }
        self.init(bytes)
    }

    /// As people type it and apps read it: base 32 (RFC 4648 §6), 32 letters and digits.
    package var text: String {
        var (letters, gathered, bits) = ([UInt8](), UInt32(0), UInt32(0))
        for byte in bytes {
            gathered = (gathered << 8 | UInt32(byte)) & 0xFFFF
            bits += 8
            while bits >= 5 {
                bits -= 5
                letters.append(Self.alphabet[Int(gathered >> bits & 31)])
            }
        }
        return String(decoding: letters, as: UTF8.self)
    }

    /// The code an app shows at this moment.
    package func code(at now: Date) -> String { code(ofStep: Self.step(at: now)) }

    /// The step whose code this is, if it is that of now, the one before or the one after (RFC 6238 §5.2).
    ///
    /// All three are compared whatever is found.
    func step(of code: String, at now: Date) -> Int? {
        let (current, given) = (Self.step(at: now), Array(code.utf8))
        let steps = [current - 1, current, current + 1]
        return steps.filter { areEqualInConstantTime(Array(self.code(ofStep: $0).utf8), given) }.first
    }

    package var description: String { "AuthenticatorKey(hidden)" }

    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".utf8)

    private static func step(at now: Date) -> Int {
        Int((now.timeIntervalSince1970 / Double(secondsPerCode)).rounded(.down))
    }

    /// Six digits from where the last four bits of the digest point (RFC 4226 §5.3).
    private func code(ofStep step: Int) -> String {
        let counter = withUnsafeBytes(of: UInt64(bitPattern: Int64(step)).bigEndian) { Array($0) }
        let digest = hmacSHA1(counter, key: bytes)
        let place = Int((digest.last ?? 0) & 15)
        let word = digest[place..<place + 4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) } & 0x7FFF_FFFF
        let digits = String(word % 1_000_000)
        return String(repeating: "0", count: 6 - digits.utf8.count) + digits
    }
}
