import FoundationEssentials
import Registry
import Web

/// Who was invited and has not come yet, with a button to take each invitation back.
struct InvitedSection: Component {
    struct Person {
        let email: EmailAddress
        let detail: String
        let expiresAt: Date
    }

    let people: [Person]

    /// Where the button posts to; nil for whoever may only look.
    let cancelling: Path?
    let visit: Visit

    var body: HTML {
        if people.isEmpty { return HTML() }
        return section(.class("card"), .aria("labelledby", "invited")) {
            h2(.id("invited")) { "Invited" }
            ul(.class("rows")) { for person in people { li { row(person) } } }
        }
    }

    @HTMLBuilder private func row(_ person: Person) -> HTML {
        div {
            strong { bdi(.dir(.leftToRight)) { person.email.text } }
            p(.class("note")) {
                bdi { person.detail }
                ", the link works until "
                Moment(CalendarText(person.expiresAt))
            }
        }
        if let cancelling {
            form(.method("post"), .action(cancelling)) {
                SealField(seal: visit.seal(for: .admin))
                input(.type("hidden"), .name("email"), .value(person.email.text))
                button(.class("btn small")) {
                    "Cancel"
                    span(.class("vh")) { " the invitation of \(person.email.text)" }
                }
            }
        }
    }

    /// Where to after the button was pressed.
    static func answer(at page: Path, isCancelled: Bool) -> Response {
        .redirect(to: page.with(query: [("done", isCancelled ? "cancelled" : "gone")]))
    }

    /// What is said there.
    static func notice(_ done: String?) -> String? {
        switch done {
        case "invited": "The invitation is on its way."
        case "cancelled": "The invitation is cancelled. Its link no longer works."
        case "gone": "That invitation was no longer open: it was accepted or cancelled already, or too old."
        default: nil
        }
    }
}
