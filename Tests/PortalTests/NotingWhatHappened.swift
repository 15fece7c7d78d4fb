import FoundationEssentials
import Registry
import Support
import Testing
import Web

@testable import Portal

/// One test for each cause, through the endpoints that partners' software calls.
@Suite("Noting what happened")
struct NotingWhatHappened {
    typealias Pairs = [(name: String, value: String)]

    let portal: TestPortal
    let application: OwnedApplication

    init() async throws {
        portal = try await TestPortal()
        application = try await portal.registeredApplication()
    }

    private var client: Client { portal.client(application) }
    private var own: Pairs { [("grant_type", "client_credentials")] }

    /// The newest entry, after what an act did.
    private func cause(
        of application: OwnedApplication? = nil,
        after act: () async throws -> Void
    ) async throws -> Activity.Cause? {
        portal.clock.advance(by: .seconds(1))
        try await act()
        return try await portal.activity(of: application ?? self.application).first?.cause
    }

    private func authorizing(_ change: @escaping (inout Pairs) -> Void) async throws -> Activity.Cause? {
        try await cause {
            var browser = portal.browser()
            _ = try await browser.authorize(portal.query(application, change))
        }
    }

    private func redeeming(_ change: (inout Pairs) -> Void) async throws -> Activity.Cause? {
        try await cause {
            var sent: Pairs = [
                ("grant_type", "authorization_code"), ("code", try await portal.code(for: application)),
                ("redirect_uri", TestPortal.callback), ("code_verifier", Pixy.verifier),
            ]
            portal.clock.advance(by: .seconds(1))
            change(&sent)
            let answer = try await client.post("/oauth2/token", sent)
            #expect(answer.status == 400)
        }
    }

    /// What comes of credentials that are wrong; the answer never says why (CA-02).
    private func presenting(_ secret: String, id: String? = nil) async throws -> Activity.Cause? {
        try await cause {
            let wrong = Client(portal: portal, id: id ?? application.id, secret: secret)
            let answer = try await wrong.post("/oauth2/token", own)
            #expect(answer.status == 401)
            #expect(answer.members["error_description"] == OAuthFailure.invalidClient.explanation)
        }
    }

    // MARK: Customers

    @Test func `a customer allows, and another cancels`() async throws {
        #expect(try await cause { _ = try await portal.code(for: application) } == .allowed)
        let cancelled = try await cause {
            var lee = try await portal.customer("lee@northfield.example")
            _ = try await lee.answer(try await lee.authorize(portal.query(application)), "deny")
        }
        #expect(cancelled == .cancelled)
    }

