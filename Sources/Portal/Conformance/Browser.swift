/// The customer's browser: keeps cookies, reads pages, presses buttons, and stops where our site ends.
final class Browser {
    private let client: HTTPClient
    private let customer: ConformanceStage.Person
    private var cookies: [String: String] = [:]

    init(_ client: HTTPClient, _ customer: ConformanceStage.Person) {
        (self.client, self.customer) = (client, customer)
    }

    /// Follows a request to the answer that leads away from the server, or to the page nobody answers.
    ///
    /// On the way it signs in where that is asked, and answers the consent screen as `wish` says.
    func go(
        _ request: HTTPRequest,
        and wish: Transcript.Customer,
        at entrance: Entrance,
        noting note: (String) -> Void
    ) throws(CommandFailure) -> HTTPAnswer {
        var answer = try send(request, at: entrance)
        var hasSignedIn = false
        for _ in 0..<8 {
            if let place = place(answer, at: entrance) {
                answer = try get(place, at: entrance)
            } else if let form = PageForm.all(in: answer.text).first(where: { $0.has("password") }) {
                if hasSignedIn { throw CommandFailure("the conformance customer cannot sign in") }
                hasSignedIn = true
                note("the customer signs in")
                answer = try submit(
                    form,
                    adding: [("email", customer.email), ("password", customer.password)],
                    at: entrance
                )
            } else if let (form, button) = decision(on: answer.text, wish) {
                note("the customer reads “\(PageForm.title(of: answer.text))” and presses \(wish.rawValue)")
                answer = try submit(form, adding: [(button.name, button.value)], at: entrance)
            } else {
                return answer
            }
        }
        throw CommandFailure("the pages of \(request.url.upToQuery) lead in a circle")
    }

    /// Ends everything the customer allowed before, so that the consent screen asks again.
    func disconnectAll(at entrance: Entrance) throws(CommandFailure) {
        for _ in 0..<50 {
            let page = try page("/account/connections", at: entrance)
            let links = PageForm.links(in: page.text).filter { $0.hasSuffix("/disconnect") }
            guard let link = links.first else { return }
            let question = try get(link, at: entrance)
            let forms = PageForm.all(in: question.text).filter { $0.action == link }
            guard let form = forms.first else {
                throw CommandFailure("\(link) does not ask whether to disconnect")
            }
            _ = try submit(form, adding: [], at: entrance)
        }
    }

    /// A page for the customer, who signs in if need be.
    private func page(_ path: String, at entrance: Entrance) throws(CommandFailure) -> HTTPAnswer {
        let request = HTTPRequest(method: "GET", url: entrance.base + path, connectTo: entrance.connectTo)
        let answer = try go(request, and: .visit, at: entrance, noting: { _ in })
        guard answer.status == 200 else {
            throw CommandFailure("the conformance customer cannot open \(path): \(answer.status)")
        }
        return answer
    }

    private func decision(
        on html: String,
        _ wish: Transcript.Customer
    ) -> (PageForm, PageForm.Button)? {
        let value =
            switch wish {
            case .allow: "allow"
            case .cancel: "deny"
            case .visit: ""
            }
        for form in PageForm.all(in: html) {
            if let button = form.buttons.first(where: { $0.name == "answer" && $0.value == value }) {
                return (form, button)
            }
        }
        return nil
    }

    // MARK: Requests

    private func get(_ place: String, at entrance: Entrance) throws(CommandFailure) -> HTTPAnswer {
        let url = place.hasPrefix("/") ? entrance.origin + place : place
        return try send(HTTPRequest(method: "GET", url: url, connectTo: entrance.connectTo), at: entrance)
    }

    private func submit(
        _ form: PageForm,
        adding more: [(name: String, value: String)],
        at entrance: Entrance
    ) throws(CommandFailure) -> HTTPAnswer {
        let filled = more.map(\.name)
        let fields = form.fields.filter { !filled.contains($0.name) } + more
        var request = HTTPRequest(
            method: "POST",
            url: entrance.origin + form.action,
            connectTo: entrance.connectTo
        )
        request.headers = [
            ("Content-Type", "application/x-www-form-urlencoded"), ("Origin", entrance.origin),
        ]
        request.body = Array(encoded(fields).utf8)
        return try send(request, at: entrance)
    }

    private func send(_ request: HTTPRequest, at entrance: Entrance) throws(CommandFailure) -> HTTPAnswer {
        var request = request
        request.headers.removeAll { $0.name == "Accept" }
        request.headers += [("Accept", "text/html"), ("Accept-Language", "en")]
        if !cookies.isEmpty {
            let pairs = cookies.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
            request.headers.append(("Cookie", pairs.joined(separator: "; ")))
        }
        let answer = try client.send(request)
        for cookie in answer.all("set-cookie") {
            let pair = cookie.prefix { $0 != ";" }.split(separator: "=", maxSplits: 1).map(String.init)
            if let name = pair.first { cookies[name] = pair.count == 2 ? pair.last : nil }
        }
        return answer
    }

    /// Where a redirect leads, as long as that is a place of this site.
    private func place(_ answer: HTTPAnswer, at entrance: Entrance) -> String? {
        guard (300..<400).contains(answer.status), let location = answer.all("location").first else {
            return nil
        }
        return location.hasPrefix("/") || location.hasPrefix(entrance.origin + "/") ? location : nil
    }
}
