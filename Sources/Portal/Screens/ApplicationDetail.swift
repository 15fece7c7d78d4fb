import FoundationEssentials
import Registry
import Web

/// One application whole: its state, secrets, redirect URIs, permissions, and how to start.
struct ApplicationPage {
    let visit: Visit
    let application: Application
    let role: MemberRole
    let team: Team

    /// Who looks.
    let own: AccountID
    let secrets: [ClientSecret]
    let testAccounts: [TestAccount]
    let pending: PendingRevision?
    let checklist: ApprovalChecklist
    let uses: [String: Date]
    let lastAuthorization: Activity?
    let tokenRequests: [ManualRequest]
    var problems: [FieldProblem] = []
    var typedURI = ""
    var typedAccounts: String?

    var page: Page {
        let title = application.displayName
        let frame = Page.Frame.partners(signedIn: true, current: .applications)
        return Page(title, frame, problems: problems, script: .forms) {
            if problems.isEmpty {
                Notice(text: visit.queryValue("done").flatMap(Done.init)?.sentence(application))
            }
            div(.class("heading")) {
                ApplicationMark(application, visit.home)
                h1 { bdi { application.displayName } }
                StateTag(application: application, tenant: visit.tenant)
            }
            div(.class("row")) {
                p(.class("note")) {
                    "Client ID "
                    code(.id("client-id")) { application.id.text }
                }
                CopyRow(id: "client-id", what: "client ID")
            }
            StateBox(application: application, checklist: checklist, role: role, visit: visit)
            sections
            if application.kind != .public {
                SecretsSection(visit: visit, application: application, role: role, secrets: secrets)
            }
            RedirectURIsSection(
                visit: visit,
                application: application,
                waiting: pending?.addedRedirectURIs ?? [],
                role: role,
                uses: uses,
                last: lastAuthorization,
                problems: problems,
                typed: typedURI
            )
            DomainsSection(visit: visit, application: application, role: role)
            BrandingSection(visit: visit, application: application, pending: pending, role: role)
            PermissionsSection(visit: visit, application: application, role: role)
            if visit.tenant.policy.review == .reviewed, !application.isApproved {
                TestAccountsSection(
                    visit: visit,
                    application: application,
                    role: role,
                    accounts: testAccounts,
                    typed: typedAccounts,
                    problems: problems
                )
            }
            TokenRequestsSection(
                visit: visit,
                application: application,
                role: role,
                requests: tokenRequests
            )
            QuickStart(visit: visit, application: application)
            TeamSection(visit: visit, application: application, role: role, team: team, own: own)
            if role == .owner { DangerSection(visit: visit, application: application) }
        }
    }

    private var sections: HTML {
        let below = [
            ("uris-h", "Redirect URIs"), ("domains-h", "Domains"), ("branding-h", "Branding"),
            ("permissions-h", "Permissions"), ("start-h", "Quick start"), ("team-h", "Team"),
        ]
        let secrets = application.kind == .public ? [] : [("secrets-h", "Client secrets")]
        return nav(.class("sections"), .aria("label", "About this application")) {
            ul {
                li { a(.href(visit.path(below: application, "activity"))) { "Activity and link checker" } }
                for (anchor, words) in secrets + below { li { a(.href(Path(anchor: anchor))) { words } } }
            }
        }
    }
}

private struct PermissionsSection: Component {
    let visit: Visit
    let application: Application
    let role: MemberRole

    var body: HTML {
        section(.class("card"), .aria("labelledby", "permissions-h")) {
            h2(.id("permissions-h")) { "Permissions" }
            if application.scopes.isEmpty {
                p { "It asks for nothing but who the customer is." }
            } else {
                p(.class("note")) { "What customers read when you ask:" }
                ScopeList(scopes: application.scopes, tenant: visit.tenant, showsNames: true)
            }
            if role >= .developer, !visit.tenant.settings.scopes.isEmpty {
                div(.class("row")) {
                    a(.class("btn"), .href(visit.path(below: application, "permissions"))) {
                        "Change permissions"
                    }
                }
            }
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

    /// A pair that belongs together, so that both steps can be tried as they stand (RFC 7636, appendix B).
    private static let example = (
        verifier: "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
        challenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    )

    private var authorizeLink: String {
        var query: [(name: String, value: String)] = [
            ("response_type", "code"), ("client_id", application.id.text), ("redirect_uri", redirectURI),
            ("scope", application.scopes.wire), ("state", "RANDOM"),
        ]
        if needsChallenge {
            query += [("code_challenge", Self.example.challenge), ("code_challenge_method", "S256")]
        }
        return visit.issuer + visit.dialect.path(to: .authorize) + ("" as Path).with(query: query).text
    }

    private var user: String {
        application.kind == .public ? "" : "-u '\(application.id):'\"$CLIENT_SECRET\" \\\n  "
    }

    private var endpoint: String { visit.issuer + visit.dialect.path(to: .token) }

    private var tokenCommand: String {
        let client = application.kind == .public ? "-d client_id=\(application.id) " : ""
        let verifier = needsChallenge ? "-d code_verifier=\(Self.example.verifier) " : ""
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
                    step("1. Send the customer to the consent screen", "Authorize link", authorizeLink, own)
                    step("2. Exchange the code for a token", "Token request", tokenCommand)
                } else if visit.tenant.policy.grants.contains(.clientCredentials) {
                    step("Get a token for the application itself", "Token request", ownTokenCommand)
                }
            }
        }
    }

    private var own: String {
        needsChallenge
            ? """
            The state and the code_challenge are examples, to try it with. Your software makes its own for each \
            request, and sends the code_verifier that belongs to the challenge in step 2.
            """
            : "The state is an example, to try it with. Your software makes its own for each request."
    }

    private func step(_ title: String, _ label: String, _ text: String, _ note: String = "") -> HTML {
        details {
            summary { title }
            pre(.tabindex(0), .role("region"), .aria("label", label)) { code { text } }
            if !note.isEmpty { p(.class("note")) { note } }
        }
    }
}
