import Registry
import Support
import Testing
import Web

@testable import Portal

@Suite("Speaking like Valuekeep")
struct SpeakingLikeValuekeep {
    let portal: TestPortal
    let application: OwnedApplication

    init() async throws {
        portal = try await .speaking(like: "valuekeep")
        application = try await portal.application(at: [])
    }

    private var credentials: [(name: String, value: String)] {
        [("client_id", application.id), ("client_secret", application.secret?.plaintext ?? "")]
    }

    private static let own: [(name: String, value: String)] = [
        ("grant_type", "client_credentials"), ("scope", "application"),
    ]

    private func expectToken(_ answer: Answer) {
        #expect(answer.status == 200)
        #expect(answer.keys == ["access_token", "expires_in", "token_type", "scope"])
        #expect(
            answer.body.contains("\"expires_in\":14400,\"token_type\":\"Bearer\",\"scope\":\"application\"}")
        )
        expectNotKept(answer)
    }

    @Test(arguments: ["/connect/token", "/oauth/token", "/oauth2/token"])
    func `form, multipart and Basic each buy a token`(path: String) async throws {
        let form = urlEncoded(Self.own + credentials)
        expectToken(await portal.ask(.post, path, headers: [formType], body: form))
        let multipart = Multipart.body(Self.own + credentials)
        expectToken(await portal.ask(.post, path, headers: [Multipart.type], body: multipart))
        let header = basic(application.id, application.secret?.plaintext)
        expectToken(await portal.ask(.post, path, headers: [formType, header], body: urlEncoded(Self.own)))
        let both = [formType, header]
        expectToken(await portal.ask(.post, path, headers: both, body: form))
    }

    @Test func `a scope that is left out is what was registered`() async throws {
        let fields = [(name: "grant_type", value: "client_credentials")] + credentials
        let answer = await portal.ask(.post, "/connect/token", headers: [formType], body: urlEncoded(fields))
        expectToken(answer)
    }

    @Test func `a wrong secret is refused`() async throws {
        let wrong = [(name: "client_id", value: application.id), (name: "client_secret", value: "x")]
        let answer = await portal.ask(
            .post,
            "/connect/token",
            headers: [formType],
            body: urlEncoded(Self.own + wrong)
        )
        expectFailure(answer, 401, "invalid_client")
    }

    @Test func `four hours later the provider's interface speaks of an Invalid Token Error`() async throws {
        let bought = await portal.ask(
            .post,
            "/connect/token",
            headers: [formType],
            body: urlEncoded(Self.own + credentials)
        )
        let token = try #require(bought.members["access_token"])
        let bearer = [(name: "Authorization", value: "Bearer \(token)")]
        #expect(await portal.ask(.get, "/oauth2/verify", headers: bearer).status == 204)
        portal.clock.advance(by: .seconds(14_400))
        let answer = await portal.ask(.get, "/oauth2/verify", headers: bearer)
        #expect(answer.status == 401 && answer.members["error"] == "invalid_token")
        #expect(answer.members["error_description"]?.hasPrefix("Invalid Token Error") == true)
        #expect(answer["WWW-Authenticate"]?.hasPrefix("Bearer error=\"invalid_token\"") == true)
    }

    @Test func `refresh is understood, and offered by a switch`() async throws {
        let unknown = [(name: "grant_type", value: "refresh_token"), (name: "refresh_token", value: "x")]
        let refused = await portal.ask(
            .post,
            "/connect/token",
            headers: [formType],
            body: urlEncoded(unknown + credentials)
        )
        expectFailure(refused, 400, "invalid_grant")

        let generous = try await TestPortal.speaking(like: "valuekeep") {
            $0.policy.refreshWithClientCredentials = true
        }
        let other = try await generous.application(at: [])
        let client = generous.client(other)
        let first = try await client.post("/connect/token", Self.own)
        #expect(first.keys == ["access_token", "expires_in", "token_type", "scope", "refresh_token"])
        let second = try await client.post(
            "/connect/token",
            [("grant_type", "refresh_token"), ("refresh_token", first.members["refresh_token"] ?? "")]
        )
        #expect(second.status == 200 && second.members["access_token"] != first.members["access_token"])
    }

    @Test func `no Content-Type, no token`() async throws {
        let answer = await portal.ask(.post, "/connect/token", body: urlEncoded(Self.own + credentials))
        expectFailure(answer, 400, "invalid_request")
    }

    @Test func `there is no consent screen where no customer is asked`() async throws {
        let application = try await portal.registeredApplication("Cranes") { $0.scopes = nil }
        var kim = try await portal.customer()
        let answer = try await kim.authorize(portal.query(application) { $0.set("scope", nil) })
        #expect(answer.returned["error"] == "unauthorized_client")
        let metadata = await portal.ask(.get, "/.well-known/oauth-authorization-server")
        #expect(metadata.body.contains("\"response_types_supported\":[]"))
    }
}
