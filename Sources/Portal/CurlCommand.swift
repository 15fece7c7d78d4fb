import Registry

/// What the options of a curl command come to (curl 8, its manual).
struct CurlCommand {
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
