import FoundationEssentials
import Glibc
import Registry
import Synchronization

@testable import Portal

/// A terminal with a data folder of its own, which remembers what the last command printed.
final class Console: Sendable {
    let folder: String
    private let streams = Mutex<[Output.Stream: [UInt8]]>([:])

    init() throws {
        var template = Array("/dev/shm/portal-console-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw CommandFailure("no temporary folder") }
        folder = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    deinit {
        do { try FileManager.default.removeItem(atPath: folder) } catch {}
    }

    var output: Output {
        Output { [self] stream, bytes in streams.withLock { $0[stream, default: []] += bytes } }
    }

    var printed: String { text(of: .standard) }
    var noted: String { text(of: .error) }

    /// Types a command line and returns its exit code.
    func run(_ line: String, input: String = "", here: Bool = true) async -> Int32 {
        streams.withLock { $0 = [:] }
        let words = line.split(separator: " ").map(String.init)
        let terminal = Terminal(
            environment: here ? ["PORTAL_DATA": folder + "/data"] : [:],
            output: output,
            input: { _ in Array(input.utf8) },
            logoDecoder: { _ in { upload, _ in try Logo.decode(upload) } }
        )
        return await CommandLineInterface.run(words, at: terminal)
    }

    /// A text of the JSON object that was printed.
    func member(_ name: String) -> String? {
        do {
            let all = try JSONDecoder().decode([String: Member].self, from: Data(printed.utf8))
            return all[name]?.text
        } catch {
            return nil
        }
    }

    /// Writes a file beside the data folder and returns its path.
    func write(_ text: String, to name: String) throws -> String {
        try PrivateFile.write(Array(text.utf8), to: folder + "/" + name)
        return folder + "/" + name
    }

    /// The files of the database as they are, to be put back.
    func database() throws -> [String: Data] {
        let names = ["portal.db", "portal.db-wal"].filter { isReadable("\(folder)/data/\($0)") }
        let files = try names.map { ($0, try Data(contentsOf: URL(filePath: "\(folder)/data/\($0)"))) }
        return Dictionary(uniqueKeysWithValues: files)
    }

    func replaceDatabase(by files: [String: Data]) throws {
        for name in ["portal.db", "portal.db-wal", "portal.db-shm"] { unlink("\(folder)/data/\(name)") }
        for (name, file) in files { try PrivateFile.write(Array(file), to: "\(folder)/data/\(name)") }
    }

    private func text(of stream: Output.Stream) -> String {
        String(decoding: streams.withLock { $0[stream] ?? [] }, as: UTF8.self)
    }
}

/// Any value of a JSON object, of which only texts are looked at.
private struct Member: Decodable {
    let text: String?

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        do { text = try container.decode(String.self) } catch { text = nil }
    }
}

/// The tenant that comes with the program.
enum ShippedTenant {
    static var path: String { (ShippedFiles.folder("Tenants") ?? "Tenants") + "/standard.json5" }
}
