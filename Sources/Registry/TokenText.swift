import FoundationEssentials

/// The texts of a tenant's access and refresh tokens, made and read.
///
/// A labelled text tells its public id. The others are nothing but random, so the id by which such a token is found
/// is a keyed digest of its text: still one row by its key, and still nothing secret in it.
struct TokenTexts: Sendable {
    let tenant: Tenant
    let key: DigestKey

    /// Makes the text of a new token.
    func new(_ kind: SecretText.Kind, now: Date, entropy: Entropy) -> SecretText {
        switch tenant.policy.tokenText {
        case .labelled: SecretText(prefix: tenant.name.secretPrefix, kind: kind, now: now, entropy: entropy)
        case .hex: SecretText(unlabelled: hexadecimal(entropy.bytes(20)), kind: kind, key: key)
        case .uuid: SecretText(unlabelled: uuid(entropy.bytes(16)) + suffix, kind: kind, key: key)
        }
    }

    /// Reads what somebody presents; nil unless its shape is one that a tenant gives, or gave out under another rule.
    func parse(_ text: String, _ kind: SecretText.Kind) -> SecretText? {
        if let labelled = SecretText(parsing: text, kind: kind) { return labelled }
        let bytes = Array(text.utf8)
        let isHex = bytes.count == 40 && bytes.allSatisfy(\.isLowercaseHexDigit)
        let isOurs = isHex || isUUID(bytes.prefix(36)) && bytes.dropFirst(36).elementsEqual(suffix.utf8)
        return isOurs ? SecretText(unlabelled: text, kind: kind, key: key) : nil
    }

    /// Stands for the tenant behind a UUID; nobody needs to read it.
    private var suffix: String { ":\(10_000 + tenant.id.number)" }
}

extension ApplicationRegistry {
    /// A token without an id in its text stays where the first key puts it.
    func tokenTexts(of tenant: Tenant) -> TokenTexts {
        TokenTexts(tenant: tenant, key: keyring.first.secrets)
    }
}

extension SecretText {
    /// A text without an id in it.
    fileprivate init(unlabelled text: String, kind: Kind, key: DigestKey) {
        let digest = key.digest(Array("token id".utf8), Array(kind.rawValue.utf8), Array(text.utf8))
        self.init(id: base64URL(Array(digest.prefix(16))), plaintext: text)
    }
}

/// Where the hyphens of a UUID stand (RFC 9562 §4).
private let hyphens = [8, 13, 18, 23]

/// All 128 bits are random: a version digit would make them 122.
private func uuid(_ bytes: [UInt8]) -> String {
    var text = Array(hexadecimal(bytes).utf8)
    for place in hyphens { text.insert(UInt8(ascii: "-"), at: place) }
    return String(decoding: text, as: UTF8.self)
}

private func isUUID(_ bytes: ArraySlice<UInt8>) -> Bool {
    bytes.count == 36
        && bytes.enumerated().allSatisfy { place, byte in
            hyphens.contains(place) ? byte == UInt8(ascii: "-") : byte.isLowercaseHexDigit
        }
}

extension UInt8 {
    fileprivate var isLowercaseHexDigit: Bool {
        isDigit || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(self)
    }
}
