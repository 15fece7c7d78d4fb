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

        /// Sent with every answer the server itself makes, unless it says that already.
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
        guard let daemon = Daemon(serving: edge, on: listener) else {
            close(listener)
            let cause = edge.options.tls == nil ? "" : "; are the TLS certificate and key a pair, in PEM?"
            throw ServerProblem("The HTTP server did not start\(cause)")
        }
        edge.watchdog.start()
        running.withLock { $0 = Running(daemon: daemon, listener: listener, port: port) }
        return port
    }

    /// Takes in who is connected already, finishes what is under way, then closes.
    ///
    /// What is not finished `within` that time is answered 503 and cut off.
    package func stop(within limit: Duration) async {
        let ending = running.withLock { running in
            defer { running = nil }
            return running
        }
        guard let ending else { return }
        edge.isDraining.store(true, ordering: .relaxed)
        await ListeningSocket.untilTakenIn(ending.listener, within: min(limit, .seconds(1)))
        ListeningSocket.retire(ending.listener)
        await withCheckedContinuation { finished in
            edge.watchdog.drain(at: ending.port, within: limit) { [edge] in
                edge.resting.abandonAll()
                ending.daemon.stop()
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

/// The daemon and its socket.
private struct Running: Sendable {
    let daemon: Daemon
    let listener: Int32
    let port: Int
}
