import Registry
import Web

/// A language customers are spoken to in, by its tag (RFC 5646); partners and administrators read English.
enum Language: String, Sendable, CaseIterable {
    case english = "en"
    case german = "de"
    case dutch = "nl"
    case french = "fr"
    case portuguese = "pt"
    case spanish = "es"
    case ukrainian = "uk"
    case arabic = "ar"
    case hebrew = "he"

    /// As its speakers call it.
    var name: String {
        switch self {
        case .english: "English"
        case .german: "Deutsch"
        case .dutch: "Nederlands"
        case .french: "Français"
        case .portuguese: "Português"
        case .spanish: "Español"
        case .ukrainian: "Українська"
        case .arabic: "العربية"
        case .hebrew: "עברית"
        }
    }

    /// As administrators read of it.
    var nameInEnglish: String {
        switch self {
        case .english: "English"
        case .german: "German"
        case .dutch: "Dutch"
        case .french: "French"
        case .portuguese: "Portuguese"
        case .spanish: "Spanish"
        case .ukrainian: "Ukrainian"
        case .arabic: "Arabic"
        case .hebrew: "Hebrew"
        }
    }

    /// The links at the foot of a page.
    var foot: (help: String, privacy: String) {
        switch self {
        case .english: ("Help", "Privacy")
        case .german: ("Hilfe", "Datenschutz")
        case .dutch: ("Hulp", "Privacy")
        case .french: ("Aide", "Confidentialité")
        case .portuguese: ("Ajuda", "Privacidade")
        case .spanish: ("Ayuda", "Privacidad")
        case .ukrainian: ("Довідка", "Конфіденційність")
        case .arabic: ("المساعدة", "الخصوصية")
        case .hebrew: ("עזרה", "פרטיות")
        }
    }

    var direction: Direction { self == .arabic || self == .hebrew ? .rightToLeft : .leftToRight }

    /// The first that we speak of a list of tags, whose order is taken as a preference.
    init?(firstOf tags: String, separatedBy separator: Character) {
        let found = tags.split(separator: separator).lazy.compactMap { Language(tag: $0) }.first
        guard let found else { return nil }
        self = found
    }

    /// Reads the primary subtag (RFC 5646 §2.2.1): `ar-EG;q=0.9` is Arabic.
    private init?(tag: Substring) {
        let primary = tag.utf8.drop { $0 == UInt8(ascii: " ") }.prefix {
            ($0 | 0x20) >= 0x61 && ($0 | 0x20) <= 0x7A
        }
        self.init(rawValue: String(decoding: primary, as: UTF8.self).lowercased())
    }
}

extension Tenant {
    var ownLanguage: Language { Language(rawValue: language) ?? .english }
    var otherLanguages: [Language] { Language.allCases.filter { $0 != ownLanguage } }
}
