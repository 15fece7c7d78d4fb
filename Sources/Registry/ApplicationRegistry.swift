package import FoundationEssentials

/// What the portal knows: tenants, people, applications, consent, tokens, and the record of it all.
///
/// The front door. It is handed its database, its clock and its entropy and reaches for nothing else; the rest
/// of the product comes through it to the capabilities of `Access.swift`.
package final class ApplicationRegistry: Sendable {
    /// Decodes an upload in a tenant's turn, or in the operator's; throws ``LogoRefusal`` or ``LogoWorkshopFault``.
    package typealias LogoDecoder = @Sendable ([UInt8], TenantID?) async throws -> Logo

    let database: any Database
    let clock: @Sendable () -> Date
    let entropy: Entropy
    let passwords: PasswordHasher
    let decodeLogo: LogoDecoder

    let keyring: Keyring

    /// Digests of every secret we make.
    let secretKeys: DigestKeys
    let ledger: Ledger

    /// Where letters are left to be delivered.
    package let outbox: Outbox
    let logoSweep = LogoSweep()
    let uses = UseLog()
    let activity = ActivityLog()
    let crossings = CrossingLog()
    let recentReads: RecentReads
    let ledgerChecks = LedgerChecks()

    /// What each tenant's key for receipts is made from.
    let receiptSeed: DigestKey
    let receiptKeys = Kept<TenantID, SigningKey>(limit: 1024)

    /// What consent screens said lately, by its digest: making that again takes longer than comparing.
    let disclosures = RecentDisclosures()

    /// Requests that wait for their customer's answer, by their tickets, each for one answer.
    let waitingRows = Kept<RecentReads.Place, WaitingRow>(limit: 1024)
    private let formKeys: DigestKeys

    /// Keeps the keys of authenticator apps.
    let factorKeys: SealingKeys

    /// By which processes that share a database are told apart.
    let processName: String

    /// The master key with a number, where this process has it.
    let laterKey: @Sendable (Int) throws -> [UInt8]?
    let knownTenants: KnownTenants

    package init(
        database: any Database,
        masterKey: [UInt8],
        laterKey: @escaping @Sendable (_ number: Int) throws -> [UInt8]? = { _ in nil },
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
        self.laterKey = laterKey
        keyring = Keyring(masterKey, whenUsed: onSecretDigest)
        secretKeys = DigestKeys(keyring) { $0.secrets }
        formKeys = DigestKeys(keyring) { $0.forms }
        factorKeys = SealingKeys(keyring) { $0.factors }
        outbox = Outbox(keys: SealingKeys(keyring) { $0.letters }, entropy: entropy)
        ledger = Ledger(key: DigestKey(masterKey, purpose: "ledger"))
        receiptSeed = DigestKey(masterKey, purpose: "receipts")
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
        let mark = keyring.first.mark
        try await database.write(
            "INSERT INTO master_keys (number, mark, since) VALUES (1, \(mark), 0) ON CONFLICT (number) DO NOTHING",
            .directory
        )
        try await readKeys()
    }

    /// What a form carries to prove that we wrote it for this browser: a seal over its cookie.
    package func seal(_ cookie: String) -> String {
        base64URL(formKeys.digest(Array(cookie.utf8)))
    }

    package func isSeal(_ seal: String, of cookie: String) -> Bool {
        guard let kept = bytes(base64URL: seal) else { return false }
        do throws(MissingKey) {
            return try formKeys.isDigest(kept, of: Array(cookie.utf8))
        } catch {
            return false
        }
    }

    /// By which a state is known again, as long as there are these data; tells nothing of it.
    package func fingerprint(_ state: String) -> String {
        base64URL(keyring.first.forms.digest(Array(state.utf8)))
    }

    /// A random value for a cookie or a form, 131 bits.
    package func freshToken() -> String { entropy.base62(22) }

    package func now() -> Date { clock() }
}

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

    /// Nil where there are several, or none.
    package func onlyTenant() async throws -> Tenant? {
        let few = try await database.read(.directory) { try $0.tenants(upTo: 2) }
        return few.count == 1 ? few.first : nil
    }

    package func tenant(of id: TenantID) async throws -> Tenant? {
        try await database.read(.directory) { try $0.tenant(of: id) }
    }

    /// Every tenant, where reading the settings of all would take long.
    package func tenantIDs() async throws -> [TenantID] {
        try await database.read(.directory) { try $0.tenantIDs() }
    }
}

// MARK: - Housekeeping

extension ApplicationRegistry {
    /// Writes the last uses gathered since the last call; to be called about once a second, and before closing.
    package func writeLastUses() async throws {
        try await uses.write(to: database)
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
        try await writeCrossings()
        await database.close()
    }
}

/// A row that is not what we wrote: a fault, never a refusal.
struct DamagedRow: Error {
    /// Table, or table and column.
    let place: String
}
