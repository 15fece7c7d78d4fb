import FoundationEssentials
import Registry
import Web

/// A partner asks for a token of one customer, without a sign-in flow of their own (ux A1, A17).
enum TokenRequestScreens {
    /// Leads to the form of the application it is for.
    static func choose(_ partner: PartnerAccess, _ visit: Visit) async throws -> Response {
        try visit.requireManualIssuance()
        let applications = try await partner.applications().map(\.application)
        if applications.count == 1, let only = applications.first {
            return .redirect(to: visit.path(below: only, "token-requests/new"))
        }
        let title = "Ask \(visit.brand.displayName) for a token"
        return Page(title, .partners(signedIn: true, current: .applications)) {
            h1 { title }
            if applications.isEmpty {
                p { "Register your application first: the customer is told who asks." }
                div(.class("row")) {
                    a(.class("btn primary"), .href(visit.path("applications", "new"))) {
                        "Register an application"
                    }
                }
            } else {
                p { "Which application needs it?" }
                ul(.class("rows card")) {
                    for application in applications {
                        li {
                            ApplicationMark(application, visit.home, isSmall: true)
                            a(.href(visit.path(below: application, "token-requests/new"))) {
                                bdi { application.displayName }
                            }
                        }
                    }
                }
            }
        }.response(to: visit)
    }

    static func ask(_ member: MemberAccess, _ visit: Visit) async throws -> Response {
        try visit.requireManualIssuance()
        return TokenRequestPage(visit: visit, application: member.application).page.response(to: visit)
    }

    static func send(_ member: MemberAccess, _ form: Form, _ visit: Visit) async throws -> Response {
        try visit.requireManualIssuance()
        var page = TokenRequestPage(visit: visit, application: member.application)
        page.email = form["email"]?.trimmingSpaces ?? ""
        page.reason = form["reason"]?.trimmingSpaces ?? ""
        page.chosen = Set(form.all("scope").compactMap(Scope.init))
        guard let email = EmailAddress(page.email),
            (1...ManualRequest.maxReasonLength).contains(page.reason.length)
        else {
            page.problems = page.typingProblems
            return page.page.response(to: visit, .unprocessable)
        }
        do {
            try await member.askForToken(of: email, ScopeSet(Array(page.chosen)), because: page.reason)
        } catch let refusal as ManualRefusal {
            page.problems = [FieldProblem(refusal)]
            return page.page.response(to: visit, .unprocessable)
        }
        return .redirect(to: visit.place(of: member.application, after: .tokenAsked))
    }

    static func askToEnd(_ member: MemberAccess, _ visit: Visit) async throws -> Response {
        let request = try await member.requested(visit)
        return EndRequestPage(
            visit: visit,
            request: request,
            application: member.application,
            action: visit.path(below: member.application, "token-requests/\(request.reference)/end"),
            back: visit.path("applications", member.application.id.text),
            isAdministrator: false
        ).page.response(to: visit)
    }

    static func end(_ member: MemberAccess, _ form: Form, _ visit: Visit) async throws -> Response {
        let request = try await member.requested(visit)
        do {
            try await member.end(request)
        } catch is ManualRefusal {
            // It is over already, which is what was wanted.
        }
        return .redirect(to: visit.place(of: member.application, after: .tokenEnded))
    }
}

extension Visit {
    /// There are no such pages where the tenant gives no tokens by hand.
    func requireManualIssuance() throws {
        guard tenant.policy.manualIssuance else { throw Refusal.notFound }
    }
}

extension MemberAccess {
    fileprivate func requested(_ visit: Visit) async throws -> ManualRequest {
        try visit.requireManualIssuance()
        guard let request = try await manualRequest(visit.captured("request")) else { throw Refusal.notFound }
        return request
    }
}

// MARK: - Pages

private struct TokenRequestPage {
    let visit: Visit
    let application: Application
    var email = ""
    var reason = ""
    var chosen: Set<Scope> = []
    var problems: [FieldProblem] = []

    private var name: String { visit.brand.displayName }
    private var offered: [OfferedScope] { visit.tenant.givenByHand(to: application) }

