import FoundationEssentials
import Glibc
import Testing
import Web

@Suite("Writing log lines")
struct WritingLogLines {
    private static let request = Request(
        id: "01JD-7F3K-Q2",
        method: .get,
        host: "a.example",
        path: ["secret"],
        rawPath: "/secret",
        query: "token=secret",
        headers: Headers([("cookie", "session=secret")]),
        body: Array("secret".utf8),
        clientAddress: "192.0.2.1"
    )

    @Test func `a request is one line of what may be known about it`() throws {
        let file = try LogFile()
        file.log.request(
            Self.request,
            status: 404,
            tenant: "acme",
            route: "/a/{b}",
            took: .microseconds(1_234_567)
        )
        #expect(
            file.lines == [
                #"{"ts":"2026-11-20T09:08:07.045Z","level":"info","msg":"request","req":"01JD-7F3K-Q2","#
                    + #""method":"GET","route":"/a/{b}","tenant":"acme","status":404,"ms":1234.567,"#
                    + #""client_ip":"192.0.2.1"}"#
            ]
        )
    }

    @Test func `what is not known is left out`() throws {
        let file = try LogFile()
        file.log.request(Self.request, status: 200, tenant: nil, route: nil, took: .zero)
        #expect(file.text.contains(#""ms":0.000"#))
        #expect(
            !file.text.contains("tenant") && !file.text.contains("route") && !file.text.contains("secret")
        )
    }

    @Test(arguments: [
        "a\r\n{\"forged\":1}", "\u{1B}[2J", "\"", "\\", "\0", "\u{7F}", "\u{9B}31m", "\u{2028}",
        "\u{202E}txt",
        "🎉 café", "\t",
    ])
    func `nothing in a value can forge a line or move a terminal`(value: String) throws {
        let file = try LogFile()
        file.log.note(.warning, value, [("name", value)])
        let line = try #require(file.lines.first)
        #expect(file.lines.count == 1)
        #expect(!line.unicodeScalars.contains { $0.value < 32 || (127...159).contains($0.value) })
        let read = try JSONDecoder().decode([String: String].self, from: Data(line.utf8))
        #expect(read["name"] == value && read["msg"] == value && read["level"] == "warning")
    }

    @Test func `lines appear without being asked for`() throws {
        var ends: [Int32] = [-1, -1]
        pipe(&ends)
        let log = Log(descriptor: ends[1]) { .seconds(0) }
        log.note(.info, "hello")
        var byte: UInt8 = 0
        #expect(read(ends[0], &byte, 1) == 1)
        #expect(byte == UInt8(ascii: "{"))
        log.flush()
        ends.forEach { close($0) }
    }

    @Test func `a reader that does not read costs lines, not time, and is told how many`() async throws {
        var ends: [Int32] = [-1, -1]
        pipe(&ends)
        let log = Log(descriptor: ends[1]) { .seconds(0) }
        let long = String(repeating: "x", count: 1_000)
        for _ in 0..<5_000 { log.note(.info, long) }
        let reader = ends[0]
        let lines = try await onThread {
            var text: [UInt8] = []
            var bytes = [UInt8](repeating: 0, count: 1 << 16)
            while !text.suffix(9).elementsEqual("\"after\"}\n".utf8) {
                let count = read(reader, &bytes, bytes.count)
                text += bytes.prefix(max(0, count))
                log.note(.info, "after")
            }
            return text.split(separator: UInt8(ascii: "\n")).map { String(decoding: $0, as: UTF8.self) }
        }
        #expect(lines.count < 4_000)
        #expect(
            lines.contains {
                $0.hasPrefix(
                    "{\"ts\":\"1970-01-01T00:00:00.000Z\",\"level\":\"error\",\"msg\":\"lines dropped\""
                )
            }
        )
    }
}
