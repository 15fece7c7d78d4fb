import Glibc

/// The process that decodes (``LogoForkServer``), as it is seen from here: started once, asked again and again.
///
/// A copy of it decodes each picture, which is given a pipe to read, a pipe to write, and nothing else. Of the process
/// itself nothing is asked any more once a picture ended otherwise than with an answer.
final class DecodingProcess: Sendable {
    private let socket: Int32
    private let process: pid_t

    /// Runs it as `executable decode-logos`, with what is given as `NAME=value` in its environment and nothing open.
    init(executable: String, environment: [String]) throws(LogoWorkshopFault) {
        let (ours, its) = try socketPair()
        defer { Glibc.close(its) }
        do throws(LogoWorkshopFault) {
            process = try Self.spawn(executable, environment, socket: its)
        } catch {
            Glibc.close(ours)
            throw error
        }
        socket = ours
    }

    deinit {
        Glibc.close(socket)
        kill(-process, SIGKILL)
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0, errno == EINTR {}
    }

    private static func spawn(
        _ executable: String,
        _ environment: [String],
        socket: Int32
    ) throws(LogoWorkshopFault) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, socket, 0)
        posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        let isolation = inheritNothing(&actions)
        guard isolation == 0 else { throw .unstartable(isolation) }

        // Signals as in a new shell: the thread that asks has them blocked, the portal may ignore some.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        // A group of its own, so that its copies end with it.
        posix_spawnattr_setpgroup(&attributes, 0)
        let settings = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP
        posix_spawnattr_setflags(&attributes, Int16(settings))

        var process = pid_t()
        let problem = withCStrings([executable, "decode-logos"]) { arguments in
            withCStrings(environment) { environment in
                posix_spawn(&process, executable, &actions, &attributes, arguments, environment)
            }
        }
        guard problem == 0 else { throw .unstartable(problem) }
        return process
    }

    // MARK: - Asking it

    /// What a copy of it says about a picture; nil where none is ready in time, as when the last one has not ended.
    ///
    /// Waits at most `time` for the answer; a copy that takes longer ends with the process, as with every fault.
    func reply(
        to picture: [UInt8],
        within time: Duration,
        readyWithin patience: Duration
    ) throws(LogoWorkshopFault) -> LogoReply? {
        guard isReady(until: .now + patience) else { return nil }
        let deadline = ContinuousClock.now + time
        var questions = try Pipe()
        defer { questions.close() }
        var answers = try Pipe()
        defer { answers.close() }
        let request = DecodingRequest(reading: questions.reading, writing: answers.writing)
        guard request.send(through: socket) else { return nil }
        questions.closeReading()
        answers.closeWriting()
        // Never waits for a process that does not read: a pipe holds less than a picture.
        _ = fcntl(questions.writing, F_SETFL, O_NONBLOCK)
        guard let heard = Self.converse(picture, &questions, answers, until: deadline) else {
            throw .timedOut
        }
        answers.close()
        guard let reply = LogoReply(heard) else { throw .crashed(ending(within: time / 2)) }
        return reply
    }

    /// Whether a copy says that it is ready.
    private func isReady(until deadline: ContinuousClock.Instant) -> Bool {
        var door = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
        while poll(&door, 1, patience(until: deadline)) < 0, errno == EINTR {}
        var word: UInt8 = 0
        return door.revents != 0 && recv(socket, &word, 1, Int32(MSG_DONTWAIT)) == 1
    }

    /// How the process ended, which it does as its last copy did: its exit code, or its signal, negative.
    ///
    /// It is told that nothing comes any more, and is given this time.
    func ending(within time: Duration) -> Int32 {
        shutdown(socket, Int32(SHUT_WR))
        let deadline = ContinuousClock.now + time
        var door = pollfd(fd: socket, events: 0, revents: 0)
        while poll(&door, 1, patience(until: deadline)) < 0, errno == EINTR {}
        guard door.revents != 0 else { return -SIGKILL }
        var end = siginfo_t()
        // Left to be waited for, so that its number stays its own until then.
        while waitid(P_PID, id_t(process), &end, WEXITED | WNOWAIT) < 0, errno == EINTR {}
        let status = end._sifields._sigchld.si_status
        return end.si_code == CLD_EXITED ? status : -status
    }

    /// Writes the picture and reads to the end of the answer, both as it suits the process; nil when the
    /// time is over.
    private static func converse(
        _ picture: [UInt8],
        _ questions: inout Pipe,
        _ answers: Pipe,
        until deadline: ContinuousClock.Instant
    ) -> [UInt8]? {
        var unsaid = picture[...]
        var heard: [UInt8] = []
        while heard.count <= LogoReply.maxBytes {
            guard deadline > .now else { return nil }
            var ends = [
                pollfd(fd: questions.writing, events: Int16(POLLOUT), revents: 0),
                pollfd(fd: answers.reading, events: Int16(POLLIN), revents: 0),
            ]
            _ = poll(&ends, nfds_t(ends.count), patience(until: deadline))
            if ends[0].revents != 0 { say(&unsaid, through: &questions) }
            if ends[1].revents != 0, !hear(&heard, through: answers) { break }
        }
        return heard
    }

    /// Writes what goes in, and closes the pipe after the last of it or when nobody reads any more.
    private static func say(_ unsaid: inout ArraySlice<UInt8>, through pipe: inout Pipe) {
        let count = unsaid.withUnsafeBytes { write(pipe.writing, $0.baseAddress, $0.count) }
        if count > 0 { unsaid = unsaid.dropFirst(count) }
        let failed = count < 0 && errno != EAGAIN && errno != EINTR
        if failed || unsaid.isEmpty { pipe.closeWriting() }
    }

    /// Reads what is there; false at the end.
    private static func hear(_ heard: inout [UInt8], through pipe: Pipe) -> Bool {
        var piece = [UInt8](repeating: 0, count: 65_536)
        let count = read(pipe.reading, &piece, piece.count)
        if count < 0 { return errno == EAGAIN || errno == EINTR }
        heard += piece.prefix(count)
        return count > 0
    }
}

