import Registry
import Web

/// Which browser applications may read what the token endpoint answers (AZ-11): those of public applications,
/// from the origins of their registered redirect URIs.
enum CrossOrigin {
    static func preflight(_ visit: Visit) async throws -> Response {
        guard let headers = try await visit.allowedOrigin() else { return Response(.forbidden) }
        let details: [Header] = [
            ("Access-Control-Allow-Methods", "POST"),
            ("Access-Control-Allow-Headers", "Authorization, Content-Type"),
            ("Access-Control-Max-Age", "600"),
        ]
        return Response(.noContent, headers: headers + details)
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
            var response = Failure.response(to: error, self, isForSoftware: true)
            response.headers += allowed
            return response
        }
    }

    fileprivate func allowedOrigin() async throws -> [Header]? {
        guard let origin = request.headers["origin"], origin != "null",
            try await registry.isRegisteredOrigin(origin, at: tenant)
        else { return nil }
        return [("Access-Control-Allow-Origin", origin), ("Vary", "Origin")]
    }
}
