package import FoundationEssentials

/// How a tenant's settings change: its operator imports a file, its administrators change parts by page.
///
/// Both write the same settings, whose rules are those of the file.

/// Why a tenant could not be imported.
package enum TenantRefusal: Error, Equatable, Sendable {
    case hostTaken(String, by: TenantName)

    /// Administrators changed what the file would take back; both, for whoever has to choose.
    case changedSinceImport(imported: Tenant.Settings, standing: Tenant.Settings)
}

/// What an import does where administrators changed something since the last one.
package enum ImportRule: Sendable {
    case refuse

    /// Leaves the tenant as it is.
    case keep
    case overwrite
}

/// What a page makes of a tenant's settings, and how the ledger tells it.
package struct TenantChange: Sendable {
    package let settings: Tenant.Settings
    package let action: Action

    /// What was changed, the tenant itself or a part of it.
    package let object: String

    /// What it was and what it is now, by name.
    package let detail: [(String, String)]

    package init(
        _ settings: Tenant.Settings,
        _ action: Action,
        of object: String,
        _ detail: [(String, String)]
    ) {
        (self.settings, self.action, self.object, self.detail) = (settings, action, object, detail)
    }
}

/// Who changed a part of a tenant last, and when.
package struct LastChange: Sendable {
    package let name: String
    package let at: Date
}

extension ApplicationRegistry {
    /// Writes a tenant as its file describes it; doing it twice changes nothing.
    ///
    /// For the operator. A file that says what it said at the last import takes nothing back of what
    /// administrators changed since; one that says something else is judged by `rule`. What `differences` finds is
    /// kept in the ledger, for a new tenant those from one with the usual rules. Throws ``TenantRefusal``, and
    /// ``DatabaseFault/busy`` when another process made a tenant in the same moment.
    package func importTenant(
        _ described: Tenant.Settings,
        as name: TenantName,
        _ rule: ImportRule = .refuse,
        differences: @escaping @Sendable (Tenant.Settings, Tenant.Settings) -> [(String, String)] = { _, _ in
            []
        }
    ) async throws -> Tenant {
        let (now, ledger) = (clock(), ledger)
        let id = try await database.read(.directory) { connection in
            try connection.tenant(named: name)?.id ?? connection.nextTenantID()
        }
        let tenant = try await database.transaction(.tenant(id)) { transaction in
            try transaction.requireFree(described.hosts, for: name)
            try transaction.holdLedger(of: id)
            let standing = try transaction.tenant(named: name)
            var settings = described
            if let standing {
                settings = described.remembering(standing.settings)
                if try transaction.isKept(standing, against: settings, rule) { return standing }
                settings = settings.following(standing.settings, at: now)
            }
            guard try transaction.save(settings, as: name, id: id, at: now) else { throw DatabaseFault.busy }
            if let standing {
                try transaction.takeBack(settings.scopes(missingOf: standing.settings), tenant: id)
            }
            try ledger.record(
                .tenantImported,
                of: name.text,
                by: .theOperator,
                differences(standing?.settings ?? settings.withUsualRules, settings),
                from: Provenance(address: "local", reference: "command line"),
                in: transaction,
                tenant: id,
                at: now
            )
            return Tenant(id: id, name: name, settings: settings, disabledAt: standing?.disabledAt)
        }
        announceTenants()
        return tenant
    }

    /// Lets every server read its tenants again.
    func announceTenants() {
        knownTenants.forget()
        database.announceChange()
    }
}

