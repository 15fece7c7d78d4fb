import FoundationEssentials
import Registry
import Web

/// Having a partner's owners collect a new secret, which the administrator never sees (ux A16).
enum RotationScreens {
    static func ask(_ admin: AdminAccess, _ visit: Visit) async throws -> Response {
        try await page(for: admin, visit).page.response(to: visit)
    }

    static func rotate(_ admin: AdminAccess, _ form: Form, _ visit: Visit) async throws -> Response {
        let application = try await page(for: admin, visit).application
        let rotation = SecretRotation(
            label: String((form["label"] ?? "").prefix(80)),
            others: Overlap(form["others"]),
            endsTokens: form["tokens"] == "too"
        )
        _ = try await admin.rotateSecret(of: application, rotation)
        let done: ReviewDone = rotation.others == .leaked ? .secretsRevoked : .rotated
        return .redirect(to: visit.place(of: application, after: done))
    }

    private static func page(for admin: AdminAccess, _ visit: Visit) async throws -> RotationPage {
        let application = try await admin.subject(visit).application
        guard application.kind != .public else { throw Refusal.notFound }
        let (secrets, waiting) = try await admin.secrets(of: application)
        return RotationPage(
            visit: visit,
            application: application,
            live: secrets.filter(\.isLive),
            waiting: waiting
        )
    }
}

/// The secrets of an application before an administrator: everything about them but the secret.
struct PartnersSecrets: Component {
    let visit: Visit
    let application: Application
    private let live: [ClientSecret]
    private let waiting: SecretClaim?

    init(
        visit: Visit,
        application: Application,
        _ secrets: (all: [ClientSecret], waiting: SecretClaim?)
    ) {
        (self.visit, self.application) = (visit, application)
        (live, waiting) = (secrets.all.filter(\.isLive), secrets.waiting)
    }

    var body: HTML {
        if application.kind != .public {
            section(.class("card"), .aria("labelledby", "secrets-h")) {
                h2(.id("secrets-h")) { "Client secrets" }
                if let waiting { WaitingClaim(claim: waiting) }
                if live.isEmpty {
                    p { "No secret works." }
                } else {
                    ul(.class("rows")) { for secret in live { row(secret) } }
                }
                div(.class("row")) {
                    a(.class("btn"), .href(visit.adminPath(application, "rotate"))) {
                        "Rotate for the partner"
                    }
                }
            }
        }
    }

    private func row(_ secret: ClientSecret) -> HTML {
        li {
            div {
                code { "…\(secret.hint)" }
                p(.class("note")) {
                    "Created on "
                    Day(secret.createdAt)
                    " · "
                    if let use = secret.lastUsedAt {
                        "Last used on "
                        Moment(CalendarText(use))
                        ", \(ago(use, at: visit.registry.now()))"
                    } else {
                        "Never used"
                    }
                    if let end = secret.endsAt {
                        " · Stops working on "
                        Moment(CalendarText(end))
                    }
                }
            }
        }
    }
}

private struct WaitingClaim: Component {
    let claim: SecretClaim
    var remark = ""

    var body: HTML {
        p(.class("callout")) {
            "A new secret waits for the owners. They can collect it until "
            Moment(CalendarText(claim.expiresAt))
            ".\(remark)"
        }
    }
}

private struct RotationPage {
    let visit: Visit
    let application: Application
    let live: [ClientSecret]
    let waiting: SecretClaim?

    var page: Page {
        Page("Rotate for the partner", .administrators) {
            h1 {
                "Rotate the client secret of "
                bdi { application.displayName }
            }
            p {
                """
                You will not see the secret. The partner’s owners get a mail with a link to collect it\
                \(live.isEmpty ? "." : "; the old \(live.count == 1 ? "one ends" : "ones end") as you choose.")
                """
            }
            if let waiting {
                WaitingClaim(claim: waiting, remark: " Its link stops working when you send another.")
            }
            if live.count == ClientSecret.maxLive {
                p(.class("callout warn")) {
                    "It has \(live.count) secrets. An owner has to revoke one before they can collect another."
                }
            }
            sending
            if !live.isEmpty { revocation }
        }
    }

    private var sending: HTML {
        form(.class("stack"), .method("post"), .action(visit.adminPath(application, "rotate"))) {
            SealField(seal: visit.seal(for: .admin))
            TextField(
                id: "label",
                label: "Label",
                hint: "The partner sees it, for example “production 2027”.",
                isOptional: true,
                direction: .automatic,
                extra: [.maxlength(80)]
            )
            if !live.isEmpty { choices }
            div(.class("row")) {
                button(.class("btn primary")) { "Send the link" }
                a(.class("btn"), .href(visit.path("admin", "applications", application.id.text))) {
                    "Go back"
                }
            }
        }
    }

    private var olderOnes: String {
        if live.count == 1, let only = live.first { return "The secret ending \(only.hint) stops working" }
        return "The \(live.count) secrets that work now stop working"
    }

    private var choices: HTML {
        fieldset(.class("field")) {
            legend { olderOnes }
            choice("86400", "24 hours after an owner collects the new one")
            choice("604800", "7 days after an owner collects the new one", isChosen: true)
            choice("keep", "when the partner revokes \(live.count == 1 ? "it" : "them")")
        }
    }

    private func choice(_ value: String, _ words: String, isChosen: Bool = false) -> Choice {
        Choice(type: "radio", name: "others", value: value, words: words, isOn: isChosen)
    }

    private var revocation: HTML {
        let tokens = live.reduce(0) { $0 + $1.tokensIssued }
        return section(.class("card"), .aria("labelledby", "leak-h")) {
            h2(.id("leak-h")) { "If a leak is proven" }
            p {
                """
                Every secret stops working now, and so does the software that uses it until an owner has collected \
                the new one.
                """
            }
            form(.class("stack"), .method("post"), .action(visit.adminPath(application, "rotate"))) {
                SealField(seal: visit.seal(for: .admin))
                input(.type("hidden"), .name("others"), .value("leaked"))
                Choice(
                    type: "checkbox",
                    name: "tokens",
                    value: "too",
                    words: "Also revoke the tokens issued with them",
                    hint: "So far \(grouped(tokens)). Customers stay connected.",
                    id: "tokens",
                    isOn: false
                )
                div(.class("row")) {
                    button(.class("btn danger")) { "Revoke now and tell the partner" }
                }
            }
        }
    }
}
