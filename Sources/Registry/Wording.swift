/// What a tenant's texts are in other languages than its own, by their tags (RFC 5646).
package typealias Translations = [String: String]

/// A text as somebody gets it: in their language, or else in the tenant's.
package struct Said: Sendable, Hashable, Codable {
    package let text: String
    package let language: String

    fileprivate init(_ own: String, _ others: Translations, in wanted: String, at tenant: Tenant) {
        let other = wanted == tenant.language ? nil : others[wanted]
        (text, language) = (other ?? own, other == nil ? tenant.language : wanted)
    }

    /// What was kept before texts had languages is English.
    package init(from decoder: any Decoder) throws {
        do {
            let container = try decoder.singleValueContainer()
            (text, language) = (try container.decode(String.self), "en")
        } catch DecodingError.typeMismatch {
            let kept = try decoder.container(keyedBy: CodingKeys.self)
            text = try kept.decode(String.self, forKey: .text)
            language = try kept.decode(String.self, forKey: .language)
        }
    }
}

extension OfferedScope {
    package func sentence(in language: String, at tenant: Tenant) -> Said {
        Said(sentence, sentences, in: language, at: tenant)
    }

    package func detail(in language: String, at tenant: Tenant) -> Said {
        Said(detail, details, in: language, at: tenant)
    }

    /// Whether customers who speak it read all of this in their language.
    package func isSaid(in language: String, at tenant: Tenant) -> Bool {
        sentence(in: language, at: tenant).language == language
            && (detail.isEmpty || detail(in: language, at: tenant).language == language)
    }
}

extension Reassurance {
    func sentence(in language: String, at tenant: Tenant) -> Said {
        Said(sentence, sentences, in: language, at: tenant)
    }
}

extension Tenant {
    /// The language of its own texts.
    package var language: String { settings.language ?? "en" }

    /// A text that is there in that language only.
    package func said(_ own: String) -> Said { Said(own, [:], in: language, at: self) }
}
