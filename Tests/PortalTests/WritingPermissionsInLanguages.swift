import Registry
import Support
import Testing
import Web

@testable import Portal

@Suite("Writing permissions in languages")
struct WritingPermissionsInLanguages {
    let portal: TestPortal

    init() async throws {
        portal = try await TestPortal { settings in
            settings.policy.review = .open
            settings.scopes[0].sentences = ["de": "Ihre Maschinen sehen", "ar": "رؤية معداتك"]
            settings.scopes[0].details = ["de": "Namen, Seriennummern und Stunden."]
        }
    }

    private typealias Fields = [(name: String, value: String)]

    private func ada() async throws -> Browser {
        try await portal.browser(of: "ada@harbour.example", as: .admin)
    }

    private func form(of browser: inout Browser) async throws -> Answer {
        try await browser.get("/admin/scopes/change", [("scope", "equipment.read")])
    }

    /// What the form of the first permission says before anybody types.
    private func untouched(_ browser: Browser, on page: Answer) throws -> Fields {
        [
            ("seal", browser.ownSeal), ("basis", try #require(page.hidden("basis"))),
            ("name", "equipment.read"), ("sentence", "Read your equipment"), ("default", "on"),
            ("detail", "Names, serial numbers and hours."), ("kind", "read"),
            ("sentence_de", "Ihre Maschinen sehen"), ("detail_de", "Namen, Seriennummern und Stunden."),
            ("sentence_ar", "رؤية معداتك"), ("detail_ar", ""), ("sentence_fr", ""), ("detail_fr", ""),
        ]
    }

    private func save(_ browser: inout Browser, _ typed: KeyValuePairs<String, String>) async throws -> Answer
    {
        let page = try await form(of: &browser)
        var sent = try untouched(browser, on: page)
        for (name, value) in typed {
            sent.removeAll { $0.name == name }
            sent.append((name, value))
        }
        return try await browser.post("/admin/scopes/change", sent)
    }

    private func scope() async throws -> OfferedScope {
        try #require(try await portal.registry.tenant(named: "harbour")?.settings.scopes.first)
    }

    private func lastEntry() async throws -> LedgerEntry {
        try #require(try await portal.theOperator.ledger(after: 0, limit: 9999).last)
    }

    // MARK: The form

    @Test func `there is a closed part for each other language, which says whether it is filled`()
        async throws
    {
        var ada = try await ada()
        let page = try await form(of: &ada)
        #expect(
            page.body.contains("<span lang=\"de\" dir=\"ltr\">Deutsch</span> <span class=\"tag ok\">filled<")
        )
        #expect(page.body.contains("dir=\"rtl\">العربية</span> <span class=\"tag\">without second line<"))
        #expect(page.body.contains("dir=\"ltr\">Français</span> <span class=\"tag\">not yet<"))
        #expect(page.body.contains("value=\"رؤية معداتك\""))
        #expect(!page.body.contains("<details open") && !page.body.contains("sentence-en"))
    }

    @Test func `a tenant's own language is not among the others`() async throws {
        let portal = try await TestPortal { settings in settings.language = "de" }
        var ada = try await portal.browser(of: "ada@harbour.example", as: .admin)
        let page = try await ada.get("/admin/scopes/new")
        #expect(page.body.contains("name=\"sentence_en\"") && !page.body.contains("name=\"sentence_de\""))
        #expect(page.text.contains("Customers whose language is not filled in read it in German."))
    }

    @Test func `whoever may only look reads the words in every language`() async throws {
        var vic = try await portal.administrator("vic@harbour.example", .readOnly)
        let page = try await form(of: &vic)
        #expect(page.body.contains("<p lang=\"de\" dir=\"ltr\">Ihre Maschinen sehen</p>"))
        #expect(page.body.contains("<p lang=\"ar\" dir=\"rtl\">رؤية معداتك</p>"))
        #expect(page.text.contains("Frenchnot yet") && !page.body.contains("name=\"sentence"))
    }

    // MARK: Saving

    @Test func `a sentence that is typed is what customers read`() async throws {
        var ada = try await ada()
        let answer = try await save(
            &ada,
            ["sentence_fr": " Voir vos machines ", "detail_fr": "Noms et heures."]
        )
        #expect(try await ada.follow(answer).text.contains("The permission is saved."))
        let application = try await portal.registeredApplication()
        var kim = try await portal.customer()
        let page = try await kim.authorize(portal.query(application) { $0.append(("ui_locales", "fr")) })
        #expect(page.body.contains("<strong lang=\"fr\">Voir vos machines</strong>"))
        #expect(page.body.contains("lang=\"fr\" dir=\"ltr\">Noms et heures.<"))
    }

