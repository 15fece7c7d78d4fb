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

    @Test func `where there are several it names none`() async throws {
        let name = try #require(TenantName("quay"))
        _ = try await portal.registry.importTenant(portal.tenant.settings, as: name)
        let answer = await root()
        #expect(answer.status.code == 404)
        #expect(!String(decoding: answer.bytes, as: UTF8.self).contains("harbour"))
    }
}
