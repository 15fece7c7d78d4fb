import Registry
import Web

/// All applications of the tenant, for its administrators.
enum AllApplicationsScreens {
    static func list(_ admin: AdminAccess, _ visit: Visit) async throws -> Response {
        let words = (visit.queryValue("name") ?? "").trimmingSpaces
        return AllApplicationsPage(
            visit: visit,
            words: words,
            listing: try await admin.applications(named: words, olderThan: visit.queryValue("before"))
        ).page.response(to: visit)
    }
}

private struct AllApplicationsPage {
    let visit: Visit

    /// What was looked for; empty where nothing was.
    let words: String
    let listing: ApplicationListing

    private var place: Path { visit.path("admin", "applications") }

    /// Whether newer ones were shown before.
    private var isFurther: Bool { visit.queryValue("before") != nil }

    var page: Page {
        Page("Applications", .administrators) {
            if visit.queryValue("done") == "deleted" { Notice(text: "The application is deleted.") }
            h1 { "Applications" }
            if !listing.applications.isEmpty {
                search
                list
            } else if words.isEmpty, !isFurther {
                div(.class("empty")) { p { "No partner has registered an application yet." } }
            } else {
                search
                div(.class("empty")) {
                    p {
                        isFurther ? "There are no older ones." : "No application has this name or client ID."
                        " "
                        a(.href(place)) { "Show all" }
                    }
                }
            }
        }
    }

    private var search: HTML {
        form(
            .class("card"),
            .method("get"),
            .action(place),
            .role("search"),
            .aria("label", "Applications")
        ) {
            Field(
                id: "name",
                name: "name",
                label: "Find an application",
                hint: "Part of its name or of its company’s, or its client ID"
            ) { attributes in
                input(attributes + [.value(words), .dir(.automatic), .autocomplete("off")])
            }
            div(.class("row")) {
                button(.class("btn primary")) { "Find" }
                if !words.isEmpty { a(.class("btn"), .href(place)) { "Show all" } }
            }
        }
    }

    @HTMLBuilder private var list: HTML {
        ul(.class("rows card")) {
            for summary in listing.applications { row(summary) }
        }
        if let older = listing.older {
            let named = words.isEmpty ? [] : [(name: "name", value: words)]
            p {
                a(.class("btn"), .href(place.with(query: named + [("before", older)]))) {
                    "Show older applications"
                }
            }
        }
    }

    private func row(_ summary: ApplicationSummary) -> ApplicationRow {
        ApplicationRow(application: summary.application, visit: visit) {
            "Registered by someone at "
            bdi { summary.application.ownerDomain }
            " on "
            Moment(CalendarText(summary.application.createdAt))
            " · \(summary.connectedCustomers) connected"
        }
    }
}

/// An application in a list of administrators, with a line about it.
struct ApplicationRow: Component {
    let application: Application
    let visit: Visit
    @HTMLBuilder let note: () -> HTML

    var body: HTML {
        li {
            ApplicationMark(application, visit.home, isSmall: true)
            div {
                a(.href(visit.path("admin", "applications", application.id.text))) {
                    strong { bdi { application.displayName } }
                }
                " "
                StateTag(application: application, tenant: visit.tenant)
                p(.class("note")) { note() }
            }
        }
    }
}
