import Registry
import Support
import Testing
import Web

@testable import Portal

@Suite("Speaking like CameraManager")
struct SpeakingLikeCameraManager {
    let portal: TestPortal
    let application: OwnedApplication

    init() async throws {
        portal = try await .speaking(like: "cameramanager")
        application = try await portal.application()
        try await portal.add(Self.kim, as: .customer)
    }

    private static let kim = "kim@northfield.example"
    private static let token = "/oauth/token"
    private static let current = "/rest/v2.0/users/self/tokens/current"
    private static let accept = (name: "Accept", value: "application/json")

    private var header: (name: String, value: String) {
        basic(application.id, application.secret?.plaintext)
    }

    private func signIn(_ username: String = kim, _ password: String = TestPortal.password) -> String {
        urlEncoded([
            ("grant_type", "password"), ("scope", "write"), ("username", username), ("password", password),
        ])
    }

    private func signedIn() async -> Answer {
        await portal.ask(.post, Self.token, query: signIn(), headers: [Self.accept, header])
    }

    private func refresh(_ token: String) async -> Answer {
        let query = urlEncoded([
            ("grant_type", "refresh_token"), ("scope", "write"), ("refresh_token", token),
        ])
        return await portal.ask(.post, Self.token, query: query, headers: [Self.accept, header])
    }

    private func bearer(_ answer: Answer, _ scheme: String = "Bearer") -> (name: String, value: String) {
        ("Authorization", "\(scheme) \(answer.members["access_token"] ?? "")")
    }

    private func isLive(_ answer: Answer) async -> Bool {
        await portal.ask(.get, "/oauth2/verify", headers: [bearer(answer)]).status == 204
    }

    @Test func `a password in the query with an empty body buys a pair`() async throws {
        let answer = await signedIn()
        #expect(answer.status == 200)
        #expect(answer.keys == ["access_token", "token_type", "refresh_token", "expires_in", "scope"])
        #expect(answer.members["token_type"] == "bearer" && answer.members["scope"] == "write")
        #expect(["43199", "43200"].contains(answer.members["expires_in"]))
        #expect(answer.members["access_token"]?.utf8.count == 42)
        expectNotKept(answer)
    }

