import Registry
import Web

/// What a customer has allowed, and how to end it (ux A13).
enum ConnectionScreens {
    static func list(_ customer: CustomerAccess, _ visit: Visit) async throws -> Response {
        let grants = try await customer.grants()
        let disconnected = try await customer.formerConnection(visit.queryValue("disconnected") ?? "")
        return Page("Connected applications", .customers) {
            Notice(text: disconnected.map { "\($0) is disconnected." })
            h1 { "Connected applications" }
            if grants.isEmpty {
                div(.class("empty")) {
                    h2 { "No applications are connected" }
                    p { "When you allow an application to use your data, it appears here." }
                }
            } else {
                p {
                    """
                    These applications can use your \(visit.brand.displayName) data. Disconnect any you no longer use.
                    """
                }
                ul(.class("rows")) { for grant in grants { ConnectionRow(grant: grant, visit: visit) } }
            }
        }.response(to: visit)
    }

    static func show(_ customer: CustomerAccess, _ visit: Visit) async throws -> Response {
        let grant = try await customer.requested(visit)
        return Page(grant.application.displayName, .customers) {
            ConnectionDetail(grant: grant, visit: visit)
        }.response(to: visit)
    }

    static func askToDisconnect(_ customer: CustomerAccess, _ visit: Visit) async throws -> Response {
        let grant = try await customer.requested(visit)
        return DisconnectPage(grant: grant, visit: visit).page.response(to: visit)
    }

    static func disconnect(_ customer: CustomerAccess, _ form: Form, _ visit: Visit) async throws -> Response
    {
        let grant = try await customer.requested(visit)
        try await customer.disconnect(grant)
        return .redirect(to: visit.path("account", "connections").with(query: [("disconnected", grant.id)]))
    }
}

extension CustomerAccess {
    fileprivate func requested(_ visit: Visit) async throws -> ConsentGrant {
        guard let grant = try await grant(visit.captured("grant")) else { throw Refusal.notFound }
        return grant
    }
}

private struct ConnectionRow: Component {
    let grant: ConsentGrant
    let visit: Visit

    private var permissions: String {
        let sentences = visit.tenant.offers(grant.scopes).map(\.sentence)
        let shown = sentences.prefix(2).joined(separator: " · ")
        return sentences.count > 2 ? "\(shown) · + \(sentences.count - 2) more" : shown
    }

    var body: HTML {
        li {
            ApplicationMark(grant.application, visit.home, isSmall: true)
            div {
                a(.href(visit.path("account", "connections", grant.id))) {
                    strong { bdi { grant.application.displayName } }
                }
                " "
                VerifiedTag(application: grant.application, tenantName: visit.brand.displayName)
                p(.class("note")) {
                    permissions.isEmpty ? "It learns who you are, and nothing else." : permissions
                }
                p(.class("note")) {
                    "Connected on "
                    Moment(CalendarText(grant.grantedAt))
                    " · "
                    if let use = grant.lastUsedAt {
                        "last used on "
                        Moment(CalendarText(use))
                    } else {
                        "not used yet"
                    }
                }
            }
            a(.class("btn small"), .href(visit.path("account", "connections", grant.id, "disconnect"))) {
                "Disconnect"
                span(.class("vh")) { " \(grant.application.displayName)" }
            }
        }
    }
}

private struct ConnectionDetail: Component {
    let grant: ConsentGrant
    let visit: Visit

    var body: HTML {
        div(.class("heading")) {
            ApplicationMark(grant.application, visit.home)
            h1 { bdi { grant.application.displayName } }
            VerifiedTag(application: grant.application, tenantName: visit.brand.displayName)
        }
        section(.class("card"), .aria("labelledby", "can")) {
            h2(.id("can")) { "It is able to" }
            if grant.scopes.isEmpty {
                p { "It only learns that you have an account here (a number, not your name)." }
            } else {
                ScopeList(scopes: visit.tenant.offers(grant.scopes))
            }
        }
        dl(.class("facts")) {
            fact("Connected on") { Moment(CalendarText(grant.grantedAt)) }
            fact("Permissions last changed") { Moment(CalendarText(grant.changedAt)) }
            fact("Last used") {
                if let use = grant.lastUsedAt { Moment(CalendarText(use)) } else { "Not used yet" }
            }
            if let redirectURI = grant.redirectURI {
                fact("Returned to") { bdi(.dir(.leftToRight)) { redirectURI.place } }
            }
            if let policy = grant.application.profile.privacyPolicy.flatMap(ExternalLink.init) {
                fact("Privacy policy") { outsideLink(policy) { policy.host ?? policy.text } }
            }
        }
        p {
            a(.class("btn danger"), .href(visit.path("account", "connections", grant.id, "disconnect"))) {
                "Disconnect"
            }
        }
    }
}

private struct DisconnectPage {
    let grant: ConsentGrant
    let visit: Visit

    private var name: String { grant.application.displayName }

    private var whoToAsk: String {
        grant.application.profile.supportEmail.map { "ask them at \($0) to delete it" }
            ?? "ask them to delete it"
    }

    var page: Page {
        Page("Disconnect \(name)?", .customers) {
            h1 {
                "Disconnect "
                bdi { name }
                "?"
            }
            p {
                """
                It can no longer use \(visit.brand.dataDescription), from now on. Data it already has stays with \
                it; \(whoToAsk).
                """
            }
            form(
                .class("row"),
                .method("post"),
                .action(visit.path("account", "connections", grant.id, "disconnect"))
            ) {
                SealField(seal: visit.seal(for: .customer))
                button(.class("btn danger")) {
                    "Disconnect "
                    bdi { name }
                }
                a(.class("btn"), .href(visit.path("account", "connections"))) { "Keep it connected" }
            }
        }
    }
}
