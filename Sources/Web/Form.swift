// One file because a form is one thing, told whole: its fields, and the two ways it is written on the wire.
import Glibc

/// Why a form could not be read.
package enum FormProblem: Error, Equatable, Sendable {
    /// The body is neither urlencoded nor multipart; the value is what it said it was.
    case unsupportedMediaType(String)

    /// A `%` without two hexadecimal digits.
    case malformedEscape

    /// Bytes that are not UTF-8, or a NUL.
    case invalidText
    case tooManyFields

    /// A multipart body that RFC 7578 or RFC 2046 §5.1 does not allow; the value says what is wrong.
    case malformedMultipart(String)
}

/// What a form brought: its fields in order, and its files.
package struct Form: Sendable {
    package struct File: Sendable {
        package let name: String

        /// The last component of the name its sender gave it; for messages, never for a path.
        package let filename: String
        package let bytes: [UInt8]
    }

    /// More than any form of ours has, and than any client of the token endpoint sends.
    static let maxFields = 1000

    package let fields: [(name: String, value: String)]
    package let files: [File]

    /// Reads the body by its `Content-Type`.
    package init(_ request: Request) throws(FormProblem) {
        let types = request.headers.all("content-type")
        let type = types.first.flatMap(MediaType.init)
        guard let type, types.count == 1 else {
            throw .unsupportedMediaType(types.joined(separator: ", "))
        }
        switch type.name {
        case "application/x-www-form-urlencoded":
            fields = try Self.urlEncoded(request.body[...])
            files = []
        case "multipart/form-data":
            var parts = MultipartBody(request.body, boundary: type["boundary"])
            (fields, files) = try parts.read()
        default:
            throw .unsupportedMediaType(type.name)
        }
    }

    /// The same with another field in the place of its files.
    package func replacingFiles(by name: String, _ value: String) -> Form {
        Form(fields: fields.filter { !$0.name.isByteForByte(name) } + [(name, value)])
    }

    package init(fields: [(name: String, value: String)], files: [File] = []) {
        self.fields = fields
        self.files = files
    }

    /// The first value of the field called `name`.
    package subscript(_ name: String) -> String? {
        fields.first { $0.name.isByteForByte(name) }?.value
    }

    /// Every value of the fields called `name`, in order.
    package func all(_ name: String) -> [String] {
        fields.filter { $0.name.isByteForByte(name) }.map(\.value)
    }

    /// Reads `a=1&b=2`, a body or a query string (WHATWG URL, application/x-www-form-urlencoded parsing).
    ///
    /// Stricter than that text where it guesses: a malformed escape and text that is not UTF-8 are
    /// problems, not characters.
    package static func urlEncoded(
        _ bytes: ArraySlice<UInt8>
    ) throws(FormProblem) -> [(name: String, value: String)] {
        var fields: [(name: String, value: String)] = []
        var rest = bytes
        while !rest.isEmpty {
            let end = rest.firstIndex(of: UInt8(ascii: "&")) ?? rest.endIndex
            let pair = rest[..<end]
            rest = end == rest.endIndex ? [] : rest[(end + 1)...]
            guard !pair.isEmpty else { continue }
            guard fields.count < maxFields else { throw .tooManyFields }
            let equals = pair.firstIndex(of: UInt8(ascii: "=")) ?? pair.endIndex
            let value = equals == pair.endIndex ? [] : pair[(equals + 1)...]
            fields.append((try decoded(pair[..<equals]), try decoded(value)))
        }
        return fields
    }

    private static func decoded(_ raw: ArraySlice<UInt8>) throws(FormProblem) -> String {
        let isPlain = !raw.contains { $0 == UInt8(ascii: "%") || $0 == UInt8(ascii: "+") }
        guard let bytes = isPlain ? raw : PercentCoding.decode(raw, plusIsSpace: true)?[...] else {
            throw .malformedEscape
        }
        return try text(bytes)
    }

    fileprivate static func text(_ bytes: ArraySlice<UInt8>) throws(FormProblem) -> String {
        if bytes.allSatisfy({ (0x01...0x7F).contains($0) }) { return String(decoding: bytes, as: UTF8.self) }
        guard !bytes.contains(0), let text = String(validating: bytes, as: UTF8.self) else {
            throw .invalidText
        }
        return text
    }
}

/// A header value of the form `name; parameter=value; …` (RFC 9110 §5.6.6, §8.3.1).
struct MediaType {
    /// In lower case.
    let name: String
    private var parameters: [String: String] = [:]

