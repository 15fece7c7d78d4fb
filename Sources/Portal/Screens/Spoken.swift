import Registry
import Web

/// A page that is there in every language: which this is, and where a link to another leads.
struct Spoken: Sendable {
    let choice: LanguageChoice

    /// Nil for the answer to a form, which no link brings again, and where the address is not to be repeated.
    let link: (@Sendable (Language) -> Attribute)?

    var language: Language { choice.language }
    var words: DoorWords { DoorWords(language) }

    init(_ choice: LanguageChoice, link: (@Sendable (Language) -> Attribute)?) {
        (self.choice, self.link) = (choice, link)
    }

    /// The same page again.
    init(_ choice: LanguageChoice, at place: Path) {
        self.init(choice) { .href(place.with(query: [(LanguageChoice.parameter, $0.rawValue)])) }
    }

    /// What an address takes along to be in the same language, where nothing else says so.
    func wish(_ visit: Visit) -> [(name: String, value: String)] {
        if choice.isPressed { return [(LanguageChoice.parameter, language.rawValue)] }
        return visit.language(asked: Parameters([])).language == language
            ? [] : [("ui_locales", language.rawValue)]
    }

    /// What an answer says about its language; what was pressed is remembered, unless another site led here.
    func headers(on visit: Visit) -> [Header] { Spoken.headers(of: choice, on: visit) }

    static func headers(of choice: LanguageChoice, on visit: Visit) -> [Header] {
        let said: [Header] = [
            ("Content-Language", choice.language.rawValue), ("Vary", "Accept-Language, Cookie"),
        ]
        guard choice.isKept(visit), let kept = visit.remembering(choice.language) else { return said }
        return said + [kept]
    }
}

extension LanguageChoice {
    /// Whether it is remembered: another site can lead to a page in any language, without anybody having chosen it.
    fileprivate func isKept(_ visit: Visit) -> Bool {
        isPressed && visit.request.headers["sec-fetch-site"] != "cross-site"
    }
}

extension CustomerAccess {
    /// Keeps what was pressed with the account as well, for letters.
    func keep(_ choice: LanguageChoice, _ visit: Visit) async {
        if choice.isKept(visit) { await keep(language: choice.language.rawValue) }
    }
}

extension Visit {
    /// The page asked for, in the visitor's language; its links repeat what an authorization request may say.
    var spoken: Spoken {
        guard request.method == .get else { return Spoken(language, link: nil) }
        return Spoken(
            language,
            at: place.with(query: ownQuery.pairs(AuthorizeEndpoint.ownParameters.contains))
        )
    }
}

/// The same page in the other languages, each called as its speakers call it.
struct LanguageLinks: Component {
    let current: Language
    let link: (Language) -> Attribute

    var body: HTML {
        ul {
            for other in Language.allCases where other != current {
                li {
                    a(
                        link(other),
                        .lang(other.rawValue),
                        .dir(other.direction),
                        .hreflang(other.rawValue)
                    ) { other.name }
                }
            }
        }
    }
}
