// One file because it is one grammar, read from top to bottom.

/// A value of a JSON5 document (spec.json5.org) that knows where it stands.
///
/// The library's decoder reads JSON5 too, but says neither where a mistake is nor that a key is there twice.
struct JSON5: Sendable {
    indirect enum Content: Sendable {
        case object([Member])
        case array([JSON5])
        case string(String)
        case number(Double)
        case bool(Bool)
        case null
    }

    struct Member: Sendable {
        let name: String
        let place: Place
        let value: JSON5
    }

    let content: Content
    let place: Place

    /// Reads a whole document; throws ``JSON5Problem`` at the first thing that is not JSON5.
    init(_ bytes: [UInt8]) throws(JSON5Problem) {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw JSON5Problem(place: Place(), message: "the file is not text in UTF-8")
        }
        var reader = JSON5Reader(text)
        self = try reader.document()
    }

    fileprivate init(_ content: Content, at place: Place) {
        self.content = content
        self.place = place
    }

    /// What kind of value it is, in a sentence.
    var kind: String {
        switch content {
        case .object: "an object"
        case .array: "a list"
        case .string: "a text"
        case .number: "a number"
        case .bool: "true or false"
        case .null: "null"
        }
    }
}

/// Line and column from 1; columns count Unicode scalars.
struct Place: Sendable, Equatable, CustomStringConvertible {
    var line = 1
    var column = 1
    var description: String { "\(line):\(column)" }
}

struct JSON5Problem: Error, Equatable, Sendable {
    let place: Place
    let message: String
}

private struct JSON5Reader {
    private var rest: ArraySlice<Unicode.Scalar>
    private var place = Place()
    private var depth = 0

    private static let maxDepth = 32

    init(_ text: String) { rest = Array(text.unicodeScalars)[...] }

    mutating func document() throws(JSON5Problem) -> JSON5 {
        try skipBlanks()
        let value = try value()
        try skipBlanks()
        if let next = rest.first { throw problem("\(shown(next)) stands after the end") }
        return value
    }

    private mutating func value() throws(JSON5Problem) -> JSON5 {
        let start = place
        guard let first = rest.first else { throw problem("the file ends where a value should be") }
        depth += 1
        defer { depth -= 1 }
        guard depth <= JSON5Reader.maxDepth else {
            throw problem("more than \(JSON5Reader.maxDepth) levels deep")
        }
        let content: JSON5.Content =
            switch first {
            case "{": .object(try object())
            case "[": .array(try array())
            case "\"", "'": .string(try string())
            case "+", "-", ".", "0"..."9": .number(try number())
            default: try word()
            }
        return JSON5(content, at: start)
    }

    private mutating func object() throws(JSON5Problem) -> [JSON5.Member] {
        var members: [JSON5.Member] = []
        try list(until: "}") { reader throws(JSON5Problem) in
            let place = reader.place
            let name = try reader.key()
            try reader.skipBlanks()
            guard reader.take(":") else { throw reader.problem("a colon is missing after “\(name)”") }
            try reader.skipBlanks()
            members.append(JSON5.Member(name: name, place: place, value: try reader.value()))
        }
        return members
    }

    private mutating func array() throws(JSON5Problem) -> [JSON5] {
        var items: [JSON5] = []
        try list(until: "]") { reader throws(JSON5Problem) in items.append(try reader.value()) }
        return items
    }

    /// Items between commas, of which one may stand after the last.
    private mutating func list(
        until end: Unicode.Scalar,
        item: (inout JSON5Reader) throws(JSON5Problem) -> Void
    ) throws(JSON5Problem) {
        let start = place
        advance()
        while true {
            try skipBlanks()
            if take(end) { return }
            guard !rest.isEmpty else { throw unclosed(end, since: start) }
            try item(&self)
            try skipBlanks()
            if take(",") || rest.first == end { continue }
            guard let next = rest.first else { throw unclosed(end, since: start) }
            throw problem("a comma or \(end) is missing before \(shown(next))")
        }
    }

    private func unclosed(_ end: Unicode.Scalar, since start: Place) -> JSON5Problem {
        problem("the file ends before the \(end) of what begins at \(start)")
    }

    private mutating func key() throws(JSON5Problem) -> String {
        guard let first = rest.first else { throw problem("the file ends where a key should be") }
        if first == "\"" || first == "'" { return try string() }
        let name = takeWhile(isNameScalar)
        guard let start = name.unicodeScalars.first, !("0"..."9").contains(start) else {
            throw problem("a key is a name or stands in quotes; \(shown(first)) begins neither")
        }
        return name
    }

    private mutating func word() throws(JSON5Problem) -> JSON5.Content {
        let start = place
        switch takeWhile(isNameScalar) {
        case "true": return .bool(true)
        case "false": return .bool(false)
        case "null": return .null
        case "Infinity": return .number(.infinity)
        case "NaN": return .number(.nan)
        case "": throw problem("\(rest.first.map(shown) ?? "the end") is not the beginning of a value")
        case let word:
            throw JSON5Problem(place: start, message: "“\(word)” is not a value; a text stands in quotes")
        }
    }

    // MARK: Numbers

    private mutating func number() throws(JSON5Problem) -> Double {
        let start = place
        let text = takeWhile { isNameScalar($0) || "+-.".unicodeScalars.contains($0) }
        let isNegative = text.hasPrefix("-")
        let digits = String(isNegative || text.hasPrefix("+") ? text.dropFirst() : text[...])
        guard let value = JSON5Reader.magnitude(digits) else {
            throw JSON5Problem(place: start, message: "“\(text)” is not a number")
        }
        return isNegative ? -value : value
    }

