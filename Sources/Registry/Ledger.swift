package import FoundationEssentials

/// From where an act reached us: what the ledger and the log have in common.
package struct Provenance: Sendable {
    /// The client's address, or "local" for the command line.
    package let address: String

    /// What tries from there are counted for: of IPv6 the network that one client has to itself.
    let neighbourhood: String

    /// The request's reference, as printed on pages and in the log.
    package let reference: String

    package init(address: String, neighbourhood: String? = nil, reference: String) {
        self.address = address
        self.neighbourhood = neighbourhood ?? address
        self.reference = reference
    }
}

/// Who did something, as it stands in the ledger.
package enum Actor: Sendable, Equatable {
    case partner(AccountID)
    case customer(AccountID)
    case admin(AccountID)
    case client(ClientID)
    case somebody
    case theOperator

    /// Nobody: its time had come.
    case thePortal

    var text: String {
        switch self {
        case .partner(let id): "partner:\(id)"
        case .customer(let id): "customer:\(id)"
        case .admin(let id): "admin:\(id)"
        case .client(let id): "client:\(id)"
        case .somebody: "somebody"
        case .theOperator: "operator"
        case .thePortal: "portal"
        }
    }
}

/// One row of a tenant's ledger: who did what to which thing, when and from where.
package struct LedgerEntry: Sendable {
    package let sequence: Int
    package let at: Date
    package let actor: String
    package let action: String
    package let object: String

    /// Further facts, sorted by name; never a secret.
    package let detail: String
    package let address: String
    package let reference: String
    let hash: [UInt8]

    /// What the chain covers: everything in the row, after the hash of the row before.
    func sealed(after previous: [UInt8], tenant: TenantID, with key: DigestKey) -> [UInt8] {
        key.digest(
            previous,
            Array("\(tenant.number) \(sequence) \(at.milliseconds)".utf8),
            Array(actor.utf8),
            Array(action.utf8),
            Array(object.utf8),
            Array(detail.utf8),
            Array(address.utf8),
            Array(reference.utf8)
        )
    }
}

/// What checking a tenant's chain found.
package enum LedgerVerdict: Sendable, Equatable {
    case complete(entries: Int)
    case broken(sequence: Int)
}

extension ApplicationRegistry {
    /// Adds a row about what changed nothing else.
    func enter(
        _ action: Action,
        of object: String,
        by actor: Actor,
        _ detail: [(String, String)] = [],
        from provenance: Provenance,
        at tenant: Tenant
    ) async throws {
        let (now, ledger) = (clock(), ledger)
        try await database.transaction(.tenant(tenant.id)) { transaction in
            try ledger.record(
                action,
                of: object,
                by: actor,
                detail,
                from: provenance,
                in: transaction,
                tenant: tenant.id,
                at: now
            )
        }
    }

    /// Writes a row of the ledger in the transaction it is given with.
    typealias Record = (Action, _ object: String, [(String, String)]) throws -> Void

    /// Changes something about people in one transaction with its row of the ledger, and forgets their sessions.
    @discardableResult
    func changePeople<Result: Sendable>(
        of tenant: Tenant,
        by actor: Actor,
        from provenance: Provenance,
        _ change: @escaping @Sendable (any Connection, Record, Date) throws -> Result
    ) async throws -> Result {
        let (now, ledger) = (clock(), ledger)
        return try await recentReads.changing {
            try await database.transaction(.tenant(tenant.id)) { transaction in
                try change(
                    transaction,
                    { action, object, detail in
                        try ledger.record(
                            action,
                            of: object,
                            by: actor,
                            detail,
                            from: provenance,
                            in: transaction,
                            tenant: tenant.id,
                            at: now
                        )
                    },
                    now
                )
            }
        }
    }
}

/// The append-only record of a tenant; every row seals the one before it under a key outside the database.
struct Ledger: Sendable {
    let key: DigestKey

    /// Adds a row in the transaction of its cause, so that neither exists without the other (AU-02).
    ///
    /// Says whether `changes` and `condition`, which are run in the same go, each answered with a row; without that
    /// nothing is added.
    @discardableResult
    func record(
        _ action: Action,
        of object: String,
        by actor: Actor,
        _ detail: [(String, String)] = [],
        from provenance: Provenance,
        in transaction: any Connection,
        tenant: TenantID,
        at now: Date,
        after changes: [SQL] = [],
        provided condition: SQL? = nil
    ) throws -> Bool {
        let head = try transaction.advanceLedger(of: tenant, after: changes, provided: condition)
        guard let head else { return false }
        let entry = LedgerEntry(
            sequence: head.sequence,
            at: now,
            actor: actor.text,
            action: action.rawValue,
            object: object,
            detail: detail.map { "\($0)=\($1)" }.joined(separator: "; "),
            address: provenance.address,
            reference: provenance.reference,
            hash: []
        )
        let hash = entry.sealed(after: head.hash, tenant: tenant, with: key)
        try transaction.append(entry, hash: hash, tenant: tenant)
        return true
    }

