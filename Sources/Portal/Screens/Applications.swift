import Registry
import Web

/// A partner's applications: the list, and one of them whole (ux A4, A7).
enum ApplicationScreens {
    static func list(_ partner: PartnerAccess, _ visit: Visit) async throws -> Response {
        let applications = try await partner.applications()
        return Page("Applications", .partners(signedIn: true, current: .applications)) {
            if applications.isEmpty {
                NothingRegistered(visit: visit)
            } else {
                ApplicationTable(applications: applications, visit: visit)
            }
        }.response(to: visit)
    }

    static func show(_ partner: PartnerAccess, _ visit: Visit) async throws -> Response {
        try await detail(of: partner.requested(visit), partner, visit)
    }

    static func addRedirectURI(
        _ partner: PartnerAccess,
        _ form: Form,
        _ visit: Visit
    ) async throws -> Response {
        let application = try await partner.requested(visit)
        let typed = form["redirect_uri"]?.trimmingSpaces ?? ""
        do {
            try await partner.addRedirectURI(typed, to: application)
        } catch RegistrationRefusal.redirectURI(let problem) {
            let mend = FieldProblem(field: "redirect-uri", message: problem.message)
            return try await detail(of: application, partner, visit, problems: [mend], typedURI: typed)
        }
        let nearMiss = application.redirectURIs.first { $0.isNearMiss(of: typed) }
        let place = visit.place(of: application, after: .redirectURIAdded)
        return .redirect(to: nearMiss == nil ? place : place.with(query: [("near", typed)]))
    }

    static func askToRemoveRedirectURI(_ partner: PartnerAccess, _ visit: Visit) async throws -> Response {
        let application = try await partner.requested(visit)
        let uri = application.redirectURIs.first { $0.text == visit.queryValue("uri") }
        guard let uri else { throw Refusal.notFound }
        return RemoveRedirectURIPage(visit: visit, application: application, uri: uri).page.response(
            to: visit
        )
    }

    static func removeRedirectURI(
        _ partner: PartnerAccess,
        _ form: Form,
        _ visit: Visit
    ) async throws -> Response {
        let application = try await partner.requested(visit)
        try await partner.removeRedirectURI(form["redirect_uri"] ?? "", from: application)
        return .redirect(to: visit.place(of: application, after: .redirectURIRemoved))
    }

    static func setTestAccounts(
        _ partner: PartnerAccess,
        _ form: Form,
        _ visit: Visit
    ) async throws -> Response {
        let application = try await partner.requested(visit)
        let typed = (form["emails"] ?? "").lines.map(\.trimmingSpaces).filter { !$0.isEmpty }
        let addresses = typed.compactMap(EmailAddress.init)
        guard addresses.count == typed.count, addresses.count <= 5 else {
            let mend = FieldProblem(
                field: "emails",
                message: "Enter up to 5 e-mail addresses like name@company.com, one per line"
            )
            return try await detail(of: application, partner, visit, problems: [mend])
        }
        try await partner.setTestAccounts(addresses, of: application)
        return .redirect(to: visit.place(of: application, after: .testAccountsSaved))
    }

    /// The detail page, with what to mend when a form on it was declined.
    static func detail(
        of application: Application,
        _ partner: PartnerAccess,
        _ visit: Visit,
        problems: [FieldProblem] = [],
        typedURI: String = ""
    ) async throws -> Response {
        let page = ApplicationPage(
            visit: visit,
            application: application,
            secrets: try await partner.secrets(of: application),
            testAccounts: try await partner.testAccounts(of: application),
            problems: problems,
            typedURI: typedURI
        )
        return page.page.response(to: visit, problems.isEmpty ? .ok : .unprocessable)
    }
}

extension PartnerAccess {
    /// The application a route names, if it is this partner's; otherwise there is no such page.
    func requested(_ visit: Visit) async throws -> Application {
        guard let application = try await application(visit.captured("application")) else {
            throw Refusal.notFound
        }
        return application
    }
}

/// What was just done to an application, said once on the page it leads back to.
enum Done: String {
    case redirectURIAdded = "redirect-uri-added"
    case redirectURIRemoved = "redirect-uri-removed"
    case testAccountsSaved = "test-accounts-saved"
    case secretRevoked = "secret-revoked"
    case secretDated = "secret-dated"

    var sentence: String {
        switch self {
        case .redirectURIAdded: "The redirect URI is on the list."
        case .redirectURIRemoved: "The redirect URI is removed."
        case .testAccountsSaved: "The test accounts are saved."
        case .secretRevoked: "The secret is revoked."
        case .secretDated: "The end date of the secret is saved."
        }
    }
}

