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
        return try await registry.database.read(.tenant(tenant.id)) { connection in
            let brand = ApplicationBrand(application)
            let found = try connection.likenesses(
                of: brand,
                ownedBy: application.owner,
                besides: application.id,
                at: tenant
            )
            return try found.sorted { $0.likeness < $1.likeness }.prefix(20).compactMap { found in
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
        return try await database.read(.tenant(tenant.id)) { connection in
            try !connection.likenesses(of: brand, ownedBy: owner, besides: own, at: tenant).isEmpty
        }
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
    /// What a brand is like: the provider, protected names, and approved applications whose team its owner is not in.
    fileprivate func likenesses(
        of brand: ApplicationBrand,
        ownedBy owner: AccountID,
        besides own: ClientID?,
        at tenant: Tenant
    ) throws -> [Found] {
        let names = [brand.profile.companyName.text, brand.profile.applicationName?.text]
        let mine = Appearance(names, try brand.logo.flatMap { try look(of: $0.text, tenant: tenant.id) })
        let approved = try run(
            """
            SELECT a.id, a.company_name, a.application_name, l.look FROM applications a
            LEFT JOIN logos l ON l.tenant = a.tenant AND l.digest = a.logo AND l.size = 128
            WHERE a.tenant = \(tenant.id) AND a.approved_at IS NOT NULL AND a.deleted_at IS NULL
                AND a.id <> \(own?.text ?? "") AND NOT EXISTS (SELECT 1 FROM members m
                    WHERE m.tenant = a.tenant AND m.application = a.id AND m.account = \(owner))
            """
        ).compactMap { row in
            let other = Appearance([try row.text(1), try row.optionalText(2)], try row.look(3))
            return Found(.application(try row.text(0)), mine.likeness(to: other))
        }
        let logo = try tenant.brand.logo.flatMap { try look(of: $0, tenant: tenant.id) }
        let provider = Found(.provider, mine.likeness(to: Appearance([], logo)))
        return approved + [provider].compactMap { $0 }
            + tenant.policy.protectedNames.compactMap { Found(.protectedName($0), mine.likeness(toName: $0)) }
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
