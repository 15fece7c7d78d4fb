import Registry
import Web

/// What has to be done now and then while the server runs.
struct Housekeeping {
    private let tasks: [Task<Void, Never>]

    init(
        at desk: Desk,
        looking look: @escaping LookForProof,
        _ log: Log
    ) {
        let registry = desk.registry
        var tasks = [
            Housekeeping.watching(desk.clock, log),
            Housekeeping.every(.seconds(60), or: "Sweeping failed", log, afterFirst: Housekeeping.letGo) {
                _ = try await registry.sweep()
            },
            Housekeeping.every(.seconds(1), or: "Last uses were not written", log) {
                try await registry.writeLastUses()
            },
            // Partners see within a second what happened to a request, and administrators what was refused.
            Housekeeping.every(.milliseconds(400), or: "Activity was not written", log) {
                try await registry.writeActivity()
                try await registry.writeCrossings()
            },
            // Proofs of domains are looked for once a day, a few a minute.
            Housekeeping.every(.seconds(60), or: "Domains were not looked at", log) {
                try await registry.lookAgain { proof in
                    guard let way = proof.finding?.way else { return .unknown }
                    return await look(proof, way, "housekeeping").presence(of: proof)
                }
            },
        ]
        tasks.append(
            registry.isShared
                ? Housekeeping.takingUpKeys(desk, log) : Housekeeping.watching(desk.folder, log)
        )
        self.tasks = tasks
    }

    func stop() async {
        for task in tasks {
            task.cancel()
            await task.value
        }
    }

    /// Does something at once, and again after each pause; the log says what failed.
    private static func every(
        _ pause: Duration,
        or failure: String,
        _ log: Log,
        afterFirst: @escaping @Sendable () async -> Void = {},
        _ work: @escaping @Sendable () async throws -> Void
    ) -> Task<Void, Never> {
        @Sendable func tryIt() async {
            do { try await work() } catch {
                log.note(.error, "\(failure); it is tried again", [("error", "\(error)")])
            }
        }
        return Task {
            await tryIt()
            await afterFirst()
            while !Task.isCancelled {
                do { try await Task.sleep(for: pause) } catch { return }
                await tryIt()
            }
        }
    }

    /// When what is done at the start is done.
    @Sendable private static func letGo() async {
        do { try await Task.sleep(for: .milliseconds(300)) } catch { return }
        ProgramFiles.letGo()
    }

    /// A key that another server prepared is here before that one writes with it.
    private static func takingUpKeys(_ desk: Desk, _ log: Log) -> Task<Void, Never> {
        Task {
            while !Task.isCancelled {
                let before = desk.registry.keysHeld
                var pause = 2
                do { try await desk.registry.readKeys() } catch {
                    let failure = (error as? ForeignKey)?.failure(in: desk.folder)
                    let cause = failure.map { ($0.problems + [$0.hint ?? ""]).joined(separator: "; ") }
                    log.note(.error, "A master key is missing", [("error", cause ?? "\(error)")])
                    pause = 10
                }
                let held = desk.registry.keysHeld
                if held.newest != before.newest { log.note(.info, "Master key \(held.newest) is here") }
                if held.writing != before.writing { log.note(.info, "Master key \(held.writing) writes") }
                do { try await Task.sleep(for: .seconds(pause)) } catch { return }
            }
        }
    }

    /// Says that the database's log is long, which it gets while something reads without an end.
    private static func watching(_ folder: DataDirectory, _ log: Log) -> Task<Void, Never> {
        Task {
            var alarm = LengthAlarm()
            while !Task.isCancelled {
                let bytes = folder.logBytes
                if alarm.rings(at: bytes) {
                    log.note(
                        .warning,
                        "The database's write-ahead log grows: something reads without an end; fuser names it",
                        [("file", folder.databasePath), ("mebibytes", "\(bytes >> 20)")]
                    )
                }
                do { try await Task.sleep(for: .seconds(1)) } catch { return }
            }
        }
    }

    /// Says once that the machine's clock was set back; only another start follows it.
    private static func watching(_ clock: SteadyClock, _ log: Log) -> Task<Void, Never> {
        Task {
            while !Task.isCancelled {
                let lead = clock.lead.components.seconds
                if lead > 60 {
                    let said = "This machine's clock went back; time is counted on until a restart"
                    log.note(.warning, said, [("seconds", "\(lead)")])
                    return
                }
                do { try await Task.sleep(for: .seconds(1)) } catch { return }
            }
        }
    }
}

/// Rings once when a length passes 64 MiB, and not again before it was half of that.
struct LengthAlarm {
    private static let limit = 64 << 20
    private var hasRung = false

    mutating func rings(at length: Int) -> Bool {
        if length < Self.limit / 2 { hasRung = false }
        guard length > Self.limit, !hasRung else { return false }
        hasRung = true
        return true
    }
}
