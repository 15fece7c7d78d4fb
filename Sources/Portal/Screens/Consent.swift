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

    private var application: Application { request.application }
    private var tenant: String { visit.brand.displayName }

    private var earlier: ConsentGrant? {
        switch standing {
        case .asksForMore(let grant), .covered(let grant, _): grant
        case .firstTime, .notATestAccount: nil
        }
    }

    private var isAskingForMore: Bool { if case .asksForMore = standing { true } else { false } }

    var page: Page {
        Page("Connect \(application.displayName)", .gate, script: .consent) {
            Handshake(mark: ApplicationMark(application, visit).body, visit: visit)
            heading
            who
            ConsentNotices(application: application, destination: request.recipient.redirectURI, tenant: tenant)
            permissions
            Reassurances(visit: visit, application: application, scopes: request.scopes)
            ConsentFacts(visit: visit, request: request, earlier: earlier)
            answers
            smallPrint
        }
    }

    private var heading: HTML {
        h1(.class("center")) {
            bdi { application.displayName }
            isAskingForMore ? " asks for more access" : " wants to connect to your \(tenant) account"
        }
    }

    private var who: HTML {
        div(.class("who")) {
            p {
                "Signed in as "
                bdi { account.email.text }
                if !account.organisation.isEmpty {
                    " · "
                    bdi { account.organisation }
                }
            }
            SwitchAccountForm(visit: visit, ticket: ticket, words: "Not you? Use another account")
        }
    }

    @HTMLBuilder private var permissions: HTML {
        let held = earlier?.scopes ?? ScopeSet()
        let asked = isAskingForMore ? request.scopes.subtracting(held) : request.scopes
        section(.class("stack"), .aria("labelledby", "can")) {
            h2(.id("can")) {
                if isAskingForMore {
                    "New permissions"
                } else {
                    bdi { application.displayName }
                    " will be able to"
                }
            }
            if asked.isEmpty {
                p { "It only learns that you have an account here (a number, not your name)." }
            } else {
                ScopeList(scopes: visit.tenant.offers(asked))
            }
            if isAskingForMore, !held.isEmpty {
                details {
                    summary { "Already allowed (\(held.names.count))" }
                    ScopeList(scopes: visit.tenant.offers(held))
                }
            }
        }
    }

    private var answers: HTML {
        form(.method("post"), .action(visit.path("oauth2", "authorize"))) {
            TicketField(ticket: ticket)
            div(.class("choices arm")) {
                button(.class("btn primary"), .name("answer"), .value("allow")) { "Allow access" }
                button(.class("btn"), .name("answer"), .value("deny")) { "Cancel" }
            }
        }
    }

    @HTMLBuilder private var smallPrint: HTML {
        if isAskingForMore { p(.class("note center")) { "If you cancel, it keeps what you allowed before." } }
        p(.class("note center")) {
            "You can disconnect "
            bdi { application.displayName }
            " at any time in "
            a(.href(visit.path("account", "connections"))) { "Connected applications" }
            "."
        }
        let policy = application.profile.privacyPolicy.flatMap(ExternalLink.init)
        if let policy {
            ul(.class("links")) {
                li { outsideLink(policy) { "Privacy policy (opens \(policy.host ?? policy.text))" } }
            }
        }
    }
}

// MARK: - Its parts

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

    var body: HTML {
        ul(.class("scopes")) {
            for scope in scopes {
                li(.class(scope.kind == .read ? "read" : "write")) {
                    strong { scope.sentence }
                    if scope.kind == .sensitive { span(.class("tag warn")) { "Sensitive" } }
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
    let tenant: String

    var body: HTML {
        if !application.isApproved {
            notice(
                "\(tenant) has not checked who made this application.",
                "Only continue if you started this from a website or person you trust."
            )
        }
        switch destination.destination {
        case .web: HTML()
        case .thisComputer:
            notice(
                "This application runs on this computer.",
                """
                \(tenant) cannot confirm which program receives access. Continue only if you have just started \
                it yourself. If your browser then shows “cannot connect”, start the program again and repeat.
                """
            )
        case .installedApp:
            notice(
                "This application is installed on this device.",
                """
                \(tenant) cannot confirm which app receives access. Continue only if you have just started it \
                yourself.
                """
            )
        }
    }

    private func notice(_ fact: String, _ advice: String) -> HTML {
        div(.class("callout warn"), .role("note")) {
            p { strong { fact } }
            p { advice }
        }
    }
}

/// Up to three things it will not be able to do.
private struct Reassurances: Component {
    let visit: Visit
    let application: Application
    let scopes: ScopeSet

    private var sentences: [String] {
        visit.tenant.settings.limitsShown
            .filter { !$0.unless.contains(where: scopes.contains) }
            .prefix(3)
            .map(\.sentence)
    }

    var body: HTML {
        if !sentences.isEmpty {
            section(.class("stack"), .aria("labelledby", "cannot")) {
                h2(.id("cannot")) {
                    bdi { application.displayName }
                    " will not be able to"
                }
                ul(.class("scopes")) {
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

    private var application: Application { request.application }

    var body: HTML {
        dl(.class("facts")) {
            fact("Published by") {
                if application.isApproved {
                    bdi { application.companyName.text }
                } else {
                    "Registered by someone at "
                    bdi { application.ownerDomain }
                }
                " "
                VerifiedTag(application: application, tenantName: visit.brand.displayName)
            }
            fact("You will return to") { place }
            fact("Access lasts") { "Until you disconnect it" }
            if let earlier {
                fact("Connected since") { Moment(CalendarText(earlier.grantedAt)) }
            }
            fact("Registered here on") { time(.datetime(CalendarText(application.createdAt).iso)) {
                CalendarText(application.createdAt).date
            } }
        }
    }

    @HTMLBuilder private var place: HTML {
        let uri = request.recipient.redirectURI
        switch uri.destination {
        case .web(let host): strong { bdi(.dir(.leftToRight)) { host } }
        case .thisComputer(let host):
            strong { "this computer" }
            " ("
            bdi(.dir(.leftToRight)) { host }
            ")"
        case .installedApp(let scheme):
            "the app "
            strong { bdi { application.displayName } }
            " ("
            bdi(.dir(.leftToRight)) { scheme }
            ")"
        }
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
                " Verified by \(tenantName)"
            }
        } else {
            span(.class("tag warn")) { "Not verified" }
        }
    }
}
