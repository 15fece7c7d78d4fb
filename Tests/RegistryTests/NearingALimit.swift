import FoundationEssentials
import Registry
import Testing

@Suite("Nearing a limit")
struct NearingALimit {
    private func world(unapproved: Int = 10, mebibytes: Int = 50) async throws -> TestRegistry {
        let world = try await TestRegistry {
            $0.policy.unapprovedApplications = unapproved
            $0.policy.logoMebibytes = mebibytes
            $0.policy.applicationsPerPartner = 100
            $0.policy.applicationsPerDay = 100
        }
        return world
    }

    private func register(_ count: Int, in world: TestRegistry) async throws -> [OwnedApplication] {
        var registered: [OwnedApplication] = []
        for _ in 0..<count {
            registered.append(try await world.registeredApplication(isApproved: false))
        }
        return registered
    }

    /// The limits that letters were about since this was asked last.
    private func warnings(in world: TestRegistry) async throws -> [LimitUse] {
        try await world.letters().compactMap { if case .nearLimit(let use, _) = $0 { use } else { nil } }
    }

    @Test func `administrators hear at four fifths, and once`() async throws {
        let world = try await world()
        let ada = try await world.admin("ada@harbour.example")
        _ = try await register(7, in: world)
        #expect(try await warnings(in: world).isEmpty)
        #expect(try await ada.limitsNear().isEmpty)
        _ = try await register(1, in: world)
        let warnings = try await self.warnings(in: world)
        #expect(warnings.map(\.limit) == [.unapproved])
        #expect(warnings.map(\.used) == [8] && warnings.map(\.most) == [10])
        #expect(try await ada.limitsNear() == warnings)
        _ = try await register(2, in: world)
        _ = try await world.registry.sweep()
        #expect(try await self.warnings(in: world).isEmpty)
    }

    @Test func `they hear again after it was less`() async throws {
        let world = try await world()
        _ = try await world.admin("ada@harbour.example")
        let first = try await register(8, in: world)
        #expect(try await warnings(in: world).count == 1)
        try await world.theOperator.approve(first[0].id)
        _ = try await world.registry.sweep()
        _ = try await world.letters()
        _ = try await register(1, in: world)
        #expect(try await warnings(in: world).count == 1)
    }

    @Test func `they hear when logos take four fifths of their room`() async throws {
        let world = try await world(mebibytes: 1)
        let ada = try await world.admin("ada@harbour.example")
        func upload(_ seed: UInt8) async throws {
            var noise = UInt64(seed) + 1
            let picture = picture(256, 256) { _, _ in
                noise = noise &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return [
                    UInt8(truncatingIfNeeded: noise >> 33), UInt8(truncatingIfNeeded: noise >> 41),
                    UInt8(truncatingIfNeeded: noise >> 49), 255,
                ]
            }
            _ = try await world.partner.logos.stage(picture, fileName: "logo.png")
        }
        var uploads: UInt8 = 0
        while try await ada.limitsNear().isEmpty, uploads < 10 {
            #expect(try await warnings(in: world).isEmpty)
            try await upload(uploads)
            uploads += 1
        }
        #expect(uploads > 1)
        #expect(try await warnings(in: world).map(\.limit) == [.logos])
    }
}
