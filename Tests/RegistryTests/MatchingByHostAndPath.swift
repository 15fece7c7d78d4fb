import Registry
import Testing

@Suite("Matching by host and path")
struct MatchingByHostAndPath {
    private static let registered = "https://acme.example/oauth/callback?t=1"

    private func answered(_ registered: String, _ sent: String) async throws -> String? {
        let world = try await TestRegistry { $0.policy.redirectMatch = .hostAndPath }
        let application = try await world.registeredApplication(at: [registered])
        let asked = Parameters([("client_id", application.id), ("redirect_uri", sent)])
        do {
            return try await world.registry.recipient(of: asked, at: world.tenant).redirectURI.text
        } catch is RecipientRefusal {
            return nil
        }
    }

    @Test(arguments: [
        registered, registered + "&u=2", "https://acme.example/oauth/callback?u=2&t=1",
        "https://acme.example/oauth/callback?a&t=1&b=%20",
        registered + "&return=https%3A%2F%2Facme.example%2F",
        registered + "&encoded=code", registered + "&my_state=1", registered + "&", registered + "&u=*",
    ])
    func `further query parameters may follow, and come back as they were`(sent: String) async throws {
        #expect(try await answered(Self.registered, sent) == sent)
    }

    @Test func `host in lower case and the scheme's own port are the same place`() async throws {
        let sent = "https://ACME.example:443/oauth/callback?t=1&u=2"
        #expect(try await answered(Self.registered, sent) == Self.registered + "&u=2")
        let port = "https://acme.example:8443/cb"
        #expect(try await answered(port, port + "?a=1") == port + "?a=1")
    }

    @Test(arguments: [
        // Another place.
        "https://acme.example/oauth/callback/?t=1", "https://acme.example/oauth/callback/x?t=1",
        "https://acme.example/oauth/Callback?t=1", "https://acme.example/oauth/callback;x?t=1",
        "https://acme.example/oauth/x/../callback?t=1", "https://acme.example/oauth/%63allback?t=1",
        "https://acme.example//oauth/callback?t=1", "http://acme.example/oauth/callback?t=1",
        "HTTPS://acme.example/oauth/callback?t=1", "https://acme.example:8443/oauth/callback?t=1",
        "https://acme.example:0443/oauth/callback?t=1", "https://acme.example./oauth/callback?t=1",
        "https://www.acme.example/oauth/callback?t=1", "https://acme.example.evil.test/oauth/callback?t=1",
        "https://dana@acme.example/oauth/callback?t=1", "https://acme.example\\@evil.test/oauth/callback?t=1",
        "https://acme.example@evil.test/oauth/callback?t=1", "//acme.example/oauth/callback?t=1",
        // A registered pair is missing or changed.
        "https://acme.example/oauth/callback", "https://acme.example/oauth/callback?",
        "https://acme.example/oauth/callback?t=2", "https://acme.example/oauth/callback?T=1",
        "https://acme.example/oauth/callback?t=%31", "https://acme.example/oauth/callback?u=2",
        // What could be taken for our answer.
        "\(registered)&code=x", "\(registered)&state=x", "\(registered)&error=x", "\(registered)&iss=x",
        "\(registered)&error_description=x", "\(registered)&error_uri=x", "\(registered)&access_token=x",
        "\(registered)&token_type=x", "\(registered)&expires_in=x", "\(registered)&scope=x",
        "\(registered)&id_token=x", "\(registered)&session_state=x", "\(registered)&refresh_token=x",
        "\(registered)&code", "\(registered)&Code=x", "\(registered)&%63ode=x", "\(registered)&code%3Dx",
        "\(registered)&code[]=x", "\(registered)&code%5B%5D=x", "\(registered)&+code=x",
        "\(registered)&access.token=x", "\(registered)&u=1;code=x", "\(registered)&u=1%26code=x",
        "\(registered)&code%00=x", "\(registered)&%09code=x", "\(registered)&?code=x",
        "\(registered)&[code]=x",
        "\(registered)&code]=x",
        // Another value for a registered name.
        "\(registered)&t=2", "\(registered)&t", "\(registered)&%74=2",
        // What no address is.
        "\(registered)#", "\(registered)#x", "\(registered)&u=%", "\(registered)&u=%zz",
        "\(registered)&u=\r\n",
        "\(registered)&u= ", "\(registered)&u=é", "\(registered)&u=\"", "\(registered)&u=<", "", "x",
    ])
    func `another place, a reserved name or a broken address is refused`(sent: String) async throws {
        #expect(try await answered(Self.registered, sent) == nil || sent.isEmpty)
    }

    @Test func `a loopback address is free in its port, and its path is not`() async throws {
        let registered = "http://127.0.0.1:8080/cb"
        #expect(
            try await answered(registered, "http://127.0.0.1:9090/cb?u=2") == "http://127.0.0.1:9090/cb?u=2"
        )
        #expect(try await answered(registered, "http://127.0.0.1:9090/cb/?u=2") == nil)
        #expect(try await answered("http://localhost:8080/cb", "http://localhost:9090/cb?u=2") == nil)
    }

    @Test func `where the rule is exact none of this is so`() async throws {
        let world = try await TestRegistry()
        let application = try await world.registeredApplication(at: [Self.registered])
        let asked = Parameters([("client_id", application.id), ("redirect_uri", Self.registered + "&u=2")])
        await #expect(throws: RecipientRefusal.self) {
            _ = try await world.registry.recipient(of: asked, at: world.tenant)
        }
    }

    @Test func `the token request names the whole address, further query and all`() async throws {
        let world = try await TestRegistry { $0.policy.redirectMatch = .hostAndPath }
        let application = try await world.registeredApplication(at: [Self.registered])
        let client = try await world.client(application)
        let sent = Self.registered + "&re%20turn=1"
        let code = try await world.code(for: application, redirectURI: sent)
        for wrong in [Self.registered, sent + "&x", nil] {
            await #expect(throws: TokenRefusal.invalidGrant(.otherRedirectURI)) {
                try await client.redeem(code: code, redirectURI: wrong, verifier: Pixy.verifier)
            }
        }
        _ = try await client.redeem(code: code, redirectURI: sent, verifier: Pixy.verifier)
        #expect(try await world.customer.grants().first?.redirectURI?.place == "acme.example")

        let loud = "https://ACME.example/oauth/callback?t=1&u=2"
        let other = try await world.code(for: application, redirectURI: loud)
        _ = try await client.redeem(code: other, redirectURI: loud, verifier: Pixy.verifier)
    }

    @Test func `removing an address ends what was started through any query of it`() async throws {
        let world = try await TestRegistry { $0.policy.redirectMatch = .hostAndPath }
        let application = try await world.registeredApplication(at: [Self.registered])
        let sent = Self.registered + "&u=2"
        let code = try await world.code(for: application, redirectURI: sent)
        try await world.partner.removeRedirectURI(Self.registered, from: application.application)
        await #expect(throws: TokenRefusal.invalidGrant(.expired)) {
            try await world.client(application).redeem(
                code: code,
                redirectURI: sent,
                verifier: Pixy.verifier
            )
        }
    }
}
