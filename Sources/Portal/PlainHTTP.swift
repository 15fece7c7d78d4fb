import Web

/// What came in plain text to an address that people reach over https, as a proxy says that lets it through (HT-02).
///
/// Where no proxy says anything, the request came from this machine or the network that the operator trusts.
enum PlainHTTP {
    /// Nil for what may be answered.
    static func response(to visit: Visit, at route: Route?) -> Response? {
        guard visit.isKnownPlain else { return nil }
        if let route, case .software = route.audience {
            return visit.profile.plainHTTP == true ? nil : OAuthFailure.plainHTTP.response(to: visit)
        }
        guard [.get, .head].contains(visit.request.method) else { return refusal(visit.request) }
        let headers = [("Location", visit.secureAddress), ("Cache-Control", "no-store")]
        return Response(.movedPermanently, headers: headers)
    }

    /// A form is not sent on: what stood in it has been read on its way already.
    private static func refusal(_ request: Request) -> Response {
        Response(
            .badRequest,
            headers: [("Cache-Control", "no-store")],
            text: """
                Nothing was done, because this was sent without encryption. Open the page at its https:// address and \
                try again. If there was a password in it, choose another one. Reference \(request.id)

                """
        )
    }
}

extension Visit {
    /// Whether it came in plain text though it should not have.
    var isKnownPlain: Bool { site.publicURL.isSecure && request.isSecure == false }

    /// The same address over https.
    fileprivate var secureAddress: String {
        let query = request.query.isEmpty ? "" : "?" + request.query
        return site.publicURL.issuer(atHost: PublicURL.withoutPort(request.host)) + request.rawPath + query
    }
}
