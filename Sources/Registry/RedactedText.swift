/// A text from outside as it may be kept and shown: what could be a secret or names a person is cut out of it.
///
/// Only this type lets such a text into a row of ``Activity``. It errs towards cutting: a text that lost something
/// says so, and nothing is registered from it.
package struct RedactedText: Sendable, Equatable, Codable {
    package let text: String

    /// Whether it is what was sent, to the byte.
    package let isWhole: Bool

    /// The value of one of a request's parameters, of which some open doors whatever they look like.
    package init(parameter name: String, _ value: String) {
        if readableParameters.contains(where: { $0.isByteForByte(name) }) {
            self.init(value)
        } else {
            let end = String(decoding: ending(Array(value.utf8)[...]), as: UTF8.self)
            self.init(text: end, isWhole: value.isEmpty)
        }
    }

    private init(text: String, isWhole: Bool) {
        self.text = text
        self.isWhole = isWhole
    }

    /// Longer ones are cut off.
    static let longest = 1000

    package init(_ sent: String) {
        let bytes = Array(sent.utf8)
        let kept = Redaction.of(bytes.prefix(RedactedText.longest))
        let isWhole = kept.elementsEqual(bytes)
        let isCut = bytes.count > RedactedText.longest
        text = String(decoding: isCut ? kept + ellipsis : kept, as: UTF8.self)
        self.isWhole = isWhole
    }
}

/// `d…@northfield.example`, by which a partner recognises a test account and learns nobody else's address.
package struct MaskedEmail: Sendable, Equatable, Codable {
    package let text: String

    init(_ email: EmailAddress) {
        let bytes = Array(email.text.utf8)
        let first = email.text.unicodeScalars.first.map { Array(String($0).utf8) } ?? []
        let domain = bytes.lastIndex(of: UInt8(ascii: "@")).map { bytes[$0...] } ?? []
        text = String(decoding: first + ellipsis + domain, as: UTF8.self)
    }
}

/// The last four characters of something long; nothing of what is short enough to be guessed from them.
private func ending(_ word: ArraySlice<UInt8>) -> [UInt8] {
    if word.isEmpty { return [] }
    let end = word.suffix(4)
    return word.count >= 20 && end.allSatisfy({ $0 < 0x80 }) ? ellipsis + end : ellipsis
}

/// Those of a request whose values are no secrets.
private let readableParameters = [
    "client_id", "redirect_uri", "response_type", "response_mode", "scope", "grant_type",
    "code_challenge_method", "prompt", "ui_locales", "lang",
]

private let ellipsis = Array("…".utf8)

/// Reads a text from front to back, word by word.
private struct Redaction {
    private var rest: ArraySlice<UInt8>
    private var kept: [UInt8] = []
    private var before: UInt8?
    private var isQuery = false

    /// Whether the value being read has a name that nobody should read the value of.
    private var isConfidential = false

    static func of(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        var redaction = Redaction(rest: bytes)
        while !redaction.rest.isEmpty { redaction.takeWord() }
        return redaction.kept
    }

    private init(rest: ArraySlice<UInt8>) { self.rest = rest }

    private mutating func takeWord() {
        let word = rest.prefix { !separators.contains($0) }
        rest = rest.dropFirst(word.count)
        kept += isConfidential || isSecret(word) ? ending(word) : masked(word)
        guard let separator = rest.popFirst() else { return }
        switch separator {
        case UInt8(ascii: "?"), UInt8(ascii: "#"): (isQuery, isConfidential) = (true, false)
        case UInt8(ascii: "&"), UInt8(ascii: ";"): isConfidential = false
        case UInt8(ascii: "="): isConfidential = isConfidential || isConfidentialName(word)
        default: break
        }
        before = separator
        kept.append(separator)
    }

    /// Without the name before an `@`, of which a first letter stays unless it may be a password's.
    private func masked(_ word: ArraySlice<UInt8>) -> [UInt8] {
        let places = word.indices.filter {
            word[$0] == UInt8(ascii: "@") || word[$0...].starts(with: "%40".utf8)
        }
        guard let at = places.last else { return Array(word) }
        let first = before == UInt8(ascii: ":") ? [] : word.prefix(1).filter { $0 < 0x80 }
        return first + ellipsis + word[at...]
    }

    private func isConfidentialName(_ name: ArraySlice<UInt8>) -> Bool {
        let name = String(decoding: name, as: UTF8.self).lowercased()
        return confidentialNames.contains(where: name.contains)
    }

    /// Whether a word looks like something of ours that opens doors, or like somebody else's.
    private func isSecret(_ word: ArraySlice<UInt8>) -> Bool {
        if word.count < 16 { return false }
        if isLabelled(word) || word.starts(with: "eyJ".utf8) { return true }
        let isHex = word.allSatisfy { $0.isHexDigit || $0 == UInt8(ascii: "-") }
        if isHex, word.count == 40 || word.count == 36 && rest.first == UInt8(ascii: ":") { return true }
        if isHex, word.count >= 32 { return isQuery }
        let isMixed =
            word.contains(where: \.isDigit) && word.contains(where: \.isLowercaseLetter)
            && word.contains { (65...90).contains($0) }
        return isMixed && word.count >= (isQuery ? 24 : 32)
    }

    /// `…_secret_…` and its kin; see ``SecretText``.
    private func isLabelled(_ word: ArraySlice<UInt8>) -> Bool {
        let plain = String(decoding: word, as: UTF8.self).replacing("%5F", with: "_").replacing(
            "%255F",
            with: "_"
        )
        return SecretText.Kind.allCases.contains { kind in
            guard let label = plain.firstRange(of: "_\(kind.rawValue)_") else { return false }
            return plain[label.upperBound...].utf8.prefix { $0.isLetter || $0.isDigit }.count >= 12
        }
    }
}

/// What stands between the words of an address, and of most other texts.
private let separators = Set("/?#&;=:, \t\r\n\"'<>()[]{}|\\".utf8)

/// What the names of values have in common that nobody should read twice.
private let confidentialNames = [
    "code", "token", "secret", "pass", "pwd", "key", "auth", "sig", "session", "sid", "jwt", "assert",
    "credential", "otp", "pin", "mail", "user", "login", "verifier", "hash", "state", "nonce",
]
