package import FoundationEssentials

/// What the portal knows: tenants, people, applications, consent, tokens, and the record of it all.
///
/// The front door. It is handed its database, its clock and its entropy and reaches for nothing else; the rest
/// of the product comes through it to the capabilities of `Access.swift`.
package final class ApplicationRegistry: Sendable {
    /// Decodes an upload; throws ``LogoRefusal`` or ``LogoWorkshopFault``.
    package typealias LogoDecoder = @Sendable ([UInt8]) async throws -> Logo

    let database: any Database
    let clock: @Sendable () -> Date
    let entropy: Entropy
    let passwords: PasswordHasher
    let decodeLogo: LogoDecoder

    /// Digests of every secret we make.
    let secretKey: DigestKey

    /// What no secret has, to compare with where there is none.
    let digestOfNothing: [UInt8]
    let ledger: Ledger

    /// Where letters are left to be delivered.
    package let outbox: Outbox
    let uses = UseLog()
    let activity = ActivityLog()
    let recentReads: RecentReads
    let ledgerChecks = LedgerChecks()

    /// What each tenant's key for receipts is made from.
    let receiptSeed: DigestKey
    private let formKey: DigestKey

    /// Keeps the keys of authenticator apps.
    let factorKey: SealingKey

    /// Makes the key that a session may set up.
    let newFactorKey: DigestKey

    /// By which processes that share a database are told apart.
    private let processName: String

    /// By which the data knows the master key again.
    private let keyMark: [UInt8]
    private let knownTenants: KnownTenants

    package init(
        database: any Database,
        masterKey: [UInt8],
        clock: @escaping @Sendable () -> Date,
        entropy: Entropy,
        passwords: PasswordHasher,
        decodeLogo: @escaping LogoDecoder,
        onSecretDigest: (@Sendable () -> Void)? = nil
    ) {
        self.database = database
        self.clock = clock
        self.entropy = entropy
        self.passwords = passwords
        self.decodeLogo = decodeLogo
        secretKey = DigestKey(masterKey, purpose: "secrets", whenUsed: onSecretDigest)
        digestOfNothing = secretKey.digest([])
        ledger = Ledger(key: DigestKey(masterKey, purpose: "ledger"))
        outbox = Outbox(key: SealingKey(masterKey, purpose: "letters"), entropy: entropy)
        receiptSeed = DigestKey(masterKey, purpose: "receipts")
        formKey = DigestKey(masterKey, purpose: "forms")
        factorKey = SealingKey(masterKey, purpose: "second factors")
        newFactorKey = DigestKey(masterKey, purpose: "new second factors")
        keyMark = DigestKey(masterKey, purpose: "mark").digest([])
        processName = entropy.base62(22)
        recentReads = RecentReads { [weak database] in database?.announceChange() }
        knownTenants = KnownTenants(lifetime: database.isShared ? 1 : .infinity, clock: clock)
        database.onChangeElsewhere { [recentReads, knownTenants] in
            recentReads.forget()
            knownTenants.forget()
        }
    }

    /// Brings the tables up to date; throws ``MigrationProblem`` for data that is newer than this program.
    ///
    /// Throws ``ForeignKey`` when the data was made under another master key: nothing in it could be proven.
    /// Throws ``NoUnicodeTables`` where ICU cannot be used.
    package func open() async throws {
        try NoUnicodeTables.check()
        try await migrate(database, Schema.migrations)
        let mark = keyMark
        let isOurs = try await database.transaction(.directory) { transaction in
            try transaction.send(
                "INSERT INTO master_keys (number, mark) VALUES (1, \(mark)) ON CONFLICT (number) DO NOTHING"
            )
            return try transaction.run("SELECT 1 FROM master_keys WHERE mark = \(mark)").count == 1
        }
        guard isOurs else { throw ForeignKey() }
    }

    /// What a form carries to prove that we wrote it for this browser: a seal over its cookie.
    package func seal(_ cookie: String) -> String {
        base64URL(formKey.digest(Array(cookie.utf8)))
    }

    package func isSeal(_ seal: String, of cookie: String) -> Bool {
        areEqualInConstantTime(Array(seal.utf8), Array(self.seal(cookie).utf8))
    }

    /// A random value for a cookie or a form, 131 bits.
    package func freshToken() -> String { entropy.base62(22) }

    package func now() -> Date { clock() }
}

