// One file because it is the only one that knows libmicrohttpd: its daemon, its callbacks, its responses.
import CMicrohttpd
import Glibc
import Synchronization

/// libmicrohttpd at work: HTTP/1.1 on a listening socket, one thread per core.
///
/// `@unchecked Sendable`: libmicrohttpd lets any thread stop a daemon, and `Server` takes this out of its lock before it
/// does, so that it happens once. It is never quiesced: in 0.9.75 a thread of its own that looks at the socket in that
/// moment finds it gone already, and aborts the process.
struct Daemon: @unchecked Sendable {
    private let daemon: OpaquePointer
    private let edge: Edge

    /// Begins to serve; nil when libmicrohttpd refuses.
    ///
    /// `edge` lives at least until the daemon has stopped.
    init?(serving edge: Edge, on listener: Int32) {
        guard let daemon = Self.start(edge, on: listener) else { return nil }
        (self.daemon, self.edge) = (daemon, edge)
    }

    /// Ends what is under way, closes the socket, and returns then; no connection may be suspended.
    func stop() {
        MHD_stop_daemon(daemon)
        Unmanaged.passUnretained(edge).release()
    }

    /// How the threads learn which of their connections have something to read.
    private static let plain = MHD_USE_EPOLL_INTERNAL_THREAD

    /// poll(2), because 0.9.75 asks epoll only at the edges, and where the rest of a hello does not come it forgets
    /// that it has read everything: it asks the same connection again and again, with all of a processor.
    private static let secure = MHD_FLAG(MHD_USE_POLL_INTERNAL_THREAD.rawValue | MHD_USE_TLS.rawValue)

    /// TLS 1.2 and 1.3, authenticated ciphers with forward secrecy only.
    private static let tlsPriorities =
        "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-KX-ALL:+ECDHE-ECDSA:+ECDHE-RSA:-CIPHER-ALL"
        + ":+AES-256-GCM:+AES-128-GCM:+CHACHA20-POLY1305:-MAC-ALL:+AEAD:%SERVER_PRECEDENCE"

    /// Memory of one connection: a head of the largest size, its index, and the headers of the answer.
    ///
    /// libmicrohttpd clears all of it after every request, a tenth of the cost of a small one, so it is no
    /// larger than it must be. It also copies cookies into it: a query and cookies that fill both limits
    /// at once are refused or cut off.
    private static let poolBytes = 32 * 1024

    private static func start(_ edge: Edge, on listener: Int32) -> OpaquePointer? {
        let options = edge.options
        let context = Unmanaged.passRetained(edge).toOpaque()
        let flags = (options.tls == nil ? plain : secure).rawValue | MHD_ALLOW_SUSPEND_RESUME.rawValue
        let certificate = (options.tls?.certificate ?? []) + [0]
        let key = (options.tls?.key ?? []) + [0]
        let daemon = certificate.withUnsafeBytes { certificate in
            key.withUnsafeBytes { key in
                tlsPriorities.withCString { priorities in
                    var items = items(for: edge, listener: listener, context: context)
                    if options.tls != nil {
                        items.append(pointer(.HTTPS_MEM_CERT, certificate.baseAddress))
                        items.append(pointer(.HTTPS_MEM_KEY, key.baseAddress))
                        items.append(pointer(.HTTPS_PRIORITIES, priorities))
                    }
                    items.append(MHD_OptionItem(option: .END, value: 0, ptr_value: nil))
                    return start(flags, context, &items)
                }
            }
        }
        if daemon == nil { Unmanaged.passUnretained(edge).release() }
        return daemon
    }

    private static func start(
        _ flags: UInt32,
        _ context: UnsafeMutableRawPointer,
        _ items: inout [MHD_OptionItem]
    ) -> OpaquePointer? {
        items.withUnsafeMutableBufferPointer { items in
            guard let start = items.baseAddress else { return nil }
            let arguments: [any CVarArg] = [MHD_OPTION.ARRAY.rawValue, start, MHD_OPTION.END.rawValue]
            return withVaList(arguments) {
                MHD_start_daemon_va(flags, 0, connectionMayCome, context, requestAdvanced, context, $0)
            }
        }
    }

