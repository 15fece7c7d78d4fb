package import FoundationEssentials

/// What is the matter with a client secret that was not accepted.
package enum SecretFault: Sendable, Equatable, Codable {
    case missing

    /// A public application has none, and one was sent.
    case needless
    case ofAnotherApplication
    case ended(Date)
    case revoked(Date)

    // Right but for what became of it on its way.
    case spaceAround
    case quoted
    case percentEncoded

    // Something else.
    case cutShort
    case clientID
    case otherKind(OtherKind)
    case placeholder
    case neverExisted

    package enum OtherKind: String, Sendable, Codable { case accessToken, refreshToken, code }
}

/// A client secret that was not accepted, as much of it as may be looked into later.
///
/// Time must not tell a caller what was wrong (CA-02), so only its shape is judged at once; see ``ActivityLog``.
struct RefusedSecret: Sendable {
    /// As far as its shape tells.
    let fault: SecretFault

    /// By what it, or what it was meant to be, is found; nil for what was never one of ours.
    let trace: SecretTrace?

    init(_ sent: ClientCredentials, at tenant: Tenant, with keys: DigestKeys) {
        guard let text = sent.secret else {
            (fault, trace) = (.missing, nil)
            return
        }
        let readings: [(SecretFault, String)] = [
            (.neverExisted, text), (.spaceAround, text.withoutSpaceAround), (.quoted, text.withoutQuotes),
            (.percentEncoded, text.withoutEscapes),
        ]
        for (fault, reading) in readings {
            guard let secret = SecretText(parsing: reading, kind: .clientSecret) else { continue }
            self.fault = fault
            trace = SecretTrace(secret, with: keys)
            return
        }
        fault = RefusedSecret.fault(ofShape: text, sent.id, tenant)
        trace = nil
    }

    private static func fault(ofShape text: String, _ client: String, _ tenant: Tenant) -> SecretFault {
        if text.isByteForByte(client) { return .clientID }
        if SecretText(parsing: text, kind: .accessToken) != nil { return .otherKind(.accessToken) }
        if SecretText(parsing: text, kind: .refreshToken) != nil { return .otherKind(.refreshToken) }
        if SecretText(parsing: text, kind: .code) != nil { return .otherKind(.code) }
        let bytes = Array(text.utf8)
        if bytes.starts(with: "\(tenant.name.secretPrefix)_secret_".utf8) { return .cutShort }
        let isBlank =
            bytes.starts(with: "$".utf8) || bytes.starts(with: "<".utf8) || text.contains("CLIENT_SECRET")
        return isBlank ? .placeholder : .neverExisted
    }
}

/// By what a secret is found again without being kept: its public id and its digest.
struct SecretTrace: Sendable {
    let id: String
    let shown: ShownSecret

    /// The last four characters.
    let hint: String

    init(_ secret: SecretText, with keys: DigestKeys) {
        (id, shown, hint) = (secret.id, secret.shown(to: keys), secret.hint)
    }
}

extension String {
    fileprivate var withoutSpaceAround: String {
        let isSpace: (UInt8) -> Bool = { $0 <= 0x20 }
        let start = utf8.drop(while: isSpace)
        return String(
            decoding: start.prefix(start.count - start.reversed().prefix(while: isSpace).count),
            as: UTF8.self
        )
    }

    fileprivate var withoutQuotes: String {
        let quotes = Array("\"'".utf8)
        guard utf8.count >= 2, let first = utf8.first, quotes.contains(first), utf8.last == first else {
            return self
        }
        return String(decoding: utf8.dropFirst().dropLast(), as: UTF8.self)
    }

    /// With `%5F` and its like undone once more, and twice.
    fileprivate var withoutEscapes: String {
        guard utf8.contains(UInt8(ascii: "%")) else { return self }
        return replacing("%255F", with: "_").replacing("%255f", with: "_")
            .replacing("%5F", with: "_").replacing("%5f", with: "_")
    }
}
