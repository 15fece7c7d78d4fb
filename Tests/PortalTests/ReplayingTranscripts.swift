import FoundationEssentials
import Registry
import Testing

@testable import Portal

@Suite("Replaying transcripts")
struct ReplayingTranscripts {
    private let forms = ["hex": "[0-9a-f]{8}", "pair": "(a|b)+"]

    private func found(_ pattern: String, in text: String) throws -> [String: String]? {
        try Pattern(pattern, values: ["known": "a+b c"], forms: forms).match(text)
    }

    private func differences(
        _ body: String,
        json: String,
        status: Int = 200,
        headers: [(name: String, value: String)] = [],
        expected: [(name: String, values: [String])] = []
    ) throws -> [String] {
        let answer = HTTPAnswer(status: status, headers: headers, body: Array(body.utf8))
        let expectation = Transcript.Expectation(
            status: 200,
            headers: expected,
            json: try JSON5(Array(json.utf8)),
            body: nil,
            contains: []
        )
        return try Comparison(answer, with: expectation, values: [:], forms: forms).differences
    }

    // MARK: Patterns

    @Test func `what is no open place stands for itself`() throws {
        #expect(try found("a.b*[c]", in: "a.b*[c]") == [:])
        #expect(try found("a.b", in: "axb") == nil)
        #expect(try found("a", in: "ab") == nil)
        #expect(try found("5 < 6 $", in: "5 < 6 $") == [:])
    }

    @Test func `an open place is kept by its name, an underscore is not`() throws {
        #expect(try found("?code=<code:hex>&state=<_>", in: "?code=0123abcd&state=x") == ["code": "0123abcd"])
        #expect(try found("<code:hex>", in: "0123ABCD") == nil)
        #expect(try found("<one:pair>-<two>", in: "abba-z") == ["one": "abba", "two": "z"])
    }

    @Test func `a known value stands for itself, or as a query string has it`() throws {
        #expect(try found("x=${known}", in: "x=a+b c") == [:])
        #expect(try found("x=${known.encoded}", in: "x=a%2Bb%20c") == [:])
        #expect(throws: CommandFailure.self) { try found("${unknown}", in: "") }
        #expect(throws: CommandFailure.self) { try found("<x:unknown>", in: "") }
    }

    // MARK: Comparing

    @Test func `keys are compared in their order`() throws {
        #expect(try differences(#"{"a":1,"b":"x"}"#, json: "{ a: 1, b: '<_>' }") == [])
        #expect(
            try differences(#"{"b":"x","a":1}"#, json: "{ a: 1, b: '<_>' }")
                == ["body: the keys a, b were expected, b, a came"]
        )
        #expect(
            try differences(#"{"a":1,"b":"x","c":2}"#, json: "{ a: 1, b: '<_>' }")
                == ["body: the keys a, b were expected, a, b, c came"]
        )
    }

    @Test func `a number is not a text, and a range takes numbers only`() throws {
        #expect(try differences(#"{"n":3600}"#, json: "{ n: '<3590..3600>' }") == [])
        #expect(try differences(#"{"n":3601}"#, json: "{ n: '<3590..3600>' }").count == 1)
        #expect(try differences(#"{"n":"3600"}"#, json: "{ n: 3600 }").count == 1)
        #expect(try differences(#"{"n":3600}"#, json: "{ n: '3600' }").count == 1)
        #expect(try differences(#"[{"n":true},null]"#, json: "[{ n: true }, null]") == [])
    }

    @Test func `a page instead of JSON is a difference`() throws {
        #expect(try differences("<html>", json: "{}").first?.hasPrefix("body: JSON was expected") == true)
    }

