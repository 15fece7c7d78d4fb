import Registry
import Web

/// Where the parameters of a token request stand: in a form-encoded body, and wherever else the tenant looks.
extension Visit {
    /// Throws ``OAuthFailure``.
    func tokenParameters() throws -> Parameters {
        let sent = try tokenParametersAsSent()
        return profile.parameters.equalRepetition ? sent.withoutEqualRepetitions : sent
    }

    /// The same before repetitions are left out, where those are taken.
    func tokenParametersAsSent() throws -> Parameters {
        let sources = profile.parameters
        var pairs: [(name: String, value: String)]
        do {
            pairs = try bodyParameters(sources)
            if !request.query.isEmpty {
                guard sources.query else { throw OAuthFailure.queryParameters }
                pairs += try Form.urlEncoded(Array(request.query.utf8)[...])
            }
        } catch is FormProblem {
            throw OAuthFailure.malformedBody
        }
        guard pairs.count <= 40 else { throw OAuthFailure.malformedBody }
        return Parameters(pairs)
    }

    /// Throws ``OAuthFailure`` or ``FormProblem``.
    private func bodyParameters(
        _ sources: WireProfile.ParameterSources
    ) throws -> [(name: String, value: String)] {
        let types = request.headers.all("content-type")
        guard types.count <= 1 else { throw OAuthFailure.contentType(types.first) }
        switch BodyType(types.first) {
        case .form:
            return try Form.urlEncoded(request.body[...])
        case .multipart where sources.multipart:
            return try textFields()
        case .json where sources.ignoreJSON:
            return []
        case .none, .other:
            if request.body.isEmpty, sources.query { return [] }
            guard sources.anyContentType else { throw OAuthFailure.contentType(types.first) }
            return try Form.urlEncoded(request.body[...])
        case .multipart, .json:
            throw OAuthFailure.contentType(types.first)
        }
    }

    /// The fields of a multipart body; files are no parameters.
    private func textFields() throws(FormProblem) -> [(name: String, value: String)] {
        let form = try Form(request)
        if !form.files.isEmpty {
            let count = "\(form.files.count)"
            site.log.note(
                .info,
                "files in a token request are ignored",
                [("req", request.id), ("files", count)]
            )
        }
        return form.fields
    }
}

/// What a body says it is (RFC 9110 §8.3.1), as far as the token endpoint cares.
enum BodyType {
    case none, form, multipart, json, other

    init(_ header: String?) {
        guard let header else {
            self = .none
            return
        }
        let name = header.utf8.prefix { $0 != UInt8(ascii: ";") && $0 != UInt8(ascii: " ") }
        switch String(decoding: name, as: UTF8.self).lowercased() {
        case "application/x-www-form-urlencoded": self = .form
        case "multipart/form-data": self = .multipart
        case "application/json": self = .json
        default: self = .other
        }
    }

    /// Why a body that says so is no token request.
    func cause(named name: String?) -> Activity.Cause {
        switch self {
        case .json: .jsonBody
        case .multipart: .multipartBody
        case .none, .form, .other: .otherBody(name.map { RedactedText($0.printableASCII) })
        }
    }
}

// MARK: - What may be answered

extension Visit {
    /// Refuses to answer JSON to somebody who takes none, where the tenant looks; throws ``OAuthFailure``.
    func requireAcceptable() throws(OAuthFailure) {
        guard profile.checkAccept else { return }
        let ranges = request.headers.all("accept").flatMap { $0.split(separator: ",") }
        guard ranges.isEmpty || ranges.contains(where: Visit.allowsJSON) else { throw .notAcceptable }
    }

    /// Whether a media range (RFC 9110 §12.5.1) covers JSON and is not weighted with nothing.
    private static func allowsJSON(_ range: Substring) -> Bool {
        let parts = range.lowercased().split(separator: ";").map { $0.filter { $0 != " " && $0 != "\t" } }
        guard let type = parts.first else { return true }
        let isRefused = parts.dropFirst().contains { ["q=0", "q=0.0", "q=0.00", "q=0.000"].contains($0) }
        return !isRefused && ["*/*", "application/*", "application/json", "*"].contains(type)
    }
}
