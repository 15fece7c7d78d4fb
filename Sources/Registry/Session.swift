package import FoundationEssentials

/// A signed-in browser: `id.secret` in its cookie, a digest of the secret here.
package struct Session: Sendable {
    package let id: String
    package let account: Account

    /// When a second factor was last shown in it, or the password again where there is none.
    package let provenAt: Date?
    let startedAt: Date

    /// Since when its person has the second factor they have.
    let secondFactorSetAt: Date?
    var hasSecondFactor: Bool { secondFactorSetAt != nil }

    /// What it may do as an administrator's.
    let rank: Rank

    /// Whether its customer chooses a company for each application.
    let actsForSeveral: Bool

    /// What its customer last used, see ``CustomerAccess/keep(language:)``.
    let language: String?

    /// Whether it is let in: an administrator's needs a second factor, a partner's only where there is one.
    var isProven: Bool {
        provenAt != nil || account.role == .customer || account.role == .partner && !hasSecondFactor
    }

    /// When its person last showed who they are with all that is asked of them.
    var shownAt: Date? { provenAt ?? (hasSecondFactor || account.role == .admin ? nil : startedAt) }

    /// How stale `seen_at` may grow, so that most requests only read.
    static let secondsBetweenSightings = 60

    fileprivate static func sighting(of place: RecentReads.Place, at now: Date) -> SQL {
        "UPDATE sessions SET seen_at = \(now) WHERE tenant = \(place.tenant) AND id = \(place.id)"
    }
}

/// A session that lives, as the database has it.
struct StoredSession: Sendable {
    let digest: [UInt8]
    let seenAt: Date
    let account: Account
    let provenAt: Date?
    let startedAt: Date
    let secondFactorSetAt: Date?
    let rank: Rank
    let actsForSeveral: Bool
    let language: String?

    /// `idle`: how long it may have been unused, in seconds.
    fileprivate static func select(
        _ place: RecentReads.Place,
        as role: Role,
        idle: Int,
        at now: Date
    ) -> SQL {
        let idleSince = now.addingTimeInterval(-Double(idle))
        return """
            SELECT s.digest, s.seen_at, a.id, a.role, a.email, a.name, a.organisation, s.proven_at, f.set_at,
                a.rank, s.started_at,
                EXISTS (SELECT 1 FROM companies c WHERE c.tenant = a.tenant AND c.account = a.id), a.language
            FROM sessions s JOIN accounts a ON a.tenant = s.tenant AND a.id = s.account
            LEFT JOIN second_factors f ON f.tenant = s.tenant AND f.account = s.account
            WHERE s.tenant = \(place.tenant) AND s.id = \(place.id) AND s.role = \(role)
                AND s.expires_at > \(now) AND s.seen_at > \(idleSince) AND a.closed_at IS NULL
                AND a.disabled_at IS NULL
            """
    }

    fileprivate init(_ row: Row) throws {
        digest = try row.bytes(0)
        seenAt = try row.date(1)
        account = try Account(row, from: 2)
        provenAt = try row.optionalDate(7)
        secondFactorSetAt = try row.optionalDate(8)
        guard let rank = Rank(rawValue: try row.text(9)) else { throw DamagedRow(place: "accounts.rank") }
        self.rank = rank
        startedAt = try row.date(10)
        actsForSeveral = try row.bool(11)
        language = try row.optionalText(12)
    }
}

struct NewSession: Sendable {
    let id: String
    let digest: [UInt8]
    let account: Account
    let address: String
    let browser: String
}

/// What a person proves who they are with.
package struct SignIn: Sendable {
    package let email: String
    package let password: String
    package let role: Role

    /// What the browser calls itself, for people to tell their sessions apart.
    package let browser: String

    /// The cookie by which this browser is known again; nil for one without.
    package let browserToken: String?

    /// Of the page it is done on; nil where that is English for everybody, or there is none.
    package let language: String?

    package init(
        email: String,
        password: String,
        role: Role,
        browser: String = "",
        browserToken: String? = nil,
        language: String? = nil
    ) {
        self.email = email
        self.password = password
        self.role = role
        self.browser = browser
        self.browserToken = browserToken
        self.language = language
    }
}

/// Why somebody was not signed in; a caller without the password must not learn whether the account exists.
package enum SignInRefusal: Error, Equatable, Sendable {
    case wrongEmailOrPassword

    /// Told to nobody whose password was wrong.
    case accountDisabled
}

// MARK: - What may be done with it

extension ApplicationRegistry {
    /// Signs somebody in: always a new session (SL-02), and one password hash whoever asks (SL-06).
    ///
    /// Throws ``SignInRefusal``.
    package func start(
        _ signIn: SignIn,
        at tenant: Tenant,
        from provenance: Provenance
    ) async throws
        -> SecretText
    {
        let (account, hash) = try await owner(of: signIn, at: tenant, from: provenance)
        // A hash made when hashes cost less is replaced in the one moment its password is known (SL-09).
        let isStale = passwords.needsRehash(hash)
        let renewed = isStale ? try await passwords.hash(signIn.password, at: tenant.id) : nil
        let (cookie, now) = (newSecret(.session, at: tenant), clock())
        let session = NewSession(
            id: cookie.id,
            digest: cookie.digest(with: secretKeys),
            account: account,
            address: provenance.address,
            browser: signIn.browser
        )
        let hasBegun = try await database.transaction(.tenant(tenant.id)) { transaction in
            guard try transaction.hold(account.id, provenBy: hash, tenant: tenant.id) else { return false }
            if let renewed { try transaction.set(renewed, of: account.id, tenant: tenant.id) }
            try self.begin(session, by: signIn, at: tenant, from: provenance, on: now, transaction)
            return true
        }
        // Proved against what stands there now: another password, the same hashed anew, or an account shut out.
        return hasBegun ? cookie : try await start(signIn, at: tenant, from: provenance)
    }

