import Glibc

/// A text in which some places are left open, compared with a whole text.
///
/// `${name}` stands for a value known before. `<name>` matches at least one byte and keeps it as a value called
/// `name`, `<name:form>` matches what the form's extended regular expression does (POSIX), and what is called
/// `_` is not kept. Everything else stands for itself.
struct Pattern: Sendable {
    private enum Piece: Sendable {
        case text(String)
        case open(name: String, expression: String)
    }

    private let pieces: [Piece]

    /// Throws ``CommandFailure`` for a value or a form that nobody knows.
    init(
        _ pattern: String,
        values: [String: String],
        forms: [String: String] = [:]
    ) throws(CommandFailure) {
        var pieces: [Piece] = []
        var rest = pattern[...]
        while let start = rest.firstIndex(where: { $0 == "$" || $0 == "<" }) {
            pieces.append(.text(String(rest[..<start])))
            rest = rest[start...]
            if rest.hasPrefix("${"), let end = rest.firstIndex(of: "}") {
                pieces.append(.text(try value(String(rest[..<end].dropFirst(2)), in: values)))
                rest = rest[end...].dropFirst()
            } else if rest.hasPrefix("<"), let end = rest.firstIndex(of: ">") {
                let parts = rest[..<end].dropFirst().split(separator: ":", maxSplits: 1).map(String.init)
                var expression = ".+"
                if parts.count == 2, let form = parts.last {
                    guard let known = forms[form] else {
                        throw CommandFailure("the transcript has no form “\(form)”")
                    }
                    expression = known
                }
                pieces.append(.open(name: parts.first ?? "_", expression: expression))
                rest = rest[end...].dropFirst()
            } else {
                pieces.append(.text(String(rest.prefix(1))))
                rest = rest.dropFirst()
            }
        }
        self.pieces = pieces + [.text(String(rest))]
    }

    /// The pattern with nothing open: what is to be sent.
    var text: String {
        pieces.map { piece in
            switch piece {
            case .text(let text): text
            case .open(let name, _): "<\(name)>"
            }
        }.joined()
    }

    /// What stands in the open places; nil if the text is another one.
    func match(_ text: String) throws(CommandFailure) -> [String: String]? {
        var (expression, groups, names) = ("^", 0, [(name: String, group: Int)]())
        for piece in pieces {
            switch piece {
            case .text(let text): expression += Pattern.literally(text)
            case .open(let name, let inner):
                names.append((name, groups + 1))
                groups += 1 + inner.utf8.count { $0 == UInt8(ascii: "(") }
                expression += "(\(inner))"
            }
        }
        guard let found = try Pattern.find(expression + "$", in: text, groups: groups) else { return nil }
        var captures: [String: String] = [:]
        for (name, group) in names where name != "_" {
            captures[name] = found.dropFirst(group).first
        }
        return captures
    }

    private static func literally(_ text: String) -> String {
        var escaped = ""
        for letter in text {
            if "^.[$()|*+?{\\".contains(letter) { escaped += "\\" }
            escaped.append(letter)
        }
        return escaped
    }

    /// The whole match and its groups (regexec(3)).
    private static func find(
        _ expression: String,
        in text: String,
        groups: Int
    ) throws(CommandFailure) -> [String]? {
        var compiled = regex_t()
        guard regcomp(&compiled, expression, REG_EXTENDED) == 0 else {
            throw CommandFailure("“\(expression)” is not an extended regular expression")
        }
        defer { regfree(&compiled) }
        var matches = [regmatch_t](repeating: regmatch_t(), count: groups + 1)
        guard regexec(&compiled, text, matches.count, &matches, 0) == 0 else { return nil }
        let bytes = Array(text.utf8)
        return matches.map { match in
            let range = max(0, Int(match.rm_so))..<max(0, Int(match.rm_eo))
            return String(decoding: bytes[range], as: UTF8.self)
        }
    }
}

/// A known value; `name.encoded` is the same one as it stands in a query string.
private func value(_ name: String, in values: [String: String]) throws(CommandFailure) -> String {
    if let value = values[name] { return value }
    let suffix = ".encoded"
    if name.hasSuffix(suffix), let value = values[String(name.dropLast(suffix.count))] {
        return percentEncoded(value)
    }
    throw CommandFailure("the transcript uses ${\(name)} before anything is called so")
}

/// All but the unreserved characters of RFC 3986 §2.3 as `%XX`.
func percentEncoded(_ text: String) -> String {
    var encoded = ""
    for byte in text.utf8 {
        switch byte {
        case 48...57, 65...90, 97...122, 45, 46, 95, 126: encoded.unicodeScalars.append(Unicode.Scalar(byte))
        default:
            let digits = String(byte, radix: 16, uppercase: true)
            encoded += (byte < 16 ? "%0" : "%") + digits
        }
    }
    return encoded
}
