/// The limits on what is uploaded as a logo.
package struct LogoLimits: Sendable {
    package let bytes: Int

    /// Pixels; for the width and for the height.
    package let sides: ClosedRange<Int>

    /// The largest side must be at most 16,384, so that no size computed from it can overflow.
    package init(bytes: Int = 524_288, sides: ClosedRange<Int> = 64...2048) {
        self.bytes = bytes
        self.sides = sides
    }
}

/// What the header of a PNG says about its picture (PNG §11.2.1).
struct PNGHeader: Sendable, Equatable {
    let width: Int
    let height: Int
    let depth: UInt8
    let colourType: UInt8
    let isInterlaced: Bool

    fileprivate var hasPalette: Bool { colourType == 3 }
    fileprivate var isGrey: Bool { colourType & 2 == 0 }
    fileprivate var hasAlpha: Bool { colourType & 4 != 0 }

    private var bitsPerPixel: Int {
        let samples = (isGrey || hasPalette ? 1 : 3) + (hasAlpha ? 1 : 0)
        return samples * Int(depth)
    }

    /// What the picture data inflates to: rows of so many bytes, the filter byte included, one pass after
    /// the other (PNG §8.2: passes without pixels have no rows).
    var passes: [(rowBytes: Int, rows: Int)] {
        let grids =
            isInterlaced
            ? [
                (0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2),
                (0, 1, 1, 2),
            ]
            : [(0, 0, 1, 1)]
        return grids.compactMap { left, top, across, down in
            let columns = (width - left + across - 1) / across
            let rows = (height - top + down - 1) / down
            return columns > 0 && rows > 0 ? (1 + (columns * bitsPerPixel + 7) / 8, rows) : nil
        }
    }
}

/// The chunks of a PNG file, walked without any C and found in order.
///
/// Its rules are stricter than PNG where leniency has only ever helped attackers: nothing may follow the
/// picture, nothing may be repeated, and every checksum counts. They are applied in the order of the
/// sections below, so the first one broken gives the reason.
struct PNGChunks: Sendable {
    struct Chunk: Sendable {
        let name: Name
        let body: Range<Int>

        /// The chunk with its length, name and checksum.
        var whole: Range<Int> { (body.lowerBound - 8)..<(body.upperBound + 4) }
    }

    /// Four letters of ASCII (PNG §5.4).
    struct Name: Equatable, Sendable {
        let code: UInt32

        static let header = Name(code: 0x4948_4452)
        static let palette = Name(code: 0x504C_5445)
        static let transparency = Name(code: 0x7452_4E53)
        static let pictureData = Name(code: 0x4944_4154)
        static let end = Name(code: 0x4945_4E44)
        static let standardColours = Name(code: 0x7352_4742)
        static let animation = [0x6163_544C, 0x6663_544C, 0x6664_4154].map { Name(code: $0) }

        /// An unknown chunk that must be understood has a capital as its first letter.
        var isCritical: Bool { code & 0x2000_0000 == 0 }

        var isLetters: Bool {
            (0..<4).allSatisfy { UInt8(truncatingIfNeeded: code >> ($0 * 8)).isLetter }
        }
    }

    static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

    let bytes: [UInt8]
    let chunks: [Chunk]
    let header: PNGHeader

    /// Walks the file as far as its end chunk; what the picture data holds is for ``Scanlines``, what comes
    /// after it for ``checkEnd()``.
    init(_ bytes: [UInt8], within limits: LogoLimits) throws(LogoRefusal) {
        guard !bytes.isEmpty else { throw .emptyFile }
        guard bytes.count <= limits.bytes else { throw .tooManyBytes(bytes.count) }
        try Self.checkSignature(bytes)
        self.bytes = bytes
        let first = try Self.chunk(at: Self.signature.count, in: bytes)
        header = try Self.header(in: first, of: bytes)
        try Self.check(header, within: limits.sides)
        chunks = try Self.walk(bytes, from: first)
        try checkNames()
        try checkPalette()
        try checkTransparency()
        try checkPictureData()
    }

    private static func checkSignature(_ bytes: [UInt8]) throws(LogoRefusal) {
        if bytes.starts(with: signature) { return }
        // A PNG sent as text has its line ends changed; one cut off very early has nothing else.
        guard signature.starts(with: bytes.prefix(4)) else { throw .notPNG(FileKind(bytes)) }
        throw .damaged(.signature)
    }

    /// Finds every chunk up to the end chunk, or to the end of the file where there is none.
    private static func walk(_ bytes: [UInt8], from first: Chunk) throws(LogoRefusal) -> [Chunk] {
        var chunks = [first]
        var last = first
        while last.whole.upperBound < bytes.count, last.name != .end {
            last = try chunk(at: last.whole.upperBound, in: bytes)
            chunks.append(last)
        }
        return chunks
    }

    private static func chunk(at place: Int, in bytes: [UInt8]) throws(LogoRefusal) -> Chunk {
        guard let length = bytes.bigEndian(at: place), let code = bytes.bigEndian(at: place + 4),
            length <= Int32.max, Int(length) <= bytes.count - place - 12
        else { throw .damaged(.cutOff) }
        let chunk = Chunk(name: Name(code: code), body: (place + 8)..<(place + 8 + Int(length)))
        guard chunk.name.isLetters else { throw .damaged(.unknownChunk) }
        let checksum = CRC32.of(bytes[(place + 4)..<chunk.body.upperBound])
        guard checksum == bytes.bigEndian(at: chunk.body.upperBound) else { throw .damaged(.checksum) }
        return chunk
    }

    // MARK: - The header

