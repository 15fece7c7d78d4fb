import Synchronization

/// Names requests: ten characters of Crockford's base 32, apart by hyphens, such as `01JD-7F3K-Q2`.
package final class RequestReferences: Sendable {
    private let counter: Atomic<UInt64>

    init() {
        var generator = SystemRandomNumberGenerator()
        counter = Atomic(generator.next())
    }

    /// Never the same twice in 2⁵⁰ calls at random starts; not a secret, so no randomness is spent on it.
    func next() -> String {
        // SplitMix64 of Steele, Lea and Flood: neighbouring counts give unrelated names.
        var bits = counter.wrappingAdd(0x9E37_79B9_7F4A_7C15, ordering: .relaxed).newValue
        bits = (bits ^ bits >> 30) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ bits >> 27) &* 0x94D0_49BB_1331_11EB
        bits ^= bits >> 31
        return String(unsafeUninitializedCapacity: 12) { characters in
            for index in 0..<12 {
                if index == 4 || index == 9 {
                    characters[index] = UInt8(ascii: "-")
                } else {
                    characters[index] = Self.character(bits & 31)
                    bits >>= 5
                }
            }
            return 12
        }
    }

    /// The digits, then the letters without I, L, O and U.
    private static func character(_ value: UInt64) -> UInt8 {
        switch UInt8(truncatingIfNeeded: value) {
        case let digit where digit < 10: digit + 48
        case let letter where letter < 18: letter + 55
        case let letter where letter < 20: letter + 56
        case let letter where letter < 22: letter + 57
        case let letter where letter < 27: letter + 58
        case let letter: letter + 59
        }
    }

    /// What somebody may mean who types a name, perhaps as it was read to them on the telephone: that very name, and
    /// the one of ours it is without regard to case, spaces and hyphens, an O read as 0, an I or L as 1.
    package static func readings(of typed: String) -> [String] {
        let digits: [Character: Character] = ["O": "0", "I": "1", "L": "1"]
        let read = typed.uppercased().filter { $0 != " " && $0 != "-" }.map { digits[$0] ?? $0 }
        guard read.count == 10, read.allSatisfy(alphabet.contains) else { return [typed] }
        return [typed, String(read[..<4]) + "-" + String(read[4..<8]) + "-" + String(read[8...])]
    }

    private static let alphabet = Set((0..<32).map { Character(Unicode.Scalar(character($0))) })

    /// Says whether a proxy's name for a request may be ours: 8 to 64 letters, digits and hyphens.
    static func isAcceptable(_ name: String) -> Bool {
        (8...64).contains(name.utf8.count)
            && name.utf8.allSatisfy { byte in
                switch byte {
                case 48...57, 65...90, 97...122, 45: true
                default: false
                }
            }
    }
}
