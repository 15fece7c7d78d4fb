import Registry
import Support
import Testing
import Web

@testable import Portal

@Suite("Showing activity")
struct ShowingActivity {
    let portal: TestPortal
    let application: OwnedApplication

    init() async throws {
        portal = try await TestPortal { $0.policy.review = .open }
        application = try await portal.registeredApplication(isApproved: false)
    }

    private var place: String { "/applications/\(application.id)/activity" }

    /// Where the entry stands that tells of a link with this address.
    private func refused(_ address: String) async throws -> String {
        portal.clock.advance(by: .seconds(1))
        var browser = portal.browser()
        let page = try await browser.authorize(portal.query(application) { $0.set("redirect_uri", address) })
        #expect(page.status == 400 && page.location == nil && !page.body.contains("href=\"\(address)"))
        return "\(place)/\(try #require(try await portal.activity(of: application).first).id)"
    }

    private func press(
        _ entry: String,
        _ dana: inout Browser,
        _ fields: [(name: String, value: String)] = []
    )
        async throws -> Answer
    {
        try await dana.post(entry + "/add", [("seal", dana.ownSeal)] + fields)
    }

    private func isRegistered(_ address: String) async throws -> Bool {
        try await portal.theOperator.application(application.id).redirectURIs.contains { $0.text == address }
    }

    @Test func `nothing has happened yet`() async throws {
        var dana = try await portal.partner()
        let page = try await dana.get(place).text
        #expect(page.contains("Nothing has happened yet"))
        #expect(page.contains("Tokens that were given are not listed."))
        let link = "href=\"\(TestPortal.base)\(place)\""
        #expect(try await dana.get("/applications/\(application.id)").body.contains(link))
    }

    @Test func `a reference leads to its entry, for the owner only`() async throws {
        let entry = try await refused("https://acme.example/callback/")
        var dana = try await portal.partner()
        let found = try await dana.get(place, [("reference", " 01jd-7f3k-q2 ")])
        #expect(found.location == TestPortal.base + entry)
        for reference in ["01JD-0000-00", "'; DROP TABLE", String(repeating: "X", count: 500), "é"] {
            let page = try await dana.get(place, [("reference", reference)])
            #expect(page.status == 200 && page.text.contains("There is nothing under this reference"))
        }
        let cranes = try await portal.registeredApplication("Borrowed Cranes", of: "lee@cranes.example")
        var lee = try await portal.partner("lee@cranes.example")
        let own = "/applications/\(cranes.id)/activity"
        #expect(try await lee.get(own, [("reference", "01JD-7F3K-Q2")]).status == 200)
        #expect(try await lee.get(entry).status == 404)
        #expect(try await lee.get(entry.replacing(application.id, with: cranes.id)).status == 404)
    }

    @Test func `a final slash is marked, said in words, and mended with one press`() async throws {
        let entry = try await refused("https://acme.example/callback/")
        var dana = try await portal.partner()
        let page = try await dana.get(entry)
        #expect(page.body.contains("https://acme.example/callback<mark>/</mark>"))
        #expect(page.text.contains("Character 30: expected end of text, got “/”."))
        #expect(try await press(entry, &dana).status == 303)
        #expect(try await isRegistered("https://acme.example/callback/"))
        #expect(try await dana.get(entry).text.contains("It has been registered since"))
    }

