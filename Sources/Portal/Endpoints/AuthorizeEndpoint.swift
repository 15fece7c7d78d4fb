import Registry
import Web

/// The authorization endpoint (RFC 6749 §3.1): judge, sign in, ask, answer.
enum AuthorizeEndpoint {
    /// Answers `GET /oauth2/authorize`.
    ///
    /// Client and redirect URI are judged before anybody is asked to sign in. What else is wrong goes back to
    /// the application, but only with a person there: to somebody who is not signed in we show where they
    /// would be sent, so that this address is no open redirector (RFC 9700 §4.11.2).
    static func ask(_ visit: Visit) async throws -> Response {
        if visit.request.method == .head { return try await head(visit) }
        return try await ask(visit.request.query, visit)
    }

    /// Says to whoever asks for the head alone whether the request is one; nothing is kept or given (RFC 9110 §9.2.1).
    private static func head(_ visit: Visit) async throws -> Response {
        do {
            let asked = try asked(visit)
            let recipient = try await visit.registry.recipient(of: asked, at: visit.tenant)
            _ = try AuthorizationRequest(asked, for: recipient, at: visit.tenant)
            return Response(.ok, headers: HeaderSet.gate)
        } catch let problem
            where problem is FormProblem || problem is RecipientRefusal || problem is AuthorizationRefusal
        {
            return Response(.badRequest, headers: HeaderSet.gate)
        }
    }

    /// The same again where an answer, whose choice is kept, named no company.
    private static func ask(
        _ query: String,
        mending: ConsentChoice? = nil,
        _ visit: Visit
    ) async throws -> Response {
        let sent: Parameters
        do {
            sent = Parameters(try Form.urlEncoded(Array(query.utf8)[...]))
        } catch {
            return AuthorizeErrorPage.malformed("The query string cannot be decoded", in: spokenAlone(visit))
                .response(to: visit)
        }
        let (asked, query) = (completed(sent, visit), known(query, sent))
        let recipient: Recipient
        do {
            recipient = try await visit.registry.recipient(of: asked, at: visit.tenant)
        } catch let refusal as RecipientRefusal {
            return try await refuse(refusal, asked, visit)
        }
        let customer = try await visit.customer()
        let request: AuthorizationRequest
        do throws(AuthorizationRefusal) {
            request = try AuthorizationRequest(asked, for: recipient, at: visit.tenant)
        } catch {
            return refuse(error, asked, recipient, customer, visit)
        }
        visit.noteDoors(of: sent, request)
        guard let customer else {
            if request.prompt == .none {
                let answer = AuthorizationAnswer.refusing(.loginRequired, request)
                return refuse(.loginRequired, answer, asked, recipient, nil, visit)
            }
            return try await CustomerDoor.keeping(WaitingSubject(request, query: query), visit)
        }
        let question = Question(
            request: request,
            asked: asked,
            query: query,
            mending: mending,
            choice: visit.language(asked: asked)
        )
        return try await decide(question, customer, visit)
    }

    /// Says on a page of ours why nobody can be answered.
    private static func refuse(
        _ refusal: RecipientRefusal,
        _ asked: Parameters,
        _ visit: Visit
    ) async throws -> Response {
        visit.registry.note(refusal, of: asked, at: visit.tenant, from: visit.provenance)
        let member = try await visit.member(concernedBy: refusal)
        return AuthorizeErrorPage.about(refusal, of: asked, at: visit.tenant, in: spokenAlone(visit))
            .response(to: visit, member)
    }

    /// Answers a request that could not be read whole.
    private static func refuse(
        _ refusal: AuthorizationRefusal,
        _ asked: Parameters,
        _ recipient: Recipient,
        _ customer: CustomerAccess?,
        _ visit: Visit
    ) -> Response {
        let answer = AuthorizationAnswer.refusing(refusal, asked, of: recipient, at: visit.tenant)
        return refuse(refusal, answer, asked, recipient, customer, visit)
    }

    /// What the browser brought, with what goes without saying at this tenant.
    static func asked(_ visit: Visit) throws(FormProblem) -> Parameters {
        completed(try visit.query(), visit)
    }

