import FoundationEssentials
import Registry
import Support
import Testing

@Suite("Rotating for the partner")
struct RotatingForThePartner {
    let world: TestRegistry
    let owned: OwnedApplication
    let ada: AdminAccess

    init() async throws {
        world = try await TestRegistry()
        owned = try await world.registeredApplication()
        ada = try await world.admin("ada@harbour.example")
        world.clock.advance(by: .seconds(1))
    }

    private struct Missing: Error {}

    /// Rotates, and takes the link out of the letter.
    @discardableResult
    private func rotate(
        _ others: Overlap = .seconds(86_400),
        endsTokens: Bool = false
    ) async throws -> String {
        let rotation = SecretRotation(label: "2027", others: others, endsTokens: endsTokens)
        _ = try await ada.rotateSecret(of: owned.application, rotation)
        let link = try await world.letters().compactMap { letter in
            if case .secretRotated(_, _, _, let link) = letter { link } else { nil }
        }.last
        return try #require(link)
    }

    private func collect(_ link: String) async throws -> SecretText? {
        try await world.partner.collectSecret(link)?.secret
    }

    private func live() async throws -> [ClientSecret] {
        try await world.partner.secrets(of: owned.application).filter(\.isLive)
    }

    private func isGone(_ link: String, for partner: PartnerAccess? = nil) async throws -> Bool {
        let partner = partner ?? world.partner
        guard case .gone = try await partner.secretHandover(link) else { return false }
        return try await partner.collectSecret(link) == nil
    }

    private func actions() async throws -> [Action] {
        try await world.theOperator.ledger(after: 0, limit: 999).compactMap { Action(rawValue: $0.action) }
    }

    @Test func `an owner collects the new secret once, and looking at the link uses nothing up`() async throws
    {
        let link = try await rotate()
        for _ in 0..<3 {
            guard case .ready(let claim, _) = try await world.partner.secretHandover(link) else {
                throw Missing()
            }
            #expect(claim.rotation.label == "2027")
        }
        let fresh = try #require(try await collect(link))
        _ = try await world.client(owned, secret: fresh)
        #expect(try await live().first?.label == "2027")
        #expect(try await collect(link) == nil)
        guard case .collected(_, let person, let date) = try await world.partner.secretHandover(link) else {
            throw Missing()
        }
        #expect(person?.text == "dana@acme.example" && date == world.clock.now)
    }

    @Test func `before it is collected there is no new secret`() async throws {
        try await rotate(.untilRevoked)
        #expect(try await live().map(\.id) == [owned.secret?.id])
        let waiting = try await ada.secrets(of: owned.application).waiting
        #expect(waiting?.expiresAt == world.clock.now.addingTimeInterval(72 * 3600))
    }

    @Test func `the old secret's time is counted from when the new one is collected`() async throws {
        let link = try await rotate(.seconds(86_400))
        world.clock.advance(by: .seconds(71 * 3600))
        _ = try await world.client(owned)
        let fresh = try #require(try await collect(link))
        world.clock.advance(by: .seconds(86_399))
        _ = try await world.client(owned)
        world.clock.advance(by: .seconds(1))
        await #expect(throws: ClientRefusal.invalidClient) { try await world.client(owned) }
        _ = try await world.client(owned, secret: fresh)
    }

    @Test func `a link that nobody used in 72 hours makes nothing, and the old secret works on`() async throws
    {
        let link = try await rotate(.seconds(86_400))
        world.clock.advance(by: .seconds(72 * 3600))
        #expect(try await isGone(link))
        #expect(try await live().map(\.endsAt) == [nil])
        #expect(try await ada.secrets(of: owned.application).waiting == nil)
        _ = try await world.client(owned)
    }

    @Test func `until revoked, both secrets work on`() async throws {
        let fresh = try #require(try await collect(try await rotate(.untilRevoked)))
        world.clock.advance(by: .seconds(365 * 86_400))
        _ = try await world.client(owned)
        _ = try await world.client(owned, secret: fresh)
    }

    @Test func `where one has leaked every secret ends at once, before the new one is collected`()
        async throws
    {
        let token = try await world.client(owned).issueForItself(scope: nil).accessToken
        let link = try await rotate(.leaked)
        await #expect(throws: ClientRefusal.invalidClient) { try await world.client(owned) }
        let fresh = try #require(try await collect(link))
        let client = try await world.client(owned, secret: fresh)
        #expect(try await client.introspect(token.plaintext) != nil)
        #expect(try await world.partner.secrets(of: owned.application).last?.leavesTokens == true)
    }

    @Test func `tokens of a leaked secret go with it where that was chosen`() async throws {
        let token = try await world.client(owned).issueForItself(scope: nil).accessToken
        let link = try await rotate(.leaked, endsTokens: true)
        let fresh = try #require(try await collect(link))
        #expect(try await world.client(owned, secret: fresh).introspect(token.plaintext) == nil)
    }

    @Test func `tokens go only where the old secrets end at once`() async throws {
        let token = try await world.client(owned).issueForItself(scope: nil).accessToken
        try await rotate(.seconds(86_400), endsTokens: true)
        #expect(try await world.client(owned).introspect(token.plaintext) != nil)
    }

    @Test func `a later rotation kills the link of the earlier one, and not what it says of a used one`()
        async throws
    {
        let (earlier, later) = (try await rotate(), try await rotate())
        #expect(try await isGone(earlier))
        _ = try #require(try await collect(later))
        let third = try await rotate()
        guard case .collected = try await world.partner.secretHandover(later) else { throw Missing() }
        guard case .ready = try await world.partner.secretHandover(third) else { throw Missing() }
    }