    @Test func `status and headers are compared, a header that comes twice in its order`() throws {
        let sent = [(name: "Www-Authenticate", value: "native"), (name: "WWW-Authenticate", value: "Bearer")]
        let wanted = [(name: "WWW-Authenticate", values: ["native", "Bearer"])]
        #expect(try differences("{}", json: "{}", headers: sent, expected: wanted) == [])
        #expect(try differences("{}", json: "{}", headers: sent.reversed(), expected: wanted).count == 2)
        #expect(try differences("{}", json: "{}", headers: sent, expected: [("Location", [])]) == [])
        #expect(
            try differences("{}", json: "{}", headers: sent, expected: [("WWW-Authenticate", [])])
                == ["header WWW-Authenticate: no such header was expected, native | Bearer came"]
        )
        #expect(
            try differences("{}", json: "{}", status: 302) == ["status: 200 was expected, 302 came"]
        )
    }

    // MARK: Pages

    @Test func `the forms of a page are read with their fields and buttons`() throws {
        let html = """
            <a href="/x?a=1&amp;b=2">x</a><form method="post" action="/go"><input type="hidden" name="t" \
            value="&quot;v&quot;"><button name="answer" value="allow">Allow</button></form>
            """
        let form = try #require(PageForm.all(in: html).first)
        #expect(form.action == "/go" && form.has("t") && form.fields.first?.value == "\"v\"")
        #expect(form.buttons.first?.value == "allow")
        #expect(PageForm.links(in: html) == ["/x?a=1&b=2"])
    }

    // MARK: Files

    @Test func `every shipped transcript can be read and names its sources`() throws {
        let folder = try #require(ShippedFiles.folder("Conformance"))
        let names = try FileManager.default.contentsOfDirectory(atPath: folder)
        #expect(names.contains("standard.json5"))
        for name in names {
            let transcript = try Transcript(try readFile("\(folder)/\(name)"), called: name)
            #expect(!transcript.cases.isEmpty)
            for check in transcript.cases {
                let isNamed = transcript.documents.contains { check.source.hasPrefix($0.name + ":") }
                #expect(isNamed, "\(name): \(check.name)")
            }
        }
    }

    @Test func `the minimum cases are all there, but for a token that comes by mail`() throws {
        let folder = try #require(ShippedFiles.folder("Conformance"))
        var covered: Set<Int> = []
        for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
            for check in try Transcript(try readFile("\(folder)/\(name)"), called: name).cases {
                for source in check.source.split(separator: ", ") where source.hasPrefix("wire:") {
                    covered.insert(try #require(Int(source.dropFirst(5))))
                }
            }
        }
        #expect(covered == Set(1...36))
    }

    @Test func `every mistake in a transcript is found with its place`() throws {
        let text = """
            { provider: "X", cases: [
              { name: "a", from: "b", steps: [{ request: "GET", expect: { status: "x" } }] },
              { name: "a", from: "b", steps: [{ request: "GET /", customer: "sleep", form: {}, body: "" }] },
            ] }
            """
        do {
            _ = try Transcript(Array(text.utf8), called: "x.json5")
            Issue.record("it was read")
        } catch {
            let lines = error.all.map(\.description)
            let first = "x.json5:2:46: cases[0].steps[0].request: “GET” does not fit"
            #expect(lines.contains { $0.hasPrefix(first) })
            #expect(lines.contains { $0.contains("cases[0].steps[0].expect.status: should be a number") })
            #expect(lines.contains { $0.contains("cases[1].steps[0].customer: “sleep” does not fit") })
            #expect(lines.contains { $0.contains("cases[1].steps[0].expect: is missing") })
            #expect(lines.contains { $0.contains("is one body too many") })
        }
    }

    @Test func `wrong use is 2`() async throws {
        let console = try Console()
        #expect(await console.run("conformance") == 2)
        #expect(console.noted.contains("--tenant NAME is missing"))
        #expect(await console.run("conformance --tenant nobody") == 2)
        #expect(console.noted.contains("there is no transcript for “nobody”"))
        #expect(await console.run("conformance --tenant standard --by magic") == 2)
        #expect(await console.run("conformance --tenant standard --against nowhere") == 2)
    }
}
