import Registry
import Web

/// Deleting an application: a page of its own, and its name to type (ux A7).
enum DeletionScreens {
    static let whatStays = "Its name and what happened to it stay in the audit log."

    static func ask(_ member: MemberAccess, _ visit: Visit) async throws -> Response {
        let summary = try await member.summary()
        return DeletionPage(visit: visit, summary: summary).page.response(to: visit)
    }

    static func delete(_ member: MemberAccess, _ form: Form, _ visit: Visit) async throws -> Response {
        let summary = try await member.summary()
        let (application, typed) = (summary.application, (form["name"] ?? "").trimmingSpaces)
        guard Array(typed.utf8) == Array(application.displayName.utf8) else {
            let mend = FieldProblem(
                field: "name",
                message: "Type the name exactly: \(application.displayName)"
            )
            return DeletionPage(visit: visit, summary: summary, typed: typed, problems: [mend]).page
                .response(to: visit, .unprocessable)
        }
        try await member.delete()
        return .redirect(to: visit.path("applications").with(query: [("done", "deleted")]))
    }
}

/// The last section of an application's page.
struct DangerSection: Component {
    let visit: Visit
    let application: Application

    var body: HTML {
        section(.class("card"), .id("danger"), .aria("labelledby", "danger-h")) {
            h2(.id("danger-h")) { "Danger" }
            p {
                "Transferring gives it to somebody else, who has to accept. Deleting disconnects every customer at once and cannot be undone."
            }
            div(.class("row")) {
                a(.class("btn"), .href(visit.path(below: application, "team/transfer"))) {
                    "Transfer to somebody else"
                }
                a(.class("btn danger"), .href(visit.path(below: application, "delete"))) {
                    "Delete this application"
                }
            }
        }
    }
}

private struct DeletionPage {
    let visit: Visit
    let summary: ApplicationSummary
    var typed = ""
    var problems: [FieldProblem] = []

    private var name: String { summary.application.displayName }

    private var effect: String {
        switch summary.connectedCustomers {
        case 0: "No customer is connected."
        case 1: "1 customer will be disconnected at once."
        default: "\(summary.connectedCustomers) customers will be disconnected at once."
        }
    }

    var page: Page {
        let title = "Delete \(name)"
        let frame = Page.Frame.partners(signedIn: true, current: .applications)
        return Page(title, frame, problems: problems) {
            h1 {
                "Delete "
                bdi { name }
                "?"
            }
            p {
                "Type "
                strong { bdi { name } }
                " to delete it. \(effect) This cannot be undone."
            }
            p(.class("note")) { DeletionScreens.whatStays }
            form(
                .class("stack"),
                .method("post"),
                .action(visit.path(below: summary.application, "delete")),
                .novalidate
            ) {
                SealField(seal: visit.seal(for: .partner))
                TextField(
                    id: "name",
                    label: "Name of the application",
                    value: typed,
                    direction: .automatic,
                    problems: problems
                )
                div(.class("row")) {
                    button(.class("btn danger")) { Naming("Delete", name) }
                    a(.class("btn"), .href(visit.path(below: summary.application, ""))) { "Keep it" }
                }
            }
        }
    }
}
