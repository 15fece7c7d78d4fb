import Registry
import Support
import Testing
import Web

@testable import Portal

@Suite("Looking after administrators")
struct LookingAfterAdministrators {
    let portal: TestPortal
    init() async throws { portal = try await TestPortal() }

    private let ada = "ada@harbour.example"

    @Test func `the first administrator comes by a link that works once, for an hour`() async throws {
        let link = try #require(try await portal.theOperator.firstAdministratorLink()).secret.plaintext
        #expect(try await portal.theOperator.firstAdministratorLink() == nil)
        var browser = portal.browser()
        for _ in 1...3 { #expect(try await browser.get("/admin/invitations/\(link)").status == 200) }
        let form: [(name: String, value: String)] = [
            ("seal", browser.ownSeal), ("name", "Ada"), ("email", ada), ("password", TestPortal.password),
        ]
        #expect(try await browser.post("/admin/invitations/\(link)", form).status == 303)
        #expect(try await browser.get("/admin/invitations/\(link)").status == 410)
        #expect(try await browser.post("/admin/invitations/\(link)", form).status == 410)
        #expect(try await portal.theOperator.administrators().map(\.rank) == [.full])
        portal.clock.advance(by: .seconds(7200))
        #expect(try await portal.theOperator.firstAdministratorLink() == nil)
    }

    @Test func `an hour later the link is dead, and another can be made`() async throws {
        let link = try #require(try await portal.theOperator.firstAdministratorLink()).secret.plaintext
        portal.clock.advance(by: .seconds(3600))
        var browser = portal.browser()
        #expect(try await browser.get("/admin/invitations/\(link)").status == 410)
        #expect(try await portal.theOperator.firstAdministratorLink() != nil)
    }

    @Test func `a weak password keeps the invitation open`() async throws {
        let link = try #require(try await portal.theOperator.firstAdministratorLink()).secret.plaintext
        var browser = portal.browser()
        _ = try await browser.get("/admin/invitations/\(link)")
        let answer = try await browser.post(
            "/admin/invitations/\(link)",
            [("seal", browser.ownSeal), ("name", "Ada"), ("email", ada), ("password", "short")]
        )
        #expect(answer.status == 422 && answer.text.contains("Use at least 12 characters"))
        #expect(try await browser.get("/admin/invitations/\(link)").status == 200)
    }

    @Test(arguments: Site.routes.filter { $0.admits == .admin && $0.method == .post && $0.least == .full })
    func `who may only look changes nothing`(route: Route) async throws {
        let application = try await portal.registeredApplication(isApproved: false)
        var viewer = try await portal.administrator("vic@harbour.example", .readOnly)
        let before = try await portal.rows()
        let path = route.pattern.description.replacing("{application}", with: application.id)
        let answer = try await viewer.post(path, [("seal", viewer.ownSeal), ("reason", "Because")])
        #expect(answer.status == 403 && answer.text.contains("read only"))
        try await portal.expectNothingChanged(since: before, by: "\(route.pattern)")
        #expect(try await viewer.get("/admin").status == 200)
    }

    @Test func `an administrator invites by letter, and sees who has not come yet`() async throws {
        var browser = try await portal.browser(of: ada, as: .admin)
        let answer = try await browser.post(
            "/admin/people",
            [("seal", browser.ownSeal), ("email", "vic@harbour.example"), ("rank", "read_only")]
        )
        #expect(answer.status == 303)
        let page = try await browser.follow(answer)
        #expect(page.text.contains("The invitation is on its way."))
        #expect(page.text.contains("vic@harbour.example"))
        let bad = try await browser.post("/admin/people", [("seal", browser.ownSeal), ("email", "vic")])
        #expect(bad.status == 422 && bad.text.contains("Enter an e-mail address like name@company.com"))
    }

    @Test func `whoever is one already is not invited, and the form says what to do instead`() async throws {
        var browser = try await portal.browser(of: ada, as: .admin)
        let answer = try await browser.post(
            "/admin/people",
            [("seal", browser.ownSeal), ("email", ada), ("rank", "read_only")]
        )
        #expect(answer.status == 422)
        #expect(answer.text.contains("\(ada) is an administrator already. Change their role on their page"))
    }

    @Test func `an invitation that is taken back makes nobody an administrator`() async throws {
        var browser = try await portal.browser(of: ada, as: .admin)
        let vic = ("email", "vic@harbour.example")
        _ = try await browser.post("/admin/people", [("seal", browser.ownSeal), vic, ("rank", "full")])
        let link = try await portal.registry.waitingLetters(of: portal.tenant.id).compactMap {
            if case .invitedAsAdministrator(_, let link) = $0.letter { link } else { nil }
        }.last
        let place = "/admin/invitations/\(try #require(link))"
        var stranger = portal.browser()
        #expect(try await stranger.get(place).status == 200)

        var viewer = try await portal.administrator("lou@harbour.example", .readOnly)
        #expect(try await !viewer.get("/admin/people").body.contains("cancel-invitation"))
        let cancelled = try await browser.post(
            "/admin/people/cancel-invitation",
            [("seal", browser.ownSeal), vic]
        )
        let page = try await browser.follow(cancelled)
        #expect(page.text.contains("The invitation is cancelled. Its link no longer works."))
        #expect(!page.text.contains("vic@harbour.example"))
        #expect(
            try await browser.get("/admin/audit").text.contains(
                "cancelled the invitation of an administrator"
            )
        )
        #expect(try await stranger.get(place).status == 410)
    }

