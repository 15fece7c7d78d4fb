import Registry
import Web

/// A tenant's file changed by a page: members are written into it, and it is read again as if it were imported.
///
/// So there is one set of rules, whichever way a change comes.
extension TenantFile {
    /// A part of a file that is changed at once, and by one person at a time.
    enum Part: Sendable, Equatable {
        case brand
        case scope(Scope?)
        case rules

        /// What it says now, to tell whether it was changed meanwhile; nil where there is no such part.
        func json(in file: JSON) -> JSON? {
            switch self {
            case .brand: file["brand"]
            case .scope(let name?):
                file["scopes"]?.items.first { $0["name"]?.string == name.text }.map { scope in
                    .list([scope, file["neverAllows"] ?? .list([])])
                }
            case .scope(nil): .list([])
            case .rules: .list([file["policy"], file["profile"]].compactMap { $0 })
            }
        }
    }

    /// The settings that a file in this state describes, with what no file says as it stands.
    static func settings(
        _ file: JSON,
        besides standing: Tenant.Settings
    ) throws(FileMistakes) -> Tenant.Settings {
        var settings = try TenantFile(file.bytes, called: "").settings
        settings.brand.logo = standing.brand.logo
        return settings.remembering(standing)
    }

    /// What differs, by its way through the file: what it was, and what it is.
    static func changes(from old: Tenant.Settings, to new: Tenant.Settings) -> [Change] {
        guard let name = TenantName("x"), let before = plain(old, name), let after = plain(new, name) else {
            return [Change(name: "profile", before: "unreadable", after: "")]
        }
        let known = Set(before.keys)
        let names = before.keys + after.keys.filter { !known.contains($0) }
        return names.filter { before[$0] != after[$0] }.map {
            Change(name: $0, before: before[$0] ?? "", after: after[$0] ?? "")
        }
    }

    /// Nil where the profile that is kept cannot be read.
    private static func plain(_ settings: Tenant.Settings, _ name: TenantName) -> Leaves? {
        do {
            var leaves = Leaves(language: settings.language ?? Language.english.rawValue)
            leaves.add(try json(of: settings, called: name, everySwitch: true), at: "")
            if let logo = settings.brand.logo { leaves.add(.text(logo), at: "brand.logo") }
            return leaves
        } catch {
            return nil
        }
    }

    struct Change: Equatable, Sendable {
        let name: String
        let before: String
        let after: String

        /// As the ledger tells it.
        var detail: (String, String) { (name, "“\(before)” → “\(after)”") }
    }
}

/// The values of a file by their way through it; scopes by their names, wherever they stand.
private struct Leaves {
    /// Of the tenant; a text has the same way in it, whether others stand beside it or none.
    let language: String
    private(set) var keys: [String] = []
    private var values: [String: String] = [:]

    init(language: String) { self.language = language }

    subscript(_ key: String) -> String? { values[key] }

    mutating func add(_ json: JSON, at path: String) {
        switch json {
        case .object(let members):
            for (name, value) in members where !(path.isEmpty && name == "name") {
                add(value, at: name == language ? path : path.isEmpty ? name : "\(path).\(name)")
            }
        case .list(let items) where items.contains { if case .object = $0 { true } else { false } }:
            for (place, item) in items.enumerated() {
                add(item, at: "\(path).\(item["name"]?.string ?? "\(place + 1)")")
            }
        default:
            if values.updateValue(json.cell, forKey: path) == nil { keys.append(path) }
        }
    }
}

extension JSON {
    subscript(_ name: String) -> JSON? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.0 == name }?.1
    }

    var items: [JSON] { if case .list(let items) = self { items } else { [] } }
    var string: String? { if case .text(let text) = self { text } else { nil } }

    /// The same object with one member in the place of another; nil takes it away.
    func setting(_ name: String, _ value: JSON?) -> JSON {
        guard case .object(var members) = self else { return self }
        let place = members.firstIndex { $0.0 == name }
        switch (place, value) {
        case (let place?, let value?): members[place].1 = value
        case (let place?, nil): members.remove(at: place)
        case (nil, let value?): members.append((name, value))
        case (nil, nil): break
        }
        return .object(members)
    }
}

extension Tenant {
    /// The permissions that customers read otherwise than they did.
    func scopesReworded(since before: Tenant) -> [String] {
        settings.scopes.compactMap { scope in
            guard let old = before.settings.scopes.first(where: { $0.name == scope.name }) else { return nil }
            let isSame =
                old.sentence.isByteForByte(scope.sentence) && old.detail.isByteForByte(scope.detail)
                && old.kind == scope.kind
            return isSame ? nil : scope.name.text
        }
    }
}
