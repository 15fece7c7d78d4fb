package import Registry
import Synchronization

/// A database whose next transaction meets what a test says: a failure before its commit or after it, or somebody faster.
package final class DoubtfulDatabase: Database {
    package enum Failure: Sendable {
        /// Nothing was kept, and the caller knows.
        case refused

        /// It was kept, and nobody confirmed it.
        case unconfirmed
    }

    private struct Next {
        var failure: Failure?
        var rival: (@Sendable () async throws -> Void)?
    }

    private let real: any Database
    private let next = Mutex(Next())
    private let announced = Mutex(0)

    /// Whether it says that other processes use it too; nil where it says what is so.
    private let isSaidToBeShared: Bool?

    package init(_ real: any Database, isSaidToBeShared: Bool? = nil) {
        (self.real, self.isSaidToBeShared) = (real, isSaidToBeShared)
    }

    /// How often others were told to forget what they know.
    package var announcements: Int { announced.withLock { $0 } }

    package func fail(_ failure: Failure) { next.withLock { $0.failure = failure } }

    /// Lets somebody else be done before the next transaction begins.
    package func overtake(_ rival: @escaping @Sendable () async throws -> Void) {
        next.withLock { $0.rival = rival }
    }

    @discardableResult
    package nonisolated(nonsending) func transaction<Result: Sendable>(
        _ reach: Reach,
        _ body: @escaping @Sendable (any Connection) throws -> Result
    ) async throws -> Result {
        let (failure, rival) = next.withLock { next in
            defer { next = Next() }
            return (next.failure, next.rival)
        }
        try await rival?()
        if failure == .refused { throw DatabaseFault.busy }
        let result = try await real.transaction(reach, body)
        if failure == .unconfirmed { throw DatabaseFault.unconfirmed }
        return result
    }

    // MARK: - The rest is the real one's

    package nonisolated(nonsending) func read<Result: Sendable>(
        _ reach: Reach,
        _ body: @escaping @Sendable (any Connection) throws -> Result
    ) async throws -> Result {
        try await real.read(reach, body)
    }

    package nonisolated(nonsending) func read(_ statement: SQL, _ reach: Reach) async throws -> [Row] {
        try await real.read(statement, reach)
    }

    @discardableResult
    package nonisolated(nonsending) func write(_ statement: SQL, _ reach: Reach) async throws -> [Row] {
        try await real.write(statement, reach)
    }

    package nonisolated(nonsending) func writeSoon(_ statement: SQL, _ reach: Reach) async throws {
        try await real.writeSoon(statement, reach)
    }

    package var isShared: Bool { isSaidToBeShared ?? real.isShared }
    package func announceChange() {
        announced.withLock { $0 += 1 }
        real.announceChange()
    }
    package func onChangeElsewhere(_ body: @escaping @Sendable () -> Void) { real.onChangeElsewhere(body) }
    package func expectManyRows() async throws { try await real.expectManyRows() }
    package func shrink() async throws { try await real.shrink() }

    package func close() async { await real.close() }
}