    @Test func `removing somebody ends their session at once`() async throws {
        var browser = try await portal.browser(of: ada, as: .admin)
        var vic = try await portal.administrator("vic@harbour.example", .full)
        let id = try await portal.theOperator.administrator("vic@harbour.example").account.id.text
        let answer = try await browser.post("/admin/people/\(id)/remove", [("seal", browser.ownSeal)])
        #expect(answer.status == 303)
        #expect(try await vic.get("/admin").location == "/t/harbour/admin/sign-in")
        await #expect(throws: SignInRefusal.self) {
            _ = try await portal.browser(of: "vic@harbour.example", as: .admin)
        }
    }

    @Test(arguments: [(Rank.full, Rank.readOnly), (.readOnly, .full)])
    func `whose rank is changed signs in anew, and no cookie from before works`(
        old: Rank,
        new: Rank
    )
        async throws
    {
        var browser = try await portal.browser(of: ada, as: .admin)
        var vic = try await portal.administrator("vic@harbour.example", old)
        var halfway = try await portal.halfway("vic@harbour.example", as: .admin)
        #expect(try await vic.get("/admin").status == 200)
        let id = try await portal.theOperator.administrator("vic@harbour.example").account.id.text
        let answer = try await browser.post(
            "/admin/people/\(id)/role",
            [("seal", browser.ownSeal), ("rank", new.rawValue)]
        )
        #expect(answer.status == 303)
        for place in ["/admin", "/admin/second-factor"] {
            #expect(try await vic.get(place).location == "/t/harbour/admin/sign-in")
            #expect(try await halfway.get(place).location == "/t/harbour/admin/sign-in")
        }
        #expect(try await browser.get("/admin").status == 200)
        var again = try await portal.browser(of: "vic@harbour.example", as: .admin)
        #expect(again.cookies != vic.cookies)
        let reserved = try await again.post("/admin/scopes/delete", [("seal", again.ownSeal)])
        #expect(reserved.text.contains("read only") == (new == .readOnly))
    }

    @Test func `nobody changes their own access, and the last full administrator stays`() async throws {
        var browser = try await portal.browser(of: ada, as: .admin)
        let id = try await portal.theOperator.administrator(ada).account.id.text
        let answer = try await browser.post("/admin/people/\(id)/remove", [("seal", browser.ownSeal)])
        #expect(answer.status == 422)
        let person = try await portal.theOperator.administrator(ada)
        await #expect(throws: PeopleRefusal.lastFullAdministrator) {
            try await portal.theOperator.remove(person)
        }
    }

    @Test func `a reset takes the second factor away and lets its owner begin again`() async throws {
        var browser = try await portal.browser(of: ada, as: .admin)
        _ = try await portal.administrator("vic@harbour.example", .full)
        let id = try await portal.theOperator.administrator("vic@harbour.example").account.id.text
        let answer = try await browser.post(
            "/admin/people/\(id)/reset-second-factor",
            [("seal", browser.ownSeal)]
        )
        #expect(answer.status == 303)
        var vic = try await portal.halfway("vic@harbour.example", as: .admin)
        #expect(try await vic.get("/admin/second-factor").text.contains("Set up a second factor"))
    }
}
