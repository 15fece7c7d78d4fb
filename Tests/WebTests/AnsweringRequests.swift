import Glibc
import Synchronization
import Testing
import Web

@Suite("Answering requests")
struct AnsweringRequests {
    @Test func `a handler that does not suspend is answered`() async throws {
        let server = try TestServer()
        let answer = try await server.get("/hello")
        #expect(answer.status == 200)
        #expect(answer.body == "/hello")
        #expect(answer.header("Date") != nil)
        #expect(answer.header("Server") == nil)
        #expect(answer.header("Content-Length") == "6")
        await server.stop()
    }

    @Test func `a handler that suspends is answered when it is done`() async throws {
        let gate = Gate()
        let server = try TestServer { request in
            if request.rawPath == "/slow" { await gate.pass() }
            return Response(.ok, text: request.rawPath)
        }
        async let slow = server.get("/slow")
        try await until { server.paths == ["/slow"] }
        #expect(try await server.get("/fast").body == "/fast")
        gate.open()
        #expect(try await slow.body == "/slow")
        await server.stop()
    }

    @Test func `a handler goes on where its connection lives`() async throws {
        let gate = Gate()
        let server = try TestServer { request in
            if request.rawPath == "/open" {
                gate.open()
                return Response(.ok, text: "")
            }
            let before = currentThread()
            await gate.pass()
            return Response(.ok, text: before == currentThread() ? "the same" : "another")
        }
        async let waiting = server.get("/wait")
        try await until { server.paths == ["/wait"] }
        _ = try await server.get("/open")
        #expect(try await waiting.body == "the same")
        await server.stop()
    }

    @Test func `children of a handler are waited for`() async throws {
        let server = try TestServer { request in
            let sum = await withTaskGroup(of: Int.self) { group in
                for number in 1...100 {
                    group.addTask {
                        await Task.yield(); return number
                    }
                }
                return await group.reduce(0, +)
            }
            return Response(.ok, text: "\(sum)")
        }
        #expect(try await server.get("/").body == "5050")
        await server.stop()
    }

