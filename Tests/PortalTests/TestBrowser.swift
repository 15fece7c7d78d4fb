import Registry
import Testing
import Web

@testable import Portal

/// A browser: keeps cookies, says where its forms come from, and follows nothing by itself.
struct Browser: Sendable {
    let portal: TestPortal
    var cookies: [String: String] = [:]

    /// Of the network.
    var address = "192.0.2.7"

    /// What browsers say about a form of ours.
    static let ownHeaders: [(name: String, value: String)] = [
        ("Origin", "http://127.0.0.1:8080"), ("Sec-Fetch-Site", "same-origin"),
    ]

    mutating func get(_ path: String, _ query: [(name: String, value: String)] = []) async throws -> Answer {
        try await send(.get, path, query: query)
    }

    mutating func post(
        _ path: String,
        _ fields: [(name: String, value: String)],
        query: [(name: String, value: String)] = [],
        headers: [(name: String, value: String)] = ownHeaders
    ) async throws -> Answer {
        let type = (name: "Content-Type", value: "application/x-www-form-urlencoded")
        let body = Array(urlEncoded(fields).utf8)
        return try await send(.post, path, query: query, headers: headers + [type], body: body)
    }

    /// Sends the form with a file, as `multipart/form-data`.
    mutating func post(
        _ path: String,
        _ fields: [(name: String, value: String)],
        file: (name: String, filename: String, bytes: [UInt8])
    ) async throws -> Answer {
        let boundary = "----a-boundary-nobody-writes"
        var body: [UInt8] = []
        for field in fields {
            body += "--\(boundary)\r\nContent-Disposition: form-data; name=\"\(field.name)\"\r\n\r\n".utf8
            body += "\(field.value)\r\n".utf8
        }
        body += "--\(boundary)\r\nContent-Disposition: form-data; name=\"\(file.name)\"; ".utf8
        body += "filename=\"\(file.filename)\"\r\nContent-Type: image/png\r\n\r\n".utf8
        body += file.bytes + Array("\r\n--\(boundary)--\r\n".utf8)
        let type = (name: "Content-Type", value: "multipart/form-data; boundary=\(boundary)")
        return try await send(.post, path, headers: Browser.ownHeaders + [type], body: body)
    }

    mutating func send(
        _ method: Method,
        _ path: String,
        query: [(name: String, value: String)] = [],
        headers: [(name: String, value: String)] = [],
        body: [UInt8] = []
    ) async throws -> Answer {
        let cookie = cookies.map { "\($0.key)=\($0.value)" }.sorted().joined(separator: "; ")
        let request = Request.made(
            method,
            path,
            query: urlEncoded(query),
            headers: headers + (cookie.isEmpty ? [] : [("Cookie", cookie)]),
            body: body,
            from: address
        )
        let answer = Answer(await portal.site.respond(to: request), to: request)
        for set in answer.all("Set-Cookie") {
            let pair = set.split(separator: ";")[0].split(separator: "=", maxSplits: 1).map(String.init)
            cookies[pair[0]] = pair.count > 1 && !pair[1].isEmpty ? pair[1] : nil
        }
        return answer
    }

    /// The seal that forms for whoever is signed in carry, or where nobody is, those for its only cookie.
    var ownSeal: String {
        let sessions = cookies.filter { !$0.key.hasSuffix("-browser") && !$0.key.hasSuffix("-known") }
        return portal.registry.seal((sessions.isEmpty ? cookies : sessions).values.first ?? "")
    }
}

extension Browser {
    mutating func authorize(_ query: [(name: String, value: String)]) async throws -> Answer {
        try await get("/oauth2/authorize", query)
    }

    /// Presses a button of a consent screen.
    mutating func answer(_ page: Answer, _ answer: String) async throws -> Answer {
        let ticket = try #require(page.hidden("ticket"))
        return try await post("/oauth2/authorize", [("ticket", ticket), ("answer", answer)])
    }

