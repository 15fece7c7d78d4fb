import Registry
import Testing

@testable import Portal

@Suite("Warning of look-alikes")
struct WarningOfLookalikes {
    private func page(of name: String, _ portal: TestPortal) async throws -> Answer {
        let asked = try await portal.registeredApplication(name, of: "eve@evil.example", isApproved: false)
        var admin = try await portal.browser(of: "ada@harbour.example", as: .admin)
        return try await admin.get("/admin/applications/\(asked.id)")
    }

    @Test(arguments: [
        ("NORTHFIELD PLANT LTD", "look the same"),
        ("Northfeild Plant", "differ in one letter"),
    ])
    func `an administrator sees what customers may take an application for`(
        name: String,
        reason: String
    ) async throws {
        let portal = try await TestPortal()
        let approved = try await portal.registeredApplication("Northfield Plant")
        let answer = try await page(of: name, portal)
        #expect(answer.body.contains("Customers may take it for something else"))
        #expect(answer.body.contains("/admin/applications/\(approved.id)"))
        #expect(answer.body.contains(reason))
    }

    @Test func `an administrator sees which protected name an application is close to`() async throws {
        let portal = try await TestPortal { $0.policy.protectedNames = ["Kingfisher", "Wagtail"] }
        let text = try await page(of: "Kingfisher Rentals", portal).text
        #expect(text.contains("Close to a protected name: “Kingfisher”.") && !text.contains("Wagtail"))
    }

    @Test func `nothing is said of names that are different, unapproved or the same partner's`() async throws
    {
        let portal = try await TestPortal()
        _ = try await portal.registeredApplication("Southfield Crane")
        _ = try await portal.registeredApplication("Northfield Plant", isApproved: false)
        _ = try await portal.registeredApplication("Northfield Plant", of: "eve@evil.example")
        let answer = try await page(of: "Northfield Plants", portal)
        #expect(answer.status == 200)
        #expect(!answer.body.contains("Customers may take it"))
    }
}
