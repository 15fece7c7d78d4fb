package import FoundationEssentials
package import Registry
import Synchronization

/// Stands still until a test moves it.
package final class TestClock: Sendable {
    private let time = Mutex(Date(timeIntervalSince1970: 1_790_000_000))

    package init() {}

    package var now: Date { time.withLock { $0 } }

    package func advance(by duration: Duration) {
        let seconds = Double(duration.components.seconds) + Double(duration.components.attoseconds) / 1e18
        time.withLock { $0 += seconds }
    }
}

extension Entropy {
    /// Counts: never the same bytes twice, and the same ones in every run.
    package static func counting() -> Entropy {
        let tally = Tally()
        return Entropy { count in
            let number = tally.next()
            // The product of an odd number differs for every count, and every 8 bytes carry it.
            let bits = UInt64(number) &* 0x9E37_79B9_7F4A_7C15
            return (0..<count).map { UInt8(truncatingIfNeeded: bits >> (UInt64($0 % 8) * 8)) % 248 }
        }
    }
}

private final class Tally: Sendable {
    private let number = Atomic(0)
    func next() -> Int { number.add(1, ordering: .relaxed).newValue }
}
