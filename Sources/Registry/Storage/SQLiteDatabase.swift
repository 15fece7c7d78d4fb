import Glibc
import Synchronization

/// The embedded database: one file, one thread that writes, readers wherever they are called.
///
/// What a transaction answered is on disk. Readers never wait for the writer: each sees what was
/// committed when it began.
package final class SQLiteDatabase: Database {
    private let path: String
    /// Reads run on threads that serve others too, so that no question may be endless.
    private let reading: SQLiteConnection.Use
    private let busyTimeout: Duration
    private let writer: GroupCommit
    private let readers: Mutex<Readers>
    private let isTemporary: Bool

    private struct Readers {
        var idle: [SQLiteConnection]
        var isClosed = false
    }

    /// Readers kept open; as many more as are needed at one instant come and go.
    private static let idleReaders = 16

    /// Opens the file, or makes it, readable by its owner alone; throws ``DatabaseFault``.
    ///
    /// Its folder exists. When more than `waitingLimit` transactions wait, or another process holds the
    /// file for longer than `busyTimeout`, a transaction is declined with ``DatabaseFault/busy``.
    package convenience init(
        path: String,
        waitingLimit: Int = 4096,
        busyTimeout: Duration = .seconds(2)
    ) throws {
        try self.init(path, waitingLimit, busyTimeout, longestRead: .seconds(30), isTemporary: false)
    }

    /// A database of its own for a test, in memory by way of `/dev/shm`; it is gone when closed or let go.
    package static func temporary(
        waitingLimit: Int = 4096,
        longestRead: Duration = .seconds(30)
    ) throws -> SQLiteDatabase {
        var template = Array("/dev/shm/portal-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw DatabaseFault.full }
        let folder = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        return try SQLiteDatabase(
            folder + "/portal.db",
            waitingLimit,
            .seconds(2),
            longestRead: longestRead,
            isTemporary: true
        )
    }

    private init(
        _ path: String,
        _ waitingLimit: Int,
        _ busyTimeout: Duration,
        longestRead: Duration,
        isTemporary: Bool
    ) throws {
        self.path = path
        reading = .reading(longestRead)
        self.busyTimeout = busyTimeout
        self.isTemporary = isTemporary
        try makePrivate(path)
        let open: @Sendable () throws -> SQLiteConnection = {
            let connection = try SQLiteConnection(path: path, for: .writing, busyTimeout: busyTimeout)
            // Starts the log over, so that nothing unconfirmed of it is ever taken for committed.
            do { try connection.checkpoint(.wholly) } catch DatabaseFault.busy {}
            return connection
        }
        let connection = try open()
        // One reader is open as long as the database is: then the log's index outlives a writer that had
        // to be given up.
        let reader = try SQLiteConnection(path: path, for: reading, busyTimeout: busyTimeout)
        readers = Mutex(Readers(idle: [reader]))
        writer = try GroupCommit(waitingLimit: waitingLimit, on: connection, reopen: open)
    }

    deinit { finish() }

    package nonisolated(nonsending) func read<Answer: Sendable>(
        _ reach: Reach,
        _ body: @escaping @Sendable (any Connection) throws -> Answer
    ) async throws -> Answer {
        let reader = try takeReader()
        defer { giveBack(reader) }
        return try reader.snapshot(body)
    }

    package nonisolated(nonsending) func read(_ statement: SQL, _ reach: Reach) async throws -> [Row] {
        let reader = try takeReader()
        defer { giveBack(reader) }
        return try reader.run(statement)
    }

    @discardableResult
    package nonisolated(nonsending) func transaction<Answer: Sendable>(
        _ reach: Reach,
        _ body: @escaping @Sendable (any Connection) throws -> Answer
    ) async throws -> Answer {
        try await joining { try $0.attempt(body) }
    }

    @discardableResult
    package nonisolated(nonsending) func write(_ statement: SQL, _ reach: Reach) async throws -> [Row] {
        try await joining { try $0.attempt(statement) }
    }

    /// Waits in line for the writer, and for the commit after it.
    private nonisolated(nonsending) func joining<Answer: Sendable>(
        _ work: @escaping @Sendable (SQLiteConnection) throws -> Result<Answer, any Error>
    ) async throws -> Answer {
        // Unchecked for speed: a job's closures resume its caller exactly once, see ``GroupCommit/Job``.
        try await withUnsafeThrowingContinuation { caller in
            let attempt: @Sendable (SQLiteConnection) throws -> GroupCommit.Answer = { connection in
                let outcome = try work(connection)
                return { fault in
                    if let fault { caller.resume(throwing: fault) } else { caller.resume(with: outcome) }
                }
            }
            let job = GroupCommit.Job(attempt: attempt) { caller.resume(throwing: $0 ?? .closed) }
            do throws(DatabaseFault) { try writer.join(job) } catch { job.refuse(error) }
        }
    }

    /// Where much is waiting the caller waits as well: it asks less, and nobody is declined.
    package nonisolated(nonsending) func writeSoon(_ statement: SQL, _ reach: Reach) async throws {
        if writer.isBehind {
            try await write(statement, reach)
            return
        }
        let attempt: @Sendable (SQLiteConnection) throws -> GroupCommit.Answer = { connection in
            _ = try connection.attempt(statement)
            return { _ in }
        }
        try writer.join(GroupCommit.Job(attempt: attempt) { _ in }, hasTime: true)
    }

    /// One process owns a data directory.
    package var isShared: Bool { false }
    package func announceChange() {}
    package func onChangeElsewhere(_ body: @escaping @Sendable () -> Void) {}

    /// What is needed again comes from the system's cache of the file.
    package func shrink() async throws {
        let statement: SQL = "PRAGMA shrink_memory"
        try await transaction(.directory) { try $0.run(statement) }
        for reader in takeIdleReaders() {
            defer { giveBack(reader) }
            try reader.run(statement)
        }
        giveFreedMemoryBack()
    }

    package func expectManyRows() async throws {
        if try await read(.directory, { try $0.expectsManyRows() }) { return }
        try await transaction(.directory) { try $0.expectManyRows() }
        // Whoever opens the file from now on knows; who has it open is told.
        try await transaction(.directory) { try $0.run("ANALYZE sqlite_schema") }
        let reader = try SQLiteConnection(path: path, for: reading, busyTimeout: busyTimeout)
        readers.withLock { $0.idle = [reader] }
    }

    package func close() async { finish() }

    /// Writes a consistent copy of a database to a file that does not exist yet, while whoever has it open goes on.
    package static func copy(_ path: String, to destination: String) throws {
        try makePrivate(destination)
        let connection = try SQLiteConnection(path: path, for: .copying, busyTimeout: .seconds(2))
        try connection.run("VACUUM INTO \(destination)")
    }

    private func takeReader() throws -> SQLiteConnection {
        let idle = try readers.withLock { readers in
            if readers.isClosed { throw DatabaseFault.closed }
            return readers.idle.popLast()
        }
        return try idle ?? SQLiteConnection(path: path, for: reading, busyTimeout: busyTimeout)
    }

    private func takeIdleReaders() -> [SQLiteConnection] {
        readers.withLock { readers in
            defer { readers.idle = [] }
            return readers.idle
        }
    }

    private func giveBack(_ reader: SQLiteConnection) {
        readers.withLock { readers in
            if !readers.isClosed && readers.idle.count < Self.idleReaders { readers.idle.append(reader) }
        }
    }

    private func finish() {
        let wasOpen = readers.withLock { readers in
            defer { readers = Readers(idle: [], isClosed: true) }
            return !readers.isClosed
        }
        guard wasOpen else { return }
        writer.finish()
        if isTemporary { remove() }
    }

    private func remove() {
        for suffix in ["", "-wal", "-shm"] { unlink(path + suffix) }
        rmdir(String(path.dropLast("/portal.db".count)))
    }
}

/// Makes the file if it is missing, for its owner alone; SQLite gives its log and index the same mode.
private func makePrivate(_ path: String) throws {
    let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw lastFault() }
    defer { close(file) }
    guard fchmod(file, 0o600) == 0 else { throw lastFault() }
}

private func lastFault() -> DatabaseFault {
    errno == ENOSPC ? .full : .other(code: Int(errno), message: SystemError.last.description)
}