    var typingProblems: [FieldProblem] {
        let limit = ManualRequest.maxReasonLength
        let address = FieldProblem(
            field: "email",
            message: "Enter an e-mail address like name@company.com"
        )
        let none = FieldProblem(field: "reason", message: "Say why you need it")
        let tooLong = FieldProblem(field: "reason", message: "Say why in up to \(limit) characters")
        return (EmailAddress(email) == nil ? [address] : []) + (reason.isEmpty ? [none] : [])
            + (reason.length > limit ? [tooLong] : [])
    }

    var page: Page {
        let title = "Ask \(name) for a token"
        let frame = Page.Frame.partners(signedIn: true, current: .applications)
        return Page(title, frame, problems: problems) {
            h1 { title }
            p {
                """
                \(name) asks the customer, who decides on the ordinary consent page. If they allow it, you get a link \
                to collect one access token for 
                """
                bdi { application.displayName }
                "."
            }
            if offered.isEmpty, !application.scopes.isEmpty {
                p(.class("callout")) {
                    "Only reading is given by hand, and this application asks for nothing to read."
                }
            } else {
                form
            }
        }
    }

    private var form: HTML {
        Web.form(
            .class("stack"),
            .method("post"),
            .action(visit.path(below: application, "token-requests")),
            .novalidate
        ) {
            SealField(seal: visit.seal(for: .partner))
            AddressField(
                label: "E-mail of the customer",
                value: email,
                hint: "The person at the customer’s company who signs in to \(name).",
                autocomplete: "off",
                problems: problems
            )
            ByHandChoice(offered: offered, chosen: chosen, problems: problems)
            Field(
                id: "reason",
                name: "reason",
                label: "Why do you need it?",
                hint: "\(name) reads this before it asks the customer.",
                problems: problems
            ) { attributes in
                textarea(attributes + [.rows(3), .dir(.automatic)]) { reason }
            }
            div(.class("row")) {
                button(.class("btn primary")) { "Ask for a token" }
                a(.class("btn"), .href(visit.path("applications", application.id.text))) { "Cancel" }
            }
        }
    }
}

/// Requests by hand on the application's page: what was asked, and what became of it.
struct TokenRequestsSection: Component {
    let visit: Visit
    let application: Application
    let role: MemberRole
    let requests: [ManualRequest]

    var body: HTML {
        if visit.tenant.policy.manualIssuance {
            section(.class("card"), .id("token-requests"), .aria("labelledby", "token-requests-h")) {
                h2(.id("token-requests-h")) { "Tokens by hand" }
                p(.class("note")) {
                    "For one customer only, without building a sign-in flow: \(visit.brand.displayName) asks them."
                }
                if !requests.isEmpty {
                    ul(.class("rows")) { for request in requests { item(request) } }
                }
                if role >= .developer {
                    div(.class("row")) {
                        a(.class("btn"), .href(visit.path(below: application, "token-requests/new"))) {
                            "Ask \(visit.brand.displayName) for a token"
                        }
                    }
                }
            }
        }
    }

    private func item(_ request: ManualRequest) -> HTML {
        li {
            div {
                p {
                    strong { bdi(.dir(.leftToRight)) { request.email.text } }
                    " "
                    ManualStateTag(request: request, now: visit.registry.now())
                }
                p(.class("note")) {
                    "Request "
                    code { request.reference }
                    ", asked by "
                    bdi { request.askedBy.role == .admin ? visit.brand.displayName : request.askedBy.name }
                    " on "
                    Day(request.askedAt)
                    if let date = request.collectedAt {
                        request.isByLetter ? ", mailed on " : ", collected on "
                        Day(date)
                    }
                    if request.state == .allowed, !request.isOver(at: visit.registry.now()) {
                        ". The link to collect it was mailed to the owners."
                    }
                }
            }
            if role >= .developer, request.mayBeEnded {
                a(
                    .class("btn small"),
                    .href(visit.path(below: application, "token-requests/\(request.reference)/end"))
                ) {
                    request.state == .collected ? "Revoke" : "Withdraw"
                    span(.class("vh")) { " \(request.reference)" }
                }
            }
        }
    }
}
