import Registry
import Testing

/// Security document, B3: 50 logos × 10 edits, at least 90 % found; 1,000 unrelated pairs, at most 1 %.
@Suite("Telling logos apart")
struct TellingLogosApart {
    private let logos = (1...50).map { Drawing(number: $0) }

    @Test func `a changed copy is known again, and what is another logo is not`() async throws {
        let looks = try logos.map { try look(of: $0) }
        var missed: [String: Int] = [:]
        for (logo, look) in zip(logos, looks) {
            // Seconds of work: other tests wait for the same few threads.
            await Task.yield()
            for (name, edit) in edits where try !self.look(of: edit(logo)).isLike(look) {
                missed[name, default: 0] += 1
            }
        }
        #expect(missed.values.reduce(0, +) <= 50, "of 500: \(missed)")

        let pairs = looks.indices.flatMap { one in looks.indices.dropFirst(one + 1).map { (one, $0) } }
        let alike = pairs.filter { looks[$0.0].isLike(looks[$0.1]) }
        #expect(alike.count * 100 <= pairs.count, "of \(pairs.count): \(alike)")
    }

    @Test func `what is of one colour is like itself only`() throws {
        let plain = Drawing { _, _ in Colour(red: 0.2, green: 0.4, blue: 0.6) }
        let logo = try #require(logos.first)
        #expect(try look(of: plain).isLike(look(of: plain)))
        #expect(try !look(of: plain).isLike(look(of: logo)))
    }

    private func look(of drawing: Drawing) throws -> LogoLook {
        LogoLook(of: try Logo.pixels(of: drawing.png))
    }

    private var edits: [(String, (Drawing) -> Drawing)] {
        [
            ("smaller", { $0.with(side: $0.side - 8) }),
            ("larger", { $0.with(side: $0.side * 3 / 2) }),
            ("cropped by 5 %", { $0.zoomed(by: 1 / 0.9) }),
            ("with a margin", { $0.zoomed(by: 0.8) }),
            ("with noise", { $0.noisy }),
            ("blurred", { $0.blurred }),
            ("grey", { $0.recoloured { Colour(red: $0.light, green: $0.light, blue: $0.light) } }),
            ("in other colours", { $0.recoloured { Colour(red: $0.green, green: $0.blue, blue: $0.red) } }),
            (
                "inverted",
                { $0.recoloured { Colour(red: 1 - $0.red, green: 1 - $0.green, blue: 1 - $0.blue) } }
            ),
            ("moved", { $0.moved(by: 0.02) }),
        ]
    }
}

private struct Colour: Equatable {
    var red: Double
    var green: Double
    var blue: Double
    var opacity = 1.0

    var light: Double { 0.3 * red + 0.6 * green + 0.1 * blue }

    static let none = Colour(red: 0, green: 0, blue: 0, opacity: 0)

    var bytes: [UInt8] { [red, green, blue, opacity].map { UInt8(max(0, min(255, $0 * 255))) } }
}

/// A picture as a function of the place, each coordinate from 0 to 1.
private struct Drawing {
    var side = 72
    let colour: (Double, Double) -> Colour

    var png: [UInt8] {
        picture(side, side) { x, y in
            colour((Double(x) + 0.5) / Double(side), (Double(y) + 0.5) / Double(side)).bytes
        }
    }

    func with(side: Int) -> Drawing { Drawing(side: side, colour: colour) }

    /// What was outside has the colour of the corner.
    func zoomed(by factor: Double) -> Drawing {
        Drawing(side: side) { x, y in inside((x - 0.5) / factor + 0.5, (y - 0.5) / factor + 0.5) }
    }

    func moved(by distance: Double) -> Drawing {
        Drawing(side: side) { x, y in inside(x - distance, y + distance) }
    }

    private func inside(_ x: Double, _ y: Double) -> Colour {
        (0..<1).contains(x) && (0..<1).contains(y) ? colour(x, y) : colour(0.001, 0.001)
    }

    func recoloured(_ change: @escaping (Colour) -> Colour) -> Drawing {
        Drawing(side: side) { x, y in
            let old = colour(x, y)
            var new = change(old)
            new.opacity = old.opacity
            return new
        }
    }

    var noisy: Drawing {
        var dice = Dice(seed: 1)
        let amounts = (0..<(side * side)).map { _ in dice.roll() * 0.06 - 0.03 }
        return Drawing(side: side) { x, y in
            let noise = amounts[Int(y * Double(side)) * side + Int(x * Double(side))]
            var new = colour(x, y)
            (new.red, new.green, new.blue) = (new.red + noise, new.green + noise, new.blue + noise)
            return new
        }
    }

    var blurred: Drawing {
        let step = 1.5 / Double(side)
        return Drawing(side: side) { x, y in
            let around = [-step, 0, step].flatMap { dy in [-step, 0, step].map { inside(x + $0, y + dy) } }
            func mean(_ part: KeyPath<Colour, Double>) -> Double {
                around.reduce(0) { $0 + $1[keyPath: part] } / 9
            }
            return Colour(
                red: mean(\.red),
                green: mean(\.green),
                blue: mean(\.blue),
                opacity: mean(\.opacity)
            )
        }
    }
}

extension Drawing {
    /// A logo made up: a ground and a few figures, or a sign of five by seven squares as letters are.
    init(number: Int) {
        var dice = Dice(seed: UInt64(number))
        let ground = dice.roll() < 0.4 ? Colour.none : dice.colour()
        let figures = (0..<(2 + Int(dice.roll() * 3))).map { _ in Figure(&dice, on: ground) }
        colour = { x, y in figures.last { $0.covers(x, y) }?.colour ?? ground }
    }
}

private struct Figure {
    let covers: (Double, Double) -> Bool
    let colour: Colour

    init(_ dice: inout Dice, on ground: Colour) {
        let (x, y) = (0.2 + 0.6 * dice.roll(), 0.2 + 0.6 * dice.roll())
        let (width, height) = (0.12 + 0.25 * dice.roll(), 0.12 + 0.25 * dice.roll())
        var colour = dice.colour()
        while abs(colour.light - (ground.opacity == 0 ? 1 : ground.light)) < 0.25 { colour = dice.colour() }
        self.colour = colour
        switch Int(dice.roll() * 5) {
        case 0:
            covers = { hypotenuse(($0 - x) / width, ($1 - y) / height) < 1 }
        case 1:
            covers = { (0.6..<1).contains(hypotenuse(($0 - x) / width, ($1 - y) / width)) }
        case 2:
            covers = { abs($0 - x) < width && abs($1 - y) < height / 2 }
        case 3:
            covers = { abs($0 - x) / width < ($1 - y + height) / height / 2 && $1 < y + height }
        default:
            let squares = dice.next()
            covers = { across, down in
                let (column, row) = ((across - x + width) / width * 2.5, (down - y + height) / height * 3.5)
                guard (0..<5).contains(column), (0..<7).contains(row) else { return false }
                return squares >> (UInt64(row) * 5 + UInt64(column)) & 1 == 1
            }
        }
    }
}

private func hypotenuse(_ x: Double, _ y: Double) -> Double { (x * x + y * y).squareRoot() }

/// The same numbers every time (Vigna's splitmix64).
private struct Dice {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = (state ^ state >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }

    /// From 0 to just below 1.
    mutating func roll() -> Double { Double(next() >> 11) / Double(1 << 53) }

    mutating func colour() -> Colour { Colour(red: roll(), green: roll(), blue: roll()) }
}
