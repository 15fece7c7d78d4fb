import Registry
import Web

/// What a permission is called in the other languages: closed until somebody wants one, open where one has to be mended.
struct ScopeTranslations: Component {
    let form: ScopeForm
    let tenant: Tenant
    let problems: [FieldProblem]

    var body: HTML {
        fieldset(.class("field")) {
            legend { "In other languages" }
            p(.class("hint")) {
                """
                Customers whose language is not filled in read it in \(tenant.ownLanguage.nameInEnglish). What is here \
                stays as it is when the words above change.
                """
            }
            div(.class("folds")) {
                for language in tenant.otherLanguages { fold(language) }
            }
        }
    }

    private func fold(_ language: Language) -> HTML {
        let tag = language.rawValue
        let (sentence, detail) = ("sentence-\(tag)", "detail-\(tag)")
        return details(.open.when(problems.contains { [sentence, detail].contains($0.field) })) {
            summary {
                span(.lang(tag), .dir(language.direction)) { language.name }
                " "
                state(of: tag)
            }
            div(.class("stack")) {
                field(sentence, "Sentence in \(language.nameInEnglish)", form.sentences[tag], language)
                field(detail, "Second line in \(language.nameInEnglish)", form.details[tag], language)
            }
        }
    }

    private func state(of tag: String) -> HTML {
        let lacksDetail = !form.detail.isEmpty && form.details[tag] == nil
        return switch form.sentences[tag] {
        case nil: span(.class("tag")) { "not yet" }
        case _? where lacksDetail: span(.class("tag")) { "without second line" }
        case _?: span(.class("tag ok")) { "filled" }
        }
    }

    private func field(_ id: String, _ label: String, _ text: String?, _ language: Language) -> TextField {
        TextField(
            id: id,
            label: label,
            value: text ?? "",
            isOptional: true,
            direction: language.direction,
            problems: problems,
            extra: [.lang(language.rawValue)]
        )
    }
}

/// All that customers read of a permission, for somebody who may not change it.
struct ScopeWording: Component {
    let scope: OfferedScope
    let tenant: Tenant

    var body: HTML {
        dl(.class("facts")) {
            for language in [tenant.ownLanguage] + tenant.otherLanguages {
                fact(language.nameInEnglish) { words(in: language) }
            }
        }
    }

    @HTMLBuilder private func words(in language: Language) -> HTML {
        let tag = language.rawValue
        let (sentence, detail) = (scope.sentence(in: tag, at: tenant), scope.detail(in: tag, at: tenant))
        if sentence.language == tag {
            p(sentence.lang, sentence.dir) { sentence.text }
        } else {
            "not yet"
        }
        if detail.language == tag, !detail.text.isEmpty {
            p(.class("note"), detail.lang, detail.dir) { detail.text }
        }
    }
}

extension OfferedScope {
    /// Those whose customers read it in their own.
    func languages(at tenant: Tenant) -> [Language] {
        Language.allCases.filter { isSaid(in: $0.rawValue, at: tenant) }
    }
}
