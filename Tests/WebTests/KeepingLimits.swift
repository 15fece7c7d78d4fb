import Synchronization
import Testing
import Web

@Suite("Keeping limits")
struct KeepingLimits {
    private static let host = "Host: a.example\r\nConnection: close\r\n"

    @Test func `a request line of 8 KiB is read, one byte more is too long`() async throws {
        let server = try TestServer()
        let rest = "GET / HTTP/1.1".utf8.count
        for (length, status) in [(8_192, 200), (8_193, 414)] {
            let target = "/" + String(repeating: "a", count: length - rest)
            let answer = try await server.exchange("GET \(target) HTTP/1.1\r\n\(Self.host)\r\n")
            #expect(answer.status == status)
        }
        await server.stop()
    }

    @Test func `headers of 16 KiB are read, one byte more is too much`() async throws {
        let server = try TestServer()
        let rest = "\(Self.host)X: \r\n\r\n".utf8.count
        for (length, status) in [(16_384, 200), (16_385, 431)] {
            let value = String(repeating: "a", count: length - rest)
            let answer = try await server.exchange("GET / HTTP/1.1\r\n\(Self.host)X: \(value)\r\n\r\n")
            #expect(answer.status == status)
        }
        await server.stop()
    }

    @Test func `the longest request line and headers fit together`() async throws {
        let server = try TestServer { _ in
            Response(.ok, headers: [("X-Long", String(repeating: "a", count: 3_000))])
        }
        let target = "/?" + String(repeating: "a&", count: 50) + String(repeating: "a", count: 8_076)
        let value = String(repeating: "a", count: 15_900)
        let answer = try await server.exchange("GET \(target) HTTP/1.1\r\n\(Self.host)X: \(value)\r\n\r\n")
        #expect(answer.status == 200)
        await server.stop()
    }

    @Test func `64 header lines are read, 65 are too many`() async throws {
        let server = try TestServer()
        for (count, status) in [(62, 200), (63, 431)] {
            let lines = (0..<count).map { "X-\($0): a\r\n" }.joined()
            let answer = try await server.exchange("GET / HTTP/1.1\r\n\(Self.host)\(lines)\r\n")
            #expect(answer.status == status)
        }
        await server.stop()
    }

    @Test(arguments: [(99, 200), (100, 200), (101, 400), (600, 400), (4_000, 400)])
    func `so many query arguments are answered at once`(count: Int, status: Int) async throws {
        let server = try TestServer()
        let query = Array(repeating: "a", count: count).joined(separator: "&")
        let answer = try await server.get("/?\(query)")
        #expect(answer.status == status)
        await server.stop()
    }

    @Test func `a request far beyond every limit is refused, not left hanging`() async throws {
        let server = try TestServer()
        let endless = String(repeating: "a", count: 300_000)
        #expect(try await server.exchange("GET /\(endless)").status == 414)
        #expect(try await server.exchange("GET / HTTP/1.1\r\nX: \(endless)").status == 431)
        await server.stop()
    }

