import Registry
import Web

/// The language of one answer, and whether the person pressed a link to it just now.
struct LanguageChoice: Sendable {
    let language: Language
    let isPressed: Bool

    /// What the links at the foot of a page say.
    static let parameter = "lang"

    /// Those of an address that choose a language: ours, and OpenID Connect Core §3.1.2.1.
    static func isAbout(_ name: String) -> Bool {
        name.isByteForByte(parameter) || name.isByteForByte("ui_locales")
    }
}

extension Visit {
    /// What this visitor is spoken to in: what they pressed, then what the application asks for, then what they chose
    /// before, then what their browser prefers (RFC 9110 §12.5.4); an unclear wish counts as none.
    func language(asked: Parameters) -> LanguageChoice {
        let wishes = asked.pairs(LanguageChoice.isAbout)
        if let pressed = Language(wished: LanguageChoice.parameter, in: wishes) {
            return LanguageChoice(language: pressed, isPressed: true)
        }
        let language = Language(wished: "ui_locales", in: wishes) ?? savedLanguage ?? preferredLanguage
        let own = tenant.ownLanguage
        return LanguageChoice(language: language ?? own, isPressed: false)
    }

    /// The same, where the address itself says what is wished.
    var language: LanguageChoice { language(asked: ownQuery) }

    /// The same on the way to a request that waits, whose own wishes count too.
    func language(onTheWayTo wayBack: WayBack?) -> LanguageChoice {
        let own = language
        guard !own.isPressed, case .authorization(let query) = wayBack else { return own }
        let kept = language(asked: Parameters(fields(of: query)))
        return LanguageChoice(language: kept.language, isPressed: false)
    }

    /// What was pressed, to be taken along to the next address.
    var pressedLanguage: [(name: String, value: String)] {
        let choice = language
        return choice.isPressed ? [(LanguageChoice.parameter, choice.language.rawValue)] : []
    }

    /// The parameters of a query; none where it cannot be read.
    func fields(of query: String) -> [(name: String, value: String)] {
        do {
            return try Form.urlEncoded(Array(query.utf8)[...])
        } catch {
            return []
        }
    }

    var ownQuery: Parameters { Parameters(request.query.isEmpty ? [] : fields(of: request.query)) }

    private var preferredLanguage: Language? {
        request.headers["accept-language"].flatMap { Language(firstOf: $0, separatedBy: ",") }
    }
}

extension Language {
    fileprivate init?(wished name: String, in wishes: [(name: String, value: String)]) {
        let wish = wishes.filter { $0.name.isByteForByte(name) }
        guard wish.count == 1 else { return nil }
        self.init(firstOf: wish[0].value, separatedBy: " ")
    }
}
