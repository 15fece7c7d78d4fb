import Registry
import Web

/// The one page a secret is ever shown on (ux A6): the answer to the request that made it.
enum CredentialsPage {
    /// After registering an application.
    static func first(_ registered: RegisteredApplication, _ visit: Visit) -> Page {
        let application = registered.application
        guard let secret = registered.secret else { return withoutSecret(application, visit) }
        return page("Save your client secret now", application, secret, visit) {
            p(.class("callout warn")) {
                strong { "We show this secret once." }
                """
                 We keep only a fingerprint of it, so nobody here can read it back to you. If you lose it, \
                create a new one: the old one keeps working until you switch.
                """
            }
        }
    }

    /// After making a further secret; `left` are secrets that ended and whose tokens may work on.
    static func another(
        _ secret: SecretText,
        for application: Application,
        leaving left: [ClientSecret],
        _ visit: Visit
    ) -> Page {
        page("Save your new client secret now", application, secret, visit) {
            p(.class("callout warn")) {
                strong { "We show this secret once." }
                """
                 Put it into your software and check that “Last used” moves to it. An older secret that still works \
                goes on until it ends or you retire it.
                """
            }
            for older in left { TokensLeft(secret: older, application: application, visit: visit) }
        }
    }

    /// When the same form is sent again: the secret is not here any more.
    static func gone(_ id: ClientID, _ visit: Visit) -> Page {
        Page("The secret was shown once", .partners(signedIn: true, current: .applications)) {
            h1 { "The secret was shown once and is not stored here" }
            p { "The application is registered. If you did not save the secret, create a new one." }
            div(.class("row")) {
                a(
                    .class("btn primary"),
                    .href(visit.path("applications", id.text, "secrets", "new"))
                ) { "Create a new secret" }
                a(.class("btn"), .href(visit.path("applications", id.text))) { "Go to the application" }
            }
        }
    }

    private static func withoutSecret(_ application: Application, _ visit: Visit) -> Page {
        Page("Your client ID", .partners(signedIn: true, current: .applications), script: .forms) {
            h1 { "Your application is registered" }
            p {
                "Software on people’s devices cannot keep a secret, so it has none. It proves itself with PKCE."
            }
            Credential(id: "client-id", label: "Client ID", value: application.id.text)
            next(application, visit)
        }
    }

    private static func page(
        _ title: String,
        _ application: Application,
        _ secret: SecretText,
        _ visit: Visit,
        @HTMLBuilder explanation: () -> HTML
    ) -> Page {
        Page(title, .partners(signedIn: true, current: .applications), script: .forms) {
            h1 { title }
            explanation()
            Credential(id: "client-id", label: "Client ID", value: application.id.text)
            Credential(
                id: "client-secret",
                label: "Client secret",
                value: secret.plaintext,
                isSecret: true,
                more: CredentialsFileForm(application: application, secret: secret, visit: visit).body
            )
            p(.class("printnote")) { "Secrets are not printed." }
            TryIt(application: application, secret: secret, visit: visit)
            next(application, visit)
        }
    }

    private static func next(_ application: Application, _ visit: Visit) -> HTML {
        div(.class("row")) {
            a(.class("btn primary"), .href(visit.path("applications", application.id.text))) {
                "Continue to application"
            }
        }
    }
}

/// What a secret that ended has left behind.
private struct TokensLeft: Component {
    let secret: ClientSecret
    let application: Application
    let visit: Visit

    var body: HTML {
        div(.class("callout warn unprinted")) {
            p {
                strong { "The secret ending \(secret.hint) no longer works." }
                " Tokens issued with this secret: \(grouped(secret.tokensIssued))."
            }
            p {
                a(
                    .href(visit.path("applications", application.id.text, "secrets", secret.id, "tokens")),
                    .target("_blank")
                ) { "Also revoke them" }
                " (opens in a new tab, so that this page stays until you have saved the new secret)"
            }
        }
    }
}

/// A value to copy, selectable without scripts.
struct Credential: Component {
    let id: String
    let label: String
    let value: String
    var isSecret = false

    /// What else may be done with it, beside copying.
    var more: HTML?

    var body: HTML {
        div(.class(isSecret ? "secret unprinted" : "secret")) {
            h2(.id("\(id)-h")) { label }
            output(.id(id), .aria("labelledby", "\(id)-h")) { code { value } }
            CopyRow(id: id, what: label.lowercased(), more: more)
        }
    }
}

struct CopyRow: Component {
    let id: String
    let what: String
    var more: HTML?

    var body: HTML {
        div(.class("row")) {
            button(
                .class("btn small"),
                .type("button"),
                .hidden,
                .data("copy", id),
                .data("done", "Copied")
            ) {
                "Copy"
                span(.class("vh")) { " \(what)" }
            }
            if let more { more }
            span(.class("note"), .role("status"))
        }
    }
}

/// One line that works when it is pasted into a terminal.
private struct TryIt: Component {
    let application: Application
    let secret: SecretText
    let visit: Visit

    private var command: String {
        """
        curl -u '\(application.id):\(secret.plaintext)' -d grant_type=client_credentials \
        \(visit.issuer)\(visit.dialect.path(to: .token))
        """
    }

    var body: HTML {
        if visit.tenant.policy.grants.contains(.clientCredentials) {
            section(.class("stack unprinted"), .aria("labelledby", "try-h")) {
                h2(.id("try-h")) { "Try it now" }
                p { "This line gets a token for the application itself:" }
                pre(.tabindex(0), .role("region"), .aria("label", "curl example")) {
                    code(.id("curl")) { command }
                }
                CopyRow(id: "curl", what: "command")
            }
        }
    }
}
