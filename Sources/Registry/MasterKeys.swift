package import FoundationEssentials

/// A master key as the data know it.
package struct MasterKey: Sendable {
    package let number: Int

    /// When it began to write: nil before that, and for the first one, which did so from the beginning.
    package let since: Date?
    package let state: State

    /// How many rows name it, by what they are; none where nothing does.
    package fileprivate(set) var uses: [(kind: String, count: Int)] = []

    package enum State: String, Sendable {
        /// Known by its mark, so that every server can have it before one of them writes with it.
        case prepared
        case writes
        case reads
    }
}

/// The master key with this number is another than that of the data, or is not here.
package struct ForeignKey: Error, Equatable {
    package let number: Int
}

extension ApplicationRegistry {
    /// Whether other servers may use the same data.
    package var isShared: Bool { database.isShared }

    /// All keys of the data, the first one first.
    package func masterKeys() async throws -> [MasterKey] {
        let records = try await database.read(KeyRecord.all, .directory).map(KeyRecord.init)
        let writing = records.last { $0.since != nil }?.number
        return records.map { record in
            let state: MasterKey.State =
                record.since == nil ? .prepared : record.number == writing ? .writes : .reads
            let since = record.number == 1 ? nil : record.since
            return MasterKey(number: Int(record.number), since: since, state: state)
        }
    }

    /// The same with what was made under each.
    package func masterKeysInUse() async throws -> [MasterKey] {
        var counts: [UInt8: [String: Int]] = [:]
        for tenant in try await tenants() {
            for kind in KeyUse.all {
                for row in try await database.read(kind.count(of: tenant.id), .tenant(tenant.id)) {
                    counts[try row.bytes(0).first ?? 1, default: [:]][kind.name, default: 0] +=
                        try row.integer(1)
                }
            }
        }
        return try await masterKeys().map { key in
            var key = key
            let own = counts[UInt8(key.number)] ?? [:]
            key.uses = KeyUse.all.map { ($0.name, own[$0.name] ?? 0) }
            return key
        }
    }

    /// Takes up the keys that the data name, and writes with the newest that may.
    ///
    /// Throws ``ForeignKey`` for one that has written and is not here, or is another.
    package func readKeys() async throws {
        var writing: DerivedKeys?
        for record in try await database.read(KeyRecord.all, .directory).map(KeyRecord.init) {
            guard let keys = try keys(record.number) else {
                if record.since == nil { continue }
                throw ForeignKey(number: Int(record.number))
            }
            guard keys.mark == record.mark else { throw ForeignKey(number: Int(record.number)) }
            keyring.hold(keys)
            if record.since != nil { writing = keys }
        }
        if let writing { keyring.write(with: writing) }
    }

    /// The newest key that is here, and the one that writes.
    package var keysHeld: (newest: Int, writing: Int) {
        (keyring.newest, Int(keyring.writing.number))
    }

    private func keys(_ number: UInt8) throws -> DerivedKeys? {
        if let held = keyring.held(number) { return held }
        return try laterKey(Int(number)).map { keyring.derived(from: $0, number: number) }
    }

    /// Makes a key that is here known to the data; it does not write yet.
    package func prepareKey(_ number: Int) async throws {
        guard let name = UInt8(exactly: number), let keys = try keys(name) else {
            throw ForeignKey(number: number)
        }
        let mark = keys.mark
        try await database.write(
            "INSERT INTO master_keys (number, mark) VALUES (\(number), \(mark)) ON CONFLICT (number) DO NOTHING",
            .directory
        )
        try await readKeys()
    }

    /// Writes with a prepared key from now on; whatever an earlier one made stays good.
    ///
    /// Keys of authenticator apps, which live longest, are sealed anew.
    package func write(withKey number: Int) async throws {
        guard UInt8(exactly: number).flatMap(keyring.held) != nil else { throw ForeignKey(number: number) }
        let now = clock()
        try await database.write(
            "UPDATE master_keys SET since = \(now) WHERE number = \(number) AND since IS NULL",
            .directory
        )
        try await readKeys()
        for tenant in try await tenants() { try await operatorAccess(to: tenant).noteKey(number) }
    }
}

extension OperatorAccess {
    fileprivate func noteKey(_ number: Int) async throws {
        try await registry.changePeople(of: tenant, by: actor, from: provenance) { transaction, record, _ in
            try registry.sealFactorsAnew(at: tenant, transaction)
            try record(.keyRotated, "\(number)", [])
        }
    }
}

extension ApplicationRegistry {
    fileprivate func sealFactorsAnew(at tenant: Tenant, _ transaction: any Connection) throws {
        let rows = try transaction.run(
            "SELECT account, sealed_key FROM second_factors WHERE tenant = \(tenant.id)"
        )
        for row in rows {
            let (account, sealed) = (AccountID(text: try row.text(0)), try row.bytes(1))
            let place = factorPlace(account, tenant)
            guard let key = try factorKeys.open(sealed, at: place) else {
                throw DamagedRow(place: "second_factors.sealed_key")
            }
            let anew = factorKeys.seal(key, at: place, entropy: entropy)
            try transaction.send(
                """
                UPDATE second_factors SET sealed_key = \(anew)
                WHERE tenant = \(tenant.id) AND account = \(account) AND sealed_key = \(sealed)
                """
            )
        }
    }
}

// MARK: - How it is kept

private struct KeyRecord {
    let number: UInt8
    let mark: [UInt8]
    let since: Date?

    static let all: SQL = "SELECT number, mark, since FROM master_keys ORDER BY number"

    init(_ row: Row) throws {
        guard let number = UInt8(exactly: try row.integer(0)), number > 0 else {
            throw DamagedRow(place: "master_keys.number")
        }
        self.number = number
        mark = try row.bytes(1)
        since = try row.optionalDate(2)
    }
}

/// Rows that name the key they were made under: by what stands before the bytes that all of them have.
private struct KeyUse {
    let name: String
    let table: SchemaName
    let column: SchemaName
    let length: Int

    init(_ name: String, _ table: SchemaName, _ column: SchemaName = "digest", length: Int = DigestKey.length)
    {
        (self.name, self.table, self.column, self.length) = (name, table, column, length)
    }

    static let all = [
        KeyUse("client_secrets", "client_secrets"), KeyUse("access_tokens", "access_tokens"),
        KeyUse("refresh_tokens", "refresh_tokens"), KeyUse("codes", "authorization_codes"),
        KeyUse("requests", "authorization_requests"), KeyUse("sessions", "sessions"),
        KeyUse("links", "one_time_links"), KeyUse("recovery_codes", "recovery_codes"),
        KeyUse(
            "second_factors",
            "second_factors",
            "sealed_key",
            length: SealingKey.overhead + AuthenticatorKey.byteCount
        ),
    ]

    func count(of tenant: TenantID) -> SQL {
        """
        SELECT substr(\(column), 1, CAST(length(\(column)) - \(length) AS INTEGER)), count(*)
        FROM \(table) WHERE tenant = \(tenant) GROUP BY 1
        """
    }
}
