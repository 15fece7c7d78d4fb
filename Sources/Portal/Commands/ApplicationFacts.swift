import FoundationEssentials
import Registry

/// Looking at applications.
extension ApplicationCommands {
    static func list(_ call: Call, at desk: Desk) async throws {
        let access = try await desk.access(toTenantOf: call)
        try await call.print(
            columns: ["client_id", "name", "kind", "state", "customers", "last_used"],
            empty: "No applications yet.",
            facts: facts
        ) { try await access.applications(after: $0) }
    }

    private static func facts(_ summary: ApplicationSummary) -> [(String, JSON)] {
        [
            ("client_id", .text(summary.application.id.text)),
            ("name", .text(summary.application.displayName)),
            ("kind", .text(summary.application.kind.word)),
            ("state", .text(summary.application.state.word)),
            ("customers", .number(summary.connectedCustomers)),
            ("last_used", .text(summary.lastUsedAt?.formatted(.iso8601) ?? "never")),
        ]
    }

    static func show(_ call: Call, at desk: Desk) async throws {
        let id = call.arguments.operands.first ?? ""
        let access = try await desk.access(toTenantOf: call)
        let application = try await access.application(id)
        let pending = try await access.pendingRevision(of: application)
        let facts = facts(application) + (pending.map { change(of: application, to: $0) } ?? [])
        call.print(facts, aligned(facts.map { [$0.0, $0.1.cell] }))
    }

    /// What waits for approval, so that nobody approves it unseen.
    private static func change(
        of application: Application,
        to pending: PendingRevision
    ) -> [(String, JSON)] {
        let brand = ApplicationBrand(profile: pending.profile, logo: pending.logo)
        let changes = ApplicationBrand(application).changes(to: brand).filter(\.field.waitsForApproval)
        return changes.map { ("change_\($0.field.rawValue)", .text($0.new)) } + [
            ("change_scopes", .list(pending.addedScopes.names.map { .text($0.text) })),
            ("change_redirect_uris", .list(pending.addedRedirectURIs.map { .text($0.text) })),
        ]
    }

    static func facts(_ application: Application) -> [(String, JSON)] {
        let profile = application.profile
        let optional = [
            ("application_name", profile.applicationName?.text), ("website", profile.website),
            ("privacy_policy", profile.privacyPolicy), ("support_email", profile.supportEmail),
            ("purpose", profile.purpose), ("terms", profile.terms),
            ("publisher", application.approval?.publisher.text),
            ("suspension_reason", application.suspension?.reason),
            ("suspension_reference", application.suspension?.reference),
        ]
        return [
            ("client_id", .text(application.id.text)), ("name", .text(application.companyName.text)),
            ("kind", .text(application.kind.word)), ("state", .text(application.state.word)),
            ("scopes", .list(application.scopes.names.map { .text($0.text) })),
            ("redirect_uris", .list(application.redirectURIs.map { .text($0.text) })),
            ("owner_domain", .text(application.ownerDomain)),
            ("created_at", .text(application.createdAt.formatted(.iso8601))),
            ("revision", .number(application.revision)),
        ] + optional.compactMap { name, text in text.map { (name, .text($0)) } }
    }
}

extension Application.State {
    fileprivate var word: String {
        switch self {
        case .unreviewed: "unreviewed"
        case .waiting: "waiting"
        case .changesNeeded: "changes-needed"
        case .rejected: "rejected"
        case .approved: "approved"
        case .suspended: "suspended"
        }
    }
}
