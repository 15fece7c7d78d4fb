import Registry
import Support
import Testing
import Web

@testable import Portal

@Suite("Giving tokens by hand")
struct GivingTokensByHand {
    let portal: TestPortal
    let application: OwnedApplication
    let partner: Browser
    let admin: Browser

    init() async throws {
        portal = try await TestPortal { $0.policy.manualIssuance = true }
        application = try await portal.registeredApplication()
        partner = try await portal.partner()
        admin = try await portal.browser(of: "ada@harbour.example", as: .admin)
        _ = try await portal.customer()
    }

    private var below: String { "/applications/\(application.id)" }

    private func asked(_ more: [(name: String, value: String)] = []) async throws -> Answer {
        var dana = partner
        let fields: [(name: String, value: String)] = [
            ("seal", dana.ownSeal), ("email", "kim@northfield.example"), ("reason", "They asked us to."),
            ("scope", "equipment.read"),
        ]
        let names = Set(more.map(\.name))
        let kept = fields.filter { !names.contains($0.name) }
        return try await dana.post(below + "/token-requests", kept + more)
    }

    /// The links in letters of one kind, in their order.
    private func links(to place: String) async throws -> [String] {
        let writer = LetterWriter(tenant: portal.tenant, publicURL: portal.site.publicURL)
        return try await portal.registry.waitingLetters(of: portal.tenant.id).reversed()
            .map { writer.write($0.letter).link.url }
            .filter { $0.contains(place) }
            .map { String($0.dropFirst(TestPortal.issuer.count)) }
    }

    /// An administrator's form, filled in; the request of the partner where there is one.
    private func form(_ request: String = "", _ seal: String) -> [(name: String, value: String)] {
        [
            ("seal", seal), ("request", request), ("application", application.id),
            ("email", "kim@northfield.example"), ("scope", "equipment.read"), ("ends", "90"),
            ("hand", "link"),
        ]
    }

