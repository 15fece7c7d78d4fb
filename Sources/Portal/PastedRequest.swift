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

    private mutating func add(_ byte: UInt8) { word = (word ?? []) + [byte] }

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

/// What the options of a curl command come to (curl 8, its manual).
private struct CurlCommand {
    private(set) var address: [UInt8]?
    private(set) var data: [UInt8] = []
    private(set) var movesDataToQuery = false
    private var requested: String?
    private var headers: [(name: String, value: String)] = []
    private var fields: [(name: String, content: [UInt8], isFile: Bool)] = []
    private var hasData = false
    private var isJSON = false
    private var isHead = false

    mutating func read(_ words: ArraySlice<[UInt8]>) {
        var rest = words
        while let word = rest.popFirst() {
            if word.starts(with: "--".utf8), word.count > 2 {
                let name = String(decoding: word.dropFirst(2), as: UTF8.self)
                apply(name, longOptions.contains(name) ? rest.popFirst() ?? [] : [])
            } else if word.first == UInt8(ascii: "-"), word.count > 1 {
                readShort(word.dropFirst(), &rest)
            } else if address == nil {
                address = word
            }
        }
    }

    /// `-sSXPOST` is `-s -S -X POST`.
    private mutating func readShort(_ letters: ArraySlice<UInt8>, _ rest: inout ArraySlice<[UInt8]>) {
        var letters = letters
        while let letter = letters.popFirst() {
            let name = shortOptions[letter] ?? ""
            guard shortWithValue.contains(letter) else {
                apply(name, [])
                continue
            }
            apply(name, letters.isEmpty ? rest.popFirst() ?? [] : Array(letters))
            return
        }
    }

    private mutating func apply(_ name: String, _ value: [UInt8]) {
        let text = String(decoding: value, as: UTF8.self)
        switch name {
        case "url": address = value
        case "request": requested = text.uppercased()
        case "get": movesDataToQuery = true
        case "head": isHead = true
        case "data", "data-ascii", "data-raw", "data-binary": add(data: value)
        case "data-urlencode": add(data: urlEncoded(value))
        case "json":
            isJSON = true
            add(data: value)
        case "user": headers.append(("Authorization", "Basic " + basic(value)))
        case "oauth2-bearer": headers.append(("Authorization", "Bearer " + text))
        case "header": addHeader(value)
        case "form", "form-string": addField(value, isPlain: name == "form-string")
        default: return
        }
    }

    private mutating func add(data more: [UInt8]) {
        if hasData, !isJSON { data.append(UInt8(ascii: "&")) }
        data += more
        hasData = true
    }

    /// `name=content` and `=content` have their content encoded, `content` alone all of it.
    private func urlEncoded(_ value: [UInt8]) -> [UInt8] {
        guard let equals = value.firstIndex(of: UInt8(ascii: "=")) else { return percentEncoded(value[...]) }
        let name = value[..<equals]
        return name + (name.isEmpty ? [] : [UInt8(ascii: "=")]) + percentEncoded(value[(equals + 1)...])
    }

    private func basic(_ user: [UInt8]) -> String {
        let pair = user.contains(UInt8(ascii: ":")) ? user : user + [UInt8(ascii: ":")]
        let digits = base64URL(pair).replacing("-", with: "+").replacing("_", with: "/")
        return digits + String(repeating: "=", count: (4 - digits.utf8.count % 4) % 4)
    }

    private mutating func addHeader(_ line: [UInt8]) {
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { return }
        let name = String(decoding: line[..<colon], as: UTF8.self)
        let value = String(decoding: line[(colon + 1)...], as: UTF8.self).trimmingSpaces
        headers.append((name, value))
    }

    private mutating func addField(_ value: [UInt8], isPlain: Bool) {
        guard let equals = value.firstIndex(of: UInt8(ascii: "=")) else { return }
        let name = String(decoding: value[..<equals], as: UTF8.self)
        var content = value[(equals + 1)...]
        let isFile = !isPlain && (content.first == UInt8(ascii: "@") || content.first == UInt8(ascii: "<"))
        // A type may follow the content: -F 'name=content;type=text/plain'.
        if !isPlain, let end = content.firstRange(of: Array(";type=".utf8)) {
            content = content[..<end.lowerBound]
        }
        fields.append((name, Array(content), isFile))
    }

    var method: String {
        if let requested { return requested }
        if isHead { return "HEAD" }
        return !movesDataToQuery && (hasData || !fields.isEmpty) ? "POST" : "GET"
    }

    /// Headers and body as curl would send them.
    var message: ([(name: String, value: String)], [UInt8]) {
        let names = headers.map { $0.name.lowercased() }
        func usual(_ name: String, _ value: String) -> [(name: String, value: String)] {
            names.contains(name.lowercased()) ? [] : [(name, value)]
        }
        if !fields.isEmpty {
            let boundary = "------------------------pasted-request"
            return (
                headers + [("Content-Type", "multipart/form-data; boundary=\(boundary)")], parts(boundary)
            )
        }
        guard hasData, !movesDataToQuery else { return (headers, []) }
        if isJSON {
            return (
                headers + usual("Content-Type", "application/json") + usual("Accept", "application/json"),
                data
            )
        }
        return (headers + usual("Content-Type", "application/x-www-form-urlencoded"), data)
    }

    private func parts(_ boundary: String) -> [UInt8] {
        let all = fields.map { field in
            let file = field.isFile ? "; filename=\"file\"" : ""
            let head =
                "--\(boundary)\r\nContent-Disposition: form-data; name=\"\(field.name)\"\(file)\r\n\r\n"
            return Array(head.utf8) + (field.isFile ? [] : field.content) + Array("\r\n".utf8)
        }
        return all.flatMap { $0 } + Array("--\(boundary)--\r\n".utf8)
    }
}

private func percentEncoded(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
    let digits = Array("0123456789ABCDEF".utf8)
    return bytes.flatMap { byte in
        switch byte {
        case 48...57, 65...90, 97...122, 45, 46, 95, 126: [byte]
        default: [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
        }
    }
}

/// Short options and the long ones they stand for; those without a meaning here have none.
private let shortOptions: [UInt8: String] = [
    UInt8(ascii: "d"): "data", UInt8(ascii: "u"): "user", UInt8(ascii: "H"): "header",
    UInt8(ascii: "F"): "form", UInt8(ascii: "X"): "request", UInt8(ascii: "G"): "get",
    UInt8(ascii: "I"): "head",
]

private let shortWithValue = Set("AbcCdDeEFHKmoPQrtTuUwxXyYz".utf8)

/// Long options that take a value, those that mean nothing here too.
private let longOptions: Set<String> = [
    "url", "request", "data", "data-ascii", "data-raw", "data-binary", "data-urlencode", "json", "user",
    "oauth2-bearer", "header", "form", "form-string", "user-agent", "cookie", "cookie-jar", "referer",
    "output",
    "max-time", "connect-timeout", "proxy", "proxy-user", "cacert", "capath", "cert", "key", "resolve",
    "connect-to", "write-out", "retry", "retry-delay", "retry-max-time", "limit-rate", "interface",
    "dump-header", "range", "upload-file", "ciphers", "tls-max", "config", "trace", "trace-ascii", "stderr",
    "max-redirs", "unix-socket", "noproxy", "dns-servers", "aws-sigv4", "variable",
]
