import CPostgres
import Glibc

// Longer than others, because nothing outside this file knows that libpq is written in C.

/// libpq's functions by their names, and why they could not be loaded; then no connection is opened.
private let libpq: (functions: portal_pq, problem: String?) = {
    var functions = portal_pq()
    let isLoaded = portal_pq_load(&functions)
    return (functions, isLoaded ? nil : dlerror().map { String(cString: $0) } ?? "libpq cannot be loaded")
}()
private var pq: portal_pq { libpq.functions }

/// One connection to a PostgreSQL server, with the statements it has prepared there.
///
/// Everything goes through libpq's pipeline mode: nothing is waited for but an answer that somebody reads, and
/// the commit. Unchecked, because libpq's memory is behind it. The invariant: one thread at a time uses it.
final class PostgresConnection: Connection, @unchecked Sendable {
    private let handle: OpaquePointer
    private var statements: [SQL.Shape: Prepared] = [:]
    private var statementCount = 0

    private struct Prepared {
        let name: String
        let text: String
        let onlyReads: Bool
    }

    /// What the server has yet to answer, oldest first.
    private var awaited: [Awaited] = []

    /// The first thing that went wrong in the transaction under way; the server ignores the rest of it.
    private var failure: PostgresProblem?

    /// Whether anything was asked in the transaction under way that is not a mere question.
    private var mayHaveChanged = false

    /// When the plans of the statements are made anew, and how long those live.
    private var plansEnd = ContinuousClock.now
    private var plansLife = Duration.seconds(1)

    /// Whether everything kept lies in one log, so that what is on the disk has all before it there too.
    private let hasOneLog: Bool

    private enum Awaited {
        case preparation(SQL.Shape)
        case statement(String, isRead: Bool)
        case end
    }

    private static let statementLimit = 512

    /// Seconds a connection may take to come about, and milliseconds the server may be silent.
    private static let secondsToConnect = 3
    private static let patience: Int32 = 8000

    /// Longer than any statement of ours takes, and short enough that one who waits can be told in time.
    ///
    /// A transaction never waits for anything but its own statements, so an idle one belongs to a process that
    /// stands still. Every statement finds its rows by a key, so one plan serves all values.
    private static let limits = """
        SET statement_timeout = '5s'; SET lock_timeout = '4s'; SET idle_in_transaction_session_timeout = '2s';
        SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off; SET jit = off
        """

    /// Connects to where a `postgres://` address leads; throws ``PostgresProblem``.
    init(address: String) throws(PostgresProblem) {
        handle = try PostgresConnection.open(address)
        do throws(PostgresProblem) {
            try Self.execute(Self.limits, on: handle)
            hasOneLog = try Self.answersYes(Self.isOneLog, on: handle)
            guard pq.PQenterPipelineMode(handle) == 1, pq.PQsetnonblocking(handle, 1) == 0 else {
                throw .lost
            }
        } catch {
            pq.PQfinish(handle)
            throw error
        }
    }

    deinit { pq.PQfinish(handle) }

    /// Whether the server has closed it since it was last asked anything.
    var isClosed: Bool {
        guard hasInput else { return false }
        // What can be read after everything was read is the end.
        return pq.PQconsumeInput(handle) == 0 || hasInput
    }

    private var hasInput: Bool {
        var socket = pollfd(fd: pq.PQsocket(handle), events: Int16(POLLIN), revents: 0)
        return poll(&socket, 1, 0) > 0
    }

    /// Of what speaks the same protocol, those that spread tables over several servers have a log on each.
    private static let isOneLog = """
        SELECT version() LIKE 'PostgreSQL%' AND version() NOT LIKE '%-YB-%'
            AND NOT EXISTS (SELECT 1 FROM pg_extension WHERE extname = 'citus')
        """

