import Registry
import Web

extension AuthorizationAnswer {
    /// The registered address with our parameters appended; nothing before them comes from the request, except the
    /// query that a tenant's redirect rule lets follow it.
    func location(_ visit: Visit) -> String {
        var pairs: [(name: String, value: String)] =
            switch result {
            case .code(let code): [("code", code.plaintext)]
            case .token(let tokens): visit.profile.answer.parameters(tokens)
            case .refusal(let refusal): [("error", refusal.code), ("error_description", refusal.explanation)]
            }
        if let state { pairs.append(("state", state)) }
        if visit.profile.issuerInRedirect { pairs.append(("iss", visit.issuer)) }
        let parameters = ("/" as Path).with(query: pairs).text.dropFirst(2)
        switch mode {
        case .fragment: return redirectURI.text + "#" + parameters
        case .query:
            let hasQuery = redirectURI.text.utf8.contains(UInt8(ascii: "?"))
            return redirectURI.text + (hasQuery ? "&" : "?") + parameters
        }
    }
}

extension Response {
    /// Off this site, to the recipient of an authorization answer and nowhere else (RFC 9700 §4.12: 303).
    static func redirect(with answer: AuthorizationAnswer, _ visit: Visit) -> Response {
        let headers: [Header] = [
            ("Location", answer.location(visit)), ("Cache-Control", "no-store"),
            ("Referrer-Policy", "no-referrer"),
        ]
        return Response(.seeOther, headers: headers)
    }
}
