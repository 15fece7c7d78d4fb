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
    struct Pixel {
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
        let light = (0...255).map { Float(LinearRGB.light(UInt8($0))) }
        let size = Self.size(of: raster.width, by: raster.height, fitting: side)
        self.init(from: (raster.width, raster.height), to: size) { row in
            Self.pixels(of: raster, row: row, light: light)
        }
    }

    func fitted(into side: Int) -> LightRaster {
        let (width, pixels) = (width, pixels)
        let size = Self.size(of: width, by: height, fitting: side)
        return LightRaster(from: (width, height), to: size) { row in
            Array(pixels[(row * width)..<((row + 1) * width)])
        }
    }

    /// Scales across, then down, so that no more than one row of the original is held as light.
    private init(
        from old: (width: Int, height: Int),
        to new: (width: Int, height: Int),
        row: (Int) -> [Pixel]
    ) {
        let across = Tap.all(from: old.width, to: new.width)
        var narrow: [Pixel] = []
        narrow.reserveCapacity(new.width * old.height)
        for place in 0..<old.height {
            let pixels = row(place)
            for tap in across { narrow.append(tap.sum(pixels, from: 0, step: 1)) }
        }
        var result: [Pixel] = []
        result.reserveCapacity(new.width * new.height)
        for tap in Tap.all(from: old.height, to: new.height) {
            for column in 0..<new.width { result.append(tap.sum(narrow, from: column, step: new.width)) }
        }
        (width, height, pixels) = (new.width, new.height, result.map(\.possible))
    }

    private static func size(of width: Int, by height: Int, fitting side: Int) -> (width: Int, height: Int) {
        let longer = max(width, height)
        func scaled(_ length: Int) -> Int { max(1, (length * side + longer / 2) / longer) }
        return (scaled(width), scaled(height))
    }

    private static func pixels(of raster: Raster, row: Int, light: [Float]) -> [Pixel] {
        let start = row * raster.width * 4
        return raster.rgba.withUnsafeBufferPointer { bytes in
            stride(from: start, to: start + raster.width * 4, by: 4).map { place in
                let opacity = Float(bytes[place + 3]) / 255
                return Pixel(
                    red: light[Int(bytes[place])] * opacity,
                    green: light[Int(bytes[place + 1])] * opacity,
                    blue: light[Int(bytes[place + 2])] * opacity,
                    opacity: opacity
                )
            }
        }
    }

    /// The picture in the middle of a transparent square.
    func centred(in side: Int) -> Raster {
        var rgba = [UInt8](repeating: 0, count: side * side * 4)
        let (left, top) = ((side - width) / 2, (side - height) / 2)
        for (place, pixel) in pixels.enumerated() where pixel.opacity > 0.5 / 255 {
            let target = ((top + place / width) * side + left + place % width) * 4
            rgba[target] = LinearRGB.channel(Double(pixel.red / pixel.opacity))
            rgba[target + 1] = LinearRGB.channel(Double(pixel.green / pixel.opacity))
            rgba[target + 2] = LinearRGB.channel(Double(pixel.blue / pixel.opacity))
            rgba[target + 3] = UInt8((pixel.opacity * 255).rounded())
        }
        return Raster(width: side, height: side, rgba: rgba)
    }

    /// Whether hardly anything of it can be told from the white it will stand on.
    ///
    /// Half a per cent of the picture is less than the thinnest lettering; most show so much in their first rows.
    var isNearlyInvisibleOnWhite: Bool {
        var missing = (pixels.count + 199) / 200
        for pixel in pixels where missing > 0 && pixel.isSeenOnWhite { missing -= 1 }
        return missing > 0
    }
}

extension LightRaster.Pixel {
    /// From a distance of 0.08 in OKLab: light grey (#e3e3e3) just not, yellow well.
    fileprivate var isSeenOnWhite: Bool {
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

/// Which of the old pixels make one new pixel, and in what proportion, along one axis.
private struct Tap {
    let first: Int
    let weights: [Float]

    func sum(_ pixels: [LightRaster.Pixel], from offset: Int, step: Int) -> LightRaster.Pixel {
        var sum = LightRaster.Pixel.none
        var place = offset + first * step
        for weight in weights {
            sum.add(pixels[place], times: weight)
            place += step
        }
        return sum
    }

    static func all(from old: Int, to new: Int) -> [Tap] {
        (0..<new).map { old >= new ? covering($0, from: old, to: new) : between($0, from: old, to: new) }
    }

    /// Shrinking: every old pixel counts by the share of the new one it covers.
    private static func covering(_ place: Int, from old: Int, to new: Int) -> Tap {
        let start = place * old
        let end = start + old
        let covered = (start / new)..<((end + new - 1) / new)
        return Tap(
            first: covered.lowerBound,
            weights: covered.map { Float(min(end, ($0 + 1) * new) - max(start, $0 * new)) / Float(old) }
        )
    }

    /// Enlarging: a smooth curve through the four nearest old pixels (Catmull and Rom, 1974).
    private static func between(_ place: Int, from old: Int, to new: Int) -> Tap {
        let centre = (Float(place) + 0.5) * Float(old) / Float(new) - 0.5
        let left = Int(centre.rounded(.down))
        let t = centre - Float(left)
        let curve = [
            ((2 - t) * t - 1) * t / 2, ((3 * t - 5) * t * t + 2) / 2,
            ((4 - 3 * t) * t + 1) * t / 2, (t - 1) * t * t / 2,
        ]
        let first = max(0, left - 1)
        var weights = [Float](repeating: 0, count: min(old - 1, left + 2) - first + 1)
        for (offset, weight) in curve.enumerated() {
            weights[min(max(left - 1 + offset, 0), old - 1) - first] += weight
        }
        return Tap(first: first, weights: weights)
    }
}
