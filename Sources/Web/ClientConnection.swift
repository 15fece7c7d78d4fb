import Glibc
import Synchronization

/// One client connection, as the watchdog sees it.
final class ClientConnection: Sendable {
    enum Phase: UInt8 {
        /// Between requests, or before the first.
        case idle
        case receiving
        case handling
        case sending
    }

    let descriptor: Int32
    let address: Address?
    let client: TrustedProxies.Client
    let isTrusted: Bool
    let requests = Atomic<Int>(0)

    /// Whether bytes of a refused request may still be on their way when the connection is closed.
    let lingers = Atomic<Bool>(false)

    /// What came through TLS since the last progress.
    private let encryptedBytes = Atomic<Int>(0)

    /// A handshake takes a few of it, and no more than 48 KiB are read before something of a request comes out.
    private static let mostEncryptedBytes = 128 * 1024

    private let phase = Atomic<UInt8>(Phase.idle.rawValue)
    private let deadline: Atomic<Int64>

    init(descriptor: Int32, address: Address?, isTrusted: Bool, isSecure: Bool?, headersWithin: Duration) {
        self.descriptor = descriptor
        self.address = address
        self.isTrusted = isTrusted
        client = TrustedProxies.Client(address: address?.description ?? "unknown", isSecure: isSecure)
        deadline = Atomic(Watchdog.now + headersWithin.milliseconds)
    }

    /// Moves on to `phase`, which may last `limit`; nil is for as long as it takes.
    func enter(_ phase: Phase, within limit: Duration?) {
        self.phase.store(phase.rawValue, ordering: .relaxed)
        deadline.store(limit.map { Watchdog.now + $0.milliseconds } ?? .max, ordering: .relaxed)
    }

    /// Moves on to `phase` under the deadline that is running.
    func enter(_ phase: Phase) {
        self.phase.store(phase.rawValue, ordering: .relaxed)
    }

    /// Gives back time in which the whole process stood still; whoever moves on meanwhile has a new deadline anyway.
    func prolong(by milliseconds: Int64) {
        let running = deadline.load(ordering: .relaxed)
        guard running <= .max - milliseconds else { return }
        _ = deadline.compareExchange(expected: running, desired: running + milliseconds, ordering: .relaxed)
    }

    var isIdle: Bool { phase.load(ordering: .relaxed) == Phase.idle.rawValue }

    /// Whether bytes have come that nobody has read yet: the beginning of a request.
    var hasUnread: Bool {
        var byte: UInt8 = 0
        return recv(descriptor, &byte, 1, Int32(MSG_PEEK) | Int32(MSG_DONTWAIT)) > 0
    }

    func isOverdue(at now: Int64) -> Bool { deadline.load(ordering: .relaxed) < now }

    /// Counts what came through TLS; no where so much came that nothing of it was, or will be, a request.
    func mayGoOn(afterEncrypted count: Int) -> Bool {
        let before = encryptedBytes.add(max(0, count), ordering: .relaxed).oldValue
        return before <= Self.mostEncryptedBytes
    }

    /// Part of a request was read.
    func noteProgress() { encryptedBytes.store(0, ordering: .relaxed) }
}
