package import FoundationEssentials

/// A letter the portal writes to somebody: facts only.
///
/// What it says and where its link leads stands in the product. Where a case carries a `link`, that is the text of a
/// ``OneTimeLink``. A letter waits sealed, see ``Outbox``, and a case keeps its name as long as one may be waiting.
package enum Letter: Sendable, Codable, Equatable {
    // To people about their own account.
    //
    // What was typed beside the address is not said in the letter that confirms it.
    case confirmAddress(name: String, link: String)
    case alreadyRegistered
    case invitedAsPartner(name: String, by: String, until: Date, link: String)
    case resetPassword(role: Role, link: String)
    case passwordChanged(role: Role, at: Date, from: String)
    case confirmNewAddress(role: Role, link: String)
    case addressChanged(role: Role, to: String, at: Date, from: String)
    case newDevice(at: Date, from: String, browser: String)

    /// From nowhere, an empty text, where the provider's people did it.
    case secondFactorChanged(role: Role, isSet: Bool, at: Date, from: String)

    // To administrators.
    case askedForApproval(application: Mention, by: String, at: Date, testConnections: Int, isHeld: Bool)

    /// Whose change waits: fields of the brand by their names, permissions and redirect URIs that are new.
    case askedForChange(
        application: Mention,
        by: String,
        at: Date,
        fields: [String],
        scopes: [String],
        redirectURIs: [String]
    )
    case askedForToken(application: Mention, by: String, request: String, at: Date)
    case invitedAsAdministrator(by: String, link: String)
    case frozen(application: Mention, reporters: Int, at: Date)
    case alert(Alert, application: Mention?, at: Date)
    case nearLimit(LimitUse, at: Date)
    case approvalEnded(application: Mention, to: String, at: Date)
    case fullAccess(of: String, by: String, isInvited: Bool, at: Date)
    case secondAdministratorLoosened(
        Policy.SecondAdministrator,
        to: Policy.SecondAdministrator,
        by: String,
        at: Date
    )
    case permissionsOnlyRead([String], by: String, at: Date)

    // To the people of an application.
    case approved(application: Mention)
    case changesAsked(application: Mention, message: String)
    case rejected(application: Mention, reason: String)
    case changeApproved(application: Mention)
    case changeRejected(application: Mention, reason: String)
    case brandChanged(application: Mention, by: String, fields: [String], at: Date)
    case brandProposed(application: Mention, by: String, fields: [String], at: Date)
    case redirectURIChanged(application: Mention, by: String, uri: String, isAdded: Bool, at: Date)
    case suspended(application: Mention, reason: String, reference: String?)
    case resumed(application: Mention)
    case secretRotated(application: Mention, rotation: SecretRotation, until: Date, link: String)
    case secretCreated(application: Mention, by: String, from: String, at: Date)
    case secretEnds(application: Mention, hint: String, at: Date, lastUsed: Date?)
    case secretUnused(application: Mention, hint: String, since: Date)
    case domainLapsed(application: Mention, domain: String)
    case invited(application: Mention, by: String, role: String, link: String)
    case transferOffered(application: Mention, by: String, link: String)
    case transferAccepted(application: Mention, by: String, at: Date)
    case transferDeclined(application: Mention, by: String)
    case manualTokenReady(application: Mention, customer: String, until: Date, link: String)
    case manualToken(application: Mention, customer: String, token: String)

    // To customers.
    case invitedToTest(application: Mention, domain: String)
    case connected(application: Mention, grant: String, sentences: [Said], at: Date)
    case permissionsGrew(application: Mention, grant: String, sentences: [Said])
    case manualTokenRequest(application: Mention, sentences: [Said], until: Date, link: String)

    /// An application as a letter names it.
    package struct Mention: Sendable, Codable, Equatable {
        package let id: String
        package let name: String

        package init(id: String, name: String) {
            self.id = id
            self.name = name
        }

        package init(_ application: Application) {
            self.init(id: application.id.text, name: application.displayName)
        }
    }
}
