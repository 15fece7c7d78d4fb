import Glibc

/// The program and its libraries, which the system maps from their files piece by piece as they are needed.
enum ProgramFiles {
    /// Lets go of what only starting needed; what is needed again comes from the system's cache of those files.
    ///
    /// Nothing is lost: where a private mapping may not be written and has no page of its own, the file has all of it
    /// (madvise(2)).
    static func letGo() {
        let mappings: [UInt8]
        do throws(CommandFailure) { mappings = try readFile("/proc/self/smaps") } catch { return }
        var current: Range<UInt>?
        for line in mappings.split(separator: UInt8(ascii: "\n")) {
            let fields = line.split(separator: UInt8(ascii: " "), maxSplits: 5)
            if let range = addresses(fields.first) {
                current = isOfAFile(fields) ? range : nil
            } else if let pages = current, fields.starts(with: nothingOfItsOwn) {
                madvise(UnsafeMutableRawPointer(bitPattern: pages.lowerBound), pages.count, MADV_DONTNEED)
            }
        }
    }

    private static let nothingOfItsOwn = ["Anonymous:", "0"].map { Array($0.utf8)[...] }

    /// Where a mapping begins and ends, in hexadecimal, as its first line says (proc(5)); nil on the lines about it.
    private static func addresses(_ field: ArraySlice<UInt8>?) -> Range<UInt>? {
        let ends = field?.split(separator: UInt8(ascii: "-")).compactMap {
            UInt(String(decoding: $0, as: UTF8.self), radix: 16)
        }
        guard let ends, ends.count == 2, ends[0] < ends[1] else { return nil }
        return ends[0]..<ends[1]
    }

    /// `start-end rights offset device inode path`: a file's, private and never written.
    private static func isOfAFile(_ fields: [ArraySlice<UInt8>]) -> Bool {
        guard fields.count == 6, fields[5].contains(UInt8(ascii: "/")) else { return false }
        return fields[1].elementsEqual("r-xp".utf8) || fields[1].elementsEqual("r--p".utf8)
    }
}
