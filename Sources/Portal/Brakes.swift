import Registry
import Web

/// Keeps something from being tried too often: counted in this process and, where others serve the same data, with
/// them.
struct Brake: Sendable {
    private let limiter: RateLimiter
    private let allowance: Allowance
    private let limit: @Sendable (Policy) -> Int

    /// `name` stands in rows, and never changes.
    fileprivate init(
        _ name: String,
        per period: Duration,
        _ now: @escaping @Sendable () -> Duration,
        _ limit: @escaping @Sendable (Policy) -> Int
    ) {
        limiter = RateLimiter(per: period, now: now)
        allowance = Allowance(name: name, period: period)
        self.limit = limit
    }

    /// Counts a try and returns nil, or returns after how long the next one will be allowed.
    func spend(_ key: String, _ visit: Visit) async throws -> Duration? {
        let limit = limit(visit.tenant.policy)
        if let wait = limiter.spend(key, limit: limit) { return wait }
        let shared = try await visit.registry.spend(allowance, key, limit: limit, at: visit.tenant)
        guard let wait = shared else { return nil }
        limiter.exhaust(key, limit: limit)
        return wait
    }

    /// Returns what `spend` would, without counting and without asking others.
    func excess(_ key: String, _ visit: Visit) -> Duration? {
        limiter.excess(key, limit: limit(visit.tenant.policy))
    }

    /// Takes the last try back, as if it had not been made.
    func giveBack(_ key: String, _ visit: Visit) async {
        limiter.giveBack(key)
        await mending(visit) { try await visit.registry.giveBack(allowance, key, at: visit.tenant) }
    }

    /// Gives a key its whole allowance back.
    func forget(_ key: String, _ visit: Visit) async {
        limiter.forget(key)
        await mending(visit) { try await visit.registry.forget(allowance, key, at: visit.tenant) }
    }

    /// What was tried is over by then, and is not undone because a count is too high for a while.
    private func mending(_ visit: Visit, _ count: () async throws -> Void) async {
        do {
            try await count()
        } catch {
            visit.site.log.note(
                .warning,
                "A try was not given back",
                [("req", visit.request.id), ("error", "\(error)")]
            )
        }
    }
}

/// Attempts that count before anybody knows how they end, so that many at once are no more than one by one.
struct Attempt {
    private let counted: [(brake: Brake, key: String)]
    private let visit: Visit

    /// How long to wait first; then nothing was counted.
    let wait: Duration?

    init(_ brakes: [(brake: Brake, key: String)], _ visit: Visit) async throws {
        self.visit = visit
        counted = brakes
        for (place, one) in brakes.enumerated() {
            guard let wait = try await one.brake.spend(one.key, visit) else { continue }
            for counted in brakes[..<place] { await counted.brake.giveBack(counted.key, visit) }
            self.wait = wait
            return
        }
        wait = nil
    }

    /// Runs what has to be proved, which counts where the proof was wrong: not once it went well, nor where something
    /// else stood in its way.
    func proving<Result>(
        _ act: () async throws -> Result,
        isWrong: (any Error) -> Bool
    ) async throws -> Result {
        do {
            let result = try await act()
            await takeBack()
            return result
        } catch  where !isWrong(error) {
            await takeBack()
            throw error
        }
    }

    /// Runs what counts itself, and not where nothing came of it.
    func doing<Result>(_ act: () async throws -> Result) async throws -> Result {
        do {
            return try await act()
        } catch {
            await takeBack()
            throw error
        }
    }

    /// Where nothing was tried after all.
    func takeBack() async {
        for (brake, key) in counted { await brake.giveBack(key, visit) }
    }
}

/// Everything that may be tried only so often; how often, the tenant's ``Tries`` say.
struct Brakes: Sendable {
    /// Per tenant, client and neighbourhood, see ``Visit/neighbourhood``.
    let clientFailures: Brake

    /// Per tenant, role and e-mail address.
    let signInFailures: Brake

    /// The same for a day.
    let dailySignInFailures: Brake

    /// Per tenant and account, and for who is in per session.
    let secondFactorFailures: Brake

    /// Per tenant, customer and neighbourhood, where an application brings the password.
    let passwordFailures: Brake

    /// Per tenant and customer, from wherever.
    let dailyPasswordFailures: Brake

    /// Per neighbourhood, whoever is named.
    let addressFailures: Brake

    /// Per neighbourhood: what is kept of requests while nobody has signed in.
    ///
    /// Each server counts for itself: to tell the others would be a row for each, which is what it spares.
    let waitingRequests: RateLimiter

    /// Per tenant and a partner's session: whatever is changed, of which owners and the ledger hear; each server counts for
    /// itself.
    let acts: RateLimiter

    /// Per neighbourhood: reports of applications.
    let reports: Brake
    let signUps: Brake
    let registrations: Brake

    /// Per tenant and account: letters to people who did not ask for them.
    let invitations: Brake

    /// How often the world is asked for a proof: per application, and about a domain per account and altogether.
    let proofsOfApplication: Brake
    let proofsOfDomain: Brake
    let allProofsOfDomain: Brake

    /// Per neighbourhood: how often new passwords are asked for.
    let resets: Brake

    /// Per tenant, e-mail address and purpose: letters that anybody can cause.
    private let letters: Brake
    private let dailyLetters: Brake
    let uploads: Brake

    /// Per tenant, place and neighbourhood: that it was braked is recorded once an hour.
    private let records: RateLimiter

