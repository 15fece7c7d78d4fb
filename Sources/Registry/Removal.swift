/// How many rows go at once, so that nobody waits long for it.
///
/// Written out in a statement: PostgreSQL, which plans for any number where it is a value, would read all of a tenant's.
package struct BatchSize: Sendable, ExpressibleByStringLiteral {
    fileprivate let text: SchemaName
    package let rows: Int

    package init(stringLiteral text: StaticString) {
        self.text = SchemaName(stringLiteral: text)
        rows = Int(text.description) ?? 0
    }
}

/// What is to go of a table, and by what its rows are named.
struct Removal {
    private let table: SQL
    private let key: SQL

    /// Begins with `AND`, or is empty.
    private let condition: SQL

    init(_ table: SQL, _ key: SQL = "id", where condition: SQL) {
        (self.table, self.key, self.condition) = (table, key, " AND " + condition)
    }

    /// Everything a tenant has in it.
    init(all table: Table) {
        let own = table.key.count > 1 ? Array(table.key.dropFirst()) : table.key
        (self.table, key, condition) = ("\(table.name)", SQL.list(own), "")
    }

    fileprivate func deletion(upTo batch: BatchSize, of tenant: TenantID) -> SQL {
        let rows: SQL = table + " WHERE tenant = \(tenant)"
        let some: SQL = "SELECT " + key + " FROM " + rows + condition + " LIMIT \(batch.text)"
        return "DELETE FROM " + rows + " AND (" + key + ") IN (" + some + ") RETURNING 1"
    }
}

extension Connection {
    /// Says how many rows that were.
    func remove(_ removal: Removal, upTo batch: BatchSize, of tenant: TenantID) throws -> Int {
        try run(removal.deletion(upTo: batch, of: tenant)).count
    }
}
