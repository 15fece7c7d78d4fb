import Registry
import Web

/// The form of one permission beside what customers read.
struct ScopePage {
    let visit: Visit
    var form: ScopeForm

    /// Nil for a new one.
    let subject: OfferedScope?
    var mayChange = true
    var problems: [FieldProblem] = []
    var overtaken: Overtaken?

    /// The form as somebody else left it.
    var theirs: ScopeForm?

    /// How many applications have what is about to be said otherwise; nil where nobody has to ask.
    var usesInQuestion: Int?

    func response(_ status: Status = .ok) -> Response { page.response(to: visit, status) }

    private var list: Path { visit.path("admin", "scopes") }

    private var page: Page {
        let title = subject.map { "Permission \($0.name.text)" } ?? "Add a permission"
        return Page(title, .administrators, problems: problems, isOvertaken: overtaken != nil, script: .forms)
        {
            if let subject {
                h1 {
                    "Permission "
                    code { subject.name.text }
                }
            } else {
                h1 { title }
            }
            if let overtaken, let theirs {
                OvertakenNotice(
                    by: overtaken.by,
                    what: "this permission",
                    differences: form.differences(from: theirs)
                )
            }
            div(.class("split")) {
                if mayChange { fields } else { looking }
                preview
            }
        }
    }

    private var looking: HTML {
        div(.class("stack")) {
            p { "You may look at this permission, and not change it." }
            if let subject { ScopeWording(scope: subject, tenant: visit.tenant) }
        }
    }

    private var fields: HTML {
        Web.form(
            .class("stack"),
            .method("post"),
            .action(list.appending(subject == nil ? "new" : "change")),
            .novalidate
        ) {
            SealField(seal: visit.seal(for: .admin))
            input(.type("hidden"), .name("basis"), .value(form.basis))
            if let usesInQuestion { guardQuestion(usesInQuestion) }
            naming
            text("sentence", "Sentence customers read", form.sentence, "Begins with a verb.", fills: true)
            text("detail", "Second line", form.detail, "What it means in practice.", isOptional: true)
            ScopeTranslations(form: form, tenant: visit.tenant, problems: problems)
            KindField(kind: form.kind)
            group
            optional
            ways
            promises
            div(.class("row")) {
                button(.class("btn primary")) { subject == nil ? "Add permission" : "Save permission" }
                a(.class("btn"), .href(list)) { "Cancel" }
                if let subject {
                    let query = [(name: "scope", value: subject.name.text)]
                    a(.href(list.appending("delete").with(query: query))) { "Delete this permission" }
                }
            }
            ImportNote(tenant: visit.tenant)
        }
    }

    private func guardQuestion(_ uses: Int) -> HTML {
        div(.class("callout warn")) {
            fieldset(.class("field")) {
                legend { "Does this allow more than before?" }
                p {
                    "\(counted(uses, "application")) can ask for it, and customers agreed to what they read then."
                }
                choice("radio", "widens", "no", "No, wording only", isOn: true)
                choice(
                    "radio",
                    "widens",
                    "yes",
                    "Yes – customers are asked again",
                    "The next time an application sends them here. What is connected keeps working until then.",
                    isOn: false
                )
            }
        }
    }

    @HTMLBuilder private var naming: HTML {
        if let subject {
            input(.type("hidden"), .name("name"), .value(subject.name.text))
        } else {
            TextField(
                id: "name",
                label: "Name",
                value: form.name,
                hint: "What applications send as scope, such as devices_read. It cannot be changed later.",
                direction: .leftToRight,
                problems: problems,
                extra: [.maxlength(64), .spellcheck(false), .autocapitalize("none")]
            )
        }
    }

    private func text(
        _ id: String,
        _ label: String,
        _ value: String,
        _ hint: String,
        isOptional: Bool = false,
        fills: Bool = false
    ) -> TextField {
        TextField(
            id: id,
            label: label,
            value: value,
            hint: hint,
            isOptional: isOptional,
            direction: .automatic,
            problems: problems,
            extra: [.lang(visit.tenant.language)]
                + (fills ? [.data("fills", "preview-sentence"), .data("letter", "")] : [])
        )
    }

    private var group: HTML {
        fieldset(.class("field")) {
            legend { "Heading in a list of more than eight" }
            for one in OfferedScope.Group.allCases {
                choice("radio", "group", one.rawValue, one.words, isOn: one == form.group)
            }
        }
    }

    private var optional: HTML {
        fieldset(.class("field")) {
            legend { "For the customer" }
            for one in OfferedScope.Choice.allCases {
                choice("radio", "optional", one.rawValue, one.words, isOn: one == form.choice)
            }
        }
    }

    private var ways: HTML {
        fieldset(.class("field")) {
            legend { "How it is offered" }
            choice(
                "checkbox",
                "default",
                "on",
                "Default",
                "An application that names no permission gets this one.",
                isOn: form.isDefault
            )
            choice(
                "checkbox",
                "needs_approval",
                "on",
                "Needs approval",
                "Until you approve an application, it works with this for its test accounts only.",
                isOn: form.needsApproval
            )
            choice(
                "checkbox",
                "retired",
                "on",
                "Retired",
                "New applications cannot ask for it. Those that have it keep it.",
                isOn: form.isRetired
            )
        }
    }

    @HTMLBuilder private var promises: HTML {
        let sentences = visit.tenant.settings.limitsShown.map(\.sentence)
        if !sentences.isEmpty {
            fieldset(.class("field")) {
                legend { "What is no longer promised when it is asked for" }
                p(.class("hint")) {
                    "The consent screen says that an application will not be able to do this."
                }
                for (place, sentence) in sentences.enumerated() {
                    choice(
                        "checkbox",
                        "takes_away",
                        sentence,
                        sentence,
                        id: "takes-away-\(place + 1)",
                        isOn: form.takesAway.contains(sentence)
                    )
                }
            }
        }
    }

    private func choice(
        _ type: String,
        _ name: String,
        _ value: String,
        _ words: String,
        _ hint: String? = nil,
        id: String? = nil,
        isOn: Bool
    ) -> HTML {
        Choice(type: type, name: name, value: value, words: words, hint: hint, id: id, isOn: isOn).body
    }

    private var preview: HTML {
        let sentence = form.sentence.isEmpty ? "See your devices and their state" : form.sentence
        return aside(.class("stack"), .aria("labelledby", "preview-h")) {
            h2(.id("preview-h")) { "What customers will read" }
            div(.class("preview")) {
                ul(.class("scopes"), .lang(visit.tenant.language), .dir(.automatic)) {
                    li(.class(form.kind.onlyShows(under: form.group) ? "read" : "write")) {
                        strong(.id("preview-sentence")) { sentence }
                        if form.kind == .sensitive { span(.class("tag warn")) { "Sensitive" } }
                        span(.class("note")) { form.detail }
                    }
                }
            }
        }
    }
}

private struct KindField: Component {
    let kind: OfferedScope.Kind

    var body: HTML {
        fieldset(.class("field")) {
            legend { "Kind" }
            for (kind, hint) in [
                (OfferedScope.Kind.read, "It looks at something."), (.change, "It changes something."),
                (.sensitive, "It is marked as sensitive."),
            ] {
                Choice(
                    type: "radio",
                    name: "kind",
                    value: kind.rawValue,
                    words: kind.words,
                    hint: hint,
                    isOn: kind == self.kind
                )
            }
        }
    }
}