    @Test func `a body up to the limit of its route arrives, one byte more does not`() async throws {
        let server = try TestServer(
            bodyLimits: ["big": 50_000, "small": 10],
            respond: { Response(.ok, text: "\($0.body.count)") }
        )
        for (path, length, status) in [("/big", 50_000, 200), ("/big", 50_001, 413), ("/small", 11, 413)] {
            let body = String(repeating: "b", count: length)
            let head = "POST \(path) HTTP/1.1\r\n\(Self.host)Content-Length: \(length)\r\n\r\n"
            let answer = try await server.exchange(head + body)
            #expect(answer.status == status)
            if status == 200 { #expect(answer.body == "\(length)") }
        }
        await server.stop()
    }

    @Test func `an upload of 100 MiB is refused early, and the client sees why`() async throws {
        let server = try TestServer()
        let port = server.port
        let (answer, sent) = try await onThread {
            let wire = try Wire(port: port)
            wire.send("POST / HTTP/1.1\r\nHost: a.example\r\nContent-Length: 104857600\r\n\r\n")
            var sent = 0
            let piece = [UInt8](repeating: 98, count: 64 * 1024)
            // As curl does it: between two pieces it looks for an answer.
            while sent < 104_857_600, !wire.hasAnswer {
                let count = wire.send(piece)
                sent += count
                if count < piece.count { break }
            }
            return (wire.readToEnd(), sent)
        }
        #expect(answer.statuses == [413])
        #expect(sent <= 1 << 20)
        await server.stop()
    }

    @Test func `a client that looks for an answer only after sending still finds it`() async throws {
        let server = try TestServer(bodyLimits: ["": 10])
        let body = String(repeating: "b", count: 500_000)
        let head = "POST / HTTP/1.1\r\nHost: a.example\r\nContent-Length: 500000\r\n\r\n"
        #expect(try await server.exchange(head + body).statuses == [413])
        await server.stop()
    }

    @Test func `a request that will be refused is refused before 100 Continue`() async throws {
        let server = try TestServer()
        let head = "POST / HTTP/1.1\r\n\(Self.host)Expect: 100-continue\r\nContent-Length: "
        #expect(try await server.exchange(head + "100000\r\n\r\n").statuses == [413])
        #expect(try await server.exchange(head + "2\r\n\r\nhi").statuses == [100, 200])
        await server.stop()
    }

    @Test(arguments: [
        "", "GET / HT", "GET / HTTP/1.1\r\nHost: a", "GET / HTTP/1.1\r\nHost: a\r\nX: b\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nfour",
    ])
    func `an unfinished request is cut off at its deadline`(start: String) async throws {
        var limits = Limits()
        limits.headersWithin = .milliseconds(150)
        limits.bodyWithin = .milliseconds(150)
        let server = try TestServer(limits: limits)
        let answer = try await server.exchange(start)
        #expect(answer.isClosed)
        #expect(answer.statuses.isEmpty)
        #expect(server.paths.isEmpty)
        await server.stop()
    }

    @Test func `one byte now and then does not extend the deadline`() async throws {
        var limits = Limits()
        limits.headersWithin = .milliseconds(200)
        let server = try TestServer(limits: limits)
        let port = server.port
        let isEnded = try await onThread {
            let wire = try Wire(port: port)
            wire.send("GET / HTTP/1.1\r\nX: ")
            for _ in 0..<500 where !wire.isEnded(within: 20) { wire.send("a") }
            return wire.isEnded(within: 0)
        }
        #expect(isEnded)
        await server.stop()
    }

    @Test func `an idle connection is closed, and so is one that served its number of requests`() async throws
    {
        var limits = Limits()
        limits.idle = .milliseconds(150)
        limits.requestsPerConnection = 3
        let server = try TestServer(limits: limits)
        let one = "GET /a HTTP/1.1\r\nHost: a.example\r\n\r\n"
        #expect(try await server.exchange(one).isClosed)
        let many = try await server.exchange(one + one + one + one)
        #expect(many.statuses == [200, 200, 200])
        #expect(many.text.contains("Connection: close"))
        await server.stop()
    }

    @Test func `one address gets so many connections and no more`() async throws {
        let held = Gate()
        let server = try TestServer { _ in
            await held.pass()
            return Response(.ok)
        }
        let port = server.port
        let wires = try await onThread {
            try (0..<64).map { _ in
                let wire = try Wire(port: port)
                wire.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                return wire
            }
        }
        try await until { server.paths.count == 64 }
        let answer = try await server.get("/")
        #expect(answer.bytes.isEmpty && answer.isClosed)
        withExtendedLifetime(wires) {}
        held.open()
        await server.stop()
    }

    @Test(.timeLimit(.minutes(5)))
    func `clients that leave in the middle of a request make room long before its deadline`() async throws {
        var limits = Limits()
        limits.headersWithin = .seconds(3600)
        let server = try TestServer(limits: limits)
        let port = server.port
        try await onThread {
            let wires = try (0..<64).map { _ in try Wire(port: port) }
            wires.forEach { $0.send("GET / HT") }
        }
        while try await server.get("/").bytes.isEmpty { await Task.yield() }
        await server.stop()
    }
}
