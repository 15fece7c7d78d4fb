import FoundationEssentials
import Registry
import Web

/// Where a partner collects a token that a customer allowed by hand: once, by pressing a button (ux A18).
enum HandoverScreens {
    static func ask(_ partner: PartnerAccess, _ visit: Visit) async throws -> Response {
        try visit.requireManualIssuance()
        switch try await partner.handover(visit.captured("link")) {
        case .ready(let request, let application): return ready(request, application, visit)
        case .collected(let request, let application): return collected(request, application, visit)
        case .gone: return gone(visit)
        }
    }

    private static func gone(_ visit: Visit) -> Response {
        Collecting.gone(
            """
            It is too old, was withdrawn, or the customer has disconnected the application. Your applications say \
            what became of each request.
            """,
            visit
        )
    }

    static func show(_ partner: PartnerAccess, _ form: Form, _ visit: Visit) async throws -> Response {
        try visit.requireManualIssuance()
        guard let token = try await partner.collect(visit.captured("link")) else {
            return .redirect(to: visit.path("handover", visit.captured("link")))
        }
        let text = token.tokens.accessToken.plaintext
        return page("Save your access token now", for: token.request) {
            p(.class("callout warn")) {
                strong { "We show this token once." }
                " We keep only a fingerprint of it, so nobody here can read it back to you."
            }
            Credential(id: "access-token", label: "Access token", value: text, isSecret: true)
            p(.class("printnote")) { "Secrets are not printed." }
            section(.class("stack unprinted"), .aria("labelledby", "try-h")) {
                h2(.id("try-h")) { "Try it now" }
                p { "This line answers with 204 as long as the token works:" }
                pre(.tabindex(0), .role("region"), .aria("label", "curl example")) {
                    code(.id("curl")) {
                        """
                        curl -i -H 'Authorization: Bearer \(text)' \(visit.issuer)\(visit.dialect.path(to: .verify))
                        """
                    }
                }
                CopyRow(id: "curl", what: "command")
            }
            Collecting.continuation(token.application, visit)
        }.response(to: visit)
    }

    private static func ready(
        _ request: ManualRequest,
        _ application: Application,
        _ visit: Visit
    ) -> Response {
        page("Your access token for \(request.customerName)", for: request) {
            p { "Press the button when you are ready to store it. It is shown once." }
            dl(.class("facts")) {
                fact("Application") { bdi { application.displayName } }
                fact("Request") { code { request.reference } }
                if let end = request.expiry { fact("Collect it until") { Moment(CalendarText(end)) } }
                fact("The token works") { request.lifetime.words }
            }
            Collecting.button(
                "Show the token",
                to: visit.path("handover", visit.captured("link")),
                visit
            )
        }.response(to: visit)
    }

    private static func collected(
        _ request: ManualRequest,
        _ application: Application,
        _ visit: Visit
    ) -> Response {
        page("Your access token for \(request.customerName)", for: request) {
            Collecting.collected(
                "This token",
                on: request.collectedAt,
                by: request.collectedBy?.email,
                undo: visit.path(below: application, "token-requests/\(request.reference)/end")
            )
            Collecting.continuation(application, visit)
        }.response(to: visit)
    }

    private static func page(
        _ title: String,
        for request: ManualRequest,
        @HTMLBuilder _ content: () -> HTML
    ) -> Page {
        Page(title, .partners(signedIn: true, current: .applications), script: .forms) {
            h1 { title }
            content()
        }
    }
}

extension Lifetime {
    /// What was chosen for a token by hand.
    var words: String {
        seconds.map { "for \($0 / 86_400) days" } ?? "until the customer disconnects"
    }
}
