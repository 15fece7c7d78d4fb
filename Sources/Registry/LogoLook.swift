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
        let points = Seen.all(in: picture)
        let ground = Self.ground(of: points, width: width)
        amounts = points.map { $0.opacity * $0.distance(to: ground) }
    }

    /// The colour of the edge, or black or white where the logo is cut out, whichever shows it better.
    private static func ground(of points: [Seen], width: Int) -> Seen {
        let edge = edge(of: points, width: width)
        guard edge.count(where: { $0.opacity < 0.5 }) * 2 > edge.count else {
            return edge.sorted { $0.green < $1.green }[edge.count / 2]
        }
        let opacity = points.reduce(Float(0)) { $0 + $1.opacity }
        let brightness = points.reduce(Float(0)) { $0 + $1.opacity * $1.green }
        return brightness * 2 > opacity ? .black : .white
    }

    /// The first row and the last, and of those between them the first point and the last.
    private static func edge(of points: [Seen], width: Int) -> [Seen] {
        let sides = stride(from: width, to: points.count - width, by: width).flatMap { row in
            [points[row], points[row + width - 1]]
        }
        return points.prefix(width) + sides + points.suffix(width)
    }

    /// What stands out, without the margin around it, in the middle of a square of this side.
    func cut(to side: Int) -> [Float] {
        let (columns, rows) = extent
        let length = max(columns.count, rows.count)
        let x = columns.lowerBound - (length - columns.count) / 2
        let y = rows.lowerBound - (length - rows.count) / 2
        let ends = (0...side).map { $0 * length / side }
        return (0..<side).flatMap { row in
            (0..<side).map { column in
                average(
                    from: (x + ends[column], y + ends[row]),
                    to: (x + ends[column + 1], y + ends[row + 1])
                )
            }
        }
    }

    /// The columns and the rows in which something stands out at least a third as much as what does most.
    private var extent: (columns: Range<Int>, rows: Range<Int>) {
        let least = (amounts.max() ?? 0) / 3
        var (left, right, top, bottom) = (width, 0, height, 0)
        for row in 0..<height {
            let line = amounts[(row * width)..<((row + 1) * width)]
            guard let first = line.firstIndex(where: { $0 >= least }),
                let last = line.lastIndex(where: { $0 >= least })
            else { continue }
            (left, right) = (min(left, first - row * width), max(right, last - row * width + 1))
            (top, bottom) = (min(top, row), row + 1)
        }
        return (left..<right, top..<bottom)
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
    /// Every point of a picture, from the top.
    static func all(in picture: Raster) -> [Seen] {
        picture.rgba.withUnsafeBytes { bytes in
            let parts = (0...255).map { Float($0) / 255 }
            return stride(from: 0, to: bytes.count, by: 4).map { place in
                Seen(
                    red: parts[Int(bytes[place])],
                    green: parts[Int(bytes[place + 1])],
                    blue: parts[Int(bytes[place + 2])],
                    opacity: parts[Int(bytes[place + 3])]
                )
            }
        }
    }
}
