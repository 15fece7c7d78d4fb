import Registry
import Support
import Testing
import Web

@testable import Portal

/// What a stranger sees of one rule, in a few words that are the same in every run.
private struct Row: Sendable {
    let name: String
    let look: @Sendable (Scene) async throws -> String

    init(_ name: String, _ look: @escaping @Sendable (Scene) async throws -> String) {
        (self.name, self.look) = (name, look)
    }
}

/// A switch, opened, and the rows it may change.
struct Door: Sendable, CustomTestStringConvertible {
    let name: String
    let rows: Set<String>
    let open: @Sendable (inout Tenant.Settings, inout WireProfile) -> Void

    init(
        _ name: String,
        _ rows: Set<String>,
        _ open: @escaping @Sendable (inout Tenant.Settings, inout WireProfile) -> Void
    ) {
        (self.name, self.rows, self.open) = (name, rows, open)
    }

    var testDescription: String { name }
}

/// A portal with an application of Dana's and a public one.
private struct Scene: Sendable {
    let portal: TestPortal
    let application: OwnedApplication
    let mobile: OwnedApplication

    init(_ door: Door?) async throws {
        var profile = WireProfile.standard
        var draft = try Tenant.Settings.harbour()
        door?.open(&draft, &profile)
        draft.wireProfile = door == nil ? WireProfile.standardName : try profile.text
        let settings = draft
        portal = try await TestPortal { $0 = settings }
        application = try await portal.registeredApplication()
        mobile = try await portal.registeredApplication("Acme Mobile", kind: .public)
        try await portal.add("kim@northfield.example", as: .customer)
    }

    var header: (name: String, value: String) { basic(application.id, application.secret?.plaintext) }

    /// A token request, summed up.
    func token(
        _ fields: [(name: String, value: String)],
        query: String = "",
        headers: [(name: String, value: String)]? = nil,
        body: String? = nil,
        path: String = "/oauth2/token"
    ) async -> String {
        let answer = await portal.ask(
            .post,
            path,
            query: query,
            headers: headers ?? [header, formType],
            body: body ?? urlEncoded(fields)
        )
        return Scene.sum(answer)
    }

    /// What an authorization request of Kim's leads to.
    func authorize(
        _ application: OwnedApplication? = nil,
        _ change: (inout [(name: String, value: String)]) -> Void
    ) async throws -> String {
        var kim = try await portal.customer()
        return Scene.sum(try await kim.authorize(portal.query(application ?? self.application, change)))
    }

    static func sum(_ answer: Answer) -> String {
        let words = [answer.members["error"], answer.members["error_description"], answer.returned["error"]]
        return ([String(answer.status)] + words.compactMap { $0 }).joined(separator: " ")
    }

    static let own = [(name: "grant_type", value: "client_credentials")]

    func code() async throws -> String { try await portal.code(for: application) }

    func redeem(_ code: String) async throws -> Answer {
        try await portal.client(application).post(
            "/oauth2/token",
            [
                ("grant_type", "authorization_code"), ("code", code), ("redirect_uri", TestPortal.callback),
                ("code_verifier", Pixy.verifier),
            ]
        )
    }
}

