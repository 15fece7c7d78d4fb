import FoundationEssentials
import Registry
import Support
import Testing
import Web

@testable import Portal

@Suite("Registering in the portal")
struct RegisteringInThePortal {
    let portal: TestPortal
    init() async throws { portal = try await TestPortal() }

    private typealias Fields = [(name: String, value: String)]

    /// The form as a browser got it, with a company name typed in.
    private func form(
        _ browser: inout Browser,
        _ change: (inout Fields) -> Void = { _ in }
    ) async throws
        -> [(name: String, value: String)]
    {
        let page = try await browser.get("/applications/new")
        var fields: Fields = [
            ("seal", try #require(page.hidden("seal"))), ("ticket", try #require(page.hidden("ticket"))),
            ("company_name", "Acme Rentals"),
        ]
        change(&fields)
        return fields
    }

    private func upload(
        _ bytes: [UInt8]? = nil,
        _ name: String = "logo.png"
    ) throws
        -> (name: String, filename: String, bytes: [UInt8])
    {
        ("logo", name, try bytes ?? TestPortal.logo())
    }

    private static let noFile: (name: String, filename: String, bytes: [UInt8]) = ("logo", "", [])

    @Test func `a company name and a logo are all it needs`() async throws {
        var dana = try await portal.partner()
        let page = try await dana.get("/applications/new")
        let required = page.body.split(separator: "<").filter {
            $0.hasPrefix("input") && $0.contains(" required")
        }
        #expect(required.count == 2)
        #expect(required.contains { $0.contains("name=\"company_name\"") })
        #expect(required.contains { $0.contains("name=\"logo\"") })

        let done = try await dana.post("/applications", try await form(&dana), file: try upload())
        #expect(done.status == 200)
        #expect(
            try await portal.theOperator.applications().map(\.application.displayName) == ["Acme Rentals"]
        )
    }

    @Test func `the secret is shown once, ready to be used, and kept by nobody`() async throws {
        var dana = try await portal.partner()
        let fields = try await form(&dana)
        let done = try await dana.post("/applications", fields, file: try upload())
        #expect(done["Cache-Control"] == "no-store" && done.location == nil)
        #expect(done.text.contains("We show this secret once."))
        let line = try #require(done.between("curl -u &#39;", "&#39;") ?? done.between("curl -u '", "'"))
        let pair = line.split(separator: ":").map(String.init)
        let client = Client(portal: portal, id: pair[0], secret: pair[1])
        #expect(try await client.post("/oauth2/token", [("grant_type", "client_credentials")]).status == 200)

        let again = try await dana.post("/applications", fields, file: try upload())
        #expect(again.text.contains("The secret was shown once and is not stored here"))
        let detail = try await dana.get("/applications/\(pair[0])")
        for page in [again, detail, try await dana.get("/applications")] {
            #expect(page.status == 200 && !page.body.contains(pair[1]))
        }
        #expect(detail.text.contains("…\(pair[1].suffix(4))"))
        #expect(try await portal.theOperator.applications().count == 1)
    }

    @Test func `of 20 presses at once one registers`() async throws {
        var dana = try await portal.partner()
        let staged = try await dana.post("/applications/preview", try await form(&dana), file: try upload())
        let logo = try #require(staged.hidden("staged_logo"))
        let (fields, browser) = (try await form(&dana) { $0.append(("staged_logo", logo)) }, dana)
        let pages = try await withThrowingTaskGroup(of: Answer.self) { group in
            for _ in 0..<20 {
                group.addTask {
                    var browser = browser
                    return try await browser.post("/applications", fields, file: Self.noFile)
                }
            }
            return try await group.reduce(into: [Answer]()) { $0.append($1) }
        }
        #expect(pages.count { $0.body.contains("id=\"client-secret\"") } == 1)
        #expect(pages.count { $0.text.contains("is not stored here") } == 19)
        #expect(try await portal.theOperator.applications().count == 1)
    }

    @Test func `the preview keeps the logo and shows the name without registering`() async throws {
        var dana = try await portal.partner()
        let page = try await dana.post("/applications/preview", try await form(&dana), file: try upload())
        #expect(page.status == 200)
        #expect(page.text.contains("Acme Rentals wants to connect to your Harbourline account"))
        let picture = try #require(page.between("<img src=\"/t/harbour/logos/", "\""))
        #expect(try await dana.get("/logos/\(picture)").status == 200)
        #expect(page["Content-Security-Policy"]?.contains("img-src 'self' blob:") == true)
        #expect(try await portal.theOperator.applications().isEmpty)
    }

    @Test func `another partner's upload is not to be had`() async throws {
        var (dana, lee) = (try await portal.partner(), try await portal.partner("lee@cranes.example"))
        let page = try await dana.post("/applications/preview", try await form(&dana), file: try upload())
        let staged = try #require(page.hidden("staged_logo"))
        let taken = try await lee.post(
            "/applications",
            try await form(&lee) { $0.append(("staged_logo", staged)) },
            file: Self.noFile
        )
        #expect(taken.status == 422 && taken.text.contains("Choose a logo"))
    }

