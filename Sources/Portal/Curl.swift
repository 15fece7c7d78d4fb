import CCurl
import Glibc
import Registry

/// libcurl, and what we ask of it: one exchange over HTTP, one file from a host we do not know, one letter over SMTP.
///
/// The only file that knows it. Everything is said anew for each transfer, so that nothing of one reaches the next;
/// no proxy, no redirect and no other protocol is taken.
final class Curl {
    /// Why a transfer did not come to its end.
    struct Problem: Error, Sendable {
        enum Kind: Sendable { case resolve, connect, tls, timeout, other }

        let kind: Kind
        let text: String

        fileprivate init(_ code: CURLcode, of curl: ccurl) {
            kind =
                switch code {
                case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: .resolve
                case CURLE_COULDNT_CONNECT: .connect
                case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_USE_SSL_FAILED,
                    CURLE_SSL_CACERT_BADFILE:
                    .tls
                case CURLE_OPERATION_TIMEDOUT: .timeout
                default: .other
                }
            text = curl.curl_easy_strerror(code).map { String(cString: $0) } ?? "code \(code.rawValue)"
        }
    }

    private var curl = ccurl()

    init() throws(CommandFailure) {
        guard ccurl_open(&curl) else {
            let reason = dlerror().map { ": " + String(cString: $0) } ?? ""
            throw CommandFailure("libcurl cannot be started" + reason)
        }
    }

    deinit { if let handle = curl.handle { curl.curl_easy_cleanup(handle) } }

    /// Forgets what was said before, and says what holds for every transfer.
    private func begin(_ url: String, protocols: String) {
        curl.curl_easy_reset(curl.handle)
        ccurl_set_text(&curl, CURLOPT_URL, url)
        ccurl_set_text(&curl, CURLOPT_PROTOCOLS_STR, protocols)
        ccurl_set_text(&curl, CURLOPT_NOPROXY, "*")
        ccurl_set_number(&curl, CURLOPT_NOSIGNAL, 1)
    }

    private func list(of lines: [String]) -> UnsafeMutablePointer<curl_slist>? {
        lines.reduce(nil) { curl.curl_slist_append($0, $1) ?? $0 }
    }
}

// MARK: - HTTP

extension Curl {
    private static let httpPatienceSeconds = 20

    /// Sends a request and gives what comes to `receiver`; returns the status.
    func exchange(
        _ request: HTTPRequest,
        headers: [String],
        into receiver: HTTPReceiver
    ) throws(Problem) -> Int {
        begin(request.url, protocols: "http,https")
        let headers = list(of: headers)
        let detour = list(of: request.connectTo.map { ["::\($0)"] } ?? [])
        defer {
            curl.curl_slist_free_all(headers)
            curl.curl_slist_free_all(detour)
        }
        ccurl_set_list(&curl, CURLOPT_HTTPHEADER, headers)
        ccurl_set_list(&curl, CURLOPT_CONNECT_TO, detour)
        ccurl_set_text(&curl, CURLOPT_CUSTOMREQUEST, request.method)
        ccurl_set_number(&curl, CURLOPT_NOBODY, request.method == "HEAD" ? 1 : 0)
        ccurl_set_number(&curl, CURLOPT_PATH_AS_IS, 1)
        ccurl_set_number(&curl, CURLOPT_TIMEOUT, Curl.httpPatienceSeconds)
        let code = withExtendedLifetime(receiver) {
            let opaque = Unmanaged.passUnretained(receiver).toOpaque()
            ccurl_set_sinks(&curl, takeHeaderLine, takeBody, opaque)
            return perform(with: request.body)
        }
        guard code == CURLE_OK else { throw Problem(code, of: curl) }
        return ccurl_status(&curl)
    }

    /// Gets a file from one of the addresses given, and from nowhere else; returns the status.
    func fetch(_ file: ProofFile, into receiver: HTTPReceiver) throws(Problem) -> Int {
        begin(file.url, protocols: "https")
        let pinned = list(of: [file.pin])
        let headers = list(of: ["User-Agent: Portal", "Accept: text/plain"])
        defer {
            curl.curl_slist_free_all(pinned)
            curl.curl_slist_free_all(headers)
        }
        ccurl_set_list(&curl, CURLOPT_RESOLVE, pinned)
        ccurl_set_list(&curl, CURLOPT_HTTPHEADER, headers)
        ccurl_set_number(&curl, CURLOPT_SSL_VERIFYPEER, 1)
        ccurl_set_number(&curl, CURLOPT_SSL_VERIFYHOST, 2)
        if let authorities = file.authorities { ccurl_set_text(&curl, CURLOPT_CAINFO, authorities) }
        ccurl_set_number(&curl, CURLOPT_TIMEOUT, ProofFileAccess.patienceSeconds)
        let code = withExtendedLifetime(receiver) {
            ccurl_set_sinks(&curl, takeHeaderLine, takeBody, Unmanaged.passUnretained(receiver).toOpaque())
            return curl.curl_easy_perform(curl.handle)
        }
        guard code == CURLE_OK else { throw Problem(code, of: curl) }
        return ccurl_status(&curl)
    }

