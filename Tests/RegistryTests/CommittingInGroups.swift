import Dispatch
import Registry
import Testing

private struct ChangedItsMind: Error {}

@Suite("Committing in groups")
struct CommittingInGroups {
    let database: SQLiteDatabase

    init() async throws {
        database = try SQLiteDatabase.temporary()
        try await database.transaction(.directory) {
            try $0.run("CREATE TABLE codes (id INTEGER PRIMARY KEY, used_by INTEGER, CHECK (id < 10000))")
        }
    }

    private func ids() async throws -> [Int] {
        try await database.read(.directory) {
            try $0.run("SELECT id FROM codes ORDER BY id").map { try $0.integer(0) }
        }
    }

    @Test func `a question that does not end is ended, and its thread answers the next`() async throws {
        let endless: SQL =
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"
        let database = try SQLiteDatabase.temporary(longestRead: .milliseconds(50))
        await #expect(throws: DatabaseFault.tookTooLong(endless.text)) {
            try await database.read(endless, .directory)
        }
        #expect(try await database.read("SELECT 1", .directory).count == 1)
    }

    @Test func `a body that throws undoes only itself`() async throws {
        let database = database
        await withTaskGroup(of: Void.self) { group in
            for id in 1...200 {
                group.addTask {
                    do {
                        try await database.transaction(.directory) { connection in
                            try connection.run("INSERT INTO codes (id) VALUES (\(id))")
                            try connection.run("INSERT INTO codes (id) VALUES (\(id + 1000))")
                            if id.isMultiple(of: 3) { throw ChangedItsMind() }
                        }
                        #expect(!id.isMultiple(of: 3))
                    } catch {
                        #expect(error is ChangedItsMind && id.isMultiple(of: 3))
                    }
                }
            }
        }
        let kept = (1...200).filter { !$0.isMultiple(of: 3) }
        #expect(try await ids() == kept + kept.map { $0 + 1000 })
    }

    @Test func `a body sees what it wrote, and a reader does not yet`() async throws {
        let seen = try await database.transaction(.directory) { connection in
            try connection.run("INSERT INTO codes (id) VALUES (1)")
            return try connection.run("SELECT id FROM codes").count
        }
        #expect(seen == 1)
        #expect(try await ids() == [1])
    }

    @Test func `single statements, whoever waits for them, are done in the order they came`() async throws {
        try await database.writeSoon("INSERT INTO codes (id) VALUES (1)", .directory)
        try await database.writeSoon("UPDATE codes SET used_by = 7 WHERE id = 1", .directory)
        let used = try await database.write(
            "UPDATE codes SET id = 2 WHERE used_by = 7 RETURNING id",
            .directory
        )
        #expect(try used.map { try $0.integer(0) } == [2])
        #expect(try await ids() == [2])
    }

    @Test(.timeLimit(.minutes(1))) func `a statement nobody waits for is done without another to push it`()
        async throws
    {
        try await database.writeSoon("INSERT INTO codes (id) VALUES (1)", .directory)
        while try await ids().isEmpty { await Task.yield() }
    }

    @Test func `who leaves statements faster than they are done waits for them, and is not declined`()
        async throws
    {
        let database = try SQLiteDatabase.temporary(waitingLimit: 8)
        try await database.write("CREATE TABLE notes (id INTEGER PRIMARY KEY)", .directory)
        for id in 1...100 {
            try await database.writeSoon("INSERT INTO notes (id) VALUES (\(id))", .directory)
        }
        await database.close()
    }

    @Test func `a single statement that is refused harms nobody in its group`() async throws {
        let database = database
        try await database.write("INSERT INTO codes (id) VALUES (500)", .directory)
        await withTaskGroup(of: Void.self) { group in
            for id in 1...50 {
                group.addTask {
                    let wanted = id.isMultiple(of: 5) ? 500 : id
                    do throws(any Error) {
                        try await database.write("INSERT INTO codes (id) VALUES (\(wanted))", .directory)
                        #expect(wanted == id)
                    } catch {
                        #expect(error as? DatabaseFault == .uniqueness("codes.id") && wanted == 500)
                    }
                }
            }
        }
        #expect(try await ids() == (1...50).filter { !$0.isMultiple(of: 5) } + [500])
    }

    @Test func `closing finishes the statements nobody waits for`() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/portal.db"
        let first = try SQLiteDatabase(path: path)
        try await first.write("CREATE TABLE notes (id INTEGER PRIMARY KEY)", .directory)
        for id in 1...20 { try await first.writeSoon("INSERT INTO notes (id) VALUES (\(id))", .directory) }
        await first.close()
        let second = try SQLiteDatabase(path: path)
        #expect(try await second.read(.directory) { try $0.run("SELECT id FROM notes").count } == 20)
        await second.close()
    }

    @Test func `a statement that is refused leaves the rest of its body alone`() async throws {
        try await database.transaction(.directory) { connection in
            try connection.run("INSERT INTO codes (id) VALUES (1)")
            #expect(throws: DatabaseFault.uniqueness("codes.id")) {
                try connection.run("INSERT INTO codes (id) VALUES (1)")
            }
            try connection.run("INSERT INTO codes (id) VALUES (2)")
        }
        #expect(try await ids() == [1, 2])
    }

    @Test func `of 32 who use a code at once exactly one wins, a hundred times`() async throws {
        let database = database
        for code in 1...100 {
            try await database.transaction(.directory) {
                try $0.run("INSERT INTO codes (id) VALUES (\(code))")
            }
            let winners = try await withThrowingTaskGroup(of: Int.self) { group in
                for caller in 1...32 {
                    group.addTask {
                        try await database.transaction(.directory) { connection in
                            try connection.run(
                                """
                                UPDATE codes SET used_by = \(caller)
                                WHERE id = \(code) AND used_by IS NULL RETURNING id
                                """
                            ).count
                        }
                    }
                }
                return try await group.reduce(0, +)
            }
            #expect(winners == 1)
        }
    }

    @Test func `whatever was answered is in a copy of the files made at that moment`() async throws {
        let folder = try TemporaryFolder()
        let original = try SQLiteDatabase(path: folder.path + "/portal.db")
        try await original.transaction(.directory) {
            try $0.run("CREATE TABLE codes (id INTEGER PRIMARY KEY)")
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for id in 1...300 {
                group.addTask {
                    _ = try await original.transaction(.directory) {
                        try $0.run("INSERT INTO codes (id) VALUES (\(id))")
                    }
                }
            }
            try await group.waitForAll()
        }
        let other = try TemporaryFolder()
        for name in ["portal.db", "portal.db-wal"] {
            try other.write(folder.read(name), to: name)
        }
        let copy = try SQLiteDatabase(path: other.path + "/portal.db")
        let count = try await copy.read(.directory) { try $0.run("SELECT count(*) FROM codes")[0].integer(0) }
        #expect(count == 300)
        await copy.close()
        await original.close()
        #expect(folder.mode(of: "portal.db") == 0o600)
    }

    @Test func `a full disk is told to everyone, keeps what was answered, and ends without a restart`()
        async throws
    {
        let database = database
        try await database.transaction(.directory) { connection in
            try connection.run("INSERT INTO codes (id) VALUES (1)")
            try connection.run("CREATE TABLE ballast (bytes BLOB NOT NULL)")
        }
        let before = try await database.transaction(.directory) { connection in
            let pages = try connection.run("PRAGMA page_count")[0].integer(0)
            #expect(pages < 20)
            try connection.run("PRAGMA max_page_count = 20")
            return pages
        }
        #expect(before > 0)
        await #expect(throws: DatabaseFault.full) {
            try await database.transaction(.directory) { connection in
                try connection.run("INSERT INTO codes (id) VALUES (2)")
                try connection.run("INSERT INTO ballast (bytes) VALUES (zeroblob(200000))")
            }
        }
        #expect(try await ids() == [1])
        try await database.transaction(.directory) { try $0.run("PRAGMA max_page_count = 1000000") }
        try await database.transaction(.directory) { try $0.run("INSERT INTO codes (id) VALUES (3)") }
        #expect(try await ids() == [1, 3])
    }

    @Test func `a body that ignores a full disk does not get half of its work kept`() async throws {
        try await database.transaction(.directory) { connection in
            try connection.run("CREATE TABLE ballast (bytes BLOB NOT NULL)")
            try connection.run("PRAGMA max_page_count = 20")
        }
        await #expect(throws: DatabaseFault.full) {
            try await database.transaction(.directory) { connection in
                try connection.run("INSERT INTO codes (id) VALUES (2)")
                #expect(throws: DatabaseFault.full) {
                    try connection.run("INSERT INTO ballast (bytes) VALUES (zeroblob(200000))")
                }
                try connection.run("INSERT INTO codes (id) VALUES (4)")
            }
        }
        #expect(try await ids() == [])
    }

    @Test func `someone else who holds the file makes a transaction busy, and reading goes on`() async throws
    {
        let folder = try TemporaryFolder()
        let path = folder.path + "/portal.db"
        let ours = try SQLiteDatabase(path: path, busyTimeout: .milliseconds(20))
        try await ours.transaction(.directory) { try $0.run("CREATE TABLE codes (id INTEGER PRIMARY KEY)") }
        let theirs = try SQLiteDatabase(path: path)
        let release = await hold(theirs)
        await #expect(throws: DatabaseFault.busy) {
            try await ours.transaction(.directory) { try $0.run("INSERT INTO codes (id) VALUES (2)") }
        }
        #expect(try await ours.read(.directory) { try $0.run("SELECT id FROM codes").count } == 0)
        release.signal()
        await theirs.close()
        try await ours.transaction(.directory) { try $0.run("INSERT INTO codes (id) VALUES (3)") }
    }

    @Test func `more than may wait are declined at once`() async throws {
        let database = try SQLiteDatabase.temporary(waitingLimit: 3)
        let release = await hold(database)
        let outcomes = await withTaskGroup(of: DatabaseFault?.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    do {
                        try await database.transaction(.directory) { try $0.run("SELECT 1") }
                        return nil
                    } catch {
                        return error as? DatabaseFault
                    }
                }
            }
            var outcomes: [DatabaseFault?] = []
            for await outcome in group {
                outcomes.append(outcome)
                if outcomes.count == 5 { release.signal() }
            }
            return outcomes
        }
        #expect(outcomes == [.busy, .busy, .busy, .busy, .busy, nil, nil, nil])
    }

    @Test func `after closing everything is declined as closed`() async throws {
        await database.close()
        await #expect(throws: DatabaseFault.closed) {
            try await database.read(.directory) { try $0.run("SELECT 1") }
        }
        await #expect(throws: DatabaseFault.closed) {
            try await database.transaction(.directory) { try $0.run("SELECT 1") }
        }
        await database.close()
    }

    /// Keeps the writer of a database inside a transaction until the answer is signalled.
    private func hold(_ database: SQLiteDatabase) async -> DispatchSemaphore {
        let release = DispatchSemaphore(value: 0)
        await withCheckedContinuation { held in
            Task {
                try await database.transaction(.directory) { connection in
                    try connection.run("CREATE TABLE IF NOT EXISTS held (id INTEGER PRIMARY KEY)")
                    held.resume()
                    release.wait()
                }
            }
        }
        return release
    }
}
