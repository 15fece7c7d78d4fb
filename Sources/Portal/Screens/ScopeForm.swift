import Registry
import Web

/// What the form of a permission says, as it came.
struct ScopeForm: Sendable {
    var name = ""
    var sentence = ""
    var detail = ""

    /// Both as they are told in other languages than the tenant's own, where they are.
    var sentences: Translations = [:]
    var details: Translations = [:]
    var kind = OfferedScope.Kind.read
    var group = OfferedScope.Group.view
    var isDefault = false
    var choice = OfferedScope.Choice.required
    var needsApproval = false
    var isRetired = false

    /// The promises of the consent screen that are not made to who asks for it, by their sentences.
    var takesAway: [String] = []

    /// Whether it allows more than before; nil while nobody was asked.
    var widens: Bool?
    var basis = ""

    init() {}

    init(_ scope: OfferedScope, in tenant: Tenant) {
        (name, sentence, detail, kind) = (scope.name.text, scope.sentence, scope.detail, scope.kind)
        (sentences, details) = (scope.sentences, scope.details)
        (isDefault, needsApproval, isRetired) = (scope.isDefault, scope.needsApproval, scope.isRetired)
        (group, choice) = (scope.group, scope.choice)
        takesAway = tenant.settings.limitsShown.filter { $0.unless.contains(scope.name) }.map(\.sentence)
    }

    init(_ sent: Form, in tenant: Tenant) {
        func typed(_ name: String) -> String { sent[name]?.trimmingSpaces ?? "" }
        (name, sentence, detail) = (typed("name"), typed("sentence"), typed("detail"))
        for language in tenant.otherLanguages.map(\.rawValue) {
            let (said, more) = (typed("sentence_\(language)"), typed("detail_\(language)"))
            if !said.isEmpty { sentences[language] = said }
            if !more.isEmpty { details[language] = more }
        }
        kind = OfferedScope.Kind(rawValue: sent["kind"] ?? "") ?? .read
        group = OfferedScope.Group(rawValue: sent["group"] ?? "") ?? (kind == .read ? .view : .change)
        isDefault = sent["default"] != nil
        choice = OfferedScope.Choice(rawValue: sent["optional"] ?? "") ?? .required
        needsApproval = sent["needs_approval"] != nil
        isRetired = sent["retired"] != nil
        takesAway = sent.all("takes_away")
        widens = sent["widens"].flatMap { ["yes": true, "no": false][$0] }
        basis = sent["basis"] ?? ""
    }

    /// Whether customers who read it would understand something else.
    ///
    /// What a language did not have nobody agreed to in it, so adding it is no question.
    func meansOtherwise(than scope: OfferedScope) -> Bool {
        func differs(_ now: Translations, from then: Translations) -> Bool {
            then.contains { now[$0.key] != $0.value }
        }
        return sentence != scope.sentence || detail != scope.detail || kind != scope.kind
            || differs(sentences, from: scope.sentences) || differs(details, from: scope.details)
    }

    /// Whether it says something else in the tenant's own language, and the same as before in another.
    func leavesLanguagesBehind(_ scope: OfferedScope) -> Bool {
        func stay(_ now: Translations, as then: Translations) -> Bool {
            then.contains { now[$0.key] == $0.value }
        }
        return sentence != scope.sentence && stay(sentences, as: scope.sentences)
            || detail != scope.detail && stay(details, as: scope.details)
    }

    // MARK: The tenant's file

    func added(to file: JSON) -> JSON {
        let scopes = (file["scopes"]?.items ?? []) + [json(over: .object([]), in: file.language)]
        return promises(in: file.setting("scopes", .list(scopes)))
    }

    func written(into file: JSON) -> JSON {
        let scopes = (file["scopes"]?.items ?? []).map { scope in
            scope["name"]?.string == name ? json(over: scope, in: file.language) : scope
        }
        return promises(in: file.setting("scopes", .list(scopes)))
    }

    /// A second line without its sentence stands beside an empty one, and no second line in the tenant's own language
    /// beside others as an empty one: the file refuses each in its place.
    private func json(over scope: JSON, in language: String) -> JSON {
        let said = sentences.merging(details.mapValues { _ in "" }) { sentence, _ in sentence }
        let hasDetail = !detail.isEmpty || !details.isEmpty
        return scope.setting("name", .text(name)).setting("sentence", JSON(sentence, said, in: language))
            .setting("detail", hasDetail ? JSON(detail, details, in: language) : nil)
            .setting("kind", .text(kind.rawValue))
            .setting("group", .text(group.rawValue))
            .setting("default", .bool(isDefault))
            .setting("optional", .text(choice.rawValue))
            .setting("needsApproval", .bool(needsApproval))
            .setting("retired", .bool(isRetired))
    }

    private func promises(in file: JSON) -> JSON {
        let promises = (file["neverAllows"]?.items ?? []).map { promise in
            let others = promise.otherScopes(than: name)
            let isTaken = takesAway.contains(promise["sentence"]?.ownText(in: file.language) ?? "")
            return promise.setting("unless", .list(others + (isTaken ? [.text(name)] : [])))
        }
        return file.setting("neverAllows", .list(promises))
    }
}

extension JSON {
    /// What a tenant's file says its texts are written in.
    fileprivate var language: String { self["language"]?.string ?? Language.english.rawValue }

    /// A tenant's file in which a permission is not mentioned.
    func withoutScope(_ name: String) -> JSON {
        let scopes = (self["scopes"]?.items ?? []).filter { $0["name"]?.string != name }
        let promises = (self["neverAllows"]?.items ?? []).map {
            $0.setting("unless", .list($0.otherScopes(than: name)))
        }
        return setting("scopes", .list(scopes)).setting("neverAllows", .list(promises))
    }

    fileprivate func otherScopes(than name: String) -> [JSON] {
        (self["unless"]?.items ?? []).filter { $0.string != name }
    }
}

extension OfferedScope.Choice {
    var words: String {
        switch self {
        case .required: "Always part of what is allowed"
        case .ticked: "Optional, ticked"
        case .unticked: "Optional, not ticked"
        }
    }
}

extension OfferedScope.Group {
    var words: String {
        switch self {
        case .view: "View"
        case .change: "Change"
        case .account: "Account"
        }
    }
}
