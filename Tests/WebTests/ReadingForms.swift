import Testing
import Web

private func request(_ type: String, _ body: String) -> Request {
    request(type, Array(body.utf8))
}

private func request(_ type: String, _ body: [UInt8]) -> Request {
    Request(
        id: "0000-0000-00",
        method: .post,
        host: "a.example",
        path: [],
        rawPath: "/",
        headers: Headers([("Content-Type", type)]),
        body: body
    )
}

private func multipart(_ body: String) throws(FormProblem) -> Form {
    try Form(request("multipart/form-data; boundary=XX", body))
}

private func pairs(_ fields: [(name: String, value: String)]) -> [String] {
    fields.map { "\($0.name)=\($0.value)" }
}

@Suite("Reading urlencoded forms")
struct ReadingURLEncodedForms {
    @Test(arguments: [
        ("", []),
        ("a=b", ["a=b"]),
        ("a=b&a=c&d", ["a=b", "a=c", "d="]),
        ("=a", ["=a"]),
        ("&&a=b&", ["a=b"]),
        ("a+b=c%20d%2B", ["a b=c d+"]),
        ("a=b=c", ["a=b=c"]),
        ("a=%F0%9F%8E%89", ["a=🎉"]),
        ("a=line%0D%0Abreak", ["a=line\r\nbreak"]),
        ("caf\u{E9}=1", ["caf\u{E9}=1"]),
    ])
    func `fields keep their order and are decoded`(body: String, fields: [String]) throws {
        #expect(pairs(try Form.urlEncoded(Array(body.utf8)[...])) == fields)
    }

    @Test(arguments: [
        ("a=%", FormProblem.malformedEscape), ("a=%1", .malformedEscape), ("%zz=1", .malformedEscape),
        ("a=%00", .invalidText), ("a=%ff", .invalidText), ("a=%c0%80", .invalidText),
        ("a=%ed%a0%80", .invalidText), ("a=\0", .invalidText),
    ])
    func `what cannot be decoded is a problem`(body: String, problem: FormProblem) {
        #expect(throws: problem) { try Form.urlEncoded(Array(body.utf8)[...]) }
    }

    @Test func `1000 fields are read, 1001 are too many`() throws {
        let most = Array(repeating: "a=b", count: 1000).joined(separator: "&")
        #expect(try Form.urlEncoded(Array(most.utf8)[...]).count == 1000)
        #expect(throws: FormProblem.tooManyFields) { try Form.urlEncoded(Array((most + "&a").utf8)[...]) }
    }

    @Test func `names are compared byte for byte`() throws {
        let form = try Form(request("application/x-www-form-urlencoded;charset=UTF-8", "caf%C3%A9=1&a=2&a=3"))
        #expect(form["caf\u{E9}"] == "1")
        #expect(form["cafe\u{301}"] == nil)
        #expect(form["a"] == "2")
        #expect(form.all("a") == ["2", "3"])
    }

    @Test(arguments: ["application/json", "text/plain", "", ";", "application/x-www-form-urlencoded; a"])
    func `another media type is not read`(type: String) {
        #expect {
            try Form(request(type, "a=b"))
        } throws: { error in
            if case FormProblem.unsupportedMediaType = error { true } else { false }
        }
    }

    @Test func `a body under two media types is not read`() {
        let headers = Headers([("Content-Type", "application/json"), ("content-type", "text/plain")])
        let twice = Request(id: "", method: .post, host: "", path: [], rawPath: "/", headers: headers)
        #expect(throws: FormProblem.unsupportedMediaType("application/json, text/plain")) { try Form(twice) }
    }
}

@Suite("Reading multipart forms")
struct ReadingMultipartForms {
    @Test func `fields and files arrive as they were sent`() throws {
        let bytes: [UInt8] = [
            0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 255, 0x0D, 0x0D, 0x0A, 0x2D, 0x2D,
        ]
        var body = Array("--XX\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\nAcme\r\n".utf8)
        body += Array("--XX\r\nContent-Disposition: form-data; name=\"logo\"; filename=\"a.png\"\r\n".utf8)
        body += Array("Content-Type: image/png\r\n\r\n".utf8) + bytes + Array("\r\n--XX--\r\n".utf8)
        let form = try Form(request("multipart/form-data; boundary=\"XX\"", body))
        #expect(pairs(form.fields) == ["name=Acme"])
        #expect(form.files.map(\.name) == ["logo"])
        #expect(form.files.map(\.filename) == ["a.png"])
        #expect(form.files.map(\.bytes) == [bytes])
    }

