import Registry
import Support
import Testing
import Web

@testable import Portal

@Suite("Verifying tokens")
struct VerifyingTokens {
    let portal: TestPortal
    let application: OwnedApplication

    init() async throws {
        portal = try await TestPortal()
        application = try await portal.registeredApplication()
    }

    private func verify(
        _ headers: [(name: String, value: String)],
        _ method: Web.Method = .get
    ) async -> Answer {
        await portal.ask(method, "/oauth2/verify", headers: headers)
    }

    private func bearer(_ token: String?, _ scheme: String = "Bearer") -> (name: String, value: String) {
        ("Authorization", "\(scheme) \(token ?? "")")
    }

    @Test(arguments: [Web.Method.get, .head])
    func `a live token is answered with whose it is, and nothing else`(method: Web.Method) async throws {
        let tokens = try await portal.tokens(for: application)
        let answer = await verify([bearer(tokens["access_token"])], method)
        #expect(answer.status == 204 && answer.body.isEmpty)
        #expect(answer["X-Auth-Subject"]?.hasPrefix("acc_") == true)
        #expect(answer["X-Auth-Client"] == application.id && answer["X-Auth-Tenant"] == "harbour")
        #expect(answer["X-Auth-Scopes"] == "equipment.read" && answer["Cache-Control"] == "no-store")
    }

    @Test func `an application's own token is its own`() async throws {
        let own = try await portal.client(application).post(
            "/oauth2/token",
            [("grant_type", "client_credentials")]
        )
        let answer = await verify([bearer(own.members["access_token"])])
        #expect(answer["X-Auth-Subject"] == application.id)
        #expect(answer["X-Auth-Scopes"] == "equipment.read equipment.change")
    }

    @Test func `without a token it says what is needed, without an error`() async throws {
        let answer = await verify([])
        #expect(answer.status == 401 && answer.body.isEmpty)
        #expect(answer["WWW-Authenticate"] == "Bearer realm=\"harbour\"")
    }

    @Test func `another scheme is said to be another`() async throws {
        let token = try await portal.tokens(for: application)["access_token"]
        for header in [bearer("x", "Token"), bearer(token, "Basic")] {
            let answer = await verify([header])
            #expect(answer.status == 401)
            #expect(answer.body.contains("Send one Authorization header: Bearer, a space, and the access"))
        }
    }

    @Test func `who gets a token by the wrong method is told the one that gives it`() async throws {
        let answer = await portal.ask(.get, "/oauth2/token", headers: [])
        #expect(answer.status == 405 && answer["Allow"] == "POST, OPTIONS")
        #expect(answer.body.contains("\"Send it by POST\""))
    }

    @Test func `every dead token gets the same answer`() async throws {
        let tokens = try await portal.tokens(for: application)
        let other = try await portal.tokens(for: application)
        try await portal.theOperator.suspend(application.id, reason: "Because")
        let suspended = await verify([bearer(other["access_token"])])
        try await portal.theOperator.resume(application.id)
        _ = try await portal.client(application).post(
            "/oauth2/revoke",
            [("token", other["access_token"] ?? "")]
        )
        let dead: [(name: String, value: String)] = [
            bearer("x"), bearer(tokens["refresh_token"]), bearer(other["access_token"]),
            bearer(application.secret?.plaintext), bearer((tokens["access_token"] ?? "") + "x"),
            bearer(""), ("Authorization", "Bearer"),
            bearer("a b"), bearer(String(repeating: "x", count: 600)), bearer("é"),
        ]
        for header in dead {
            let answer = await verify([header])
            #expect(answer.status == 401 && answer.body == suspended.body, "\(header.value.prefix(12))")
            #expect(answer["WWW-Authenticate"] == suspended["WWW-Authenticate"])
            #expect(answer["X-Auth-Subject"] == nil)
        }
        #expect(suspended["WWW-Authenticate"]?.contains("error=\"invalid_token\"") == true)
        #expect(await verify([bearer(tokens["access_token"])]).status == 204)
        portal.clock.advance(by: .seconds(900))
        #expect(await verify([bearer(tokens["access_token"])]).status == 401)
    }

    @Test func `of two headers neither is believed`() async throws {
        let tokens = try await portal.tokens(for: application)
        let live = bearer(tokens["access_token"])
        #expect(await verify([live, live]).status == 401)
    }

    @Test func `a token in the query or in a cookie is none`() async throws {
        let token = try await portal.tokens(for: application)["access_token"] ?? ""
        let query = await portal.ask(.get, "/oauth2/verify", query: "access_token=\(token)")
        #expect(query.status == 401)
        #expect(await verify([("Cookie", "access_token=\(token)")]).status == 401)
    }

    @Test func `another tenant's token is nobody's`() async throws {
        let token = try await portal.tokens(for: application)["access_token"]
        let name = try #require(TenantName("quay"))
        _ = try await portal.registry.importTenant(try .harbour(), as: name)
        let answer = await portal.ask(
            .get,
            "/oauth2/verify",
            headers: [bearer(token)],
            below: "/t/quay"
        )
        #expect(answer.status == 401)
    }

    @Test func `what was ended is dead at once, though it was asked about a moment ago`() async throws {
        let tokens = try await portal.tokens(for: application)
        #expect(await verify([bearer(tokens["access_token"])]).status == 204)
        _ = try await portal.client(application).post(
            "/oauth2/revoke",
            [("token", tokens["refresh_token"] ?? "")]
        )
        #expect(await verify([bearer(tokens["access_token"])]).status == 401)
    }

    @Test func `a customer sees when it was used last`() async throws {
        let tokens = try await portal.tokens(for: application)
        _ = await verify([bearer(tokens["access_token"])])
        try await portal.registry.writeLastUses()
        var kim = try await portal.customer()
        let list = try await kim.get("/account/connections")
        #expect(!list.text.contains("Not used yet"))
    }
}
