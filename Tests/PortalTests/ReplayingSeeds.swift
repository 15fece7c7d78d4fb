import FoundationEssentials
import Fuzz
import Testing

@Suite("Replaying seeds")
struct ReplayingSeeds {
    /// Beside the sources, because they are no part of what is built.
    private static var folder: String {
        #filePath.split(separator: "/").dropLast(2).reduce("") { $0 + "/" + $1 } + "/Fuzz/seeds"
    }

    private func names(in folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    }

    @Test(arguments: FuzzTarget.all.map(\.name))
    func `what was worth keeping breaks no promise`(name: String) throws {
        let target = try #require(FuzzTarget.all.first { $0.name == name })
        let folder = "\(ReplayingSeeds.folder)/\(name)"
        for seed in try names(in: folder) {
            let bytes = try #require(FileManager.default.contents(atPath: "\(folder)/\(seed)"))
            #expect(throws: Never.self, "seed \(seed)") { try target.feed(Array(bytes)) }
        }
    }

    @Test func `every target has seeds, and all seeds have a target`() throws {
        #expect(try names(in: ReplayingSeeds.folder) == FuzzTarget.all.map(\.name).sorted())
    }
}
