import Glibc

/// What a glance keeps of a logo: 63 yes-or-no answers about its coarse forms, few of which change when a logo is
/// scaled, recoloured, cropped at its edges, inverted or saved with noise.
///
/// A perceptual hash over the discrete cosine transform (Zauner, “Implementation and Benchmarking of Perceptual Image Hash
/// Functions”, 2010, §3.2.1), taken of how much each point stands out from its ground, so that colours do not count.
package struct LogoLook: Sendable, Equatable, Bindable {
    package let bits: UInt64
    package var binding: Value { Int(truncatingIfNeeded: bits).binding }

    package init(bits: UInt64) { self.bits = bits }

    /// Whether hardly anybody would tell them apart: no more than 10 of the answers differ (security document, B3), where
    /// 31 do of unrelated logos.
    package func isLike(_ other: LogoLook) -> Bool { (bits ^ other.bits).nonzeroBitCount <= 10 }

    /// Of the picture as it is stored in ``Logo/Size/medium``; finer ones say no more.
    package init(of picture: Raster) {
        let amounts = Self.waves(in: Ink(of: picture).cut(to: Self.side)).dropFirst()
        let middle = amounts.sorted()[amounts.count / 2]
        bits = amounts.reduce(0) { $0 << 1 | ($1 > middle ? 1 : 0) }
    }

    /// How much there is of each of the 64 slowest waves, the first of which is the mean.
    private static func waves(in square: [Float]) -> [Float] {
        let down = cosines.map { wave in
            (0..<side).map { column in
                (0..<side).reduce(Float(0)) { $0 + wave[$1] * square[$1 * side + column] }
            }
        }
        return down.flatMap { line in
            cosines.map { wave in zip(wave, line).reduce(Float(0)) { $0 + $1.0 * $1.1 } }
        }
    }

    private static let side = 32

    /// The eight slowest waves over a side.
    private static let cosines: [[Float]] = (0..<8).map { wave in
        (0..<side).map { Float(cos(Double(wave) * (Double($0) + 0.5) * .pi / Double(side))) }
    }
}

/// How much each point of a picture stands out from its ground, 0 to about 1.7.
private struct Ink {
    let width: Int
    let height: Int
    let amounts: [Float]

    init(of picture: Raster) {
        (width, height) = (picture.width, picture.height)
        let points = (0..<(width * height)).map { Seen(picture, at: $0) }
        let ground = Self.ground(of: points, width: width)
        amounts = points.map { $0.opacity * $0.distance(to: ground) }
    }

    /// The colour of the edge, or black or white where the logo is cut out, whichever shows it better.
    private static func ground(of points: [Seen], width: Int) -> Seen {
        let edge = points.indices.filter { place in
            place < width || place >= points.count - width || place % width == 0 || place % width == width - 1
        }.map { points[$0] }
        guard edge.count(where: { $0.opacity < 0.5 }) * 2 > edge.count else {
            return edge.sorted { $0.green < $1.green }[edge.count / 2]
        }
        let opacity = points.reduce(Float(0)) { $0 + $1.opacity }
        let brightness = points.reduce(Float(0)) { $0 + $1.opacity * $1.green }
        return brightness * 2 > opacity ? .black : .white
    }

    /// What stands out, without the margin around it, in the middle of a square of this side.
    func cut(to side: Int) -> [Float] {
        let least = (amounts.max() ?? 0) / 3
        let points = amounts.indices.filter { amounts[$0] >= least }
        let (columns, rows) = (points.map { $0 % width }, points.map { $0 / width })
        let (left, right) = (columns.min() ?? 0, columns.max() ?? 0)
        let (top, bottom) = (rows.min() ?? 0, rows.max() ?? 0)
        let length = max(right - left, bottom - top) + 1
        let (x, y) = (left - (length - (right - left + 1)) / 2, top - (length - (bottom - top + 1)) / 2)
        return (0..<(side * side)).map { place in
            average(
                from: (x + place % side * length / side, y + place / side * length / side),
                to: (x + (place % side + 1) * length / side, y + (place / side + 1) * length / side)
            )
        }
    }

    private func average(from start: (x: Int, y: Int), to end: (x: Int, y: Int)) -> Float {
        var (sum, count) = (Float(0), Float(0))
        for y in start.y..<max(end.y, start.y + 1) {
            for x in start.x..<max(end.x, start.x + 1) {
                count += 1
                if (0..<width).contains(x), (0..<height).contains(y) { sum += amounts[y * width + x] }
            }
        }
        return sum / count
    }
}

/// A point as eyes find it: sRGB, each part 0 to 1.
private struct Seen {
    let red: Float
    let green: Float
    let blue: Float
    let opacity: Float

    static let black = Seen(red: 0, green: 0, blue: 0, opacity: 1)
    static let white = Seen(red: 1, green: 1, blue: 1, opacity: 1)

    func distance(to other: Seen) -> Float {
        let (red, green, blue) = (red - other.red, green - other.green, blue - other.blue)
        return (red * red + green * green + blue * blue).squareRoot()
    }
}

extension Seen {
    init(_ picture: Raster, at place: Int) {
        func part(_ number: Int) -> Float { Float(picture.rgba[4 * place + number]) / 255 }
        self.init(red: part(0), green: part(1), blue: part(2), opacity: part(3))
    }
}
