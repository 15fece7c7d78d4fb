import Registry
import Web

/// The customer's side of a request by hand: from the letter to the ordinary consent screen, and what came of it.
enum TokenQuestionScreens {
    static func place(of reference: String, _ visit: Visit) -> Path {
        visit.path("account", "token-requests", reference)
    }

    /// The link of the letter, which looking does not use up; whoever is not signed in signs in on the way.
    static func open(_ visit: Visit) async throws -> Response {
        let question = try await visit.registry.manualQuestion(visit.captured("link"), at: visit.tenant)
        guard visit.tenant.policy.manualIssuance, let question else {
            return over("This link does not work any more", visit, .notFound) {
                "It was answered, withdrawn, or replaced by a later one. Nothing was shared through it."
            }
        }
        if try await visit.customer() != nil {
            return .redirect(to: place(of: question.request.reference, visit))
        }
        return try await CustomerDoor.keeping(
            WaitingSubject(question.request, of: question.application),
            visit
        )
    }

    /// The consent screen, or what became of the request.
    static func ask(_ customer: CustomerAccess, _ visit: Visit) async throws -> Response {
        try await ask(visit.captured("request"), customer, visit)
    }

    /// The same again where an answer, whose choice is kept, named no company.
    static func ask(
        _ reference: String,
        mending: ConsentChoice? = nil,
        _ customer: CustomerAccess,
        _ visit: Visit
    ) async throws -> Response {
        guard visit.tenant.policy.manualIssuance,
            let (request, application) = try await customer.manualQuestion(reference)
        else { throw Refusal.notFound }
        switch request.state {
        case .waiting where !request.isOver(at: visit.registry.now()) && !application.isSuspended:
            return try await question(request, application, mending, customer, visit)
        case .allowed, .collected:
            return try await allowed(request, application, customer, visit)
        case .refused:
            return over("You said no", visit) { "Nothing was shared. You can close this page." }
        case .asked, .waiting, .ended:
            return over("This request is over", visit) { "Nothing was shared. You can close this page." }
        }
    }

    private static func question(
        _ request: ManualRequest,
        _ application: Application,
        _ mending: ConsentChoice?,
        _ customer: CustomerAccess,
        _ visit: Visit
    ) async throws -> Response {
        let (earlier, choice) = (try await customer.earlier(to: application), visit.language)
        await customer.keep(choice, visit)
        var subject = ConsentSubject(
            request,
            of: application,
            given: earlier,
            actingFor: try await customer.companies(),
            isAdministrator: try await visit.admin() != nil,
            in: choice.language,
            at: visit.home
        )
        subject.mending = mending
        let sheet = ConsentSheet.for(subject, given: earlier, visit)
        let ticket = try await customer.remember(
            WaitingSubject(request, of: application),
            showing: sheet.shown
        )
        return ConsentPage(
            sheet: sheet,
            account: customer.account,
            ticket: ticket,
            again: place(of: request.reference, visit).with(query: [(LanguageChoice.parameter, "")]),
            choice: choice
        ).response(to: visit)
    }

    private static func allowed(
        _ request: ManualRequest,
        _ application: Application,
        _ customer: CustomerAccess,
        _ visit: Visit
    ) async throws -> Response {
        let isConnected = try await customer.grant(to: application) != nil
        guard isConnected, let grant = request.grant else {
            return over("You disconnected it again", visit) { "Nothing is shared any more." }
        }
        return Page("Access allowed", .gate) {
            h1 {
                bdi { application.displayName }
                " can now use your \(visit.brand.displayName) data"
            }
            p { "You can disconnect it at any time. You can close this page." }
            p { a(.href(visit.path("account", "connections", grant))) { "See the connection" } }
        }.response(to: visit)
    }

    private static func over(
        _ title: String,
        _ visit: Visit,
        _ status: Status = .ok,
        @HTMLBuilder _ words: () -> HTML
    ) -> Response {
        Page(title, .gate) {
            h1 { title }
            p(content: words)
            p { a(.href(visit.path("account", "connections"))) { "See your connected applications" } }
        }.response(to: visit, status)
    }
}
