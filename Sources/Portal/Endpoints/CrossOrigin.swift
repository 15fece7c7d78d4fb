import Registry
import Web

/// Which browser applications may read what the token endpoint answers (AZ-11): those of public applications,
/// from the origins of their registered redirect URIs; or all, where the tenant says so.
enum CrossOrigin {
    static func preflight(of method: Method, _ visit: Visit) async throws -> Response {
        if visit.profile.crossOrigin == .any { return anything(asked: visit.request.headers) }
        guard let headers = try await visit.allowedOrigin() else { return Response(.forbidden) }
        let details: [Header] = [
            ("Access-Control-Allow-Methods", method.rawValue),
            ("Access-Control-Allow-Headers", "Authorization, Content-Type"),
            ("Access-Control-Max-Age", "600"),
        ]
        return Response(.noContent, headers: headers + details)
    }

    /// Allows what is asked for, even a header that makes no sense: some applications send response headers.
    private static func anything(asked: Headers) -> Response {
        let names = asked.all("access-control-request-headers").joined(separator: ", ")
        let isList = names.utf8.allSatisfy { byte in
            switch byte {
            case 48...57, 65...90, 97...122: true
            default: Array("!#$%&'*+-.^_`|~, ".utf8).contains(byte)
            }
        }
        let mayBeEchoed = isList && (1...1024).contains(names.utf8.count)
        let headers: [Header] = [
            ("Access-Control-Allow-Origin", "*"), ("Access-Control-Allow-Methods", "GET, POST, DELETE"),
            ("Access-Control-Allow-Headers", mayBeEchoed ? names : "Authorization, Content-Type"),
            ("Access-Control-Max-Age", "600"), ("Vary", "Access-Control-Request-Headers"),
        ]
        return Response(.noContent, headers: headers)
    }
}

extension Visit {
    /// Runs a token route, and lets the page that asked read the answer, refusals too.
    func allowingRegisteredOrigin(_ body: () async throws -> Response) async throws -> Response {
        guard request.headers["origin"] != nil, let allowed = try await allowedOrigin() else {
            return try await body()
        }
        do {
            var response = try await body()
            response.headers += allowed
            return response
        } catch {
            var response = Failure.response(to: error, self, for: .software)
            response.headers += allowed
            return response
        }
    }

    fileprivate func allowedOrigin() async throws -> [Header]? {
        if profile.crossOrigin == .any { return [("Access-Control-Allow-Origin", "*")] }
        guard let origin = request.headers["origin"], origin != "null",
            try await registry.isRegisteredOrigin(origin, at: tenant)
        else { return nil }
        return [("Access-Control-Allow-Origin", origin), ("Vary", "Origin")]
    }
}
