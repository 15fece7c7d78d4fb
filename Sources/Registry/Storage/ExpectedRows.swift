/// What SQLite plans by, instead of what it would find out: a store grows while plans are kept, and a young one tells nothing.
///
/// Left alone it takes every table for one of ten rows a tenant, and looks at all of them where an index is at hand.
extension Connection {
    /// Writes how many rows each index is expected to find; says whether that was not there already.
    func expectManyRows() throws -> Bool {
        let expected = try run(
            """
            SELECT t.name, CASE i.origin WHEN 'pk' THEN t.name ELSE i.name END, i."unique", i.partial,
                (SELECT count(*) FROM pragma_index_info(i.name))
            FROM sqlite_schema t, pragma_index_list(t.name) i, pragma_index_info(i.name) c
            WHERE t.type = 'table' AND c.seqno = 0 AND c.name = 'tenant' ORDER BY 1, 2
            """
        ).map(Expectation.init(index:))
        if try run("SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_stat1'").isEmpty {
            // Makes the table in which expectations are.
            try run("ANALYZE schema_migrations")
        }
        let written = try run("SELECT tbl, coalesce(idx, ''), stat FROM sqlite_stat1 ORDER BY 1, 2")
        guard try written.map(Expectation.init(written:)) != expected else { return false }
        try run("DELETE FROM sqlite_stat1")
        for each in expected {
            try run(
                "INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES (\(each.table), \(each.index), \(each.rows))"
            )
        }
        return true
    }
}

/// Of an index that begins with the tenant.
private struct Expectation: Equatable {
    let table: String
    let index: String

    /// Rows in all, and for a value of its first column, of its first two, and so on.
    let rows: String

    init(index row: Row) throws {
        (table, index) = (try row.text(0), try row.text(1))
        let (isUnique, isPartial, columns) = (try row.bool(2), try row.bool(3), try row.integer(4))
        // An index of some rows only is there because they are few.
        let all = isPartial ? 10_000 : 1_000_000
        var found = [all, all / 10] + (2..<max(2, columns + 1)).map { 20 / $0 }
        if isUnique { found[columns] = 1 }
        rows = found.map(String.init).joined(separator: " ")
    }

    init(written row: Row) throws {
        (table, index, rows) = (try row.text(0), try row.text(1), try row.text(2))
    }
}
