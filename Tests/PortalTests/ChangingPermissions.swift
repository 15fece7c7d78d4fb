import Registry
import Support
import Testing
import Web

@testable import Portal

@Suite("Changing permissions")
struct ChangingPermissions {
    let portal: TestPortal

    init() async throws {
        portal = try await TestPortal { settings in
            settings.policy.review = .open
            settings.limitsShown = [
                Reassurance(sentence: "Pay anything in your name", unless: []),
                Reassurance(sentence: "Move your machines", unless: []),
            ]
        }
    }

    private typealias Fields = [(name: String, value: String)]

    private func ada() async throws -> Browser {
        try await portal.browser(of: "ada@harbour.example", as: .admin)
    }

    private func fields(
        _ browser: Browser,
        on page: Answer,
        _ name: String,
        _ sentence: String,
        _ more: Fields = []
    ) throws -> Fields {
        [
            ("seal", browser.ownSeal), ("basis", try #require(page.hidden("basis"))), ("name", name),
            ("sentence", sentence), ("detail", "Names, serial numbers and hours."), ("kind", "read"),
        ] + more
    }

    /// Changes the permission to read equipment, which is a default one.
    private func change(
        _ browser: inout Browser,
        to sentence: String = "Read your equipment",
        _ more: Fields = []
    ) async throws -> Answer {
        let page = try await browser.get("/admin/scopes/change", [("scope", "equipment.read")])
        let sent = try fields(browser, on: page, "equipment.read", sentence, [("default", "on")] + more)
        return try await browser.post("/admin/scopes/change", sent)
    }

    private func add(
        _ browser: inout Browser,
        _ name: String,
        _ sentence: String = "Move your machines",
        _ more: Fields = []
    ) async throws -> Answer {
        let page = try await browser.get("/admin/scopes/new")
        return try await browser.post("/admin/scopes/new", fields(browser, on: page, name, sentence, more))
    }

    private func lastEntry() async throws -> LedgerEntry {
        try #require(try await portal.theOperator.ledger(after: 0, limit: 9999).last)
    }

    private func tenant() async throws -> Tenant {
        try #require(try await portal.registry.tenant(named: "harbour"))
    }

    @Test func `a new permission can be asked for, and takes its promise away`() async throws {
        var ada = try await ada()
        let answer = try await add(
            &ada,
            "machines.move",
            "Move your machines",
            [("takes_away", "Move your machines")]
        )
        #expect(try await ada.follow(answer).text.contains("The permission is added."))
        let scope = try #require(Scope("machines.move"))
        let promises = try await tenant().settings.limitsShown
        #expect(promises.map(\.unless) == [[], [scope]])
        var form = ApplicationForm()
        (form.companyName, form.scopes) = ("Acme Movers", ["machines.move"])
        let draft = try ApplicationDraft(form, logo: nil, needsLogo: false, at: try await tenant())
        #expect(draft.scopes == ScopeSet([scope]))
        let entry = try await lastEntry()
        #expect(entry.action == "scope.added" && entry.object == "machines.move")
        #expect(entry.detail.contains("scopes.machines.move.sentence=“” → “Move your machines”"))
        #expect(try await ada.get("/admin/audit").text.contains("added the permission machines.move"))
    }

    @Test func `names and sentences follow the rules of the file`() async throws {
        var ada = try await ada()
        for (name, sentence, message) in [
            ("equipment.read", "Read", "There is a permission with this name already"),
            ("two words", "Read", "Enter a name such as devices_read, of up to 64 characters without spaces"),
            ("", "Read", "Enter a name such as devices_read"),
            ("x", "", "Enter the sentence customers read, on one line of up to 300 characters"),
            ("x", String(repeating: "x", count: 301), "Enter the sentence customers read"),
        ] {
            let answer = try await add(&ada, name, sentence)
            #expect(answer.status == 422 && answer.text.contains(message))
        }
        #expect(try await tenant().settings.scopes.count == 3)
    }

    @Test func `another sentence of a permission in use asks whether it allows more`() async throws {
        var ada = try await ada()
        _ = try await portal.registeredApplication()
        let question = try await change(&ada, to: "Read your machines")
        #expect(question.status == 200)
        #expect(question.text.contains("Does this allow more than before?"))
        #expect(question.body.contains("value=\"Read your machines\""))
        #expect(try await tenant().settings.scopes[0].sentence == "Read your equipment")
        let answer = try await change(&ada, to: "Read your machines", [("widens", "no")])
        #expect(try await ada.follow(answer).text.contains("The permission is saved."))
        #expect(try await tenant().settings.scopes[0].sentence == "Read your machines")
        #expect(try await lastEntry().detail.hasSuffix("“Read your machines”; asks_again=no"))
    }

    @Test func `nobody is asked about a permission that no application has`() async throws {
        var ada = try await ada()
        #expect(try await change(&ada, to: "Read your machines").status == 303)
    }

    @Test func `other words leave consent as it is`() async throws {
        var ada = try await ada()
        let application = try await portal.registeredApplication()
        _ = try await portal.tokens(for: application)
        portal.clock.advance(by: .seconds(60))
        _ = try await change(&ada, to: "Read your machines", [("widens", "no")])
        var kim = try await portal.customer()
        #expect(try await kim.authorize(portal.query(application)).status == 303)
    }

    @Test func `what allows more is asked about again, and what is connected works on until then`()
        async throws
    {
        var ada = try await ada()
        let application = try await portal.registeredApplication()
        let tokens = try await portal.tokens(for: application)
        portal.clock.advance(by: .seconds(60))
        let answer = try await change(&ada, to: "Read your equipment and its cost", [("widens", "yes")])
        #expect(try await ada.follow(answer).text.contains("Customers are asked again."))
        let refreshed = try await portal.client(application).post(
            "/oauth2/token",
            [("grant_type", "refresh_token"), ("refresh_token", tokens["refresh_token"] ?? "")]
        )
        #expect(refreshed.status == 200)
        portal.clock.advance(by: .seconds(1))
        var kim = try await portal.customer()
        let page = try await kim.authorize(portal.query(application))
        #expect(page.status == 200 && page.text.contains("Read your equipment and its cost"))
        #expect(page.text.contains("Acme Rentals asks for more access"))
        portal.clock.advance(by: .seconds(1))
        #expect(try await kim.answer(page, "allow").returned["code"] != nil)
        portal.clock.advance(by: .seconds(1))
        #expect(try await kim.authorize(portal.query(application)).status == 303)
    }

    @Test func `an answer to the old sentence is no answer to the new one`() async throws {
        var ada = try await ada()
        let application = try await portal.registeredApplication()
        var kim = try await portal.customer()
        let page = try await kim.authorize(portal.query(application))
        portal.clock.advance(by: .seconds(1))
        _ = try await change(&ada, to: "Read your equipment and its cost", [("widens", "yes")])
        let answer = try await kim.answer(page, "allow")
        #expect(answer.returned["code"] == nil)
        let again = try await kim.follow(answer)
        #expect(again.text.contains("Read your equipment and its cost"))
    }

    @Test func `allowing something else does not allow what grew meanwhile`() async throws {
        var ada = try await ada()
        let application = try await portal.registeredApplication()
        _ = try await portal.tokens(for: application)
        portal.clock.advance(by: .seconds(60))
        _ = try await change(&ada, to: "Read your equipment and its cost", [("widens", "yes")])
        portal.clock.advance(by: .seconds(1))
        var kim = try await portal.customer()
        let other = portal.query(application) { $0.set("scope", "equipment.change") }
        let page = try await kim.authorize(other)
        #expect(try await kim.answer(page, "allow").returned["code"] != nil)
        portal.clock.advance(by: .seconds(1))
        #expect(try await kim.authorize(portal.query(application)).status == 200)
    }

    @Test func `a retired permission is offered to nobody new`() async throws {
        var ada = try await ada()
        let application = try await portal.registeredApplication()
        #expect(try await change(&ada, [("retired", "on")]).status == 303)
        #expect(try await ada.get("/admin/scopes").text.contains("Retired"))
        var dana = try await portal.partner()
        let form = try await dana.get("/applications/new")
        #expect(!form.body.contains("equipment.read") && form.body.contains("equipment.change"))
        #expect(try await !dana.get("/").body.contains("equipment.read"))
        #expect(
            try await !dana.get("/.well-known/oauth-authorization-server").body.contains("equipment.read")
        )
        #expect(try await portal.tokens(for: application)["scope"] == "equipment.read")
    }

