import Registry
import Support
import Testing

@testable import Portal

@Suite("Braking letters")
struct BrakingLetters {
    let portal: TestPortal
    let application: OwnedApplication

    init() async throws {
        portal = try await TestPortal { $0.policy.testAccountsPerApplication = 30 }
        application = try await portal.registeredApplication(isApproved: false)
    }

    private func list(_ emails: [String], in browser: inout Browser) async throws -> Answer {
        try await browser.post(
            "/applications/\(application.id)/test-accounts",
            [("seal", browser.ownSeal), ("emails", emails.joined(separator: "\n"))]
        )
    }

    /// To how many people a letter about testing waits.
    private func letters() async throws -> Int {
        try await portal.registry.waitingLetters(of: portal.tenant.id).count {
            if case .invitedToTest = $0.letter { true } else { false }
        }
    }

    @Test func `a test account taken off and listed again is not written to again at once`() async throws {
        var dana = try await portal.partner()
        #expect(try await list(["kim@northfield.example"], in: &dana).status == 303)
        for _ in 1...10 {
            #expect(try await list([], in: &dana).status == 303)
            let again = try await list(["kim@northfield.example"], in: &dana)
            #expect(again.status == 422 && again.text.contains("Try again in a minute"))
        }
        #expect(try await letters() == 1)
        portal.clock.advance(by: .seconds(61))
        #expect(try await list(["kim@northfield.example"], in: &dana).status == 303)
        #expect(try await letters() == 2)
    }

    @Test func `each new test account counts like an invitation to a team`() async throws {
        var dana = try await portal.partner()
        let emails = (1...21).map { "guest\($0)@northfield.example" }
        #expect(try await list(emails, in: &dana).status == 429)
        #expect(try await letters() == 0)
        #expect(try await list(Array(emails.prefix(19)), in: &dana).status == 303)
        #expect(try await list(Array(emails.prefix(20)), in: &dana).status == 303)
        #expect(try await list(emails, in: &dana).status == 429)
        #expect(try await letters() == 20)
    }

    @Test func `saving a list as it is costs nothing`() async throws {
        var dana = try await portal.partner()
        for _ in 1...25 { #expect(try await list(["kim@northfield.example"], in: &dana).status == 303) }
        #expect(try await letters() == 1)
    }
}
