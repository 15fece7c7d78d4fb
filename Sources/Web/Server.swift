// One file because it is the only one that knows libmicrohttpd: listening, its callbacks, its responses.
import CMicrohttpd
import Glibc
import Synchronization

/// The listening server: HTTP/1.1, with TLS if asked, one thread per core.
///
/// A request reaches `respond` after the guard has judged its head and its body has arrived; everything
/// else is refused here. `respond` runs on the I/O thread and is answered at once when it finishes
/// without suspending; otherwise its connection rests until it can go on there.
package final class Server: Sendable {
    /// A certificate chain and its private key, both PEM.
    package struct TLS: Sendable {
        package let certificate: [UInt8]
        package let key: [UInt8]

        package init(certificate: [UInt8], key: [UInt8]) {
            self.certificate = certificate
            self.key = key
        }
    }

    package struct Options: Sendable {
        /// A numeric address; `0.0.0.0` and `::` mean all.
        package var host: String

        /// 0 is any free port.
        package var port: Int
        package var tls: TLS?
        package var trustedProxies: [AddressRange]
        package var limits: Limits

        /// Sent with every answer the server itself makes, which nobody else can add headers to.
        package var refusalHeaders: [(name: String, value: String)]

        package init(
            host: String = "127.0.0.1",
            port: Int = 0,
            tls: TLS? = nil,
            trustedProxies: [AddressRange] = [],
            limits: Limits = Limits(),
            refusalHeaders: [(name: String, value: String)] = []
        ) {
            self.host = host
            self.port = port
            self.tls = tls
            self.trustedProxies = trustedProxies
            self.limits = limits
            self.refusalHeaders = refusalHeaders
        }
    }

    private let edge: Edge
    private let running = Mutex<Running?>(nil)

    /// `bodyLimit` says how many bytes of body a method and path may have; it is asked before any is read.
    package init(
        _ options: Options,
        log: Log,
        bodyLimit: @escaping @Sendable (Method, [String]) -> Int,
        respond: @escaping @Sendable (Request) async -> Response
    ) {
        edge = Edge(options: options, log: log, bodyLimit: bodyLimit, respond: respond)
    }

    /// Begins to listen and returns the port.
    package func start() throws(ServerProblem) -> Int {
        let (listener, port) = try ListeningSocket.open(host: edge.options.host, port: edge.options.port)
        guard let daemon = edge.startDaemon(on: listener) else {
            close(listener)
            let cause = edge.options.tls == nil ? "" : "; are the TLS certificate and key a pair, in PEM?"
            throw ServerProblem("The HTTP server did not start\(cause)")
        }
        edge.watchdog.start()
        running.withLock { $0 = Running(daemon: daemon, listener: listener) }
        return port
    }

    /// Takes no new connections, finishes what is under way, then closes.
    ///
    /// What is not finished `within` that time is answered 503 and cut off.
    package func stop(within limit: Duration) async {
        let ending = running.withLock { running in
            defer { running = nil }
            return running
        }
        guard let ending else { return }
        MHD_quiesce_daemon(ending.daemon)
        shutdown(ending.listener, bothWays)
        edge.isDraining.store(true, ordering: .relaxed)
        await withCheckedContinuation { finished in
            edge.watchdog.drain(within: limit) { [edge] in
                edge.resting.abandonAll()
                MHD_stop_daemon(ending.daemon)
                close(ending.listener)
                Unmanaged.passUnretained(edge).release()
                finished.resume()
            }
        }
    }
}

/// Why the server could not start, in a sentence for the operator.
package struct ServerProblem: Error, CustomStringConvertible, Sendable {
    package let description: String

    init(_ description: String) { self.description = description }
}

