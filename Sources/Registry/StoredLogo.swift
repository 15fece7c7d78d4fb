import FoundationEssentials

/// Proof that a logo was decoded and its pictures are stored with this tenant.
package struct LogoDigest: Sendable, Hashable, Bindable {
    package let text: String
    package var binding: Value { text.binding }

    /// For a digest that was stored before.
    package init(_ text: String) { self.text = text }
}

/// A logo somebody uploaded with a form that is not finished, kept so that they need not choose it again.
package struct StagedLogo: Sendable {
    /// What the form carries instead of the file.
    package let id: String
    package let logo: LogoDigest
    package let fileName: String
    package let byteCount: Int

    /// How long a form may lie open.
    static let lifetime: TimeInterval = 12 * 3600

    /// Bytes of pictures that one partner may have stored meanwhile of a tenant's room, so that nobody alone fills it.
    static func share(of room: Int) -> Int { max(1 << 20, room / 10) }
}

/// As much is kept of partners' logos as may be.
package enum NoRoomForLogos: Error, Equatable {
    /// Of everybody's, as the policy says.
    case atTenant

    /// Of this partner's of the last twelve hours, in use or not.
    case forPartner
}

/// Where somebody's uploads wait for the form they belong to.
package struct LogoShelf: Sendable {
    let tenant: Tenant
    package let account: Account
    let registry: ApplicationRegistry
}

extension PartnerAccess {
    package var logos: LogoShelf { LogoShelf(tenant: tenant, account: account, registry: registry) }
}

extension AdminAccess {
    package var logos: LogoShelf { LogoShelf(tenant: tenant, account: account, registry: registry) }
}

extension LogoShelf {
    /// Decodes and keeps an upload.
    ///
    /// Throws ``LogoRefusal`` for a picture that is none of ours, ``NoRoomForLogos``, and
    /// ``LogoWorkshopFault`` when the decoder could not be asked.
    package func stage(_ upload: [UInt8], fileName: String) async throws -> (StagedLogo, [LogoWarning]) {
        let picture = try await registry.decodeLogo(upload, tenant.id)
        let digest = picture.digest
        let staged = StagedLogo(
            id: registry.entropy.base62(22),
            logo: LogoDigest(digest),
            fileName: fileName,
            byteCount: upload.count
        )
        let (now, tenant, account, registry) = (registry.clock(), tenant, account, registry)
        try await registry.database.transaction(.tenant(tenant.id)) { transaction in
            if account.role == .partner {
                let room = try transaction.use(of: .logos, at: tenant)
                if room.isFull { throw NoRoomForLogos.atTenant }
                let others = try transaction.stagedBytes(
                    of: account.id,
                    besides: digest,
                    tenant: tenant.id,
                    at: now
                )
                let all = picture.images.values.reduce(others) { $0 + $1.count }
                if all > StagedLogo.share(of: room.most) { throw NoRoomForLogos.forPartner }
            }
            try transaction.store(picture, as: digest, tenant: tenant.id, at: now)
            try transaction.insert(staged, of: account.id, tenant: tenant.id, at: now)
            try registry.warn(of: .logos, in: transaction, at: tenant, now)
        }
        return (staged, picture.warnings)
    }

    /// The upload a form refers to, if it is this person's and still kept.
    package func staged(_ id: String) async throws -> StagedLogo? {
        let (now, tenant, account) = (registry.clock(), tenant.id, account.id)
        return try await registry.database.read(.tenant(tenant)) { connection in
            try connection.stagedLogo(id, of: account, tenant: tenant, at: now)
        }
    }
}

extension OperatorAccess {
    /// Decodes and stores a logo for the tenant itself or for an application added by hand.
    package func store(_ upload: [UInt8]) async throws -> LogoDigest {
        let picture = try await registry.decodeLogo(upload, tenant.id)
        let (now, tenant, digest) = (registry.clock(), tenant.id, picture.digest)
        try await registry.database.transaction(.tenant(tenant)) { transaction in
            try transaction.store(picture, as: digest, tenant: tenant, at: now)
        }
        return LogoDigest(digest)
    }
}