    @Test func `from the partner's form to a token that is shown once`() async throws {
        #expect(try await asked().status == 303)
        var (ada, dana) = (admin, partner)
        let queue = try await ada.get("/admin")
        #expect(queue.text.contains("Requests for a token (1)"))
        let request = try #require(queue.between("/admin/manual-tokens/", "\""))
        let filled = try await ada.get("/admin/manual-tokens/new", [("request", request)])
        #expect(filled.text.contains("They asked us to.") && filled.body.contains("kim@northfield.example"))

        let summary = try await ada.post("/admin/manual-tokens/check", form(request, ada.ownSeal))
        #expect(summary.status == 200 && summary.text.contains("Ask the customer?"))
        #expect(try await links(to: "/token-requests/").isEmpty)
        #expect(try await ada.post("/admin/manual-tokens", form(request, ada.ownSeal)).status == 303)

        var kim = portal.browser()
        let link = try #require(try await links(to: "/token-requests/").last)
        let signIn = try await kim.follow(try await kim.get(link))
        #expect(signIn.text.contains("to continue to Acme Rentals"))
        let fields: [(name: String, value: String)] = [
            ("seal", try #require(signIn.hidden("seal"))),
            ("request", try #require(signIn.hidden("request"))),
            ("email", "kim@northfield.example"), ("password", TestPortal.password),
        ]
        let consent = try await kim.follow(try await kim.post("/sign-in", fields))
        #expect(consent.text.contains("Harbourline asks on behalf of Acme Rentals."))
        #expect(consent.text.contains("Request \(request)") && consent.text.contains("You will stay here."))
        #expect(!consent.text.contains("You will return to"))
        let done = try await kim.follow(try await kim.answer(consent, "allow"))
        #expect(done.text.contains("Acme Rentals can now use your Harbourline data"))

        let handover = try #require(try await links(to: "/handover/").last)
        for _ in 0..<2 {
            #expect(try await dana.get(handover).text.contains("Press the button when you are ready"))
        }
        let shown = try await dana.post(handover, [("seal", dana.ownSeal)])
        let token =
            try #require(shown.between("<output id=\"access-token\"", "</code>"))
            .split(separator: ">").last.map(String.init) ?? ""
        #expect(shown["Cache-Control"] == "no-store" && shown.text.contains("We show this token once."))
        let registry = portal.registry
        let from = Provenance(address: "192.0.2.7", reference: "a test")
        #expect(try await registry.bearer(token, at: portal.tenant, from: from) != nil)
        let again = try await dana.follow(try await dana.post(handover, [("seal", dana.ownSeal)]))
        #expect(again.text.contains("This token was collected on") && !again.body.contains(token))

        let list = try await kim.get("/account/connections")
        #expect(list.text.contains("Issued by hand by"))
        let grant = try #require(list.between("/account/connections/gr_", "\""))
        let detail = try await kim.get("/account/connections/gr_\(grant)")
        #expect(detail.text.contains("Connected by Harbourline on your behalf on"))
        #expect(detail.text.contains("(request \(request))"))
    }

    @Test func `a door that is closed while the customer reads gives no token`() async throws {
        #expect(try await asked().status == 303)
        var (ada, kim) = (admin, portal.browser())
        let request = try #require(try await ada.get("/admin").between("/admin/manual-tokens/", "\""))
        #expect(try await ada.post("/admin/manual-tokens", form(request, ada.ownSeal)).status == 303)
        let link = try #require(try await links(to: "/token-requests/").last)
        let signIn = try await kim.follow(try await kim.get(link))
        let fields: [(name: String, value: String)] = [
            ("seal", try #require(signIn.hidden("seal"))),
            ("request", try #require(signIn.hidden("request"))),
            ("email", "kim@northfield.example"), ("password", TestPortal.password),
        ]
        let consent = try await kim.follow(try await kim.post("/sign-in", fields))
        _ = try await portal.registry.importTenant(.harbour(), as: portal.tenant.name)
        #expect(try await kim.answer(consent, "allow").status == 303)
        #expect(try await links(to: "/handover/").isEmpty)
        #expect(try await !kim.get("/account/connections").text.contains("Acme Rentals"))
    }

    @Test func `the administrators are told by letter that a partner asks`() async throws {
        _ = try await portal.administrator("vic@harbour.example", .readOnly)
        portal.clock.advance(by: .seconds(1))
        #expect(try await asked().status == 303)
        let posted = try #require(try await portal.registry.waitingLetters(of: portal.tenant.id).first)
        #expect(posted.recipient.text == "ada@harbour.example")
        let writer = LetterWriter(tenant: portal.tenant, publicURL: portal.site.publicURL)
        let letter = writer.write(posted.letter)
        #expect(letter.subject == "Acme Rentals asks for a token by hand")
        #expect(!letter.text(from: portal.tenant).contains("kim@northfield.example"))
        var ada = admin
        let page = try await ada.get(String(letter.link.url.dropFirst(TestPortal.issuer.count)))
        #expect(page.status == 200 && page.text.contains("kim@northfield.example"))
    }

    @Test func `a customer who says no reads that nothing was shared, and stays`() async throws {
        var kim = try await portal.customer("lee@northfield.example")
        let reference = try await portal.manualRequest(
            for: application,
            to: "lee@northfield.example",
            by: admin
        )
        let consent = try await kim.get("/account/token-requests/\(reference)")
        let done = try await kim.follow(try await kim.answer(consent, "deny"))
        #expect(done.text.contains("You said no") && done.text.contains("Nothing was shared."))
        #expect(try await links(to: "/handover/").isEmpty)
        var ada = admin
        #expect(try await ada.get("/admin/manual-tokens/\(reference)").text.contains("The customer said no"))
    }

    @Test func `what is missing is told at its field`() async throws {
        #expect(try await asked([("email", "kim")]).text.contains("Enter an e-mail address like"))
        #expect(try await asked([("reason", "")]).text.contains("Say why you need it"))
        let change = try await asked([("scope", "equipment.change")])
        #expect(change.status == 422 && change.text.contains("only reading is given by hand"))
        var ada = admin
        var sent = form("", ada.ownSeal)
        sent.removeAll { $0.name == "email" }
        let unknown = try await ada.post(
            "/admin/manual-tokens/check",
            sent + [("email", "nobody@northfield.example")]
        )
        #expect(unknown.status == 422 && unknown.text.contains("There is no customer with this address"))
    }

    @Test func `every mistake is told at once`() async throws {
        var ada = admin
        let typed: [(name: String, value: String)] = [
            ("seal", ada.ownSeal), ("application", "nothing"), ("ends", "never"),
        ]
        let answer = try await ada.post(
            "/admin/manual-tokens/check",
            typed + [("email", "kim@northfield.example")]
        )
        #expect(answer.status == 422 && answer.text.contains("Choose an application"))
        #expect(answer.text.contains("Say why it never ends"))
        let other = try await ada.post("/admin/manual-tokens/check", typed + [("email", "kim")])
        #expect(
            other.text.contains("Enter an e-mail address") && other.text.contains("Say why it never ends")
        )
    }

    @Test func `an application that nobody can connect is not offered`() async throws {
        let cranes = try await portal.registeredApplication("Borrowed Cranes")
        try await portal.theOperator.suspend(cranes.id, reason: "Odd")
        var ada = admin
        let page = try await ada.get("/admin/manual-tokens/new").body
        #expect(page.contains("value=\"\(application.id)\"") && !page.contains(cranes.id))
    }

    @Test func `a partner is not told who is a customer`() async throws {
        let known = try await asked()
        let unknown = try await asked([("email", "nobody@northfield.example")])
        #expect(known.status == 303 && known.location == unknown.location)
    }

    @Test func `where no token is given by hand there are no such pages`() async throws {
        let closed = try await TestPortal()
        let owned = try await closed.registeredApplication()
        var dana = try await closed.partner()
        var ada = try await closed.browser(of: "ada@harbour.example", as: .admin)
        #expect(try await dana.get("/partners/ask-for-a-token").status == 404)
        #expect(try await dana.get("/applications/\(owned.id)/token-requests/new").status == 404)
        #expect(try await ada.get("/admin/manual-tokens/new").status == 404)
        #expect(try await !dana.get("/").text.contains("for a token"))
        #expect(try await !dana.get("/applications/\(owned.id)").text.contains("Tokens by hand"))
    }

    @Test func `the home page leads to the form of the only application`() async throws {
        var dana = partner
        #expect(try await dana.get("/").text.contains("Ask Harbourline for a token"))
        let answer = try await dana.get("/partners/ask-for-a-token")
        #expect(answer.location?.hasSuffix("\(below)/token-requests/new") == true)
    }

    @Test func `a token in the letter is offered only where the tenant does that`() async throws {
        var ada = admin
        #expect(try await !ada.get("/admin/manual-tokens/new").text.contains("put the token in the e-mail"))
        let mailing = try await TestPortal {
            $0.policy.manualIssuance = true
            $0.policy.manualTokenByMail = true
        }
        var ines = try await mailing.browser(of: "ines@harbour.example", as: .admin)
        #expect(try await ines.get("/admin/manual-tokens/new").text.contains("put the token in the e-mail"))
    }
}
