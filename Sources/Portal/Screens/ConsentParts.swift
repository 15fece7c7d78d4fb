import FoundationEssentials
import Registry
import Web

/// A sentence with an application's name in it.
struct Named: Component {
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
struct TicketField: Component {
    let ticket: String

    var body: HTML { input(.type("hidden"), .name("ticket"), .value(ticket)) }
}

/// Signs out and comes back to the same request.
struct SwitchAccountForm: Component {
    let home: Home
    let ticket: String
    let words: String

    var body: HTML {
        form(.method("post"), .action(home.path("oauth2", "authorize"))) {
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

struct ConsentPermissions: Component {
    let subject: ConsentSubject
    let words: ConsentWords

    var body: HTML {
        let held = subject.held ?? ScopeSet()
        let asked = subject.isAskingForMore ? subject.scopes.subtracting(held) : subject.scopes
        section(.class("stack"), .aria("labelledby", "can")) {
            h2(.id("can")) {
                if subject.isAskingForMore {
                    words.newPermissions
                } else {
                    Named(words.willBeAble, subject.application)
                }
            }
            if asked.isEmpty { p { words.onlyAnAccount } } else { list(of: asked) }
            if subject.isAskingForMore, !held.isEmpty {
                details {
                    summary { "\(words.alreadyAllowed) (\(held.names.count))" }
                    list(of: held)
                }
            }
        }
    }

    private func list(of scopes: ScopeSet) -> HTML {
        ScopeList(scopes: subject.home.tenant.offers(scopes), sensitive: words.sensitive).body
    }
}

struct ConsentSmallPrint: Component {
    let subject: ConsentSubject
    let words: ConsentWords

    var body: HTML {
        if subject.isAskingForMore { p(.class("note center")) { words.keepsEarlier } }
        p(.class("note center")) {
            Named(words.disconnectAnyTime, subject.application)
            a(.href(subject.home.path("account", "connections"))) { words.connectedApplications }
            "."
        }
        if !links.isEmpty {
            ul(.class("links")) {
                for (name, link) in links {
                    li {
                        outsideLink(link) {
                            "\(name) (\(words.opens) "
                            bdi(.dir(.leftToRight)) { link.host ?? link.text }
                            ")"
                        }
                    }
                }
            }
        }
    }

    private var links: [(String, ExternalLink)] {
        let profile = subject.application.profile
        let named = [(words.privacyPolicy, profile.privacyPolicy), (words.terms, profile.terms)]
        return named.compactMap { name, text in text.flatMap(ExternalLink.init).map { (name, $0) } }
    }
}

/// What a customer should know before they decide; none, one or several.
struct ConsentNotices: Component {
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
struct Reassurances: Component {
    let subject: ConsentSubject
    let words: ConsentWords

    private var sentences: [String] {
        subject.home.tenant.settings.limitsShown
            .filter { !$0.unless.contains(where: subject.scopes.contains) }
            .prefix(3)
            .map(\.sentence)
    }

    var body: HTML {
        if !sentences.isEmpty {
            section(.class("stack"), .aria("labelledby", "cannot")) {
                h2(.id("cannot")) { Named(words.willNotBeAble, subject.application) }
                ul(.class("scopes"), .lang("en"), .dir(.automatic)) {
                    for sentence in sentences { li(.class("never")) { strong { sentence } } }
                }
            }
        }
    }
}

struct ConsentFacts: Component {
    let subject: ConsentSubject
    let words: ConsentWords

    private var application: Application { subject.application }

    var body: HTML {
        dl(.class("facts")) {
            fact(words.publishedBy) {
                if application.isApproved, let approval = application.approval {
                    bdi { approval.publisher.text }
                } else {
                    words.registeredBySomeoneAt
                    bdi { application.ownerDomain }
                }
                " "
                VerifiedTag(
                    application: application,
                    tenantName: subject.home.brand.displayName,
                    verified: words.verifiedBy,
                    notVerified: words.notVerified
                )
            }
            fact(words.youWillReturnTo) { place }
            fact(words.accessLasts) { words.untilDisconnected }
            if let since = subject.heldSince { fact(words.connectedSince) { day(since) } }
            fact(words.registeredHereOn) { day(application.createdAt) }
        }
    }

    @HTMLBuilder private var place: HTML {
        switch subject.redirectURI.destination {
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
        if case .approved(let approval) = application.state {
            span(
                .class("tag ok"),
                .title(
                    """
                    \(tenantName) confirmed on \(CalendarText(approval.date).date) that \(approval.publisher.text) \
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
