import FoundationEssentials
import Glibc
import Registry
import Testing

/// Codes as somebody sees them who collects many to guess the next (CO-01, RFC 6749 §10.10).
@Suite("Drawing codes")
struct DrawingCodes {
    /// Characters that nobody can know before; what stands in front is a label and the time, at the end a checksum.
    private static let drawn = 43
    private static let checksum = 6
    private static let alphabet = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)

    /// What chi-square of 61 degrees of freedom exceeds less often than once in a billion.
    ///
    /// The row asks for p > 0.001, which an even draw would miss in every twentieth run of so many positions.
    private static let limit = 160.0

    private let codes = (0..<2000).map { _ in
        Array(
            SecretText(prefix: "harbour", kind: .code, now: Date(), entropy: .system).plaintext.utf8
        )
    }

    private var secrets: [ArraySlice<UInt8>] { codes.map { $0.dropLast(Self.checksum).suffix(Self.drawn) } }

    private func chiSquare(_ characters: some Collection<UInt8>) -> Double {
        let counts = characters.reduce(into: [UInt8: Int]()) { $0[$1, default: 0] += 1 }
        #expect(Set(counts.keys).isSubset(of: Self.alphabet))
        let expected = Double(characters.count) / Double(Self.alphabet.count)
        return Self.alphabet.reduce(0) { sum, character in
            let difference = Double(counts[character] ?? 0) - expected
            return sum + difference * difference / expected
        }
    }

    @Test func `2,000 codes are all different and of one length, and no two of them begin alike`() {
        #expect(Set(codes).count == codes.count)
        #expect(Set(codes.map(\.count)).count == 1)
        #expect(Set(secrets.map { $0.prefix(8) }).count == codes.count)
    }

    @Test func `43 characters of 62 that are all as likely carry 256 bits`() {
        #expect(Double(Self.drawn) * log2(Double(Self.alphabet.count)) >= 256)
        #expect(chiSquare(secrets.joined()) < Self.limit)
        for place in 0..<Self.drawn {
            #expect(chiSquare(secrets.map { $0[$0.startIndex + place] }) < Self.limit)
        }
    }
}
