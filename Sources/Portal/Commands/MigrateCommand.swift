import Registry

/// `portal migrate`: from one data format to the next, and from one database to another.
enum MigrateCommand {
    static let command = Command(
        name: "migrate",
        summary: "Bring the data to the format of this program, or copy them elsewhere",
        details: """
            The server brings them to the format as well when it starts. Data of a newer program are left as they are.
            With --to everything is copied into an empty PostgreSQL database or an empty folder, compared, and left
            behind unchanged. Every server of the data is stopped before. Secrets, tokens and sessions stay valid.
            """,
        options: [.value("to", "TARGET", "postgres://… or a folder, without any data yet")],
        work: .atTheDesk { call, desk in
            call.print(
                [("current", .bool(true))],
                "The data in \(desk.folder.path) has the format of this program."
            )
        },
        otherWork: ("to", .here(move))
    )

    private static func move(_ call: Call, at terminal: Terminal) async throws {
        let configuration = try Configuration(call.arguments, terminal.environment)
        let folder = try DataDirectory(existing: configuration.dataFolder)
        let lock = try claim(folder)
        let place = try MoveTarget(call.required("to"), from: folder, configuration)
        let desk = try await Desk(folder, configuration, decodeLogo: try terminal.logoDecoder(.seconds(10)))
        try await desk.closing {
            let start = ContinuousClock.now
            let target = try await place.open(beside: folder)
            let outcome: Result<MoveSummary, any Error>
            do { outcome = .success(try await desk.registry.copy(to: target)) } catch {
                outcome = .failure(error)
            }
            await target.close()
            report(try outcome.get(), in: start.duration(to: .now), place, folder, configuration, to: call)
        }
        withExtendedLifetime(lock) {}
    }

    private static func report(
        _ summary: MoveSummary,
        in duration: Duration,
        _ place: MoveTarget,
        _ folder: DataDirectory,
        _ configuration: Configuration,
        to call: Call
    ) {
        let broken = summary.ledgers.filter { if case .broken = $0.verdict { true } else { false } }
        let milliseconds = Int(duration / .milliseconds(1))
        let old = configuration.database == nil ? folder.databasePath : "the old database"
        call.print(
            [
                ("complete", .bool(true)), ("rows", .number(summary.rows)),
                ("tenants", .number(summary.ledgers.count)),
                ("tables", .object(summary.tables.map { ($0.name, .number($0.rows)) })),
                ("broken_ledgers", .list(broken.map { .text($0.tenant) })),
                ("milliseconds", .number(milliseconds)),
            ],
            """
            \(aligned(summary.tables.filter { $0.rows > 0 }.map { ["  " + $0.name, "\($0.rows)"] }))
            Copied \(summary.rows) rows of \(summary.ledgers.count) tenants in \(milliseconds) ms. \
            Both sides have the same rows, and every ledger ends alike.
            Next: \(place.next(after: folder)), and put \(old) away so that nobody serves from it by mistake.
            """
        )
        for ledger in broken {
            call.output.note("The ledger of \(ledger.tenant) is broken, as it was before.")
        }
    }
}

/// Makes this process the owner of a folder, which it needs for itself.
private func claim(_ folder: DataDirectory) throws -> DataDirectoryLock {
    do throws(DataDirectoryProblem) { return try folder.lock() } catch {
        guard case .owned(_, let owner) = error else { throw error }
        throw CommandFailure(
            "a portal\(owner.map { " (process \($0))" } ?? "") is running on \(folder.path)",
            hint: "stop the server first: nothing may change while the data are copied"
        )
    }
}

/// Where data are copied to.
private enum MoveTarget {
    case postgres(DatabaseAddress)

    /// The folder, and the lock on it unless it is the one we own already.
    case folder(DataDirectory, DataDirectoryLock?)

    /// Judges what was typed; throws ``CommandFailure`` for a place that cannot be.
    init(_ text: String, from source: DataDirectory, _ configuration: Configuration) throws {
        let isSource = CommandFailure("the data are there already", hint: "name another place with --to")
        if let address = DatabaseAddress(text) {
            if address.text == configuration.database?.text { throw isSource }
            self = .postgres(address)
            return
        }
        guard !text.isEmpty, !text.contains("://") else {
            throw WrongUse(problems: ["--to takes postgres://… or a folder"], hint: "portal migrate --help")
        }
        let folder = try DataDirectory(text)
        guard folder.isSame(as: source) else {
            self = .folder(folder, try claim(folder))
            return
        }
        if configuration.database == nil { throw isSource }
        self = .folder(folder, nil)
    }

    /// Opens it, having made sure that it is empty.
    func open(beside source: DataDirectory) async throws -> any Database {
        switch self {
        case .postgres(let address):
            let database = try PostgresDatabase(address: address.text, connections: 2)
            guard try await database.isEmpty() else {
                await database.close()
                throw MoveProblem.targetIsUsed
            }
            return database
        case .folder(let folder, _):
            if folder.hasDatabase { throw MoveProblem.targetIsUsed }
            try folder.adoptKeys(of: source)
            return try SQLiteDatabase(path: folder.databasePath)
        }
    }

    func next(after source: DataDirectory) -> String {
        switch self {
        case .postgres: "portal serve --data \(source.path) --database URL"
        case .folder(let folder, _): "portal serve --data \(folder.path)"
        }
    }
}

// MARK: - Sentences

extension MoveProblem {
    var atTheTerminal: CommandFailure {
        let again = "stop every server of the data, empty the target, and copy again"
        return switch self {
        case .isServed(let seconds):
            CommandFailure(
                "a server uses the database, or did a moment ago",
                hint: "stop every server first, and copy in \(seconds) seconds: nothing may change meanwhile"
            )
        case .targetIsUsed:
            CommandFailure(
                "the target has data in it already, or a copy that was not finished",
                hint: "take an empty folder or database; " + CommandFailure.emptying
            )
        case .rows(let table, let tenant, let source, let target):
            CommandFailure(
                "\(table)\(tenant.map { " of \($0)" } ?? "") has \(source) rows, and the copy \(target)",
                hint: again
            )
        case .ledger(let tenant):
            CommandFailure("the ledger of \(tenant) does not end in the copy as it does here", hint: again)
        }
    }
}

extension CommandFailure {
    fileprivate static let emptying = """
        an unfinished copy is thrown away by removing portal.db*, or by dropping the database and making it \
        again
        """

    static let unfinishedCopy = CommandFailure(
        MigrationProblem.unfinishedCopy.description,
        hint: "run portal migrate --to once more where they came from; " + emptying
    )
}
