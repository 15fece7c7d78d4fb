import CCurl

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
///
/// The only file that knows libcurl.
final class HTTPClient {
    private let handle: UnsafeMutableRawPointer

    /// More than this of an answer is a failure.
    private static let maxAnswerBytes = 4 << 20
    private static let patienceSeconds = 20

    /// libcurl's own preparation, done once.
    private static let isStarted = ccurl_start() == CURLE_OK

    init() throws(CommandFailure) {
        guard HTTPClient.isStarted, let handle = curl_easy_init() else {
            throw CommandFailure("libcurl cannot be started")
        }
        self.handle = handle
    }

    deinit { curl_easy_cleanup(handle) }

    /// Throws ``CommandFailure`` when no whole answer came.
    func send(_ request: HTTPRequest) throws(CommandFailure) -> HTTPAnswer {
        let received = Received(limit: HTTPClient.maxAnswerBytes)
        curl_easy_reset(handle)
        let headers = list(of: HTTPClient.lines(for: request))
        let detour = list(of: request.connectTo.map { ["::\($0)"] } ?? [])
        defer {
            curl_slist_free_all(headers)
            curl_slist_free_all(detour)
        }
        ccurl_set_list(handle, CURLOPT_HTTPHEADER, headers)
        ccurl_set_list(handle, CURLOPT_CONNECT_TO, detour)
        setUp(for: request)
        let problem = withExtendedLifetime(received) {
            let receiver = Unmanaged.passUnretained(received).toOpaque()
            ccurl_set_sinks(handle, takeHeaderLine, takeBody, receiver)
            return perform(with: request.body)
        }
        guard problem == CURLE_OK else {
            let cause = String(cString: curl_easy_strerror(problem))
            throw CommandFailure("\(request.method) \(request.url.upToQuery) got no answer: \(cause)")
        }
        return HTTPAnswer(
            status: ccurl_status(handle),
            headers: received.headers,
            body: received.body
        )
    }

    private func setUp(for request: HTTPRequest) {
        ccurl_set_text(handle, CURLOPT_URL, request.url)
        ccurl_set_text(handle, CURLOPT_CUSTOMREQUEST, request.method)
        ccurl_set_text(handle, CURLOPT_PROTOCOLS_STR, "http,https")
        ccurl_set_text(handle, CURLOPT_NOPROXY, "*")
        ccurl_set_number(handle, CURLOPT_NOBODY, request.method == "HEAD" ? 1 : 0)
        ccurl_set_number(handle, CURLOPT_PATH_AS_IS, 1)
        ccurl_set_number(handle, CURLOPT_NOSIGNAL, 1)
        ccurl_set_number(handle, CURLOPT_TIMEOUT, HTTPClient.patienceSeconds)
    }

    private func perform(with body: [UInt8]?) -> CURLcode {
        guard let body else { return curl_easy_perform(handle) }
        return body.withUnsafeBytes { bytes in
            // A null address would have libcurl read standard input.
            let start = bytes.baseAddress ?? UnsafeRawPointer(bitPattern: 1)
            ccurl_set_body(handle, start, bytes.count)
            return curl_easy_perform(handle)
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

    private func list(of lines: [String]) -> UnsafeMutablePointer<curl_slist>? {
        lines.reduce(nil) { curl_slist_append($0, $1) ?? $0 }
    }
}

extension String {
    /// An address without its query and fragment, in which secrets may stand.
    var upToQuery: String { String(prefix { $0 != "?" && $0 != "#" }) }
}

/// What comes in while libcurl performs, on the thread that performs.
private final class Received {
    private let limit: Int
    private(set) var headers: [(name: String, value: String)] = []
    private(set) var body: [UInt8] = []

    init(limit: Int) { self.limit = limit }

    /// A line of the head; a status line begins a new one, after an interim answer for instance.
    func take(headerLine bytes: UnsafeBufferPointer<UInt8>) {
        if bytes.starts(with: "HTTP/".utf8) { return headers = [] }
        let parts = bytes.split(separator: UInt8(ascii: ":"), maxSplits: 1, omittingEmptySubsequences: false)
        guard let name = parts.first, let value = parts.last, parts.count == 2 else { return }
        headers.append((Received.text(name), Received.text(value).trimmingBlanks))
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

private func takeHeaderLine(
    _ bytes: UnsafeMutablePointer<CChar>?,
    _ size: Int,
    _ count: Int,
    _ receiver: UnsafeMutableRawPointer?
) -> Int {
    guard let bytes, let receiver else { return 0 }
    bytes.withMemoryRebound(to: UInt8.self, capacity: count) { start in
        let line = UnsafeBufferPointer(start: start, count: count)
        Unmanaged<Received>.fromOpaque(receiver).takeUnretainedValue().take(headerLine: line)
    }
    return count
}

private func takeBody(
    _ bytes: UnsafeMutablePointer<CChar>?,
    _ size: Int,
    _ count: Int,
    _ receiver: UnsafeMutableRawPointer?
) -> Int {
    guard let bytes, let receiver else { return 0 }
    let isTaken = bytes.withMemoryRebound(to: UInt8.self, capacity: count) { start in
        let piece = UnsafeBufferPointer(start: start, count: count)
        return Unmanaged<Received>.fromOpaque(receiver).takeUnretainedValue().take(body: piece)
    }
    return isTaken ? count : 0
}