extension AdminAccess {
    /// Changes the settings as they stand in that moment, and returns the tenant as it is then.
    ///
    /// `change` is asked while nobody else can change them; it throws what speaks against it, and returns nil
    /// where there is nothing to do. Throws ``ScopeRefusal`` for a permission that is gone and in use.
    @discardableResult
    package func revise(_ change: @escaping @Sendable (Tenant) throws -> TenantChange?) async throws -> Tenant
    {
        let id = tenant.id
        let (name, admin) = (tenant.name, self)
        let changed = try await registry.changePeople(of: tenant, by: actor, from: provenance) {
            transaction,
            record,
            now in
            try transaction.requireFullRank(of: admin.actor, tenant: id)
            guard let standing = try transaction.tenant(named: name) else {
                throw DamagedRow(place: "tenants")
            }
            guard let change = try change(standing), change.settings != standing.settings else {
                return standing
            }
            try transaction.requireUnused(standing.settings, unlessIn: change.settings, tenant: id)
            let settings = change.settings.following(standing.settings, at: now)
            try transaction.revise(id, to: settings, at: now)
            try transaction.takeBack(settings.scopes(missingOf: standing.settings), tenant: id)
            try record(change.action, change.object, change.detail)
            try admin.tellIfLoosened(standing.settings, to: settings, in: transaction, at: now)
            return Tenant(id: id, name: name, settings: settings, disabledAt: standing.disabledAt)
        }
        registry.announceTenants()
        return changed
    }

    /// One of two who have to approve cannot dispense with the other unseen.
    private func tellIfLoosened(
        _ old: Tenant.Settings,
        to new: Tenant.Settings,
        in transaction: any Connection,
        at now: Date
    ) throws {
        let (rule, before) = (new.policy.secondAdministrator, old.policy.secondAdministrator)
        if rule.isLooser(than: before) {
            let letter = Letter.secondAdministratorLoosened(before, to: rule, by: signature, at: now)
            try tellOthers(letter, in: transaction, at: now)
        }
        let reading = Set(new.scopes.filter { $0.kind == .read }.map(\.name))
        let loosened = old.scopes.filter { $0.kind != .read && reading.contains($0.name) }
        if rule == .forChanges, !loosened.isEmpty {
            let letter = Letter.permissionsOnlyRead(loosened.map(\.name.text), by: signature, at: now)
            try tellOthers(letter, in: transaction, at: now)
        }
    }

    /// Who did one of these last, for somebody whose own change comes too late.
    package func lastChange(_ actions: [Action]) async throws -> LastChange? {
        let tenant = tenant.id
        return try await registry.database.read(.tenant(tenant)) { connection in
            try connection.named(connection.newest(actions, tenant: tenant), tenant: tenant)
        }.first.map { LastChange(name: $0.actorName ?? "The operator", at: $0.entry.at) }
    }
}

// MARK: - How it is kept

extension Tenant.Settings {
    /// The same with every rule as it is where nothing is said, and every door closed.
    fileprivate var withUsualRules: Tenant.Settings {
        var settings = self
        (settings.policy, settings.wireProfile) = (Policy(), "")
        return settings
    }

    fileprivate init(kept document: String) throws {
        self = try JSONDecoder().decode(Tenant.Settings.self, from: Data(document.utf8))
    }

    fileprivate var document: String {
        get throws { String(decoding: try JSONEncoder().encode(self), as: UTF8.self) }
    }
}

extension Connection {
    /// Throws ``TenantRefusal/hostTaken(_:by:)`` where a host leads to another tenant.
    fileprivate func requireFree(_ hosts: [String], for name: TenantName) throws {
        for host in hosts {
            if let owner = try tenant(atHost: host), owner.name != name {
                throw TenantRefusal.hostTaken(host, by: owner.name)
            }
        }
    }

    /// Whether a tenant stays as it is when a file says `settings`; throws ``TenantRefusal/changedSinceImport``.
    fileprivate func isKept(
        _ standing: Tenant,
        against settings: Tenant.Settings,
        _ rule: ImportRule
    ) throws -> Bool {
        let imported = try importedSettings(of: standing.id).remembering(standing.settings)
        if standing.settings == settings {
            if imported != settings { try noteImport(of: standing.id) }
            return true
        }
        if imported == standing.settings || rule == .overwrite { return false }
        if imported == settings || rule == .keep { return true }
        throw TenantRefusal.changedSinceImport(imported: imported, standing: standing.settings)
    }

