import Glibc

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

/// Where pictures from outside are decoded: one process for each, of the same binary (``LogoWorker``).
///
/// A picture that brings the decoder down costs its own upload only. Few run at once, each watched by a
/// thread of the workshop, so no thread that serves requests ever waits here.
package final class LogoWorkshop: Sendable {
    package struct Limits: Sendable {
        package var atOnce: Int
        package var waiting: Int

        /// From the start of a process to its answer.
        package var time: Duration

        package init(atOnce: Int = 2, waiting: Int = 32, time: Duration = .seconds(2)) {
            self.atOnce = atOnce
            self.waiting = waiting
            self.time = time
        }
    }

    private let process: DecodingProcess
    private let line: FairLine

    /// Starts its threads; throws when there are none to be had.
    ///
    /// Every process is run as `executable decode-logo`. Nothing is in its environment but what is given
    /// here as `NAME=value`: it has no use for our secrets.
    package init(executable: String, environment: [String] = [], limits: Limits = Limits()) throws {
        let line = FairLine(capacity: limits.waiting)
        self.line = line
        process = DecodingProcess(executable: executable, environment: environment, time: limits.time)
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
        let process = process
        return try await line.run(of: tenant, orThrow: LogoWorkshopFault.busy) {
            try Self.judge(picture, process)
        }
    }

    private static func judge(_ picture: [UInt8], _ process: DecodingProcess) throws -> Logo {
        // What can be seen without any C is refused without a process.
        _ = try PNGChunks(picture, within: LogoLimits())
        switch try process.reply(to: picture) {
        case .drawn(let logo): return logo
        case .refused(let refusal): throw refusal
        }
    }
}

/// Lets no signal be delivered to this thread, so that writing to a process that has ended is an error like
/// any other.
private func blockSignals() {
    var signals = sigset_t()
    sigfillset(&signals)
    pthread_sigmask(SIG_BLOCK, &signals, nil)
}
