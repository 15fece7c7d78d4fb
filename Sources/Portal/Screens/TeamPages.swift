import Registry
import Web

/// The team on an application's page: members, and who was invited and has not come yet.
struct TeamSection: Component {
    let visit: Visit
    let application: Application
    let role: MemberRole
    let team: Team
    let own: AccountID

    private var mayChange: Bool { role >= .owner }

    var body: HTML {
        section(.class("card"), .id("team"), .aria("labelledby", "team-h")) {
            div(.class("heading")) {
                h2(.id("team-h")) { "Team" }
                if mayChange { a(.class("btn small"), .href(path("invite"))) { "Invite somebody" } }
            }
            ul(.class("rows")) {
                for member in team.members { row(member) }
                for invitation in team.invitations { row(invitation) }
                if let transfer = team.transfer { row(transfer) }
            }
        }
    }

    private func path(_ step: String) -> Path { visit.path(below: application, "team/\(step)") }

    private func row(_ member: Member) -> HTML {
        let (account, isOwn) = (member.account, member.account.id == own)
        return li {
            div {
                strong { bdi { account.name } }
                if isOwn { " (you)" }
                p(.class("note")) { bdi(.dir(.leftToRight)) { account.email.text } }
                p(.class("note")) {
                    "\(member.role.word), joined on "
                    Moment(CalendarText(member.joinedAt))
                }
            }
            if mayChange { step("\(account.id)/role", "Change role", " of \(account.name)") }
            if isOwn {
                step("leave", "Leave", " the team")
            } else if mayChange {
                step("\(account.id)/remove", "Remove", " \(account.name)")
            }
        }
    }

    private func step(_ place: String, _ words: String, _ hidden: String) -> HTML {
        a(.class("btn small"), .href(path(place))) {
            words
            span(.class("vh")) { hidden }
        }
    }

    private func row(_ invitation: TeamInvitation) -> HTML {
        let email = invitation.email.text
        return li {
            div {
                strong { bdi(.dir(.leftToRight)) { email } }
                p {
                    span(.class("tag idle")) {
                        span(.aria("hidden", "true")) { "…" }
                        " Invited"
                    }
                }
                p(.class("note")) {
                    "\(invitation.role.word), the link works until "
                    Moment(CalendarText(invitation.expiresAt))
                }
            }
            if mayChange {
                form(.method("post"), .action(path("invite-again"))) {
                    SealField(seal: visit.seal(for: .partner))
                    input(.type("hidden"), .name("email"), .value(email))
                    button(.class("btn small")) {
                        "Send again"
                        span(.class("vh")) { " to \(email)" }
                    }
                }
                a(.class("btn small"), .href(path("cancel").with(query: [("email", email)]))) {
                    "Cancel"
                    span(.class("vh")) { " the invitation of \(email)" }
                }
            }
        }
    }
}

extension TeamSection {
    /// Whom the application is offered to.
    private func row(_ transfer: Transfer) -> HTML {
        li {
            div {
                strong { bdi(.dir(.leftToRight)) { transfer.email.text } }
                p {
                    span(.class("tag idle")) {
                        span(.aria("hidden", "true")) { "…" }
                        " Offered the application"
                    }
                }
                p(.class("note")) {
                    "Becomes the Owner by accepting, the link works until "
                    Moment(CalendarText(transfer.expiresAt))
                }
            }
            if mayChange { step("transfer/cancel", "Take back", " the offer to \(transfer.email)") }
        }
    }
}

/// Whom to invite, and as what.
struct InviteForm {
    let visit: Visit
    let application: Application
    var email = ""
    var role = MemberRole.developer
    var problems: [FieldProblem] = []

    var page: Page {
        let title = "Invite somebody to \(application.displayName)"
        let frame = Page.Frame.partners(signedIn: true, current: .applications)
        return Page(title, frame, problems: problems) {
            h1 { title }
            form(
                .class("stack"),
                .method("post"),
                .action(visit.path(below: application, "team/invite")),
                .novalidate
            ) {
                SealField(seal: visit.seal(for: .partner))
                AddressField(
                    value: email,
                    hint: "They get an e-mail with a link that works once, for seven days.",
                    autocomplete: "off",
                    problems: problems
                )
                MemberRoleField(chosen: role)
                div(.class("row")) {
                    button(.class("btn primary")) { "Send invitation" }
                    a(.class("btn"), .href(visit.path(below: application, ""))) { "Back" }
                }
            }
        }
    }
}

