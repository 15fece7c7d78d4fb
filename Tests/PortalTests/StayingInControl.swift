import Registry
import Support
import Testing
import Web

@testable import Portal

@Suite("Staying in control")
struct StayingInControl {
    let portal: TestPortal
    let application: OwnedApplication

    /// A tenant where customers may leave out to have their equipment changed.
    init() async throws {
        portal = try await TestPortal { $0.scopes[1].choice = .ticked }
        application = try await portal.registeredApplication()
    }

    private func asked(
        _ customer: inout Browser,
        _ change: (inout [(name: String, value: String)]) -> Void = { _ in }
    ) async throws -> Answer {
        try await customer.authorize(
            portal.query(application) {
                $0.set("scope", "equipment.read equipment.change")
                change(&$0)
            }
        )
    }

    /// Allows it with these boxes ticked, and returns where the connection stands.
    @discardableResult
    private func allow(
        _ customer: inout Browser,
        _ chosen: [(name: String, value: String)] = [("pick", "1")]
    ) async throws -> String {
        let page = try await asked(&customer)
        let ticket = try #require(page.hidden("ticket"))
        let answer = try await customer.post(
            "/oauth2/authorize",
            [("ticket", ticket), ("answer", "allow")] + chosen
        )
        #expect(answer.returned["code"] != nil)
        let list = try await customer.get("/account/connections")
        return "/account/connections/gr_"
            + String(try #require(list.between("/account/connections/gr_", "\"")).prefix { $0 != "/" })
    }

    /// The page of the receipt of what was allowed last.
    private func receipt(_ customer: inout Browser, at place: String) async throws -> String {
        let page = try await customer.get(place)
        let id = try #require(page.between("\(place)/receipts/", "\""))
        return "\(place)/receipts/\(id)"
    }

    @Test func `connected applications are published by whom an administrator confirmed`() async throws {
        let confirmed = try CompanyName("Acme Group Ltd", at: portal.tenant.brand)
        let other = try await portal.registeredApplication("Lifting Ltd", isApproved: false)
        try await portal.theOperator.approve(other.id, publisher: confirmed)
        var kim = try await portal.customer()
        let page = try await kim.authorize(portal.query(other))
        _ = try await kim.answer(page, "allow")
        let list = try await kim.get("/account/connections")
        #expect(list.text.contains("Published by Acme Group Ltd"))
        let id = try #require(list.between("/account/connections/gr_", "\""))
        let detail = try await kim.get("/account/connections/gr_" + String(id.prefix { $0 != "/" }))
        #expect(detail.text.contains("Published by Acme Group Ltd"))
    }

    // MARK: The consent screen

    @Test func `what may be left out has a box, and how long access lasts is a choice`() async throws {
        var kim = try await portal.customer()
        let page = try await asked(&kim)
        #expect(page.body.ranges(of: "name=\"pick\"").count == 1)
        #expect(page.text.contains("30 days") && page.text.contains("7 days"))
        let place = try await allow(&kim, [("lasts", "7")])
        let shown = try await kim.get(place).text
        #expect(shown.contains("Read your equipment") && shown.contains("You allowed it"))
        #expect(shown.contains("Access lastsUntil"))
        let narrow = try await kim.get("\(place)/narrow").text
        #expect(!narrow.contains("Change your equipment"))
    }

    @Test(arguments: ["never", "", "31"])
    func `a length that was not offered is not taken`(term: String) async throws {
        var kim = try await portal.customer()
        let ticket = try #require(try await asked(&kim).hidden("ticket"))
        let answer = try await kim.post(
            "/oauth2/authorize",
            [("ticket", ticket), ("answer", "allow"), ("lasts", term)]
        )
        #expect(answer.status == 403 && answer.location == nil)
        #expect(try await kim.get("/account/connections").text.contains("No applications are connected"))
    }

    // MARK: Connected applications

    @Test func `permissions are taken back one by one`() async throws {
        var kim = try await portal.customer()
        let place = try await allow(&kim)
        let page = try await kim.get("\(place)/narrow")
        let seal = try #require(page.hidden("seal"))
        let unchanged: [(name: String, value: String)] = [
            ("seal", seal), ("keep", "equipment.read"), ("keep", "equipment.change"),
        ]
        let refused = try await kim.post("\(place)/narrow", unchanged)
        #expect(refused.status == 422 && refused.text.contains("Untick at least one permission"))
        let answer = try await kim.post("\(place)/narrow", [("seal", seal), ("keep", "equipment.read")])
        #expect(answer.location == "/t/harbour\(place)?saved=narrowed")
        let after = try await kim.follow(answer).text
        #expect(after.contains("Acme Rentals has fewer permissions now."))
        #expect(after.contains("You took permissions back") && after.contains("Taken back: Change your"))
    }

    @Test func `what was allowed is not told in words that came later`() async throws {
        var kim = try await portal.customer()
        let place = try await allow(&kim)
        let whole = "Added: Read your equipment · Change your equipment"
        #expect(try await kim.get(place).text.contains(whole))
        let settings = portal.tenant.settings
        var fewer = settings
        fewer.scopes.removeAll { $0.name.text.isByteForByte("equipment.change") }
        for offer in [fewer, settings] {
            portal.clock.advance(by: .seconds(60))
            _ = try await portal.registry.importTenant(offer, as: portal.tenant.name, .overwrite)
        }
        let page = try await kim.get(place).text
        #expect(page.contains("Added, in other words than today: equipment.change"))
        #expect(page.contains("Added: Read your equipment") && !page.contains(whole))
    }

    @Test func `a token that allows nothing any more says nothing of scopes`() async throws {
        let tokens = try await portal.tokens(for: application)
        var kim = try await portal.customer()
        let list = try await kim.get("/account/connections")
        let id = try #require(list.between("/account/connections/gr_", "\"")).prefix { $0 != "/" }
        let place = "/account/connections/gr_\(id)"
        let page = try await kim.get("\(place)/narrow")
        let seal = try #require(page.hidden("seal"))
        #expect(try await kim.post("\(place)/narrow", [("seal", seal)]).status == 303)
        let client = portal.client(application)
        let access = try #require(tokens["access_token"])
        let told = try await client.post("/oauth2/introspect", [("token", access)])
        #expect(told.members["active"] == "true" && told.members["scope"] == nil)
    }

    @Test func `to disconnect tells what stopped`() async throws {
        _ = try await portal.tokens(for: application)
        var kim = try await portal.customer()
        let list = try await kim.get("/account/connections")
        let id = try #require(list.between("/account/connections/gr_", "\"")).prefix { $0 != "/" }
        let place = "/account/connections/gr_\(id)"
        let page = try await kim.get("\(place)/disconnect")
        let answer = try await kim.post("\(place)/disconnect", [("seal", try #require(page.hidden("seal")))])
        let after = try await kim.follow(answer).text
        #expect(
            after.contains(
                "Acme Rentals is disconnected. Stopped at once: 1 access token, 1 refresh token and no unused codes."
            )
        )
        #expect(try await kim.get(place).text.contains("It is disconnected."))
        #expect(try await kim.get("\(place)/narrow").status == 404)
        #expect(try await kim.get("\(place)/disconnect").status == 404)
    }

    @Test func `what customers agreed to keeps its name beside the new one`() async throws {
        var kim = try await portal.customer()
        let place = try await allow(&kim)
        let (tenant, name) = (portal.tenant.id, "Acme Sync")
        try await portal.database.write(
            """
            UPDATE applications SET application_name = \(name), revision = revision + 1
            WHERE tenant = \(tenant) AND id = \(application.id)
            """,
            .tenant(tenant)
        )
        portal.clock.advance(by: .seconds(2))
        for page in ["/account/connections", place] {
            let text = try await kim.get(page).text
            #expect(text.contains("Acme Rentals") && text.contains("Now called Acme Sync"))
        }
    }

    @Test func `a connection is nobody else's to see or to change`() async throws {
        var kim = try await portal.customer()
        let place = try await allow(&kim)
        let receipt = try await receipt(&kim, at: place)
        var lee = try await portal.customer("lee@northfield.example")
        for page in [place, "\(place)/narrow", "\(place)/disconnect", receipt, "\(receipt)/download"] {
            #expect(try await lee.get(page).status == 404)
        }
        let seal = lee.ownSeal
        #expect(try await lee.post("\(place)/narrow", [("seal", seal)]).status == 404)
        #expect(try await lee.post("\(place)/disconnect", [("seal", seal)]).status == 404)
        #expect(try await !lee.get("/account/connections/export").body.contains(application.id))
        #expect(try await kim.get(place).text.contains("Change your equipment"))
    }

    // MARK: Receipts

    @Test func `a receipt is a page and a file that can be checked without us`() async throws {
        var kim = try await portal.customer()
        let place = try await receipt(&kim, at: try await allow(&kim, []))
        let page = try await kim.get(place)
        #expect(page.text.contains("You allowed it to") && page.text.contains("You left out"))
        #expect(page.text.contains("kim@northfield.example"))
        let file = try await kim.get("\(place)/download")
        #expect(file["Content-Disposition"]?.hasPrefix("attachment; filename=\"receipt-rc_") == true)
        #expect(file["Cache-Control"] == "no-store")

        var anybody = portal.browser()
        let published = try await anybody.get("/.well-known/consent-receipt-key")
        let key = try #require(published.members["x"])
        let console = try Console()
        let path = try console.write(file.body, to: "receipt.json")
        #expect(await console.run("receipt verify \(path) --key \(key)", here: false) == 0)
        #expect(console.printed.contains("signed and unchanged"))
        #expect(console.printed.contains("kim@northfield.example allowed Acme Rentals at Harbourline"))

        let changed = try console.write(
            file.body.replacing("Read your equipment", with: "Read your mail"),
            to: "changed.json"
        )
        #expect(await console.run("receipt verify \(changed) --key \(key)", here: false) == 1)
        #expect(console.noted.contains("was changed since it was signed, or was signed with another key"))
        let other = "A" + key.dropFirst()
        #expect(await console.run("receipt verify \(path) --key \(other)", here: false) == 1)
        #expect(await console.run("receipt verify \(path) --key short", here: false) == 1)
    }

    @Test func `everything about connections can be taken along`() async throws {
        var kim = try await portal.customer()
        _ = try await allow(&kim)
        let file = try await kim.get("/account/connections/export")
        #expect(file.status == 200 && file["Content-Type"] == "application/json")
        #expect(file["Content-Disposition"] == "attachment; filename=\"connections.json\"")
        #expect(file.body.contains("\"client_id\": \"\(application.id)\""))
        #expect(file.body.contains("\"signature\"") && file.body.contains("\"step\": \"allowed\""))
    }
}
