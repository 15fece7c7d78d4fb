import FoundationEssentials

/// What customers know already and may take an application for.
package struct Lookalike: Sendable {
    package enum Original: Sendable {
        case application(Application)

        /// The provider's own logo; its name is refused before there is an application (``CompanyName``).
        case provider
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
            let found = try connection.likenesses(of: brand, ownedBy: application.owner, at: tenant)
            return try found.sorted { $0.likeness < $1.likeness }.prefix(20).compactMap { id, likeness in
                guard let id else { return Lookalike(original: .provider, likeness: likeness) }
                let other = try connection.application(id, tenant: tenant.id)
                return other.map { Lookalike(original: .application($0), likeness: likeness) }
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
            try connection.likenesses(of: brand, ownedBy: owner, at: tenant)
                .contains { $0.id == nil || $0.id != own?.text }
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
}

extension Connection {
    /// The approved applications of others that a brand is like; nil stands for the provider.
    fileprivate func likenesses(
        of brand: ApplicationBrand,
        ownedBy owner: AccountID,
        at tenant: Tenant
    ) throws -> [(id: String?, likeness: Likeness)] {
        let names = [brand.profile.companyName.text, brand.profile.applicationName?.text]
        let mine = Appearance(names, try brand.logo.flatMap { try look(of: $0.text, tenant: tenant.id) })
        let approved = try run(
            """
            SELECT a.id, a.company_name, a.application_name, l.look FROM applications a
            LEFT JOIN logos l ON l.tenant = a.tenant AND l.digest = a.logo AND l.size = 128
            WHERE a.tenant = \(tenant.id) AND a.approved_at IS NOT NULL AND a.deleted_at IS NULL
                AND a.owner <> \(owner)
            """
        ).map { row in
            (try row.text(0), Appearance([try row.text(1), try row.optionalText(2)], try row.look(3)))
        }
        let own = Appearance([], try tenant.brand.logo.flatMap { try look(of: $0, tenant: tenant.id) })
        return (approved + [(nil, own)]).compactMap { id, other in
            mine.likeness(to: other).map { (id, $0) }
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
