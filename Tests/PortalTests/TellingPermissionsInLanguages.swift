import FoundationEssentials
import Registry
import Support
import Testing
import Web

@testable import Portal

@Suite("Telling permissions in languages")
struct TellingPermissionsInLanguages {
    private func portal() async throws -> TestPortal {
        try await TestPortal { settings in
            settings.scopes[0].sentences = ["de": "Ihre Maschinen sehen", "ar": "رؤية معداتك"]
            settings.scopes[0].details = ["de": "Namen, Seriennummern und Stunden."]
            settings.limitsShown = [
                Reassurance(
                    sentence: "Pay anything in your name",
                    ["de": "In Ihrem Namen zahlen"],
                    unless: []
                )
            ]
            settings.policy.consentLetters = true
        }
    }

    private func consent(_ portal: TestPortal, in language: String) async throws -> Answer {
        let application = try await portal.registeredApplication()
        var kim = try await portal.customer()
        return try await kim.authorize(portal.query(application) { $0.append(("ui_locales", language)) })
    }

    // MARK: On pages

    @Test func `a customer reads each sentence in their own language`() async throws {
        let page = try await consent(try await portal(), in: "de")
        #expect(page.body.contains("<strong lang=\"de\">Ihre Maschinen sehen</strong>"))
        #expect(page.body.contains("lang=\"de\" dir=\"ltr\">Namen, Seriennummern und Stunden.<"))
        #expect(page.body.contains("<strong lang=\"de\">In Ihrem Namen zahlen</strong>"))
        #expect(!page.text.contains("Read your equipment"))
    }

    @Test(arguments: ["fr", "he"])
    func `what their language lacks is in the tenant's, and says so`(language: String) async throws {
        let page = try await consent(try await portal(), in: language)
        #expect(page.body.contains("dir=\"ltr\"><strong lang=\"en\">Read your equipment</strong>"))
        #expect(page.body.contains("<strong lang=\"en\">Pay anything in your name</strong>"))
        #expect(!page.text.contains("equipment.read"))
    }

    @Test func `a second line stands in another language than its sentence where only that is filled in`()
        async throws
    {
        let page = try await consent(try await portal(), in: "ar")
        #expect(page.body.contains("dir=\"rtl\"><strong lang=\"ar\">رؤية معداتك</strong>"))
        #expect(page.body.contains("lang=\"en\" dir=\"ltr\">Names, serial numbers and hours.<"))
    }

    @Test func `connection, receipt and letter say it in the language it was shown in`() async throws {
        let portal = try await portal()
        let application = try await portal.registeredApplication()
        var kim = try await portal.customer()
        let page = try await kim.authorize(portal.query(application) { $0.append(("ui_locales", "de")) })
        #expect(try await kim.answer(page, "allow").status == 303)
        let list = try await kim.get("/account/connections", [("lang", "de")])
        #expect(list.body.contains("<span lang=\"de\" dir=\"ltr\">Ihre Maschinen sehen</span>"))
        let place = try #require(list.between("/account/connections/gr_", "\"")).prefix { $0 != "/" }
        let detail = try await kim.get("/account/connections/gr_\(place)", [("lang", "uk")])
        #expect(detail.body.contains("<strong lang=\"en\">Read your equipment</strong>"))
        let receipt = try #require(detail.between("/receipts/", "\""))
        let shown = try await kim.get("/account/connections/gr_\(place)/receipts/\(receipt)")
        #expect(shown.body.contains("<strong lang=\"de\">Ihre Maschinen sehen</strong>"))
        let letter = try #require(try await portal.registry.waitingLetters(of: portal.tenant.id).first)
        let written = LetterWriter(tenant: portal.tenant, publicURL: portal.site.publicURL).write(
            letter.letter
        )
        #expect(written.text(from: portal.tenant).contains("Ihre Maschinen sehen"))
    }

    @Test func `a tenant speaks its own language to whoever asks for none`() async throws {
        let portal = try await TestPortal { settings in
            settings.language = "pt"
            settings.scopes[0].sentence = "Ver o seu equipamento"
            settings.scopes[0].sentences = ["en": "Read your equipment"]
        }
        let application = try await portal.registeredApplication()
        var kim = try await portal.customer()
        let page = try await kim.authorize(portal.query(application))
        #expect(page["Content-Language"] == "pt")
        #expect(page.body.contains("<strong lang=\"pt\">Ver o seu equipamento</strong>"))
        let english = try await kim.authorize(portal.query(application) { $0.append(("ui_locales", "en")) })
        #expect(english.body.contains("<strong lang=\"en\">Read your equipment</strong>"))
    }

    // MARK: For administrators

    @Test func `the list says in how many languages each is filled`() async throws {
        let portal = try await portal()
        var ada = try await portal.browser(of: "ada@harbour.example", as: .admin)
        let list = try await ada.get("/admin/scopes")
        #expect(
            list.text.contains("languages filled: 2 of 9") && list.text.contains("languages filled: 1 of 9")
        )
    }

    // MARK: In the file

    private func read(_ scope: String, _ more: String = "") -> Result<TenantFile, FileMistakes> {
        let text = """
            {
              name: "acme",
              brand: { displayName: "Acme", accent: "#336699", dataDescription: "your data" },
              \(more)
              scopes: [{ name: "basic", \(scope) }],
            }
            """
        return Result { () throws(FileMistakes) in try TenantFile(Array(text.utf8), called: "f") }
    }

    @Test(arguments: [
        (
            "sentence: { en: \"See\", xx: \"Se\" }",
            "f:5:52: scopes[0].sentence.xx: there is no such key."
        ),
        ("sentence: { en: \"See\", de: \"\" }", "f:5:56: scopes[0].sentence.de: “” does not fit"),
        ("sentence: { de: \"Sehen\" }", "f:5:39: scopes[0].sentence.en: is missing"),
        (
            "sentence: \"See\", detail: { en: \"A\\nB\" }",
            "f:5:60: scopes[0].detail.en: “A\nB” does not fit"
        ),
        ("sentence: [\"See\"]", "f:5:39: scopes[0].sentence: should be a text, not a list"),
    ])
    func `every mistake is reported with its place`(scope: String, mistake: String) {
        guard case .failure(let mistakes) = read(scope) else {
            Issue.record("it was taken")
            return
        }
        #expect(mistakes.all.map(\.description).contains { $0.hasPrefix(mistake) }, "\(mistakes.all)")
    }

    @Test func `what is exported is what was imported`() async throws {
        let file = try TenantFile(try readFile(ShippedTenant.path), called: "standard").settings
        let name = try #require(TenantName("standard"))
        let written = try TenantFile.json(of: file, called: name)
        #expect(try TenantFile(written.bytes, called: "x").settings == file)
        for scope in file.scopes {
            #expect(scope.sentences.count == 8 && scope.details.count == 8)
        }
        let german = try read("sentence: \"Sehen\"", "language: \"de\",").get().settings
        #expect(german.language == "de")
        #expect(
            try TenantFile(TenantFile.json(of: german, called: name).bytes, called: "x").settings == german
        )
    }

    @Test func `what was kept before there were languages is English`() throws {
        let old = try JSONDecoder().decode([Said].self, from: Data("[\"Read your equipment\"]".utf8))
        #expect(old.map(\.text) == ["Read your equipment"] && old.map(\.language) == ["en"])
    }
}
