import Registry
import Support
import Testing
import Web

@testable import Portal

@Suite("Confirming it is you")
struct ConfirmingItIsYou {
    let portal: TestPortal
    init() async throws { portal = try await TestPortal() }

    private typealias Fields = [(name: String, value: String)]

    private let ada = "ada@harbour.example"

    @Test func `an administrator without a second factor can only set one up`() async throws {
        var browser = try await portal.halfway(ada, as: .admin)
        for path in ["/admin", "/admin/your-second-factor"] {
            #expect(try await browser.get(path).location == "/t/harbour/admin/second-factor")
        }
        let page = try await browser.get("/admin/second-factor")
        #expect(page.text.contains("Set up a second factor"))
        let shown = try #require(page.between("<code id=\"key-text\">", "</code>"))
        let key = try #require(AuthenticatorKey(shown))
        let answer = try await browser.post(
            "/admin/second-factor",
            [("seal", browser.ownSeal), ("code", key.code(at: portal.clock.now))]
        )
        #expect(answer.text.contains("Keep your recovery codes"))
        #expect(answer["Cache-Control"] == "no-store")
        #expect(try await browser.get("/admin").status == 200)
    }

    @Test func `a wrong code is told at its field, and the sixth try has to wait`() async throws {
        _ = try await portal.browser(of: ada, as: .admin)
        var browser = try await portal.halfway(ada, as: .admin)
        for _ in 1...5 {
            let answer = try await browser.post(
                "/admin/second-factor",
                [("seal", browser.ownSeal), ("code", "000000")]
            )
            #expect(answer.status == 422)
            #expect(answer.text.contains("This code is not right"))
        }
        portal.clock.advance(by: .seconds(60))
        let right: [(name: String, value: String)] = [
            ("seal", browser.ownSeal), ("code", try portal.code(of: ada)),
        ]
        #expect(try await browser.post("/admin/second-factor", right).status == 429)
        portal.clock.advance(by: .seconds(240))
        let later = try await browser.post(
            "/admin/second-factor",
            [("seal", browser.ownSeal), ("code", try portal.code(of: ada))]
        )
        #expect(later.location == "/t/harbour/admin")
    }

