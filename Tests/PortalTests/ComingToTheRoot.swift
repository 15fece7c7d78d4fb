import Registry
import Testing
import Web

@testable import Portal

@Suite("Coming to the server's own address")
struct ComingToTheRoot {
    let portal: TestPortal
    init() async throws { portal = try await TestPortal() }

    private func root() async -> Response {
        await portal.site.respond(to: .made(.get, "/", below: ""))
    }

    @Test func `where there is one tenant it leads there`() async {
        let answer = await root()
        #expect(answer.status.code == 303)
        #expect(answer[header: "Location"] == "/t/harbour/")
    }

    @Test func `a tenant on the server’s own host leaves the others where they are`() async throws {
        var settings = portal.tenant.settings
        settings.hosts = ["127.0.0.1"]
        _ = try await portal.registry.importTenant(settings, as: try #require(TenantName("quay")))
        var browser = portal.browser()
        #expect(try await browser.get("/sign-in").status == 200)
        let theirs = await portal.site.respond(to: .made(.get, "/sign-in", below: ""))
        #expect(theirs.status.code == 200)
        let twice = await portal.site.respond(to: .made(.get, "/sign-in", below: "/t/quay"))
        #expect(twice.status.code == 404)
    }

    @Test func `where there are several it names none`() async throws {
        let name = try #require(TenantName("quay"))
        _ = try await portal.registry.importTenant(portal.tenant.settings, as: name)
        let answer = await root()
        #expect(answer.status.code == 404)
        #expect(!String(decoding: answer.bytes, as: UTF8.self).contains("harbour"))
    }

    @Test func `whoever sits at the machine is shown each of several, and the e-mails`() async throws {
        let name = try #require(TenantName("quay"))
        _ = try await portal.registry.importTenant(portal.tenant.settings, as: name)
        func page(_ host: String) async -> Answer {
            let request = Request.made(.get, "/", host: host, below: "", from: "127.0.0.1")
            return Answer(await portal.site.respond(to: request), to: request)
        }
        let here = await page("127.0.0.1:8080")
        #expect(here.status == 200)
        for place in ["/t/harbour/", "/t/quay/", "/t/quay/admin", "/mail"] {
            #expect(here.body.contains("href=\"\(place)\""), "\(place)")
        }
        #expect(await page("rebound.example").status != 200)
    }
}
