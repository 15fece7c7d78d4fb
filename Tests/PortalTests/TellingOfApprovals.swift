import Registry
import Support
import Testing
import Web

@testable import Portal

@Suite("Telling of approvals")
struct TellingOfApprovals {
    private func approved(at portal: TestPortal) -> String {
        let writer = LetterWriter(tenant: portal.tenant, publicURL: portal.site.publicURL)
        let written = writer.write(.approved(application: .init(id: "harbour_1", name: "Acme Rentals")))
        return written.paragraphs.map { $0.text(in: .english) }.joined()
    }

    @Test func `what is missing keeps nobody from asking, and the page says so`() async throws {
        let portal = try await TestPortal()
        let application = try await portal.registeredApplication(isApproved: false)
        var dana = try await portal.partner()
        let page = try await dana.get("/applications/\(application.id)")
        #expect(page.text.contains("You can ask as it is. Harbourline will look for each of these"))
    }

    @Test func `where applications are reviewed, an approval opens one to customers`() async throws {
        let portal = try await TestPortal()
        let application = try await portal.registeredApplication(isApproved: false)
        var ada = try await portal.browser(of: "ada@harbour.example", as: .admin)
        let page = try await ada.get("/admin/applications/\(application.id)")
        #expect(page.text.contains("Any customer can connect."))
        #expect(approved(at: portal) == "Any Harbourline customer can now connect Acme Rentals.")
    }

    @Test func `where a tenant is open, an approval is seen by customers`() async throws {
        let portal = try await TestPortal { $0.policy.review = .open }
        let application = try await portal.registeredApplication(isApproved: false)
        var ada = try await portal.browser(of: "ada@harbour.example", as: .admin)
        let page = try await ada.get("/admin/applications/\(application.id)")
        #expect(page.text.contains("Customers see that it is verified, and any of them can connect."))
        #expect(approved(at: portal).hasPrefix("Customers now see that Harbourline has verified Acme"))
    }

    @Test func `a change is approved for the publisher that was confirmed`() async throws {
        let portal = try await TestPortal()
        let application = try await portal.registeredApplication(isApproved: false)
        let confirmed = try CompanyName("Acme Group Ltd", at: portal.tenant.brand)
        try await portal.theOperator.approve(application.id, publisher: confirmed)
        let member = try await portal.partnerAccess().member(of: application.id)
        var brand = ApplicationBrand(application.application)
        brand.profile.companyName = try CompanyName("Northern Lights", at: portal.tenant.brand)
        _ = try await member.edit(to: brand)
        var ada = try await portal.browser(of: "ada@harbour.example", as: .admin)
        let page = try await ada.get("/admin/applications/\(application.id)")
        let field = try #require(page.between("id=\"publisher\"", ">"))
        #expect(field.contains("value=\"Acme Group Ltd\""))
        #expect(page.text.contains("Customers see the new version."))
    }

    @Test func `administrators read what changes in an approved application`() async throws {
        let portal = try await TestPortal()
        let writer = LetterWriter(tenant: portal.tenant, publicURL: portal.site.publicURL)
        let written = writer.write(
            .askedForChange(
                application: .init(id: "harbour_1", name: "Acme Rentals"),
                by: "dana@acme.example",
                at: portal.clock.now,
                fields: ["company_name"],
                scopes: ["location.read"],
                redirectURIs: ["https://acme.example/second"]
            )
        )
        #expect(written.subject == "A change to Acme Rentals asks for approval")
        #expect(
            written.quote == [
                "Company name", "Permission: location.read", "Redirect URI: https://acme.example/second",
            ]
        )
    }
}
