import Glibc

/// A decoded picture: rows from the top, four bytes a pixel (red, green, blue, opacity), sRGB.
package struct Raster: Sendable {
    package let width: Int
    package let height: Int

    /// `width × height × 4` bytes, not premultiplied.
    package let rgba: [UInt8]

    /// What makes it no picture at all: nothing can be seen of it, or nothing in it.
    var emptiness: LogoWarning? {
        rgba.withUnsafeBytes { bytes in
            let pixels = bytes.bindMemory(to: UInt32.self)
            let opacities = stride(from: 3, to: bytes.count, by: 4)
            if opacities.allSatisfy({ bytes[$0] == 0 }) { return .transparent }
            return pixels.allSatisfy { $0 == pixels.first } ? .oneColour : nil
        }
    }
}

/// The same as amounts of light, multiplied by opacity: the only form in which averaging pixels is right.
///
/// Red, green, blue and opacity are 0 to 1, and no channel is more than the opacity.
struct LightRaster {
    /// Four numbers side by side; not SIMD, which is slow beyond bearing where it is not optimised.
    struct Pixel: Equatable {
        var red: Float
        var green: Float
        var blue: Float
        var opacity: Float

        static let none = Pixel(red: 0, green: 0, blue: 0, opacity: 0)

        mutating func add(_ other: Pixel, times weight: Float) {
            red += other.red * weight
            green += other.green * weight
            blue += other.blue * weight
            opacity += other.opacity * weight
        }

        /// Without what a smooth curve may overshoot.
        var possible: Pixel {
            let most = min(max(opacity, 0), 1)
            return Pixel(
                red: min(max(red, 0), most),
                green: min(max(green, 0), most),
                blue: min(max(blue, 0), most),
                opacity: most
            )
        }
    }

    let width: Int
    let height: Int
    let pixels: [Pixel]

    /// The whole picture scaled to fit into a square of this side: its shape is kept, nothing is cut off.
    init(_ raster: Raster, fitting side: Int) {
        let size = Self.size(of: raster.width, by: raster.height, fitting: side)
        self = raster.rgba.withUnsafeBytes { bytes in
            let lights = Pixel.lights
            return LightRaster(
                bytes.bindMemory(to: UInt32.self),
                from: (raster.width, raster.height),
                to: size
            ) { Pixel(stored: $0, lights) }
        }
    }

    func fitted(into side: Int) -> LightRaster {
        let size = Self.size(of: width, by: height, fitting: side)
        return pixels.withUnsafeBufferPointer { LightRaster($0, from: (width, height), to: size) { $0 } }
    }

    /// Each new pixel is made of a block of old ones, which in a logo are mostly alike: then it is like them as well.
    ///
    /// So are those beside it mostly, which is why many are looked at together.
    private init<Stored: Equatable>(
        _ olds: UnsafeBufferPointer<Stored>,
        from old: (width: Int, height: Int),
        to new: (width: Int, height: Int),
        light: (Stored) -> Pixel
    ) {
        let (across, down) = (Taps(from: old.width, to: new.width), Taps(from: old.height, to: new.height))
        let columns = (0..<new.width).map(across.olds)
        func average(_ row: Int, _ column: Int) -> Pixel {
            var sum = Pixel.none
            for oldRow in down.olds(of: row) {
                let height = down.weight(of: oldRow, in: row)
                for oldColumn in columns[column] {
                    let weight = height * across.weight(of: oldColumn, in: column)
                    sum.add(light(olds[oldRow * old.width + oldColumn]), times: weight)
                }
            }
            return sum.possible
        }
        pixels = [Pixel](unsafeUninitializedCapacity: new.width * new.height) { pixels, count in
            for row in 0..<new.height {
                let rows = down.olds(of: row)
                for start in stride(from: 0, to: new.width, by: Self.together) {
                    let end = min(start + Self.together, new.width)
                    let span = columns[start].lowerBound..<columns[end - 1].upperBound
                    let colour = olds.onlyOne(in: rows, span, width: old.width).map(light)
                    for column in start..<end {
                        let pixel =
                            colour ?? olds.onlyOne(in: rows, columns[column], width: old.width).map(light)
                        pixels.initializeElement(at: count, to: pixel ?? average(row, column))
                        count += 1
                    }
                }
            }
        }
        (width, height) = (new.width, new.height)
    }

    /// How many new pixels beside each other.
    private static let together = 16

    private static func size(of width: Int, by height: Int, fitting side: Int) -> (width: Int, height: Int) {
        let longer = max(width, height)
        func scaled(_ length: Int) -> Int { max(1, (length * side + longer / 2) / longer) }
        return (scaled(width), scaled(height))
    }

    /// The picture in the middle of a transparent square.
    func centred(in side: Int) -> Raster {
        var rgba = [UInt8](repeating: 0, count: side * side * 4)
        let (left, top) = ((side - width) / 2, (side - height) / 2)
        rgba.withUnsafeMutableBytes { bytes in
            let colours = bytes.bindMemory(to: UInt32.self)
            var (before, colour) = (Pixel.none, UInt32(0))
            for row in 0..<height {
                let start = (top + row) * side + left
                for column in 0..<width {
                    let pixel = pixels[row * width + column]
                    if pixel != before { (before, colour) = (pixel, pixel.stored) }
                    colours[start + column] = colour
                }
            }
        }
        return Raster(width: side, height: side, rgba: rgba)
    }

    /// Whether hardly anything of it can be told from the white it will stand on.
    ///
    /// Half a per cent of the picture is less than the thinnest lettering; most show so much in their first rows.
    var isNearlyInvisibleOnWhite: Bool {
        let enough = (pixels.count + 199) / 200
        return pixels.lazy.filter(\.isSeenOnWhite).prefix(enough).count < enough
    }
}

