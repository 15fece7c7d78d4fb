/// One step from a data format to the next, never changed once it was released.
package struct Migration: Sendable {
    package let name: String
    let statements: [SQL]

    /// What new tables are filled with from the rows that are there.
    let filling: [SQL]

    package init(_ name: String, _ statements: [SQL], filling: [SQL] = []) {
        self.name = name
        self.statements = statements
        self.filling = filling
    }

    /// The SHA-256 of the statements' texts, by which a changed migration is noticed.
    fileprivate var digest: [UInt8] {
        sha256(Array((statements + filling).map(\.text).joined(separator: "\n;\n").utf8))
    }
}

/// Why the data is left as it is.
package enum MigrationProblem: Error, Equatable, Sendable, CustomStringConvertible {
    case newer(stored: Int, known: Int)
    case changed(name: String)

    /// Not all of it has arrived yet, or ever will.
    case unfinishedCopy

    package var description: String {
        switch self {
        case .newer(let stored, let known):
            "Data format \(stored) is newer than this program (\(known)). Use a later portal."
        case .changed(let name):
            "The migration “\(name)” is not the one this data was made with. Use the portal that made it."
        case .unfinishedCopy:
            "The data are a copy that was not finished; what they were copied from is unharmed."
        }
    }
}

/// Brings the data to the last of `migrations`; throws ``MigrationProblem`` and changes nothing if that cannot be.
///
/// Each one and its record are one transaction, so whenever the program was stopped, running it again
/// goes on from there.
///
/// Nobody but who fills it touches an unfinished copy.
package func migrate(
    _ database: any Database,
    _ migrations: [Migration],
    fillsCopy: Bool = false
) async throws {
    do {
        try await database.transaction(.directory) { try $0.makeRecords() }
    } catch is DatabaseFault where database.isShared {
        // PostgreSQL fails one of two that make the same table in the same moment; then it is there.
        try await database.transaction(.directory) { try $0.makeRecords() }
    }
    let done = try await database.read(.directory) { connection in
        guard try fillsCopy || !connection.isUnfinishedCopy() else { throw MigrationProblem.unfinishedCopy }
        let records = try connection.recordedMigrations()
        try check(records, against: migrations)
        return records.count
    }
    for number in done..<migrations.count {
        try await database.transaction(.directory) { connection in
            // Another process that is at the same one waits here for our commit, and then leaves it.
            guard try connection.record(migrations[number], number: number + 1) else { return }
            try connection.define(migrations[number].statements, filling: migrations[number].filling)
        }
    }
    try await database.expectManyRows()
}

private struct MigrationRecord {
    let name: String
    let digest: [UInt8]
}

private func check(_ records: [MigrationRecord], against migrations: [Migration]) throws(MigrationProblem) {
    guard records.count <= migrations.count else {
        throw .newer(stored: records.count, known: migrations.count)
    }
    for (record, migration) in zip(records, migrations) {
        guard record.name == migration.name, record.digest == migration.digest else {
            throw .changed(name: record.name)
        }
    }
}

extension Connection {
    fileprivate func makeRecords() throws {
        try define([
            """
            CREATE TABLE IF NOT EXISTS schema_migrations (
                number INTEGER PRIMARY KEY,
                name TEXT NOT NULL,
                digest BLOB NOT NULL
            )
            """
        ])
    }

    fileprivate func recordedMigrations() throws -> [MigrationRecord] {
        try run("SELECT name, digest FROM schema_migrations WHERE number > 0 ORDER BY number").map { row in
            MigrationRecord(name: try row.text(0), digest: try row.bytes(1))
        }
    }

    /// Says whether this call wrote it.
    fileprivate func record(_ migration: Migration, number: Int) throws -> Bool {
        try !run(
            """
            INSERT INTO schema_migrations (number, name, digest)
            VALUES (\(number), \(migration.name), \(migration.digest))
            ON CONFLICT (number) DO NOTHING RETURNING number
            """
        ).isEmpty
    }
}

// MARK: - Copies

/// While data are copied into a database there is a migration number 0.
///
/// A program that knows nothing of copies takes it for a migration that was changed, and leaves the data alone.
extension Connection {
    /// Marks a database without data as a copy under way; says no when it has been used before.
    func beginCopy() throws -> Bool {
        try makeRecords()
        let nothing: [UInt8] = []
        let begun = try run(
            """
            INSERT INTO schema_migrations (number, name, digest)
            SELECT 0, 'unfinished copy', \(nothing) WHERE NOT EXISTS (SELECT 1 FROM schema_migrations)
            RETURNING number
            """
        )
        return !begun.isEmpty
    }

    func endCopy() throws {
        try send("DELETE FROM schema_migrations WHERE number = 0")
    }

    fileprivate func isUnfinishedCopy() throws -> Bool {
        try !run("SELECT 1 FROM schema_migrations WHERE number = 0").isEmpty
    }
}
