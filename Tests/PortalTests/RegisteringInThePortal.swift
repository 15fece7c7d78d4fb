import FoundationEssentials
import Registry
import Testing
import Web

@testable import Portal

@Suite("Registering in the portal")
struct RegisteringInThePortal {
    let portal: TestPortal
    init() async throws { portal = try await TestPortal() }

    private typealias Fields = [(name: String, value: String)]

    /// The form as a browser got it, with a company name typed in.
    private func form(_ browser: inout Browser, _ change: (inout Fields) -> Void = { _ in }) async throws
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

    private func upload(_ bytes: [UInt8]? = nil, _ name: String = "logo.png") throws
        -> (name: String, filename: String, bytes: [UInt8])
    {
        ("logo", name, try bytes ?? TestPortal.logo())
    }

    private static let noFile: (name: String, filename: String, bytes: [UInt8]) = ("logo", "", [])

    @Test func `a company name and a logo are all it needs`() async throws {
        var dana = try await portal.partner()
        let page = try await dana.get("/applications/new")
        let required = page.body.split(separator: "<").filter { $0.hasPrefix("input") && $0.contains(" required") }
        #expect(required.count == 2)
        #expect(required.contains { $0.contains("name=\"company_name\"") })
        #expect(required.contains { $0.contains("name=\"logo\"") })

        let done = try await dana.post("/applications", try await form(&dana), file: try upload())
        #expect(done.status == 200)
        #expect(try await portal.theOperator.applications().map(\.application.displayName) == ["Acme Rentals"])
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

    @Test func `an empty form names both fields, once above and once beside each`() async throws {
        var dana = try await portal.partner()
        let page = try await dana.post(
            "/applications",
            try await form(&dana) { $0.set("company_name", "") },
            file: Self.noFile
        )
        #expect(page.status == 422)
        #expect(page.body.contains("<title>Error: Register an application – Harbourline</title>"))
        for (field, message) in [("company-name", "Enter your company name"), ("logo", "Choose a logo")] {
            #expect(page.body.contains("<a href=\"#\(field)\">\(message)</a>"))
            #expect(page.between("id=\"\(field)-err\"", "</div>")?.contains(message) == true)
            #expect(page.body.contains("\(field)-err\" aria-invalid=\"true\""))
        }
        #expect(page.body.contains("role=\"alert\""))
        #expect(try await portal.theOperator.applications().isEmpty)
    }

    @Test func `every problem is listed with its own sentence`() async throws {
        var dana = try await portal.partner()
        let lines = [
            "https://acme.example/#", "http://acme.example/", "https://dana@acme.example/", "https://*.acme.example/",
            "javascript:alert(1)", "myapp:/callback", "acme", "https://acme.example/", "https://acme.example/",
            "https://acme.example/?code=x", "https://acme.example/../x", "https://acme.example:0/",
            "https://ACME.example/", "https://acme.example/é",
        ]
        let page = try await dana.post(
            "/applications",
            try await form(&dana) { fields in
                fields.set("company_name", "Аcme")
                fields.append(("redirect_uris", lines.joined(separator: "\r\n")))
                fields += [
                    ("application_name", "x"), ("website", "acme.example"), ("privacy_policy", "ftp://acme.example"),
                    ("support_email", "nobody"), ("purpose", String(repeating: "x", count: 2001)),
                    ("scope_shown", "1"), ("scope", "admin"),
                ]
            },
            file: try upload(Array("GIF89a, or so".utf8))
        )
        let sentences = [
            "Use letters from one alphabet in a word: “Аcme” mixes alphabets that look alike",
            "The logo must be a PNG.",
            "Line 1, “https://acme.example/#”: Remove the part after #",
            "Line 2, “http://acme.example/”: http:// is allowed only for this computer (127.0.0.1, [::1] or localhost)",
            "Line 3, “https://dana@acme.example/”: Remove the user name before @",
            "Line 4, “https://*.acme.example/”: Wildcards (*) are not supported; add each address",
            "Line 5, “javascript:alert(1)”: “javascript:” addresses are not allowed",
            "The scheme “myapp” is too short to be safe. Use your domain backwards, like com.acme-rentals.app:/callback",
            "Line 7, “acme”: Enter a full address, starting with https://",
            "Line 9, “https://acme.example/”: This address is on the list twice",
            "Line 10, “https://acme.example/?code=x”: Remove “code” from the query: our answer uses that name",
            "Remove the “.” or “..” steps from the path", "The port must be a number from 1 to 65535",
            "Line 13, “https://ACME.example/”: The host name is not complete.",
            "Line 14, “https://acme.example/é”: The address contains a character that has to be percent-encoded",
            "The application name needs at least 2 characters", "Enter an e-mail address like name@company.com",
            "Say it in up to 2,000 characters", "The permission “admin” does not exist here",
        ]
        #expect(page.status == 422)
        for sentence in sentences { #expect(page.text.contains(sentence), "\(sentence)") }
        let summary = try #require(page.between("id=\"problems\"", "</ul>"))
        #expect(summary.split(separator: "<li>").count - 1 == 21)
        #expect(page.body.contains("<details open"))
    }

    @Test(arguments: [
        ("Harbourline Support", "This name looks like Harbourline itself. Use your own company’s name"),
        ("Official Acme", "The word “official” could be taken for Harbourline itself. Leave it out"),
        ("Acme\u{202E}", "The company name cannot contain line breaks or hidden direction marks (here U+202E)"),
        ("!!", "Enter your company name in letters"),
        (String(repeating: "a", count: 81), "The company name can be up to 80 characters"),
    ])
    func `a name that may not be used is told why, and shown as it was typed`(name: String, sentence: String)
        async throws
    {
        var dana = try await portal.partner()
        let page = try await dana.post(
            "/applications",
            try await form(&dana) { $0.set("company_name", name) },
            file: try upload()
        )
        #expect(page.status == 422 && page.text.contains(sentence))
        #expect(page.body.contains("value=\"\(name)\""))
    }

    @Test func `what was typed is kept after an error, the uploaded logo too`() async throws {
        var dana = try await portal.partner()
        let first = try await dana.post(
            "/applications",
            try await form(&dana) { fields in
                fields.set("company_name", "")
                fields += [
                    ("application_name", "Rental <Sync>"), ("redirect_uris", "https://acme.example/a\nhttps://acme.example/b"),
                    ("website", "https://acme.example"), ("purpose", "To bill\nby the hour."), ("kind", "public"),
                    ("scope_shown", "1"), ("scope", "location.read"),
                ]
            },
            file: try upload(nil, "our logo.png")
        )
        #expect(first.status == 422)
        #expect(first.body.contains("value=\"Rental &lt;Sync&gt;\"") && first.body.contains("To bill\nby the hour."))
        #expect(first.body.contains("https://acme.example/a\nhttps://acme.example/b"))
        #expect(first.text.contains("our logo.png, ") && first.text.contains("Replace the logo"))
        #expect(!first.text.contains("Choose a logo"))
        #expect(first.body.contains("id=\"kind-public\" name=\"kind\" value=\"public\" checked"))
        #expect(first.body.contains("value=\"location.read\" checked"))
        #expect(!first.body.contains("value=\"equipment.read\" checked"))

        let second = try await dana.post(
            "/applications",
            [
                ("seal", try #require(first.hidden("seal"))), ("ticket", try #require(first.hidden("ticket"))),
                ("company_name", "Acme Rentals"), ("staged_logo", try #require(first.hidden("staged_logo"))),
            ],
            file: Self.noFile
        )
        #expect(second.status == 200)
        #expect(try await portal.theOperator.applications().first?.application.logo != nil)
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
            "tenant", "tenant_id", "id", "client_id", "client_secret", "secret", "owner", "account", "role", "admin",
            "verified", "approved", "approved_at", "state", "suspended", "suspended_at", "revision", "created_at",
            "logo_digest", "digest", "legacy", "legacy_implicit", "grant_types", "scopes", "policy", "hosts",
            "redirect_uri", "test_accounts", "emails", "ownerDomain", "_method",
        ]
        let done = try await dana.post(
            "/applications",
            try await form(&dana) { fields in
                fields += names.map { ($0, "1") } + [("kind", "resource_server"), ("scopes", "location.read")]
            },
            file: try upload()
        )
        #expect(done.status == 200)
        let made = try #require(try await portal.theOperator.applications().first?.application)
        #expect(made.id.text != "1" && made.state == .unreviewed && made.kind == .confidential)
        #expect(made.revision == 1 && made.createdAt == portal.clock.now && made.ownerDomain == "acme.example")
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
        for number in 1...20 { _ = try await portal.registeredApplication("Acme \(number)", isApproved: false) }
        var dana = try await portal.partner()
        let page = try await dana.post("/applications", try await form(&dana), file: try upload())
        #expect(page.status == 422 && page.text.contains("You can have up to 20 applications"))
        #expect(try await portal.theOperator.applications().count == 20)
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
