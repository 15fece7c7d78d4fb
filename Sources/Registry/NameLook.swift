import CICU

/// A name as it looks, so that two names can be compared the way a hurried reader would.
///
/// Case, width, accents and what is invisible do not count; letters, digits and signs that look alike are one
/// letter (Unicode TS 39 §4). The only file that knows ICU, whose tables these are.
package struct NameLook: Sendable {
    /// As it is written and as it is in small letters, if that differs: a Greek Η looks like H, but η like n.
    private let readings: [Reading]

    package init(_ text: String) {
        let written = Reading(text, foldingFirst: false)
        let small = Reading(text, foldingFirst: true)
        readings = written.words == small.words ? [written] : [written, small]
    }

    /// Whether a word stands in the name, be it spelt with spaces between its letters.
    func says(_ word: String) -> Bool {
        let word = Reading(word, foldingFirst: true).letters
        return readings.contains { $0.words.contains(word) }
    }

    /// Whether the whole of another name stands in this one, whatever is around it.
    func contains(_ other: NameLook) -> Bool {
        readings.contains { mine in
            other.readings.contains { !$0.letters.isEmpty && mine.letters.contains($0.letters) }
        }
    }
}

/// How one name may be taken for another.
package enum NameLikeness: Sendable {
    /// Both look the same, but for what everybody adds to a name.
    case same

    /// One letter more, less, other or swapped with its neighbour.
    case oneLetterApart
}

extension NameLook {
    /// How this name may be taken for another one; nil when hardly anybody would.
    package func likeness(to other: NameLook) -> NameLikeness? {
        let pairs = readings.flatMap { mine in other.readings.map { (mine.identity, $0.identity) } }
        if pairs.contains(where: { $0 == $1 && !$0.isEmpty }) { return .same }
        return pairs.contains { $0.isOneLetterApart(from: $1) } ? .oneLetterApart : nil
    }
}

/// The words of a name, each as it looks.
private struct Reading {
    let words: [String]
    var letters: String { words.joined() }

    /// What tells this name from others: without the form of the company and what an office adds, unless
    /// nothing else is left.
    let identity: [Unicode.Scalar]

    init(_ text: String, foldingFirst: Bool) {
        words = Reading.words(of: text, foldingFirst: foldingFirst)
        let telling = words.filter { !Reading.withoutIdentity.contains($0) }
        identity = Array((telling.isEmpty ? words : telling).joined().unicodeScalars)
    }

    private static func words(of text: String, foldingFirst: Bool) -> [String] {
        parts(of: text).map { look(foldingFirst ? UnicodeTables.shared.folded($0) : $0) }.filter {
            !$0.isEmpty
        }
    }

    /// “Acme Support GmbH” is to be taken for “Acme”.
    private static let withoutIdentity: Set<String> = Set(
        """
        ab ag as asa bv co company corp corporation cv doo gmbh group grp holding holdings inc incorporated kft kg kk
        kgaa limited llc llp lp ltd ltda mbh nv oy oyj plc pte pty sa sarl sas se sl spa srl sro zrt ооо оао зао пао ао
        тов ае επε 株式会社 有限会社 有限公司 股份有限公司 주식회사 شركة
        access account accounts admin api app application apps center centre client cloud connect customer dashboard
        desk help helpdesk in international login mobile official online portal secure service services signin sso
        security sign support team the verified verify web
        """.split(whereSeparator: \.isWhitespace).flatMap { words(of: String($0), foldingFirst: true) }
    )

    /// Split at everything that is no letter or digit; letters that stand alone are read as one word.
    private static func parts(of text: String) -> [[UInt16]] {
        let visible = text.unicodeScalars.filter { !$0.properties.isDefaultIgnorableCodePoint }
        var parts: [[UInt16]] = []
        var spelt: [UInt16] = []
        for part in visible.split(whereSeparator: { !$0.isReadAsLetter }) {
            let units = Array(String(part).utf16)
            if part.count(where: { !$0.isMark }) == 1 {
                spelt += units
            } else {
                parts += spelt.isEmpty ? [units] : [spelt, units]
                spelt = []
            }
        }
        return spelt.isEmpty ? parts : parts + [spelt]
    }

    private static func look(_ units: [UInt16]) -> String {
        // A skeleton is decomposed, so that every accent stands by itself.
        let skeleton = String(decoding: UnicodeTables.shared.skeleton(units), as: UTF16.self)
        let bare = String(String.UnicodeScalarView(skeleton.unicodeScalars.filter { !$0.isMark }))
        let folded = String(decoding: UnicodeTables.shared.folded(Array(bare.utf16)), as: UTF16.self)
        return String(String.UnicodeScalarView(folded.unicodeScalars.map(\.asRead)))
    }
}