private let tokenRows: [Row] = [
    Row("query") { await $0.token([], query: "grant_type=client_credentials") },
    Row("query beside a body") { await $0.token(Scene.own, query: "a=b") },
    Row("multipart") {
        await $0.token([], headers: [$0.header, Multipart.type], body: Multipart.body(Scene.own))
    },
    Row("no type") { await $0.token(Scene.own, headers: [$0.header]) },
    Row("another type") {
        await $0.token(Scene.own, headers: [$0.header, (name: "Content-Type", value: "text/plain")])
    },
    Row("two types") {
        await $0.token(
            Scene.own,
            headers: [$0.header, formType, (name: "Content-Type", value: "text/plain")]
        )
    },
    Row("JSON") {
        await $0.token(
            [],
            headers: [$0.header, (name: "Content-Type", value: "application/json")],
            body: "{}"
        )
    },
    Row("equal repetition") { await $0.token(Scene.own + Scene.own) },
    Row("unequal repetition") { await $0.token(Scene.own + [("grant_type", "refresh_token")]) },
    Row("credentials twice") { scene in
        await scene.token(
            Scene.own + [
                ("client_id", scene.application.id),
                ("client_secret", scene.application.secret?.plaintext ?? ""),
            ]
        )
    },
    Row("two secrets") { await $0.token(Scene.own + [("client_secret", "other")]) },
    Row("two clients") { await $0.token(Scene.own + [("client_id", "other")]) },
    Row("a header without a pair") {
        await $0.token(Scene.own, headers: [formType, (name: "Authorization", value: "Basic cXdlcnR5")])
    },
    Row("no grant_type") { await $0.token([("code", "x")]) },
    Row("nothing at all") { await $0.token([]) },
    Row("a wrong secret") { await $0.token(Scene.own, headers: [formType, basic($0.application.id, "x")]) },
    Row("a public application for itself") {
        await $0.token(Scene.own + [("client_id", $0.mobile.id)], headers: [formType])
    },
    Row("password") { await $0.token([("grant_type", "password"), ("username", "a"), ("password", "b")]) },
    Row("implicit as a grant_type") { await $0.token([("grant_type", "implicit")]) },
    Row("an Accept without JSON") {
        await $0.token(Scene.own, headers: [$0.header, formType, (name: "Accept", value: "text/html")])
    },
    Row("plus in scope") { await $0.token(Scene.own + [("scope", "equipment.read+equipment.change")]) },
    Row("own token path") { await $0.token(Scene.own, path: "/own/token") },
    Row("a code twice") { scene in
        let code = try await scene.code()
        return Scene.sum(try await scene.redeem(code)) + ", " + Scene.sum(try await scene.redeem(code))
    },
    Row("no redirect_uri at the token request") { scene in
        await scene.token([
            ("grant_type", "authorization_code"), ("code", try await scene.code()),
            ("code_verifier", Pixy.verifier),
        ])
    },
    Row("no verifier") { scene in
        await scene.token([
            ("grant_type", "authorization_code"), ("code", try await scene.code()),
            ("redirect_uri", TestPortal.callback),
        ])
    },
]

private let answerRows: [Row] = [
    Row("keys") { scene in
        try await scene.redeem(try await scene.code()).keys.filter { $0 != "expires_in" }.joined(
            separator: " "
        )
    },
    Row("keys of an own token") { scene in
        try await scene.portal.client(scene.application).post("/oauth2/token", Scene.own).keys
            .filter { $0 == "refresh_token" }.joined()
    },
    Row("spelling of the type") { scene in
        try await scene.redeem(try await scene.code()).members["token_type"] ?? "none"
    },
    Row("expiry") { scene in
        try await scene.redeem(try await scene.code()).members["expires_in"] ?? "none"
    },
    Row("text of a token") { scene in
        let text = try await scene.redeem(try await scene.code()).members["access_token"] ?? ""
        return text.contains("_at_") ? "labelled" : "\(text.utf8.count)"
    },
    Row("refresh") { scene in
        let tokens = try await scene.redeem(try await scene.code()).members
        let refresh = [
            (name: "grant_type", value: "refresh_token"),
            (name: "refresh_token", value: tokens["refresh_token"] ?? ""),
        ]
        let client = scene.portal.client(scene.application)
        let fresh = try await client.post("/oauth2/token", refresh)
        let isSame = fresh.members["refresh_token"] == tokens["refresh_token"]
        return (isSame ? "same, " : "new, ") + Scene.sum(try await client.post("/oauth2/token", refresh))
    },
    Row("a dead token") { scene in
        let answer = await scene.portal.ask(
            .get,
            "/oauth2/verify",
            headers: [(name: "Authorization", value: "Bearer x")]
        )
        return "\(answer.status) \(answer.body)"
    },
    Row("logout") { Scene.sum(await $0.portal.ask(.delete, "/own/leave")) },
    Row("logout at our own path") { Scene.sum(await $0.portal.ask(.delete, "/oauth2/tokens/current")) },
    Row("preflight") { scene in
        let answer = await scene.portal.ask(
            .options,
            "/oauth2/token",
            headers: [(name: "Origin", value: "https://evil.test")]
        )
        return "\(answer.status) \(answer["Access-Control-Allow-Origin"] ?? "none")"
    },
]

