import Registry

/// What the check says while it runs: every request and answer, its secrets hidden, and what was different.
struct ConformanceReport {
    private let call: Call
    private let showsSecrets: Bool
    private var secrets: [(text: String, name: String)] = []

    init(_ call: Call) {
        self.call = call
        showsSecrets = call.arguments.has("show-secrets")
    }

    /// Everywhere it is said from now on, the text is replaced by its name.
    mutating func hide(_ text: String, as name: String) {
        guard text.utf8.count >= 8, !secrets.contains(where: { $0.text == text }) else { return }
        secrets.append((text, name))
        let encoded = percentEncoded(text)
        if encoded != text { secrets.append((encoded, name)) }
        secrets.sort { $0.text.utf8.count > $1.text.utf8.count }
    }

    private func masked(_ text: String) -> String {
        if showsSecrets { return text }
        return secrets.reduce(text) { $0.replacing($1.text, with: "‹\($1.name)›") }
    }

    // MARK: Text

    private func say(_ line: String) { if !call.wantsJSON { call.output.print(masked(line)) } }

    func begin(_ transcript: Transcript, at entrance: Entrance) {
        say("\(transcript.provider), by \(entrance.name): \(entrance.base)")
        for (name, title) in transcript.documents { say("  \(name)  \(title)") }
    }

    func begin(_ check: Transcript.Case, number: Int) { say("\n\(number). \(check.name)  [\(check.source)]") }

    /// Something a person does on our pages, on the way to the answer that is compared.
    func note(_ sentence: String) { say("   · \(sentence)") }

    func end(_ transcript: Transcript, cases: Int, steps: Int) {
        say("\n\(transcript.provider): \(cases) cases, \(steps) requests, all as promised\n")
    }

    // MARK: One request and its answer

    func show(_ exchange: Exchange, _ differences: [String], of check: Transcript.Case, at entrance: Entrance)
    {
        if call.wantsJSON { return object(exchange, differences, check, entrance) }
        if let remark = exchange.step.remark { say("   \(remark)") }
        say("   > \(exchange.request.method) \(exchange.shownPath)")
        for (name, value) in exchange.shownRequestHeaders { say("   > \(name): \(value)") }
        for line in exchange.shownRequestBody { say("   > \(line)") }
        say("   < \(exchange.answer.status)")
        for (name, value) in exchange.shownHeaders { say("   < \(name): \(value)") }
        if !exchange.shownBody.isEmpty { say("   < \(exchange.shownBody)") }
        say(differences.isEmpty ? "   pass" : "   FAIL")
        for difference in differences { say("   ! \(difference)") }
    }

    private func object(
        _ exchange: Exchange,
        _ differences: [String],
        _ check: Transcript.Case,
        _ entrance: Entrance
    ) {
        func headers(_ pairs: [(name: String, value: String)]) -> JSON {
            .list(pairs.map { .text(masked("\($0.name): \($0.value)")) })
        }
        let facts: [(String, JSON)] = [
            ("by", .text(entrance.name)), ("case", .text(check.name)), ("from", .text(check.source)),
            ("request", .text(masked("\(exchange.request.method) \(exchange.shownPath)"))),
            ("request_headers", headers(exchange.shownRequestHeaders)),
            ("request_body", .list(exchange.shownRequestBody.map { .text(masked($0)) })),
            ("status", .number(exchange.answer.status)), ("headers", headers(exchange.shownHeaders)),
            ("body", .text(masked(exchange.shownBody))), ("pass", .bool(differences.isEmpty)),
            ("differences", .list(differences.map { .text(masked($0)) })),
        ]
        call.output.print(String(decoding: JSON.object(facts).bytes, as: UTF8.self))
    }
}

/// A request as it was sent, and the answer that is compared.
struct Exchange {
    let step: Transcript.Step
    let request: HTTPRequest
    let answer: HTTPAnswer

    var shownPath: String {
        let afterScheme = request.url.firstRange(of: "://")?.upperBound ?? request.url.startIndex
        let path = request.url[afterScheme...].firstIndex(of: "/") ?? request.url.endIndex
        return String(request.url[path...])
    }

    var shownRequestHeaders: [(name: String, value: String)] {
        request.headers.filter { !["Cookie", "Accept-Language"].contains($0.name) }
    }

    /// The body a line each: a form by its fields, anything else as it is.
    var shownRequestBody: [String] {
        switch step.body {
        case .none: []
        case .multipart:
            String(decoding: request.body ?? [], as: UTF8.self).split(separator: "\r\n").map(String.init)
        case .form, .text: [String(decoding: request.body ?? [], as: UTF8.self)]
        }
    }

    var shownHeaders: [(name: String, value: String)] {
        let compared = step.expectation.headers.map { $0.name.lowercased() }
        let always = ["content-type", "location", "www-authenticate"]
        return answer.headers.filter { (compared + always).contains($0.name.lowercased()) }
    }

    /// A page by its title; everything else as it came.
    var shownBody: String {
        let isPage = answer.all("content-type").contains { $0.hasPrefix("text/html") }
        return isPage ? "(page: \(PageForm.title(of: answer.text)))" : answer.text
    }
}
