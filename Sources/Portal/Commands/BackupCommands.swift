import Registry

/// `portal backup` and `portal restore`: the data of one folder in one file, and back.
enum BackupCommands {
    static let all = [
        Command(
            name: "backup",
            operands: .one("FILE"),
            summary: "Write a consistent copy of the data to a file, while the server runs",
            details: """
                The file is new, and whole or not there. The master keys are not in it: keep a copy of each somewhere else.
                Without them nobody can use the file, or restore it.
                """,
            work: .here(backUp)
        ),
        Command(
            name: "restore",
            operands: .one("FILE"),
            summary: "Put a backup into a data folder without data",
            details: """
                The folder holds the master keys and no data. What was revoked, changed or allowed since the backup is as it
                was before. Codes, requests, links and letters of then are void; secrets, tokens and sessions are not.
                """,
            options: [.flag("dry-run", "Check the file and the folder, and leave nothing behind")],
            work: .here(restore)
        ),
    ]

    private static func backUp(_ call: Call, at terminal: Terminal) async throws {
        let (configuration, file) = (try embedded(call, terminal), call.arguments.operands.first ?? "")
        let folder = try DataDirectory(existing: configuration.dataFolder)
        guard folder.hasDatabase else { throw DataDirectoryProblem.hasNoData(folder.path) }
        let start = ContinuousClock.now
        let length = try Backup.write(of: folder, to: file)
        let milliseconds = Int(start.duration(to: .now) / .milliseconds(1))
        call.print(
            [
                ("file", .text(file)), ("bytes", .number(length)), ("milliseconds", .number(milliseconds)),
            ],
            """
            Wrote \(file): \(length) bytes in \(milliseconds) ms.
            The master keys are not in it. Keep \(folder.keyPath(1)), and those that came later, somewhere else.
            """
        )
    }

    private static func restore(_ call: Call, at terminal: Terminal) async throws {
        let (configuration, file) = (try embedded(call, terminal), call.arguments.operands.first ?? "")
        let folder = try folderWithKey(configuration.dataFolder)
        let lock = try folder.lock()
        let draft = try Backup.lay(file, into: folder)
        let verdicts: [(tenant: String, verdict: LedgerVerdict)]
        do {
            verdicts = try await settled(draft, in: folder, configuration, terminal)
            if call.arguments.has("dry-run") {
                Backup.discard(draft)
            } else {
                try Backup.keep(draft, in: folder)
            }
        } catch {
            Backup.discard(draft)
            throw error is DatabaseFault || error is RestoredDamage ? BackupProblem.damaged(file) : error
        }
        report(verdicts, file, folder, to: call)
        withExtendedLifetime(lock) {}
    }

    /// A folder without even the key is a mistyped one, and is left as it is.
    private static func folderWithKey(_ path: String) throws -> DataDirectory {
        do throws(DataDirectoryProblem) { return try DataDirectory(existing: path) } catch {
            guard case .hasNoData = error else { throw error }
            throw BackupProblem.keyIsMissing(DataDirectory.keyPath(1, in: path))
        }
    }

    private static func settled(
        _ draft: String,
        in folder: DataDirectory,
        _ configuration: Configuration,
        _ terminal: Terminal
    ) async throws -> [(tenant: String, verdict: LedgerVerdict)] {
        let desk = try await Desk(
            folder,
            configuration,
            database: try SQLiteDatabase(path: draft),
            decodeLogo: try terminal.logoDecoder(.seconds(10))
        )
        var verdicts: [(tenant: String, verdict: LedgerVerdict)] = []
        try await desk.closing { verdicts = try await desk.registry.settleRestored() }
        return verdicts
    }

    private static func report(
        _ verdicts: [(tenant: String, verdict: LedgerVerdict)],
        _ file: String,
        _ folder: DataDirectory,
        to call: Call
    ) {
        let broken = verdicts.filter { if case .broken = $0.verdict { true } else { false } }.map(\.tenant)
        let isTried = call.arguments.has("dry-run")
        call.print(
            [
                ("restored", .bool(!isTried)), ("tenants", .number(verdicts.count)),
                ("broken_ledgers", .list(broken.map(JSON.text))),
            ],
            isTried
                ? "\(file) can be restored into \(folder.path): \(verdicts.count) tenants. Nothing was left there."
                : """
                Restored \(file) into \(folder.path): \(verdicts.count) tenants.
                What was revoked since the backup works again: look at it before you let people in.
                Next: portal serve --data \(folder.path)
                """
        )
        for tenant in broken {
            call.output.note("The ledger of \(tenant) is broken, as it was in the backup.")
        }
    }

    private static func embedded(_ call: Call, _ terminal: Terminal) throws -> Configuration {
        let configuration = try Configuration(call.arguments, terminal.environment)
        if configuration.database == nil { return configuration }
        throw CommandFailure(
            "the data are in PostgreSQL, which has a backup of its own",
            hint: "pg_dump or pg_basebackup make one; keep the master keys beside it"
        )
    }
}

// MARK: - Sentences

extension BackupProblem {
    var atTheTerminal: CommandFailure {
        switch self {
        case .fileExists(let path):
            CommandFailure("\(path) is there already", hint: "name a file that is new")
        case .folderIsUsed(let path):
            CommandFailure("there are data in \(path)", hint: "restore into another folder: --data DIR")
        case .keyIsMissing(let path):
            CommandFailure(
                "\(path) is missing, and the backup is of no use without it",
                hint: "copy the master keys there that were kept beside the backup, mode 0600"
            )
        case .isNone(let path):
            CommandFailure("\(path) is no backup, or its end is missing", hint: "take another copy of it")
        case .damaged(let path):
            CommandFailure(
                "\(path) was changed or damaged since it was written",
                hint: "take another copy of it, or an earlier backup; nothing was restored"
            )
        case .notUsable(let path, let error): CommandFailure("cannot use \(path): \(error)")
        }
    }
}
