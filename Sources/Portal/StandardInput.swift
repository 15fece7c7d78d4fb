import Glibc

/// Standard input of a command: a pipe to its end, or a line a person types, which does not show.
enum StandardInput {
    static let maxBytes = 64 << 10

    /// Throws ``CommandFailure``.
    @Sendable static func read(prompt: String) throws -> [UInt8] {
        guard isatty(STDIN_FILENO) == 1 else {
            guard let bytes = readAll(from: STDIN_FILENO, upTo: maxBytes), bytes.count <= maxBytes else {
                throw CommandFailure("cannot read standard input, or it is longer than \(maxBytes >> 10) KiB")
            }
            return bytes
        }
        _ = writeAll(Array(prompt.utf8), to: STDERR_FILENO)
        return withoutEcho { readLine(strippingNewline: true).map { Array($0.utf8) } ?? [] }
    }

    private static func withoutEcho(_ body: () -> [UInt8]) -> [UInt8] {
        var usual = termios()
        guard tcgetattr(STDIN_FILENO, &usual) == 0 else { return body() }
        var silent = usual
        silent.c_lflag &= ~tcflag_t(ECHO)
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent)
        defer {
            tcsetattr(STDIN_FILENO, TCSAFLUSH, &usual)
            _ = writeAll([UInt8(ascii: "\n")], to: STDERR_FILENO)
        }
        return body()
    }
}
