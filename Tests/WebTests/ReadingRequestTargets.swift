import Testing
import Web

/// Answers with the segments it was given, one a line.
private func segments(_ request: Request) -> Response {
    Response(.ok, text: request.path.map { "<\($0)>" }.joined() + "?" + request.query)
}

@Suite("Reading request targets")
struct ReadingRequestTargets {
    @Test(arguments: [
        ("/", "?"),
        ("/a", "<a>?"),
        ("/a/", "<a><>?"),
        ("/a/b?c=d&e", "<a><b>?c=d&e"),
        ("/%61%2Db", "<a-b>?"),
        ("/caf%C3%A9", "<café>?"),
        ("/a+b", "<a+b>?"),
        ("/a%2eb", "<a.b>?"),
        ("/...", "<...>?"),
        ("/.well-known/x", "<.well-known><x>?"),
        ("/%252e%252e", "<%2e%2e>?"),
        ("/a?", "<a>?"),
        ("/a?b=//../%00|[]{}^", "<a>?b=//../%00|[]{}^"),
        ("/a?b?c", "<a>?b?c"),
    ])
    func `a clear path is decoded once`(target: String, expected: String) async throws {
        let server = try TestServer(respond: segments)
        let answer = try await server.get(target)
        #expect(answer.status == 200)
        #expect(answer.body == expected)
        await server.stop()
    }

    @Test func `a path that can be read in two ways is refused`() async throws {
        let server = try TestServer(respond: segments)
        let unclear = [
            "//", "//a", "/a//b", "/a//", "/.", "/..", "/./a", "/../a", "/a/..", "/a/../b", "/%2e", "/%2E%2e",
            "/.%2e/a", "/%2e./a", "/a%2fb", "/a%2Fb", "/a%5cb", "/a\\b", "/%00", "/a%00b", "/%0a", "/%0d%0aX",
            "/%7f", "/a;b", "/..;/a", "/a%3bb", "/%", "/%2", "/%zz", "/%c0%ae", "/%c0%af", "/%e0%80%af",
            "/%f0%80%80%af", "/%ff", "/%ed%a0%80", "/a|b", "/a[b", "/<a>", "/\"a\"", "/a^b", "/`", "/{a}",
            "/a#b", "/caf\u{E9}", "/a?b#c", "/a?\u{E9}", "/a?\u{7F}", "/a\tb",
        ]
        for target in unclear {
            let answer = try await server.get(target)
            #expect(answer.statuses == [400], "\(target)")
        }
        #expect(server.paths.isEmpty)
        await server.stop()
    }

    @Test func `the host is lower-cased and keeps its port`() async throws {
        let server = try TestServer { Response(.ok, text: $0.host) }
        for (sent, read) in [("Portal.Example:8443", "portal.example:8443"), ("[::1]:80", "[::1]:80")] {
            let answer = try await server.exchange(
                "GET / HTTP/1.1\r\nHost: \(sent)\r\nConnection: close\r\n\r\n"
            )
            #expect(answer.body == read)
        }
        await server.stop()
    }
}