    private static func answersYes(
        _ question: String,
        on handle: OpaquePointer
    ) throws(PostgresProblem) -> Bool {
        let result = pq.PQexec(handle, question)
        defer { pq.PQclear(result) }
        guard pq.PQresultStatus(result) == PGRES_TUPLES_OK else { throw PostgresProblem(result) }
        return pq.PQgetvalue(result, 0, 0).map { String(cString: $0) } == "t"
    }

    fileprivate static func execute(_ text: String, on handle: OpaquePointer) throws(PostgresProblem) {
        let result = pq.PQexec(handle, text)
        defer { pq.PQclear(result) }
        guard pq.PQresultStatus(result) == PGRES_COMMAND_OK else { throw PostgresProblem(result) }
    }

    fileprivate static func open(_ address: String) throws(PostgresProblem) -> OpaquePointer {
        if let problem = libpq.problem { throw .noConnection(problem) }
        let settings = [
            ("dbname", address), ("application_name", "portal"), ("connect_timeout", "\(secondsToConnect)"),
            ("client_encoding", "UTF8"), ("keepalives_idle", "5"), ("keepalives_interval", "2"),
            ("keepalives_count", "3"), ("tcp_user_timeout", "\(patience)"),
        ]
        let keys = settings.map { strdup($0.0) } + [nil]
        let values = settings.map { strdup($0.1) } + [nil]
        defer { for text in keys + values { free(text) } }
        let handle = keys.map { UnsafePointer($0) }.withUnsafeBufferPointer { keys in
            values.map { UnsafePointer($0) }.withUnsafeBufferPointer { values in
                pq.PQconnectdbParams(keys.baseAddress, values.baseAddress, 1)
            }
        }
        guard let handle else { throw .lost }
        guard pq.PQstatus(handle) == CONNECTION_OK else {
            defer { pq.PQfinish(handle) }
            throw .noConnection(pq.PQerrorMessage(handle).map { String(cString: $0) } ?? "")
        }
        _ = pq.PQsetNoticeProcessor(handle, { _, _ in }, nil)
        return handle
    }
}

/// What happened to a statement, a transaction or the connection itself.
enum PostgresProblem: Error {
    /// Nothing was kept, and the same may go well the next time.
    case conflict

    /// The connection is of no use any more; nothing was kept.
    case lost

    /// The connection was lost while the commit was on its way.
    case unconfirmed

    /// The server declined the connection, in its words.
    case noConnection(String)
    case fault(DatabaseFault)
}

// MARK: - Transactions

extension PostgresConnection {
    enum Opening {
        /// One snapshot for all of it.
        case reading

        /// Each statement sees what others committed before it, and waits for those who change the same row.
        case writing

        fileprivate var statement: SQL {
            switch self {
            case .reading: "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
            case .writing: "BEGIN ISOLATION LEVEL READ COMMITTED"
            }
        }
    }

    /// Runs `body` and commits; whatever it or this throws, nothing was kept unless ``PostgresProblem/unconfirmed``.
    func transaction<Answer>(
        _ opening: Opening,
        _ reach: Reach,
        _ body: (any Connection) throws -> Answer
    ) throws -> Answer {
        failure = nil
        let outcome: Result<Answer, any Error>
        do {
            try send(opening.statement)
            try renewPlans()
            try enter(reach, waitingForDisk: !(opening == .writing && hasOneLog))
            mayHaveChanged = false
            outcome = .success(try body(self))
        } catch {
            outcome = .failure(error)
        }
        let answer: Answer
        do { answer = try outcome.get() } catch PostgresProblem.lost {
            // Asking a server that is silent to undo it would be waiting for it a second time.
            throw PostgresProblem.lost
        } catch {
            try rollBack()
            throw failure ?? error
        }
        if failure == nil {
            let waits = opening == .writing && hasOneLog && mayHaveChanged
            try send("COMMIT")
            if waits { try send(Self.waiting) }
            _ = try synchronise(confirms: opening == .writing)
        }
        if let failure {
            try rollBack()
            throw failure
        }
        return answer
    }

