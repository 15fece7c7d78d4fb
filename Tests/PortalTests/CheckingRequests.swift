import FoundationEssentials
import Registry
import Support
import Testing
import Web

@testable import Portal

@Suite("Checking requests")
struct CheckingRequests {
    typealias Pairs = [(name: String, value: String)]

    let portal: TestPortal
    let application: OwnedApplication
    let dana: Browser

    init() async throws {
        portal = try await TestPortal()
        application = try await portal.registeredApplication()
        dana = try await portal.partner()
    }

    private func check(_ text: String, by browser: Browser? = nil) async throws -> Answer {
        var browser = browser ?? dana
        let path = "/applications/\(application.id)/check"
        return try await browser.post(path, [("seal", browser.ownSeal), ("request", text)])
    }

    /// The judgement itself.
    private func judge(_ text: String) async throws -> CheckedRequest {
        let partner = try await portal.partnerAccess()
        let home = Home(tenant: portal.tenant, base: "/t/harbour")
        let visit = Visit(
            site: portal.site,
            request: .made(.post, "/"),
            home: home,
            dialect: try Dialect(of: portal.tenant)
        )
        return try await CheckedRequest(
            try PastedRequest(text),
            with: partner.member(of: application.id).rehearsal,
            visit
        )
    }

    private func link(_ change: (inout Pairs) -> Void = { _ in }) -> String {
        "http://127.0.0.1:8080/t/harbour/oauth2/authorize?\(urlEncoded(portal.query(application, change)))"
    }

    private func command(_ fields: Pairs, secret: String? = nil, _ more: String = "") -> String {
        let secret = secret ?? application.secret?.plaintext ?? ""
        let data = fields.map { "--data-urlencode '\($0.name)=\($0.value)'" }.joined(separator: " \\\n  ")
        return
            "curl -u '\(application.id):\(secret)' \(data) \(more) \\\n http://127.0.0.1:8080/t/harbour/oauth2/token"
    }

    @Test func `a link that is right passes every rule`() async throws {
        let page = try await check(link())
        #expect(page.status == 200 && page.text.contains("This link is right"))
        #expect(!page.body.contains("tag bad") && page.body.contains("RFC 7636, sections 4.2 and 4.3"))
    }

    @Test func `every fault of a link is found, not the first alone`() async throws {
        let checked = try await judge(
            link {
                $0.set("scope", "nonsense")
                $0.set("code_challenge_method", "plain")
                $0.set("state", "é")
            }
        )
        let failed = checked.findings.filter { if case .failed = $0.verdict { true } else { false } }.map(
            \.rule
        )
        #expect(failed == [.state, .scope, .challenge] && checked.cause == .malformedState)
    }

    @Test func `a wrong address stops there, and is compared`() async throws {
        let page = try await check(link { $0.set("redirect_uri", TestPortal.callback + "/") })
        #expect(page.text.contains("Character 30: expected end of text, got “/”."))
        #expect(page.text.contains("Not checked"))
    }

