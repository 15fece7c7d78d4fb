import FoundationEssentials
import Support
import Testing

@testable import Registry

@Suite("Sweeping logos nobody refers to")
struct SweepingLogos {
    let world: TestRegistry
    init() async throws { world = try await TestRegistry() }

    private func upload(shade: UInt8) async throws -> LogoDigest {
        try await world.partner.logos.stage(
            picture(64, 64) { x, y in [UInt8(x), UInt8(y), shade, 255] },
            fileName: "logo.png"
        ).0.logo
    }

    private func isKept(_ logo: LogoDigest) async throws -> Bool {
        try await world.registry.logo(logo.text, size: 128, at: world.tenant) != nil
    }

    private func give(_ logo: LogoDigest?, to application: OwnedApplication) async throws {
        try await world.database.write(
            """
            UPDATE applications SET logo = \(logo)
            WHERE tenant = \(world.tenant.id) AND id = \(application.application.id)
            """,
            .tenant(world.tenant.id)
        )
    }

    /// Sweeps when every form that was open is closed.
    private func sweepLater() async throws {
        world.clock.advance(by: .seconds(86_401))
        _ = try await world.registry.sweep()
    }

    @Test func `an upload whose form was never sent goes after a day, in every size`() async throws {
        let logo = try await upload(shade: 200)
        world.clock.advance(by: .seconds(86_399))
        _ = try await world.registry.sweep()
        #expect(try await isKept(logo))
        world.clock.advance(by: .seconds(2))
        #expect(try await world.registry.sweep() == 3)
        #expect(try await !isKept(logo))
    }

    @Test func `an application's logo stays until another takes its place`() async throws {
        let (logo, application) = (try await upload(shade: 200), try await world.registeredApplication())
        try await give(logo, to: application)
        try await sweepLater()
        #expect(try await isKept(logo))
        try await give(try await upload(shade: 90), to: application)
        try await sweepLater()
        #expect(try await !isKept(logo))
    }

    @Test func `one that waits for approval stays`() async throws {
        let application = try await world.registeredApplication()
        let logo = try await upload(shade: 200)
        let member = try await world.partner.member(of: application.id)
        let brand = ApplicationBrand(profile: application.application.profile, logo: logo)
        #expect(try await member.edit(to: brand) == .waits)
        try await sweepLater()
        #expect(try await isKept(logo))
    }

    @Test func `one that a receipt shows stays`() async throws {
        let (logo, application) = (try await upload(shade: 200), try await world.registeredApplication())
        try await give(logo, to: application)
        _ = try await world.code(for: application)
        try await give(nil, to: application)
        try await sweepLater()
        #expect(try await isKept(logo))
    }

    @Test func `the tenant's own stays`() async throws {
        let logo = try await world.theOperator.store(picture(64, 64) { x, _ in [UInt8(x), 90, 200, 255] })
        _ = try await world.registry.importTenant(
            .harbour { $0.brand.logo = logo.text },
            as: world.tenant.name
        )
        try await sweepLater()
        #expect(try await isKept(logo))
    }

    @Test func `a sweep looks at some and the next one goes on from there`() async throws {
        var logos: [LogoDigest] = []
        for shade in 0..<5 { logos.append(try await upload(shade: UInt8(shade))) }
        world.clock.advance(by: .seconds(86_399))
        _ = try await world.registry.sweep()
        world.clock.advance(by: .seconds(2))
        for _ in 0..<5 { _ = try await world.registry.sweep(batch: "1") }
        for logo in logos { #expect(try await !isKept(logo)) }
    }

    /// The bytes of all logos as they are counted, and as they are.
    private func bytes() async throws -> [Int] {
        let tenant = world.tenant
        return try await world.database.read(.tenant(tenant.id)) { connection in
            let kept = try connection.run("SELECT sum(length(png)) FROM logos WHERE tenant = \(tenant.id)")
            return [
                try connection.use(of: .logos, at: tenant).used,
                try kept.first?.optionalInteger(0) ?? 0,
            ]
        }
    }

    @Test func `what they take is counted as they come and go`() async throws {
        var counts: [Int] = []
        for shade: UInt8 in [1, 2, 2] {
            _ = try await upload(shade: shade)
            let bytes = try await bytes()
            #expect(bytes[0] == bytes[1])
            counts.append(bytes[0])
        }
        #expect(0 < counts[0] && counts[0] < counts[1] && counts[1] == counts[2])
        try await sweepLater()
        #expect(try await bytes() == [0, 0])
    }
}
