import Registry
import Web

/// Where a code goes, of six digits or a recovery code.
struct CodeField: Component {
    var id = "code"
    var hint = "Six digits from your authenticator app, or one of your recovery codes."
    var problems: [FieldProblem] = []

    var body: HTML {
        TextField(
            id: id,
            label: "Code",
            hint: hint,
            autocomplete: "one-time-code",
            direction: .leftToRight,
            problems: problems,
            extra: [.autocapitalize("none"), .spellcheck(false), .maxlength(32)]
        )
    }
}

struct CodePage {
    let person: UnprovenAccess
    let goal: Goal
    let action: Path
    let visit: Visit
    let problems: [FieldProblem]

    var page: Page {
        let title = "Enter your code"
        return Page(title, .gate, problems: problems) {
            h1 { title }
            p {
                "You sign in to \(visit.brand.displayName) as "
                bdi { person.account.email.text }
                "."
            }
            form(.class("stack"), .method("post"), .action(action), .novalidate) {
                SealField(seal: visit.seal(for: person.account.role))
                HiddenFields(fields: goal.fields)
                CodeField(problems: problems)
                button(.class("btn primary")) { "Sign in" }
            }
            p(.class("note")) {
                a(.href(person.account.role.signIn(visit).with(query: goal.fields))) {
                    "Sign in as somebody else"
                }
            }
        }
    }
}

/// The key to type into an app, and the first code it shows.
struct NewFactorPage {
    let account: Account
    let key: AuthenticatorKey
    let action: Path
    let visit: Visit
    let problems: [FieldProblem]

    var page: Page {
        let title = "Set up a second factor"
        return Page(title, .gate, problems: problems) {
            h1 { title }
            p {
                """
                From now on you sign in with your password and a code that an app on your phone shows. A stolen \
                password alone then opens nothing.
                """
            }
            ol(.class("steps")) {
                li {
                    p { "Open an authenticator app, or your password manager, and add an account by hand." }
                }
                li {
                    div(.class("secret")) {
                        h2(.id("key")) { "Type or paste this key" }
                        output(.aria("labelledby", "key")) { code(.id("key-text")) { grouped } }
                        p(.class("note")) {
                            "Account "
                            bdi { "\(visit.brand.briefName): \(account.email.text)" }
                            ", time-based, six digits."
                        }
                    }
                }
                li { p { "Enter the code that the app shows now." } }
            }
            form(.class("stack"), .method("post"), .action(action), .novalidate) {
                SealField(seal: visit.seal(for: account.role))
                CodeField(hint: "Six digits. The app shows others every 30 seconds.", problems: problems)
                button(.class("btn primary")) { "Set up second factor" }
            }
        }
    }

    /// Eight groups of four, so that nobody loses their place; apps skip the spaces.
    private var grouped: String {
        let letters = Array(key.text.utf8)
        let groups = stride(from: 0, to: letters.count, by: 4).map { letters.dropFirst($0).prefix(4) }
        return String(decoding: Array(groups.joined(separator: [UInt8(ascii: " ")])), as: UTF8.self)
    }
}

/// The recovery codes, in the answer to the request that made them; the only time anybody sees them.
enum RecoveryCodesPage {
    static func response(to enrolment: Enrolment, of role: Role, _ visit: Visit) -> Response {
        Page("Keep your recovery codes", .gate) {
            p(.class("notice"), .role("status")) { "Your second factor is set up." }
            h1 { "Keep your recovery codes" }
            p {
                """
                Each of them lets you in once without the app, for instance when your phone is lost. They are shown \
                only now: print them, or keep them in your password manager.
                """
            }
            div(.class("secret")) {
                h2(.id("codes")) { "Recovery codes" }
                output(.aria("labelledby", "codes")) {
                    ul(.class("codes")) {
                        for recovery in enrolment.recoveryCodes { li { code { recovery.plaintext } } }
                    }
                }
            }
            p { a(.class("btn primary"), .href(role.home(visit))) { "I have kept them" } }
        }.response(to: visit, .ok, [visit.signedIn(enrolment.cookie, as: role)].compactMap { $0 })
    }
}

/// What somebody has, and what they can do about it.
struct FactorPage {
    let account: Account
    let state: SecondFactorState?
    let visit: Visit

    private var isAdmin: Bool { account.role == .admin }

    var page: Page {
        Page("Second factor", isAdmin ? .administrators : .partners(signedIn: true, current: nil)) {
            h1 { "Second factor" }
            if let state { present(state) } else { absent }
        }
    }

    @HTMLBuilder private func present(_ state: SecondFactorState) -> HTML {
        dl(.class("facts")) {
            div {
                dt { "Set up on" }
                dd { Moment(CalendarText(state.setAt)) }
            }
            div {
                dt { "Recovery codes" }
                dd { "\(state.recoveryCodesLeft) left" }
            }
        }
        if isAdmin {
            step(
                "new",
                "Set it up again",
                "For a new phone, or for new recovery codes. The old key and codes end, and your other sessions too."
            )
        } else {
            step(
                "remove",
                "Remove second factor",
                "Afterwards your password alone lets you in. Your other sessions end. To move to a new phone, remove it and set it up again."
            )
        }
    }

    private func step(_ step: String, _ words: String, _ effect: String) -> HTML {
        form(.class("card"), .method("post"), .action(account.role.ownSecondFactor(visit).appending(step))) {
            SealField(seal: visit.seal(for: account.role))
            p { effect }
            div(.class("row")) { button(.class("btn")) { words } }
        }
    }

    private var absent: HTML {
        step(
            "new",
            "Set up a second factor",
            "A code from an app on your phone, besides your password. With it a stolen password alone opens nothing."
        )
    }
}
