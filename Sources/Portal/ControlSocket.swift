// One file because both ends of the conversation and its form are told together.
import Glibc
import Registry
import Synchronization

/// The way commands reach a running server: a Unix socket in its data folder.
///
/// Asking: `portal/1`, then a count and that many fields; every field is four bytes of length and bytes.
/// Answering: frames of one byte (1 standard output, 2 standard error, 0 the end) and a field; that of the
/// end holds the exit code. Numbers are big-endian.
enum ControlSocket {
    static let greeting = Array("portal/1".utf8)
    static let maxAskingBytes = 32 << 20
    static let maxFields = 4096

    /// For how long either end waits for the other to read or write.
    static let patienceSeconds = 10

    static func path(in folder: DataDirectory) -> String { folder.path + "/control.sock" }
}

/// A command on its way to the server: its words, its standard input and the files it names.
struct Errand: Sendable {
    let words: [String]
    let input: [UInt8]
    let attachments: Attachments

    fileprivate var encoded: [UInt8] {
        var fields = [Array("\(words.count)".utf8)] + words.map { Array($0.utf8) } + [input]
        for (name, file) in attachments.files {
            fields.append(Array(name.utf8))
            switch file {
            case .bytes(let bytes): fields.append([1] + bytes)
            case .unreadable(let cause): fields.append([0] + Array(cause.utf8))
            }
        }
        let count = UInt32(truncatingIfNeeded: fields.count).bigEndianBytes
        return ControlSocket.greeting + count + fields.flatMap(framed)
    }

    fileprivate init?(_ fields: [[UInt8]]) {
        var rest = fields[...]
        guard let count = rest.popFirst().flatMap({ Int(String(decoding: $0, as: UTF8.self)) }),
            (0..<rest.count).contains(count)
        else { return nil }
        words = rest.prefix(count).map { String(decoding: $0, as: UTF8.self) }
        rest = rest.dropFirst(count)
        input = rest.popFirst() ?? []
        var attachments = Attachments()
        while let name = rest.popFirst(), let file = rest.popFirst() {
            attachments.files[String(decoding: name, as: UTF8.self)] =
                file.first == 1
                ? .bytes(Array(file.dropFirst()))
                : .unreadable(String(decoding: file.dropFirst(), as: UTF8.self))
        }
        self.attachments = attachments
    }

    init(words: [String], input: [UInt8], attachments: Attachments) {
        self.words = words
        self.input = input
        self.attachments = attachments
    }
}

private func framed(_ bytes: [UInt8]) -> [UInt8] {
    UInt32(truncatingIfNeeded: bytes.count).bigEndianBytes + bytes
}

extension UInt32 {
    fileprivate var bigEndianBytes: [UInt8] { withUnsafeBytes(of: bigEndian, Array.init) }
}

// MARK: - Asking

extension ControlSocket {
    /// Has the server of a data folder run an errand and returns its exit code; nil if no server listens.
    ///
    /// Throws ``CommandFailure`` when the server ends the conversation early.
    static func run(
        _ errand: Errand,
        in folder: DataDirectory,
        output: Output
    ) throws(CommandFailure) -> Int32? {
        guard let line = Line(connectingTo: folder) else { return nil }
        let lost = CommandFailure(
            "the running server did not finish the command",
            hint: "its log says why; make sure that server and command are of the same version"
        )
        let asking = errand.encoded
        guard asking.count <= maxAskingBytes else {
            throw CommandFailure("the files are too large together: more than \(maxAskingBytes >> 20) MiB")
        }
        guard line.write(asking) else { throw lost }
        while let kind = line.read(1)?.first, let bytes = line.readField(upTo: maxAskingBytes) {
            guard let stream = Output.Stream(rawValue: kind) else {
                return Int32(String(decoding: bytes, as: UTF8.self)) ?? 1
            }
            output.write(stream, bytes)
        }
        throw lost
    }
}

// MARK: - Answering

/// The server's end: one thread, one command after another.
final class ControlListener: Sendable {
    private let listener: Int32
    private let path: String
    private let isOver: Mutex<(Bool, CheckedContinuation<Void, Never>?)> = Mutex((false, nil))

    /// Begins to listen in a folder that this process has claimed; throws ``CommandFailure``.
    init(
        in folder: DataDirectory,
        log: @escaping @Sendable (String) -> Void,
        run: @escaping @Sendable (Errand, Output) async -> Int32
    ) throws(CommandFailure) {
        path = ControlSocket.path(in: folder)
        unlink(path)
        listener = try ControlListener.listen(in: folder)
        do {
            _ = try OwnThread { [self] in takeErrands(log: log, run: run) }
        } catch {
            throw CommandFailure("the system has no thread left for the control socket")
        }
    }

