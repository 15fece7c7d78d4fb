import Registry

/// A text that is written once, or once for each language: `{ en: "See your devices", de: "Ihre Geräte sehen" }`.
struct WrittenText {
    /// In the tenant's own language.
    let own: String
    let others: Translations
}

extension Fields {
    /// One that has to be there.
    func wording(_ key: String, in own: Language) -> WrittenText? {
        if isObject(key) { return optionalWording(key, in: own) }
        return sentence(key).map { WrittenText(own: $0, others: [:]) }
    }

    /// One that may be left out; whatever is written, the tenant's own language is part of it.
    func optionalWording(_ key: String, in own: Language) -> WrittenText? {
        let wanted = "one line of 1 to 300 characters"
        guard isObject(key), let fields = object(key, known: Language.allCases.map(\.rawValue)) else {
            return optional(key, wanted, Fields.line).map { WrittenText(own: $0, others: [:]) }
        }
        var others: Translations = [:]
        for other in Language.allCases where other != own {
            others[other.rawValue] = fields.optional(other.rawValue, wanted, Fields.line)
        }
        return fields.sentence(own.rawValue).map { WrittenText(own: $0, others: others) }
    }
}

extension JSON {
    /// How a tenant's file writes a text: alone, or each language by its tag, the tenant's own first.
    init(_ own: String, _ others: Translations, in language: String) {
        let written = Language.allCases.compactMap { other in
            others[other.rawValue].map { (other.rawValue, JSON.text($0)) }
        }
        self = written.isEmpty ? .text(own) : .object([(language, .text(own))] + written)
    }

    /// What a file has at such a place in the tenant's own language.
    func ownText(in language: String) -> String? { string ?? self[language]?.string }
}