extension Visit {
    func place(of application: Application, after done: Done) -> Path {
        path("applications", application.id.text).with(query: [("done", done.rawValue)])
    }
}

// MARK: - The list

private struct NothingRegistered: Component {
    let visit: Visit

    var body: HTML {
        h1 { "Applications" }
        div(.class("empty")) {
            h2 { "You have not registered an application yet" }
            p {
                """
                An application is the software that will use a customer’s \(visit.brand.displayName) data. \
                Register it to get a client ID and a client secret.
                """
            }
            p {
                a(.class("btn primary"), .href(visit.path("applications", "new"))) {
                    "Register an application"
                }
            }
        }
    }
}

private struct ApplicationTable: Component {
    let applications: [ApplicationSummary]
    let visit: Visit

    var body: HTML {
        div(.class("heading")) {
            h1 { "Applications" }
            a(.class("btn primary"), .href(visit.path("applications", "new"))) { "Register an application" }
        }
        div(.class("scroll"), .tabindex(0), .role("region"), .aria("labelledby", "applications")) {
            table {
                caption(.class("vh"), .id("applications")) { "Your applications" }
                thead {
                    tr {
                        for heading in ["Application", "State", "Client ID", "Customers", "Last request"] {
                            th(.scope("col")) { heading }
                        }
                    }
                }
                tbody { for summary in applications { row(summary) } }
            }
        }
    }

    private func row(_ summary: ApplicationSummary) -> HTML {
        let application = summary.application
        return tr {
            th(.scope("row")) {
                span(.class("named")) {
                    ApplicationMark(application, visit, isSmall: true)
                    a(.href(visit.path("applications", application.id.text))) {
                        bdi { application.displayName }
                    }
                }
            }
            td { StateTag(application: application, tenant: visit.tenant) }
            td { code { application.id.text } }
            td { "\(summary.connectedCustomers)" }
            td {
                if let use = summary.lastUsedAt { Moment(CalendarText(use)) } else { "Never" }
            }
        }
    }
}

/// State in a word and a sign, never in colour alone.
struct StateTag: Component {
    let application: Application
    let tenant: Tenant

    var body: HTML {
        switch application.state {
        case .approved: tag("ok", "✓", "Approved")
        case .suspended: tag("bad", "✕", "Suspended")
        case .unreviewed:
            tenant.policy.review == .reviewed
                ? tag("idle", "○", "Test only") : tag("warn", "⚠", "Not verified")
        }
    }

    private func tag(_ kind: String, _ sign: String, _ word: String) -> HTML {
        span(.class("tag \(kind)")) {
            span(.aria("hidden", "true")) { sign }
            " \(word)"
        }
    }
}

// MARK: - One application

struct ApplicationPage {
    let visit: Visit
    let application: Application
    let secrets: [ClientSecret]
    let testAccounts: [String]
    var problems: [FieldProblem] = []
    var typedURI = ""

    var page: Page {
        let title = application.displayName
        let frame = Page.Frame.partners(signedIn: true, current: .applications)
        return Page(problems.isEmpty ? title : "Error: \(title)", frame, script: .forms) {
            ErrorSummary(problems: problems)
            if problems.isEmpty { Notice(text: visit.queryValue("done").flatMap(Done.init)?.sentence) }
            div(.class("heading")) {
                ApplicationMark(application, visit)
                h1 { bdi { application.displayName } }
                StateTag(application: application, tenant: visit.tenant)
            }
            StateBox(application: application, visit: visit)
            if application.kind != .public {
                SecretsSection(visit: visit, application: application, secrets: secrets)
            }
            RedirectURIsSection(visit: visit, application: application, problems: problems, typed: typedURI)
            PermissionsSection(visit: visit, application: application)
            if visit.tenant.policy.review == .reviewed, !application.isApproved {
                TestAccountsSection(
                    visit: visit,
                    application: application,
                    accounts: testAccounts,
                    problems: problems
                )
            }
            QuickStart(visit: visit, application: application)
        }
    }
}

private struct StateBox: Component {
    let application: Application
    let visit: Visit

    private var tenant: String { visit.brand.displayName }

    var body: HTML {
        switch application.state {
        case .approved:
            box(
                "ok",
                "Any \(tenant) customer can connect.",
                "\(tenant) has confirmed who runs this application."
            )
        case .suspended(let date, let reason):
            box(
                "bad",
                "\(tenant) suspended this application on \(CalendarText(date).date).",
                "Customers cannot connect, and existing access is paused, not deleted. Reason: “\(reason)”."
            )
        case .unreviewed where visit.tenant.policy.review == .reviewed:
            box(
                "warn",
                "You can build now.",
                "Until \(tenant) approves it, only the test accounts you list can connect, and they see “Not verified”."
            )
        case .unreviewed:
            box(
                "warn",
                "Any \(tenant) customer can connect.",
                "Until \(tenant) has checked who made this application, customers see “Not verified”."
            )
        }
    }

