import FoundationEssentials
import Registry
import Support
import Testing

@testable import Portal

@Suite("Looking after secrets")
struct LookingAfterSecrets {
    let world: TestPortal
    let application: OwnedApplication

    init() async throws {
        world = try await TestPortal()
        application = try await world.registeredApplication()
    }

    private var place: String { "/applications/\(application.id)" }

    private func use() async throws {
        let sent: [(name: String, value: String)] = [("grant_type", "client_credentials")]
        #expect(try await world.client(application).post("/oauth2/token", sent).status == 200)
        try await world.registry.writeLastUses()
    }

    private func create(_ others: String, _ dana: inout Browser) async throws -> Answer {
        let form = try await dana.get("\(place)/secrets/new")
        return try await dana.post(
            "\(place)/secrets",
            [
                ("seal", dana.ownSeal), ("ticket", try #require(form.hidden("ticket"))), ("label", "2027"),
                ("others", others),
            ]
        )
    }

    @Test func `the list says who made a secret, how often it is used and whether it may go`() async throws {
        try await use()
        var dana = try await world.partner()
        _ = try await create("keep", &dana)
        let page = try await dana.get(place)
        #expect(page.text.contains("by dana@acme.example") && page.text.contains("by Harbourline"))
        #expect(
            page.text.contains("1 use in the last 24 hours") && page.text.contains("Still used by 1 address")
        )
        #expect(page.text.contains("Never used"))
        world.clock.advance(by: .seconds(90_000))
        dana = try await world.partner()
        #expect(try await dana.get(place).text.contains("Safe to retire"))
    }

    @Test func `before one is revoked its last use is told, with what else would happen`() async throws {
        try await use()
        var dana = try await world.partner()
        _ = try await create("keep", &dana)
        world.clock.advance(by: .seconds(240))
        let page = try await dana.get("\(place)/secrets/\(try #require(application.secret).id)/revoke")
        #expect(page.text.contains("This secret was used 4 minutes ago"))
        #expect(page.text.contains("Software that still uses it stops working at once."))
        #expect(page.text.contains("Access that customers already gave keeps working."))
    }

    @Test func `the page that shows a secret gives it as a file too, made from what the page sends back`()
        async throws
    {
        var dana = try await world.partner()
        let shown = try await create("keep", &dana)
        let secret = try #require(shown.hidden("secret"))
        let file = try await dana.post("\(place)/credentials", [("seal", dana.ownSeal), ("secret", secret)])
        #expect(file.status == 200 && file["Cache-Control"] == "no-store")
        #expect(file["Content-Disposition"] == "attachment; filename=\"\(application.id).env\"")
        #expect(
            file.body == """
                CLIENT_ID=\(application.id)
                CLIENT_SECRET=\(secret)
                AUTHORIZE_URL=\(TestPortal.issuer)/oauth2/authorize
                TOKEN_URL=\(TestPortal.issuer)/oauth2/token
                REDIRECT_URI=\(TestPortal.callback)

                """
        )
    }

    @Test func `no file is made of anything but a client secret, nor of a form that is not sealed`()
        async throws
    {
        var dana = try await world.partner()
        let secret = try #require(application.secret).plaintext
        let more = [("seal", dana.ownSeal), ("secret", secret + "\nLD_PRELOAD=/tmp/evil.so")]
        #expect(try await dana.post("\(place)/credentials", more).status == 404)
        #expect(try await dana.post("\(place)/credentials", [("secret", secret)]).status == 403)
    }

    @Test func `an address that a shell would take apart stands in quotes in the file`() async throws {
        let other = try await world.registeredApplication("Other", at: ["https://acme.example/a?b=c&d='e'f"])
        var dana = try await world.partner()
        let file = try await dana.post(
            "/applications/\(other.id)/credentials",
            [("seal", dana.ownSeal), ("secret", try #require(other.secret).plaintext)]
        )
        #expect(file.body.hasSuffix("REDIRECT_URI='https://acme.example/a?b=c&d='\\''e'\\''f'\n"))
    }

    @Test func `the only one is not offered for revocation`() async throws {
        var dana = try await world.partner()
        let page = try await dana.get("\(place)/secrets/\(try #require(application.secret).id)/revoke")
        #expect(page.text.contains("This is the only secret. Create a new one first."))
        #expect(!page.body.contains("btn danger"))
    }

    @Test func `a leak is answered in two steps, the second with what it concerns`() async throws {
        try await use()
        var dana = try await world.partner()
        let shown = try await create("leaked", &dana)
        #expect(shown.text.contains("Tokens issued with this secret: 1."))
        let step = "\(place)/secrets/\(try #require(application.secret).id)/tokens"
        #expect(shown.body.contains(step))

        let asked = try await dana.get(step)
        #expect(asked.status == 200 && asked.text.contains("Tokens issued with this secret: 1."))
        let done = try await dana.post(step, [("seal", dana.ownSeal)])
        #expect(done.status == 303)
        #expect(try await dana.follow(done).text.contains("The tokens of the secret are revoked."))
        #expect(try await dana.get(step).status == 404)
    }
}