/// The data was made under another master key.
package struct ForeignKey: Error {}

// MARK: - Tenants

extension ApplicationRegistry {
    package func tenant(named name: String) async throws -> Tenant? {
        guard let tenantName = TenantName(name) else { return nil }
        return try await knownTenants.tenant(.name(name)) {
            try await database.read(.directory) { try $0.tenant(named: tenantName) }
        }
    }

    /// The tenant that owns a host name, which is lower case and without a port.
    package func tenant(atHost host: String) async throws -> Tenant? {
        try await knownTenants.tenant(.host(host)) {
            try await database.read(.directory) { try $0.tenant(atHost: host) }
        }
    }

    package func tenants() async throws -> [Tenant] {
        try await database.read(.directory) { try $0.allTenants() }
    }

    /// Writes a tenant as its file describes it; doing it twice changes nothing.
    ///
    /// For the operator. Throws ``TenantRefusal`` when a host belongs to another tenant, and
    /// ``DatabaseFault/busy`` when another process made a tenant in the same moment.
    package func importTenant(_ settings: Tenant.Settings, as name: TenantName) async throws -> Tenant {
        let (now, ledger) = (clock(), ledger)
        let id = try await database.read(.directory) { connection in
            try connection.tenant(named: name)?.id ?? connection.nextTenantID()
        }
        let tenant = try await database.transaction(.tenant(id)) { transaction in
            for host in settings.hosts {
                if let owner = try transaction.tenant(atHost: host), owner.name != name {
                    throw TenantRefusal.hostTaken(host, by: owner.name)
                }
            }
            if let standing = try transaction.tenant(named: name), standing.settings == settings {
                return standing
            }
            guard try transaction.save(settings, as: name, id: id, at: now) else { throw DatabaseFault.busy }
            try ledger.record(
                .tenantImported,
                of: name.text,
                by: .theOperator,
                from: Provenance(address: "local", reference: "command line"),
                in: transaction,
                tenant: id,
                at: now
            )
            return Tenant(id: id, name: name, settings: settings)
        }
        knownTenants.forget()
        database.announceChange()
        return tenant
    }
}

/// Why a tenant could not be imported.
package enum TenantRefusal: Error, Equatable, Sendable {
    case hostTaken(String, by: TenantName)
}

// MARK: - Housekeeping

extension ApplicationRegistry {
    /// Writes the last uses gathered since the last call; to be called about once a second, and before closing.
    package func writeLastUses() async throws {
        try await uses.write(to: database)
    }

    /// Deletes up to `batch` expired rows of each kind of each tenant and says how many went; one tenant after
    /// the other, so that nobody waits long.
    package func sweep(batch: Int = 500) async throws -> Int {
        let now = clock()
        guard try await takesOn(.sweep, for: 90, at: now) else { return 0 }
        var swept = 0
        for tenant in try await database.read(.directory, { try $0.tenantIDs() }) {
            swept += try await database.transaction(.tenant(tenant)) {
                try $0.deleteExpired(of: tenant, upTo: batch, at: now)
            }
            swept += try await lapseConsents(of: tenant, upTo: batch, at: now)
        }
        return swept
    }

    /// Whether this process is the one that does a chore for the next seconds; one that stops is followed by another.
    private func takesOn(_ chore: Chore, for seconds: TimeInterval, at now: Date) async throws -> Bool {
        guard database.isShared else { return true }
        let end = now.addingTimeInterval(seconds)
        return try await !database.write(
            """
            INSERT INTO chores (name, holder, held_until) VALUES (\(chore.rawValue), \(processName), \(end))
            ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, held_until = excluded.held_until
            WHERE chores.holder = excluded.holder OR chores.held_until < \(now)
            RETURNING name
            """,
            .directory
        ).isEmpty
    }

    /// Copies everything into a database that has nothing in it; throws ``MoveProblem``.
    ///
    /// Nobody may serve either of them meanwhile.
    package func copy(to target: any Database) async throws -> MoveSummary {
        try await Move(source: database, target: target, ledger: ledger, clock: clock).run()
    }

