import Registry
import Web

/// One entry whole: what was expected, what was sent, and what to do.
struct ActivityEntryPage {
    let visit: Visit
    let member: MemberAccess
    let entry: Activity

    private var application: Application { member.application }

    var page: Page {
        Page(entry.cause.sentence, .partners(signedIn: true, current: .applications)) {
            p { a(.href(ActivityScreens.path(application, visit))) { "Back to activity" } }
            h1 { bdi { entry.cause.sentence } }
            dl(.class("facts")) {
                fact("Result") { OutcomeTag(cause: entry.cause) }
                fact("Application") { bdi { application.displayName } }
                fact("Time") {
                    time(.datetime(CalendarText(entry.at).iso)) { CalendarText(entry.at).precise }
                }
                fact("Step") { entry.step.word }
                fact("Reference") { code { entry.reference } }
                if let address = entry.address { fact("Sent from") { code { address } } }
                if case .secret(_, let hint?) = entry.cause { fact("Client secret") { code { "…\(hint)" } } }
            }
            comparison
            if let advice = entry.cause.advice { p { advice } }
            if let repair = entry.repair(of: application) {
                RepairOffer(visit: visit, member: member, entry: entry, repair: repair)
            }
        }
    }

    @HTMLBuilder private var comparison: HTML {
        switch entry.cause {
        case .unregisteredAddress(let sent, let nearest?): compared(nearest, sent)
        case .unregisteredAddress(let sent, nil), .noAddressRegistered(let sent?): alone(sent)
        case .code(.otherAddress(let expected?, let sent?)): compared(expected, sent)
        case .code(.otherAddress(let expected?, nil)):
            DifferenceView(expected: expected, sent: "")
        case .scope(.unknown(let sent, let near?)): compared(near, sent)
        case .scope(.plus(let sent)), .scope(.encodedTwice(let sent)): alone(sent)
        default: HTML()
        }
    }

    @HTMLBuilder private func compared(_ expected: String, _ sent: RedactedText) -> HTML {
        DifferenceView(expected: expected, sent: sent.text)
        if !sent.isWhole { hidden }
    }

    @HTMLBuilder private func alone(_ sent: RedactedText) -> HTML {
        div {
            h2 { "You sent" }
            p { code { sent.text } }
        }
        if !sent.isWhole { hidden }
    }

    private var hidden: HTML {
        p(.class("note")) {
            "“…” stands for a part that is not kept: it looks like a secret or a person’s address."
        }
    }
}

/// What may be done about a refused address.
private struct RepairOffer: Component {
    let visit: Visit
    let member: MemberAccess
    let entry: Activity
    let repair: RedirectRepair

    private var application: Application { member.application }

    var body: HTML {
        switch repair {
        case .registered: p { "It has been registered since: customers can be sent there now." }
        case .impossible(let problem): p { "It cannot be registered as it is. \(problem.message)." }
        case .incomplete:
            p { "It was not kept whole. If it is yours, add it on the application’s page." }
        case .ready where member.role < .developer: p { "An Owner or a Developer can register it." }
        case .ready(_, .none):
            AddAddressForm(visit: visit, application: application, entry: entry, question: .none)
        case .ready:
            p {
                a(
                    .class("btn"),
                    .href(ActivityScreens.path(entry, of: application, visit).appending("add"))
                ) { "Add this address" }
            }
        }
    }
}

/// Asks before an address is registered that somebody else may have chosen.
struct AddAddressPage {
    let visit: Visit
    let application: Application
    let entry: Activity
    var problems: [FieldProblem]
    private let address: RedirectURI
    private let question: RedirectRepair.Question

    /// Nil where there is nothing to add.
    init?(visit: Visit, application: Application, entry: Activity, problems: [FieldProblem] = []) {
        guard case .ready(let address, let question) = entry.repair(of: application) else { return nil }
        self.visit = visit
        self.application = application
        self.entry = entry
        self.problems = problems
        self.address = address
        self.question = question
    }

    var page: Page {
        let title = "Add this redirect URI?"
        let frame = Page.Frame.partners(signedIn: true, current: .applications)
        return Page(title, frame, problems: problems) {
            h1 { title }
            p { code { address.text } }
            p {
                "Add it only if it is yours. Whoever makes a link chooses the address in it, and customers who "
                "allow "
                bdi { application.displayName }
                " access are sent there."
            }
            if case .typing(let place) = question {
                div(.class("callout warn")) {
                    p {
                        "No address on your list leads to "
                        strong { bdi(.dir(.leftToRight)) { place } }
                        "."
                    }
                }
            }
            AddAddressForm(
                visit: visit,
                application: application,
                entry: entry,
                question: question,
                problems: problems
            )
        }
    }
}

private struct AddAddressForm: Component {
    let visit: Visit
    let application: Application
    let entry: Activity
    let question: RedirectRepair.Question
    var problems: [FieldProblem] = []

    var body: HTML {
        let entryPlace = ActivityScreens.path(entry, of: application, visit)
        form(.class("stack"), .method("post"), .action(entryPlace.appending("add")), .novalidate) {
            SealField(seal: visit.seal(for: .partner))
            if case .typing(let place) = question {
                TextField(
                    id: "place",
                    label: "Type \(place) to add it",
                    direction: .leftToRight,
                    problems: problems,
                    extra: [.autocapitalize("none"), .spellcheck(false)]
                )
            }
            div(.class("row")) {
                button(.class("btn primary")) { "Add this address" }
                if question != .none { a(.class("btn"), .href(entryPlace)) { "Do not add it" } }
            }
        }
    }
}
