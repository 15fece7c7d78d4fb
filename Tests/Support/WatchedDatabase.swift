package import Registry
import Synchronization

/// SQLite that is asked how it carries out each statement, and remembers where it looks through all of a tenant's rows.
package final class WatchedDatabase: Database {
    private let real: SQLiteDatabase
    private let plans = Plans()

    package init() throws { real = try SQLiteDatabase.temporary() }

    /// Statements for which all rows of a tenant in some table are looked at, with the step of the plan that does.
    package var walks: [String] { plans.walks.withLock { $0 } }

    package nonisolated(nonsending) func read<Result: Sendable>(
        _ reach: Reach,
        _ body: @escaping @Sendable (any Connection) throws -> Result
    ) async throws -> Result {
        try await real.read(reach) { [plans] in try body(WatchedConnection(real: $0, plans: plans)) }
    }

    package nonisolated(nonsending) func read(_ statement: SQL, _ reach: Reach) async throws -> [Row] {
        try await read(reach) { try $0.run(statement) }
    }

    @discardableResult
    package nonisolated(nonsending) func transaction<Result: Sendable>(
        _ reach: Reach,
        _ body: @escaping @Sendable (any Connection) throws -> Result
    ) async throws -> Result {
        try await real.transaction(reach) { [plans] in try body(WatchedConnection(real: $0, plans: plans)) }
    }

    @discardableResult
    package nonisolated(nonsending) func write(_ statement: SQL, _ reach: Reach) async throws -> [Row] {
        try await transaction(reach) { try $0.run(statement) }
    }

    package nonisolated(nonsending) func writeSoon(_ statement: SQL, _ reach: Reach) async throws {
        try await write(statement, reach)
    }

    // MARK: - The rest is the real one's

    package var isShared: Bool { real.isShared }
    package func announceChange() { real.announceChange() }
    package func onChangeElsewhere(_ body: @escaping @Sendable () -> Void) { real.onChangeElsewhere(body) }
    package func expectManyRows() async throws { try await real.expectManyRows() }
    package func shrink() async throws { try await real.shrink() }
    package func close() async { await real.close() }
}

private struct WatchedConnection: Connection {
    let real: any Connection
    let plans: Plans

    func run(_ sql: SQL) throws -> [Row] {
        try plans.look(at: sql, on: real)
        return try real.run(sql)
    }

    func runAll(_ statements: [SQL]) throws -> [[Row]] { try statements.map { try run($0) } }
    func send(_ sql: SQL) throws { _ = try run(sql) }

    func define(_ statements: [SQL], filling: [SQL]) throws {
        try real.define(statements, filling: filling)
    }
}

private final class Plans: Sendable {
    let walks = Mutex<[String]>([])

    /// Of which a tenant has one row, or a few; unapproved applications are counted up to a limit.
    private static let small = [
        "ledger_heads", "logo_bytes", "tenant_hosts", "reports_open", "applications_unapproved",
    ]

    func look(at sql: SQL, on connection: any Connection) throws {
        // What a new row is compared with for the sake of foreign keys is in the plan and not done.
        let text = sql.text
        guard !["INSERT", "PRAGMA", "EXPLAIN"].contains(where: text.hasPrefix) else { return }
        let plan = try connection.run("EXPLAIN QUERY PLAN " + sql).map { try $0.text(3) }
        // Where rows come in the order that is asked for, no more are looked at than are wanted.
        let isSorted = plan.contains { $0.hasPrefix("USE TEMP B-TREE FOR ORDER") }
        if text.contains("ORDER BY"), text.contains("LIMIT"), !isSorted { return }
        let found = plan.filter { step in
            step.hasSuffix("(tenant=?)") && !Self.small.contains { step.contains($0) }
        }
        walks.withLock { $0 += found.map { "\($0): \(text)" } }
    }
}
