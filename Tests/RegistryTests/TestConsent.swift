import Registry
import Testing

/// The verifier of every request here (RFC 7636 appendix B), and its challenge.
enum Pixy {
    static let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    static let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
}

extension TestRegistry {
    /// What a browser brings to the authorization endpoint for this application.
    func request(
        _ registered: OwnedApplication,
        scope: String? = "equipment.read",
        redirectURI: String? = callback,
        state: String? = "s-1",
        _ more: [(name: String, value: String)] = []
    ) async throws -> AuthorizationRequest {
        var sent: [(name: String, value: String)] = [
            ("client_id", registered.application.id.text), ("response_type", "code"),
            ("code_challenge", Pixy.challenge), ("code_challenge_method", "S256"),
        ]
        if let scope { sent.append(("scope", scope)) }
        if let redirectURI { sent.append(("redirect_uri", redirectURI)) }
        if let state { sent.append(("state", state)) }
        let asked = Parameters(sent + more)
        let recipient = try await registry.recipient(of: asked, at: tenant)
        return try AuthorizationRequest(asked, for: recipient, at: tenant)
    }

    /// A code that a customer allowed.
    func code(
        for registered: OwnedApplication,
        scope: String? = "equipment.read",
        redirectURI: String? = callback,
        by somebody: CustomerAccess? = nil
    ) async throws -> String {
        let request = try await request(registered, scope: scope, redirectURI: redirectURI)
        let customer = somebody ?? customer
        let ticket = try await customer.remember(request, query: "")
        let outcome = try await customer.answer(ticket.plaintext, .allow)
        return try #require(outcome.answer?.code?.plaintext)
    }

    /// What a code buys: an access and a refresh token.
    func tokens(
        for registered: OwnedApplication,
        scope: String? = "equipment.read",
        by customer: CustomerAccess? = nil
    ) async throws -> IssuedTokens {
        let code = try await code(for: registered, scope: scope, by: customer)
        return try await client(registered).redeem(code: code)
    }

    /// Whether the application would be told that a token works.
    func works(_ token: SecretText?, for registered: OwnedApplication) async throws -> Bool {
        let token = try #require(token)
        return try await client(registered).introspect(token.plaintext) != nil
    }
}

extension CustomerAccess {
    /// Looks at the consent screen for a request; the ticket is its form's.
    func remember(_ request: AuthorizationRequest, query: String) async throws -> SecretText {
        let shown = try await disclosure(of: request)
        return try await remember(WaitingSubject(request, query: query), showing: shown)
    }

    /// What the consent screen for a request says.
    func disclosure(of request: AuthorizationRequest) async throws -> ShownDisclosure {
        var earlier: EarlierConsent?
        let companies = try await companies()
        switch try await standing(of: request, for: companies) {
        case .asksForMore(let consent), .covered(let consent, _): earlier = try opened(consent)
        case .firstTime, .notATestAccount, .frozen: break
        }
        return ShownDisclosure(
            Disclosure(of: request, given: earlier, among: companies, in: "en", at: tenant)
        )
    }

    /// Whether this customer has to be asked.
    func standing(of request: AuthorizationRequest) async throws -> Standing {
        try await standing(of: request, for: try await companies())
    }
}

extension ClientAccess {
    /// Redeems with everything right, unless a test says otherwise.
    func redeem(code: String) async throws -> IssuedTokens {
        try await redeem(code: code, redirectURI: TestRegistry.callback, verifier: Pixy.verifier)
    }

    func refresh(_ tokens: IssuedTokens, scope: String? = nil) async throws -> IssuedTokens {
        try await refresh(try #require(tokens.refreshToken).plaintext, scope: scope)
    }
}

extension ConsentOutcome {
    var answer: AuthorizationAnswer? { if case .answer(let answer) = self { answer } else { nil } }
    var startsAgain: Bool { if case .startAgain = self { true } else { false } }
    var isExpired: Bool { if case .expired = self { true } else { false } }
    var isRefused: Bool { if case .refused = self { true } else { false } }
}

extension AuthorizationAnswer {
    var code: SecretText? { if case .code(let code) = result { code } else { nil } }
    var refusal: AuthorizationRefusal? { if case .refusal(let refusal) = result { refusal } else { nil } }
}

/// Does something many times at the same time, and returns what came of those that succeeded.
func atOnce<Result: Sendable>(
    _ count: Int,
    _ act: @escaping @Sendable () async throws -> Result
) async
    -> [Result]
{
    await withTaskGroup(of: Result?.self) { group in
        for _ in 0..<count {
            group.addTask { do { return try await act() } catch { return nil } }
        }
        return await group.reduce(into: [Result]()) { results, one in if let one { results.append(one) } }
    }
}

// MARK: - What the ledger says

extension TestRegistry {
    func ledger() async throws -> [LedgerEntry] {
        try await theOperator.ledger(after: 0, limit: 10_000)
    }

    /// Changes a ledger as somebody does who may take away what guards it.
    func tamper(with tenant: Tenant, _ changes: [SQL]) async throws {
        let (off, on): ([SQL], [SQL]) =
            database.isShared
            ? (["ALTER TABLE ledger DISABLE TRIGGER USER"], ["ALTER TABLE ledger ENABLE TRIGGER USER"])
            : (
                [
                    "DROP TRIGGER IF EXISTS ledger_is_not_changed",
                    "DROP TRIGGER IF EXISTS ledger_is_not_shortened",
                ], []
            )
        try await database.transaction(.tenant(tenant.id)) { transaction in
            for statement in off + changes + on { _ = try transaction.run(statement) }
        }
    }

    /// What an act added to the ledger.
    func entries(of act: () async throws -> Void) async throws -> [String] {
        let before = try await ledger().count
        try await act()
        return try await ledger().dropFirst(before).map(\.action)
    }
}
