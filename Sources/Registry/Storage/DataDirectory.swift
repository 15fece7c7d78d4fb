import Glibc

/// The folder in which one portal keeps everything, readable by its owner alone.
package struct DataDirectory: Sendable {
    package let path: String

    fileprivate static let keyLength = 32

    /// Makes the folder if it is missing, with those above it.
    package init(_ path: String) throws(DataDirectoryProblem) {
        self.init(named: path)
        try makeFolder(path)
        try keepPrivate()
    }

    /// The folder that has data already; where there are none, nothing is made.
    package init(existing path: String) throws(DataDirectoryProblem) {
        self.init(named: path)
        guard hasMasterKey || hasDatabase else { throw .hasNoData(path) }
        try keepPrivate()
    }

    private init(named path: String) { self.path = path }

    private func keepPrivate() throws(DataDirectoryProblem) {
        var status = stat()
        guard stat(path, &status) == 0 else { throw .notUsable(path, SystemError.last) }
        if status.st_mode & 0o077 == 0 { return }
        // Closing a folder to others could break what else is in it, so that is left to the operator.
        guard isEmptyOrOurs(path) else { throw .folderIsReadable(path) }
        guard chmod(path, 0o700) == 0 else { throw .notUsable(path, SystemError.last) }
    }

    package var databasePath: String { path + "/portal.db" }

    /// Bytes of the embedded database's write-ahead log, which every commit grows until no reader needs its beginning.
    package var logBytes: Int {
        var status = stat()
        return stat(databasePath + "-wal", &status) == 0 ? Int(status.st_size) : 0
    }

    /// Makes this process the folder's owner for as long as the lock lives.
    package func lock() throws(DataDirectoryProblem) -> DataDirectoryLock {
        try DataDirectoryLock(folder: path)
    }

    package var hasMasterKey: Bool { access(keyPath(1), F_OK) == 0 }

    package func removeMasterKey() { unlink(keyPath(1)) }

    package var hasDatabase: Bool { access(databasePath, F_OK) == 0 }

    /// Whether both are one folder, by whatever names.
    package func isSame(as other: DataDirectory) -> Bool {
        var (one, another) = (stat(), stat())
        return stat(path, &one) == 0 && stat(other.path, &another) == 0
            && one.st_dev == another.st_dev && one.st_ino == another.st_ino
    }

    /// Takes over a key of data that are copied here, unless there is another already.
    package func adopt(_ key: [UInt8], number: Int = 1) throws(DataDirectoryProblem) {
        let path = keyPath(number)
        if let stored = try storedKey(path) {
            guard areEqualInConstantTime(stored, key) else { throw .keyIsAnother(path) }
            return
        }
        try write(key, to: path)
    }

    package func adoptKeys(of source: DataDirectory) throws(DataDirectoryProblem) {
        for number in 1... {
            guard let key = try source.masterKey(number: number) else { return }
            try adopt(key, number: number)
        }
    }

    /// Where a master key is: `master.key`, and `master-2.key` and so on for those that came later.
    package func keyPath(_ number: Int) -> String { Self.keyPath(number, in: path) }

    package static func keyPath(_ number: Int, in folder: String) -> String {
        folder + (number == 1 ? "/master.key" : "/master-\(number).key")
    }

    /// The 32 bytes from which all keys are derived; made at the first start, by whoever holds the lock.
    package func masterKey(_ entropy: Entropy) throws(DataDirectoryProblem) -> [UInt8] {
        if let key = try masterKey(number: 1) { return key }
        guard !hasDatabase else { throw .keyIsLost(keyPath(1)) }
        return try newMasterKey(number: 1, entropy)
    }

    /// A master key, if it is here.
    package func masterKey(number: Int) throws(DataDirectoryProblem) -> [UInt8]? {
        try storedKey(keyPath(number))
    }

    /// Makes a master key that is not here yet.
    package func newMasterKey(number: Int, _ entropy: Entropy) throws(DataDirectoryProblem) -> [UInt8] {
        let key = entropy.bytes(Self.keyLength)
        try write(key, to: keyPath(number))
        return key
    }
}

/// Why a data directory cannot be used, as a sentence for the operator.
package enum DataDirectoryProblem: Error, Equatable, Sendable, CustomStringConvertible {
    /// Another process owns it; its number, if it could be read.
    case owned(path: String, by: Int?)
    case notUsable(String, SystemError)

    /// Neither a master key nor a database is there.
    case hasNoData(String)
    case folderIsReadable(String)
    case keyIsReadable(String)
    case keyIsDamaged(String)
    case keyIsLost(String)
    case keyIsAnother(String)

    package var description: String {
        switch self {
        case .owned(let path, let owner):
            "Another portal\(owner.map { " (process \($0))" } ?? "") uses \(path). "
                + "Stop it, or use another data directory."
        case .notUsable(let path, let error):
            "\(path) cannot be used: \(error)."
        case .hasNoData(let path):
            "There are no data in \(path)."
        case .folderIsReadable(let path):
            "\(path) can be read by others, and holds other files. Run: chmod 700 \(path)"
        case .keyIsReadable(let path):
            "\(path) can be read by others. Run: chmod 600 \(path)"
        case .keyIsDamaged(let path):
            "\(path) does not hold \(DataDirectory.keyLength) bytes. Restore it from a backup."
        case .keyIsLost(let path):
            "\(path) is missing, but there is a database that needs it. Restore it from a backup."
        case .keyIsAnother(let path):
            "\(path) is another master key than that of the data."
        }
    }
}

