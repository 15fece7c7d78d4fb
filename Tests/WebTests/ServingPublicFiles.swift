import Glibc
import Testing
import Web

@Suite("Serving public files")
struct ServingPublicFiles {
    private let folder: String
    private let files: PublicFiles

    init() throws {
        var name = Array("/tmp/portal-public-XXXXXX".utf8CString)
        mkdtemp(&name)
        folder = String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        for (name, text) in [
            ("portal.css", "p {}"), ("logo.svg", "<svg/>"), (".hidden", "no"), ("plain", "x"),
        ] {
            let descriptor = open("\(folder)/\(name)", O_CREAT | O_WRONLY, 0o600)
            write(descriptor, text, text.utf8.count)
            close(descriptor)
        }
        files = try PublicFiles(folder: folder, headers: [("X-Ours", "yes")])
        for name in ["portal.css", "logo.svg", ".hidden", "plain"] { unlink("\(folder)/\(name)") }
        rmdir(folder)
    }

    private func file(_ path: String, ifNoneMatch: String? = nil) -> Response? {
        let name = String(path.split(separator: "/").last ?? "")
        return files.response(for: [name], ifNoneMatch: ifNoneMatch)
    }

    @Test func `the address holds the hash of the content, and may be kept for a year`() throws {
        let path = files.path(of: "portal.css")
        #expect(path.wholeMatch(of: /\/public\/portal\.[0-9a-f]{8}\.css/) != nil)
        let response = try #require(file(path))
        #expect(response.status == .ok)
        #expect(response.bytes == Array("p {}".utf8))
        #expect(response[header: "cache-control"] == "public, max-age=31536000, immutable")
        #expect(response[header: "Content-Type"] == "text/css; charset=utf-8")
        #expect(response[header: "X-Ours"] == "yes")
    }

    @Test func `under its plain name it is asked for again, and not sent twice`() throws {
        let first = try #require(file("logo.svg"))
        #expect(first[header: "Cache-Control"] == "no-cache")
        let tag = try #require(first[header: "ETag"])
        for known in [tag, "W/\(tag)", "\"other\", \(tag)", "*"] {
            let second = try #require(file("logo.svg", ifNoneMatch: known))
            #expect(second.status == .notModified)
            #expect(second.bytes.isEmpty)
            #expect(second[header: "ETag"] == tag)
        }
        #expect(file("logo.svg", ifNoneMatch: "\"other\"")?.status == .ok)
    }

    @Test func `what is not a file of the folder is not there`() {
        #expect(files.has("plain") && !files.has("nothing"))
        #expect(file(".hidden") == nil)
        #expect(file("nothing.css") == nil)
        #expect(files.response(for: ["a", "portal.css"], ifNoneMatch: nil) == nil)
        #expect(files.response(for: [], ifNoneMatch: nil) == nil)
    }

    @Test func `a folder that is missing is said in a sentence`() {
        let problem = #expect(throws: PublicFiles.Problem.self) { try PublicFiles(folder: "/nowhere") }
        #expect(problem?.description == "The folder /nowhere cannot be read: No such file or directory")
    }
}
