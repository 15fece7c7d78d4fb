import FoundationEssentials
import Registry
import Support
import Testing
import Web

@testable import Portal

@Suite("Having owners collect a secret")
struct HavingOwnersCollectASecret {
    let portal: TestPortal
    let application: OwnedApplication
    let partner: Browser
    let admin: Browser

    init() async throws {
        portal = try await TestPortal()
        application = try await portal.registeredApplication()
        partner = try await portal.partner()
        admin = try await portal.browser(of: "ada@harbour.example", as: .admin)
        portal.clock.advance(by: .seconds(1))
    }

    private var place: String { "/admin/applications/\(application.id)" }

    private func rotate(
        _ others: String = "604800",
        _ more: [(name: String, value: String)] = []
    ) async throws -> Answer {
        var ada = admin
        return try await ada.post(
            place + "/rotate",
            [("seal", ada.ownSeal), ("others", others), ("label", "production 2027")] + more
        )
    }

    private func letters() async throws -> [WrittenLetter] {
        let writer = LetterWriter(tenant: portal.tenant, publicURL: portal.site.publicURL)
        return try await portal.registry.waitingLetters(of: portal.tenant.id).map { writer.write($0.letter) }
    }

    /// Where the letter that was posted last leads to.
    private func link() async throws -> String {
        let link = try await letters().first { $0.link.url.contains("/secrets/") }?.link.url
        return String(try #require(link).dropFirst(TestPortal.issuer.count))
    }

    private func secret(in answer: Answer) throws -> String {
        try #require(answer.between("<output id=\"client-secret\"", "</code>"))
            .split(separator: ">").last.map(String.init) ?? ""
    }

    private func token(with secret: String) async throws -> Int {
        let client = Client(portal: portal, id: application.id, secret: secret)
        return try await client.post("/oauth2/token", [("grant_type", "client_credentials")]).status
    }

    @Test func `an administrator rotates, an owner collects, and only the owner sees the secret`()
        async throws
    {
        var (ada, dana) = (admin, partner)
        #expect(try await ada.get(place).text.contains("Rotate for the partner"))
        let asked = try await ada.get(place + "/rotate")
        #expect(asked.text.contains("You will not see the secret. The partner’s owners get a mail"))
        let done = try await ada.follow(try await rotate())
        #expect(done.text.contains("The owners have an e-mail with a link to collect the new secret."))
        #expect(done.text.contains("A new secret waits for the owners."))

        let link = try await link()
        for _ in 0..<2 {
            let page = try await dana.get(link)
            #expect(page.status == 200 && page.text.contains("It is shown once."))
            #expect(page.text.contains("The older secrets work for 7 days after you collect the new one."))
            #expect(page.text.contains("production 2027"))
        }
        let shown = try await dana.post(link, [("seal", dana.ownSeal)])
        let secret = try secret(in: shown)
        #expect(shown.status == 200 && shown["Cache-Control"] == "no-store")
        #expect(shown.text.contains("We show this secret once.") && shown.text.contains("Try it now"))
        #expect(try await token(with: secret) == 200)

        for page in [place, place + "/rotate", "/admin/audit", "/admin"] {
            #expect(!(try await ada.get(page)).body.contains(secret))
        }
        #expect(try await !letters().contains { $0.text(from: portal.tenant).contains(secret) })
        let audit = try await ada.get("/admin/audit").text
        #expect(audit.contains("Somebody collected a new client secret of Acme Rentals"))
        #expect(audit.contains("asked the owners to collect a new client secret of Acme Rentals"))
    }

    @Test func `the second visit says who collected it and when`() async throws {
        _ = try await rotate()
        let link = try await link()
        var dana = partner
        let secret = try secret(in: try await dana.post(link, [("seal", dana.ownSeal)]))
        let again = try await dana.follow(try await dana.post(link, [("seal", dana.ownSeal)]))
        for page in [again, try await dana.get(link)] {
            #expect(page.status == 410 && page.text.contains("This secret was collected on"))
            #expect(page.text.contains("by dana@acme.example") && !page.body.contains(secret))
        }
    }

    @Test func `a proven leak ends every secret now, and its tokens where that is ticked`() async throws {
        let old = try #require(application.secret).plaintext
        #expect(try await token(with: old) == 200)
        try await portal.registry.writeLastUses()
        var (ada, dana) = (admin, partner)
        let asked = try await ada.get(place + "/rotate")
        #expect(asked.text.contains("Revoke now and tell the partner"))
        #expect(asked.text.contains("Also revoke the tokens issued with themSo far 1."))
        let done = try await ada.follow(try await rotate("leaked", [("tokens", "too")]))
        let audit = try await ada.get("/admin/audit").text
        #expect(audit.contains("revoked every client secret, because one leaked, and asked the owners to"))
        #expect(done.text.contains("The secrets are revoked.") && done.text.contains("No secret works."))
        #expect(try await token(with: old) == 401)

        #expect(try await dana.get("/applications/\(application.id)").text.contains("No secret works."))
        #expect(
            try await !dana.get("/applications/\(application.id)/secrets/new").text.contains("stop working")
        )
        let letter = try #require(try await letters().first)
        #expect(letter.subject == "Harbourline revoked the client secrets of Acme Rentals")
        #expect(letter.text(from: portal.tenant).contains("The tokens issued with them stopped as well."))
        let page = try await dana.get(link())
        #expect(page.text.contains("The older secrets no longer work, because one has leaked."))
        let shown = try await dana.post(link(), [("seal", dana.ownSeal)])
        #expect(try await token(with: secret(in: shown)) == 200)
        #expect(!shown.text.contains("Also revoke them"))
    }

