import FoundationEssentials

/// All data on their way from one database into another that has none.
///
/// On PostgreSQL rows are seen one tenant at a time, so they are copied tenant by tenant. Until everything was
/// compared the target is marked as unfinished, and nobody serves from it.
struct Move {
    let source: any Database
    let target: any Database
    let ledger: Ledger
    let clock: @Sendable () -> Date

    /// Copies, compares, and only then lets the target pass for whole; throws ``MoveProblem``.
    func run() async throws -> MoveSummary {
        try await makeSureNobodyServes()
        guard try await target.transaction(.directory, { try $0.beginCopy() }) else {
            throw MoveProblem.targetIsUsed
        }
        try await migrate(target, Schema.migrations, fillsCopy: true)
        try await copy(Schema.tenantDirectory, of: nil)
        for tenant in try await source.read(.directory, { try $0.tenantIDs() }) {
            try await copy(try await filledTables(of: tenant), of: tenant)
        }
        let summary = try await compare()
        try await makeSureNobodyServes()
        try await finish()
        return summary
    }

    /// Of several servers one always has the chores of the next minute or two.
    private func makeSureNobodyServes() async throws {
        let rows = try await source.read("SELECT held_until FROM chores WHERE name = 'sweep'", .directory)
        let seconds = try rows.first?.date(0).timeIntervalSince(clock()) ?? 0
        if seconds > 0 { throw MoveProblem.isServed(seconds: Int(seconds.rounded(.up))) }
    }

    /// Copies tables page by page, what is short together in one transaction.
    private func copy(_ tables: [Table], of tenant: TenantID?) async throws {
        var batch = Batch()
        for table in tables {
            var last: Row?
            repeat {
                let page = try await source.read(table.page(of: tenant, after: last), Reach(tenant))
                last = page.count == table.page ? page.last : nil
                batch.add(page, of: table)
                if batch.isFull { try await write(&batch, of: tenant) }
            } while last != nil
        }
        try await write(&batch, of: tenant)
    }

    private func write(_ batch: inout Batch, of tenant: TenantID?) async throws {
        let statements = batch.statements
        batch = Batch()
        if statements.isEmpty { return }
        try await target.transaction(Reach(tenant)) { transaction in
            for statement in statements { try transaction.send(statement) }
        }
    }

    /// The key's mark, by which the data are known as ours, comes with the end of the copy or not at all.
    private func finish() async throws {
        let marks = try await source.read(Schema.keyRecords.page(of: nil, after: nil), .directory)
        try await target.transaction(.directory) { transaction in
            for statement in Schema.keyRecords.insertions(of: marks) { try transaction.send(statement) }
            try transaction.endCopy()
        }
    }

    private func filledTables(of tenant: TenantID) async throws -> [Table] {
        let counts = try await source.counts(of: tenant)
        return zip(Schema.ofTenants, counts).filter { $0.1 > 0 }.map(\.0)
    }
}

/// What was copied, and is on both sides.
package struct MoveSummary: Sendable {
    package internal(set) var tables: [(name: String, rows: Int)] = []

    /// Each tenant's ledger: the target's verdict, which is the source's as well.
    package internal(set) var ledgers: [(tenant: String, verdict: LedgerVerdict)] = []

    package var rows: Int { tables.reduce(0) { $0 + $1.rows } }
}

/// Why a copy was given up; the source is as it was.
package enum MoveProblem: Error, Equatable, Sendable {
    /// A server uses the source, or did until so many seconds before its claim ends.
    case isServed(seconds: Int)

    /// The target has data, or an unfinished copy.
    case targetIsUsed

    /// The two sides do not have the same number of rows.
    case rows(table: String, tenant: String?, source: Int, target: Int)

    /// The chain in the target does not end as the source's, or does not hold.
    case ledger(tenant: String)
}

// MARK: - Comparing

extension Move {
    private func compare() async throws -> MoveSummary {
        var summary = MoveSummary()
        for table in Schema.tenantDirectory {
            let (here, there) = (try await source.count(table), try await target.count(table))
            guard here == there else {
                throw MoveProblem.rows(table: "\(table.name)", tenant: nil, source: here, target: there)
            }
            summary.tables.append(("\(table.name)", there))
        }
        var totals = Schema.ofTenants.map { _ in 0 }
        for tenant in try await source.read(.directory, { try $0.allTenants() }) {
            let counts = try await compareRows(of: tenant)
            totals = zip(totals, counts).map { $0 + $1 }
            summary.ledgers.append((tenant.name.text, try await compareLedger(of: tenant)))
        }
        summary.tables += zip(Schema.ofTenants, totals).map { ("\($0.name)", $1) }
        return summary
    }

