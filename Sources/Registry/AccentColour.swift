import Glibc

/// The one colour a tenant chooses, and the colours derived from it so that everything stays readable.
///
/// Text in the derived colours has a contrast of at least 4.5:1 and an edge at least 3:1 on every
/// surface of the portal, light and dark (WCAG 2.2 §1.4.3, §1.4.11). Hue is kept; only lightness moves,
/// in OKLCH, and chroma shrinks until the colour exists in sRGB.
package struct AccentColour: Sendable, Equatable {
    /// The colour as it was chosen.
    package let fill: RGB

    /// White where that is readable on `fill`, else pure black: the product of the two contrasts is 21,
    /// so one of them is always at least 4.58.
    package let onFill: RGB
    package let textLight: RGB
    package let textDark: RGB
    package let edgeLight: RGB
    package let edgeDark: RGB

    /// Reads `#rrggbb`, in either case, and nothing else.
    package init?(_ text: String) {
        guard let colour = RGB(text) else { return nil }
        fill = colour
        onFill = colour.contrast(with: .white) >= 4.5 ? .white : .black
        textLight = Surfaces.light.readable(colour, contrast: 4.5)
        textDark = Surfaces.dark.readable(colour, contrast: 4.5)
        edgeLight = Surfaces.light.readable(colour, contrast: 3)
        edgeDark = Surfaces.dark.readable(colour, contrast: 3)
    }

    package var text: String { fill.text }

    package enum Tone: Sendable { case linkOnLight, linkOnDark, edgeOnLight }

    /// The contrast of a derived colour with the worst of the grounds it stands on.
    package func leastContrast(_ tone: Tone) -> Double {
        switch tone {
        case .linkOnLight: Surfaces.light.leastContrast(textLight)
        case .linkOnDark: Surfaces.dark.leastContrast(textDark)
        case .edgeOnLight: Surfaces.light.leastContrast(edgeLight)
        }
    }

    /// The whole of a tenant's theme file.
    package var themeCSS: String {
        """
        @layer tokens {
          :root { --accent: \(fill); --accent-fill: \(fill); --on-accent: \(onFill); \
        --accent-text: \(textLight); --accent-edge: \(edgeLight) }
          @supports (color: light-dark(#000, #fff)) { :root { \
        --accent-text: light-dark(\(textLight), \(textDark)); \
        --accent-edge: light-dark(\(edgeLight), \(edgeDark)) } }
        }

        """
    }
}

/// Written and read as its `#rrggbb`, so that nothing derived is ever stored.
extension AccentColour: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let colour = AccentColour(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "A colour is #rrggbb.")
        }
        self = colour
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}

/// A colour of sRGB, eight bits a channel.
package struct RGB: Sendable, Equatable, CustomStringConvertible {
    package let red: UInt8
    package let green: UInt8
    package let blue: UInt8

    package init(red: UInt8, green: UInt8, blue: UInt8) {
        self.red = red
        self.green = green
        self.blue = blue
    }

    /// Reads `#rrggbb`, in either case.
    package init?(_ text: String) {
        var digits = Array(text.utf8)
        guard digits.count == 7, digits.removeFirst() == UInt8(ascii: "#") else { return nil }
        guard digits.allSatisfy({ Self.value($0) != nil }) else { return nil }
        let value = digits.reduce(0) { $0 << 4 | (Self.value($1) ?? 0) }
        self.init(
            red: UInt8(truncatingIfNeeded: value >> 16),
            green: UInt8(truncatingIfNeeded: value >> 8),
            blue: UInt8(truncatingIfNeeded: value)
        )
    }

    package static let white = RGB(red: 255, green: 255, blue: 255)
    static let black = RGB(red: 0, green: 0, blue: 0)

    /// `#rrggbb`, in lower case.
    package var text: String { "#" + hexadecimal([red, green, blue]) }
    package var description: String { text }

    /// Between 1 and 21 (WCAG 2.2, "contrast ratio").
    package func contrast(with other: RGB) -> Double {
        let (one, two) = (luminance, other.luminance)
        return (max(one, two) + 0.05) / (min(one, two) + 0.05)
    }

    private var luminance: Double {
        let light = LinearRGB(self)
        return 0.2126 * light.red + 0.7152 * light.green + 0.0722 * light.blue
    }

    private static func value(_ digit: UInt8) -> Int? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): Int(digit) - 48
        case UInt8(ascii: "a")...UInt8(ascii: "f"): Int(digit) - 87
        case UInt8(ascii: "A")...UInt8(ascii: "F"): Int(digit) - 55
        default: nil
        }
    }
}

/// The grounds that text stands on in one mode: page, card, sunken field.
private struct Surfaces {
    let grounds: [RGB]
    let isDark: Bool