    @Test func `credentials may stand in the query too, beside a stray JSON body`() async throws {
        let query =
            signIn() + "&"
            + urlEncoded([
                ("client_id", application.id), ("client_secret", application.secret?.plaintext ?? ""),
            ])
        for (type, body) in [
            (nil, ""), ("application/json", #"{"username":"x","grant_type":"y"}"#), ("application/json", ""),
            (formType.value, ""), ("text/plain", ""),
        ] as [(String?, String)] {
            let headers = type.map { [(name: "Content-Type", value: $0)] } ?? []
            let answer = await portal.ask(.post, Self.token, query: query, headers: headers, body: body)
            #expect(answer.status == 200, "\(type ?? "none")")
        }
        let basicToo = await portal.ask(.post, Self.token, query: query, headers: [header])
        #expect(basicToo.status == 200, "equal in header and query")
    }

    @Test func `unequal credentials are nobody's`() async throws {
        let query = signIn() + "&client_secret=other"
        expectFailure(
            await portal.ask(.post, Self.token, query: query, headers: [header]),
            401,
            "invalid_client"
        )
        let other = signIn() + "&client_id=other"
        expectFailure(
            await portal.ask(.post, Self.token, query: other, headers: [header]),
            401,
            "invalid_client"
        )
    }

    @Test func `a parameter in two places has to be the same`() async throws {
        let same = await portal.ask(
            .post,
            Self.token,
            query: signIn(),
            headers: [header, formType],
            body: "scope=write&grant_type=password"
        )
        #expect(same.status == 200)
        let other = await portal.ask(
            .post,
            Self.token,
            query: signIn(),
            headers: [header, formType],
            body: "scope=read"
        )
        expectFailure(other, 400, "invalid_request")
    }

    @Test func `a blank after the user name is forgiven, one after the password is not`() async throws {
        let spaced = await portal.ask(.post, Self.token, query: signIn(Self.kim + " "), headers: [header])
        #expect(spaced.status == 200)
        let wrong = signIn(Self.kim, TestPortal.password + " ")
        expectFailure(
            await portal.ask(.post, Self.token, query: wrong, headers: [header]),
            400,
            "invalid_grant"
        )
    }

    @Test func `a wrong password and an unknown customer get the same bytes`() async throws {
        let wrong = await portal.ask(.post, Self.token, query: signIn(Self.kim, "x"), headers: [header])
        let nobody = await portal.ask(
            .post,
            Self.token,
            query: signIn("nobody@x.example", "x"),
            headers: [header]
        )
        expectFailure(wrong, 400, "invalid_grant")
        #expect(wrong.members["error_description"] == "Bad credentials")
        #expect(wrong.body == nobody.body)
    }

    @Test func `five wrong passwords from an address are enough, and nobody else has to wait`() async throws {
        for _ in 0..<5 {
            _ = await portal.ask(.post, Self.token, query: signIn(Self.kim, "x"), headers: [header])
        }
        let waiting = await portal.ask(.post, Self.token, query: signIn(), headers: [header])
        expectFailure(waiting, 429, "temporarily_unavailable")
        #expect(waiting["Retry-After"] != nil)
        try await portal.add("lee@northfield.example", as: .customer)
        let other = await portal.ask(
            .post,
            Self.token,
            query: signIn("lee@northfield.example"),
            headers: [header]
        )
        #expect(other.status == 200)
        portal.clock.advance(by: .seconds(15 * 60))
        #expect(await signedIn().status == 200)
    }

    @Test func `refresh answers the same refresh token, until logout`() async throws {
        let first = await signedIn()
        let token = try #require(first.members["refresh_token"])
        portal.clock.advance(by: .seconds(400 * 86_400))
        let second = await refresh(token)
        #expect(second.keys == ["access_token", "token_type", "refresh_token", "expires_in", "scope"])
        #expect(second.members["refresh_token"] == token)
        #expect(second.members["access_token"] != first.members["access_token"])
        let third = await refresh(token)
        #expect(await isLive(second))
        #expect(await isLive(third))

        let left = await portal.ask(.delete, Self.current, headers: [Self.accept, bearer(second)])
        #expect(left.status == 200 && left.body.isEmpty)
        #expect(await !isLive(second))
        #expect(await !isLive(third))
        expectFailure(await refresh(token), 400, "invalid_grant")
        let again = await portal.ask(.delete, Self.current, headers: [Self.accept, bearer(second)])
        #expect(again.status == 401 && again.members["error"] == "invalid_token")
    }

    @Test func `two sign-ins end one by one`() async throws {
        let (one, other) = (await signedIn(), await signedIn())
        _ = await portal.ask(.delete, Self.current, headers: [bearer(one)])
        #expect(await !isLive(one))
        #expect(await isLive(other))
        #expect(await refresh(other.members["refresh_token"] ?? "").status == 200)
    }

    @Test(arguments: ["bearer", "Bearer", "BEARER"])
    func `the scheme is taken in any case of letters`(scheme: String) async throws {
        let answer = await signedIn()
        let headers = [bearer(answer, scheme)]
        #expect(await portal.ask(.get, "/oauth2/verify", headers: headers).status == 204)
    }

    @Test(arguments: ["v2.0", "v2.2", "v2.4", "v3"])
    func `every version of the interface ends a token`(version: String) async throws {
        let answer = await signedIn()
        let path = "/rest/\(version)/users/self/tokens/current"
        #expect(await portal.ask(.delete, path, headers: [bearer(answer)]).status == 200)
    }

    @Test func `a body that comes with a logout says nothing`() async throws {
        let answer = await signedIn()
        let headers = [bearer(answer), (name: "Content-Type", value: "application/json")]
        let left = await portal.ask(.delete, Self.current, headers: headers, body: #"{"x":1}"#)
        #expect(left.status == 200)
        let large = String(repeating: "x", count: 16_385)
        #expect(await portal.ask(.delete, Self.current, body: large).status == 413)
    }

    @Test(arguments: ["v", "2.0", "v2.", "v.2", "vx", "v2.0/", "V2.0", ""])
    func `what is no version leads nowhere`(version: String) async throws {
        let path = "/rest/\(version)/users/self/tokens/current"
        #expect(await portal.ask(.delete, path).status == 404)
    }

    @Test func `without a token there is nothing to end`() async throws {
        let answer = await portal.ask(.delete, Self.current, headers: [Self.accept])
        #expect(answer.status == 401 && answer.members["error"] == "invalid_token")
    }

    @Test func `the header of the document's second example is explained`() async throws {
        let typo =
            "Basic Y2FtZXJhbWFuYWdlci50ZXN0InF3ZXJ0eXVpb3Bhc2RmZ2hqa2x6eGN2Ym5tMTIzNDU="
        let answer = await portal.ask(
            .post,
            Self.token,
            query: signIn(),
            headers: [(name: "Authorization", value: typo)]
        )
        expectFailure(answer, 401, "invalid_client")
        #expect(answer["WWW-Authenticate"]?.hasPrefix("Basic") == true)
        #expect(answer.members["error_description"]?.contains("no ':'") == true)
        #expect(!answer.body.contains("qwerty"))
    }

    @Test func `an authorization request may come as another site's form`() async throws {
        var kim = try await portal.customer()
        let fields: [(name: String, value: String)] = [
            ("scope", "write"), ("client_id", application.id), ("response_type", "code"),
            ("redirect_uri", TestPortal.callback),
        ]
        let foreign: [(name: String, value: String)] = [
            ("Origin", "https://acme.example"), ("Sec-Fetch-Site", "cross-site"),
        ]
        let posted = try await kim.post("/oauth/authorize", fields, headers: foreign)
        #expect(posted.status == 303)
        let page = try await kim.follow(posted)
        let back = try await kim.answer(page, "allow")
        #expect(back.location?.hasPrefix(TestPortal.callback + "?code=") == true)
        #expect(back.returned.keys.sorted() == ["code"])

        let ticket = try #require(page.hidden("ticket"))
        let forged = try await kim.post(
            "/oauth/authorize",
            [("ticket", ticket), ("answer", "allow"), ("client_id", application.id)],
            headers: foreign
        )
        #expect(forged.status == 403)
    }

    @Test func `code and client credentials work as well`() async throws {
        let asked: [(name: String, value: String)] = [
            ("scope", "read"), ("client_id", application.id), ("response_type", "code"),
            ("redirect_uri", TestPortal.callback),
        ]
        let code = try #require(try await portal.allowed("/oauth/authorize", asked).returned["code"])
        let bought = try await portal.client(application).post(
            Self.token,
            [
                ("grant_type", "authorization_code"), ("code", code),
                ("redirect_uri", TestPortal.callback),
            ]
        )
        #expect(bought.status == 200 && bought.members["token_type"] == "bearer")
        let own = try await portal.client(application).post(
            Self.token,
            [("grant_type", "client_credentials")]
        )
        #expect(own.status == 200 && own.members["refresh_token"] == nil)
    }

    @Test(arguments: [
        ("text/html", 406), ("application/xml, text/plain", 406), ("application/json;q=0", 406),
        ("application/json", 200), ("*/*", 200), ("application/*;q=0.5", 200), ("text/html, */*;q=0.1", 200),
    ])
    func `an Accept that excludes JSON is told so`(accept: String, status: Int) async throws {
        let answer = await portal.ask(
            .post,
            Self.token,
            query: signIn(),
            headers: [(name: "Accept", value: accept), header]
        )
        #expect(answer.status == status && answer.body.hasPrefix("{"))
    }

    @Test func `an address with a fragment is refused, and offered without it`() async throws {
        var dana = try await portal.partner()
        let page = try await dana.post(
            "/applications/\(application.id)/redirect-uris",
            [("seal", dana.ownSeal), ("redirect_uri", "https://acme.example/#/callback")]
        )
        #expect(page.status == 422 && page.text.contains("The part after # cannot be registered"))
        #expect(page.body.contains("value=\"https://acme.example/\""))
    }

    @Test func `a browser application may ask with headers that make no sense`() async throws {
        let headers: [(name: String, value: String)] = [
            ("Origin", "http://localhost:4200"), ("Access-Control-Request-Method", "POST"),
            ("Access-Control-Request-Headers", "access-control-allow-origin,authorization"),
        ]
        for path in [Self.token, Self.current] {
            let answer = await portal.ask(.options, path, headers: headers)
            #expect(answer.status == 204 && answer["Access-Control-Allow-Origin"] == "*")
            #expect(answer["Access-Control-Allow-Headers"] == "access-control-allow-origin,authorization")
        }
        let origin = [(name: "Origin", value: "http://localhost:4200"), header]
        let answer = await portal.ask(.post, Self.token, query: signIn(), headers: origin)
        #expect(answer.status == 200 && answer["Access-Control-Allow-Origin"] == "*")
        let odd = [(name: "Access-Control-Request-Headers", value: "a\u{7F}b")]
        let plain = await portal.ask(.options, Self.token, headers: odd)
        #expect(plain["Access-Control-Allow-Headers"] == "Authorization, Content-Type")
    }

    @Test func `an unknown grant is answered with those there are`() async throws {
        let answer = await portal.ask(.post, Self.token, query: "grant_type=magic", headers: [header])
        expectFailure(answer, 400, "unsupported_grant_type")
        #expect(answer.members["error_description"]?.hasSuffix("client_credentials, password") == true)
    }

    @Test(arguments: ["username", "password", "grant_type"])
    func `what is missing is named`(name: String) async throws {
        let fields = [
            (name: "grant_type", value: "password"), (name: "username", value: Self.kim),
            (name: "password", value: TestPortal.password),
        ].filter { $0.name != name }
        let answer = await portal.ask(.post, Self.token, query: urlEncoded(fields), headers: [header])
        expectFailure(answer, 400, "invalid_request")
        #expect(answer.body.contains(name))
    }
}