    init(now: @escaping @Sendable () -> Duration) {
        func brake(_ name: String, _ tries: Tries, per period: Duration) -> Brake {
            Brake(name, per: period, now) { $0[tries] }
        }
        let (minute, hour, day): (Duration, Duration, Duration) = (
            .seconds(60), .seconds(3600), .seconds(86_400)
        )
        clientFailures = brake("client", .clientFailures, per: minute)
        signInFailures = brake("sign-in", .signInFailures, per: minute * 15)
        secondFactorFailures = brake("second factor", .codeFailures, per: minute * 5)
        dailySignInFailures = brake("sign-in, daily", .signInFailuresPerDay, per: day)
        passwordFailures = brake("password", .signInFailures, per: minute * 15)
        dailyPasswordFailures = brake("password, daily", .signInFailuresPerDay, per: day)
        addressFailures = brake("address", .addressFailures, per: minute * 15)
        waitingRequests = RateLimiter(per: minute, now: now)
        acts = RateLimiter(per: minute, now: now)
        reports = brake("report", .reportsPerHour, per: hour)
        signUps = brake("sign-up", .signUpsPerHour, per: hour)
        registrations = brake("registration", .registrationsPerDay, per: day)
        invitations = brake("invitation", .invitationsPerHour, per: hour)
        proofsOfApplication = brake("proof, application", .domainChecksPerHour, per: hour)
        proofsOfDomain = brake("proof, domain", .domainChecksPerHour, per: hour)
        allProofsOfDomain = Brake("proof, domain, all", per: hour, now) { 10 * $0[.domainChecksPerHour] }
        resets = brake("reset", .passwordResetsPerHour, per: hour)
        letters = Brake("letter", per: minute, now) { _ in 1 }
        dailyLetters = brake("letters, daily", .lettersPerDay, per: day)
        uploads = brake("upload", .uploadsPerMinute, per: minute)
        records = RateLimiter(per: hour, now: now)
    }

    /// Counts that a partner changes something, uploads among it; throws ``Refusal/tooMany(_:)`` where no hand is so fast.
    ///
    /// Nobody in another session keeps them from anything.
    func countAct(in session: Session, _ visit: Visit) throws {
        let limit = 120 + visit.tenant.policy[.uploadsPerMinute]
        if let wait = acts.spend(visit.key(of: session), limit: limit) {
            throw Refusal.tooMany(wait)
        }
    }

    /// Leaves a word in the ledger that somebody tried something too often (AU-01).
    func record(refusedAt route: String?, _ visit: Visit) async throws {
        guard let route else { return }
        let key = "\(visit.neighbourhood) \(route)"
        guard records.spend(key, limit: 1) == nil else { return }
        try await visit.registry.record(triesRefusedAt: route, at: visit.tenant, from: visit.provenance)
    }

    /// Counts letters to people who may not have asked for them, or returns how long to wait; then none is counted.
    func waitForLetters(
        to emails: [EmailAddress],
        _ purpose: LetterPurpose,
        _ visit: Visit
    ) async throws -> Duration? {
        let keys = emails.map { "\(visit.tenant.name) \(purpose.text) \($0.text)" }
        return try await Attempt(keys.flatMap { [(letters, $0), (dailyLetters, $0)] }, visit).wait
    }

    func waitForLetter(
        to email: EmailAddress,
        _ purpose: LetterPurpose,
        _ visit: Visit
    ) async throws -> Duration? {
        try await waitForLetters(to: [email], purpose, visit)
    }

    /// The same for letters that somebody causes who is in; throws ``Refusal/tooMany(_:)`` where they cause too many.
    func waitForLetters(
        to emails: [EmailAddress],
        _ purpose: LetterPurpose,
        by author: Account,
        _ visit: Visit
    ) async throws -> Duration? {
        let key = "\(visit.tenant.name) \(author.id)"
        let attempt = try await Attempt(emails.map { _ in (invitations, key) }, visit)
        if let wait = attempt.wait { throw Refusal.tooMany(wait) }
        return try await waitForLetters(to: emails, purpose, visit)
    }
}

/// What a letter is about that anybody can cause: each is counted by itself, so that none keeps another away.
enum LetterPurpose {
    case signUp

    /// Apart where it is asked for with a browser that its reader has signed in with.
    case newPassword(Role, isKnown: Bool)
    case newAddress(Role)

    /// By a partner: to a team, to take an application over, to test one.
    case invitation
    case partnerInvitation

    fileprivate var text: String {
        switch self {
        case .signUp: "sign-up"
        case .newPassword(let role, let isKnown): "new password \(role.rawValue)" + (isKnown ? " known" : "")
        case .newAddress(let role): "new address \(role.rawValue)"
        case .invitation: "invitation"
        case .partnerInvitation: "partner invitation"
        }
    }
}

extension Visit {
    /// What tries from there are counted under at this tenant.
    var neighbourhood: String { "\(tenant.name) \(request.clientNeighbourhood)" }

    /// What the tries of whoever is in are counted under: nobody who is not in that session keeps them from anything.
    func key(of session: Session) -> String { "\(tenant.name) \(session.id)" }

    /// Whether this browser was let in before by whom this address belongs to.
    func isKnown(to email: EmailAddress, as role: Role) async throws -> Bool {
        try await registry.knows(knownToken, of: email, as: role, at: tenant)
    }
}
