import FoundationEssentials
import Registry
import Web

/// Client secrets: make another, date one, revoke one; both work at once, never none (ux A8).
enum SecretScreens {
    static func ask(_ member: MemberAccess, _ visit: Visit) async throws -> Response {
        let application = member.application
        let live = try await member.secrets().filter(\.isLive)
        guard application.kind != .public else { throw Refusal.notFound }
        return NewSecretPage(visit: visit, application: application, live: live).page.response(to: visit)
    }

    static func create(_ member: MemberAccess, _ form: Form, _ visit: Visit) async throws -> Response {
        do {
            let secret = try await member.createSecret(
                label: String((form["label"] ?? "").prefix(80)),
                ticket: form["ticket"] ?? "",
                others: Overlap(form["others"])
            )
            let left = try await member.secrets().filter(\.leavesTokens)
            return CredentialsPage.another(secret, for: member.application, leaving: left, visit).response(
                to: visit
            )
        } catch SecretRefusal.alreadyCreated {
            return CredentialsPage.gone(member.application.id, visit).response(to: visit)
        } catch SecretRefusal.tooMany {
            return try await refused(member, "You have 5 secrets. Revoke one to create another.", visit)
        } catch is SecretRefusal {
            throw Refusal.notFound
        }
    }

    static func askToRevoke(_ member: MemberAccess, _ visit: Visit) async throws -> Response {
        let secret = try await member.requestedSecret(visit)
        let others = try await member.secrets().filter { $0.isLive && $0.id != secret.id }
        let page = RevokePage(
            visit: visit,
            application: member.application,
            secret: secret,
            isOnlyOne: others.isEmpty
        )
        return page.page.response(to: visit)
    }

    static func askToRevokeTokens(_ member: MemberAccess, _ visit: Visit) async throws -> Response {
        let secret = try await member.requestedSecret(visit, \.leavesTokens)
        return RevokeTokensPage(visit: visit, application: member.application, secret: secret).page.response(
            to: visit
        )
    }

    static func revokeTokens(_ member: MemberAccess, _ form: Form, _ visit: Visit) async throws -> Response {
        try await changing(.tokensRevoked, member, visit) {
            try await member.revokeTokens(of: visit.captured("secret"))
        }
    }

    static func revoke(_ member: MemberAccess, _ form: Form, _ visit: Visit) async throws -> Response {
        try await changing(.secretRevoked, member, visit) {
            try await member.revokeSecret(visit.captured("secret"))
        }
    }

    static func askForEnd(_ member: MemberAccess, _ visit: Visit) async throws -> Response {
        let secret = try await member.requestedSecret(visit)
        return EndPage(visit: visit, application: member.application, secret: secret).page.response(to: visit)
    }

    static func setEnd(_ member: MemberAccess, _ form: Form, _ visit: Visit) async throws -> Response {
        let secret = try await member.requestedSecret(visit)
        let typed = form["ends"]?.trimmingSpaces ?? ""
        let end = typed.isEmpty ? nil : CalendarText.day(typed)
        if !typed.isEmpty, end.map({ $0 <= visit.registry.now() }) ?? true {
            let page = EndPage(visit: visit, application: member.application, secret: secret, typed: typed)
            return page.page.response(to: visit, .unprocessable)
        }
        return try await changing(.secretDated, member, visit) {
            try await member.endSecret(secret.id, at: end)
        }
    }

    /// Runs a change and goes back to the list of secrets, or says there why it was declined.
    private static func changing(
        _ done: Done,
        _ member: MemberAccess,
        _ visit: Visit,
        _ change: () async throws -> Void
    ) async throws -> Response {
        do {
            try await change()
        } catch SecretRefusal.lastOne {
            let sentence = "This is the only secret that keeps working. Create a new one first."
            return try await refused(member, sentence, visit)
        } catch is SecretRefusal {
            throw Refusal.notFound
        }
        return .redirect(to: visit.place(of: member.application, after: done))
    }

    private static func refused(
        _ member: MemberAccess,
        _ sentence: String,
        _ visit: Visit
    ) async throws -> Response {
        try await ApplicationScreens.detail(
            for: member,
            visit,
            problems: [FieldProblem(field: "secrets", message: sentence)]
        )
    }
}

extension MemberAccess {
    fileprivate func requestedSecret(
        _ visit: Visit,
        _ isMeant: (ClientSecret) -> Bool = \.isLive
    ) async throws -> ClientSecret {
        let secret = try await secrets().first { $0.id == visit.captured("secret") && isMeant($0) }
        guard let secret else { throw Refusal.notFound }
        return secret
    }
}

extension Overlap {
    /// What was chosen for the older secrets; a week when nothing sensible was.
    init(_ choice: String?) {
        switch choice {
        case "86400": self = .seconds(86_400)
        case "2592000": self = .seconds(2_592_000)
        case "keep": self = .untilRevoked
        case "leaked": self = .leaked
        default: self = .seconds(604_800)
        }
    }
}

// MARK: - Pages

private struct NewSecretPage {
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

private struct RevokePage {
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
private struct RevokeTokensPage {
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

private struct EndPage {
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
