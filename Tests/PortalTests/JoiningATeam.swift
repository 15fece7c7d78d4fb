import Registry
import Support
import Testing
import Web

@testable import Portal

@Suite("Joining a team")
struct JoiningATeam {
    let portal: TestPortal
    let application: OwnedApplication

    init() async throws {
        portal = try await TestPortal()
        application = try await portal.registeredApplication(isApproved: false)
    }

    private let lee = "lee@acme.example"
    private var page: String { "/applications/\(application.id)" }

    private func send(
        _ path: String,
        _ fields: [(name: String, value: String)] = [],
        in browser: inout Browser
    ) async throws -> Answer {
        try await browser.post(path, [("seal", browser.ownSeal)] + fields)
    }

    /// Invites somebody through the form; the link in their letter, below the tenant.
    private func invite(_ email: String, as role: String = "developer") async throws -> String {
        var dana = try await portal.partner()
        let fields = [(name: "email", value: email), (name: "role", value: role)]
        let answer = try await send("\(page)/team/invite", fields, in: &dana)
        #expect(answer.status == 303)
        #expect(try await dana.follow(answer).text.contains("The invitation is on its way."))
        return try await linkInLetter()
    }

    private func linkInLetter() async throws -> String {
        let letter = try #require(try await portal.registry.waitingLetters(of: portal.tenant.id).first)
        let writer = LetterWriter(tenant: portal.tenant, publicURL: portal.site.publicURL)
        return String(writer.write(letter.letter).link.url.dropFirst(TestPortal.issuer.count))
    }

    @Test func `somebody new signs up through the link and is in the team`() async throws {
        let link = try await invite(lee)
        var browser = portal.browser()
        for _ in 1...3 {
            let page = try await browser.get(link)
            #expect(page.status == 200 && page.text.contains("as a Developer") && page.text.contains(lee))
        }
        let weak = try await send(link, [("name", "Lee"), ("password", "short")], in: &browser)
        #expect(weak.status == 422 && weak.text.contains("Use at least 12 characters"))
        let seal = try #require(try await browser.get(link).hidden("seal"))
        let joined = try await browser.post(
            link,
            [("seal", seal), ("name", "Lee"), ("password", TestPortal.password)]
        )
        #expect(try await browser.follow(joined).text.contains("You joined Acme Rentals."))
        #expect(try await browser.get(page).status == 200)
        var other = portal.browser()
        let gone = try await other.get(link)
        #expect(gone.status == 410 && gone.text.contains("This link no longer works"))
    }

