import FoundationEssentials
import Registry
import Web

/// What a customer has allowed, and what became of it (ux A13).
enum ConnectionScreens {
    static func list(_ customer: CustomerAccess, _ visit: Visit) async throws -> Response {
        let now = visit.registry.now()
        let all = try await customer.allGrants()
        let (live, over) = (all.filter { $0.isLive(at: now) }, all.filter { !$0.isLive(at: now) })
        let agreed = try await customer.lastReceipts(of: live)
        let byHand = try await customer.givenByHand()
        let ended = try await customer.ended(visit.queryValue("disconnected") ?? "")
        return Page("Connected applications", .customers) {
            Notice(text: ended.map(\.notice))
            h1 { "Connected applications" }
            if live.isEmpty {
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
                ul(.class("rows card")) {
                    for grant in live {
                        ConnectionRow(
                            connection: Connected(grant, agreed[grant.id], byHand[grant.id], visit),
                            now: now
                        )
                    }
                }
            }
            FormerConnections(grants: over, visit: visit)
            if !all.isEmpty {
                p {
                    a(.href(visit.path("account", "connections", "export"))) {
                        "Download all of this (JSON)"
                    }
                }
            }
        }.response(to: visit)
    }

    static func show(_ customer: CustomerAccess, _ visit: Visit) async throws -> Response {
        let id = visit.captured("grant")
        guard let grant = try await customer.allGrants().first(where: { $0.id == id }) else {
            throw Refusal.notFound
        }
        let agreed = try await customer.lastReceipts(of: [grant])[grant.id]
        let detail = ConnectionDetail(
            connection: Connected(grant, agreed, try await customer.givenByHand()[id], visit),
            history: try await customer.history(of: grant),
            now: visit.registry.now()
        )
        let isNarrowed = visit.queryValue("saved") == "narrowed"
        return Page(grant.application.displayName, .customers) {
            Notice(text: isNarrowed ? "\(grant.application.displayName) has fewer permissions now." : nil)
            detail
        }.response(to: visit)
    }
}

extension CustomerAccess {
    /// The connection that an address names, as long as it stands.
    func requested(_ visit: Visit) async throws -> ConsentGrant {
        guard let grant = try await grant(visit.captured("grant")) else { throw Refusal.notFound }
        return grant
    }
}

/// A connection as the customer knows it: as it looked when they agreed, beside what it is called now.
struct Connected {
    let grant: ConsentGrant
    let agreed: SignedReceipt?

    /// Where the provider's people asked for it.
    let byHand: ManualRequest?
    let visit: Visit

    init(_ grant: ConsentGrant, _ agreed: SignedReceipt?, _ byHand: ManualRequest? = nil, _ visit: Visit) {
        self.grant = grant
        self.agreed = agreed
        self.byHand = byHand
        self.visit = visit
    }

    var application: Application { grant.application }
    var name: String { agreed?.receipt.shown.application ?? application.displayName }

    var mark: ApplicationMark {
        guard let shown = agreed?.receipt.shown else {
            return ApplicationMark(toCustomers: application, visit.home)
        }
        let logo = application.isSuspended ? nil : shown.logo.map(LogoDigest.init)
        return ApplicationMark(name: name, logo: logo, home: visit.home)
    }

    /// What is different today.
    @HTMLBuilder var sinceThen: HTML {
        if let shown = agreed?.receipt.shown {
            if Array(name.utf8) != Array(application.displayName.utf8) {
                "Now called "
                strong { bdi { application.displayName } }
                "."
            }
            if shown.logo != application.logo?.text { " It has a new logo now." }
        }
    }

    @HTMLBuilder var publisher: HTML {
        let publisher = Disclosure.Publisher(of: application)
        publisher.isVerified ? "Published by " : "Registered by someone at "
        bdi { publisher.name }
    }

    func path(_ step: String? = nil) -> Path {
        let place = visit.path("account", "connections", grant.id)
        return step.map { place.appending($0) } ?? place
    }
}