    @Test func `many that suspend at once are each answered with their own`() async throws {
        let server = try TestServer { request in
            for _ in 0..<request.path.count { await Task.yield() }
            return Response(.ok, text: request.rawPath)
        }
        try await withThrowingTaskGroup { group in
            for number in 0..<40 {
                group.addTask { (number, try await server.get("/\(number)").body) }
            }
            for try await (number, body) in group { #expect(body == "/\(number)") }
        }
        await server.stop()
    }

    @Test func `a client that goes away meanwhile disturbs nobody`() async throws {
        let gate = Gate()
        let server = try TestServer { request in
            if request.rawPath == "/slow" { await gate.pass() }
            return Response(.ok, text: request.rawPath)
        }
        let port = server.port
        for _ in 0..<10 {
            try await onThread {
                let wire = try Wire(port: port)
                wire.send("GET /slow HTTP/1.1\r\nHost: a.example\r\n\r\n")
            }
        }
        try await until { server.paths.count == 10 }
        gate.open()
        #expect(try await server.get("/after").body == "/after")
        await server.stop()
    }

    @Test func `a handler whose client broke off is finished all the same`() async throws {
        let (gate, finished) = (Gate(), Tally())
        let server = try TestServer { request in
            await gate.pass()
            await Task.yield()
            finished.add()
            return Response(.ok, text: request.rawPath)
        }
        let port = server.port
        for number in 1...20 {
            try await onThread {
                let wire = try Wire(port: port)
                wire.send("GET /slow HTTP/1.1\r\nHost: a.example\r\n\r\n")
                var reset = linger(l_onoff: 1, l_linger: 0)
                let size = socklen_t(MemoryLayout<linger>.size)
                setsockopt(wire.descriptor, SOL_SOCKET, SO_LINGER, &reset, size)
                // Closed only when the server has it: what is reset before is never read.
                while server.paths.count < number { sched_yield() }
            }
        }
        gate.open()
        try await until { finished.count == 20 }
        await server.stop()
    }

    @Test func `pipelined requests are answered in order, each with its own`() async throws {
        let server = try TestServer { request in
            if request.rawPath.hasSuffix("7") { await Task.yield() }
            return Response(.ok, text: request.rawPath)
        }
        let requests = (0..<200).map { "GET /\($0) HTTP/1.1\r\nHost: a.example\r\n\r\n" }.joined()
        let last = "GET /last HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\n"
        let answer = try await server.exchange(requests + last)
        let bodies = answer.text.matches(of: /\r\n\r\n(\/[a-z0-9]+)/).map { String($0.output.1) }
        #expect(bodies == (0..<200).map { "/\($0)" } + ["/last"])
        await server.stop()
    }

    @Test func `a body behind a body does not run into the next request`() async throws {
        let server = try TestServer { Response(.ok, text: String(decoding: $0.body, as: UTF8.self) + "\n") }
        let first = "POST /a HTTP/1.1\r\nHost: a.example\r\nContent-Length: 3\r\n\r\none"
        let second =
            "POST /b HTTP/1.1\r\nHost: a.example\r\nContent-Length: 3\r\nConnection: close\r\n\r\ntwo"
        let answer = try await server.exchange(first + second)
        #expect(answer.statuses == [200, 200])
        #expect(answer.text.contains("one\n") && answer.text.hasSuffix("two\n"))
        await server.stop()
    }

    @Test func `a prepared response is sent again and again`() async throws {
        let prepared = PreparedResponse(status: .created, headers: [("X-Kind", "logo")], body: [1, 2, 3])
        let server = try TestServer { request in
            var response = Response(prepared)
            if request.rawPath == "/more" { response.headers = [("X-More", "yes")] }
            return response
        }
        for _ in 0..<5 {
            let answer = try await server.get("/")
            #expect(answer.status == 201)
            #expect(answer.header("X-Kind") == "logo")
            #expect(answer.bytes.suffix(3) == [1, 2, 3])
        }
        let more = try await server.get("/more")
        #expect(more.header("X-More") == "yes" && more.header("X-Kind") == "logo")
        await server.stop()
    }

    @Test(arguments: ["/", "/prepared"])
    func `HEAD is answered as GET would be, without the body`(path: String) async throws {
        let prepared = PreparedResponse(status: .ok, headers: [], body: Array("body".utf8))
        let server = try TestServer { request in
            request.path.isEmpty ? Response(.ok, text: "body") : Response(prepared)
        }
        let answer = try await server.get(path, method: "HEAD")
        #expect(answer.status == 200)
        #expect(answer.header("Content-Length") == "4")
        #expect(answer.body.isEmpty)
        await server.stop()
    }

    @Test(arguments: ["a\r\nSet-Cookie: b=c", "a\nb", "a\0b", "a\u{7F}", ""])
    func `a header that cannot be sent as it is becomes a 500`(value: String) async throws {
        let prepared = PreparedResponse(status: .ok, headers: [("X-Bad", value)], body: [])
        let server = try TestServer { request in
            request.path.isEmpty ? Response(.ok, headers: [("X-Bad", value)]) : Response(prepared)
        }
        for path in ["/", "/prepared"] {
            let answer = try await server.get(path)
            #expect(answer.status == 500)
            #expect(answer.header("Set-Cookie") == nil)
            #expect(answer.body.contains("Reference: "))
        }
        #expect(server.log.text.contains("\"level\":\"error\""))
        await server.stop()
    }

    @Test func `every request has its own reference`() async throws {
        let server = try TestServer { Response(.ok, text: $0.id) }
        var seen: Set<String> = []
        for _ in 0..<20 {
            let answer = try await server.get("/")
            #expect(answer.header("X-Request-Id") == answer.body)
            #expect(
                answer.body.wholeMatch(
                    of: /[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{2}/
                ) != nil
            )
            seen.insert(answer.body)
        }
        #expect(seen.count == 20)
        await server.stop()
    }

    @Test func `HTTP 1.0 is answered and closed`() async throws {
        let server = try TestServer()
        let answer = try await server.exchange("GET /old HTTP/1.0\r\nHost: a.example\r\n\r\n")
        #expect(answer.statuses == [200])
        #expect(answer.isClosed)
        await server.stop()
    }
}

private final class Tally: Sendable {
    private let number = Atomic(0)

    func add() { number.add(1, ordering: .relaxed) }
    var count: Int { number.load(ordering: .relaxed) }
}

private func currentThread() -> UInt { UInt(pthread_self()) }
