import FoundationEssentials
import Registry
import Support
import Testing

@testable import Portal

@Suite("Warning administrators")
struct WarningAdministrators {
    private func letters(at portal: TestPortal) async throws -> [WrittenLetter] {
        let writer = LetterWriter(tenant: portal.tenant, publicURL: portal.site.publicURL)
        return try await portal.registry.waitingLetters(of: portal.tenant.id).map { writer.write($0.letter) }
    }

    /// Dana registers another application.
    private func register(at portal: TestPortal) async throws {
        let cookie = try await portal.partner().cookies["portal-harbour-partner"] ?? ""
        let from = Provenance(address: "192.0.2.7", reference: "R-1")
        let dana = try #require(try await portal.registry.partner(cookie, at: portal.tenant, from: from))
        var form = ApplicationForm()
        (form.companyName, form.ticket) = ("Acme Rentals", portal.registry.freshToken())
        form.redirectURIs = [TestPortal.callback]
        _ = try await dana.register(ApplicationDraft(form, logo: nil, needsLogo: false, at: portal.tenant))
    }

    @Test func `a limit that is nearly reached is said by letter and on the first page`() async throws {
        let portal = try await TestPortal { $0.policy.unapprovedApplications = 2 }
        var ada = try await portal.browser(of: "ada@harbour.example", as: .admin)
        #expect(try await !ada.get("/admin").text.contains("places for"))
        for _ in 1...2 { try await register(at: portal) }
        let said = "2 of 2 places for applications that nobody approved are taken."
        #expect(try await ada.get("/admin").text.contains(said))
        let letter = try #require(try await letters(at: portal).first)
        #expect(letter.subject == "Many applications wait for somebody to look")
        #expect(letter.paragraphs[0].text(in: .english).hasSuffix(said))
        #expect(try await letters(at: portal).count == 1)
    }

    @Test func `who lets fewer approvals take two, or gives the role Full, is named to the others`()
        async throws
    {
        let portal = try await TestPortal { $0.policy.secondAdministrator = .always }
        _ = try await portal.browser(of: "vic@harbour.example", as: .admin)
        var ada = try await portal.browser(of: "ada@harbour.example", as: .admin)
        let invited = try await ada.post(
            "/admin/people",
            [("seal", ada.ownSeal), ("email", "eve@harbour.example"), ("rank", "full")]
        )
        #expect(invited.status == 303)
        let letters = try await letters(at: portal)
        let letter = try #require(
            letters.first { $0.subject.hasSuffix("is invited as a full administrator") }
        )
        let said = letter.paragraphs[0].text(in: .english)
        #expect(said.hasPrefix("Somebody (ada@harbour.example) invited eve@harbour.example on "))
        #expect(letter.link.url == TestPortal.issuer + "/admin/people")
        let writer = LetterWriter(tenant: portal.tenant, publicURL: portal.site.publicURL)
        let loosened = writer.write(
            .secondAdministratorLoosened(.always, to: .never, by: "Ada", at: portal.clock.now)
        )
        #expect(loosened.paragraphs[0].text(in: .english).hasSuffix("Before: Always. Now: Never."))
    }

    @Test func `crossings are a letter that leads to the audit log, and sentences there`() async throws {
        let portal = try await TestPortal()
        var ada = try await portal.browser(of: "ada@harbour.example", as: .admin)
        _ = try await portal.registry.importTenant(.harbour(), as: try #require(TenantName("quayside")))
        var dana = try await portal.partner()
        for _ in 0...Alert.crossingsAnHour {
            #expect(try await dana.get("/applications/quayside_0123456789abcdefghijKL").status == 404)
            try await portal.registry.writeCrossings()
        }
        let letter = try #require(try await letters(at: portal).first)
        #expect(letter.subject == "Somebody keeps asking for what is not yours")
        #expect(letter.paragraphs[0].text(in: .english).contains("More than 20 times within an hour"))
        #expect(letter.link.url == TestPortal.issuer + "/admin/audit")
        let log = try await ada.get("/admin/audit", [("action", "crossing.refused")]).text
        #expect(log.contains("asked for something of another tenant: quayside_0123456789abcdefghijKL"))
    }
}
