import FoundationEssentials
import Registry
import Testing

@Suite("Keeping secrets secret")
struct KeepingSecretsSecret {
    let now = Date(timeIntervalSince1970: 1_763_700_000)
    let key = DigestKey([UInt8](repeating: 7, count: 32), purpose: "test")

    private func secret(_ kind: SecretText.Kind = .accessToken, at time: Date? = nil) -> SecretText {
        SecretText(prefix: "rovi2", kind: kind, now: time ?? now, entropy: .system)
    }

    @Test(arguments: SecretText.Kind.allCases)
    func `a secret is read back as what it is, and as nothing else`(kind: SecretText.Kind) throws {
        let made = secret(kind)
        #expect(made.plaintext.utf8.count == "rovi2__".utf8.count + kind.rawValue.utf8.count + 16 + 43 + 6)
        #expect(made.plaintext.hasPrefix("rovi2_\(kind.rawValue)_\(made.id)"))
        #expect(made.plaintext.hasSuffix(made.hint) && made.hint.utf8.count == 4)
        let read = try #require(SecretText(parsing: made.plaintext, kind: kind))
        #expect(read.id == made.id && read.plaintext == made.plaintext)
        for other in SecretText.Kind.allCases where other != kind {
            #expect(SecretText(parsing: made.plaintext, kind: other) == nil)
        }
    }

    @Test func `every mistyped, lost, doubled or swapped character is noticed`() {
        let right = Array(secret().plaintext.utf8)
        func isRead(_ bytes: [UInt8]) -> Bool {
            SecretText(parsing: String(decoding: bytes, as: UTF8.self), kind: .accessToken) != nil
        }
        #expect(isRead(right))
        for place in right.indices {
            for typed in [UInt8(ascii: "a"), UInt8(ascii: "Z"), UInt8(ascii: "_"), 0]
            where typed != right[place] {
                #expect(!isRead(Array(right[..<place]) + [typed] + right[(place + 1)...]))
            }
            #expect(!isRead(Array(right[..<place]) + right[(place + 1)...]))
            #expect(!isRead(Array(right[...place]) + right[place...]))
            if place + 1 < right.count && right[place] != right[place + 1] {
                var swapped = right
                swapped.swapAt(place, place + 1)
                #expect(!isRead(swapped))
            }
        }
    }

    @Test(arguments: [
        "", "_", "rovi2_at_", "é", String(repeating: "a", count: 65), String(repeating: "_", count: 90),
    ])
    func `what was never a secret is dismissed`(text: String) {
        #expect(SecretText(parsing: text, kind: .accessToken) == nil)
    }

    @Test func `a later secret sorts after an earlier one`() {
        let ids = (0..<100).map { secret(at: now.addingTimeInterval(Double($0) * 16)).id }
        #expect(ids.map { Array($0.utf8) }.elementsEqual(ids.sorted().map { Array($0.utf8) }))
        #expect(secret(at: .distantPast).id.hasPrefix("00000"))
        #expect(secret(at: .distantFuture).id.hasPrefix("zzzzz"))
    }

    @Test func `no two are alike, and every character is as likely as another`() {
        var seen: Set<String> = []
        var counts: [UInt8: Double] = [:]
        for _ in 0..<5000 {
            let made = secret()
            seen.insert(made.id)
            for byte in made.plaintext.utf8.dropFirst("rovi2_at_".utf8.count + 16).prefix(43) {
                counts[byte, default: 0] += 1
            }
        }
        #expect(seen.count == 5000 && counts.count == 62)
        let expected = 5000.0 * 43 / 62
        let chiSquare = counts.values.reduce(0) { $0 + ($1 - expected) * ($1 - expected) / expected }
        // 61 degrees of freedom: an even source exceeds 140 less than once in ten million runs.
        #expect(chiSquare < 140)
    }

    @Test func `a secret does not tell itself`() {
        let made = secret()
        #expect("\(made)" == "SecretText(hidden)")
    }

    @Test func `a digest depends on the key, the purpose and where the parts end`() {
        let digest = key.digest(Array("ab".utf8), Array("c".utf8))
        #expect(digest.count == 32)
        #expect(digest == key.digest(Array("ab".utf8), Array("c".utf8)))
        #expect(digest != key.digest(Array("a".utf8), Array("bc".utf8)))
        #expect(digest != key.digest(Array("abc".utf8)))
        let master = [UInt8](repeating: 7, count: 32)
        let elsewhere = DigestKey(master, purpose: "other")
        #expect(digest != elsewhere.digest(Array("ab".utf8), Array("c".utf8)))
    }

    @Test func `equality in constant time is equality`() {
        #expect(areEqualInConstantTime([1, 2, 3], [1, 2, 3]))
        #expect(!areEqualInConstantTime([1, 2, 3], [1, 2, 4]))
        #expect(!areEqualInConstantTime([1, 2, 3], [1, 2]))
        #expect(areEqualInConstantTime([], []))
    }

    @Test func `checksums and encodings are the published ones`() {
        #expect(CRC32.of(Array("123456789".utf8)) == 0xCBF4_3926)
        #expect(CRC32.of([0, 0, 0, 0][1...]) == CRC32.of([0, 0, 0]))
        // RFC 7636, appendix B.
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
        #expect(base64URL(sha256(Array(verifier.utf8))) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM")
        #expect(base64URL([]) == "" && base64URL([0xFB, 0xFF]) == "-_8")
    }
}
