import FoundationEssentials
import Registry
import Support
import Testing
import Web

@testable import Portal

@Suite("Writing letters in the customer's language")
struct WritingLettersInLanguages {
    private static let kim = "kim@northfield.example"
    private static let noon = Date(timeIntervalSince1970: 1_795_780_800)

    private func portal() async throws -> TestPortal {
        try await TestPortal { settings in
            settings.brand.shortName = "Harbour"
            settings.brand.supportEmail = "help@harbour.example"
            settings.scopes[0].sentences = ["de": "Ihre Maschinen sehen", "ar": "رؤية معداتك"]
            settings.policy.consentLetters = true
            settings.policy.manualIssuance = true
        }
    }

    private func letters(_ portal: TestPortal, named name: String = "Acme Rentals") throws -> [Letter] {
        let about = Letter.Mention(id: "harbour_ci_1", name: name)
        let sentences = portal.tenant.offers(ScopeSet([try #require(Scope("equipment.read"))])).map {
            $0.sentence(in: "de", at: portal.tenant)
        }
        return [
            .resetPassword(role: .customer, link: "l"),
            .passwordChanged(role: .customer, at: Self.noon, from: "192.0.2.7"),
            .confirmNewAddress(role: .customer, link: "l"),
            .addressChanged(role: .customer, to: "new@kim.example", at: Self.noon, from: "192.0.2.7"),
            .invitedToTest(application: about, domain: "acme.example"),
            .connected(application: about, grant: "g", sentences: sentences, at: Self.noon),
            .permissionsGrew(application: about, grant: "g", sentences: sentences),
            .manualTokenRequest(application: about, sentences: sentences, until: Self.noon, link: "l"),
        ]
    }

    private func written(_ letter: Letter, in language: Language, at portal: TestPortal) -> WrittenLetter {
        LetterWriter(tenant: portal.tenant, publicURL: portal.site.publicURL, language: language).write(
            letter
        )
    }

    /// The latest letter to the customer.
    private func latest(_ portal: TestPortal) async throws -> PostedLetter {
        let waiting = try await portal.registry.waitingLetters(of: portal.tenant.id)
        return try #require(waiting.first { $0.recipient.text == Self.kim })
    }

    private func read(_ posted: PostedLetter, _ portal: TestPortal) -> WrittenLetter {
        LetterWriter(to: posted, from: portal.tenant, publicURL: portal.site.publicURL).write(posted.letter)
    }

    // MARK: In words

    @Test(arguments: Language.allCases)
    func `every letter to customers is written in it, in both forms`(language: Language) async throws {
        let portal = try await portal()
        for letter in try letters(portal) {
            let (mine, english) = (
                written(letter, in: language, at: portal), written(letter, in: .english, at: portal)
            )
            let (html, text) = (mine.html(from: portal.tenant), mine.text(from: portal.tenant))
            let (tag, direction) = (language.rawValue, language.direction.rawValue)
            #expect(html.contains("<html lang=\"\(tag)\" dir=\"\(direction)\">"))
            #expect(html.contains("<div class=\"letter\" lang=\"\(tag)\" dir=\"\(direction)\">"))
            #expect(mine.link.url == english.link.url && text.contains(mine.link.url))
            #expect(text.contains("help@harbour.example"))
            guard language != .english else { continue }
            #expect(mine.subject != english.subject && mine.link.label != english.link.label)
            for (own, model) in zip(
                mine.paragraphs + mine.closing,
                english.paragraphs + english.closing
            ) {
                #expect(own.text(in: language) != model.text(in: language))
            }
        }
    }

    @Test func `a German letter has German dates, and the whole name where the subject has the short one`()
        async throws
    {
        let portal = try await portal()
        let letter = written(try letters(portal)[5], in: .german, at: portal)
        #expect(letter.subject == "Acme Rentals kann jetzt Ihre Daten bei Harbour nutzen")
        let text = letter.text(from: portal.tenant)
        #expect(
            text.contains("am 27. November 2026 um 12:00 UTC") && text.contains("  Ihre Maschinen sehen\n")
        )
        #expect(text.hasSuffix("– \nHarbourline, help@harbour.example\n"))
    }

    @Test func `an Arabic letter isolates what runs the other way, and marks what is in another language`()
        async throws
    {
        let portal = try await portal()
        let letter = written(try letters(portal)[5], in: .arabic, at: portal)
        #expect(letter.subject.contains("\u{2068}Acme Rentals\u{2069}"))
        #expect(letter.text(from: portal.tenant).contains("27 نوفمبر 2026"))
        let html = letter.html(from: portal.tenant)
        #expect(html.contains("<li><span lang=\"de\" dir=\"ltr\">Ihre Maschinen sehen</span></li>"))
        #expect(html.contains("<bdi dir=\"ltr\">help@harbour.example</bdi>"))
        let invitation = written(try letters(portal)[4], in: .arabic, at: portal)
        #expect(invitation.html(from: portal.tenant).contains("<bdi>Acme Rentals</bdi>"))
        #expect(invitation.html(from: portal.tenant).contains("<bdi dir=\"ltr\">acme.example</bdi>"))
    }

    @Test(arguments: [("Acme Rentals", "Acme Rentals"), ("שלום", "\u{2068}שלום\u{2069}")])
    func `an English letter isolates only names that run from right to left`(
        name: String,
        told: String
    ) async throws {
        let portal = try await portal()
        let letter = written(try letters(portal, named: name)[5], in: .english, at: portal)
        #expect(letter.subject == "\(told) can now use your Harbour data")
    }

    @Test(arguments: Language.allCases)
    func `the message names its language, and its headers keep to their lines`(
        language: Language
    ) async throws {
        let portal = try await portal()
        let writer = LetterWriter(
            tenant: portal.tenant,
            publicURL: portal.site.publicURL,
            language: language
        )
        let long = String(repeating: "מ", count: 80)
        for letter in try letters(portal, named: long) {
            let written = writer.write(letter)
            let message = MIMEMessage(
                id: "1",
                date: Self.noon,
                senderName: long,
                replyTo: nil,
                language: language,
                subject: written.subject,
                text: written.text(from: portal.tenant),
                html: written.html(from: portal.tenant)
            )
            let sender = try #require(EmailAddress("no-reply@auth.example"))
            let bytes = message.bytes(from: sender, to: sender)
            let lines = String(decoding: bytes, as: UTF8.self).split(
                separator: "\r\n",
                omittingEmptySubsequences: false
            ).prefix { !$0.isEmpty }
            #expect(lines.contains("Content-Language: \(language.rawValue)"))
            #expect(lines.allSatisfy { !$0.contains("=?") || $0.utf8.count <= 76 })
        }
    }

    // MARK: Whose language

    @Test(arguments: [Language.german, .arabic, .hebrew])
    func `a new password is written about in the language of the page`(language: Language) async throws {
        let portal = try await portal()
        try await portal.add(Self.kim, as: .customer)
        var browser = portal.browser()
        let asking = try await browser.get("/account/forgotten", [("ui_locales", language.rawValue)])
        _ = try await browser.submit(asking, [("email", Self.kim)])
        let asked = try await latest(portal)
        #expect(asked.language == language.rawValue)
        let link = String(read(asked, portal).link.url.dropFirst(TestPortal.issuer.count))
        let page = try await browser.get(link, [("ui_locales", language.rawValue)])
        #expect(try await browser.submit(page, [("password", "another walk along the quay")]).status == 303)
        portal.clock.advance(by: .seconds(1))
        let letters = try await portal.registry.waitingLetters(of: portal.tenant.id)
        #expect(letters.allSatisfy { $0.language == language.rawValue } && letters.count == 2)
    }

    @Test func `partners and administrators are written to in English, whatever their browser prefers`()
        async throws
    {
        let portal = try await portal()
        try await portal.add(Self.kim, as: .partner)
        var browser = portal.browser()
        let page = try await browser.get("/partners/forgotten", [("lang", "de")])
        _ = try await browser.submit(page, [("email", Self.kim)])
        let posted = try await latest(portal)
        #expect(posted.language == nil)
        #expect(read(posted, portal).subject == "Set a new password for Harbour partners")
    }

    @Test func `what a customer does with their own account is written in the language they chose`()
        async throws
    {
        let portal = try await portal()
        var browser = try await portal.customer(Self.kim)
        browser.cookies["portal-harbour-language"] = "nl"
        let page = try await browser.get("/account")
        let done = try await browser.post(
            "/account/password",
            [
                ("seal", try #require(page.hidden("seal"))), ("current_password", TestPortal.password),
                ("password", "another walk along the quay"),
            ]
        )
        #expect(done.status == 303)
        #expect(read(try await latest(portal), portal).subject == "Uw wachtwoord voor Harbour is gewijzigd")
    }

    @Test func `what is allowed is written in the language it was read in, and that is kept`() async throws {
        let portal = try await portal()
        let application = try await portal.registeredApplication()
        var browser = try await portal.customer(Self.kim)
        let page = try await browser.authorize(portal.query(application) { $0.append(("ui_locales", "de")) })
        #expect(try await browser.answer(page, "allow").status == 303)
        let letter = read(try await latest(portal), portal)
        #expect(letter.language == .german && letter.permissions.map(\.text) == ["Ihre Maschinen sehen"])
        portal.clock.advance(by: .seconds(2))
        let export = try await browser.get("/account/connections/export")
        #expect(export.body.contains("\"language\": \"de\""))
    }

    @Test(arguments: [(nil as String?, "he"), ("pt", "pt")])
    func `what an administrator asks is written in the language last used, else in the tenant's`(
        pressed: String?,
        told: String
    ) async throws {
        let portal = try await TestPortal { settings in
            settings.language = "he"
            settings.policy.manualIssuance = true
        }
        let application = try await portal.registeredApplication()
        var browser = try await portal.customer(Self.kim)
        if let pressed {
            let page = try await browser.authorize(portal.query(application) { $0.append(("lang", pressed)) })
            #expect(page["Content-Language"] == pressed)
        }
        var ada = try await portal.browser(of: "ada@harbour.example", as: .admin)
        let asked = try await ada.post(
            "/admin/manual-tokens",
            [
                ("seal", ada.ownSeal), ("request", ""), ("application", application.id), ("email", Self.kim),
                ("scope", "equipment.read"), ("ends", "90"), ("hand", "link"),
            ]
        )
        #expect(asked.status == 303)
        let posted = try await latest(portal)
        #expect(posted.language == told)
        #expect(read(posted, portal).permissions.map(\.language) == ["he"])
    }

    @Test func `what another site leads to is not kept`() async throws {
        let portal = try await portal()
        let application = try await portal.registeredApplication()
        var browser = try await portal.customer(Self.kim)
        let query = urlEncoded(portal.query(application) { $0.append(("lang", "ar")) })
        _ = try await browser.send(
            .get,
            "/oauth2/authorize?\(query)",
            headers: [("Sec-Fetch-Site", "cross-site")]
        )
        portal.clock.advance(by: .seconds(2))
        #expect(try await !browser.get("/account/connections/export").body.contains("\"language\""))
    }

    @Test func `who signs in is written to in the language they did it in`() async throws {
        let portal = try await portal()
        try await portal.add(Self.kim, as: .customer)
        var browser = portal.browser()
        let page = try await browser.get("/sign-in", [("ui_locales", "uk")])
        let done = try await browser.submit(
            page,
            [("email", Self.kim), ("password", TestPortal.password)]
        )
        #expect(done.status == 303)
        #expect(try await browser.get("/account/connections/export").body.contains("\"language\": \"uk\""))
    }

    // MARK: On this machine

    @Test func `the page of letters marks each with its language and direction`() async throws {
        let portal = try await TestPortal(mail: .localPage)
        try await portal.add(Self.kim, as: .customer)
        var browser = portal.browser()
        let asking = try await browser.get("/account/forgotten", [("ui_locales", "ar")])
        _ = try await browser.submit(asking, [("email", Self.kim)])
        let request = Request.made(.get, LocalMail.path, below: "", from: "127.0.0.1")
        let page = Answer(await portal.site.respond(to: request), to: request).body
        #expect(page.contains("<h2 lang=\"ar\" dir=\"rtl\">"))
        #expect(page.contains("<div class=\"stack\" lang=\"ar\" dir=\"rtl\">"))
    }
}