    /// Walks the chain from its first row and says which row does not fit, if any.
    func verify(_ tenant: TenantID, in connection: any Connection) throws -> LedgerVerdict {
        var previous = (sequence: 0, hash: [UInt8]())
        while true {
            switch try verifyPage(of: tenant, after: previous, in: connection) {
            case .further(let sequence, let hash): previous = (sequence, hash)
            case .end(let verdict): return verdict
            }
        }
    }

    /// How far a walk along the chain has come.
    enum Walk {
        case further(sequence: Int, hash: [UInt8])
        case end(LedgerVerdict)
    }

    /// Walks up to 500 rows further.
    func verifyPage(
        of tenant: TenantID,
        after start: (sequence: Int, hash: [UInt8]),
        in connection: any Connection
    ) throws -> Walk {
        var previous = start
        let page = try connection.ledger(of: tenant, after: previous.sequence, limit: 500)
        for entry in page {
            let expected = entry.sealed(after: previous.hash, tenant: tenant, with: key)
            guard entry.sequence == previous.sequence + 1, areEqualInConstantTime(expected, entry.hash)
            else { return .end(.broken(sequence: previous.sequence + 1)) }
            previous = (entry.sequence, entry.hash)
        }
        if !page.isEmpty { return .further(sequence: previous.sequence, hash: previous.hash) }
        let head = try connection.ledgerHead(of: tenant)
        guard head.sequence == previous.sequence, head.hash == previous.hash else {
            return .end(.broken(sequence: previous.sequence + 1))
        }
        return .end(.complete(entries: head.sequence))
    }
}

// MARK: - How it is kept

extension Connection {
    func ledgerHead(of tenant: TenantID) throws -> (sequence: Int, hash: [UInt8]) {
        let head = try run("SELECT sequence, hash FROM ledger_heads WHERE tenant = \(tenant)").first
        guard let head else { return (0, []) }
        return (try head.integer(0), try head.bytes(1))
    }

    /// The next row's number and the hash of the row before; held until the transaction ends.
    ///
    /// Nil when one of the changes or the condition answers with no row.
    fileprivate func advanceLedger(
        of tenant: TenantID,
        after changes: [SQL],
        provided condition: SQL?
    ) throws -> (sequence: Int, hash: [UInt8])? {
        let advance: SQL = """
            INSERT INTO ledger_heads (tenant, sequence, hash) VALUES (\(tenant), 1, \([UInt8]()))
            ON CONFLICT (tenant) DO UPDATE SET sequence = ledger_heads.sequence + 1
            RETURNING sequence, hash
            """
        let answers = try runAll(changes + [advance] + [condition].compactMap { $0 })
        if answers.contains(where: \.isEmpty) { return nil }
        guard let head = answers[changes.count].first else { throw DamagedRow(place: "ledger_heads") }
        return (try head.integer(0), try head.bytes(1))
    }

    func holdLedger(of tenant: TenantID) throws {
        try send("UPDATE ledger_heads SET sequence = sequence WHERE tenant = \(tenant)")
    }

    fileprivate func append(_ entry: LedgerEntry, hash: [UInt8], tenant: TenantID) throws {
        try send(
            """
            INSERT INTO ledger
                (tenant, sequence, at, actor, action, object, detail, address, reference, hash)
            VALUES (\(tenant), \(entry.sequence), \(entry.at), \(entry.actor), \(entry.action),
                \(entry.object), \(entry.detail), \(entry.address), \(entry.reference), \(hash))
            """
        )
        try send("UPDATE ledger_heads SET hash = \(hash) WHERE tenant = \(tenant)")
    }

    func ledger(of tenant: TenantID, after sequence: Int, limit: Int) throws -> [LedgerEntry] {
        try run(
            """
            SELECT sequence, at, actor, action, object, detail, address, reference, hash
            FROM ledger WHERE tenant = \(tenant) AND sequence > \(sequence)
            ORDER BY sequence LIMIT \(limit)
            """
        ).map(LedgerEntry.init)
    }
}

extension LedgerEntry {
    init(_ row: Row) throws {
        self.init(
            sequence: try row.integer(0),
            at: try row.date(1),
            actor: try row.text(2),
            action: try row.text(3),
            object: try row.text(4),
            detail: try row.text(5),
            address: try row.text(6),
            reference: try row.text(7),
            hash: try row.bytes(8)
        )
    }
}

extension Date {
    /// Whole milliseconds since 1970, as they are stored.
    package var milliseconds: Int { Int((timeIntervalSince1970 * 1000).rounded()) }
}
