import Registry
import Testing
import Web

@testable import Portal

@Suite("Reading pasted requests")
struct ReadingPastedRequests {
    private func read(_ text: String) throws -> PastedRequest { try PastedRequest(text) }

    private func body(_ text: String) throws -> String {
        String(decoding: try read(text).body, as: UTF8.self)
    }

    @Test(
        arguments: [
            "https://auth.example/oauth2/authorize?a=1&b=2",
            " https://AUTH.example/oauth2/authorize?a=1&b=2#x\n",
            "curl 'https://auth.example/oauth2/authorize?a=1&b=2'",
            "$ curl -sS \"https://auth.example/oauth2/authorize?a=1&b=2\" | jq .",
            "curl -G https://auth.example/oauth2/authorize -d a=1 -d b=2",
            "curl --get --url https://auth.example/oauth2/authorize?a=1 --data b=2",
            "curl -L -o /dev/null https://auth.example/oauth2/authorize?a=1\\&b=2",
        ]
    )
    func `an address, however it is written`(text: String) throws {
        let request = try read(text)
        #expect(request.method == .get && request.body.isEmpty && !request.isCutShort)
        #expect(request.address.host == "auth.example" && request.address.isSecure)
        #expect(request.address.target == "/oauth2/authorize?a=1&b=2")
    }

    @Test(
        arguments: [
            "curl -d grant_type=x -d code=1 https://a.example/token",
            "curl -dgrant_type=x --data-raw code=1 https://a.example/token",
            "curl https://a.example/token \\\n  --data 'grant_type=x' \\\r\n  --data-binary \"code=1\"",
            "curl https://a.example/token ^\n -d grant_type=x^\n -d code=1",
            "curl -sSXPOST https://a.example/token --data-ascii $'grant_type=x&c\\x6fde=1'",
            "curl -X POST --url https://a.example/token -d 'grant_type=x'\"&\"code\\=1",
        ]
    )
    func `a form, however it is written`(text: String) throws {
        #expect(try body(text) == "grant_type=x&code=1" && read(text).method == .post)
        #expect(try read(text).headers.map(\.name) == ["Content-Type"])
    }

    @Test func `what curl encodes is encoded`() throws {
        #expect(
            try body(
                "curl https://a.example/ --data-urlencode redirect_uri=https://b.example/?x=é --data-urlencode =a+b"
            )
                == "redirect_uri=https%3A%2F%2Fb.example%2F%3Fx%3D%C3%A9&a%2Bb"
        )
    }

    @Test func `credentials, headers and their order`() throws {
        let request = try read(
            "curl -u 'id:se\"cret' -H 'X-One: 1' -H \"Accept:  text/html\" https://a.example/ -d a=b"
        )
        #expect(request.headers.map(\.name) == ["Authorization", "X-One", "Accept", "Content-Type"])
        #expect(request.headers.first?.value == "Basic " + base64("id:se\"cret"))
        #expect(request.headers.dropFirst(2).first?.value == "text/html")
        #expect(try read("curl -uid https://a.example/").headers.first?.value == "Basic " + base64("id:"))
        #expect(try read("curl --oauth2-bearer t https://a.example/").headers.first?.value == "Bearer t")
        #expect(try read("curl --json '{}' https://a.example/").headers.first?.value == "application/json")
    }

    @Test func `a multipart form is what the server would read`() throws {
        let text =
            "curl https://a.example/token -F grant_type=x -F 'code=1;type=text/plain' --form-string a=@b -F f=@/etc/passwd"
        let pasted = try read(text)
        let request = Request.made(.post, "/", headers: pasted.headers, body: pasted.body)
        let form = try Form(request)
        #expect(form["grant_type"] == "x" && form["code"] == "1" && form["a"] == "@b")
        #expect(form.files.map(\.bytes) == [[]] && pasted.method == .post)
    }

    @Test func `an address outside quotation marks ends where the shell ends it`() throws {
        let request = try read("curl https://a.example/authorize?client_id=1&scope=x")
        #expect(request.isCutShort && request.address.target == "/authorize?client_id=1")
    }

    @Test(
        arguments: [
            ("", .nothing), ("  \n", .nothing), ("curl", .noAddress), ("curl -s", .noAddress),
            ("curl 'x", .openQuote),
            ("curl \"x", .openQuote), ("curl $'x", .openQuote), ("hello", .notAnAddress),
            ("ftp://a.example/", .notAnAddress), ("https://", .notAnAddress),
            ("https://u:p@a.example/", .notAnAddress),
            ("javascript:alert(1)", .notAnAddress), ("curl -X BREW https://a.example/", .unknownMethod),
            ("curl -d", .noAddress), ("wget https://a.example/", .notAnAddress),
        ] as [(String, PastedRequest.Problem)]
    )
    func `what is no request says so`(text: String, problem: PastedRequest.Problem) {
        #expect(throws: problem) { try PastedRequest(text) }
    }

    @Test func `whatever is pasted is read without harm`() {
        var seed: UInt64 = 7
        let parts = [
            "curl ", "'", "\"", "\\", "$'", "\n", "-d", "-F", "-u", " ", "=", "&", "é", "\u{0}", "https://a/",
            "^",
        ]
        for _ in 0..<2000 {
            var text = ""
            for _ in 0..<12 {
                seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                text += parts[Int(seed >> 33) % parts.count]
            }
            do { _ = try PastedRequest(text) } catch { continue }
        }
    }
}