    /// The commit of this transaction lets go of the rows it holds before the disk has it.
    ///
    /// A tenant's transactions queue for the end of its ledger, and would wait for the disk one after the other.
    private static let notWaiting: SQL = "SELECT set_config('synchronous_commit', 'off', true)"

    /// A transaction of its own that leaves nothing but a note in the log, and waits until that is on the disk,
    /// with all that was committed before.
    private static let waiting: SQL = "SELECT pg_logical_emit_message(true, 'portal', '')"

    /// What statements leave behind: nothing, what may be lost with the server, what may not.
    enum Effect: Comparable { case none, transient, durable }

    /// Runs statements that do not depend on each other in one transaction and one round trip.
    ///
    /// When one of them fails none is kept.
    func together(_ statements: [(sql: SQL, reach: Reach)], _ effect: Effect) throws -> [[Row]] {
        failure = nil
        // Statements between two synchronisations are one transaction (PostgreSQL, 55.2.4).
        try renewPlans()
        var current: Reach?
        for (sql, reach) in statements {
            if current != reach { try enter(reach, waitingForDisk: current != nil || effect != .transient) }
            current = reach
            try enqueue(sql, isRead: true)
        }
        let answers = try synchronise(confirms: effect > .none)
        if let failure { throw failure }
        return answers
    }

    /// A plan made while a table was small goes on as if it still were, so each lives twice as long as the one
    /// before, up to ten seconds.
    private func renewPlans() throws {
        let now = ContinuousClock.now
        guard now >= plansEnd else { return }
        plansLife = min(plansLife * 2, .seconds(10))
        plansEnd = now + plansLife
        try send("DISCARD PLANS")
    }

    /// Says whose rows the policies of the tables let through until the transaction ends, and whether its commit waits
    /// for the disk.
    private func enter(_ reach: Reach, waitingForDisk: Bool = true) throws {
        switch (reach, waitingForDisk) {
        case (.tenant(let tenant), true):
            try send("SELECT set_config('portal.tenant', \("\(tenant.number)"), true)")
        case (.tenant(let tenant), false):
            try send(
                """
                SELECT set_config('portal.tenant', \("\(tenant.number)"), true),
                    set_config('synchronous_commit', 'off', true)
                """
            )
        case (.directory, true): break
        case (.directory, false): try send(Self.notWaiting)
        }
    }

    private func rollBack() throws(PostgresProblem) {
        _ = try synchronise(confirms: false)
        let first = failure
        failure = nil
        try enqueue("ROLLBACK", isRead: false)
        _ = try synchronise(confirms: false)
        failure = first
    }

    /// Ends what is on its way and returns the answers that were asked for.
    private func synchronise(confirms: Bool) throws(PostgresProblem) -> [[Row]] {
        do throws(PostgresProblem) {
            // Which sends what is queued, and may have sent it where it fails.
            guard pq.PQpipelineSync(handle) == 1 else { throw .lost }
            awaited.append(.end)
            return try receive()
        } catch .lost where confirms {
            throw .unconfirmed
        }
    }
}

// MARK: - Statements

extension PostgresConnection {
    @discardableResult func run(_ sql: SQL) throws -> [Row] { try runAll([sql]).last ?? [] }

    func runAll(_ statements: [SQL]) throws -> [[Row]] {
        if let failure { throw failure }
        for statement in statements { try enqueue(statement, isRead: true) }
        // More than a flush: only after it does the server count an open transaction as idle, and ends it in time.
        let answers = try synchronise(confirms: false)
        if let failure { throw failure }
        return answers
    }

    func send(_ sql: SQL) throws {
        if let failure { throw failure }
        try enqueue(sql, isRead: false)
    }

