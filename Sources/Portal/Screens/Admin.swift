import Registry
import Web

/// What an administrator can do today: see every application, approve, suspend and resume it.
enum AdminScreens {
    static func askToSignIn(_ visit: Visit) async throws -> Response {
        if try await visit.admin() != nil { return .redirect(to: visit.path("admin")) }
        return visit.answerWithSeal { visit, seal, headers in
            signInForm(visit, seal).page.response(to: visit, .ok, headers)
        }
    }

    static func signIn(_ form: Form, _ visit: Visit) async throws -> Response {
        let door = Door(role: .admin, form: form)
        switch try await door.open(visit) {
        case .opened(let cookies): return .redirect(to: visit.path("admin"), cookies)
        case .refused:
            var page = signInForm(visit, visit.seal(for: nil))
            page.refuse(email: door.email)
            return page.page.response(to: visit, .unprocessable)
        }
    }

    static func signOut(_ admin: AdminAccess, _ form: Form, _ visit: Visit) async throws -> Response {
        try await admin.signOut()
        return .redirect(to: visit.path("admin", "sign-in"), [visit.signedOut(.admin)].compactMap { $0 })
    }

    static func list(_ admin: AdminAccess, _ visit: Visit) async throws -> Response {
        let applications = try await admin.applications()
        return Page("Applications", .administrators) {
            h1 { "Applications" }
            if applications.isEmpty {
                div(.class("empty")) { p { "Nothing to do. New applications appear here." } }
            } else {
                ul(.class("rows")) {
                    for summary in applications { ApplicationRow(summary: summary, visit: visit) }
                }
            }
        }.response(to: visit)
    }

    static func show(_ admin: AdminAccess, _ visit: Visit) async throws -> Response {
        try await page(of: admin.requested(visit), admin, visit).response(to: visit)
    }

    private static func page(
        of application: Application,
        _ admin: AdminAccess,
        _ visit: Visit,
        problems: [FieldProblem] = []
    ) async throws -> Page {
        AdminApplicationPage(
            application: application,
            lookalikes: try await admin.lookalikes(of: application),
            visit: visit,
            problems: problems
        )
        .page
    }

    static func approve(_ admin: AdminAccess, _ form: Form, _ visit: Visit) async throws -> Response {
        try await admin.approve(admin.requested(visit))
        return back(visit)
    }

    static func suspend(_ admin: AdminAccess, _ form: Form, _ visit: Visit) async throws -> Response {
        let application = try await admin.requested(visit)
        let reason = form["reason"]?.trimmingSpaces ?? ""
        guard !reason.isEmpty, reason.utf8.count <= 500 else {
            let mend = FieldProblem(
                field: "reason",
                message: "Say why, in up to 500 characters. The partner sees it"
            )
            return try await page(of: application, admin, visit, problems: [mend])
                .response(to: visit, .unprocessable)
        }
        try await admin.suspend(application, reason: reason)
        return back(visit)
    }

    static func resume(_ admin: AdminAccess, _ form: Form, _ visit: Visit) async throws -> Response {
        try await admin.resume(admin.requested(visit))
        return back(visit)
    }

    private static func back(_ visit: Visit) -> Response {
        .redirect(to: visit.path("admin", "applications", visit.captured("application")))
    }

    private static func signInForm(_ visit: Visit, _ seal: String?) -> SignInForm {
        SignInForm(
            visit,
            seal,
            role: .admin,
            heading: "Sign in to \(visit.brand.displayName) administration",
            action: visit.path("admin", "sign-in")
        )
    }
}

extension AdminAccess {
    fileprivate func requested(_ visit: Visit) async throws -> Application {
        guard let application = try await application(visit.captured("application")) else {
            throw Refusal.notFound
        }
        return application
    }
}

private struct ApplicationRow: Component {
    let summary: ApplicationSummary
    let visit: Visit

    private var application: Application { summary.application }

    var body: HTML {
        li {
            ApplicationMark(application, visit.home, isSmall: true)
            div {
                a(.href(visit.path("admin", "applications", application.id.text))) {
                    strong { bdi { application.displayName } }
                }
                " "
                StateTag(application: application, tenant: visit.tenant)
                p(.class("note")) {
                    "Registered by someone at "
                    bdi { application.ownerDomain }
                    " on "
                    Moment(CalendarText(application.createdAt))
                    " · \(summary.connectedCustomers) connected"
                }
            }
        }
    }
}

private struct AdminApplicationPage {
    let application: Application
    let lookalikes: [Lookalike]
    let visit: Visit
    var problems: [FieldProblem] = []

    var page: Page {
        let title = application.displayName
        return Page(problems.isEmpty ? title : "Error: \(title)", .administrators) {
            ErrorSummary(problems: problems)
            div(.class("heading")) {
                ApplicationMark(application, visit.home)
                h1 { bdi { application.displayName } }
                StateTag(application: application, tenant: visit.tenant)
            }
            LookalikeWarning(lookalikes: lookalikes, visit: visit)
            facts
            section(.class("card"), .aria("labelledby", "permissions")) {
                h2(.id("permissions")) { "It may ask for" }
                ScopeList(scopes: visit.tenant.offers(application.scopes), showsNames: true)
            }
            decision
        }
    }

    private var facts: HTML {
        dl(.class("facts")) {
            fact("Company name") { bdi { application.companyName.text } }
            fact("Client ID") { code { application.id.text } }
            fact("Registered by") {
                "someone at "
                bdi { application.ownerDomain }
            }
            fact("Registered on") { Moment(CalendarText(application.createdAt)) }
            fact("Redirect URIs") {
                if application.redirectURIs.isEmpty { "None yet" }
                for uri in application.redirectURIs { p { code { uri.text } } }
            }
            if let purpose = application.profile.purpose { fact("Purpose") { bdi { purpose } } }
        }
    }

    @HTMLBuilder private var decision: HTML {
        switch application.state {
        case .suspended:
            act(
                "resume",
                "Resume \(application.displayName)",
                "Customers can connect again, and existing access works again."
            )
        case .approved: suspension
        case .unreviewed:
            act(
                "approve",
                "Approve \(application.displayName)",
                "Any customer can connect, and they see “Verified by \(visit.brand.displayName)”."
            )
            suspension
        }
    }

    private func act(_ step: String, _ words: String, _ effect: String) -> HTML {
        form(
            .class("card"),
            .method("post"),
            .action(visit.path("admin", "applications", application.id.text, step))
        ) {
            SealField(seal: visit.seal(for: .admin))
            p { effect }
            div(.class("row")) { button(.class("btn primary")) { words } }
        }
    }

    private var suspension: HTML {
        form(
            .class("card"),
            .method("post"),
            .action(visit.path("admin", "applications", application.id.text, "suspend")),
            .novalidate
        ) {
            SealField(seal: visit.seal(for: .admin))
            p {
                "Customers cannot connect and access tokens stop working at once. Nothing is deleted; you can resume."
            }
            TextField(
                id: "reason",
                label: "Reason",
                hint: "The partner sees it.",
                direction: .automatic,
                problems: problems
            )
            div(.class("row")) { button(.class("btn danger")) { "Suspend \(application.displayName)" } }
        }
    }
}
