import FoundationEssentials
import Registry

/// Letters to the people of an application: what became of it, of its secrets and of its team.
extension LetterWriter {
    private func page(of application: Letter.Mention) -> WrittenLetter.Link {
        link("Open \(application.name)", to: "applications", application.id)
    }

    func approved(_ application: Letter.Mention) -> WrittenLetter {
        WrittenLetter(
            subject: "\(application.name) is approved",
            paragraphs: [
                tenant.policy.review == .open
                    ? "Customers now see that \(name) has verified \(application.name), and any of them can connect it."
                    : "Any \(name) customer can now connect \(application.name)."
            ],
            link: page(of: application)
        )
    }

    func changesAsked(_ application: Letter.Mention, _ message: String) -> WrittenLetter {
        WrittenLetter(
            subject: "\(application.name) needs a change",
            paragraphs: ["\(name) looked at \(application.name) and asks for a change:"],
            quote: [message],
            link: page(of: application),
            closing: ["Make the change, then ask for approval again. You can keep testing meanwhile."]
        )
    }

    func rejected(_ application: Letter.Mention, _ reason: String) -> WrittenLetter {
        WrittenLetter(
            subject: "\(application.name) was not approved",
            paragraphs: ["\(name) looked at \(application.name) and did not approve it:"],
            quote: [reason],
            link: page(of: application),
            closing: ["Your test accounts can still connect."]
        )
    }

    func changeApproved(_ application: Letter.Mention) -> WrittenLetter {
        WrittenLetter(
            subject: "Your change to \(application.name) is approved",
            paragraphs: [
                "Customers see the new version from now on, and are asked again when they next connect."
            ],
            link: page(of: application)
        )
    }

    func changeRejected(_ application: Letter.Mention, _ reason: String) -> WrittenLetter {
        WrittenLetter(
            subject: "Your change to \(application.name) was not approved",
            paragraphs: ["\(name) looked at your change to \(application.name) and did not approve it:"],
            quote: [reason],
            link: page(of: application),
            closing: ["The approved version stays in use."]
        )
    }

    func redirectURIChanged(
        _ application: Letter.Mention,
        _ by: String,
        _ uri: String,
        _ isAdded: Bool,
        _ at: Date
    ) -> WrittenLetter {
        WrittenLetter(
            subject: "A redirect URI of \(application.name) was \(isAdded ? "added" : "removed")",
            paragraphs: [
                """
                \(by) changed on \(CalendarText(at).full) where customers can be sent with a code. \
                \(isAdded ? "Added" : "Removed"):
                """
            ],
            quote: [uri],
            link: page(of: application),
            closing: ["If it was nobody of you, answer this e-mail now."]
        )
    }

    func brandChanged(
        _ application: Letter.Mention,
        _ by: String,
        _ fields: [String],
        _ at: Date
    ) -> WrittenLetter {
        WrittenLetter(
            subject: "\(application.name) looks different to customers",
            paragraphs: ["\(by) changed this on \(CalendarText(at).full):"],
            quote: fields.map { BrandChange.Field(rawValue: $0)?.label ?? $0 },
            link: page(of: application),
            closing: [
                "Customers are asked again when they next connect. If it was nobody of you, answer this e-mail now."
            ]
        )
    }

    func brandProposed(
        _ application: Letter.Mention,
        _ by: String,
        _ fields: [String],
        _ at: Date
    ) -> WrittenLetter {
        WrittenLetter(
            subject: "A change to \(application.name) waits for approval",
            paragraphs: [
                """
                \(by) proposed this on \(CalendarText(at).full). Customers see \(application.name) as it was until \
                \(name) has approved it:
                """
            ],
            quote: fields.map { BrandChange.Field(rawValue: $0)?.label ?? $0 },
            link: page(of: application),
            closing: ["If it was nobody of you, withdraw it there and answer this e-mail now."]
        )
    }

    func suspended(_ application: Letter.Mention, _ reason: String, _ reference: String?) -> WrittenLetter {
        WrittenLetter(
            subject: "\(briefName) suspended \(application.name)",
            paragraphs: [
                "Customers cannot connect, and existing access is paused, not deleted. The reason:"
            ],
            quote: [reason],
            link: page(of: application),
            closing: reference.map { ["Answer this e-mail with the reference \($0)."] } ?? []
        )
    }

    func resumed(_ application: Letter.Mention) -> WrittenLetter {
        WrittenLetter(
            subject: "\(briefName) resumed \(application.name)",
            paragraphs: ["Customers can connect again, and access that was paused works again."],
            link: page(of: application)
        )
    }

    func secretRotated(
        _ application: Letter.Mention,
        _ rotation: SecretRotation,
        _ until: Date,
        _ secret: String
    ) -> WrittenLetter {
        let others = rotation.others
        let subject =
            others == .leaked
            ? "\(name) revoked the client secrets of \(application.name)"
            : "Collect the new client secret of \(application.name)"
        let tokens = " The tokens issued with them stopped as well."
        let cause =
            others == .leaked
            ? "A client secret of \(application.name) has leaked. Software that uses one stopped working just now."
                + (rotation.endsTokens ? tokens : "")
            : "\(name) asks you to replace the client secret of \(application.name). \(others.fateOfOlder)"
        return WrittenLetter(
            subject: subject,
            paragraphs: ["\(cause)", "Collect the new one once, until \(CalendarText(until).full)."],
            link: link("Collect the secret", to: "secrets", secret),
            closing: ["You sign in first, as an Owner. The secret is shown once, and to nobody at \(name)."]
        )
    }

