import Glibc

/// A copy of an embedded database in one file, as it stood in one moment.
///
/// After the database's own bytes come their SHA-256 and a word, so that a copy that was cut off or changed is known
/// before anything of it is used. The master keys are not in it: without them nothing in it can be used or forged
/// (security.md R-11).
package enum Backup {
    fileprivate static let word = Array("portal backup 1\n".utf8)
    fileprivate static let sealLength = 32 + word.count
    private static let pieceLength = 1 << 20

    /// Writes the copy, while whoever serves the data goes on, and says how many bytes it has.
    ///
    /// There is a whole file afterwards or none. Throws ``BackupProblem`` and ``DatabaseFault``.
    package static func write(of folder: DataDirectory, to path: String) throws -> Int {
        guard access(path, F_OK) != 0 else { throw BackupProblem.fileExists(path) }
        let draft = path + ".new"
        discard(draft)
        let file = try OpenFile(draft, O_RDWR | O_CREAT | O_EXCL)
        defer { discard(draft) }
        do { try SQLiteDatabase.copy(folder.databasePath, to: draft) } catch DatabaseFault.full {
            throw BackupProblem.notUsable(path, .noSpace)
        }
        let seal = try file.digest(of: try file.length()) + word
        try file.append(seal)
        let length = try file.length()
        try putInPlace(draft, as: path)
        return length
    }

    /// Copies a backup into a folder without data, where nobody takes it for a database yet; returns its path there.
    ///
    /// Throws ``BackupProblem``.
    package static func lay(_ path: String, into folder: DataDirectory) throws -> String {
        guard !folder.hasDatabase else { throw BackupProblem.folderIsUsed(folder.path) }
        guard folder.hasMasterKey else { throw BackupProblem.keyIsMissing(folder.keyPath(1)) }
        let draft = folder.databasePath + ".restored"
        discard(draft)
        let source = try OpenFile(path, O_RDONLY)
        let length = try source.length() - sealLength
        guard length > 0, try source.bytes(word.count, at: length + 32) == word else {
            throw BackupProblem.isNone(path)
        }
        let target = try OpenFile(draft, O_RDWR | O_CREAT | O_EXCL)
        do {
            let digest = try source.digest(of: length) { try target.append($0) }
            guard try source.bytes(32, at: length) == digest else { throw BackupProblem.damaged(path) }
        } catch {
            discard(draft)
            throw error
        }
        return draft
    }

    /// Makes what was laid into a folder its database; what was written to it meanwhile is in the file itself.
    package static func keep(_ draft: String, in folder: DataDirectory) throws {
        let log = draft + "-wal"
        if access(log, F_OK) == 0, try OpenFile(log, O_RDONLY).length() > 0 {
            throw BackupProblem.notUsable(draft, .busy)
        }
        // First what is beside it: nothing of it would be looked for once there is a database.
        discardCompanions(of: draft)
        try putInPlace(draft, as: folder.databasePath)
    }

    package static func discard(_ draft: String) {
        unlink(draft)
        discardCompanions(of: draft)
    }

    private static func discardCompanions(of draft: String) {
        for end in ["-journal", "-wal", "-shm"] { unlink(draft + end) }
    }

    /// Reads the first `length` bytes a piece at a time.
    fileprivate static func pieces(of length: Int) -> [(start: Int, length: Int)] {
        stride(from: 0, to: length, by: pieceLength).map { ($0, min(pieceLength, length - $0)) }
    }
}

/// Why there is no backup, or nothing was restored.
package enum BackupProblem: Error, Equatable, Sendable {
    case fileExists(String)
    case folderIsUsed(String)

    /// Where the key that the backup was made under has to be.
    case keyIsMissing(String)

    /// The file is not one that ``Backup/write(of:to:)`` made, or its end is missing.
    case isNone(String)
    case damaged(String)
    case notUsable(String, SystemError)
}

private struct OpenFile: ~Copyable {
    private let descriptor: Int32
    private let path: String

    init(_ path: String, _ how: Int32) throws {
        self.path = path
        descriptor = open(path, how | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw BackupProblem.notUsable(path, .last) }
    }

    deinit { close(descriptor) }

    borrowing func length() throws -> Int {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw BackupProblem.notUsable(path, .last) }
        return Int(status.st_size)
    }

    borrowing func bytes(_ count: Int, at start: Int) throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        let read = pread(descriptor, &bytes, count, off_t(start))
        guard read >= 0 else { throw BackupProblem.notUsable(path, .last) }
        return Array(bytes.prefix(read))
    }

    borrowing func append(_ bytes: [UInt8]) throws {
        guard lseek(descriptor, 0, SEEK_END) >= 0, write(descriptor, bytes, bytes.count) == bytes.count else {
            throw BackupProblem.notUsable(path, .last)
        }
    }

    /// The SHA-256 of the first `length` bytes, each piece of which is handed on.
    borrowing func digest(of length: Int, _ handOn: ([UInt8]) throws -> Void = { _ in }) throws -> [UInt8] {
        var digest = RunningDigest()
        for piece in Backup.pieces(of: length) {
            let bytes = try bytes(piece.length, at: piece.start)
            digest.add(bytes)
            try handOn(bytes)
        }
        return digest.finished()
    }
}
