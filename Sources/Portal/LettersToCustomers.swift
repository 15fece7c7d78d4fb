import FoundationEssentials
import Registry

/// Letters to the people whose data it is.
extension LetterWriter {
    private var data: String { "your \(briefName) data" }

    func invitedToTest(_ application: Letter.Mention, _ domain: String) -> WrittenLetter {
        WrittenLetter(
            subject: "\(application.name) asks you to test it",
            paragraphs: [
                """
                Someone at \(domain) asks you to try \(application.name) with your \(name) account, before \(name) has \
                approved it.
                """
            ],
            link: link("Answer the invitation", to: "account", "testing", application.id),
            closing: ["If you do nothing, nothing happens."]
        )
    }

    func connected(
        _ application: Letter.Mention,
        _ grant: String,
        _ sentences: [String],
        _ at: Date
    ) -> WrittenLetter {
        WrittenLetter(
            subject: "\(application.name) can now use \(data)",
            paragraphs: ["Allowed by you on \(CalendarText(at).full). It can:"],
            quote: sentences,
            link: link("See the connection", to: "account", "connections", grant),
            closing: ["You can disconnect it any time. If it was not you, disconnect it now."]
        )
    }

    func permissionsGrew(
        _ application: Letter.Mention,
        _ grant: String,
        _ sentences: [String]
    ) -> WrittenLetter {
        WrittenLetter(
            subject: "\(application.name) has a new permission",
            paragraphs: ["You allowed it more than before. It can now also:"],
            quote: sentences,
            link: link("See the connection", to: "account", "connections", grant),
            closing: ["You can disconnect it any time. If it was not you, disconnect it now."]
        )
    }

    func manualTokenRequest(
        _ application: Letter.Mention,
        _ sentences: [String],
        _ until: Date,
        _ secret: String
    ) -> WrittenLetter {
        WrittenLetter(
            subject: "\(application.name) asks to use \(data)",
            paragraphs: ["\(name) asks on its behalf. If you allow it, it can:"],
            quote: sentences,
            link: link("Look at the request", to: "token-requests", secret),
            closing: [
                "The link works once, until \(CalendarText(until).full). Nothing is shared until you allow it."
            ]
        )
    }
}
