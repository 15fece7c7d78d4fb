import CSQLite
import Glibc

// Longer than others, because nothing outside this file knows that SQLite is written in C.

/// One connection to an SQLite file, with the statements it has prepared.
///
/// Unchecked, because SQLite's memory is behind it. The invariant: one thread at a time uses it, the
/// writer's thread the one that writes, and whoever took it out of the list one that reads.
final class SQLiteConnection: Connection, @unchecked Sendable {
    enum Use: Equatable {
        case writing, copying

        /// Each question for so long at most.
        case reading(Duration)
    }

    private let handle: OpaquePointer
    private var statements: [SQL.Shape: Statement] = [:]

    /// How many pages the write-ahead log held after the last commit of this connection.
    private(set) var pagesInLog = 0

    /// Why the transaction under way is lost, so that nothing of its rest is run on its own.
    private(set) var loss: DatabaseFault?

    /// For how long a question may last, and when the one that is asked has.
    private var longestRead = Duration.zero
    private var deadline = ContinuousClock.now

    private var guardsWrites = false
    private var hasSavepoint = false

    /// Statements kept prepared; pieces joined with `+` could make any number of them.
    private static let statementLimit = 512

    /// Set once for the process, when the first connection asks.
    private static let isPrepared: Bool = {
        portal_sqlite_prepare()
        return sqlite3_initialize() == SQLITE_OK
    }()

    /// Opens a file, which the writer makes if it is missing; throws ``DatabaseFault``.
    init(path: String, for use: Use, busyTimeout: Duration) throws {
        guard Self.isPrepared else {
            throw DatabaseFault.other(code: Int(SQLITE_MISUSE), message: "SQLite does not start")
        }
        let mode = use == .writing ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY
        let flags = mode | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE
        var opened: OpaquePointer?
        let code = sqlite3_open_v2(path, &opened, flags, nil)
        guard code == SQLITE_OK, let opened else {
            sqlite3_close_v2(opened)
            throw DatabaseFault.other(code: Int(code), message: String(cString: sqlite3_errstr(code)))
        }
        handle = opened
        sqlite3_busy_timeout(handle, Int32(busyTimeout / .milliseconds(1)))
        harden(use)
        try set(use)
    }

    deinit {
        forgetStatements()
        sqlite3_close_v2(handle)
    }

    /// Follows "Defense Against The Dark Arts" (sqlite.org/security.html).
    private func harden(_ use: Use) {
        for option in [SQLITE_DBCONFIG_DEFENSIVE, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE] {
            _ = portal_sqlite_switch(handle, option, 1)
        }
        for option in [
            SQLITE_DBCONFIG_TRUSTED_SCHEMA, SQLITE_DBCONFIG_DQS_DML, SQLITE_DBCONFIG_DQS_DDL,
            SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION,
        ] {
            _ = portal_sqlite_switch(handle, option, 0)
        }
        let limits: [Int32: Int32] = [
            SQLITE_LIMIT_LENGTH: 32 << 20, SQLITE_LIMIT_SQL_LENGTH: 64 << 10, SQLITE_LIMIT_COLUMN: 128,
            SQLITE_LIMIT_EXPR_DEPTH: 100, SQLITE_LIMIT_COMPOUND_SELECT: 16, SQLITE_LIMIT_VDBE_OP: 25_000,
            SQLITE_LIMIT_FUNCTION_ARG: 16, SQLITE_LIMIT_ATTACHED: use == .copying ? 1 : 0,
            SQLITE_LIMIT_LIKE_PATTERN_LENGTH: 2048, SQLITE_LIMIT_VARIABLE_NUMBER: 1000,
            SQLITE_LIMIT_TRIGGER_DEPTH: 8, SQLITE_LIMIT_WORKER_THREADS: 0,
        ]
        for (limit, value) in limits { sqlite3_limit(handle, limit, value) }
    }

    private func set(_ use: Use) throws {
        try run("PRAGMA temp_store = MEMORY")
        switch use {
        case .copying:
            break
        case .reading(let longest):
            try run("PRAGMA query_only = ON")
            try run("PRAGMA wal_autocheckpoint = 0")
            end(readsLongerThan: longest)
        case .writing:
            try run("PRAGMA journal_mode = WAL")
            try run("PRAGMA synchronous = FULL")
            try run("PRAGMA foreign_keys = ON")
            try run("PRAGMA cache_size = -16384")
            // What a burst leaves behind is cut off when the log starts over.
            try run("PRAGMA journal_size_limit = 16777216")
            watchLog()
        }
    }

    private func end(readsLongerThan longest: Duration) {
        longestRead = longest
        sqlite3_progress_handler(
            handle,
            100_000,
            { connection in
                guard let connection else { return 0 }
                let reader = Unmanaged<SQLiteConnection>.fromOpaque(connection).takeUnretainedValue()
                return reader.deadline < .now ? 1 : 0
            },
            Unmanaged.passUnretained(self).toOpaque()
        )
    }

