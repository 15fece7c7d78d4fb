import Registry
import Testing
import Web

@testable import Portal

@Suite("Issuing tokens")
struct IssuingTokens {
    let portal: TestPortal
    let application: OwnedApplication

    init() async throws {
        portal = try await TestPortal()
        application = try await portal.registeredApplication()
    }

    private var client: Client { portal.client(application) }
    private static let own: [(name: String, value: String)] = [("grant_type", "client_credentials")]

    @Test func `a code is exchanged for tokens, in the words of RFC 6749`() async throws {
        let answer = try await client.post(
            "/oauth2/token",
            [
                ("grant_type", "authorization_code"), ("code", try await portal.code(for: application)),
                ("redirect_uri", TestPortal.callback), ("code_verifier", Pixy.verifier),
            ]
        )
        #expect(answer.status == 200)
        expectNotKept(answer)
        #expect(
            Set(answer.members.keys) == [
                "access_token", "token_type", "expires_in", "refresh_token", "scope",
            ]
        )
        #expect(answer.members["token_type"] == "Bearer" && answer.members["scope"] == "equipment.read")
        #expect(answer.body.contains("\"expires_in\":900"))
        #expect(answer.members["access_token"]?.hasPrefix("harbour_at_") == true)
        #expect(answer.members["refresh_token"]?.hasPrefix("harbour_rt_") == true)
    }

    @Test func `a refresh token is exchanged for the next pair`() async throws {
        let tokens = try await portal.tokens(for: application)
        let refresh: [(name: String, value: String)] = [
            ("grant_type", "refresh_token"), ("refresh_token", tokens["refresh_token"] ?? ""),
        ]
        let answer = try await client.post("/oauth2/token", refresh)
        #expect(answer.status == 200 && answer.members["refresh_token"] != tokens["refresh_token"])
        expectFailure(try await client.post("/oauth2/token", refresh), 400, "invalid_grant")
    }

    @Test func `an application gets a token for itself, without a refresh token`() async throws {
        let answer = try await client.post("/oauth2/token", Self.own)
        #expect(answer.status == 200 && answer.members["refresh_token"] == nil)
        #expect(answer.members["scope"] == "equipment.read equipment.change")
        let narrowed = try await client.post("/oauth2/token", Self.own + [("scope", "equipment.change")])
        #expect(narrowed.members["scope"] == "equipment.change")
        let wider = try await client.post("/oauth2/token", Self.own + [("scope", "location.read")])
        expectFailure(wider, 400, "invalid_scope")
    }

    @Test(
        arguments: [
            ([], "invalid_request"), ([("grant_type", "")], "invalid_request"),
            ([("grant_type", "password")], "unsupported_grant_type"),
            ([("grant_type", "implicit")], "unsupported_grant_type"),
            ([("grant_type", "Client_Credentials")], "unsupported_grant_type"),
            ([("grant_type", "authorization_code")], "invalid_request"),
            ([("grant_type", "authorization_code"), ("code", "")], "invalid_request"),
            ([("grant_type", "authorization_code"), ("code", "x")], "invalid_grant"),
            ([("grant_type", "refresh_token")], "invalid_request"),
            ([("grant_type", "refresh_token"), ("refresh_token", "x")], "invalid_grant"),
            ([("grant_type", "client_credentials"), ("scope", "admin")], "invalid_scope"),
            ([("grant_type", "client_credentials"), ("scope", "é")], "invalid_scope"),
            (
                [("grant_type", "client_credentials"), ("grant_type", "client_credentials")],
                "invalid_request"
            ),
            ([("grant_type", "client_credentials"), ("scope", ""), ("scope", "")], "invalid_request"),
            ([("grant_type", "client_credentials"), ("client_secret", "x")], "invalid_request"),
            ([("grant_type", "client_credentials"), ("client_id", "another")], "invalid_request"),
        ] as [([(String, String)], String)]
    )
    func `what is wrong is named`(fields: [(String, String)], error: String) async throws {
        let sent = fields.map { (name: $0.0, value: $0.1) }
        expectFailure(try await client.post("/oauth2/token", sent), 400, error)
    }

    @Test(arguments: ["code", "redirect_uri", "code_verifier", "grant_type", "client_id", "scope"])
    func `a parameter sent twice is refused, whatever the values`(name: String) async throws {
        let sent: [(name: String, value: String)] = [
            ("grant_type", "authorization_code"), ("code", try await portal.code(for: application)),
            ("client_id", application.id),
            ("redirect_uri", TestPortal.callback), ("code_verifier", Pixy.verifier),
            ("scope", "equipment.read"),
        ]
        for value in [sent.first { $0.name == name }?.value ?? "", "another", ""] {
            expectFailure(
                try await client.post("/oauth2/token", sent + [(name, value)]),
                400,
                "invalid_request"
            )
        }
        #expect(try await client.post("/oauth2/token", sent).status == 200)
    }

    @Test func `unknown parameters are ignored and empty ones count as absent`() async throws {
        let sent = Self.own + [("extra", "1"), ("extra", "2"), ("scope", ""), ("code", "")]
        #expect(try await client.post("/oauth2/token", sent).status == 200)
    }

    @Test(arguments: ["grant_type=client_credentials", "client_secret=x", "username=a&password=b", "x", "&"])
    func `parameters in the query string are refused, even beside a whole body`(query: String) async throws {
        for path in ["/oauth2/token", "/oauth2/revoke", "/oauth2/introspect"] {
            let answer = try await client.post(path, Self.own + [("token", "x")], query: query)
            expectFailure(answer, 400, "invalid_request")
            #expect(answer.body.contains("query string"))
        }
    }

    @Test(arguments: [
        "application/json", "multipart/form-data; boundary=x", "text/plain",
        "application/x-www-form-urlencoded2",
        "", nil,
    ])
    func `another content type is told which one is right`(type: String?) async throws {
        let answer = try await client.post("/oauth2/token", Self.own, type: type)
        expectFailure(answer, 400, "invalid_request")
        let explanation = try #require(answer.members["error_description"])
        #expect(explanation.contains("application/x-www-form-urlencoded (curl -d, not -F)"))
        if let type, !type.isEmpty { #expect(answer.body.contains(type)) }
    }

    @Test(arguments: [
        "application/x-www-form-urlencoded; charset=UTF-8", "application/x-www-form-urlencoded;charset=utf-8",
        "Application/X-WWW-Form-URLEncoded",
    ])
    func `the content type may carry a charset and be in any case`(type: String) async throws {
        #expect(try await client.post("/oauth2/token", Self.own, type: type).status == 200)
    }

    @Test func `two content types are none`() async throws {
        let second = (name: "Content-Type", value: "application/json")
        let answer = try await client.post("/oauth2/token", Self.own, headers: [second])
        expectFailure(answer, 400, "invalid_request")
    }

    @Test(arguments: [
        "grant_type=%zz", "grant_type=%2", "grant_type=client_credentials%00", "grant_type=%FF%FE",
        "grant_type=client_credentials&" + String(repeating: "a=1&", count: 40) + "b=2",
    ])
    func `a body that cannot be read is refused`(body: String) async throws {
        expectFailure(try await client.post("/oauth2/token", [], body: body), 400, "invalid_request")
    }

    @Test func `40 parameters are read`() async throws {
        let extra = (0..<39).map { (name: "x\($0)", value: "1") }
        #expect(try await client.post("/oauth2/token", Self.own + extra).status == 200)
    }

    @Test func `it takes POST only`() async throws {
        for method in [Method.get, .head, .put, .delete] {
            var browser = portal.browser()
            let answer = try await browser.send(method, "/oauth2/token")
            #expect(answer.status == 405 && answer["Allow"]?.contains("POST") == true)
            #expect(answer["Content-Type"] == "application/json;charset=UTF-8")
        }
    }

    // MARK: Revoking and asking

    @Test func `revoking answers 200 with nothing, whatever the token`() async throws {
        let tokens = try await portal.tokens(for: application)
        for token in [
            tokens["access_token"] ?? "", tokens["access_token"] ?? "", "x", tokens["refresh_token"] ?? "",
        ] {
            for hint in ["access_token", "refresh_token", "nonsense"] {
                let sent: [(name: String, value: String)] = [("token", token), ("token_type_hint", hint)]
                let answer = try await client.post("/oauth2/revoke", sent)
                #expect(answer.status == 200 && answer.response.bytes.isEmpty)
            }
        }
        expectFailure(try await client.post("/oauth2/revoke", []), 400, "invalid_request")
    }

    @Test func `an inactive token is described by one word, always the same bytes`() async throws {
        let tokens = try await portal.tokens(for: application)
        let other = try await portal.registeredApplication("Borrowed Cranes")
        let foreign = try await portal.tokens(for: other)
        _ = try await client.post("/oauth2/revoke", [("token", tokens["access_token"] ?? "")])
        for token in [
            tokens["access_token"] ?? "", foreign["access_token"] ?? "", "x",
            String(repeating: "a", count: 5000),
        ] {
            let answer = try await client.post("/oauth2/introspect", [("token", token)])
            #expect(answer.status == 200 && answer.body == "{\"active\":false}")
        }
    }

    @Test func `an active one is described in the words of RFC 7662`() async throws {
        let tokens = try await portal.tokens(for: application)
        let facts = try await client.post("/oauth2/introspect", [("token", tokens["access_token"] ?? "")])
            .members
        #expect(facts["active"] == "true" && facts["client_id"] == application.id)
        #expect(facts["scope"] == "equipment.read" && facts["token_type"] == "Bearer")
        #expect(facts["iat"] == "1790000000" && facts["exp"] == "1790000900")
        #expect(facts["iss"] == TestPortal.issuer && facts["sub"]?.hasPrefix("acc_") == true)
    }

    @Test func `blanks are no scope`() async throws {
        expectFailure(
            try await client.post("/oauth2/token", Self.own + [("scope", "  ")]),
            400,
            "invalid_scope"
        )
    }

    @Test func `of two proofs neither is believed`() async throws {
        let answer = try await client.post(
            "/oauth2/token",
            Self.own,
            headers: [("Authorization", "Bearer x")]
        )
        expectFailure(answer, 401, "invalid_client")
    }

    // MARK: Browser applications

    @Test func `the usual port of an origin is none, and each path is asked about its own method`()
        async throws
    {
        var profile = WireProfile.standard
        profile.paths.logout = ["/leave"]
        let kept = try profile.text
        let portal = try await TestPortal { $0.wireProfile = kept }
        _ = try await portal.registeredApplication(
            "Acme Page",
            at: ["https://spa.example:443/cb"],
            kind: .public
        )
        var browser = portal.browser()
        for (path, method) in [("/oauth2/token", "POST"), ("/leave", "DELETE")] {
            let headers = [(name: "Origin", value: "https://spa.example")]
            let answer = try await browser.send(.options, path, headers: headers)
            #expect(answer.status == 204 && answer["Access-Control-Allow-Methods"] == method)
        }
    }

    @Test func `a public application's own pages may read the answers, nobody else's`() async throws {
        _ = try await portal.registeredApplication("Acme Page", at: ["https://spa.example/cb"], kind: .public)
        _ = try await portal.registeredApplication("Acme Server", at: ["https://server.example/cb"])
        let bare = Client(portal: portal, id: "", secret: nil)
        for (origin, isAllowed) in [
            ("https://spa.example", true), ("https://server.example", false), ("https://evil.test", false),
            ("null", false), ("https://spa.example:8443", false), ("http://spa.example", false),
        ] {
            for path in ["/oauth2/token", "/oauth2/revoke"] {
                let headers = [(name: "Origin", value: origin)]
                let answer = try await bare.post(path, Self.own, headers: headers)
                #expect(answer["Access-Control-Allow-Origin"] == (isAllowed ? origin : nil))
                #expect(answer["Access-Control-Allow-Credentials"] == nil)
                var browser = portal.browser()
                let asked = try await browser.send(.options, path, headers: headers)
                #expect(asked.status == (isAllowed ? 204 : 403))
                #expect(asked["Access-Control-Allow-Methods"] == (isAllowed ? "POST" : nil))
            }
        }
    }
}
