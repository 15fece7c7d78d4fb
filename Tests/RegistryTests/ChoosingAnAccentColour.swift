import FoundationEssentials
import Registry
import Testing

@Suite("Choosing an accent colour")
struct ChoosingAnAccentColour {
    private static let light = ["#ffffff", "#f6f7f9", "#eef0f3"].compactMap { RGB($0) }
    private static let dark = ["#0e1116", "#171b22", "#20262f"].compactMap { RGB($0) }

    @Test(arguments: [
        "", "#", "#fff", "f58220", "#f5822", "#f582200", "#f5822g", " #f58220", "#f58220\n", "#ｆ58220",
        "red",
    ])
    func `anything but a full hexadecimal colour is refused`(text: String) {
        #expect(AccentColour(text) == nil)
    }

    @Test func `capitals are the same colour`() {
        #expect(AccentColour("#F58220") == AccentColour("#f58220"))
        #expect(AccentColour("#F58220")?.text == "#f58220")
    }

    // Accent; text and edge on light ground, text on dark ground, label on the accent itself.
    // swift-format-ignore
    @Test(arguments: [
        ["#f58220", "#ac5600", "#d86d00", "#f58220", "#000000"],
        ["#7b2ff7", "#7b2ff7", "#7b2ff7", "#9773ff", "#ffffff"],
        ["#00a19a", "#007a75", "#009b95", "#00a19a", "#000000"],
        ["#0090d4", "#0074ab", "#0090d4", "#0d94d8", "#000000"],
        ["#ffe600", "#7b6e00", "#9b8b00", "#ffe600", "#000000"],
        ["#ffffff", "#6d6d6d", "#8a8a8a", "#ffffff", "#000000"],
        ["#000000", "#000000", "#000000", "#8c8c8c", "#ffffff"],
        ["#777777", "#6d6d6d", "#777777", "#8c8c8c", "#000000"],
        ["#ff69b4", "#c43081", "#e7529f", "#ff69b4", "#000000"],
        ["#001f5b", "#001f5b", "#001f5b", "#648cd1", "#ffffff"],
    ])
    func `the colours derived from it are those worked out beforehand`(row: [String]) throws {
        let accent = try #require(AccentColour(row[0]))
        let derived = [accent.fill, accent.textLight, accent.edgeLight, accent.textDark, accent.onFill]
        for (colour, expected) in zip(derived, row.compactMap { RGB($0) }) {
            let pairs = [
                (colour.red, expected.red), (colour.green, expected.green), (colour.blue, expected.blue),
            ]
            #expect(pairs.allSatisfy { abs(Int($0) - Int($1)) <= 1 }, "\(colour) for \(row[0]), not \(expected)")
        }
    }

    @Test func `whatever the colour, everything can be read`() throws {
        var unreadable: [String] = []
        let levels = stride(from: UInt8(0), through: 255, by: 51)
        let colours = levels.flatMap { red in
            levels.flatMap { green in levels.map { RGB(red: red, green: green, blue: $0) } }
        }
        for colour in colours {
            let accent = try #require(AccentColour(colour.text))
            let isReadable =
                accent.onFill.contrast(with: accent.fill) >= 4.5
                && Self.light.allSatisfy { accent.textLight.contrast(with: $0) >= 4.5 }
                && Self.light.allSatisfy { accent.edgeLight.contrast(with: $0) >= 3 }
                && Self.dark.allSatisfy { accent.textDark.contrast(with: $0) >= 4.5 }
                && Self.dark.allSatisfy { accent.edgeDark.contrast(with: $0) >= 3 }
            if !isReadable { unreadable.append(colour.text) }
        }
        #expect(unreadable.isEmpty)
    }

    @Test func `the theme file is the colours and nothing else`() throws {
        let expected = """
            @layer tokens {
              :root { --accent: #f58220; --accent-fill: #f58220; --on-accent: #000000; --accent-text: #ac5600; --accent-edge: #d86d00 }
              @supports (color: light-dark(#000, #fff)) { :root { --accent-text: light-dark(#ac5600, #f58220); --accent-edge: light-dark(#d86d00, #f58220) } }
            }

            """
        #expect(try #require(AccentColour("#f58220")).themeCSS == expected)
    }

    @Test func `it is stored as its text`() throws {
        let accent = try #require(AccentColour("#7b2ff7"))
        let stored = try JSONEncoder().encode([accent])
        #expect(String(decoding: stored, as: UTF8.self) == ##"["#7b2ff7"]"##)
        #expect(try JSONDecoder().decode([AccentColour].self, from: stored) == [accent])
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode([AccentColour].self, from: Data(##"["red"]"##.utf8))
        }
    }
}
