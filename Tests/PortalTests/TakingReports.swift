import Registry
import Support
import Testing
import Web

@testable import Portal

@Suite("Taking reports")
struct TakingReports {
    let portal: TestPortal
    let application: OwnedApplication

    init() async throws {
        portal = try await TestPortal { $0.policy.review = .open }
        application = try await portal.registeredApplication(isApproved: false)
    }

    private var place: String { "/report/\(application.id)" }

    private func report(
        _ browser: inout Browser,
        _ more: [(name: String, value: String)] = [("reason", "pretends")]
    ) async throws -> Answer {
        let page = try await browser.get(place)
        let seal = try #require(page.hidden("seal"))
        return try await browser.post(place, [("seal", seal)] + more)
    }

    @Test func `anybody may report, and gets a reference`() async throws {
        for var browser in [portal.browser(), try await portal.customer()] {
            let page = try await browser.get(place)
            #expect(page.text.contains("Report Acme Rentals") && page.text.contains("What is wrong?"))
            #expect(!page.text.contains("Also disconnect it now"))
            let answer = try await report(&browser)
            #expect(answer.status == 303)
            let thanks = try await browser.follow(answer).text
            #expect(thanks.contains("Thank you") && thanks.contains("Reference R-"))
        }
    }

    @Test func `the picture of a suspended application is taken down`() async throws {
        let logo = try await portal.theOperator.store(TestPortal.logo())
        var form = ApplicationForm()
        (form.companyName, form.ticket) = ("Pictured Ltd", "pictured")
        let draft = try ApplicationDraft(form, logo: logo, at: portal.tenant)
        let dana = try #require(EmailAddress("dana@acme.example"))
        let id = try await portal.theOperator.register(draft, for: dana).application.id.text
        var browser = portal.browser()
        #expect(try await browser.get("/report/\(id)").body.contains("/logos/\(logo.text)"))
        try await portal.theOperator.suspend(id, reason: "Not theirs")
        let page = try await browser.get("/report/\(id)")
        #expect(page.status == 200 && !page.body.contains("/logos/\(logo.text)"))
        #expect(page.body.contains("monogram"))
    }

    @Test func `what is missing or too long is told at its field, with what was typed`() async throws {
        var browser = portal.browser()
        let empty = try await report(&browser, [("words", "It calls itself my bank")])
        #expect(empty.status == 422 && empty.text.contains("Choose what is wrong"))
        #expect(empty.body.contains("It calls itself my bank</textarea>"))
        let long = try await report(
            &browser,
            [("reason", "other"), ("words", String(repeating: "x", count: 2001))]
        )
        #expect(long.status == 422 && long.text.contains("Say it in up to 2,000 characters"))
    }

    @Test func `two thousand characters may be said in any script`() async throws {
        for letter in ["x", "ж", "語", "𠀋"] {
            var browser = portal.browser()
            let words = String(repeating: letter, count: 2000)
            let answer = try await report(&browser, [("reason", "other"), ("words", words)])
            #expect(answer.status == 303, "\(letter)")
        }
    }

    @Test func `a form of another site reports nothing`() async throws {
        var browser = portal.browser()
        _ = try await browser.get(place)
        for seal in ["", "x"] {
            let answer = try await browser.post(place, [("seal", seal), ("reason", "pretends")])
            #expect(answer.status == 403)
        }
    }

    @Test func `whoever is connected may disconnect in the same go`() async throws {
        _ = try await portal.tokens(for: application)
        var kim = try await portal.customer()
        #expect(try await kim.get(place).text.contains("Also disconnect it now"))
        _ = try await report(&kim, [("reason", "not_me")])
        #expect(try await kim.get("/account/connections").text.contains("These applications can use"))
        _ = try await report(&kim, [("reason", "not_me"), ("disconnect", "yes")])
        #expect(try await kim.get("/account/connections").text.contains("No applications are connected"))
    }

    @Test func `an address of the network is braked, and a person as well`() async throws {
        var kim = try await portal.customer()
        for _ in 1...5 { #expect(try await report(&kim).status == 303) }
        #expect(try await report(&kim).status == 429)
        var browser = portal.browser()
        for _ in 1...4 { #expect(try await report(&browser).status == 303) }
        #expect(try await report(&browser).status == 429)
    }

    @Test func `what is not there cannot be reported, nor thanked for`() async throws {
        var browser = portal.browser()
        #expect(try await browser.get("/report/nobody").status == 404)
        #expect(try await browser.get("\(place)/sent", [("reference", "R-00000000")]).status == 404)
        let answer = try await report(&browser)
        let reference = try #require(answer.returned["reference"])
        let other = try await portal.registeredApplication("Borrowed Cranes")
        let elsewhere = try await browser.get("/report/\(other.id)/sent", [("reference", reference)])
        #expect(elsewhere.status == 404)
    }

    @Test func `three people freeze it until an administrator decides`() async throws {
        for name in ["a", "b", "c"] {
            var somebody = try await portal.customer("\(name)@northfield.example")
            _ = try await report(&somebody, [("reason", "pretends"), ("words", "<b>Not</b> Acme")])
        }
        var kim = try await portal.customer()
        let stopped = try await kim.authorize(portal.query(application))
        #expect(stopped.status == 403)
        #expect(stopped.text.contains("Acme Rentals cannot be connected now"))
        #expect(stopped.body.contains("error=access_denied"))

        var ada = try await portal.browser(of: "ada@harbour.example", as: .admin)
        let page = try await ada.get("/admin/applications/\(application.id)")
        #expect(page.text.contains("Reports (3 waiting)") && page.text.contains("Frozen since"))
        #expect(page.text.contains("<b>Not</b> Acme") && !page.body.contains("<b>Not"))
        #expect(!page.text.contains("a@northfield.example"))
        let settle = "/admin/applications/\(application.id)/reports"
        #expect(try await ada.post(settle, [("seal", ada.ownSeal), ("verdict", "perhaps")]).status == 403)
        let answer = try await ada.post(settle, [("seal", ada.ownSeal), ("verdict", "groundless")])
        #expect(answer.location == "/t/harbour/admin/applications/\(application.id)")
        #expect(try await ada.follow(answer).text.contains("found groundless"))
        #expect(try await kim.authorize(portal.query(application)).status == 200)
        let log = try await ada.get("/admin/audit").text
        #expect(log.contains("reported Acme Rentals") && log.contains("froze Acme Rentals"))
        #expect(log.contains("let people connect again to Acme Rentals"))
    }
}
