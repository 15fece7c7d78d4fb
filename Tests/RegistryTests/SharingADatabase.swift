import FoundationEssentials
import Registry
import Support
import Synchronization
import Testing

private struct ChangedItsMind: Error {}

@Suite("Sharing a database", .enabled(if: TestDatabase.isPostgres, "needs PORTAL_TEST_DATABASE"))
struct SharingADatabase {
    let database: any Database

    init() async throws {
        let address = try #require(try await TestDatabase.emptyAddress())
        database = try PostgresDatabase(address: address, connections: 4)
        try await database.transaction(.directory) { connection in
            try connection.define([
                """
                CREATE TABLE boats (
                    tenant INTEGER NOT NULL, id INTEGER NOT NULL, name TEXT, mark BLOB, CHECK (id < 1000),
                    PRIMARY KEY (tenant, id)
                )
                """,
                "CREATE TABLE berths (boat INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE)",
            ])
        }
    }

    private let ours = Reach.tenant(TenantID(number: 1))
    private let theirs = Reach.tenant(TenantID(number: 2))

    @Test func `every value comes back as it went in`() async throws {
        let values: [(Int64, String?, [UInt8]?)] = [
            (.min, "", []), (-1, "é\u{301} \u{1F6A2}\n", [0, 255]), (0, nil, nil),
            (7, "a", [UInt8](repeating: 0, count: 300)),
        ]
        for (id, name, mark) in values {
            try await database.write(
                "INSERT INTO boats (tenant, id, name, mark) VALUES (1, \(id), \(name), \(mark))",
                ours
            )
        }
        let rows = try await database.read("SELECT id, name, mark, id < 0 FROM boats ORDER BY id", ours)
        #expect(try rows.map { try $0.integer(0) } == [Int.min, -1, 0, 7])
        #expect(
            try rows.map { try $0.optionalText(1).map { Array($0.utf8) } }
                == values.map { $0.1.map { Array($0.utf8) } }
        )
        #expect(try rows.map { try $0.optionalBytes(2) } == values.map(\.2))
        #expect(try rows.map { try $0.bool(3) } == [true, true, false, false])
    }

    @Test func `a question that does not end is ended, and named`() async throws {
        let endless: SQL = "SELECT pg_sleep(60)"
        await #expect(throws: DatabaseFault.tookTooLong(endless.text)) {
            try await database.transaction(ours) { connection in
                try connection.run("SET LOCAL statement_timeout = 50")
                try connection.run(endless)
            }
        }
        #expect(try await database.read("SELECT 1", ours).count == 1)
    }

    @Test func `rows of another tenant are not there, and cannot be put there`() async throws {
        try await database.write("INSERT INTO boats (tenant, id) VALUES (1, 1)", ours)
        #expect(try await database.read("SELECT id FROM boats", ours).count == 1)
        #expect(try await database.read("SELECT id FROM boats", theirs).isEmpty)
        #expect(try await database.read("SELECT id FROM boats", .directory).isEmpty)
        #expect(try await database.write("DELETE FROM boats RETURNING id", theirs).isEmpty)
        await #expect(throws: DatabaseFault.self) {
            try await database.write("INSERT INTO boats (tenant, id) VALUES (1, 2)", theirs)
        }
        await #expect(throws: DatabaseFault.self) {
            try await database.write("INSERT INTO boats (tenant, id) VALUES (1, 2)", .directory)
        }
    }

    @Test func `whose rows a transaction reached does not stay with its connection`() async throws {
        try await database.write("INSERT INTO boats (tenant, id) VALUES (1, 1)", ours)
        for _ in 1...20 {
            #expect(try await database.transaction(ours) { try $0.run("SELECT id FROM boats").count } == 1)
            #expect(try await database.read(.directory) { try $0.run("SELECT id FROM boats").count } == 0)
        }
    }

    @Test func `what is wrong with a row is named`() async throws {
        try await database.write("INSERT INTO berths (boat, name) VALUES (1, 'A')", .directory)
        await #expect(throws: DatabaseFault.uniqueness("berths.berths_name_key")) {
            try await database.write("INSERT INTO berths (boat, name) VALUES (2, 'A')", .directory)
        }
        await #expect(throws: DatabaseFault.constraint("berths.name")) {
            try await database.write("INSERT INTO berths (boat) VALUES (3)", .directory)
        }
        await #expect(throws: DatabaseFault.constraint("boats.boats_id_check")) {
            try await database.write("INSERT INTO boats (tenant, id) VALUES (1, 1000)", ours)
        }
    }

    @Test func `of statements that were sent together only the wrong one fails`() async throws {
        let database = database
        let kept = try await withThrowingTaskGroup(of: Int?.self) { group in
            for number in 0..<200 {
                group.addTask {
                    // Every tenth is a number that is too high.
                    let id = number.isMultiple(of: 10) ? 1000 + number : number
                    do {
                        try await database.write(
                            "INSERT INTO boats (tenant, id) VALUES (1, \(id))",
                            .tenant(TenantID(number: 1))
                        )
                        return id
                    } catch DatabaseFault.constraint { return nil }
                }
            }
            return try await group.reduce(into: [Int]()) { if let id = $1 { $0.append(id) } }
        }
        #expect(kept.count == 180)
        let stored = try await database.read("SELECT id FROM boats ORDER BY id", ours).map {
            try $0.integer(0)
        }
        #expect(stored == kept.sorted())
    }

    @Test func `a body that throws, or whose last statement fails, leaves nothing`() async throws {
        await #expect(throws: ChangedItsMind.self) {
            try await database.transaction(ours) { connection in
                try connection.run("INSERT INTO boats (tenant, id) VALUES (1, 1)")
                throw ChangedItsMind()
            }
        }
        await #expect(throws: DatabaseFault.self) {
            try await database.transaction(ours) { connection in
                try connection.send("INSERT INTO boats (tenant, id) VALUES (1, 2)")
                try connection.send("INSERT INTO boats (tenant, id) VALUES (1, 2)")
            }
        }
        #expect(try await database.read("SELECT id FROM boats", ours).isEmpty)
    }

    @Test func `bodies that wait for each other are done one after the other`() async throws {
        try await database.transaction(ours) { connection in
            try connection.send("INSERT INTO boats (tenant, id, name) VALUES (1, 1, '')")
            try connection.send("INSERT INTO boats (tenant, id, name) VALUES (1, 2, '')")
        }
        let database = database
        try await withThrowingTaskGroup(of: Void.self) { group in
            // Each pair that meets costs the server a second to find out, and nobody waits for more than four.
            for number in 0..<4 {
                group.addTask {
                    let (first, second) = number.isMultiple(of: 2) ? (1, 2) : (2, 1)
                    try await database.transaction(.tenant(TenantID(number: 1))) { connection in
                        try connection.run(
                            "UPDATE boats SET name = name || 'x' WHERE tenant = 1 AND id = \(first)"
                        )
                        try connection.run(
                            "UPDATE boats SET name = name || 'x' WHERE tenant = 1 AND id = \(second)"
                        )
                    }
                }
            }
            try await group.waitForAll()
        }
        let names = try await database.read("SELECT name FROM boats", ours).map { try $0.text(0) }
        #expect(names.map(\.utf8.count) == [4, 4])
    }

    @Test func `a snapshot does not change while it is looked at`() async throws {
        let database = database
        let counts = try await database.read(ours) { connection in
            let before = try connection.run("SELECT id FROM boats").count
            let written = Mutex(false)
            let writer = Task {
                try await database.write(
                    "INSERT INTO boats (tenant, id) VALUES (1, 1)",
                    .tenant(TenantID(number: 1))
                )
                written.withLock { $0 = true }
            }
            _ = writer
            while !written.withLock({ $0 }) {}
            return (before, try connection.run("SELECT id FROM boats").count)
        }
        #expect(counts == (0, 0))
    }

    @Test func `a connection that was ended is replaced, and nobody hears of it`() async throws {
        for _ in 1...5 {
            try await database.write(
                """
                SELECT count(pg_terminate_backend(pid, 10000)) FROM pg_stat_activity
                WHERE usename = current_user AND pid <> pg_backend_pid() AND query LIKE '%portal.tenant%'
                """,
                .directory
            )
            for _ in 1...8 { #expect(try await database.read("SELECT 1", .directory).count == 1) }
        }
    }

    @Test func `after closing nothing is answered`() async throws {
        await database.close()
        await #expect(throws: DatabaseFault.closed) { try await database.read("SELECT 1", .directory) }
        await database.close()
    }
}

