import Registry
import Web

/// The tenant's administrators: who they are, what they may do, and how others join them (ux A22).
enum PeopleScreens {
    static func list(_ admin: AdminAccess, _ visit: Visit) async throws -> Response {
        try await page(admin, visit, InvitationForm()).response(to: visit)
    }

    static func invite(_ admin: AdminAccess, _ sent: Form, _ visit: Visit) async throws -> Response {
        var form = InvitationForm(email: sent["email"]?.trimmingSpaces ?? "", rank: Rank(sent["rank"]))
        guard let email = EmailAddress(form.email) else {
            let message =
                form.email.isEmpty ? "Enter an e-mail" : "Enter an e-mail address like name@company.com"
            form.problems = [FieldProblem(field: "email", message: message)]
            return try await page(admin, visit, form).response(to: visit, .unprocessable)
        }
        do { try await admin.invite(email, as: form.rank) } catch let refusal as PeopleRefusal {
            form.problems = [FieldProblem(field: "email", message: refusal.sentence)]
            return try await page(admin, visit, form).response(to: visit, .unprocessable)
        }
        return .redirect(to: visit.path("admin", "people").with(query: [("done", "invited")]))
    }

    static func cancelInvitation(
        _ admin: AdminAccess,
        _ form: Form,
        _ visit: Visit
    ) async throws -> Response {
        guard let email = EmailAddress(form["email"] ?? "") else { throw Refusal.notFound }
        let isCancelled = try await admin.cancelInvitation(of: email)
        return InvitedSection.answer(at: visit.path("admin", "people"), isCancelled: isCancelled)
    }

    static func show(_ admin: AdminAccess, _ visit: Visit) async throws -> Response {
        AdministratorPage(person: try await admin.requested(visit), admin: admin, visit: visit).page
            .response(to: visit)
    }

    static func change(_ admin: AdminAccess, _ form: Form, _ visit: Visit) async throws -> Response {
        try await changing(admin, visit) { try await admin.change($0, to: Rank(form["rank"])) }
    }

    static func resetSecondFactor(
        _ admin: AdminAccess,
        _ form: Form,
        _ visit: Visit
    ) async throws -> Response {
        try await changing(admin, visit) { try await admin.resetSecondFactor(of: $0) }
    }

    static func remove(_ admin: AdminAccess, _ form: Form, _ visit: Visit) async throws -> Response {
        try await changing(admin, visit) { try await admin.remove($0) }
    }

    private static func changing(
        _ admin: AdminAccess,
        _ visit: Visit,
        _ change: (Administrator) async throws -> Void
    ) async throws -> Response {
        let person = try await admin.requested(visit)
        do {
            try await change(person)
            return .redirect(to: visit.path("admin", "people").with(query: [("done", "changed")]))
        } catch let refusal as PeopleRefusal {
            let problem = FieldProblem(field: "person", message: refusal.sentence)
            return AdministratorPage(person: person, admin: admin, visit: visit, problems: [problem]).page
                .response(to: visit, .unprocessable)
        }
    }

    private static func page(
        _ admin: AdminAccess,
        _ visit: Visit,
        _ form: InvitationForm
    ) async throws -> Page {
        let (people, invited) = (try await admin.administrators(), try await admin.invitedAdministrators())
        let title = "People"
        return Page(title, .administrators, problems: form.problems) {
            Notice(text: notice(visit.queryValue("done")))
            h1 { title }
            p { "Administrators of \(visit.brand.displayName)." }
            PeopleTable(people: people, admin: admin, visit: visit)
            waiting(invited, admin, visit)
            if admin.rank == .full { form.html(visit) }
            p {
                a(.href(visit.path("admin", "accounts"))) {
                    "Find an account of a customer, a partner or an administrator"
                }
                ": disable it, enable it, or reset its second factor"
            }
            p { a(.href(Role.admin.ownSecondFactor(visit))) { "Your second factor" } }
        }
    }

    private static func notice(_ done: String?) -> String? {
        switch done {
        case "changed": "The change is made."
        default: InvitedSection.notice(done)
        }
    }

    private static func waiting(
        _ invited: [InvitedAdministrator],
        _ admin: AdminAccess,
        _ visit: Visit
    ) -> InvitedSection {
        InvitedSection(
            people: invited.map { .init(email: $0.email, detail: $0.rank.word, expiresAt: $0.expiresAt) },
            cancelling: admin.rank == .full ? visit.path("admin", "people", "cancel-invitation") : nil,
            visit: visit
        )
    }
}

extension AdminAccess {
    fileprivate func requested(_ visit: Visit) async throws -> Administrator {
        guard let person = try await administrator(visit.captured("person")) else { throw Refusal.notFound }
        return person
    }
}

extension Rank {
    var word: String {
        switch self {
        case .full: "Full"
        case .readOnly: "Read only"
        }
    }

