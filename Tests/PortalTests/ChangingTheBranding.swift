import Registry
import Support
import Testing
import Web

@testable import Portal

@Suite("Changing the branding")
struct ChangingTheBranding {
    let portal: TestPortal
    init() async throws { portal = try await TestPortal() }

    private let ada = "ada@harbour.example"

    /// The form as the page shows it, with some fields typed over.
    private func form(
        _ browser: Browser,
        on page: Answer,
        _ typed: [(name: String, value: String)] = []
    ) throws -> [(name: String, value: String)] {
        var fields: [(name: String, value: String)] = [
            ("seal", browser.ownSeal), ("basis", try #require(page.hidden("basis"))),
            ("display_name", "Harbourline"), ("short_name", ""), ("accent", "#0a5ad4"), ("support_email", ""),
            ("help_page", ""), ("privacy_policy", ""), ("data_description", "your equipment data"),
            ("footer_text", ""),
        ]
        for field in typed { fields.set(field.name, field.value) }
        return fields
    }

    private func save(
        _ browser: inout Browser,
        _ typed: [(name: String, value: String)]
    ) async throws -> Answer {
        let page = try await browser.get("/admin/branding")
        return try await browser.post("/admin/branding", try form(browser, on: page, typed))
    }

    private func lastEntry() async throws -> LedgerEntry {
        try #require(try await portal.theOperator.ledger(after: 0, limit: 9999).last)
    }

    @Test func `a new colour is everywhere at once, the consent screen too`() async throws {
        var ada = try await portal.browser(of: ada, as: .admin)
        let application = try await portal.registeredApplication()
        var kim = try await portal.customer()
        #expect(try await kim.authorize(portal.query(application)).body.contains("/theme/0a5ad4.css"))
        let answer = try await save(&ada, [("accent", "#F58220"), ("display_name", "Quayline")])
        #expect(try await ada.follow(answer).text.contains("The branding is saved."))
        let consent = try await kim.authorize(portal.query(application))
        #expect(consent.body.contains("/theme/f58220.css") && consent.text.contains("Quayline"))
        #expect(try await kim.get("/theme/f58220.css").body.contains("--accent-text: #ac5600"))
    }

    @Test func `the short name stands where there is little room, and the whole one where it is decided`()
        async throws
    {
        var ada = try await portal.browser(of: ada, as: .admin)
        let application = try await portal.registeredApplication()
        let long = "Harbourline Equipment Services International"
        let answer = try await save(&ada, [("display_name", long), ("short_name", "Harbourline")])
        let saved = try await ada.follow(answer)
        #expect(saved.body.contains("<title>Branding – Harbourline</title>"))
        #expect(saved.body.contains("<strong><bdi>Harbourline</bdi></strong><span>administration</span>"))
        #expect(saved.body.contains("value=\"Harbourline\""))
        var kim = try await portal.customer()
        let consent = try await kim.authorize(portal.query(application))
        #expect(consent.body.contains(" – Harbourline</title>"))
        #expect(consent.body.contains("<strong><bdi>\(long)</bdi></strong>"))
        let tenant = try #require(try await portal.registry.tenant(named: "harbour"))
        let letter = LetterWriter(tenant: tenant, publicURL: portal.site.publicURL).write(
            .resetPassword(role: .partner, link: "x")
        )
        #expect(letter.subject == "Set a new password for Harbourline partners")
        #expect(letter.text(from: tenant).contains(long))
        _ = try await save(&ada, [("display_name", long)])
        #expect(
            try await ada.get("/admin/branding").body.contains("<title>Branding – \(long)</title>")
        )
    }

    @Test func `a footer text is at the foot of every page, as it was written and in the tenant's language`()
        async throws
    {
        var ada = try await portal.browser(of: ada, as: .admin)
        let text = "Harbourline <b>Ltd</b>, 1 Quay Street"
        let answer = try await save(&ada, [("footer_text", text)])
        #expect(answer.status == 303)
        var nobody = portal.browser()
        let escaped = "Harbourline &lt;b&gt;Ltd&lt;/b&gt;, 1 Quay Street"
        let shown = "<p><span lang=\"en\" dir=\"ltr\">\(escaped)</span></p>"
        for place in ["/", "/partners/sign-in", "/partners/sign-up", "/admin/sign-in", "/nowhere"] {
            #expect(try await nobody.get(place).body.contains(shown + "</footer>"), "\(place)")
        }
        let german = try await nobody.get("/sign-in", [("lang", "de")])
        #expect(german.body.contains(shown) && german.body.contains("<html lang=\"de\""))
        _ = try await save(&ada, [])
        #expect(!(try await nobody.get("/").body.contains("Quay Street")))
    }

