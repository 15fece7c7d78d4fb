import Registry
import Web

/// What the form of a permission says, as it came.
struct ScopeForm: Sendable {
    var name = ""
    var sentence = ""
    var detail = ""
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
        (isDefault, needsApproval, isRetired) = (scope.isDefault, scope.needsApproval, scope.isRetired)
        (group, choice) = (scope.group, scope.choice)
        takesAway = tenant.settings.limitsShown.filter { $0.unless.contains(scope.name) }.map(\.sentence)
    }

    init(_ sent: Form) {
        func typed(_ name: String) -> String { sent[name]?.trimmingSpaces ?? "" }
        (name, sentence, detail) = (typed("name"), typed("sentence"), typed("detail"))
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
    func meansOtherwise(than scope: OfferedScope) -> Bool {
        sentence != scope.sentence || detail != scope.detail || kind != scope.kind
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

    private func json(over scope: JSON, in language: String) -> JSON {
        let kept = { (key: String, text: String) in
            scope[key]?.saying(text, in: language) ?? .text(text)
        }
        return scope.setting("name", .text(name)).setting("sentence", kept("sentence", sentence))
            .setting("detail", detail.isEmpty ? nil : kept("detail", detail))
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

    // MARK: What is said about it

    static func problem(_ mistake: FileMistake) -> FieldProblem {
        let key = mistake.path.utf8.split(separator: UInt8(ascii: ".")).last.map { String($0) ?? "" } ?? ""
        return switch key {
        case "name" where mistake.message.hasPrefix("there is a scope"):
            FieldProblem(field: "name", message: "There is a permission with this name already")
        case "name":
            FieldProblem(
                field: "name",
                message: "Enter a name such as devices_read, of up to 64 characters without spaces"
            )
        case "sentence":
            FieldProblem(
                field: "sentence",
                message: "Enter the sentence customers read, on one line of up to 300 characters"
            )
        case "detail":
            FieldProblem(field: "detail", message: "The second line can have up to 300 characters")
        default: FieldProblem(field: "name", message: "\(mistake.path): \(mistake.message)")
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
        return shown.filter { $0.1(self) != $0.1(theirs) }.map {
            Contended(label: $0.label, theirs: $0.1(theirs), yours: $0.1(self))
        }
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
