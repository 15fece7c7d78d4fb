import FoundationEssentials
import Registry
import Synchronization

/// The server that takes our letters (RFC 5321), and how it is entered.
struct MailServer: Sendable {
    /// What protects the way there.
    enum Security: Sendable, Equatable {
        /// TLS from the first byte.
        case implicit
        /// TLS after asking for it, and nothing without it (RFC 3207).
        case startTLS
        case none
    }

    struct Login: Sendable {
        let user: String
        let password: String
    }

    let host: String
    let port: Int
    let security: Security

    /// Nil where no one has to say who they are.
    let login: Login?
    let sender: EmailAddress

    /// A file of certificates to trust instead of the system's.
    let authorities: String?

    static let connectSeconds = 15

    /// All of one letter; less than ``Outbox/claim``.
    static let transferSeconds = 120
}

/// From whom to whom a letter goes on the wire; both were checked as bytes, so neither can carry a command.
struct Envelope: Sendable {
    let sender: EmailAddress
    let recipient: EmailAddress

    /// What we call ourselves in `EHLO`.
    let greeting: String
}

/// Why a letter was not taken: at which step, and what the server said.
struct DeliveryProblem: Error, Sendable, Equatable, CustomStringConvertible {
    enum Step: String, Sendable {
        case resolve, connect, tls, hello, starttls, auth, from, rcpt, data, handover
    }

    let step: Step

    /// The reply's code, or what failed where there was no reply; nothing of the letter or its recipient.
    let cause: String

    /// Whether the letter had begun to leave.
    let handoverBegan: Bool

    /// Whether the server said no, or never got that far.
    let certainlyNotArrived: Bool

    var description: String { "\(step.rawValue): \(cause)" }
}

/// One letter on its way over the wire, seen from the thread that performs.
final class SMTPProgress {
    private var rest: ArraySlice<UInt8>
    private let mayBegin: () -> Bool
    private(set) var handoverBegan = false
    private(set) var wasStopped = false
    private var step = DeliveryProblem.Step.hello
    private var command = ""
    private var reply: String?

    /// The answer to our leaving says nothing about the letter.
    private var isLeaving = false

    /// `mayBegin` is asked once, when the server is ready for the letter and none of it has left.
    init(_ message: [UInt8], mayBegin: @escaping () -> Bool) {
        rest = message[...]
        self.mayBegin = mayBegin
    }

    /// Fills the room and says how much of it; nil stops the transfer.
    func give(into room: UnsafeMutableBufferPointer<UInt8>) -> Int? {
        if !handoverBegan {
            guard mayBegin() else {
                wasStopped = true
                return nil
            }
            (handoverBegan, reply, step) = (true, nil, .handover)
        }
        let piece = rest.prefix(room.count)
        _ = room.update(fromContentsOf: piece)
        rest = rest.dropFirst(piece.count)
        return piece.count
    }

    /// Looks at the first word only: what follows may be a password.
    func noteCommand(_ line: UnsafeBufferPointer<UInt8>) {
        let bytes = line.prefix { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\r") }
        let word = String(decoding: bytes, as: UTF8.self)
        if word == "QUIT" { isLeaving = true }
        guard !handoverBegan, !isLeaving else { return }
        switch word {
        case "EHLO", "HELO": step = .hello
        case "STARTTLS": step = .starttls
        case "AUTH": step = .auth
        case "MAIL": step = .from
        case "RCPT": step = .rcpt
        case "DATA": step = .data
        default: return
        }
        reply = nil
    }

    /// Keeps the three digits and, where there is one, the enhanced code (RFC 3463): the rest may name somebody.
    func noteReply(_ line: UnsafeBufferPointer<UInt8>) {
        let digits = line.prefix(3)
        guard !isLeaving, digits.count == 3, digits.allSatisfy(\.isDigit) else { return }
        let second = line.dropFirst(4).prefix { $0.isDigit || $0 == UInt8(ascii: ".") }
        let code = String(decoding: digits, as: UTF8.self)
        reply =
            second.count { $0 == UInt8(ascii: ".") } == 2
            ? "\(code) \(String(decoding: second, as: UTF8.self))" : code
    }

    /// What went wrong, once libcurl has said that something did.
    func problem(_ fault: Curl.Problem) -> DeliveryProblem {
        let isRefusal = reply.map { $0.hasPrefix("4") || $0.hasPrefix("5") } ?? false
        let place: DeliveryProblem.Step =
            switch fault.kind {
            case .resolve: .resolve
            case .connect: .connect
            case .tls where !handoverBegan:
                step == .starttls || step == .hello && reply != nil ? .starttls : .tls
            default: step
            }
        return DeliveryProblem(
            step: place,
            cause: isRefusal ? "the server answered \(reply ?? "")" : fault.text,
            handoverBegan: handoverBegan,
            certainlyNotArrived: !handoverBegan || isRefusal
        )
    }
}

/// Hands letters to a mail server; what `portal mail test` and the outbox have in common.
struct MailSender: Sendable {
    let server: MailServer
    let publicURL: PublicURL

    /// Returns when the server has taken the letter; waits on a thread of its own.
    ///
    /// Throws ``DeliveryProblem``. `mayBegin` is asked on that thread, when the server is ready for the letter.
    func send(
        _ message: MIMEMessage,
        to recipient: EmailAddress,
        mayBegin: @escaping @Sendable () -> Bool = { true }
    ) async throws {
        let envelope = Envelope(
            sender: server.sender,
            recipient: recipient,
            greeting: PublicURL.withoutPort(publicURL.host)
        )
        let bytes = message.bytes(from: server.sender, to: recipient)
        try await withCheckedThrowingContinuation { (caller: CheckedContinuation<Void, any Error>) in
            do {
                try OwnThread { [server] in
                    caller.resume(with: Result { try MailSender.deliver(bytes, envelope, server, mayBegin) })
                }.leave()
            } catch {
                caller.resume(throwing: error)
            }
        }
    }

    private static func deliver(
        _ bytes: [UInt8],
        _ envelope: Envelope,
        _ server: MailServer,
        _ mayBegin: @Sendable () -> Bool
    ) throws {
        let curl = try Curl()
        try withoutActuallyEscaping(mayBegin) { mayBegin in
            let progress = SMTPProgress(bytes, mayBegin: mayBegin)
            do throws(Curl.Problem) {
                try curl.deliver(envelope, by: server, progress)
            } catch {
                throw progress.problem(error)
            }
        }
    }
}
