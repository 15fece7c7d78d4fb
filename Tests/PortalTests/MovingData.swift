import Registry
import Support
import Testing

@testable import Portal

@Suite("Moving data")
struct MovingData {
    let console: Console
    init() async throws {
        console = try Console()
        let lines = String(decoding: try readFile(ShippedTenant.path), as: UTF8.self).split(separator: "\n")
        let text = lines.filter { !$0.contains("logo:") }.joined(separator: "\n")
        #expect(await console.run("tenant import \(try console.write(text, to: "standard.json5"))") == 0)
    }

    private var copy: String { console.folder + "/copy" }

    @Test func `a folder is copied with its key, compared and summed up`() async throws {
        #expect(await console.run("migrate --to \(copy) --json") == 0)
        #expect(console.printed.contains("\"complete\":true"))
        #expect(console.printed.contains("\"ledger\":1,"))
        #expect(try readFile(copy + "/master.key") == readFile(console.folder + "/data/master.key"))
        _ = await console.run("audit export")
        let before = console.printed
        #expect(await console.run("audit export --data \(copy)") == 0)
        #expect(console.printed == before)
        #expect(await console.run("audit verify --data \(copy)") == 0)
    }

    @Test(.enabled(if: TestDatabase.isPostgres))
    func `it goes to PostgreSQL and back`() async throws {
        let address = try #require(try await TestDatabase.emptyAddress())
        #expect(await console.run("migrate --to \(address)") == 0)
        #expect(console.printed.contains("Both sides have the same rows"))
        #expect(!console.printed.contains(address))
        #expect(await console.run("tenant list --database \(address)") == 0)
        let listed = console.printed
        #expect(await console.run("migrate --to \(address)") == 1)
        #expect(console.noted.contains("portal: the target has data in it already"))
        #expect(await console.run("migrate --to \(copy) --database \(address)") == 0)
        #expect(await console.run("tenant list --data \(copy)") == 0)
        #expect(console.printed == listed)
    }

    @Test func `the source, a used folder and another key are refused`() async throws {
        #expect(await console.run("migrate --to \(console.folder)/data/.") == 1)
        #expect(console.noted == "portal: the data are there already\nhint: name another place with --to\n")
        #expect(await console.run("migrate --to \(copy)") == 0)
        #expect(await console.run("migrate --to \(copy)") == 1)
        #expect(
            console.noted.contains("the target has data in it already") && console.noted.contains("\nhint: ")
        )
        let foreign = try DataDirectory(console.folder + "/foreign")
        _ = try foreign.masterKey(.system)
        #expect(await console.run("migrate --to \(foreign.path)") == 1)
        #expect(console.noted.contains("is another master key than that of the data"))
        #expect(!foreign.hasDatabase)
    }

    @Test func `what cannot be reached or read is refused with a sentence`() async throws {
        #expect(await console.run("migrate --to postgres://portal@/portal?host=/nowhere") == 1)
        #expect(console.noted.hasPrefix("portal: The database does not answer: "))
        #expect(await console.run("migrate --to mysql://portal") == 2)
        #expect(await console.run("migrate --to \(copy) --data \(console.folder)/none") == 1)
        #expect(console.noted.hasPrefix("portal: there are no data in "))
    }

    @Test func `beside a running server nothing is copied`() async throws {
        let folder = try DataDirectory(console.folder + "/data")
        let lock = try folder.lock()
        let configuration = try Configuration(flags: [:], environment: [:]) { _ in [] }
        let desk = try await Desk(folder, configuration) { upload, _ in try Logo.decode(upload) }
        let listener = try ControlListener(in: folder, log: { _ in }) { errand, output in
            await CommandLineInterface.run(errand, at: desk, output: output)
        }
        #expect(await console.run("migrate --to \(copy)") == 1)
        #expect(
            console.noted.contains("is running on") && console.noted.contains("hint: stop the server first")
        )
        #expect(await console.run("migrate") == 0)
        await listener.stop()
        try await desk.closing {}
        withExtendedLifetime(lock) {}
    }

    @Test func `a copy that was killed half way is not served, and says what to do`() async throws {
        let folder = try DataDirectory(copy)
        try folder.adopt(try DataDirectory(console.folder + "/data").masterKey(.system))
        let database = try SQLiteDatabase(path: folder.databasePath)
        try await migrate(database, Schema.migrations)
        try await database.write(
            "INSERT INTO schema_migrations (number, name, digest) VALUES (0, 'unfinished copy', '')",
            .directory
        )
        await database.close()
        #expect(await console.run("tenant list --data \(copy)") == 1)
        #expect(
            console.noted.hasPrefix("portal: The data are a copy that was not finished")
                && console.noted.contains("hint: run portal migrate --to once more")
        )
        #expect(await console.run("migrate --to \(console.folder)/third --data \(copy)") == 1)
    }
}