extension [Unicode.Scalar] {
    /// Shorter names differ in a letter all the time.
    private static let lettersForATypo = 5

    /// Where one character is a syllable or a word, another one is another name.
    private var mayHoldATypo: Bool { count >= Self.lettersForATypo && !contains(where: \.isSyllable) }

    /// Whether one becomes the other by one letter put in, left out, replaced or swapped with the next.
    fileprivate func isOneLetterApart(from other: [Unicode.Scalar]) -> Bool {
        if count > other.count { return other.isOneLetterApart(from: self) }
        guard mayHoldATypo, other.mayHoldATypo, other.count - count <= 1 else { return false }
        let same = zip(self, other).prefix { $0 == $1 }.count
        let (mine, theirs) = (self[same...], other[same...])
        if count < other.count { return mine.elementsEqual(theirs.dropFirst()) }
        if mine.dropFirst().elementsEqual(theirs.dropFirst()) { return true }
        return mine.prefix(2).elementsEqual(theirs.prefix(2).reversed())
            && mine.dropFirst(2).elementsEqual(theirs.dropFirst(2))
    }
}

extension Unicode.Scalar {
    fileprivate var isMark: Bool {
        [.nonspacingMark, .enclosingMark].contains(properties.generalCategory)
    }

    fileprivate var isReadAsLetter: Bool {
        isMark || properties.isAlphabetic || properties.generalCategory == .decimalNumber
            || "|$".unicodeScalars.contains(self)
    }

    fileprivate var isSyllable: Bool {
        switch value {
        case 0x1100...0x11FF, 0x3040...0x30FF, 0xAC00...0xD7A3: true
        default: properties.isIdeographic
        }
    }

    /// What the tables keep apart though a hurried reader does not: digits and signs for letters, i for l.
    fileprivate var asRead: Unicode.Scalar {
        switch self {
        case "i", "ı", "1", "|": "l"
        case "0": "o"
        case "3": "e"
        case "4": "a"
        case "5", "$": "s"
        case "7": "t"
        case "8": "b"
        default: self
        }
    }
}

// MARK: - Unicode's tables

/// Whether letters stand together in a word that are not written together: more than “Highly Restrictive” allows
/// (Unicode TS 39 §5.2), as Latin with Cyrillic, but not Latin with Japanese.
func mixesAlphabets(_ word: String) -> Bool { UnicodeTables.shared.mixesAlphabets(Array(word.utf16)) }

/// Why no server is opened without them: no two names would look alike.
package struct NoUnicodeTables: Error {
    static func check() throws(NoUnicodeTables) {
        guard UnicodeTables.shared.areLoaded else { throw NoUnicodeTables() }
    }
}

/// ICU's checker of what looks alike.
///
/// Unchecked because it holds C memory: that is made once, never changed afterwards, and lives as long as the
/// process, and ICU may be asked by many threads at once (uspoof.h, “Thread Safety”).
private final class UnicodeTables: @unchecked Sendable {
    static let shared = UnicodeTables()

    private let checker = portal_icu_open()

    var areLoaded: Bool { checker != nil }

    /// In one case and one form, without what is ignorable (NFKC_Casefold).
    func folded(_ units: [UInt16]) -> [UInt16] {
        filled(from: units, portal_icu_fold)
    }

    func skeleton(_ units: [UInt16]) -> [UInt16] {
        guard let checker else { return units }
        return filled(from: units) { portal_icu_skeleton(checker, $0, $1, $2, $3) }
    }

    func mixesAlphabets(_ units: [UInt16]) -> Bool {
        guard let checker, let length = Int32(exactly: units.count) else { return false }
        return portal_icu_mixes(checker, units, length) != 0
    }

    /// Calls one of ICU's functions that fill a buffer, a second time where the first was too small.
    private func filled(
        from units: [UInt16],
        _ fill: (UnsafePointer<UInt16>?, Int32, UnsafeMutablePointer<UInt16>?, Int32) -> Int32
    ) -> [UInt16] {
        guard let length = Int32(exactly: units.count) else { return units }
        var answer = [UInt16](repeating: 0, count: 4 * units.count + 16)
        for _ in 0..<2 {
            let needed = Int(fill(units, length, &answer, Int32(clamping: answer.count)))
            guard needed >= 0 else { return units }
            if needed <= answer.count { return Array(answer.prefix(needed)) }
            answer = [UInt16](repeating: 0, count: needed)
        }
        return units
    }
}
