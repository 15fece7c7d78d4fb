import FoundationEssentials
import Registry
import Support
import Testing

@testable import Portal

@Suite("Rotating keys at the terminal")
struct RotatingKeysAtTheTerminal {
    let console: Console
    init() throws { console = try Console() }

    private func importTenant() async {
        #expect(await console.run("tenant import \(ShippedTenant.path)") == 0)
    }

    @Test func `the new key is in a file of its own, and is listed`() async throws {
        await importTenant()
        #expect(await console.run("key rotate") == 0)
        let file = console.folder + "/data/master-2.key"
        #expect(console.printed.hasPrefix("Master key 2 writes from now on: \(file)\n"))
        #expect(try readFile(file).count == 32)
        #expect(try readFile(file) != readFile(console.folder + "/data/master.key"))
        #expect(await console.run("key list") == 0)
        let lines = console.printed.split(separator: "\n").map { $0.split(separator: " ") }
        #expect(lines.map { $0.prefix(2) } == [["NUMBER", "STATE"], ["1", "reads"], ["2", "writes"]])
        #expect(await console.run("key list --json") == 0)
        #expect(console.printed.contains("\"client_secrets\":0"))
        #expect(await console.run("audit verify") == 0)
    }

    @Test func `a prepared key is the one that the next rotation takes`() async throws {
        #expect(await console.run("init") == 0)
        #expect(await console.run("key rotate --prepare") == 0)
        let file = console.folder + "/data/master-2.key"
        #expect(console.printed.contains("Copy it into the data folder of every other server"))
        let key = try readFile(file)
        #expect(await console.run("key rotate --prepare") == 0)
        #expect(await console.run("key list") == 0)
        #expect(console.printed.contains("prepared"))
        #expect(await console.run("key rotate") == 0)
        #expect(try readFile(file) == key)
        #expect(await console.run("key rotate") == 0)
        #expect(console.printed.hasPrefix("Master key 3 writes from now on"))
    }

    @Test func `without its file nothing is opened, and the file is named`() async throws {
        await importTenant()
        #expect(await console.run("key rotate") == 0)
        let file = console.folder + "/data/master-2.key"
        let key = try readFile(file)
        try FileManager.default.removeItem(atPath: file)
        #expect(await console.run("tenant list") == 1)
        #expect(console.noted.contains("does not hold the master key"))
        #expect(console.noted.contains("hint: copy master-2.key from a server that has it"))
        try PrivateFile.write([UInt8](repeating: 7, count: 32), to: file)
        #expect(await console.run("tenant list") == 1)
        try PrivateFile.write(key, to: file)
        #expect(await console.run("tenant list") == 0)
    }

    @Test func `keys go with the data into another folder`() async throws {
        await importTenant()
        #expect(await console.run("key rotate") == 0)
        let copy = console.folder + "/copy"
        #expect(await console.run("migrate --to \(copy)") == 0)
        #expect(await console.run("tenant list --data \(copy)") == 0)
        #expect(try readFile(copy + "/master-2.key") == readFile(console.folder + "/data/master-2.key"))
    }
}
