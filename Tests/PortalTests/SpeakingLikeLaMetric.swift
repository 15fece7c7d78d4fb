import Registry
import Support
import Testing
import Web

@testable import Portal

@Suite("Speaking like LaMetric")
struct SpeakingLikeLaMetric {
    let portal: TestPortal
    let application: OwnedApplication

    init() async throws {
        portal = try await .speaking(like: "lametric")
        application = try await portal.application()
    }

    private static let authorize = "/api/v2/oauth2/authorize"
    private static let token = "/api/v2/oauth2/token"

    private func asked(
        _ type: String = "code",
        scope: String = "basic devices_read",
        at redirectURI: String? = TestPortal.callback
    ) -> [(name: String, value: String)] {
        [
            ("client_id", application.id), ("response_type", type), ("scope", scope), ("state", "st8"),
        ] + (redirectURI.map { [("redirect_uri", $0)] } ?? [])
    }

    private var credentials: [(name: String, value: String)] {
        [("client_id", application.id), ("client_secret", application.secret?.plaintext ?? "")]
    }

    private func exchange(_ code: String, at redirectURI: String? = TestPortal.callback) async -> Answer {
        let fields = credentials + [("grant_type", "authorization_code"), ("code", code)]
        let body = Multipart.body(fields + (redirectURI.map { [("redirect_uri", $0)] } ?? []))
        return await portal.ask(.post, Self.token, headers: [Multipart.type], body: body)
    }

    private func refresh(_ token: String) async -> Answer {
        let fields = credentials + [("grant_type", "refresh_token"), ("refresh_token", token)]
        return await portal.ask(.post, Self.token, headers: [Multipart.type], body: Multipart.body(fields))
    }

    private func bought() async throws -> Answer {
        let code = try #require(try await portal.allowed(Self.authorize, asked()).returned["code"])
        return await exchange(code)
    }

    @Test(arguments: ["", "/"])
    func `a code is asked for and exchanged with and without the final slash`(slash: String) async throws {
        let back = try await portal.allowed(Self.authorize + slash, asked())
        let code = try #require(back.returned["code"])
        #expect(back.location == "\(TestPortal.callback)?code=\(code)&state=st8")
        let fields =
            credentials + [
                ("grant_type", "authorization_code"), ("code", code),
                ("redirect_uri", TestPortal.callback),
            ]
        let answer = await portal.ask(
            .post,
            Self.token + slash,
            headers: [Multipart.type],
            body: Multipart.body(fields, file: "picture")
        )
        #expect(answer.status == 200)
        #expect(answer.keys == ["access_token", "expires_in", "token_type", "scope", "refresh_token"])
        #expect(answer.body.contains("\"expires_in\":3600,\"token_type\":\"Bearer\""))
        #expect(answer.members["scope"] == "basic devices_read")
        for name in ["access_token", "refresh_token"] { #expect(answer.members[name]?.utf8.count == 40) }
    }

    @Test func `a refresh answers a new token, and the old one works for ever`() async throws {
        let first = try await bought()
        let old = try #require(first.members["refresh_token"])
        let second = await refresh(old)
        #expect(second.keys == ["access_token", "expires_in", "token_type", "scope", "refresh_token"])
        #expect(second.members["refresh_token"] != old)
        for _ in 0..<4 {
            portal.clock.advance(by: .seconds(300 * 86_400))
            #expect(await refresh(old).status == 200)
        }
    }

    @Test func `a refresh may stand in the query`() async throws {
        let token = try #require(try await bought().members["refresh_token"])
        let fields = credentials + [("grant_type", "refresh_token"), ("refresh_token", token)]
        #expect(await portal.ask(.post, Self.token, query: urlEncoded(fields)).status == 200)
    }

    @Test func `further query parameters come back, and belong to the address`() async throws {
        let address = TestPortal.callback + "?user=7&b=%20"
        let back = try await portal.allowed(Self.authorize, asked(at: address))
        let code = try #require(back.returned["code"])
        #expect(back.location == "\(address)&code=\(code)&state=st8")
        expectFailure(await exchange(code), 400, "invalid_grant")
        #expect(await exchange(code, at: address).status == 200)
    }

    @Test(arguments: ["?code=x", "?state=x", "?a=1&access_token=x", "/", "x", "?%63ode=x"])
    func `a reserved name or another path sends nobody anywhere`(more: String) async throws {
        var kim = try await portal.customer()
        let answer = try await kim.get(Self.authorize, asked(at: TestPortal.callback + more))
        #expect(answer.status == 400 && answer.location == nil)
    }

    @Test func `where one address is registered it may be left out, at both steps`() async throws {
        let back = try await portal.allowed(Self.authorize, asked(at: nil))
        let code = try #require(back.returned["code"])
        #expect(await exchange(code, at: nil).status == 200)
    }

    @Test(arguments: ["", "/"])
    func `a token comes in the fragment, in the document's order`(slash: String) async throws {
        for address in [TestPortal.callback, nil] {
            let back = try await portal.allowed(Self.authorize + slash, asked("token", at: address))
            let fragment = try #require(back.fragment)
            let token = String(fragment.dropFirst("access_token=".count).prefix(40))
            #expect(
                back.location == TestPortal.callback + "#access_token=\(token)"
                    + "&expires_in=3600&token_type=Bearer&scope=basic%20devices_read&state=st8"
            )
            let bearer = [(name: "Authorization", value: "Bearer \(token)")]
            let live = await portal.ask(.get, "/oauth2/verify", headers: bearer)
            #expect(live.status == 204 && live["X-Auth-Scopes"] == "basic devices_read")
        }
    }

