import FoundationEssentials
import Registry
import Support
import Testing

/// What a cluster that shards by tenant needs, read from what the database says of itself.
@Suite("Starting with the tenant")
struct StartingWithTheTenant {
    private let directory = Set(Schema.directory.map { "\($0.name)" })

    @Test func `the list of tables is all there are, with their columns and keys`() async throws {
        for catalogue in try await Catalogue.all() {
            let listed = Schema.directory + Schema.ofTenants
            #expect(try await catalogue.tables() == listed.map { "\($0.name)" }.sorted())
            for table in listed {
                let name = "\(table.name)"
                #expect(
                    try await catalogue.columns(of: name) == table.columns.map { "\($0)" }.sorted(),
                    "\(name)"
                )
                #expect(try await catalogue.key(of: name) == table.key.map { "\($0)" }, "\(name)")
            }
        }
    }

    @Test func `a table stands after those it refers to`() async throws {
        for catalogue in try await Catalogue.all() {
            var seen: Set<String> = []
            for table in (Schema.directory + Schema.ofTenants).map({ "\($0.name)" }) {
                #expect(seen.isSuperset(of: try await catalogue.parents(of: table)), "\(table)")
                seen.insert(table)
            }
        }
    }

    @Test func `every key, index and reference of tenants' data starts with the tenant`() async throws {
        for catalogue in try await Catalogue.all() {
            for table in try await catalogue.tables() where !directory.contains(table) {
                #expect(try await catalogue.key(of: table).first == "tenant", "\(table)")
                let indices = try await catalogue.indices(of: table)
                #expect(!indices.isEmpty)
                for columns in indices { #expect(columns.first == "tenant", "\(table): \(columns)") }
                for reference in try await catalogue.references(of: table) {
                    #expect(reference.from == "tenant", "\(table) to \(reference.table)")
                    let meets = reference.table == "tenants" ? "id" : "tenant"
                    #expect(reference.to == meets, "\(table) to \(reference.table)")
                }
            }
        }
    }

    @Test(.enabled(if: TestDatabase.isPostgres))
    func `every table of tenants' data is closed, also to its owner`() async throws {
        let database = try await Catalogue.open(try await TestDatabase.make())
        let rows = try await database.read(
            """
            SELECT c.relname::text, c.relrowsecurity, c.relforcerowsecurity, p.cmd, p.roles::text, p.qual
            FROM pg_class c LEFT JOIN pg_policies p ON p.tablename = c.relname
                AND p.schemaname = current_schema()
            WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r'
            """,
            .directory
        )
        #expect(rows.count == Schema.directory.count + Schema.ofTenants.count)
        for row in rows {
            let (name, isEnabled, isForced) = (try row.text(0), try row.bool(1), try row.bool(2))
            #expect(isEnabled != directory.contains(name) && isForced == isEnabled, "\(name)")
            guard isEnabled else { continue }
            #expect(try [row.text(3), row.text(4)] == ["ALL", "{public}"])
            let condition = try row.text(5)
            #expect(condition.contains("tenant = ") && condition.contains("portal.tenant"))
        }
        await database.close()
    }

    @Test func `every join in the source is on the tenant`() throws {
        let sources = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Sources").path
        let files = try FileManager.default.subpathsOfDirectory(atPath: sources).filter {
            $0.hasSuffix(".swift")
        }
        var count = 0
        for file in files {
            let text = try String(contentsOfFile: sources + "/" + file, encoding: .utf8)
            for match in text.matches(of: /\bJOIN\s+(\w+)\s+(\w+)\s+ON\s+(\w+)\.(\w+)\s+=\s+(\w+)\.(\w+)/) {
                let (_, table, alias, one, its, other, others) = match.output
                if table.hasPrefix("pg_") { continue }
                count += 1
                let column = table == "tenants" ? "id" : "tenant"
                #expect([one, other].contains(alias) && one != other, "\(file): \(match.output.0)")
                #expect(
                    (one == alias ? its : others) == column && (one == alias ? others : its) == "tenant",
                    "\(file): \(match.output.0)"
                )
            }
            // Whatever is not of that form was not looked at.
            let all = text.matches(of: /\bJOIN\s/).count
            let known = text.matches(of: /\bJOIN\s+\w+\s+\w+\s+ON\s+\w+\.\w+\s+=\s+\w+\.\w+/).count
            #expect(all == known, "\(file)")
        }
        #expect(count > 10)
    }
}