extension UnsafeBufferPointer where Element: Equatable {
    /// What a block of a picture is made of, where that is one colour.
    fileprivate func onlyOne(in rows: Range<Int>, _ columns: Range<Int>, width: Int) -> Element? {
        let colour = self[rows.lowerBound * width + columns.lowerBound]
        for row in rows {
            let start = row * width + columns.lowerBound
            guard self[start] == colour, isOneColour(from: start, count: columns.count) else { return nil }
        }
        return colour
    }

    /// Whether each of so many is, byte for byte, what the one before it is.
    private func isOneColour(from start: Int, count: Int) -> Bool {
        guard let first = baseAddress.map({ $0 + start }) else { return false }
        return memcmp(first, first + 1, (count - 1) * MemoryLayout<Element>.stride) == 0
    }
}

extension LightRaster.Pixel {
    fileprivate static let lights = (0...255).map { Float(LinearRGB.light(UInt8($0))) }

    /// Of the four bytes of a ``Raster``.
    fileprivate init(stored: UInt32, _ lights: [Float]) {
        func byte(_ number: UInt32) -> Int { Int(UInt32(littleEndian: stored) >> (8 * number) & 0xFF) }
        let opacity = Float(byte(3)) / 255
        self.init(
            red: lights[byte(0)] * opacity,
            green: lights[byte(1)] * opacity,
            blue: lights[byte(2)] * opacity,
            opacity: opacity
        )
    }

    /// The four bytes of a ``Raster`` that are nearest to it.
    fileprivate var stored: UInt32 {
        guard opacity > 0.5 / 255 else { return 0 }
        func byte(_ light: Float) -> UInt32 { UInt32(NearestChannel.shared.to(light / opacity)) }
        let opaque = UInt32((opacity * 255).rounded())
        return UInt32(littleEndian: byte(red) | byte(green) << 8 | byte(blue) << 16 | opaque << 24)
    }

    /// From a distance of 0.08 in OKLab: light grey (#e3e3e3) just not, yellow well.
    fileprivate var isSeenOnWhite: Bool {
        guard opacity > 0 else { return false }
        let ground = 1 - opacity
        let colour = OKLab(
            LinearRGB(
                red: Double(red + ground),
                green: Double(green + ground),
                blue: Double(blue + ground)
            )
        )
        return hypot(hypot(1 - colour.lightness, colour.a), colour.b) >= 0.08
    }
}

/// The sRGB channel nearest to an amount of light, without a power for each: what ``LinearRGB/channel(_:)`` says.
struct NearestChannel {
    static let shared = NearestChannel()

    /// The channel at each of so many steps of light.
    private let starts: [UInt8]

    /// The least light that each channel is the nearest to.
    private let least: [Float]

    private init() {
        starts = (0...4096).map { LinearRGB.channel(Double($0) / 4096) }
        least = (0...255).map { Self.least(of: UInt8($0)) }
    }

    func to(_ light: Float) -> UInt8 {
        let light = min(max(light, 0), 1)
        var channel = starts[Int(light * 4096)]
        while channel < 255, light >= least[Int(channel) + 1] { channel += 1 }
        return channel
    }

    private static func least(of channel: UInt8) -> Float {
        guard channel > 0 else { return 0 }
        var light = Float(LinearRGB.light(value: (Double(channel) - 0.5) / 255))
        while LinearRGB.channel(Double(light)) >= channel { light = light.nextDown }
        while LinearRGB.channel(Double(light)) < channel { light = light.nextUp }
        return light
    }
}

/// Which of the old pixels make each new pixel, and in what proportion, along one axis.
private struct Taps {
    /// The first of the old pixels of each.
    private var firsts: [Int] = []

    /// Where the weights of each begin, and where those of the last end: all in one array, nothing to count references to.
    private var starts = [0]
    private var weights: [Float] = []

    init(from old: Int, to new: Int) {
        for place in 0..<new {
            if old >= new { cover(place, from: old, to: new) } else { curve(place, from: old, to: new) }
            starts.append(weights.count)
        }
    }

    /// The old pixels of a new one.
    func olds(of place: Int) -> Range<Int> {
        let first = firsts[place]
        return first..<(first + starts[place + 1] - starts[place])
    }

    func weight(of old: Int, in place: Int) -> Float { weights[starts[place] + old - firsts[place]] }

    /// Shrinking: every old pixel counts by the share of the new one it covers.
    private mutating func cover(_ place: Int, from old: Int, to new: Int) {
        let start = place * old
        let end = start + old
        let covered = (start / new)..<((end + new - 1) / new)
        firsts.append(covered.lowerBound)
        weights += covered.map { Float(min(end, ($0 + 1) * new) - max(start, $0 * new)) / Float(old) }
    }

    /// Enlarging: a smooth curve through the four nearest old pixels (Catmull and Rom, 1974).
    private mutating func curve(_ place: Int, from old: Int, to new: Int) {
        let centre = (Float(place) + 0.5) * Float(old) / Float(new) - 0.5
        let left = Int(centre.rounded(.down))
        let t = centre - Float(left)
        let curve = [
            ((2 - t) * t - 1) * t / 2, ((3 * t - 5) * t * t + 2) / 2,
            ((4 - 3 * t) * t + 1) * t / 2, (t - 1) * t * t / 2,
        ]
        let first = max(0, left - 1)
        var shares = [Float](repeating: 0, count: min(old - 1, left + 2) - first + 1)
        for (offset, share) in curve.enumerated() {
            shares[min(max(left - 1 + offset, 0), old - 1) - first] += share
        }
        firsts.append(first)
        weights += shares
    }
}
