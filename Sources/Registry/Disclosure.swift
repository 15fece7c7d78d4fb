package import FoundationEssentials

/// What a consent screen tells a customer, as facts: the page is made from them, and so is the receipt.
///
/// The request's row keeps their digest. An answer is taken only while the same facts would be shown again, so
/// that a receipt cannot say anything else than the page did.
package struct Disclosure: Sendable, Hashable, Decodable {
    /// One permission, in the tenant's words.
    package struct Permission: Sendable, Hashable, Decodable {
        package let scope: String
        package let sentence: Said
        package let detail: Said
        package let kind: OfferedScope.Kind
        package let group: OfferedScope.Group
        package let choice: OfferedScope.Choice
    }

    package enum Destination: String, Sendable, Decodable {
        case web
        case thisComputer = "this_computer"
        case installedApp = "installed_app"

        /// Nobody is sent anywhere: it was asked by hand.
        case nowhere
    }

    /// What the application's people proved about where the customer is sent.
    package enum Place: Sendable, Hashable, Decodable {
        case proved(domain: String)

        /// They proved a domain, and this is somewhere else.
        case unproved
    }

    /// Who stands behind an application, and who says so.
    package struct Publisher: Sendable, Hashable, Decodable {
        /// The company where the tenant verified it, the registrant's mail domain otherwise.
        package let name: String
        package let isVerified: Bool
    }

    /// What a customer knows an application by; read from a receipt of the last time, which says much more.
    package struct Appearance: Sendable, Hashable, Decodable {
        let application: String
        let publisher: Publisher
        let logo: String?
        let returnsTo: String

        init(_ shown: Disclosure) {
            (application, publisher) = (shown.application, shown.publisher)
            (logo, returnsTo) = (shown.logo, shown.returnsTo)
        }
    }

    /// What an application looked like the last time, where that is different now.
    package enum Change: Sendable, Hashable, Decodable {
        case name(was: String)
        case publisher(was: Publisher)
        case logo
        case returnsTo(was: String)

        /// Something of its registration that a customer does not see: its addresses, its links, what it may ask for, who
        /// looks after it.
        case registration

        /// The last is kept under the name it had when it was told of addresses alone.
        private enum CodingKeys: String, CodingKey {
            case name, publisher, logo, returnsTo
            case registration = "addresses"
        }
    }

    package let language: String
    package let provider: String
    package let client: String
    package let application: String
    package let company: String

    /// The digest of the picture; nil where the first letter stood in.
    package let logo: String?
    package let revision: Int
    package let publisher: Publisher
    package let registeredOn: Date
    package let destination: Destination

    /// The host, or the scheme of an installed app.
    package let returnsTo: String

    /// Nil where nothing is proved.
    package let place: Place?

    /// The request by hand on which the tenant's people ask.
    package let manualRequest: String?
    package let asksForMore: Bool

    /// What the question is about, in the tenant's order.
    package let asked: [Permission]

    /// What stands whatever the answer; told only where more is asked for.
    package let alreadyAllowed: [Permission]
    package let willNotBeAble: [Said]
    package let connectedSince: Date?

    /// When the consent that stands ends by itself.
    package let endsAt: Date?
    package let changes: [Change]

    /// For which company it was allowed before, told to whoever may choose another; then that ends.
    package let connectedFor: String?

    /// Whoever chooses between companies is asked for everything, because it may be the first time for the one.
    package init(
        of application: Application,
        asking scopes: ScopeSet,
        at redirectURI: RedirectURI?,
        on manualRequest: String? = nil,
        given earlier: EarlierConsent?,
        among companies: Companies,
        in language: String,
        at tenant: Tenant
    ) {
        let (isChosen, grant) = (!companies.choices.isEmpty, earlier?.grant)
        let (held, place) = (grant?.scopes ?? ScopeSet(), redirectURI?.disclosed ?? (.nowhere, ""))
        self.manualRequest = manualRequest
        asksForMore = grant.map { !isChosen && !$0.settles(scopes, at: tenant) } ?? false
        connectedFor = isChosen ? grant?.company?.text : nil
        self.language = language
        provider = tenant.brand.displayName
        client = application.id.text
        self.application = application.displayName
        company = application.companyName.text
        logo = application.logo?.text
        revision = application.revision
        publisher = Publisher(of: application)
        registeredOn = application.createdAt.wholeSeconds
        (destination, returnsTo) = place
        self.place = redirectURI.flatMap { Place(of: $0, application) }
        asked = tenant.offers(asksForMore ? scopes.subtracting(held) : scopes).map { offer in
            Permission(offer, choice: offer.choice(given: grant), in: language, at: tenant)
        }
        alreadyAllowed =
            asksForMore
            ? tenant.offers(held).map { Permission($0, choice: .required, in: language, at: tenant) } : []
        willNotBeAble = tenant.settings.limitsShown
            .filter { !$0.unless.contains(where: scopes.union(held).contains) }
            .prefix(3)
            .map { $0.sentence(in: language, at: tenant) }
        connectedSince = grant?.grantedAt.wholeSeconds
        endsAt = grant?.endsAt
        changes = earlier?.changes(to: application, at: place.name) ?? []
    }

    /// What the screen for a request says.
    package init(
        of request: AuthorizationRequest,
        given earlier: EarlierConsent?,
        among companies: Companies,
        in language: String,
        at tenant: Tenant
    ) {
        self.init(
            of: request.application,
            asking: request.scopes,
            at: request.recipient.redirectURI,
            given: earlier,
            among: companies,
            in: language,
            at: tenant
        )
    }
}

