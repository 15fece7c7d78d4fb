import Registry
import Web

/// The form of the tenant's rules.
struct RulesPage {
    let admin: AdminAccess
    let visit: Visit

    /// How many applications needed each door lately.
    let uses: [String: Int]

    /// How many applications nobody approved that customers can connect.
    let unapproved: Int
    var form: RulesForm
    var problems: [FieldProblem] = []
    var overtaken: Overtaken?

    /// The form as somebody else left it.
    var theirs: RulesForm?

    private enum Part: String, CaseIterable {
        case partners = "Partners"
        case grants = "Ways to get a token"
        case tokens = "Audit log"
        case letters = "E-mails to customers"
        case lifetimes = "How long things last"
        case tries = "Sessions and tries"
        case doors = "Legacy doors"

        var anchor: String { "\(self)-h" }
    }

    func response(_ status: Status = .ok) -> Response { page.response(to: visit, status) }

    private var page: Page {
        let title = "Settings"
        return Page(title, .administrators, problems: problems, isOvertaken: overtaken != nil) {
            Notice(text: visit.queryValue("done") == "saved" ? "The settings are saved." : nil)
            h1 { title }
            if let overtaken, let theirs {
                OvertakenNotice(
                    by: overtaken.by,
                    what: "the settings",
                    differences: form.differences(from: theirs)
                )
            }
            if admin.rank == .full { fields } else { facts }
        }
    }

    private var fields: HTML {
        Web.form(.class("stack"), .method("post"), .action(visit.path("admin", "settings")), .novalidate) {
            SealField(seal: visit.seal(for: .admin))
            input(.type("hidden"), .name("basis"), .value(form.basis))
            places
            section(.partners) {
                registration
                review
                secondAdministrator
                protectedNames
                for number in RuleNumber.limits { field(number) }
            }
            section(.grants) {
                for grant in RulesForm.usualGrants + RulesForm.oldGrants { choice(grant) }
            }
            section(.tokens) { auditLog }
            section(.letters) { letters }
            section(.lifetimes) {
                for number in RuleNumber.lifetimes { field(number, now: spoken(number)) }
            }
            section(.tries) {
                div(.class("folds")) {
                    fold("How long people stay signed in", RuleNumber.sessions, areSeconds: true)
                    fold("How often somebody may guess", RuleNumber.guesses)
                    fold("How often something may be done", RuleNumber.crowds)
                }
            }
            section(.doors) { doors }
            div(.class("row saving")) { button(.class("btn primary")) { "Save settings" } }
            ImportNote(tenant: visit.tenant)
        }
    }

    private var auditLog: HTML {
        Choice(
            type: "checkbox",
            name: "tokensInAuditLog",
            value: "on",
            words: "Write every token into the audit log",
            hint: """
                An entry has the token’s ID, never the token itself. Entries are written one after another and \
                kept for ever, so \(visit.brand.displayName) can give far fewer tokens a second.
                """,
            isOn: form.tokensInAuditLog
        ).body
    }

    private var letters: HTML {
        Choice(
            type: "checkbox",
            name: "consentLetters",
            value: "on",
            words: "Write to customers when they allow something",
            hint: "One e-mail when they connect an application, and when they allow it more.",
            isOn: form.consentLetters
        ).body
    }

    @HTMLBuilder private var doors: HTML {
        p {
            """
            For software in the field that expects something else. Each lets in what it says, for \
            \(visit.brand.displayName) alone; keep closed what nobody needs.
            """
        }
        for door in LegacyDoor.all {
            let opening = form.openings[door.id]
            DoorField(door: door, opening: opening, hint: door.risk + (opening == nil ? "" : use(of: door)))
        }
        p(.class("note")) {
            "Paths, the members of answers and error bodies of your own are in the operator’s file."
        }
    }

    /// The form is longer than any screen.
    private var places: HTML {
        nav(.class("sections"), .aria("label", "Settings")) {
            ul { for part in Part.allCases { li { a(.href(Path(anchor: part.anchor))) { part.rawValue } } } }
        }
    }

    private func section(_ part: Part, @HTMLBuilder _ content: () -> HTML) -> HTML {
        Web.section(.class("card"), .aria("labelledby", part.anchor)) {
            h2(.id(part.anchor)) { part.rawValue }
            content()
        }
    }

