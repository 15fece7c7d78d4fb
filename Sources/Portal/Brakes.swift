import Registry
import Web

/// How often something may be tried: counted in this process and, where others serve the same data, with them.
struct Brake: Sendable {
    private let limiter: RateLimiter
    private let allowance: Allowance

    fileprivate init(
        _ name: String,
        _ limit: Int,
        per period: Duration,
        _ now: @escaping @Sendable () -> Duration
    ) {
        limiter = RateLimiter(limit: limit, per: period, now: now)
        allowance = Allowance(name: name, limit: limit, period: period)
    }

    /// Counts a try and returns nil, or returns after how long the next one will be allowed.
    func spend(_ key: String, _ visit: Visit) async throws -> Duration? {
        if let wait = limiter.spend(key) { return wait }
        guard let wait = try await visit.registry.spend(allowance, key, at: visit.tenant) else { return nil }
        limiter.exhaust(key)
        return wait
    }

    /// Returns what `spend` would, without counting and without asking others.
    func excess(_ key: String) -> Duration? { limiter.excess(key) }

    /// Takes the last try back, as if it had not been made.
    func giveBack(_ key: String, _ visit: Visit) async throws {
        limiter.giveBack(key)
        try await visit.registry.giveBack(allowance, key, at: visit.tenant)
    }

    /// Gives a key its whole allowance back.
    func forget(_ key: String, _ visit: Visit) async throws {
        limiter.forget(key)
        try await visit.registry.forget(allowance, key, at: visit.tenant)
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
            for counted in brakes[..<place] { try await counted.brake.giveBack(counted.key, visit) }
            self.wait = wait
            return
        }
        wait = nil
    }

    /// It went well, or could not be judged.
    func forgive() async throws {
        for (brake, key) in counted { try await brake.giveBack(key, visit) }
    }
}

/// Everything that may be tried only so often.
struct Brakes: Sendable {
    /// Per tenant, client and address (CA-04).
    let clientFailures: Brake

    /// Per tenant, role and e-mail address (SL-07).
    let signInFailures: Brake

    /// The same for a day.
    let dailySignInFailures: Brake

    /// Per tenant and account: five codes in five minutes (SL-13).
    let secondFactorFailures: Brake

    /// Per tenant, customer and address, where an application brings the password.
    let passwordFailures: Brake

    /// Per tenant and customer, from wherever.
    let dailyPasswordFailures: Brake

    /// Per tenant and address of the network, whoever is named.
    let addressFailures: Brake

    /// Per address of the network: reports of applications.
    let reports: Brake
    let signUps: Brake
    let registrations: Brake

    /// Per tenant and account: letters to people who are not here yet.
    let invitations: Brake

    /// Per application, and per tenant and domain: how often the world is asked for a proof.
    let proofsOfApplication: Brake
    let proofsOfDomain: Brake

    /// Per address of the network: how often new passwords are asked for.
    let resets: Brake

    /// Per tenant and e-mail address: letters that anybody can cause.
    private let letters: Brake
    private let dailyLetters: Brake
    let uploads: Brake

    /// Per tenant, place and address: that it was braked is recorded once an hour.
    private let records: RateLimiter

    init(now: @escaping @Sendable () -> Duration) {
        let quarter: Duration = .seconds(15 * 60)
        clientFailures = Brake("client", 10, per: .seconds(60), now)
        signInFailures = Brake("sign-in", 5, per: quarter, now)
        secondFactorFailures = Brake("second factor", 5, per: .seconds(5 * 60), now)
        dailySignInFailures = Brake("sign-in, daily", 100, per: .seconds(86_400), now)
        passwordFailures = Brake("password", 5, per: quarter, now)
        dailyPasswordFailures = Brake("password, daily", 100, per: .seconds(86_400), now)
        addressFailures = Brake("address", 50, per: quarter, now)
        reports = Brake("report", 10, per: .seconds(3600), now)
        signUps = Brake("sign-up", 20, per: .seconds(3600), now)
        registrations = Brake("registration", 20, per: .seconds(86_400), now)
        invitations = Brake("invitation", 20, per: .seconds(3600), now)
        proofsOfApplication = Brake("proof, application", 30, per: .seconds(3600), now)
        proofsOfDomain = Brake("proof, domain", 30, per: .seconds(3600), now)
        resets = Brake("reset", 20, per: .seconds(3600), now)
        letters = Brake("letter", 1, per: .seconds(60), now)
        dailyLetters = Brake("letters, daily", 10, per: .seconds(86_400), now)
        uploads = Brake("upload", 60, per: .seconds(60), now)
        records = RateLimiter(limit: 1, per: .seconds(3600), now: now)
    }

    /// Leaves a word in the ledger that somebody tried something too often (AU-01).
    func record(refusedAt route: String?, _ visit: Visit) async throws {
        guard let route, records.spend("\(visit.tenant.name) \(route) \(visit.request.clientAddress)") == nil
        else { return }
        try await visit.registry.record(triesRefusedAt: route, at: visit.tenant, from: visit.provenance)
    }

    /// Counts a letter to somebody who may not have asked for it, or returns how long to wait.
    func waitForLetter(to email: EmailAddress, _ visit: Visit) async throws -> Duration? {
        let key = "\(visit.tenant.name) \(email.text)"
        return try await Attempt([(letters, key), (dailyLetters, key)], visit).wait
    }
}