    func secretCreated(
        _ application: Letter.Mention,
        _ by: String,
        _ from: String,
        _ at: Date
    ) -> WrittenLetter {
        WrittenLetter(
            subject: "A new client secret was created for \(application.name)",
            paragraphs: ["By \(by), from \(from), on \(CalendarText(at).full)."],
            link: link("See the client secrets", to: "applications", application.id),
            closing: ["If it was not you or your team, revoke it there."]
        )
    }

    func secretEnds(
        _ application: Letter.Mention,
        _ hint: String,
        _ at: Date,
        _ lastUsed: Date?
    ) -> WrittenLetter {
        let use = lastUsed.map { "It was last used on \(CalendarText($0).full)." } ?? "It was never used."
        return WrittenLetter(
            subject: "A client secret of \(application.name) stops working on \(CalendarText(at).date)",
            paragraphs: [
                "The secret ending \(hint) stops working on \(CalendarText(at).full). \(use)",
                "Switch your software to the new secret first.",
            ],
            link: link("See the client secrets", to: "applications", application.id)
        )
    }

    func secretUnused(_ application: Letter.Mention, _ hint: String, _ since: Date) -> WrittenLetter {
        WrittenLetter(
            subject: "The new client secret of \(application.name) was never used",
            paragraphs: [
                "The secret ending \(hint) was never used since it was created on \(CalendarText(since).full).",
                "Your software still uses an older one. Switch it to the new one, then retire the old one.",
            ],
            link: link("See the client secrets", to: "applications", application.id)
        )
    }

    func domainLapsed(_ application: Letter.Mention, _ domain: String) -> WrittenLetter {
        WrittenLetter(
            subject: "\(domain) is no longer verified for \(application.name)",
            paragraphs: [
                "The record or the file that shows that it is yours was not found for three days. Customers no longer read “Verified: \(domain)”.",
                "Once it is back, one press of Check now verifies it again.",
            ],
            link: link("Check \(domain)", to: "applications", application.id, "domains")
        )
    }

    func invited(
        _ application: Letter.Mention,
        _ by: String,
        _ role: String,
        _ secret: String
    ) -> WrittenLetter {
        WrittenLetter(
            subject: "You are invited to \(application.name)",
            paragraphs: [
                "\(by) invites you to work on \(application.name) at \(name), as \(MemberRole(rawValue: role)?.withArticle ?? role)."
            ],
            link: link("Accept the invitation", to: "invitations", secret),
            closing: ["The link works once, for seven days. If you did not expect it, ignore this e-mail."]
        )
    }

    func transferOffered(_ application: Letter.Mention, _ by: String, _ secret: String) -> WrittenLetter {
        WrittenLetter(
            subject: "You are offered \(application.name)",
            paragraphs: [
                "\(by) offers you \(application.name) at \(name). If you accept, you own it from then on.",
                "The page behind the link says what you take over. Nothing changes before you accept.",
            ],
            link: link("Look at the offer", to: "transfers", secret),
            closing: [
                "The link works once, for seven days. If you did not expect it, decline there or ignore this e-mail."
            ]
        )
    }

    func transferAccepted(_ application: Letter.Mention, _ by: String, _ at: Date) -> WrittenLetter {
        WrittenLetter(
            subject: "\(application.name) has another owner",
            paragraphs: ["\(by) accepted the offer and took it over on \(CalendarText(at).full)."],
            link: link("See your applications", to: "applications"),
            closing: [
                "Delete your copies of its client secrets. If nobody of you offered it, answer this e-mail now."
            ]
        )
    }

    func transferDeclined(_ application: Letter.Mention, _ by: String) -> WrittenLetter {
        WrittenLetter(
            subject: "\(application.name) stays yours",
            paragraphs: ["\(by) declined to take over \(application.name). Nothing was changed."],
            link: page(of: application)
        )
    }

    func manualTokenReady(
        _ application: Letter.Mention,
        _ customer: String,
        _ until: Date,
        _ secret: String
    ) -> WrittenLetter {
        WrittenLetter(
            subject: "Your access for \(customer) is ready",
            paragraphs: ["Collect it once, until \(CalendarText(until).full), for \(application.name)."],
            link: link("Collect the token", to: "handover", secret),
            closing: ["You sign in first. The token is shown once."]
        )
    }

    func manualToken(_ application: Letter.Mention, _ customer: String, _ token: String) -> WrittenLetter {
        WrittenLetter(
            subject: "Your access for \(customer) is ready",
            paragraphs: [
                "\(customer) allowed \(application.name) to use its data. This is the access token:"
            ],
            quote: [token],
            link: link("See the application", to: "applications", application.id),
            closing: [
                """
                Anyone who reads this letter can use it. Store the token where your software keeps its secrets, then \
                delete the letter.
                """
            ]
        )
    }
}