    /// Nil when it is malformed or names a parameter twice.
    init?(_ text: String) {
        var rest = Array(text.utf8)[...]
        let end = rest.firstIndex(of: UInt8(ascii: ";")) ?? rest.endIndex
        name = String(decoding: withoutBlanks(rest[..<end]), as: UTF8.self).lowercased()
        rest = rest[end...]
        while !rest.isEmpty {
            rest = withoutBlanks(rest.dropFirst())
            guard !rest.isEmpty else { return }
            guard let (key, value) = Self.takeParameter(&rest) else { return nil }
            guard parameters.updateValue(value, forKey: key) == nil else { return nil }
            rest = withoutBlanks(rest)
            guard rest.isEmpty || rest.first == UInt8(ascii: ";") else { return nil }
        }
    }

    subscript(_ parameter: String) -> String? { parameters[parameter] }

    private static func takeParameter(_ rest: inout ArraySlice<UInt8>) -> (String, String)? {
        guard let equals = rest.firstIndex(of: UInt8(ascii: "=")) else { return nil }
        let key = rest[..<equals]
        guard !key.isEmpty, key.allSatisfy(isToken) else { return nil }
        rest = rest[(equals + 1)...]
        guard let value = rest.first == UInt8(ascii: "\"") ? takeQuoted(&rest) : takeToken(&rest) else {
            return nil
        }
        return (String(decoding: key, as: UTF8.self).lowercased(), String(decoding: value, as: UTF8.self))
    }

    private static func takeToken(_ rest: inout ArraySlice<UInt8>) -> [UInt8]? {
        let token = rest.prefix(while: isToken)
        rest = rest.dropFirst(token.count)
        return token.isEmpty ? nil : Array(token)
    }

    /// Takes a quoted string; `\` escapes the byte after it.
    private static func takeQuoted(_ rest: inout ArraySlice<UInt8>) -> [UInt8]? {
        var value: [UInt8] = []
        rest = rest.dropFirst()
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "\""):
                return value
            case UInt8(ascii: "\\"):
                guard let escaped = rest.popFirst() else { return nil }
                value.append(escaped)
            default:
                value.append(byte)
            }
        }
        return nil
    }
}

/// A `multipart/form-data` body, read from front to back (RFC 7578, RFC 2046 §5.1).
///
/// As browsers and curl write it: no preamble, no padding after a boundary, no nested multipart.
private struct MultipartBody {
    private static let maxPartHeaders = 4 * 1024

    private let boundary: [UInt8]
    private var rest: ArraySlice<UInt8>
    private var fields: [(name: String, value: String)] = []
    private var files: [Form.File] = []

    init(_ body: [UInt8], boundary: String?) {
        self.boundary = Array((boundary ?? "").utf8)
        rest = body[...]
    }

    mutating func read() throws(FormProblem) -> ([(name: String, value: String)], [Form.File]) {
        guard isBoundary(boundary) else { throw .malformedMultipart("boundary") }
        guard take("--"), take(boundary) else { throw .malformedMultipart("no part") }
        while !take("--") {
            guard take("\r\n") else { throw .malformedMultipart("boundary line") }
            guard fields.count + files.count < Form.maxFields else { throw .tooManyFields }
            let headers = try takeHeaders()
            try keep(try takeContent(), under: headers)
        }
        guard rest.isEmpty || (take("\r\n") && rest.isEmpty) else { throw .malformedMultipart("epilogue") }
        return (fields, files)
    }

    /// 1 to 70 characters of `bchars`, the last no space (RFC 2046 §5.1.1).
    private func isBoundary(_ bytes: [UInt8]) -> Bool {
        let marks = Array("'()+_,-./:=? ".utf8)
        return (1...70).contains(bytes.count) && bytes.last != UInt8(ascii: " ")
            && bytes.allSatisfy { byte in
                switch byte {
                case 48...57, 65...90, 97...122: true
                default: marks.contains(byte)
                }
            }
    }

    private mutating func take(_ text: StaticString) -> Bool {
        take(text.withUTF8Buffer { Array($0) })
    }

    private mutating func take(_ bytes: [UInt8]) -> Bool {
        guard rest.starts(with: bytes) else { return false }
        rest = rest.dropFirst(bytes.count)
        return true
    }

