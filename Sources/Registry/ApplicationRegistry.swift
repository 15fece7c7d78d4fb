package import FoundationEssentials
import Synchronization

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
    let uses = UseLog()
    let recentReads = RecentReads()
    private let formKey: DigestKey
    private let known = Mutex(KnownTenants())

    package init(
        database: any Database,
        masterKey: [UInt8],
        clock: @escaping @Sendable () -> Date,
        entropy: Entropy,
        passwords: PasswordHasher,
        decodeLogo: @escaping LogoDecoder
    ) {
        self.database = database
        self.clock = clock
        self.entropy = entropy
        self.passwords = passwords
        self.decodeLogo = decodeLogo
        secretKey = DigestKey(masterKey, purpose: "secrets")
        digestOfNothing = secretKey.digest([])
        ledger = Ledger(key: DigestKey(masterKey, purpose: "ledger"))
        formKey = DigestKey(masterKey, purpose: "forms")
    }

    /// Brings the tables up to date; throws ``MigrationProblem`` for data that is newer than this program.
    package func open() async throws {
        try await migrate(database, Schema.migrations)
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

// MARK: - Tenants

/// Tenants read lately.
///
/// One process owns the data, so what it forgets on every import is never stale.
private struct KnownTenants {
    var byName: [String: Tenant] = [:]
    var byHost: [String: Tenant?] = [:]

    static let limit = 1024

    mutating func remember(_ tenant: Tenant) {
        if byName.count >= KnownTenants.limit { byName = [:] }
        byName[tenant.name.text] = tenant
    }

    mutating func remember(_ tenant: Tenant?, at host: String) {
        if byHost.count >= KnownTenants.limit { byHost = [:] }
        byHost[host] = .some(tenant)
    }
}

extension ApplicationRegistry {
    package func tenant(named name: String) async throws -> Tenant? {
        if let tenant = known.withLock({ $0.byName[name] }) { return tenant }
        guard let name = TenantName(name) else { return nil }
        let tenant = try await database.read { try $0.tenant(named: name) }
        if let tenant { known.withLock { $0.remember(tenant) } }
        return tenant
    }

    /// The tenant that owns a host name, which is lower case and without a port.
    package func tenant(atHost host: String) async throws -> Tenant? {
        if let tenant = known.withLock({ $0.byHost[host] }) { return tenant }
        let tenant = try await database.read { try $0.tenant(atHost: host) }
        known.withLock { $0.remember(tenant, at: host) }
        return tenant
    }

    package func tenants() async throws -> [Tenant] {
        try await database.read { try $0.allTenants() }
    }

    /// Writes a tenant as its file describes it; doing it twice changes nothing.
    ///
    /// For the operator. Throws ``TenantRefusal`` when a host belongs to another tenant.
    package func importTenant(_ settings: Tenant.Settings, as name: TenantName) async throws -> Tenant {
        let (now, ledger) = (clock(), ledger)
        let tenant = try await database.transaction { transaction in
            for host in settings.hosts {
                if let owner = try transaction.tenant(atHost: host), owner.name != name {
                    throw TenantRefusal.hostTaken(host, by: owner.name)
                }
            }
            if let standing = try transaction.tenant(named: name), standing.settings == settings {
                return standing
            }
            let id = try transaction.save(settings, as: name, at: now)
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
        known.withLock { $0 = KnownTenants() }
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

    /// Deletes up to `batch` expired rows of each kind and says how many went; small, so that nobody waits long.
    package func sweep(batch: Int = 500) async throws -> Int {
        let now = clock()
        return try await database.transaction { try $0.deleteExpired(upTo: batch, at: now) }
    }

    /// Closes the database; what was answered is on disk already.
    package func close() async throws {
        try await writeLastUses()
        await database.close()
    }
}

extension Connection {
    /// What has expired, a batch of each kind; a request stays a day longer so that it can be started again.
    fileprivate func deleteExpired(upTo batch: Int, at now: Date) throws -> Int {
        let yesterday = now.addingTimeInterval(-86_400)
        let lastMonth = now.addingTimeInterval(-Double(RefusedRedirect.keptSeconds))
        let statements: [SQL] = [
            """
            DELETE FROM access_tokens WHERE (tenant, id) IN
                (SELECT tenant, id FROM access_tokens WHERE expires_at < \(now) LIMIT \(batch)) RETURNING 1
            """,
            """
            DELETE FROM refresh_tokens WHERE (tenant, id) IN
                (SELECT tenant, id FROM refresh_tokens WHERE kept_until < \(now) LIMIT \(batch)) RETURNING 1
            """,
            """
            DELETE FROM token_families WHERE (tenant, id) IN
                (SELECT tenant, id FROM token_families WHERE expires_at < \(now) LIMIT \(batch)) RETURNING 1
            """,
            """
            DELETE FROM authorization_codes WHERE (tenant, id) IN
                (SELECT tenant, id FROM authorization_codes WHERE kept_until < \(now) LIMIT \(batch)) RETURNING 1
            """,
            """
            DELETE FROM authorization_requests WHERE (tenant, id) IN
                (SELECT tenant, id FROM authorization_requests WHERE expires_at < \(yesterday) LIMIT \(batch))
            RETURNING 1
            """,
            """
            DELETE FROM refused_redirects WHERE (tenant, application, reference) IN
                (SELECT tenant, application, reference FROM refused_redirects
                WHERE refused_at < \(lastMonth) LIMIT \(batch)) RETURNING 1
            """,
            """
            DELETE FROM sessions WHERE (tenant, id) IN
                (SELECT tenant, id FROM sessions WHERE expires_at < \(now) LIMIT \(batch)) RETURNING 1
            """,
            """
            DELETE FROM staged_logos WHERE (tenant, id) IN
                (SELECT tenant, id FROM staged_logos WHERE expires_at < \(now) LIMIT \(batch)) RETURNING 1
            """,
        ]
        return try statements.reduce(0) { try $0 + run($1).count }
    }
}

/// A row that is not what we wrote: a fault, never a refusal.
struct DamagedRow: Error {
    /// Table, or table and column.
    let place: String
}
