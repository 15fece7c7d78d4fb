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
