package import FoundationEssentials

/// A service provider whose customers' data others want to use.
///
/// Everything a tenant owns is keyed by its `id`; nothing outside the registry can name another tenant's
/// rows, because rows are reached only through a capability of one tenant (see `Access.swift`). A class, though
/// it never changes, because every request hands it on many times and copies nothing that way.
package final class Tenant: Sendable, Hashable {
    package let id: TenantID

    /// The name in `/t/{name}` and on the command line.
    package let name: TenantName

    /// What the operator imported, with what its administrators changed since.
    package let settings: Settings

    /// Since when nobody is answered in its name.
    package let disabledAt: Date?

    init(id: TenantID, name: TenantName, settings: Settings, disabledAt: Date? = nil) {
        self.id = id
        self.name = name
        self.settings = settings
        self.disabledAt = disabledAt
    }

    package var brand: Brand { settings.brand }
    package var policy: Policy { settings.policy }

    /// Whether both are the same tenant in the same state.
    func isSame(as other: Tenant) -> Bool {
        id == other.id && name == other.name && settings == other.settings && disabledAt == other.disabledAt
    }

    package static func == (one: Tenant, other: Tenant) -> Bool { one === other }
    package func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }

    /// Everything about a tenant that its file says; kept as one document, because it is read as one.
    package struct Settings: Sendable, Codable, Equatable {
        package var hosts: [String]

        /// What its texts are written in; nil for English.
        package var language: String?
        package var brand: Brand
        package var scopes: [OfferedScope]
        package var limitsShown: [Reassurance]
        package var policy: Policy

        /// The wire profile as the product wrote it; the registry keeps it and does not read it.
        package var wireProfile: String

        package init(
            hosts: [String],
            brand: Brand,
            scopes: [OfferedScope],
            limitsShown: [Reassurance],
            policy: Policy,
            wireProfile: String
        ) {
            self.hosts = hosts
            self.brand = brand
            self.scopes = scopes
            self.limitsShown = limitsShown
            self.policy = policy
            self.wireProfile = wireProfile
        }
    }
}

/// The number a tenant's rows start with; never shown.
package struct TenantID: Hashable, Sendable, Bindable {
    package let number: Int

    package init(number: Int) { self.number = number }

    package var binding: Value { number.binding }
}

/// 1 to 32 of `a-z 0-9 -`, starting with a letter, as it stands in addresses and in front of secrets.
package struct TenantName: Hashable, Sendable, Codable, Bindable, CustomStringConvertible {
    package let text: String

    package init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard (1...32).contains(bytes.count), let first = bytes.first, first.isLowercaseLetter,
            bytes.allSatisfy({ $0.isLowercaseLetter || $0.isDigit || $0 == UInt8(ascii: "-") })
        else { return nil }
        self.text = text
    }

    /// What the tenant's secrets and client IDs begin with: the name without hyphens.
    package var secretPrefix: String {
        String(decoding: text.utf8.filter { $0 != UInt8(ascii: "-") }, as: UTF8.self)
    }

    package var description: String { text }
    package var binding: Value { text.binding }
}

/// How a tenant looks and what it is called, to partners and to customers.
package struct Brand: Sendable, Codable, Equatable {
    package var displayName: String

    /// What stands for the name where there is no room for all of it.
    package var shortName: String?
    package var accent: AccentColour

    /// The digest of the tenant's own logo, once it has one.
    package var logo: String?
    package var supportEmail: String?
    package var helpPage: String?
    package var privacyPolicy: String?

    /// What an application will see, in the tenant's words: "your equipment data".
    package var dataDescription: String

    /// One line at the foot of every page.
    package var footerText: String?

    package init(
        displayName: String,
        shortName: String? = nil,
        accent: AccentColour,
        logo: String? = nil,
        supportEmail: String? = nil,
        helpPage: String? = nil,
        privacyPolicy: String? = nil,
        dataDescription: String,
        footerText: String? = nil
    ) {
        self.displayName = displayName
        self.shortName = shortName
        self.accent = accent
        self.logo = logo
        self.supportEmail = supportEmail
        self.helpPage = helpPage
        self.privacyPolicy = privacyPolicy
        self.dataDescription = dataDescription
        self.footerText = footerText
    }

    /// The short name, or all of it.
    package var briefName: String { shortName ?? displayName }
}

/// Something an application will *not* be able to do, unless it asks for one of `unless`.
package struct Reassurance: Sendable, Codable, Equatable {
    package var sentence: String
    package var sentences: Translations
    package var unless: [Scope]

    package init(sentence: String, _ sentences: Translations = [:], unless: [Scope]) {
        self.sentence = sentence
        self.sentences = sentences
        self.unless = unless
    }

    /// What was kept before there were other languages has none.
    package init(from decoder: any Decoder) throws {
        let kept = try decoder.container(keyedBy: CodingKeys.self)
        sentence = try kept.decode(String.self, forKey: .sentence)
        sentences = try kept.decodeIfPresent(Translations.self, forKey: .sentences) ?? [:]
        unless = try kept.decode([Scope].self, forKey: .unless)
    }
}

// MARK: - How it is kept

extension Connection {
    func tenant(named name: TenantName) throws -> Tenant? {
        try run("SELECT id, name, settings, disabled_at FROM tenants WHERE name = \(name)").first.map(
            Tenant.init
        )
    }

    func tenant(atHost host: String) throws -> Tenant? {
        try run(
            """
            SELECT t.id, t.name, t.settings, t.disabled_at FROM tenant_hosts h JOIN tenants t ON t.id = h.tenant
            WHERE h.host = \(host)
            """
        ).first.map(Tenant.init)
    }

    func tenant(of id: TenantID) throws -> Tenant? {
        try run(
            "SELECT id, name, settings, disabled_at FROM tenants WHERE id = \(id) AND " + .isNotDeleted
        ).first.map(Tenant.init)
    }

    func tenantIDs() throws -> [TenantID] {
        try run("SELECT id FROM tenants WHERE " + .isNotDeleted + " ORDER BY id").map {
            TenantID(number: try $0.integer(0))
        }
    }

    /// A number that no tenant has or had.
    func nextTenantID() throws -> TenantID {
        let last = try run(
            "SELECT max(id) FROM (SELECT id FROM tenants UNION ALL SELECT id FROM former_tenants) AS numbers"
        )
        return TenantID(number: (try last.first?.optionalInteger(0) ?? 0) + 1)
    }

    func tenants(upTo limit: Int) throws -> [Tenant] { try tenants("ORDER BY name LIMIT \(limit)") }

    func allTenants() throws -> [Tenant] { try tenants("ORDER BY name") }

    private func tenants(_ order: SQL) throws -> [Tenant] {
        let all: SQL = "SELECT id, name, settings, disabled_at FROM tenants WHERE "
        return try run(all + .isNotDeleted + " " + order).map(Tenant.init)
    }
}

extension SQL {
    /// Of one that is being deleted there are rows left, by which nobody finds it.
    fileprivate static let isNotDeleted: SQL = "id NOT IN (SELECT id FROM former_tenants)"
}

extension Tenant {
    fileprivate convenience init(_ row: Row) throws {
        guard let name = TenantName(try row.text(1)) else { throw DamagedRow(place: "tenants.name") }
        self.init(
            id: TenantID(number: try row.integer(0)),
            name: name,
            settings: try JSONDecoder().decode(Settings.self, from: Data(try row.text(2).utf8)),
            disabledAt: try row.optionalDate(3)
        )
    }
}