    private static func completed(_ sent: Parameters, _ visit: Visit) -> Parameters {
        sent.completed("response_type", with: visit.profile.whenMissing.responseType)
    }

    /// What is put to a signed-in customer.
    private struct Question {
        let request: AuthorizationRequest
        let asked: Parameters
        let query: String
        let mending: ConsentChoice?
        let choice: LanguageChoice

        var subject: WaitingSubject { WaitingSubject(request, query: query) }
    }

    /// Without links to other languages, which would repeat an address that nobody vouches for (ux A12).
    private static func spokenAlone(_ visit: Visit) -> Spoken { Spoken(visit.language, link: nil) }

    /// Shows the consent screen, or answers without it where nobody has to be asked.
    private static func decide(
        _ question: Question,
        _ customer: CustomerAccess,
        _ visit: Visit
    ) async throws -> Response {
        let (request, asked) = (question.request, question.asked)
        await customer.keep(question.choice, visit)
        let companies = try await customer.companies()
        let standing = try await customer.standing(of: request, for: companies)
        if case .covered(let consent, mayBeSilent: true) = standing,
            let answer = try await customer.proceed(request, under: consent.grant)
        {
            return .redirect(with: answer, visit)
        }
        if request.prompt == .none {
            let refusal = standing.refusalUnasked
            let answer = AuthorizationAnswer.refusing(refusal, request)
            return refuse(refusal, answer, asked, request.recipient, customer, visit)
        }
        switch standing {
        case .notATestAccount(let isInvited):
            visit.note(.onlyTestAccounts, of: asked, to: request.application, by: customer.account)
            let ticket = try await customer.remember(question.subject)
            return NotATestAccountPage(
                visit: visit,
                account: customer.account,
                request: request,
                ticket: ticket,
                isInvited: isInvited
            )
            .response
        case .frozen:
            visit.note(.applicationFrozen, of: asked, to: request.application, by: customer.account)
            return FrozenPage(visit: visit, request: request).response
        case .firstTime, .asksForMore, .covered:
            return try await put(question, standing, companies, customer, visit)
        }
    }

    /// The consent screen, and the row that says what it shows.
    private static func put(
        _ question: Question,
        _ standing: Standing,
        _ companies: Companies,
        _ customer: CustomerAccess,
        _ visit: Visit
    ) async throws -> Response {
        let earlier = try standing.consent.map(customer.opened)
        var subject = ConsentSubject(
            question.request,
            given: earlier,
            actingFor: companies,
            isAdministrator: try await visit.admin() != nil,
            in: question.choice.language,
            at: visit.home
        )
        subject.mending = question.mending
        let sheet = ConsentSheet.for(subject, given: earlier, visit)
        let ticket = try await customer.remember(question.subject, showing: sheet.shown)
        return ConsentPage(
            sheet: sheet,
            account: customer.account,
            ticket: ticket,
            again: place(inOtherLanguage: question.asked, visit),
            choice: question.choice
        )
        .response(to: visit)
    }

    /// Answers `POST /oauth2/authorize`: the customer's decision, or a request that came as a form.
    static func answer(_ form: Form, _ visit: Visit) async throws -> Response {
        guard let ticket = form["ticket"] else {
            if form["client_id"] != nil {
                try await visit.noteForm(form.fields)
                // What stands in both is found to be repeated.
                return again(visit.fields(of: visit.request.query) + form.fields, visit)
            }
            throw Refusal.unsealedForm
        }
        guard let customer = try await visit.customer(), form["answer"] != "switch" else {
            return try await signInAgain(for: ticket, visit)
        }
        guard let answer = ConsentAnswer(rawValue: form["answer"] ?? "") else { throw Refusal.unsealedForm }
        guard let choice = ConsentChoice(form) else { throw Refusal.unsealedForm }
        switch try await customer.answer(ticket, answer, choice) {
        case .answer(let answer): return .redirect(with: answer, visit)
        case .startAgain(let wayBack), .stays(let wayBack): return again(wayBack, visit)
        case .needsCompany(.authorization(let query)): return try await ask(query, mending: choice, visit)
        case .needsCompany(.manualRequest(let reference)):
            return try await TokenQuestionScreens.ask(reference, mending: choice, customer, visit)
        case .expired(let waiting): return ExpiredPage(visit: visit, waiting: waiting).response
        case .refused: throw Refusal.unsealedForm
        }
    }

