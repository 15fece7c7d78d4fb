import FoundationEssentials

/// What an administrator looks at: the application, what it is to become, and what speaks for or against it.
package struct ReviewSubject: Sendable {
    package let application: Application

    /// Nil where nothing but the application itself is asked about.
    package let pending: PendingRevision?
    package let ownerEmail: EmailAddress?
    package let checklist: ApprovalChecklist
    package let connectedCustomers: Int
    package let suspensionNote: String?

    /// Who approved first, where it takes two.
    package let firstApproval: Account?

    /// Whom customers would be told it comes from: whom the first of two named, else whoever is confirmed, or the company.
    package var publisher: CompanyName {
        if case .waiting(_, let first?) = application.submission { return first.publisher }
        return application.publisher
    }

    /// The application as it would be after approval.
    package var proposed: Application { pending.map(application.becoming) ?? application }

    /// Names what was looked at, so that nothing else is decided about.
    package var seen: String { ReviewSubject.mark(application, pending) }

    /// Whether there is anything to decide.
    package var isUndecided: Bool { application.approval == nil || pending != nil }

    static func mark(_ application: Application, _ pending: PendingRevision?) -> String {
        "\(application.revision).\(application.scopes.wire).\(pending?.mark ?? "")"
    }
}

/// Something an administrator should know before they decide; computed, never a verdict.
package enum ReviewWarning: Sendable, Equatable {
    /// Anybody can have an address there.
    case freeMailDomain(String)
    case otherDomains(mail: String, website: String)
    case mayChange(ScopeSet)
}

extension ReviewSubject {
    package func warnings(at tenant: Tenant) -> [ReviewWarning] {
        var found: [ReviewWarning] = []
        let application = proposed
        if FreeMail.domains.contains(application.ownerDomain) {
            found.append(.freeMailDomain(application.ownerDomain))
        } else if let host = application.websiteHost, !host.isSameSite(as: application.ownerDomain) {
            found.append(.otherDomains(mail: application.ownerDomain, website: host))
        }
        let changing = tenant.offers(application.scopes).filter { $0.kind != .read }.map(\.name)
        if !changing.isEmpty { found.append(.mayChange(ScopeSet(changing))) }
        return found
    }
}

extension Application {
    /// Whom an approval names unless somebody says otherwise: a change to the application is none of its publisher.
    var publisher: CompanyName { approval?.publisher ?? companyName }

    /// The host of its website.
    package var websiteHost: String? { profile.website?.webHost }
}

extension String {
    /// The host of a website's address.
    var webHost: String? {
        do throws(RedirectURIProblem) { return try RedirectURI(self).place } catch { return nil }
    }

    /// Whether one of two host names is the other or lies below it.
    package func isSameSite(as other: String) -> Bool {
        isByteForByte(other) || hasSuffix("." + other) || other.hasSuffix("." + self)
    }
}

/// Where anybody gets an address in a minute.
private enum FreeMail {
    static let domains: Set<String> = [
        "aol.com", "fastmail.com", "gmail.com", "gmx.at", "gmx.ch", "gmx.com", "gmx.de", "gmx.net",
        "googlemail.com", "hey.com", "hotmail.com", "hotmail.fr", "icloud.com", "laposte.net", "libero.it",
        "live.com", "mac.com", "mail.com", "mail.ru", "me.com", "msn.com", "naver.com", "orange.fr",
        "outlook.com", "outlook.de", "pm.me", "proton.me", "protonmail.com", "qq.com", "seznam.cz",
        "t-online.de",
        "tutanota.com", "ukr.net", "web.de", "wp.pl", "yahoo.com", "yahoo.co.jp", "yahoo.co.uk", "yandex.ru",
        "ymail.com", "zoho.com", "163.com", "126.com",
    ]
}