    /// Goes where an answer sends it.
    mutating func follow(_ answer: Answer) async throws -> Answer {
        let place = try Place(try #require(answer.location))
        return try await get(place.path, place.query)
    }

    /// Goes where the link of a page leads that has these words.
    mutating func press(_ words: String, on page: Answer) async throws -> Answer {
        let link = try #require(page.body.firstRange(of: "\">\(words)</a>")).lowerBound
        let start = try #require(page.body[..<link].ranges(of: "href=\"").last).upperBound
        let address = String(page.body[start..<link].prefix { $0 != "\"" })
        let place = try Place(address.replacing("&amp;", with: "&"))
        return try await get(place.path, place.query)
    }

    /// Sends the form of a page to where the page says.
    mutating func submit(
        _ page: Answer,
        _ fields: [(name: String, value: String)]
    ) async throws -> Answer {
        let action = try #require(page.between("method=\"post\" action=\"", "\""))
        let place = try Place(action.replacing("&amp;", with: "&"))
        let seal = (name: "seal", value: try #require(page.hidden("seal")))
        return try await post(place.path, [seal] + fields, query: place.query)
    }

    /// An address below the tenant's base.
    private struct Place {
        let path: String
        let query: [(name: String, value: String)]

        init(_ address: String) throws {
            let parts = address.split(separator: "?", maxSplits: 1).map(String.init)
            path = String(parts[0].dropFirst(TestPortal.base.count))
            query = try Form.urlEncoded(Array((parts.count > 1 ? parts[1] : "").utf8)[...])
        }
    }
}

/// A partner's software, with its credentials in the header.
struct Client: Sendable {
    let portal: TestPortal
    let id: String
    let secret: String?

    func post(
        _ path: String,
        _ fields: [(name: String, value: String)],
        query: String = "",
        headers: [(name: String, value: String)] = [],
        type: String? = "application/x-www-form-urlencoded",
        body: String? = nil
    ) async throws -> Answer {
        var all = headers
        if let secret { all.append(("Authorization", "Basic " + base64("\(id):\(secret)"))) }
        if let type { all.append(("Content-Type", type)) }
        let fields = secret == nil ? fields + [("client_id", id)] : fields
        let text = body ?? urlEncoded(fields)
        let request = Request.made(.post, path, query: query, headers: all, body: Array(text.utf8))
        return Answer(await portal.site.respond(to: request), to: request)
    }
}

extension Request {
    /// A request below the tenant's base, as the server would have read it.
    static func made(
        _ method: Method,
        _ path: String,
        query: String = "",
        headers: [(name: String, value: String)] = [],
        body: [UInt8] = [],
        host: String = "127.0.0.1:8080",
        below base: String = TestPortal.base,
        from address: String = "192.0.2.7",
        isSecure: Bool? = nil
    ) -> Request {
        let whole = base + path
        let segments = whole.dropFirst().split(separator: "/", omittingEmptySubsequences: false).map(
            String.init
        )
        return Request(
            id: "01JD-7F3K-Q2",
            method: method,
            host: host,
            path: segments == [""] ? [] : segments,
            rawPath: whole,
            query: query,
            headers: Headers(headers),
            body: body,
            clientAddress: address,
            isSecure: isSecure
        )
    }
}

/// What came back, as somebody outside sees it.
struct Answer: Sendable {
    let response: Response
    let request: Request

    init(_ response: Response, to request: Request) {
        self.response = response
        self.request = request
    }

    var status: Int { response.status.code }
    var body: String { String(decoding: response.bytes, as: UTF8.self) }
    var location: String? { self["Location"] }

    subscript(_ header: String) -> String? { response[header: header] }

    func all(_ header: String) -> [String] {
        response.headers.filter { $0.name.lowercased() == header.lowercased() }.map(\.value)
    }

    /// Whether somebody who may not be here was kept out.
    var isRefused: Bool {
        let door = location?.split(separator: "?").first
        return switch status {
        case 401, 403, 404: true
        case 303: door?.hasSuffix("/sign-in") == true || door?.hasSuffix("/second-factor") == true
        default: false
        }
    }

    /// The parameters an answer carries back to the application.
    var returned: [String: String] {
        guard let query = location?.split(separator: "?", maxSplits: 1).last else { return [:] }
        do {
            let pairs = try Form.urlEncoded(Array(query.utf8)[...])
            return Dictionary(pairs.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
        } catch {
            return [:]
        }
    }

    /// The value of a hidden field.
    func hidden(_ name: String) -> String? { between("name=\"\(name)\" value=\"", "\"") }

    /// What stands between two marks, the first time.
    func between(_ start: String, _ end: String) -> String? {
        let text = body
        guard let from = text.firstRange(of: start) else { return nil }
        let rest = text[from.upperBound...]
        return rest.firstRange(of: end).map { String(rest[..<$0.lowerBound]) }
    }

    /// What a person reads: the text without its markup, entities undone, spaces as one.
    var text: String {
        var (text, isTag) = ("", false)
        for character in body {
            switch character {
            case "<": isTag = true
            case ">": isTag = false
            default: if !isTag { text.append(character) }
            }
        }
        for (entity, character) in [
            ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&"),
        ] {
            text = text.replacing(entity, with: character)
        }
        return text
    }

    /// The members of a JSON object without nesting, numbers and booleans as they are written.
    var members: [String: String] {
        var members: [String: String] = [:]
        for member in body.dropFirst().dropLast().split(separator: ",\"") {
            let pair = member.split(separator: "\":", maxSplits: 1)
            guard pair.count == 2 else { continue }
            members[String(pair[0].replacing("\"", with: ""))] = String(pair[1].replacing("\"", with: ""))
        }
        return members
    }
}

/// `application/x-www-form-urlencoded`, everything but letters and digits encoded.
func urlEncoded(_ pairs: [(name: String, value: String)]) -> String {
    pairs.map { "\(percentEncoded($0.name))=\(percentEncoded($0.value))" }.joined(separator: "&")
}

func percentEncoded(_ text: String) -> String {
    let digits = Array("0123456789ABCDEF")
    return text.utf8.map { byte in
        let isPlain = (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
        let escape = "%\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
        return isPlain ? String(Character(Unicode.Scalar(byte))) : escape
    }.joined()
}

/// RFC 4648 §4, by way of the alphabet for addresses.
func base64(_ text: String) -> String {
    let digits = base64URL(Array(text.utf8)).replacing("-", with: "+").replacing("_", with: "/")
    return digits + String(repeating: "=", count: (4 - digits.utf8.count % 4) % 4)
}

/// Expects an error as RFC 6749 §5.2 has it, that nobody keeps.
func expectFailure(_ answer: Answer, _ status: Int, _ error: String) {
    #expect(answer.status == status)
    #expect(answer.members["error"] == error)
    #expect(answer.members["error_description"]?.utf8.allSatisfy { (0x20...0x7E).contains($0) } == true)
    expectNotKept(answer)
}

/// Expects JSON that no cache and no browser keeps (RFC 6749 §5.1).
func expectNotKept(_ answer: Answer) {
    #expect(answer["Content-Type"] == "application/json;charset=UTF-8")
    #expect(answer["Cache-Control"] == "no-store" && answer["Pragma"] == "no-cache")
    #expect(answer["X-Content-Type-Options"] == "nosniff")
}
