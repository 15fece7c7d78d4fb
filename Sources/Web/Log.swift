import Glibc
import Synchronization

/// The log: one JSON object a line, written by its own thread.
///
/// Writing a line costs about a microsecond and never waits for the reader. If the reader falls behind
/// by more than a mebibyte, lines are dropped, and the next line written says how many.
package final class Log: Sendable {
    package enum Level: String, Sendable { case info, warning, error }

    private let sink: LogSink
    private let clock: @Sendable () -> Duration

    /// `clock` says how long it has been since 1970 began, in UTC.
    package init(descriptor: Int32, clock: @escaping @Sendable () -> Duration) {
        sink = LogSink(descriptor: descriptor)
        self.clock = clock
        let sink = sink
        startThread { sink.writeUntilClosed() }
    }

    deinit {
        sink.close()
    }

    /// Notes an answered request; `route` is the pattern that matched, never the path that was sent.
    package func request(
        _ request: Request,
        status: Int,
        tenant: String?,
        route: String?,
        took: Duration
    ) {
        sink.append(at: clock()) { line in
            line.constant(",\"level\":\"info\",\"msg\":\"request\"")
            line.field("req", request.id)
            line.field("method", request.method.rawValue)
            if let route { line.field("route", route) }
            if let tenant { line.field("tenant", tenant) }
            line.constant(",\"status\":")
            line.number(status)
            line.constant(",\"ms\":")
            line.milliseconds(took)
            line.field("client_ip", request.clientAddress)
        }
    }

    /// Notes anything else; names of `fields` are ours, values may be anybody's.
    package func note(_ level: Level, _ message: String, _ fields: [(String, String)] = []) {
        sink.append(at: clock()) { line in
            line.field("level", level.rawValue)
            line.field("msg", message)
            for (name, value) in fields { line.field(name, value) }
        }
    }

    /// Returns when everything noted so far has been handed to the descriptor.
    package func flush() {
        sink.write()
    }
}

/// Where lines wait for the thread that writes them; it outlives the log until they are written.
private final class LogSink: Sendable {
    private struct Waiting {
        var lines = LogLines()
        var dropped = 0
        var isClosed = false
    }

    private static let maxWaiting = 1 << 20

    private let descriptor: Int32
    private let alarm = Alarm()
    private let waiting = Mutex(Waiting())
    private let writing = Mutex<Void>(())

    init(descriptor: Int32) {
        self.descriptor = descriptor
    }

    func append(at time: Duration, _ write: (inout LogLines) -> Void) {
        let isFirst = waiting.withLock { waiting in
            guard waiting.lines.bytes.count < Self.maxWaiting else {
                waiting.dropped += 1
                return false
            }
            let isFirst = waiting.lines.bytes.isEmpty
            if waiting.dropped > 0 {
                waiting.lines.begin(at: time)
                waiting.lines.constant(",\"level\":\"error\",\"msg\":\"lines dropped\",\"count\":")
                waiting.lines.number(waiting.dropped)
                waiting.lines.end()
                waiting.dropped = 0
            }
            waiting.lines.begin(at: time)
            write(&waiting.lines)
            waiting.lines.end()
            return isFirst
        }
        if isFirst { alarm.ring() }
    }

    func close() {
        waiting.withLock { $0.isClosed = true }
        alarm.ring()
    }

    /// Gathers lines for a tenth of a second after the first, so that a busy server writes in large pieces.
    func writeUntilClosed() {
        while true {
            alarm.wait(atMost: -1)
            alarm.clear()
            if !waiting.withLock({ $0.isClosed }) { alarm.wait(atMost: 80) }
            write()
            if waiting.withLock({ $0.isClosed && $0.lines.bytes.isEmpty }) { return }
        }
    }

    func write() {
        writing.withLock { _ in
            let bytes = waiting.withLock { $0.lines.take() }
            bytes.withUnsafeBytes { rest in
                var rest = UnsafeRawBufferPointer(rebasing: rest[...])
                while !rest.isEmpty {
                    let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
                    if count < 0 && errno == EINTR { continue }
                    guard count > 0 || waitUntilWritable() else { return }
                    rest = UnsafeRawBufferPointer(rebasing: rest[max(0, count)...])
                }
            }
        }
    }