    private static func header(in first: Chunk, of bytes: [UInt8]) throws(LogoRefusal) -> PNGHeader {
        guard first.name == .header, first.body.count == 13,
            let width = bytes.bigEndian(at: first.body.lowerBound), (1...0x7FFF_FFFF).contains(width),
            let height = bytes.bigEndian(at: first.body.lowerBound + 4), (1...0x7FFF_FFFF).contains(height)
        else { throw .damaged(.header) }
        let fields = Array(bytes[first.body].suffix(5))
        let header = PNGHeader(
            width: Int(width),
            height: Int(height),
            depth: fields[0],
            colourType: fields[1],
            isInterlaced: fields[4] == 1
        )
        let legalDepths: [UInt8: [UInt8]] = [
            0: [1, 2, 4, 8, 16], 2: [8, 16], 3: [1, 2, 4, 8], 4: [8, 16], 6: [8, 16],
        ]
        guard legalDepths[header.colourType]?.contains(header.depth) == true,
            fields[2] == 0, fields[3] == 0, fields[4] <= 1
        else { throw .damaged(.header) }
        return header
    }

    private static func check(_ header: PNGHeader, within sides: ClosedRange<Int>) throws(LogoRefusal) {
        let (width, height) = (header.width, header.height)
        guard max(width, height) <= sides.upperBound else { throw .tooLarge(width: width, height: height) }
        guard min(width, height) >= sides.lowerBound else { throw .tooSmall(width: width, height: height) }
    }

    // MARK: - What may stand in it, and where

    private func checkNames() throws(LogoRefusal) {
        guard places(of: .header).count == 1 else { throw .damaged(.header) }
        let known: [Name] = [.header, .palette, .pictureData, .end]
        guard chunks.allSatisfy({ !$0.name.isCritical || known.contains($0.name) }) else {
            throw .damaged(.unknownChunk)
        }
    }

    private func checkPalette() throws(LogoRefusal) {
        let palettes = places(of: .palette)
        guard let place = palettes.first else {
            if header.hasPalette { throw .damaged(.palette) }
            return
        }
        let length = chunks[place].body.count
        let largest = header.hasPalette ? 1 << Int(header.depth) : 256
        guard palettes.count == 1, header.hasPalette || !header.isGrey,
            length % 3 == 0, (1...largest).contains(length / 3),
            place < places(of: .pictureData).first ?? .max
        else { throw .damaged(.palette) }
    }

    private func checkTransparency() throws(LogoRefusal) {
        let transparencies = places(of: .transparency)
        guard let place = transparencies.first else { return }
        let palette = places(of: .palette).first
        let entries = palette.map { chunks[$0].body.count / 3 } ?? 0
        let lengths =
            header.hasPalette ? 1...max(1, entries) : header.isGrey ? 2...2 : 6...6
        guard transparencies.count == 1, !header.hasAlpha, lengths.contains(chunks[place].body.count),
            place > palette ?? 0, place < places(of: .pictureData).first ?? .max
        else { throw .damaged(.transparency) }
    }

    private func checkPictureData() throws(LogoRefusal) {
        let parts = places(of: .pictureData)
        guard let first = parts.first, let last = parts.last else { throw .damaged(.pictureDataMissing) }
        guard last - first + 1 == parts.count else { throw .damaged(.pictureDataScattered) }
    }

    /// Judges how the file ends and whether it moves; asked last, after the picture data.
    func checkEnd() throws(LogoRefusal) {
        guard let last = chunks.last, last.name == .end, last.body.isEmpty else { throw .damaged(.end) }
        let trailing = bytes.count - last.whole.upperBound
        guard trailing == 0 else { throw .trailingData(bytes: trailing) }
        guard !chunks.contains(where: { Name.animation.contains($0.name) }) else { throw .animated }
    }

    private func places(of name: Name) -> [Int] {
        chunks.indices.filter { chunks[$0].name == name }
    }

    // MARK: - What is used of it

    var pictureData: [Range<Int>] { chunks.filter { $0.name == .pictureData }.map(\.body) }

    /// The file with nothing in it but what makes the pixels.
    var essence: [UInt8] {
        let names: [Name] = [.header, .transparency, .pictureData, .end]
        return keeping(header.hasPalette ? names + [.palette] : names)
    }

    func keeping(_ names: [Name]) -> [UInt8] {
        chunks.filter { names.contains($0.name) }.reduce(into: Self.signature) { $0 += bytes[$1.whole] }
    }
}

/// Follows inflated picture data row by row, without keeping any of it.
struct Scanlines {
    private var passes: ArraySlice<(rowBytes: Int, rows: Int)>
    private var leftInRow = 0

    init(of header: PNGHeader) { passes = header.passes[...] }

    /// Whether every row the header asks for has come.
    var isComplete: Bool { passes.isEmpty && leftInRow == 0 }

    mutating func take(_ piece: ArraySlice<UInt8>) throws(LogoRefusal) {
        var rest = piece
        while let first = rest.first {
            if leftInRow == 0 { try beginRow(filter: first) }
            let taken = min(leftInRow, rest.count)
            rest = rest.dropFirst(taken)
            leftInRow -= taken
        }
    }

    private mutating func beginRow(filter: UInt8) throws(LogoRefusal) {
        guard let pass = passes.first else { throw .expandsTooFar }
        guard filter <= 4 else { throw .damaged(.filter) }
        leftInRow = pass.rowBytes
        passes[passes.startIndex].rows -= 1
        if pass.rows == 1 { passes.removeFirst() }
    }
}

extension [UInt8] {
    /// The 32-bit number at a place; nil where the array ends before it does.
    fileprivate func bigEndian(at place: Int) -> UInt32? {
        guard place >= 0, count >= 4, place <= count - 4 else { return nil }
        return self[place..<(place + 4)].reduce(0) { $0 << 8 | UInt32($1) }
    }
}