    private static func items(
        for edge: Edge,
        listener: Int32,
        context: UnsafeMutableRawPointer
    ) -> [MHD_OptionItem] {
        let cores = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
        var items = [
            MHD_OptionItem(option: .LISTEN_SOCKET, value: Int(listener), ptr_value: nil),
            MHD_OptionItem(option: .CONNECTION_MEMORY_LIMIT, value: poolBytes, ptr_value: nil),
            MHD_OptionItem(
                option: .CONNECTION_LIMIT,
                value: edge.connectionLimit(threads: cores),
                ptr_value: nil
            ),
            callback(
                .URI_LOG_CALLBACK,
                unsafeBitCast(targetArrived as TargetArrived, to: Int.self),
                context
            ),
            callback(
                .NOTIFY_COMPLETED,
                unsafeBitCast(requestEnded as RequestEnded, to: Int.self),
                context
            ),
            callback(
                .NOTIFY_CONNECTION,
                unsafeBitCast(connectionChanged as Changed, to: Int.self),
                context
            ),
        ]
        if cores > 1 {
            items.append(MHD_OptionItem(option: .THREAD_POOL_SIZE, value: cores, ptr_value: nil))
        }
        return items
    }

    private static func callback(
        _ option: MHD_OPTION,
        _ function: Int,
        _ context: UnsafeMutableRawPointer
    ) -> MHD_OptionItem {
        MHD_OptionItem(option: option, value: function, ptr_value: context)
    }

    private static func pointer(_ option: MHD_OPTION, _ pointer: UnsafeRawPointer?) -> MHD_OptionItem {
        MHD_OptionItem(option: option, value: 0, ptr_value: UnsafeMutableRawPointer(mutating: pointer))
    }
}

extension Address {
    /// Reads what accept(2) says; nil for a socket that has no IP address.
    fileprivate init?(_ socket: UnsafePointer<sockaddr>?) {
        guard let socket else { return nil }
        switch Int32(socket.pointee.sa_family) {
        case AF_INET:
            self.init(socket.withMemoryRebound(to: sockaddr_in.self, capacity: 1, \.pointee.sin_addr))
        case AF_INET6:
            self.init(socket.withMemoryRebound(to: sockaddr_in6.self, capacity: 1, \.pointee.sin6_addr))
        default:
            return nil
        }
    }
}

// MARK: - The callbacks of libmicrohttpd

private typealias TargetArrived =
    @convention(c) (UnsafeMutableRawPointer?, UnsafePointer<CChar>?, OpaquePointer?) ->
    UnsafeMutableRawPointer?
private typealias RequestEnded =
    @convention(c) (
        UnsafeMutableRawPointer?, OpaquePointer?, UnsafeMutablePointer<UnsafeMutableRawPointer?>?,
        MHD_RequestTerminationCode
    ) -> Void
private typealias Changed =
    @convention(c) (
        UnsafeMutableRawPointer?, OpaquePointer?, UnsafeMutablePointer<UnsafeMutableRawPointer?>?,
        MHD_ConnectionNotificationCode
    ) -> Void

/// Decides whether a connection may come, before it costs anything.
private func connectionMayCome(
    context: UnsafeMutableRawPointer?,
    address: UnsafePointer<sockaddr>?,
    length: socklen_t
) -> MHD_Result {
    guard let context, let address = Address(address) else { return .YES }
    let edge = Unmanaged<Edge>.fromOpaque(context).takeUnretainedValue()
    let limit = edge.options.limits.connectionsPerAddress
    let mayCome = edge.proxies.trusts(address) || edge.watchdog.hasRoom(for: address, upTo: limit)
    return mayCome ? .YES : .NO
}

private func connectionChanged(
    context: UnsafeMutableRawPointer?,
    connection: OpaquePointer?,
    client: UnsafeMutablePointer<UnsafeMutableRawPointer?>?,
    code: MHD_ConnectionNotificationCode
) {
    guard let context, let connection, let client else { return }
    let edge = Unmanaged<Edge>.fromOpaque(context).takeUnretainedValue()
    if code == .CONNECTION_NOTIFY_STARTED {
        let address = Address(mhd_peer(connection))
        let record = ClientConnection(
            descriptor: mhd_descriptor(connection),
            address: address,
            isTrusted: address.map(edge.proxies.trusts) ?? false,
            isSecure: edge.options.tls == nil ? nil : true,
            headersWithin: edge.options.limits.headersWithin
        )
        edge.watchdog.add(record)
        client.pointee = Unmanaged.passRetained(record).toOpaque()
        mhd_receive_by(connection, receiveForTLS, client.pointee)
    } else if let record = client.pointee {
        client.pointee = nil
        edge.watchdog.remove(Unmanaged<ClientConnection>.fromOpaque(record).takeRetainedValue())
    }
}

