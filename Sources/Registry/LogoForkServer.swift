import Glibc

/// The process that decodes pictures by copies of itself: all that a program does before it begins is done once.
///
/// It reads none of them. Standard input is a socket: with each message come the pipe to read a picture from, the pipe
/// to answer to, and how long that may take; what is said back is how the copy ended. No copy can look inside it, and it
/// ends with its server.
package enum LogoForkServer {
    /// Until nobody is left to ask; what it returns is its exit code.
    package static func run() -> Int32 {
        var children = sigset_t()
        sigemptyset(&children)
        sigaddset(&children, SIGCHLD)
        // So that the end of a copy can be waited for, with a time limit.
        guard sigprocmask(SIG_BLOCK, &children, nil) == 0, giveUpPrivileges(), rehearse() else { return 71 }
        while let request = DecodingRequest(from: STDIN_FILENO) {
            let copy = copyProcess()
            guard copy != 0 else { decode(request) }
            request.close()
            guard copy > 0 else { return 71 }
            var ending = Ending(of: copy, signalledBy: children, within: request.time).code
            guard send(STDIN_FILENO, &ending, MemoryLayout<Int32>.size, Int32(MSG_NOSIGNAL)) > 0
            else { return 0 }
        }
        return 0
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

    /// In the copy, which has nothing open but the two pipes.
    private static func decode(_ request: DecodingRequest) -> Never {
        guard dup2(request.reading, STDIN_FILENO) >= 0, dup2(request.writing, STDOUT_FILENO) >= 0 else {
            _exit(71)
        }
        closefrom(STDERR_FILENO + 1)
        _exit(LogoWorker.run())
    }
}

/// How a process ended: its exit code, or its signal, negative.
private struct Ending {
    let code: Int32

    /// Waits for it, and ends it when the time is over.
    init(of process: pid_t, signalledBy signals: sigset_t, within time: Duration) {
        let deadline = ContinuousClock.now + time
        var signals = signals
        var status: Int32 = 0
        while waitpid(process, &status, WNOHANG) == 0 {
            let left = deadline - .now
            if left <= .zero { kill(process, SIGKILL) }
            var patience = timespec(max(left, .milliseconds(100)))
            sigtimedwait(&signals, nil, &patience)
        }
        let signal = status & 0x7F
        code = signal == 0 ? (status >> 8) & 0xFF : -signal
    }
}

extension timespec {
    fileprivate init(_ time: Duration) {
        let (seconds, attoseconds) = time.components
        self.init(tv_sec: Int(seconds), tv_nsec: Int(attoseconds / 1_000_000_000))
    }
}
