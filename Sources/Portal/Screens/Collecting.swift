import FoundationEssentials
import Registry
import Web

/// What the pages share on which something is collected once, by the link of a letter.
enum Collecting {
    static func gone(_ why: String, _ visit: Visit) -> Response {
        let title = "This link does not work any more"
        return Page(title, .partners(signedIn: true, current: .applications)) {
            h1 { title }
            p { why }
            div(.class("row")) {
                a(.class("btn"), .href(visit.path("applications"))) { "See your applications" }
            }
        }.response(to: visit, .notFound)
    }

    /// The one button that uses the link up.
    static func button(_ label: String, to place: Path, _ visit: Visit) -> HTML {
        form(.class("row"), .method("post"), .action(place)) {
            SealField(seal: visit.seal(for: .partner))
            Web.button(.class("btn primary")) { label }
        }
    }

    /// Who was quicker, and where to undo it.
    static func collected(_ what: String, on date: Date?, by person: EmailAddress?, undo: Path) -> HTML {
        p {
            "\(what) was collected on "
            if let date { Moment(CalendarText(date)) }
            if let person {
                " by "
                bdi(.dir(.leftToRight)) { person.text }
            }
            ". If that was not you, "
            a(.href(undo)) { "revoke it" }
            "."
        }
    }

    static func continuation(_ application: Application, _ visit: Visit) -> HTML {
        div(.class("row")) {
            a(.class("btn"), .href(visit.path("applications", application.id.text))) {
                "Continue to application"
            }
        }
    }
}
