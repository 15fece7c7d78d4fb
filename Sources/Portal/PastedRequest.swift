import Registry
import Web

/// A request as a developer pastes it: an address, or a curl command in the syntax of a POSIX shell.
///
/// Read as bytes, and only read: no file is opened, no variable is looked up, nothing is sent.
struct PastedRequest {
    /// Why a text is no request.
    enum Problem: Error, Equatable {
        case nothing
        case openQuote
        case noAddress
        case notAnAddress
        case unknownMethod
    }

    private(set) var method = Method.get
    private(set) var address: PastedAddress
    private(set) var headers: [(name: String, value: String)] = []
    private(set) var body: [UInt8] = []

    /// Whether the shell would end the command at an `&`, `;` or `|` outside quotes.
    private(set) var isCutShort = false

    init(_ text: String) throws(Problem) {
        let text = text.trimmingSpaces
        guard !text.isEmpty else { throw .nothing }
        let words = try ShellWords(Array(text.utf8))
        let prompt = words.all.first == Array("$".utf8) ? 1 : 0
        let isCommand = words.all.dropFirst(prompt).first.map { $0.elementsEqual("curl".utf8) } ?? false
        guard isCommand else {
            address = try PastedAddress(Array(text.utf8))
            return
        }
        var command = CurlCommand()
        command.read(words.all.dropFirst(prompt + 1))
        isCutShort = words.isCutShort
        guard var target = command.address else { throw .noAddress }
        if command.movesDataToQuery, !command.data.isEmpty {
            target += target.contains(UInt8(ascii: "?")) ? "&".utf8 : "?".utf8
            target += command.data
        }
        address = try PastedAddress(target)
        (headers, body) = command.message
        guard let method = Method(rawValue: command.method) else { throw .unknownMethod }
        self.method = method
    }
}

/// Scheme, host and target of an address; it may also be a path alone.
struct PastedAddress {
    let isSecure: Bool

    /// With its port, in small letters; nil where only a path was given.
    let host: String?
    let target: String

    init(_ bytes: [UInt8]) throws(PastedRequest.Problem) {
        guard let text = String(validating: bytes.prefix { $0 != UInt8(ascii: "#") }, as: UTF8.self) else {
            throw .notAnAddress
        }
        let lowered = text.lowercased()
        isSecure = lowered.hasPrefix("https://")
        if text.utf8.first == UInt8(ascii: "/") {
            (host, target) = (nil, text)
            return
        }
        guard isSecure || lowered.hasPrefix("http://") else { throw .notAnAddress }
        let rest = text.utf8.dropFirst(isSecure ? 8 : 7)
        let authority = rest.prefix { !"/?".utf8.contains($0) }
        guard !authority.isEmpty, !authority.contains(UInt8(ascii: "@")) else { throw .notAnAddress }
        host = String(decoding: authority, as: UTF8.self).lowercased()
        let after = String(decoding: rest.dropFirst(authority.count), as: UTF8.self)
        target = after.utf8.first == UInt8(ascii: "/") ? after : "/" + after
    }
}

/// The words of a shell command (POSIX.1-2024, Shell Command Language §2.2, §2.3), without expansions.
private struct ShellWords {
    private(set) var all: [[UInt8]] = []
    private(set) var isCutShort = false
    private var rest: ArraySlice<UInt8>
    private var word: [UInt8]?

    init(_ text: [UInt8]) throws(PastedRequest.Problem) {
        rest = text[...]
        while let byte = rest.popFirst() {
            if try !take(byte) { break }
        }
        endWord()
    }

    /// False where the command ends.
    private mutating func take(_ byte: UInt8) throws(PastedRequest.Problem) -> Bool {
        switch byte {
        case UInt8(ascii: "\\"): takeEscaped()
        case UInt8(ascii: "^") where isLineEnd(rest.first): takeEscaped()
        case UInt8(ascii: "'"): try takeQuoted()
        case UInt8(ascii: "\""): try takeDoubleQuoted()
        case UInt8(ascii: "$") where rest.first == UInt8(ascii: "'"): try takeANSIQuoted()
        case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"): endWord()
        case UInt8(ascii: "\n"):
            endWord()
            return all.isEmpty
        case UInt8(ascii: "&"), UInt8(ascii: ";"), UInt8(ascii: "|"), UInt8(ascii: ">"), UInt8(ascii: "<"):
            isCutShort = byte == UInt8(ascii: "&")
            return false
        default: add(byte)
        }
        return true
    }

    private func isLineEnd(_ byte: UInt8?) -> Bool {
        byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r")
    }

    private mutating func add(_ byte: UInt8) {
        if word?.append(byte) == nil { word = [byte] }
    }

    private mutating func endWord() {
        if let word { all.append(word) }
        word = nil
    }

    /// A line that goes on, or a byte that stands for itself.
    private mutating func takeEscaped() {
        if rest.first == UInt8(ascii: "\r") { rest = rest.dropFirst() }
        guard let byte = rest.popFirst() else { return }
        if byte != UInt8(ascii: "\n") { add(byte) }
    }

    private mutating func takeQuoted() throws(PastedRequest.Problem) {
        word = word ?? []
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "'") { return }
            add(byte)
        }
        throw .openQuote
    }

    private mutating func takeDoubleQuoted() throws(PastedRequest.Problem) {
        word = word ?? []
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "\"") { return }
            guard byte == UInt8(ascii: "\\"), let next = rest.first else {
                add(byte)
                continue
            }
            if "\"\\$`".utf8.contains(next) {
                add(next)
                rest = rest.dropFirst()
            } else if next == UInt8(ascii: "\n") {
                rest = rest.dropFirst()
            } else {
                add(byte)
            }
        }
        throw .openQuote
    }

    /// `$'…'`, as browsers copy requests.
    private mutating func takeANSIQuoted() throws(PastedRequest.Problem) {
        rest = rest.dropFirst()
        word = word ?? []
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "'") { return }
            guard byte == UInt8(ascii: "\\"), let escaped = rest.popFirst() else {
                add(byte)
                continue
            }
            switch escaped {
            case UInt8(ascii: "n"): add(UInt8(ascii: "\n"))
            case UInt8(ascii: "r"): add(UInt8(ascii: "\r"))
            case UInt8(ascii: "t"): add(UInt8(ascii: "\t"))
            case UInt8(ascii: "x"), UInt8(ascii: "u"): addHex(upTo: escaped == UInt8(ascii: "x") ? 2 : 4)
            default: add(escaped)
            }
        }
        throw .openQuote
    }

    private mutating func addHex(upTo count: Int) {
        let digits = rest.prefix(count).prefix { byte in
            switch byte {
            case 48...57, 65...70, 97...102: true
            default: false
            }
        }
        rest = rest.dropFirst(digits.count)
        guard let number = UInt32(String(decoding: digits, as: UTF8.self), radix: 16),
            let scalar = Unicode.Scalar(number)
        else { return }
        for byte in String(scalar).utf8 { add(byte) }
    }
}