    @Test func `who has a retired permission keeps it, and nobody adds it`() async throws {
        var ada = try await ada()
        let application = try await portal.registeredApplication(isApproved: false)
        let newer = try await portal.registeredApplication("Acme Maps", isApproved: false) {
            $0.scopes = ["location.read"]
        }
        _ = try await change(&ada, [("retired", "on")])
        var dana = try await portal.partner()
        let place = "/applications/\(application.id)/permissions"
        let page = try await dana.get(place)
        #expect(page.body.contains("value=\"equipment.read\" checked"))
        let kept: Fields = [
            ("seal", dana.ownSeal), ("scope", "equipment.read"), ("scope", "equipment.change"),
            ("scope", "location.read"),
        ]
        #expect(try await dana.post(place, kept).status == 303)
        let scopes = try await portal.theOperator.application(application.id).scopes.wire
        #expect(scopes == "equipment.read equipment.change location.read")
        let added: Fields = [
            ("seal", dana.ownSeal), ("scope", "location.read"), ("scope", "equipment.read"),
        ]
        _ = try await dana.post("/applications/\(newer.id)/permissions", added)
        #expect(try await portal.theOperator.application(newer.id).scopes.wire == "location.read")
    }

    @Test func `nothing is promised that was allowed before`() async throws {
        var ada = try await ada()
        _ = try await change(&ada, [("takes_away", "Move your machines")])
        let application = try await portal.registeredApplication()
        _ = try await portal.tokens(for: application)
        var kim = try await portal.customer()
        let more = portal.query(application) { $0.set("scope", "equipment.change") }
        let page = try await kim.authorize(more)
        #expect(page.status == 200 && page.text.contains("asks for more access"))
        #expect(!page.text.contains("Move your machines") && page.text.contains("Pay anything in your name"))
    }

