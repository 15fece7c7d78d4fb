import FoundationEssentials
import Registry
import Web

/// Issuing a token by hand: the administrator puts a request to the customer, and sees what becomes of it (ux A17).
enum ManualTokenScreens {
    static func list(_ admin: AdminAccess, _ visit: Visit) async throws -> Response {
        try visit.requireManualIssuance()
        let requests = try await admin.manualRequests()
        return Page("Tokens by hand", .administrators) {
            div(.class("heading")) {
                h1 { "Tokens by hand" }
                a(.class("btn primary"), .href(visit.path("admin", "manual-tokens", "new"))) {
                    "Issue a token by hand"
                }
            }
            if requests.isEmpty {
                div(.class("empty")) { p { "Nobody has asked for a token by hand yet." } }
            } else {
                ul(.class("rows card")) {
                    for request in requests { ManualRequestRow(request: request, visit: visit) }
                }
            }
        }.response(to: visit)
    }

    static func ask(_ admin: AdminAccess, _ visit: Visit) async throws -> Response {
        try visit.requireManualIssuance()
        let request = try await admin.asked(visit.queryValue("request"))
        return try await page(ManualTokenForm(filling: request), admin, visit).page.response(to: visit)
    }

    /// Shows what will be asked before it is; changes nothing.
    static func check(_ admin: AdminAccess, _ form: Form, _ visit: Visit) async throws -> Response {
        try visit.requireManualIssuance()
        let filled = ManualTokenForm(form)
        return try await trying(filled, admin, visit) { terms in
            let parties = try await admin.check(terms)
            return SummaryPage(visit: visit, form: filled, terms: terms, parties: parties).page
                .response(to: visit)
        }
    }

    static func issue(_ admin: AdminAccess, _ form: Form, _ visit: Visit) async throws -> Response {
        try visit.requireManualIssuance()
        let filled = ManualTokenForm(form)
        return try await trying(filled, admin, visit) { terms in
            let request = filled.request.isEmpty ? nil : filled.request
            let reference = try await admin.askCustomer(terms, on: request)
            return .redirect(to: visit.place(ofManual: reference, after: "asked"))
        }
    }

    /// Runs what needs the whole form, or shows it again with what to mend.
    private static func trying(
        _ form: ManualTokenForm,
        _ admin: AdminAccess,
        _ visit: Visit,
        _ act: (ManualTerms) async throws -> Response
    ) async throws -> Response {
        var problems = form.problems
        if let terms = form.terms {
            do {
                if problems.isEmpty { return try await act(terms) }
                _ = try await admin.check(terms)
            } catch let refusal as ManualRefusal {
                let further = FieldProblem(refusal)
                if !problems.contains(where: { $0.field == further.field }) { problems.append(further) }
            }
        }
        var page = try await page(form, admin, visit)
        page.problems = problems
        return page.page.response(to: visit, .unprocessable)
    }

    private static func page(
        _ form: ManualTokenForm,
        _ admin: AdminAccess,
        _ visit: Visit
    ) async throws -> ManualTokenPage {
        let request = try await admin.asked(form.request)
        return ManualTokenPage(
            visit: visit,
            form: form,
            request: request,
            applications: try await chooseable(for: request, admin)
        )
    }

    /// A partner's request is for the application that asked; others can be chosen while customers can connect them.
    private static func chooseable(
        for request: ManualRequest?,
        _ admin: AdminAccess
    ) async throws -> [Application]? {
        guard let request else { return try await admin.connectableApplications() }
        return [try await admin.subject(request.application.text)?.application].compactMap { $0 }
    }

    static func show(_ admin: AdminAccess, _ visit: Visit) async throws -> Response {
        let request = try await admin.requested(visit)
        guard let subject = try await admin.subject(request.application.text) else { throw Refusal.notFound }
        return ManualRequestPage(visit: visit, request: request, application: subject.application).page
            .response(to: visit)
    }

    static func askAgain(_ admin: AdminAccess, _ form: Form, _ visit: Visit) async throws -> Response {
        let request = try await admin.requested(visit)
        do {
            try await admin.askAgain(request.reference)
        } catch is ManualRefusal {
            return .redirect(to: visit.path("admin", "manual-tokens", request.reference))
        }
        return .redirect(to: visit.place(ofManual: request.reference, after: "asked"))
    }