    @Test func `the ledger keeps what it was and what it is, and says so in words`() async throws {
        var browser = try await portal.browser(of: ada, as: .admin)
        _ = try await save(&browser, [("accent", "#f58220"), ("help_page", "https://harbour.example/help")])
        let entry = try await lastEntry()
        #expect(entry.action == "tenant.branding_changed" && entry.object == "harbour")
        #expect(
            entry.detail
                == "brand.accent=“#0a5ad4” → “#f58220”; brand.helpPage=“” → “https://harbour.example/help”"
        )
        let page = try await browser.get("/admin/audit/\(entry.sequence)")
        #expect(page.text.contains("changed the branding of") && page.text.contains("“#0a5ad4” → “#f58220”"))
        let before = try await lastEntry().sequence
        #expect(
            try await save(
                &browser,
                [("accent", "#f58220"), ("help_page", "https://harbour.example/help")]
            ).status == 303
        )
        #expect(try await lastEntry().sequence == before)
    }

    @Test func `what a file may not say a page may not either, and what was typed stays`() async throws {
        var browser = try await portal.browser(of: ada, as: .admin)
        let answer = try await save(
            &browser,
            [
                ("display_name", ""), ("short_name", "H"), ("accent", "orange"), ("support_email", "nobody"),
                ("footer_text", "a\tb"),
                ("help_page", "http://harbour.example"), ("data_description", ""),
            ]
        )
        #expect(answer.status == 422 && answer.body.contains("<title>Error: Branding – Harbourline</title>"))
        for message in [
            "Enter the name, on one line of up to 300 characters", "Enter a colour like #f58220",
            "Enter an e-mail address like name@company.com", "Enter an address that begins with https://",
            "Say what applications will see, such as “your equipment data”",
            "Enter a short name of 2 to 24 characters", "Enter one line of up to 300 characters",
        ] { #expect(answer.text.contains(message)) }
        #expect(answer.body.contains("value=\"orange\"") && answer.body.contains("value=\"nobody\""))
        #expect(try await lastEntry().action != "tenant.branding_changed")
    }

    @Test func `a colour that is hard to read is told with the tone in its place`() async throws {
        var browser = try await portal.browser(of: ada, as: .admin)
        let page = try await browser.get("/admin/branding", [("accent", "#f58220")])
        #expect(
            page.text.contains(
                "Your colour as text on white has 2.6:1. We use a darker tone, #ac5600 (4.5:1), for links. Your exact colour is used for the bar and the button."
            )
        )
        let sheet = try await browser.get("/admin/branding/colours/f58220.css")
        #expect(sheet["Content-Type"] == "text/css; charset=utf-8")
        #expect(sheet.body.contains("--proposed-link: #ac5600; --proposed-dark: #f58220"))
        for file in ["f5822.css", "f58220", "f58220.js", "x%7D%20.css"] {
            #expect(try await browser.get("/admin/branding/colours/\(file)").status == 404)
        }
    }

    @Test func `a logo survives the question for a code`() async throws {
        var browser = try await portal.browser(of: ada, as: .admin)
        let page = try await browser.get("/admin/branding")
        portal.clock.advance(by: .seconds(301))
        let sent = try form(browser, on: page)
        let question = try await browser.post(
            "/admin/branding",
            sent,
            file: ("logo", "quay.png", try TestPortal.logo())
        )
        #expect(question.status == 403 && question.text.contains("Confirm it is you"))
        let staged = try #require(question.hidden("staged_logo"))
        let answer = try await browser.post(
            "/admin/branding",
            sent + [("staged_logo", staged), ("confirm_code", try portal.code(of: ada))]
        )
        let saved = try await browser.follow(answer)
        #expect(saved.body.contains("/logos/") && saved.text.contains("The logo now"))
        #expect(try await lastEntry().detail.hasPrefix("brand.logo=“” → “"))
    }

    @Test func `a file that is no logo is refused with the reason partners get`() async throws {
        var browser = try await portal.browser(of: ada, as: .admin)
        let page = try await browser.get("/admin/branding")
        for path in ["/admin/branding", "/admin/branding/preview"] {
            let answer = try await browser.post(
                path,
                try form(browser, on: page),
                file: ("logo", "logo.gif", Array("GIF89a".utf8))
            )
            #expect(answer.status == 422 && answer.text.contains("The logo must be a PNG. \"logo.gif\" is"))
        }
    }

    @Test func `of two at once the second is shown who was quicker, and both versions`() async throws {
        var first = try await portal.browser(of: ada, as: .admin)
        var second = try await portal.browser(of: "bo@harbour.example", as: .admin)
        let page = try await second.get("/admin/branding")
        _ = try await save(&first, [("accent", "#f58220")])
        let typed: [(name: String, value: String)] = [("accent", "#00a19a")]
        let late = try await second.post("/admin/branding", try form(second, on: page, typed))
        #expect(late.status == 409)
        #expect(late.text.contains("Somebody changed the branding while you were editing"))
        #expect(late.text.contains("#f58220") && late.body.contains("value=\"#00a19a\""))
        #expect(try await portal.registry.tenant(named: "harbour")?.brand.accent.text == "#f58220")
        let knowingly = try await second.post("/admin/branding", try form(second, on: late, typed))
        #expect(knowingly.status == 303)
        #expect(try await portal.registry.tenant(named: "harbour")?.brand.accent.text == "#00a19a")
    }

    @Test func `whoever may only look sees what there is, and no form`() async throws {
        var vic = try await portal.administrator("vic@harbour.example", .readOnly)
        let page = try await vic.get("/admin/branding")
        #expect(page.status == 200 && page.hidden("basis") == nil && page.text.contains("#0a5ad4"))
    }
}
