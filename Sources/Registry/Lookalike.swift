import FoundationEssentials

/// What customers know already and may take an application for.
package struct Lookalike: Sendable {
    package enum Original: Sendable {
        case application(Application)

        /// The provider's own logo; its name is refused before there is an application (``CompanyName``).
        case provider

        /// One that the tenant protects, whoever has it.
        case protectedName(String)
    }

    package let original: Original
    package let likeness: Likeness
}

/// How one may be taken for the other, the closest first.
package enum Likeness: Int, Sendable, Comparable {
    case sameName
    case sameLogo
    case oneLetterApart

    package static func < (one: Likeness, other: Likeness) -> Bool { one.rawValue < other.rawValue }
}

extension AdminAccess {
    /// What customers may take an application for, so that whoever decides about it sees both; twenty at most.
    package func lookalikes(of application: Application) async throws -> [Lookalike] {
        let tenant = tenant
        let found = try await registry.likenesses(
            of: ApplicationBrand(application),
            ownedBy: application.owner,
            besides: application.id,
            at: tenant,
            upTo: 20
        )
        return try await registry.database.read(.tenant(tenant.id)) { connection in
            try found.compactMap { found in
                try connection.original(found.place, tenant: tenant.id).map {
                    Lookalike(original: $0, likeness: found.likeness)
                }
            }
        }
    }
}

extension ApplicationRegistry {
    /// Whether somebody has to look at it before customers connect it, where otherwise nobody would (feature 6).
    ///
    /// Asked outside of the transaction that needs it: with thousands of approved names it takes a while.
    func mustBeHeld(
        _ brand: ApplicationBrand,
        ownedBy owner: AccountID,
        besides own: ClientID? = nil,
        at tenant: Tenant
    ) async throws -> Bool {
        guard tenant.policy.review == .open else { return false }
        return try await !likenesses(of: brand, ownedBy: owner, besides: own, at: tenant, upTo: 1).isEmpty
    }

    /// What a brand is like, the closest first: the provider, protected names, and approved applications whose team its
    /// owner is not in.
    ///
    /// Reads a stretch of applications at a time, so that a tenant with a million of them keeps nobody waiting; no
    /// further than one that counts, where only one is asked for.
    fileprivate func likenesses(
        of brand: ApplicationBrand,
        ownedBy owner: AccountID,
        besides own: ClientID?,
        at tenant: Tenant,
        upTo limit: Int
    ) async throws -> [Found] {
        let (mine, provider) = try await database.read(.tenant(tenant.id)) { connection in
            try (connection.appearance(of: brand, tenant: tenant.id), connection.logo(of: tenant))
        }
        var found = tenant.policy.protectedNames.compactMap { name in
            Found(.protectedName(name), mine.likeness(toName: name))
        }
        found += [Found(.provider, mine.likeness(to: provider))].compactMap { $0 }
        var last: String? = ""
        while let start = last, limit > 1 || found.isEmpty {
            let others = try await database.read(.tenant(tenant.id)) { connection in
                try connection.approvedApplications(
                    after: start,
                    besides: own,
                    without: owner,
                    tenant: tenant.id
                )
            }
            found += others.compactMap { Found(.application($0.id), mine.likeness(to: $0.appearance)) }
            found = Array(found.sorted { $0.likeness < $1.likeness }.prefix(limit))
            last = others.last?.id
            await Task.yield()
        }
        return found
    }
}

// MARK: - How it is kept

/// The names and the logo that customers read and see.
private struct Appearance {
    let names: [NameLook]
    let logo: LogoLook?

    init(_ names: [String?], _ logo: LogoLook?) {
        self.names = names.compactMap { $0.map { NameLook($0) } }
        self.logo = logo
    }

    func likeness(to other: Appearance) -> Likeness? {
        let ofNames = names.flatMap { name in other.names.compactMap(name.likeness) }
        if ofNames.contains(.same) { return .sameName }
        if let logo, let others = other.logo, logo.isLike(others) { return .sameLogo }
        return ofNames.isEmpty ? nil : .oneLetterApart
    }

    /// Also where the name is a word of a longer one.
    func likeness(toName name: String) -> Likeness? {
        if names.contains(where: { $0.says(name) }) { return .sameName }
        return likeness(to: Appearance([name], nil))
    }
}

/// Something that a brand is like, before it is read.
private struct Found {
    enum Place {
        case application(String)
        case provider
        case protectedName(String)
    }

    let place: Place
    let likeness: Likeness

    init?(_ place: Place, _ likeness: Likeness?) {
        guard let likeness else { return nil }
        (self.place, self.likeness) = (place, likeness)
    }
}

extension Connection {
    fileprivate func appearance(of brand: ApplicationBrand, tenant: TenantID) throws -> Appearance {
        let names = [brand.profile.companyName.text, brand.profile.applicationName?.text]
        return Appearance(names, try brand.logo.flatMap { try look(of: $0.text, tenant: tenant) })
    }

    fileprivate func logo(of tenant: Tenant) throws -> Appearance {
        Appearance([], try tenant.brand.logo.flatMap { try look(of: $0, tenant: tenant.id) })
    }

    /// The next thousand by their ID; of those whose team somebody is in, none.
    fileprivate func approvedApplications(
        after id: String,
        besides own: ClientID?,
        without owner: AccountID,
        tenant: TenantID
    ) throws -> [(id: String, appearance: Appearance)] {
        try run(
            """
            SELECT a.id, a.company_name, a.application_name, l.look FROM applications a
            LEFT JOIN logos l ON l.tenant = a.tenant AND l.digest = a.logo AND l.size = 128
            WHERE a.tenant = \(tenant) AND a.id > \(id) AND a.approved_at IS NOT NULL AND a.deleted_at IS NULL
                AND a.id <> \(own?.text ?? "") AND NOT EXISTS (SELECT 1 FROM members m
                    WHERE m.tenant = a.tenant AND m.application = a.id AND m.account = \(owner))
            ORDER BY a.id LIMIT 1000
            """
        ).map { row in
            (try row.text(0), Appearance([try row.text(1), try row.optionalText(2)], try row.look(3)))
        }
    }

    /// Nil for an application that is gone.
    fileprivate func original(_ place: Found.Place, tenant: TenantID) throws -> Lookalike.Original? {
        switch place {
        case .provider: .provider
        case .protectedName(let name): .protectedName(name)
        case .application(let id): try application(id, tenant: tenant).map(Lookalike.Original.application)
        }
    }

    func setHeld(_ date: Date?, _ id: ClientID, tenant: TenantID) throws {
        try run("UPDATE applications SET held_at = \(date) WHERE tenant = \(tenant) AND id = \(id)")
    }

    private func look(of digest: String, tenant: TenantID) throws -> LogoLook? {
        try run("SELECT look FROM logos WHERE tenant = \(tenant) AND digest = \(digest) AND size = 128")
            .first?.look(0)
    }
}

extension Row {
    /// Nil for a logo that was stored before looks were kept.
    fileprivate func look(_ column: Int) throws -> LogoLook? {
        try optionalInteger(column).map { LogoLook(bits: UInt64(bitPattern: Int64($0))) }
    }
}
