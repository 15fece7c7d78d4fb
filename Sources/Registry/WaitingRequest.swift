package import FoundationEssentials

/// A request that waits for its customer: to sign in, or to decide.
///
/// What the consent screen showed and what an answer grants are both read from this row.
package struct WaitingRequest: Sendable {
    package let wayBack: WayBack
    package let application: Application
    package let expired: Bool

    /// What goes back if the customer wants nothing of it; nil where nobody is sent anywhere.
    package let cancellation: AuthorizationAnswer?
}

/// Where a request that waited is taken up again.
package enum WayBack: Sendable, Equatable {
    /// With the query string it came with.
    case authorization(query: String)

    /// Under the reference of a request by hand.
    case manualRequest(String)
}

/// What a customer is asked about, as it is kept until they answer.
package struct WaitingSubject: Sendable {
    let query: String
    let application: ClientID
    let redirectURI: String
    let wasNamed: Bool
    let scopes: ScopeSet
    let state: String?
    let challenge: CodeChallenge?
    let responseType: ResponseType
    let revision: Int

    /// The request by hand it is about; then nobody is redirected.
    let manualRequest: String?
}

extension WaitingSubject {
    /// A request of an application's, with the query string it came with.
    package init(_ request: AuthorizationRequest, query: String) {
        self.init(
            query: query,
            application: request.application.id,
            redirectURI: request.recipient.redirectURI.text,
            wasNamed: request.recipient.wasNamed,
            scopes: request.scopes,
            state: request.state,
            challenge: request.challenge,
            responseType: request.responseType,
            revision: request.application.revision,
            manualRequest: nil
        )
    }

    /// A request by hand, which brings nothing along and sends nobody anywhere.
    package init(_ request: ManualRequest, of application: Application) {
        self.init(
            query: "",
            application: application.id,
            redirectURI: "",
            wasNamed: false,
            scopes: request.scopes,
            state: nil,
            challenge: nil,
            responseType: .code,
            revision: application.revision,
            manualRequest: request.reference
        )
    }

    /// Whether the tenant's rules allow the question still: they may have become stricter while the customer read.
    func isStillPossible(for application: Application, under policy: Policy) -> Bool {
        if manualRequest != nil { return policy.manualIssuance }
        return policy.grants.contains(responseType.grant)
            && (challenge != nil || !policy.needsChallenge(for: responseType, from: application.kind))
            && application.redirectURIs.contains {
                $0.accepting(redirectURI, under: policy.redirectMatch) != nil
            }
    }

    var wayBack: WayBack { manualRequest.map(WayBack.manualRequest) ?? .authorization(query: query) }
}

extension Application {
    /// Whether it is as a customer saw it, and may still ask for what they were asked.
    func isStill(_ subject: WaitingSubject) -> Bool {
        revision == subject.revision && subject.scopes.isSubset(of: scopes)
    }
}

/// What a customer has allowed an application.
package struct ConsentGrant: Sendable {
    package let id: String
    package let application: Application
    package internal(set) var scopes: ScopeSet

    /// Nil where the customer signed in with the application itself.
    package let redirectURI: RedirectURI?
    package let grantedAt: Date

    /// When the customer agreed the last time; to take something back is no agreement.
    package let changedAt: Date
    package let lastUsedAt: Date?
    package let revision: Int

    /// Optional scopes that the customer left out, and is not asked about again.
    package internal(set) var declined: ScopeSet

    /// When it ends by itself; nil for not until the customer disconnects.
    package let endsAt: Date?
    package let endedAt: Date?

    /// Whose data it is about; nil where that was not known.
    package let company: Company?

    package func isLive(at now: Date) -> Bool { endedAt == nil && endsAt.map { $0 > now } ?? true }

    /// The same without what allows more by now than the customer agreed to.
    func standing(at tenant: Tenant) -> ConsentGrant {
        var grant = self
        grant.scopes = scopes.subtracting(tenant.widened(scopes, since: changedAt))
        grant.declined = declined.subtracting(tenant.widened(declined, since: changedAt))
        return grant
    }

    /// Whether it was given for another company than this one.
    func isForAnother(than company: Company?) -> Bool { self.company.map { $0 != company } ?? false }

    /// Whether all of `scopes` was allowed, or left out where the tenant leaves that to customers.
    func settles(_ scopes: ScopeSet, at tenant: Tenant) -> Bool {
        let optional = tenant.offers(declined).filter { $0.choice != .required }.map(\.name)
        return scopes.isSubset(of: self.scopes.union(ScopeSet(optional)))
    }
}

/// What has to happen before a request may be answered with a code.
package enum Standing: Sendable {
    case firstTime
    case asksForMore(than: KeptConsent)

    /// Everything is allowed already; `mayBeSilent` when nobody has to be asked again.
    case covered(KeptConsent, mayBeSilent: Bool)

    /// Not approved, and this customer is not on its list of test accounts, or has not agreed to be.
    case notATestAccount(isInvited: Bool)

    /// Several people reported it, so it gets nothing new until somebody has looked at it.
    case frozen

    /// What an application hears that wants nobody to be asked (OpenID Connect Core §3.1.2.6).
    package var refusalUnasked: AuthorizationRefusal {
        switch self {
        case .firstTime, .asksForMore, .covered: .consentRequired
        case .notATestAccount: .onlyTestAccounts
        case .frozen: .applicationFrozen
        }
    }
}