    /// Returns false when the reader is gone.
    private func waitUntilWritable() -> Bool {
        guard errno == EAGAIN else { return false }
        var pipe = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        return poll(&pipe, 1, -1) > 0 && pipe.revents & Int16(POLLOUT) != 0
    }
}

/// JSON lines in the making.
struct LogLines {
    private(set) var bytes: [UInt8] = []
    private var second: Int64 = .min
    private var stamp: [UInt8] = []

    mutating func take() -> [UInt8] {
        let lines = bytes
        bytes = []
        bytes.reserveCapacity(lines.count)
        return lines
    }

    mutating func begin(at time: Duration) {
        let (seconds, attoseconds) = time.components
        if seconds != second {
            second = seconds
            stamp = Array("{\"ts\":\"\(CivilTime(secondsSince1970: seconds)).".utf8)
        }
        bytes += stamp
        let thousandths = Int(attoseconds / 1_000_000_000_000_000)
        digits(thousandths, width: 3)
        constant("Z\"")
    }

    mutating func end() {
        constant("}\n")
    }

    mutating func constant(_ text: StaticString) {
        text.withUTF8Buffer { bytes.append(contentsOf: $0) }
    }

    mutating func field(_ name: String, _ value: String) {
        constant(",\"")
        bytes.append(contentsOf: name.utf8)
        constant("\":\"")
        escaped(value)
        constant("\"")
    }

    mutating func number(_ number: Int) {
        if (0...999).contains(number) {
            digits(number, width: number > 99 ? 3 : number > 9 ? 2 : 1)
        } else {
            bytes.append(contentsOf: String(number).utf8)
        }
    }

    /// Milliseconds to the microsecond, `1.234`.
    mutating func milliseconds(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        let micros = max(0, min(seconds, 1 << 40) * 1_000_000 + attoseconds / 1_000_000_000_000)
        number(Int(micros / 1_000))
        constant(".")
        digits(Int(micros % 1_000), width: 3)
    }

    private mutating func digits(_ number: Int, width: Int) {
        if width > 2 { bytes.append(48 + UInt8(truncatingIfNeeded: number / 100 % 10)) }
        if width > 1 { bytes.append(48 + UInt8(truncatingIfNeeded: number / 10 % 10)) }
        bytes.append(48 + UInt8(truncatingIfNeeded: number % 10))
    }

    /// Escapes what JSON asks for (RFC 8259 §7), and what a terminal or a line reader would obey.
    ///
    /// That is DEL, the C1 controls (U+0080 to U+009F) and the line and paragraph separators U+2028, U+2029.
    private mutating func escaped(_ text: String) {
        var text = text
        let isPlain = text.withUTF8 { utf8 in
            let isPlain = utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F && $0 != 0x22 && $0 != 0x5C }
            if isPlain { bytes.append(contentsOf: utf8) }
            return isPlain
        }
        if isPlain { return }
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x22, 0x5C:
                bytes.append(0x5C)
                bytes.append(UInt8(truncatingIfNeeded: scalar.value))
            case 0..<0x20, 0x7F...0x9F, 0x2028, 0x2029, 0x202A...0x202E, 0x2066...0x2069:
                let hex = String(scalar.value, radix: 16)
                constant("\\u")
                bytes.append(contentsOf: repeatElement(48, count: max(0, 4 - hex.utf8.count)))
                bytes.append(contentsOf: hex.utf8)
            default:
                bytes.append(contentsOf: UTF8.encode(scalar)?.map(\.self) ?? [])
            }
        }
    }
}

/// A second of UTC as `2026-11-20T09:08:07` (RFC 3339).
struct CivilTime: CustomStringConvertible {
    let description: String

    init(secondsSince1970 seconds: Int64) {
        var time = time_t(max(0, min(seconds, 253_402_300_799)))
        var parts = tm()
        gmtime_r(&time, &parts)
        let year = Self.padded(parts.tm_year + 1900, 4)
        let date = "\(year)-\(Self.padded(parts.tm_mon + 1, 2))-\(Self.padded(parts.tm_mday, 2))"
        let hour = Self.padded(parts.tm_hour, 2)
        description = "\(date)T\(hour):\(Self.padded(parts.tm_min, 2)):\(Self.padded(parts.tm_sec, 2))"
    }

    private static func padded(_ number: Int32, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
