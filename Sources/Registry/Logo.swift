import CPNG
import Glibc

/// A picture that decoded, redrawn by us at the sizes we show.
///
/// What is stored and served is always what we wrote, never what was sent: of an upload only the pixels
/// survive. This is the only file that knows libpng and zlib. Both are given nothing but the chunks that
/// make pixels, after ``PNGChunks`` has judged them, because libpng decodes much that is no proper PNG.
package struct Logo: Sendable, Equatable {
    /// The sides of the squares a logo is drawn in, in pixels.
    package enum Size: Int, CaseIterable, Sendable {
        case small = 64
        case medium = 128
        case large = 256
    }

    /// One PNG file for every size: transparent ground, IHDR, sRGB, IDAT and IEND only.
    package let images: [Size: [UInt8]]

    package let warnings: [LogoWarning]

    /// What it may be taken for another one by.
    package let look: LogoLook

    /// SHA-256 of the largest image in hexadecimal: its address.
    package var digest: String { hexadecimal(sha256(images[.large] ?? [])) }

    /// Judges an upload and redraws it.
    ///
    /// It runs C on bytes from outside, so the portal calls it in a process of its own, through
    /// ``LogoWorkshop``.
    package static func decode(
        _ bytes: [UInt8],
        within limits: LogoLimits = LogoLimits()
    ) throws(LogoRefusal) -> Logo {
        try Logo(drawing: pixels(of: bytes, within: limits))
    }

    /// A picture as somebody might upload it, with some of everything in it.
    static func sample() throws(LogoRefusal) -> [UInt8] {
        let side = Size.small.rawValue
        let rgba = (0..<side * side).flatMap { place in
            [place / side, place % side, 128, 255 - place % 256].map { UInt8(truncatingIfNeeded: $0) }
        }
        return try Raster(width: side, height: side, rgba: rgba).encoded()
    }

    /// The pixels of an upload, once every rule has been kept.
    package static func pixels(
        of bytes: [UInt8],
        within limits: LogoLimits = LogoLimits()
    ) throws(LogoRefusal) -> Raster {
        let chunks = try PNGChunks(bytes, within: limits)
        try chunks.checkPictureBytes()
        try chunks.checkEnd()
        return try Raster(decoding: chunks.essence, as: chunks.header)
    }

    private init(drawing raster: Raster) throws(LogoRefusal) {
        let largest = LightRaster(raster, fitting: Size.large.rawValue)
        let isSmall = max(raster.width, raster.height) <= Size.large.rawValue
        // A large picture is scaled down once and then again; a small one always from itself.
        func fitted(_ size: Size) -> LightRaster {
            isSmall ? LightRaster(raster, fitting: size.rawValue) : largest.fitted(into: size.rawValue)
        }
        let medium = fitted(.medium).centred(in: Size.medium.rawValue)
        let paleness = largest.isNearlyInvisibleOnWhite ? LogoWarning.veryLight : nil
        self.init(
            images: [
                .small: try fitted(.small).centred(in: Size.small.rawValue).encoded(),
                .medium: try medium.encoded(),
                .large: try largest.centred(in: Size.large.rawValue).encoded(),
            ],
            warnings: [raster.emptiness ?? paleness].compactMap { $0 },
            look: LogoLook(of: medium)
        )
    }

    /// Takes over what another process drew, if it has the form of what is drawn here.
    init?(redrawn images: [Size: [UInt8]], warnings: [LogoWarning], look: LogoLook) {
        for size in Size.allCases {
            guard let image = images[size], PNGChunks.areOurs(image, side: size.rawValue) else { return nil }
        }
        self.init(images: images, warnings: warnings, look: look)
    }

    private init(images: [Size: [UInt8]], warnings: [LogoWarning], look: LogoLook) {
        (self.images, self.warnings, self.look) = (images, warnings, look)
    }
}

extension PNGChunks {
    private static let ours: [Name] = [.header, .standardColours, .pictureData, .end]

    fileprivate static func areOurs(_ image: [UInt8], side: Int) -> Bool {
        do throws(LogoRefusal) {
            let chunks = try PNGChunks(image, within: LogoLimits(bytes: 8 * side * side, sides: side...side))
            try chunks.checkEnd()
            return chunks.chunks.allSatisfy { ours.contains($0.name) }
        } catch {
            return false
        }
    }