    private static func magnitude(_ digits: String) -> Double? {
        if digits == "Infinity" { return .infinity }
        if digits == "NaN" { return .nan }
        if digits.hasPrefix("0x") || digits.hasPrefix("0X") {
            return UInt64(digits.dropFirst(2), radix: 16).map { Double($0) }
        }
        let allowed = digits.utf8.allSatisfy { (48...57).contains($0) || "+-.eE".utf8.contains($0) }
        guard allowed, digits.utf8.contains(where: { (48...57).contains($0) }) else { return nil }
        let isPadded =
            digits.hasPrefix("0") && digits.utf8.dropFirst().first.map { (48...57).contains($0) } == true
        if isPadded || digits.hasPrefix("+") || digits.hasPrefix("-") { return nil }
        return Double((digits.hasPrefix(".") ? "0" : "") + digits + (digits.hasSuffix(".") ? "0" : ""))
    }

    // MARK: Texts

    private mutating func string() throws(JSON5Problem) -> String {
        let (start, quote) = (place, rest.first ?? "\"")
        var text = String.UnicodeScalarView()
        advance()
        while let next = rest.first {
            if take(quote) { return String(text) }
            if next == "\n" || next == "\r" {
                throw problem("the text that begins at \(start) is not closed")
            }
            advance()
            if next == "\\" { try escape(into: &text) } else { text.append(next) }
        }
        throw problem("the text that begins at \(start) is not closed")
    }

    private mutating func escape(into text: inout String.UnicodeScalarView) throws(JSON5Problem) {
        guard let letter = rest.first else { throw problem("the file ends inside a text") }
        let simple: [Unicode.Scalar: Unicode.Scalar] = [
            "b": "\u{8}", "f": "\u{C}", "n": "\n", "r": "\r", "t": "\t", "v": "\u{B}", "0": "\0",
        ]
        let start = place
        advance()
        switch letter {
        case "x": text.append(try scalar(hexadecimal(2, from: start), from: start))
        case "u": text.append(try unicodeEscape(from: start))
        case "\r": _ = take("\n")
        case "\n", "\u{2028}", "\u{2029}": break
        case "1"..."9": throw JSON5Problem(place: start, message: "\\\(letter) is not an escape")
        default: text.append(simple[letter] ?? letter)
        }
    }

    /// Reads four digits, or eight that are a surrogate pair.
    private mutating func unicodeEscape(from start: Place) throws(JSON5Problem) -> Unicode.Scalar {
        let first = try hexadecimal(4, from: start)
        guard (0xD800...0xDBFF).contains(first) else { return try scalar(first, from: start) }
        guard take("\\"), take("u") else {
            throw JSON5Problem(place: start, message: "half of a surrogate pair")
        }
        let second = try hexadecimal(4, from: start)
        guard (0xDC00...0xDFFF).contains(second) else {
            throw JSON5Problem(place: start, message: "half of a surrogate pair")
        }
        return try scalar(0x10000 + (first & 0x3FF) << 10 + (second & 0x3FF), from: start)
    }

    private mutating func hexadecimal(_ count: Int, from start: Place) throws(JSON5Problem) -> UInt32 {
        let digits = String(String.UnicodeScalarView(rest.prefix(count)))
        guard digits.utf8.count == count, digits.utf8.allSatisfy(isHexadecimal),
            let number = UInt32(digits, radix: 16)
        else { throw JSON5Problem(place: start, message: "an escape with too few hexadecimal digits") }
        for _ in 0..<count { advance() }
        return number
    }

    private func scalar(_ number: UInt32, from start: Place) throws(JSON5Problem) -> Unicode.Scalar {
        guard let scalar = Unicode.Scalar(number) else {
            throw JSON5Problem(place: start, message: "half of a surrogate pair")
        }
        return scalar
    }

    // MARK: Blanks and comments

    private mutating func skipBlanks() throws(JSON5Problem) {
        while let next = rest.first {
            if next.properties.isWhitespace || next == "\u{FEFF}" {
                advance()
            } else if next == "/" {
                try skipComment()
            } else {
                return
            }
        }
    }

    private mutating func skipComment() throws(JSON5Problem) {
        let start = place
        advance()
        if take("/") {
            while let next = rest.first, next != "\n" && next != "\r" { _ = (next, advance()) }
            return
        }
        guard take("*") else { throw JSON5Problem(place: start, message: "a / that begins no comment") }
        while !rest.isEmpty {
            if take("*") {
                if take("/") { return }
            } else {
                advance()
            }
        }
        throw problem("the comment that begins at \(start) is not closed")
    }

    // MARK: Moving on

    private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard rest.first == scalar else { return false }
        advance()
        return true
    }

    private mutating func takeWhile(_ belongs: (Unicode.Scalar) -> Bool) -> String {
        var taken = String.UnicodeScalarView()
        while let next = rest.first, belongs(next) {
            taken.append(next)
            advance()
        }
        return String(taken)
    }

    private mutating func advance() {
        guard let gone = rest.popFirst() else { return }
        if gone == "\n" || gone == "\r" && rest.first != "\n" {
            place = Place(line: place.line + 1, column: 1)
        } else {
            place.column += 1
        }
    }

    private func problem(_ message: String) -> JSON5Problem { JSON5Problem(place: place, message: message) }
}

private func isNameScalar(_ scalar: Unicode.Scalar) -> Bool {
    scalar == "_" || scalar == "$" || ("0"..."9").contains(scalar) || scalar.properties.isAlphabetic
}

private func isHexadecimal(_ byte: UInt8) -> Bool {
    (48...57).contains(byte) || (97...102).contains(byte | 0x20)
}

private func shown(_ scalar: Unicode.Scalar) -> String {
    scalar.value < 0x20 ? "a line break" : "“\(scalar)”"
}