extension EndedConsent {
    /// What stopped, counted.
    fileprivate var notice: String {
        let first = "\(applicationName) is disconnected."
        guard let evidence else { return first }
        let counts = [
            counted(evidence.accessTokens, "access token"), counted(evidence.refreshTokens, "refresh token"),
            counted(evidence.codes, "unused code"),
        ]
        return "\(first) Stopped at once: \(counts[0]), \(counts[1]) and \(counts[2])."
    }

    private func counted(_ count: Int, _ noun: String) -> String {
        "\(count == 0 ? "no" : "\(count)") \(noun)\(count == 1 ? "" : "s")"
    }
}

private struct ConnectionRow: Component {
    let connection: Connected
    let now: Date

    private var grant: ConsentGrant { connection.grant }

    @HTMLBuilder private var permissions: HTML {
        let sentences = connection.visit.sentences(of: grant.scopes)
        if sentences.isEmpty { "It learns who you are, and nothing else." }
        SaidTogether(sentences: Array(sentences.prefix(2)))
        if sentences.count > 2 { " · + \(sentences.count - 2) more" }
    }

    var body: HTML {
        li {
            connection.mark.small
            div {
                a(.href(connection.path())) { strong { bdi { connection.name } } }
                " "
                VerifiedTag(
                    application: connection.application,
                    tenantName: connection.visit.brand.displayName
                )
                if let shown = connection.agreed?.receipt.shown { PlaceTag(agreed: shown) }
                " "
                UnusedTag(grant: grant, now: now)
                p(.class("note")) {
                    connection.publisher
                    ". "
                    connection.sinceThen
                }
                if let company = grant.company {
                    p(.class("note")) {
                        "For "
                        bdi { company.text }
                    }
                }
                p(.class("note")) { permissions }
                p(.class("note")) {
                    "Connected on "
                    Day(grant.grantedAt)
                    grant.lastUsedAt == nil ? " · " : " · last used "
                    LastUse(grant: grant, now: now)
                    if let end = grant.endsAt {
                        " · ends on "
                        Day(end)
                    }
                }
                if let request = connection.byHand { p(.class("note")) { IssuedByHand(request: request) } }
            }
            a(.class("btn small"), .href(connection.path("disconnect"))) {
                "Disconnect"
                span(.class("vh")) { " \(connection.name)" }
            }
        }
    }
}

/// Who gave a token by hand, and when.
struct IssuedByHand: Component {
    let request: ManualRequest

    var body: HTML {
        if let admin = request.admin, let date = request.allowedAt {
            "Issued by hand by "
            bdi { admin.name }
            " on "
            Day(date)
        }
    }
}

/// When a connection was last used, in words with the day beside them.
struct LastUse: Component {
    let grant: ConsentGrant
    let now: Date

    var body: HTML {
        if let use = grant.lastUsedAt {
            "\(Ago.words(from: use, to: now)) ("
            Day(use)
            ")"
        } else {
            "not used yet"
        }
    }
}

struct UnusedTag: Component {
    let grant: ConsentGrant
    let now: Date

    var body: HTML {
        if now.timeIntervalSince(grant.lastUsedAt ?? grant.grantedAt) > 365 * 86_400 {
            span(.class("tag warn")) { "Not used for a year" }
        }
    }
}

private struct FormerConnections: Component {
    let grants: [ConsentGrant]
    let visit: Visit

    var body: HTML {
        if !grants.isEmpty {
            details {
                summary { "Disconnected earlier (\(grants.count))" }
                ul(.class("bullets")) {
                    for grant in grants {
                        li {
                            a(.href(visit.path("account", "connections", grant.id))) {
                                bdi { grant.application.displayName }
                            }
                            if let company = grant.company {
                                " for "
                                bdi { company.text }
                            }
                            if let end = grant.endedAt ?? grant.endsAt {
                                ", until "
                                Day(end)
                            }
                        }
                    }
                }
            }
        }
    }
}

/// How long ago something was, in the largest unit that says it.
enum Ago {
    static func words(from then: Date, to now: Date) -> String {
        let days = Int(now.timeIntervalSince(then) / 86_400)
        switch days {
        case ..<1: return "today"
        case 1: return "yesterday"
        case ..<60: return "\(days) days ago"
        case ..<730: return "\(days * 12 / 365) months ago"
        default: return "\(days / 365) years ago"
        }
    }
}
