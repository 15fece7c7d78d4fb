import Registry
import Web

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
    let scopes: ScopeSet
    let tenant: Tenant

    /// The reader's language; nil for the tenant's own, which partners and administrators read.
    var language: Language?

    /// Partners also see the name they ask by.
    var showsNames = false
    var sensitive = "Sensitive"

    var body: HTML {
        let wanted = language?.rawValue ?? tenant.language
        return ul(.class("scopes")) {
            for scope in tenant.offers(scopes) {
                item(scope, scope.sentence(in: wanted, at: tenant), scope.detail(in: wanted, at: tenant))
            }
        }
    }

    private func item(_ scope: OfferedScope, _ sentence: Said, _ detail: Said) -> HTML {
        li(.class(scope.kind.onlyShows(under: scope.group) ? "read" : "write"), sentence.dir) {
            strong(sentence.lang) { sentence.text }
            if scope.kind == .sensitive { span(.class("tag warn")) { sensitive } }
            span(.class("note"), detail.lang, detail.dir) {
                detail.text
                if showsNames {
                    " "
                    code { scope.name.text }
                }
            }
        }
    }
}

struct ConsentSmallPrint: Component {
    let subject: ConsentSubject
    let disclosure: Disclosure
    let words: ConsentWords

    var body: HTML {
        if disclosure.asksForMore { p(.class("note center")) { words.keepsEarlier } }
        p(.class("note center")) {
            words.disconnectAnyTime.filled { gap in
                if gap == .link {
                    a(.href(subject.home.path("account", "connections"))) { words.connectedApplications }
                } else {
                    bdi { subject.application.displayName }
                }
            }
        }
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
            li { a(.href(subject.home.path("report", subject.application.id.text))) { words.report } }
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
    let subject: ConsentSubject
    let words: ConsentWords

    private var application: Application { subject.application }

    var body: HTML {
        if !application.isApproved { notice(words.unchecked) }
        switch subject.redirectURI?.destination {
        case .web, nil: HTML()
        case .thisComputer: notice(words.onThisComputer)
        case .installedApp: notice(words.onThisDevice)
        }
        if subject.isTested { notice(words.testAccount, isWarning: false) }
        if subject.isAdministrator { notice(words.administrator) }
        if let reference = subject.manualRequest { byHand(reference) }
    }

    private func byHand(_ reference: String) -> HTML {
        div(.class("callout"), .role("note")) {
            p { strong { words.byHand.fact.around(application.displayName) } }
            p {
                words.byHand.request.filled { _ in bdi(.dir(.leftToRight)) { reference } }
            }
        }
    }

    private func notice(_ words: (fact: String, advice: String), isWarning: Bool = true) -> HTML {
        div(.class(isWarning ? "callout warn" : "callout"), .role("note")) {
            p { strong { words.fact } }
            p { words.advice }
        }
    }
}

/// What an application will not be able to do, in the tenant's sentences.
struct NeverList: Component {
    let sentences: [Said]

    var body: HTML {
        ul(.class("scopes")) {
            for sentence in sentences {
                li(.class("never"), sentence.dir) { strong(sentence.lang) { sentence.text } }
            }
        }
    }
}

/// Up to three things it will not be able to do.
struct Reassurances: Component {
    let disclosure: Disclosure
    let words: ConsentWords

    var body: HTML {
        if !disclosure.willNotBeAble.isEmpty {
            section(.class("stack"), .aria("labelledby", "cannot")) {
                h2(.id("cannot")) {
                    words.willNotBeAble.around(disclosure.application)
                }
                NeverList(sentences: disclosure.willNotBeAble)
            }
        }
    }
}
