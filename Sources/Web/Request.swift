package enum Method: String, Sendable, CaseIterable {
    case get = "GET"
    case head = "HEAD"
    case post = "POST"
    case put = "PUT"
    case patch = "PATCH"
    case delete = "DELETE"
    case options = "OPTIONS"
}

/// One request, whole: it passed the guard and its body has arrived.
package struct Request: Sendable {
    /// A reference such as `01JD-7F3K-Q2`, the same in the log, in `X-Request-Id` and on an error page.
    package let id: String
    package let method: Method

    /// The one `Host`, lower-cased, with its port as sent.
    package let host: String

    /// The decoded segments of the path: `/a/b` is `["a", "b"]`, `/` is `[]`, `/a/` is `["a", ""]`.
    package let path: [String]

    /// The path as it was sent.
    package let rawPath: String

    /// What followed `?`, as it was sent; empty when there was none.
    package let query: String
    package let headers: Headers
    package let body: [UInt8]

    /// The first address, from our side, that is not one of the trusted proxies.
    package let clientAddress: String

    /// Whether the client reached us, or the trusted proxy in front of us, over TLS; nil where nobody says.
    package let isSecure: Bool?

    package init(
        id: String,
        method: Method,
        host: String,
        path: [String],
        rawPath: String,
        query: String = "",
        headers: Headers = Headers(),
        body: [UInt8] = [],
        clientAddress: String = "127.0.0.1",
        isSecure: Bool? = nil
    ) {
        self.id = id
        self.method = method
        self.host = host
        self.path = path
        self.rawPath = rawPath
        self.query = query
        self.headers = headers
        self.body = body
        self.clientAddress = clientAddress
        self.isSecure = isSecure
    }
}

extension Request {
    /// What tries are counted for: the client's address, of IPv6 its /64.
    package var clientNeighbourhood: String {
        // An IPv4 address is its own, and most are.
        guard clientAddress.utf8.contains(UInt8(ascii: ":")) else { return clientAddress }
        return Address(clientAddress)?.neighbourhood.description ?? clientAddress
    }

    /// The request that would arrive for a target in origin form; nil for one that is refused unread.
    ///
    /// To judge a request that somebody means to send.
    package init?(
        id: String,
        _ method: Method,
        target: String,
        host: String,
        headers: Headers,
        body: [UInt8],
        isSecure: Bool
    ) {
        let read: RequestTarget
        do throws(EdgeRefusal) {
            read = try RequestTarget(Array(target.utf8), queryParameters: Limits().queryParameters)
        } catch {
            return nil
        }
        self.init(
            id: id,
            method: method,
            host: host,
            path: read.path,
            rawPath: read.rawPath,
            query: read.query,
            headers: headers,
            body: body,
            isSecure: isSecure
        )
    }
}

/// The header fields of a request, in the order they were sent, names in lower case.
///
/// They stay the bytes that arrived, one allocation for all, and become strings when asked for.
package struct Headers: Sendable {
    struct Field: Sendable {
        let name: Range<Int>
        let value: Range<Int>
    }

    let bytes: [UInt8]
    let fields: [Field]

    /// Takes ranges of `bytes`; names must be in lower case already.
    init(bytes: [UInt8], fields: [Field]) {
        self.bytes = bytes
        self.fields = fields
    }

    package init(_ list: [(name: String, value: String)] = []) {
        var bytes: [UInt8] = []
        var fields: [Field] = []
        for (name, value) in list {
            let start = bytes.count
            bytes += name.utf8.map { (65...90).contains($0) ? $0 | 0x20 : $0 }
            let middle = bytes.count
            bytes += Array(value.utf8)
            fields.append(Field(name: start..<middle, value: middle..<bytes.count))
        }
        self.init(bytes: bytes, fields: fields)
    }

    /// The first value of the field called `name`, which is written in lower case.
    package subscript(_ name: String) -> String? {
        for field in fields where isNamed(field, name) { return text(field.value) }
        return nil
    }

    /// Every value of the field called `name`, in the order they were sent.
    package func all(_ name: String) -> [String] {
        fields.filter { isNamed($0, name) }.map { text($0.value) }
    }

    /// Appends every value of the field called `name`, each with a zero after it, which none can hold; says how many.
    package func append(_ name: String, to text: inout [UInt8]) -> Int {
        var count = 0
        for field in fields where isNamed(field, name) {
            text += bytes[field.value]
            text.append(0)
            count += 1
        }
        return count
    }

    func isNamed(_ field: Field, _ name: String) -> Bool {
        guard field.name.count == name.utf8.count else { return false }
        var name = name
        return name.withUTF8 { bytes[field.name].elementsEqual($0) }
    }

    private func text(_ range: Range<Int>) -> String {
        String(decoding: bytes[range], as: UTF8.self)
    }
}