    private func compareRows(of tenant: Tenant) async throws -> [Int] {
        let here = try await source.counts(of: tenant.id)
        let there = try await target.counts(of: tenant.id)
        for (table, counts) in zip(Schema.ofTenants, zip(here, there)) where counts.0 != counts.1 {
            throw MoveProblem.rows(
                table: "\(table.name)",
                tenant: tenant.name.text,
                source: counts.0,
                target: counts.1
            )
        }
        return there
    }

    /// A chain that was broken before may stay so: only then is the source's walked as well.
    private func compareLedger(of tenant: Tenant) async throws -> LedgerVerdict {
        let (id, ledger) = (tenant.id, ledger)
        let here = try await source.read(.tenant(id)) { try $0.ledgerHead(of: id) }
        let there = try await target.read(.tenant(id)) { try $0.ledgerHead(of: id) }
        let verdict = try await target.read(.tenant(id)) { try ledger.verify(id, in: $0) }
        var expected = verdict
        if case .broken = verdict {
            expected = try await source.read(.tenant(id)) { try ledger.verify(id, in: $0) }
        }
        guard here == there, verdict == expected else { throw MoveProblem.ledger(tenant: tenant.name.text) }
        return verdict
    }
}

extension Database {
    fileprivate func count(_ table: Table) async throws -> Int {
        try await read("SELECT count(*) FROM \(table.name)", .directory).first?.integer(0) ?? 0
    }

    /// How many rows a tenant has in each table of ``Schema/ofTenants``.
    fileprivate func counts(of tenant: TenantID) async throws -> [Int] {
        let counts = Schema.ofTenants.map { table -> SQL in
            "(SELECT count(*) FROM \(table.name) WHERE tenant = \(tenant))"
        }
        let answer = try await read("SELECT " + SQL.list(counts), .tenant(tenant)).first
        return try Schema.ofTenants.indices.map { try answer?.integer($0) ?? 0 }
    }
}

extension Reach {
    fileprivate init(_ tenant: TenantID?) { self = tenant.map { .tenant($0) } ?? .directory }
}

// MARK: - Reading and writing any table

extension Table {
    /// Rows in the order of their key, from the one after `last`.
    fileprivate func page(of tenant: TenantID?, after last: Row?) -> SQL {
        var sql: SQL = "SELECT " + .list(columns) + " FROM \(name)"
        let fixed = tenant == nil ? 0 : 1
        switch (tenant, last) {
        case (nil, nil): break
        case (let tenant?, nil): sql = sql + " WHERE tenant = \(tenant)"
        case (nil, let last?): sql = sql + " WHERE " + follows(last, fixed)
        case (let tenant?, let last?): sql = sql + " WHERE tenant = \(tenant) AND " + follows(last, fixed)
        }
        return sql + " ORDER BY " + .list(key) + " LIMIT \(page)"
    }

    private func follows(_ last: Row, _ fixed: Int) -> SQL {
        let names = Array(key.dropFirst(fixed))
        let values = Array(last.values.prefix(key.count).dropFirst(fixed))
        return "(" + .list(names) + ") > (" + .list(values) + ")"
    }

    /// Statements of many rows each, and of one each for the rest, so that each table needs two to be prepared.
    fileprivate func insertions(of rows: [Row]) -> [SQL] {
        let rest = rows.count % Self.rowsInStatement
        let (many, few) = (rows.dropLast(rest), rows.suffix(rest))
        let starts = stride(from: 0, to: many.count, by: Self.rowsInStatement)
        return starts.map { insertion(of: many.dropFirst($0).prefix(Self.rowsInStatement)) }
            + few.map { insertion(of: [$0]) }
    }

    private func insertion(of rows: some Sequence<Row>) -> SQL {
        let values = rows.map { row -> SQL in "(" + .list(row.values) + ")" }
        return "INSERT INTO \(name) (" + .list(columns) + ") VALUES " + .list(values)
    }

    /// Few enough that a statement stays under SQLite's limit of 1,000 values.
    private static var rowsInStatement: Int { 20 }
}

/// Rows on their way, of one table or of several.
private struct Batch {
    private(set) var statements: [SQL] = []
    private var pages = 0.0

    var isFull: Bool { pages >= 1 }

    mutating func add(_ rows: [Row], of table: Table) {
        statements += table.insertions(of: rows)
        pages += Double(rows.count) / Double(table.page)
    }
}
