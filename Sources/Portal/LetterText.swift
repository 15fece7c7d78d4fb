import Web

/// A sentence of a letter: what was put into its gaps stands in isolation where it could disturb the sentence's direction.
struct LetterText: Sendable, ExpressibleByStringInterpolation {
    private let phrase: Phrase
    private let facts: [Phrase.Gap: String]

    init(_ phrase: Phrase, _ facts: [Phrase.Gap: String] = [:]) {
        (self.phrase, self.facts) = (phrase, facts)
    }

    init(stringLiteral text: String) { self.init(Phrase(stringLiteral: text)) }

    var html: HTML {
        phrase.filled { gap in
            switch gap {
            case .date, .time: facts[gap] ?? ""
            case .email, .address, .place: bdi(.dir(.leftToRight)) { facts[gap] ?? "" }
            default: bdi { facts[gap] ?? "" }
            }
        }
    }

    /// Where nothing can be marked up.
    func text(in language: Language) -> String {
        phrase.text { gap in
            let fact = facts[gap] ?? ""
            return gap == .date || gap == .time ? fact : language.isolating(fact)
        }
    }
}

extension Language {
    /// A name within plain text, between U+2068 and U+2069 where either runs from right to left (UAX #9 §2.5).
    ///
    /// What runs from left to right throughout is left alone: few letters need it, and some programs show the marks.
    fileprivate func isolating(_ name: String) -> String {
        let isMixed = direction == .rightToLeft || name.unicodeScalars.contains(where: \.runsFromRightToLeft)
        return isMixed ? "\u{2068}\(name)\u{2069}" : name
    }
}

extension Unicode.Scalar {
    /// Whether it lies in the blocks of the scripts that are written so (Unicode, DerivedBidiClass.txt).
    fileprivate var runsFromRightToLeft: Bool {
        switch value {
        case 0x0590...0x08FF, 0xFB1D...0xFDFF, 0xFE70...0xFEFF, 0x10800...0x10FFF, 0x1E800...0x1EFFF: true
        default: false
        }
    }
}