    @Test(arguments: [
        ("photo.png", [0xFF, 0xD8, 0xFF, 0xE0, 0, 16] as [UInt8], "is a JPEG file"),
        ("logo.png", Array("<svg xmlns='http://www.w3.org/2000/svg'/>".utf8), "SVG"),
        ("../../x.png", Array("%PDF-1.7".utf8), "PDF"),
    ])
    func `what is no PNG is called what it is`(name: String, bytes: [UInt8], kind: String) async throws {
        var dana = try await portal.partner()
        let page = try await dana.post("/applications", try await form(&dana), file: try upload(bytes, name))
        #expect(page.status == 422)
        #expect(page.text.contains("The logo must be a PNG") && page.text.contains(kind))
        #expect(!page.text.contains("../"))
        #expect(page.body.contains("value=\"Acme Rentals\""))
    }

    @Test func `fields that are not the form's have no effect`() async throws {
        var dana = try await portal.partner()
        let names = [
            "tenant", "tenant_id", "id", "client_id", "client_secret", "secret", "owner", "account", "role",
            "admin",
            "verified", "approved", "approved_at", "state", "suspended", "suspended_at", "revision",
            "created_at",
            "logo_digest", "digest", "legacy", "legacy_implicit", "grant_types", "scopes", "policy", "hosts",
            "redirect_uri", "test_accounts", "emails", "ownerDomain", "_method",
        ]
        let done = try await dana.post(
            "/applications",
            try await form(&dana) { fields in
                fields +=
                    names.map { ($0, "1") } + [("kind", "resource_server"), ("scopes", "location.read")]
            },
            file: try upload()
        )
        #expect(done.status == 200)
        let made = try #require(try await portal.theOperator.applications().first?.application)
        #expect(made.id.text != "1" && made.state == .unreviewed && made.kind == .confidential)
        #expect(
            made.revision == 1 && made.createdAt == portal.clock.now && made.ownerDomain == "acme.example"
        )
        #expect(made.scopes.wire == "equipment.read" && made.redirectURIs.isEmpty)
    }

    @Test func `a permission must be one on offer, and none may be chosen`() async throws {
        var dana = try await portal.partner()
        let none = try await dana.post(
            "/applications",
            try await form(&dana) { $0.append(("scope_shown", "1")) },
            file: try upload()
        )
        #expect(none.status == 200)
        #expect(try await portal.theOperator.applications().first?.application.scopes.isEmpty == true)
    }

    @Test func `software on people's devices gets a name and no secret`() async throws {
        var dana = try await portal.partner()
        let done = try await dana.post(
            "/applications",
            try await form(&dana) { $0.append(("kind", "public")) },
            file: try upload()
        )
        #expect(done.status == 200 && done.body.contains("id=\"client-id\""))
        #expect(!done.body.contains("client-secret") && !done.body.contains("_secret_"))
    }

    @Test func `the 21st application is declined with the figure`() async throws {
        for number in 1...20 {
            _ = try await portal.registeredApplication("Acme \(number)", isApproved: false)
        }
        var dana = try await portal.partner()
        let page = try await dana.post("/applications", try await form(&dana), file: try upload())
        #expect(page.status == 422 && page.text.contains("You can have up to 20 applications"))
        #expect(try await portal.theOperator.applications().count == 20)
    }

    @Test func `a day's applications are counted for the partner and for the address`() async throws {
        let portal = try await TestPortal {
            $0.policy.applicationsPerDay = 5
            $0.policy.unapprovedApplications = 1000
        }
        func register(_ browser: inout Browser) async throws -> Answer {
            try await browser.post("/applications", try await form(&browser), file: try upload())
        }
        var dana = try await portal.partner()
        for _ in 1...5 { #expect(try await register(&dana).status == 200) }
        let page = try await register(&dana)
        #expect(page.status == 422 && page.text.contains("You can register 5 applications a day"))
        for name in ["lee", "kit", "pat"] {
            var browser = try await portal.partner("\(name)@acme.example")
            for _ in 1...5 { #expect(try await register(&browser).status == 200) }
        }
        var max = try await portal.partner("max@acme.example")
        let declined = try await register(&max)
        #expect(declined.status == 429 && declined["Retry-After"] != nil)
    }

    @Test func `where there is no room for logos the form says whom to ask`() async throws {
        let portal = try await TestPortal { $0.policy.logoMebibytes = 0 }
        var dana = try await portal.partner()
        let page = try await dana.post("/applications", try await form(&dana), file: try upload())
        #expect(page.status == 422 && page.text.contains("Harbourline has no room for more logos"))
    }

    @Test func `a further secret is shown once as well`() async throws {
        let application = try await portal.registeredApplication()
        var dana = try await portal.partner()
        let form = try await dana.get("/applications/\(application.id)/secrets/new")
        let fields: Fields = [
            ("seal", try #require(form.hidden("seal"))), ("ticket", try #require(form.hidden("ticket"))),
            ("label", "production 2027"), ("others", "86400"),
        ]
        let done = try await dana.post("/applications/\(application.id)/secrets", fields)
        #expect(done.status == 200 && done.body.contains("id=\"client-secret\""))
        let again = try await dana.post("/applications/\(application.id)/secrets", fields)
        #expect(again.text.contains("is not stored here") && !again.body.contains("id=\"client-secret\""))
        let detail = try await dana.get("/applications/\(application.id)")
        #expect(detail.text.contains("production 2027"))
        portal.clock.advance(by: .seconds(86_400))
        let own: Fields = [("grant_type", "client_credentials")]
        #expect(try await portal.client(application).post("/oauth2/token", own).status == 401)
    }
}
