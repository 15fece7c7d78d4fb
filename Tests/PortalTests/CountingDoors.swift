import Registry
import Support
import Testing
import Web

@testable import Portal

@Suite("Counting who needs a door")
struct CountingDoors {
    let portal: TestPortal
    let application: OwnedApplication

    init() async throws {
        var profile = WireProfile()
        profile.authorizeByPost = true
        profile.whenMissing = .init(responseType: "code", grantType: "authorization_code")
        profile.parameters = .init(
            query: true,
            multipart: true,
            anyContentType: true,
            equalRepetition: true,
            ignoreJSON: true
        )
        profile.clientAuthentication = .init(bothWhenEqual: true, explainBasic: true)
        profile.crossOrigin = .any
        let text = try profile.text
        portal = try await TestPortal { settings in
            settings.wireProfile = text
            settings.policy.grants.formUnion([.password, .implicit])
            settings.policy.redirectMatch = .hostAndPath
            settings.policy.redirectURIAtToken = .optional
            settings.policy.codeChallenge = .optional
            settings.policy.refresh = .keep
            settings.policy.plusSeparatesScopes = true
        }
        application = try await portal.registeredApplication()
    }

    private var header: (name: String, value: String) {
        basic(application.id, application.secret?.plaintext)
    }

    private static let own = [(name: "grant_type", value: "client_credentials")]

    /// Asks for a token, which has to go well.
    private func ask(
        _ fields: [(name: String, value: String)] = own,
        query: String = "",
        headers: [(name: String, value: String)] = [formType],
        body: String? = nil
    ) async throws {
        let answer = await portal.ask(
            .post,
            "/oauth2/token",
            query: query,
            headers: [header] + headers,
            body: body ?? urlEncoded(fields)
        )
        try #require(answer.status == 200, "\(answer.body)")
    }

    private func uses() async throws -> [String: Int] {
        try await portal.registry.writeLastUses()
        let tenant = portal.tenant.id
        let rows = try await portal.database.read(
            "SELECT door, count(*) FROM door_uses WHERE tenant = \(tenant) GROUP BY door",
            .tenant(tenant)
        )
        return Dictionary(uniqueKeysWithValues: try rows.map { (try $0.text(0), try $0.integer(1)) })
    }

    @Test func `whoever does as the RFCs say needs none`() async throws {
        _ = try await portal.tokens(for: application)
        try await ask()
        #expect(try await uses().isEmpty)
    }

    @Test func `a token request is counted for each door it came through`() async throws {
        try await ask([], query: "grant_type=client_credentials")
        #expect(try await uses() == ["parameters.query": 1])
        try await ask([], headers: [Multipart.type], body: Multipart.body(Self.own))
        try await ask(headers: [(name: "Content-Type", value: "text/plain")])
        try await ask(Self.own + Self.own)
        try await ask(
            [],
            query: "grant_type=client_credentials",
            headers: [(name: "Content-Type", value: "application/json")],
            body: "{}"
        )
        try await ask(Self.own + [("client_secret", application.secret?.plaintext ?? "")])
        try await ask(headers: [formType, (name: "Origin", value: "https://pages.example")])
        let doors = [
            "parameters.query", "parameters.multipart", "parameters.anyContentType",
            "parameters.equalRepetition", "parameters.ignoreJSON", "clientAuthentication.bothWhenEqual",
            "crossOrigin",
        ]
        #expect(try await uses() == Dictionary(uniqueKeysWithValues: doors.map { ($0, 1) }))
    }

    @Test func `so is what a code and a refresh token are redeemed without`() async throws {
        let code = try await portal.code(for: application)
        try await ask([("code", code), ("code_verifier", Pixy.verifier)])
        let tokens = try await portal.tokens(for: application)
        try await ask([("grant_type", "refresh_token"), ("refresh_token", tokens["refresh_token"] ?? "")])
        try await portal.add("kim@northfield.example", as: .customer)
        try await ask([
            ("grant_type", "password"), ("username", "kim@northfield.example"),
            ("password", TestPortal.password),
        ])
        #expect(
            try await uses() == [
                "whenMissing.grantType": 1, "redirectURIAtToken": 1, "refresh": 1, "password": 1,
            ]
        )
    }

    @Test func `an authorization request is counted, by whatever it came`() async throws {
        var kim = try await portal.customer()
        for change: (inout [(name: String, value: String)]) -> Void in [
            { $0.set("response_type", nil) },
            { $0.set("response_type", "token") },
            { $0.set("redirect_uri", TestPortal.callback + "?u=2") },
            { $0.set("scope", "equipment.read+equipment.change") },
            {
                $0.set("code_challenge", nil)
                $0.set("code_challenge_method", nil)
            },
        ] {
            #expect(try await kim.authorize(portal.query(application, change)).status == 200)
        }
        let foreign = [(name: "Origin", value: "https://elsewhere.example")]
        _ = try await kim.post("/oauth2/authorize", portal.query(application), headers: foreign)
        _ = try await kim.post("/oauth2/authorize", [("client_id", "nobody")], headers: foreign)
        let doors = [
            "whenMissing.responseType", "implicit", "redirectMatch", "plusSeparatesScopes", "codeChallenge",
            "authorizeByPost",
        ]
        #expect(try await uses() == Dictionary(uniqueKeysWithValues: doors.map { ($0, 1) }))
    }

    @Test func `a request that was taken is answered, whatever else stands in it`() async throws {
        let answer = await portal.ask(
            .post,
            "/oauth2/introspect",
            headers: [header, formType],
            body: "token=unknown&code=a&code=b"
        )
        #expect(answer.status == 200 && answer.members["active"] == "false")
    }

    @Test func `the settings say of each open door how many applications need it`() async throws {
        var ada = try await portal.browser(of: "ada@harbour.example", as: .admin)
        let before = try await ada.get("/admin/settings").text
        #expect(
            before.contains("Secrets may stand in addresses, and addresses end up in logs. Nobody used it")
        )
        #expect(!before.contains("Used by"))
        try await ask([], query: "grant_type=client_credentials")
        try await portal.registry.writeLastUses()
        let page = try await ada.get("/admin/settings").text
        #expect(page.contains("addresses end up in logs. Used by 1 application in the last 30 days."))
        portal.clock.advance(by: .seconds(31 * 86_400))
        var later = try await portal.browser(of: "bo@harbour.example", as: .admin)
        #expect(try await !later.get("/admin/settings").text.contains("Used by"))
    }

    @Test func `what is counted is a door of the settings`() {
        let doors = Set(LegacyDoor.all.filter(\.isCounted).map(\.dotted))
        #expect(doors.isSuperset(of: ["manualIssuance", "manualTokenByMail", "redirectURIAtToken"]))
        #expect(LegacyDoor.all.count - doors.count == 4)
    }
}
