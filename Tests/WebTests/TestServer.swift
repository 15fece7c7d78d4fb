import Glibc
import Synchronization
import Testing
import Web

/// A server on a free port of this machine, and the paths that reached its handler.
final class TestServer: Sendable {
    private let server: Server
    private let seen = Seen()
    let host: String
    let port: Int
    let log: LogFile

    /// `bodyLimits` are by the first segment of the path; without one it is 64 KiB.
    init(
        host: String = "127.0.0.1",
        limits: Limits = Limits(),
        proxies: [String] = [],
        bodyLimits: [String: Int] = [:],
        respond: @escaping @Sendable (Request) async -> Response = { Response(.ok, text: $0.rawPath) }
    ) throws {
        let log = try LogFile()
        let options = Server.Options(
            host: host,
            trustedProxies: proxies.compactMap(AddressRange.init),
            limits: limits
        )
        server = Server(
            options,
            log: log.log,
            bodyLimit: { _, path in bodyLimits[path.first ?? ""] ?? 64 * 1024 },
            respond: { [seen] request in
                seen.add(request.rawPath)
                return await respond(request)
            }
        )
        self.log = log
        self.host = host
        port = try server.start()
    }

    var paths: [String] { seen.paths }

    func stop(within limit: Duration = .seconds(2)) async {
        await server.stop(within: limit)
    }

    /// Sends raw bytes on a new connection and returns what comes back until the server closes it.
    func exchange(_ text: String) async throws -> Answer {
        try await exchange(Array(text.utf8))
    }

    func exchange(_ bytes: [UInt8]) async throws -> Answer {
        let (host, port) = (host, port)
        return try await onThread {
            let wire = try Wire(host: host, port: port)
            wire.send(bytes)
            return wire.readToEnd()
        }
    }

    /// Sends a request that asks to close, and returns the answer.
    func get(_ target: String, _ headers: String..., method: String = "GET") async throws -> Answer {
        let lines = headers.map { $0 + "\r\n" }.joined()
        return try await exchange(
            "\(method) \(target) HTTP/1.1\r\nHost: portal.example\r\n\(lines)Connection: close\r\n\r\n"
        )
    }
}

/// Waits for what another thread brings about; throws ``TookTooLong`` after a minute.
func until(_ condition: () -> Bool) async throws {
    let deadline = ContinuousClock.now + .seconds(60)
    while !condition() {
        guard ContinuousClock.now < deadline else { throw TookTooLong() }
        try await Task.sleep(for: .milliseconds(1))
    }
}

struct TookTooLong: Error {}

private final class Seen: Sendable {
    private let list = Mutex<[String]>([])

    func add(_ path: String) { list.withLock { $0.append(path) } }

    var paths: [String] { list.withLock { $0 } }
}

/// A log, and what was written to it.
final class LogFile: Sendable {
    let log: Log
    private let descriptor: Int32

    init(now: @escaping @Sendable () -> Duration = { .seconds(1_795_165_687) + .milliseconds(45) }) throws {
        descriptor = anonymousFile()
        try #require(descriptor >= 0)
        log = Log(descriptor: descriptor, clock: now)
    }

    deinit {
        log.flush()
        close(descriptor)
    }

    var text: String {
        log.flush()
        var bytes = [UInt8](repeating: 0, count: 1 << 21)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
    }

    var lines: [String] { text.split(separator: "\n").map(String.init) }
}

/// A file without a name, gone when it is closed.
private func anonymousFile() -> Int32 {
    var path = Array("/tmp/portal-test-XXXXXX".utf8CString)
    let descriptor = mkstemp(&path)
    unlink(path)
    return descriptor
}

/// One raw connection.
final class Wire: Sendable {
    let descriptor: Int32

    struct Refused: Error, Equatable {
        /// What `connect` said.
        let code: Int32
    }

    init(host: String = "127.0.0.1", port: Int) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var buffer: Int32 = 64 * 1024
        setsockopt(descriptor, SOL_SOCKET, SO_SNDBUF, &buffer, socklen_t(MemoryLayout<Int32>.size))
        var patience = timeval(tv_sec: 60, tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, size)
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, size)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = inet_addr(host)
        let connected = withUnsafeBytes(of: &address) { bytes in
            bytes.withMemoryRebound(to: sockaddr.self) {
                connect(descriptor, $0.baseAddress, socklen_t(bytes.count)) == 0
            }
        }
        guard connected else { throw Refused(code: errno) }
    }

    deinit {
        close(descriptor)
    }

    /// Returns how many bytes the system took before the server stopped taking them.
    @discardableResult
    func send(_ bytes: [UInt8]) -> Int {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return sent }
            sent += count
        }
        return sent
    }

    func send(_ text: String) { send(Array(text.utf8)) }

    /// Returns what comes until the server closes; `isClosed` is false when it does not.
    func readToEnd() -> Answer {
        var answer = Answer()
        while let more = read() {
            guard !more.isEmpty else { return answer }
            answer.bytes += more
        }
        answer.isClosed = true
        return answer
    }

    /// Returns what comes until it ends with `text`, or nothing more comes.
    func read(until text: String) -> Answer {
        var answer = Answer()
        let end = Array(text.utf8)
        while let more = read(), !more.isEmpty {
            answer.bytes += more
            if answer.bytes.suffix(end.count).elementsEqual(end) { return answer }
        }
        return answer
    }

    /// Nil at the end, empty when nothing comes.
    private func read() -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: 64 * 1024)
        let count = recv(descriptor, &bytes, bytes.count, 0)
        if count < 0, errno == EAGAIN { return [] }
        return count > 0 ? Array(bytes.prefix(count)) : nil
    }
}

/// What came back on a connection.
struct Answer: Sendable {
    var bytes: [UInt8] = []
    var isClosed = false

    var text: String { String(decoding: bytes, as: UTF8.self) }

    /// The codes of all status lines.
    var statuses: [Int] {
        text.matches(of: #/HTTP/1\.[01] ([0-9]{3}) /#).map { Int($0.output.1) ?? 0 }
    }

    var status: Int { statuses.first ?? 0 }

    var body: String {
        let parts = text.split(separator: "\r\n\r\n", maxSplits: 1, omittingEmptySubsequences: false)
        return parts.count == 2 ? String(parts[1]) : ""
    }

    func header(_ name: String) -> String? {
        for line in text.split(separator: "\r\n") where line.lowercased().hasPrefix(name.lowercased() + ": ")
        {
            return String(line.dropFirst(name.count + 2))
        }
        return nil
    }
}

/// Runs blocking work on a thread of its own, so that it takes none from the handlers under test.
func onThread<Result: Sendable>(_ work: @escaping @Sendable () throws -> Result) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
        let work = ThreadWork { continuation.resume(with: Swift.Result { try work() }) }
        var thread = pthread_t()
        let main: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { context in
            guard let context else { return nil }
            Unmanaged<ThreadWork>.fromOpaque(context).takeRetainedValue().run()
            return nil
        }
        pthread_create(&thread, nil, main, Unmanaged.passRetained(work).toOpaque())
        pthread_detach(thread)
    }
}

private final class ThreadWork: Sendable {
    let run: @Sendable () -> Void

    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
}
