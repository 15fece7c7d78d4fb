import FoundationEssentials
import Registry
import Support
import Testing

@Suite("Showing a second factor")
struct ShowingASecondFactor {
    let world: TestRegistry
    init() async throws { world = try await TestRegistry() }

    private func unproven() async throws -> UnprovenAccess {
        try await world.registry.add("ada@harbour.example", as: .admin, at: world.tenant)
        return try await again()
    }

    private func again() async throws -> UnprovenAccess {
        let cookie = try await world.registry.signIn("ada@harbour.example", as: .admin, at: world.tenant)
        return try #require(
            try await world.registry.unproven(
                cookie,
                as: .admin,
                at: world.tenant,
                from: TestRegistry.provenance
            )
        )
    }

    private func admin(_ cookie: SecretText) async throws -> AdminAccess? {
        try await world.registry.admin(cookie.plaintext, at: world.tenant, from: TestRegistry.provenance)
    }

    /// RFC 6238 appendix B, the last six of its eight digits.
    @Test(arguments: [
        (59, "287082"), (1_111_111_109, "081804"), (1_111_111_111, "050471"), (1_234_567_890, "005924"),
        (2_000_000_000, "279037"), (20_000_000_000, "353130"),
    ])
    func `codes are those of the standard`(seconds: Int, code: String) throws {
        let key = try #require(AuthenticatorKey("GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ"))
        #expect(key.text == "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")
        #expect(key.code(at: Date(timeIntervalSince1970: Double(seconds))) == code)
    }

    @Test func `what is no key of 160 bits is none`() {
        for text in ["", "GEZD", "gezdgnbvgy3tqojqgezdgnbvgy3tqojq", "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQA1"] {
            #expect(AuthenticatorKey(text) == nil)
        }
    }

    @Test func `an administrator with a password alone is not let in`() async throws {
        let person = try await unproven()
        #expect(!person.hasSecondFactor)
        let cookie = try await world.registry.signIn("ada@harbour.example", as: .admin, at: world.tenant)
        #expect(
            try await world.registry.admin(cookie, at: world.tenant, from: TestRegistry.provenance) == nil
        )
    }

    @Test func `the first code sets it up, lets its owner in, and ends every other session`() async throws {
        let (other, person) = (try await unproven(), try await again())
        let enrolment = try await person.enrol(person.newKey.code(at: world.clock.now))
        let admin = try #require(try await admin(enrolment.cookie))
        #expect(admin.isFresh)
        #expect(enrolment.recoveryCodes.count == 10)
        await #expect(throws: SecondFactorRefusal.wrongCode) {
            _ = try await other.enrol(other.newKey.code(at: world.clock.now))
        }
    }

    @Test func `a session has another cookie once its code was shown`() async throws {
        let person = try await unproven()
        let enrolment = try await person.enrol(person.newKey.code(at: world.clock.now))
        #expect(enrolment.cookie.id != person.session.id)
        #expect(
            try await world.registry.unproven(
                enrolment.cookie.plaintext,
                as: .admin,
                at: world.tenant,
                from: TestRegistry.provenance
            ) == nil
        )
    }

    @Test func `each code is taken once, and none older than one that was`() async throws {
        let person = try await unproven()
        let key = person.newKey
        _ = try await person.enrol(key.code(at: world.clock.now))
        let replay = key.code(at: world.clock.now)
        let earlier = key.code(at: world.clock.now.addingTimeInterval(-30))
        for code in [replay, earlier] {
            let again = try await again()
            await #expect(throws: SecondFactorRefusal.wrongCode) { _ = try await again.prove(code) }
        }
        world.clock.advance(by: .seconds(30))
        let later = try await again()
        let cookie = try await later.prove(key.code(at: world.clock.now))
        #expect(try await admin(cookie) != nil)
    }

    @Test(arguments: [(-2, false), (-1, true), (0, true), (1, true), (2, false)])
    func `a code one step early or late is taken`(steps: Int, isTaken: Bool) async throws {
        let person = try await unproven()
        let key = person.newKey
        _ = try await person.enrol(key.code(at: world.clock.now))
        world.clock.advance(by: .seconds(300))
        let code = key.code(at: world.clock.now.addingTimeInterval(Double(30 * steps)))
        let later = try await again()
        if isTaken {
            #expect(try await admin(later.prove(code)) != nil)
        } else {
            await #expect(throws: SecondFactorRefusal.wrongCode) { _ = try await later.prove(code) }
        }
    }

    @Test func `of many at once with the same code one is let in`() async throws {
        let person = try await unproven()
        let key = person.newKey
        _ = try await person.enrol(key.code(at: world.clock.now))
        world.clock.advance(by: .seconds(60))
        let code = key.code(at: world.clock.now)
        var people: [UnprovenAccess] = []
        for _ in 0..<8 { people.append(try await again()) }
        let letIn = await withTaskGroup(of: Bool.self) { group in
            for person in people {
                group.addTask {
                    do {
                        _ = try await person.prove(code)
                        return true
                    } catch { return false }
                }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(letIn == 1)
    }

    @Test func `a recovery code lets in once, however it is typed`() async throws {
        let person = try await unproven()
        let codes = try await person.enrol(person.newKey.code(at: world.clock.now)).recoveryCodes
        let typed = try #require(codes.first).plaintext.uppercased().replacing("-", with: " ")
        let first = try await again()
        let admin = try #require(try await admin(first.prove(typed)))
        #expect(try await admin.secondFactor()?.recoveryCodesLeft == 9)
        let second = try await again()
        await #expect(throws: SecondFactorRefusal.wrongCode) { _ = try await second.prove(typed) }
    }

    @Test func `a code that was shown to a session which is gone is not spent`() async throws {
        let person = try await unproven()
        let codes = try await person.enrol(person.newKey.code(at: world.clock.now)).recoveryCodes
        let typed = try #require(codes.first).plaintext
        let gone = try await again()
        let tenant = world.tenant.id
        try await world.database.write("DELETE FROM sessions WHERE tenant = \(tenant)", .tenant(tenant))
        let entries = try await world.entries {
            await #expect(throws: SecondFactorRefusal.wrongCode) { _ = try await gone.prove(typed) }
        }
        #expect(entries.isEmpty)
        #expect(try await admin(again().prove(typed)) != nil)
    }

    @Test func `another's recovery code lets nobody in`() async throws {
        let person = try await unproven()
        let codes = try await person.enrol(person.newKey.code(at: world.clock.now)).recoveryCodes
        let dana = try await world.partner.enrol(world.partner.newKey.code(at: world.clock.now))
        let ada = try await again()
        for code in dana.recoveryCodes {
            await #expect(throws: SecondFactorRefusal.wrongCode) { _ = try await ada.prove(code.plaintext) }
        }
        #expect(codes.count == 10)
    }

    @Test func `five minutes after the last code somebody has to confirm`() async throws {
        let person = try await unproven()
        let key = person.newKey
        let ada = try #require(
            try await admin(person.enrol(key.code(at: world.clock.now)).cookie)
        )
        world.clock.advance(by: .seconds(300))
        #expect(ada.isFresh)
        world.clock.advance(by: .seconds(1))
        #expect(!ada.isFresh)
        let confirmed = try #require(try await admin(ada.confirm(key.code(at: world.clock.now))))
        #expect(confirmed.isFresh)
        #expect(confirmed.session.id != ada.session.id)
    }

    @Test func `whoever gets or loses one is told by letter`() async throws {
        _ = try await world.letters()
        let dana = world.partner
        let cookie = try await dana.enrol(dana.newKey.code(at: world.clock.now)).cookie.plaintext
        func isSet() async throws -> [Bool] {
            try await world.letters().compactMap {
                if case .secondFactorChanged(.partner, let isSet, _, _) = $0 { isSet } else { nil }
            }
        }
        #expect(try await isSet() == [true])
        let again = try await world.registry.partner(cookie, at: world.tenant, from: TestRegistry.provenance)
        try await #require(again).removeSecondFactor()
        #expect(try await isSet() == [false])
        // Who has none loses none.
        try await world.theOperator.resetSecondFactor(of: dana.account)
        #expect(try await isSet().isEmpty)
        _ = try await world.admin("ada@harbour.example")
        #expect(try await world.letters().isEmpty)
    }

    @Test func `a partner with one needs it, and without one again after removing it`() async throws {
        let partner = world.partner
        let cookie = try await partner.enrol(partner.newKey.code(at: world.clock.now)).cookie
        let signedIn = try await world.registry.signIn("dana@acme.example", as: .partner, at: world.tenant)
        let provenance = TestRegistry.provenance
        #expect(try await world.registry.partner(signedIn, at: world.tenant, from: provenance) == nil)
        let careful = try #require(
            try await world.registry.partner(cookie.plaintext, at: world.tenant, from: provenance)
        )
        try await careful.removeSecondFactor()
        let after = try await world.registry.signIn("dana@acme.example", as: .partner, at: world.tenant)
        #expect(try await world.registry.partner(after, at: world.tenant, from: provenance) != nil)
    }

    @Test func `neither key nor recovery codes can be read from the database`() async throws {
        let person = try await unproven()
        let key = person.newKey
        let codes = try await person.enrol(key.code(at: world.clock.now)).recoveryCodes
        let rows = try await world.database.read(.tenant(world.tenant.id)) { connection in
            try connection.run("SELECT sealed_key FROM second_factors").map { try $0.bytes(0) }
                + connection.run("SELECT digest FROM recovery_codes").map { try $0.bytes(0) }
        }
        #expect(rows.count == 11)
        let secrets = [key.text] + codes.map(\.plaintext)
        for row in rows {
            for secret in secrets { #expect(!row.contains(Array(secret.utf8))) }
        }
        #expect(rows.first?.count == 24 + 20 + 16)
    }

    @Test func `the ledger says what happened, and no code`() async throws {
        let person = try await unproven()
        let code = person.newKey.code(at: world.clock.now)
        _ = try await person.enrol(code)
        let later = try await again()
        await #expect(throws: SecondFactorRefusal.wrongCode) { _ = try await later.prove(code) }
        let entries = try await world.theOperator.ledger(after: 0, limit: 100)
        #expect(
            entries.map(\.action).suffix(3) == [
                "second_factor.set", "session.started", "second_factor.refused",
            ]
        )
        #expect(!entries.contains { $0.detail.contains(code) })
    }
}