    @Test func `a command is told only what concerns its grant`() async throws {
        let own = try await judge(command([("grant_type", "client_credentials")]))
        #expect(
            own.isAccepted
                && own.findings.allSatisfy { ![.code, .refreshToken, .verifier].contains($0.rule) }
        )
        let code = try await judge(command([("grant_type", "authorization_code"), ("code", "x")]))
        let verdicts = code.findings.suffix(4)
        #expect(verdicts.map(\.rule) == [.knownCode, .sameRedirectURI, .verifier, .code])
        guard case .notChecked = verdicts.last?.verdict else {
            Issue.record("the code itself is judged: \(verdicts)")
            return
        }
        let lametric = try await TestPortal.speaking(like: "lametric")
        #expect(
            CheckRule.body.clause(at: lametric.tenant, try Dialect(of: lametric.tenant).profile).contains(
                "document"
            )
        )
    }

    @Test func `no row changes, whatever is checked`() async throws {
        let code = try await portal.code(for: application)
        let tokens = try await portal.tokens(for: application)
        let grant: Pairs = [
            ("grant_type", "authorization_code"), ("code", code), ("redirect_uri", TestPortal.callback),
            ("code_verifier", Pixy.verifier),
        ]
        // Whoever checks signs in.
        let left: Set = ["sessions"]
        let before = try await portal.rows(except: left)
        let refresh: Pairs = [
            ("grant_type", "refresh_token"), ("refresh_token", tokens["refresh_token"] ?? ""),
        ]
        let token = tokens["access_token"] ?? ""
        let texts = [
            link(), link { $0.set("redirect_uri", "https://evil.test/") }, command(grant), command(refresh),
            command([("grant_type", "client_credentials")]),
            command([("grant_type", "client_credentials")], secret: "wrong"),
            command([("token", token)]).replacing("oauth2/token", with: "oauth2/revoke"),
            command([("token", token)]).replacing("oauth2/token", with: "oauth2/introspect"),
        ]
        for text in texts {
            for _ in 0..<12 { #expect(try await check(text).status == 200) }
        }
        #expect(try await portal.rows(except: left).tables(unlike: before).isEmpty)
        #expect(!before["access_tokens"].isEmpty)
        #expect(try await portal.client(application).post("/oauth2/token", grant).status == 200)
        #expect(try await portal.client(application).post("/oauth2/token", refresh).status == 200)
    }

    @Test func `what was pasted is not shown again`() async throws {
        let secret = try #require(application.secret)
        let code = try await portal.code(for: application)
        let page = try await check(
            command([
                ("grant_type", "authorization_code"), ("code", code), ("password", TestPortal.password),
                ("redirect_uri", TestPortal.callback), ("code_verifier", Pixy.verifier),
            ])
        )
        #expect(page.status == 200 && page.text.contains("This request would be answered"))
        for hidden in [secret.plaintext, code, TestPortal.password, Pixy.verifier] {
            #expect(!page.body.contains(hidden))
        }
        #expect(page.text.contains("…" + code.suffix(4)) && page.text.contains(TestPortal.callback))
        let unreadable = try await check("curl 'https://x.example/?secret=\(secret.plaintext)")
        #expect(unreadable.status == 422 && !unreadable.body.contains(secret.plaintext))
    }

    @Test func `another's application is not judged`() async throws {
        let other = try await portal.registeredApplication("Borrowed Cranes", of: "lee@cranes.example")
        let secret = other.secret?.plaintext ?? ""
        let own: Pairs = [("grant_type", "client_credentials")]
        for secret in [secret, "wrong"] {
            let text = command(own, secret: secret).replacing(application.id, with: other.id)
            #expect(try await judge(text).cause == .foreignClientID)
        }
        #expect(try await judge(link { $0.set("client_id", other.id) }).cause == .foreignClientID)
        #expect(try await judge("https://elsewhere.example/oauth2/token").cause == .notAnEndpoint)
        #expect(try await judge("curl http://127.0.0.1:8080/t/harbour/applications").cause == .notAnEndpoint)
        let lee = try await portal.partner("lee@cranes.example")
        #expect(try await check(link(), by: lee).status == 404)
        let page = try await check("curl http://127.0.0.1:8080/t/harbour/oauth2/verify")
        #expect(page.text.contains("The address is the provider’s own, which takes access tokens."))
    }

    @Test func `it agrees with what answers real requests, for links`() async throws {
        var choice = Choice()
        for _ in 0..<120 {
            let sent = portal.query(application) { query in
                choice.change(&query, "redirect_uri", [TestPortal.callback + "/", nil])
                choice.change(&query, "response_type", ["token", nil, "code code"])
                choice.change(
                    &query,
                    "scope",
                    [nil, "nonsense", "equipment.read equipment.change", "location.read", "a+b"]
                )
                choice.change(&query, "state", [nil, "é"])
                choice.change(&query, "code_challenge", [nil, "short"])
                choice.change(&query, "code_challenge_method", ["plain", nil])
                choice.change(&query, "prompt", ["none", "consent"])
                choice.change(&query, "response_mode", ["fragment", "query"])
                if choice.isOneIn(8) { query.append(("state", "again")) }
            }
            let link = "http://127.0.0.1:8080/t/harbour/oauth2/authorize?\(urlEncoded(sent))"
            let checked = try await judge(link)
            portal.clock.advance(by: .seconds(3))
            let before = try await portal.activity(of: application).first?.id
            var browser = portal.browser()
            let answer = try await browser.authorize(sent)
            let noted = try await portal.activity(of: application).first
            #expect(checked.isAccepted == (answer.status == 303), "\(sent)")
            #expect(checked.cause == (noted?.id == before ? nil : noted?.cause), "\(sent)")
        }
    }

    @Test func `a used refresh token passes as often as it would be answered`() async throws {
        let portal = try await TestPortal { $0.policy.refreshGraceSeconds = 30 }
        let application = try await portal.registeredApplication()
        let tokens = try await portal.tokens(for: application)
        let sent: Pairs = [("grant_type", "refresh_token"), ("refresh_token", tokens["refresh_token"] ?? "")]
        let rehearsal = try await portal.partnerAccess().member(of: application.id).rehearsal
        let credentials = ClientCredentials(id: application.id, secret: application.secret?.plaintext)
        let client = try await rehearsal.client(credentials).get()
        for passes in [true, true, true, false] {
            let cause = try await client.refusal(
                of: .refresh(sent[1].value, scope: nil),
                sent: Parameters(sent)
            )
            #expect((cause == nil) == passes)
            let answer = try await portal.client(application).post("/oauth2/token", sent)
            #expect((answer.status == 200) == passes)
        }
    }

    @Test func `a permission that needs an approval is refused as it would be`() async throws {
        let portal = try await TestPortal { settings in
            for place in settings.scopes.indices where settings.scopes[place].kind == .change {
                settings.scopes[place].needsApproval = true
            }
        }
        let application = try await portal.registeredApplication(isApproved: false)
        let sent: Pairs = [("grant_type", "client_credentials"), ("scope", "equipment.change")]
        let rehearsal = try await portal.partnerAccess().member(of: application.id).rehearsal
        let credentials = ClientCredentials(id: application.id, secret: application.secret?.plaintext)
        let client = try await rehearsal.client(credentials).get()
        let cause = try await client.refusal(
            of: .forItself(scope: "equipment.change"),
            sent: Parameters(sent)
        )
        let answer = try await portal.client(application).post("/oauth2/token", sent)
        #expect(answer.status == 400 && answer.body.contains("invalid_scope"))
        #expect(try await cause == portal.activity(of: application).first?.cause)
    }

    @Test func `it agrees with what answers real requests, for commands`() async throws {
        var choice = Choice()
        let tokens = try await portal.tokens(for: application)
        for number in 0..<100 {
            portal.clock.advance(by: .seconds(7))
            var sent: Pairs = [("grant_type", "client_credentials")]
            switch number % 4 {
            case 0:
                sent = [
                    ("grant_type", "authorization_code"), ("code", try await portal.code(for: application)),
                    ("redirect_uri", TestPortal.callback), ("code_verifier", Pixy.verifier),
                ]
                choice.change(&sent, "redirect_uri", [nil, TestPortal.callback + "/"])
                choice.change(&sent, "code_verifier", [nil, Pixy.challenge])
                choice.change(&sent, "code", [nil, "x"])
            case 1:
                sent = [("grant_type", "refresh_token"), ("refresh_token", tokens["refresh_token"] ?? "")]
                choice.change(&sent, "refresh_token", [nil, "x", tokens["access_token"]])
                choice.change(&sent, "scope", ["nonsense", "equipment.change"])
            default:
                choice.change(&sent, "grant_type", [nil, "device", "password"])
                choice.change(&sent, "scope", ["nonsense", "equipment.read", "location.read"])
            }
            let right = application.secret?.plaintext ?? ""
            let secret = choice.isOneIn(6) ? right + " " : right
            let json = choice.isOneIn(10)
            if choice.isOneIn(10) { sent.append(("client_secret", "x")) }
            if sent.isEmpty { sent.append(("extra", "1")) }
            let text = command(sent, secret: secret, json ? "-H 'Content-Type: application/json'" : "")
            let checked = try await judge(text)
            portal.clock.advance(by: .seconds(1))
            let before = try await portal.activity(of: application).first?.id
            let client = Client(portal: portal, id: application.id, secret: secret)
            let answer = try await client.post(
                "/oauth2/token",
                sent,
                type: json ? "application/json" : "application/x-www-form-urlencoded"
            )
            let noted = try await portal.activity(of: application).first
            #expect(checked.isAccepted == (answer.status == 200), "\(sent)")
            #expect(checked.cause == (noted?.id == before ? nil : noted?.cause), "\(sent)")
        }
    }
}

/// The same choices in every run.
private struct Choice {
    private var seed: UInt64 = 42

    mutating func number(below limit: Int) -> Int {
        seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int(seed >> 33) % limit
    }

    mutating func isOneIn(_ count: Int) -> Bool { number(below: count) == 0 }

    /// Now and then puts another value in place.
    mutating func change(_ pairs: inout [(name: String, value: String)], _ name: String, _ values: [String?])
    {
        guard isOneIn(4) else { return }
        pairs.set(name, values[number(below: values.count)])
    }
}
