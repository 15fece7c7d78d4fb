import Registry
import Web

/// A partner's applications: the list, and one of them whole (ux A4, A7).
enum ApplicationScreens {
    static func list(_ partner: PartnerAccess, _ visit: Visit) async throws -> Response {
        let applications = try await partner.applications()
        return Page("Applications", .partners(signedIn: true, current: .applications)) {
            Notice(text: notice(visit.queryValue("done")))
            if applications.isEmpty {
                NothingRegistered(visit: visit)
            } else {
                ApplicationTable(applications: applications, visit: visit)
            }
        }.response(to: visit)
    }

    private static func notice(_ done: String?) -> String? {
        switch done {
        case "deleted": "The application is deleted."
        case "left": "You left the team."
        default: nil
        }
    }

    static func show(_ member: MemberAccess, _ visit: Visit) async throws -> Response {
        try await detail(for: member, visit)
    }

    static func addRedirectURI(
        _ member: MemberAccess,
        _ form: Form,
        _ visit: Visit
    ) async throws -> Response {
        let typed = form["redirect_uri"]?.trimmingSpaces ?? ""
        let outcome: EditOutcome
        do {
            outcome = try await member.addRedirectURI(typed)
        } catch RegistrationRefusal.redirectURI(.fragment) {
            let mend = FieldProblem(
                field: "redirect-uri",
                message: "The part after # cannot be registered. This is the same address without it"
            )
            let rest = typed.withoutFragment
            return try await detail(for: member, visit, problems: [mend], typedURI: rest)
        } catch RegistrationRefusal.redirectURI(let problem) {
            let mend = FieldProblem(field: "redirect-uri", message: problem.messageOnAdding)
            return try await detail(for: member, visit, problems: [mend], typedURI: typed)
        }
        let nearMiss = member.application.redirectURIs.first { $0.isNearMiss(of: typed) }
        let done: Done = outcome == .waits ? .changeSent : .redirectURIAdded
        let place = visit.place(of: member.application, after: done)
        return .redirect(to: nearMiss == nil ? place : place.with(query: [("near", typed)]))
    }

    static func askToRemoveRedirectURI(_ member: MemberAccess, _ visit: Visit) async throws -> Response {
        let waiting = try await member.pendingRevision()?.addedRedirectURIs ?? []
        let (asked, all) = (visit.queryValue("uri") ?? "", member.application.redirectURIs + waiting)
        guard let uri = all.first(where: { $0.text.isByteForByte(asked) }) else { throw Refusal.notFound }
        return RemoveRedirectURIPage(visit: visit, application: member.application, uri: uri).page.response(
            to: visit
        )
    }

    static func removeRedirectURI(
        _ member: MemberAccess,
        _ form: Form,
        _ visit: Visit
    ) async throws -> Response {
        try await member.removeRedirectURI(form["redirect_uri"] ?? "")
        return .redirect(to: visit.place(of: member.application, after: .redirectURIRemoved))
    }

    /// The detail page, with what to mend when a form on it was declined.
    static func detail(
        for member: MemberAccess,
        _ visit: Visit,
        problems: [FieldProblem] = [],
        typedURI: String = "",
        typedAccounts: String? = nil
    ) async throws -> Response {
        let page = ApplicationPage(
            visit: visit,
            application: member.application,
            role: member.role,
            team: try await member.team(),
            own: member.account.id,
            secrets: try await member.secrets(),
            testAccounts: try await member.testAccounts(),
            pending: try await member.pendingRevision(),
            checklist: try await member.approvalChecklist(),
            uses: try await member.redirectURIUses(),
            lastAuthorization: try await member.lastAuthorization(),
            tokenRequests: try await member.manualRequests(),
            problems: problems,
            typedURI: typedURI,
            typedAccounts: typedAccounts
        )
        return page.page.response(to: visit, problems.isEmpty ? .ok : .unprocessable)
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
    case approvalAsked = "approval-asked"
    case withdrawn
    case brandSaved = "brand-saved"
    case changeSent = "change-sent"
    case permissionsSaved = "permissions-saved"
    case tokenAsked = "token-asked"
    case tokenEnded = "token-ended"
    case invited
    case invitedAgain = "invited-again"
    case invitationCancelled = "invitation-cancelled"
    case joined
    case offered
    case offerTakenBack = "offer-taken-back"
    case takenOver = "taken-over"
    case roleSaved = "role-saved"
    case memberRemoved = "member-removed"

    func sentence(_ application: Application) -> String {
        switch self {
        case .redirectURIAdded: "The redirect URI is on the list."
        case .redirectURIRemoved: "The redirect URI is removed."
        case .testAccountsSaved: "The test accounts are saved."
        case .secretRevoked: "The secret is revoked."
        case .secretDated: "The end date of the secret is saved."
        case .tokensRevoked: "The tokens of the secret are revoked."
        case .approvalAsked: "You asked for approval."
        case .withdrawn: "It is withdrawn."
        case .brandSaved: "The branding is saved."
        case .changeSent: "The change was sent for approval."
        case .permissionsSaved: "The permissions are saved."
        case .tokenAsked: "You asked for a token. You read here what becomes of it."
        case .tokenEnded: "The request is ended."
        case .invited: "The invitation is on its way."
        case .invitedAgain: "The invitation is on its way again. The link sent before no longer works."
        case .invitationCancelled: "The invitation is cancelled. Its link no longer works."
        case .joined: "You joined \(application.displayName)."
        case .offered: "The offer is on its way."
        case .offerTakenBack: "The offer is taken back. Its link no longer works."
        case .takenOver:
            "The application is yours now. Create new client secrets, and revoke those that others know."
        case .roleSaved: "The role is saved."
        case .memberRemoved: "The member is removed."
        }
    }
}

extension Visit {
    func place(of application: Application, after done: Done) -> Path {
        place(of: application.id, after: done)
    }

    func place(of id: ClientID, after done: Done) -> Path {
        path("applications", id.text).with(query: [("done", done.rawValue)])
    }
}

extension String {
    /// An address without what a browser keeps for itself.
    var withoutFragment: String { String(decoding: utf8.prefix { $0 != UInt8(ascii: "#") }, as: UTF8.self) }
}
