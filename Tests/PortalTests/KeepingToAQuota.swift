import Registry
import Support
import Testing
import Web

@testable import Portal

@Suite("Keeping to a quota (MT-06)")
struct KeepingToAQuota {
    let portal: TestPortal
    init() async throws { portal = try await TestPortal { $0.policy.requestsPerSecond = 3 } }

    @Test func `what a tenant is asked beyond its quota is told to come again, to software and to people`()
        async throws
    {
        let client = portal.client(try await portal.registeredApplication())
        func ask() async throws -> Answer {
            try await client.post("/oauth2/token", [("grant_type", "client_credentials")])
        }
        for _ in 0..<3 { #expect(try await ask().status == 200) }
        let refused = try await ask()
        expectFailure(refused, 429, "temporarily_unavailable")
        #expect(refused["Retry-After"] == "1")
        var kim = portal.browser()
        let page = try await kim.get("/sign-in")
        #expect(page.status == 429 && page["Retry-After"] == "5")
        #expect(page.text.contains("Back soon"))
        let style = try #require(page.between("href=\"\(TestPortal.base)/theme/", "\""))
        #expect(try await kim.get("/theme/\(style)").status == 200)

        portal.clock.advance(by: .seconds(1))
        #expect(try await ask().status == 200)
    }

    @Test func `another tenant is answered`() async throws {
        let quiet = try #require(TenantName("quiet"))
        _ = try await portal.registry.importTenant(portal.tenant.settings, as: quiet)
        for _ in 0..<10 { _ = await portal.site.respond(to: .made(.get, "/sign-in")) }
        let answer = await portal.site.respond(to: .made(.get, "/sign-in", below: "/t/quiet"))
        #expect(answer.status.code == 200)
    }

    @Test func `without a quota as many are answered as come`() async throws {
        let portal = try await TestPortal()
        for _ in 0..<50 {
            #expect(await portal.site.respond(to: .made(.get, "/sign-in")).status.code == 200)
        }
    }
}
