import FoundationEssentials
import Registry
import Support
import Testing

@Suite("Alerting administrators")
struct AlertingAdministrators {
    let world: TestRegistry
    init() async throws {
        world = try await TestRegistry {
            $0.policy.applicationsPerPartner = 100
            $0.policy.unapprovedApplications = 100
        }
        _ = try await world.admin("ada@harbour.example")
    }

    private func alerts() async throws -> [Alert] {
        try await world.letters().compactMap { if case .alert(let alert, _, _) = $0 { alert } else { nil } }
    }

    @Test func `they hear of a code that comes twice, once a day for each application`() async throws {
        let application = try await world.registeredApplication()
        let client = try await world.client(application)
        for _ in 1...3 {
            let code = try await world.code(for: application)
            _ = try await client.redeem(code: code)
            await #expect(throws: TokenRefusal.self) { try await client.redeem(code: code) }
        }
        #expect(try await alerts() == [.codeReused])
        world.clock.advance(by: .seconds(86_400))
        let code = try await world.code(for: application)
        _ = try await client.redeem(code: code)
        await #expect(throws: TokenRefusal.self) { try await client.redeem(code: code) }
        #expect(try await alerts() == [.codeReused, .codeReused])
    }

    @Test func `they hear of a refresh token that comes back`() async throws {
        let application = try await world.registeredApplication()
        let client = try await world.client(application)
        let tokens = try await world.tokens(for: application)
        _ = try await client.refresh(tokens)
        await #expect(throws: TokenRefusal.self) { try await client.refresh(tokens) }
        #expect(try await alerts() == [.refreshReused])
    }

    @Test func `a wrong code alerts nobody`() async throws {
        let client = try await world.client(try await world.registeredApplication())
        await #expect(throws: TokenRefusal.self) { try await client.redeem(code: "harbour_ac_nonsense") }
        #expect(try await alerts().isEmpty)
    }

    @Test func `they hear when many applications are registered within an hour`() async throws {
        func register(_ numbers: Range<Int>) async throws {
            for number in numbers {
                var form = ApplicationForm()
                (form.companyName, form.ticket) = ("Company \(number)", "ticket \(number)")
                let logo = LogoDigest("0123456789abcdef")
                _ = try await world.partner.register(ApplicationDraft(form, logo: logo, at: world.tenant))
            }
        }
        let many = Alert.registrationsAnHour
        try await register(0..<many)
        #expect(try await alerts().isEmpty)
        try await register(many..<many + 2)
        #expect(try await alerts() == [.manyRegistrations])
        world.clock.advance(by: .seconds(86_400))
        try await register(many + 2..<many + 4)
        #expect(try await alerts() == [.manyRegistrations])
    }
}
