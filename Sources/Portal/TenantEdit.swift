import Registry
import Web

/// What an administrator makes of one part of the tenant's file, from a form that showed it in some state.
struct TenantEdit: Sendable {
    let part: TenantFile.Part
    let action: Action

    /// What the ledger names; nil for the tenant.
    var object: String?

    /// The state the form was made from, as ``Visit/basis(of:in:)`` tells it.
    let basis: String

    /// Writes into the file what the form says.
    let change: @Sendable (JSON) -> JSON

    /// Sets what no file says.
    var adjust: @Sendable (inout Tenant.Settings) -> Void = { _ in }

    /// What the ledger keeps besides.
    var remarks: [(String, String)] = []

    /// The settings of a tenant in which the change is made; throws ``FileMistakes`` for what a file may not say.
    func settings(from standing: Tenant) throws -> Tenant.Settings {
        let file = try TenantFile.json(of: standing.settings, called: standing.name)
        var settings = try TenantFile.settings(change(file), besides: standing.settings)
        adjust(&settings)
        return settings
    }
}

/// Somebody else changed the same part while the form lay open.
struct Overtaken: Error {
    let standing: Tenant
    let by: LastChange?
}

extension AdminAccess {
    /// Makes the change, in the state the tenant is in by then.
    ///
    /// Throws ``FileMistakes`` for what a file may not say, and ``Overtaken``.
    func make(_ edit: TenantEdit, _ visit: Visit) async throws {
        struct Stale: Error { let standing: Tenant }
        do {
            try await revise { standing in
                guard try visit.basis(of: edit.part, in: standing).isByteForByte(edit.basis) else {
                    throw Stale(standing: standing)
                }
                let settings = try edit.settings(from: standing)
                let changes = TenantFile.changes(from: standing.settings, to: settings)
                if changes.isEmpty { return nil }
                let object = edit.object ?? standing.name.text
                return TenantChange(settings, edit.action, of: object, changes.map(\.detail) + edit.remarks)
            }
        } catch let stale as Stale {
            let by = try await lastChange([edit.action, .tenantImported])
            throw Overtaken(standing: stale.standing, by: by)
        }
    }
}

extension Visit {
    /// What a form carries of the state it was made from.
    func basis(of part: TenantFile.Part, in tenant: Tenant) throws -> String {
        let file = try TenantFile.json(of: tenant.settings, called: tenant.name)
        let shown = part.json(in: file).map { String(decoding: $0.bytes, as: UTF8.self) } ?? ""
        let logo = part == .brand ? tenant.brand.logo ?? "" : ""
        return registry.fingerprint("\(tenant.name) \(logo) \(shown)")
    }
}
