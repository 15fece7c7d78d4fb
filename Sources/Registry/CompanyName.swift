// The standard library's own normal form; Foundation's would bring its locale data with it.
@_spi(_Unicode) import Swift

/// What is wrong with a company name; one cause each, so that each has its own sentence.
package enum CompanyNameProblem: Error, Equatable, Sendable {
    case missing
    case tooShort
    case tooLong
    case hiddenCharacter(UInt32)
    case stackedMarks
    case noLetters
    case mixedAlphabets(word: String)
    case likeTheTenant
    case reservedWord(String)
    case address(NameAddress)
}

/// A name that may stand in the sentence customers decide by.
///
/// 2 to 80 characters as people count them and at most 256 bytes, without anything invisible, in one alphabet a
/// word, without an address, and not to be taken for the tenant itself (Unicode TR 36 and TS 39; `spec` LO-02 to LO-04).
package struct CompanyName: Sendable, Hashable, CustomStringConvertible, Bindable {
    package let text: String
    package var description: String { text }
    package var binding: Value { text.binding }

    /// Reads a name for an application whose website is at `site`, which may stand in it.
    package init(_ typed: String, at brand: Brand, ofSite site: String? = nil) throws(CompanyNameProblem) {
        let text = typed.trimmingSpaces.composed
        guard !text.isEmpty else { throw .missing }
        guard text.count >= 2 else { throw .tooShort }
        guard text.count <= 80, text.utf8.count <= 256 else { throw .tooLong }
        if let hidden = text.unicodeScalars.first(where: \.isHiddenOrUnassigned) {
            throw .hiddenCharacter(hidden.value)
        }
        guard !text.decomposed.hasStackedMarks else { throw .stackedMarks }
        guard text.unicodeScalars.contains(where: \.isLetterOrDigit) else { throw .noLetters }
        for word in text.split(separator: " ").map(String.init) where mixesAlphabets(word) {
            throw .mixedAlphabets(word: word)
        }
        try CompanyName.refuseImpersonation(text, of: brand)
        if let address = NameAddress(in: text, exceptFor: site) { throw .address(address) }
        self.text = text
    }

    /// Reads a name back that was checked when it was stored.
    init(stored text: String) { self.text = text }

    private static func refuseImpersonation(_ text: String, of brand: Brand) throws(CompanyNameProblem) {
        let look = NameLook(text)
        if look.contains(NameLook(brand.displayName)) { throw .likeTheTenant }
        if let short = brand.shortName, look.says(short) || look.likeness(to: NameLook(short)) == .same {
            throw .likeTheTenant
        }
        for reserved in ["admin", "administrator", "official", "verified", "security", "support"]
        where look.says(reserved) {
            throw .reservedWord(reserved)
        }
        if let tick = text.unicodeScalars.first(where: "✓✔✅☑🗸🗹☒✗✘🛡🔒".unicodeScalars.contains) {
            throw .reservedWord(String(tick))
        }
    }
}

extension Unicode.Scalar {
    fileprivate var isHiddenOrUnassigned: Bool {
        if properties.isDefaultIgnorableCodePoint { return true }
        return switch properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .surrogate, .unassigned:
            true
        default: false
        }
    }

    var isLetterOrDigit: Bool {
        properties.isAlphabetic || properties.generalCategory == .decimalNumber
    }
}

extension String.UnicodeScalarView {
    /// More than two combining marks in a row, which draw over the lines above and below.
    fileprivate var hasStackedMarks: Bool {
        var run = 0
        for scalar in self {
            let isMark = [.nonspacingMark, .enclosingMark].contains(scalar.properties.generalCategory)
            run = isMark ? run + 1 : 0
            if run > 2 { return true }
        }
        return false
    }
}

extension String {
    /// In normal form C (Unicode UAX 15), so that one name is kept in one way.
    fileprivate var composed: String {
        var scalars = String.UnicodeScalarView()
        for scalar in _nfc { scalars.append(scalar) }
        return String(scalars)
    }

    /// In normal form D: every accent by itself.
    fileprivate var decomposed: String.UnicodeScalarView {
        var scalars = String.UnicodeScalarView()
        for scalar in _nfd { scalars.append(scalar) }
        return scalars
    }

    /// Without the spaces and line breaks around it.
    package var trimmingSpaces: String {
        let kept = unicodeScalars.drop(while: \.properties.isWhitespace)
        let end = kept.lastIndex { !$0.properties.isWhitespace }
        return end.map { String(String.UnicodeScalarView(kept[...$0])) } ?? ""
    }
}