    static let light = Surfaces(
        grounds: [
            .white,
            RGB(red: 0xF6, green: 0xF7, blue: 0xF9),
            RGB(red: 0xEE, green: 0xF0, blue: 0xF3),
        ],
        isDark: false
    )
    static let dark = Surfaces(
        grounds: [
            RGB(red: 0x0E, green: 0x11, blue: 0x16),
            RGB(red: 0x17, green: 0x1B, blue: 0x22),
            RGB(red: 0x20, green: 0x26, blue: 0x2F),
        ],
        isDark: true
    )

    func leastContrast(_ colour: RGB) -> Double { grounds.map(colour.contrast).min() ?? 1 }

    /// The colour nearest to this one, of the same hue, whose contrast is reached on every ground.
    ///
    /// Only rounded colours are judged, so what is returned has been measured as it will be shown.
    func readable(_ colour: RGB, contrast: Double) -> RGB {
        func reaches(_ candidate: RGB) -> Bool { leastContrast(candidate) >= contrast }
        if reaches(colour) { return colour }
        let start = OKLCH(OKLab(LinearRGB(colour)))
        var unreadable = start.lightness
        var readable = isDark ? 1.0 : 0.0
        var best = isDark ? RGB.white : .black
        for _ in 0..<20 {
            let middle = (unreadable + readable) / 2
            let candidate = start.withLightness(middle).insideSRGB
            if reaches(candidate) {
                (best, readable) = (candidate, middle)
            } else {
                unreadable = middle
            }
        }
        return best
    }
}

/// Amounts of light, 0 to 1 where the colour exists in sRGB.
struct LinearRGB {
    var red: Double
    var green: Double
    var blue: Double

    init(red: Double, green: Double, blue: Double) {
        self.red = red
        self.green = green
        self.blue = blue
    }

    init(_ colour: RGB) {
        self.init(
            red: Self.light(colour.red),
            green: Self.light(colour.green),
            blue: Self.light(colour.blue)
        )
    }

    init(_ colour: OKLab) {
        func cube(_ value: Double) -> Double { value * value * value }
        let (lightness, a, b) = (colour.lightness, colour.a, colour.b)
        let long = cube(lightness + 0.3963377774 * a + 0.2158037573 * b)
        let medium = cube(lightness - 0.1055613458 * a - 0.0638541728 * b)
        let short = cube(lightness - 0.0894841775 * a - 1.2914855480 * b)
        red = 4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short
        green = -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short
        blue = -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short
    }

    /// The light an sRGB channel stands for (IEC 61966-2-1).
    static func light(_ channel: UInt8) -> Double { light(value: Double(channel) / 255) }

    /// The same for a value between two channels, 0 to 1.
    static func light(value: Double) -> Double {
        value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
    }

    /// The sRGB channel nearest to an amount of light.
    static func channel(_ light: Double) -> UInt8 {
        let light = min(max(light, 0), 1)
        let value = light <= 0.0031308 ? 12.92 * light : 1.055 * pow(light, 1 / 2.4) - 0.055
        return UInt8((value * 255).rounded(.toNearestOrEven))
    }

    var rounded: RGB {
        RGB(red: Self.channel(red), green: Self.channel(green), blue: Self.channel(blue))
    }

    var existsInSRGB: Bool {
        [red, green, blue].allSatisfy { (-1e-4...1 + 1e-4).contains($0) }
    }
}

/// A colour by how it is seen: equal distances look equally different (Björn Ottosson, 2020).
struct OKLab {
    var lightness: Double
    var a: Double
    var b: Double

    init(_ light: LinearRGB) {
        let (red, green, blue) = (light.red, light.green, light.blue)
        let long = cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
        let medium = cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
        let short = cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
        lightness = 0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short
        a = 1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short
        b = 0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short
    }

    fileprivate init(_ colour: OKLCH) {
        lightness = colour.lightness
        a = colour.chroma * cos(colour.hue)
        b = colour.chroma * sin(colour.hue)
    }
}

/// The same, with colourfulness and hue (in radians) instead of two axes.
private struct OKLCH {
    var lightness: Double
    var chroma: Double
    let hue: Double

    init(_ colour: OKLab) {
        lightness = colour.lightness
        chroma = hypot(colour.a, colour.b)
        hue = atan2(colour.b, colour.a)
    }

    func withLightness(_ lightness: Double) -> OKLCH {
        var changed = self
        changed.lightness = lightness
        return changed
    }

    /// The most colourful sRGB colour of this lightness and hue that is no more colourful than this one.
    var insideSRGB: RGB {
        func light(chroma: Double) -> LinearRGB {
            var changed = self
            changed.chroma = chroma
            return LinearRGB(OKLab(changed))
        }
        if light(chroma: chroma).existsInSRGB { return light(chroma: chroma).rounded }
        var (inside, outside) = (0.0, chroma)
        for _ in 0..<24 {
            let middle = (inside + outside) / 2
            if light(chroma: middle).existsInSRGB { inside = middle } else { outside = middle }
        }
        return light(chroma: inside).rounded
    }
}

/// Two digits a byte, in lower case.
func hexadecimal(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}