    /// In PostgreSQL's words, and as long as it takes.
    func define(_ statements: [SQL], filling: [SQL]) throws {
        try send("SET LOCAL statement_timeout = 0")
        for statement in statements { try receivingDefinition(of: statement.text) }
        for statement in filling { try receivingDefinition(of: Self.forEachTenant(statement.text)) }
        try receivingDefinition(of: Self.closing)
    }

    private func receivingDefinition(of text: String) throws {
        for definition in PostgresDialect.definitions(of: text) { try receiving(definition) }
    }

    private func receiving(_ definition: String) throws {
        guard pq.PQsendQueryParams(handle, definition, 0, nil, nil, nil, nil, 1) == 1 else {
            throw PostgresProblem.lost
        }
        awaited.append(.statement(definition, isRead: false))
        _ = try synchronise(confirms: false)
        if let failure { throw failure }
    }

    /// A tenant's rows are seen only by whoever says that they are after them.
    private static func forEachTenant(_ statement: String) -> String {
        """
        DO $$ DECLARE found record; BEGIN
            FOR found IN SELECT id FROM tenants LOOP
                PERFORM set_config('portal.tenant', found.id::text, true);
                \(statement);
            END LOOP;
            PERFORM set_config('portal.tenant', '', true);
        END $$
        """
    }

    /// Closes every table of tenants' data to whoever did not say which tenant's rows they are after.
    ///
    /// Also to the tables' owner. Hosts are how a tenant is found, so their table stays open.
    private static let closing = """
        DO $$ DECLARE found record; BEGIN
            FOR found IN SELECT c.oid::regclass AS name FROM pg_class c
                JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant' AND NOT a.attisdropped
                WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r'
                    AND c.relname <> 'tenant_hosts' AND NOT c.relforcerowsecurity
            LOOP
                EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', found.name);
                EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', found.name);
                EXECUTE format('CREATE POLICY of_the_tenant ON %s USING '
                    '(tenant = nullif(current_setting(''portal.tenant'', true), '''')::bigint)', found.name);
            END LOOP;
        END $$
        """

    private func enqueue(_ sql: SQL, isRead: Bool) throws(PostgresProblem) {
        let values = BoundValues(sql)
        let statement = try statement(for: sql, values)
        if !statement.onlyReads { mayHaveChanged = true }
        let isSent = values.withPointers { types, pointers, lengths, formats in
            pq.PQsendQueryPrepared(handle, statement.name, Int32(values.count), pointers, lengths, formats, 1)
        }
        guard isSent == 1 else { throw .lost }
        awaited.append(.statement(statement.text, isRead: isRead))
    }

    private func statement(for sql: SQL, _ values: BoundValues) throws(PostgresProblem) -> Prepared {
        let shape = SQL.Shape(of: sql)
        if let statement = statements[shape] { return statement }
        // Each of ours is written in the source; only joined ones could make more.
        guard statements.count < Self.statementLimit else { throw .lost }
        statementCount += 1
        let text = sql.text
        let statement = Prepared(
            name: "s\(statementCount)",
            text: text,
            onlyReads: text.hasPrefix("SELECT")
        )
        let isSent = values.withPointers { types, _, _, _ in
            pq.PQsendPrepare(handle, statement.name, text, Int32(values.count), types)
        }
        guard isSent == 1 else { throw .lost }
        let kept = shape.emptied
        statements[kept] = statement
        awaited.append(.preparation(kept))
        return statement
    }
}

/// The values of one statement, as libpq takes them: in PostgreSQL's binary forms, one after the other.
private struct BoundValues {
    private var bytes: [UInt8] = []
    private var places: [(start: Int, length: Int)?] = []
    private var types: [Oid] = []

    var count: Int { places.count }

    init(_ sql: SQL) {
        for case .value(let value) in sql.pieces {
            let start = bytes.count
            switch value {
            case .null:
                places.append(nil)
                types.append(0)
                continue
            case .integer(let number):
                withUnsafeBytes(of: number.bigEndian) { bytes.append(contentsOf: $0) }
                types.append(TypeID.int8)
            case .text(let text):
                bytes.append(contentsOf: text.utf8)
                types.append(TypeID.text)
            case .blob(let blob):
                bytes.append(contentsOf: blob)
                types.append(TypeID.bytea)
            }
            places.append((start, bytes.count - start))
            // A null pointer would be NULL; no bytes are still a text or a blob.
            bytes.append(0)
        }
    }

