import Registry
import Testing
import Web

@testable import Portal

@Suite("Describing the server")
struct DescribingTheServer {
    private func document(
        _ portal: TestPortal,
        _ path: String,
        below base: String = "",
        host: String = "127.0.0.1:8080"
    )
        async -> Answer
    {
        let request = Request.made(.get, path, host: host, below: base)
        return Answer(await portal.site.respond(to: request), to: request)
    }

    @Test func `it is the same at every spelling clients try`() async throws {
        let portal = try await TestPortal()
        let paths = [
            "/t/harbour/.well-known/oauth-authorization-server",
            "/t/harbour/.well-known/openid-configuration",
            "/.well-known/oauth-authorization-server/t/harbour",
            "/.well-known/openid-configuration/t/harbour",
        ]
        let first = await document(portal, paths[0])
        #expect(first.status == 200 && first["Content-Type"] == "application/json")
        #expect(first["Access-Control-Allow-Origin"] == "*")
        for path in paths {
            let answer = await document(portal, path)
            #expect(answer.status == 200 && answer.response.bytes == first.response.bytes, "\(path)")
        }
        for path in [
            "/.well-known/oauth-authorization-server", "/.well-known/oauth-authorization-server/t/nobody",
        ] {
            #expect(await document(portal, path).status == 404)
        }
    }

    @Test func `it says where everything is, from configuration only`() async throws {
        let portal = try await TestPortal(at: "https://auth.example.com/portal")
        let answer = await document(
            portal,
            "/t/harbour/.well-known/oauth-authorization-server",
            host: "auth.example.com"
        )
        let issuer = "https://auth.example.com/portal/t/harbour"
        for member in [
            "\"issuer\":\"\(issuer)\"", "\"authorization_endpoint\":\"\(issuer)/oauth2/authorize\"",
            "\"token_endpoint\":\"\(issuer)/oauth2/token\"",
            "\"revocation_endpoint\":\"\(issuer)/oauth2/revoke\"",
            "\"introspection_endpoint\":\"\(issuer)/oauth2/introspect\"",
        ] { #expect(answer.body.contains(member)) }
        let elsewhere = await document(
            portal,
            "/t/harbour/.well-known/oauth-authorization-server",
            host: "evil.test"
        )
        #expect(elsewhere.status == 400 && !elsewhere.body.contains("harbour"))
    }

    @Test(arguments: [
        ("https://auth.example.com", "https://login.harbour.example"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080/t/harbour"),
    ])
    func `people are led to a tenant's own host, but not from a server that this machine alone reaches`(
        publicURL: String,
        address: String
    ) async throws {
        let portal = try await TestPortal(at: publicURL) { $0.hosts = ["login.harbour.example"] }
        let writer = LetterWriter(tenant: portal.tenant, publicURL: portal.site.publicURL)
        #expect(writer.write(.alreadyRegistered).link.url == address + "/partners/sign-in")
        #expect(portal.site.publicURL.address(of: portal.tenant) == address)
    }

    @Test func `a tenant with a host of its own has it as its issuer`() async throws {
        let portal = try await TestPortal(at: "https://auth.example.com") {
            $0.hosts = ["login.harbour.example"]
        }
        let answer = await document(
            portal,
            "/.well-known/oauth-authorization-server",
            host: "login.harbour.example"
        )
        #expect(answer.body.contains("\"issuer\":\"https://login.harbour.example\""))
        let other = await document(
            portal,
            "/t/harbour/.well-known/oauth-authorization-server",
            host: "login.harbour.example"
        )
        #expect(other.status == 404)
    }

    @Test(
        arguments: [
            [], [.clientCredentials], [.authorizationCode], [.authorizationCode, .refreshToken],
            [.authorizationCode, .refreshToken, .clientCredentials],
        ] as [[Grant]]
    )
    func `it lists exactly the grants that work`(grants: [Grant]) async throws {
        let portal = try await TestPortal { $0.policy.grants = Set(grants) }
        let metadata = await document(portal, "/t/harbour/.well-known/oauth-authorization-server")
        let listed = try #require(metadata.between("\"grant_types_supported\":[", "]"))
        let application = try await portal.registeredApplication()
        for grant in Grant.allCases {
            let isListed = listed.contains("\"\(grant.rawValue)\"")
            #expect(isListed == grants.contains(grant))
            let answer = try await portal.client(application).post(
                "/oauth2/token",
                [("grant_type", grant.rawValue), ("code", "x"), ("refresh_token", "x")]
            )
            #expect((answer.members["error"] == "unsupported_grant_type") == !isListed)
        }
        for never in ["password", "implicit", "urn:ietf:params:oauth:grant-type:device_code"] {
            #expect(!metadata.body.contains(never))
        }
    }

    @Test func `everything else it lists works, and what it does not list fails`() async throws {
        let portal = try await TestPortal()
        let body = await document(portal, "/t/harbour/.well-known/oauth-authorization-server").body
        let any = "[\"client_secret_basic\",\"client_secret_post\",\"none\"]"
        let secret = "[\"client_secret_basic\",\"client_secret_post\"]"
        for member in [
            "\"response_types_supported\":[\"code\"]", "\"response_modes_supported\":[\"query\"]",
            "\"code_challenge_methods_supported\":[\"S256\"]",
            "\"token_endpoint_auth_methods_supported\":\(any)",
            "\"revocation_endpoint_auth_methods_supported\":\(any)",
            "\"introspection_endpoint_auth_methods_supported\":\(secret)",
            "\"authorization_response_iss_parameter_supported\":true",
            "\"scopes_supported\":[\"equipment.read\",\"equipment.change\",\"location.read\"]",
        ] { #expect(body.contains(member), "\(member)") }
        for never in [
            "plain", "private_key_jwt", "fragment", "token id_token", "registration_endpoint", "jwks_uri",
        ] {
            #expect(!body.contains(never))
        }
    }

    @Test func `up is up, and says no more`() async throws {
        let portal = try await TestPortal()
        for path in ["/healthz", "/readyz"] {
            let answer = await document(portal, path)
            #expect(answer.status == 200 && answer.body == "{\"status\":\"ok\"}\n")
        }
        #expect(await document(portal, "/metrics").status == 404)
    }
}