extension ApplicationRegistry {
    /// The picture at an address of ours.
    ///
    /// Logos are public: whoever knows the digest has seen the page.
    package func logo(_ digest: String, size: Int, at tenant: Tenant) async throws -> [UInt8]? {
        let id = tenant.id
        return try await database.read(.tenant(id)) { connection in
            try connection.run(
                "SELECT png FROM logos WHERE tenant = \(id) AND digest = \(digest) AND size = \(size)"
            ).first?.bytes(0)
        }
    }
}

// MARK: - How it is kept

extension Connection {
    /// Of pictures that are kept already only notes when they came last, which keeps them from being swept meanwhile.
    fileprivate func store(_ logo: Logo, as digest: String, tenant: TenantID, at now: Date) throws {
        let kept = try run(
            """
            UPDATE logos SET stored_at = \(now), look = \(logo.look)
            WHERE tenant = \(tenant) AND digest = \(digest)
            RETURNING size
            """
        ).map { try $0.integer(0) }
        var added = 0
        for size in Logo.Size.allCases where !kept.contains(size.rawValue) {
            guard let png = logo.images[size] else { continue }
            let isNew = try !run(
                """
                INSERT INTO logos (tenant, digest, size, png, stored_at, look)
                VALUES (\(tenant), \(digest), \(size.rawValue), \(png), \(now), \(logo.look))
                ON CONFLICT (tenant, digest, size) DO NOTHING
                RETURNING size
                """
            ).isEmpty
            if isNew { added += png.count }
        }
        if added > 0 { try countLogoBytes(added, tenant: tenant) }
    }

    /// Adds to the bytes that a tenant's logos take, or takes away from them.
    func countLogoBytes(_ change: Int, tenant: TenantID) throws {
        try run(
            """
            INSERT INTO logo_bytes (tenant, kept) VALUES (\(tenant), \(change))
            ON CONFLICT (tenant) DO UPDATE SET kept = logo_bytes.kept + excluded.kept
            """
        )
    }

    /// Of the pictures of everything that somebody uploaded and may still use, but for one.
    fileprivate func stagedBytes(
        of account: AccountID,
        besides digest: String,
        tenant: TenantID,
        at now: Date
    ) throws -> Int {
        try run(
            """
            SELECT CAST(coalesce(sum(length(png)), 0) AS BIGINT) FROM logos
            WHERE tenant = \(tenant) AND digest <> \(digest) AND digest IN (
                SELECT digest FROM staged_logos
                WHERE tenant = \(tenant) AND account = \(account) AND expires_at > \(now))
            """
        ).first?.integer(0) ?? 0
    }

    fileprivate func insert(
        _ staged: StagedLogo,
        of account: AccountID,
        tenant: TenantID,
        at now: Date
    ) throws {
        try run(
            """
            INSERT INTO staged_logos (tenant, id, account, digest, file_name, byte_count, expires_at)
            VALUES (\(tenant), \(staged.id), \(account), \(staged.logo), \(staged.fileName),
                \(staged.byteCount), \(now.addingTimeInterval(StagedLogo.lifetime)))
            """
        )
    }

    fileprivate func stagedLogo(
        _ id: String,
        of account: AccountID,
        tenant: TenantID,
        at now: Date
    ) throws -> StagedLogo? {
        try run(
            """
            SELECT digest, file_name, byte_count FROM staged_logos
            WHERE tenant = \(tenant) AND id = \(id) AND account = \(account) AND expires_at > \(now)
            """
        ).first.map { row in
            StagedLogo(
                id: id,
                logo: LogoDigest(try row.text(0)),
                fileName: try row.text(1),
                byteCount: try row.integer(2)
            )
        }
    }
}

extension Schema {
    /// Their sum, which counting them for each upload would take longer for with every logo.
    static var bytesOfLogos: [SQL] {
        [
            """
            CREATE TABLE logo_bytes (
                tenant INTEGER NOT NULL PRIMARY KEY REFERENCES tenants (id),
                kept INTEGER NOT NULL
            ) WITHOUT ROWID
            """
        ]
    }

    static var bytesOfLogosSoFar: [SQL] {
        ["INSERT INTO logo_bytes (tenant, kept) SELECT tenant, sum(length(png)) FROM logos GROUP BY tenant"]
    }
}
