import Registry
import Support
import Testing
import Web

@testable import Portal

@Suite("Inviting a partner")
struct InvitingAPartner {
    private let place = "/admin/partners/invite"

    private func portal(_ registration: Policy.Registration) async throws -> TestPortal {
        try await TestPortal { $0.policy.registration = registration }
    }

    private func invite(
        _ email: String,
        by browser: inout Browser,
        called name: String = "Robin"
    ) async throws -> Answer {
        let fields = [("seal", browser.ownSeal), ("name", name), ("email", email)]
        return try await browser.post(place, fields.map { (name: $0.0, value: $0.1) })
    }

    /// What the letter's link carries.
    private func link(at portal: TestPortal) async throws -> String {
        let links: [String] = try await portal.registry.waitingLetters(of: portal.tenant.id).compactMap {
            if case .invitedAsPartner(_, _, _, let link) = $0.letter { link } else { nil }
        }
        return try #require(links.first)
    }

    @Test func `whom an administrator invites makes an account where nobody signs up`() async throws {
        let portal = try await portal(.invitation)
        var stranger = portal.browser()
        for place in ["/", "/partners/sign-up"] {
            #expect(try await stranger.get(place).text.contains("Registration is by invitation"))
        }
        #expect(try await !stranger.get("/").body.contains("/partners/sign-up"))
        var ada = try await portal.browser(of: "ada@harbour.example", as: .admin)
        let answer = try await invite("robin@acme.example", by: &ada)
        #expect(try await ada.follow(answer).text.contains("The invitation is on its way."))
        #expect(try await ada.get("/admin/audit").text.contains("invited a partner"))

        let confirm = "/partners/confirm/\(try await link(at: portal))"
        portal.clock.advance(by: .seconds(6 * 86_400))
        #expect(try await stranger.get(confirm).text.contains("robin@acme.example"))
        let made = try await stranger.post(
            confirm,
            [("seal", stranger.ownSeal), ("password", TestPortal.password)]
        )
        #expect(made.status == 303)
        #expect(try await stranger.follow(made).status == 200)
    }

    @Test func `whoever has an account needs no invitation`() async throws {
        let portal = try await portal(.open)
        _ = try await portal.partner("dana@acme.example")
        var ada = try await portal.browser(of: "ada@harbour.example", as: .admin)
        let answer = try await invite("dana@acme.example", by: &ada)
        #expect(answer.status == 422 && answer.text.contains("has an account already"))

        #expect(try await invite("robin@acme.example", by: &ada).status == 303)
        _ = try await portal.partner("robin@acme.example")
        #expect(try await !ada.get("/admin/accounts").text.contains("Invited"))
    }

    @Test func `a week later the invitation is dead`() async throws {
        let portal = try await portal(.open)
        var ada = try await portal.browser(of: "ada@harbour.example", as: .admin)
        #expect(try await invite("robin@acme.example", by: &ada).status == 303)
        portal.clock.advance(by: .seconds(7 * 86_400))
        var robin = portal.browser()
        #expect(try await robin.get("/partners/confirm/\(try await link(at: portal))").status == 410)
    }

    @Test func `an invitation that is taken back lets nobody in`() async throws {
        let portal = try await portal(.invitation)
        var ada = try await portal.browser(of: "ada@harbour.example", as: .admin)
        _ = try await invite("robin@acme.example", by: &ada)
        let page = try await ada.get("/admin/accounts")
        #expect(page.text.contains("robin@acme.exampleRobin, the link works until"))
        let cancelled = try await ada.post(
            "/admin/partners/cancel-invitation",
            [("seal", ada.ownSeal), ("email", "robin@acme.example")]
        )
        let after = try await ada.follow(cancelled)
        #expect(after.text.contains("The invitation is cancelled. Its link no longer works."))
        #expect(!after.text.contains("robin@acme.example"))
        #expect(try await ada.get("/admin/audit").text.contains("cancelled the invitation of a partner"))
        let again = try await ada.post(
            "/admin/partners/cancel-invitation",
            [("seal", ada.ownSeal), ("email", "robin@acme.example")]
        )
        #expect(try await ada.follow(again).text.contains("That invitation was no longer open"))
        var robin = portal.browser()
        #expect(try await robin.get("/partners/confirm/\(try await link(at: portal))").status == 410)
    }

    @Test func `who came is no longer waited for, and their other link is dead`() async throws {
        let portal = try await portal(.open)
        var ada = try await portal.browser(of: "ada@harbour.example", as: .admin)
        _ = try await invite("robin@acme.example", by: &ada)
        portal.clock.advance(by: .seconds(61))
        var robin = portal.browser()
        _ = try await robin.get("/partners/sign-up")
        let typed = [("seal", robin.ownSeal), ("name", "Robin"), ("email", "robin@acme.example")]
        _ = try await robin.post("/partners/sign-up", typed)
        let own: [String] = try await portal.registry.waitingLetters(of: portal.tenant.id).compactMap {
            if case .confirmAddress(_, let link) = $0.letter { link } else { nil }
        }
        let confirm = "/partners/confirm/\(try #require(own.first))"
        _ = try await robin.get(confirm)
        let made = try await robin.post(
            confirm,
            [("seal", robin.ownSeal), ("password", TestPortal.password)]
        )
        #expect(made.status == 303)
        #expect(try await !ada.get("/admin/accounts").text.contains("Invited"))
        #expect(try await robin.get("/partners/confirm/\(try await link(at: portal))").status == 410)
    }

    @Test func `a bad address and a missing name are said where they were typed`() async throws {
        let portal = try await portal(.invitation)
        var ada = try await portal.browser(of: "ada@harbour.example", as: .admin)
        let answer = try await invite("robin", by: &ada, called: "")
        #expect(answer.status == 422)
        #expect(answer.text.contains("Enter their name"))
        #expect(answer.text.contains("Enter an e-mail address like name@company.com"))
    }

    @Test func `the second letter within a minute waits`() async throws {
        let portal = try await portal(.invitation)
        var ada = try await portal.browser(of: "ada@harbour.example", as: .admin)
        #expect(try await invite("robin@acme.example", by: &ada).status == 303)
        let again = try await invite("robin@acme.example", by: &ada)
        #expect(again.status == 422 && again.text.contains("went out a moment ago"))
    }

    @Test func `who may only look is not asked to invite`() async throws {
        let portal = try await portal(.invitation)
        var viewer = try await portal.administrator("vic@harbour.example", .readOnly)
        #expect(try await !viewer.get("/admin/accounts").body.contains(place))
        #expect(try await invite("robin@acme.example", by: &viewer).status == 403)
        var ada = try await portal.browser(of: "ada@harbour.example", as: .admin)
        _ = try await invite("robin@acme.example", by: &ada)
        let page = try await viewer.get("/admin/accounts")
        #expect(page.text.contains("robin@acme.example") && !page.body.contains("cancel-invitation"))
    }

    @Test func `where registration is closed nobody is invited`() async throws {
        let portal = try await portal(.closed)
        var ada = try await portal.browser(of: "ada@harbour.example", as: .admin)
        #expect(try await !ada.get("/admin/accounts").body.contains(place))
        #expect(try await ada.get(place).status == 404)
        #expect(try await invite("robin@acme.example", by: &ada).status == 404)
    }
}
