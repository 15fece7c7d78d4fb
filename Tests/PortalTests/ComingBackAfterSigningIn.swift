import Registry
import Support
import Testing
import Web

@testable import Portal

@Suite("Coming back after signing in")
struct ComingBackAfterSigningIn {
    let portal: TestPortal
    private let lee = "lee@acme.example"

    init() async throws {
        portal = try await TestPortal { $0.policy.manualIssuance = true }
        _ = try await portal.carefulPartner(lee)
        portal.clock.advance(by: .seconds(60))
    }

    /// Signs in with password and code, from where a page leads; where that ends.
    private func signIn(from start: Answer, in browser: inout Browser) async throws -> String? {
        let wish = start.fieldsOfGoal
        let signedIn = try await browser.post(
            "/partners/sign-in",
            [
                ("seal", try #require(start.hidden("seal"))), ("email", lee),
                ("password", TestPortal.password),
            ] + wish
        )
        var place = try #require(signedIn.location)
        var page = try await browser.follow(signedIn)
        while let next = page.location {
            place = next
            page = try await browser.follow(page)
        }
        #expect(place.hasPrefix("/t/harbour/partners/second-factor"))
        #expect(page.text.contains("Enter your code") && page.fieldsOfGoal.count == wish.count)
        let sent = [(name: "seal", value: try #require(page.hidden("seal")))] + page.fieldsOfGoal
        let wrong = try await browser.post("/partners/second-factor", sent + [("code", "000000")])
        #expect(wrong.status == 422 && wrong.fieldsOfGoal.count == wish.count)
        let code = try portal.code(of: lee)
        return try await browser.post("/partners/second-factor", sent + [("code", code)]).location
    }

    @Test func `whoever opens an invitation and has a second factor is back at it after the code`()
        async throws
    {
        let application = try await portal.registeredApplication(isApproved: false)
        var dana = try await portal.partner()
        let invited = try await dana.post(
            "/applications/\(application.id)/team/invite",
            [("seal", dana.ownSeal), ("email", lee), ("role", "viewer")]
        )
        #expect(invited.status == 303)
        let letter = try #require(try await portal.registry.waitingLetters(of: portal.tenant.id).first)
        let writer = LetterWriter(tenant: portal.tenant, publicURL: portal.site.publicURL)
        let link = String(writer.write(letter.letter).link.url.dropFirst(TestPortal.issuer.count))
        var browser = portal.browser()
        let asked = try await browser.get(link)
        let secret = try #require(asked.between("/partners/sign-in?invitation=", "\""))
        let page = try await browser.get("/partners/sign-in", [("invitation", secret)])
        #expect(try await signIn(from: page, in: &browser) == "/t/harbour\(link)")
        #expect(try await browser.get(link).text.contains("Join the team"))
    }

    @Test func `whoever opens a letter with a token is back at it after the code`() async throws {
        var browser = portal.browser()
        let away = try await browser.get("/handover/harbour_link_x")
        #expect(away.location == "/t/harbour/partners/sign-in?handover=harbour_link_x")
        let page = try await browser.follow(away)
        #expect(try await signIn(from: page, in: &browser) == "/t/harbour/handover/harbour_link_x")
    }

    @Test func `whoever looks up a reference is back at it after the code`() async throws {
        let place = "/applications/harbour_x/activity"
        var browser = portal.browser()
        let away = try await browser.get(place, [("reference", "R-1")])
        let page = try await browser.follow(away)
        #expect(try await signIn(from: page, in: &browser) == "/t/harbour\(place)?reference=R-1")
    }

    @Test func `whoever wanted nothing in particular goes to their applications`() async throws {
        var browser = portal.browser()
        let page = try await browser.follow(try await browser.get("/applications"))
        #expect(try await signIn(from: page, in: &browser) == "/t/harbour/applications")
    }

    @Test func `nobody is sent away from here`() async throws {
        for wish in ["//evil.example", "https://evil.example/", "../../x", ".."] {
            var browser = try await portal.partner()
            let answer = try await browser.get("/partners/sign-in", [("handover", wish)])
            #expect(answer.location?.hasPrefix("/t/harbour/handover") == true, "\(wish)")
        }
    }
}

extension Answer {
    /// What a form carries of where somebody wants to go.
    fileprivate var fieldsOfGoal: [(name: String, value: String)] {
        ["invitation", "handover", "application", "reference"].compactMap { name in
            hidden(name).map { (name, $0) }
        }
    }
}
