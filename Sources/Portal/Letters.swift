import FoundationEssentials
import Registry
import Web

/// What a letter says, in the tenant's name (ux A25).
///
/// One link each, and it leads to a page that asks before it does anything. Its address comes from the configuration
/// and the tenant's file alone, never from a request.
struct WrittenLetter: Sendable {
    /// One thing to press, and where it leads.
    struct Link: Sendable {
        let label: String
        let url: String
    }

    let subject: String
    let paragraphs: [LetterText]

    /// What was written by somebody else, or things listed.
    var quote: [String] = []

    /// What a customer allows, each in the language it is told in.
    var permissions: [Said] = []
    let link: Link
    var closing: [LetterText] = []
    var language = Language.english
}

/// Writes the letters of one tenant.
struct LetterWriter: Sendable {
    let tenant: Tenant
    let publicURL: PublicURL

    /// Of letters to customers; all others are written in English, like the pages they lead to.
    let language: Language

    init(tenant: Tenant, publicURL: PublicURL, language: Language = .english) {
        (self.tenant, self.publicURL, self.language) = (tenant, publicURL, language)
    }

    /// Writes one letter in the language it was posted in.
    init(to posted: PostedLetter, from tenant: Tenant, publicURL: PublicURL) {
        let language = posted.language.flatMap(Language.init(rawValue:)) ?? .english
        self.init(tenant: tenant, publicURL: publicURL, language: language)
    }

    var name: String { tenant.brand.displayName }

    /// For subjects, of which a list shows little.
    var briefName: String { tenant.brand.briefName }

    func link(_ label: String, to segments: String...) -> WrittenLetter.Link {
        link(label, to: segments)
    }

    func link(_ label: String, to segments: [String]) -> WrittenLetter.Link {
        let path = ("/" as Path).appending(segments: segments)
        return WrittenLetter.Link(label: label, url: publicURL.address(of: tenant) + path.text)
    }

    /// One line a letter, so that it reads as their list.
    func write(_ letter: Letter) -> WrittenLetter {
        switch letter {
        case .confirmAddress(_, let link): confirmAddress(link)
        case .alreadyRegistered: alreadyRegistered
        case .invitedAsPartner(let person, let by, let until, let link):
            invitedAsPartner(person, by, until, link)
        case .resetPassword(let role, let link): resetPassword(role, link)
        case .passwordChanged(let role, let at, let from): passwordChanged(role, at, from)
        case .confirmNewAddress(let role, let link): confirmNewAddress(role, link)
        case .addressChanged(let role, let new, let at, let from): addressChanged(role, new, at, from)
        case .newDevice(let at, let from, let browser): newDevice(at, from, browser)
        case .secondFactorChanged(let role, let isSet, let at, let from):
            secondFactorChanged(role, isSet, at, from)

        case .askedForApproval(let application, let by, let at, let tests, let isHeld):
            asked(application, by, at, tests, isHeld)
        case .askedForChange(let application, let by, let at, let fields, let scopes, let uris):
            askedForChange(application, by, at, changesListed(fields, scopes, uris))
        case .askedForToken(let application, let by, let request, let at):
            askedForToken(application, by, request, at)
        case .invitedAsAdministrator(let by, let link): invitedAsAdministrator(by, link)
        case .frozen(let application, let reporters, let at): frozen(application, reporters, at)
        case .alert(let alert, let application, let at): self.alert(alert, application, at)
        case .nearLimit(let use, let at): nearLimit(use, at)
        case .approvalEnded(let application, let to, let at): approvalEnded(application, to, at)
        case .fullAccess(let person, let by, let isInvited, let at): fullAccess(person, by, isInvited, at)
        case .secondAdministratorLoosened(let old, let new, let by, let at): loosened(old, new, by, at)
        case .permissionsOnlyRead(let names, let by, let at): onlyRead(names, by, at)

        case .approved(let application): approved(application)
        case .changesAsked(let application, let message): changesAsked(application, message)
        case .rejected(let application, let reason): rejected(application, reason)
        case .changeApproved(let application): changeApproved(application)
        case .changeRejected(let application, let reason): changeRejected(application, reason)
        case .brandProposed(let application, let by, let fields, let at):
            brandProposed(application, by, fields, at)
        case .brandChanged(let application, let by, let fields, let at):
            brandChanged(application, by, fields, at)
        case .redirectURIChanged(let application, let by, let uri, let isAdded, let at):
            redirectURIChanged(application, by, uri, isAdded, at)
        case .suspended(let application, let reason, let reference):
            suspended(application, reason, reference)
        case .resumed(let application): resumed(application)

        case .secretRotated(let application, let rotation, let until, let link):
            secretRotated(application, rotation, until, link)
        case .secretCreated(let application, let by, let from, let at):
            secretCreated(application, by, from, at)
        case .secretEnds(let application, let hint, let at, let used): secretEnds(application, hint, at, used)
        case .secretUnused(let application, let hint, let since): secretUnused(application, hint, since)
        case .domainLapsed(let application, let domain): domainLapsed(application, domain)
        case .invited(let application, let by, let role, let link): invited(application, by, role, link)
        case .transferOffered(let application, let by, let link): transferOffered(application, by, link)
        case .transferAccepted(let application, let by, let at): transferAccepted(application, by, at)
        case .transferDeclined(let application, let by): transferDeclined(application, by)
        case .manualTokenReady(let application, let customer, let until, let link):
            manualTokenReady(application, customer, until, link)
        case .manualToken(let application, let customer, let token): manualToken(application, customer, token)

        case .invitedToTest(let application, let domain): invitedToTest(application, domain)
        case .connected(let application, let grant, let may, let at): connected(application, grant, may, at)
        case .permissionsGrew(let application, let grant, let may): permissionsGrew(application, grant, may)
        case .manualTokenRequest(let application, let may, let until, let link):
            manualTokenRequest(application, may, until, link)
        }
    }
}

