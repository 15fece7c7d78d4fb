import FoundationEssentials
import Registry
import Web

/// The screen on which a customer decides (ux B).
///
/// It names four things in words: who asks, whose account, what they get, where the customer will be sent. All
/// of it comes from a ``Disclosure``, made of what was registered and of the row the answer will be read from,
/// nothing from the query.
struct ConsentPage {
    let sheet: ConsentSheet
    let account: Account
    let ticket: SecretText

    /// The same request, up to the tag of another language.
    let again: Path
    let choice: LanguageChoice

    /// What customers will see, for somebody who decides about it: nothing in it can be pressed.
    static func copy(of subject: ConsentSubject, for reader: Account) -> HTML {
        let disclosure = Disclosure(
            of: subject.application,
            asking: subject.scopes,
            at: subject.redirectURI,
            given: nil,
            among: Companies(),
            in: subject.language.rawValue,
            at: subject.home.tenant
        )
        return ConsentForm(subject: subject, disclosure: disclosure, reader: reader).copy
    }

    func response(to visit: Visit) -> Response {
        let html = sheet.template.filled { blank in
            switch ConsentForm.Blank(rawValue: blank) {
            case .email: account.email.text
            case .organisation: account.organisation
            case .ticket: ticket.plaintext
            case .again: again.text
            case nil: ""
            }
        }
        let headers = Page.headers(of: .gate, on: visit) + Spoken.headers(of: choice, on: visit)
        let status: Status = sheet.isMended ? .unprocessable : .ok
        return Response(status, headers: headers, body: html.bytes)
    }
}

/// A consent screen made once for each subject, with blanks to be filled for each customer, and what it says.
struct ConsentSheet: Sendable {
    let template: Template
    let shown: ShownDisclosure

    /// Whether it says what the customer has to mend.
    let isMended: Bool

    /// The sheet about a subject, from memory where the same was asked before.
    static func `for`(
        _ subject: ConsentSubject,
        given earlier: EarlierConsent?,
        _ visit: Visit
    ) -> ConsentSheet {
        visit.site.consentPages.value(for: subject) {
            let language = subject.language.rawValue
            let disclosure = Disclosure(
                of: subject.application,
                asking: subject.scopes,
                at: subject.redirectURI,
                on: subject.manualRequest,
                given: earlier,
                among: Companies(subject.companies),
                in: language,
                at: visit.tenant
            )
            let form = ConsentForm(subject: subject, disclosure: disclosure)
            return ConsentSheet(
                template: Template(form.page.document(for: visit)),
                shown: ShownDisclosure(disclosure),
                isMended: subject.mending != nil
            )
        }
    }
}

/// What the consent screen is about, whoever reads it: all that a sheet is made from.
struct ConsentSubject: Hashable {
    /// What the customer allowed before.
    struct Earlier: Hashable {
        let scopes: ScopeSet
        let declined: ScopeSet
        let since: Date
        let endsAt: Date?
        let company: Company?
        let revision: Int
        let shown: Disclosure.Appearance?

        init(_ consent: EarlierConsent) {
            scopes = consent.grant.scopes
            declined = consent.grant.declined
            since = consent.grant.grantedAt
            endsAt = consent.grant.endsAt
            company = consent.grant.company
            revision = consent.grant.revision
            shown = consent.shown
        }
    }

    let home: Home
    let application: Application

    /// Nil where nobody is sent anywhere.
    let redirectURI: RedirectURI?
    let scopes: ScopeSet
    let earlier: Earlier?
    let namesOrganisation: Bool

    /// Those the customer chooses from; none where there is no choice.
    let companies: [Company]

    /// The application is open to its test accounts only, and this is one.
    let isTested: Bool

    /// Somebody is signed in to the administration in the same browser.
    let isAdministrator: Bool
    let language: Language

    /// The request by hand that it is about.
    var manualRequest: String?

    /// What the customer chose in an answer that named no company; it is kept when they are asked again.
    var mending: ConsentChoice?

    /// The question that an administrator put to a customer.
    init(
        _ request: ManualRequest,
        of application: Application,
        given earlier: EarlierConsent?,
        actingFor companies: Companies,
        isAdministrator: Bool,
        in language: Language,
        at home: Home
    ) {
        self.home = home
        self.application = application
        redirectURI = nil
        manualRequest = request.reference
        scopes = request.scopes
        self.earlier = earlier.map(Earlier.init)
        namesOrganisation = companies.only != nil
        self.companies = companies.choices
        isTested = !application.isOpen(for: request.scopes, at: home.tenant)
        self.isAdministrator = isAdministrator
        self.language = language
    }

    init(
        _ request: AuthorizationRequest,
        given earlier: EarlierConsent?,
        actingFor companies: Companies,
        isAdministrator: Bool,
        in language: Language,
        at home: Home
    ) {
        self.home = home
        application = request.application
        redirectURI = request.recipient.redirectURI
        scopes = request.scopes
        self.earlier = earlier.map(Earlier.init)
        namesOrganisation = companies.only != nil
        self.companies = companies.choices
        isTested = !request.application.isOpen(for: request.scopes, at: home.tenant)
        self.isAdministrator = isAdministrator
        self.language = language
    }

    /// For whoever decides about an application before any customer does; nil where nobody could be sent back.
    init?(_ application: Application, in language: Language, at home: Home) {
        guard let first = application.redirectURIs.first else { return nil }
        self.home = home
        self.application = application
        redirectURI = first
        scopes = application.scopes
        (earlier, companies) = (nil, [])
        (namesOrganisation, isTested, isAdministrator) = (false, false, false)
        self.language = language
    }
}
