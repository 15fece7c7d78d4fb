import FoundationEssentials
import Registry
import Web

/// The screen on which a customer decides (ux B).
///
/// It names four things in words: who asks, whose account, what they get, where the customer will be sent. All
/// of it comes from what was registered and from the row the answer will be read from, nothing from the query.
struct ConsentPage {
    let subject: ConsentSubject
    let account: Account
    let ticket: SecretText

    /// The same request in the languages of ``ConsentSubject/otherLanguages``.
    let translations: [Path]

    /// What customers will see, for somebody who decides about it: nothing in it can be pressed.
    static func copy(of subject: ConsentSubject, for reader: Account) -> HTML {
        ConsentForm(subject: subject, reader: reader).copy
    }

    /// The page is made once for each subject, with blanks, and filled for each customer.
    func response(to visit: Visit) -> Response {
        let template = visit.site.consentPages.value(for: subject) {
            Template(ConsentForm(subject: subject).page.document(for: visit))
        }
        let html = template.filled { blank in
            switch ConsentForm.Blank(rawValue: blank) {
            case .email: account.email.text
            case .organisation: account.organisation
            case .ticket: ticket.plaintext
            case nil: translation(Int(blank) - ConsentForm.firstTranslation)
            }
        }
        return Response(.ok, headers: Page.headers(of: .gate, on: visit), body: html.bytes)
    }

    private func translation(_ place: Int) -> String {
        translations.indices.contains(place) ? translations[place].text : ""
    }
}

/// What the consent screen is about, whoever reads it.
struct ConsentSubject: Hashable {
    let home: Home
    let application: Application
    let redirectURI: RedirectURI
    let scopes: ScopeSet

    /// What was allowed before, and since when.
    let held: ScopeSet?
    let heldSince: Date?
    let isAskingForMore: Bool
    let namesOrganisation: Bool
    let language: Language

    init(
        _ request: AuthorizationRequest,
        _ standing: Standing,
        of account: Account,
        in language: Language,
        at home: Home
    ) {
        let earlier: ConsentGrant? =
            switch standing {
            case .asksForMore(let grant), .covered(let grant, _): grant
            case .firstTime, .notATestAccount: nil
            }
        self.home = home
        application = request.application
        redirectURI = request.recipient.redirectURI
        scopes = request.scopes
        held = earlier?.scopes
        heldSince = earlier?.grantedAt
        isAskingForMore = if case .asksForMore = standing { true } else { false }
        namesOrganisation = !account.organisation.isEmpty
        self.language = language
    }

    /// For whoever decides about an application before any customer does; nil where nobody could be sent back.
    init?(_ application: Application, in language: Language, at home: Home) {
        guard let first = application.redirectURIs.first else { return nil }
        self.home = home
        self.application = application
        redirectURI = first
        scopes = application.scopes
        (held, heldSince, isAskingForMore, namesOrganisation) = (nil, nil, false, false)
        self.language = language
    }

    var otherLanguages: [Language] { Language.allCases.filter { $0 != language } }
}

/// The consent screen with blanks for what differs between customers: account, ticket, and the query.
private struct ConsentForm {
    enum Blank: UInt8 {
        case email = 1
        case organisation = 2
        case ticket = 3

        var text: String { Template.blank(rawValue) }
    }

    static let firstTranslation = 4

    let subject: ConsentSubject

    /// Whose screen a copy shows; nil for the screen itself.
    var reader: Account?

    private var application: Application { subject.application }
    private var home: Home { subject.home }

    var page: Page {
        let words = ConsentWords(subject.language, tenant: home.brand.displayName)
        let title = words.title.before + application.displayName + words.title.after
        return Page(title, .gate, script: .consent, language: subject.language) {
            Handshake(mark: ApplicationMark(application, home).body, home: home)
            h1(.class("center")) {
                Named(subject.isAskingForMore ? words.asksForMore : words.wantsToConnect, application)
            }
            content(words)
            languages
        }
    }

    /// The same with a heading below the page's own, and without anything to press.
    var copy: HTML {
        let words = ConsentWords(subject.language, tenant: home.brand.displayName)
        return HTML {
            Handshake(mark: ApplicationMark(application, home).body, home: home)
            p(.class("center lead")) { strong { Named(words.wantsToConnect, application) } }
            content(words)
        }
    }

    @HTMLBuilder private func content(_ words: ConsentWords) -> HTML {
        who(words)
        ConsentNotices(application: application, destination: subject.redirectURI, words: words)
        ConsentPermissions(subject: subject, words: words)
        Reassurances(subject: subject, words: words)
        ConsentFacts(subject: subject, words: words)
        answers(words)
        ConsentSmallPrint(subject: subject, words: words)
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
        Web.form(.method("post"), .action(home.path("oauth2", "authorize"))) {
            TicketField(ticket: Blank.ticket.text)
            div(.class("choices arm")) {
                button(.class("btn primary"), .name("answer"), .value("allow")) { words.allow }
                button(.class("btn"), .name("answer"), .value("deny")) { words.cancel }
            }
        }
    }

    /// The same request in the other languages.
    private var languages: HTML {
        ul(.class("links")) {
            for (place, other) in subject.otherLanguages.enumerated() {
                li {
                    a(
                        .href(blank: Template.blank(UInt8(Self.firstTranslation + place))),
                        .lang(other.rawValue),
                        .dir(other.isRightToLeft ? .rightToLeft : .leftToRight),
                        .hreflang(other.rawValue)
                    ) { other.name }
                }
            }
        }
    }
}