private let authorizeRows: [Row] = [
    Row("no response_type") { try await $0.authorize { $0.set("response_type", nil) } },
    Row("response_type token") { try await $0.authorize { $0.set("response_type", "token") } },
    Row("no challenge") {
        try await $0.authorize {
            $0.set("code_challenge", nil)
            $0.set("code_challenge_method", nil)
        }
    },
    Row("no challenge of a public application") { scene in
        try await scene.authorize(scene.mobile) {
            $0.set("code_challenge", nil)
            $0.set("code_challenge_method", nil)
        }
    },
    Row("a plain challenge") { try await $0.authorize { $0.set("code_challenge_method", "plain") } },
    Row("further query") {
        try await $0.authorize { $0.set("redirect_uri", TestPortal.callback + "?u=2") }
    },
    Row("another path") { try await $0.authorize { $0.set("redirect_uri", TestPortal.callback + "/") } },
    Row("another host") { try await $0.authorize { $0.set("redirect_uri", "https://evil.test/callback") } },
    Row("a parameter twice") { try await $0.authorize { $0.append(("scope", "equipment.read")) } },
    Row("plus in an asked scope") {
        try await $0.authorize { $0.set("scope", "equipment.read+equipment.change") }
    },
    Row("a foreign form") { scene in
        var kim = try await scene.portal.customer()
        let foreign = [(name: "Origin", value: "https://evil.test")]
        return Scene.sum(
            try await kim.post(
                "/oauth2/authorize",
                scene.portal.query(scene.application),
                headers: foreign
            )
        )
    },
    Row("a foreign answer") { scene in
        var kim = try await scene.portal.customer()
        let page = try await kim.authorize(
            scene.portal.query(scene.application) { $0.set("prompt", "consent") }
        )
        let fields = [(name: "ticket", value: page.hidden("ticket") ?? ""), (name: "answer", value: "allow")]
        let foreign = [(name: "Origin", value: "https://evil.test")]
        return Scene.sum(try await kim.post("/oauth2/authorize", fields, headers: foreign))
    },
    Row("what goes back") { scene in
        let query = scene.portal.query(scene.application) { $0.set("prompt", "consent") }
        return try await scene.portal.allowed("/oauth2/authorize", query).returned.keys.sorted().joined(
            separator: " "
        )
    },
    Row("own authorize path") {
        var browser = $0.portal.browser()
        return Scene.sum(try await browser.get("/own/authorize", $0.portal.query($0.application)))
    },
]

@Suite("Each door alone")
struct EachDoorAlone {
    private static let rows = tokenRows + answerRows + authorizeRows

    static let doors: [Door] = [
        Door("password", ["password", "implicit as a grant_type"]) { settings, _ in
            settings.policy.grants.insert(.password)
        },
        Door("implicit", ["response_type token", "password", "implicit as a grant_type"]) { settings, _ in
            settings.policy.grants.insert(.implicit)
        },
        Door("unlimited tokens", ["expiry"]) { settings, _ in
            settings.policy.accessTokenSeconds = .unlimited
        },
        Door("hostAndPath", ["further query"]) { settings, _ in
            settings.policy.redirectMatch = .hostAndPath
        },
        Door("redirectURIAtToken", ["no redirect_uri at the token request"]) { settings, _ in
            settings.policy.redirectURIAtToken = .optional
        },
        Door("codeChallenge", ["no challenge"]) { settings, _ in settings.policy.codeChallenge = .optional },
        Door("keep", ["refresh"]) { settings, _ in settings.policy.refresh = .keep },
        Door("renew", ["refresh"]) { settings, _ in settings.policy.refresh = .renew },
        Door("refreshWithClientCredentials", ["keys of an own token"]) { settings, _ in
            settings.policy.refreshWithClientCredentials = true
        },
        Door("manualIssuance", []) { settings, _ in settings.policy.manualIssuance = true },
        Door("manualTokenByMail", []) { settings, _ in settings.policy.manualTokenByMail = true },
        Door("hex", ["text of a token"]) { settings, _ in settings.policy.tokenText = .hex },
        Door("uuid", ["text of a token"]) { settings, _ in settings.policy.tokenText = .uuid },
        Door("plusSeparatesScopes", ["plus in scope", "plus in an asked scope"]) { settings, _ in
            settings.policy.plusSeparatesScopes = true
        },
        Door("token path", ["own token path"]) { $1.paths.token = ["/own/token"] },
        Door("authorize path", ["own authorize path"]) { $1.paths.authorize = ["/own/authorize"] },
        Door("logout path", ["logout", "logout at our own path"]) { $1.paths.logout = ["/own/leave"] },
        Door("authorizeByPost", ["a foreign form"]) { $1.authorizeByPost = true },
        Door("issuerInRedirect", ["what goes back"]) { $1.issuerInRedirect = false },
        Door("responseType", ["no response_type"]) { $1.whenMissing.responseType = "code" },
        Door("grantType", ["no grant_type"]) { $1.whenMissing.grantType = "authorization_code" },
        Door("query", ["query", "query beside a body"]) { $1.parameters.query = true },
        Door("multipart", ["multipart"]) { $1.parameters.multipart = true },
        Door("anyContentType", ["no type", "another type"]) { $1.parameters.anyContentType = true },
        Door("equalRepetition", ["equal repetition"]) { $1.parameters.equalRepetition = true },
        Door("ignoreJSON", ["JSON"]) { $1.parameters.ignoreJSON = true },
        Door("bothWhenEqual", ["credentials twice", "two secrets", "two clients"]) {
            $1.clientAuthentication.bothWhenEqual = true
        },
        Door("explainBasic", ["a header without a pair"]) { $1.clientAuthentication.explainBasic = true },
        Door("keys", ["keys"]) {
            $1.answer.keys = [.accessToken, .tokenType, .expiresIn, .refreshToken, .type]
        },
        Door("tokenType", ["spelling of the type"]) { $1.answer.tokenType = .small },
        Door("resourceError", ["a dead token"]) {
            $1.resourceError = .init(challenges: ["native"], contentType: "text/plain", body: "No")
        },
        Door("crossOrigin", ["preflight"]) { $1.crossOrigin = .any },
        Door("checkAccept", ["an Accept without JSON"]) { $1.checkAccept = true },
        Door("plainHTTP", []) { $1.plainHTTP = true },
    ]

