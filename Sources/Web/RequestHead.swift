/// Why a request was refused before anybody was asked to answer it.
enum EdgeRefusal: String, Error, Sendable {
    case malformedRequestLine = "malformed request line"
    case version = "not HTTP/1.1 or 1.0"
    case method = "method not known here"
    case notOriginForm = "target not in origin form"
    case targetTooLong = "request line too long"
    case unclearPath = "path can be read in two ways"
    case unclearQuery = "byte not allowed in a query"
    case tooManyParameters = "too many query parameters"
    case headersTooLarge = "headers too large"
    case malformedHeader = "malformed header line"
    case framing = "length of the body in doubt"
    case lengthRequired = "body without Content-Length"
    case bodyTooLarge = "body too large"
    case expectation = "unknown expectation"
    case host = "not exactly one valid Host"
    case proxyHeaders = "Forwarded and X-Forwarded disagree"
    case stopping = "server is stopping"
    case unsendable = "handler answered a header that cannot be sent"

    var status: Status {
        switch self {
        case .version: .versionNotSupported
        case .method: .methodNotAllowed
        case .targetTooLong: .targetTooLong
        case .headersTooLarge: .headersTooLarge
        case .lengthRequired: .lengthRequired
        case .bodyTooLarge: .contentTooLarge
        case .expectation: .expectationFailed
        case .stopping: .serviceUnavailable
        case .unsendable: .internalError
        default: .badRequest
        }
    }
}

/// The head of a request, after the guard: its framing is beyond doubt and every part has one meaning.
///
/// libmicrohttpd 0.9.75 frames too trustingly: it takes the first of two lengths, joins folded lines to
/// names, cuts values at NUL, accepts a bare line feed. So this reads the very bytes it has read, in
/// which it put NUL in place of each CR, LF, first colon of a line, and space of the request line.
struct RequestHead: Sendable {
    let method: Method
    let target: RequestTarget
    let host: String
    let headers: Headers

    /// The length of the body, 0 when there is none.
    let contentLength: Int

    /// Judges a head.
    ///
    /// `block` holds the bytes from the method to the empty line as libmicrohttpd left them, `target` the
    /// request target as it came, and `fieldCount` the number of header fields libmicrohttpd saw: a NUL
    /// inside a line makes us see another number.
    init(
        _ block: [UInt8],
        target: [UInt8],
        fieldCount: Int,
        limits: Limits
    ) throws(EdgeRefusal) {
        var lines = HeadLines(bytes: block)
        method = try lines.requestLine(targetLength: target.count)
        guard lines.position - 2 <= limits.requestLine else { throw .targetTooLong }
        let withinLimit = block.count - lines.position <= limits.headers
        guard withinLimit, fieldCount <= limits.headerLines else { throw .headersTooLarge }
        headers = try lines.headers(expecting: fieldCount)
        contentLength = try Self.contentLength(headers)
        host = try Self.host(headers)
        if let expectation = headers["expect"] {
            guard expectation.isByteForByte("100-continue") else { throw .expectation }
        }
        self.target = try RequestTarget(target, queryParameters: limits.queryParameters)
    }

    /// Decides how long the body is (RFC 9112 §6.3), refusing everything a proxy might see otherwise.
    private static func contentLength(_ headers: Headers) throws(EdgeRefusal) -> Int {
        var lengths: [Range<Int>] = []
        var codings: [Range<Int>] = []
        for field in headers.fields where field.name.count >= 14 {
            let name = headers.bytes[field.name]
            if name.first == UInt8(ascii: "c"), name.starts(with: "content-length".utf8) {
                guard name.count == 14 else { throw .framing }
                lengths.append(field.value)
            } else if name.first == UInt8(ascii: "t"), name.starts(with: "transfer-encoding".utf8) {
                guard name.count == 17 else { throw .framing }
                codings.append(field.value)
            }
        }
        if let coding = codings.first {
            guard codings.count == 1, lengths.isEmpty else { throw .framing }
            let isChunked = headers.bytes[coding].elementsEqual("chunked".utf8)
            throw isChunked ? .lengthRequired : .framing
        }
        guard let digits = lengths.first else { return 0 }
        guard lengths.count == 1, (1...18).contains(digits.count) else { throw .framing }
        var length = 0
        for byte in headers.bytes[digits] {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { throw .framing }
            length = length * 10 + Int(byte - UInt8(ascii: "0"))
        }
        return length
    }

