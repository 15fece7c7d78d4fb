// One file because what waits and who does it are one mechanism.

import Glibc
import Synchronization

/// A PostgreSQL database, or what speaks its protocol: many processes share it, each with a few connections.
///
/// Each connection has a thread of its own, so that no other ever waits for the network. Single statements that
/// wait together are sent together and committed together. Whoever cannot be answered is told within seconds
/// (``DatabaseFault/unreachable`` or ``DatabaseFault/busy``), and nobody has to restart anything afterwards.
package final class PostgresDatabase: Database {
    private let line: WaitingLine<Job>
    private let threads: [OwnThread]
    private let announcements = Announcements()

    /// Connects `connections` times; throws ``PostgresRefusal`` when the database cannot be used.
    package init(address: String, connections: Int = usualConnections, waitingLimit: Int = 4096) throws {
        try Self.judge(address)
        let line = WaitingLine<Job>(capacity: waitingLimit)
        let pool = Pool()
        self.line = line
        threads = try (0..<max(1, connections)).map { _ in
            try OwnThread {
                var worker = PostgresWorker(address: address, line: line, pool: pool)
                worker.work()
            }
        }
        try OwnThread { [announcements] in announcements.listen(at: address) }.leave()
    }

    /// Two for each core: of more, most wait in the server for the end of the same ledger, and waiting there costs more
    /// than in line here.
    package static var usualConnections: Int { max(4, 2 * sysconf(Int32(_SC_NPROCESSORS_ONLN))) }

    deinit { finish() }

    /// Refuses a role that the tables' policies would not hold.
    private static func judge(_ address: String) throws {
        do {
            let connection = try PostgresConnection(address: address)
            let role = try connection.together(
                [
                    (
                        "SELECT rolname, rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user",
                        .directory
                    )
                ],
                .none
            ).first?.first
            guard let role else { return }
            if try role.bool(1) { throw PostgresRefusal.roleBypassesPolicies(try role.text(0)) }
        } catch let problem as PostgresProblem {
            throw PostgresRefusal(problem)
        }
    }

    /// Whether there is no table in it, ours or anybody's.
    package func isEmpty() async throws -> Bool {
        try await read(
            """
            SELECT 1 FROM pg_class
            WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p', 'v', 'm') LIMIT 1
            """,
            .directory
        ).isEmpty
    }

    package nonisolated(nonsending) func read<Answer: Sendable>(
        _ reach: Reach,
        _ body: @escaping @Sendable (any Connection) throws -> Answer
    ) async throws -> Answer {
        try await asking { .body(Transaction(.reading, reach, body, $0)) }
    }

    package nonisolated(nonsending) func read(_ statement: SQL, _ reach: Reach) async throws -> [Row] {
        try await asking { .statement(Single(sql: statement, reach: reach, effect: .none, caller: $0)) }
    }

    @discardableResult
    package nonisolated(nonsending) func transaction<Answer: Sendable>(
        _ reach: Reach,
        _ body: @escaping @Sendable (any Connection) throws -> Answer
    ) async throws -> Answer {
        try await asking { .body(Transaction(.writing, reach, body, $0)) }
    }

    @discardableResult
    package nonisolated(nonsending) func write(_ statement: SQL, _ reach: Reach) async throws -> [Row] {
        try await asking { .statement(Single(sql: statement, reach: reach, effect: .durable, caller: $0)) }
    }

    /// Waits for the commit, since the next transaction may be on another node, but not for the disk.
    package nonisolated(nonsending) func writeSoon(_ statement: SQL, _ reach: Reach) async throws {
        _ = try await asking {
            .statement(Single(sql: statement, reach: reach, effect: .transient, caller: $0))
        }
    }

    /// Gets in line, and waits for the answer.
    private nonisolated(nonsending) func asking<Answer: Sendable>(
        _ job: (@escaping Caller<Answer>) -> Job.Work
    ) async throws -> Answer {
        // Unchecked for speed: whoever takes a job out of the line answers it exactly once.
        try await withUnsafeThrowingContinuation { continuation in
            join(Job(work: job { continuation.resume(with: $0) }, since: .now))
        }
    }

    private func join(_ job: Job) {
        switch line.join(job) {
        case .accepted: break
        case .overfull: job.refuse(.busy)
        case .closed: job.refuse(.closed)
        }
    }

    package var isShared: Bool { true }

    package func announceChange() {
        let notice: SQL = "SELECT pg_notify('portal_changes', \(announcements.name))"
        let caller: Caller<[Row]> = { _ in }
        let single = Single(sql: notice, reach: .directory, effect: .durable, caller: caller)
        join(Job(work: .statement(single), since: .now))
    }

    package func onChangeElsewhere(_ body: @escaping @Sendable () -> Void) { announcements.add(body) }

    /// The server counts its rows itself.
    package func expectManyRows() async throws {}

    /// Rows are looked at in the server's memory.
    package func shrink() async throws {}

    package func close() async { finish() }

    private func finish() {
        guard !line.isClosed else { return }
        line.close()
        announcements.stop()
        for thread in threads { thread.join() }
    }
}

