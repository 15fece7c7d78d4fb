/// A request to a server, exactly as it is to be sent: what is not said here is not added.
///
/// Only `Host` and `Content-Length` are libcurl's own.
struct HTTPRequest: Sendable {
    var method: String
    var url: String
    var headers: [(name: String, value: String)] = []

    /// Nil sends no body and no `Content-Length`; an empty one says `Content-Length: 0`.
    var body: [UInt8]?

    /// The host and port to connect to whatever the URL names, `127.0.0.1:8080`.
    var connectTo: String?
}

struct HTTPAnswer: Sendable {
    let status: Int

    /// In the order they came, a name as often as it came.
    let headers: [(name: String, value: String)]
    let body: [UInt8]

    var text: String { String(decoding: body, as: UTF8.self) }

    /// Every value of a header, by its name in any case.
    func all(_ name: String) -> [String] {
        let name = name.lowercased()
        return headers.filter { $0.name.lowercased() == name }.map(\.value)
    }
}

/// Asks other servers over HTTP, one request after another; follows no redirect and obeys no proxy.
final class HTTPClient {
    private let curl: Curl

    /// More than this of an answer is a failure.
    private static let maxAnswerBytes = 4 << 20

    init() throws(CommandFailure) { curl = try Curl() }

    /// Throws ``CommandFailure`` when no whole answer came.
    func send(_ request: HTTPRequest) throws(CommandFailure) -> HTTPAnswer {
        let received = HTTPReceiver(limit: HTTPClient.maxAnswerBytes)
        do throws(Curl.Problem) {
            let status = try curl.exchange(request, headers: HTTPClient.lines(for: request), into: received)
            return HTTPAnswer(status: status, headers: received.headers, body: received.body)
        } catch {
            throw CommandFailure("\(request.method) \(request.url.upToQuery) got no answer: \(error.text)")
        }
    }

    /// Our headers, and for those that libcurl would add by itself a line that takes them out.
    private static func lines(for request: HTTPRequest) -> [String] {
        let given = Set(request.headers.map { $0.name.lowercased() })
        let unwanted = ["Accept", "Content-Type", "Expect", "User-Agent"].filter {
            !given.contains($0.lowercased())
        }
        return request.headers.map { $0.value.isEmpty ? "\($0.name);" : "\($0.name): \($0.value)" }
            + unwanted.map { "\($0):" }
    }
}

extension String {
    /// An address without its query and fragment, in which secrets may stand.
    var upToQuery: String { String(prefix { $0 != "?" && $0 != "#" }) }
}

/// What comes in while libcurl performs, on the thread that performs.
final class HTTPReceiver {
    private let limit: Int
    private(set) var headers: [(name: String, value: String)] = []
    private(set) var body: [UInt8] = []

    init(limit: Int) { self.limit = limit }

    /// A line of the head; a status line begins a new one, after an interim answer for instance.
    func take(headerLine bytes: UnsafeBufferPointer<UInt8>) {
        if bytes.starts(with: "HTTP/".utf8) { return headers = [] }
        let parts = bytes.split(separator: UInt8(ascii: ":"), maxSplits: 1, omittingEmptySubsequences: false)
        guard let name = parts.first, let value = parts.last, parts.count == 2 else { return }
        headers.append((HTTPReceiver.text(name), HTTPReceiver.text(value).trimmingBlanks))
    }

    /// False when it is too much.
    func take(body bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        body.append(contentsOf: bytes)
        return body.count <= limit
    }

    private static func text(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) -> String {
        String(decoding: bytes, as: UTF8.self)
    }
}

extension String {
    /// Without the blanks and line ends around a header's value.
    fileprivate var trimmingBlanks: String {
        let isBlank: (Unicode.Scalar) -> Bool = { " \t\r\n".unicodeScalars.contains($0) }
        let kept = unicodeScalars.drop(while: isBlank)
        let end = kept.lastIndex { !isBlank($0) }
        return end.map { String(String.UnicodeScalarView(kept[...$0])) } ?? ""
    }
}