    @Test func `somebody who has an account signs in, and comes back to accept`() async throws {
        try await portal.add(lee, as: .partner)
        let link = try await invite(lee, as: "viewer")
        var browser = portal.browser()
        let secret = try #require(link.split(separator: "/").last).description
        #expect(try await browser.get(link).body.contains("/partners/sign-in?invitation=\(secret)"))
        let door = try await browser.get("/partners/sign-in", [("invitation", secret)])
        #expect(door.hidden("invitation") == secret)
        let signedIn = try await browser.post(
            "/partners/sign-in",
            [
                ("seal", try #require(door.hidden("seal"))), ("email", lee),
                ("password", TestPortal.password), ("invitation", secret),
            ]
        )
        let asked = try await browser.follow(signedIn)
        #expect(asked.text.contains("Join the team of Acme Rentals"))
        let seal = try #require(asked.hidden("seal"))
        let joined = try await browser.post("\(link)/accept", [("seal", seal)])
        #expect(joined.status == 303)
        #expect(try await browser.follow(joined).text.contains("You joined Acme Rentals."))
        #expect(try await browser.post("\(link)/accept", [("seal", seal)]).status == 410)
    }

    @Test func `whoever is signed in with another address is told whose invitation it is`() async throws {
        let link = try await invite(lee)
        var lou = try await portal.partner("lou@cranes.example")
        let told = try await lou.get(link)
        #expect(told.status == 200 && told.text.contains("The invitation is for"))
        #expect(told.text.contains("lou@cranes.example") && !told.body.contains("\(link)/accept"))
        #expect(try await send("\(link)/accept", in: &lou).status == 303)
        #expect(try await lou.get(page).status == 404)
        #expect(try await lou.get(link).status == 200)
    }

    @Test func `what stands in the way is said at the address`() async throws {
        _ = try await invite(lee)
        var dana = try await portal.partner()
        let refused = [
            (lee, "was invited already, until"), ("dana@acme.example", "is in the team already"),
            ("lee", "Enter an e-mail address like name@company.com"), ("", "Enter an e-mail"),
        ]
        for (email, words) in refused {
            let answer = try await send("\(page)/team/invite", [("email", email)], in: &dana)
            #expect(answer.status == 422 && answer.text.contains(words), "\(email)")
        }
        #expect(try await portal.registry.waitingLetters(of: portal.tenant.id).count == 1)
    }

    @Test func `an invitation is sent again after a minute, and cancelled`() async throws {
        let first = try await invite(lee)
        var dana = try await portal.partner()
        let again = "\(page)/team/invite-again"
        #expect(try await send(again, [("email", lee)], in: &dana).status == 429)
        portal.clock.advance(by: .seconds(61))
        #expect(try await send(again, [("email", lee)], in: &dana).status == 303)
        let second = try await linkInLetter()
        var browser = portal.browser()
        #expect(try await browser.get(first).status == 410)
        #expect(try await browser.get(second).status == 200)
        let question = try await dana.get("\(page)/team/cancel", [("email", lee)])
        #expect(question.status == 200 && question.text.contains("Cancel the invitation of \(lee)?"))
        #expect(try await send("\(page)/team/cancel", [("email", lee)], in: &dana).status == 303)
        #expect(try await browser.get(second).status == 410)
        #expect(try await send("\(page)/team/cancel", [("email", lee)], in: &dana).status == 404)
    }

    @Test func `twenty invitations an hour are enough`() async throws {
        var dana = try await portal.partner()
        for number in 1...20 {
            let fields = [(name: "email", value: "p\(number)@acme.example")]
            let answer = try await send("\(page)/team/invite", fields, in: &dana)
            #expect(answer.status == 303)
        }
        #expect(try await send("\(page)/team/invite", [("email", lee)], in: &dana).status == 429)
    }

    @Test func `somebody who is removed is out with their next request`() async throws {
        var member = try await portal.member(lee, as: .owner, of: application)
        #expect(try await member.get(page).status == 200)
        var dana = try await portal.partner()
        let steps = try await dana.get(page).body.split(separator: "/team/").map { $0.prefix { $0 != "\"" } }
        let step = try #require(steps.first { $0.hasSuffix("/remove") })
        let asked = try await dana.get("\(page)/team/\(step)")
        #expect(asked.status == 200 && asked.text.contains("Invitations they sent stop working"))
        #expect(try await send("\(page)/team/\(step)", in: &dana).status == 303)
        #expect(try await member.get(page).status == 404)
        #expect(try await member.get("\(page)/team/invite").status == 404)
    }

    @Test func `a member leaves, and the last owner is told why not`() async throws {
        var viewer = try await portal.member(lee, as: .viewer, of: application)
        let left = try await send("\(page)/team/leave", in: &viewer)
        #expect(try await viewer.follow(left).text.contains("You left the team."))
        #expect(try await viewer.get(page).status == 404)
        var dana = try await portal.partner()
        let stays = try await send("\(page)/team/leave", in: &dana)
        #expect(stays.status == 422 && stays.text.contains("Make another member an Owner first"))
    }

    @Test func `who owned it when it was approved is told how it changes hands`() async throws {
        try await portal.theOperator.approve(application.id)
        portal.clock.advance(by: .seconds(60))
        var next = try await portal.member(lee, as: .owner, of: application)
        var dana = try await portal.partner()
        let words =
            "Nobody else was an Owner when Harbourline approved it. Offer it to the next Owner with Transfer"
        let stays = try await send("\(page)/team/leave", in: &dana)
        #expect(stays.status == 422 && stays.text.contains(words))
        let steps = try await next.get(page).body.split(separator: "/team/").map { $0.prefix { $0 != "\"" } }
        let step = try #require(steps.first { $0.hasSuffix("/remove") })
        let removed = try await send("\(page)/team/\(step)", in: &next)
        #expect(removed.status == 422 && removed.text.contains(words))
        let role = step.replacing("/remove", with: "/role")
        let demoted = try await send("\(page)/team/\(role)", [("role", "viewer")], in: &next)
        #expect(demoted.status == 422 && demoted.text.contains(words))
        _ = try await portal.theOperator.suspend(application.id, reason: "Abuse")
        let suspended = try await send("\(page)/team/leave", in: &dana)
        #expect(suspended.text.contains("cannot change hands until Harbourline resumes it"))
    }

    @Test func `only owners find what changes the team`() async throws {
        _ = try await invite(lee)
        for role in [MemberRole.viewer, .developer] {
            var member = try await portal.member("\(role)@acme.example", as: role, of: application)
            let seen = try await member.get(page).body
            #expect(seen.contains("dana@acme.example") && seen.contains(lee) && seen.contains("/team/leave"))
            for words in ["/team/invite", "/remove\"", "Change role", "Send again"] {
                #expect(!seen.contains(words), "\(role): \(words)")
            }
        }
    }
}
