import Registry
import Support
import Testing
import Web

@testable import Portal

@Suite("Choosing a company")
struct ChoosingACompany {
    let portal: TestPortal
    let application: OwnedApplication

    init() async throws {
        portal = try await TestPortal { settings in
            settings.policy.manualIssuance = true
            settings.scopes[1].choice = .ticked
        }
        application = try await portal.registeredApplication()
    }

    private func customer(of names: String...) async throws -> Browser {
        let browser = try await portal.customer()
        let kim = try #require(EmailAddress("kim@northfield.example"))
        let companies = Companies(try names.map { try #require(Company($0)) })
        _ = try await portal.theOperator.set(companies, of: kim, endingConsents: true)
        return browser
    }

    private func query(_ more: [(name: String, value: String)]) -> [(name: String, value: String)] {
        portal.query(application) { sent in
            sent.removeAll { field in more.contains { $0.name == field.name } }
            sent += more
        }
    }

    private func answer(
        _ browser: inout Browser,
        _ page: Answer,
        _ more: [(name: String, value: String)]
    ) async throws -> Answer {
        let ticket = try #require(page.hidden("ticket"))
        return try await browser.post("/oauth2/authorize", [("ticket", ticket), ("answer", "allow")] + more)
    }

    @Test func `whoever acts for several is asked before the list, with nothing chosen`() async throws {
        var kim = try await customer(of: "Southfield", "Northfield & Sons")
        let page = try await kim.authorize(portal.query(application))
        let group = try #require(page.between("<legend>Which company’s data?</legend>", "</fieldset>"))
        #expect(group.contains("value=\"Northfield &amp; Sons\"") && group.contains("value=\"Southfield\""))
        #expect(!group.contains("checked") && !page.body.contains("type=\"hidden\" name=\"company\""))
        #expect(page.between("Which company’s data?", "</html>")?.contains("id=\"can\"") == true)
        #expect(!page.text.contains("is connected for"))
    }

    @Test func `whoever chose none reads it at the field and above, and finds the rest as it was`()
        async throws
    {
        var kim = try await customer(of: "Southfield", "Northfield")
        let page = try await kim.authorize(query([("scope", "equipment.read equipment.change")]))
        let again = try await answer(&kim, page, [("lasts", "7")])
        #expect(again.status == 422 && again.body.contains("<title>Error: Connect Acme Rentals"))
        #expect(again.body.contains("<a href=\"#company-0\">Choose a company</a>"))
        #expect(again.body.contains("aria-describedby=\"company-0-err\""))
        #expect(again.body.contains("value=\"7\" selected"))
        #expect(again.between("id=\"pick-1\"", ">")?.contains("checked") == false)

        let done = try await answer(&kim, again, [("lasts", "7"), ("company", "Southfield")])
        #expect(done.status == 303 && done.returned["code"] != nil && done.returned["state"] == "s-1")
    }

    @Test func `it is said in the customer's language`() async throws {
        var kim = try await customer(of: "Southfield", "Northfield")
        let page = try await kim.authorize(query([("ui_locales", "de")]))
        #expect(page.text.contains("Daten welches Unternehmens?"))
        let again = try await answer(&kim, page, [])
        #expect(again.status == 422 && again.text.contains("Wählen Sie ein Unternehmen"))
        #expect(again["Content-Language"] == "de")
    }

    @Test func `the page says what ends with another company, and then it has ended`() async throws {
        var kim = try await customer(of: "Southfield", "Northfield")
        let first = try await kim.authorize(portal.query(application))
        #expect(try await answer(&kim, first, [("company", "Northfield")]).status == 303)
        let second = try await kim.authorize(portal.query(application))
        let warning =
            "Acme Rentals is connected for Northfield. If you choose another company, that access ends."
        #expect(second.text.contains(warning))
        #expect(try await answer(&kim, second, [("company", "Southfield")]).status == 303)
        let list = try await kim.get("/account/connections")
        #expect(list.text.contains("For Southfield") && list.text.contains("Disconnected earlier (1)"))
        #expect(list.text.contains("Acme Rentals for Northfield, until"))
        let export = try await kim.get("/account/connections/export")
        #expect(export.body.contains("\"organisation\": \"Southfield\""))
    }

    @Test func `a second tab that did not say so ends no other company’s access`() async throws {
        var kim = try await customer(of: "Southfield", "Northfield")
        let first = try await kim.authorize(portal.query(application))
        let second = try await kim.authorize(portal.query(application))
        #expect(try await answer(&kim, first, [("company", "Northfield")]).returned["code"] != nil)
        let again = try await answer(&kim, second, [("company", "Southfield")])
        #expect(again.location?.hasPrefix("/t/harbour/oauth2/authorize?") == true)
        #expect(try await kim.follow(again).text.contains("Acme Rentals is connected for Northfield."))
        #expect(try await kim.get("/account/connections").text.contains("For Northfield"))
    }

    @Test func `whoever comes to several companies can change between them again and again`() async throws {
        var kim = try await portal.customer()
        let asking = query([("prompt", "consent")])
        #expect(try await kim.answer(try await kim.authorize(asking), "allow").returned["code"] != nil)
        kim = try await customer(of: "Southfield", "Northfield")
        for name in ["Southfield", "Northfield", "Southfield"] {
            let page = try await kim.authorize(asking)
            #expect(try await answer(&kim, page, [("company", name)]).returned["code"] != nil)
        }
    }

    @Test func `an only company stands beside the address and travels with the form`() async throws {
        var kim = try await customer(of: "Northfield")
        let page = try await kim.authorize(portal.query(application))
        #expect(page.text.contains("kim@northfield.example · Northfield"))
        #expect(page.hidden("company") == "Northfield" && !page.text.contains("Which company"))
        #expect(try await answer(&kim, page, [("company", "Northfield")]).returned["code"] != nil)
    }

    @Test func `an application that may not disturb the customer is told so`() async throws {
        var kim = try await customer(of: "Southfield", "Northfield")
        let page = try await kim.authorize(portal.query(application))
        #expect(try await answer(&kim, page, [("company", "Northfield")]).status == 303)
        let silent = try await kim.authorize(query([("prompt", "none")]))
        #expect(silent.returned["error"] == "consent_required")
    }

    @Test func `a request by hand asks the same`() async throws {
        var kim = try await customer(of: "Southfield", "Northfield")
        let ada = try await portal.browser(of: "ada@harbour.example", as: .admin)
        let reference = try await portal.manualRequest(
            for: application,
            to: "kim@northfield.example",
            by: ada
        )
        let page = try await kim.get("/account/token-requests/\(reference)")
        let again = try await answer(&kim, page, [])
        #expect(again.status == 422 && again.text.contains("Choose a company"))
        let done = try await kim.follow(try await answer(&kim, again, [("company", "Southfield")]))
        #expect(done.text.contains("Acme Rentals can now use your Harbourline data"))
        #expect(try await kim.get("/account/connections").text.contains("For Southfield"))
    }

    @Test func `the provider's interface is told the company, in any script`() async throws {
        var kim = try await customer(of: "Zażółć Sp. z o.o.", "Northfield")
        let page = try await kim.authorize(portal.query(application))
        let answer = try await answer(&kim, page, [("company", "Zażółć Sp. z o.o.")])
        let tokens = try await portal.client(application).post(
            "/oauth2/token",
            [
                ("grant_type", "authorization_code"), ("code", answer.returned["code"] ?? ""),
                ("redirect_uri", TestPortal.callback), ("code_verifier", Pixy.verifier),
            ]
        )
        let token = try #require(tokens.members["access_token"])
        let told = await portal.ask(
            .get,
            "/oauth2/verify",
            headers: [("Authorization", "Bearer \(token)")]
        )
        #expect(told["X-Auth-Company"] == "UTF-8''Za%C5%BC%C3%B3%C5%82%C4%87%20Sp.%20z%20o.o.")
        let facts = try await portal.client(application).post("/oauth2/introspect", [("token", token)])
        #expect(facts.members["company"] == "Zażółć Sp. z o.o.")
    }

    @Test func `for a token of no company it is told too, so that no caller can say one`() async throws {
        let own = try await portal.client(application).post(
            "/oauth2/token",
            [("grant_type", "client_credentials")]
        )
        let token = try #require(own.members["access_token"])
        let told = await portal.ask(
            .get,
            "/oauth2/verify",
            headers: [("Authorization", "Bearer \(token)")]
        )
        #expect(told["X-Auth-Company"] == "UTF-8''")
        let facts = try await portal.client(application).post("/oauth2/introspect", [("token", token)])
        #expect(facts.members["active"] != nil && facts.members["company"] == nil)
    }
}
