import Testing
import Web

/// What a request says on whose behalf it comes, and what must be believed.
struct Claim: Sendable, CustomTestStringConvertible {
    let lines: [String]
    let client: String

    var testDescription: String { lines.joined(separator: " | ") }
}

@Suite("Behind proxies")
struct BehindProxies {
    private static let claims = [
        Claim(lines: [], client: "127.0.0.1"),
        Claim(lines: ["X-Forwarded-For: 192.0.2.7"], client: "192.0.2.7"),
        Claim(lines: ["X-Forwarded-For: 192.0.2.7", "X-Forwarded-Proto: https"], client: "192.0.2.7 secure"),
        Claim(lines: ["X-Forwarded-For: 6.6.6.6, 192.0.2.7"], client: "192.0.2.7"),
        Claim(lines: ["X-Forwarded-For: 6.6.6.6", "X-Forwarded-For: 192.0.2.7"], client: "192.0.2.7"),
        Claim(lines: ["X-Forwarded-For: 6.6.6.6, 192.0.2.7, 10.0.0.1"], client: "192.0.2.7"),
        Claim(lines: ["X-Forwarded-For: 10.0.0.2, 10.0.0.1"], client: "10.0.0.2"),
        Claim(lines: ["X-Forwarded-For: unknown"], client: "127.0.0.1"),
        Claim(lines: ["X-Forwarded-For: rubbish, 10.0.0.1"], client: "10.0.0.1"),
        Claim(lines: ["X-Forwarded-For: [2001:db8::7]:4711"], client: "2001:db8::7"),
        Claim(lines: ["X-Forwarded-For: 192.0.2.7:4711"], client: "192.0.2.7"),
        Claim(lines: ["X-Forwarded-For: ::ffff:192.0.2.7"], client: "192.0.2.7"),
        Claim(lines: ["X-Forwarded-Proto: https, http"], client: "127.0.0.1 plain"),
        Claim(
            lines: ["X-Forwarded-For: 192.0.2.7, 10.0.0.1", "X-Forwarded-Proto: https, http"],
            client: "192.0.2.7 secure"
        ),
        Claim(lines: ["Forwarded: for=192.0.2.7;proto=https"], client: "192.0.2.7 secure"),
        Claim(lines: ["Forwarded: for=6.6.6.6, for=192.0.2.7 ; proto=HTTPS"], client: "192.0.2.7 secure"),
        Claim(lines: ["Forwarded: For=\"[2001:db8::7]:4711\";by=_x"], client: "2001:db8::7"),
        Claim(lines: ["Forwarded: for=_hidden;proto=https"], client: "127.0.0.1 secure"),
        Claim(lines: ["Forwarded: for=\"6.6.6.6, 1.1.1.1\", for=192.0.2.7"], client: "192.0.2.7"),
        Claim(lines: ["Forwarded: for=192.0.2.7", "X-Forwarded-For: 192.0.2.7"], client: "192.0.2.7"),
        Claim(
            lines: ["Forwarded: for=unknown", "X-Forwarded-For: 192.0.2.7", "X-Forwarded-Proto: http"],
            client: "192.0.2.7 plain"
        ),
        Claim(lines: ["Forwarded: by=_x", "X-Forwarded-For: 192.0.2.7"], client: "192.0.2.7"),
        Claim(
            lines: ["Forwarded: for=192.0.2.7", "X-Forwarded-Proto: http"],
            client: "192.0.2.7 plain"
        ),
        Claim(
            lines: ["Forwarded: for=192.0.2.7;proto=https", "X-Forwarded-For: unknown"],
            client: "192.0.2.7 secure"
        ),
    ]

    private static func answer(_ request: Request) -> Response {
        let said = request.isSecure.map { $0 ? " secure" : " plain" } ?? ""
        return Response(.ok, text: request.clientAddress + said)
    }

