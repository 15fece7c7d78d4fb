import Registry
import Support
import Testing
import Web

@testable import Portal

@Suite("Arriving in plain text")
struct ArrivingInPlainText {
    private static let host = "auth.example.com"

    private static let software: [(Web.Method, String)] = [
        (.post, "/oauth2/token"), (.post, "/oauth2/introspect"), (.post, "/oauth2/revoke"),
        (.get, "/oauth2/verify"), (.get, "/.well-known/oauth-authorization-server"),
    ]

    private func portal(
        _ change: (inout Tenant.Settings) -> Void = { _ in }
    ) async throws -> TestPortal {
        try await TestPortal(at: "https://" + Self.host, change)
    }

    /// Asks as a proxy hands it on that says by which scheme it came, or does not.
    private func ask(
        _ portal: TestPortal,
        _ method: Web.Method,
        _ path: String,
        query: String = "",
        _ headers: [(name: String, value: String)] = [],
        body: String = "",
        isSecure: Bool?
    ) async -> Answer {
        let request = Request.made(
            method,
            path,
            query: query,
            headers: headers,
            body: Array(body.utf8),
            host: Self.host,
            isSecure: isSecure
        )
        return Answer(await portal.site.respond(to: request), to: request)
    }

    @Test func `a page is sent to its https address, query and all`() async throws {
        let portal = try await portal()
        for method in [Web.Method.get, .head] {
            let answer = await ask(portal, method, "/partners/sign-in", query: "a=%2Fb&c", isSecure: false)
            #expect(answer.status == 301)
            #expect(answer.location == "https://auth.example.com/t/harbour/partners/sign-in?a=%2Fb&c")
        }
    }

    @Test func `a form is not sent on, and nothing is done`() async throws {
        let portal = try await portal()
        try await portal.add("kim@northfield.example", as: .customer)
        let body = urlEncoded([("email", "kim@northfield.example"), ("password", TestPortal.password)])
        let answer = await ask(portal, .post, "/sign-in", [formType], body: body, isSecure: false)
        #expect(answer.status == 400 && answer.location == nil && answer["Set-Cookie"] == nil)
        #expect(answer.body.contains("Nothing was done"))
    }

    @Test(arguments: software)
    func `software is told to use https, and what to do about its secret`(
        method: Web.Method,
        path: String
    ) async throws {
        let portal = try await portal()
        let answer = await ask(portal, method, path, [formType], isSecure: false)
        #expect(answer.status == 400)
        #expect(answer.members["error"] == "invalid_request")
        #expect(answer.members["error_description"]?.contains("change the secret") == true)
    }

    @Test func `a tenant may take its software's requests, which are counted; its pages are sent on`()
        async throws
    {
        var profile = WireProfile.standard
        profile.plainHTTP = true
        let text = try profile.text
        let portal = try await portal { $0.wireProfile = text }
        let application = try await portal.registeredApplication()
        let proof = basic(application.id, application.secret?.plaintext)
        let asked = "grant_type=client_credentials"
        let token = await ask(
            portal,
            .post,
            "/oauth2/token",
            [proof, formType],
            body: asked,
            isSecure: false
        )
        #expect(token.status == 200)
        #expect(await ask(portal, .get, "/sign-in", isSecure: false).status == 301)
    }

    @Test(arguments: [true, nil])
    func `what came encrypted, and what no proxy says anything of, is answered`(isSecure: Bool?) async throws
    {
        let portal = try await portal()
        #expect(await ask(portal, .get, "/sign-in", isSecure: isSecure).status == 200)
        let metadata = "/.well-known/oauth-authorization-server"
        #expect(await ask(portal, .get, metadata, isSecure: isSecure).status == 200)
    }

    @Test func `where people reach it over plain HTTP, that is what it is`() async throws {
        let portal = try await TestPortal()
        let request = Request.made(.get, "/sign-in", isSecure: false)
        #expect(Answer(await portal.site.respond(to: request), to: request).status == 200)
    }
}
