import Glibc

/// One run of the process that decodes: started, fed, listened to and buried by the thread that asks.
///
/// It inherits a pipe to read, a pipe to write, and nothing else that is open here.
struct DecodingProcess: Sendable {
    let executable: String
    let environment: [String]

    /// From its start to its answer; then it is killed.
    let time: Duration

    func reply(to picture: [UInt8]) throws(LogoWorkshopFault) -> LogoReply {
        let deadline = ContinuousClock.now + time
        var questions = try Pipe()
        defer { questions.close() }
        var answers = try Pipe()
        defer { answers.close() }
        let process = try spawn(reading: questions.reading, writing: answers.writing)
        questions.closeReading()
        answers.closeWriting()
        // Never waits for a process that does not read: a pipe holds less than a picture.
        _ = fcntl(questions.writing, F_SETFL, O_NONBLOCK)
        let heard = Self.converse(picture, &questions, answers, until: deadline)
        let ending = Self.bury(process)
        guard let heard else { throw .timedOut }
        guard let reply = LogoReply(heard) else { throw .crashed(ending) }
        return reply
    }

    // MARK: - Starting it

    private func spawn(reading: Int32, writing: Int32) throws(LogoWorkshopFault) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, reading, 0)
        posix_spawn_file_actions_adddup2(&actions, writing, 1)
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
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

        var process = pid_t()
        let problem = withCStrings([executable, "decode-logo"]) { arguments in
            withCStrings(environment) { environment in
                posix_spawn(&process, executable, &actions, &attributes, arguments, environment)
            }
        }
        guard problem == 0 else { throw .unstartable(problem) }
        return process
    }

    // MARK: - Talking to it

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
            let left = deadline - .now
            guard left > .zero else { return nil }
            var ends = [
                pollfd(fd: questions.writing, events: Int16(POLLOUT), revents: 0),
                pollfd(fd: answers.reading, events: Int16(POLLIN), revents: 0),
            ]
            let patience = Int32(min(left, .seconds(60)) / .milliseconds(1)) + 1
            _ = poll(&ends, nfds_t(ends.count), patience)
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

    // MARK: - Burying it

    /// Ends the process if it has not ended, and reaps it; its exit code, or its signal, negative.
    ///
    /// A process that is just ending keeps the code it ended with: the kill comes too late to change it.
    private static func bury(_ process: pid_t) -> Int32 {
        kill(process, SIGKILL)
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0, errno == EINTR {}
        let signal = status & 0x7F
        return signal == 0 ? (status >> 8) & 0xFF : -signal
    }
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

/// Lends an array of C strings that ends with a null pointer.
private func withCStrings<Result>(
    _ texts: [String],
    _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
) -> Result {
    let strings: [UnsafeMutablePointer<CChar>?] = texts.map { strdup($0) } + [nil]
    defer { for string in strings { free(string) } }
    return body(strings)
}
