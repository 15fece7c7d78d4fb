import Registry
import Support
import Testing
import Web

@testable import Portal

@Suite("Closing a tenant")
struct ClosingATenant {
    let portal: TestPortal
    init() async throws { portal = try await TestPortal() }

    private func path(_ route: Route) -> String {
        var path = route.pattern.description
        while let open = path.firstIndex(of: "{"), let close = path[open...].firstIndex(of: "}") {
            path.replaceSubrange(open...close, with: "x")
        }
        return path
    }

    @Test(arguments: Site.routes)
    func `nobody is answered while it is disabled`(route: Route) async throws {
        try await portal.theOperator.disableTenant()
        var browser = portal.browser()
        let answer = try await browser.send(route.method, path(route))
        switch route.pattern.description {
        case "/theme/{file}", "/logos/{digest}/{file}": #expect(answer.status == 404)
        default:
            #expect(answer.status == 503)
            #expect(
                answer.body.contains("\"temporarily_unavailable\"")
                    || answer.text.contains("Not available at present")
            )
        }
    }

    @Test func `software is told so in its own words, and never that its credentials are wrong`() async throws
    {
        let application = try await portal.registeredApplication()
        try await portal.theOperator.disableTenant()
        let form = [(name: "grant_type", value: "client_credentials")]
        let answer = try await portal.client(application).post("/oauth2/token", form)
        expectFailure(answer, 503, "temporarily_unavailable")
    }

    @Test func `the page says it calmly, in the reader's language, and shows no picture`() async throws {
        try await portal.theOperator.disableTenant()
        var browser = portal.browser()
        let page = try await browser.get("/sign-in", [("lang", "de")])
        #expect(page.status == 503 && page.text.contains("Dieser Dienst ist vorübergehend geschlossen."))
        #expect(!page.body.contains("/logos/"))
        #expect(try await browser.get("/nowhere").status == 503)
        let sheet = try #require(page.between("/theme/", "\""))
        #expect(try await browser.get("/theme/\(sheet)").status == 200)
    }

    @Test func `sessions, tokens and pictures are there again once it is enabled`() async throws {
        let application = try await portal.registeredApplication()
        let logo = try await portal.theOperator.store(TestPortal.logo()).text
        var partner = try await portal.partner()
        #expect(try await partner.get("/logos/\(logo)/64.png").status == 200)
        #expect(try await partner.get("/applications/\(application.id)").status == 200)
        try await portal.theOperator.disableTenant()
        portal.clock.advance(by: .milliseconds(1001))
        #expect(try await partner.get("/logos/\(logo)/64.png").status == 404)
        #expect(try await partner.get("/applications/\(application.id)").status == 503)
        try await portal.theOperator.enableTenant()
        portal.clock.advance(by: .milliseconds(1001))
        for _ in 1...2 { #expect(try await partner.get("/logos/\(logo)/64.png").status == 200) }
        #expect(try await partner.get("/applications/\(application.id)").status == 200)
    }
}