/// A disclosure with its digest, made once however often it is shown.
package struct ShownDisclosure: Sendable {
    package let disclosure: Disclosure

    /// The same facts give the same digest, on whichever server.
    let digest: [UInt8]

    package init(_ disclosure: Disclosure) {
        self.disclosure = disclosure
        digest = sha256(disclosure.json.bytes)
    }
}

extension Disclosure.Permission {
    fileprivate init(
        _ offer: OfferedScope,
        choice: OfferedScope.Choice,
        in language: String,
        at tenant: Tenant
    ) {
        scope = offer.name.text
        sentence = offer.sentence(in: language, at: tenant)
        detail = offer.detail(in: language, at: tenant)
        kind = offer.kind
        group = offer.group
        self.choice = choice
    }
}

extension Disclosure.Place {
    fileprivate init?(of redirectURI: RedirectURI, _ application: Application) {
        guard !application.proofs.isEmpty else { return nil }
        let domain = application.provedDomain(of: redirectURI)
        self = domain.map { .proved(domain: $0.text) } ?? .unproved
    }
}

extension Disclosure.Publisher {
    package init(of application: Application) {
        let approval = application.isApproved ? application.approval : nil
        isVerified = approval != nil
        name = approval?.publisher.text ?? application.ownerDomain
    }
}

extension OfferedScope {
    /// Whether its box is ticked: as the customer left it the last time, or as the tenant says.
    fileprivate func choice(given grant: ConsentGrant?) -> Choice {
        guard choice != .required, let grant else { return choice }
        if grant.scopes.contains(name) { return .ticked }
        return grant.declined.contains(name) ? .unticked : choice
    }
}

extension Date {
    /// As it is written down, so that what reads alike is equal.
    fileprivate var wholeSeconds: Date {
        Date(timeIntervalSince1970: timeIntervalSince1970.rounded(.down))
    }
}

extension RedirectURI {
    fileprivate var disclosed: (kind: Disclosure.Destination, name: String) {
        switch destination {
        case .web(let host): (.web, host)
        case .thisComputer(let host): (.thisComputer, host)
        case .installedApp(let scheme): (.installedApp, scheme)
        }
    }
}

/// A consent that stands, with what was shown when it was given.
package struct EarlierConsent: Sendable {
    package let grant: ConsentGrant

    /// Nil where nothing was shown: the customer signed in with the application itself, or the provider's people
    /// asked.
    package let shown: Disclosure.Appearance?

    /// The same without what allows more by now than the customer agreed to.
    func standing(at tenant: Tenant) -> EarlierConsent {
        EarlierConsent(grant: grant.standing(at: tenant), shown: shown)
    }

    fileprivate func changes(to application: Application, at place: String) -> [Disclosure.Change] {
        guard let shown else { return [] }
        let publisher = Disclosure.Publisher(of: application)
        var found: [Disclosure.Change] = []
        if !shown.application.isByteForByte(application.displayName) {
            found.append(.name(was: shown.application))
        }
        if shown.publisher != publisher { found.append(.publisher(was: shown.publisher)) }
        if shown.logo != application.logo?.text { found.append(.logo) }
        if ![shown.returnsTo, place].contains(""), !shown.returnsTo.isByteForByte(place) {
            found.append(.returnsTo(was: shown.returnsTo))
        }
        if found.isEmpty, grant.revision != application.revision { found.append(.registration) }
        return found
    }
}
