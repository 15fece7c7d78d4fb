@testable import Web

extension FuzzTarget {
    static let web = [
        FuzzTarget("request-head") { bytes in
            let sent = HeadAsRead(bytes)
            let head = readable {
                try RequestHead(
                    sent.block,
                    target: sent.target,
                    fieldCount: sent.fieldCount,
                    limits: Limits()
                )
            }
            guard let head else { return }
            try checkPath(head.target.path)
            try promise("a host is one word", head.host.isPrintableASCII && !head.host.contains("/"))
            try promise("a length is not negative", head.contentLength >= 0)
            for field in head.headers.fields {
                try promise("a field name is a token", head.headers.bytes[field.name].allSatisfy(isToken))
            }
        },
        FuzzTarget("request-target") { bytes in
            guard let target = readable({ try RequestTarget(bytes, queryParameters: 100) }) else { return }
            try checkPath(target.path)
            try promise("the path is what was sent", target.rawPath.isMade(of: bytes.prefix { $0 != 0x3F }))
        },
        FuzzTarget("urlencoded") { bytes in
            guard let fields = readable({ try Form.urlEncoded(bytes[...]) }) else { return }
            try promise("no more fields than allowed", fields.count <= Form.maxFields)
            let written = ("/" as Path).with(query: fields).text.utf8.dropFirst(2)
            let again = readable { try Form.urlEncoded(Array(written)[...]) } ?? []
            let isSame = zip(fields, again).allSatisfy { one, other in
                one.name.isByteForByte(other.name) && one.value.isByteForByte(other.value)
            }
            try promise("what is written reads as it was", isSame && again.count == fields.count)
        },
        FuzzTarget("multipart") { bytes in
            let (type, body) = bytes.firstLineAndRest
            let form = readable { try Form(request(headers: [("content-type", type)], body: body)) }
            guard let form else { return }
            try promise(
                "no more parts than allowed",
                form.fields.count + form.files.count <= Form.maxFields
            )
            for file in form.files {
                let isPlain = file.filename.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x2F && $0 != 0x5C }
                try promise("a file name is no path", isPlain)
            }
        },
        FuzzTarget("cookie") { bytes in
            let (name, header) = bytes.firstLineAndRest
            let headers = Headers([("cookie", String(decoding: header, as: UTF8.self))])
            for name in [name, "__Host-portal-customer"] {
                guard let value = Cookie.read(name, from: headers) else { continue }
                try promise("it could be set", Cookie(name: "a", value: value, isSecure: true) != nil)
            }
        },
        FuzzTarget(
            "html",
            text: { text in
                let written = HTML(text).description
                try promise("no markup comes of text", !written.utf8.contains { "<>\"'".utf8.contains($0) })
                try promise("it reads as it was", unescaped(written).isByteForByte(text))
            }
        ),
        FuzzTarget(
            "link",
            text: { text in
                guard let link = ExternalLink(text) else { return }
                let scheme = link.text.prefix { $0 != ":" }.lowercased()
                try promise("it runs nothing", ["http", "https", "mailto"].contains(scheme))
                try promise("it shows one host", link.host.map { !$0.isEmpty && !$0.contains("@") } ?? true)
            }
        ),
        FuzzTarget(
            "path",
            text: { text in
                let segments = text.utf8.split(separator: UInt8(ascii: "/")).compactMap { String($0) }
                let path = ("/t" as Path).appending(segments: segments).text
                try promise("it is below where it began", path == "/t" || path.hasPrefix("/t/"))
                let target = readable { try RequestTarget(Array(path.utf8), queryParameters: 1) }
                let isPlain = text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F && $0 != 0x3B && $0 != 0x5C }
                try promise("it can be asked for", target != nil || !isPlain)
            }
        ),
        FuzzTarget(
            "address",
            text: { text in
                if let range = AddressRange(text) {
                    try promise("a range has its own", range == AddressRange(text))
                }
                guard let address = Address(text) else { return }
                let isSpelled = text.utf8.allSatisfy { "0123456789abcdefABCDEF.:".utf8.contains($0) }
                try promise("it has digits, dots and colons", isSpelled)
                try promise("it reads as it is written", Address(address.description) == address)
            }
        ),
        FuzzTarget("forwarded") { bytes in
            let fields = proxyFields(bytes)
            guard let client = clientBehindProxy(fields) else { return }
            let isAddress = Address(client.address)?.description == client.address
            try promise("the client has an address", isAddress)
            guard let address = Address(client.address), !proxies.trusts(address),
                let first = fields.first, fields.allSatisfy({ $0.name != "forwarded" })
            else { return }
            // Whoever is not trusted writes on the left of what the proxy adds.
            let longer = [(first.name, "203.0.113.9, " + first.value)] + fields.dropFirst()
            let isTheSame =
                first.name != "x-forwarded-for" || clientBehindProxy(longer)?.address == client.address
            try promise("nobody chooses their address", isTheSame)
        },
    ]
}

