package import FoundationEssentials

/// A request that waits for its customer: to sign in, or to decide.
///
/// What the consent screen showed and what an answer grants are both read from this row.
package struct WaitingRequest: Sendable {
    /// The query string it came with, so that it can be taken up again.
    package let query: String
    package let application: Application
    package let expired: Bool
}

/// What a customer has allowed an application.
package struct ConsentGrant: Sendable {
    package let id: String
    package let application: Application
    package let scopes: ScopeSet

    /// Nil where the customer signed in with the application itself.
    package let redirectURI: RedirectURI?
    package let grantedAt: Date
    package let changedAt: Date
    package let lastUsedAt: Date?
    let revision: Int
}

/// What has to happen before a request may be answered with a code.
package enum Standing: Sendable {
    case firstTime
    case asksForMore(than: ConsentGrant)

    /// Everything is allowed already; `mayBeSilent` when nobody has to be asked again.
    case covered(ConsentGrant, mayBeSilent: Bool)

    /// Not approved, and this customer is not on its list of test accounts, or has not agreed to be.
    case notATestAccount(isInvited: Bool)
}

package enum ConsentAnswer: String, Sendable, CaseIterable { case allow, deny }

/// What came of an answer.
package enum ConsentOutcome: Sendable {
    case answer(AuthorizationAnswer)

    /// It was answered before, or the application changed while the customer read: ask again from the start.
    case startAgain(query: String)
    case expired(WaitingRequest)

    /// The ticket is none, or somebody else's.
    case refused
}

/// What is sent back to the application, once.
package struct AuthorizationAnswer: Sendable {
    package enum Result: Sendable {
        case code(SecretText)
        case token(IssuedTokens)
        case refusal(AuthorizationRefusal)
    }

    package let redirectURI: RedirectURI
    package let state: String?
    package let mode: ResponseMode
    package let result: Result

    init(_ request: AuthorizationRequest, _ result: Result) {
        let mode = request.responseType.mode
        self.init(
            redirectURI: request.recipient.redirectURI,
            state: request.state,
            mode: mode,
            result: result
        )
    }

    fileprivate init(redirectURI: RedirectURI, state: String?, mode: ResponseMode, result: Result) {
        self.redirectURI = redirectURI
        self.state = state
        self.mode = mode
        self.result = result
    }

    /// The refusal of a request that has a recipient.
    package static func refusing(
        _ refusal: AuthorizationRefusal,
        to recipient: Recipient,
        state: String?,
        mode: ResponseMode
    ) -> AuthorizationAnswer {
        AuthorizationAnswer(
            redirectURI: recipient.redirectURI,
            state: state,
            mode: mode,
            result: .refusal(refusal)
        )
    }

    /// The refusal of a request that was read to its end.
    package static func refusing(
        _ refusal: AuthorizationRefusal,
        _ request: AuthorizationRequest
    ) -> AuthorizationAnswer {
        AuthorizationAnswer(request, .refusal(refusal))
    }
}

// MARK: - Waiting for the customer

extension ApplicationRegistry {
    /// Keeps a request of a browser that has not signed in; the result names it in the sign-in page's address.
    package func keep(
        _ request: AuthorizationRequest,
        query: String,
        browser: [UInt8],
        at tenant: Tenant
    ) async throws -> String {
        let made = ticket(for: request, query: query, browser: browser, session: nil, at: tenant)
        try await database.write(made.insertion, .tenant(tenant.id))
        return made.ticket.id
    }

    /// A kept request, for the browser that brought it.
    package func waitingRequest(
        _ id: String,
        browser: [UInt8],
        at tenant: Tenant
    ) async throws
        -> WaitingRequest?
    {
        let (now, tenant) = (clock(), tenant.id)
        return try await database.read(.tenant(tenant)) { connection in
            guard let row = try connection.waitingRequest(id, tenant: tenant),
                areEqualInConstantTime(row.browser, browser)
            else { return nil }
            return try connection.waiting(row, tenant: tenant, at: now)
        }
    }

