import Registry
import Testing

@Suite("Migrating data")
struct MigratingData {
    let database: SQLiteDatabase
    let first = Migration("people", ["CREATE TABLE people (name TEXT NOT NULL)"])
    let second = Migration(
        "towns",
        ["CREATE TABLE towns (name TEXT NOT NULL)", "INSERT INTO people VALUES ('Ada')"]
    )

    init() throws { database = try SQLiteDatabase.temporary() }

    private func names() async throws -> [String] {
        try await database.read(.directory) { connection in
            try connection.run("SELECT name FROM schema_migrations ORDER BY number").map { try $0.text(0) }
        }
    }

    @Test func `each is done once, whenever the program is run`() async throws {
        try await migrate(database, [first])
        try await migrate(database, [first, second])
        try await migrate(database, [first, second])
        #expect(try await names() == ["people", "towns"])
        #expect(try await database.read(.directory) { try $0.run("SELECT name FROM people").count } == 1)
    }

    @Test func `one that fails leaves nothing, and the next run goes on from there`() async throws {
        let broken = Migration(
            "towns",
            ["CREATE TABLE towns (name TEXT NOT NULL)", "INSERT INTO nowhere VALUES (1)"]
        )
        await #expect(throws: DatabaseFault.self) { try await migrate(database, [first, broken]) }
        #expect(try await names() == ["people"])
        try await migrate(database, [first, second])
        #expect(try await names() == ["people", "towns"])
    }

    @Test func `one that was changed afterwards is refused by name`() async throws {
        try await migrate(database, [first, second])
        let changed = Migration("people", ["CREATE TABLE people (name TEXT)"])
        await #expect(throws: MigrationProblem.changed(name: "people")) {
            try await migrate(database, [changed, second])
        }
    }

    @Test func `data of a later program is refused with what to do`() async throws {
        try await migrate(database, [first, second])
        let problem = await #expect(throws: MigrationProblem.newer(stored: 2, known: 1)) {
            try await migrate(database, [first])
        }
        #expect(problem?.description == "Data format 2 is newer than this program (1). Use a later portal.")
    }

    @Test func `two that start at once migrate once`() async throws {
        let (database, all) = (database, [first, second])
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<4 { group.addTask { try await migrate(database, all) } }
            try await group.waitForAll()
        }
        #expect(try await names() == ["people", "towns"])
        #expect(try await database.read(.directory) { try $0.run("SELECT name FROM people").count } == 1)
    }
}
