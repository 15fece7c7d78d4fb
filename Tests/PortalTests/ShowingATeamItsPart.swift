import Registry
import Testing

@testable import Portal

@Suite("Showing a team its part")
struct ShowingATeamItsPart {
    let portal: TestPortal
    let application: OwnedApplication

    init() async throws {
        portal = try await TestPortal()
        application = try await portal.registeredApplication(isApproved: false)
    }

    private func page(for role: MemberRole) async throws -> String {
        var member = try await portal.member("\(role)@acme.example", as: role, of: application)
        return try await member.get("/applications/\(application.id)").body
    }

    @Test func `a viewer reads the page and finds nothing to send`() async throws {
        let page = try await page(for: .viewer)
        #expect(page.contains(TestPortal.callback) && page.contains("Client secrets"))
        for words in ["Create a new secret", "Add this address", "Save test accounts", "/remove?", "/revoke"]
        {
            #expect(!page.contains(words))
        }
    }

    @Test func `a developer finds everything but what changes secrets`() async throws {
        let page = try await page(for: .developer)
        for words in ["Add this address", "Save test accounts", "/remove?"] { #expect(page.contains(words)) }
        for words in ["Create a new secret", "/revoke", "Set end date"] { #expect(!page.contains(words)) }
    }

    @Test func `an owner finds everything`() async throws {
        let page = try await page(for: .owner)
        for words in ["Create a new secret", "/revoke", "Add this address", "Save test accounts"] {
            #expect(page.contains(words))
        }
    }

    @Test func `members see the application in their list`() async throws {
        var viewer = try await portal.member("lee@acme.example", as: .viewer, of: application)
        #expect(try await viewer.get("/applications").body.contains(application.id))
        var stranger = try await portal.partner("lou@cranes.example")
        #expect(try await !stranger.get("/applications").body.contains(application.id))
    }
}
