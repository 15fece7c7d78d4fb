import Registry
import Web

/// A partner's applications: the list, and one of them whole (ux A4, A7).
enum ApplicationScreens {
    static func list(_ partner: PartnerAccess, _ visit: Visit) async throws -> Response {
        let applications = try await partner.applications()
        return Page("Applications", .partners(signedIn: true, current: .applications)) {
            if applications.isEmpty {
                NothingRegistered(visit: visit)
            } else {
                ApplicationTable(applications: applications, visit: visit)
            }
        }.response(to: visit)
    }

    static func show(_ partner: PartnerAccess, _ visit: Visit) async throws -> Response {
        try await detail(of: partner.requested(visit), partner, visit)
    }

    static func addRedirectURI(
        _ partner: PartnerAccess,
        _ form: Form,
        _ visit: Visit
    ) async throws -> Response {
        let application = try await partner.requested(visit)
        let typed = form["redirect_uri"]?.trimmingSpaces ?? ""
        do {
            try await partner.addRedirectURI(typed, to: application)
        } catch RegistrationRefusal.redirectURI(.fragment) {
            let mend = FieldProblem(
                field: "redirect-uri",
                message: "The part after # cannot be registered. This is the same address without it"
            )
            let rest = typed.withoutFragment
            return try await detail(of: application, partner, visit, problems: [mend], typedURI: rest)
        } catch RegistrationRefusal.redirectURI(let problem) {
            let mend = FieldProblem(field: "redirect-uri", message: problem.message)
            return try await detail(of: application, partner, visit, problems: [mend], typedURI: typed)
        }
        let nearMiss = application.redirectURIs.first { $0.isNearMiss(of: typed) }
        let place = visit.place(of: application, after: .redirectURIAdded)
        return .redirect(to: nearMiss == nil ? place : place.with(query: [("near", typed)]))
    }

    static func askToRemoveRedirectURI(_ partner: PartnerAccess, _ visit: Visit) async throws -> Response {
        let application = try await partner.requested(visit)
        let uri = application.redirectURIs.first { $0.text == visit.queryValue("uri") }
        guard let uri else { throw Refusal.notFound }
        return RemoveRedirectURIPage(visit: visit, application: application, uri: uri).page.response(
            to: visit
        )
    }

    static func removeRedirectURI(
        _ partner: PartnerAccess,
        _ form: Form,
        _ visit: Visit
    ) async throws -> Response {
        let application = try await partner.requested(visit)
        try await partner.removeRedirectURI(form["redirect_uri"] ?? "", from: application)
        return .redirect(to: visit.place(of: application, after: .redirectURIRemoved))
    }

    static func setTestAccounts(
        _ partner: PartnerAccess,
        _ form: Form,
        _ visit: Visit
    ) async throws -> Response {
        let application = try await partner.requested(visit)
        let typed = (form["emails"] ?? "").lines.map(\.trimmingSpaces).filter { !$0.isEmpty }
        let addresses = typed.compactMap(EmailAddress.init)
        guard addresses.count == typed.count, addresses.count <= 5 else {
            let mend = FieldProblem(
                field: "emails",
                message: "Enter up to 5 e-mail addresses like name@company.com, one per line"
            )
            return try await detail(of: application, partner, visit, problems: [mend])
        }
        try await partner.setTestAccounts(addresses, of: application)
        return .redirect(to: visit.place(of: application, after: .testAccountsSaved))
    }

    /// The detail page, with what to mend when a form on it was declined.
    static func detail(
        of application: Application,
        _ partner: PartnerAccess,
        _ visit: Visit,
        problems: [FieldProblem] = [],
        typedURI: String = ""
    ) async throws -> Response {
        let page = ApplicationPage(
            visit: visit,
            application: application,
            secrets: try await partner.secrets(of: application),
            testAccounts: try await partner.testAccounts(of: application),
            problems: problems,
            typedURI: typedURI
        )
        return page.page.response(to: visit, problems.isEmpty ? .ok : .unprocessable)
    }
}

extension PartnerAccess {
    /// The application a route names, if it is this partner's; otherwise there is no such page.
    func requested(_ visit: Visit) async throws -> Application {
        guard let application = try await application(visit.captured("application")) else {
            throw Refusal.notFound
        }
        return application
    }
}

/// What was just done to an application, said once on the page it leads back to.
enum Done: String {
    case redirectURIAdded = "redirect-uri-added"
    case redirectURIRemoved = "redirect-uri-removed"
    case testAccountsSaved = "test-accounts-saved"
    case secretRevoked = "secret-revoked"
    case secretDated = "secret-dated"
    case tokensRevoked = "tokens-revoked"

    var sentence: String {
        switch self {
        case .redirectURIAdded: "The redirect URI is on the list."
        case .redirectURIRemoved: "The redirect URI is removed."
        case .testAccountsSaved: "The test accounts are saved."
        case .secretRevoked: "The secret is revoked."
        case .secretDated: "The end date of the secret is saved."
        case .tokensRevoked: "The tokens of the secret are revoked."
        }
    }
}

extension Visit {
    func place(of application: Application, after done: Done) -> Path {
        path("applications", application.id.text).with(query: [("done", done.rawValue)])
    }
}

extension String {
    /// An address without what a browser keeps for itself.
    var withoutFragment: String { String(decoding: utf8.prefix { $0 != UInt8(ascii: "#") }, as: UTF8.self) }
}
