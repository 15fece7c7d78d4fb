import Glibc

/// Files that only their owner may read.
enum PrivateFile {
    /// Replaces the file as a whole, so that there is never half of one; throws ``CommandFailure``.
    static func write(_ bytes: [UInt8], to path: String) throws(CommandFailure) {
        let draft = path + ".new"
        let file = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw CommandFailure("cannot write \(path): \(systemError())") }
        let isWritten = writeAll(bytes, to: file) && fsync(file) == 0
        let cause = systemError()
        close(file)
        guard isWritten, rename(draft, path) == 0 else {
            unlink(draft)
            throw CommandFailure("cannot write \(path): \(isWritten ? systemError() : cause)")
        }
    }
}

/// The whole of a file of at most so many bytes; throws ``CommandFailure``.
func readFile(_ path: String, upTo limit: Int = 8 << 20) throws(CommandFailure) -> [UInt8] {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw CommandFailure("cannot open \(path): \(systemError())") }
    defer { close(file) }
    guard let bytes = readAll(from: file, upTo: limit) else {
        throw CommandFailure("cannot read \(path): \(systemError())")
    }
    guard bytes.count <= limit else { throw CommandFailure("\(path) is larger than \(limit >> 10) KiB") }
    return bytes
}

func isReadable(_ path: String) -> Bool { access(path, R_OK) == 0 }

/// Reads to the end, or one byte beyond `limit`; nil where that fails.
func readAll(from descriptor: Int32, upTo limit: Int) -> [UInt8]? {
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 65_536)
    while bytes.count <= limit {
        let count = read(descriptor, &piece, min(piece.count, limit + 1 - bytes.count))
        if count < 0 && errno == EINTR { continue }
        guard count >= 0 else { return nil }
        if count == 0 { break }
        bytes += piece.prefix(count)
    }
    return bytes
}

/// Says whether everything was written.
func writeAll(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
        let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
        if count < 0 && errno == EINTR { continue }
        guard count > 0 else { return false }
        rest = rest.dropFirst(count)
    }
    return true
}

/// What the last system call had to say.
func systemError() -> String { String(cString: strerror(errno)) }