/// How much of everything one client may use; every figure has a test.
package struct Limits: Sendable {
    /// Bytes of method, target and version.
    package var requestLine = 8 * 1024

    /// Bytes of all header lines together.
    package var headers = 16 * 1024
    package var headerLines = 64
    package var queryParameters = 100

    /// From accepting the connection, or from the request line, to the end of the headers.
    package var headersWithin: Duration = .seconds(10)
    package var bodyWithin: Duration = .seconds(30)
    package var answerWithin: Duration = .seconds(60)
    package var idle: Duration = .seconds(15)

    /// Longer than the 60 s for which nginx keeps its end open, so that it never writes into a closed one.
    package var idleBehindProxy: Duration = .seconds(75)

    /// Lowered at the start to what the process may open.
    package var connections = 2_048

    /// One IPv4 address or IPv6 /64; trusted proxies are exempt.
    package var connectionsPerAddress = 64

    /// After so many the connection is closed; 0 is without limit.
    ///
    /// 1,000 as nginx has it: it returns memory now and then, and costs a keep-alive client nothing.
    package var requestsPerConnection = 1_000

    package init() {}
}

/// The daemon of libmicrohttpd and its socket.
///
/// `@unchecked Sendable`: libmicrohttpd lets any thread quiesce and stop a daemon, and `Server` takes
/// this out of its lock before it does, so that it happens once.
private struct Running: @unchecked Sendable {
    let daemon: OpaquePointer
    let listener: Int32
}

// MARK: - Listening

private enum ListeningSocket {
    static func open(host: String, port: Int) throws(ServerProblem) -> (Int32, Int) {
        guard (0...65_535).contains(port) else { throw ServerProblem("\(port) is not a port number.") }
        let (family, address) = try socketAddress(host: host, port: UInt16(port))
        let descriptor = socket(
            family,
            Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue),
            0
        )
        guard descriptor >= 0 else { throw ServerProblem("No socket to listen on: \(systemError())") }
        var yes: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        // What a client can send ahead of us; else the system lets it grow to several megabytes each.
        var buffer: Int32 = 128 * 1024
        setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &buffer, socklen_t(MemoryLayout<Int32>.size))
        let isBound = address.withUnsafeBytes { bytes in
            bytes.withMemoryRebound(to: sockaddr.self) {
                bind(descriptor, $0.baseAddress, socklen_t(bytes.count)) == 0
            }
        }
        guard isBound, listen(descriptor, SOMAXCONN) == 0 else {
            let cause = systemError()
            close(descriptor)
            throw ServerProblem("Cannot listen on \(host) port \(port): \(cause)")
        }
        return (descriptor, boundPort(descriptor))
    }

    private static func socketAddress(host: String, port: UInt16) throws(ServerProblem) -> (Int32, [UInt8]) {
        var four = sockaddr_in()
        if inet_pton(AF_INET, host, &four.sin_addr) == 1 {
            four.sin_family = sa_family_t(AF_INET)
            four.sin_port = port.bigEndian
            return (AF_INET, withUnsafeBytes(of: four, Array.init))
        }
        var six = sockaddr_in6()
        guard inet_pton(AF_INET6, host, &six.sin6_addr) == 1 else {
            throw ServerProblem("\(host) is not an address to listen on; use one such as 127.0.0.1 or ::1.")
        }
        six.sin6_family = sa_family_t(AF_INET6)
        six.sin6_port = port.bigEndian
        return (AF_INET6, withUnsafeBytes(of: six, Array.init))
    }

    private static func boundPort(_ descriptor: Int32) -> Int {
        var address = sockaddr_in6()
        var length = socklen_t(MemoryLayout<sockaddr_in6>.size)
        withUnsafeMutableBytes(of: &address) { bytes in
            _ = bytes.withMemoryRebound(to: sockaddr.self) {
                getsockname(descriptor, $0.baseAddress, &length)
            }
        }
        return Int(UInt16(bigEndian: address.sin6_port))  // where sin_port is too
    }

    private static func systemError() -> String { String(cString: strerror(errno)) }
}

extension Edge {
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

