import Web

/// Up or down, and no more (HT-16).
enum HealthEndpoint {
    static let up = answer(.ok, "ok")
    static let stopping = answer(.serviceUnavailable, "stopping")

    private static func answer(_ status: Status, _ word: String) -> Response {
        Response(
            status,
            headers: [("Content-Type", "application/json"), ("Cache-Control", "no-store")],
            body: Array("{\"status\":\"\(word)\"}\n".utf8)
        )
    }
}
