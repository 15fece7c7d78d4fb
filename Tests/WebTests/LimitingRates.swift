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

    private func limiter(maxKeys: Int = 100) -> RateLimiter {
        RateLimiter(per: .seconds(60), maxKeys: maxKeys) { [clock] in clock.now }
    }

    @Test func `so many calls are allowed, the next one is told when`() {
        let limiter = limiter()
        for _ in 0..<3 {
            #expect(limiter.spend("a", limit: 3) == nil)
            clock.advance(by: .seconds(10))
        }
        #expect(limiter.spend("a", limit: 3) == .seconds(30))
        #expect(limiter.excess("a", limit: 3) == .seconds(30))
        #expect(limiter.spend("b", limit: 3) == nil)
    }

    @Test func `within no stretch of the period are there more than the limit`() {
        let limiter = limiter()
        var allowed: [Duration] = []
        for _ in 0..<1_000 {
            if limiter.spend("a", limit: 5) == nil { allowed.append(clock.now) }
            clock.advance(by: .milliseconds(777))
        }
        #expect(allowed.count > 50)
        for (first, sixth) in zip(allowed, allowed.dropFirst(5)) { #expect(sixth - first >= .seconds(60)) }
    }

    @Test func `asking does not count, and forgetting gives everything back`() {
        let limiter = limiter()
        for _ in 0..<5 { #expect(limiter.excess("a", limit: 1) == nil) }
        #expect(limiter.spend("a", limit: 1) == nil)
        #expect(limiter.spend("a", limit: 1) != nil)
        limiter.forget("a")
        #expect(limiter.spend("a", limit: 1) == nil)
    }

    @Test func `a call that is given back was never made`() {
        let limiter = limiter()
        for _ in 0..<10 {
            #expect(limiter.spend("a", limit: 2) == nil)
            limiter.giveBack("a")
        }
        limiter.giveBack("never called")
        #expect(limiter.spend("a", limit: 2) == nil)
        clock.advance(by: .seconds(20))
        #expect(limiter.spend("a", limit: 2) == nil)
        #expect(limiter.spend("a", limit: 2) == .seconds(40))
        limiter.giveBack("a")
        #expect(limiter.spend("a", limit: 2) == nil)
    }

    @Test func `whoever allows less than before counts what was`() {
        let limiter = limiter()
        for _ in 0..<4 {
            #expect(limiter.spend("a", limit: 5) == nil)
            clock.advance(by: .seconds(10))
        }
        #expect(limiter.spend("a", limit: 2) == .seconds(40))
        #expect(limiter.spend("a", limit: 5) == nil)
    }

    @Test func `keys whose calls count no longer are forgotten long before there are too many`() {
        let limiter = limiter(maxKeys: 50_000)
        for number in 0..<20_000 {
            #expect(limiter.spend("\(number)", limit: 1) == nil)
            clock.advance(by: .milliseconds(60))
        }
        // A thousand of them called within the minute.
        #expect(limiter.keyCount < 2_100)
        #expect(limiter.excess("19999", limit: 1) != nil)
    }

    @Test func `keys whose calls count are not forgotten before there are too many`() {
        let limiter = limiter(maxKeys: 50_000)
        for number in 0..<12_000 { _ = limiter.spend("gone \(number)", limit: 1) }
        clock.advance(by: .seconds(61))
        for number in 0..<45_000 {
            _ = limiter.spend("\(number)", limit: 1)
            clock.advance(by: .milliseconds(1))
        }
        #expect(limiter.keyCount == 45_000)
        #expect(limiter.excess("0", limit: 1) != nil)
    }

    @Test func `with too many keys, those that called longest ago are forgotten`() {
        let limiter = limiter(maxKeys: 100)
        for number in 0..<101 {
            #expect(limiter.spend("\(number)", limit: 1) == nil)
            clock.advance(by: .milliseconds(1))
        }
        #expect(limiter.excess("0", limit: 1) == nil)
        #expect(limiter.excess("100", limit: 1) != nil)
        #expect(limiter.excess("50", limit: 1) != nil)
    }
}
