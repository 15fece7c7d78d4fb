import Registry
import Support
import Testing

@testable import Portal

@Suite("Braking letters")
struct BrakingLetters {
    let portal: TestPortal
    let application: OwnedApplication
    private let dana = "dana@acme.example"

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

    /// Sends the form of a page in Dana's name.
    private func send(
        _ path: String,
        _ fields: [(name: String, value: String)] = [],
        in browser: inout Browser
    ) async throws -> Answer {
        let seal = (name: "seal", value: try #require(try await browser.get(path).hidden("seal")))
        return try await browser.post(path, [seal, (name: "email", value: dana)] + fields)
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

    @Test func `what a stranger asks for keeps nobody's new password away`() async throws {
        try await portal.add(dana, as: .partner)
        var (owner, stranger) = (portal.browser(), portal.browser())
        let password = (name: "password", value: TestPortal.password)
        #expect(try await send("/partners/sign-in", [password], in: &owner).status == 303)
        owner.cookies["portal-harbour-partner"] = nil
        func resets() async throws -> Int {
            try await portal.registry.waitingLetters(of: portal.tenant.id).count {
                if case .resetPassword = $0.letter { true } else { false }
            }
        }
        _ = try await send("/partners/sign-up", [("name", "Dana")], in: &stranger)
        _ = try await send("/account/forgotten", in: &stranger)
        _ = try await send("/partners/forgotten", in: &owner)
        #expect(try await resets() == 1)
        for _ in 1...12 {
            portal.clock.advance(by: .seconds(601))
            _ = try await send("/partners/forgotten", in: &stranger)
        }
        #expect(try await resets() == 11)
        _ = try await send("/partners/forgotten", in: &owner)
        #expect(try await resets() == 12)
    }

    @Test
    func `who asks for a new password too soon waits as long, whether the address has an account or not`()
        async throws
    {
        var browser = portal.browser()
        browser.cookies["portal-harbour-known"] = "a guess"
        let page = try await browser.get("/partners/forgotten")
        let seal = (name: "seal", value: try #require(page.hidden("seal")))
        for email in [dana, "nobody@acme.example"] {
            _ = try await browser.post("/partners/forgotten", [seal, (name: "email", value: email)])
            let took = try await ContinuousClock().measure {
                _ = try await browser.post("/partners/forgotten", [seal, (name: "email", value: email)])
            }
            #expect(took >= .milliseconds(50))
        }
    }

    @Test func `nobody has a link sent to as many addresses as they like`() async throws {
        var browser = try await portal.partner(dana)
        for number in 1...21 {
            let fields = [
                (name: "seal", value: browser.ownSeal), (name: "email", value: "guest\(number)@acme.example"),
                (name: "address_password", value: TestPortal.password),
            ]
            let answer = try await browser.post("/partners/account/address", fields)
            #expect(answer.status == (number <= 20 ? 303 : 429))
        }
    }
}