    /// The query of the request a ticket stands for, so that it can be taken up again by whoever signs in next.
    package func query(ofTicket ticket: String, at tenant: Tenant) async throws -> String? {
        guard let ticket = SecretText(parsing: ticket, kind: .ticket) else { return nil }
        let (digest, tenant) = (ticket.digest(with: secretKey), tenant.id)
        return try await database.transaction(.tenant(tenant)) { transaction in
            guard let row = try transaction.waitingRequest(ticket.id, tenant: tenant),
                areEqualInConstantTime(row.digest, digest)
            else { return nil }
            return row.query
        }
    }

    /// A ticket for a request, and the statement that writes its row.
    fileprivate func ticket(
        for request: AuthorizationRequest,
        query: String,
        browser: [UInt8],
        session: Session?,
        at tenant: Tenant
    ) -> (ticket: SecretText, insertion: SQL) {
        let now = clock()
        let ticket = SecretText(prefix: tenant.name.secretPrefix, kind: .ticket, now: now, entropy: entropy)
        let row = WaitingRow(
            digest: ticket.digest(with: secretKey),
            session: session?.id,
            browser: browser,
            query: query,
            application: request.application.id,
            redirectURI: request.recipient.redirectURI.text,
            wasNamed: request.recipient.wasNamed,
            scopes: request.scopes,
            state: request.state,
            challenge: request.challenge,
            responseType: request.responseType,
            revision: request.application.revision,
            expiresAt: now.addingTimeInterval(Double(tenant.policy.requestSeconds))
        )
        return (ticket, row.insertion(as: ticket.id, tenant: tenant.id))
    }
}

/// As often as this a code is given without a question; whoever asks more often is not a person's browser.
private let silentCodesPerHour = 10

extension CustomerAccess {
    /// Whether this customer has to be asked, and about what.
    package func standing(of request: AuthorizationRequest) async throws -> Standing {
        let application = request.application
        guard try await mayConnect(to: application) else {
            return .notATestAccount(isInvited: try await testInvitation(application.id.text) != nil)
        }
        let row = try await registry.database.read(
            ConsentGrant.select(
                of: account.id,
                to: application.id,
                codesSince: registry.clock() - 3600,
                atMost: silentCodesPerHour,
                tenant: tenant.id
            ),
            .tenant(tenant.id)
        ).first
        guard let row else { return .firstTime }
        let grant = try ConsentGrant(row, application)
        guard request.scopes.isSubset(of: grant.scopes) else { return .asksForMore(than: grant) }
        let isRare = try row.integer(7) < silentCodesPerHour
        return .covered(grant, mayBeSilent: isRare && request.needsNoQuestion(given: grant))
    }

    private func mayConnect(to application: Application) async throws -> Bool {
        let (tenant, account) = (tenant, account)
        if application.isOpen(at: tenant) { return true }
        return try await registry.database.read(.tenant(tenant.id)) { connection in
            try connection.mayConnect(account, to: application, at: tenant)
        }
    }

    /// Keeps what the consent screen shows; the ticket is its form's proof.
    ///
    /// The answer finds the row whenever it comes. A ticket promises nothing yet, so nobody waits for the disk:
    /// if the machine fails in that moment, the customer starts again from the application.
    package func remember(_ request: AuthorizationRequest, query: String) async throws -> SecretText {
        let made = registry.ticket(for: request, query: query, browser: [], session: session, at: tenant)
        try await registry.database.writeSoon(made.insertion, .tenant(tenant.id))
        return made.ticket
    }

    /// Answers without asking, under a consent that covers everything; nil when the application changed meanwhile.
    package func proceed(
        _ request: AuthorizationRequest,
        under grant: ConsentGrant
    ) async throws
        -> AuthorizationAnswer?
    {
        let code = registry.newCode(at: tenant)
        let row = CodeRow(request, digest: code.digest(with: registry.secretKey))
        let (now, tenant, application) = (registry.clock(), tenant, request.application)
        let holding = application.holding(asOf: application.revision, tenant: tenant.id)
        let isUnchanged = try await registry.database.transaction(.tenant(tenant.id)) { transaction in
            if try transaction.run(holding).isEmpty { return false }
            try transaction.insert(row, as: code.id, under: grant.id, tenant: tenant, at: now)
            return true
        }
        guard isUnchanged else { return nil }
        note(.allowed, of: application, at: request.recipient.redirectURI.text)
        return AuthorizationAnswer(request, .code(code))
    }