/// What a database says of its tables, in the words of its engine.
private struct Catalogue {
    let database: any Database
    private let isPostgres: Bool

    /// SQLite, and PostgreSQL where there is one.
    static func all() async throws -> [Catalogue] {
        var all = [Catalogue(database: try await open(try SQLiteDatabase.temporary()), isPostgres: false)]
        if let address = try await TestDatabase.emptyAddress() {
            let database = try PostgresDatabase(address: address, connections: 1)
            all.append(Catalogue(database: try await open(database), isPostgres: true))
        }
        return all
    }

    static func open(_ database: any Database) async throws -> any Database {
        try await migrate(database, Schema.migrations)
        return database
    }

    private func names(_ sqlite: SQL, _ postgres: SQL) async throws -> [String] {
        try await database.read(isPostgres ? postgres : sqlite, .directory).map { try $0.text(0) }
    }

    func tables() async throws -> [String] {
        try await names(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name",
            """
            SELECT relname::text FROM pg_class
            WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p') ORDER BY relname
            """
        )
    }

    func columns(of table: String) async throws -> [String] {
        try await names(
            "SELECT name FROM pragma_table_info(\(table)) ORDER BY name",
            """
            SELECT attname::text FROM pg_attribute
            WHERE attrelid = \(table)::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attname
            """
        )
    }

    func key(of table: String) async throws -> [String] {
        try await names(
            "SELECT name FROM pragma_table_info(\(table)) WHERE pk > 0 ORDER BY pk",
            """
            SELECT a.attname::text FROM pg_index i, unnest(i.indkey::int2[]) WITH ORDINALITY AS k (number, place)
                JOIN pg_attribute a ON a.attnum = k.number
            WHERE i.indrelid = \(table)::regclass AND i.indisprimary AND a.attrelid = i.indrelid ORDER BY k.place
            """
        )
    }

    /// The columns of every index, that of each unique constraint and of the primary key among them.
    func indices(of table: String) async throws -> [[Substring]] {
        try await names(
            """
            SELECT (SELECT group_concat(name) FROM (SELECT name FROM pragma_index_info(l.name) ORDER BY seqno))
            FROM pragma_index_list(\(table)) l
            """,
            """
            SELECT string_agg(a.attname, ',' ORDER BY k.place)
            FROM pg_index i, unnest(i.indkey::int2[]) WITH ORDINALITY AS k (number, place)
                JOIN pg_attribute a ON a.attnum = k.number
            WHERE i.indrelid = \(table)::regclass AND a.attrelid = i.indrelid GROUP BY i.indexrelid
            """
        ).map { $0.split(separator: ",") }
    }

    /// The first columns of each foreign key, on either side.
    func references(of table: String) async throws -> [(table: String, from: String, to: String)] {
        let rows = try await database.read(
            isPostgres
                ? """
                SELECT c.confrelid::regclass::text, a.attname::text, b.attname::text FROM pg_constraint c
                    JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
                    JOIN pg_attribute b ON b.attrelid = c.confrelid AND b.attnum = c.confkey[1]
                WHERE c.contype = 'f' AND c.conrelid = \(table)::regclass
                """
                : """
                SELECT "table", "from", "to" FROM pragma_foreign_key_list(\(table)) WHERE seq = 0
                """,
            .directory
        )
        return try rows.map { (try $0.text(0), try $0.text(1), try $0.text(2)) }
    }

    func parents(of table: String) async throws -> [String] {
        try await references(of: table).map(\.table).filter { $0 != table }
    }
}