    private func box(_ kind: String, _ fact: String, _ text: String) -> HTML {
        div(.class("callout \(kind)")) {
            p { strong { fact } }
            p { text }
        }
    }
}

private struct SecretsSection: Component {
    let visit: Visit
    let application: Application
    let secrets: [ClientSecret]

    var body: HTML {
        section(.class("card"), .id("secrets"), .aria("labelledby", "secrets-h")) {
            div(.class("heading")) {
                h2(.id("secrets-h")) { "Client secrets" }
                a(
                    .class("btn small"),
                    .href(visit.path("applications", application.id.text, "secrets", "new"))
                ) { "Create a new secret" }
            }
            p(.class("note")) {
                "Client ID "
                code { application.id.text }
            }
            div(.class("scroll"), .tabindex(0), .role("region"), .aria("labelledby", "secrets-c")) {
                table {
                    caption(.class("vh"), .id("secrets-c")) { "Client secrets, table" }
                    thead {
                        tr {
                            for heading in [
                                "Secret", "State", "Created", "Last used", "Stops working", "Action",
                            ] {
                                th(.scope("col")) { heading }
                            }
                        }
                    }
                    tbody { for secret in secrets { row(secret) } }
                }
            }
        }
    }

    private func row(_ secret: ClientSecret) -> HTML {
        tr {
            th(.scope("row")) {
                code { "…\(secret.hint)" }
                if !secret.label.isEmpty {
                    br()
                    bdi { secret.label }
                }
            }
            td { state(secret) }
            td { Moment(CalendarText(secret.createdAt)) }
            td { lastUse(secret) }
            td { end(secret) }
            td { if secret.isLive { actions(secret) } }
        }
    }

    @HTMLBuilder private func state(_ secret: ClientSecret) -> HTML {
        switch secret.state {
        case .live: span(.class("tag ok")) { "Active" }
        case .ended: span(.class("tag idle")) { "Ended" }
        case .revoked: span(.class("tag idle")) { "Revoked" }
        }
    }

    @HTMLBuilder private func lastUse(_ secret: ClientSecret) -> HTML {
        if let use = secret.lastUsedAt {
            Moment(CalendarText(use))
            if let address = secret.lastUsedFrom { p(.class("note")) { "from \(address)" } }
        } else {
            "Never"
        }
    }

    @HTMLBuilder private func end(_ secret: ClientSecret) -> HTML {
        switch secret.state {
        case .revoked(let date): Moment(CalendarText(date))
        case .live, .ended:
            if let end = secret.endsAt { Moment(CalendarText(end)) } else { "No end date" }
        }
    }

    private func actions(_ secret: ClientSecret) -> HTML {
        ul(.class("links")) {
            for (verb, hidden, step) in [("Set end date", " of the", "end"), ("Revoke", " the", "revoke")] {
                li {
                    a(.href(visit.path("applications", application.id.text, "secrets", secret.id, step))) {
                        verb
                        span(.class("vh")) { "\(hidden) secret ending \(secret.hint)" }
                    }
                }
            }
        }
    }
}

private struct RedirectURIsSection: Component {
    let visit: Visit
    let application: Application
    let problems: [FieldProblem]
    let typed: String

    var body: HTML {
        section(.class("card"), .id("redirect-uris"), .aria("labelledby", "uris-h")) {
            h2(.id("uris-h")) { "Redirect URIs" }
            if application.redirectURIs.isEmpty {
                p { "There are none yet. Customers cannot connect until you add one." }
            } else {
                ul(.class("rows")) { for uri in application.redirectURIs { row(uri) } }
            }
            nearMiss
            form(
                .class("stack"),
                .method("post"),
                .action(visit.path("applications", application.id.text, "redirect-uris")),
                .novalidate
            ) {
                SealField(seal: visit.seal(for: .partner))
                TextField(
                    id: "redirect-uri",
                    label: "Add an address",
                    type: "url",
                    value: typed,
                    hint:
                        "A full address, starting with https://. It must match exactly, including a final “/”.",
                    direction: .leftToRight,
                    problems: problems
                )
                div(.class("row")) { button(.class("btn")) { "Add this address" } }
            }
        }
    }

    private func row(_ uri: RedirectURI) -> HTML {
        li {
            div { code { uri.text } }
            a(
                .class("btn small"),
                .href(
                    visit.path("applications", application.id.text, "redirect-uris", "remove")
                        .with(query: [("uri", uri.text)])
                )
            ) {
                "Remove"
                span(.class("vh")) { " \(uri.text)" }
            }
        }
    }