    @Test(arguments: [
        ("a.png", "a.png"), ("", ""), ("../../etc/passwd", "passwd"), (#"C:\logos\a.png"#, "a.png"),
        (#"a\"b.png"#, "a\"b.png"), ("a\tb", "ab"), ("/", ""), ("a;b.png", "a;b.png"),
    ])
    func `of a file's name only the last component is kept`(sent: String, kept: String) throws {
        let head = "--XX\r\nContent-Disposition: form-data; name=f; filename=\"\(sent)\"\r\n\r\n"
        #expect(try multipart(head + "x\r\n--XX--").files.map(\.filename) == [kept])
    }

    @Test func `an empty field and a field with line breaks are read`() throws {
        let form = try multipart(
            "--XX\r\ncontent-disposition:form-data;name=a\r\n\r\n\r\n--XX\r\n"
                + "Content-Disposition: form-data; name=b\r\n\r\n\r\n--X\r\n--\r\n\r\n--XX--"
        )
        #expect(pairs(form.fields) == ["a=", "b=\r\n--X\r\n--\r\n"])
    }

    private static let head = "--XX\r\nContent-Disposition: form-data; name=a\r\n"

    @Test(arguments: [
        "", "--XX", "--XX\r\n", "--XX--x", "preamble\r\n--XX--", "\r\n--XX--", "--XX \r\n",
        "--XX\r\n\r\nb\r\n--XX--",
        "--XX\nContent-Disposition: form-data; name=a\n\nb\n--XX--",
        head + "\r\nb",
        head + "\r\nb\r\n--XX",
        head + "\r\nb\r\n--XX-",
        head + "\r\nb\r\n--XX--\r\nmore",
        head + "\r\nb\r\n--XXX--",
        head + "X\r\n\r\nb\r\n--XX--",
        head + ": x\r\n\r\nb\r\n--XX--",
        head + "Content-Type: multipart/mixed; boundary=YY\r\n\r\nb\r\n--XX--",
        head + "Content-Transfer-Encoding: base64\r\n\r\nb\r\n--XX--",
        head + "Content-Disposition: form-data; name=b\r\n\r\nb\r\n--XX--",
        head + "X: " + String(repeating: "x", count: 5_000) + "\r\n\r\nb\r\n--XX--",
        "--XX\r\nContent-Disposition: form-data\r\n\r\nb\r\n--XX--",
        "--XX\r\nContent-Disposition: form-data; name=\"a\r\n\r\nb\r\n--XX--",
        "--XX\r\nContent-Disposition: form-data; name=a; name=b\r\n\r\nb\r\n--XX--",
        "--XX\r\nContent-Disposition: attachment; name=a\r\n\r\nb\r\n--XX--",
    ])
    func `anything else is malformed`(body: String) {
        #expect {
            try multipart(body)
        } throws: { error in
            if case FormProblem.malformedMultipart = error { true } else { false }
        }
    }

    @Test(arguments: ["b\0", "b\u{1}"])
    func `a field is text`(value: String) throws {
        let body = Self.head + "\r\n\(value)\r\n--XX--"
        if value.contains("\0") {
            #expect(throws: FormProblem.invalidText) { try multipart(body) }
        } else {
            #expect(try multipart(body)["a"] == value)
        }
    }

    @Test(arguments: ["", "boundary=", "boundary=\"a \"", "boundary=\"a\u{E9}\"", "boundary=a; boundary=b"])
    func `a boundary outside the rules is refused`(parameter: String) {
        #expect(throws: FormProblem.self) { try Form(request("multipart/form-data; \(parameter)", "--a--")) }
        let long = String(repeating: "a", count: 71)
        #expect(throws: FormProblem.self) {
            try Form(request("multipart/form-data; boundary=\(long)", "--\(long)--"))
        }
    }

    @Test func `1000 parts are read, 1001 are too many`() throws {
        let part = Self.head + "\r\nb\r\n"
        #expect(try multipart(String(repeating: part, count: 1000) + "--XX--").fields.count == 1000)
        #expect(throws: FormProblem.tooManyFields) {
            try multipart(String(repeating: part, count: 1001) + "--XX--")
        }
    }
}
