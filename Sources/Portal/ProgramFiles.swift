import Glibc

/// The program and its libraries, which the system maps from their files piece by piece as they are needed.
enum ProgramFiles {
    /// Lets go of what only starting needed; what is needed again comes from the system's cache of those files.
    ///
    /// Nothing is lost: these mappings are private and nobody writes to them, so the files have all of it (madvise(2)).
    static func letGo() {
        let mappings: [UInt8]
        do throws(CommandFailure) { mappings = try readFile("/proc/self/maps") } catch { return }
        for line in mappings.split(separator: UInt8(ascii: "\n")) {
            guard let pages = unwritten(line),
                let start = UnsafeMutableRawPointer(bitPattern: pages.lowerBound)
            else { continue }
            madvise(start, pages.count, MADV_DONTNEED)
        }
    }

    /// Where instructions are, or what a file begins with, the names that linking looked up; other constants have had
    /// addresses written into them.
    ///
    /// A line of `maps` is `start-end r-xp offset device inode path` (proc(5)).
    private static func unwritten(_ line: ArraySlice<UInt8>) -> Range<UInt>? {
        let fields = line.split(separator: UInt8(ascii: " "), maxSplits: 5)
        guard fields.count == 6, fields[5].contains(UInt8(ascii: "/")) else { return nil }
        let isBeginning =
            fields[1].elementsEqual("r--p".utf8) && fields[2].allSatisfy { $0 == UInt8(ascii: "0") }
        guard isBeginning || fields[1].elementsEqual("r-xp".utf8) else { return nil }
        let ends = fields[0].split(separator: UInt8(ascii: "-")).compactMap {
            UInt(String(decoding: $0, as: UTF8.self), radix: 16)
        }
        guard ends.count == 2, ends[0] < ends[1] else { return nil }
        return ends[0]..<ends[1]
    }
}
