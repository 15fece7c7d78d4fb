import FoundationEssentials
import Registry
import Support
import Testing

/// From SQLite, or PostgreSQL where the suite runs on it, to the other engine or another of its kind.
@Suite("Copying everything")
struct CopyingEverything {
    let world: TestRegistry
    init() async throws { world = try await TestRegistry() }

    private func emptyTargets() async throws -> [any Database] {
        var targets: [any Database] = [try SQLiteDatabase.temporary()]
        if let address = try await TestDatabase.emptyAddress() {
            targets.append(try PostgresDatabase(address: address, connections: 2))
        }
        return targets
    }

    private func registry(on database: any Database, key: UInt8 = 7) throws -> ApplicationRegistry {
        ApplicationRegistry(
            database: database,
            masterKey: [UInt8](repeating: key, count: 32),
            clock: { [clock = world.clock] in clock.now },
            entropy: .counting(),
            passwords: try PasswordHasher(cost: .least, threads: 1),
            decodeLogo: { upload, _ in try Logo.decode(upload) }
        )
    }

    /// Every row but those that are not copied.
    private func everything(in database: any Database) async throws -> EveryRow {
        try await EveryRow(of: database, registry(on: database).tenantIDs(), except: ["chores"])
    }

    @Test func `every row arrives as it was, of every tenant`() async throws {
        _ = try await world.tokens(for: try await world.registeredApplication("Кран ы́ & Söhne"))
        let other = try await world.registry.importTenant(
            .harbour(),
            as: try #require(TenantName("quayside"))
        )
        _ = try await world.registry.newCustomer("kim@northfield.example", at: other)
        _ = try await world.registry.importTenant(.harbour(), as: try #require(TenantName("empty")))
        let before = try await everything(in: world.database)
        for target in try await emptyTargets() {
            let summary = try await world.registry.copy(to: target)
            #expect(try await everything(in: target).tables(unlike: before).isEmpty)
            #expect(summary.ledgers.count == 3)
            for table in summary.tables { #expect(table.rows == before[table.name].count, "\(table.name)") }
            #expect(summary.tables.contains { $0.name == "access_tokens" && $0.rows > 0 })
            await target.close()
        }
    }

    @Test func `more rows than are read at once arrive, whatever their keys`() async throws {
        let partner = world.partner
        let application = try await world.registeredApplication()
        let tenant = world.tenant.id
        try await world.database.transaction(.tenant(tenant)) { connection in
            for number in 0..<4100 {
                try connection.send(
                    """
                    INSERT INTO access_tokens (tenant, id, digest, application, scopes, issued_at, expires_at)
                    VALUES (\(tenant), \("\(number % 7)-\(number)-é"), \([UInt8(number % 251)]), \(application.id), '', 0, 9)
                    """
                )
            }
            for number in 0..<2050 {
                try connection.send(
                    """
                    INSERT INTO redirect_uris (tenant, application, uri, origin, added_at)
                    VALUES (\(tenant), \(application.id), \("https://acme.example/\(number)"), '', \(number))
                    """
                )
            }
        }
        _ = try await partner.applications()
        let before = try await everything(in: world.database)
        for target in try await emptyTargets() {
            let summary = try await world.registry.copy(to: target)
            #expect(summary.rows > 6100)
            #expect(try await everything(in: target).tables(unlike: before).isEmpty)
            await target.close()
        }
    }

    @Test func `secrets, tokens and sessions go on working there`() async throws {
        let application = try await world.registeredApplication()
        let tokens = try await world.tokens(for: application)
        let cookie = try await world.registry.signIn("dana@acme.example", as: .partner, at: world.tenant)
        for target in try await emptyTargets() {
            _ = try await world.registry.copy(to: target)
            let there = try registry(on: target)
            try await there.open()
            let tenant = try #require(try await there.tenant(named: "harbour"))
            #expect(try await there.partner(cookie, at: tenant, from: TestRegistry.provenance) != nil)
            let credentials = ClientCredentials(id: application.id, secret: application.secret?.plaintext)
            let client = try await there.client(credentials, at: tenant, from: TestRegistry.provenance)
            let renewed = try await client.refresh(tokens)
            #expect(renewed.accessToken.plaintext != tokens.accessToken.plaintext)
            guard case .complete = try await there.operatorAccess(to: tenant).verifyLedger() else {
                Issue.record("the chain does not go on")
                return
            }
            await target.close()
        }
    }

    @Test func `what has data, even an unfinished copy, is not copied into`() async throws {
        for target in try await emptyTargets() {
            _ = try await world.registry.copy(to: target)
            await #expect(throws: MoveProblem.targetIsUsed) { try await world.registry.copy(to: target) }
            await target.close()
        }
        await #expect(throws: MoveProblem.targetIsUsed) {
            try await world.registry.copy(to: world.database)
        }
    }

    /// Copies as far as a table that is not there.
    private func breakOff(copyingTo target: any Database) async throws {
        try await world.database.write("ALTER TABLE sessions RENAME TO elsewhere", .directory)
        await #expect(throws: DatabaseFault.self) { try await world.registry.copy(to: target) }
        try await world.database.write("ALTER TABLE elsewhere RENAME TO sessions", .directory)
    }

    @Test func `a copy that broke off is never opened, nor copied on or over`() async throws {
        for target in try await emptyTargets() {
            try await breakOff(copyingTo: target)
            await #expect(throws: MigrationProblem.unfinishedCopy) { try await registry(on: target).open() }
            await #expect(throws: MoveProblem.targetIsUsed) { try await world.registry.copy(to: target) }
            await target.close()
        }
    }

    @Test func `a program that knows of no copies takes an unfinished one for damaged`() async throws {
        for target in try await emptyTargets() {
            try await breakOff(copyingTo: target)
            let names = try await target.read(
                "SELECT name FROM schema_migrations ORDER BY number",
                .directory
            )
            #expect(try names.first?.text(0) == "unfinished copy")
            await target.close()
        }
    }

    @Test func `data that a server uses are not copied until its claim has ended`() async throws {
        let end = world.clock.now.addingTimeInterval(90)
        try await world.database.write(
            "INSERT INTO chores (name, holder, held_until) VALUES ('sweep', 'another', \(end))",
            .directory
        )
        let target = try SQLiteDatabase.temporary()
        world.clock.advance(by: .seconds(30))
        await #expect(throws: MoveProblem.isServed(seconds: 60)) { try await world.registry.copy(to: target) }
        world.clock.advance(by: .seconds(60))
        _ = try await world.registry.copy(to: target)
    }

    @Test func `a chain that was broken before is copied and said to be`() async throws {
        _ = try await world.registeredApplication()
        try await world.tamper(
            with: world.tenant,
            [
                "UPDATE ledger SET actor = 'x' WHERE tenant = \(world.tenant.id) AND sequence = 2"
            ]
        )
        for target in try await emptyTargets() {
            let summary = try await world.registry.copy(to: target)
            #expect(summary.ledgers.map(\.verdict) == [.broken(sequence: 2)])
            await target.close()
        }
    }

    @Test func `a copy opens under its own key only`() async throws {
        for target in try await emptyTargets() {
            _ = try await world.registry.copy(to: target)
            await #expect(throws: ForeignKey.self) { try await registry(on: target, key: 8).open() }
            await target.close()
        }
    }
}
