/// What SQLite plans by, instead of what it would find out: a store grows while plans are kept, and a young one tells nothing.
///
/// Left alone it takes every table for one of ten rows a tenant, and looks at all of them where an index is at hand.
///
/// What is said of `schema_migrations` tells for which tables the figures were written down, and in which version of them:
/// SQLite passes over a word that it does not know, and its own ANALYZE writes none. Of connections to SQLite only.
extension Connection {
    /// Whether the figures are those of the tables as they are.
    func expectsManyRows() throws -> Bool {
        if try run("SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_stat1'").isEmpty { return false }
        return try run("SELECT stat FROM sqlite_stat1 WHERE tbl = 'schema_migrations'").first?.text(0)
            == mark()
    }

    /// Writes down how many rows each index is expected to find.
    func expectManyRows() throws {
        // Makes the table in which expectations are.
        try run("ANALYZE schema_migrations")
        try run("DELETE FROM sqlite_stat1")
        for each in try indexesOfTenants() {
            try run(
                "INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES (\(each.table), \(each.name), \(each.rows))"
            )
        }
        try run("INSERT INTO sqlite_stat1 (tbl, stat) VALUES ('schema_migrations', \(mark()))")
    }

    /// To be raised with the figures.
    private func mark() throws -> String {
        let migrations = try run("SELECT count(*) FROM schema_migrations").first?.integer(0) ?? 0
        return "\(migrations) portal-1"
    }

    private func indexesOfTenants() throws -> [ExpectedIndex] {
        try run(
            """
            SELECT t.name, CASE i.origin WHEN 'pk' THEN t.name ELSE i.name END, i."unique", i.partial,
                (SELECT count(*) FROM pragma_index_info(i.name))
            FROM sqlite_schema t, pragma_index_list(t.name) i, pragma_index_info(i.name) c
            WHERE t.type = 'table' AND c.seqno = 0 AND c.name = 'tenant'
            """
        ).map(ExpectedIndex.init)
    }
}

/// An index that begins with the tenant.
private struct ExpectedIndex {
    let table: String
    let name: String

    /// How many there are in all, of a value of its first column, of values of its first two, and so on.
    let rows: String

    init(_ row: Row) throws {
        (table, name) = (try row.text(0), try row.text(1))
        let (isUnique, isPartial, columns) = (try row.bool(2), try row.bool(3), try row.integer(4))
        // An index of some rows only is there because they are few.
        let all = isPartial ? 10_000 : 1_000_000
        var found = [all, all / 10] + (1..<columns).map { 10 / $0 }
        if isUnique { found[columns] = 1 }
        rows = found.map(String.init).joined(separator: " ")
    }
}
