/// How long an answer takes when it must not reveal whether an address is known; far longer than the work, a durable
/// write on a slow disk included, and too short to be noticed.
private let evenTime: Duration = .milliseconds(50)

/// How long it takes to refuse a client; far longer than looking for it, and counting that it failed.
private let refusalTime: Duration = .milliseconds(5)

extension ApplicationRegistry {
    /// Does the work and answers ``evenTime`` after it began, whatever was found (SL-06).
    ///
    /// Reading an account takes longer than finding none, by microseconds that five hundred questions would tell.
    package func evenly<Result>(_ work: @Sendable () async throws -> Result) async throws -> Result {
        let end = ContinuousClock.now.advanced(by: evenTime)
        let result = try await work()
        try await Task.sleep(until: end, clock: .continuous)
        return result
    }

    /// Does the work; where it throws, no sooner than ``refusalTime`` after it began, whatever was wrong (CA-02).
    package func refusingEvenly<Result>(_ work: () async throws -> Result) async throws -> Result {
        let end = ContinuousClock.now.advanced(by: refusalTime)
        do { return try await work() } catch {
            try await Task.sleep(until: end, clock: .continuous)
            throw error
        }
    }
}
