import FoundationEssentials
import Registry
import Web

extension LetterWriter {
    func asked(
        _ application: Letter.Mention,
        _ by: String,
        _ at: Date,
        _ tests: Int,
        _ isHeld: Bool
    ) -> WrittenLetter {
        let held: LetterText = """
            Its name or logo is close to one that customers know. Nobody can connect it until you approve it.
            """
        let connections = tests == 1 ? "1 test connection" : "\(tests) test connections"
        return WrittenLetter(
            subject: "\(application.name) asks for approval",
            paragraphs: ["Registered by \(by) on \(CalendarText(at).date); \(connections)."]
                + (isHeld ? [held] : []),
            link: link("Look at \(application.name)", to: "admin", "applications", application.id)
        )
    }

    func askedForChange(
        _ application: Letter.Mention,
        _ by: String,
        _ at: Date,
        _ changes: [String]
    ) -> WrittenLetter {
        WrittenLetter(
            subject: "A change to \(application.name) asks for approval",
            paragraphs: [
                """
                \(application.name) is approved. \(by) proposed this on \(CalendarText(at).full), and customers see \
                it as it was until you approve it:
                """
            ],
            quote: changes,
            link: link("Look at \(application.name)", to: "admin", "applications", application.id)
        )
    }

    /// What changes, a line each.
    func changesListed(_ fields: [String], _ scopes: [String], _ redirectURIs: [String]) -> [String] {
        fields.map { BrandChange.Field(rawValue: $0)?.label ?? $0 } + scopes.map { "Permission: \($0)" }
            + redirectURIs.map { "Redirect URI: \($0)" }
    }

    func askedForToken(
        _ application: Letter.Mention,
        _ by: String,
        _ request: String,
        _ at: Date
    ) -> WrittenLetter {
        WrittenLetter(
            subject: "\(application.name) asks for a token by hand",
            paragraphs: ["Request \(request), by \(by) on \(CalendarText(at).full)."],
            link: link("Look at the request", to: "admin", "manual-tokens", request),
            closing: ["Nothing is given before you ask the customer and they allow it."]
        )
    }

    func frozen(_ application: Letter.Mention, _ reporters: Int, _ at: Date) -> WrittenLetter {
        WrittenLetter(
            subject: "\(application.name) was frozen after \(reporters) reports",
            paragraphs: [
                "\(reporters) customers reported it. Since \(CalendarText(at).full) no new customers can connect it. Existing connections work as before."
            ],
            link: link("Look at the reports", to: "admin", "applications", application.id)
        )
    }

    func alert(_ alert: Alert, _ application: Letter.Mention?, _ at: Date) -> WrittenLetter {
        let (subject, what) = words(of: alert, application?.name ?? "an application", CalendarText(at).full)
        return WrittenLetter(
            subject: subject,
            paragraphs: ["\(what)"],
            link: application.map { link("Open \($0.name)", to: "admin", "applications", $0.id) }
                ?? link("Open the audit log", to: "admin", "audit"),
            closing: ["We write about this at most once a day. The audit log has every case."]
        )
    }

    private func words(of alert: Alert, _ name: String, _ moment: String) -> (subject: String, what: String) {
        switch alert {
        case .codeReused:
            (
                "A code of \(name) was used twice",
                """
                On \(moment) somebody redeemed an authorization code of \(name) that had been redeemed before. What the \
                code gave was revoked at once. Either its software redeems twice, or somebody else has seen the code.
                """
            )
        case .refreshReused:
            (
                "A refresh token of \(name) was used twice",
                """
                On \(moment) a refresh token of \(name) came back after it had been replaced. Every token of that \
                connection was revoked at once. Either its software keeps old tokens, or somebody else has one.
                """
            )
        case .manyRegistrations:
            (
                "Many applications are being registered",
                """
                More than \(Alert.registrationsAnHour) applications were registered within an hour, \(name) last, on \
                \(moment). If you do not expect that, close registration in the settings.
                """
            )
        case .manyCrossings:
            (
                "Somebody keeps asking for what is not yours",
                """
                More than \(Alert.crossingsAnHour) times within an hour an application, a session or a token of another \
                provider was brought to \(self.name), last on \(moment). Each time the answer was as for something \
                that does not exist. Once is a mix-up; so often, somebody is trying doors.
                """
            )
        }
    }

    func nearLimit(_ use: LimitUse, _ at: Date) -> WrittenLetter {
        WrittenLetter(
            subject: use.subject,
            paragraphs: ["On \(CalendarText(at).full): \(use.sentence)", "\(use.consequence)"],
            link: link("Open administration", to: "admin"),
            closing: ["We write again only after it was less."]
        )
    }

    func approvalEnded(_ application: Letter.Mention, _ to: String, _ at: Date) -> WrittenLetter {
        WrittenLetter(
            subject: "\(application.name) has another owner and waits for approval",
            paragraphs: [
                "\(to) took it over on \(CalendarText(at).full). The approval was about the owner before, and ended. Existing connections work as before."
            ],
            link: link("Look at \(application.name)", to: "admin", "applications", application.id)
        )
    }

    func fullAccess(_ person: String, _ by: String, _ isInvited: Bool, _ at: Date) -> WrittenLetter {
        let moment = CalendarText(at).full
        return WrittenLetter(
            subject: isInvited
                ? "\(person) is invited as a full administrator" : "\(person) is a full administrator now",
            paragraphs: [
                isInvited
                    ? "\(by) invited \(person) on \(moment) to administer \(name) with the role Full."
                    : "\(by) gave \(person) the role Full on \(moment).",
                "Whoever has it decides about applications and changes settings.",
            ],
            link: link("Look at the administrators", to: "admin", "people"),
            closing: [unexpected]
        )
    }

    func loosened(
        _ old: Policy.SecondAdministrator,
        _ new: Policy.SecondAdministrator,
        _ by: String,
        _ at: Date
    ) -> WrittenLetter {
        WrittenLetter(
            subject: "Fewer approvals take two administrators",
            paragraphs: [
                """
                \(by) changed on \(CalendarText(at).full) which approvals take two administrators. \
                Before: \(old.words). Now: \(new.words).
                """
            ],
            link: link("Look at the settings", to: "admin", "settings"),
            closing: [unexpected]
        )
    }

    func onlyRead(_ names: [String], _ by: String, _ at: Date) -> WrittenLetter {
        WrittenLetter(
            subject: "Fewer approvals take two administrators",
            paragraphs: [
                """
                \(by) changed on \(CalendarText(at).full) what these permissions count as. They only read now, and \
                approving an application that has no others takes one administrator:
                """
            ],
            quote: names,
            link: link("Look at the permissions", to: "admin", "scopes"),
            closing: [unexpected]
        )
    }

    private var unexpected: LetterText { "If you did not expect that, ask them, and look at the audit log." }

    func invitedAsAdministrator(_ by: String, _ secret: String) -> WrittenLetter {
        WrittenLetter(
            subject: "You are invited to \(briefName) administration",
            paragraphs: ["\(by) invites you to administer \(name)."],
            link: link("Accept the invitation", to: "admin", "invitations", secret),
            closing: ["The link works once. If you did not expect it, ignore this e-mail."]
        )
    }
}