/// Why a PostgreSQL database is not used at all, as a sentence for the operator.
package enum PostgresRefusal: Error, Equatable, Sendable, CustomStringConvertible {
    case noConnection(String)
    case roleBypassesPolicies(String)

    fileprivate init(_ problem: PostgresProblem) {
        self =
            switch problem {
            case .noConnection(let words): .noConnection(words)
            case .fault(let fault): .noConnection("\(fault)")
            case .conflict, .lost, .unconfirmed: .noConnection("the connection was lost")
            }
    }

    package var description: String {
        switch self {
        case .noConnection(let words):
            "The database does not answer: "
                + words.split(whereSeparator: \.isNewline).joined(separator: "; ")
        case .roleBypassesPolicies(let role):
            "The role \(role) is not held by row-level security, which keeps tenants apart. Make one that is "
                + "(CREATE ROLE portal LOGIN; GRANT CREATE ON SCHEMA public TO portal) and name it in the address."
        }
    }
}

// MARK: - What waits

private typealias Caller<Answer> = @Sendable (Result<Answer, any Error>) -> Void

private struct Job: Sendable {
    enum Work: Sendable {
        case statement(Single)
        case body(Transaction)
    }

    let work: Work
    let since: ContinuousClock.Instant

    /// Whoever waited longer than this is told to come again, which they would do anyway.
    static var patience: Duration { .seconds(5) }

    var single: Single? { if case .statement(let single) = work { single } else { nil } }

    func refuse(_ fault: DatabaseFault) {
        switch work {
        case .statement(let single): single.caller(.failure(fault))
        case .body(let transaction): transaction.refuse(fault)
        }
    }
}

private struct Single: Sendable {
    let sql: SQL
    let reach: Reach
    let effect: PostgresConnection.Effect
    let caller: Caller<[Row]>
}

/// A body with its caller, whatever it answers.
private struct Transaction: Sendable {
    let run: @Sendable (inout PostgresWorker) -> Void
    let refuse: @Sendable (DatabaseFault) -> Void

    init<Answer: Sendable>(
        _ opening: PostgresConnection.Opening,
        _ reach: Reach,
        _ body: @escaping @Sendable (any Connection) throws -> Answer,
        _ caller: @escaping Caller<Answer>
    ) {
        run = { worker in
            caller(Result { try worker.trying { try $0.transaction(opening, reach, body) } })
        }
        refuse = { caller(.failure($0)) }
    }
}

/// How many of a database's connections stand.
private final class Pool: Sendable {
    let connected = Atomic(0)
}

// MARK: - Who does it

/// What the thread of one connection does and has.
private struct PostgresWorker {
    private let address: String
    private let line: WaitingLine<Job>
    private let pool: Pool
    private var connection: PostgresConnection?

    /// Statements sent together, at most.
    private static let largestGroup = 32
    private static let attempts = 8

    init(address: String, line: WaitingLine<Job>, pool: Pool) {
        self.address = address
        self.line = line
        self.pool = pool
    }

    mutating func work() {
        while !line.isClosed || connection != nil {
            guard connection != nil || connect() else {
                // Somebody has to tell those who wait, unless another connection serves them.
                if pool.connected.load(ordering: .relaxed) == 0 {
                    for job in line.waiting() { job.refuse(.unreachable) }
                }
                usleep(200_000)
                continue
            }
            let jobs = line.next(1)
            if jobs.isEmpty { break }
            // Otherwise what is asked next would count as lost on its way, once for each connection.
            if connection?.isClosed == true { disconnect() }
            carryOut(jobs)
        }
        disconnect()
        for job in line.waiting() { job.refuse(.closed) }
    }

    private mutating func carryOut(_ jobs: [Job]) {
        for job in jobs {
            switch job.work {
            case _ where job.since.duration(to: .now) > Job.patience:
                job.refuse(.busy)
            case .body(let transaction):
                transaction.run(&self)
            case .statement(let single):
                let company = line.waiting(Self.largestGroup - 1) { $0.single != nil }
                carryOut([single] + company.compactMap(\.single))
            }
        }
    }

    /// All in one round trip; each by itself when one of them spoils it for the others.
    private mutating func carryOut(_ singles: [Single]) {
        let statements = singles.map { (sql: $0.sql, reach: $0.reach) }
        let effect = singles.map(\.effect).max() ?? .none
        do {
            let answers = try trying { try $0.together(statements, effect) }
            for (single, answer) in zip(singles, answers) { single.caller(.success(answer)) }
        } catch {
            // Busy too: one by one they would wait for the same lock again, each for seconds.
            let isEverybodys = [.unconfirmed, .unreachable, .busy].contains(error as? DatabaseFault)
            guard singles.count > 1, !isEverybodys else {
                for single in singles { single.caller(.failure(error)) }
                return
            }
            for single in singles { carryOut([single]) }
        }
    }

    /// Does the work, and does it again as long as nothing of it was kept and it may go well the next time.
    mutating func trying<Answer>(_ work: (PostgresConnection) throws -> Answer) throws -> Answer {
        for attempt in 1...Self.attempts {
            do throws(any Error) {
                guard let connection else { throw PostgresProblem.lost }
                return try work(connection)
            } catch let problem as PostgresProblem {
                switch problem {
                case .fault(let fault): throw fault
                case .conflict:
                    usleep(.random(in: 0..<UInt32(1000 * attempt)))
                case .lost, .noConnection:
                    disconnect()
                    guard connect() else { throw DatabaseFault.unreachable }
                case .unconfirmed:
                    disconnect()
                    throw DatabaseFault.unconfirmed
                }
            }
        }
        throw DatabaseFault.busy
    }

    private mutating func connect() -> Bool {
        do throws(PostgresProblem) { connection = try PostgresConnection(address: address) } catch {
            return false
        }
        pool.connected.add(1, ordering: .relaxed)
        return true
    }

    private mutating func disconnect() {
        guard connection != nil else { return }
        connection = nil
        pool.connected.subtract(1, ordering: .relaxed)
    }
}
