import Web

/// A sentence with gaps, each of which stands where its language wants it.
///
///     "Go back to \(.place)."
struct Phrase: Sendable, ExpressibleByStringInterpolation {
    enum Gap: String, Sendable {
        /// An application's name, as its people wrote it.
        case name

        /// What the tenant is called.
        case provider
        case company
        case place
        case email

        /// Of the network, from where something was done.
        case address
        case date
        case time
        case number
        case error
        case reference
        case link
        case signIn
    }

    fileprivate enum Piece: Sendable {
        case text(String)
        case gap(Gap)
    }

    private let pieces: [Piece]

    init(stringLiteral text: String) { pieces = [.text(text)] }
    init(stringInterpolation: StringInterpolation) { pieces = stringInterpolation.pieces }

    struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var pieces: [Piece] = []

        init(literalCapacity: Int, interpolationCount: Int) {}
        mutating func appendLiteral(_ text: String) { if !text.isEmpty { pieces.append(.text(text)) } }
        mutating func appendInterpolation(_ text: String) { appendLiteral(text) }
        mutating func appendInterpolation(_ gap: Gap) { pieces.append(.gap(gap)) }
    }

    var gaps: [Gap] { pieces.compactMap { if case .gap(let gap) = $0 { gap } else { nil } } }

    /// As a page says it.
    func filled(@HTMLBuilder _ filling: (Gap) -> HTML) -> HTML {
        HTML {
            for piece in pieces {
                switch piece {
                case .text(let text): text
                case .gap(let gap): filling(gap)
                }
            }
        }
    }

    /// Around one name, which stands in isolation so that its direction does not disturb the sentence's.
    func around(_ name: String) -> HTML { filled { _ in bdi { name } } }

    /// As a title says it, where nothing can be marked up.
    func text(_ filling: (Gap) -> String) -> String {
        pieces.map { piece in
            switch piece {
            case .text(let text): text
            case .gap(let gap): filling(gap)
            }
        }.joined()
    }
}

/// A sentence about a number, in as many forms as a language has for numbers (Unicode CLDR, plural rules).
struct Counted: Sendable {
    let one: Phrase
    var two: Phrase?
    var few: Phrase?
    var many: Phrase?
    let other: Phrase

    /// For whole numbers; a form that a language does not have is written in its general one.
    func phrase(for number: Int, in language: Language) -> Phrase {
        switch language.plural(of: number) {
        case .one: one
        case .two: two ?? other
        case .few: few ?? other
        case .many: many ?? other
        case .other: other
        }
    }
}

extension Language {
    enum Plural: Sendable { case one, two, few, many, other }

    func plural(of number: Int) -> Plural {
        let (ten, hundred) = (number % 10, number % 100)
        switch self {
        case .english, .german, .dutch, .spanish, .portuguese: return number == 1 ? .one : .other
        case .french: return number <= 1 ? .one : .other
        case .hebrew: return number == 1 ? .one : number == 2 ? .two : .other
        case .ukrainian:
            if ten == 1, hundred != 11 { return .one }
            return (2...4).contains(ten) && !(12...14).contains(hundred) ? .few : .many
        case .arabic:
            switch (number, hundred) {
            case (1, _): return .one
            case (2, _): return .two
            case (_, 3...10): return .few
            case (_, 11...99): return .many
            default: return .other
            }
        }
    }
}
