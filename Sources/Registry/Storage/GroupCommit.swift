/// The one thread that writes, and the transactions that wait for it.
///
/// Whoever waits when the thread is free goes into one SQLite transaction, each in a savepoint of its
/// own; one commit, so one sync of the disk, serves them all, and only then are they answered. SQLite
/// 3.40 can corrupt a log that two connections write or checkpoint at the same instant
/// (sqlite.org/wal.html, fixed in 3.51.3), so checkpoints happen here too, after the answers.
final class GroupCommit: Sendable {
    /// One waiting transaction.
    ///
    /// Exactly one of the two is called, and the answer it gives once.
    struct Job: Sendable {
        /// Runs the body; the answer resumes the caller once the commit is through, or with its fault.
        let attempt: @Sendable (SQLiteConnection) throws -> Answer
        let refuse: Answer
    }

    typealias Answer = @Sendable (DatabaseFault?) -> Void

    private let line: WaitingLine<Job>
    private let thread: OwnThread

    /// Starts the thread on an open connection, which belongs to it from here on.
    ///
    /// Beyond `waitingLimit` waiting transactions others are declined; `reopen` opens another connection
    /// after the disk failed.
    init(
        waitingLimit: Int,
        on connection: SQLiteConnection,
        reopen: @escaping @Sendable () throws -> SQLiteConnection
    ) throws {
        let line = WaitingLine<Job>(capacity: waitingLimit)
        self.line = line
        thread = try OwnThread {
            var writer = Writer(line: line, connection: connection, reopen: reopen)
            writer.work()
        }
    }

    /// Takes the job, or says why not; one that has time waits for others.
    func join(_ job: Job, hasTime: Bool = false) throws(DatabaseFault) {
        switch line.join(job, hasTime: hasTime) {
        case .accepted: break
        case .overfull: throw .busy
        case .closed: throw .closed
        }
    }

    /// Whether more is waiting than it should leave for later.
    var isBehind: Bool { line.isLong }

    /// Finishes what is waiting, empties the log into the database file, and lets go of the files.
    func finish() {
        line.close()
        thread.join()
    }
}

/// What the writing thread does and has.
private struct Writer {
    let line: WaitingLine<GroupCommit.Job>
    var connection: SQLiteConnection?
    let reopen: @Sendable () throws -> SQLiteConnection

    private static let largestGroup = 512

    /// Pages in the log after which they are moved into the file: 4 MiB, and 64 MiB, when it is worth
    /// waiting for readers so that the log can start over.
    private static let pagesToMove = 1000
    private static let pagesToWaitFor = 16_000
    private var nextWait = pagesToWaitFor

    init(
        line: WaitingLine<GroupCommit.Job>,
        connection: SQLiteConnection,
        reopen: @escaping @Sendable () throws -> SQLiteConnection
    ) {
        self.line = line
        self.connection = connection
        self.reopen = reopen
    }

    mutating func work() {
        while true {
            let group = line.next(Self.largestGroup)
            if group.isEmpty { break }
            commitTogether(group)
            tidy()
        }
        // If that fails the log stays, and is read at the next start.
        do { try connection?.checkpoint(.wholly) } catch {}
        connection = nil
    }

    private mutating func commitTogether(_ group: [GroupCommit.Job]) {
        var answers: [GroupCommit.Answer] = []
        answers.reserveCapacity(group.count)
        var waiting = group[...]
        do {
            let connection = try writable()
            try connection.begin()
            while let job = waiting.popFirst() {
                answers.append(job.refuse)
                answers[answers.count - 1] = try job.attempt(connection)
                // Whoever came in the meantime rides along.
                if waiting.isEmpty { waiting = line.waiting(Self.largestGroup - answers.count)[...] }
            }
            try connection.commit()
            for answer in answers { answer(nil) }
        } catch {
            let fault = recover(from: error)
            for answer in answers { answer(fault) }
            for job in waiting { job.refuse(fault) }
        }
    }

    private mutating func writable() throws -> SQLiteConnection {
        if let connection { return connection }
        let fresh = try reopen()
        connection = fresh
        return fresh
    }

    /// Undoes the group, and says what its callers are told.
    ///
    /// After a failed write or sync nobody knows what is on disk, and asking again
    /// may be told a lie (fsyncgate, 2018): the connection is given up. Another, which starts the log over, is
    /// opened before anybody is told, so that what they find undone stays undone; where that fails as well, later.
    private mutating func recover(from error: any Error) -> DatabaseFault {
        connection?.abandon()
        guard let fault = error as? DatabaseFault else {
            return .other(code: -1, message: "\(type(of: error))")
        }
        guard fault.isInputOutput else { return fault }
        connection = nil
        do { connection = try reopen() } catch {}
        return .unconfirmed
    }

    /// Moves the log into the file now and then, while nobody waits for the answer.
    ///
    /// Whoever reads on is waited for once in as many pages: else each commit would stand still for them.
    private mutating func tidy() {
        guard let connection, connection.pagesInLog >= Self.pagesToMove else { return }
        let waits = connection.pagesInLog >= nextWait
        do {
            try connection.checkpoint(waits ? .wholly : .asFarAsFree)
            if waits { nextWait = Self.pagesToWaitFor }
        } catch DatabaseFault.busy {
            if waits { nextWait = connection.pagesInLog + Self.pagesToWaitFor }
        } catch {
            _ = recover(from: error)
        }
    }
}
