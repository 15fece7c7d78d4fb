import FoundationEssentials
import Registry

/// How a tenant is reached: below the server's address, or at a host of its own.
struct Entrance: Sendable {
    let name: String

    /// Scheme, host and port, as a browser's `Origin` says them.
    let origin: String

    /// Where the tenant's addresses begin, without a final slash.
    let base: String

    /// Where to connect to, when the host's name does not say it.
    let connectTo: String?

    static func path(to server: PublicURL, tenant: String) -> Entrance {
        let origin = (server.isSecure ? "https://" : "http://") + server.host
        return Entrance(name: "path", origin: origin, base: server.issuer(ofTenant: tenant), connectTo: nil)
    }

    static func host(_ host: String, of server: PublicURL) -> Entrance {
        let origin = server.issuer(atHost: host)
        let port = server.host.dropFirst(PublicURL.withoutPort(server.host).count)
        let target = port.isEmpty ? server.host + (server.isSecure ? ":443" : ":80") : server.host
        return Entrance(name: "host", origin: origin, base: origin, connectTo: target)
    }
}

/// One walk through a transcript by one entrance, until its end or the first difference.
final class ConformanceRun {
    private let transcript: Transcript
    private let server: PublicURL
    private let entrance: Entrance
    private let stage: ConformanceStage
    private let browser: Browser
    private let client: HTTPClient
    private var report: ConformanceReport
    private var values: [String: String] = [:]

    init(
        _ transcript: Transcript,
        at server: PublicURL,
        by entrance: Entrance,
        on stage: ConformanceStage,
        _ report: ConformanceReport
    ) throws(CommandFailure) {
        (self.transcript, self.server, self.entrance, self.stage) = (transcript, server, entrance, stage)
        client = try HTTPClient()
        browser = Browser(client, stage.customer)
        self.report = report
    }

    /// Says whether everything was as promised; throws ``CommandFailure`` where that cannot be found out.
    func run() throws(CommandFailure) -> Bool {
        report.begin(transcript, at: entrance)
        var steps = 0
        for (number, check) in transcript.cases.enumerated() {
            report.begin(check, number: number + 1)
            setValues()
            if check.steps.contains(where: { $0.customer != nil }) { try browser.disconnectAll(at: entrance) }
            for step in check.steps {
                guard try take(step, of: check) else { return false }
                steps += 1
            }
        }
        report.end(transcript, cases: transcript.cases.count, steps: steps)
        return true
    }

    /// What every case begins with; nothing is left of the one before.
    private func setValues() {
        let entropy = Entropy.system
        let verifier = base64URL(entropy.bytes(32))
        values = transcript.values
        values["base"] = entrance.base
        values["nonce"] = base64URL(entropy.bytes(9)).lowercased()
        values["verifier"] = verifier
        values["challenge"] = base64URL(sha256(Array(verifier.utf8)))
        report.hide(verifier, as: "verifier")
        values["customer.email"] = stage.customer.email
        values["customer.password"] = stage.customer.password
        report.hide(stage.customer.password, as: "customer.password")
        for application in stage.applications {
            values["\(application.label).id"] = application.id
            if let token = application.token {
                values["\(application.label).token"] = token
                report.hide(token, as: "\(application.label).token")
            }
            guard let secret = application.secret else { continue }
            values["\(application.label).secret"] = secret
            report.hide(secret, as: "\(application.label).secret")
        }
    }

    private func take(
        _ step: Transcript.Step,
        of check: Transcript.Case
    ) throws(CommandFailure) -> Bool {
        let here = try entrance(of: step)
        let request = try request(for: step, at: here)
        let answer: HTTPAnswer
        if let customer = step.customer {
            answer = try browser.go(request, and: customer, at: here, noting: report.note)
        } else {
            answer = try client.send(request)
        }
        let compared = try Comparison(
            answer,
            with: step.expectation,
            values: values,
            forms: transcript.forms
        )
        let differences = compared.differences + keep(compared.captures)
        hideWhatIsSecret(in: answer)
        let exchange = Exchange(step: step, request: request, answer: answer)
        report.show(exchange, differences, of: check, at: entrance)
        return differences.isEmpty
    }

