import Registry
import Testing
import Web

@testable import Portal

@Suite("Speaking like RoviTracker")
struct SpeakingLikeRoviTracker {
    let portal: TestPortal
    let application: OwnedApplication

    init() async throws {
        portal = try await .speaking(like: "rovitracker")
        application = try await portal.application()
    }

    private static let authorize = "/app/oauth2/authorize"
    private static let token = "/app/oauth2/token"

    private var asked: [(name: String, value: String)] {
        [("client_id", application.id), ("state", "n0nce"), ("redirect_uri", TestPortal.callback)]
    }

    private func exchange(_ code: String) -> [(name: String, value: String)] {
        [
            ("client_id", application.id), ("client_secret", application.secret?.plaintext ?? ""),
            ("code", code),
        ]
    }

    private func code() async throws -> String {
        try #require(try await portal.allowed(Self.authorize, asked).returned["code"])
    }

    @Test func `a customer comes without response_type and goes with code and state, no more`() async throws {
        let answer = try await portal.allowed(Self.authorize, asked)
        let code = try #require(answer.returned["code"])
        #expect(answer.location == "\(TestPortal.callback)?code=\(code)&state=n0nce")
    }

    @Test func `the consent screen names the one permission there is`() async throws {
        var kim = try await portal.customer()
        #expect(try await kim.get(Self.authorize, asked).text.contains("Read equipment and metric data"))
    }

    @Test(arguments: [formType, nil, (name: "Content-Type", value: "text/plain"), Multipart.type])
    func `a code is exchanged without grant_type, redirect_uri and even Content-Type`(
        type: (name: String, value: String)?
    ) async throws {
        let fields = exchange(try await code())
        let body = type?.value == Multipart.type.value ? Multipart.body(fields) : urlEncoded(fields)
        let answer = await portal.ask(.post, Self.token, headers: type.map { [$0] } ?? [], body: body)
        #expect(answer.status == 200)
        #expect(answer.keys == ["access_token", "type", "token_type"])
        #expect(answer.members["type"] == "Bearer" && answer.members["token_type"] == "Bearer")
        #expect(answer.members["access_token"]?.utf8.count == 40)
        expectNotKept(answer)
    }

    @Test(arguments: ["rovitracker.com", "app.rovitracker.com"])
    func `both hosts answer at the root, and neither leads to the other`(host: String) async throws {
        let code = try await code()
        let answer = await portal.ask(
            .post,
            Self.token,
            headers: [formType],
            body: urlEncoded(exchange(code)),
            host: host,
            below: ""
        )
        #expect(answer.status == 200)
        let page = await portal.ask(.get, Self.authorize, query: urlEncoded(asked), host: host, below: "")
        #expect(page.status == 303 && page.location?.hasPrefix("/sign-in?request=") == true)
    }

    @Test func `grant_type may be there, if it is the right one`() async throws {
        let code = try await code()
        let wrong = exchange(code) + [("grant_type", "password")]
        let refused = await portal.ask(.post, Self.token, headers: [formType], body: urlEncoded(wrong))
        expectFailure(refused, 400, "unsupported_grant_type")
        let right = exchange(code) + [("grant_type", "authorization_code")]
        let answer = await portal.ask(.post, Self.token, headers: [formType], body: urlEncoded(right))
        #expect(answer.status == 200)
    }

    @Test func `without a code there is nothing to guess`() async throws {
        let fields = exchange("").filter { $0.name != "code" }
        let answer = await portal.ask(.post, Self.token, headers: [formType], body: urlEncoded(fields))
        expectFailure(answer, 400, "invalid_request")
        #expect(answer.body.contains("grant_type"))
    }

    @Test func `a code buys one token, and its second use ends that`() async throws {
        let body = urlEncoded(exchange(try await code()))
        let first = await portal.ask(.post, Self.token, headers: [formType], body: body)
        let token = try #require(first.members["access_token"])
        let bearer = [(name: "Authorization", value: "Bearer \(token)")]
        #expect(await portal.ask(.get, "/oauth2/verify", headers: bearer).status == 204)
        expectFailure(
            await portal.ask(.post, Self.token, headers: [formType], body: body),
            400,
            "invalid_grant"
        )
        #expect(await portal.ask(.get, "/oauth2/verify", headers: bearer).status == 401)
    }

    @Test func `a redirect URI that is sent at the token request has to be the one`() async throws {
        let code = try await code()
        let wrong = exchange(code) + [("redirect_uri", "https://evil.test/")]
        expectFailure(
            await portal.ask(.post, Self.token, headers: [formType], body: urlEncoded(wrong)),
            400,
            "invalid_grant"
        )
        let right = exchange(code) + [("redirect_uri", TestPortal.callback)]
        #expect(
            await portal.ask(.post, Self.token, headers: [formType], body: urlEncoded(right)).status == 200
        )
    }

    @Test func `a query that is registered keeps its bytes`() async throws {
        let application = try await portal.registeredApplication(
            "Cranes",
            at: ["https://cranes.example/cb?a=%20b"]
        ) { $0.scopes = nil }
        let query = [
            (name: "client_id", value: application.id),
            (name: "redirect_uri", value: "https://cranes.example/cb?a=%20b"),
        ]
        let answer = try await portal.allowed(Self.authorize, query)
        #expect(answer.location?.hasPrefix("https://cranes.example/cb?a=%20b&code=") == true)
        #expect(answer.location?.contains("state") == false)
    }

    @Test func `to cancel says so`() async throws {
        let answer = try await portal.cancelled(Self.authorize, asked)
        #expect(answer.returned["error"] == "access_denied" && answer.returned["state"] == "n0nce")
    }

    @Test func `a wrong response_type goes back as an error`() async throws {
        var kim = try await portal.customer()
        for type in ["token", "id_token", "code token"] {
            let answer = try await kim.get(Self.authorize, asked + [("response_type", type)])
            #expect(answer.returned["error"] == "unsupported_response_type")
        }
    }

    @Test func `with name and logo alone it is registered, and sends nobody anywhere`() async throws {
        let bare = try await portal.registeredApplication("Bare Ltd", at: []) { $0.scopes = nil }
        #expect(bare.secret != nil)
        var kim = try await portal.customer()
        let page = try await kim.get(
            Self.authorize,
            [("client_id", bare.id), ("redirect_uri", TestPortal.callback)]
        )
        #expect(page.status == 400 && page.location == nil && page.text.contains(page.request.id))
    }

    @Test func `parameters in the query of a token request are refused`() async throws {
        let answer = await portal.ask(
            .post,
            Self.token,
            query: urlEncoded(exchange(try await code()))
        )
        #expect(answer.status == 400)
    }

    @Test func `its metadata tells its own paths and no issuer in redirects`() async throws {
        let answer = await portal.ask(.get, "/.well-known/oauth-authorization-server")
        #expect(answer.body.contains("\"token_endpoint\":\"\(TestPortal.issuer)/app/oauth2/token\""))
        #expect(
            answer.body.contains("\"authorization_endpoint\":\"\(TestPortal.issuer)/app/oauth2/authorize\"")
        )
        #expect(answer.body.contains("\"authorization_response_iss_parameter_supported\":false"))
        #expect(answer.body.contains("\"grant_types_supported\":[\"authorization_code\"]"))
    }
}
