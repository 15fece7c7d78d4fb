import FoundationEssentials
import Registry
import Testing

/// What a member does with an application, said of the partner; each is let in anew.
extension PartnerAccess {
    func application(_ id: String) async throws -> Application? {
        do { return try await member(of: id).application } catch MemberRefusal.notAMember { return nil }
    }

    func addRedirectURI(_ text: String, to application: Application) async throws {
        try await member(of: application.id.text).addRedirectURI(text)
    }

    func removeRedirectURI(_ text: String, from application: Application) async throws {
        try await member(of: application.id.text).removeRedirectURI(text)
    }

    func testAccounts(of application: Application) async throws -> [TestAccount] {
        try await member(of: application.id.text).testAccounts()
    }

    func setTestAccounts(_ addresses: [EmailAddress], of application: Application) async throws {
        let member = try await member(of: application.id.text)
        try await member.setTestAccounts(Set(addresses), replacing: try await member.testAccounts())
    }

    /// Lists customers who agree at once.
    func setTesters(_ customers: [CustomerAccess], of application: Application) async throws {
        try await setTestAccounts(customers.map(\.account.email), of: application)
        for customer in customers { _ = try await customer.answerTestInvitation(application, agrees: true) }
    }

    func activity(of application: Application) async throws -> ActivityPage {
        try await member(of: application.id.text).activity()
    }

    func activity(under reference: String, of application: Application) async throws -> Activity? {
        try await member(of: application.id.text).activity(under: [reference])
    }

    func secrets(of application: Application) async throws -> [ClientSecret] {
        try await member(of: application.id.text).secrets()
    }

    func createSecret(
        for application: Application,
        label: String,
        ticket: String,
        others overlap: Overlap
    ) async throws -> SecretText {
        try await member(of: application.id.text).createSecret(label: label, ticket: ticket, others: overlap)
    }

    func revokeSecret(_ id: String, of application: Application) async throws {
        try await member(of: application.id.text).revokeSecret(id)
    }

    func revokeTokens(of id: String, of application: Application) async throws {
        try await member(of: application.id.text).revokeTokens(of: id)
    }

    func endSecret(_ id: String, of application: Application, at end: Date?) async throws {
        try await member(of: application.id.text).endSecret(id, at: end)
    }
}

extension TestRegistry {
    /// Somebody who is in the team of an application.
    func member(
        _ email: String,
        as role: MemberRole,
        of application: OwnedApplication
    ) async throws -> MemberAccess {
        let partner = try await registry.newPartner(email, at: tenant)
        try await theOperator.addMember(partner.account.email, as: role, of: application.id)
        return try await partner.member(of: application.id)
    }
}
