import Registry
import Web

/// How a request says which client it comes from (RFC 6749 §2.3.1).
struct ClientAuthentication {
    let asked: ClientCredentials

    var id: String { asked.id }

    /// Reads `Authorization: Basic` or the body, and both at once only where the tenant takes equal ones.
    ///
    /// Throws ``OAuthFailure``.
    init(_ headers: [String], _ sent: Parameters, _ rules: WireProfile.ClientAuthenticationRules) throws {
        guard headers.count <= 1 else { throw OAuthFailure.invalidClient.because(.credentialsTwice) }
        let bodyID = try sent.optional("client_id")
        let bodySecret = try sent.optional("client_secret")
        if let header = headers.first {
            do throws(BasicProblem) {
                asked = try ClientAuthentication.basic(header)
            } catch {
                let failure = rules.explainBasic ? OAuthFailure.malformedBasic : OAuthFailure.invalidClient
                throw failure.because(error.cause)
            }
            if rules.bothWhenEqual {
                try requireEqual(id: bodyID, secret: bodySecret)
            } else {
                try requireOnlyHeader(id: bodyID, secret: bodySecret)
            }
        } else {
            guard let bodyID else { throw OAuthFailure.invalidClient.because(.noCredentials) }
            asked = ClientCredentials(id: bodyID, secret: bodySecret)
        }
    }

    private func requireOnlyHeader(id: String?, secret: String?) throws {
        guard secret == nil else {
            throw OAuthFailure.badRequest(
                "Send the client secret in the header or in the body, not in both",
                .credentialsTwice
            )
        }
        guard id?.isByteForByte(asked.id) ?? true else {
            throw OAuthFailure.badRequest(
                "client_id differs from the one in the Authorization header",
                .otherClientID
            )
        }
    }

    /// Whoever names two clients, or two secrets, is none of them.
    private func requireEqual(id: String?, secret: String?) throws {
        let (id, secret) = (id ?? asked.id, secret ?? asked.secret ?? "")
        guard id.isByteForByte(asked.id), secret.isByteForByte(asked.secret ?? "") else {
            throw OAuthFailure.invalidClient.because(.credentialsTwice)
        }
    }

    /// The id and secret of a Basic header (RFC 7617 §2); our own need no form-decoding, but RFC 6749 has
    /// clients encode, so percent signs are undone.
    private static func basic(_ header: String) throws(BasicProblem) -> ClientCredentials {
        let pair = try basicPair(Array(header.utf8))
        guard let colon = pair.firstIndex(of: UInt8(ascii: ":")) else { throw .withoutColon }
        guard let id = decoded(pair[..<colon]), let secret = decoded(pair[(colon + 1)...]) else {
            throw .notBase64
        }
        return ClientCredentials(id: id, secret: secret)
    }

    private static func basicPair(_ header: [UInt8]) throws(BasicProblem) -> [UInt8] {
        let scheme = header.prefix { $0 != UInt8(ascii: " ") }
        guard scheme.lazy.map({ $0 | 0x20 }).elementsEqual("basic".utf8) else { throw .otherScheme }
        let text = header.dropFirst(scheme.count).drop { $0 == UInt8(ascii: " ") }
        guard let pair = Base64.decode(text) else { throw .notBase64 }
        return pair
    }

    /// The client a request seems to come from, though it does not say so properly: an id of ours somewhere in it.
    static func claimedID(in request: Request, at tenant: Tenant) -> String? {
        var places: [[UInt8]] = request.headers.all("authorization").map { header in
            do { return try basicPair(Array(header.utf8)) } catch { return Array(header.utf8) }
        }
        places += [request.body, Array(request.query.utf8)]
        return places.lazy.compactMap { ClientID.first(in: $0, at: tenant)?.text }.first
    }

    private static func decoded(_ bytes: ArraySlice<UInt8>) -> String? {
        if bytes.allSatisfy({ (0x20...0x7E).contains($0) && $0 != 0x25 && $0 != 0x2B }) {
            return String(decoding: bytes, as: UTF8.self)
        }
        guard bytes.contains(UInt8(ascii: "%")) || bytes.contains(UInt8(ascii: "+")) else {
            return String(validating: bytes, as: UTF8.self)
        }
        do {
            return try Form.urlEncoded(Array("v=".utf8)[...] + bytes).first?.value
        } catch {
            return nil
        }
    }
}

/// Why a header holds no pair of id and secret (RFC 7617 §2).
private enum BasicProblem: Error {
    case otherScheme
    case notBase64
    case withoutColon

    var cause: Activity.Cause {
        switch self {
        case .otherScheme: .otherScheme
        case .notBase64: .basicNotBase64
        case .withoutColon: .basicWithoutColon
        }
    }
}

/// RFC 4648 §4, as strict as a header that decides about access should be.
private enum Base64 {
    static func decode(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        var digits = text
        while digits.last == UInt8(ascii: "=") { digits.removeLast() }
        guard text.count - digits.count <= 2, digits.count % 4 != 1, text.count <= 4096 else { return nil }
        var decoded: [UInt8] = []
        decoded.reserveCapacity(digits.count * 3 / 4)
        var (buffer, bits) = (UInt32(0), 0)
        for digit in digits {
            guard let value = value(of: digit) else { return nil }
            buffer = buffer << 6 | value
            bits += 6
            if bits >= 8 {
                bits -= 8
                decoded.append(UInt8(truncatingIfNeeded: buffer >> bits))
            }
        }
        return decoded
    }

    private static func value(of digit: UInt8) -> UInt32? {
        switch digit {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(digit - UInt8(ascii: "A"))
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(digit - UInt8(ascii: "a")) + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(digit - UInt8(ascii: "0")) + 52
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }
}