    /// Figures that few have to look at; open where one has to be mended.
    private func fold(_ heading: String, _ numbers: [RuleNumber], areSeconds: Bool = false) -> HTML {
        let isWrong = problems.contains { problem in numbers.contains { $0.id == problem.field } }
        let areUsual = numbers.allSatisfy { form.typed[$0.key] == $0.usual }
        return details(.open.when(isWrong)) {
            summary {
                heading
                " "
                span(.class("tag")) { areUsual ? "as usual" : "changed" }
            }
            div(.class("stack")) {
                for number in numbers { field(number, now: areSeconds ? spoken(number) : nil) }
            }
        }
    }

    private var registration: HTML {
        fieldset(.class("field")) {
            legend { "Registration" }
            radio("registration", "open", "Open", "Partners sign up themselves.", form.registration == .open)
            radio(
                "registration",
                "invitation",
                "By invitation",
                "Administrators invite them.",
                form.registration == .invitation
            )
            radio(
                "registration",
                "closed",
                "Closed",
                "Only those who have an account come in.",
                form.registration == .closed
            )
        }
    }

    private var review: HTML {
        fieldset(.class("field")) {
            legend { "Approval" }
            radio(
                "review",
                "reviewed",
                "Needed",
                "Until you approve it, an application works for its test accounts only." + stopped,
                form.review == .reviewed
            )
            radio(
                "review",
                "open",
                "Not needed",
                "Applications work for everybody at once, marked “Not verified”. A permission can need approval by itself.",
                form.review == .open
            )
        }
    }

    /// What saying so would stop.
    private var stopped: String {
        unapproved == 0
            ? ""
            : " \(counted(unapproved, "application")) that nobody approved would take no new customers until you do."
    }

    private var secondAdministrator: HTML {
        fieldset(.class("field")) {
            legend { "Approval by two administrators" }
            for rule in Policy.SecondAdministrator.allCases {
                Choice(
                    type: "radio",
                    name: "secondAdministrator",
                    value: rule.rawValue,
                    words: rule.words,
                    isOn: form.secondAdministrator == rule
                )
            }
        }
    }

    private var protectedNames: Field {
        Field(
            id: "protected-names",
            name: "protectedNames",
            label: "Protected names",
            hint: """
                One a line, up to 500. An application whose name is close to one of them, or has it as a word, waits \
                until you have looked.
                """,
            isOptional: true,
            problems: problems
        ) { attributes in
            textarea(attributes + [.rows(4), .dir(.automatic), .spellcheck(false)]) { form.protectedNames }
        }
    }

    private func radio(
        _ name: String,
        _ value: String,
        _ words: String,
        _ hint: String,
        _ isOn: Bool
    ) -> Choice {
        Choice(type: "radio", name: name, value: value, words: words, hint: hint, isOn: isOn)
    }

    private func choice(_ grant: Grant) -> Choice {
        let isOpenDoor = RulesForm.oldGrants.contains(grant) && form.grants.contains(grant)
        return Choice(
            type: "checkbox",
            name: "grants",
            value: grant.rawValue,
            words: grant.words,
            hint: grant.hint + (isOpenDoor ? use(of: grant.rawValue) : ""),
            isOn: form.grants.contains(grant)
        )
    }

    private func use(of door: LegacyDoor) -> String { door.isCounted ? use(of: door.dotted) : "" }

    /// Whether anybody would miss an open door.
    private func use(of door: String) -> String {
        guard let count = uses[door] else { return " Nobody used it in the last 30 days." }
        return " Used by \(counted(count, "application")) in the last 30 days."
    }

    /// How long something lasts, in its largest unit.
    private func spoken(_ number: RuleNumber) -> String? {
        guard let seconds = Int(form.typed[number.key] ?? ""), seconds > 0 else { return nil }
        for (unit, length) in [("day", 86_400), ("hour", 3600), ("minute", 60)] where seconds % length == 0 {
            return " Now \(counted(seconds / length, unit))."
        }
        return nil
    }

    private func field(_ number: RuleNumber, now: String? = nil) -> Field {
        Field(
            id: number.id,
            name: number.key,
            label: number.label,
            hint: number.hint + (now ?? ""),
            problems: problems
        ) { attributes in
            input(
                attributes + [
                    .type("text"), .class("short"), .inputmode("numeric"), .dir(.leftToRight),
                    .autocomplete("off"), .value(form.typed[number.key] ?? ""), .required,
                ]
            )
        }
    }

    /// For whoever may only look.
    private var facts: HTML {
        dl(.class("facts")) {
            for line in form.facts { fact(line.label) { line.value } }
        }
    }
}
