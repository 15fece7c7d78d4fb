import Registry

/// What is said about the form of a permission: what has to be mended, and what differs between two.
extension ScopeForm {
    func problem(_ mistake: FileMistake, in tenant: Tenant) -> FieldProblem {
        let way = mistake.path.utf8.split(separator: UInt8(ascii: ".")).map { String($0) ?? "" }
        let language = way.last.flatMap { Language(rawValue: $0) }
        let key = (language == nil ? way : way.dropLast()).last ?? ""
        if let language, tenant.otherLanguages.contains(language) {
            return FieldProblem(field: "\(key)-\(language.rawValue)", message: message(key, in: language))
        }
        return switch key {
        case "name" where mistake.message.hasPrefix("there is a scope"):
            FieldProblem(field: key, message: "There is a permission with this name already")
        case "name":
            FieldProblem(
                field: key,
                message: "Enter a name such as devices_read, of up to 64 characters without spaces"
            )
        case "sentence":
            FieldProblem(
                field: key,
                message: "Enter the sentence customers read, on one line of up to 300 characters"
            )
        case "detail" where detail.isEmpty:
            FieldProblem(field: key, message: "Enter a second line, or remove it in the other languages too")
        case "detail":
            FieldProblem(field: key, message: "The second line can have up to 300 characters")
        default: FieldProblem(field: "name", message: "\(mistake.path): \(mistake.message)")
        }
    }

    private func message(_ key: String, in language: Language) -> String {
        switch key {
        case "sentence" where sentences[language.rawValue] == nil:
            "Enter the sentence in \(language.nameInEnglish), or remove its second line"
        case "sentence": "The sentence in \(language.nameInEnglish) can have up to 300 characters"
        default: "The second line in \(language.nameInEnglish) can have up to 300 characters"
        }
    }

    /// What differs between two forms, for somebody who has to choose.
    func differences(from theirs: ScopeForm) -> [Contended] {
        let shown: [(label: String, (ScopeForm) -> String)] = [
            ("Sentence", \.sentence), ("Second line", \.detail), ("Kind", { $0.kind.words }),
            ("Heading", \.group.words), ("Default", { $0.isDefault ? "yes" : "no" }),
            ("For the customer", \.choice.words),
            ("Needs approval", { $0.needsApproval ? "yes" : "no" }),
            ("Retired", { $0.isRetired ? "yes" : "no" }),
            ("Takes away", { $0.takesAway.joined(separator: ", ") }),
        ]
        let plain = shown.filter { $0.1(self) != $0.1(theirs) }.map {
            Contended(label: $0.label, theirs: $0.1(theirs), yours: $0.1(self))
        }
        return plain + Language.allCases.flatMap { translated(in: $0, otherwiseThan: theirs) }
    }

    private func translated(in language: Language, otherwiseThan theirs: ScopeForm) -> [Contended] {
        let shown: [(label: String, KeyPath<ScopeForm, Translations>)] = [
            ("Sentence", \.sentences), ("Second line", \.details),
        ]
        return shown.compactMap { label, words in
            let (yours, theirs) = (self[keyPath: words], theirs[keyPath: words])
            if yours[language.rawValue] == theirs[language.rawValue] { return nil }
            return Contended(
                label: "\(label) in \(language.nameInEnglish)",
                theirs: theirs[language.rawValue] ?? "",
                yours: yours[language.rawValue] ?? "",
                language: language
            )
        }
    }
}
