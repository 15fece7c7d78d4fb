/// A status code with the name the code base uses for it.
package struct Status: Sendable, Equatable {
    package let code: Int

    package init(_ code: Int) { self.code = code }

    package static let ok = Status(200)
    package static let created = Status(201)
    package static let accepted = Status(202)
    package static let noContent = Status(204)
    package static let movedPermanently = Status(301)
    package static let found = Status(302)
    package static let seeOther = Status(303)
    package static let notModified = Status(304)
    package static let badRequest = Status(400)
    package static let unauthorized = Status(401)
    package static let forbidden = Status(403)
    package static let notFound = Status(404)
    package static let methodNotAllowed = Status(405)
    package static let notAcceptable = Status(406)
    package static let conflict = Status(409)
    package static let gone = Status(410)
    package static let lengthRequired = Status(411)
    package static let contentTooLarge = Status(413)
    package static let targetTooLong = Status(414)
    package static let unsupportedMediaType = Status(415)
    package static let expectationFailed = Status(417)
    package static let unprocessable = Status(422)
    package static let tooManyRequests = Status(429)
    package static let headersTooLarge = Status(431)
    package static let internalError = Status(500)
    package static let serviceUnavailable = Status(503)
    package static let versionNotSupported = Status(505)
}

/// What a handler answers.
///
/// `Date`, `Content-Length` and `X-Request-Id` are added on the way out. A header that cannot be sent
/// as it is (a line break in it, an empty value) turns the whole answer into a 500: never half of it.
package struct Response: Sendable {
    package enum Body: Sendable {
        case bytes([UInt8])

        /// Sent with its own status and headers, `headers` added.
        case prepared(PreparedResponse)
    }

    package var status: Status
    package var headers: [(name: String, value: String)]
    package var body: Body

    package init(_ status: Status, headers: [(name: String, value: String)] = [], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = .bytes(body)
    }

    package init(_ prepared: PreparedResponse) {
        status = prepared.status
        headers = []
        body = .prepared(prepared)
    }

    package init(_ status: Status, headers: [(name: String, value: String)] = [], text: String) {
        self.init(
            status,
            headers: [("Content-Type", "text/plain; charset=utf-8")] + headers,
            body: Array(text.utf8)
        )
    }

    /// Adds what it does not say itself; a prepared answer has all of its headers already.
    package mutating func complete(with others: [(name: String, value: String)]) {
        if case .prepared = body { return }
        headers = headers.completed(with: others)
    }

    /// The bytes of the body, wherever they are kept.
    package var bytes: [UInt8] {
        switch body {
        case .bytes(let bytes): bytes
        case .prepared(let prepared): prepared.body
        }
    }

    /// The first header called `name`, in any case of letters.
    package subscript(header name: String) -> String? {
        let wanted = name.lowercased()
        var all = headers
        if case .prepared(let prepared) = body { all = prepared.headers + headers }
        return all.first { $0.name.lowercased() == wanted }?.value
    }
}

extension [(name: String, value: String)] {
    /// With those of `others` whose names, written alike, are not among them.
    package func completed(with others: Self) -> Self {
        var all = self
        all.reserveCapacity(count + others.count)
        for other in others where !contains(where: { $0.name.isByteForByte(other.name) }) {
            all.append(other)
        }
        return all
    }
}
