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

/// Everything that may be tried only so often; how often, the tenant's ``Tries`` say.
struct Brakes: Sendable {
    /// Per tenant, client and address.
    let clientFailures: Brake

    /// Per tenant, role and e-mail address.
    let signInFailures: Brake

    /// The same for a day.
    let dailySignInFailures: Brake

    /// Per tenant and account.
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
        reports = brake("report", .reportsPerHour, per: hour)
        signUps = brake("sign-up", .signUpsPerHour, per: hour)
        registrations = brake("registration", .registrationsPerDay, per: day)
        invitations = brake("invitation", .invitationsPerHour, per: hour)
        proofsOfApplication = brake("proof, application", .domainChecksPerHour, per: hour)
        proofsOfDomain = brake("proof, domain", .domainChecksPerHour, per: hour)
        resets = brake("reset", .passwordResetsPerHour, per: hour)
        letters = Brake("letter", per: minute, now) { _ in 1 }
        dailyLetters = brake("letters, daily", .lettersPerDay, per: day)
        uploads = brake("upload", .uploadsPerMinute, per: minute)
        records = RateLimiter(per: hour, now: now)
    }

    /// Leaves a word in the ledger that somebody tried something too often (AU-01).
    func record(refusedAt route: String?, _ visit: Visit) async throws {
        guard let route else { return }
        let key = "\(visit.tenant.name) \(route) \(visit.request.clientAddress)"
        guard records.spend(key, limit: 1) == nil else { return }
        try await visit.registry.record(triesRefusedAt: route, at: visit.tenant, from: visit.provenance)
    }

    /// Counts a letter to somebody who may not have asked for it, or returns how long to wait.
    func waitForLetter(to email: EmailAddress, _ visit: Visit) async throws -> Duration? {
        let key = "\(visit.tenant.name) \(email.text)"
        return try await Attempt([(letters, key), (dailyLetters, key)], visit).wait
    }
}
