import Glibc

/// The process that decodes pictures by copies of itself: all that a program does before it begins is done once.
///
/// It reads none of them. A copy stands ready before it is needed, says so on the socket that is standard input, and takes
/// the next message from there, with the pipe to read a picture from and the pipe to answer to. No copy can look inside
/// the process, which ends with its server, and as its copy ended where that was otherwise than with an answer.
package enum LogoForkServer {
    /// What a copy ends with that nobody asked anything (`EX_NOINPUT`, sysexits(3)).
    private static let unasked: Int32 = 66

    /// Until nobody is left to ask; what it returns is its exit code.
    package static func run() -> Int32 {
        guard giveUpPrivileges(), rehearse() else { return 71 }
        while true {
            let copy = copyProcess()
            guard copy != 0 else { standReady() }
            guard copy > 0 else { return 71 }
            switch ending(of: copy) {
            case 0: continue
            case unasked: return 0
            case let signal where signal < 0: kill(getpid(), -signal)
            case let code: return code
            }
        }
    }

    /// Decodes a picture of our own, so that every copy finds made what is made once: tables, links to libraries, types.
    private static func rehearse() -> Bool {
        do {
            _ = try LogoReply(judging: Logo.sample()).encoded()
            return true
        } catch {
            return false
        }
    }

    /// In the copy, which has nothing open but the two pipes once it reads.
    private static func standReady() -> Never {
        guard LogoWorker.confine(), send(STDIN_FILENO, [1], 1, Int32(MSG_NOSIGNAL)) == 1 else { _exit(71) }
        guard let request = DecodingRequest(from: STDIN_FILENO) else { _exit(unasked) }
        guard dup2(request.reading, STDIN_FILENO) >= 0, dup2(request.writing, STDOUT_FILENO) >= 0 else {
            _exit(71)
        }
        closefrom(STDERR_FILENO + 1)
        _exit(LogoWorker.run())
    }

    /// How a process ended: its exit code, or its signal, negative.
    private static func ending(of process: pid_t) -> Int32 {
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0, errno == EINTR {}
        let signal = status & 0x7F
        return signal == 0 ? (status >> 8) & 0xFF : -signal
    }
}