    /// Keeps what stood in open places; two names for the same text are a difference.
    private func keep(_ captures: [String: String]) -> [String] {
        var differences: [String] = []
        for (name, value) in captures.sorted(by: { $0.key < $1.key }) {
            if let other = values.first(where: { $0.value == value && $0.key != name }) {
                differences.append("\(name): something new was expected, \(other.key) came")
            }
            values[name] = value
            report.hide(value, as: name)
        }
        return differences
    }

    /// The entrance of a step that names another of the tenant's hosts; below a path there is only one.
    private func entrance(of step: Transcript.Step) throws(CommandFailure) -> Entrance {
        guard entrance.connectTo != nil, let host = step.host else { return entrance }
        guard stage.hosts.contains(host) else {
            throw CommandFailure("\(host) is not a host of the tenant \(stage.tenant)")
        }
        return Entrance.host(host, of: server)
    }

    // MARK: What is sent

    private func filled(_ text: String) throws(CommandFailure) -> String {
        try Pattern(text, values: values).text
    }

    private func filled(
        _ pairs: [(name: String, value: String?)]
    ) throws(CommandFailure) -> [(name: String, value: String)] {
        var all: [(name: String, value: String)] = []
        for (name, value) in pairs { all.append((name, try filled(value ?? ""))) }
        return all
    }

    private func request(
        for step: Transcript.Step,
        at entrance: Entrance
    ) throws(CommandFailure) -> HTTPRequest {
        var url = entrance.base + (try filled(step.path))
        let query = encoded(try filled(step.query))
        if !query.isEmpty { url += (url.contains("?") ? "&" : "?") + query }
        var request = HTTPRequest(method: step.method, url: url, connectTo: entrance.connectTo)
        let ownNames = step.headers.map { $0.name.lowercased() }
        if !ownNames.contains("accept") { request.headers.append(("Accept", "*/*")) }
        if let basic = step.basic {
            let text = Data(try filled(basic).utf8).base64EncodedString()
            let names = basic.replacing("${", with: "").replacing("}", with: "")
            report.hide(text, as: "base64 of \(names)")
            request.headers.append(("Authorization", "Basic \(text)"))
        }
        let (body, type) = try body(of: step)
        request.body = body ?? (["POST", "PUT"].contains(step.method) ? [] : nil)
        if let type, !ownNames.contains("content-type") { request.headers.append(("Content-Type", type)) }
        request.headers += try filled(step.headers.filter { $0.value != nil })
        return request
    }

    private func body(of step: Transcript.Step) throws(CommandFailure) -> ([UInt8]?, type: String?) {
        switch step.body {
        case .none: return (nil, nil)
        case .text(let text): return (Array(try filled(text).utf8), nil)
        case .form(let pairs):
            return (Array(encoded(try filled(pairs)).utf8), "application/x-www-form-urlencoded")
        case .multipart(let pairs):
            let boundary = "------------------------\(values["nonce"] ?? "")"
            let parts = try filled(pairs).map { name, value in
                "--\(boundary)\r\nContent-Disposition: form-data; name=\"\(name)\"\r\n\r\n\(value)\r\n"
            }
            let body = parts.joined() + "--\(boundary)--\r\n"
            return (Array(body.utf8), "multipart/form-data; boundary=\(boundary)")
        }
    }

    // MARK: What is hidden

    /// Names under which secrets are answered, whether the transcript keeps them or not.
    private static let secretNames = ["access_token", "refresh_token", "code", "client_secret"]

    private func hideWhatIsSecret(in answer: HTTPAnswer) {
        if let members = answer.jsonMembers {
            for member in members where ConformanceRun.secretNames.contains(member.name) {
                if case .string(let text) = member.value.content { report.hide(text, as: member.name) }
            }
        }
        for location in answer.all("location") {
            for pair in location.split(whereSeparator: { "?&#".contains($0) }) {
                let parts = pair.split(separator: "=", maxSplits: 1).map(String.init)
                guard let name = parts.first, let value = parts.last, parts.count == 2 else { continue }
                if ConformanceRun.secretNames.contains(name) { report.hide(value, as: name) }
            }
        }
    }
}

extension HTTPAnswer {
    fileprivate var jsonMembers: [JSON5.Member]? {
        do {
            if case .object(let members) = try JSON5(body).content { return members }
        } catch {}
        return nil
    }
}

/// Names and values as a query string or a form has them.
func encoded(_ pairs: [(name: String, value: String)]) -> String {
    pairs.map { "\(percentEncoded($0.name))=\(percentEncoded($0.value))" }.joined(separator: "&")
}
