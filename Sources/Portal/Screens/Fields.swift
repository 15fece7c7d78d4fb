import Registry
import Web

/// Proof that a form was written by us for this visitor.
struct SealField: Component {
    let seal: String?

    var body: HTML {
        input(.type("hidden"), .name("seal"), .value(seal ?? ""))
    }
}

/// What has to be mended, at the top of a form that is shown again, with links to the fields.
struct ErrorSummary: Component {
    let problems: [FieldProblem]
    let heading: String

    var body: HTML {
        if !problems.isEmpty {
            div(.class("errors"), .tabindex(-1), .autofocus, .aria("labelledby", "problems")) {
                div(.role("alert")) {
                    h2(.id("problems")) { heading }
                    ul {
                        for problem in problems {
                            li { a(.href(Path(anchor: problem.field))) { problem.message } }
                        }
                    }
                }
            }
        }
    }
}

/// A sentence that belongs to a field of a form.
struct FieldProblem: Sendable {
    let field: String
    let message: String

    /// Stands before the message, for whoever does not see its colour.
    var prefix = DoorWords.english.signIn.error
}

/// A labelled field with its hint and its error.
struct Field: Component {
    let id: String
    let name: String
    let label: String
    var hint: String?
    var isOptional = false
    var problems: [FieldProblem] = []

    /// Receives what every control needs: its id, its name, and what describes it.
    @HTMLBuilder let control: ([Attribute]) -> HTML

    private var own: [FieldProblem] { problems.filter { $0.field == id } }

    var body: HTML {
        div(.class(own.isEmpty ? "field" : "field invalid")) {
            Web.label(.for(id)) {
                label
                if isOptional { span(.class("optional")) { " (optional)" } }
            }
            if let hint { p(.class("hint"), .id("\(id)-hint")) { hint } }
            if !own.isEmpty { FieldErrors(id: id, problems: own) }
            control(attributes)
        }
    }

    private var attributes: [Attribute] {
        let described = [hint.map { _ in "\(id)-hint" }, own.isEmpty ? nil : "\(id)-err"].compactMap { $0 }
        return [
            .id(id), .name(name),
            .aria("describedby", described.joined(separator: " ")).when(!described.isEmpty),
            .aria("invalid", "true").when(!own.isEmpty),
        ]
    }
}

/// A one-line field.
struct TextField: Component {
    let id: String
    let label: String
    var type = "text"
    var value = ""
    var hint: String?
    var isOptional = false
    var autocomplete = "off"
    var direction: Direction?
    var problems: [FieldProblem] = []
    var extra: [Attribute] = []

    var body: HTML {
        Field(
            id: id,
            name: id.replacing("-", with: "_"),
            label: label,
            hint: hint,
            isOptional: isOptional,
            problems: problems
        ) { attributes in
            var all = attributes + [.type(type), .value(value), .autocomplete(autocomplete)] + extra
            if let direction { all.append(.dir(direction)) }
            if !isOptional { all.append(.required) }
            return input(all)
        }
    }
}

/// The e-mail address that somebody signs in with: HTML knows no user name of the type `email`.
struct AddressField: Component {
    var label = "E-mail"
    var value = ""
    var hint: String?
    var autocomplete = "username"
    var problems: [FieldProblem] = []

    var body: HTML {
        TextField(
            id: "email",
            label: label,
            value: value,
            hint: hint,
            autocomplete: autocomplete,
            direction: .leftToRight,
            problems: problems,
            extra: [.inputmode("email"), .autocapitalize("none"), .spellcheck(false)]
        )
    }
}

/// A password, with a button to look at it that only scripts can show.
struct PasswordField: Component {
    var id = "password"
    var label = "Password"
    var hint: String?

    /// `current-password` or `new-password`, for password managers.
    let autocomplete: String
    var reveal = DoorWords.english.signIn.reveal
    var problems: [FieldProblem] = []

    var body: HTML {
        Field(
            id: id,
            name: id.replacing("-", with: "_"),
            label: label,
            hint: hint,
            problems: problems
        ) { attributes in
            div(.class("joined")) {
                input(attributes + [.type("password"), .autocomplete(autocomplete), .required])
                button(
                    .class("btn"),
                    .type("button"),
                    .hidden,
                    .data("reveal", id),
                    .data("show", reveal.show),
                    .data("hide", reveal.hide),
                    .aria("pressed", "false"),
                    .aria("label", reveal.label)
                ) { reveal.show }
            }
        }
    }
}

/// Controls that answer one question together, with its error.
struct FieldGroup: Component {
    /// The id of the first control, to which an error leads.
    let first: String
    let legend: String
    let problems: [FieldProblem]

    @HTMLBuilder let controls: () -> HTML

    private var own: [FieldProblem] { problems.filter { $0.field == first } }

    var body: HTML {
        fieldset(
            .class(own.isEmpty ? "field" : "field invalid"),
            .aria("describedby", "\(first)-err").when(!own.isEmpty)
        ) {
            Web.legend { legend }
            if !own.isEmpty { FieldErrors(id: first, problems: own) }
            controls()
        }
    }
}

/// What is wrong with a field, before it.
private struct FieldErrors: Component {
    let id: String
    let problems: [FieldProblem]

    var body: HTML {
        div(.id("\(id)-err")) {
            for problem in problems {
                p(.class("err")) {
                    span(.class("vh")) { problem.prefix }
                    problem.message
                }
            }
        }
    }
}

/// A box to tick or one of several to choose.
struct Choice: Component {
    let type: String
    let name: String
    let value: String
    let words: String
    var hint: String?
    var id: String?
    let isOn: Bool

    private var ownID: String { id ?? "\(name)-\(value)".replacing("_", with: "-") }

    var body: HTML {
        div(.class("choice")) {
            input(.type(type), .id(ownID), .name(name), .value(value), .checked.when(isOn))
            label(.for(ownID)) {
                words
                if let hint { span(.class("hint")) { hint } }
            }
        }
    }
}
