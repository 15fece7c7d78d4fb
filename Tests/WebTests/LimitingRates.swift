import Synchronization
import Testing
import Web

private final class HandClock: Sendable {
    private let time = Mutex(Duration.seconds(1_000))

    var now: Duration { time.withLock { $0 } }

    func advance(by step: Duration) { time.withLock { $0 += step } }
}

@Suite("Limiting rates")
struct LimitingRates {
    private let clock = HandClock()

    private func limiter(_ limit: Int, maxKeys: Int = 100) -> RateLimiter {
        RateLimiter(limit: limit, per: .seconds(60), maxKeys: maxKeys) { [clock] in clock.now }
    }

    @Test func `so many calls are allowed, the next one is told when`() {
        let limiter = limiter(3)
        for _ in 0..<3 {
            #expect(limiter.spend("a") == nil)
            clock.advance(by: .seconds(10))
        }
        #expect(limiter.spend("a") == .seconds(30))
        #expect(limiter.excess("a") == .seconds(30))
        #expect(limiter.spend("b") == nil)
    }

    @Test func `within no stretch of the period are there more than the limit`() {
        let limiter = limiter(5)
        var allowed: [Duration] = []
        for _ in 0..<1_000 {
            if limiter.spend("a") == nil { allowed.append(clock.now) }
            clock.advance(by: .milliseconds(777))
        }
        #expect(allowed.count > 50)
        for (first, sixth) in zip(allowed, allowed.dropFirst(5)) { #expect(sixth - first >= .seconds(60)) }
    }

    @Test func `asking does not count, and forgetting gives everything back`() {
        let limiter = limiter(1)
        for _ in 0..<5 { #expect(limiter.excess("a") == nil) }
        #expect(limiter.spend("a") == nil)
        #expect(limiter.spend("a") != nil)
        limiter.forget("a")
        #expect(limiter.spend("a") == nil)
    }

    @Test func `a call that is given back was never made`() {
        let limiter = limiter(2)
        for _ in 0..<10 {
            #expect(limiter.spend("a") == nil)
            limiter.giveBack("a")
        }
        limiter.giveBack("never called")
        #expect(limiter.spend("a") == nil)
        clock.advance(by: .seconds(20))
        #expect(limiter.spend("a") == nil)
        #expect(limiter.spend("a") == .seconds(40))
        limiter.giveBack("a")
        #expect(limiter.spend("a") == nil)
    }

    @Test func `with too many keys, those that called longest ago are forgotten`() {
        let limiter = limiter(1, maxKeys: 100)
        for number in 0..<101 {
            #expect(limiter.spend("\(number)") == nil)
            clock.advance(by: .milliseconds(1))
        }
        #expect(limiter.excess("0") == nil)
        #expect(limiter.excess("100") != nil)
        #expect(limiter.excess("50") != nil)
    }
}