private let proxies = TrustedProxies(ranges: [AddressRange("10.0.0.0/8")].compactMap { $0 })

/// A header field a line, whose first letter says which.
private func proxyFields(_ bytes: [UInt8]) -> [(name: String, value: String)] {
    let names = [UInt8(ascii: "f"): "forwarded", UInt8(ascii: "a"): "x-forwarded-for"]
    return bytes.split(separator: 0x0A).map { line in
        (names[line.first ?? 0] ?? "x-forwarded-proto", String(decoding: line.dropFirst(), as: UTF8.self))
    }
}

private func clientBehindProxy(_ fields: [(name: String, value: String)]) -> TrustedProxies.Client? {
    let peer = TrustedProxies.Client(address: "10.0.0.1", isSecure: nil)
    return readable { try proxies.client(behind: peer, Headers(fields)) }
}

private func checkPath(_ path: [String]) throws {
    for segment in path {
        let isClear = segment.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F && !"/\\;".utf8.contains($0) }
        try promise("a path has one reading", isClear && segment != "." && segment != "..")
    }
}

private func request(headers: [(name: String, value: String)], body: [UInt8]) throws -> Request {
    let request = Request(
        id: "fuzz",
        .post,
        target: "/",
        host: "portal.example",
        headers: Headers(headers),
        body: body,
        isSecure: true
    )
    guard let request else { throw BrokenPromise(description: "a plain request can be made") }
    return request
}

private func unescaped(_ markup: String) -> String {
    var (text, rest) = ([UInt8](), Array(markup.utf8)[...])
    let references: [(StaticString, Unicode.Scalar)] = [
        ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&"),
    ]
    while let byte = rest.first {
        let found = references.first { rest.starts(with: "\($0.0)".utf8) }
        text.append(found.map { UInt8(ascii: $0.1) } ?? byte)
        rest = rest.dropFirst(found?.0.utf8CodeUnitCount ?? 1)
    }
    return String(decoding: text, as: UTF8.self)
}

/// A head as libmicrohttpd 0.9.75 leaves it: NUL for every CR and LF, for the first colon of a line, and for both
/// spaces of the request line.
private struct HeadAsRead {
    private(set) var block: [UInt8] = []
    private(set) var target: [UInt8] = []
    private(set) var fieldCount = 0

    init(_ bytes: [UInt8]) {
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for (number, line) in lines.enumerated() {
            if number == 0 { readRequestLine(line) } else { readField(line) }
            if number < lines.count - 1 { block.append(0) }
        }
    }

    private mutating func readRequestLine(_ line: ArraySlice<UInt8>) {
        var spaces = 0
        for byte in line {
            let isSpace = byte == UInt8(ascii: " ") && spaces < 2
            if isSpace { spaces += 1 } else if spaces == 1 { target.append(byte) }
            block.append(isSpace || byte == UInt8(ascii: "\r") ? 0 : byte)
        }
    }

    private mutating func readField(_ line: ArraySlice<UInt8>) {
        let colon = line.firstIndex(of: UInt8(ascii: ":"))
        if colon != nil { fieldCount += 1 }
        for place in line.indices {
            block.append(place == colon || line[place] == UInt8(ascii: "\r") ? 0 : line[place])
        }
    }
}
