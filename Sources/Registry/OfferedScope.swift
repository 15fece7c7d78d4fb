package import FoundationEssentials

/// A permission a tenant offers, with the sentence customers read.
package struct OfferedScope: Sendable, Codable, Equatable {
    package enum Kind: String, Sendable, Codable, CaseIterable { case read, change, sensitive }

    /// Under which heading it stands in a long list.
    package enum Group: String, Sendable, Codable, CaseIterable {
        case view, change, account

        /// Where nobody says otherwise.
        fileprivate init(of kind: Kind) { self = kind == .read ? .view : .change }
    }

    /// Whether a customer may leave it out, and how its box stands at first.
    package enum Choice: String, Sendable, Codable, CaseIterable { case required = "no", ticked, unticked }

    package var name: Scope
    package var sentence: String
    package var detail: String

    /// Both as they are told in other languages.
    package var sentences: Translations = [:]
    package var details: Translations = [:]
    package var kind: Kind
    package var group: Group

    /// Whether an application that names no scope gets this one.
    package var isDefault: Bool
    package var choice: Choice

    /// Whether only an approved application works for everybody with it, in an open tenant too.
    package var needsApproval: Bool

    /// Whether new applications cannot ask for it; those that have it keep it.
    package var isRetired: Bool

    /// When it began to allow more than customers had agreed to, who are asked again therefore.
    package var widenedAt: Date?

    package init(
        name: Scope,
        sentence: String,
        detail: String,
        kind: Kind,
        group: Group? = nil,
        isDefault: Bool,
        choice: Choice = .required,
        needsApproval: Bool = false,
        isRetired: Bool = false
    ) {
        (self.name, self.sentence, self.detail, self.kind) = (name, sentence, detail, kind)
        self.group = group ?? Group(of: kind)
        (self.isDefault, self.choice) = (isDefault, choice)
        (self.needsApproval, self.isRetired) = (needsApproval, isRetired)
    }

    /// What was kept before a rule was invented is as if the rule were not used.
    package init(from decoder: any Decoder) throws {
        let kept = try decoder.container(keyedBy: CodingKeys.self)
        name = try kept.decode(Scope.self, forKey: .name)
        sentence = try kept.decode(String.self, forKey: .sentence)
        detail = try kept.decode(String.self, forKey: .detail)
        sentences = try kept.decodeIfPresent(Translations.self, forKey: .sentences) ?? [:]
        details = try kept.decodeIfPresent(Translations.self, forKey: .details) ?? [:]
        kind = try kept.decode(Kind.self, forKey: .kind)
        group = try kept.decodeIfPresent(Group.self, forKey: .group) ?? Group(of: kind)
        isDefault = try kept.decode(Bool.self, forKey: .isDefault)
        choice = try kept.decodeIfPresent(Choice.self, forKey: .choice) ?? .required
        needsApproval = try kept.decodeIfPresent(Bool.self, forKey: .needsApproval) ?? false
        isRetired = try kept.decodeIfPresent(Bool.self, forKey: .isRetired) ?? false
        widenedAt = try kept.decodeIfPresent(Date.self, forKey: .widenedAt)
    }
}

/// Why a permission was not changed.
package enum ScopeRefusal: Error, Equatable, Sendable {
    /// Applications have it, which would be left with a name that nobody explains.
    case inUse(Scope, applications: Int)
}

extension Tenant {
    /// The permissions on offer with this name, in the order the tenant lists them.
    package func offers(_ names: ScopeSet) -> [OfferedScope] {
        settings.scopes.filter { names.contains($0.name) }
    }

    /// What a new application can ask for.
    package var scopesOnOffer: [OfferedScope] { settings.scopes.filter { !$0.isRetired } }

    /// What an application that has these can ask for: them too, whatever became of them.
    package func scopesOnOffer(beside held: ScopeSet) -> [OfferedScope] {
        settings.scopes.filter { !$0.isRetired || held.contains($0.name) }
    }

    /// What an application gets when it does not ask for anything by name.
    package var defaultScopes: ScopeSet {
        ScopeSet(scopesOnOffer.filter(\.isDefault).map(\.name))
    }

    func needingApproval(_ names: ScopeSet) -> ScopeSet {
        ScopeSet(offers(names).filter(\.needsApproval).map(\.name))
    }

    /// Those that allow more than somebody agreed to at that moment.
    package func widened(_ names: ScopeSet, since moment: Date) -> ScopeSet {
        ScopeSet(offers(names).filter { $0.widenedAt.map { $0 >= moment } ?? false }.map(\.name))
    }
}

extension Tenant.Settings {
    /// These, with what no file says as it stands in others.
    package func remembering(_ standing: Tenant.Settings) -> Tenant.Settings {
        var settings = self
        for place in settings.scopes.indices {
            let old = standing.scopes.first { $0.name == settings.scopes[place].name }
            settings.scopes[place].widenedAt = old?.widenedAt
        }
        return settings
    }

    /// The names of what others offer and these do not.
    func scopes(missingOf others: Tenant.Settings) -> [Scope] {
        others.scopes.map(\.name).filter { name in !scopes.contains { $0.name == name } }
    }

    /// These where others stood until now: nobody has agreed to what is new, whatever had its name before.
    func following(_ standing: Tenant.Settings, at now: Date) -> Tenant.Settings {
        var settings = self
        for place in settings.scopes.indices
        where !standing.scopes.contains(where: { $0.name == settings.scopes[place].name }) {
            settings.scopes[place].widenedAt = now
        }
        return settings
    }
}

extension AdminAccess {
    /// How many applications have each permission, or wait for it.
    package func scopeUses() async throws -> [Scope: Int] {
        let tenant = tenant.id
        return try await registry.database.read(.tenant(tenant)) { try $0.scopeUses(tenant: tenant) }
    }
}

// MARK: - How it is kept

extension Connection {
    func scopeUses(tenant: TenantID) throws -> [Scope: Int] {
        var uses: [Scope: Int] = [:]
        let rows = try run(
            """
            SELECT scopes, count(*) FROM (
                SELECT scopes FROM applications WHERE tenant = \(tenant) AND deleted_at IS NULL
                UNION ALL SELECT added_scopes FROM pending_revisions WHERE tenant = \(tenant)
            ) AS named GROUP BY scopes
            """
        )
        for row in rows {
            for name in ScopeSet(wire: try row.text(0))?.names ?? [] {
                uses[name, default: 0] += try row.integer(1)
            }
        }
        return uses
    }
}