    private mutating func takeHeaders() throws(FormProblem) -> PartHeaders {
        var headers = PartHeaders()
        var allowance = Self.maxPartHeaders
        while !take("\r\n") {
            let line = rest.prefix(allowance).prefix { $0 != UInt8(ascii: "\r") && $0 != UInt8(ascii: "\n") }
            rest = rest.dropFirst(line.count)
            allowance -= line.count
            guard take("\r\n") else { throw .malformedMultipart("part headers") }
            try headers.add(line)
        }
        return headers
    }

    /// Takes what stands before the next boundary line, and its first dashes and boundary.
    private mutating func takeContent() throws(FormProblem) -> ArraySlice<UInt8> {
        let delimiter = Array("\r\n--".utf8) + boundary
        var search = rest
        while let end = search.firstIndex(of: UInt8(ascii: "\r")) {
            if search[end...].starts(with: delimiter) {
                defer { rest = rest[end...].dropFirst(delimiter.count) }
                return rest[..<end]
            }
            search = search[end...].dropFirst()
        }
        throw .malformedMultipart("no closing boundary")
    }

    private mutating func keep(_ content: ArraySlice<UInt8>, under headers: PartHeaders) throws(FormProblem) {
        guard let name = headers.name else { throw .malformedMultipart("part without a name") }
        if let filename = headers.filename {
            files.append(Form.File(name: name, filename: filename, bytes: Array(content)))
        } else {
            fields.append((name, try Form.text(content)))
        }
    }
}

/// The headers of one part of a multipart body.
private struct PartHeaders {
    var name: String?
    var filename: String?

    mutating func add(_ line: ArraySlice<UInt8>) throws(FormProblem) {
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > line.startIndex,
            line[..<colon].allSatisfy(isToken)
        else { throw .malformedMultipart("part header") }
        let value = try Form.text(withoutBlanks(line[(colon + 1)...]))
        switch String(decoding: line[..<colon], as: UTF8.self).lowercased() {
        case "content-disposition": try readDisposition(value)
        case "content-type": try checkType(value)
        case "content-transfer-encoding": try checkEncoding(value)
        default: return
        }
    }

    private mutating func readDisposition(_ value: String) throws(FormProblem) {
        guard name == nil, let disposition = MediaType(Self.asBrowsersEscape(value)),
            disposition.name == "form-data", let name = disposition["name"]
        else { throw .malformedMultipart("content-disposition") }
        self.name = name
        filename = disposition["filename"].map(Self.lastComponent)
    }

    /// Browsers write a backslash in a file name as it is, and a quote as `%22` (WHATWG HTML, 4.10.21.8).
    private static func asBrowsersEscape(_ value: String) -> String {
        var escaped: [UInt8] = []
        let bytes = Array(value.utf8)
        for (index, byte) in bytes.enumerated() {
            escaped.append(byte)
            let isEscape = byte == UInt8(ascii: "\\") && bytes[(index + 1)...].first == UInt8(ascii: "\"")
            if byte == UInt8(ascii: "\\") && !isEscape { escaped.append(byte) }
        }
        return String(decoding: escaped, as: UTF8.self)
    }

    /// The part after the last `/` or `\`, at most 255 bytes, without control characters.
    private static func lastComponent(_ filename: String) -> String {
        let separators = [UInt8(ascii: "/"), UInt8(ascii: "\\")]
        let last = filename.utf8.split(whereSeparator: separators.contains).last.map { Array($0) } ?? []
        return String(decoding: last.filter { $0 >= 0x20 && $0 != 0x7F }.prefix(255), as: UTF8.self)
    }

    private func checkType(_ value: String) throws(FormProblem) {
        guard let type = MediaType(value), !type.name.hasPrefix("multipart/") else {
            throw .malformedMultipart("nested multipart")
        }
        let charset = type["charset"]?.lowercased() ?? "utf-8"
        guard charset == "utf-8" || charset == "us-ascii" else { throw .invalidText }
    }

    /// RFC 7578 §4.7 deprecates any other; one would change what the bytes mean.
    private func checkEncoding(_ value: String) throws(FormProblem) {
        guard ["7bit", "8bit", "binary"].contains(value.lowercased()) else {
            throw .malformedMultipart("content-transfer-encoding")
        }
    }
}

extension String {
    /// Whether it is the same text to the byte; `==` would take `e` and an accent for `é`.
    package func isByteForByte(_ other: String) -> Bool {
        let count = utf8.count
        guard count == other.utf8.count else { return false }
        var (one, other) = (self, other)
        return one.withUTF8 { one in
            other.withUTF8 { other in
                guard let one = one.baseAddress, let other = other.baseAddress else { return count == 0 }
                return memcmp(one, other, count) == 0
            }
        }
    }
}