    /// Closes the database; what was answered is on disk already.
    package func close() async throws {
        try await writeLastUses()
        try await writeActivity()
        await database.close()
    }
}

/// What one of all processes does for the others.
private enum Chore: String {
    case sweep
}

extension Connection {
    /// What has expired, a batch of each kind; a request stays a day longer so that it can be started again, and
    /// a letter and a link a week, so that it can be told what became of them.
    fileprivate func deleteExpired(of tenant: TenantID, upTo batch: Int, at now: Date) throws -> Int {
        let yesterday = now.addingTimeInterval(-86_400)
        let lastWeek = now.addingTimeInterval(-7 * 86_400)
        let lastYear = now.addingTimeInterval(-366 * 86_400)
        let statements: [SQL] = [
            """
            DELETE FROM access_tokens WHERE tenant = \(tenant) AND (id) IN
                (SELECT id FROM access_tokens
                WHERE tenant = \(tenant) AND expires_at < \(now) LIMIT \(batch)) RETURNING 1
            """,
            """
            DELETE FROM refresh_tokens WHERE tenant = \(tenant) AND (id) IN
                (SELECT id FROM refresh_tokens
                WHERE tenant = \(tenant) AND kept_until < \(now) LIMIT \(batch)) RETURNING 1
            """,
            """
            DELETE FROM token_families WHERE tenant = \(tenant) AND (id) IN
                (SELECT id FROM token_families
                WHERE tenant = \(tenant) AND expires_at < \(now) LIMIT \(batch)) RETURNING 1
            """,
            """
            DELETE FROM authorization_codes WHERE tenant = \(tenant) AND (id) IN
                (SELECT id FROM authorization_codes
                WHERE tenant = \(tenant) AND kept_until < \(now) LIMIT \(batch)) RETURNING 1
            """,
            """
            DELETE FROM authorization_requests WHERE tenant = \(tenant) AND (id) IN
                (SELECT id FROM authorization_requests
                WHERE tenant = \(tenant) AND expires_at < \(yesterday) LIMIT \(batch)) RETURNING 1
            """,
            """
            DELETE FROM sessions WHERE tenant = \(tenant) AND (id) IN
                (SELECT id FROM sessions
                WHERE tenant = \(tenant) AND expires_at < \(now) LIMIT \(batch)) RETURNING 1
            """,
            """
            DELETE FROM secret_uses WHERE tenant = \(tenant) AND (application, secret, hour, address_block) IN
                (SELECT application, secret, hour, address_block FROM secret_uses
                WHERE tenant = \(tenant) AND hour < \(yesterday) LIMIT \(batch)) RETURNING 1
            """,
            """
            DELETE FROM shared_counts WHERE tenant = \(tenant) AND (digest) IN
                (SELECT digest FROM shared_counts
                WHERE tenant = \(tenant) AND expires_at < \(now) LIMIT \(batch)) RETURNING 1
            """,
            """
            DELETE FROM staged_logos WHERE tenant = \(tenant) AND (id) IN
                (SELECT id FROM staged_logos
                WHERE tenant = \(tenant) AND expires_at < \(now) LIMIT \(batch)) RETURNING 1
            """,
            """
            DELETE FROM known_browsers WHERE tenant = \(tenant) AND (account, digest) IN
                (SELECT account, digest FROM known_browsers
                WHERE tenant = \(tenant) AND seen_at < \(lastYear) LIMIT \(batch)) RETURNING 1
            """,
            """
            DELETE FROM outbox WHERE tenant = \(tenant) AND (id) IN
                (SELECT id FROM outbox
                WHERE tenant = \(tenant) AND id < \(Outbox.firstID(at: lastWeek)) LIMIT \(batch)) RETURNING 1
            """,
            """
            DELETE FROM one_time_links WHERE tenant = \(tenant) AND (id) IN
                (SELECT id FROM one_time_links
                WHERE tenant = \(tenant) AND expires_at < \(lastWeek) LIMIT \(batch)) RETURNING 1
            """,
        ]
        return try (statements + Activity.sweeping(tenant, upTo: batch, at: now)).reduce(0) {
            try $0 + run($1).count
        }
    }
}

/// A row that is not what we wrote: a fault, never a refusal.
struct DamagedRow: Error {
    /// Table, or table and column.
    let place: String
}
