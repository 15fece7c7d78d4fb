import Registry
import Web

/// A value of a form as somebody else left it, beside what was typed.
struct Contended {
    let label: String
    let theirs: String
    let yours: String

    /// What both are written in, where the page does not say it.
    var language: Language?
}

/// What stands above a form that somebody else was quicker with: who, when, and both versions.
struct OvertakenNotice: Component {
    let by: LastChange?
    let what: String
    let differences: [Contended]

    var body: HTML {
        section(.class("callout warn"), .role("alert"), .aria("labelledby", "overtaken")) {
            h2(.id("overtaken")) {
                bdi { by?.name ?? "Somebody" }
                " changed \(what) while you were editing"
            }
            p {
                if let by {
                    "On "
                    Moment(CalendarText(by.at))
                    ". "
                }
                "Nothing of yours is saved yet. The form below holds what you typed; saving it again replaces theirs."
            }
            if !differences.isEmpty {
                dl(.class("facts")) {
                    for difference in differences {
                        fact(difference.label) {
                            p {
                                "Now: "
                                value(difference.theirs, in: difference.language)
                            }
                            p {
                                "Yours: "
                                value(difference.yours, in: difference.language)
                            }
                        }
                    }
                }
            }
        }
    }

    @HTMLBuilder private func value(_ text: String, in language: Language?) -> HTML {
        if text.isEmpty {
            "nothing"
        } else if let language {
            bdi(.lang(language.rawValue), .dir(language.direction)) { text }
        } else {
            bdi { text }
        }
    }
}

/// What becomes of a change when the tenant's file is imported again.
struct ImportNote: Component {
    let tenant: Tenant

    var body: HTML {
        p(.class("note")) {
            """
            The operator’s file for “\(tenant.name)” does not undo what you change here: importing it again leaves \
            it as it is, and a file that says something new is refused until the operator decides.
            """
        }
    }
}
