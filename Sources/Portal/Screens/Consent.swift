import FoundationEssentials
import Registry
import Web

/// The screen on which a customer decides (ux B).
///
/// It names four things in words: who asks, whose account, what they get, where the customer will be sent. All
/// of it comes from what was registered and from the row the answer will be read from, nothing from the query.
struct ConsentPage {
    let visit: Visit
    let account: Account
    let request: AuthorizationRequest
    let standing: Standing
    let ticket: SecretText
    let language: Language

    private var application: Application { request.application }
    private var words: ConsentWords { ConsentWords(language, tenant: visit.brand.displayName) }

    private var earlier: ConsentGrant? {
        switch standing {
        case .asksForMore(let grant), .covered(let grant, _): grant
        case .firstTime, .notATestAccount: nil
        }
    }

    private var isAskingForMore: Bool { if case .asksForMore = standing { true } else { false } }

    var page: Page {
        let words = words
        let title = words.title.before + application.displayName + words.title.after
        return Page(title, .gate, script: .consent, language: language) {
            Handshake(mark: ApplicationMark(application, visit).body, visit: visit)
            h1(.class("center")) {
                Named(isAskingForMore ? words.asksForMore : words.wantsToConnect, application)
            }
            who(words)
            ConsentNotices(application: application, destination: request.recipient.redirectURI, words: words)
            permissions(words)
            Reassurances(visit: visit, application: application, scopes: request.scopes, words: words)
            ConsentFacts(visit: visit, request: request, earlier: earlier, words: words)
            answers(words)
            smallPrint(words)
            languages
        }
    }

    private func who(_ words: ConsentWords) -> HTML {
        div(.class("who")) {
            p {
                words.signedInAs
                bdi { account.email.text }
                if !account.organisation.isEmpty {
                    " · "
                    bdi { account.organisation }
                }
            }
            SwitchAccountForm(visit: visit, ticket: ticket, words: words.useAnotherAccount)
        }
    }

    @HTMLBuilder private func permissions(_ words: ConsentWords) -> HTML {
        let held = earlier?.scopes ?? ScopeSet()
        let asked = isAskingForMore ? request.scopes.subtracting(held) : request.scopes
        section(.class("stack"), .aria("labelledby", "can")) {
            h2(.id("can")) {
                if isAskingForMore { words.newPermissions } else { Named(words.willBeAble, application) }
            }
            if asked.isEmpty {
                p { words.onlyAnAccount }
            } else {
                ScopeList(scopes: visit.tenant.offers(asked), sensitive: words.sensitive)
            }
            if isAskingForMore, !held.isEmpty {
                details {
                    summary { "\(words.alreadyAllowed) (\(held.names.count))" }
                    ScopeList(scopes: visit.tenant.offers(held), sensitive: words.sensitive)
                }
            }
        }
    }

    private func answers(_ words: ConsentWords) -> HTML {
        form(.method("post"), .action(visit.path("oauth2", "authorize"))) {
            TicketField(ticket: ticket)
            div(.class("choices arm")) {
                button(.class("btn primary"), .name("answer"), .value("allow")) { words.allow }
                button(.class("btn"), .name("answer"), .value("deny")) { words.cancel }
            }
        }
    }

    @HTMLBuilder private func smallPrint(_ words: ConsentWords) -> HTML {
        if isAskingForMore { p(.class("note center")) { words.keepsEarlier } }
        p(.class("note center")) {
            Named(words.disconnectAnyTime, application)
            a(.href(visit.path("account", "connections"))) { words.connectedApplications }
            "."
        }
        if let policy = application.profile.privacyPolicy.flatMap(ExternalLink.init) {
            ul(.class("links")) {
                li {
                    outsideLink(policy) {
                        "\(words.privacyPolicy) (\(words.opens) "
                        bdi(.dir(.leftToRight)) { policy.host ?? policy.text }
                        ")"
                    }
                }
            }
        }
    }

    /// The same request in the other languages.
    private var languages: HTML {
        ul(.class("links")) {
            for other in Language.allCases where other != language {
                li {
                    a(
                        .href(AuthorizeEndpoint.place(of: visit.request.query, in: other, visit)),
                        .lang(other.rawValue),
                        .dir(other.isRightToLeft ? .rightToLeft : .leftToRight),
                        .hreflang(other.rawValue)
                    ) { other.name }
                }
            }
        }
    }
}

// MARK: - Its parts

/// A sentence with an application's name in it.
private struct Named: Component {
    let sentence: Around
    let application: Application

    init(_ sentence: Around, _ application: Application) {
        self.sentence = sentence
        self.application = application
    }

    var body: HTML {
        sentence.before
        bdi { application.displayName }
        sentence.after
    }
}

/// Proof that this customer, in this session, was shown this request.
private struct TicketField: Component {
    let ticket: SecretText

    var body: HTML { input(.type("hidden"), .name("ticket"), .value(ticket.plaintext)) }
}

/// Signs out and comes back to the same request.
struct SwitchAccountForm: Component {
    let visit: Visit
    let ticket: SecretText
    let words: String