    /// Takes the place of SQLite's own checkpoints, which would keep callers waiting.
    private func watchLog() {
        sqlite3_wal_hook(
            handle,
            { connection, _, _, pages in
                guard let connection else { return SQLITE_OK }
                Unmanaged<SQLiteConnection>.fromOpaque(connection).takeUnretainedValue().pagesInLog = Int(
                    pages
                )
                return SQLITE_OK
            },
            Unmanaged.passUnretained(self).toOpaque()
        )
    }
}

// MARK: - Statements

extension SQLiteConnection {
    @discardableResult func run(_ sql: SQL) throws -> [Row] {
        if let loss { throw loss }
        let statement = try statement(for: sql)
        if guardsWrites && !hasSavepoint && !statement.isReadOnly {
            hasSavepoint = true
            try run("SAVEPOINT body")
        }
        deadline = .now + longestRead
        return try statement.run(sql) { code in
            throw code == SQLITE_INTERRUPT ? .tookTooLong(sql.text) : self.fault(code)
        }
    }

    func runAll(_ statements: [SQL]) throws -> [[Row]] { try statements.map { try run($0) } }

    func send(_ sql: SQL) throws { try run(sql) }

    func define(_ statements: [SQL], filling: [SQL]) throws {
        for statement in statements + filling { try run(statement) }
    }

    private func statement(for sql: SQL) throws -> Statement {
        let shape = SQL.Shape(of: sql)
        if let known = statements[shape] { return known }
        let statement = try prepare(sql.text)
        if statements.count >= Self.statementLimit { forgetStatements() }
        statements[shape.emptied] = statement
        return statement
    }

    private func prepare(_ text: String) throws -> Statement {
        var text = text
        return try text.withUTF8 { bytes in
            try bytes.withMemoryRebound(to: CChar.self) { characters in
                var prepared: OpaquePointer?
                var rest: UnsafePointer<CChar>?
                let code = sqlite3_prepare_v3(
                    handle,
                    characters.baseAddress,
                    Int32(clamping: characters.count),
                    UInt32(SQLITE_PREPARE_PERSISTENT),
                    &prepared,
                    &rest
                )
                guard code == SQLITE_OK, let prepared else { throw fault(code, whilePreparing: true) }
                let left = rest.flatMap { rest in
                    characters.baseAddress.map { characters.dropFirst(rest - $0) }
                }
                guard left?.allSatisfy({ $0 == 0x20 || $0 == 0x0A || $0 == 0x3B }) ?? true else {
                    sqlite3_finalize(prepared)
                    throw DatabaseFault.other(code: Int(SQLITE_MISUSE), message: "more than one statement")
                }
                return Statement(prepared)
            }
        }
    }

    private func forgetStatements() {
        for statement in statements.values { statement.finish() }
        statements = [:]
    }

    /// Says by its code what went wrong, and notices when the whole transaction went with it.
    private func fault(_ code: Int32, whilePreparing: Bool = false) -> DatabaseFault {
        let fault = DatabaseFault(
            code: code,
            systemError: sqlite3_system_errno(handle),
            message: String(cString: sqlite3_errmsg(handle)),
            isOurs: whilePreparing
        )
        if guardsWrites && sqlite3_get_autocommit(handle) != 0 { loss = fault }
        return fault
    }
}

/// A prepared statement, which ``SQLiteConnection`` runs and frees.
private struct Statement {
    private let handle: OpaquePointer
    let isReadOnly: Bool

    init(_ handle: OpaquePointer) {
        self.handle = handle
        isReadOnly = sqlite3_stmt_readonly(handle) != 0
    }

    func finish() { sqlite3_finalize(handle) }

    /// Binds, steps to the end, and lets go of the values again.
    func run(_ sql: SQL, failing: (Int32) throws -> Never) throws -> [Row] {
        defer {
            sqlite3_reset(handle)
            sqlite3_clear_bindings(handle)
        }
        var place: Int32 = 0
        for case .value(let value) in sql.pieces {
            place += 1
            let code = bind(value, at: place)
            if code != SQLITE_OK { try failing(code) }
        }
        var rows: [Row] = []
        while true {
            switch sqlite3_step(handle) {
            case SQLITE_ROW: rows.append(row())
            case SQLITE_DONE: return rows
            case let code: try failing(code)
            }
        }
    }

    private func bind(_ value: Value, at place: Int32) -> Int32 {
        switch value {
        case .null:
            return sqlite3_bind_null(handle, place)
        case .integer(let number):
            return sqlite3_bind_int64(handle, place, number)
        case .text(var text):
            return text.withUTF8 {
                portal_sqlite_bind_text(handle, place, $0.baseAddress, UInt64($0.count))
            }
        case .blob(let bytes):
            return bytes.withUnsafeBytes {
                portal_sqlite_bind_blob(handle, place, $0.baseAddress, UInt64($0.count))
            }
        }
    }

