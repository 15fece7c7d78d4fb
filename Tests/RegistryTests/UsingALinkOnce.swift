import FoundationEssentials
import Support
import Testing

@testable import Registry

@Suite("Using a link once")
struct UsingALinkOnce {
    let world: TestRegistry
    init() async throws { world = try await TestRegistry() }

    private var tenant: TenantID { world.tenant.id }

    private func link(
        _ purpose: OneTimeLink.Purpose = .resetPassword,
        about subject: String = "acc_1"
    ) async throws -> String {
        let (registry, tenant) = (world.registry, tenant)
        let link = registry.newLink(
            purpose,
            about: subject,
            "Dana",
            lasting: .seconds(1800),
            at: world.tenant
        )
        try await world.database.transaction(.tenant(tenant)) { transaction in
            try registry.keep(link, in: transaction, tenant: tenant)
        }
        return link.secret.plaintext
    }

    private func use(
        _ link: String,
        for purpose: OneTimeLink.Purpose = .resetPassword
    ) async throws -> OneTimeLink.Facts? {
        let (registry, tenant, now) = (world.registry, tenant, world.clock.now)
        return try await world.database.transaction(.tenant(tenant)) { transaction in
            try registry.use(link, purpose, in: transaction, tenant: tenant, at: now)
        }
    }

    private func look(_ link: String) async throws -> OneTimeLink.State {
        try await world.registry.look(at: link, .resetPassword, at: world.tenant)
    }

    @Test func `looking at a link uses nothing up`() async throws {
        let link = try await link()
        for _ in 0..<3 {
            guard case .open(let facts) = try await look(link) else { Issue.record("not open"); return }
            #expect(facts.subject == "acc_1" && facts.detail == "Dana")
        }
        #expect(try await use(link)?.subject == "acc_1")
    }

    @Test func `it works once`() async throws {
        let link = try await link()
        #expect(try await use(link) != nil)
        #expect(try await use(link) == nil)
        guard case .used = try await look(link) else { Issue.record("not used"); return }
    }

    @Test func `of many uses at once one counts`() async throws {
        let link = try await link()
        let used = try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<20 { group.addTask { try await use(link) != nil } }
            return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(used == 1)
    }

    @Test func `it works to its last second`() async throws {
        let (one, other) = (try await link(about: "acc_1"), try await link(about: "acc_2"))
        world.clock.advance(by: .seconds(1799))
        #expect(try await use(one) != nil)
        world.clock.advance(by: .seconds(1))
        #expect(try await use(other) == nil)
        #expect(try await look(other) == .gone)
    }

    @Test func `a later link kills the older of the same purpose and subject, and no other`() async throws {
        let older = try await link()
        let (otherSubject, otherPurpose) = (try await link(about: "acc_2"), try await link(.changeAddress))
        let later = try await link()
        #expect(try await look(older) == .gone)
        #expect(try await use(older) == nil)
        #expect(try await use(later) != nil)
        #expect(try await use(otherSubject) != nil)
        #expect(try await use(otherPurpose, for: .changeAddress) != nil)
    }

    @Test func `ending one says what it was, ending it again that there is none`() async throws {
        let link = try await link(about: "acc_1 x")
        _ = try await self.link(about: "acc_10 x")
        let (registry, tenant) = (world.registry, tenant)
        func end() async throws -> String? {
            try await world.database.transaction(.tenant(tenant)) {
                try $0.endLink(.resetPassword, about: "acc_1 x", tenant: tenant)?.detail
            }
        }
        #expect(try await end() == "Dana")
        #expect(try await end() == nil)
        #expect(try await registry.look(at: link, .resetPassword, at: world.tenant) == .gone)
    }

    @Test func `links are found by their subject, or by the word it begins with`() async throws {
        let subjects = ["acc_1", "acc_1 x", "acc_1 y@z.example", "acc_1!", "acc_10 x", "acc_2 x"]
        for subject in subjects { _ = try await link(about: subject) }
        let (tenant, now) = (tenant, world.clock.now)
        func found(_ wanted: OneTimeLink.Subjects) async throws -> [String] {
            try await world.database.read(.tenant(tenant)) {
                try $0.openLinks(.resetPassword, about: wanted, tenant: tenant, at: now)
            }.map(\.subject)
        }
        #expect(try await found(.one("acc_1")) == ["acc_1"])
        #expect(try await found(.beginning(word: "acc_1")) == ["acc_1 x", "acc_1 y@z.example"])
        #expect(try await found(.all).count == subjects.count)
    }

    @Test func `a link is good for its own purpose and tenant only`() async throws {
        let link = try await link()
        for purpose in OneTimeLink.Purpose.allCases where purpose != .resetPassword {
            #expect(try await use(link, for: purpose) == nil)
        }
        let other = try await world.registry.importTenant(
            .harbour(),
            as: try #require(TenantName("elsewhere"))
        )
        #expect(try await world.registry.look(at: link, .resetPassword, at: other) == .gone)
        #expect(try await use(link) != nil)
    }

    @Test func `what is no link of ours opens nothing`() async throws {
        let link = try await link()
        let forged = try #require(SecretText(parsing: link, kind: .link)).forged(.link, at: world.clock.now)
        for text in ["", "x", forged.plaintext, link + "x", String(link.dropLast())] {
            #expect(try await look(text) == .gone)
            #expect(try await use(text) == nil)
        }
    }

    @Test func `only a digest of it is kept`() async throws {
        let link = try await link()
        let rows = try await world.database.read(
            "SELECT id, subject, detail, digest FROM one_time_links WHERE tenant = \(tenant)",
            .tenant(tenant)
        )
        let kept = try rows.map {
            try $0.text(0) + $0.text(1) + $0.text(2) + String(decoding: $0.bytes(3), as: UTF8.self)
        }
        #expect(kept.count == 1)
        #expect(kept.allSatisfy { !$0.contains(link.suffix(40)) })
    }
}
