/// The style sheet of a letter: pages link to theirs, but a letter can load nothing.
///
/// Made of literals in the source and of colours as numbers, so that nothing from outside can stand in it.
package struct StyleSheet: Sendable, ExpressibleByStringInterpolation {
    let css: String

    package init(stringLiteral text: StaticString) { css = text.description }
    package init(stringInterpolation: StringInterpolation) { css = stringInterpolation.css }

    package struct StringInterpolation: StringInterpolationProtocol, Sendable {
        fileprivate var css = ""

        package init(literalCapacity: Int, interpolationCount: Int) {}
        package mutating func appendLiteral(_ text: StaticString) { css += text.description }

        /// A colour: `\(red: 10, green: 90, blue: 212)`.
        package mutating func appendInterpolation(red: UInt8, green: UInt8, blue: UInt8) {
            css += "rgb(\(red) \(green) \(blue))"
        }
    }
}

/// The element that holds a letter's style sheet.
package func style(_ sheet: StyleSheet) -> HTML { .style(sheet.css) }