/// Reads for TLS, as long as requests come out of it.
///
/// GnuTLS keeps the beginning of a handshake message until all of it is there, up to 16 MiB, and asks only then whether it
/// may be so long.
private func receiveForTLS(
    client: UnsafeMutableRawPointer?,
    buffer: UnsafeMutableRawPointer?,
    count: Int
) -> Int {
    guard let client, let buffer else { return -1 }
    let record = Unmanaged<ClientConnection>.fromOpaque(client).takeUnretainedValue()
    let received = recv(record.descriptor, buffer, count, 0)
    guard record.mayGoOn(afterEncrypted: received) else {
        errno = ECONNRESET
        return -1
    }
    return received
}

/// Keeps the raw target of a request, before libmicrohttpd decodes it in place.
///
/// The query is ended right after its `?` in libmicrohttpd's own buffer: we parse it ourselves, and its
/// parser would fill the memory of the connection with it (in 32 KiB, 600 arguments hang a connection).
private func targetArrived(
    context: UnsafeMutableRawPointer?,
    target: UnsafePointer<CChar>?,
    connection: OpaquePointer?
) -> UnsafeMutableRawPointer? {
    guard let context, let connection, let record = mhd_socket_context(connection) else { return nil }
    let edge = Unmanaged<Edge>.fromOpaque(context).takeUnretainedValue()
    let client = Unmanaged<ClientConnection>.fromOpaque(record).takeUnretainedValue()
    client.noteProgress()
    if client.requests.add(1, ordering: .relaxed).oldValue == 0 {
        client.enter(.receiving)
    } else {
        client.enter(.receiving, within: edge.options.limits.headersWithin)
    }
    var bytes: [UInt8] = []
    if let target {
        let raw = UnsafeMutableRawPointer(mutating: target)
        bytes = Array(UnsafeRawBufferPointer(start: raw, count: strlen(target)))
        if let mark = bytes.firstIndex(of: UInt8(ascii: "?")) {
            raw.storeBytes(of: 0, toByteOffset: min(mark + 1, bytes.count), as: UInt8.self)
        }
    }
    let exchange = Exchange(connection: WireConnection(connection), client: client, target: bytes)
    return Unmanaged.passRetained(exchange).toOpaque()
}

private func requestAdvanced(
    context: UnsafeMutableRawPointer?,
    connection: OpaquePointer?,
    url: UnsafePointer<CChar>?,
    method: UnsafePointer<CChar>?,
    version: UnsafePointer<CChar>?,
    upload: UnsafePointer<CChar>?,
    uploadSize: UnsafeMutablePointer<Int>?,
    exchange: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
) -> MHD_Result {
    guard let context, let method, let uploadSize, let exchange = exchange?.pointee else { return .NO }
    let edge = Unmanaged<Edge>.fromOpaque(context).takeUnretainedValue()
    let current = Unmanaged<Exchange>.fromOpaque(exchange).takeUnretainedValue()
    current.client.noteProgress()
    switch current.stage {
    case .targetRead:
        let head = [UInt8](UnsafeRawBufferPointer(start: method, count: mhd_head_size(connection)))
        let fields = Int(MHD_get_connection_values(connection, .HEADER_KIND, nil, nil))
        return edge.judge(current, head: head, fieldCount: fields) ? .YES : .NO
    case .headJudged(let head):
        guard uploadSize.pointee > 0 else { return edge.hand(current, head) ? .YES : .NO }
        current.body.append(contentsOf: UnsafeRawBufferPointer(start: upload, count: uploadSize.pointee))
        uploadSize.pointee = 0
        return .YES
    case .handed:
        edge.resting.remove(current)
        return edge.goOn(with: current) ? .YES : .NO
    }
}

private func requestEnded(
    context: UnsafeMutableRawPointer?,
    connection: OpaquePointer?,
    exchange: UnsafeMutablePointer<UnsafeMutableRawPointer?>?,
    code: MHD_RequestTerminationCode
) {
    guard let context, let raw = exchange?.pointee else { return }
    exchange?.pointee = nil
    let edge = Unmanaged<Edge>.fromOpaque(context).takeUnretainedValue()
    let ended = Unmanaged<Exchange>.fromOpaque(raw).takeRetainedValue()
    if ended.isCutOff() { edge.resting.remove(ended) }
    let (limits, client) = (edge.options.limits, ended.client)
    client.enter(.idle, within: client.isTrusted ? limits.idleBehindProxy : limits.idle)
}

// MARK: - Answers

/// A connection; touched on its I/O thread only, except to resume it, which any thread may.
struct WireConnection {
    private let connection: OpaquePointer

    fileprivate init(_ connection: OpaquePointer) { self.connection = connection }

    func suspend() { MHD_suspend_connection(connection) }