    private func takeErrands(
        log: @escaping @Sendable (String) -> Void,
        run: @escaping @Sendable (Errand, Output) async -> Int32
    ) {
        while true {
            let descriptor = accept(listener, nil, nil)
            if descriptor < 0 && [EINTR, ECONNABORTED, EMFILE, ENFILE].contains(errno) {
                poll(nil, 0, 100)
                continue
            }
            guard descriptor >= 0 else { break }
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
            serve(Line(descriptor), log: log, run: run)
        }
        let waiting = isOver.withLock { over in
            defer { over = (true, nil) }
            return over.1
        }
        waiting?.resume()
    }

    deinit { close(listener) }

    /// Takes no more commands and returns when the one under way is done.
    func stop() async {
        unlink(path)
        shutdown(listener, Int32(SHUT_RDWR))
        await withCheckedContinuation { caller in
            let isOver = isOver.withLock { over in
                if !over.0 { over.1 = caller }
                return over.0
            }
            if isOver { caller.resume() }
        }
    }

    private static func listen(in folder: DataDirectory) throws(CommandFailure) -> Int32 {
        let listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        // The file is made with the socket's own permissions; those of the process are everybody's (unix(7)).
        let isListening = withSocketAddress(in: folder) { address, length in
            fchmod(listener, 0o600) == 0 && bind(listener, address, length) == 0
                && Glibc.listen(listener, 16) == 0
        }
        guard listener >= 0, isListening else {
            let cause = systemError()
            close(listener)
            throw CommandFailure("cannot make the control socket in \(folder.path): \(cause)")
        }
        return listener
    }

    private func serve(
        _ line: Line,
        log: (String) -> Void,
        run: @escaping @Sendable (Errand, Output) async -> Int32
    ) {
        guard line.isFromOwner else { return log("A command of another user was refused.") }
        guard line.read(ControlSocket.greeting.count) == ControlSocket.greeting,
            let fields = line.readFields(), let errand = Errand(fields)
        else { return log("Something that is no command came through the control socket.") }
        let output = Output { stream, bytes in _ = line.write([stream.rawValue] + framed(bytes)) }
        ThisThread.run {
            let code = await run(errand, output)
            _ = line.write([0] + framed(Array("\(code)".utf8)))
        }
    }
}

// MARK: - The socket itself

/// One connected socket; reading and writing block, each for no longer than the patience of its owner.
private final class Line: Sendable {
    private let descriptor: Int32

    init(_ descriptor: Int32) {
        self.descriptor = descriptor
        bound(SO_SNDTIMEO)
        bound(SO_RCVTIMEO)
    }

    /// The asking end, which waits for the answer as long as it takes.
    init?(connectingTo folder: DataDirectory) {
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        let isConnected = withSocketAddress(in: folder) { address, length in
            connect(descriptor, address, length) == 0
        }
        guard isConnected else { return nil }
        bound(SO_SNDTIMEO)
    }

    deinit { close(descriptor) }

    private func bound(_ direction: Int32) {
        var patience = timeval(tv_sec: ControlSocket.patienceSeconds, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, direction, &patience, socklen_t(MemoryLayout<timeval>.size))
    }

    /// Whether the other end runs as our own user, or as root (unix(7), SO_PEERCRED: pid, uid, gid).
    var isFromOwner: Bool {
        var credentials: [UInt32] = [0, .max, .max]
        var length = socklen_t(12)
        guard getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &credentials, &length) == 0, length == 12,
            let user = credentials.dropFirst().first
        else { return false }
        return user == geteuid() || user == 0
    }

    /// Exactly so many bytes, or nil if they do not come.
    func read(_ count: Int) -> [UInt8]? {
        var bytes: [UInt8] = []
        while bytes.count < count {
            var piece = [UInt8](repeating: 0, count: min(count - bytes.count, 65_536))
            let got = Glibc.read(descriptor, &piece, piece.count)
            if got < 0 && errno == EINTR { continue }
            guard got > 0 else { return nil }
            bytes += piece.prefix(got)
        }
        return bytes
    }

    func readField(upTo limit: Int) -> [UInt8]? {
        guard let count = readCount(), count <= limit else { return nil }
        return read(count)
    }

    func readFields() -> [[UInt8]]? {
        guard let count = readCount(), count <= ControlSocket.maxFields else { return nil }
        var (fields, room): ([[UInt8]], Int) = ([], ControlSocket.maxAskingBytes)
        while fields.count < count {
            guard let field = readField(upTo: room) else { return nil }
            room -= field.count
            fields.append(field)
        }
        return fields
    }

    private func readCount() -> Int? {
        read(4).map { $0.reduce(0) { $0 << 8 | Int($1) } }
    }

    /// Says whether everything was taken; nobody is signalled when the other end is gone.
    func write(_ bytes: [UInt8]) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }
}

/// The address of the folder's socket, by way of an open folder: a socket's own path may have 107 bytes only
/// (unix(7)), a folder's any number.
private func withSocketAddress(
    in folder: DataDirectory,
    _ body: (UnsafePointer<sockaddr>, socklen_t) -> Bool
) -> Bool {
    let opened = open(folder.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard opened >= 0 else { return false }
    defer { close(opened) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) {
        $0.copyBytes(from: "/proc/self/fd/\(opened)/control.sock".utf8)
    }
    return withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
        }
    }
}