    /// Inflates the picture data, keeping none of it: exactly as many bytes must come out as the header
    /// asks for, with a correct checksum, no unknown filter, and nothing behind the end.
    fileprivate func checkPictureBytes() throws(LogoRefusal) {
        var scanlines = Scanlines(of: header)
        let inflation = try Inflation()
        for range in pictureData {
            try inflation.read(bytes[range]) { (piece: ArraySlice<UInt8>) throws(LogoRefusal) in
                try scanlines.take(piece)
            }
        }
        guard inflation.isFinished else {
            throw .damaged(scanlines.isComplete ? .compression : .pictureDataShort)
        }
        guard scanlines.isComplete else { throw .damaged(.pictureDataShort) }
    }

    /// What libpng wrote, without the chunks we have no use for.
    fileprivate static func tidied(_ image: [UInt8], side: Int) throws(LogoRefusal) -> [UInt8] {
        let limits = LogoLimits(bytes: 8 * side * side, sides: side...side)
        return try PNGChunks(image, within: limits).keeping(ours)
    }
}

/// One zlib stream being read; it owns zlib's state.
private final class Inflation {
    /// On the heap because zlib's state points back to it.
    private let stream: UnsafeMutablePointer<z_stream>
    private var window = [UInt8](repeating: 0, count: 65_536)
    private(set) var isFinished = false

    init() throws(LogoRefusal) {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        let size = Int32(MemoryLayout<z_stream>.size)
        guard inflateInit_(stream, ZLIB_VERSION, size) == Z_OK else { throw .damaged(.unreadable) }
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
    }

    /// Inflates further input and hands out what it gives, at most a window at a time.
    func read(
        _ input: ArraySlice<UInt8>,
        _ take: (ArraySlice<UInt8>) throws(LogoRefusal) -> Void
    ) throws(LogoRefusal) {
        var rest = input
        while !rest.isEmpty || mayHoldMore {
            guard !isFinished else { throw .damaged(.dataAfterPicture) }
            let before = rest.count
            let written = try step(&rest)
            try take(window[..<written])
            mayHoldMore = written == window.count && !isFinished
            if rest.count == before, written == 0 { break }
        }
    }

    /// Whether the last step filled the window, so that zlib may have kept some back.
    private var mayHoldMore = false

    private func step(_ rest: inout ArraySlice<UInt8>) throws(LogoRefusal) -> Int {
        let (result, left, written) = rest.withUnsafeBufferPointer { source in
            window.withUnsafeMutableBufferPointer { target in
                stream.pointee.next_in = UnsafeMutablePointer(mutating: source.baseAddress)
                stream.pointee.avail_in = UInt32(source.count)
                stream.pointee.next_out = target.baseAddress
                stream.pointee.avail_out = UInt32(target.count)
                let result = inflate(stream, Z_NO_FLUSH)
                return (result, Int(stream.pointee.avail_in), target.count - Int(stream.pointee.avail_out))
            }
        }
        guard [Z_OK, Z_STREAM_END, Z_BUF_ERROR].contains(result) else { throw .damaged(.compression) }
        isFinished = result == Z_STREAM_END
        rest = rest.suffix(left)
        return written
    }
}

extension Raster {
    private static let format = UInt32(PNG_FORMAT_FLAG_COLOR) | UInt32(PNG_FORMAT_FLAG_ALPHA)

    /// Decodes with libpng's simplified reader, which catches its own `longjmp`.
    ///
    /// Samples of 16 bits are taken as sRGB like all others; without the flag libpng takes them as linear.
    /// It can neither be given limits nor be believed about the size, so the size is compared first. No
    /// row stride and no conversion when writing: both have had overflows (CVE-2026-22695, CVE-2025-64506).
    fileprivate init(decoding png: [UInt8], as header: PNGHeader) throws(LogoRefusal) {
        var rgba = [UInt8](repeating: 0, count: header.width * header.height * 4)
        let succeeded = withImage { image in
            png.withUnsafeBytes { source in
                rgba.withUnsafeMutableBytes { target in
                    guard png_image_begin_read_from_memory(image, source.baseAddress, source.count) != 0,
                        image.pointee.width == header.width, image.pointee.height == header.height
                    else { return false }
                    image.pointee.format = Self.format
                    image.pointee.flags |= UInt32(PNG_IMAGE_FLAG_16BIT_sRGB)
                    return png_image_finish_read(image, nil, target.baseAddress, 0, nil) != 0
                }
            }
        }
        guard succeeded else { throw .damaged(.unreadable) }
        self.init(width: header.width, height: header.height, rgba: rgba)
    }

