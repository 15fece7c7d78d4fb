import Registry
import Web

struct NewSecretPage {
    let visit: Visit
    let application: Application
    let live: [ClientSecret]

    private var olderOnes: String {
        if live.count == 1, let only = live.first { return "The secret ending \(only.hint) stops working" }
        return "The other secrets stop working"
    }

    var page: Page {
        Page("Create a new secret", .partners(signedIn: true, current: .applications), script: .forms) {
            h1 {
                "Create a new secret for "
                bdi { application.displayName }
            }
            p {
                live.isEmpty
                    ? "No other secret works. Put the new one into your software."
                    : """
                    Both secrets work at the same time, so nothing breaks. Put the new one into your software, check \
                    that “Last used” moves to it, then retire the old one.
                    """
            }
            form(
                .class("stack"),
                .method("post"),
                .action(visit.path("applications", application.id.text, "secrets"))
            ) {
                SealField(seal: visit.seal(for: .partner))
                input(.type("hidden"), .name("ticket"), .value(visit.registry.freshToken()))
                TextField(
                    id: "label",
                    label: "Label",
                    hint: "For example “production 2027”.",
                    isOptional: true,
                    direction: .automatic,
                    extra: [.maxlength(80)]
                )
                if !live.isEmpty { choices }
                div(.class("row")) {
                    button(.class("btn primary")) { "Create secret" }
                    a(.class("btn"), .href(visit.path("applications", application.id.text))) { "Cancel" }
                }
            }
        }
    }

    private var choices: HTML {
        fieldset(.class("field")) {
            legend { olderOnes }
            choice("86400", "in 24 hours")
            choice("604800", "in 7 days", isChosen: true)
            choice("2592000", "in 30 days")
            choice("keep", "when I revoke it")
            choice("leaked", "now, it has leaked")
        }
    }

    private func choice(_ value: String, _ words: String, isChosen: Bool = false) -> Choice {
        Choice(type: "radio", name: "others", value: value, words: words, isOn: isChosen)
    }
}

struct RevokePage {
    let visit: Visit
    let application: Application
    let secret: ClientSecret
    let isOnlyOne: Bool

    private var lastUse: HTML {
        p {
            if let use = secret.lastUsedAt {
                strong {
                    "This secret was used \(ago(use, at: visit.registry.now())) (\(CalendarText(use).full))"
                    secret.lastUsedFrom.map { " from \($0)." } ?? "."
                }
                " Software that still uses it stops working at once."
            } else {
                strong { "This secret was never used." }
            }
            " Access that customers already gave keeps working."
        }
    }

    var page: Page {
        Page("Revoke a secret", .partners(signedIn: true, current: .applications)) {
            h1 { "Revoke the secret ending \(secret.hint)?" }
            if isOnlyOne { onlyOne } else { question }
        }
    }

    private var question: HTML {
        HTML {
            lastUse
            form(
                .class("row"),
                .method("post"),
                .action(visit.path("applications", application.id.text, "secrets", secret.id, "revoke"))
            ) {
                SealField(seal: visit.seal(for: .partner))
                button(.class("btn danger")) { "Revoke secret ending \(secret.hint)" }
                a(.class("btn"), .href(visit.path("applications", application.id.text))) { "Keep it" }
            }
        }
    }

    private var onlyOne: HTML {
        HTML {
            p {
                strong { "This is the only secret." }
                " Create a new one first."
            }
            div(.class("row")) {
                a(
                    .class("btn primary"),
                    .href(visit.path("applications", application.id.text, "secrets", "new"))
                ) { "Create a new secret" }
                a(.class("btn"), .href(visit.path("applications", application.id.text))) { "Keep it" }
            }
        }
    }
}

/// Asks before the tokens go that a secret gave, which itself has ended.
struct RevokeTokensPage {
    let visit: Visit
    let application: Application
    let secret: ClientSecret

    var page: Page {
        Page("Revoke the tokens of a secret", .partners(signedIn: true, current: .applications)) {
            h1 { "Revoke the tokens of the secret ending \(secret.hint)?" }
            p {
                strong { "Tokens issued with this secret: \(grouped(secret.tokensIssued))." }
                """
                 Those that still work stop at once. Customers stay connected, but your software has to send them \
                through the consent screen again where it held a token of this secret.
                """
            }
            form(
                .class("row"),
                .method("post"),
                .action(visit.path("applications", application.id.text, "secrets", secret.id, "tokens"))
            ) {
                SealField(seal: visit.seal(for: .partner))
                button(.class("btn danger")) { "Revoke the tokens of secret ending \(secret.hint)" }
                a(.class("btn"), .href(visit.path("applications", application.id.text))) { "Keep them" }
            }
        }
    }
}

struct EndPage {
    let visit: Visit
    let application: Application
    let secret: ClientSecret
    var typed: String?

    private var problems: [FieldProblem] {
        typed == nil
            ? [] : [FieldProblem(field: "ends", message: "Enter a day in the future, like 2027-03-31")]
    }

    var page: Page {
        let title = "When a secret ends"
        return Page(
            title,
            .partners(signedIn: true, current: .applications),
            problems: problems
        ) {
            h1 { "When does the secret ending \(secret.hint) stop working?" }
            form(
                .class("stack"),
                .method("post"),
                .action(visit.path("applications", application.id.text, "secrets", secret.id, "end")),
                .novalidate
            ) {
                SealField(seal: visit.seal(for: .partner))
                TextField(
                    id: "ends",
                    label: "First day on which it no longer works",
                    type: "date",
                    value: typed ?? secret.endsAt.map { CalendarText($0).isoDate } ?? "",
                    hint: "At 00:00 UTC. Leave it empty for no end.",
                    isOptional: true,
                    problems: problems
                )
                div(.class("row")) {
                    button(.class("btn primary")) { "Save the end date" }
                    a(.class("btn"), .href(visit.path("applications", application.id.text))) { "Cancel" }
                }
            }
        }
    }
}
