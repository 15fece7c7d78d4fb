import Registry
import Support
import Testing
import Web

@testable import Portal

@Suite("Taking the customer's answer")
struct TakingTheCustomersAnswer {
    let portal: TestPortal
    let application: OwnedApplication

    init() async throws {
        portal = try await TestPortal()
        application = try await portal.registeredApplication()
    }

    @Test func `to allow sends code, state and issuer, once`() async throws {
        var customer = try await portal.customer()
        let page = try await customer.authorize(portal.query(application))
        let answer = try await customer.answer(page, "allow")
        #expect(answer.status == 303)
        #expect(answer.location?.hasPrefix(TestPortal.callback + "?code=harbour_code_") == true)
        #expect(answer.returned["iss"] == TestPortal.issuer && answer.returned["state"] == "s-1")
        #expect(answer["Cache-Control"] == "no-store" && answer["Referrer-Policy"] == "no-referrer")

        let again = try await customer.answer(page, "allow")
        #expect(again.status == 303 && again.location?.hasPrefix("/t/harbour/oauth2/authorize?") == true)
        let continued = try await customer.follow(again)
        #expect(continued.returned["code"] != answer.returned["code"])
    }

    @Test func `to cancel sends access_denied, state and issuer`() async throws {
        var customer = try await portal.customer()
        let page = try await customer.authorize(portal.query(application))
        let answer = try await customer.answer(page, "deny")
        #expect(answer.status == 303)
        #expect(answer.returned["error"] == "access_denied" && answer.returned["state"] == "s-1")
        #expect(answer.returned["error_description"] == "The customer cancelled")
        #expect(answer.returned["iss"] == TestPortal.issuer && answer.returned["code"] == nil)
    }

    @Test func `after every change of an application its screen can be answered again and again`()
        async throws
    {
        var kim = try await portal.customer()
        let asking = portal.query(application) { $0.set("prompt", "consent") }
        #expect(try await kim.answer(try await kim.authorize(asking), "allow").returned["code"] != nil)
        var dana = try await portal.partner()
        _ = try await dana.post(
            "/applications/\(application.id)/redirect-uris",
            [("seal", dana.ownSeal), ("redirect_uri", "https://acme.example/new")]
        )
        try await portal.theOperator.approve(application.id)
        let changed = try await kim.authorize(asking)
        #expect(changed.text.contains("Its registration changed"))
        #expect(try await kim.answer(changed, "allow").returned["code"] != nil)
        for _ in 0..<2 {
            let page = try await kim.authorize(asking)
            #expect(!page.text.contains("Its registration changed"))
            #expect(try await kim.answer(page, "allow").returned["code"] != nil)
        }
    }

    @Test(arguments: ["implicit", "challenge", "address"])
    func `a door that is closed while the customer reads is closed for the answer too`(
        door: String
    ) async throws {
        let lax = try await TestPortal { settings in
            settings.policy.grants.insert(.implicit)
            settings.policy.codeChallenge = .optional
            settings.policy.redirectMatch = .hostAndPath
        }
        let application = try await lax.registeredApplication()
        var kim = try await lax.customer()
        let page = try await kim.authorize(
            lax.query(application) { sent in
                switch door {
                case "implicit": sent.set("response_type", "token")
                case "challenge":
                    sent.set("code_challenge", nil)
                    sent.set("code_challenge_method", nil)
                default: sent.set("redirect_uri", TestPortal.callback + "?further=1")
                }
            }
        )
        #expect(page.hidden("ticket") != nil)
        _ = try await lax.registry.importTenant(.harbour(), as: lax.tenant.name)
        let answer = try await kim.answer(page, "allow")
        #expect(answer.status == 303 && answer.location?.hasPrefix("/t/harbour/oauth2/authorize?") == true)
        #expect(try await kim.get("/account/connections").text.contains("Acme Rentals") == false)
    }

    @Test func `what the customer takes back is gone at once`() async throws {
        let portal = try await TestPortal { $0.scopes[1].choice = .ticked }
        let application = try await portal.registeredApplication()
        var kim = try await portal.customer()
        func allow(_ more: [(name: String, value: String)]) async throws -> String {
            let query = portal.query(application) { sent in
                sent.set("prompt", "consent")
                sent.set("scope", "equipment.read equipment.change")
            }
            let page = try await kim.authorize(query)
            let ticket = try #require(page.hidden("ticket"))
            let answer = try await kim.post(
                "/oauth2/authorize",
                [("ticket", ticket), ("answer", "allow")] + more
            )
            return try #require(answer.returned["code"])
        }
        let tokens = try await portal.client(application).post(
            "/oauth2/token",
            [
                ("grant_type", "authorization_code"), ("code", try await allow([("pick", "1")])),
                ("redirect_uri", TestPortal.callback), ("code_verifier", Pixy.verifier),
            ]
        ).members
        let bearer = (name: "Authorization", value: "Bearer \(tokens["access_token"] ?? "")")
        let before = await portal.ask(.get, "/oauth2/verify", headers: [bearer])
        #expect(before["X-Auth-Scopes"] == "equipment.read equipment.change")
        _ = try await allow([])
        let after = await portal.ask(.get, "/oauth2/verify", headers: [bearer])
        #expect(after["X-Auth-Scopes"] == "equipment.read")
    }

    @Test func `what is granted is what was shown, whatever the form says`() async throws {
        var customer = try await portal.customer()
        let page = try await customer.authorize(portal.query(application))
        let answer = try await customer.post(
            "/oauth2/authorize",
            [
                ("ticket", try #require(page.hidden("ticket"))), ("answer", "allow"),
                ("client_id", "another"), ("scope", "equipment.read equipment.change"), ("state", "mine"),
                ("redirect_uri", "https://evil.test/"), ("response_type", "token"),
            ]
        )
        #expect(answer.location?.hasPrefix(TestPortal.callback + "?code=") == true)
        #expect(answer.returned["state"] == "s-1")
        let tokens = try await portal.client(application).post(
            "/oauth2/token",
            [
                ("grant_type", "authorization_code"), ("code", answer.returned["code"] ?? ""),
                ("redirect_uri", TestPortal.callback), ("code_verifier", Pixy.verifier),
            ]
        )
        #expect(tokens.members["scope"] == "equipment.read")
    }

    @Test func `an attacker's own ticket is worth nothing to a victim`() async throws {
        var (attacker, victim) = (try await portal.customer("x@evil.test"), try await portal.customer())
        let page = try await attacker.authorize(portal.query(application))
        for answer in ["allow", "deny"] {
            let refused = try await victim.answer(page, answer)
            #expect(refused.status == 403 && refused.location == nil)
        }
        for ticket in ["", "x", victim.ownSeal] {
            let refused = try await victim.post(
                "/oauth2/authorize",
                [("ticket", ticket), ("answer", "allow")]
            )
            #expect(refused.status == 403)
        }
        let undecided = try await attacker.answer(page, "perhaps")
        #expect(undecided.status == 403)
    }

    @Test func `a request that took too long can be started again`() async throws {
        var customer = try await portal.customer()
        let page = try await customer.authorize(portal.query(application))
        portal.clock.advance(by: .seconds(600))
        let late = try await customer.answer(page, "allow")
        #expect(late.status == 400 && late.location == nil)
        #expect(late.text.contains("You took a little too long") && late.text.contains("10 minutes"))
        let link = try #require(late.between("href=\"/t/harbour/oauth2/authorize?", "\""))
        #expect(link.contains(application.id))
    }
}
