package import FoundationEssentials

/// The name an application is known by on the wire and in addresses: `{tenant}_` and 22 base-62 characters.
package struct ClientID: Hashable, Sendable, Bindable, CustomStringConvertible {
    package let text: String
    package var description: String { text }
    package var binding: Value { text.binding }
}

/// Software that will read a customer's data, registered by a partner.
package struct Application: Sendable, Hashable {
    /// How an application proves who it is (RFC 6749 §2.1).
    package enum Kind: String, Sendable, CaseIterable, Bindable {
        case confidential
        case `public`

        /// The provider's own interface: may ask about every token of the tenant (RFC 7662 §4).
        case resourceServer = "resource_server"

        package var binding: Value { rawValue.binding }
    }

    /// How far it has come, in one word; what each part of it is, is said by the three below.
    package enum State: Sendable, Hashable {
        /// Nobody has asked for approval.
        case unreviewed
        case waiting(since: Date)
        case changesNeeded(Answer)
        case rejected(Answer)
        case approved(Approval)
        case suspended(Suspension)
    }

    package let id: ClientID
    package let owner: AccountID
    package let profile: ApplicationProfile
    /// Nil where the operator added it without one; then its initial stands in.
    package let logo: LogoDigest?
    package let kind: Kind
    package let scopes: ScopeSet

    /// What the tenant's people confirmed about it; nil until they did.
    package let approval: Approval?

    /// What its owner has asked them since: approval, or where it is approved, approval of a change.
    package let submission: Submission?
    package let suspension: Suspension?
    package let createdAt: Date

    /// Counts changes of what customers see and where they are sent; a remembered consent is for one revision (CN-13).
    package let revision: Int
    package let redirectURIs: [RedirectURI]

    /// The domains that its people have proved, by name.
    package let proofs: [DomainProof]

    /// When so many people had reported it that nobody new may connect it.
    package let frozenAt: Date?

    /// When it was found to look like another one that customers know.
    package let heldAt: Date?

    /// When it was deleted, and every consent to it ended; nil everywhere but where a consent speaks of it.
    let deletedAt: Date?

    /// The mail domain of whoever registered it, which customers may see.
    package let ownerDomain: String

    package var companyName: CompanyName { profile.companyName }
    package var isApproved: Bool { approval != nil && !isSuspended }

    /// Reports never freeze an application that the tenant has verified.
    package var isFrozen: Bool { frozenAt != nil && !isApproved }
    package var isSuspended: Bool { suspension != nil }

    package var state: State {
        if let suspension { return .suspended(suspension) }
        if let approval { return .approved(approval) }
        return switch submission {
        case nil: .unreviewed
        case .waiting(let date, _): .waiting(since: date)
        case .changesNeeded(let answer): .changesNeeded(answer)
        case .rejected(let answer): .rejected(answer)
        }
    }

    /// Whether any customer may allow it these, not only its test accounts.
    package func isOpen(for scopes: ScopeSet, at tenant: Tenant) -> Bool {
        isApproved || tenant.policy.review == .open && !isHeld && tenant.needingApproval(scopes).isEmpty
    }

    /// Whether somebody has to approve it first although the tenant is open.
    package var isHeld: Bool { heldAt != nil && approval == nil }

    /// What customers are asked about: the application's own name, or the company's where it has none.
    package var displayName: String { profile.applicationName?.text ?? profile.companyName.text }

    /// An address that was answered at; most are registered ones, which have been read already.
    func redirectURI(kept text: String) throws(RedirectURIProblem) -> RedirectURI {
        if let registered = redirectURIs.first(where: { $0.text.isByteForByte(text) }) { return registered }
        return try RedirectURI(kept: text)
    }

    /// Equal in everything, found by the least that tells them apart.
    package func hash(into hasher: inout Hasher) {
        hasher.combine(id)
        hasher.combine(revision)
    }
}

/// What a partner says about an application, checked.
package struct ApplicationProfile: Sendable, Hashable {
    package var companyName: CompanyName
    package var applicationName: CompanyName?
    package var website: String?
    package var privacyPolicy: String?
    package var terms: String?
    package var supportEmail: String?
    package var purpose: String?
}

/// What is wrong with one field of the registration form.
package enum ApplicationProblem: Equatable, Sendable {
    case companyName(CompanyNameProblem)
    case applicationName(CompanyNameProblem)
    case missingLogo
    case redirectURI(RedirectURIProblem, line: Int, text: String)
    case website
    case privacyPolicy
    case terms
    case supportEmail
    case purposeTooLong
    case unknownScope(String)
}

package struct ApplicationProblems: Error, Equatable, Sendable {
    package let all: [ApplicationProblem]
}