    var body: HTML {
        form(.method("post"), .action(visit.path("oauth2", "authorize"))) {
            TicketField(ticket: ticket)
            button(.class("plain"), .name("answer"), .value("switch")) { words }
        }
    }
}

/// Permissions in the tenant's sentences, never by their names alone.
struct ScopeList: Component {
    let scopes: [OfferedScope]

    /// Partners also see the name they ask by.
    var showsNames = false
    var sensitive = "Sensitive"

    var body: HTML {
        ul(.class("scopes"), .lang("en"), .dir(.automatic)) {
            for scope in scopes {
                li(.class(scope.kind == .read ? "read" : "write")) {
                    strong { scope.sentence }
                    if scope.kind == .sensitive { span(.class("tag warn")) { sensitive } }
                    span(.class("note")) {
                        scope.detail
                        if showsNames {
                            " "
                            code { scope.name.text }
                        }
                    }
                }
            }
        }
    }
}

/// What a customer should know before they decide; none, one or several.
private struct ConsentNotices: Component {
    let application: Application
    let destination: RedirectURI
    let words: ConsentWords

    var body: HTML {
        if !application.isApproved { notice(words.unchecked) }
        switch destination.destination {
        case .web: HTML()
        case .thisComputer: notice(words.onThisComputer)
        case .installedApp: notice(words.onThisDevice)
        }
    }

    private func notice(_ words: (fact: String, advice: String)) -> HTML {
        div(.class("callout warn"), .role("note")) {
            p { strong { words.fact } }
            p { words.advice }
        }
    }
}

/// Up to three things it will not be able to do.
private struct Reassurances: Component {
    let visit: Visit
    let application: Application
    let scopes: ScopeSet
    let words: ConsentWords

    private var sentences: [String] {
        visit.tenant.settings.limitsShown
            .filter { !$0.unless.contains(where: scopes.contains) }
            .prefix(3)
            .map(\.sentence)
    }

    var body: HTML {
        if !sentences.isEmpty {
            section(.class("stack"), .aria("labelledby", "cannot")) {
                h2(.id("cannot")) { Named(words.willNotBeAble, application) }
                ul(.class("scopes"), .lang("en"), .dir(.automatic)) {
                    for sentence in sentences { li(.class("never")) { strong { sentence } } }
                }
            }
        }
    }
}

private struct ConsentFacts: Component {
    let visit: Visit
    let request: AuthorizationRequest
    let earlier: ConsentGrant?
    let words: ConsentWords

    private var application: Application { request.application }

    var body: HTML {
        dl(.class("facts")) {
            fact(words.publishedBy) {
                if application.isApproved {
                    bdi { application.companyName.text }
                } else {
                    words.registeredBySomeoneAt
                    bdi { application.ownerDomain }
                }
                " "
                VerifiedTag(
                    application: application,
                    tenantName: visit.brand.displayName,
                    verified: words.verifiedBy,
                    notVerified: words.notVerified
                )
            }
            fact(words.youWillReturnTo) { place }
            fact(words.accessLasts) { words.untilDisconnected }
            if let earlier { fact(words.connectedSince) { day(earlier.grantedAt) } }
            fact(words.registeredHereOn) { day(application.createdAt) }
        }
    }

    @HTMLBuilder private var place: HTML {
        let uri = request.recipient.redirectURI
        switch uri.destination {
        case .web(let host): strong { bdi(.dir(.leftToRight)) { host } }
        case .thisComputer(let host):
            strong { words.thisComputer }
            " ("
            bdi(.dir(.leftToRight)) { host }
            ")"
        case .installedApp(let scheme):
            words.theApp
            strong { bdi { application.displayName } }
            " ("
            bdi(.dir(.leftToRight)) { scheme }
            ")"
        }
    }

    private func day(_ date: Date) -> HTML {
        let day = CalendarText(date)
        return time(.datetime(day.iso)) { day.date(in: words.months) }
    }

    private func fact(_ term: String, @HTMLBuilder _ description: () -> HTML) -> HTML {
        div {
            dt { term }
            dd(content: description)
        }
    }
}

/// Verified or not, in words.
struct VerifiedTag: Component {
    let application: Application
    let tenantName: String
    let verified: String
    let notVerified: String

    init(
        application: Application,
        tenantName: String,
        verified: String? = nil,
        notVerified: String = "Not verified"
    ) {
        self.application = application
        self.tenantName = tenantName
        self.verified = verified ?? "Verified by \(tenantName)"
        self.notVerified = notVerified
    }

    var body: HTML {
        if case .approved(let date) = application.state {
            span(
                .class("tag ok"),
                .title(
                    """
                    \(tenantName) confirmed on \(CalendarText(date).date) that \(application.companyName.text) \
                    runs this application.
                    """
                )
            ) {
                span(.aria("hidden", "true")) { "✓" }
                " \(verified)"
            }
        } else {
            span(.class("tag warn")) { notVerified }
        }
    }
}