    /// Takes the same request up again with nobody signed in: they signed out meanwhile, or want to be another.
    private static func signInAgain(for ticket: String, _ visit: Visit) async throws -> Response {
        guard let wayBack = try await visit.registry.wayBack(ofTicket: ticket, at: visit.tenant) else {
            throw Refusal.unsealedForm
        }
        try await visit.customer()?.signOut()
        return again(wayBack, visit, [visit.signedOut(.customer)].compactMap { $0 })
    }

    /// Back to the beginning with the request that was kept.
    static func again(_ wayBack: WayBack, _ visit: Visit, _ headers: [Header] = []) -> Response {
        .redirect(to: place(of: wayBack, visit), headers)
    }

    /// Where a kept request is taken up again.
    static func place(of wayBack: WayBack, _ visit: Visit) -> Path {
        let (place, pressed) = (visit.path("oauth2", "authorize"), visit.pressedLanguage)
        let query: String
        switch wayBack {
        case .manualRequest(let reference):
            return TokenQuestionScreens.place(of: reference, visit).with(query: pressed)
        case .authorization(let kept): query = kept
        }
        let fields = visit.fields(of: query)
        if pressed.isEmpty { return place.with(query: fields) }
        return place.with(query: fields.filter { !LanguageChoice.isAbout($0.name) } + pressed)
    }

    /// What a request may say; anything else is ignored and never repeated (RFC 6749 §3.1).
    static let ownParameters: Set<String> = [
        "response_type", "client_id", "redirect_uri", "scope", "state", "code_challenge",
        "code_challenge_method", "response_mode", "prompt",
    ]

    /// A query without what we ignore, so that nobody has us keep more than a request says.
    private static func known(_ query: String, _ sent: Parameters) -> String {
        func isKnown(_ name: String) -> Bool { ownParameters.contains(name) || LanguageChoice.isAbout(name) }
        if sent.pairs({ !isKnown($0) }).isEmpty { return query }
        return String(("" as Path).with(query: sent.pairs(isKnown)).text.dropFirst())
    }

    /// The same request, up to the tag of another language.
    private static func place(inOtherLanguage asked: Parameters, _ visit: Visit) -> Path {
        let kept = asked.pairs(ownParameters.contains)
        return visit.path("oauth2", "authorize").with(query: kept + [(LanguageChoice.parameter, "")])
    }

    private static func again(_ fields: [(name: String, value: String)], _ visit: Visit) -> Response {
        .redirect(to: visit.path("oauth2", "authorize").with(query: fields))
    }

    private static func refuse(
        _ refusal: AuthorizationRefusal,
        _ answer: AuthorizationAnswer,
        _ asked: Parameters,
        _ recipient: Recipient,
        _ customer: CustomerAccess?,
        _ visit: Visit
    ) -> Response {
        visit.note(refusal, of: asked, to: recipient.application, by: customer?.account)
        if customer != nil { return .redirect(with: answer, visit) }
        return RefusedPage(visit: visit, application: recipient.application, answer: answer, refusal: refusal)
            .response
    }
}

extension Standing {
    /// The consent that stands.
    fileprivate var consent: KeptConsent? {
        switch self {
        case .asksForMore(let consent), .covered(let consent, _): consent
        case .firstTime, .notATestAccount, .frozen: nil
        }
    }
}

extension ConsentChoice {
    /// Nil for a choice that was not on offer.
    fileprivate init?(_ form: Form) {
        guard let term = form["lasts"].map(Term.init(rawValue:)) ?? .untilDisconnected else { return nil }
        let ticked = form.fields.filter { $0.name.isByteForByte("pick") }.compactMap {
            Int($0.value)
        }
        self.init(ticked: Set(ticked), term: term, company: form[ConsentCompany.name])
    }
}
