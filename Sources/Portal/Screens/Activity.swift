import Registry
import Web

/// What happened to an application's requests, and what can be mended at once (ux A9).
enum ActivityScreens {
    static func list(_ member: MemberAccess, _ visit: Visit) async throws -> Response {
        let application = member.application
        let typed = (visit.queryValue("reference") ?? "").trimmingSpaces
        if let found = try await entry(under: typed, member, visit) {
            return .redirect(to: path(found, of: application, visit))
        }
        let onlyRefused = visit.queryValue("show") == "refused"
        let page = try await member.activity(before: visit.queryValue("before"), onlyRefused: onlyRefused)
        return ActivityListPage(
            visit: visit,
            application: application,
            activity: page,
            onlyRefused: onlyRefused,
            typed: typed
        ).page.response(to: visit)
    }

    /// What a reference is about, though it may not have been written yet.
    private static func entry(
        under typed: String,
        _ member: MemberAccess,
        _ visit: Visit
    ) async throws -> Activity? {
        guard (1...64).contains(typed.utf8.count) else { return nil }
        let readings = RequestReferences.readings(of: typed)
        if let found = try await member.activity(under: readings) { return found }
        try await visit.registry.writeActivity()
        return try await member.activity(under: readings)
    }

    static func show(_ member: MemberAccess, _ visit: Visit) async throws -> Response {
        let entry = try await member.requestedEntry(visit)
        return ActivityEntryPage(visit: visit, member: member, entry: entry).page.response(
            to: visit
        )
    }

    static func askToAdd(_ member: MemberAccess, _ visit: Visit) async throws -> Response {
        let (application, entry) = (member.application, try await member.requestedEntry(visit))
        guard let page = AddAddressPage(visit: visit, application: application, entry: entry) else {
            return .redirect(to: path(entry, of: application, visit))
        }
        return page.page.response(to: visit)
    }

    static func add(_ member: MemberAccess, _ form: Form, _ visit: Visit) async throws -> Response {
        let (application, entry) = (member.application, try await member.requestedEntry(visit))
        let outcome: EditOutcome
        do {
            outcome = try await member.addAddress(of: entry, typed: form["place"])
        } catch RepairRefusal.notTyped(let place) {
            let mend = FieldProblem(field: "place", message: "Type \(place) to add the address")
            let page = AddAddressPage(visit: visit, application: application, entry: entry, problems: [mend])
            guard let page else { throw Refusal.notFound }
            return page.page.response(to: visit, .unprocessable)
        } catch is RepairRefusal {
            return .redirect(to: path(entry, of: application, visit))
        } catch RegistrationRefusal.redirectURI(let problem) {
            let mend = FieldProblem(field: "redirect-uri", message: problem.messageOnAdding)
            return try await ApplicationScreens.detail(for: member, visit, problems: [mend])
        }
        let done: Done = outcome == .waits ? .changeSent : .redirectURIAdded
        return .redirect(to: visit.place(of: application, after: done))
    }

    static func path(_ application: Application, _ visit: Visit) -> Path {
        visit.path("applications", application.id.text, "activity")
    }

    static func path(_ entry: Activity, of application: Application, _ visit: Visit) -> Path {
        path(application, visit).appending(entry.id)
    }
}

extension MemberAccess {
    /// The entry a route names.
    fileprivate func requestedEntry(_ visit: Visit) async throws -> Activity {
        guard let entry = try await activity(visit.captured("entry")) else { throw Refusal.notFound }
        return entry
    }
}

private struct ActivityListPage {
    let visit: Visit
    let application: Application
    let activity: ActivityPage
    let onlyRefused: Bool
    let typed: String

    var page: Page {
        Page("Activity", .partners(signedIn: true, current: .applications)) {
            ApplicationCrumb(visit: visit, application: application)
            h1 { "Activity – last 30 days" }
            p {
                "Requests that were refused, and what customers answered. Tokens that were given are not listed."
            }
            if !typed.isEmpty {
                p(.class("notice"), .role("status")) {
                    """
                    There is nothing under this reference for this application. What happened in the last second \
                    is not here yet.
                    """
                }
            }
            div(.class("split even")) {
                LookUpForm(visit: visit, application: application, typed: typed)
                CheckForm(visit: visit, application: application)
            }
            if onlyRefused || !activity.entries.isEmpty { kinds }
            if activity.entries.isEmpty { nothing } else { table }
        }
    }

    private var place: Path { ActivityScreens.path(application, visit) }
    private var refusedPlace: Path { place.with(query: [("show", "refused")]) }

    private var kinds: HTML {
        nav(.class("sections"), .aria("label", "Which requests")) {
            ul {
                li { a(.href(place), .aria("current", "page").when(!onlyRefused)) { "All requests" } }
                li {
                    a(.href(refusedPlace), .aria("current", "page").when(onlyRefused)) {
                        "Only what was refused"
                    }
                }
            }
        }
    }

    private var nothing: HTML {
        div(.class("empty")) {
            h2 { onlyRefused ? "Nothing was refused" : "Nothing has happened yet" }
            p { "It appears here within seconds." }
        }
    }

    @HTMLBuilder private var table: HTML {
        div(.class("card")) {
            LabelledTable(
                id: "entries",
                caption: "Requests, newest first",
                columns: ["Time", "Step", "Result", "Reference"],
                rows: activity.entries.map(row)
            )
        }
        if activity.uncounted > 0, !onlyRefused {
            p(.class("note")) { "\(activity.uncounted) more requests were counted, but not kept one by one." }
        }
        if let older = activity.older {
            let kind = onlyRefused ? [(name: "show", value: "refused")] : []
            p {
                a(.class("btn"), .href(place.with(query: kind + [("before", older)]))) {
                    "Show older requests"
                }
            }
        }
    }

    private func row(_ entry: Activity) -> [LabelledTable.Cell] {
        [
            .init { Moment(CalendarText(entry.at), isPrecise: true) },
            .init { entry.step.word },
            .heading {
                OutcomeTag(cause: entry.cause)
                " "
                a(.href(ActivityScreens.path(entry, of: application, visit))) { bdi { entry.cause.sentence } }
            },
            .init { code(.class("ref")) { entry.reference } },
        ]
    }
}

/// How a request ended, before the sentence that says why.
struct OutcomeTag: Component {
    let cause: Activity.Cause

    var body: HTML {
        switch cause {
        case .allowed: span(.class("tag ok")) { "Allowed" }
        case .cancelled: span(.class("tag idle")) { "Cancelled" }
        default: span(.class("tag bad")) { "Refused" }
        }
    }
}

private struct LookUpForm: Component {
    let visit: Visit
    let application: Application
    let typed: String

    var body: HTML {
        form(.class("stack"), .method("get"), .action(ActivityScreens.path(application, visit))) {
            TextField(
                id: "reference",
                label: "Look up a reference",
                value: typed,
                hint: "A customer who was stopped is shown one, like 01JD-7F3K-Q2.",
                direction: .leftToRight
            )
            div(.class("row")) { button(.class("btn")) { "Look up" } }
        }
    }
}

/// The way back to an application.
struct ApplicationCrumb: Component {
    let visit: Visit
    let application: Application

    var body: HTML {
        p {
            a(.href(visit.path("applications", application.id.text))) {
                "Back to "
                bdi { application.displayName }
            }
        }
    }
}
