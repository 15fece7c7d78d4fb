import Registry
import Support
import Synchronization
import Testing
import Web

@testable import Portal

@Suite("Shutting somebody out")
struct ShuttingSomebodyOut {
    let portal: TestPortal
    init() async throws { portal = try await TestPortal() }

    private let ada = "ada@harbour.example"
    private let kim = "kim@northfield.example"
    private let words = "Your account cannot sign in. Contact Harbourline support."

    private func id(of email: String, as role: Role) async throws -> String {
        let address = try #require(EmailAddress(email))
        let accounts = try await portal.theOperator.accounts(of: address)
        return try #require(accounts.first { $0.account.role == role }).account.id.text
    }

    private func signIn(_ email: String, as role: Role, _ password: String) async throws -> Answer {
        let path = SignInPage.path(for: role)
        var browser = portal.browser()
        _ = try await browser.get(path)
        return try await browser.post(
            path,
            [("seal", browser.ownSeal), ("email", email), ("password", password)]
        )
    }

    @Test func `whoever is shut out while their logo is looked at signs in again, and registered nothing`()
        async throws
    {
        let shutOut = Mutex<(@Sendable () async throws -> Void)?>(nil)
        let portal = try await TestPortal(decodeLogo: { upload, _ in
            try await shutOut.withLock { $0 }?()
            return try Logo.decode(upload)
        })
        var dana = try await portal.partner()
        let page = try await dana.get("/applications/new")
        shutOut.withLock {
            $0 = {
                let address = try #require(EmailAddress("dana@acme.example"))
                let accounts = try await portal.theOperator.accounts(of: address)
                try await portal.theOperator.disable(try #require(accounts.first).account, because: "")
            }
        }
        let answer = try await dana.post(
            "/applications",
            [
                ("seal", try #require(page.hidden("seal"))),
                ("ticket", try #require(page.hidden("ticket"))), ("company_name", "Acme Rentals"),
            ],
            file: (name: "logo", filename: "logo.png", bytes: try TestPortal.logo())
        )
        #expect(answer.status == 303)
        #expect(answer.location?.contains("/partners/sign-in") == true)
        #expect(try await portal.theOperator.applications().isEmpty)
    }

    @Test(arguments: Role.allCases)
    func `an administrator disables and enables an account, and its owner is told after the password`(
        role: Role
    ) async throws {
        var browser = try await portal.browser(of: ada, as: .admin)
        try await portal.add("lou@acme.example", as: role)
        let place = "/admin/accounts/\(try await id(of: "lou@acme.example", as: role))"
        let found = try await browser.get("/admin/accounts", [("email", "lou@acme.example")])
        #expect(found.body.contains(place))
        #expect(try await browser.get(place).text.contains("They cannot sign in"))

        let disabled = try await browser.post(
            "\(place)/disable",
            [("seal", browser.ownSeal), ("reason", "Left")]
        )
        #expect(try await browser.follow(disabled).text.contains("The account is disabled."))
        let wrong = try await signIn("lou@acme.example", as: role, "not the password at all")
        #expect(wrong.status == 422 && !wrong.text.contains(words))
        let right = try await signIn("lou@acme.example", as: role, TestPortal.password)
        #expect(right.status == 422 && right.text.contains(words))
        #expect(try await browser.get("/admin/audit").text.contains("disabled the account"))
        #expect(try await browser.get("/admin/accounts").body.contains(place))

        let enabled = try await browser.post("\(place)/enable", [("seal", browser.ownSeal)])
        #expect(try await browser.follow(enabled).text.contains("The account is enabled."))
        #expect(try await signIn("lou@acme.example", as: role, TestPortal.password).status == 303)
    }

    @Test func `a partner who lost phone and recovery codes is let in with the password alone`() async throws
    {
        var browser = try await portal.browser(of: ada, as: .admin)
        _ = try await portal.carefulPartner("lou@acme.example")
        let place = "/admin/accounts/\(try await id(of: "lou@acme.example", as: .partner))"
        #expect(try await browser.get(place).text.contains("Reset second factor"))
        let done = try await browser.post("\(place)/reset-second-factor", [("seal", browser.ownSeal)])
        #expect(try await browser.follow(done).text.contains("The second factor is gone."))
        #expect(try await !browser.get(place).text.contains("Reset second factor"))
        var lou = try await portal.halfway("lou@acme.example", as: .partner)
        #expect(try await lou.get("/applications").status == 200)
    }

    @Test(arguments: [Role.customer, .admin])
    func `nobody else’s second factor is taken away there`(role: Role) async throws {
        var browser = try await portal.browser(of: ada, as: .admin)
        try await portal.add("lou@acme.example", as: role)
        let place = "/admin/accounts/\(try await id(of: "lou@acme.example", as: role))/reset-second-factor"
        #expect(try await browser.post(place, [("seal", browser.ownSeal)]).status == 404)
    }

    @Test func `it ends the session of whoever is there`() async throws {
        var browser = try await portal.browser(of: ada, as: .admin)
        var customer = try await portal.customer(kim)
        let place = "/admin/accounts/\(try await id(of: kim, as: .customer))"
        #expect(try await customer.get("/account/connections").status == 200)
        #expect(try await browser.post("\(place)/disable", [("seal", browser.ownSeal)]).status == 303)
        #expect(try await customer.get("/account/connections").status == 303)
    }

    @Test func `nobody shuts themselves out, and a reason is no novel`() async throws {
        var browser = try await portal.browser(of: ada, as: .admin)
        let own = "/admin/accounts/\(try await id(of: ada, as: .admin))"
        #expect(try await !browser.get(own).text.contains("btn danger"))
        #expect(try await browser.post("\(own)/disable", [("seal", browser.ownSeal)]).status == 422)
        try await portal.add(kim, as: .customer)
        let place = "/admin/accounts/\(try await id(of: kim, as: .customer))/disable"
        let long = String(repeating: "é", count: 501)
        let answer = try await browser.post(place, [("seal", browser.ownSeal), ("reason", long)])
        #expect(answer.status == 422 && answer.text.contains("Say why in up to 500 characters"))
    }

    @Test func `whoever is disabled cannot be invited, and the list says so`() async throws {
        var browser = try await portal.browser(of: ada, as: .admin)
        _ = try await portal.administrator("vic@harbour.example", .full)
        let place = "/admin/accounts/\(try await id(of: "vic@harbour.example", as: .admin))"
        #expect(try await browser.post("\(place)/disable", [("seal", browser.ownSeal)]).status == 303)
        #expect(try await browser.get("/admin/people").text.contains("Disabled"))
        let answer = try await browser.post(
            "/admin/people",
            [("seal", browser.ownSeal), ("email", "vic@harbour.example"), ("rank", "full")]
        )
        #expect(answer.status == 422 && answer.text.contains("Their account is disabled"))
    }
}