    @Test func `another path of the same place is asked about first`() async throws {
        let entry = try await refused("https://acme.example/elsewhere?next=x")
        var dana = try await portal.partner()
        let page = try await dana.get(entry)
        #expect(
            page.body.contains("href=\"\(TestPortal.base)\(entry)/add\"")
                && !page.body.contains("method=\"post\" action=\"\(TestPortal.base)\(entry)")
        )
        #expect(try await dana.get(entry + "/add").text.contains("Add it only if it is yours"))
        #expect(try await press(entry, &dana).status == 303)
        #expect(try await isRegistered("https://acme.example/elsewhere?next=x"))
    }

    @Test func `a place nobody registered has to be typed`() async throws {
        let address = "https://evil.test/collect"
        let entry = try await refused(address)
        var dana = try await portal.partner()
        #expect(
            try await dana.get(entry + "/add").text.contains("No address on your list leads to evil.test")
        )
        for typed in [[], [("place", "")], [("place", "acme.example")], [("place", "evil.test.")]]
            as [[(
                name: String, value: String
            )]]
        {
            #expect(try await press(entry, &dana, typed).status == 422)
            #expect(try await !isRegistered(address))
        }
        #expect(try await press(entry, &dana, [("place", " EVIL.test")]).status == 303)
        #expect(try await isRegistered(address))
    }

    @Test func `what cannot be registered, or was not kept whole, has no button`() async throws {
        var dana = try await portal.partner()
        let hopeless = try await refused("http://acme.example/\"><script>alert(1)</script>")
        let page = try await dana.get(hopeless)
        #expect(
            page.text.contains("It cannot be registered as it is") && !page.body.contains("<script>alert")
        )
        #expect(try await dana.get(hopeless + "/add").status == 303)
        let cut = try await refused("https://acme.example/callback?email=kim@northfield.example")
        #expect(try await dana.get(cut).text.contains("It was not kept whole"))
        #expect(try await !dana.get(cut).body.contains("kim@"))
        #expect(try await press(cut, &dana).status == 303)
        #expect(try await portal.theOperator.application(application.id).redirectURIs.count == 1)
    }

    @Test func `an address with a fragment is offered without it`() async throws {
        let entry = try await refused("https://acme.example/#/callback")
        var dana = try await portal.partner()
        #expect(try await press(entry, &dana).status == 303)
        #expect(try await isRegistered("https://acme.example/"))
    }

    @Test func `the list of addresses says when each was used, and what came last`() async throws {
        var dana = try await portal.partner()
        let home = "/applications/\(application.id)"
        #expect(try await dana.get(home).text.contains("Never used"))
        _ = try await portal.code(for: application)
        try await portal.registry.writeLastUses()
        portal.clock.advance(by: .seconds(240))
        #expect(try await dana.get(home).text.contains("4 minutes ago"))
        let entry = try await refused("https://acme.example/callback/")
        let page = try await dana.get(home)
        #expect(
            page.text.contains("The last request used a different address: https://acme.example/callback/")
        )
        #expect(page.body.contains("\(TestPortal.base)\(entry)\""))
    }

    @Test func `a reference is found however it is typed`() async throws {
        _ = try await refused("https://acme.example/callback/")
        var dana = try await portal.partner()
        for typed in ["01JD-7F3K-Q2", "01jd 7f3k q2", "01JD7F3KQ2", " OIJD-7F3K-Q2 ", "Oljd7f3kq2"] {
            #expect(try await dana.get(place, [("reference", typed)]).status == 303, "\(typed)")
        }
        #expect(try await dana.get(place, [("reference", "01JD-7F3K-Q3")]).status == 200)
    }

    @Test func `what failed is told from what did not, and stands alone where one asks for it`() async throws
    {
        _ = try await portal.code(for: application)
        _ = try await refused("https://acme.example/callback/")
        var dana = try await portal.partner()
        let all = try await dana.get(place)
        #expect(all.body.contains("<span class=\"tag ok\">Allowed</span>"))
        #expect(all.body.contains("<span class=\"tag bad\">Refused</span>"))
        let failed = try await dana.get(place, [("show", "refused")])
        #expect(failed.text.contains("The redirect URI is not on your list"))
        #expect(!failed.text.contains("Customer allowed access"))
    }

    @Test func `older requests stand on further pages`() async throws {
        for number in 0..<30 { _ = try await refused("https://acme.example/\(number)") }
        var dana = try await portal.partner()
        let first = try await dana.get(place)
        let older = try #require(first.between("\(place)?before=", "\""))
        let second = try await dana.get(place, [("before", older.replacing("%2D", with: "-"))])
        #expect(first.body.components(of: "</tr>") == 26 && second.body.components(of: "</tr>") == 6)
        #expect(!second.body.contains("before="))
    }

    @Test func `a member who meets the error page is shown the way to mend it`() async throws {
        var dana = try await portal.partner()
        let page = try await dana.authorize(
            portal.query(application) { $0.set("redirect_uri", "https://acme.example/callback/") }
        )
        #expect(page.status == 400 && page.text.contains("You can fix this"))
        #expect(page.body.contains("<code>\(TestPortal.callback)</code>"))
        let found = try await dana.get(place, [("reference", "01JD-7F3K-Q2")])
        #expect(found.status == 303)
        _ = try await portal.registeredApplication("Borrowed Cranes", of: "lee@cranes.example")
        for var browser in [portal.browser(), try await portal.partner("lee@cranes.example")] {
            let page = try await browser.authorize(
                portal.query(application) { $0.set("redirect_uri", "https://acme.example/callback/") }
            )
            #expect(
                !page.body.contains("<code>\(TestPortal.callback)") && page.text.contains("Sign in to fix")
            )
        }
    }

    @Test func `signing in from there leads to the entry`() async throws {
        let query: [(name: String, value: String)] = [
            ("application", application.id), ("reference", "01JD-7F3K-Q2"),
        ]
        var browser = portal.browser()
        let form = try await browser.get("/partners/sign-in", query)
        let answer = try await browser.post(
            "/partners/sign-in",
            [
                ("seal", form.hidden("seal") ?? ""), ("application", form.hidden("application") ?? ""),
                ("reference", form.hidden("reference") ?? ""), ("email", "dana@acme.example"),
                ("password", TestPortal.password),
            ]
        )
        #expect(answer.location == "\(TestPortal.base)\(place)?reference=01JD-7F3K-Q2")
    }
}

extension String {
    fileprivate func components(of part: String) -> Int { ranges(of: part).count }
}