    @Test func `a letter in both its forms has the link and no secret`() async throws {
        _ = try await rotate()
        let letter = try #require(try await letters().first)
        #expect(letter.subject == "Collect the new client secret of Acme Rentals")
        for form in [letter.text(from: portal.tenant), letter.html(from: portal.tenant)] {
            #expect(form.contains(letter.link.url) && form.contains("You sign in first, as an Owner."))
            #expect(form.contains("Collect the new one once, until"))
        }
    }

    @Test func `whoever may only look rotates nothing`() async throws {
        var vic = try await portal.administrator("vic@harbour.example", .readOnly)
        let sent: [(name: String, value: String)] = [("seal", vic.ownSeal), ("others", "leaked")]
        #expect(try await vic.post(place + "/rotate", sent).status == 403)
        #expect(try await token(with: try #require(application.secret).plaintext) == 200)
    }

    @Test func `an administrator whose code is older than five minutes shows another first`() async throws {
        portal.clock.advance(by: .seconds(301))
        let answer = try await rotate("leaked")
        #expect(answer.status == 403 && answer.text.contains("Confirm it is you"))
        #expect(try await token(with: try #require(application.secret).plaintext) == 200)
    }

    @Test func `who is no Owner is told whom to ask, and who is nobody sees no more than for no link`()
        async throws
    {
        _ = try await rotate()
        let link = try await link()
        var dev = try await portal.member("dev@acme.example", as: .developer, of: application)
        for answer in [try await dev.get(link), try await dev.post(link, [("seal", dev.ownSeal)])] {
            #expect(answer.status == 403 && answer.text.contains("Ask an Owner of Acme Rentals."))
        }
        var lee = try await portal.partner("lee@cranes.example")
        let (theirs, nobodys) = (try await lee.get(link), try await lee.get("/secrets/harbour_link_x"))
        #expect(theirs.status == 404 && theirs.response.bytes == nobodys.response.bytes)
        var nobody = portal.browser()
        #expect(try await nobody.get(link).location?.contains("/partners/sign-in") == true)
    }

    @Test func `a link that is too old says what to do, and the old secret works on`() async throws {
        _ = try await rotate()
        let link = try await link()
        portal.clock.advance(by: .seconds(72 * 3600))
        var dana = try await portal.partner()
        let page = try await dana.get(link)
        #expect(page.status == 404 && page.text.contains("This link does not work any more"))
        #expect(page.text.contains("Ask Harbourline for a new link, or create a new secret yourself."))
        #expect(try await token(with: try #require(application.secret).plaintext) == 200)
    }

    @Test func `with five secrets the owner is told to revoke one`() async throws {
        var (ada, dana) = (admin, partner)
        for _ in 1..<5 {
            let ticket = portal.registry.freshToken()
            let sent: [(name: String, value: String)] = [
                ("seal", dana.ownSeal), ("ticket", ticket), ("others", "keep"),
            ]
            _ = try await dana.post("/applications/\(application.id)/secrets", sent)
        }
        #expect(try await ada.get(place + "/rotate").text.contains("It has 5 secrets."))
        _ = try await rotate()
        #expect(try await dana.get(link()).text.contains("You have 5 secrets. Revoke one"))
    }

    @Test func `a suspended application's owner is told when the secret will work`() async throws {
        try await portal.theOperator.suspend(application.id, reason: "A leak")
        _ = try await rotate()
        var dana = partner
        #expect(try await dana.get(link()).text.contains("The new secret works as soon as it is resumed."))
    }

    @Test func `a public application has nothing to rotate`() async throws {
        let native = try await portal.registeredApplication("Acme Desktop", kind: .public)
        var ada = admin
        #expect(!(try await ada.get("/admin/applications/\(native.id)")).text.contains("Rotate"))
        #expect(try await ada.get("/admin/applications/\(native.id)/rotate").status == 404)
    }

    @Test func `a resource server's secret is rotated like any other`() async throws {
        let server = try await portal.registeredApplication("Acme Data", kind: .resourceServer)
        var ada = admin
        #expect(try await ada.get("/admin/applications/\(server.id)/rotate").status == 200)
    }
}
