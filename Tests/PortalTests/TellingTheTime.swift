import FoundationEssentials
import Synchronization
import Testing

@testable import Portal

/// A machine whose clock anybody sets.
private final class Machine: Sendable {
    let seconds = Mutex((sinceEpoch: 1_000_000, sinceBoot: 500))

    var clock: SteadyClock {
        SteadyClock {
            self.seconds.withLock {
                SteadyClock.Times(
                    sinceEpoch: Int64($0.sinceEpoch) * 1_000_000_000,
                    sinceBoot: Int64($0.sinceBoot) * 1_000_000_000
                )
            }
        }
    }

    func pass(_ count: Int) { seconds.withLock { $0 = ($0.sinceEpoch + count, $0.sinceBoot + count) } }
    func set(ahead count: Int) { seconds.withLock { $0.sinceEpoch += count } }
}

@Suite("Telling the time")
struct TellingTheTime {
    private let machine = Machine()

    @Test func `it is the machine's`() {
        let clock = machine.clock
        #expect(clock.now().timeIntervalSince1970 == 1_000_000)
        machine.pass(10)
        #expect(clock.now().timeIntervalSince1970 == 1_000_010)
        #expect(clock.lead == .zero)
    }

    @Test func `a step forward is followed`() {
        let clock = machine.clock
        _ = clock.now()
        machine.set(ahead: 3600)
        #expect(clock.now().timeIntervalSince1970 == 1_003_600)
        #expect(clock.lead == .zero)
    }

    @Test func `a step back is not, and time goes on from before`() {
        let clock = machine.clock
        _ = clock.now()
        machine.set(ahead: -3600)
        machine.pass(10)
        #expect(clock.now().timeIntervalSince1970 == 1_000_010)
        #expect(clock.lead == .seconds(3600))
    }

    @Test func `a step back is noticed before anybody asked for the time`() {
        let clock = machine.clock
        machine.set(ahead: -3600)
        #expect(clock.lead == .seconds(3600))
        #expect(clock.now().timeIntervalSince1970 == 1_000_000)
    }

    @Test func `once the machine has caught up, it is the machine's again`() {
        let clock = machine.clock
        _ = clock.now()
        machine.set(ahead: -60)
        machine.set(ahead: 90)
        #expect(clock.now().timeIntervalSince1970 == 1_000_030)
        #expect(clock.lead == .zero)
    }
}