// MARK: - About one's own account, to partners and administrators alone

extension LetterWriter {
    /// Without the name: anybody may type one beside somebody else's address.
    fileprivate func confirmAddress(_ secret: String) -> WrittenLetter {
        WrittenLetter(
            subject: "Confirm your e-mail for \(briefName) partners",
            paragraphs: [
                "Hello,",
                "Someone, probably you, used this address to create a partner account.",
            ],
            link: link("Confirm this address", to: "partners", "confirm", secret),
            closing: ["The link works once, for 60 minutes. If it was not you, ignore this e-mail."]
        )
    }

    fileprivate func invitedAsPartner(
        _ person: String,
        _ by: String,
        _ until: Date,
        _ secret: String
    ) -> WrittenLetter {
        WrittenLetter(
            subject: "You are invited to \(briefName) partners",
            paragraphs: [
                "Hello \(person),",
                "\(by) of \(name) invites you to register an application.",
            ],
            link: link("Accept the invitation", to: "partners", "confirm", secret),
            closing: [
                """
                The link works once, until \(CalendarText(until).full). If you did not expect it, ignore this e-mail.
                """
            ]
        )
    }

    fileprivate var alreadyRegistered: WrittenLetter {
        WrittenLetter(
            subject: "You already have a \(briefName) partner account",
            paragraphs: [
                "Someone, probably you, used this address to create a partner account. There is one already.",
                "Sign in, or set a new password from the sign-in page if you have forgotten yours.",
            ],
            link: link("Sign in", to: "partners", "sign-in"),
            closing: ["If it was not you, ignore this e-mail. Nothing was changed."]
        )
    }

    fileprivate func newDevice(_ at: Date, _ from: String, _ browser: String) -> WrittenLetter {
        WrittenLetter(
            subject: "New sign-in to \(briefName) administration",
            paragraphs: [
                "Your account was used to sign in on \(CalendarText(at).full), from \(from), with a browser that was not used before: \(browser)."
            ],
            link: link("See where you are signed in", to: "admin", "account"),
            closing: ["If it was not you, sign out everywhere and set a new password."]
        )
    }

    fileprivate func secondFactorChanged(
        _ role: Role,
        _ isSet: Bool,
        _ at: Date,
        _ from: String
    ) -> WrittenLetter {
        let done = isSet ? "set up" : "removed"
        let whence = from.isEmpty ? "by the people of \(name)" : "from \(from)"
        return WrittenLetter(
            subject: "Your second factor for \(role.area(of: briefName)) was \(done)",
            paragraphs: [
                "It was \(done) on \(CalendarText(at).full), \(whence). Sessions that were open elsewhere ended."
            ],
            link: link("Look at your account", to: role.segment, "account"),
            closing: ["If you neither did nor asked for this, set a new password at once."]
        )
    }
}

extension Role {
    /// What an account of this role is for.
    func area(of tenant: String) -> String {
        switch self {
        case .partner: "\(tenant) partners"
        case .customer: tenant
        case .admin: "\(tenant) administration"
        }
    }

    /// Below what the pages about an account of this role stand.
    var segment: String {
        switch self {
        case .partner: "partners"
        case .customer: "account"
        case .admin: "admin"
        }
    }
}
