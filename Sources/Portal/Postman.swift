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
        let round = Round(registry: registry, sender: sender, log: log)
        task = Task { [work] in
            defer { work.isOver.store(true, ordering: .releasing) }
            var secondsToLookEverywhere = 0
            while !Task.isCancelled {
                do {
                    if secondsToLookEverywhere <= 0 {
                        secondsToLookEverywhere = 30
                        try await round.deliver(for: try await registry.tenantIDs())
                    } else {
                        try await round.deliver(for: registry.outbox.recentTenants(at: registry.now()))
                    }
                } catch {
                    log.note(.error, "The outbox was not reached; it is tried again", [("error", "\(error)")])
                }
                secondsToLookEverywhere -= 1
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

/// Delivering what tenants have waiting.
private struct Round: Sendable {
    let registry: ApplicationRegistry
    let sender: MailSender
    let log: Log

    /// Takes a letter of each in turn until nothing waits, so that nobody's many keep another's one.
    ///
    /// Where something is posted meanwhile, its tenant has its turn as well.
    func deliver(for tenants: [TenantID]) async throws {
        var turn = tenants
        while !turn.isEmpty {
            var waiting: [TenantID] = []
            for id in turn where try await deliverOne(of: id) {
                waiting.append(id)
            }
            let posted = waiting.isEmpty ? [] : registry.outbox.recentTenants(at: registry.now())
            turn = waiting + posted.filter { !turn.contains($0) }
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
