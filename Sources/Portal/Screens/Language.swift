import Registry

/// A language the consent screen speaks, by its tag (RFC 5646); the rest of the product is in English.
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

    var isRightToLeft: Bool { self == .arabic || self == .hebrew }

    /// The first language asked for that we speak: `ui_locales` (OpenID Connect Core §3.1.2.1) before the
    /// browser's `Accept-Language` (RFC 9110 §12.5.4), whose order is taken as its preference.
    init(asked uiLocales: String?, acceptLanguage: String?) {
        let tags = (uiLocales ?? "").utf8.split(separator: UInt8(ascii: " "))
        let accepted = (acceptLanguage ?? "").utf8.split(separator: UInt8(ascii: ","))
        let found = (tags + accepted).lazy.compactMap { Language(tag: String(decoding: $0, as: UTF8.self)) }
        self = found.first ?? .english
    }

    /// Reads the primary subtag (RFC 5646 §2.2.1): `ar-EG;q=0.9` is Arabic.
    private init?(tag: String) {
        let primary = tag.utf8.drop { $0 == UInt8(ascii: " ") }.prefix {
            ($0 | 0x20) >= 0x61 && ($0 | 0x20) <= 0x7A
        }
        self.init(rawValue: String(decoding: primary, as: UTF8.self).lowercased())
    }
}

/// A sentence around a name, which stands in isolation so that its direction does not disturb the sentence's.
struct Around: Sendable {
    let before: String
    let after: String
}

/// Every word of the consent screen in one language; there is a file for each in `Languages/`.
struct ConsentWords: Sendable {
    let title: Around
    let wantsToConnect: Around
    let asksForMore: Around
    let hasChanged: Around
    let signedInAs: String
    let useAnotherAccount: String
    let willBeAble: Around
    let willNotBeAble: Around
    let newPermissions: String
    let alreadyAllowed: String
    let view: String
    let change: String
    let account: String
    let onlyAnAccount: String
    let mayLeaveOut: String
    let changedSince: String
    let nameWas: Around
    let publisherWas: Around
    let logoIsNew: String
    let returnedTo: Around
    let addressesChanged: String
    let sensitive: String
    let publishedBy: String
    let registeredBySomeoneAt: String
    let youWillReturnTo: String
    let youWillStay: String
    let thisComputer: String
    let theApp: String
    let accessLasts: String
    let untilDisconnected: String
    let thirtyDays: String
    let sevenDays: String
    let asBefore: Around
    let connectedSince: String
    let registeredHereOn: String
    let verifiedBy: String
    let notVerified: String

    /// Before a domain that is proved, and before a place that lies under none.
    let verifiedDomain: String
    let sentElsewhere: String
    let allow: String
    let cancel: String
    let keepsEarlier: String
    let disconnectAnyTime: Around
    let connectedApplications: String
    let privacyPolicy: String
    let terms: String
    let opens: String
    let report: String
    let unchecked: (fact: String, advice: String)
    let onThisComputer: (fact: String, advice: String)
    let onThisDevice: (fact: String, advice: String)
    let testAccount: (fact: String, advice: String)
    let administrator: (fact: String, advice: String)

    /// Around an application's name, and the reference of a request by hand.
    let byHand: (fact: Around, request: Around)
    let months: MonthNames
}

extension ConsentWords {
    init(_ language: Language, tenant: String) {
        self =
            switch language {
            case .english: .english(tenant)
            case .german: .german(tenant)
            case .dutch: .dutch(tenant)
            case .french: .french(tenant)
            case .portuguese: .portuguese(tenant)
            case .spanish: .spanish(tenant)
            case .ukrainian: .ukrainian(tenant)
            case .arabic: .arabic(tenant)
            case .hebrew: .hebrew(tenant)
            }
    }

    func heading(of group: OfferedScope.Group) -> String {
        switch group {
        case .view: view
        case .change: change
        case .account: account
        }
    }
}
