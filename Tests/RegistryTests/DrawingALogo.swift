import Testing

@testable import Registry

@Suite("Drawing a logo")
struct DrawingALogo {
    /// The drawing in a size, as pixels.
    private func drawn(_ picture: [UInt8], _ size: Logo.Size) throws -> Raster {
        let roomy = LogoLimits(bytes: 2 << 20)
        let image = try #require(try Logo.decode(picture, within: roomy).images[size])
        return try Logo.pixels(of: image)
    }

    @Test func `it is drawn in three squares, with nothing in the files but pixels`() throws {
        let picture = picture(100, 80) { x, y in [UInt8(x), UInt8(y), 200, 255] }
        let logo = try Logo.decode(picture)
        for size in Logo.Size.allCases {
            let image = try #require(logo.images[size])
            let pixels = try Logo.pixels(of: image)
            #expect(pixels.width == size.rawValue && pixels.height == size.rawValue)
            #expect(chunkNames(of: image).isSubset(of: ["IHDR", "sRGB", "IDAT", "IEND"]))
        }
        #expect(logo.digest.count == 64)
        #expect(logo.warnings.isEmpty)
    }

    @Test func `no text that came with the picture survives`() throws {
        let note = "Comment\0<script>alert(1)</script>"
        let plain = picture(64, 64) { x, _ in [UInt8(x), 0, 0, 255] }
        let extra = [("tEXt", Array(note.utf8)), ("eXIf", Array("MM\0*secret".utf8))]
        let annotated = picture(64, 64, extra: extra) { x, _ in [UInt8(x), 0, 0, 255] }
        let logo = try Logo.decode(annotated)
        #expect(logo == (try Logo.decode(plain)))
        for image in logo.images.values {
            #expect(!String(decoding: image, as: UTF8.self).contains("script"))
        }
    }

    @Test(arguments: [(600, 200), (200, 600), (1024, 64), (64, 1024), (201, 199), (64, 64)])
    func `it keeps its shape in the middle of a transparent ground`(width: Int, height: Int) throws {
        let blue: [UInt8] = [20, 40, 160, 255]
        let pixels = try drawn(picture(width, height) { _, _ in blue }, .large)
        let longer = max(width, height)
        let (wide, high) = (
            max(1, (width * 256 + longer / 2) / longer), max(1, (height * 256 + longer / 2) / longer)
        )
        let (left, top) = ((256 - wide) / 2, (256 - high) / 2)
        for y in 0..<256 {
            for x in 0..<256 {
                let inside = (left..<(left + wide)).contains(x) && (top..<(top + high)).contains(y)
                if pixels[x, y] != (inside ? blue : [0, 0, 0, 0]) {
                    Issue.record("\(pixels[x, y]) at \(x), \(y)")
                    return
                }
            }
        }
    }

    @Test func `shrinking mixes light, not numbers`() throws {
        let board = picture(256, 256) { x, y in (x + y) % 2 == 0 ? [255, 255, 255, 255] : [0, 0, 0, 255] }
        #expect(try drawn(board, .small)[30, 30] == [188, 188, 188, 255])
    }

    @Test func `a single point is seen wherever it stands among others that are alike`() throws {
        let white: [UInt8] = [255, 255, 255, 255]
        // One in each pair of rows, in every column in turn.
        func column(of row: Int) -> Int { row * 37 % 512 }
        let points = picture(512, 512) { x, y in
            x == column(of: y / 2) && y % 2 == 1 ? [0, 0, 0, 255] : white
        }
        let pixels = try drawn(points, .large)
        for row in 0..<256 {
            let seen = (0..<256).filter { pixels[$0, row] != white }
            #expect(seen == [column(of: row) / 2])
            #expect(seen.map { pixels[$0, row] } == [[225, 225, 225, 255]])
        }
    }

    @Test func `what is transparent lends no colour to its neighbours`() throws {
        let edge = picture(512, 64) { x, _ in x < 255 ? [255, 0, 0, 0] : [0, 0, 255, 255] }
        let pixels = try drawn(edge, .large)
        #expect(pixels[126, 128] == [0, 0, 0, 0])
        #expect(pixels[127, 128] == [0, 0, 255, 128])
        #expect(pixels[128, 128] == [0, 0, 255, 255])
    }

    @Test func `a picture that fits exactly stays as it is`() throws {
        let exact = picture(64, 64) { x, y in [UInt8(x * 4), UInt8(y * 4), 77, 255] }
        #expect(try drawn(exact, .small).rgba == Logo.pixels(of: exact).rgba)
    }

    @Test func `a small picture grows smoothly`() throws {
        let halves = picture(64, 64) { x, _ in x < 32 ? [0, 0, 0, 255] : [255, 255, 255, 255] }
        let pixels = try drawn(halves, .large)
        let row = (120..<136).map { Int(pixels[$0, 100][0]) }
        #expect(row == row.sorted())
        #expect(Set(row).count > 4)
    }

    @Test(
        arguments: [
            ([10, 20, 30, 0], LogoWarning.transparent), ([200, 30, 30, 255], .oneColour),
            ([255, 255, 255, 255], .oneColour),
        ] as [([UInt8], LogoWarning)]
    )
    func `an empty picture is taken with a warning`(colour: [UInt8], warning: LogoWarning) throws {
        #expect(try Logo.decode(picture(64, 64) { _, _ in colour }).warnings == [warning])
    }

    @Test(
        arguments: [
            ([255, 255, 255, 255], true), ([240, 240, 240, 255], true), ([0, 0, 0, 12], true),
            ([255, 230, 0, 255], false), ([190, 190, 190, 255], false), ([0, 0, 0, 255], false),
        ] as [([UInt8], Bool)]
    )
    func `a mark that white swallows is taken with a warning`(colour: [UInt8], isPale: Bool) throws {
        let disc = picture(200, 200) { x, y in
            (x - 100) * (x - 100) + (y - 100) * (y - 100) < 6400 ? colour : [0, 0, 0, 0]
        }
        #expect(try Logo.decode(disc).warnings == (isPale ? [.veryLight] : []))
    }

    @Test func `thin dark lettering on white is seen`() throws {
        let line = picture(400, 200) { x, y in
            (40..<360).contains(x) && (98..<101).contains(y) ? [20, 20, 20, 255] : [255, 255, 255, 255]
        }
        #expect(try Logo.decode(line).warnings.isEmpty)
    }

    @Test func `the nearest channel is the one that the formula of sRGB gives`() {
        let steps = (-10...16_400).map { Float($0) / 16_384 }
        let turns = (0...255).map { Float(LinearRGB.light(value: (Double($0) + 0.5) / 255)) }
        for light in steps + turns.flatMap({ [$0.nextDown, $0, $0.nextUp] }) {
            #expect(NearestChannel.shared.to(light) == LinearRGB.channel(Double(light)), "of \(light)")
        }
    }

    @Test func `the address follows from the picture`() throws {
        let one = picture(64, 64) { x, _ in [UInt8(x), 0, 0, 255] }
        let other = picture(64, 64) { x, _ in [UInt8(x), 0, 9, 255] }
        #expect(try Logo.decode(one).digest == Logo.decode(one).digest)
        #expect(try Logo.decode(one).digest != Logo.decode(other).digest)
    }
}

extension Raster {
    fileprivate subscript(x: Int, y: Int) -> [UInt8] {
        Array(rgba[((y * width + x) * 4)..<((y * width + x) * 4 + 4)])
    }
}
