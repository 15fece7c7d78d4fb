/// The CRC-32 of PNG chunks and of the secrets we write (ISO-HDLC: polynomial 0xEDB88320, reflected).
///
/// It notices mistyping and damage; it is no protection against anyone. Eight bytes are taken at a
/// time, each through a table of its own ("slicing by 8", Kounavis and Berry, Intel 2005).
package struct CRC32: Sendable {
    private static let tables = makeTables()

    /// The CRC-32 of contiguous bytes.
    package static func of(_ bytes: [UInt8]) -> UInt32 {
        bytes.withUnsafeBytes { updated(~0, with: $0) ^ ~0 }
    }

    /// The CRC-32 of contiguous bytes.
    package static func of(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        bytes.withUnsafeBytes { updated(~0, with: $0) ^ ~0 }
    }

    private static func updated(_ start: UInt32, with bytes: UnsafeRawBufferPointer) -> UInt32 {
        tables.withUnsafeBufferPointer { table in
            var crc = start
            let eights = bytes.count & ~7
            for offset in stride(from: 0, to: eights, by: 8) {
                let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
                crc = sliced(word ^ UInt64(crc), table)
            }
            for byte in bytes[eights...] {
                crc = table[Int(UInt8(truncatingIfNeeded: crc) ^ byte)] ^ (crc >> 8)
            }
            return crc
        }
    }

    /// Eight bytes at once; the byte that comes first has the furthest to go, so it uses the last table.
    @inline(__always)
    private static func sliced(_ word: UInt64, _ table: UnsafeBufferPointer<UInt32>) -> UInt32 {
        func entry(_ place: Int) -> UInt32 {
            table[(7 - place) * 256 + Int(UInt8(truncatingIfNeeded: word >> (UInt64(place) * 8)))]
        }
        return entry(0) ^ entry(1) ^ entry(2) ^ entry(3) ^ entry(4) ^ entry(5) ^ entry(6) ^ entry(7)
    }

    /// Eight tables of 256 in one array; table `n` carries a byte over `n` further bytes of zero.
    private static func makeTables() -> [UInt32] {
        var tables: [UInt32] = []
        for index in UInt32(0)..<256 {
            var crc = index
            for _ in 0..<8 {
                let overflows = crc & 1 == 1
                crc >>= 1
                if overflows { crc ^= 0xEDB8_8320 }
            }
            tables.append(crc)
        }
        for index in 256..<(8 * 256) {
            let shorter = tables[index - 256]
            tables.append(tables[Int(shorter & 0xFF)] ^ (shorter >> 8))
        }
        return tables
    }
}
