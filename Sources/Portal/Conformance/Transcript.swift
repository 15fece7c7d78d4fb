import Registry

/// What a provider's document promises, as requests and the answers they must get: `Conformance/*.json5`.
///
/// `Conformance/standard.json5` documents the form by comments.
struct Transcript: Sendable {
    /// An application the requests come from, registered before they are made.
    struct Application: Sendable, Equatable {
        /// What the requests call it: `${app.id}`, `${app.secret}`.
        let label: String
        let name: String
        let kind: String
        let redirectURIs: [String]
        let scopes: [String]

        /// Whether the provider gives it a token by hand before each check: `${app.token}`.
        let getsToken: Bool
    }

    struct Case: Sendable {
        let name: String

        /// Where it is promised: `004:74` is line 74 of the document 004; else words.
        let source: String
        let steps: [Step]
    }

    /// What the customer does on the pages that a request leads to.
    enum Customer: String, Sendable, CaseIterable { case allow, cancel, visit }

    struct Step: Sendable {
        let remark: String?
        let customer: Customer?
        let method: String

        /// From the tenant's base on, as it is sent; `query` is added to it, encoded.
        let path: String
        let host: String?
        let query: [(name: String, value: String?)]
        let headers: [(name: String, value: String?)]
        let basic: String?
        let body: Body
        let expectation: Expectation
    }

    enum Body: Sendable {
        case none
        case text(String)
        case form([(name: String, value: String?)])
        case multipart([(name: String, value: String?)])
    }

    /// Patterns for what is compared; see ``Pattern``.
    struct Expectation: Sendable {
        let status: Int

        /// The values of a header in order; none where it must not be there.
        let headers: [(name: String, values: [String])]
        let json: JSON5?
        let body: String?
        let contains: [String]
    }

    let provider: String

    /// The documents' short names with their titles.
    let documents: [(name: String, title: String)]

    /// Where the documents place the provider, unless a step says otherwise.
    let host: String?
    let applications: [Application]
    let values: [String: String]

    /// Named forms of what patterns match, as extended regular expressions (POSIX).
    let forms: [String: String]
    let cases: [Case]
}

// MARK: - How it is read

extension Transcript {
    /// Reads and checks a file; throws every mistake in it, each of which names `fileName`.
    init(_ bytes: [UInt8], called fileName: String) throws(FileMistakes) {
        let mistakes = MistakeList(fileName)
        let known = ["provider", "documents", "host", "applications", "values", "forms", "cases"]
        let root = try mistakes.root(of: bytes, known: known)
        provider = root.sentence("provider") ?? ""
        documents = root.texts("documents").map { ($0.name, $0.value) }
        host = root.optional("host", "a host name") { $0 }
        applications = root.objects("applications", known: Fields.applicationKeys)
            .compactMap { $0.application() }
        values = Dictionary(root.texts("values").map { ($0.name, $0.value) }) { $1 }
        forms = Dictionary(root.texts("forms").map { ($0.name, $0.value) }) { $1 }
        cases = root.objects("cases", known: ["name", "from", "steps"]).compactMap { $0.conformanceCase() }
        guard mistakes.all.isEmpty else { throw mistakes.inOrder }
    }
}

extension Fields {
    fileprivate static let applicationKeys = ["label", "name", "kind", "redirectURIs", "scopes", "getsToken"]

    fileprivate func texts(_ key: String) -> [(name: String, value: String)] {
        pairs(key).compactMap { name, value in
            if value == nil { note("should have texts only", key) }
            return value.map { (name, $0) }
        }
    }

    fileprivate func application() -> Transcript.Application? {
        let label = sentence("label")
        let name = sentence("name")
        let kind = optional("kind", "confidential, public or resource-server") { word in
            Application.Kind.allCases.contains { $0.word == word } ? word : nil
        }
        let redirectURIs = texts("redirectURIs", "an address") { $0 }
        let scopes = texts("scopes", "a scope") { $0 }
        guard let label, let name else { return nil }
        return Transcript.Application(
            label: label,
            name: name,
            kind: kind ?? "confidential",
            redirectURIs: redirectURIs,
            scopes: scopes,
            getsToken: flag("getsToken") ?? false
        )
    }

    fileprivate func conformanceCase() -> Transcript.Case? {
        let name = sentence("name")
        let source = sentence("from")
        let known = [
            "says", "customer", "request", "host", "query", "headers", "basic", "form", "multipart", "body",
            "expect",
        ]
        let steps = objects("steps", known: known).compactMap { $0.step() }
        if steps.isEmpty { note("should have a step", "steps") }
        guard let name, let source else { return nil }
        return Transcript.Case(name: name, source: source, steps: steps)
    }

    private func step() -> Transcript.Step? {
        let request = text("request", "a method and a path, such as POST /oauth2/token") { text in
            let parts = text.split(separator: " ").map(String.init)
            guard let method = parts.first, let path = parts.last, parts.count == 2, path.hasPrefix("/")
            else { return nil as (String, String)? }
            return (method, path)
        }
        let bodies = ["form", "multipart", "body"].filter { value($0) != nil }
        if bodies.count > 1 { note("is one body too many", bodies[1]) }
        let remark = optional("says", "a sentence", Fields.line)
        let customer: Transcript.Customer? = choice("customer")
        let host = optional("host", "a host name") { $0 }
        let basic = optional("basic", "an id and a secret with a colon between them") { $0 }
        guard let expectation = expectation(), let (method, path) = request else { return nil }
        return Transcript.Step(
            remark: remark,
            customer: customer,
            method: method,
            path: path,
            host: host,
            query: pairs("query"),
            headers: pairs("headers"),
            basic: basic,
            body: body(),
            expectation: expectation
        )
    }

    private func body() -> Transcript.Body {
        if value("form") != nil { return .form(pairs("form")) }
        if value("multipart") != nil { return .multipart(pairs("multipart")) }
        return optional("body", "a text") { $0 }.map { .text($0) } ?? .none
    }

    private func expectation() -> Transcript.Expectation? {
        let known = ["status", "headers", "json", "body", "contains"]
        guard let fields = object("expect", known: known) else {
            note("is missing", "expect")
            return nil
        }
        guard let status = fields.number("status", in: 100...599) else {
            fields.note("is missing", "status")
            return nil
        }
        return Transcript.Expectation(
            status: status,
            headers: fields.expectedHeaders(),
            json: fields.value("json"),
            body: fields.optional("body", "a text") { $0 },
            contains: fields.texts("contains", "a text") { $0 }
        )
    }

    private func expectedHeaders() -> [(name: String, values: [String])] {
        guard let value = value("headers") else { return [] }
        guard case .object(let members) = value.content else {
            note("should be an object in { }, not \(value.kind)", "headers")
            return []
        }
        return members.map { member in
            switch member.value.content {
            case .string(let text): return (member.name, [text])
            case .null: return (member.name, [])
            case .array(let items):
                return (
                    member.name,
                    items.compactMap { item in
                        if case .string(let text) = item.content { text } else { nil }
                    }
                )
            default:
                note("\(member.name) should be a text, a list of texts or null", "headers")
                return (member.name, [])
            }
        }
    }
}