    private func importedSettings(of tenant: TenantID) throws -> Tenant.Settings {
        let row = try run("SELECT imported FROM tenants WHERE id = \(tenant)").first
        guard let row else { throw DamagedRow(place: "tenants.imported") }
        return try Tenant.Settings(kept: try row.text(0))
    }

    /// Notes that the file says by now what administrators made of it.
    private func noteImport(of tenant: TenantID) throws {
        try run("UPDATE tenants SET imported = settings WHERE id = \(tenant)")
    }

    /// Writes the tenant whole, so that importing a file twice leaves what importing it once does.
    ///
    /// Says no when the name or the number is another tenant's.
    fileprivate func save(
        _ settings: Tenant.Settings,
        as name: TenantName,
        id: TenantID,
        at now: Date
    ) throws -> Bool {
        let document = try settings.document
        let saved = try run(
            """
            INSERT INTO tenants (id, name, settings, imported, created_at, updated_at)
            VALUES (\(id), \(name), \(document), \(document), \(now), \(now))
            ON CONFLICT (id) DO UPDATE SET settings = excluded.settings, imported = excluded.imported,
                updated_at = excluded.updated_at
            WHERE tenants.name = excluded.name
            RETURNING id
            """
        )
        if saved.isEmpty { return false }
        try run("DELETE FROM tenant_hosts WHERE tenant = \(id)")
        for host in settings.hosts {
            try run("INSERT INTO tenant_hosts (host, tenant) VALUES (\(host), \(id))")
        }
        return true
    }

    /// A permission may go while no application has it.
    fileprivate func requireUnused(
        _ old: Tenant.Settings,
        unlessIn new: Tenant.Settings,
        tenant: TenantID
    ) throws {
        let gone = new.scopes(missingOf: old)
        if gone.isEmpty { return }
        let uses = try scopeUses(tenant: tenant)
        for name in gone {
            if let count = uses[name] { throw ScopeRefusal.inUse(name, applications: count) }
        }
    }

    /// Takes permissions that are gone out of what customers allow to applications that have them no more: whatever comes
    /// under such a name again, they neither allowed nor left out.
    fileprivate func takeBack(_ gone: [Scope], tenant: TenantID) throws {
        for word in gone.map({ " \($0) " }) {
            try run(
                """
                UPDATE grants SET scopes = trim(replace(' ' || scopes || ' ', \(word), ' ')),
                    declined = trim(replace(' ' || declined || ' ', \(word), ' '))
                WHERE tenant = \(tenant) AND ended_at IS NULL
                    AND (replace(' ' || scopes || ' ', \(word), ' ') <> ' ' || scopes || ' '
                        OR replace(' ' || declined || ' ', \(word), ' ') <> ' ' || declined || ' ')
                    AND NOT EXISTS (SELECT 1 FROM applications a
                        WHERE a.tenant = grants.tenant AND a.id = grants.application
                            AND replace(' ' || a.scopes || ' ', \(word), ' ') <> ' ' || a.scopes || ' ')
                """
            )
        }
    }

    fileprivate func revise(_ id: TenantID, to settings: Tenant.Settings, at now: Date) throws {
        try run(
            "UPDATE tenants SET settings = \(try settings.document), updated_at = \(now) WHERE id = \(id)"
        )
    }

    fileprivate func newest(_ actions: [Action], tenant: TenantID) throws -> [LedgerEntry] {
        let columns: SQL =
            "SELECT sequence, at, actor, action, object, detail, address, reference, hash FROM ledger"
        let condition: SQL = " WHERE tenant = \(tenant) AND action IN ("
        let wanted = SQL.list(actions.map(\.rawValue))
        return try run(columns + condition + wanted + ") ORDER BY sequence DESC LIMIT 1").map(
            LedgerEntry.init
        )
    }
}
