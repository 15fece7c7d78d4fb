import FoundationEssentials
import Glibc
import Testing

/// A folder that is gone when the test lets go of it.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        var template = Array("/dev/shm/portal-test-XXXXXX".utf8CString)
        try #require(mkdtemp(&template) != nil)
        path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    deinit {
        for name in names() { unlink(path + "/" + name) }
        rmdir(path)
    }

    func names() -> [String] {
        do { return try FileManager.default.contentsOfDirectory(atPath: path).sorted() } catch { return [] }
    }

    func read(_ name: String) throws -> [UInt8] {
        let file = open(path + "/" + name, O_RDONLY)
        try #require(file >= 0)
        defer { close(file) }
        let size = Int(lseek(file, 0, SEEK_END))
        return [UInt8](unsafeUninitializedCapacity: size) { buffer, filled in
            filled = max(0, pread(file, buffer.baseAddress, size, 0))
        }
    }

    func write(_ bytes: [UInt8], to name: String) throws {
        let file = open(path + "/" + name, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        try #require(file >= 0)
        defer { close(file) }
        try #require(Glibc.write(file, bytes, bytes.count) == bytes.count)
    }

    func mode(of name: String) -> mode_t {
        var status = stat()
        guard stat(path + "/" + name, &status) == 0 else { return 0 }
        return status.st_mode & 0o777
    }
}