    /// Reads the one `Host`: a name or address with an optional port, in lower case (RFC 9112 §3.2).
    private static func host(_ headers: Headers) throws(EdgeRefusal) -> String {
        var found: Range<Int>?
        for field in headers.fields where headers.isNamed(field, "host") {
            guard found == nil else { throw .host }
            found = field.value
        }
        guard let found, (1...255).contains(found.count) else { throw .host }
        var bytes = Array(headers.bytes[found])
        var port: ArraySlice<UInt8> = []
        var name = bytes[...]
        let closing = bytes.lastIndex(of: UInt8(ascii: "]")) ?? bytes.startIndex
        if let colon = bytes[closing...].firstIndex(of: UInt8(ascii: ":")) {
            name = bytes[..<colon]
            port = bytes[(colon + 1)...]
            guard (1...5).contains(port.count) else { throw .host }
        }
        guard port.allSatisfy({ (48...57).contains($0) }), isHostName(name) else { throw .host }
        for index in bytes.indices where (65...90).contains(bytes[index]) { bytes[index] |= 0x20 }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func isHostName(_ name: ArraySlice<UInt8>) -> Bool {
        guard let first = name.first, let last = name.last else { return false }
        if first == UInt8(ascii: "[") {
            let inside = name.dropFirst().dropLast()
            return last == UInt8(ascii: "]") && Address(String(decoding: inside, as: UTF8.self)) != nil
        }
        return first != UInt8(ascii: ".")
            && name.allSatisfy { byte in
                switch byte {
                case 48...57, 65...90, 97...122: true
                default: byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "_")
                }
            }
    }
}

/// Walks the lines of a head from front to back; each step takes what must stand there or refuses.
private struct HeadLines {
    var bytes: [UInt8]
    var position = 0

    mutating func requestLine(targetLength: Int) throws(EdgeRefusal) -> Method {
        let name = try upToNUL(orThrow: .malformedRequestLine)
        position += targetLength
        guard takeNUL() else { throw .malformedRequestLine }
        let version = bytes[try upToNUL(orThrow: .malformedRequestLine)]
        guard takeNUL() else { throw .malformedRequestLine }
        guard version.starts(with: "HTTP/".utf8) else { throw .malformedRequestLine }
        let isKnown = version.elementsEqual("HTTP/1.1".utf8) || version.elementsEqual("HTTP/1.0".utf8)
        guard isKnown else { throw .version }
        guard let method = Method(rawValue: String(decoding: bytes[name], as: UTF8.self)) else {
            throw .method
        }
        return method
    }

    mutating func headers(expecting count: Int) throws(EdgeRefusal) -> Headers {
        var fields: [Headers.Field] = []
        fields.reserveCapacity(count)
        while !takeNUL() {
            let name = try upToNUL(orThrow: .malformedHeader)
            try lowercase(name)
            let value = try upToNUL(orThrow: .malformedHeader)
            guard takeNUL() else { throw .malformedHeader }
            fields.append(Headers.Field(name: name, value: try trimmed(value)))
        }
        let isWhole = takeNUL() && position == bytes.count && fields.count == count
        guard isWhole else { throw .malformedHeader }
        return Headers(bytes: bytes, fields: fields)
    }

    /// Takes what stands before the next NUL, and the NUL.
    private mutating func upToNUL(orThrow refusal: EdgeRefusal) throws(EdgeRefusal) -> Range<Int> {
        guard let end = bytes.dropFirst(position).firstIndex(of: 0) else { throw refusal }
        defer { position = end + 1 }
        return position..<end
    }

    private mutating func takeNUL() -> Bool {
        guard position < bytes.count, bytes[position] == 0 else { return false }
        position += 1
        return true
    }

    /// Writes a field name in lower case, refusing what is not a token (RFC 9110 §5.6.2).
    private mutating func lowercase(_ name: Range<Int>) throws(EdgeRefusal) {
        guard !name.isEmpty else { throw .malformedHeader }
        for index in name {
            switch bytes[index] {
            case 65...90: bytes[index] |= 0x20
            case let byte: guard isToken(byte) else { throw .malformedHeader }
            }
        }
    }

    /// Cuts blanks off both ends, refusing control characters within (RFC 9110 §5.5).
    private func trimmed(_ value: Range<Int>) throws(EdgeRefusal) -> Range<Int> {
        var start = value.lowerBound
        var end = value.upperBound
        while start < end, bytes[start] == 32 || bytes[start] == 9 { start += 1 }
        while end > start, bytes[end - 1] == 32 || bytes[end - 1] == 9 { end -= 1 }
        let isClean = bytes[start..<end].allSatisfy { $0 >= 32 && $0 != 127 || $0 == 9 }
        guard isClean else { throw .malformedHeader }
        return start..<end
    }
}

/// Says whether a byte may stand in a token (RFC 9110 §5.6.2).
func isToken(_ byte: UInt8) -> Bool {
    switch byte {
    case 48...57, 65...90, 94...122: true  // digits, letters, ^ _ `
    case 33, 35...39, 42, 43, 45, 46, 124, 126: true  // ! # $ % & ' * + - . | ~
    default: false
    }
}