/// Everything somebody typed into the registration form, as it came.
package struct ApplicationForm: Sendable {
    package var companyName = ""
    package var applicationName = ""
    package var redirectURIs: [String] = []
    package var website = ""
    package var privacyPolicy = ""
    package var terms = ""
    package var supportEmail = ""
    package var purpose = ""
    package var scopes: [String]?
    package var kind = Application.Kind.confidential

    /// One press of the button, so that pressing it twice registers once.
    package var ticket = ""

    package init() {}
}

/// An application that may be registered: every field checked, the logo decoded and stored.
package struct ApplicationDraft: Sendable {
    package let profile: ApplicationProfile
    package let redirectURIs: [RedirectURI]
    package let scopes: ScopeSet
    package let kind: Application.Kind
    package let ticket: String
    package let logo: LogoDigest?

    /// Checks the whole form and throws every problem found, in the order of its fields.
    ///
    /// Partners have to give a logo; the operator may leave it out.
    package init(
        _ form: ApplicationForm,
        logo: LogoDigest?,
        needsLogo: Bool = true,
        at tenant: Tenant
    )
        throws(ApplicationProblems)
    {
        var judge = DraftJudge(tenant: tenant, site: form.website.trimmingSpaces.webHost)
        let companyName = judge.name(form.companyName, problem: ApplicationProblem.companyName)
        if logo == nil, needsLogo { judge.problems.append(.missingLogo) }
        redirectURIs = judge.redirectURIs(form.redirectURIs)
        let applicationName =
            form.applicationName.trimmingSpaces.isEmpty
            ? nil : judge.name(form.applicationName, problem: ApplicationProblem.applicationName)
        let website = judge.address(form.website, problem: .website)
        let privacyPolicy = judge.address(form.privacyPolicy, problem: .privacyPolicy)
        let terms = judge.address(form.terms, problem: .terms)
        let supportEmail = judge.email(form.supportEmail)
        if form.purpose.length > 2000 { judge.problems.append(.purposeTooLong) }
        scopes = judge.scopes(form.scopes)
        guard let companyName, judge.problems.isEmpty else {
            throw ApplicationProblems(all: judge.problems)
        }
        profile = ApplicationProfile(
            companyName: companyName,
            applicationName: applicationName,
            website: website,
            privacyPolicy: privacyPolicy,
            terms: terms,
            supportEmail: supportEmail,
            purpose: form.purpose.isEmpty ? nil : form.purpose
        )
        self.logo = logo
        kind = form.kind
        ticket = form.ticket
    }
}

/// Collects what is wrong while a form is read.
private struct DraftJudge {
    let tenant: Tenant

    /// The host of the website, if one was typed.
    let site: String?
    var problems: [ApplicationProblem] = []

    mutating func name(_ text: String, problem: (CompanyNameProblem) -> ApplicationProblem) -> CompanyName? {
        do {
            return try CompanyName(text, at: tenant.brand, ofSite: site)
        } catch {
            problems.append(problem(error))
            return nil
        }
    }

    /// Looks at one line more than there may be: that one is too many, or another was refused, and all are sent again.
    mutating func redirectURIs(_ lines: [String]) -> [RedirectURI] {
        var accepted: [RedirectURI] = []
        let typed = lines.lazy.map(\.trimmingSpaces).enumerated().filter { !$0.element.isEmpty }
        let limit = tenant.policy.redirectURIsPerApplication
        for (place, text) in typed.prefix(limit + 1) {
            do throws(RedirectURIProblem) {
                accepted = try tenant.policy.adding(text, to: accepted)
            } catch {
                problems.append(.redirectURI(error, line: place + 1, text: text))
            }
        }
        return accepted
    }

    mutating func address(_ text: String, problem: ApplicationProblem) -> String? {
        let typed = text.trimmingSpaces
        if typed.isEmpty { return nil }
        do throws(RedirectURIProblem) {
            guard case .web = try RedirectURI(typed).destination else { throw .insecureHTTP }
            return typed
        } catch {
            problems.append(problem)
            return nil
        }
    }

    mutating func email(_ text: String) -> String? {
        let typed = text.trimmingSpaces
        if typed.isEmpty { return nil }
        guard let address = EmailAddress(typed) else {
            problems.append(.supportEmail)
            return nil
        }
        return address.text
    }

    mutating func scopes(_ names: [String]?) -> ScopeSet {
        guard let names else { return tenant.defaultScopes }
        let offered = Set(tenant.scopesOnOffer.map(\.name))
        let known = names.compactMap(Scope.init).filter(offered.contains)
        for name in names where !known.contains(where: { $0.text == name }) {
            problems.append(.unknownScope(name))
        }
        return ScopeSet(known)
    }
}

extension Policy {
    /// The list with one more address, or why it may not join it.
    func adding(_ text: String, to list: [RedirectURI]) throws(RedirectURIProblem) -> [RedirectURI] {
        let uri = try RedirectURI(text)
        if list.contains(uri) { throw .listedTwice }
        if list.count >= redirectURIsPerApplication { throw .tooMany(limit: redirectURIsPerApplication) }
        return list + [uri]
    }
}
