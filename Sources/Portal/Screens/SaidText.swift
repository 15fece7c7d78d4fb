import Registry
import Web

/// A text of the tenant's, marked with the language it is in: not every reader's is filled in.
extension Said {
    var lang: Attribute { .lang(language) }
    var dir: Attribute { .dir(Language(rawValue: language)?.direction ?? .automatic) }

    /// Within another text.
    var marked: HTML { span(lang, dir) { text } }
}

extension Visit {
    /// What a tenant's permissions are called in the reader's language.
    func sentences(of scopes: ScopeSet) -> [Said] {
        let wanted = language.language.rawValue
        return tenant.offers(scopes).map { $0.sentence(in: wanted, at: tenant) }
    }
}

/// Sentences beside each other.
struct SaidTogether: Component {
    let sentences: [Said]

    var body: HTML {
        for (place, sentence) in sentences.enumerated() {
            if place > 0 { " · " }
            sentence.marked
        }
    }
}
