import FoundationEssentials
import Registry
import Support
import Testing
import Web

@testable import Portal

@Suite("Repeating questions about tokens")
struct RepeatingQuestions {
    let portal: TestPortal
    let application: OwnedApplication
    let token: String

    init() async throws {
        portal = try await TestPortal()
        application = try await portal.registeredApplication()
        let own = try await portal.client(application).post(
            "/oauth2/token",
            [("grant_type", "client_credentials")]
        )
        token = own.members["access_token"] ?? ""
    }

    private func isActive(_ token: String, asked application: OwnedApplication) async throws -> Bool {
        let answer = try await portal.client(application).post("/oauth2/introspect", [("token", token)])
        return answer.body.hasPrefix("{\"active\":true")
    }

    private func isVerified() async -> Bool {
        let headers = [(name: "Authorization", value: "Bearer \(token)")]
        return await portal.ask(.get, "/oauth2/verify", headers: headers).status == 204
    }

    /// As another server would, whose word has not arrived yet.
    private func endTokensElsewhere() async throws {
        try await portal.database.write("DELETE FROM access_tokens", .tenant(portal.tenant.id))
    }

    @Test func `what ended elsewhere is answered from memory for less than a second`() async throws {
        #expect(try await isActive(token, asked: application))
        try await endTokensElsewhere()
        portal.clock.advance(by: .milliseconds(400))
        #expect(try await isActive(token, asked: application))
        #expect(await isVerified())
        portal.clock.advance(by: .milliseconds(590))
        #expect(try await !isActive(token, asked: application))
        #expect(await !isVerified())
    }

    @Test func `what ended here is dead at the next question, however often it was asked before`()
        async throws
    {
        for _ in 0..<2 {
            #expect(try await isActive(token, asked: application))
            #expect(await isVerified())
        }
        _ = try await portal.client(application).post("/oauth2/revoke", [("token", token)])
        #expect(try await !isActive(token, asked: application))
        #expect(await !isVerified())
    }

    @Test func `an application that is suspended is nobody at the next question`() async throws {
        #expect(try await isActive(token, asked: application))
        try await portal.theOperator.suspend(application.id, reason: "Unusual traffic")
        let answer = try await portal.client(application).post("/oauth2/introspect", [("token", token)])
        #expect(answer.status == 401)
    }

    @Test func `a token ends on time, though it was answered a moment before`() async throws {
        portal.clock.advance(by: .milliseconds(899_900))
        #expect(try await isActive(token, asked: application))
        #expect(await isVerified())
        portal.clock.advance(by: .milliseconds(200))
        #expect(try await !isActive(token, asked: application))
        #expect(await !isVerified())
    }

    @Test func `the answer to one is not the answer to another`() async throws {
        let other = try await portal.registeredApplication("Bell Rentals")
        #expect(try await isActive(token, asked: application))
        #expect(try await !isActive(token, asked: other))
        let guess = Client(portal: portal, id: application.id, secret: "wrong")
        #expect(try await guess.post("/oauth2/introspect", [("token", token)]).status == 401)
        let twice = try await portal.client(application).post(
            "/oauth2/introspect",
            [("token", token), ("token", token)]
        )
        #expect(twice.status == 400)
    }

    @Test func `each answer counts as a use of the secret that asked`() async throws {
        for _ in 0..<3 { #expect(try await isActive(token, asked: application)) }
        try await portal.registry.writeLastUses()
        var dana = try await portal.partner()
        let page = try await dana.get("/applications/\(application.id)")
        #expect(page.text.contains("4 uses in the last 24 hours"))
    }

}
