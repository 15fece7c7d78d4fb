import Glibc

/// The process that decodes pictures by copies of itself: all that a program does before it begins is done once.
///
/// It reads none of them. A copy stands ready before it is needed and takes the next message from the socket that is
/// standard input, with the pipe to read a picture from and the pipe to answer to; meanwhile another is made. That the next
/// picture may come is said on the socket once the copy that had the last one is gone. No copy can look inside the
/// process, which ends with its server, and as a copy ended where that was otherwise than with an answer.
package enum LogoForkServer {
    /// What a copy ends with that nobody asked anything (`EX_NOINPUT`, sysexits(3)).
    private static let unasked: Int32 = 66

    /// Until nobody is left to ask; what it returns is its exit code.
    package static func run() -> Int32 {
        guard giveUpPrivileges(), rehearse() else { return 71 }
        keepFreedMemory()
        guard makeCopy(), sayReady(), makeCopy() else { return 71 }
        while let ending = nextEnding() {
            switch ending {
            case 0: guard sayReady(), makeCopy() else { return 71 }
            case unasked: continue
            case let signal where signal < 0: kill(getpid(), -signal)
            case let code: return code
            }
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

    /// In the original, whether there is a copy.
    private static func makeCopy() -> Bool {
        let copy = copyProcess()
        guard copy != 0 else { standReady() }
        return copy > 0
    }

    /// Whether anybody is left to hear that a copy takes the next picture, the one that took the last having ended.
    private static func sayReady() -> Bool { send(STDIN_FILENO, [1], 1, Int32(MSG_NOSIGNAL)) == 1 }

    /// In the copy, which has nothing open but the two pipes once it reads.
    private static func standReady() -> Never {
        guard LogoWorker.confine() else { _exit(71) }
        makeRoom(bytes: 4 << 20)
        guard let request = DecodingRequest(from: STDIN_FILENO) else { _exit(unasked) }
        guard dup2(request.reading, STDIN_FILENO) >= 0, dup2(request.writing, STDOUT_FILENO) >= 0 else {
            _exit(71)
        }
        closefrom(STDERR_FILENO + 1)
        _exit(LogoWorker.run())
    }

    /// How the next copy to end did: its exit code, or its signal, negative; nil where there is none.
    private static func nextEnding() -> Int32? {
        var status: Int32 = 0
        var copy: pid_t
        repeat { copy = waitpid(-1, &status, 0) } while copy < 0 && errno == EINTR
        guard copy > 0 else { return nil }
        let signal = status & 0x7F
        return signal == 0 ? (status >> 8) & 0xFF : -signal
    }
}
