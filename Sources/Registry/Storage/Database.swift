package import FoundationEssentials

/// One row of an answer, read by position from 0.
package struct Row: Sendable {
    let values: [Value]

    package init(_ values: [Value]) { self.values = values }

    package subscript(_ place: Int) -> Value { values[place] }

    package func text(_ place: Int) throws(RowProblem) -> String {
        try present(optionalText(place), place)
    }

    package func integer(_ place: Int) throws(RowProblem) -> Int {
        try present(optionalInteger(place), place)
    }

    package func date(_ place: Int) throws(RowProblem) -> Date {
        try present(optionalDate(place), place)
    }

    package func bytes(_ place: Int) throws(RowProblem) -> [UInt8] {
        try present(optionalBytes(place), place)
    }

    package func bool(_ place: Int) throws(RowProblem) -> Bool {
        switch try integer(place) {
        case 0: false
        case 1: true
        default: throw .otherType(column: place)
        }
    }

    package func optionalText(_ place: Int) throws(RowProblem) -> String? {
        switch try value(place) {
        case .text(let text): text
        case .null: nil
        default: throw .otherType(column: place)
        }
    }

    package func optionalInteger(_ place: Int) throws(RowProblem) -> Int? {
        switch try value(place) {
        case .integer(let number): Int(number)
        case .null: nil
        default: throw .otherType(column: place)
        }
    }

    package func optionalDate(_ place: Int) throws(RowProblem) -> Date? {
        try optionalInteger(place).map { Date(timeIntervalSince1970: Double($0) / 1000) }
    }

    package func optionalBytes(_ place: Int) throws(RowProblem) -> [UInt8]? {
        switch try value(place) {
        case .blob(let bytes): bytes
        case .null: nil
        default: throw .otherType(column: place)
        }
    }

    private func value(_ place: Int) throws(RowProblem) -> Value {
        guard values.indices.contains(place) else { throw .noSuchColumn(place) }
        return values[place]
    }

    private func present<Found>(_ found: Found?, _ place: Int) throws(RowProblem) -> Found {
        guard let found else { throw .null(column: place) }
        return found
    }
}

/// A row that is not what the code reading it expects: the code or the schema is wrong.
package enum RowProblem: Error, Equatable, Sendable {
    case noSuchColumn(Int)
    case null(column: Int)
    case otherType(column: Int)
}

/// Where statements are run: inside one snapshot or one transaction of a ``Database``.
package protocol Connection {
    /// Runs one statement and returns all it answers; `RETURNING` says what a change touched.
    @discardableResult func run(_ sql: SQL) throws -> [Row]

    /// Runs statements that do not need each other's answers, in one go, and returns what each answers.
    func runAll(_ statements: [SQL]) throws -> [[Row]]

    /// Runs one statement whose answer nobody needs; what is wrong with it may come to light only at the commit.
    ///
    /// A database behind a network is sent the next one without waiting for this one.
    func send(_ sql: SQL) throws

    /// Runs statements of the schema, in this database's words for the types of columns.
    ///
    /// Where it can, it closes each new table of tenants' data to whoever reaches for another tenant; before that
    /// `filling` fills it, run once or for each tenant.
    func define(_ statements: [SQL], filling: [SQL]) throws
}

extension Connection {
    package func define(_ statements: [SQL]) throws { try define(statements, filling: []) }
}

/// Whose rows statements may touch; a database that can keeps them from all others.
package enum Reach: Hashable, Sendable {
    case tenant(TenantID)

    /// What belongs to no tenant: which tenants there are, their hosts, the migrations.
    case directory
}

/// Where rows are kept: a protocol because there are two such places, SQLite and PostgreSQL.
package protocol Database: AnyObject, Sendable {
    /// Runs `body` on one snapshot, which does not change while it looks.
    nonisolated(nonsending) func read<Result: Sendable>(
        _ reach: Reach,
        _ body: @escaping @Sendable (any Connection) throws -> Result
    ) async throws -> Result

    /// Runs one statement that changes nothing, which needs no snapshot of its own.
    nonisolated(nonsending) func read(_ statement: SQL, _ reach: Reach) async throws -> [Row]

    /// Runs `body` in one transaction: on disk when this returns, undone when `body` throws.
    ///
    /// `body` cannot suspend. Another transaction may run beside it, so it decides by what its own changes
    /// answer, or holds the row it decides about; and it may be run again from its beginning, so it changes
    /// nothing but rows.
    @discardableResult
    nonisolated(nonsending) func transaction<Result: Sendable>(
        _ reach: Reach,
        _ body: @escaping @Sendable (any Connection) throws -> Result
    ) async throws -> Result

    /// Runs one statement that changes something: on disk when this returns, undone when it throws.
    @discardableResult
    nonisolated(nonsending) func write(_ statement: SQL, _ reach: Reach) async throws -> [Row]

    /// Runs one statement soon; every transaction that begins after this returned finds it done.
    ///
    /// For what may be lost with the machine, because nobody waits for the disk. Throws ``DatabaseFault/busy``
    /// when too many are waiting.
    nonisolated(nonsending) func writeSoon(_ statement: SQL, _ reach: Reach) async throws

    /// Whether other processes change the same rows.
    var isShared: Bool { get }

    /// Tells the other processes that something they may remember was changed, as soon as they listen.
    func announceChange()

    /// Calls `body` after another process announced a change, or may have done so unheard.
    func onChangeElsewhere(_ body: @escaping @Sendable () -> Void)

    /// Has statements carried out as is right where a tenant has very many rows; called once all tables are made.
    func expectManyRows() async throws

    /// Gives back the memory of rows that are not needed again soon, after many were looked at.
    func shrink() async throws

    /// Finishes what is waiting and lets go of the files; whatever is asked afterwards throws ``DatabaseFault/closed``.
    func close() async
}

/// Why a statement or a transaction was not carried out; never says a value.
package enum DatabaseFault: Error, Equatable, Sendable {
    /// Another row has these columns' values already: `table.column, table.column`.
    case uniqueness(String)
    /// A row refers to one that does not exist, or is still referred to.
    case foreignKey
    /// A `CHECK` or `NOT NULL` of the schema, by its name or column.
    case constraint(String)
    /// Too many are waiting, or another process holds the database; worth trying again.
    case busy
    /// A question lasted longer than any may, which it will again: its text, without values.
    case tookTooLong(String)
    /// The disk, or what is allowed of it, is used up.
    case full
    /// The commit was not confirmed: it may have been kept or not.
    case unconfirmed

    /// The database's server does not answer.
    case unreachable
    case closed
    case other(code: Int, message: String)
}