    @Test func `of 20 rotations at once one link is left`() async throws {
        let rotation = SecretRotation(others: .untilRevoked)
        let asked = await atOnce(20) { try await ada.rotateSecret(of: owned.application, rotation) }
        #expect(asked.count == 20)
        var collected = 0
        for letter in try await world.letters() {
            guard case .secretRotated(_, _, _, let link) = letter else { continue }
            if try await collect(link) != nil { collected += 1 }
        }
        #expect(collected == 1)
    }

    @Test func `of 20 presses at once one makes a secret`() async throws {
        let link = try await rotate()
        let made = await atOnce(20) { try await collect(link) }.compactMap { $0 }
        #expect(made.count == 1)
        #expect(try await live().count == 2)
    }

    @Test func `what an owner made meanwhile is not ended`() async throws {
        let link = try await rotate(.seconds(86_400))
        world.clock.advance(by: .seconds(60))
        let own = try await world.partner.createSecret(
            for: owned.application,
            label: "",
            ticket: "one press",
            others: .untilRevoked
        )
        _ = try await collect(link)
        #expect(try await live().first { $0.id == own.id }?.endsAt == nil)
        #expect(try await live().first { $0.id == owned.secret?.id }?.endsAt != nil)
    }

    @Test func `with five secrets the link waits until one is revoked`() async throws {
        for number in 1..<5 {
            _ = try await world.partner.createSecret(
                for: owned.application,
                label: "",
                ticket: "press \(number)",
                others: .untilRevoked
            )
        }
        let link = try await rotate()
        guard case .full = try await world.partner.secretHandover(link) else { throw Missing() }
        #expect(try await collect(link) == nil)
        let first = try #require(owned.secret)
        try await world.partner.revokeSecret(first.id, of: owned.application)
        #expect(try await collect(link) != nil)
    }

    @Test func `a developer, a viewer, somebody else and a removed owner collect nothing`() async throws {
        let link = try await rotate()
        for role in [MemberRole.viewer, .developer] {
            let member = try await world.member("\(role)@acme.example", as: role, of: owned)
            await #expect(throws: MemberRefusal.self) {
                try await member.partner.secretHandover(link)
            }
            await #expect(throws: MemberRefusal.self) { try await member.partner.collectSecret(link) }
        }
        #expect(
            try await isGone(link, for: world.registry.newPartner("lee@cranes.example", at: world.tenant))
        )
        let second = try await world.member("lou@acme.example", as: .owner, of: owned)
        let lou = try await second.team().member(second.account.id.text)
        try await world.partner.member(of: owned.id).remove(try #require(lou))
        #expect(try await isGone(link, for: second.partner))
        #expect(try await collect(link) != nil)
    }

    @Test func `an application that is suspended can have its secret replaced meanwhile`() async throws {
        _ = try await ada.suspend(owned.application, reason: "A leak")
        let fresh = try #require(try await collect(try await rotate(.leaked)))
        try await ada.resume(owned.application)
        _ = try await world.client(owned, secret: fresh)
    }

    @Test func `the link of an application that was deleted is dead`() async throws {
        let link = try await rotate()
        try await world.partner.member(of: owned.id).delete()
        #expect(try await isGone(link))
        await #expect(throws: OperatorRefusal.noSuchApplication(owned.id)) {
            _ = try await ada.rotateSecret(of: owned.application, SecretRotation(others: .leaked))
        }
    }

    @Test func `a public application has no secret to rotate`() async throws {
        let native = try await world.registeredApplication("Acme Desktop", kind: .public)
        await #expect(throws: SecretRefusal.publicApplication) {
            _ = try await ada.rotateSecret(of: native.application, SecretRotation(others: .untilRevoked))
        }
    }

    @Test func `both halves are in the ledger, and the owners are told of each`() async throws {
        _ = try await world.member("vic@acme.example", as: .viewer, of: owned)
        _ = try await world.letters()
        let link = try await rotate()
        #expect(try await actions().last == .secretRotated)
        _ = try #require(try await collect(link))
        #expect(try await actions().last == .secretCollected)
        let told = try await world.letters().filter { if case .secretCreated = $0 { true } else { false } }
        #expect(told.count == 1)
    }

    @Test func `nothing that is kept contains the secret or the link`() async throws {
        let link = try await rotate(.leaked, endsTokens: true)
        let fresh = try #require(try await collect(link))
        for table in Schema.ofTenants {
            let query: SQL = "SELECT " + .list(table.columns) + " FROM \(table.name)"
            let rows = try await world.database.read(query, .tenant(world.tenant.id)).map { "\($0)" }
            for secret in [fresh.plaintext, link] {
                #expect(rows.allSatisfy { !$0.contains(secret) && !$0.contains(secret.suffix(40)) })
            }
        }
        let entries = try await world.theOperator.ledger(after: 0, limit: 999).map(\.detail)
        #expect(entries.contains { $0.contains("others_end=now") && $0.contains("tokens=revoked") })
    }

    @Test func `the operator rotates as an administrator does`() async throws {
        let claim = try await world.theOperator.rotateSecret(of: owned.id, SecretRotation(others: .leaked))
        #expect(claim.expiresAt == world.clock.now.addingTimeInterval(72 * 3600))
        #expect(try await live().isEmpty)
        let last = try #require(try await world.theOperator.ledger(after: 0, limit: 999).last)
        #expect(last.actor == "operator" && last.action == "secret.rotated" && last.object == owned.id)
    }
}