    /// Notes how it ended for the application's own people, and that the address was used.
    fileprivate func note(_ cause: Activity.Cause, of application: Application, at address: String) {
        registry.note(
            cause,
            of: application.id.text,
            at: .authorize,
            by: .customer,
            at: tenant,
            from: provenance
        )
        let rule = tenant.policy.redirectMatch
        let used = application.redirectURIs.first { $0.accepting(address, under: rule) != nil }
        guard cause == .allowed, let used else { return }
        let use = UseLog.Subject.redirectURI(application.id, used.text)
        registry.uses.note(use, tenant: tenant.id, at: registry.clock(), from: "")
    }
}

extension AuthorizationRequest {
    /// A question may be left out only where nobody could answer it in the application's place: it is approved,
    /// unchanged since the last consent, and lives behind https (RFC 8252 §8.6, CN-13).
    fileprivate func needsNoQuestion(given grant: ConsentGrant) -> Bool {
        guard case .web = recipient.redirectURI.destination, responseType == .code else { return false }
        return application.isApproved && application.kind == .confidential && prompt != .consent
            && grant.revision == application.revision
    }
}

// MARK: - The answer

extension CustomerAccess {
    /// Takes the customer's answer: once, in the session that was asked, for what was shown.
    package func answer(_ ticket: String, _ answer: ConsentAnswer) async throws -> ConsentOutcome {
        guard let ticket = SecretText(parsing: ticket, kind: .ticket) else { return .refused }
        let digest = ticket.digest(with: registry.secretKey)
        let code = registry.newCode(at: tenant)
        let moment = AnswerMoment(
            now: registry.clock(),
            code: code,
            codeDigest: code.digest(with: registry.secretKey),
            grantID: "gr_" + registry.entropy.base62(22)
        )
        do {
            let (outcome, application) = try await self.answer(ticket, digest, answer, moment)
            if case .answer(let sent) = outcome, let application {
                note(answer == .allow ? .allowed : .cancelled, of: application, at: sent.redirectURI.text)
            }
            return outcome
        } catch let overtaken as Overtaken {
            return .startAgain(query: overtaken.query)
        }
    }

    private func answer(
        _ ticket: SecretText,
        _ digest: [UInt8],
        _ answer: ConsentAnswer,
        _ moment: AnswerMoment
    ) async throws -> (ConsentOutcome, of: Application?) {
        try await registry.database.transaction(.tenant(tenant.id)) { transaction in
            guard let found = try transaction.waitingRequest(ticket.id, for: account.id, tenant: tenant.id),
                areEqualInConstantTime(found.row.digest, digest), found.row.session == session.id,
                let application = found.application
            else { return (.refused, nil) }
            let (row, waiting) = (found.row, found.row.waiting(for: application, at: moment.now))
            if waiting.expired { return (.expired(waiting), application) }
            guard application.revision == row.revision, !application.isSuspended,
                try transaction.mayConnect(account, to: application, at: tenant)
            else { return (.startAgain(query: row.query), application) }
            let taking = WaitingRow.taking(ticket.id, tenant: tenant.id, at: moment.now)
            let result =
                switch answer {
                case .allow: try allow(row, found.allowed, taking, application, moment, transaction)
                case .deny: try deny(row, taking, application, moment, transaction)
                }
            let sent = AuthorizationAnswer(
                redirectURI: try RedirectURI(kept: row.redirectURI),
                state: row.state,
                mode: row.responseType.mode,
                result: result
            )
            return (.answer(sent), application)
        }
    }

