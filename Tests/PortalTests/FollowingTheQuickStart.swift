import Registry
import Support
import Testing
import Web

@testable import Portal

@Suite("Following the quick start")
struct FollowingTheQuickStart {
    private func start(_ portal: TestPortal, _ application: OwnedApplication) async throws -> Answer {
        var dana = try await portal.partner()
        return try await dana.get("/applications/\(application.id)")
    }

    @Test func `its link opens, and its second step redeems what comes of it`() async throws {
        let portal = try await TestPortal()
        let application = try await portal.registeredApplication()
        let page = try await start(portal, application)
        let query = try #require(page.between("/oauth2/authorize?", "</code>")).replacing("&amp;", with: "&")
        var kim = try await portal.customer()
        let screen = try await kim.authorize(try Form.urlEncoded(Array(query.utf8)[...]))
        let code = try #require(try await kim.answer(screen, "allow").returned["code"])
        let verifier = try #require(page.between("code_verifier=", " "))
        let answer = try await portal.client(application).post(
            "/oauth2/token",
            [
                ("grant_type", "authorization_code"), ("code", code), ("redirect_uri", TestPortal.callback),
                ("code_verifier", verifier),
            ]
        )
        #expect(answer.status == 200)
        #expect(page.text.contains("Your software makes its own for each request"))
    }

    @Test(arguments: [
        (Policy.RedirectMatch.exact, "It must match a registered redirect URI exactly, including a"),
        (.hostAndPath, "further parameters may follow in the query."),
    ])
    func `how an address has to match is told as it is`(
        rule: Policy.RedirectMatch,
        words: String
    ) async throws {
        let portal = try await TestPortal { $0.policy.redirectMatch = rule }
        let application = try await portal.registeredApplication()
        #expect(try await start(portal, application).text.contains(words))
        var browser = portal.browser()
        let page = try await browser.authorize(
            portal.query(application) { $0.set("redirect_uri", "https://acme.example/other") }
        )
        #expect(page.status == 400 && page.text.contains(words))
    }

    @Test func `an address that is there already is said to be there`() async throws {
        let portal = try await TestPortal()
        let application = try await portal.registeredApplication()
        var dana = try await portal.partner()
        let page = try await dana.post(
            "/applications/\(application.id)/redirect-uris",
            [("seal", dana.ownSeal), ("redirect_uri", TestPortal.callback)]
        )
        #expect(page.status == 422 && page.text.contains("This address is on the list already"))
    }
}