    var effect: String {
        switch self {
        case .full: "Decides about applications and changes settings."
        case .readOnly: "Sees everything that administrators see, and changes nothing."
        }
    }

    /// What a form chose; the lesser one when nothing sensible was.
    fileprivate init(_ choice: String?) { self = choice == Rank.full.rawValue ? .full : .readOnly }
}

extension PeopleRefusal {
    var sentence: String {
        switch self {
        case .noSuchAdministrator: "There is no such administrator"
        case .lastFullAdministrator:
            "Somebody has to be able to change things. Make another administrator full first"
        case .yourself: "Ask another administrator to change your own access"
        case .accountDisabled: "Their account is disabled. Enable it instead"
        case .alreadyAdministrator(let email):
            "\(email) is an administrator already. Change their role on their page"
        case .linkGone: "This link was used already, or is too old. Ask for another invitation"
        }
    }
}

// MARK: - Parts

private struct InvitationForm {
    var email = ""
    var rank = Rank.readOnly
    var problems: [FieldProblem] = []

    func html(_ visit: Visit) -> HTML {
        form(.class("card"), .method("post"), .action(visit.path("admin", "people")), .novalidate) {
            SealField(seal: visit.seal(for: .admin))
            h2 { "Invite an administrator" }
            AddressField(
                value: email,
                hint: "They get an e-mail with a link that works once, for seven days.",
                autocomplete: "off",
                problems: problems
            )
            RankField(chosen: rank)
            div(.class("row")) { button(.class("btn primary")) { "Send invitation" } }
        }
    }
}

private struct RankField: Component {
    let chosen: Rank

    var body: HTML {
        fieldset(.class("field")) {
            legend { "Role" }
            for rank in Rank.allCases {
                Choice(
                    type: "radio",
                    name: "rank",
                    value: rank.rawValue,
                    words: rank.word,
                    hint: rank.effect,
                    isOn: rank == chosen
                )
            }
        }
    }
}

private struct PeopleTable: Component {
    let people: [Administrator]
    let admin: AdminAccess
    let visit: Visit

    var body: HTML {
        div(.class("card")) {
            LabelledTable(
                id: "people",
                caption: "Administrators, table",
                columns: ["Name", "Role", "Last sign-in", "Second factor", "Sessions"],
                rows: people.map(row)
            )
        }
    }

    private func row(_ person: Administrator) -> [LabelledTable.Cell] {
        [
            .heading {
                a(.href(visit.path("admin", "people", person.account.id.text))) {
                    strong { bdi { person.account.name } }
                }
                if person.account.id == admin.account.id { " (you)" }
                if person.disabledAt != nil { DisabledTag() }
                p(.class("note")) { bdi { person.account.email.text } }
            },
            .init { person.rank.word },
            .init { if let at = person.signedInAt { Moment(CalendarText(at)) } else { "Not yet" } },
            .init {
                if let at = person.secondFactorSetAt {
                    "Since "
                    Moment(CalendarText(at))
                } else {
                    "Not set up"
                }
            },
            .init { "\(person.sessions)" },
        ]
    }
}

private struct AdministratorPage {
    let person: Administrator
    let admin: AdminAccess
    let visit: Visit
    var problems: [FieldProblem] = []

    var page: Page {
        let name = person.account.name
        return Page(name, .administrators, problems: problems) {
            h1(.id("person")) { bdi { name } }
            dl(.class("facts")) {
                fact("E-mail") { bdi { person.account.email.text } }
                fact("Role") { "\(person.rank.word). \(person.rank.effect)" }
                fact("Since") { Moment(CalendarText(person.createdAt)) }
                fact("Sessions") { "\(person.sessions)" }
                if let since = person.disabledAt { DisabledFact(since: since) }
            }
            if person.account.id == admin.account.id {
                p { a(.href(Role.admin.ownSecondFactor(visit))) { "Your second factor" } }
            } else if admin.rank == .full {
                act("role", "Save role", nil) { RankField(chosen: person.rank) }
                act("reset-second-factor", "Reset second factor", nil) {
                    p {
                        "For somebody whose phone is lost. Their sessions end, and they set a new one up after their password."
                    }
                }
                p {
                    a(.href(visit.path("admin", "accounts", person.account.id.text))) {
                        Naming(person.disabledAt == nil ? "Disable" : "Enable", name)
                    }
                }
                act("remove", "Remove \(name)", "danger") {
                    p {
                        "They cannot sign in any more, and their sessions end at once. What they did stays in the audit log."
                    }
                }
            }
        }
    }

    private func act(
        _ step: String,
        _ words: String,
        _ kind: String?,
        @HTMLBuilder _ content: () -> HTML
    ) -> HTML {
        form(
            .class("card"),
            .method("post"),
            .action(visit.path("admin", "people", person.account.id.text, step))
        ) {
            SealField(seal: visit.seal(for: .admin))
            content()
            div(.class("row")) { button(.class(kind.map { "btn \($0)" } ?? "btn")) { words } }
        }
    }
}