    private func allow(
        _ row: WaitingRow,
        _ allowed: ScopeSet,
        _ taking: SQL,
        _ application: Application,
        _ moment: AnswerMoment,
        _ transaction: any Connection
    ) throws -> AuthorizationAnswer.Result {
        let grantID = try transaction.allow(
            ConsentRow(row),
            beside: allowed,
            by: account.id,
            newID: moment.grantID,
            tenant: tenant.id,
            at: moment.now,
            providedThat: taking
        )
        guard let grantID else { throw Overtaken(query: row.query) }
        var detail = [("scopes", row.scopes.wire)]
        let result: AuthorizationAnswer.Result
        if row.responseType == .token {
            detail.append(("grant", Grant.implicit.rawValue))
            result = .token(try token(row, under: grantID, transaction))
        } else {
            let code = CodeRow(row, digest: moment.codeDigest)
            try transaction.insert(code, as: moment.code.id, under: grantID, tenant: tenant, at: moment.now)
            result = .code(moment.code)
        }
        let holding = application.holding(asOf: row.revision, tenant: tenant.id)
        guard try record(.consentGiven, application, detail, moment.now, transaction, provided: holding)
        else {
            throw Overtaken(query: row.query)
        }
        return result
    }

    /// A token that travels in the address itself, with nothing to refresh it (RFC 6749 §4.2.2).
    private func token(
        _ row: WaitingRow,
        under grant: String,
        _ transaction: any Connection
    ) throws -> IssuedTokens {
        let fresh = FreshTokens(for: row.application, at: tenant, of: registry, withRefreshToken: false)
        let family = fresh.family(fresh.access.id, grant: grant, scopes: row.scopes)
        try transaction.insert(family, of: row.application, tenant: tenant.id)
        try fresh.store(row.scopes, in: family, with: transaction)
        return try fresh.issued(.issued(row.scopes))
    }

    private func deny(
        _ row: WaitingRow,
        _ taking: SQL,
        _ application: Application,
        _ moment: AnswerMoment,
        _ transaction: any Connection
    ) throws -> AuthorizationAnswer.Result {
        if try transaction.run(taking).isEmpty { throw Overtaken(query: row.query) }
        try record(.consentRefused, application, [], moment.now, transaction)
        return .refusal(.deniedByCustomer)
    }

    @discardableResult
    fileprivate func record(
        _ action: Action,
        _ application: Application,
        _ detail: [(String, String)],
        _ now: Date,
        _ transaction: any Connection,
        provided condition: SQL? = nil
    ) throws -> Bool {
        try registry.ledger.record(
            action,
            of: application.id.text,
            by: actor,
            detail,
            from: provenance,
            in: transaction,
            tenant: tenant.id,
            at: now,
            provided: condition
        )
    }
}

/// The request was answered, or the application changed, while this answer was being written.
private struct Overtaken: Error { let query: String }

/// What an answer is made of, fixed before its transaction starts.
private struct AnswerMoment: Sendable {
    let now: Date
    let code: SecretText
    let codeDigest: [UInt8]
    let grantID: String
}

// MARK: - What stands

extension CustomerAccess {
    package func grants() async throws -> [ConsentGrant] {
        let (tenant, account) = (tenant.id, account.id)
        return try await registry.database.read(.tenant(tenant)) { connection in
            try connection.liveGrants(of: account, tenant: tenant)
        }
    }

    package func grant(_ id: String) async throws -> ConsentGrant? {
        try await grants().first { $0.id == id }
    }

    /// The name of an application this customer disconnected, for the notice that says so.
    package func formerConnection(_ id: String) async throws -> String? {
        let (tenant, account) = (tenant.id, account.id)
        return try await registry.database.read(.tenant(tenant)) { connection in
            let client = try connection.applicationOfEndedGrant(id, of: account, tenant: tenant)
            return try client.flatMap { try connection.application($0, tenant: tenant)?.displayName }
        }
    }

    /// Ends a consent and with it every code and token it gave; they are dead when this returns (CN-12).
    package func disconnect(_ grant: ConsentGrant) async throws {
        let (now, account) = (registry.clock(), account.id)
        try await registry.recentReads.changing {
            try await registry.database.transaction(.tenant(tenant.id)) { transaction in
                guard try transaction.endGrant(grant.id, of: account, tenant: tenant.id, at: now) else {
                    return
                }
                try record(.consentEnded, grant.application, [("grant", grant.id)], now, transaction)
            }
        }
    }
}

extension ApplicationRegistry {
    fileprivate func newCode(at tenant: Tenant) -> SecretText {
        SecretText(prefix: tenant.name.secretPrefix, kind: .code, now: clock(), entropy: entropy)
    }
}