    @Test func `a new permission comes with its languages`() async throws {
        var ada = try await ada()
        let page = try await ada.get("/admin/scopes/new")
        let sent: Fields = [
            ("seal", ada.ownSeal), ("basis", try #require(page.hidden("basis"))), ("name", "machines.move"),
            ("sentence", "Move your machines"), ("kind", "change"), ("sentence_de", "Ihre Maschinen bewegen"),
        ]
        #expect(try await ada.post("/admin/scopes/new", sent).status == 303)
        let scopes = try await portal.registry.tenant(named: "harbour")?.settings.scopes
        #expect(scopes?.last?.sentences == ["de": "Ihre Maschinen bewegen"])
    }

    @Test func `what is emptied is read in the tenant's language again`() async throws {
        var ada = try await ada()
        _ = try await save(&ada, ["sentence_de": "", "detail_de": " "])
        let scope = try await scope()
        #expect(scope.sentences == ["ar": "رؤية معداتك"] && scope.details.isEmpty)
    }

    @Test(arguments: [
        ("sentence_de", "", "sentence-de", "Enter the sentence in German, or remove its second line"),
        ("detail_ar", "a\u{7}b", "detail-ar", "The second line in Arabic can have up to 300 characters"),
        (
            "sentence_fr", String(repeating: "é", count: 301), "sentence-fr",
            "The sentence in French can have up to 300 characters"
        ),
        ("detail", "", "detail", "Enter a second line, or remove it in the other languages too"),
    ])
    func `what does not fit is said at its field`(
        field: String,
        text: String,
        place: String,
        message: String
    ) async throws {
        var ada = try await ada()
        let answer = try await save(&ada, [field: text])
        #expect(answer.status == 422)
        #expect(answer.body.contains("href=\"#\(place)\">\(message)<"))
        #expect(answer.body.contains("id=\"\(place)-err\""))
        #expect(answer.body.contains("<details open") == (place != "detail"))
        #expect(try await scope().sentences.count == 2)
    }

    @Test func `two mistakes in two languages are said at once`() async throws {
        var ada = try await ada()
        let answer = try await save(&ada, ["sentence_de": "", "detail_fr": "Noms."])
        #expect(answer.text.contains("Enter the sentence in German, or remove its second line"))
        #expect(answer.text.contains("Enter the sentence in French, or remove its second line"))
        #expect(answer.body.contains("value=\"Noms.\""))
    }

    @Test func `where the words change and other languages stay, the page says so once`() async throws {
        var ada = try await ada()
        let staying = "In other languages it still says what it said before."
        let answer = try await save(&ada, ["sentence": "Read all of your equipment"])
        #expect(try await ada.follow(answer).text.contains(staying))
        #expect(try await scope().sentences.count == 2)
        #expect(try await !ada.get("/admin/scopes").text.contains(staying))
        let other = try await save(&ada, ["sentence": "Read all of your equipment", "sentence_fr": "Voir"])
        #expect(try await !ada.follow(other).text.contains(staying))
    }

    // MARK: What customers agreed to

    @Test(arguments: [
        ["sentence_de": "Ihre Maschinen und ihre Kosten sehen"],
        ["detail_de": "Namen, Seriennummern, Stunden und Kosten."],
        ["detail_de": ""],
        ["sentence_ar": ""],
    ])
    func `other words in any language ask whether they allow more`(typed: [String: String]) async throws {
        var ada = try await ada()
        _ = try await portal.registeredApplication()
        let (field, text) = try #require(typed.first)
        let question = try await save(&ada, [field: text])
        #expect(question.status == 200 && question.text.contains("Does this allow more than before?"))
        #expect(try await scope().sentences.count == 2)
        #expect(try await save(&ada, [field: text, "widens": "no"]).status == 303)
    }

    @Test func `a language that is new asks nothing`() async throws {
        var ada = try await ada()
        _ = try await portal.registeredApplication()
        let typed: KeyValuePairs = ["sentence_fr": "Voir vos machines", "detail_ar": "الأسماء والساعات."]
        #expect(try await save(&ada, typed).status == 303)
        #expect(try await scope().widenedAt == nil)
    }

    @Test func `nobody is asked about what cannot be saved`() async throws {
        var ada = try await ada()
        _ = try await portal.registeredApplication()
        let answer = try await save(&ada, ["sentence_de": ""])
        #expect(answer.status == 422 && !answer.text.contains("Does this allow more than before?"))
    }

    // MARK: Who changed what

    @Test func `the ledger says what changed in which language`() async throws {
        var ada = try await ada()
        _ = try await save(&ada, ["sentence_de": "Ihre Geräte sehen", "sentence_fr": "Voir vos machines"])
        #expect(
            try await lastEntry().detail == """
                scopes.equipment.read.sentence.de=“Ihre Maschinen sehen” → “Ihre Geräte sehen”; \
                scopes.equipment.read.sentence.fr=“” → “Voir vos machines”
                """
        )
    }

    @Test func `a first other language changes nothing in the tenant's own`() async throws {
        var ada = try await ada()
        _ = try await save(&ada, ["sentence_de": "", "detail_de": "", "sentence_ar": ""])
        let entry = try await lastEntry().detail
        #expect(
            entry.contains("sentence.de=“Ihre Maschinen sehen” → “”") && !entry.contains("read.sentence=")
        )
    }

    @Test func `of two at once the second sees both versions of each language`() async throws {
        var (first, second) = (
            try await ada(), try await portal.browser(of: "bo@harbour.example", as: .admin)
        )
        let page = try await form(of: &second)
        _ = try await save(&first, ["sentence_de": "Ihre Geräte sehen", "sentence_fr": "Voir vos machines"])
        let late = try await second.post("/admin/scopes/change", untouched(second, on: page))
        #expect(late.status == 409)
        #expect(late.text.contains("Sentence in GermanNow: Ihre Geräte sehenYours: Ihre Maschinen sehen"))
        #expect(late.text.contains("Sentence in FrenchNow: Voir vos machinesYours: nothing"))
        #expect(late.body.contains("<bdi lang=\"de\" dir=\"ltr\">Ihre Geräte sehen</bdi>"))
    }

    @Test func `what was typed is in the tenant's file`() async throws {
        var ada = try await ada()
        _ = try await save(&ada, ["sentence_uk": "Бачити вашу техніку", "sentence_ar": ""])
        let tenant = try #require(try await portal.registry.tenant(named: "harbour"))
        let text = try TenantFile.text(of: tenant, logo: nil)
        #expect(text.contains("\"uk\": \"Бачити вашу техніку\"") && !text.contains("\"ar\""))
        let again = try TenantFile(Array(text.utf8), called: "harbour").settings
        #expect(again.scopes == tenant.settings.scopes)
    }
}