    static func askToEnd(_ admin: AdminAccess, _ visit: Visit) async throws -> Response {
        let request = try await admin.requested(visit)
        guard let subject = try await admin.subject(request.application.text) else { throw Refusal.notFound }
        let place = visit.path("admin", "manual-tokens", request.reference)
        return EndRequestPage(
            visit: visit,
            request: request,
            application: subject.application,
            action: place.appending("end"),
            back: place,
            isAdministrator: true
        ).page.response(to: visit)
    }

    static func end(_ admin: AdminAccess, _ form: Form, _ visit: Visit) async throws -> Response {
        let request = try await admin.requested(visit)
        do {
            try await admin.end(request)
        } catch is ManualRefusal {
            return .redirect(to: visit.path("admin", "manual-tokens", request.reference))
        }
        return .redirect(to: visit.place(ofManual: request.reference, after: "ended"))
    }
}

extension Visit {
    fileprivate func place(ofManual reference: String, after done: String) -> Path {
        path("admin", "manual-tokens", reference).with(query: [("done", done)])
    }
}

extension AdminAccess {
    fileprivate func requested(_ visit: Visit) async throws -> ManualRequest {
        try visit.requireManualIssuance()
        guard let request = try await manualRequest(visit.captured("request")) else {
            throw Refusal.notFound
        }
        return request
    }

    /// A partner's request that waits for an administrator.
    fileprivate func asked(_ reference: String?) async throws -> ManualRequest? {
        guard let reference, !reference.isEmpty, let request = try await manualRequest(reference),
            request.state == .asked
        else { return nil }
        return request
    }
}

/// What an administrator fills in.
struct ManualTokenForm {
    /// How long a token by hand works, as it stands in the form.
    enum End: String, CaseIterable {
        case quarter = "90"
        case year = "365"
        case never

        var lifetime: Lifetime {
            switch self {
            case .quarter: .seconds(90 * 86_400)
            case .year: .seconds(365 * 86_400)
            case .never: .unlimited
            }
        }

        var words: String {
            switch self {
            case .quarter: "in 90 days"
            case .year: "in 1 year"
            case .never: "never (needs a reason)"
            }
        }
    }

    var request = ""
    var application = ""
    var email = ""
    var scopes: Set<Scope> = []
    var end = End.quarter
    var reason = ""
    var isByLetter = false

    init(filling request: ManualRequest?) {
        guard let request else { return }
        self.request = request.reference
        application = request.application.text
        email = request.email.text
        scopes = Set(request.scopes.names)
    }

    init(_ form: Form) {
        request = form["request"] ?? ""
        application = form["application"]?.trimmingSpaces ?? ""
        email = form["email"]?.trimmingSpaces ?? ""
        scopes = Set(form.all("scope").compactMap(Scope.init))
        end = form["ends"].flatMap(End.init) ?? .quarter
        reason = form["reason"]?.trimmingSpaces ?? ""
        isByLetter = form["hand"] == "letter"
    }

    /// What can be seen without asking whom it is about.
    var problems: [FieldProblem] {
        let isReasonMissing = end == .never && reason.isEmpty
        return [
            EmailAddress(email) == nil
                ? FieldProblem(field: "email", message: "Enter an e-mail address like name@company.com")
                : nil,
            isReasonMissing ? FieldProblem(ManualRefusal.needsReason) : nil,
        ].compactMap { $0 }
    }

    /// Nil for what is no e-mail address.
    var terms: ManualTerms? {
        EmailAddress(email).map {
            ManualTerms(
                application: application,
                customer: $0,
                scopes: ScopeSet(Array(scopes)),
                lifetime: end.lifetime,
                isByLetter: isByLetter,
                reason: end == .never ? reason : ""
            )
        }
    }

    /// The same, to be sent again by pressing a button.
    var fields: [(name: String, value: String)] {
        [
            ("request", request), ("application", application), ("email", email), ("ends", end.rawValue),
            ("hand", isByLetter ? "letter" : "link"), ("reason", reason),
        ] + ScopeSet(Array(scopes)).names.map { ("scope", $0.text) }
    }
}
