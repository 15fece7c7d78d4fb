import Dispatch
import FoundationEssentials
import Glibc
import Registry
import Synchronization
import Testing

@Suite("Keeping rows exactly")
struct KeepingRowsExactly {
    let database: SQLiteDatabase

    init() async throws {
        database = try SQLiteDatabase.temporary()
        try await database.transaction(.directory) { connection in
            try connection.run("CREATE TABLE names (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE)")
            try connection.run(
                "CREATE TABLE marks (name TEXT NOT NULL REFERENCES names (name), bytes BLOB, CHECK (bytes <> ''))"
            )
        }
    }

    @Test(arguments: ["", "a\0b", "\0", "ы́", "👩‍👩‍👧", "'; DROP TABLE names; --", "line\nline"])
    func `a text comes back byte for byte`(text: String) async throws {
        let found = try await database.transaction(.directory) { connection in
            try connection.run("INSERT INTO names (name) VALUES (\(text))")
            return try connection.run("SELECT name FROM names WHERE name = \(text)")[0].text(0)
        }
        #expect(Array(found.utf8) == Array(text.utf8))
    }

    @Test func `texts that only look alike are different`() async throws {
        let composed = "Caf\u{E9}"
        let decomposed = "Cafe\u{301}"
        try await database.transaction(.directory) { connection in
            try connection.run("INSERT INTO names (name) VALUES (\(composed))")
            #expect(try connection.run("SELECT id FROM names WHERE name = \(decomposed)").isEmpty)
            try connection.run("INSERT INTO names (name) VALUES (\(decomposed))")
        }
    }

    @Test func `every kind of value comes back`() async throws {
        let now = Date(timeIntervalSince1970: 1_763_700_000.123)
        let row = try await database.read(.directory) { connection in
            try connection.run(
                """
                SELECT \(Int64.min), \(true), \(now), \([UInt8]()), \(Array<UInt8>(0...255)), \(String?.none),
                    \(Date.distantFuture)
                """
            )[0]
        }
        #expect(try row.integer(0) == Int.min)
        #expect(try row.bool(1))
        #expect(try row.date(2) == now)
        #expect(try row.bytes(3) == [])
        #expect(try row.bytes(4) == Array(0...255))
        #expect(try row.optionalText(5) == nil)
        #expect(try row.date(6) == Date.distantFuture)
    }

    @Test func `a column read as what it is not is a problem, not a guess`() {
        let row = Row([.integer(7), .null, .text("7")])
        #expect(throws: RowProblem.otherType(column: 0)) { try row.text(0) }
        #expect(throws: RowProblem.null(column: 1)) { try row.integer(1) }
        #expect(throws: RowProblem.otherType(column: 2)) { try row.integer(2) }
        #expect(throws: RowProblem.otherType(column: 0)) { try row.bool(0) }
        #expect(throws: RowProblem.noSuchColumn(3)) { try row.text(3) }
        #expect(throws: RowProblem.noSuchColumn(-1)) { try row.text(-1) }
    }

    @Test func `pieces are joined, and a list is as long as it is`() async throws {
        let filter: SQL = " WHERE name IN ("
        let found = try await database.transaction(.directory) { connection in
            for name in ["a", "b", "c"] { try connection.run("INSERT INTO names (name) VALUES (\(name))") }
            let names = try [["a"], ["c", "a"], []].map { wanted in
                try connection.run("SELECT name FROM names" + filter + SQL.list(wanted) + ") ORDER BY name")
                    .map { try $0.text(0) }
            }
            return names
        }
        #expect(found == [["a"], ["a", "c"], []])
    }

    @Test func `a broken rule is named without a value`() async throws {
        try await database.transaction(.directory) { connection in
            #expect(throws: DatabaseFault.foreignKey) {
                try connection.run("INSERT INTO marks (name) VALUES (\("hush"))")
            }
            #expect(throws: DatabaseFault.constraint("names.name")) {
                try connection.run("INSERT INTO names (name) VALUES (\(String?.none))")
            }
            try connection.run("INSERT INTO names (name) VALUES (\("hush"))")
            #expect(throws: DatabaseFault.uniqueness("names.name")) {
                try connection.run("INSERT INTO names (name) VALUES (\("hush"))")
            }
            let problem = #expect(throws: DatabaseFault.self) {
                try connection.run("SELECT json_extract('{}', \("hush"))")
            }
            #expect(!String(describing: problem).contains("hush"))
        }
    }

    @Test func `two statements in one are refused`() async throws {
        await #expect(throws: DatabaseFault.self) {
            try await database.transaction(.directory) { try $0.run("DELETE FROM names; DELETE FROM marks") }
        }
    }

    @Test func `a reader cannot write`() async throws {
        await #expect(throws: DatabaseFault.self) {
            try await database.read(.directory) { try $0.run("INSERT INTO names (name) VALUES (\("a"))") }
        }
        #expect(try await database.read(.directory) { try $0.run("SELECT 1").count } == 1)
    }

    @Test func `a reader looks at one moment`() async throws {
        let database = database
        let written = DispatchSemaphore(value: 0)
        let counts = try await database.read(.directory) { connection in
            let before = try connection.run("SELECT count(*) FROM names")[0].integer(0)
            Task {
                try await database.transaction(.directory) {
                    try $0.run("INSERT INTO names (name) VALUES (\("a"))")
                }
                written.signal()
            }
            written.wait()
            return [before, try connection.run("SELECT count(*) FROM names")[0].integer(0)]
        }
        #expect(counts == [0, 0])
        #expect(try await database.read(.directory) { try $0.run("SELECT id FROM names").count } == 1)
    }

    @Test func `a reader runs where it is called`() async throws {
        let database = database
        let here = pthread_self()
        let there = Mutex<pthread_t?>(nil)
        let task = Task.immediate {
            try await database.read(.directory) { _ in there.withLock { $0 = pthread_self() } }
        }
        #expect(there.withLock { $0 } == here)
        try await task.value
    }

    @Test func `the settings that keep the data safe are on`() async throws {
        let (journal, sync, keys) = try await database.transaction(.directory) { connection in
            (
                try connection.run("PRAGMA journal_mode")[0].text(0),
                try connection.run("PRAGMA synchronous")[0].integer(0),
                try connection.run("PRAGMA foreign_keys")[0].integer(0)
            )
        }
        #expect(journal == "wal" && sync == 2 && keys == 1)
        #expect(
            try await database.read(.directory) { try $0.run("PRAGMA trusted_schema")[0].integer(0) } == 0
        )
        await #expect(throws: DatabaseFault.self) {
            try await database.transaction(.directory) {
                try $0.run("PRAGMA writable_schema = ON")
                try $0.run("DELETE FROM sqlite_schema")
            }
        }
    }

    @Test func `a copy is whole and private`() async throws {
        let folder = try TemporaryFolder()
        let source = try SQLiteDatabase(path: folder.path + "/source.db")
        try await source.transaction(.directory) { transaction in
            try transaction.define(["CREATE TABLE names (name TEXT NOT NULL)"], filling: [])
            try transaction.run("INSERT INTO names (name) VALUES (\("a"))")
        }
        try SQLiteDatabase.copy(folder.path + "/source.db", to: folder.path + "/portal.db")
        await source.close()
        #expect(folder.mode(of: "portal.db") == 0o600)
        let copy = try SQLiteDatabase(path: folder.path + "/portal.db")
        #expect(try await copy.read(.directory) { try $0.run("SELECT name FROM names")[0].text(0) } == "a")
        #expect(try await copy.read(.directory) { try $0.run("PRAGMA integrity_check")[0].text(0) } == "ok")
        await copy.close()
    }
}
