import Glibc
import Synchronization

/// What the callbacks share: settings, and what is under way.
final class Edge: Sendable {
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

    /// Leaves 64 descriptors to the rest of the process; each thread takes its share of the limit.
    func connectionLimit(threads: Int) -> Int {
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

// MARK: - From head to answer

extension Edge {
    /// Judges the head of a request; a refusal is answered here and closes the connection.
    ///
    /// False ends the connection at once, here and below.
    func judge(_ exchange: Exchange, head block: [UInt8], fieldCount: Int) -> Bool {
        exchange.id = references.next()
        do throws(EdgeRefusal) {
            let limits = options.limits
            let head = try RequestHead(
                block,
                target: exchange.target,
                fieldCount: fieldCount,
                limits: limits
            )
            try identify(exchange, head.headers)
            if head.contentLength > 0 {
                let limit = bodyLimit(head.method, head.target.path)
                guard head.contentLength <= limit else { throw .bodyTooLarge }
                exchange.body.reserveCapacity(min(head.contentLength, 64 * 1024))
                exchange.client.enter(.receiving, within: limits.bodyWithin)
            }
            exchange.stage = .headJudged(head)
            return true
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
    func hand(_ exchange: Exchange, _ head: RequestHead) -> Bool {
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
    func goOn(with exchange: Exchange) -> Bool {
        while true {
            switch exchange.next(orRestIn: resting) {
            case .run(let job): job.runSynchronously(on: exchange.asUnownedTaskExecutor())
            case .send(let response):
                return send(response, to: exchange) || refuse(exchange, .unsendable)
            case .rest: return true
            }
        }
    }

    private func refuse(_ exchange: Exchange, _ refusal: EdgeRefusal) -> Bool {
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
        response.complete(with: options.refusalHeaders)
        return send(response, to: exchange)
    }

    /// Queues an answer; false when a header cannot be sent as it is.
    private func send(_ response: Response, to exchange: Exchange) -> Bool {
        let limit = options.limits.requestsPerConnection
        let isLast =
            isDraining.load(ordering: .relaxed)
            || (limit > 0 && exchange.client.requests.load(ordering: .relaxed) >= limit)
        exchange.client.enter(.sending, within: options.limits.answerWithin)
        if case .prepared(let prepared) = response.body, response.headers.isEmpty, !isLast {
            return exchange.connection.send(prepared)
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
        return exchange.connection.send(status, headers, response.body)
    }
}

extension EdgeRefusal {
    /// Says what happened in one line, and under which reference to ask about it.
    func response(to id: String) -> Response {
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