    @Test(arguments: claims)
    func `the rightmost address that is not a proxy's counts`(claim: Claim) async throws {
        let server = try TestServer(proxies: ["127.0.0.0/8", "10.0.0.0/8"], respond: Self.answer)
        let lines = (["Host: a.example", "Connection: close"] + claim.lines).joined(separator: "\r\n")
        let answer = try await server.exchange("GET / HTTP/1.1\r\n\(lines)\r\n\r\n")
        #expect(answer.body == claim.client)
        await server.stop()
    }

    @Test(arguments: [
        ["Forwarded: for=192.0.2.7", "X-Forwarded-For: 192.0.2.8"],
        ["Forwarded: for=192.0.2.7;proto=https", "X-Forwarded-Proto: http"],
        ["Forwarded: nonsense", "X-Forwarded-For: 192.0.2.8"],
        ["Forwarded: proto=https", "X-Forwarded-Proto: http"],
    ])
    func `two kinds that disagree are refused`(lines: [String]) async throws {
        let server = try TestServer(proxies: ["127.0.0.1"], respond: Self.answer)
        let answer = try await server.get("/", lines[0], lines[1])
        #expect(answer.status == 400)
        #expect(server.log.text.contains("disagree"))
        await server.stop()
    }

    @Test(arguments: [
        ("192.0.2.7", "192.0.2.7"), ("::ffff:192.0.2.7", "192.0.2.7"), ("2001:db8:1:2::7", "2001:db8:1:2::"),
        ("2001:db8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:2::"), ("local", "local"),
    ])
    func `tries are counted for an IPv4 address, and for all of an IPv6 network`(
        address: String,
        neighbourhood: String
    ) {
        let request = Request(
            id: "01JD-7F3K-Q2",
            method: .get,
            host: "a.example",
            path: [],
            rawPath: "/",
            clientAddress: address
        )
        #expect(request.clientNeighbourhood == neighbourhood)
    }

    @Test func `from anybody else they are ignored, which is noted once`() async throws {
        let server = try TestServer(respond: Self.answer)
        for _ in 0..<3 {
            let answer = try await server.get("/", "X-Forwarded-For: 6.6.6.6", "X-Request-Id: abcdefgh")
            #expect(answer.body == "127.0.0.1")
            #expect(answer.header("X-Request-Id") != "abcdefgh")
        }
        #expect(server.log.lines.count == 1)
        await server.stop()
    }

    @Test(arguments: [
        ("abcdefgh-1234", true), ("short", false), ("with spaces here", false), ("<script>alert", false),
    ])
    func `a proxy may name a request`(name: String, isTaken: Bool) async throws {
        let server = try TestServer(proxies: ["127.0.0.1"], respond: Self.answer)
        let answer = try await server.get("/", "X-Request-Id: \(name)")
        #expect((answer.header("X-Request-Id") == name) == isTaken)
        await server.stop()
    }

    @Test(arguments: [
        ("10.0.0.0/8", "10.255.0.1", true), ("10.0.0.0/8", "11.0.0.1", false), ("10.1.2.3", "10.1.2.3", true),
        ("10.1.2.3", "10.1.2.4", false), ("0.0.0.0/0", "1.2.3.4", true), ("0.0.0.0/0", "2001:db8::1", false),
        ("2001:db8::/32", "2001:db8:1::1", true), ("2001:db8::/32", "2001:db9::1", false),
        ("::1", "::1", true), ("::/0", "1.2.3.4", true), ("10.0.0.0/31", "10.0.0.1", true),
    ])
    func `a range holds its addresses`(range: String, address: String, holds: Bool) throws {
        let range = try #require(AddressRange(range))
        #expect(range.contains(try #require(Address(address))) == holds)
    }

    @Test(arguments: [
        "", "10.0.0.0/33", "10.0.0/8", "10.0.0.0/", "10.0.0.0/-1", "::/129", "a/8", "1.2.3.4/8/8", "/",
        "10.0.0.0\u{0}/8", "10.0.0.1\u{0}",
    ])
    func `what is no range is not read`(text: String) {
        #expect(AddressRange(text) == nil)
    }
}
