import Registry
import Support
import Testing
import Web

@testable import Portal

@Suite("Authenticating clients")
struct AuthenticatingClients {
    let portal: TestPortal
    let application: OwnedApplication

    init() async throws {
        portal = try await TestPortal()
        application = try await portal.registeredApplication()
    }

    private var client: Client { portal.client(application) }
    private static let own: [(name: String, value: String)] = [("grant_type", "client_credentials")]

    @Test func `one is refused no sooner for being unknown than for a wrong secret`() async throws {
        for id in [application.id, "harbour_0000000000000000000000"] {
            let stranger = Client(portal: portal, id: id, secret: "not it")
            let took = try await ContinuousClock().measure {
                let answer = try await stranger.post("/oauth2/token", Self.own)
                #expect(answer.status == 401)
            }
            #expect(took >= .milliseconds(5))
        }
    }

    @Test func `credentials may stand in the body`() async throws {
        let body =
            Self.own + [
                ("client_id", application.id), ("client_secret", application.secret?.plaintext ?? ""),
            ]
        let bare = Client(portal: portal, id: "", secret: nil)
        #expect(try await bare.post("/oauth2/token", [], body: urlEncoded(body)).status == 200)
    }

    @Test func `or in the header, percent-encoded or not, in any case of its name`() async throws {
        let pair = base64(
            "\(percentEncoded(application.id)):\(percentEncoded(application.secret?.plaintext ?? ""))"
        )
        let bare = Client(portal: portal, id: "", secret: nil)
        for scheme in ["Basic", "basic", "BASIC"] {
            let header = (name: "Authorization", value: "\(scheme) \(pair)")
            let answer = try await bare.post(
                "/oauth2/token",
                [],
                headers: [header],
                body: urlEncoded(Self.own)
            )
            #expect(answer.status == 200)
        }
    }

    @Test func `everybody who proves nothing gets the same answer`() async throws {
        let suspended = try await portal.registeredApplication("Acme Lifts")
        try await portal.theOperator.suspend(suspended.id, reason: "Unusual traffic")
        let (id, secret) = (application.id, application.secret?.plaintext ?? "")
        let headers = [
            "Basic " + base64("\(id):wrong"), "Basic " + base64("\(id):"), "Basic " + base64(id),
            "Basic " + base64("nobody:\(secret)"), "Basic", "Basic !", "Basic " + base64("\(id)\":\(secret)"),
            "Bearer \(secret)", "Basic " + base64("\(suspended.id):\(suspended.secret?.plaintext ?? "")"), "",
        ]
        let bare = Client(portal: portal, id: "", secret: nil)
        var bodies: Set<String> = []
        for header in headers {
            let answer = try await bare.post(
                "/oauth2/token",
                [],
                headers: [("Authorization", header)],
                body: urlEncoded(Self.own)
            )
            expectFailure(answer, 401, "invalid_client")
            #expect(answer["WWW-Authenticate"]?.hasPrefix("Basic realm=") == true)
            bodies.insert(answer.body)
        }
        let silent = try await bare.post("/oauth2/token", [], body: urlEncoded(Self.own))
        expectFailure(silent, 401, "invalid_client")
        bodies.insert(silent.body)
        #expect(bodies.count == 1)
    }

    @Test func `a confidential application needs its secret everywhere`() async throws {
        let tokens = try await portal.tokens(for: application)
        let nameOnly = Client(portal: portal, id: application.id, secret: nil)
        let requests: [(String, [(name: String, value: String)])] = [
            ("/oauth2/token", Self.own),
            (
                "/oauth2/token",
                [("grant_type", "authorization_code"), ("code", try await portal.code(for: application))]
            ),
            (
                "/oauth2/token",
                [("grant_type", "refresh_token"), ("refresh_token", tokens["refresh_token"] ?? "")]
            ),
            ("/oauth2/revoke", [("token", tokens["access_token"] ?? "")]),
            ("/oauth2/introspect", [("token", tokens["access_token"] ?? "")]),
        ]
        for (path, fields) in requests {
            expectFailure(try await nameOnly.post(path, fields), 401, "invalid_client")
        }
        let alive = try await client.post("/oauth2/introspect", [("token", tokens["access_token"] ?? "")])
        #expect(alive.members["active"] == "true")
    }

    @Test func `a public application gets its tokens by its name, and nothing more`() async throws {
        let phone = try await portal.registeredApplication("Acme Phone", kind: .public)
        let tokens = try await portal.tokens(for: phone)
        let client = portal.client(phone)
        #expect(tokens["access_token"] != nil)
        expectFailure(try await client.post("/oauth2/token", Self.own), 400, "unauthorized_client")
        let asked = try await client.post("/oauth2/introspect", [("token", tokens["access_token"] ?? "")])
        expectFailure(asked, 401, "invalid_client")
        let pretends = Client(portal: portal, id: phone.id, secret: "x")
        expectFailure(try await pretends.post("/oauth2/token", Self.own), 401, "invalid_client")
    }

    @Test func `after ten failures in a minute it is told to wait, from its address only`() async throws {
        let wrong = Client(portal: portal, id: application.id, secret: "wrong")
        for _ in 0..<10 {
            expectFailure(try await wrong.post("/oauth2/token", Self.own), 401, "invalid_client")
        }
        let slowed = try await wrong.post("/oauth2/token", Self.own)
        #expect(slowed.status == 429)
        #expect((slowed["Retry-After"].flatMap { Int($0) }).map { (1...60).contains($0) } == true)
        expectNotKept(slowed)
        let other = try await portal.registeredApplication("Acme Lifts")
        #expect(try await portal.client(other).post("/oauth2/token", Self.own).status == 200)
        portal.clock.advance(by: .seconds(61))
        #expect(try await client.post("/oauth2/token", Self.own).status == 200)
    }
}
