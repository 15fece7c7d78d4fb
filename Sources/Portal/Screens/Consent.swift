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
            who(words)
            ConsentNotices(application: application, destination: subject.redirectURI, words: words)
            ConsentPermissions(subject: subject, words: words)
            Reassurances(subject: subject, words: words)
            ConsentFacts(subject: subject, words: words)
            answers(words)
            ConsentSmallPrint(subject: subject, words: words)
            languages
        }
    }

    private func who(_ words: ConsentWords) -> HTML {
        div(.class("who")) {
            p {
                words.signedInAs
                bdi { Blank.email.text }
                if subject.namesOrganisation {
                    " · "
                    bdi { Blank.organisation.text }
                }
            }
            SwitchAccountForm(home: home, ticket: Blank.ticket.text, words: words.useAnotherAccount)
        }
    }

    private func answers(_ words: ConsentWords) -> HTML {
        form(.method("post"), .action(home.path("oauth2", "authorize"))) {
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
