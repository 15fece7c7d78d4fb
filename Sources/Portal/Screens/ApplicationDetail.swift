import FoundationEssentials
import Registry
import Web

/// One application whole: its state, secrets, redirect URIs, permissions, and how to start.
struct ApplicationPage {
    let visit: Visit
    let application: Application
    let role: MemberRole
    let secrets: [ClientSecret]
    let testAccounts: [String]
    let uses: [String: Date]
    let lastAuthorization: Activity?
    var problems: [FieldProblem] = []
    var typedURI = ""

    var page: Page {
        let title = application.displayName
        let frame = Page.Frame.partners(signedIn: true, current: .applications)
        return Page(problems.isEmpty ? title : "Error: \(title)", frame, script: .forms) {
            ErrorSummary(problems: problems)
            if problems.isEmpty { Notice(text: visit.queryValue("done").flatMap(Done.init)?.sentence) }
            div(.class("heading")) {
                ApplicationMark(application, visit.home)
                h1 { bdi { application.displayName } }
                StateTag(application: application, tenant: visit.tenant)
            }
            StateBox(application: application, visit: visit)
            if application.kind != .public {
                SecretsSection(visit: visit, application: application, role: role, secrets: secrets)
            }
            RedirectURIsSection(
                visit: visit,
                application: application,
                role: role,
                uses: uses,
                last: lastAuthorization,
                problems: problems,
                typed: typedURI
            )
            PermissionsSection(visit: visit, application: application)
            if visit.tenant.policy.review == .reviewed, !application.isApproved {
                TestAccountsSection(
                    visit: visit,
                    application: application,
                    role: role,
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
    let role: MemberRole
    let accounts: [String]
    let problems: [FieldProblem]

    var body: HTML {
        section(.class("card"), .id("test-accounts"), .aria("labelledby", "test-h")) {
            h2(.id("test-h")) { "Test accounts" }
            if role >= .developer { form } else { list }
        }
    }

    private var form: HTML {
        Web.form(
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

    @HTMLBuilder private var list: HTML {
        if accounts.isEmpty {
            p { "There are none yet." }
        } else {
            p(.class("note")) { "Customers who may connect before approval:" }
            ul { for account in accounts { li { account } } }
        }
    }
}

private struct QuickStart: Component {
    let visit: Visit
    let application: Application

    private var redirectURI: String { application.redirectURIs.first?.text ?? "YOUR_REDIRECT_URI" }

    private var needsChallenge: Bool {
        application.kind == .public || visit.tenant.policy.codeChallenge == .required
    }

    private var authorizeLink: String {
        var query: [(name: String, value: String)] = [
            ("response_type", "code"), ("client_id", application.id.text), ("redirect_uri", redirectURI),
            ("scope", application.scopes.wire), ("state", "RANDOM"),
        ]
        if needsChallenge {
            query += [("code_challenge", "CHALLENGE"), ("code_challenge_method", "S256")]
        }
        return visit.issuer + visit.dialect.path(to: .authorize) + ("" as Path).with(query: query).text
    }

    private var user: String {
        application.kind == .public ? "" : "-u '\(application.id):'\"$CLIENT_SECRET\" \\\n  "
    }

    private var endpoint: String { visit.issuer + visit.dialect.path(to: .token) }

    private var tokenCommand: String {
        let client = application.kind == .public ? "-d client_id=\(application.id) " : ""
        let verifier = needsChallenge ? "-d code_verifier=VERIFIER " : ""
        return """
            curl \(user)-d grant_type=authorization_code \(client)-d code=CODE \\
              \(verifier)--data-urlencode redirect_uri=\(redirectURI) \\
              \(endpoint)
            """
    }

    private var ownTokenCommand: String {
        "curl \(user)-d grant_type=client_credentials \\\n  \(endpoint)"
    }

    var body: HTML {
        section(.class("card"), .aria("labelledby", "start-h")) {
            h2(.id("start-h")) { "Quick start" }
            div(.class("folds")) {
                if visit.tenant.policy.grants.contains(.authorizationCode) {
                    step("1. Send the customer to the consent screen", "Authorize link", authorizeLink)
                    step("2. Exchange the code for a token", "Token request", tokenCommand)
                } else if visit.tenant.policy.grants.contains(.clientCredentials) {
                    step("Get a token for the application itself", "Token request", ownTokenCommand)
                }
            }
        }
    }

    private func step(_ title: String, _ label: String, _ text: String) -> HTML {
        details {
            summary { title }
            pre(.tabindex(0), .role("region"), .aria("label", label)) { code { text } }
        }
    }
}