    func resume() { MHD_resume_connection(connection) }

    /// Queues an answer; false when a header cannot be sent as it is.
    func send(_ status: Status, _ headers: [(name: String, value: String)], _ body: Response.Body) -> Bool {
        guard let made = OutgoingResponse.make(headers, body) else { return false }
        defer { MHD_destroy_response(made) }
        return MHD_queue_response(connection, UInt32(clamping: status.code), made) == .YES
    }

    func send(_ prepared: PreparedResponse) -> Bool { prepared.queue(on: connection) }
}

/// A response built once and queued many times: a static file, a logo.
///
/// It owns an `MHD_Response`, and shares with it the bytes of the body, which go when both are gone.
/// `@unchecked Sendable`: the response is not changed after `init`, and libmicrohttpd counts the
/// references to it atomically.
package final class PreparedResponse: @unchecked Sendable {
    package let status: Status
    package let headers: [(name: String, value: String)]
    private let bytes: ResponseBytes
    private let response: OpaquePointer?

    /// Headers that cannot be sent make every use of it a 500, as with any other response.
    package init(status: Status, headers: [(String, String)], body: [UInt8]) {
        self.status = status
        self.headers = headers.map { (name: $0.0, value: $0.1) }
        bytes = ResponseBytes(body)
        response = OutgoingResponse.make(self.headers, sharing: bytes)
    }

    deinit {
        if let response { MHD_destroy_response(response) }
    }

    package var body: [UInt8] { Array(bytes.buffer) }
    package var bodyLength: Int { bytes.buffer.count }

    fileprivate func queue(on connection: OpaquePointer) -> Bool {
        guard let response else { return false }
        return MHD_queue_response(connection, UInt32(clamping: status.code), response) == .YES
    }

    fileprivate func copy(with headers: [(name: String, value: String)]) -> OpaquePointer? {
        OutgoingResponse.make(headers, sharing: bytes)
    }
}

/// Bytes at an address that stays, for libmicrohttpd to send from.
///
/// `@unchecked Sendable`: written in `init` only.
private final class ResponseBytes: @unchecked Sendable {
    let buffer: UnsafeMutableBufferPointer<UInt8>

    init(_ bytes: [UInt8]) {
        buffer = .allocate(capacity: bytes.count)
        _ = buffer.initialize(from: bytes)
    }

    deinit {
        buffer.deallocate()
    }
}

private enum OutgoingResponse {
    /// Makes a response that the caller destroys; nil when a header cannot be sent as it is.
    static func make(_ headers: [(name: String, value: String)], _ body: Response.Body) -> OpaquePointer? {
        switch body {
        case .prepared(let prepared):
            return prepared.copy(with: headers)
        case .bytes(let bytes):
            // Copied by libmicrohttpd, in spite of the parameter's type.
            let made = bytes.withUnsafeBytes {
                let start = UnsafeMutableRawPointer(mutating: $0.baseAddress)
                return MHD_create_response_from_buffer($0.count, start, .RESPMEM_MUST_COPY)
            }
            return add(headers, to: made)
        }
    }

    static func make(
        _ headers: [(name: String, value: String)],
        sharing bytes: ResponseBytes
    ) -> OpaquePointer? {
        let owner = Unmanaged.passRetained(bytes)
        let made = MHD_create_response_from_buffer_with_free_callback_cls(
            bytes.buffer.count,
            bytes.buffer.baseAddress,
            { owner in
                guard let owner else { return }
                Unmanaged<ResponseBytes>.fromOpaque(owner).release()
            },
            owner.toOpaque()
        )
        if made == nil { owner.release() }
        return add(headers, to: made)
    }

    private static func add(
        _ headers: [(name: String, value: String)],
        to response: OpaquePointer?
    ) -> OpaquePointer? {
        guard let response else { return nil }
        for (name, value) in headers {
            guard isSendable(name, value), add(name, value, to: response) else {
                MHD_destroy_response(response)
                return nil
            }
        }
        return response
    }

    /// libmicrohttpd copies both; passed as strings they would be copied for the call as well.
    private static func add(_ name: String, _ value: String, to response: OpaquePointer) -> Bool {
        name.withCString { name in
            value.withCString { value in MHD_add_response_header(response, name, value) == .YES }
        }
    }

    /// Says whether a header arrives as it was meant: a token, and a value without control characters.
    private static func isSendable(_ name: String, _ value: String) -> Bool {
        var (name, value) = (name, value)
        return name.withUTF8 { $0.allSatisfy(isToken) }
            && value.withUTF8 { $0.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == 9 } }
    }
}
