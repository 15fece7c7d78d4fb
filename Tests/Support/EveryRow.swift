package import Registry

/// All rows of every table at one moment, as one tenant after the other sees them.
package struct EveryRow: Sendable, Equatable {
    private var tables: [String: Set<[Value]>] = [:]

    /// `left` are tables that do not count.
    package init(of database: any Database, _ tenants: [TenantID], except left: Set<String> = []) async throws
    {
        try await take(Schema.directory, from: database, .directory)
        for tenant in tenants { try await take(Schema.ofTenants, from: database, .tenant(tenant)) }
        for name in left { tables[name] = nil }
    }

    package subscript(table: String) -> Set<[Value]> { tables[table] ?? [] }

    /// The names of those that are not the same in both.
    package func tables(unlike other: EveryRow) -> [String] {
        Set(tables.keys).union(other.tables.keys).filter { self[$0] != other[$0] }.sorted()
    }

    private mutating func take(_ known: [Table], from database: any Database, _ reach: Reach) async throws {
        let queries = known.map { table -> SQL in "SELECT " + .list(table.columns) + " FROM \(table.name)" }
        let answers = try await database.read(reach) { try $0.runAll(queries) }
        for (table, rows) in zip(known, answers) {
            let found = rows.map { row in table.columns.indices.map { row[$0] } }
            tables["\(table.name)", default: []].formUnion(found)
        }
    }
}