    private func perform(with body: [UInt8]?) -> CURLcode {
        guard let body else { return curl.curl_easy_perform(curl.handle) }
        return body.withUnsafeBytes { bytes in
            // A null address would have libcurl read standard input.
            let start = bytes.baseAddress ?? UnsafeRawPointer(bitPattern: 1)
            ccurl_set_body(&curl, start, bytes.count)
            return curl.curl_easy_perform(curl.handle)
        }
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
        Unmanaged<HTTPReceiver>.fromOpaque(receiver).takeUnretainedValue().take(headerLine: line)
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
        return Unmanaged<HTTPReceiver>.fromOpaque(receiver).takeUnretainedValue().take(body: piece)
    }
    return isTaken ? count : 0
}

// MARK: - SMTP

extension Curl {
    /// Hands a letter to a mail server; what passes on the wire is told to `progress`.
    ///
    /// Returns when the server took it. A connection of its own for each letter, as whoever takes few letters expects.
    func deliver(_ envelope: Envelope, by server: MailServer, _ progress: SMTPProgress) throws(Problem) {
        let scheme = server.security == .implicit ? "smtps" : "smtp"
        let host = server.host.utf8.contains(UInt8(ascii: ":")) ? "[\(server.host)]" : server.host
        begin("\(scheme)://\(host):\(server.port)/\(envelope.greeting)", protocols: "smtp,smtps")
        let recipients = list(of: [envelope.recipient.text])
        defer { curl.curl_slist_free_all(recipients) }
        ccurl_set_list(&curl, CURLOPT_MAIL_RCPT, recipients)
        ccurl_set_text(&curl, CURLOPT_MAIL_FROM, envelope.sender.text)
        ccurl_set_number(&curl, CURLOPT_USE_SSL, ccurl_tls(server.security == .none ? 0 : 1))
        ccurl_set_number(&curl, CURLOPT_SSL_VERIFYPEER, 1)
        ccurl_set_number(&curl, CURLOPT_SSL_VERIFYHOST, 2)
        if let authorities = server.authorities { ccurl_set_text(&curl, CURLOPT_CAINFO, authorities) }
        if let login = server.login {
            ccurl_set_text(&curl, CURLOPT_USERNAME, login.user)
            ccurl_set_text(&curl, CURLOPT_PASSWORD, login.password)
        }
        ccurl_set_number(&curl, CURLOPT_FRESH_CONNECT, 1)
        ccurl_set_number(&curl, CURLOPT_FORBID_REUSE, 1)
        ccurl_set_number(&curl, CURLOPT_CONNECTTIMEOUT, MailServer.connectSeconds)
        ccurl_set_number(&curl, CURLOPT_TIMEOUT, MailServer.transferSeconds)
        let code = withExtendedLifetime(progress) {
            let opaque = Unmanaged.passUnretained(progress).toOpaque()
            ccurl_set_letter(&curl, giveLetter, watchWire, opaque)
            return curl.curl_easy_perform(curl.handle)
        }
        guard code == CURLE_OK else { throw Problem(code, of: curl) }
    }
}

private func giveLetter(
    _ buffer: UnsafeMutablePointer<CChar>?,
    _ size: Int,
    _ count: Int,
    _ progress: UnsafeMutableRawPointer?
) -> Int {
    guard let buffer, let progress else { return ccurl_abort() }
    return buffer.withMemoryRebound(to: UInt8.self, capacity: size * count) { start in
        let room = UnsafeMutableBufferPointer(start: start, count: size * count)
        return Unmanaged<SMTPProgress>.fromOpaque(progress).takeUnretainedValue().give(into: room)
            ?? ccurl_abort()
    }
}

private func watchWire(
    _ handle: UnsafeMutableRawPointer?,
    _ kind: curl_infotype,
    _ bytes: UnsafeMutablePointer<CChar>?,
    _ count: Int,
    _ progress: UnsafeMutableRawPointer?
) -> Int32 {
    guard let bytes, let progress else { return 0 }
    bytes.withMemoryRebound(to: UInt8.self, capacity: count) { start in
        let line = UnsafeBufferPointer(start: start, count: count)
        let progress = Unmanaged<SMTPProgress>.fromOpaque(progress).takeUnretainedValue()
        if kind == CURLINFO_HEADER_OUT { progress.noteCommand(line) }
        if kind == CURLINFO_HEADER_IN { progress.noteReply(line) }
    }
    return 0
}