/// Which role a member has from now on.
struct RoleForm {
    let visit: Visit
    let application: Application
    let person: Member
    var problems: [FieldProblem] = []

    var page: Page {
        let name = person.account.name
        let title = "Change the role of \(name)"
        let frame = Page.Frame.partners(signedIn: true, current: .applications)
        return Page(title, frame, problems: problems) {
            h1 {
                "Change the role of "
                bdi { name }
            }
            form(
                .class("stack"),
                .method("post"),
                .action(visit.path(below: application, "team/\(person.account.id)/role"))
            ) {
                SealField(seal: visit.seal(for: .partner))
                MemberRoleField(chosen: person.role, problems: problems)
                div(.class("row")) {
                    button(.class("btn primary")) { "Save role" }
                    a(.class("btn"), .href(visit.path(below: application, ""))) { "Back" }
                }
            }
        }
    }
}

private struct MemberRoleField: Component {
    let chosen: MemberRole
    var problems: [FieldProblem] = []

    var body: HTML {
        FieldGroup(first: "role-owner", legend: "Role", problems: problems) {
            for role in MemberRole.allCases.reversed() {
                Choice(
                    type: "radio",
                    name: "role",
                    value: role.rawValue,
                    words: role.word,
                    hint: role.effect,
                    isOn: role == chosen
                )
            }
        }
    }
}

/// Asks before somebody goes, or does not come.
struct TeamQuestion {
    let visit: Visit
    let application: Application
    let step: String
    let heading: String
    let effect: String
    let act: String
    let keep: String
    var email: String?
    var problem: String?

    static func cancel(_ email: EmailAddress, _ member: MemberAccess, _ visit: Visit) -> TeamQuestion {
        TeamQuestion(
            visit: visit,
            application: member.application,
            step: "cancel",
            heading: "Cancel the invitation of \(email)?",
            effect: "The link in their e-mail stops working at once.",
            act: "Cancel the invitation",
            keep: "Keep it",
            email: email.text
        )
    }

    static func remove(_ person: Member, _ member: MemberAccess, _ visit: Visit) -> TeamQuestion {
        TeamQuestion(
            visit: visit,
            application: member.application,
            step: "\(person.account.id)/remove",
            heading: "Remove \(person.account.name) from the team?",
            effect: """
                \(person.account.email) can no longer see \(member.application.displayName), from now on. \
                Invitations they sent stop working. Client secrets they may have seen keep working: \
                create new ones if they should not.
                """,
            act: "Remove \(person.account.name)",
            keep: "Keep them"
        )
    }

    static func takeBack(_ open: Transfer, _ member: MemberAccess, _ visit: Visit) -> TeamQuestion {
        TeamQuestion(
            visit: visit,
            application: member.application,
            step: "transfer/cancel",
            heading: "Take the offer to \(open.email) back?",
            effect: "The link in their e-mail stops working at once, and the application stays yours.",
            act: "Take the offer back",
            keep: "Let it stand"
        )
    }

    static func leave(_ member: MemberAccess, _ visit: Visit) -> TeamQuestion {
        TeamQuestion(
            visit: visit,
            application: member.application,
            step: "leave",
            heading: "Leave the team of \(member.application.displayName)?",
            effect: "You can no longer see it, from now on. To come back, an Owner has to invite you.",
            act: "Leave the team",
            keep: "Stay"
        )
    }

    var page: Page {
        let frame = Page.Frame.partners(signedIn: true, current: .applications)
        let problems = problem.map { [FieldProblem(field: "act", message: $0)] } ?? []
        return Page(heading, frame, problems: problems) {
            h1 { heading }
            p { effect }
            form(.class("row"), .method("post"), .action(visit.path(below: application, "team/\(step)"))) {
                SealField(seal: visit.seal(for: .partner))
                if let email { input(.type("hidden"), .name("email"), .value(email)) }
                button(.class("btn danger"), .id("act")) { act }
                a(.class("btn"), .href(visit.path(below: application, ""))) { keep }
            }
        }
    }
}
