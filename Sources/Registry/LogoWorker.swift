import FoundationEssentials
import Glibc

/// What the process that decodes has to say about a picture.
///
/// On the wire: the kind (`L` or `R`), the length of the rest in four bytes, then either one byte of
/// warnings, eight of its look and, for every size from the smallest, the length of the image in four bytes
/// and the image; or the refusal as JSON. Numbers are big-endian.
package enum LogoReply: Sendable, Equatable {
    case drawn(Logo)
    case refused(LogoRefusal)

    /// No reply is longer; whoever listens stops reading there.
    package static let maxBytes = 1 << 20

    package init(judging bytes: [UInt8]) {
        do throws(LogoRefusal) {
            self = .drawn(try Logo.decode(bytes))
        } catch {
            self = .refused(error)
        }
    }

    package func encoded() throws -> [UInt8] {
        switch self {
        case .drawn(let logo):
            var body = [logo.warnings.reduce(0) { $0 | $1.rawValue }] + logo.look.bits.bigEndianBytes
            for size in Logo.Size.allCases {
                let image = logo.images[size] ?? []
                body += UInt32(truncatingIfNeeded: image.count).bigEndianBytes + image
            }
            return framed(UInt8(ascii: "L"), body)
        case .refused(let refusal):
            return framed(UInt8(ascii: "R"), Array(try JSONEncoder().encode(refusal)))
        }
    }

    private func framed(_ kind: UInt8, _ body: [UInt8]) -> [UInt8] {
        [kind] + UInt32(truncatingIfNeeded: body.count).bigEndianBytes + body
    }

    /// Believes nothing: the process may have been taken over by the picture it was reading.
    package init?(_ bytes: [UInt8]) {
        var rest = bytes[...]
        guard let kind = rest.popFirst(), let body = rest.takeCounted(), rest.isEmpty else { return nil }
        switch kind {
        case UInt8(ascii: "L"): self.init(logo: body)
        case UInt8(ascii: "R"): self.init(refusal: body)
        default: return nil
        }
    }

    private init?(logo body: ArraySlice<UInt8>) {
        var rest = body
        guard let flags = rest.popFirst(), let look = rest.takeNumber(of: 8) else { return nil }
        var images: [Logo.Size: [UInt8]] = [:]
        for size in Logo.Size.allCases {
            guard let image = rest.takeCounted() else { return nil }
            images[size] = Array(image)
        }
        let warnings = LogoWarning.allCases.filter { flags & $0.rawValue != 0 }
        guard rest.isEmpty, let logo = Logo(redrawn: images, warnings: warnings, look: LogoLook(bits: look))
        else { return nil }
        self = .drawn(logo)
    }

    private init?(refusal body: ArraySlice<UInt8>) {
        do {
            self = .refused(try JSONDecoder().decode(LogoRefusal.self, from: Data(body)))
        } catch {
            return nil
        }
    }
}

/// The process that decodes one picture, having given up everything else it could do.
///
/// Whoever finds the next hole in libpng owns a process that can open no file and no socket, write no file, start nothing
/// that has more rights, has two seconds of a processor, and is gone when the next picture comes. It is a copy of
/// ``LogoForkServer``.
enum LogoWorker {
    /// Memory beyond what the program itself has mapped: the largest legal picture takes half of it.
    private static let memory: UInt = 96 << 20

    /// Gives up what is not needed to wait for a picture; whether that was done.
    static func confine() -> Bool {
        guard let mapped = mappedBytes() else { return false }
        return limit(RLIMIT_AS, to: mapped + memory) && limit(RLIMIT_CPU, to: 2)
            && limit(RLIMIT_FSIZE, to: 0) && limit(RLIMIT_CORE, to: 0) && giveUpPrivileges()
    }

    /// Reads a picture from standard input and answers on standard output; what it returns is its exit code.
    static func run() -> Int32 {
        guard limit(RLIMIT_NOFILE, to: 0) else { return 71 }
        do {
            let picture = try read(atMost: LogoLimits().bytes + 1)
            try write(LogoReply(judging: picture).encoded())
        } catch {
            return 74
        }
        // Whoever reads need not wait for the end of the process.
        return close(STDOUT_FILENO)
    }

    private static func limit(_ resource: __rlimit_resource, to value: UInt) -> Bool {
        var limit = rlimit(rlim_cur: value, rlim_max: value)
        return setrlimit(__rlimit_resource_t(resource.rawValue), &limit) == 0
    }

    /// The first number of /proc/self/statm, in pages (proc(5)).
    private static func mappedBytes() -> UInt? {
        let file = open("/proc/self/statm", O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var text = [UInt8](repeating: 0, count: 128)
        let count = Glibc.read(file, &text, text.count)
        let digits = text.prefix(max(0, count)).prefix { $0 != UInt8(ascii: " ") }
        guard let pages = UInt(String(decoding: digits, as: UTF8.self)), pages < 1 << 40 else { return nil }
        return pages * UInt(max(4096, sysconf(Int32(_SC_PAGESIZE))))
    }

    private struct PipeFault: Error {}

    private static func read(atMost limit: Int) throws -> [UInt8] {
        try [UInt8](unsafeUninitializedCapacity: limit) { buffer, filled in
            while filled < limit {
                let count = Glibc.read(0, buffer.baseAddress.map { $0 + filled }, limit - filled)
                if count < 0, errno == EINTR { continue }
                guard count >= 0 else { throw PipeFault() }
                if count == 0 { break }
                filled += count
            }
        }
    }

    private static func write(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(1, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw PipeFault() }
            rest = rest.dropFirst(count)
        }
    }
}

extension FixedWidthInteger {
    fileprivate var bigEndianBytes: [UInt8] {
        stride(from: Self.bitWidth - 8, through: 0, by: -8).map { UInt8(truncatingIfNeeded: self >> $0) }
    }
}

extension ArraySlice<UInt8> {
    /// Takes a length of four bytes and as many bytes as it says.
    fileprivate mutating func takeCounted() -> ArraySlice<UInt8>? {
        guard let length = takeNumber(of: 4), length <= count else { return nil }
        defer { self = dropFirst(Int(length)) }
        return prefix(Int(length))
    }

    /// Takes a number of so many bytes, at most eight.
    fileprivate mutating func takeNumber(of width: Int) -> UInt64? {
        guard count >= width else { return nil }
        defer { self = dropFirst(width) }
        return prefix(width).reduce(0) { $0 << 8 | UInt64($1) }
    }
}