    @Test func `to cancel is answered in the query for a code and in the fragment for a token`()
        async throws
    {
        let code = try await portal.cancelled(Self.authorize, asked())
        #expect(code.location?.hasPrefix(TestPortal.callback + "?error=access_denied&") == true)
        #expect(code.location?.hasSuffix("&state=st8") == true && code.fragment == nil)
        let token = try await portal.cancelled(Self.authorize, asked("token"))
        #expect(token.location?.hasPrefix(TestPortal.callback + "#error=access_denied&") == true)
        #expect(token.location?.hasSuffix("&state=st8") == true)
    }

    @Test func `an unknown scope goes back where its answer would have gone`() async throws {
        var kim = try await portal.customer()
        let code = try await kim.get(Self.authorize, asked(scope: "basic admin"))
        #expect(code.returned["error"] == "invalid_scope")
        let token = try await kim.get(Self.authorize, asked("token", scope: "basic admin"))
        #expect(token.fragment?.hasPrefix("error=invalid_scope&") == true)
        let type = try await kim.get(Self.authorize, asked("id_token"))
        #expect(type.returned["error"] == "unsupported_response_type")
    }

    @Test func `a plus between scopes is a space, however it was encoded`() async throws {
        var kim = try await portal.customer()
        for scope in [
            "basic+devices_read", "basic%2Bdevices_read", "basic%20devices_read", "basic+basic+devices_read",
        ] {
            let query =
                urlEncoded(asked().filter { $0.name != "scope" }) + "&prompt=consent&scope=\(scope)"
            let request = Request.made(
                .get,
                Self.authorize,
                query: query,
                headers: [("Cookie", kim.cookies.map { "\($0.key)=\($0.value)" }.joined(separator: "; "))]
            )
            let page = Answer(await portal.site.respond(to: request), to: request)
            let back = try await kim.answer(page, "allow")
            let answer = await exchange(try #require(back.returned["code"]))
            #expect(answer.members["scope"] == "basic devices_read", "\(scope)")
        }
    }

    @Test func `the provider's interface answers a dead token with its own words`() async throws {
        let token = try #require(try await bought().members["access_token"])
        portal.clock.advance(by: .seconds(3600))
        let bearer = [(name: "Authorization", value: "Bearer \(token)")]
        let answer = await portal.ask(.get, "/oauth2/verify", headers: bearer)
        #expect(answer.status == 401 && answer.body == #"{"errors":[{"message":"Unauthorized"}]}"#)
        #expect(answer.all("WWW-Authenticate") == ["native", "Bearer error=\"invalid_token\""])
        #expect(answer["Content-Type"] == "application/json; charset=UTF-8")
    }

    @Test func `the token endpoint keeps the words of RFC 6749`() async throws {
        expectFailure(await exchange("x"), 400, "invalid_grant")
    }

    @Test func `an application that is not signed in for sees where a token would have gone`() async throws {
        var browser = portal.browser()
        let page = try await browser.get(Self.authorize, asked("token", scope: "admin"))
        #expect(page.status == 400 && page.location == nil)
        #expect(page.body.contains("#error=invalid_scope"))
    }
}