/// What goes to the process that decodes: where a copy of it reads and writes.
struct DecodingRequest {
    let reading: Int32
    let writing: Int32
}

/// Milliseconds for poll(2), at most a minute and never less than one.
private func patience(until deadline: ContinuousClock.Instant) -> Int32 {
    Int32(min(max(deadline - .now, .zero), .seconds(60)) / .milliseconds(1)) + 1
}

/// Two ends of a pipe, closed in every program started from here.
private struct Pipe {
    private(set) var reading: Int32
    private(set) var writing: Int32

    init() throws(LogoWorkshopFault) {
        guard let ends = makePipe() else { throw .unstartable(errno) }
        (reading, writing) = ends
    }

    mutating func closeReading() { Self.close(&reading) }
    mutating func closeWriting() { Self.close(&writing) }
    mutating func close() {
        closeReading()
        closeWriting()
    }

    private static func close(_ end: inout Int32) {
        if end >= 0 { Glibc.close(end) }
        end = -1
    }
}

/// Two ends of a socket that keeps messages apart, closed in every program started from here.
private func socketPair() throws(LogoWorkshopFault) -> (Int32, Int32) {
    var ends: [Int32] = [-1, -1]
    let kind = Int32(SOCK_SEQPACKET.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else { throw .unstartable(errno) }
    return (ends[0], ends[1])
}

/// Lends an array of C strings that ends with a null pointer.
private func withCStrings<Result>(
    _ texts: [String],
    _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
) -> Result {
    let strings: [UnsafeMutablePointer<CChar>?] = texts.map { strdup($0) } + [nil]
    defer { for string in strings { free(string) } }
    return body(strings)
}
