/// What is to go of a table, in the order of one of its columns.
struct Removal {
    private let table: SQL
    private let column: SQL

    /// Begins with `AND`, or is empty.
    private let condition: SQL

    /// What has less in a column, which an index begins with.
    init(_ table: SchemaName, _ column: SchemaName, before end: some Bindable, where condition: SQL = "") {
        (self.table, self.column) = ("\(table)", "\(column)")
        self.condition = condition + " AND \(column) < \(end)"
    }

    /// Everything a tenant has in it.
    init(all table: Table) {
        (self.table, column, condition) = ("\(table.name)", "\(table.order)", "")
    }

    fileprivate func last(of batch: Int, of tenant: TenantID) -> SQL {
        let some: SQL = "SELECT " + column + " AS place FROM " + rows(of: tenant)
        return "SELECT place FROM (" + some + " ORDER BY " + column
            + " LIMIT \(batch)) AS stretch ORDER BY place DESC LIMIT 1"
    }

    fileprivate func deletion(upTo last: Value, of tenant: TenantID) -> SQL {
        "DELETE FROM " + rows(of: tenant) + " AND " + column + " <= \(last) RETURNING 1"
    }

    private func rows(of tenant: TenantID) -> SQL { table + " WHERE tenant = \(tenant)" + condition }
}

extension Table {
    /// The column that tells the rows of a tenant apart first; the tenant where there is but one.
    fileprivate var order: SchemaName { key.dropFirst().first ?? key[0] }
}

extension Connection {
    /// Deletes the first `batch` rows, and what stands beside the last of them; says how many that were.
    ///
    /// In two statements: PostgreSQL, which plans for any number of rows, would read all of the tenant's to delete from a
    /// list of them.
    func remove(_ removal: Removal, upTo batch: Int, of tenant: TenantID) throws -> Int {
        guard let last = try run(removal.last(of: batch, of: tenant)).first else { return 0 }
        return try run(removal.deletion(upTo: last[0], of: tenant)).count
    }
}