@Suite("Several servers", .enabled(if: TestDatabase.isPostgres, "needs PORTAL_TEST_DATABASE"))
struct SeveralServers {
    private let clock = TestClock()

    /// Registries on one database, as as many processes would have them.
    private func nodes(_ count: Int) async throws -> [ApplicationRegistry] {
        let address = try #require(try await TestDatabase.emptyAddress())
        let entropy = Entropy.counting()
        var nodes: [ApplicationRegistry] = []
        for _ in 0..<count {
            let node = ApplicationRegistry(
                database: try PostgresDatabase(address: address, connections: 2),
                masterKey: [UInt8](repeating: 7, count: 32),
                clock: { [clock] in clock.now },
                entropy: entropy,
                passwords: try PasswordHasher(cost: .least, threads: 1),
                decodeLogo: { upload, _ in try Logo.decode(upload) }
            )
            nodes.append(node)
        }
        return nodes
    }

    @Test func `they bring an empty database up to date together`() async throws {
        let nodes = try await nodes(4)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for node in nodes { group.addTask { try await node.open() } }
            try await group.waitForAll()
        }
        #expect(try await nodes[0].tenants().isEmpty)
    }

    @Test func `tries are counted together, and given back for all`() async throws {
        let nodes = try await nodes(2)
        for node in nodes { try await node.open() }
        let name = try #require(TenantName("harbour"))
        let tenant = try await nodes[0].importTenant(.harbour(), as: name)
        let allowance = Allowance(name: "sign-in", period: .seconds(60))
        for number in 0..<5 {
            #expect(try await nodes[number % 2].spend(allowance, "kim", limit: 5, at: tenant) == nil)
        }
        #expect(try await nodes[0].spend(allowance, "kim", limit: 5, at: tenant) == .seconds(60))
        #expect(try await nodes[1].spend(allowance, "kim", limit: 5, at: tenant) == .seconds(60))
        #expect(try await nodes[1].spend(allowance, "dana", limit: 5, at: tenant) == nil)
        try await nodes[0].giveBack(allowance, "kim", at: tenant)
        #expect(try await nodes[1].spend(allowance, "kim", limit: 5, at: tenant) == nil)
        clock.advance(by: .seconds(61))
        #expect(try await nodes[0].spend(allowance, "kim", limit: 5, at: tenant) == nil)
    }

    @Test func `many tries at once over all of them are no more than one by one`() async throws {
        let nodes = try await nodes(3)
        for node in nodes { try await node.open() }
        let tenant = try await nodes[0].importTenant(.harbour(), as: try #require(TenantName("harbour")))
        let allowance = Allowance(name: "sign-in", period: .seconds(60))
        let allowed = try await withThrowingTaskGroup(of: Bool.self) { group in
            for number in 0..<30 {
                let node = nodes[number % 3]
                group.addTask { try await node.spend(allowance, "kim", limit: 5, at: tenant) == nil }
            }
            return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(allowed == 5)
    }

    @Test func `one of them sweeps, and another when that one is gone`() async throws {
        let nodes = try await nodes(2)
        for node in nodes { try await node.open() }
        let tenant = try await nodes[0].importTenant(.harbour(), as: try #require(TenantName("harbour")))
        let allowance = Allowance(name: "sign-in", period: .seconds(60))
        _ = try await nodes[0].spend(allowance, "kim", limit: 5, at: tenant)
        #expect(try await nodes[0].sweep() == 0)
        clock.advance(by: .seconds(61))
        #expect(try await nodes[1].sweep() == 0)
        #expect(try await nodes[0].sweep() == 1)
        _ = try await nodes[0].spend(allowance, "kim", limit: 5, at: tenant)
        clock.advance(by: .seconds(200))
        #expect(try await nodes[1].sweep() == 1)
    }

    @Test func `another master key is refused`() async throws {
        let address = try #require(try await TestDatabase.emptyAddress())
        for (key, isRight) in [(UInt8(7), true), (8, false), (7, true)] {
            let node = ApplicationRegistry(
                database: try PostgresDatabase(address: address, connections: 1),
                masterKey: [UInt8](repeating: key, count: 32),
                clock: { [clock] in clock.now },
                entropy: .counting(),
                passwords: try PasswordHasher(cost: .least, threads: 1),
                decodeLogo: { upload, _ in try Logo.decode(upload) }
            )
            if isRight {
                try await node.open()
            } else {
                await #expect(throws: ForeignKey.self) { try await node.open() }
            }
        }
    }
}
