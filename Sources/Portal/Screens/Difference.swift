import Web

/// Two texts side by side, with the characters in which they differ marked, and the first of them in words.
struct Difference {
    /// A text in three parts, of which the middle one differs.
    struct Parts: Equatable {
        let start: String
        let middle: String
        let end: String
    }

    let expected: Parts
    let sent: Parts

    /// Such as: Character 42: expected “/”, got end of text.
    let sentence: String

    init(expected: String, sent: String) {
        let (own, other) = (Array(expected.unicodeScalars), Array(sent.unicodeScalars))
        let start = zip(own, other).prefix { $0 == $1 }.count
        let (ownRest, otherRest) = (own.dropFirst(start), other.dropFirst(start))
        let end = zip(ownRest.reversed(), otherRest.reversed()).prefix { $0 == $1 }.count
        self.expected = Parts(own, start, end)
        self.sent = Parts(other, start, end)
        sentence =
            ownRest.isEmpty && otherRest.isEmpty
            ? "They are the same."
            : "Character \(start + 1): expected \(Difference.name(ownRest.first)), got \(Difference.name(otherRest.first))."
    }

    /// A character as it can be read aloud, those that cannot be seen by their number.
    private static func name(_ scalar: Unicode.Scalar?) -> String {
        guard let scalar else { return "end of text" }
        switch scalar.value {
        case 0x20: return "a space"
        case 0x21...0x7E: return "“\(scalar)”"
        default: return "U+" + String(scalar.value, radix: 16, uppercase: true)
        }
    }
}

extension Difference.Parts {
    fileprivate init(_ scalars: [Unicode.Scalar], _ start: Int, _ end: Int) {
        func text(_ part: ArraySlice<Unicode.Scalar>) -> String {
            var view = String.UnicodeScalarView()
            view.append(contentsOf: part)
            return String(view)
        }
        self.start = text(scalars.prefix(start))
        middle = text(scalars.dropFirst(start).dropLast(end))
        self.end = text(scalars.suffix(end))
    }
}

/// What was expected beside what was sent.
struct DifferenceView: Component {
    let expected: String
    let sent: String

    var body: HTML {
        let difference = Difference(expected: expected, sent: sent)
        div(.class("compared")) {
            side("We expected", difference.expected)
            side("You sent", difference.sent)
        }
        p { difference.sentence }
    }

    private func side(_ heading: String, _ parts: Difference.Parts) -> HTML {
        div {
            h2 { heading }
            p {
                code {
                    parts.start
                    if !parts.middle.isEmpty { mark { parts.middle } }
                    parts.end
                }
            }
        }
    }
}
