import Glibc
package import Registry
import Synchronization

/// Where a test keeps its rows.
package enum TestDatabase {
    /// The PostgreSQL server that tests run on instead of SQLite: an address that ends where a parameter may
    /// follow, `postgres://portal@/portal?host=/run/test`.
    private static let server = getenv("PORTAL_TEST_DATABASE").map { String(cString: $0) }

    /// What the tests about PostgreSQL alone need.
    package static var isPostgres: Bool { server != nil }

    /// A database of its own with all tables and no rows: SQLite in memory, or a schema on the server.
    package static func make() async throws -> any Database {
        guard let server else { return try SQLiteDatabase.temporary() }
        var schema = schemas.withLock { $0.takeOut() } ?? ""
        if schema.isEmpty { schema = try await newSchema(on: server) }
        let database = try PostgresDatabase(address: address(of: schema, on: server), connections: 2)
        try await empty(database)
        schemas.withLock { $0.note(schema, database) }
        return database
    }

    /// The address of a schema that has nothing in it; nil where there is no server.
    package static func emptyAddress() async throws -> String? {
        guard let server else { return nil }
        return address(of: try await newSchema(on: server), on: server)
    }

    /// One in which there is no table yet.
    package static func makeEmpty() async throws -> any Database {
        guard let address = try await emptyAddress() else { return try SQLiteDatabase.temporary() }
        return try PostgresDatabase(address: address, connections: 2)
    }

    private static func address(of schema: String, on server: String) -> String {
        "\(server)&options=-csearch_path%3D\(schema)"
    }

    private static func newSchema(on server: String) async throws -> String {
        let name = "test_\(getpid())_\(UInt32.random(in: 0 ... .max))"
        let database = try PostgresDatabase(address: server, connections: 1)
        try await database.transaction(.directory) { connection in
            try connection.run(
                """
                CREATE OR REPLACE FUNCTION pg_temp.make_schema(name text) RETURNS void LANGUAGE plpgsql
                AS $$ BEGIN EXECUTE format('CREATE SCHEMA %I', name); END $$
                """
            )
            try connection.run("SELECT pg_temp.make_schema(\(name))")
        }
        await database.close()
        return name
    }

    private static func empty(_ database: PostgresDatabase) async throws {
        try await database.write(
            """
            DO $$ DECLARE names text; BEGIN
                SELECT string_agg(oid::regclass::text, ', ') INTO names FROM pg_class
                WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r'
                    AND relname <> 'schema_migrations';
                IF names IS NOT NULL THEN EXECUTE 'TRUNCATE ' || names; END IF;
            END $$
            """,
            .directory
        )
    }

    private static let schemas = Mutex(Schemas())
}

/// The schemas made so far, each with the database that uses it, to be used again when that is gone.
private struct Schemas {
    private struct Lease {
        let schema: String
        weak var database: PostgresDatabase?
    }

    private var leases: [Lease] = []

    mutating func takeOut() -> String? {
        leases.firstIndex { $0.database == nil }.map { leases.remove(at: $0).schema }
    }

    mutating func note(_ schema: String, _ database: PostgresDatabase) {
        leases.append(Lease(schema: schema, database: database))
    }
}