/// An error number of the operating system, which describes itself in its words.
package struct SystemError: Equatable, Sendable, CustomStringConvertible {
    let number: Int32

    static var last: SystemError { SystemError(number: errno) }
    static let noSpace = SystemError(number: ENOSPC)
    static let busy = SystemError(number: EBUSY)

    package var description: String { String(cString: strerror(number)) }
}

/// One process owns a data directory, until this is let go.
///
/// The lock is the kernel's (`flock`), so it ends with the process however that ends; the file only
/// says who holds it.
package final class DataDirectoryLock: Sendable {
    private let file: Int32

    fileprivate init(folder: String) throws(DataDirectoryProblem) {
        let path = folder + "/portal.lock"
        file = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else { throw .notUsable(path, SystemError.last) }
        guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
            let error = SystemError.last
            let isOwned = error.number == EWOULDBLOCK
            guard isOwned else { throw .notUsable(path, error) }
            let owner = String(decoding: bytes(of: file, atMost: 20), as: UTF8.self)
            throw .owned(path: folder, by: Int(owner))
        }
        let owner = Array("\(getpid())".utf8)
        guard ftruncate(file, 0) == 0, pwrite(file, owner, owner.count, 0) == owner.count else {
            throw .notUsable(path, SystemError.last)
        }
    }

    deinit { close(file) }
}

private func makeFolder(_ path: String) throws(DataDirectoryProblem) {
    if mkdir(path, 0o700) == 0 { return try syncFolder(above: path) }
    let error = SystemError.last
    switch error.number {
    case EEXIST:
        return
    case ENOENT:
        let above = folder(above: path)
        guard above != path, !path.isEmpty else { throw .notUsable(path, error) }
        try makeFolder(above)
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw .notUsable(path, SystemError.last) }
        try syncFolder(above: path)
    default:
        throw .notUsable(path, error)
    }
}

private func isEmptyOrOurs(_ path: String) -> Bool {
    if access(path + "/portal.lock", F_OK) == 0 { return true }
    guard let folder = opendir(path) else { return false }
    defer { closedir(folder) }
    // The folder itself and the one above are always listed.
    for _ in 0..<2 { _ = readdir(folder) }
    return readdir(folder) == nil
}

private func storedKey(_ path: String) throws(DataDirectoryProblem) -> [UInt8]? {
    let file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    guard file >= 0 else {
        let error = SystemError.last
        if error.number == ENOENT { return nil }
        throw .notUsable(path, error)
    }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0 else { throw .notUsable(path, SystemError.last) }
    guard status.st_mode & 0o077 == 0 else { throw .keyIsReadable(path) }
    let key = bytes(of: file, atMost: DataDirectory.keyLength + 1)
    guard key.count == DataDirectory.keyLength else { throw .keyIsDamaged(path) }
    return key
}

private func write(_ key: [UInt8], to path: String) throws(DataDirectoryProblem) {
    let draft = path + ".new"
    unlink(draft)
    let file = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw .notUsable(draft, SystemError.last) }
    defer { close(file) }
    guard Glibc.write(file, key, key.count) == key.count else { throw .notUsable(path, SystemError.last) }
    try putInPlace(draft, as: path)
}

/// Syncs a file, gives it its name and syncs the folder: after a power cut there is the whole file or none.
func putInPlace(_ draft: String, as path: String) throws(DataDirectoryProblem) {
    let file = open(draft, O_RDWR | O_CLOEXEC)
    guard file >= 0 else { throw .notUsable(draft, SystemError.last) }
    defer { close(file) }
    guard fsync(file) == 0, rename(draft, path) == 0 else { throw .notUsable(path, SystemError.last) }
    try syncFolder(above: path)
}

/// After a power cut a name is there only if its folder was synced.
private func syncFolder(above path: String) throws(DataDirectoryProblem) {
    let above = folder(above: path)
    let folder = open(above, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard folder >= 0 else { throw .notUsable(above, SystemError.last) }
    defer { close(folder) }
    guard fsync(folder) == 0 else { throw .notUsable(above, SystemError.last) }
}

private func folder(above path: String) -> String {
    let names = path.utf8.split(separator: UInt8(ascii: "/"))
    let root = path.utf8.first == UInt8(ascii: "/") ? "/" : ""
    let above = names.dropLast().compactMap { String($0) }.joined(separator: "/")
    return root + above == "" ? "." : root + above
}

private func bytes(of file: Int32, atMost limit: Int) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: limit) { buffer, filled in
        filled = max(0, pread(file, buffer.baseAddress, limit, 0))
    }
}
