import FoundationEssentials
import Registry
import Support
import Testing

@Suite("Entering every token in the ledger")
struct EnteringEveryToken {
    private static let kim = SignIn(
        email: "kim@northfield.example",
        password: TestRegistry.password,
        role: .customer
    )

    private func world(
        isOn: Bool = true,
        _ change: (inout Policy) -> Void = { _ in }
    ) async throws -> TestRegistry {
        try await TestRegistry { settings in
            settings.policy.grants = Set(Grant.allCases)
            settings.policy.tokensInAuditLog = isOn
            settings.policy.manualIssuance = true
            change(&settings.policy)
        }
    }

    /// The entries about tokens, without what stood there before.
    private func issued(at world: TestRegistry) async throws -> [LedgerEntry] {
        try await world.ledger().filter { $0.action == "token.issued" }
    }

    /// What such an entry says of tokens that a customer's data is for.
    private func detail(
        _ tokens: IssuedTokens,
        _ family: String,
        _ grant: String,
        at world: TestRegistry
    ) -> String {
        let refresh = tokens.refreshToken.map { "refresh_token=\($0.id); " } ?? ""
        return "access_token=\(tokens.accessToken.id); \(refresh)family=\(family); "
            + "customer=\(world.customer.account.id); grant=\(grant); scopes=\(tokens.scopes.wire)"
    }

    @Test func `where nobody asked for it no token is entered`() async throws {
        let world = try await world(isOn: false)
        let client = try await world.client(try await world.registeredApplication())
        let entries = try await world.entries {
            _ = try await client.issueForItself(scope: nil)
            _ = try await client.refresh(try await client.issue(to: Self.kim, scope: nil))
        }
        #expect(entries == ["consent.given"])
    }

    @Test func `an application's own token is entered by its id`() async throws {
        let world = try await world()
        let application = try await world.registeredApplication()
        let tokens = try await world.client(application).issueForItself(scope: "equipment.read")
        let entry = try #require(try await issued(at: world).last)
        #expect(entry.object == application.id && entry.actor == "client:\(application.id)")
        #expect(entry.at == world.clock.now)
        #expect(entry.address == "192.0.2.7" && entry.reference == "01JD-7F3K-Q2")
        let id = tokens.accessToken.id
        #expect(entry.detail == "access_token=\(id); grant=client_credentials; scopes=equipment.read")
        #expect(try await issued(at: world).count == 1)
    }

    @Test func `one that brings a refresh token names that, too`() async throws {
        let world = try await world { $0.refreshWithClientCredentials = true }
        let application = try await world.registeredApplication()
        let tokens = try await world.client(application).issueForItself(scope: "equipment.read")
        let (id, refresh) = (tokens.accessToken.id, try #require(tokens.refreshToken).id)
        #expect(
            try await issued(at: world).map(\.detail) == [
                "access_token=\(id); refresh_token=\(refresh); family=\(id); grant=client_credentials; "
                    + "scopes=equipment.read"
            ]
        )
    }

