import FoundationEssentials
import Support
import Testing

@testable import Registry

@Suite("Serving by the clock (R-07)")
struct ServingByTheClock {
    let world: TestRegistry
    init() async throws { world = try await TestRegistry() }

    @Test func `data that nobody served are served by any clock`() async throws {
        #expect(try await world.registry.servedInTheFuture() == nil)
    }

    @Test func `a clock that is behind by more than a minute is noticed`() async throws {
        let then = world.clock.now
        _ = try await world.registry.sweep()
        world.clock.advance(by: .seconds(-60))
        #expect(try await world.registry.servedInTheFuture() == nil)
        world.clock.advance(by: .seconds(-1))
        #expect(try await world.registry.servedInTheFuture() == then)
    }

    @Test func `what one clock said stays until an operator trusts another`() async throws {
        let then = world.clock.now
        _ = try await world.registry.sweep()
        world.clock.advance(by: .seconds(-3600))
        _ = try await world.registry.sweep()
        #expect(try await world.registry.servedInTheFuture() == then)
        try await world.registry.trustClock()
        #expect(try await world.registry.servedInTheFuture() == nil)
        _ = try await world.registry.sweep()
        world.clock.advance(by: .seconds(-3600))
        #expect(try await world.registry.servedInTheFuture() == then - 3600)
    }

    @Test func `whoever trusts a clock sweeps by it at once`() async throws {
        let end = world.clock.now + 86_400
        try await world.database.write(
            "INSERT INTO chores (name, holder, held_until) VALUES ('sweep', 'another', \(end))",
            .directory
        )
        _ = try await world.client(try await world.registeredApplication()).issueForItself(scope: nil)
        world.clock.advance(by: .seconds(901))
        let before = try await world.registry.sweep()
        guard world.database.isShared else { return #expect(before == 1) }
        #expect(before == 0)
        try await world.registry.trustClock()
        #expect(try await world.registry.sweep() == 1)
    }
}
