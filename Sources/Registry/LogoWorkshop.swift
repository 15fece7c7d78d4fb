import Glibc
import Synchronization

/// Why no verdict on a picture was reached; the upload is answered with 503, nothing else suffers.
package enum LogoWorkshopFault: Error, Equatable, Sendable {
    /// As many pictures are waiting as may wait, and most of them are this tenant's.
    case busy
    case timedOut

    /// The process ended without an answer: its exit code, or the signal that ended it, negative.
    case crashed(Int32)

    /// The process could not be started: `errno`.
    case unstartable(Int32)
}

/// Where pictures from outside are decoded: one process for each, of the same binary (``LogoWorker``), copied from one that
/// is kept ready (``LogoForkServer``).
///
/// A picture that brings the decoder down costs its own upload only. Few run at once, each watched by a
/// thread of the workshop, so no thread that serves requests ever waits here.
package final class LogoWorkshop: Sendable {
    package struct Limits: Sendable {
        package var atOnce: Int
        package var waiting: Int

        /// From the question to the answer.
        package var time: Duration

        package init(atOnce: Int = 2, waiting: Int = 32, time: Duration = .seconds(2)) {
            self.atOnce = atOnce
            self.waiting = waiting
            self.time = time
        }
    }

    private let processes: DecodingProcesses
    private let line: FairLine

    /// Starts its threads; throws when there are none to be had.
    ///
    /// Processes are run as `executable decode-logos`, the first of them with the first picture. Nothing is in their
    /// environment but what is given here as `NAME=value`: they have no use for our secrets.
    package init(executable: String, environment: [String] = [], limits: Limits = Limits()) throws {
        let line = FairLine(capacity: limits.waiting)
        self.line = line
        processes = DecodingProcesses(executable: executable, environment: environment, time: limits.time)
        for _ in 0..<limits.atOnce {
            _ = try OwnThread {
                blockSignals()
                while let errand = line.next() { errand.run() }
            }
        }
    }

    deinit { line.close() }

    /// Decodes a picture in a process of its own.
    ///
    /// Throws ``LogoRefusal`` for a picture that may not be used, ``LogoWorkshopFault`` without a verdict.
    package func logo(from picture: [UInt8], at tenant: TenantID?) async throws -> Logo {
        let processes = processes
        return try await line.run(of: tenant, orThrow: LogoWorkshopFault.busy) {
            // What can be seen without any C is refused without a process.
            _ = try PNGChunks(picture, within: LogoLimits())
            switch try processes.reply(to: picture) {
            case .drawn(let logo): return logo
            case .refused(let refusal): throw refusal
            }
        }
    }
}

/// The processes that decode, one for each thread that is asking: kept as long as all they are asked ends with an answer.
private final class DecodingProcesses: Sendable {
    private let executable: String
    private let environment: [String]
    private let time: Duration
    private let idle = Mutex<[DecodingProcess]>([])

    init(executable: String, environment: [String], time: Duration) {
        self.executable = executable
        self.environment = environment
        self.time = time
    }

    func reply(to picture: [UInt8]) throws(LogoWorkshopFault) -> LogoReply {
        while let process = idle.withLock({ $0.popLast() }) {
            if let reply = try reply(of: process, to: picture, readyWithin: time / 8) { return reply }
        }
        let process = try DecodingProcess(executable: executable, environment: environment)
        guard let reply = try reply(of: process, to: picture, readyWithin: time) else {
            throw .crashed(process.ending(within: time / 2))
        }
        return reply
    }

    /// Nil where the process has gone since it was asked last, or its last copy has not.
    private func reply(
        of process: DecodingProcess,
        to picture: [UInt8],
        readyWithin patience: Duration
    ) throws(LogoWorkshopFault) -> LogoReply? {
        let reply = try process.reply(to: picture, within: time, readyWithin: patience)
        if reply != nil { idle.withLock { $0.append(process) } }
        return reply
    }
}

/// Lets no signal be delivered to this thread, so that writing to a process that has ended is an error like
/// any other.
private func blockSignals() {
    var signals = sigset_t()
    sigfillset(&signals)
    pthread_sigmask(SIG_BLOCK, &signals, nil)
}