    func withPointers<Result>(
        _ body: (
            UnsafePointer<Oid>?, UnsafePointer<UnsafePointer<CChar>?>?, UnsafePointer<Int32>?,
            UnsafePointer<Int32>?
        ) -> Result
    ) -> Result {
        bytes.withUnsafeBytes { raw in
            let start = raw.bindMemory(to: CChar.self).baseAddress
            let pointers = places.map { place in place.flatMap { place in start.map { $0 + place.start } } }
            let lengths = places.map { Int32($0?.length ?? 0) }
            let formats = [Int32](repeating: 1, count: places.count)
            return body(types, pointers, lengths, formats)
        }
    }
}

private enum TypeID {
    static let bool: Oid = 16
    static let bytea: Oid = 17
    static let int8: Oid = 20
    static let int4: Oid = 23
    static let text: Oid = 25
}

// MARK: - Answers

extension PostgresConnection {
    /// Waits for everything on its way; remembers the first failure, and returns what was read.
    private func receive() throws(PostgresProblem) -> [[Row]] {
        var answers: [[Row]] = []
        defer { awaited = [] }
        for one in awaited {
            switch one {
            case .preparation(let shape):
                if try outcome() == nil { statements[shape] = nil }
            case .statement(let text, let isRead):
                let rows = try outcome(of: text)
                if isRead { answers.append(rows ?? []) }
            case .end:
                try receiveEnd()
            }
        }
        return answers
    }

    /// One statement's answer; nil when it failed, or was passed over because one before it did.
    private func outcome(of text: String = "") throws(PostgresProblem) -> [Row]? {
        let result = try next()
        defer { pq.PQclear(result) }
        if try next() != nil { throw .lost }
        switch pq.PQresultStatus(result) {
        case PGRES_TUPLES_OK: return rows(of: result)
        case PGRES_COMMAND_OK: return []
        case PGRES_PIPELINE_ABORTED: return nil
        default:
            let problem = PostgresProblem(result, of: text)
            note(problem)
            if case .lost = problem { throw .lost }
            return nil
        }
    }

    /// What comes before the end can only be why the commit failed.
    private func receiveEnd() throws(PostgresProblem) {
        while true {
            let result = try next()
            defer { pq.PQclear(result) }
            if pq.PQresultStatus(result) == PGRES_PIPELINE_SYNC { return }
            note(PostgresProblem(result))
            guard result != nil, try next() == nil, pq.PQstatus(handle) == CONNECTION_OK else { throw .lost }
        }
    }

    private func note(_ problem: PostgresProblem) {
        if failure == nil { failure = problem }
    }

    /// The next result, once all of it is here.
    private func next() throws(PostgresProblem) -> OpaquePointer? {
        while pq.PQisBusy(handle) == 1 { try wait() }
        return pq.PQgetResult(handle)
    }

    /// Sends and receives until something has arrived.
    private func wait() throws(PostgresProblem) {
        while true {
            let unsent = pq.PQflush(handle)
            guard unsent >= 0 else { throw .lost }
            let events = unsent == 1 ? POLLIN | POLLOUT : POLLIN
            var socket = pollfd(fd: pq.PQsocket(handle), events: Int16(events), revents: 0)
            let ready = poll(&socket, 1, Self.patience)
            if ready < 0 && errno == EINTR { continue }
            guard ready > 0 else { throw .lost }
            if socket.revents & Int16(POLLIN | POLLHUP | POLLERR) != 0 {
                guard pq.PQconsumeInput(handle) == 1 else { throw .lost }
                return
            }
        }
    }

