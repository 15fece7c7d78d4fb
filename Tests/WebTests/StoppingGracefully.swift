import Testing
import Web

@Suite("Stopping gracefully")
struct StoppingGracefully {
    @Test func `a request under way is finished, idle connections are closed, new ones refused`() async throws
    {
        // Where no other test takes the port once it is free.
        let (gate, host) = (Gate(), "127.0.0.3")
        let server = try TestServer(host: host) { request in
            await gate.pass()
            return Response(.ok, text: request.rawPath)
        }
        let port = server.port
        let idle = try await onThread { try Wire(host: host, port: port) }
        async let slow = server.get("/slow")
        try await until { !server.paths.isEmpty }

        async let stopped: Void = server.stop(within: .seconds(60))
        #expect(try await onThread { idle.readToEnd().isClosed })
        await #expect(throws: Wire.Refused.self) {
            _ = try await onThread { try Wire(host: host, port: port) }
        }
        gate.open()
        #expect(try await slow.body == "/slow")
        await stopped
    }

    @Test func `what is not finished in time is answered 503, and a late answer is dropped`() async throws {
        let gate = Gate()
        let server = try TestServer { _ in
            await gate.pass()
            return Response(.ok)
        }
        async let slow = server.get("/slow")
        try await until { !server.paths.isEmpty }
        await server.stop(within: .milliseconds(50))
        let status = try await slow.status
        #expect(status == 503 || status == 0)
        gate.open()
    }

    @Test func `it stops while clients come, and its port is free at once`() async throws {
        // Where no other test takes a port that is free.
        let host = "127.0.0.2"
        for _ in 0..<100 {
            let server = try TestServer(host: host)
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<4 {
                    group.addTask {
                        // Whoever comes too late is refused or cut off.
                        do { _ = try await server.get("/") } catch {}
                    }
                }
                group.addTask { await server.stop(within: .milliseconds(20)) }
            }
            let next = Server(
                .init(host: host, port: server.port),
                log: server.log.log,
                bodyLimit: { _, _ in 0 },
                respond: { _ in Response(.ok) }
            )
            #expect(try next.start() == server.port)
            await next.stop(within: .zero)
        }
    }

    @Test func `stopping twice, or without having started, is nothing`() async throws {
        let server = try TestServer()
        await server.stop()
        await server.stop()
        let log = try LogFile()
        await Server(.init(), log: log.log, bodyLimit: { _, _ in 0 }, respond: { _ in Response(.ok) })
            .stop(within: .seconds(1))
    }

    @Test func `a port that is taken, a bad address and a bad certificate are said in a sentence`()
        async throws
    {
        let server = try TestServer()
        let log = try LogFile()
        let rubbish = Server.TLS(certificate: Array("no".utf8), key: Array("no".utf8))
        let attempts: [(Server.Options, String)] = [
            (.init(port: server.port), "Address already in use"),
            (.init(host: "localhost"), "not an address"),
            (.init(port: 70_000), "not a port"),
            (.init(tls: rubbish), "certificate"),
        ]
        for (options, words) in attempts {
            let second = Server(
                options,
                log: log.log,
                bodyLimit: { _, _ in 0 },
                respond: { _ in Response(.ok) }
            )
            let problem = #expect(throws: ServerProblem.self) { _ = try second.start() }
            #expect(problem?.description.contains(words) == true)
        }
        await server.stop()
    }
}