    @Test func `a code's token and each refresh are entered with the customer and the family`() async throws {
        let world = try await world()
        let application = try await world.registeredApplication()
        let client = try await world.client(application)
        let bought = try await world.tokens(for: application)
        let second = try await client.refresh(bought)
        let entries = try await issued(at: world)
        let redeemed = try #require(try await world.ledger().first { $0.action == "code.redeemed" })
        let family = redeemed.detail.replacing("code=", with: "")
        #expect(
            entries.map(\.detail) == [
                detail(bought, family, "authorization_code", at: world),
                detail(second, family, "refresh_token", at: world),
            ]
        )
        #expect(entries.allSatisfy { $0.actor == "client:\(application.id)" })
    }

    @Test func `one that a password bought, too`() async throws {
        let world = try await world()
        let application = try await world.registeredApplication()
        let tokens = try await world.client(application).issue(to: Self.kim, scope: "equipment.read")
        #expect(
            try await issued(at: world).map(\.detail) == [
                detail(tokens, tokens.accessToken.id, "password", at: world)
            ]
        )
    }

    @Test func `one given by hand, by whoever gave it`() async throws {
        let world = try await world()
        let application = try await world.registeredApplication()
        let email = world.customer.account.email
        let tokens = try await world.theOperator.issue(to: application.id, for: email)
        let entry = try #require(try await issued(at: world).last)
        #expect(entry.actor == "operator" && entry.object == application.id)
        #expect(entry.detail == detail(tokens, tokens.accessToken.id, "manual", at: world))
    }

    @Test func `where the refresh token stays only the new one is named`() async throws {
        let world = try await world { $0.refresh = .keep }
        let application = try await world.registeredApplication()
        let bought = try await world.tokens(for: application)
        let again = try await world.client(application).refresh(bought)
        let detail = try #require(try await issued(at: world).last).detail
        #expect(detail.contains("access_token=\(again.accessToken.id); family="))
    }

    @Test func `what was refused is not entered`() async throws {
        let world = try await world()
        let application = try await world.registeredApplication()
        let client = try await world.client(application)
        let bought = try await world.tokens(for: application)
        _ = try await client.refresh(bought)
        let entries = try await world.entries {
            await #expect(throws: TokenRefusal.self) { try await client.refresh(bought) }
            await #expect(throws: TokenRefusal.self) { try await client.issueForItself(scope: "admin") }
            await #expect(throws: TokenRefusal.self) {
                let wrong = SignIn(email: Self.kim.email, password: "wrong", role: .customer)
                return try await client.issue(to: wrong, scope: nil)
            }
        }
        #expect(entries == ["refresh_token.reused", "session.refused"])
    }

    @Test func `no token is ever in it`() async throws {
        let world = try await world()
        let application = try await world.registeredApplication()
        let client = try await world.client(application)
        let bought = try await world.tokens(for: application)
        let all = [bought, try await client.refresh(bought), try await client.issueForItself(scope: nil)]
        let secrets = all.flatMap { [$0.accessToken, $0.refreshToken] }.compactMap { $0?.plaintext }
        for entry in try await world.ledger() {
            for secret in secrets { #expect(!entry.detail.contains(secret)) }
        }
    }

    @Test func `without its entry there is no token`() async throws {
        let world = try await world()
        let application = try await world.registeredApplication()
        let client = try await world.client(application)
        let bought = try await world.tokens(for: application)
        func tokens() async throws -> Int {
            try await world.database.read(.tenant(world.tenant.id)) { connection in
                try connection.run("SELECT count(*) FROM access_tokens").first?.integer(0) ?? -1
            }
        }
        let before = try await tokens()
        try await world.database.transaction(.directory) { connection in
            _ = try connection.run("ALTER TABLE ledger RENAME TO ledger_elsewhere")
        }
        await #expect(throws: (any Error).self) { try await client.issueForItself(scope: nil) }
        await #expect(throws: (any Error).self) { try await client.refresh(bought) }
        #expect(try await tokens() == before)
        try await world.database.transaction(.directory) { connection in
            _ = try connection.run("ALTER TABLE ledger_elsewhere RENAME TO ledger")
        }
        _ = try await client.refresh(bought)
    }

    @Test func `of many at once each has one entry, and the chain holds`() async throws {
        let world = try await world()
        let application = try await world.registeredApplication()
        let client = try await world.client(application)
        let bought = try await world.tokens(for: application)
        let own = await atOnce(32) { try await client.issueForItself(scope: nil) }
        let refreshed = await atOnce(8) { try await client.refresh(bought) }
        #expect(own.count == 32 && refreshed.count == 1)
        let ids = Set((own + refreshed + [bought]).map(\.accessToken.id))
        let named = try await issued(at: world).map { entry in
            String(entry.detail.prefix { $0 != ";" }.dropFirst("access_token=".count))
        }
        #expect(named.count == 34 && Set(named) == ids)
        guard case .complete = try await world.theOperator.verifyLedger() else {
            return #expect(Bool(false), "the chain holds")
        }
    }
}