    @Test func `a customer who is no test account is masked`() async throws {
        let building = try await portal.registeredApplication("Building Ltd", isApproved: false)
        let found = try await cause(of: building) {
            var kim = try await portal.customer()
            _ = try await kim.authorize(portal.query(building))
        }
        guard case .notATestAccount(let account?) = found else { return #expect(found == nil) }
        #expect(account.text == "k…@northfield.example")
    }

    // MARK: Authorization requests

    @Test func `an address that is not on the list stands beside the nearest`() async throws {
        let sent = RedactedText("https://acme.example/callback/")
        let cause = try await authorizing { $0.set("redirect_uri", sent.text) }
        #expect(cause == .unregisteredAddress(sent: sent, nearest: TestPortal.callback))
    }

    @Test func `no address is registered at all`() async throws {
        let bare = try await portal.registeredApplication("Bare Ltd", at: [])
        let found = try await cause(of: bare) {
            var browser = portal.browser()
            _ = try await browser.authorize(portal.query(bare))
        }
        #expect(found == .noAddressRegistered(sent: RedactedText(TestPortal.callback)))
    }

    @Test func `an address is left out where there are several`() async throws {
        let wide = try await portal.registeredApplication(
            "Wide Ltd",
            at: ["https://a.example/", "https://b.example/"]
        )
        let found = try await cause(of: wide) {
            var browser = portal.browser()
            _ = try await browser.authorize(portal.query(wide) { $0.set("redirect_uri", nil) })
        }
        #expect(found == .addressMissing)
    }

    @Test(
        arguments: [
            ("response_type", "token", .responseType), ("response_mode", "fragment", .responseMode),
            ("state", "é", .malformedState), ("code_challenge_method", "plain", .plainChallenge),
            ("code_challenge", "short", .malformedChallenge),
            ("code_challenge", nil, .missing(parameter: "code_challenge")),
            ("prompt", "none", .loginRequired),
            ("scope", "location.read", .scope(.notRegistered("location.read"))),
            (
                "scope", "equipment.raed",
                .scope(.unknown(RedactedText("equipment.raed"), near: "equipment.read"))
            ),
            ("scope", "nonsense", .scope(.unknown(RedactedText("nonsense"), near: nil))),
            (
                "scope", "equipment.read+equipment.change",
                .scope(.plus(RedactedText("equipment.read+equipment.change")))
            ),
            (
                "scope", "equipment.read%20equipment.change",
                .scope(.encodedTwice(RedactedText("equipment.read%20equipment.change")))
            ),
            ("scope", "é", .scope(.malformed)),
        ] as [(String, String?, Activity.Cause)]
    )
    func `what is wrong with an authorization request`(
        name: String,
        value: String?,
        cause: Activity.Cause
    )
        async throws
    {
        #expect(try await authorizing { $0.set(name, value) } == cause)
    }

    @Test func `a parameter comes twice`() async throws {
        #expect(try await authorizing { $0.append(("state", "other")) } == .repeated(parameter: "state"))
    }

    @Test func `the application is suspended`() async throws {
        try await portal.theOperator.suspend(application.id, reason: "Unusual traffic")
        #expect(try await authorizing { _ in } == .suspended)
        #expect(try await presenting(application.secret?.plaintext ?? "") == .suspended)
    }

    // MARK: Who asks for tokens

    @Test func `each wrong secret is told apart`() async throws {
        let secret = try #require(application.secret)
        let other = try await portal.registeredApplication("Borrowed Cranes", of: "lee@cranes.example")
        func expect(_ sent: String, _ fault: SecretFault, hint: String? = nil) async throws {
            #expect(try await presenting(sent) == .secret(fault, hint: hint), "\(fault)")
        }
        try await expect(secret.plaintext + " ", .spaceAround, hint: secret.hint)
        try await expect("\"\(secret.plaintext)\"", .quoted, hint: secret.hint)
        try await expect(
            secret.plaintext.replacing("_", with: "%255F"),
            .percentEncoded,
            hint: secret.hint
        )
        let theirs = try #require(other.secret)
        try await expect(theirs.plaintext, .ofAnotherApplication, hint: theirs.hint)
        try await expect(String(secret.plaintext.dropLast()), .cutShort)
        try await expect(application.id, .clientID)
        try await expect("$CLIENT_SECRET", .placeholder)
        try await expect(TestPortal.password, .neverExisted)
        let made = SecretText(
            prefix: "harbour",
            kind: .clientSecret,
            now: portal.clock.now,
            entropy: .counting()
        )
        portal.clock.advance(by: .seconds(61))
        try await expect(made.plaintext, .neverExisted, hint: made.hint)
        let tokens = try await portal.tokens(for: application)
        try await expect(tokens["access_token"] ?? "", .otherKind(.accessToken))
    }

    @Test func `a secret that ended says when, and one that was revoked too`() async throws {
        let secret = try #require(application.secret)
        let dana = try await portal.partnerAccess().member(of: application.id)
        let now = portal.clock.now
        _ = try await dana.createSecret(
            label: "",
            ticket: "t-1",
            others: .seconds(3600)
        )
        portal.clock.advance(by: .seconds(7200))
        #expect(try await presenting(secret.plaintext) == .secret(.ended(now + 3600), hint: secret.hint))
        let second = try await dana.createSecret(
            label: "",
            ticket: "t-2",
            others: .untilRevoked
        )
        try await dana.revokeSecret(second.id)
        let revoked = portal.clock.now
        #expect(try await presenting(second.plaintext) == .secret(.revoked(revoked), hint: second.hint))
    }

    @Test func `no secret, one too many, and credentials that differ`() async throws {
        let nameless = try await cause {
            let body = "grant_type=client_credentials&client_id=\(application.id)"
            let answer = await portal.ask(.post, "/oauth2/token", headers: Self.form, body: body)
            #expect(answer.status == 401)
        }
        #expect(nameless == .secret(.missing, hint: nil))
        let native = try await portal.registeredApplication("Native Ltd", kind: .public)
        let needless = try await cause(of: native) {
            _ = try await Client(portal: portal, id: native.id, secret: "x").post("/oauth2/token", own)
        }
        #expect(needless == .secret(.needless, hint: nil))
        let twice = try await cause {
            _ = try await client.post("/oauth2/token", own + [("client_secret", "x")])
        }
        #expect(twice == .credentialsTwice)
        let differing = try await cause {
            _ = try await client.post("/oauth2/token", own + [("client_id", "another")])
        }
        #expect(differing == .otherClientID)
    }

    @Test func `a header without a colon, one that is not base64, and one of another scheme`() async throws {
        let headers: [(String, Activity.Cause)] = [
            ("Basic " + base64(application.id), .basicWithoutColon),
            ("Basic \(application.id):x", .basicNotBase64), ("Bearer \(application.id)", .otherScheme),
        ]
        for (header, expected) in headers {
            let found = try await cause {
                let all = Self.form + [("Authorization", header)]
                let answer = await portal.ask(.post, "/oauth2/token", headers: all, body: urlEncoded(own))
                #expect(answer.status == 401)
            }
            #expect(found == expected)
        }
    }

    private static let form: Pairs = [("Content-Type", "application/x-www-form-urlencoded")]

    @Test func `a body that is no form`() async throws {
        let json =
            "{\"client_id\":\"\(application.id)\",\"client_secret\":\"\(application.secret?.plaintext ?? "")\"}"
        let bodies: [(String, Activity.Cause)] = [
            ("application/json", .jsonBody), ("multipart/form-data; boundary=x", .multipartBody),
            ("text/plain", .otherBody(RedactedText("text/plain"))),
        ]
        for (type, expected) in bodies {
            let found = try await cause {
                let answer = await portal.ask(
                    .post,
                    "/oauth2/token",
                    headers: [("Content-Type", type)],
                    body: json
                )
                #expect(answer.status == 400)
            }
            #expect(found == expected)
        }
        #expect(
            try await cause { _ = try await client.post("/oauth2/token", own, body: "a=%") } == .malformedBody
        )
        #expect(
            try await cause { _ = try await client.post("/oauth2/token", own, query: "a=b") }
                == .parametersInQuery
        )
    }

    @Test func `a field is missing where a multipart body is taken`() async throws {
        let lametric = try await TestPortal.speaking(like: "lametric")
        let application = try await lametric.application()
        let body =
            "--x\r\nContent-Disposition: form-data; name=\"client_id\"\r\n\r\n\(application.id)\r\n"
            + "--x\r\nContent-Disposition: form-data; name=\"client_secret\"\r\n\r\n"
            + "\(application.secret?.plaintext ?? "")\r\n"
            + "--x\r\nContent-Disposition: form-data; name=\"grant_type\"\r\n\r\nauthorization_code\r\n--x--\r\n"
        let headers: Pairs = [("Content-Type", "multipart/form-data; boundary=x")]
        let answer = await lametric.ask(.post, "/oauth2/token", headers: headers, body: body)
        #expect(answer.status == 400)
        #expect(try await lametric.activity(of: application).first?.cause == .missingField("code"))
    }

    @Test func `too many failures`() async throws {
        for _ in 0..<11 { _ = try await presentingOnce("x") }
        #expect(try await portal.activity(of: application).contains { $0.cause == .tooManyFailures })
    }

    private func presentingOnce(_ secret: String) async throws {
        portal.clock.advance(by: .seconds(1))
        _ = try await Client(portal: portal, id: application.id, secret: secret).post("/oauth2/token", own)
    }

    @Test func `grants and parameters`() async throws {
        let unknown = try await cause {
            _ = try await client.post("/oauth2/token", [("grant_type", "device")])
        }
        #expect(unknown == .unsupportedGrant(RedactedText("device")))
        let strange = try await cause {
            _ = try await client.post("/oauth2/token", [("grant_type", TestPortal.password)])
        }
        #expect(strange == .unsupportedGrant(nil))
        let missing = try await cause { _ = try await client.post("/oauth2/token", []) }
        #expect(missing == .missing(parameter: "grant_type"))
        let revoke = try await cause { _ = try await client.post("/oauth2/revoke", []) }
        #expect(revoke == .missing(parameter: "token"))
        #expect(try await portal.activity(of: application).first?.step == .revoke)
        let scope = try await cause {
            _ = try await client.post("/oauth2/token", own + [("scope", "equipment.chagne")])
        }
        let near = ScopeFault.unknown(RedactedText("equipment.chagne"), near: "equipment.change")
        #expect(scope == .scope(near))
    }

    // MARK: Codes

    @Test func `a code is used a second time`() async throws {
        let code = try await portal.code(for: application)
        let sent: Pairs = [
            ("grant_type", "authorization_code"), ("code", code), ("redirect_uri", TestPortal.callback),
            ("code_verifier", Pixy.verifier),
        ]
        #expect(try await client.post("/oauth2/token", sent).status == 200)
        let first = portal.clock.now
        let found = try await cause {
            expectFailure(try await client.post("/oauth2/token", sent), 400, "invalid_grant")
        }
        #expect(found == .code(.used(at: first, from: "192.0.2.7")))
    }

    @Test func `a code is too old, or of another application`() async throws {
        let made = portal.clock.now + 1
        let old = try await redeeming { _ in portal.clock.advance(by: .seconds(61)) }
        #expect(old == .code(.expired(at: made + 60)))
        let other = try await portal.registeredApplication("Borrowed Cranes", of: "lee@cranes.example")
        let code = try await portal.code(for: other)
        #expect(try await redeeming { $0.set("code", code) } == .code(.ofAnotherApplication))
    }

    @Test func `what a code was asked with differs from what it comes with`() async throws {
        let wrong = "https://acme.example/callback/"
        let differing = Activity.CodeFault.otherAddress(
            expected: TestPortal.callback,
            sent: RedactedText(wrong)
        )
        #expect(try await redeeming { $0.set("redirect_uri", wrong) } == .code(differing))
        let none = Activity.CodeFault.otherAddress(expected: TestPortal.callback, sent: nil)
        #expect(try await redeeming { $0.set("redirect_uri", nil) } == .code(none))
        #expect(try await redeeming { $0.set("code_verifier", nil) } == .code(.missingVerifier))
        let verifier = String(repeating: "v", count: 43)
        #expect(try await redeeming { $0.set("code_verifier", verifier) } == .code(.wrongVerifier))
        #expect(try await redeeming { $0.set("code", "SplxlOBeZQQYbYS6WxSbIA") } == .code(.notACode))
    }

    @Test func `a verifier comes though nobody asked for one`() async throws {
        let loose = try await TestPortal { $0.policy.codeChallenge = .optional }
        let application = try await loose.registeredApplication()
        var kim = try await loose.customer()
        let page = try await kim.authorize(
            loose.query(application) {
                $0.set("code_challenge", nil)
                $0.set("code_challenge_method", nil)
            }
        )
        let code = try #require(try await kim.answer(page, "allow").returned["code"])
        loose.clock.advance(by: .seconds(1))
        _ = try await loose.client(application).post(
            "/oauth2/token",
            [
                ("grant_type", "authorization_code"), ("code", code), ("redirect_uri", TestPortal.callback),
                ("code_verifier", Pixy.verifier),
            ]
        )
        #expect(try await loose.activity(of: application).first?.cause == .code(.needlessVerifier))
    }

    // MARK: Refresh tokens

    @Test func `each refresh token that is not taken`() async throws {
        let tokens = try await portal.tokens(for: application)
        func refreshing(_ token: String?) async throws -> Activity.Cause? {
            try await cause {
                let sent: Pairs = [("grant_type", "refresh_token"), ("refresh_token", token ?? "")]
                expectFailure(try await client.post("/oauth2/token", sent), 400, "invalid_grant")
            }
        }
        #expect(try await refreshing("x") == .refreshToken(.notARefreshToken))
        #expect(try await refreshing(tokens["access_token"]) == .refreshToken(.anAccessToken))
        let other = try await portal.registeredApplication("Borrowed Cranes", of: "lee@cranes.example")
        let theirs = try await portal.tokens(for: other)
        #expect(try await refreshing(theirs["refresh_token"]) == .refreshToken(.ofAnotherApplication))

        portal.clock.advance(by: .seconds(1))
        let first = portal.clock.now
        let sent: Pairs = [
            ("grant_type", "refresh_token"), ("refresh_token", tokens["refresh_token"] ?? ""),
        ]
        #expect(try await client.post("/oauth2/token", sent).status == 200)
        let reused = Activity.RefreshTokenFault.reused(at: first, from: "192.0.2.7")
        #expect(try await refreshing(tokens["refresh_token"]) == .refreshToken(reused))
        #expect(try await portal.activity(of: application).first?.step == .refresh)
    }

    @Test func `the customer disconnected meanwhile`() async throws {
        let tokens = try await portal.tokens(for: application)
        let kim = try await portal.customerAccess()
        for grant in try await kim.grants() { try await kim.disconnect(grant) }
        let ended = portal.clock.now
        let found = try await cause {
            let sent: Pairs = [
                ("grant_type", "refresh_token"), ("refresh_token", tokens["refresh_token"] ?? ""),
            ]
            _ = try await client.post("/oauth2/token", sent)
        }
        #expect(found == .refreshToken(.ended(at: ended)))
    }

    // MARK: Nothing

    @Test func `nothing is noted of strangers, or of what went well`() async throws {
        let before = try await portal.activity(of: application).count
        _ = try await presenting("x", id: "harbour_0000000000000000000000")
        #expect(try await client.post("/oauth2/token", own).status == 200)
        #expect(try await portal.activity(of: application).count == before)
    }
}

extension TestPortal {
    /// Dana, as the registry knows her.
    func partnerAccess(_ email: String = "dana@acme.example") async throws -> PartnerAccess {
        let cookie = try await partner(email).cookies.values.first ?? ""
        let provenance = Provenance(address: "192.0.2.7", reference: "arranged")
        return try #require(try await registry.partner(cookie, at: tenant, from: provenance))
    }

    func customerAccess(_ email: String = "kim@northfield.example") async throws -> CustomerAccess {
        let cookie = try await customer(email).cookies.values.first ?? ""
        let provenance = Provenance(address: "192.0.2.7", reference: "arranged")
        return try #require(try await registry.customer(cookie, at: tenant, from: provenance))
    }

    /// What its owner would see, newest first.
    func activity(of application: OwnedApplication) async throws -> [Activity] {
        try await registry.writeActivity()
        let owner = try await theOperator.application(application.id)
        let email = owner.ownerDomain == "cranes.example" ? "lee@cranes.example" : "dana@acme.example"
        return try await partnerAccess(email).member(of: application.id).activity().entries
    }
}
