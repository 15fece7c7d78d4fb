import FoundationEssentials
import Registry
import Web

/// The consent screen with blanks for what differs between customers: account, ticket, and the query.
struct ConsentForm {
    /// The id of the form that the buttons stand in; what is chosen above them belongs to it.
    static let id = "answer"

    enum Blank: UInt8 {
        case email = 1
        case organisation = 2
        case ticket = 3
        case again = 4

        var text: String { Template.blank(rawValue) }
    }

    let subject: ConsentSubject
    let disclosure: Disclosure

    /// Whose screen a copy shows; nil for the screen itself.
    var reader: Account?

    private var application: Application { subject.application }
    private var home: Home { subject.home }

    var page: Page {
        let words = ConsentWords(subject.language, tenant: home.brand.displayName)
        let title = words.title.text { _ in application.displayName }
        let company = company(words)
        return Page(title, .gate, problems: company.problems, script: .consent, spoken: spoken) {
            Handshake(mark: ApplicationMark(application, home).body, home: home)
            h1(.class("center")) { heading(words).around(application.displayName) }
            content(words)
        }
    }

    /// The same with a heading below the page's own, and without anything to press.
    var copy: HTML {
        let words = ConsentWords(subject.language, tenant: home.brand.displayName)
        return HTML {
            Handshake(mark: ApplicationMark(application, home).body, home: home)
            p(.class("center lead")) { strong { words.wantsToConnect.around(application.displayName) } }
            content(words)
        }
    }

    @HTMLBuilder private func content(_ words: ConsentWords) -> HTML {
        let form = reader == nil ? Self.id : nil
        who(words)
        ConsentNotices(subject: subject, words: words)
        ConsentChanges(disclosure: disclosure, words: words)
        company(words)
        ConsentPermissions(disclosure: disclosure, ticked: subject.mending?.ticked, form: form, words: words)
        Reassurances(disclosure: disclosure, words: words)
        ConsentFacts(subject: subject, disclosure: disclosure, form: form, words: words)
        answers(words)
        ConsentSmallPrint(subject: subject, disclosure: disclosure, words: words)
    }

    private func company(_ words: ConsentWords) -> ConsentCompany {
        ConsentCompany(
            subject: subject,
            disclosure: disclosure,
            form: reader == nil ? Self.id : nil,
            words: words
        )
    }

    private func heading(_ words: ConsentWords) -> Phrase {
        if disclosure.asksForMore { return words.asksForMore }
        return disclosure.changes.isEmpty ? words.wantsToConnect : words.hasChanged
    }

    private func who(_ words: ConsentWords) -> HTML {
        div(.class("who")) {
            p {
                words.signedInAs
                bdi { reader?.email.text ?? Blank.email.text }
                if subject.namesOrganisation {
                    " · "
                    bdi { Blank.organisation.text }
                }
            }
            if reader == nil {
                SwitchAccountForm(home: home, ticket: Blank.ticket.text, words: words.useAnotherAccount)
            } else {
                span(.class("plain")) { words.useAnotherAccount }
            }
        }
    }

    @HTMLBuilder private func answers(_ words: ConsentWords) -> HTML {
        if reader == nil {
            form(words)
        } else {
            div(.class("choices")) {
                span(.class("btn primary"), .aria("disabled", "true")) { words.allow }
                span(.class("btn"), .aria("disabled", "true")) { words.cancel }
            }
        }
    }

    private func form(_ words: ConsentWords) -> HTML {
        Web.form(.id(Self.id), .method("post"), .action(home.path("oauth2", "authorize"))) {
            TicketField(ticket: Blank.ticket.text)
            if subject.namesOrganisation {
                input(.type("hidden"), .name(ConsentCompany.name), .value(Blank.organisation.text))
            }
            div(.class("choices arm")) {
                button(.class("btn primary"), .name("answer"), .value("allow")) { words.allow }
                button(.class("btn"), .name("answer"), .value("deny")) { words.cancel }
            }
        }
    }

    /// The same request in the other languages; what was pressed is known where the blanks are filled.
    private var spoken: Spoken {
        Spoken(LanguageChoice(language: subject.language, isPressed: false)) {
            .href(blank: Blank.again.text + $0.rawValue)
        }
    }
}
