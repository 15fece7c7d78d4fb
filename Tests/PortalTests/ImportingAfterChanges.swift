import Registry
import Support
import Testing

@testable import Portal

@Suite("Importing after changes by page")
struct ImportingAfterChanges {
    let portal: TestPortal
    init() async throws { portal = try await TestPortal() }

    /// A tenant whose administrator chose orange.
    private func orange() async throws -> Tenant {
        var browser = try await portal.browser(of: "ada@harbour.example", as: .admin)
        let page = try await browser.get("/admin/branding")
        let answer = try await browser.post(
            "/admin/branding",
            [
                ("seal", browser.ownSeal), ("basis", try #require(page.hidden("basis"))),
                ("display_name", "Harbourline"), ("accent", "#f58220"),
                ("data_description", "your equipment data"),
            ]
        )
        #expect(answer.status == 303)
        return try #require(try await portal.registry.tenant(named: "harbour"))
    }

    private func importing(
        _ rule: ImportRule = .refuse,
        _ change: (inout Tenant.Settings) -> Void = { _ in }
    ) async throws -> Tenant {
        try await portal.registry.importTenant(.harbour(change), as: portal.tenant.name, rule)
    }

    @Test func `the same file again takes nothing back`() async throws {
        let standing = try await orange()
        let entries = try await portal.theOperator.ledger(after: 0, limit: 9999).count
        #expect(try await importing().settings == standing.settings)
        #expect(try await portal.theOperator.ledger(after: 0, limit: 9999).count == entries)
    }

    @Test func `a file that says something new is refused, and names what it would take back`() async throws {
        let standing = try await orange()
        let refusal = await #expect(throws: TenantRefusal.self) {
            try await importing { $0.policy.codeSeconds = 30 }
        }
        let sentence = CommandFailure(describing: try #require(refusal))
        #expect(sentence.problems == ["administrators changed since the last import: brand.accent"])
        #expect(try await portal.registry.tenant(named: "harbour")?.settings == standing.settings)
        #expect(try await importing(.keep) { $0.policy.codeSeconds = 30 }.settings == standing.settings)
    }

    @Test func `the operator may take it back all the same`() async throws {
        _ = try await orange()
        #expect(try await importing(.overwrite).brand.accent.text == "#0a5ad4")
        #expect(try await importing { $0.policy.codeSeconds = 30 }.policy.codeSeconds == 30)
    }

    @Test func `a file that says what administrators made of it is taken`() async throws {
        let standing = try await orange()
        let tenant = try await portal.registry.importTenant(standing.settings, as: standing.name)
        #expect(tenant.settings == standing.settings)
        let next = try await importing { settings in
            settings = standing.settings
            settings.policy.codeSeconds = 30
        }
        #expect(next.policy.codeSeconds == 30 && next.brand.accent.text == "#f58220")
    }
}