    private func row() -> Row {
        let count = Int(sqlite3_column_count(handle))
        return Row(
            [Value](unsafeUninitializedCapacity: count) { values, filled in
                while filled < count {
                    values.initializeElement(at: filled, to: value(Int32(filled)))
                    filled += 1
                }
            }
        )
    }

    private func value(_ column: Int32) -> Value {
        switch sqlite3_column_type(handle, column) {
        case SQLITE_INTEGER:
            return .integer(sqlite3_column_int64(handle, column))
        case SQLITE_TEXT:
            let start = sqlite3_column_text(handle, column)
            let count = Int(sqlite3_column_bytes(handle, column))
            return .text(String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self))
        case SQLITE_BLOB:
            let start = sqlite3_column_blob(handle, column)
            let count = Int(sqlite3_column_bytes(handle, column))
            return .blob([UInt8](UnsafeRawBufferPointer(start: start, count: count)))
        case SQLITE_FLOAT:
            // Nothing of ours is a fraction; as text it is refused by whoever wanted a number.
            return .text("\(sqlite3_column_double(handle, column))")
        default:
            return .null
        }
    }
}

// MARK: - Transactions

extension SQLiteConnection {
    /// Runs `body` on one snapshot of a connection that reads.
    func snapshot<Result>(_ body: (any Connection) throws -> Result) throws -> Result {
        try run("BEGIN")
        do {
            let result = try body(self)
            try run("COMMIT")
            return result
        } catch {
            if sqlite3_get_autocommit(handle) == 0 { try run("ROLLBACK") }
            throw error
        }
    }

    func begin() throws {
        loss = nil
        try run("BEGIN IMMEDIATE")
        guardsWrites = true
    }

    /// Runs one body inside the transaction, so that it undoes only itself when it throws.
    ///
    /// Throws when the whole transaction is lost; what the body threw is in the result.
    func attempt<Answer>(_ body: (any Connection) throws -> Answer) throws -> Result<Answer, any Error> {
        hasSavepoint = false
        let outcome = Result { try body(self) }
        if let loss { throw loss }
        guard hasSavepoint else { return outcome }
        if case .failure = outcome { try run("ROLLBACK TO body") }
        try run("RELEASE body")
        return outcome
    }

    /// Runs one statement inside the transaction; no savepoint, because one that fails undoes itself.
    func attempt(_ statement: SQL) throws -> Result<[Row], any Error> {
        hasSavepoint = true
        let outcome = Result { try run(statement) }
        if let loss { throw loss }
        return outcome
    }

    func commit() throws {
        guardsWrites = false
        try run("COMMIT")
    }

    /// Leaves the transaction, whatever became of it.
    func abandon() {
        guardsWrites = false
        loss = nil
        if sqlite3_get_autocommit(handle) == 0 { sqlite3_exec(handle, "ROLLBACK", nil, nil, nil) }
    }

    /// Moves the log's pages into the database file; `.wholly` waits for readers and empties the log.
    func checkpoint(_ extent: CheckpointExtent) throws {
        let mode = extent == .wholly ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE
        let code = sqlite3_wal_checkpoint_v2(handle, nil, mode, nil, nil)
        if code != SQLITE_OK { throw fault(code) }
        if extent == .wholly { pagesInLog = 0 }
    }

    enum CheckpointExtent { case asFarAsFree, wholly }
}

extension DatabaseFault {
    /// Names what SQLite reported.
    ///
    /// Its messages can repeat a value, except those about our own text and
    /// those about constraints.
    fileprivate init(code: Int32, systemError: Int32, message: String, isOurs: Bool) {
        let detail = String(message.split(separator: ":", maxSplits: 1).last?.dropFirst() ?? "")
        let isOutOfSpace = systemError == ENOSPC || systemError == EDQUOT
        switch code & 0xFF {
        case SQLITE_CONSTRAINT where Self.uniquenessCodes.contains(code):
            self = .uniqueness(detail)
        case SQLITE_CONSTRAINT:
            self = code == PORTAL_SQLITE_FOREIGNKEY ? .foreignKey : .constraint(detail)
        case SQLITE_BUSY, SQLITE_LOCKED:
            self = .busy
        case SQLITE_FULL:
            self = .full
        case SQLITE_IOERR where isOutOfSpace:
            self = .full
        default:
            let safe = isOurs ? message : String(cString: sqlite3_errstr(code))
            self = .other(code: Int(code), message: safe)
        }
    }

    private static let uniquenessCodes = [
        PORTAL_SQLITE_UNIQUE, PORTAL_SQLITE_PRIMARYKEY, PORTAL_SQLITE_ROWID,
    ]

    /// Whether reading or writing the file itself failed.
    var isInputOutput: Bool {
        guard case .other(let code, _) = self else { return false }
        return code & 0xFF == Int(SQLITE_IOERR)
    }
}

/// Gives the system what this process freed and the allocator kept, a few milliseconds' work.
func giveFreedMemoryBack() { malloc_trim(0) }
