import FoundationEssentials
import Registry
import Support
import Testing

@Suite("Redeeming a code")
struct RedeemingACode {
    let world: TestRegistry
    init() async throws { world = try await TestRegistry() }

    @Test func `a code buys an access token and a refresh token for what was allowed`() async throws {
        let application = try await world.registeredApplication()
        let tokens = try await world.tokens(for: application, scope: "equipment.change equipment.read")
        #expect(tokens.scopes.wire == "equipment.change equipment.read")
        #expect(tokens.expiresIn == 900)
        #expect(try await world.works(tokens.accessToken, for: application))
        #expect(try await world.works(tokens.refreshToken, for: application))
    }

    @Test func `it works after 58 seconds and not after 62`() async throws {
        let application = try await world.registeredApplication()
        let client = try await world.client(application)

        let early = try await world.code(for: application)
        world.clock.advance(by: .seconds(58))
        _ = try await client.redeem(code: early)

        let late = try await world.code(for: application)
        world.clock.advance(by: .seconds(62))
        await #expect(throws: TokenRefusal.invalidGrant(.expired)) { try await client.redeem(code: late) }
    }

    @Test func `a wrong verifier neither buys nor spoils anything`() async throws {
        let application = try await world.registeredApplication()
        let client = try await world.client(application)
        let code = try await world.code(for: application)
        let wrong = [nil, "", Pixy.challenge, String(Pixy.verifier.dropLast()), Pixy.verifier + "k"]
        for verifier in wrong {
            let reason: TokenRefusal.Reason = verifier == nil ? .missingVerifier : .wrongVerifier
            await #expect(throws: TokenRefusal.invalidGrant(reason)) {
                try await client.redeem(code: code, redirectURI: TestRegistry.callback, verifier: verifier)
            }
        }
        let tokens = try await client.redeem(code: code)
        #expect(try await world.works(tokens.accessToken, for: application))
    }

    @Test(arguments: [(42, false), (43, true), (128, true), (129, false)])
    func `a verifier has 43 to 128 characters`(length: Int, isAccepted: Bool) async throws {
        let application = try await world.registeredApplication()
        let verifier = String(repeating: "v", count: length)
        let sent: [(name: String, value: String)] = [
            ("client_id", application.id), ("response_type", "code"),
            ("redirect_uri", TestRegistry.callback), ("code_challenge_method", "S256"),
            ("code_challenge", base64URL(sha256(Array(verifier.utf8)))),
        ]
        let recipient = try await world.registry.recipient(of: Parameters(sent), at: world.tenant)
        let request = try AuthorizationRequest(Parameters(sent), for: recipient, at: world.tenant)
        let ticket = try await world.customer.remember(request, query: "")
        let code = try #require(try await world.customer.answer(ticket.plaintext, .allow).answer?.code)
        let client = try await world.client(application)
        let redeem = {
            try await client.redeem(
                code: code.plaintext,
                redirectURI: TestRegistry.callback,
                verifier: verifier
            )
        }
        if isAccepted {
            _ = try await redeem()
        } else {
            await #expect(throws: TokenRefusal.invalidGrant(.wrongVerifier)) { try await redeem() }
        }
    }

    @Test func `another application can neither use nor spoil it`() async throws {
        let application = try await world.registeredApplication()
        let other = try await world.registeredApplication("Borrowed Cranes")
        let code = try await world.code(for: application)
        let thief = try await world.client(other)
        await #expect(throws: TokenRefusal.invalidGrant(.unknown)) { try await thief.redeem(code: code) }
        let tokens = try await world.client(application).redeem(code: code)
        #expect(try await world.works(tokens.accessToken, for: application))
    }

    @Test func `a second redemption is refused and ends what the first one bought`() async throws {
        let application = try await world.registeredApplication()
        let client = try await world.client(application)
        let code = try await world.code(for: application)
        let tokens = try await client.redeem(code: code)
        await #expect(throws: TokenRefusal.invalidGrant(.alreadyUsed)) { try await client.redeem(code: code) }
        #expect(try await !world.works(tokens.accessToken, for: application))
        #expect(try await !world.works(tokens.refreshToken, for: application))
        #expect(try await world.ledger().contains { $0.action == "code.reused" })
    }

    @Test(arguments: [0, 1, 30, 3600, 86_400])
    func `a replay also ends what a refresh has made of it since`(secondsLater: Int) async throws {
        let application = try await world.registeredApplication()
        let client = try await world.client(application)
        let code = try await world.code(for: application)
        let bought = try await client.redeem(code: code)
        world.clock.advance(by: .seconds(secondsLater))
        let refreshed = try await client.refresh(bought)
        await #expect(throws: TokenRefusal.invalidGrant(.alreadyUsed)) { try await client.redeem(code: code) }
        for token in [bought.accessToken, refreshed.accessToken, refreshed.refreshToken] {
            #expect(try await !world.works(token, for: application))
        }
        await #expect(throws: TokenRefusal.invalidGrant(.ended)) { try await client.refresh(refreshed) }
    }

    @Test func `a replay that proves nothing revokes nothing`() async throws {
        let application = try await world.registeredApplication()
        let other = try await world.registeredApplication("Borrowed Cranes")
        let client = try await world.client(application)
        let code = try await world.code(for: application)
        let tokens = try await client.redeem(code: code)
        await #expect(throws: TokenRefusal.invalidGrant(.wrongVerifier)) {
            try await client.redeem(code: code, redirectURI: TestRegistry.callback, verifier: Pixy.challenge)
        }
        await #expect(throws: TokenRefusal.invalidGrant(.otherRedirectURI)) {
            try await client.redeem(code: code, redirectURI: nil, verifier: Pixy.verifier)
        }
        let thief = try await world.client(other)
        await #expect(throws: TokenRefusal.invalidGrant(.unknown)) { try await thief.redeem(code: code) }
        #expect(try await world.works(tokens.accessToken, for: application))
        #expect(try await world.works(tokens.refreshToken, for: application))
    }

    @Test func `an address that was named has to be named again, and be the same`() async throws {
        let application = try await world.registeredApplication()
        let client = try await world.client(application)
        let code = try await world.code(for: application, redirectURI: TestRegistry.callback)
        for other in [nil, "", TestRegistry.callback + "/", "https://ACME.example/callback"] {
            await #expect(throws: TokenRefusal.invalidGrant(.otherRedirectURI)) {
                try await client.redeem(code: code, redirectURI: other, verifier: Pixy.verifier)
            }
        }
        _ = try await client.redeem(code: code)
    }

    @Test func `an address that was left out may be left out again or be the registered one`() async throws {
        let application = try await world.registeredApplication()
        let client = try await world.client(application)
        let first = try await world.code(for: application, redirectURI: nil)
        await #expect(throws: TokenRefusal.invalidGrant(.otherRedirectURI)) {
            try await client.redeem(code: first, redirectURI: "https://x.example/", verifier: Pixy.verifier)
        }
        _ = try await client.redeem(code: first, redirectURI: nil, verifier: Pixy.verifier)
        let second = try await world.code(for: application, redirectURI: nil)
        _ = try await client.redeem(code: second)
    }

    @Test func `a consent withdrawn between leaves nothing to redeem`() async throws {
        let application = try await world.registeredApplication()
        let client = try await world.client(application)
        let code = try await world.code(for: application)
        let grant = try #require(try await world.customer.grants().first)
        try await world.customer.disconnect(grant)
        await #expect(throws: TokenRefusal.invalidGrant(.ended)) { try await client.redeem(code: code) }
    }

    @Test func `a suspended application redeems nothing`() async throws {
        let application = try await world.registeredApplication()
        let code = try await world.code(for: application)
        try await world.theOperator.suspend(application.id, reason: "Unusual traffic")
        await #expect(throws: ClientRefusal.invalidClient) {
            try await world.client(application).redeem(code: code)
        }
        try await world.theOperator.resume(application.id)
        _ = try await world.client(application).redeem(code: code)
    }

    @Test(arguments: [TestRegistry.callback, "http://127.0.0.1/callback"])
    func `removing an address ends the codes that were sent there`(registered: String) async throws {
        let application = try await world.registeredApplication(at: [
            registered, "https://acme.example/other",
        ])
        let sentTo = registered.replacing("127.0.0.1/", with: "127.0.0.1:49152/")
        let code = try await world.code(for: application, redirectURI: sentTo)
        try await world.partner.removeRedirectURI(registered, from: application.application)
        let client = try await world.client(application)
        await #expect(throws: TokenRefusal.self) {
            try await client.redeem(code: code, redirectURI: sentTo, verifier: Pixy.verifier)
        }
    }

    @Test func `what is no code of ours is not known`() async throws {
        let application = try await world.registeredApplication()
        let client = try await world.client(application)
        let tokens = try await world.tokens(for: application)
        for text in ["", "x", tokens.accessToken.plaintext, String(repeating: "a", count: 100_000)] {
            await #expect(throws: TokenRefusal.invalidGrant(.unknown)) { try await client.redeem(code: text) }
        }
    }

    @Test func `the right id with another secret is not known`() async throws {
        let application = try await world.registeredApplication()
        let client = try await world.client(application)
        let code = try await world.code(for: application)
        let forged = try #require(SecretText(parsing: code, kind: .code)).forged(.code, at: world.clock.now)
        await #expect(throws: TokenRefusal.invalidGrant(.unknown)) {
            try await client.redeem(code: forged.plaintext)
        }
        _ = try await client.redeem(code: code)
    }

    @Test func `of 32 redemptions at once one succeeds, and then nothing is left alive`() async throws {
        let application = try await world.registeredApplication()
        let client = try await world.client(application)
        let code = try await world.code(for: application)
        let bought = await atOnce(32) { try await client.redeem(code: code) }
        #expect(bought.count == 1)
        let tokens = try #require(bought.first)
        #expect(try await !world.works(tokens.accessToken, for: application))
        #expect(try await !world.works(tokens.refreshToken, for: application))
    }

    @Test func `codes are long, distinct, and nothing of them is kept`() async throws {
        let application = try await world.registeredApplication()
        let code = try await world.code(for: application)
        #expect(code.hasPrefix("harbour_code_") && code.utf8.count == "harbour_code_".utf8.count + 65)
        let second = try await world.code(for: application)
        #expect(second != code)
        let kept = try await world.database.read(.tenant(world.tenant.id)) { connection in
            try connection.run("SELECT digest FROM authorization_codes").map { try $0.bytes(0) }
        }
        #expect(kept.count == 2 && kept.allSatisfy { $0.count == 32 })
    }
}

extension SecretText {
    /// A secret with the same id and a right checksum that is nevertheless another.
    func forged(_ kind: Kind, at now: Date) -> SecretText {
        let digits = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)
        let random = id.utf8.dropFirst(5).compactMap { digits.firstIndex(of: $0) }.map(UInt8.init)
        return SecretText(
            prefix: "harbour",
            kind: kind,
            now: now,
            entropy: Entropy { count in
                random + [UInt8](repeating: 1, count: max(0, count - random.count))
            }
        )
    }
}