    /// Returns nil when libmicrohttpd refuses; keeps `self` alive until the daemon has stopped.
    fileprivate func startDaemon(on listener: Int32) -> OpaquePointer? {
        let context = Unmanaged.passRetained(self).toOpaque()
        var flags = MHD_USE_EPOLL_INTERNAL_THREAD.rawValue | MHD_ALLOW_SUSPEND_RESUME.rawValue
        if options.tls != nil { flags |= MHD_USE_TLS.rawValue }
        let certificate = (options.tls?.certificate ?? []) + [0]
        let key = (options.tls?.key ?? []) + [0]
        let daemon = certificate.withUnsafeBytes { certificate in
            key.withUnsafeBytes { key in
                Self.tlsPriorities.withCString { priorities in
                    var items = items(listener: listener, context: context)
                    if options.tls != nil {
                        items.append(Self.pointer(.HTTPS_MEM_CERT, certificate.baseAddress))
                        items.append(Self.pointer(.HTTPS_MEM_KEY, key.baseAddress))
                        items.append(Self.pointer(.HTTPS_PRIORITIES, priorities))
                    }
                    items.append(MHD_OptionItem(option: .END, value: 0, ptr_value: nil))
                    return Self.start(flags, context, &items)
                }
            }
        }
        if daemon == nil { Unmanaged.passUnretained(self).release() }
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

    private func items(listener: Int32, context: UnsafeMutableRawPointer) -> [MHD_OptionItem] {
        let cores = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
        var items = [
            MHD_OptionItem(option: .LISTEN_SOCKET, value: Int(listener), ptr_value: nil),
            MHD_OptionItem(option: .CONNECTION_MEMORY_LIMIT, value: Self.poolBytes, ptr_value: nil),
            MHD_OptionItem(option: .CONNECTION_LIMIT, value: connectionLimit(threads: cores), ptr_value: nil),
            Self.callback(
                .URI_LOG_CALLBACK,
                unsafeBitCast(targetArrived as TargetArrived, to: Int.self),
                context
            ),
            Self.callback(
                .NOTIFY_COMPLETED,
                unsafeBitCast(requestEnded as RequestEnded, to: Int.self),
                context
            ),
            Self.callback(
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

    /// Leaves 64 descriptors to the rest of the process; each thread takes its share of the limit.
    private func connectionLimit(threads: Int) -> Int {
        var files = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &files) == 0 else {
            return options.limits.connections
        }
        let possible = Int(clamping: files.rlim_cur) - 64
        let limit = max(threads, min(options.limits.connections, possible))
        if limit < options.limits.connections {
            log.note(
                .warning,
                "fewer connections than configured: the limit of open files is low",
                [
                    ("connections", String(limit))
                ]
            )
        }
        return limit
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

// MARK: - Requests under way

/// What the callbacks share: settings, and what is under way.
private final class Edge: Sendable {
    let options: Server.Options
    let log: Log
    let proxies: TrustedProxies
    let bodyLimit: @Sendable (Method, [String]) -> Int
    let respond: @Sendable (Request) async -> Response
    let watchdog = Watchdog()
    let resting = RestingExchanges()
    let references = RequestReferences()
    let isDraining = Atomic<Bool>(false)
    let hasNotedForeignHeaders = Atomic<Bool>(false)

    init(
        options: Server.Options,
        log: Log,
        bodyLimit: @escaping @Sendable (Method, [String]) -> Int,
        respond: @escaping @Sendable (Request) async -> Response
    ) {
        self.options = options
        self.log = log
        self.bodyLimit = bodyLimit
        self.respond = respond
        proxies = TrustedProxies(ranges: options.trustedProxies)
    }
}

/// One request and its answer, and the executor of the task that makes it.
///
/// What the handler does runs on the I/O thread of the connection, also after it waited for something: what
/// it waited for wakes the connection, and the I/O thread goes on where the handler stopped. So an answer
/// costs no thread of its own, and those that were committed together are sent together.
///
/// `@unchecked Sendable`: `connection` belongs to libmicrohttpd and is touched on its I/O thread only,
/// except to resume it, which any thread may. Everything else but `progress` stays on the I/O thread.
private final class Exchange: TaskExecutor, @unchecked Sendable {
    enum Stage {
        case targetRead
        case headJudged(RequestHead)
        case handed
    }

    private struct Progress {
        enum Place {
            case onThread
            case atRest

            /// Answered: whatever the handler still does, it does elsewhere.
            case over
        }

        var place = Place.onThread
        var jobs: [UnownedJob] = []
        var answer: Response?
    }

    /// What the I/O thread does next for this exchange.
    enum Step {
        case run(UnownedJob)
        case send(Response)
        case rest
    }

    let connection: OpaquePointer
    let client: ClientConnection
    let target: [UInt8]
    var stage = Stage.targetRead
    var id = ""
    var origin: TrustedProxies.Client
    var body: [UInt8] = []
    private let progress = Mutex(Progress())

    init(connection: OpaquePointer, client: ClientConnection, target: [UInt8]) {
        self.connection = connection
        self.client = client
        self.target = target
        origin = client.client
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let isOver = progress.withLock { progress in
            if progress.place == .over { return true }
            progress.jobs.append(job)
            wake(&progress)
            return false
        }
        if isOver { globalConcurrentExecutor.enqueue(ExecutorJob(job)) }
    }

    /// Settles the answer, on any thread; the first one counts.
    func answer(_ response: Response) {
        progress.withLock { progress in
            guard progress.answer == nil, progress.place != .over else { return }
            progress.answer = response
            wake(&progress)
        }
    }

    /// Resumes the connection under the lock, so that whoever stops the server and finds the answer settled
    /// also finds the connection resumed.
    private func wake(_ progress: inout Progress) {
        guard progress.place == .atRest else { return }
        progress.place = .onThread
        MHD_resume_connection(connection)
    }

    /// Says what to do now; the connection rests when there is nothing to do before something comes.
    func next(orRestIn resting: RestingExchanges) -> Step {
        let (step, left) = progress.withLock { progress -> (Step, [UnownedJob]) in
            if let answer = progress.answer {
                progress.place = .over
                defer { progress.jobs = [] }
                return (.send(answer), progress.jobs)
            }
            if let job = progress.jobs.popLast() { return (.run(job), []) }
            guard resting.add(self) else {
                progress.place = .over
                return (.send(EdgeRefusal.stopping.response(to: id)), [])
            }
            MHD_suspend_connection(connection)
            progress.place = .atRest
            return (.rest, [])
        }
        for job in left { globalConcurrentExecutor.enqueue(ExecutorJob(job)) }
        return step
    }

    /// Ends it with its request, and says whether that was before its answer.
    ///
    /// The handler then finishes elsewhere: a client that went away does not undo what it began.
    func isCutOff() -> Bool {
        let (wasOver, left) = progress.withLock { progress in
            defer { (progress.place, progress.jobs) = (.over, []) }
            return (progress.place == .over, progress.jobs)
        }
        for job in left { globalConcurrentExecutor.enqueue(ExecutorJob(job)) }
        return !wasOver
    }
}

/// The exchanges whose connections are suspended, which must be none when the daemon stops.
private final class RestingExchanges: Sendable {
    private struct State {
        var exchanges: [ObjectIdentifier: Exchange] = [:]
        var isClosed = false
    }

    private let state = Mutex(State())

    /// Returns false when none may rest any more.
    func add(_ exchange: Exchange) -> Bool {
        state.withLock { state in
            guard !state.isClosed else { return false }
            state.exchanges[ObjectIdentifier(exchange)] = exchange
            return true
        }
    }

    func remove(_ exchange: Exchange) {
        state.withLock { $0.exchanges[ObjectIdentifier(exchange)] = nil }
    }

    func abandonAll() {
        let abandoned = state.withLock { state in
            state.isClosed = true
            return state.exchanges
        }
        for exchange in abandoned.values { exchange.answer(EdgeRefusal.stopping.response(to: exchange.id)) }
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
            isSecure: edge.options.tls != nil,
            headersWithin: edge.options.limits.headersWithin
        )
        edge.watchdog.add(record)
        client.pointee = Unmanaged.passRetained(record).toOpaque()
    } else if let record = client.pointee {
        client.pointee = nil
        edge.watchdog.remove(Unmanaged<ClientConnection>.fromOpaque(record).takeRetainedValue())
    }
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
    let exchange = Exchange(connection: connection, client: client, target: bytes)
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
    switch current.stage {
    case .targetRead:
        return edge.judge(current, headAt: method)
    case .headJudged(let head):
        guard uploadSize.pointee > 0 else { return edge.hand(current, head) }
        current.body.append(contentsOf: UnsafeRawBufferPointer(start: upload, count: uploadSize.pointee))
        uploadSize.pointee = 0
        return .YES
    case .handed:
        edge.resting.remove(current)
        return edge.goOn(with: current)
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

// MARK: - From head to answer

extension Edge {
    /// Judges the head of a request; a refusal is answered here and closes the connection.
    func judge(_ exchange: Exchange, headAt start: UnsafePointer<CChar>) -> MHD_Result {
        exchange.id = references.next()
        do throws(EdgeRefusal) {
            let size = mhd_head_size(exchange.connection)
            let block = [UInt8](UnsafeRawBufferPointer(start: start, count: size))
            let fields = Int(MHD_get_connection_values(exchange.connection, .HEADER_KIND, nil, nil))
            let limits = options.limits
            let head = try RequestHead(block, target: exchange.target, fieldCount: fields, limits: limits)
            try identify(exchange, head.headers)
            if head.contentLength > 0 {
                let limit = bodyLimit(head.method, head.target.path)
                guard head.contentLength <= limit else { throw .bodyTooLarge }
                exchange.body.reserveCapacity(min(head.contentLength, 64 * 1024))
                exchange.client.enter(.receiving, within: limits.bodyWithin)
            }
            exchange.stage = .headJudged(head)
            return .YES
        } catch {
            exchange.client.lingers.store(true, ordering: .relaxed)
            return refuse(exchange, error)
        }
    }

    /// Finds out who the client is, and takes over the request's name from a proxy that gave it one.
    private func identify(_ exchange: Exchange, _ headers: Headers) throws(EdgeRefusal) {
        let client = exchange.client
        guard client.isTrusted else { return noteForeignHeaders(headers, from: client) }
        exchange.origin = try proxies.client(behind: client.client, headers)
        if let given = headers["x-request-id"], RequestReferences.isAcceptable(given) { exchange.id = given }
    }

    /// Says once that somebody not trusted speaks like a proxy: usually a proxy nobody configured.
    private func noteForeignHeaders(_ headers: Headers, from client: ClientConnection) {
        guard !hasNotedForeignHeaders.load(ordering: .relaxed) else { return }
        guard let name = TrustedProxies.proxyHeader(in: headers) else { return }
        guard !hasNotedForeignHeaders.exchange(true, ordering: .relaxed) else { return }
        log.note(
            .warning,
            "proxy header ignored: its sender is not a trusted proxy",
            [
                ("header", name), ("client_ip", client.client.address),
            ]
        )
    }

    /// Starts the handler on this thread.
    func hand(_ exchange: Exchange, _ head: RequestHead) -> MHD_Result {
        exchange.stage = .handed
        exchange.client.enter(.handling, within: nil)
        let request = Request(
            id: exchange.id,
            method: head.method,
            host: head.host,
            path: head.target.path,
            rawPath: head.target.rawPath,
            query: head.target.query,
            headers: head.headers,
            body: exchange.body,
            clientAddress: exchange.origin.address,
            isSecure: exchange.origin.isSecure
        )
        exchange.body = []
        Task(executorPreference: exchange) { [respond] in
            exchange.answer(await respond(request))
        }
        return goOn(with: exchange)
    }

    /// Runs the handler as far as it gets, and sends the answer if it has it by then.
    func goOn(with exchange: Exchange) -> MHD_Result {
        while true {
            switch exchange.next(orRestIn: resting) {
            case .run(let job): job.runSynchronously(on: exchange.asUnownedTaskExecutor())
            case .send(let response):
                return send(response, to: exchange) ? .YES : refuse(exchange, .unsendable)
            case .rest: return .YES
            }
        }
    }

    private func refuse(_ exchange: Exchange, _ refusal: EdgeRefusal) -> MHD_Result {
        log.note(
            refusal.status.code < 500 ? .info : .error,
            "refused",
            [
                ("req", exchange.id),
                ("status", String(refusal.status.code)),
                ("reason", refusal.rawValue),
                ("client_ip", exchange.origin.address),
            ]
        )
        var response = refusal.response(to: exchange.id)
        response.headers += options.refusalHeaders
        return send(response, to: exchange) ? .YES : .NO
    }

    /// Queues an answer; false when a header cannot be sent as it is.
    private func send(_ response: Response, to exchange: Exchange) -> Bool {
        let limit = options.limits.requestsPerConnection
        let isLast =
            isDraining.load(ordering: .relaxed)
            || (limit > 0 && exchange.client.requests.load(ordering: .relaxed) >= limit)
        exchange.client.enter(.sending, within: options.limits.answerWithin)
        if case .prepared(let prepared) = response.body, response.headers.isEmpty, !isLast {
            return prepared.queue(on: exchange.connection)
        }
        var headers = response.headers
        var status = response.status
        if case .prepared(let prepared) = response.body {
            headers = prepared.headers + headers
            status = prepared.status
        } else {
            headers.append(("X-Request-Id", exchange.id))
        }
        if isLast { headers.append(("Connection", "close")) }
        guard let made = OutgoingResponse.make(headers, response.body) else { return false }
        defer { MHD_destroy_response(made) }
        return MHD_queue_response(exchange.connection, UInt32(clamping: status.code), made) == .YES
    }
}

extension EdgeRefusal {
    /// Says what happened in one line, and under which reference to ask about it.
    fileprivate func response(to id: String) -> Response {
        var headers = [
            (name: "X-Content-Type-Options", value: "nosniff"),
            (name: "Content-Security-Policy", value: "default-src 'none'; frame-ancestors 'none'"),
            (name: "Cache-Control", value: "no-store"),
        ]
        if self == .method {
            headers.append(("Allow", Method.allCases.map(\.rawValue).joined(separator: ", ")))
        }
        if self == .stopping { headers.append(("Retry-After", "5")) }
        return Response(
            status,
            headers: headers,
            text: "\(status.code): \(publicReason).\nReference: \(id)\n"
        )
    }

    private var publicReason: String {
        self == .unsendable ? "something went wrong on our side" : rawValue
    }
}

/// Names requests: ten characters of Crockford's base 32, apart by hyphens, such as `01JD-7F3K-Q2`.
private final class RequestReferences: Sendable {
    private let counter: Atomic<UInt64>

    init() {
        var generator = SystemRandomNumberGenerator()
        counter = Atomic(generator.next())
    }

    /// Never the same twice in 2⁵⁰ calls at random starts; not a secret, so no randomness is spent on it.
    func next() -> String {
        // SplitMix64 of Steele, Lea and Flood: neighbouring counts give unrelated names.
        var bits = counter.wrappingAdd(0x9E37_79B9_7F4A_7C15, ordering: .relaxed).newValue
        bits = (bits ^ bits >> 30) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ bits >> 27) &* 0x94D0_49BB_1331_11EB
        bits ^= bits >> 31
        return String(unsafeUninitializedCapacity: 12) { characters in
            for index in 0..<12 {
                if index == 4 || index == 9 {
                    characters[index] = UInt8(ascii: "-")
                } else {
                    characters[index] = Self.character(bits & 31)
                    bits >>= 5
                }
            }
            return 12
        }
    }

    /// The digits, then the letters without I, L, O and U.
    private static func character(_ value: UInt64) -> UInt8 {
        switch UInt8(truncatingIfNeeded: value) {
        case let digit where digit < 10: digit + 48
        case let letter where letter < 18: letter + 55
        case let letter where letter < 20: letter + 56
        case let letter where letter < 22: letter + 57
        case let letter where letter < 27: letter + 58
        case let letter: letter + 59
        }
    }

    /// Says whether a proxy's name for a request may be ours: 8 to 64 letters, digits and hyphens.
    static func isAcceptable(_ name: String) -> Bool {
        (8...64).contains(name.utf8.count)
            && name.utf8.allSatisfy { byte in
                switch byte {
                case 48...57, 65...90, 97...122, 45: true
                default: false
                }
            }
    }
}

// MARK: - Responses

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
            guard isSendable(name, value), MHD_add_response_header(response, name, value) == .YES else {
                MHD_destroy_response(response)
                return nil
            }
        }
        return response
    }

    /// Says whether a header arrives as it was meant: a token, and a value without control characters.
    private static func isSendable(_ name: String, _ value: String) -> Bool {
        var (name, value) = (name, value)
        return name.withUTF8 { $0.allSatisfy(isToken) }
            && value.withUTF8 { $0.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == 9 } }
    }
}