    /// Looked at once for all doors.
    private static let closed = Task { try await outcomes(nil) }

    private static func outcomes(_ door: Door?) async throws -> [String: String] {
        let scene = try await Scene(door)
        var outcomes: [String: String] = [:]
        for row in EachDoorAlone.rows {
            // Wrong secrets and passwords count for a minute.
            scene.portal.clock.advance(by: .seconds(61))
            outcomes[row.name] = try await row.look(scene)
        }
        return outcomes
    }

    @Test func `with all doors closed the strict rows hold`() async throws {
        let found = try await Self.closed.value
        let refused = [
            "query", "query beside a body", "multipart", "no type", "another type", "two types", "JSON",
            "equal repetition", "unequal repetition", "credentials twice", "two secrets", "two clients",
            "no grant_type", "nothing at all",
        ]
        for row in refused { #expect(found[row]?.hasPrefix("400 invalid_request") == true, "\(row)") }
        for row in ["password", "implicit as a grant_type"] {
            #expect(found[row]?.hasPrefix("400 unsupported_grant_type") == true, "\(row)")
        }
        for row in ["a wrong secret", "a header without a pair"] {
            #expect(found[row]?.hasPrefix("401 invalid_client") == true, "\(row)")
        }
        for row in ["no redirect_uri at the token request", "no verifier"] {
            #expect(found[row]?.hasPrefix("400 invalid_grant") == true, "\(row)")
        }
        for row in ["further query", "another path", "another host"] {
            #expect(found[row] == "400", "\(row)")
        }
        for row in ["no response_type", "no challenge", "no challenge of a public application"] {
            #expect(found[row]?.hasPrefix("303 invalid_request") == true, "\(row)")
        }
        for row in ["logout", "logout at our own path", "own token path", "own authorize path"] {
            #expect(found[row] == "404", "\(row)")
        }
        for row in ["a foreign form", "a foreign answer"] { #expect(found[row] == "403", "\(row)") }
        #expect(found["response_type token"] == "303 unsupported_response_type")
        #expect(found["plus in scope"]?.hasPrefix("400 invalid_scope") == true)
        #expect(found["plus in an asked scope"] == "303 invalid_scope")
        #expect(found["refresh"]?.hasPrefix("new, 400 invalid_grant") == true)
        #expect(found["a code twice"]?.hasPrefix("200, 400 invalid_grant") == true)
        #expect(found["keys"] == "access_token token_type refresh_token scope")
        #expect(found["keys of an own token"] == "" && found["spelling of the type"] == "Bearer")
        #expect(found["expiry"] == "900" && found["text of a token"] == "labelled")
        #expect(found["preflight"] == "403 none" && found["what goes back"] == "code iss state")
    }

    @Test func `an own profile without a switch is the standard profile`() async throws {
        let closed = Door("none", []) { _, _ in }
        #expect(try await Self.outcomes(closed) == Self.closed.value)
    }

    @Test(arguments: doors)
    func `a door opens its own rows and no others`(door: Door) async throws {
        let (closed, open) = (try await Self.closed.value, try await Self.outcomes(door))
        let changed = Set(closed.keys.filter { closed[$0] != open[$0] })
        #expect(changed == door.rows, "\(changed.subtracting(door.rows).map { open[$0] ?? "" })")
    }
}