    /// The picture, a square, as a PNG file of ours.
    ///
    /// Flat pictures become as small without filters, in a fifth of the time; of others the smaller file is taken.
    fileprivate func encoded() throws(LogoRefusal) -> [UInt8] {
        let unfiltered = try encoded(UInt32(PNG_IMAGE_FLAG_FAST))
        guard unfiltered.count > rgba.count / 16 else { return unfiltered }
        let filtered = try encoded(0)
        return filtered.count < unfiltered.count ? filtered : unfiltered
    }

    private func encoded(_ flags: UInt32) throws(LogoRefusal) -> [UInt8] {
        // A row more for every filter byte, and room for what zlib and the chunks add to noise.
        var png = [UInt8](repeating: 0, count: rgba.count + rgba.count / 64 + height + 1024)
        var size = png_alloc_size_t(png.count)
        let succeeded = withImage { image in
            image.pointee.width = UInt32(width)
            image.pointee.height = UInt32(height)
            image.pointee.format = Self.format
            image.pointee.flags = flags
            return rgba.withUnsafeBytes { source in
                png.withUnsafeMutableBytes { target in
                    png_image_write_to_memory(image, target.baseAddress, &size, 0, source.baseAddress, 0, nil)
                        != 0
                }
            }
        }
        guard succeeded else { throw .damaged(.unreadable) }
        return try PNGChunks.tidied(Array(png.prefix(Int(size))), side: width)
    }
}

/// Lends libpng's control structure, on the heap because libpng points back to it, and frees it.
private func withImage<Result>(_ body: (UnsafeMutablePointer<png_image>) -> Result) -> Result {
    let image = UnsafeMutablePointer<png_image>.allocate(capacity: 1)
    image.initialize(to: png_image())
    image.pointee.version = UInt32(PNG_IMAGE_VERSION)
    defer {
        png_image_free(image)
        image.deallocate()
    }
    return body(image)
}

// MARK: - For the decoding process: here because our own few lines of C come with libpng's module

/// Nothing more can be gained by this process, no other may look inside it, and it ends with the one that started it;
/// whether that was done.
func giveUpPrivileges() -> Bool { cpng_give_up_privileges() == 0 }

/// Lets freed memory be used again, for a process that decodes and ends: only for speed, as is the next.
func keepFreedMemory() { cpng_keep_freed_memory() }

/// Has so much memory at hand before it is asked for, where there is so much.
func makeRoom(bytes: Int) { cpng_make_room(bytes) }

/// Copies the process by fork(2), where it has no other thread: 0 in the copy, its number in the original, -1 without one.
func copyProcess() -> pid_t { cpng_fork() }

/// A pipe whose ends are closed in every program started from here; nil, and `errno`, without one.
func makePipe() -> (reading: Int32, writing: Int32)? {
    var ends: [Int32] = [-1, -1]
    return pipe2(&ends, O_CLOEXEC) == 0 ? (ends[0], ends[1]) : nil
}

/// The program about to be started inherits nothing that is open here beyond its standard three.
func inheritNothing(_ actions: inout posix_spawn_file_actions_t) -> Int32 {
    posix_spawn_file_actions_addclosefrom_np(&actions, 3)
}

extension DecodingRequest {
    /// Waits for the next one; nil when nobody is left to send any.
    init?(from socket: Int32) {
        var message = cpng_message()
        guard cpng_receive(socket, &message) == 0 else { return nil }
        self.init(reading: message.files.0, writing: message.files.1)
    }

    /// Whether somebody is there to take it.
    func send(through socket: Int32) -> Bool {
        var message = cpng_message(files: (reading, writing))
        return cpng_send(socket, &message) == 0
    }
}