    @Test func `what needs approval works for test accounts until then`() async throws {
        var ada = try await ada()
        _ = try await change(&ada, [("needs_approval", "on")])
        let application = try await portal.registeredApplication(isApproved: false)
        var kim = try await portal.customer()
        #expect(try await kim.authorize(portal.query(application)).status == 403)
        let other = portal.query(application) { $0.set("scope", "equipment.change") }
        #expect(try await kim.authorize(other).status == 200)
        let own = try await portal.client(application).post(
            "/oauth2/token",
            [("grant_type", "client_credentials")]
        )
        #expect(own.members["scope"] == "equipment.change")
        let named = try await portal.client(application).post(
            "/oauth2/token",
            [("grant_type", "client_credentials"), ("scope", "equipment.read")]
        )
        #expect(named.members["error"] == "invalid_scope")
        try await portal.theOperator.approve(application.id)
        #expect(try await kim.authorize(portal.query(application)).status == 200)
    }

    @Test func `only what no application has can be deleted`() async throws {
        var ada = try await ada()
        _ = try await portal.registeredApplication()
        let used = try await ada.get("/admin/scopes/delete", [("scope", "equipment.read")])
        #expect(used.text.contains("1 application can ask for it, so it cannot be deleted."))
        let page = try await ada.get("/admin/scopes/delete", [("scope", "location.read")])
        let basis = try #require(page.hidden("basis"))
        let sent: Fields = [("seal", ada.ownSeal), ("basis", basis), ("name", "location.read")]
        _ = try await portal.registeredApplication("Acme Maps") { $0.scopes = ["location.read"] }
        let late = try await ada.post("/admin/scopes/delete", sent)
        #expect(late.status == 409 && late.text.contains("Retire it instead"))
        _ = try await add(&ada, "machines.move", "Move", [("takes_away", "Move your machines")])
        let other = try await ada.get("/admin/scopes/delete", [("scope", "machines.move")])
        let answer = try await ada.post(
            "/admin/scopes/delete",
            [
                ("seal", ada.ownSeal), ("basis", try #require(other.hidden("basis"))),
                ("name", "machines.move"),
            ]
        )
        #expect(try await ada.follow(answer).text.contains("The permission is deleted."))
        #expect(try await tenant().settings.limitsShown.allSatisfy(\.unless.isEmpty))
        #expect(try await lastEntry().action == "scope.deleted")
        #expect(try await ada.get("/admin/scopes/change", [("scope", "machines.move")]).status == 404)
    }

    @Test func `of two at once the second sees both versions, whatever happened to other permissions`()
        async throws
    {
        var first = try await ada()
        var second = try await portal.browser(of: "bo@harbour.example", as: .admin)
        let page = try await second.get("/admin/scopes/change", [("scope", "equipment.change")])
        _ = try await change(&first, to: "Read your machines")
        let sent = try fields(second, on: page, "equipment.change", "Change your machines")
        #expect(try await second.post("/admin/scopes/change", sent).status == 303)
        let late = try await second.post("/admin/scopes/change", sent)
        #expect(late.status == 409 && late.text.contains("changed this permission while you were editing"))
    }

    @Test func `whoever may only look sees no form`() async throws {
        var vic = try await portal.administrator("vic@harbour.example", .readOnly)
        let list = try await vic.get("/admin/scopes")
        #expect(list.text.contains("Read your equipment") && !list.text.contains("Add a permission"))
        #expect(
            try await vic.get("/admin/scopes/change", [("scope", "equipment.read")]).hidden("basis") == nil
        )
    }
}