    /// Signs in with the password at the page for it, as far as a second factor.
    private func halfway(_ browser: inout Browser) async throws {
        let door = try await browser.get("/admin/sign-in")
        let fields = [
            (name: "seal", value: try #require(door.hidden("seal"))), (name: "email", value: ada),
            (name: "password", value: TestPortal.password),
        ]
        let answer = try await browser.post("/admin/sign-in", fields)
        #expect(answer.location == "/t/harbour/admin")
    }

    private func show(_ code: String, in browser: inout Browser) async throws -> Answer {
        try await browser.post("/admin/second-factor", [("seal", browser.ownSeal), ("code", code)])
    }

    @Test func `whoever has the password alone keeps nobody out who was in before`() async throws {
        let application = try await portal.registeredApplication()
        _ = try await portal.browser(of: ada, as: .admin)
        var (owner, thief) = (portal.browser(), portal.browser())
        portal.clock.advance(by: .seconds(60))
        try await halfway(&owner)
        #expect(try await show(try portal.code(of: ada), in: &owner).status == 303)
        for _ in 1...2 {
            try await halfway(&thief)
            for _ in 1...5 { _ = try await show("000000", in: &thief) }
        }
        portal.clock.advance(by: .seconds(60))
        #expect(try await show(try portal.code(of: ada), in: &thief).status == 429)

        portal.clock.advance(by: .seconds(241))
        for _ in 1...5 { #expect(try await show("000000", in: &thief).status == 422) }
        let path = "/admin/applications/\(application.id)/suspend"
        let act: Fields = [
            ("seal", owner.ownSeal), ("reason", "Odd traffic"), ("confirm_code", try portal.code(of: ada)),
        ]
        #expect(try await owner.post(path, act).location?.contains(application.id) == true)

        portal.clock.advance(by: .seconds(60))
        for _ in 1...5 { _ = try await show("000000", in: &thief) }
        owner.cookies["portal-harbour-admin"] = nil
        try await halfway(&owner)
        #expect(try await show(try portal.code(of: ada), in: &owner).status == 303)
    }

    @Test func `what was set up is shown although its try cannot be given back`() async throws {
        guard !TestDatabase.isPostgres else { return }
        let database = DoubtfulDatabase(try await TestDatabase.make(), isSaidToBeShared: true)
        let portal = try await TestPortal(on: database)
        var dana = try await portal.partner()
        let page = try await dana.post("/partners/your-second-factor/new", [("seal", dana.ownSeal)])
        let shown = try #require(page.between("<code id=\"key-text\">", "</code>"))
        let key = try #require(AuthenticatorKey(shown))
        try await database.transaction(.directory) { connection in
            try connection.define([
                """
                CREATE TRIGGER nothing_is_given_back BEFORE UPDATE ON shared_counts
                WHEN NEW.times = '' AND OLD.times <> '' BEGIN SELECT RAISE(ABORT, 'no'); END
                """
            ])
        }
        let code = key.code(at: portal.clock.now)
        let answer = try await dana.post(
            "/partners/your-second-factor/new",
            [("seal", dana.ownSeal), ("code", code)]
        )
        #expect(answer.status == 200 && answer.text.contains("Keep your recovery codes"))
    }

    @Test(arguments: Site.routes.filter { $0.proof == .fresh && $0.admits == .admin })
    func `after five minutes a sensitive act waits for a code`(route: Route) async throws {
        let application = try await portal.registeredApplication(isApproved: false)
        var browser = try await portal.browser(of: ada, as: .admin)
        portal.clock.advance(by: .seconds(301))
        let before = try await portal.theOperator.ledger(after: 0, limit: 9999).count
        let path = route.pattern.description.replacing("{application}", with: application.id)
        let answer = try await browser.post(path, [("seal", browser.ownSeal), ("reason", "Because")])
        #expect(answer.status == 403)
        #expect(answer.text.contains("Confirm it is you"))
        #expect(try await portal.theOperator.ledger(after: 0, limit: 9999).count == before)
    }

    @Test(arguments: Site.routes.filter { $0.proof == .fresh && $0.admits != .admin })
    func `of a partner without one the password is asked`(route: Route) async throws {
        let application = try await portal.registeredApplication(isApproved: false)
        var dana = try await portal.partner()
        portal.clock.advance(by: .seconds(301))
        let before = try await portal.theOperator.ledger(after: 0, limit: 9999).count
        let path = route.pattern.description.replacing("{application}", with: application.id)
        let answer = try await dana.post(path, [("seal", dana.ownSeal)])
        #expect(answer.status == 403 && answer.body.contains("id=\"confirm-password\""))
        #expect(try await portal.theOperator.ledger(after: 0, limit: 9999).count == before)
    }

    @Test func `the password carries the act out, and a wrong one nothing`() async throws {
        let application = try await portal.registeredApplication(isApproved: false)
        var dana = try await portal.partner()
        let path = "/applications/\(application.id)/redirect-uris"
        func adding(_ uri: String, _ password: String? = nil) -> Fields {
            let shown = password.map { [(name: "confirm_password", value: $0)] } ?? []
            return [("seal", dana.ownSeal), ("redirect_uri", uri)] + shown
        }
        #expect(try await dana.post(path, adding("https://one.example/cb")).status == 303)
        portal.clock.advance(by: .seconds(301))
        #expect(try await dana.post(path, adding("https://two.example/cb")).status == 403)
        let old = dana.cookies
        let wrong = try await dana.post(path, adding("https://two.example/cb", "not it"))
        #expect(wrong.status == 422 && wrong.text.contains("The password is not right"))
        #expect(dana.cookies == old)
        let right = try await dana.post(path, adding("https://two.example/cb", TestPortal.password))
        #expect(right.status == 303 && dana.cookies != old)
        #expect(try await dana.post(path, adding("https://three.example/cb")).status == 303)
        let addresses = try await portal.theOperator.application(application.id).redirectURIs.map(\.text)
        #expect(Set(addresses).isSuperset(of: ["one", "two", "three"].map { "https://\($0).example/cb" }))
    }

    @Test func `the code carries the act out, with what was typed, in a session with another cookie`()
        async throws
    {
        let application = try await portal.registeredApplication()
        var browser = try await portal.browser(of: ada, as: .admin)
        portal.clock.advance(by: .seconds(301))
        let path = "/admin/applications/\(application.id)/suspend"
        let asked = try await browser.post(path, [("seal", browser.ownSeal), ("reason", "Odd <traffic>")])
        #expect(asked.hidden("reason") == "Odd &lt;traffic&gt;")
        let old = browser.cookies
        let wrong = try await browser.post(
            path,
            [("seal", browser.ownSeal), ("reason", "Odd"), ("confirm_code", "000000")]
        )
        #expect(wrong.status == 422 && browser.cookies == old)
        let done = try await browser.post(
            path,
            [
                ("seal", browser.ownSeal), ("reason", "Odd <traffic>"),
                ("confirm_code", try portal.code(of: ada)),
            ]
        )
        #expect(done.status == 303)
        #expect(browser.cookies != old)
        let suspended = try await portal.theOperator.application(application.id)
        guard case .suspended(let suspension) = suspended.state else {
            Issue.record("It is not suspended.")
            return
        }
        #expect(suspension.reason == "Odd <traffic>")
        #expect(try await browser.get("/admin").status == 200)
        browser.cookies = old
        #expect(try await browser.get("/admin").status == 303)
    }

    @Test func `after five minutes nobody sets a second factor up without the password`() async throws {
        var dana = try await portal.partner()
        portal.clock.advance(by: .seconds(301))
        let asked = try await dana.post("/partners/your-second-factor/new", [("seal", dana.ownSeal)])
        #expect(asked.status == 403 && asked.text.contains("Confirm it is you"))
        #expect(!asked.body.contains("key-text"))
        let page = try await dana.post(
            "/partners/your-second-factor/new",
            [("seal", dana.ownSeal), ("confirm_password", TestPortal.password)]
        )
        #expect(page.body.contains("key-text"))
    }

    @Test func `a key that was shown can be set up, however long that takes`() async throws {
        var dana = try await portal.partner()
        let place = "/partners/your-second-factor/new"
        let page = try await dana.post(place, [("seal", dana.ownSeal)])
        let shown = try #require(page.between("<code id=\"key-text\">", "</code>"))
        let key = try #require(AuthenticatorKey(shown))
        portal.clock.advance(by: .seconds(301))
        let code = (name: "code", value: key.code(at: portal.clock.now))
        #expect(try await dana.post(place, [("seal", dana.ownSeal), code]).status == 403)
        let done = try await dana.post(
            place,
            [("seal", dana.ownSeal), code, ("confirm_password", TestPortal.password)]
        )
        #expect(done.text.contains("Keep your recovery codes"))
    }

    @Test func `a partner who wants one is asked for it from then on`() async throws {
        var dana = try await portal.partner()
        let place = "/partners/your-second-factor/new"
        let page = try await dana.post(place, [("seal", dana.ownSeal)])
        let shown = try #require(page.between("<code id=\"key-text\">", "</code>"))
        let key = try #require(AuthenticatorKey(shown))
        let answer = try await dana.post(
            place,
            [("seal", dana.ownSeal), ("code", key.code(at: portal.clock.now))]
        )
        #expect(answer.text.contains("Keep your recovery codes"))
        #expect(try await dana.get("/partners/your-second-factor").text.contains("10 left"))
        var again = try await portal.halfway("dana@acme.example", as: .partner)
        #expect(try await again.get("/applications").location == "/t/harbour/partners/second-factor")
    }
}