    /// Two addresses that differ in a final slash are different, and easily taken for one another.
    @HTMLBuilder private var nearMiss: HTML {
        if let added = visit.queryValue("near"),
            application.redirectURIs.contains(where: { $0.text == added }),
            let twin = application.redirectURIs.first(where: { $0.isNearMiss(of: added) })
        {
            div(.class("callout warn")) {
                p {
                    "Same as "
                    code { twin.text }
                    " except for the final “/”. These are two different addresses; keep both only if you need both."
                }
            }
        }
    }
}

private struct RemoveRedirectURIPage {
    let visit: Visit
    let application: Application
    let uri: RedirectURI

    var page: Page {
        Page("Remove a redirect URI", .partners(signedIn: true, current: .applications)) {
            h1 { "Remove this redirect URI?" }
            p { code { uri.text } }
            p {
                "Customers can no longer be sent back there. Sign-ins under way through it end without access."
            }
            form(
                .class("row"),
                .method("post"),
                .action(visit.path("applications", application.id.text, "redirect-uris", "remove"))
            ) {
                SealField(seal: visit.seal(for: .partner))
                input(.type("hidden"), .name("redirect_uri"), .value(uri.text))
                button(.class("btn danger")) { "Remove this address" }
                a(.class("btn"), .href(visit.path("applications", application.id.text))) { "Keep it" }
            }
        }
    }
}

private struct PermissionsSection: Component {
    let visit: Visit
    let application: Application

    var body: HTML {
        section(.class("card"), .aria("labelledby", "permissions-h")) {
            h2(.id("permissions-h")) { "Permissions" }
            if application.scopes.isEmpty {
                p { "It asks for nothing but who the customer is." }
            } else {
                p(.class("note")) { "What customers read when you ask:" }
                ScopeList(scopes: visit.tenant.offers(application.scopes), showsNames: true)
            }
        }
    }
}

private struct TestAccountsSection: Component {
    let visit: Visit
    let application: Application
    let accounts: [String]
    let problems: [FieldProblem]

    var body: HTML {
        section(.class("card"), .id("test-accounts"), .aria("labelledby", "test-h")) {
            h2(.id("test-h")) { "Test accounts" }
            form(
                .class("stack"),
                .method("post"),
                .action(visit.path("applications", application.id.text, "test-accounts")),
                .novalidate
            ) {
                SealField(seal: visit.seal(for: .partner))
                Field(
                    id: "emails",
                    name: "emails",
                    label: "Customers who may connect before approval",
                    hint: "Up to 5 e-mail addresses, one per line.",
                    problems: problems
                ) { attributes in
                    textarea(attributes + [.rows(3), .dir(.leftToRight), .spellcheck(false)]) {
                        accounts.joined(separator: "\n")
                    }
                }
                div(.class("row")) { button(.class("btn")) { "Save test accounts" } }
            }
        }
    }
}

private struct QuickStart: Component {
    let visit: Visit
    let application: Application

    private var authorizeLink: String {
        let redirect = application.redirectURIs.first?.text ?? "YOUR_REDIRECT_URI"
        let query = Path("/oauth2/authorize").with(query: [
            ("response_type", "code"), ("client_id", application.id.text), ("redirect_uri", redirect),
            ("scope", application.scopes.wire), ("state", "RANDOM"), ("code_challenge", "CHALLENGE"),
            ("code_challenge_method", "S256"),
        ])
        return visit.issuer + query.text
    }

    private var tokenCommand: String {
        let user = application.kind == .public ? "" : "-u '\(application.id):'\"$CLIENT_SECRET\" \\\n  "
        let client = application.kind == .public ? "-d client_id=\(application.id) " : ""
        let redirect = application.redirectURIs.first?.text ?? "YOUR_REDIRECT_URI"
        return """
            curl \(user)-d grant_type=authorization_code \(client)-d code=CODE \\
              -d code_verifier=VERIFIER --data-urlencode redirect_uri=\(redirect) \\
              \(visit.issuer)/oauth2/token
            """
    }

    var body: HTML {
        section(.class("card"), .aria("labelledby", "start-h")) {
            h2(.id("start-h")) { "Quick start" }
            div(.class("folds")) {
                details {
                    summary { "1. Send the customer to the consent screen" }
                    pre(.tabindex(0), .role("region"), .aria("label", "Authorize link")) {
                        code { authorizeLink }
                    }
                }
                details {
                    summary { "2. Exchange the code for a token" }
                    pre(.tabindex(0), .role("region"), .aria("label", "Token request")) {
                        code { tokenCommand }
                    }
                }
            }
        }
    }
}
