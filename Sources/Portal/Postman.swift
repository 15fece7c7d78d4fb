import FoundationEssentials
import Registry
import Synchronization
import Web

/// Where letters go.
enum MailRoute: Sendable {
    case server(MailSender)

    /// No server: the operator, on this machine, reads them on a page.
    case localPage

    /// No server, and others could open that page: nothing can be sent.
    case nowhere

    var reaches: Bool { if case .nowhere = self { false } else { true } }
}

/// Takes letters from the outbox to the mail server, one after another, while the server runs.
///
/// Every second it looks where something was just posted, and twice a minute everywhere.
struct Postman {
    private final class Work: Sendable {
        let isOver = Atomic(false)
    }

    private let task: Task<Void, Never>
    private let work = Work()

    init(of registry: ApplicationRegistry, _ sender: MailSender, _ log: Log) {
        task = Task { [work] in
            var round = Round(registry: registry, sender: sender, log: log)
            defer { work.isOver.store(true, ordering: .releasing) }
            var nextLookEverywhere = ContinuousClock.now
            while !Task.isCancelled {
                do {
                    if nextLookEverywhere <= .now {
                        nextLookEverywhere = .now + .seconds(30)
                        try await round.turn(everywhere: true)
                    } else {
                        try await round.turn()
                    }
                } catch {
                    log.note(.error, "The outbox was not reached; it is tried again", [("error", "\(error)")])
                    round.waiting = []
                }
                guard round.waiting.isEmpty else { continue }
                do { try await Task.sleep(for: .seconds(1)) } catch { return }
            }
        }
    }

    /// Takes no other letter, and gives the one that is on its way five seconds to arrive: it is tried again
    /// when a claim has ended, if it did not.
    func stop() async {
        task.cancel()
        for _ in 0..<50 where !work.isOver.load(ordering: .acquiring) {
            do { try await Task.sleep(for: .milliseconds(100)) } catch { return }
        }
    }
}

/// Delivering what tenants have waiting, a letter of each in turn, so that nobody's many keep another's one.
private struct Round {
    let registry: ApplicationRegistry
    let sender: MailSender
    let log: Log

    /// Of whom there was a letter in the last turn, and may be another.
    var waiting: [TenantID] = []

    /// When the last turn began, however long it took: what was posted meanwhile is in the next.
    private var lastBegan: Date?

    init(registry: ApplicationRegistry, sender: MailSender, log: Log) {
        (self.registry, self.sender, self.log) = (registry, sender, log)
    }

    /// Delivers one letter of each who has one, among those where there may be, or everywhere.
    mutating func turn(everywhere: Bool = false) async throws {
        let now = registry.now()
        let posted = registry.outbox.recentTenants(at: lastBegan ?? now)
        lastBegan = now
        let tenants =
            try await everywhere ? registry.tenantIDs() : waiting + posted.filter { !waiting.contains($0) }
        waiting = []
        for id in tenants where try await deliverOne(of: id) {
            waiting.append(id)
        }
    }

    /// Says whether there was one.
    private func deliverOne(of id: TenantID) async throws -> Bool {
        guard !Task.isCancelled, let letter = try await registry.claimLetter(of: id),
            let tenant = try await registry.tenant(of: id)
        else { return false }
        try await deliver(letter, of: tenant)
        return true
    }

    private func deliver(_ letter: PostedLetter, of tenant: Tenant) async throws {
        let writer = LetterWriter(to: letter, from: tenant, publicURL: sender.publicURL)
        let message = writer.message(letter)
        let (registry, log) = (registry, log)
        do {
            try await sender.send(message, to: letter.recipient) {
                ThisThread.run {
                    do { return try await registry.beginHandover(of: letter) } catch {
                        log.note(
                            .error,
                            "An e-mail was not begun; it is tried again",
                            [("error", "\(error)")]
                        )
                        return false
                    }
                }
            }
            try await registry.end(letter)
        } catch let problem as DeliveryProblem {
            try await postpone(letter, problem, tenant)
        }
    }

    private func postpone(
        _ letter: PostedLetter,
        _ problem: DeliveryProblem,
        _ tenant: Tenant
    ) async throws {
        let isTriedAgain = try await registry.postpone(
            letter,
            problem.description,
            certainlyNotArrived: problem.certainlyNotArrived,
            handoverBegan: problem.handoverBegan
        )
        log.note(
            isTriedAgain ? .warning : .error,
            isTriedAgain ? "An e-mail was not taken; it is tried again" : "An e-mail was given up",
            [("tenant", tenant.name.text), ("step", problem.step.rawValue), ("cause", problem.cause)]
        )
    }
}

extension LetterWriter {
    /// A posted letter as it travels.
    func message(_ posted: PostedLetter) -> MIMEMessage {
        let written = write(posted.letter)
        return MIMEMessage(
            id: posted.id,
            date: posted.postedAt,
            senderName: tenant.brand.displayName,
            replyTo: tenant.brand.supportEmail.flatMap { EmailAddress($0) },
            language: written.language,
            subject: written.subject,
            text: written.text(from: tenant),
            html: written.html(from: tenant)
        )
    }
}
