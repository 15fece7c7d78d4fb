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
