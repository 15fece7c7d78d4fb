import Glibc
import Registry
import Testing

@Suite("Owning a data directory")
struct OwningADataDirectory {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test func `a missing folder is made for its owner alone, with those above`() throws {
        let path = folder.path + "/a/b"
        let directory = try DataDirectory(path)
        #expect(folder.mode(of: "a") == 0o700 && folder.mode(of: "a/b") == 0o700)
        #expect(directory.databasePath == path + "/portal.db")
        rmdir(path)
        rmdir(folder.path + "/a")
    }

    @Test func `a folder with other things in it is not closed behind their back`() throws {
        chmod(folder.path, 0o755)
        try folder.write([1], to: "letter.txt")
        #expect(throws: DataDirectoryProblem.folderIsReadable(folder.path)) { try DataDirectory(folder.path) }
        unlink(folder.path + "/letter.txt")
        _ = try DataDirectory(folder.path)
        #expect(folder.mode(of: ".") == 0o700)
    }

    @Test func `the second who wants it is told who has it`() throws {
        let directory = try DataDirectory(folder.path)
        let lock = try directory.lock()
        let problem = #expect(throws: DataDirectoryProblem.owned(path: folder.path, by: Int(getpid()))) {
            try directory.lock()
        }
        #expect(problem?.description.contains("(process \(getpid()))") == true)
        withExtendedLifetime(lock) {}
        #expect(folder.mode(of: "portal.lock") == 0o600)
    }

    @Test func `once let go it is free again`() throws {
        let directory = try DataDirectory(folder.path)
        do { _ = try directory.lock() }
        _ = try directory.lock()
    }

    @Test func `the master key is made once and kept private`() throws {
        let directory = try DataDirectory(folder.path)
        let key = try directory.masterKey(.system)
        #expect(key.count == 32)
        #expect(try directory.masterKey(.system) == key)
        #expect(folder.mode(of: "master.key") == 0o600)
        #expect(folder.names() == ["master.key"])
    }

    @Test func `a master key that others can read is refused`() throws {
        let directory = try DataDirectory(folder.path)
        _ = try directory.masterKey(.system)
        chmod(folder.path + "/master.key", 0o640)
        #expect(throws: DataDirectoryProblem.keyIsReadable(folder.path + "/master.key")) {
            try directory.masterKey(.system)
        }
    }

    @Test(arguments: [0, 31, 33]) func `a master key of another length is refused`(length: Int) throws {
        try folder.write([UInt8](repeating: 7, count: length), to: "master.key")
        #expect(throws: DataDirectoryProblem.keyIsDamaged(folder.path + "/master.key")) {
            try DataDirectory(folder.path).masterKey(.system)
        }
    }

    @Test func `a lost master key is not replaced beside a database that needs it`() throws {
        try folder.write([], to: "portal.db")
        #expect(throws: DataDirectoryProblem.keyIsLost(folder.path + "/master.key")) {
            try DataDirectory(folder.path).masterKey(.system)
        }
    }
}
