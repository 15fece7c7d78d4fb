import FoundationEssentials
import Registry
import Web

/// What somebody takes over, and how.
struct TakingOverPage {
    let offer: OfferedApplication
    let visit: Visit
    var door: LetterDoor

    init(_ offer: OfferedApplication, _ reader: LetterDoor.Reader, _ seal: String?, _ visit: Visit) {
        self.offer = offer
        self.visit = visit
        door = LetterDoor(
            visit: visit,
            kind: .transfer,
            email: offer.transfer.email,
            reader: reader,
            seal: seal
        )
    }

    private var application: Application { offer.application }

    var page: Page {
        let title = "Take over \(application.displayName)"
        return Page(title, .gate, problems: door.problems, script: .forms) {
            h1 { title }
            p {
                bdi { offer.offeredBy.name }
                " ("
                bdi(.dir(.leftToRight)) { offer.offeredBy.email.text }
                ") offers you "
                strong { bdi { application.displayName } }
                " at \(visit.brand.displayName). If you accept, you own it from then on."
            }
            facts
            if let refusal = application.transferRefusal {
                div(.class("callout bad")) { p { "\(refusal.sentence(visit.brand))." } }
            } else {
                if offer.liveSecrets > 0 { secrets }
                if application.approval != nil { ApprovalEnds(visit: visit) }
                door
            }
            declining
        }
    }

    private var facts: HTML {
        dl(.class("facts")) {
            fact("Company") { bdi { application.companyName.text } }
            fact("Customers") { customers }
            if application.kind != .public {
                fact("Client secrets") {
                    offer.liveSecrets == 1
                        ? "1 works, and keeps working" : "\(offer.liveSecrets) work, and keep working"
                }
            }
            fact("Approval") {
                if let approval = application.approval {
                    "Approved as "
                    bdi { approval.publisher.text }
                } else {
                    "Not approved"
                }
            }
            fact("The team") {
                bdi { offer.offeredBy.name }
                offer.transfer.parting == .leaves ? " leaves" : " stays as a Developer"
                "; everybody else stays"
            }
        }
    }

    private var customers: String {
        switch offer.connectedCustomers {
        case 0: "Nobody is connected"
        case 1: "1 is connected, and stays connected"
        default: "\(offer.connectedCustomers) are connected, and stay connected"
        }
    }

    private var secrets: HTML {
        div(.class("callout warn")) {
            p { strong { "Create new client secrets afterwards." } }
            p { "Whoever knows the old ones can use them until you revoke them." }
        }
    }

    private var declining: HTML {
        HTML {
            p(.class("note")) {
                "You do not want it? \(application.displayName) stays where it is, and its owners are told."
            }
            form(.method("post"), .action(visit.path("transfers", visit.captured("link"), "decline"))) {
                SealField(seal: door.seal)
                button(.class("btn")) { "Decline" }
            }
        }
    }
}

/// What became of an offer, for whoever opens its link once more.
enum AnsweredPage {
    static func accepted(_ application: Application, _ person: Account, _ date: Date, _ visit: Visit) -> Page
    {
        page("This offer was accepted", visit) {
            p {
                bdi { person.name }
                " ("
                bdi(.dir(.leftToRight)) { person.email.text }
                ") took over "
                strong { bdi { application.displayName } }
                " on "
                Moment(CalendarText(date))
                "."
            }
        }
    }

    static func declined(_ application: Application, _ date: Date, _ visit: Visit) -> Page {
        page("This offer was declined", visit) {
            p {
                "It was declined on "
                Moment(CalendarText(date))
                ", and the owners of "
                strong { bdi { application.displayName } }
                " were told. Nothing was changed."
            }
        }
    }

    private static func page(_ title: String, _ visit: Visit, @HTMLBuilder _ content: () -> HTML) -> Page {
        Page(title, .gate) {
            h1 { title }
            content()
            p { a(.href(visit.path("applications"))) { "See your applications" } }
        }
    }
}
