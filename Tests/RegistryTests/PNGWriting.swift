import Registry

/// A PNG of 8-bit RGBA, uncompressed, with further chunks before the picture.
func picture(
    _ width: Int,
    _ height: Int,
    extra: [(name: String, body: [UInt8])] = [],
    _ pixel: (_ x: Int, _ y: Int) -> [UInt8]
) -> [UInt8] {
    var rows: [UInt8] = []
    for y in 0..<height {
        rows.append(0)
        for x in 0..<width { rows += pixel(x, y) }
    }
    let header = bigEndian(UInt32(width)) + bigEndian(UInt32(height)) + [8, 6, 0, 0, 0]
    let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    let between = extra.flatMap { chunk($0.name, $0.body) }
    return signature + chunk("IHDR", header) + between + chunk("IDAT", zlibStream(of: rows))
        + chunk("IEND", [])
}

/// The names of a PNG file's chunks.
func chunkNames(of png: [UInt8]) -> Set<String> {
    var names: Set<String> = []
    var place = 8
    while place + 8 <= png.count {
        let length = png[place..<(place + 4)].reduce(0) { $0 << 8 | Int($1) }
        names.insert(String(decoding: png[(place + 4)..<(place + 8)], as: UTF8.self))
        place += length + 12
    }
    return names
}

private func chunk(_ name: String, _ body: [UInt8]) -> [UInt8] {
    let named = Array(name.utf8) + body
    return bigEndian(UInt32(body.count)) + named + bigEndian(CRC32.of(named))
}

/// The bytes as stored blocks (RFC 1950, RFC 1951 §3.2.4).
private func zlibStream(of bytes: [UInt8]) -> [UInt8] {
    var stream: [UInt8] = [0x78, 0x01]
    for start in stride(from: 0, to: bytes.count, by: 65_535) {
        let block = bytes[start..<min(bytes.count, start + 65_535)]
        let length = UInt16(block.count)
        stream.append(start + block.count == bytes.count ? 1 : 0)
        for number in [length, ~length] {
            stream += [UInt8(truncatingIfNeeded: number), UInt8(truncatingIfNeeded: number >> 8)]
        }
        stream += block
    }
    let sums = bytes.reduce((UInt32(1), UInt32(0))) { sums, byte in
        let first = (sums.0 + UInt32(byte)) % 65_521
        return (first, (sums.1 + first) % 65_521)
    }
    return stream + bigEndian(sums.1 << 16 | sums.0)
}

private func bigEndian(_ number: UInt32) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: number >> (24 - $0 * 8)) }
}
