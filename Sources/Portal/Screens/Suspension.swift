import Registry
import Web

/// Stopping an application, letting it work again, and deleting one nobody uses: each a page of its own (ux A16).
enum SuspensionScreens {
    static func askToSuspend(_ admin: AdminAccess, _ visit: Visit) async throws -> Response {
        SuspendPage(visit: visit, application: try await admin.subject(visit).application).page
            .response(to: visit)
    }

    static func suspend(_ admin: AdminAccess, _ form: Form, _ visit: Visit) async throws -> Response {
        let application = try await admin.subject(visit).application
        let reason = form["reason"]?.trimmingSpaces ?? ""
        let note = form["note"]?.trimmingSpaces ?? ""
        var problems: [FieldProblem] = []
        if !(1...500).contains(reason.length) {
            problems.append(
                FieldProblem(
                    field: "reason",
                    message: "Say why, in up to 500 characters. The partner sees it"
                )
            )
        }
        if note.length > 2000 {
            problems.append(FieldProblem(field: "note", message: "Write the note in up to 2,000 characters"))
        }
        guard problems.isEmpty else {
            let page = SuspendPage(
                visit: visit,
                application: application,
                reason: reason,
                note: note,
                problems: problems
            )
            return page.page.response(to: visit, .unprocessable)
        }
        _ = try await admin.suspend(application, reason: reason, note: note)
        return .redirect(to: visit.place(of: application, after: .suspended))
    }

    static func askToResume(_ admin: AdminAccess, _ visit: Visit) async throws -> Response {
        let application = try await admin.subject(visit).application
        return ConfirmationPage(
            visit: visit,
            application: application,
            step: "resume",
            verb: "Resume",
            effect: "Customers can connect again, and existing access works again within a second.",
            isDangerous: false
        ).page.response(to: visit)
    }

    static func resume(_ admin: AdminAccess, _ form: Form, _ visit: Visit) async throws -> Response {
        let application = try await admin.subject(visit).application
        try await admin.resume(application)
        return .redirect(to: visit.place(of: application, after: .resumed))
    }

    static func askToDelete(_ admin: AdminAccess, _ visit: Visit) async throws -> Response {
        let subject = try await admin.subject(visit)
        guard subject.connectedCustomers == 0 else {
            return stillConnected(subject.application, subject.connectedCustomers, visit)
        }
        return ConfirmationPage(
            visit: visit,
            application: subject.application,
            step: "delete",
            verb: "Delete",
            effect: """
                No customer is connected. Its client ID, secrets and tokens end at once. This cannot be undone. \
                \(DeletionScreens.whatStays)
                """,
            isDangerous: true
        ).page.response(to: visit)
    }

    static func delete(_ admin: AdminAccess, _ form: Form, _ visit: Visit) async throws -> Response {
        let application = try await admin.subject(visit).application
        do {
            try await admin.delete(application)
        } catch DeletionRefusal.stillConnected(let count) {
            return stillConnected(application, count, visit)
        }
        return .redirect(to: visit.path("admin", "applications").with(query: [("done", "deleted")]))
    }

    private static func stillConnected(_ application: Application, _ count: Int, _ visit: Visit) -> Response {
        Page("\(application.displayName) is in use", .administrators) {
            h1 {
                bdi { application.displayName }
                " is in use"
            }
            p { "\(count.connectedCustomers), so you cannot delete it. Suspend it instead." }
            div(.class("row")) {
                a(.class("btn danger"), .href(visit.adminPath(application, "suspend"))) {
                    Naming("Suspend", application.displayName)
                }
                a(.class("btn"), .href(visit.path("admin", "applications", application.id.text))) {
                    "Go back"
                }
            }
        }.response(to: visit, .unprocessable)
    }
}

private struct SuspendPage {
    let visit: Visit
    let application: Application
    var reason = ""
    var note = ""
    var problems: [FieldProblem] = []

    var page: Page {
        let title = "Suspend \(application.displayName)"
        return Page(title, .administrators, problems: problems) {
            h1 {
                "Suspend "
                bdi { application.displayName }
                "?"
            }
            p {
                """
                Customers cannot connect and access tokens stop working within a second. Nothing is deleted; you \
                can resume.
                """
            }
            form(
                .class("stack"),
                .method("post"),
                .action(visit.adminPath(application, "suspend")),
                .novalidate
            ) {
                SealField(seal: visit.seal(for: .admin))
                fields
                div(.class("row")) {
                    button(.class("btn danger")) { Naming("Suspend", application.displayName) }
                    a(.class("btn"), .href(visit.path("admin", "applications", application.id.text))) {
                        "Keep it running"
                    }
                }
            }
        }
    }

    @HTMLBuilder private var fields: HTML {
        TextField(
            id: "reason",
            label: "Reason",
            value: reason,
            hint: "The partner sees it.",
            direction: .automatic,
            problems: problems
        )
        Field(
            id: "note",
            name: "note",
            label: "Note",
            hint: "Only administrators see it.",
            isOptional: true,
            problems: problems
        ) { attributes in
            textarea(attributes + [.rows(3), .dir(.automatic)]) { note }
        }
    }
}

/// Asks once more before something is done to an application.
private struct ConfirmationPage {
    let visit: Visit
    let application: Application
    let step: String
    let verb: String
    let effect: String
    let isDangerous: Bool

    var page: Page {
        Page("\(verb) \(application.displayName)", .administrators) {
            h1 {
                "\(verb) "
                bdi { application.displayName }
                "?"
            }
            p { effect }
            form(.class("row"), .method("post"), .action(visit.adminPath(application, step))) {
                SealField(seal: visit.seal(for: .admin))
                button(.class(isDangerous ? "btn danger" : "btn primary")) {
                    Naming(verb, application.displayName)
                }
                a(.class("btn"), .href(visit.path("admin", "applications", application.id.text))) {
                    "Go back"
                }
            }
        }
    }
}