    private func rows(of result: OpaquePointer?) -> [Row] {
        let columns = pq.PQnfields(result)
        let types = (0..<columns).map { pq.PQftype(result, $0) }
        return (0..<pq.PQntuples(result)).map { row in
            Row((0..<columns).map { value(of: result, row, $0, types[Int($0)]) })
        }
    }

    private func value(of result: OpaquePointer?, _ row: Int32, _ column: Int32, _ type: Oid) -> Value {
        if pq.PQgetisnull(result, row, column) == 1 { return .null }
        let bytes = UnsafeRawBufferPointer(
            start: pq.PQgetvalue(result, row, column),
            count: Int(pq.PQgetlength(result, row, column))
        )
        switch type {
        case TypeID.int8, TypeID.int4, TypeID.bool:
            // Ours are never negative in anything shorter than eight bytes.
            return .integer(bytes.reduce(0) { $0 << 8 | Int64($1) })
        case TypeID.bytea:
            return .blob([UInt8](bytes))
        default:
            return .text(String(decoding: bytes, as: UTF8.self))
        }
    }
}

extension PostgresProblem {
    /// Names what the server reported, by its SQLSTATE; its messages can repeat a value, except those about our text.
    fileprivate init(_ result: OpaquePointer?, of text: String = "") {
        func said(_ field: Int32) -> String? {
            pq.PQresultErrorField(result, field).map { String(cString: $0) }
        }
        let place = [said(PORTAL_PG_TABLE), said(PORTAL_PG_COLUMN) ?? said(PORTAL_PG_CONSTRAINT)]
            .compactMap { $0 }.joined(separator: ".")
        let state = said(PORTAL_PG_SQLSTATE) ?? ""
        switch state {
        case "23505": self = .fault(.uniqueness(place))
        case "23503": self = .fault(.foreignKey)
        case "23502", "23514": self = .fault(.constraint(place))
        case "40001", "40P01": self = .conflict
        case "55P03": self = .fault(.busy)
        case "57014": self = .fault(.tookTooLong(text))
        case "53100": self = .fault(.full)
        // Gone, going, or not the one that may write any more; also a plan the tables have outlived.
        case "", "25006", "25P03", "0A000", "26000": self = .lost
        case _ where state.hasPrefix("08") || state.hasPrefix("57P"): self = .lost
        case _ where state.hasPrefix("53"): self = .fault(.busy)
        default:
            let message = state.hasPrefix("42") ? said(PORTAL_PG_MESSAGE) ?? "" : ""
            self = .fault(.other(code: 0, message: "SQLSTATE \(state) \(message)"))
        }
    }
}

// MARK: - What others say

/// Hears what other processes announce on a channel, on a connection of its own.
///
/// Unchecked for the same reason and with the same invariant as ``PostgresConnection``.
final class PostgresListener: @unchecked Sendable {
    private let handle: OpaquePointer

    init(address: String) throws(PostgresProblem) {
        handle = try PostgresConnection.open(address)
        do throws(PostgresProblem) {
            try PostgresConnection.execute("LISTEN portal_changes", on: handle)
        } catch {
            pq.PQfinish(handle)
            throw error
        }
    }

    deinit { pq.PQfinish(handle) }

    /// What was announced within so many milliseconds; throws when nothing can be heard any more.
    func announcements(within milliseconds: Int32) throws(PostgresProblem) -> [String] {
        var socket = pollfd(fd: pq.PQsocket(handle), events: Int16(POLLIN), revents: 0)
        guard poll(&socket, 1, milliseconds) >= 0 || errno == EINTR, pq.PQconsumeInput(handle) == 1 else {
            throw .lost
        }
        var heard: [String] = []
        while let notice = pq.PQnotifies(handle) {
            heard.append(notice.pointee.extra.map { String(cString: $0) } ?? "")
            pq.PQfreemem(notice)
        }
        return heard
    }
}