    /// Keeps a session, and what its beginning says about its owner.
    private func begin(
        _ session: NewSession,
        by signIn: SignIn,
        at tenant: Tenant,
        from provenance: Provenance,
        on now: Date,
        _ transaction: any Connection
    ) throws {
        let (account, life) = (session.account, tenant.policy.sessionLife(of: session.account.role))
        try transaction.insert(session, lasting: life.absolute, tenant: tenant.id, at: now)
        try noteBrowser(of: signIn, account, provenance, in: transaction, tenant.id, now)
        if try transaction.isLetInByPassword(account, tenant: tenant.id) {
            try note(letIn: signIn.browserToken, account, in: transaction, tenant, now)
        }
        if let language = signIn.language {
            try transaction.keep(language, of: account.id, tenant: tenant.id)
        }
        if account.role != .admin {
            try transaction.noteSignIn(of: account.id, tenant: tenant.id, at: now)
        }
        try ledger.record(
            .signedIn,
            of: account.id.text,
            by: account.actor,
            from: provenance,
            in: transaction,
            tenant: tenant.id,
            at: now
        )
    }

    /// Whose address and password these are; throws ``SignInRefusal``.
    private func owner(
        of signIn: SignIn,
        at tenant: Tenant,
        from provenance: Provenance
    ) async throws -> (Account, PasswordHash) {
        let known = try await account(for: signIn, at: tenant)
        let isRight = try await passwords.verifies(signIn.password, known?.password, at: tenant.id)
        guard isRight, let known, !known.isDisabled else {
            try await recordRefusal(of: known?.account.id, signIn.role, at: tenant, from: provenance)
            throw isRight ? SignInRefusal.accountDisabled : .wrongEmailOrPassword
        }
        return (known.account, known.password)
    }

    func account(for signIn: SignIn, at tenant: Tenant) async throws -> KnownAccount? {
        guard let email = EmailAddress(signIn.email) else { return nil }
        return try await database.read(.tenant(tenant.id)) { connection in
            try connection.account(of: email, as: signIn.role, tenant: tenant.id)
        }
    }

    func recordRefusal(
        of account: AccountID?,
        _ role: Role,
        at tenant: Tenant,
        from provenance: Provenance
    ) async throws {
        try await enter(
            .signInRefused,
            of: account?.text ?? "unknown",
            by: .somebody,
            [("role", role.rawValue)],
            from: provenance,
            at: tenant
        )
    }

    /// The session a cookie stands for, if it is alive in this tenant and role.
    func session(
        _ cookie: String,
        as role: Role,
        at tenant: Tenant,
        from provenance: Provenance
    ) async throws -> Session? {
        guard let secret = SecretText(parsing: cookie, kind: .session) else { return nil }
        let (now, shown) = (clock(), secret.shown(to: secretKeys))
        let place = RecentReads.Place(tenant: tenant.id, id: secret.id)
        let found = try await recentReads.sessions.fact(place, at: now) {
            let idle = tenant.policy.sessionLife(of: role).idle
            let query = StoredSession.select(place, as: role, idle: idle, at: now)
            return try await database.read(query, .tenant(tenant.id)).first.map(StoredSession.init)
        }
        guard let found, found.account.role == role, try shown.isKept(as: found.digest) else {
            watch(secret, .session, at: tenant, from: provenance)
            return nil
        }
        if now.timeIntervalSince(found.seenAt) > Double(Session.secondsBetweenSightings) {
            await noteSighting(of: place, at: now)
        }
        return Session(
            id: secret.id,
            account: found.account,
            provenAt: found.provenAt,
            startedAt: found.startedAt,
            secondFactorSetAt: found.secondFactorSetAt,
            rank: found.rank,
            actsForSeveral: found.actsForSeveral,
            language: found.language
        )
    }

    /// Nobody is turned away because this cannot be written now: the next request tries it again.
    private func noteSighting(of place: RecentReads.Place, at now: Date) async {
        do {
            try await database.write(Session.sighting(of: place, at: now), .tenant(place.tenant))
            recentReads.sessions.forget(place)
        } catch {}
    }

    /// Ends a session on every node at once.
    func end(_ session: Session, at tenant: Tenant, from provenance: Provenance) async throws {
        let (now, ledger) = (clock(), ledger)
        try await recentReads.changing {
            try await database.transaction(.tenant(tenant.id)) { transaction in
                try transaction.deleteSession(session.id, tenant: tenant.id)
                try ledger.record(
                    .signedOut,
                    of: session.account.id.text,
                    by: session.account.actor,
                    from: provenance,
                    in: transaction,
                    tenant: tenant.id,
                    at: now
                )
            }
        }
    }
}

extension Account {
    var actor: Actor {
        switch role {
        case .partner: .partner(id)
        case .customer: .customer(id)
        case .admin: .admin(id)
        }
    }
}
