import Registry
import Testing
import Web

@testable import Portal

@Suite("Showing the consent screen")
struct ShowingTheConsentScreen {
    let portal: TestPortal
    init() async throws { portal = try await TestPortal() }

    private func page(
        _ application: OwnedApplication,
        _ change: (inout [(name: String, value: String)]) -> Void = { _ in }
    ) async throws -> Answer {
        var customer = try await portal.customer()
        let page = try await customer.authorize(portal.query(application, change))
        try #require(page.status == 200)
        return page
    }

    @Test func `it names who asks, whose account, what they get and where one returns to`() async throws {
        let application = try await portal.registeredApplication { form in
            form.applicationName = "RentalSync"
            form.privacyPolicy = "https://acme.example/privacy"
            form.terms = "https://terms.acme.example/"
        }
        let page = try await page(application)
        let text = page.text
        #expect(text.contains("RentalSync wants to connect to your Harbourline account"))
        #expect(text.contains("Signed in as kim@northfield.example"))
        #expect(text.contains("Read your equipment") && !text.contains("Change your equipment"))
        #expect(text.contains("Pay anything in your name"))
        #expect(text.contains("You will return toacme.example"))
        #expect(text.contains("Published byAcme Rentals") && text.contains("Verified by Harbourline"))
        #expect(text.contains("Until I disconnect it"))
        #expect(text.contains("Allow access") && text.contains("Cancel"))
        #expect(text.contains("Privacy policy (opens acme.example)"))
        #expect(text.contains("Terms (opens terms.acme.example)"))
        #expect(!text.contains("/callback"))
    }

    @Test func `both answers stand in one form, and the page sends nothing else along`() async throws {
        let page = try await page(try await portal.registeredApplication())
        let form = try #require(page.between("<div class=\"choices arm\">", "</form>"))
        #expect(form.contains("value=\"allow\"") && form.contains("value=\"deny\""))
        #expect(!page.body.contains("autofocus"))
        for name in ["client_id", "scope", "redirect_uri", "state", "code_challenge"] {
            #expect(!page.body.contains("name=\"\(name)\""))
        }
    }

    @Test(arguments: [
        "<div id='xss'>", "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "Tom & Jerry",
        "</title><h1>Oh", "{{7*7}}", "&lt;b&gt;", "O'Neill", "`x` ${y}",
    ])
    func `a name is shown as it was written, never as markup`(name: String) async throws {
        let application = try await portal.registeredApplication(name)
        let page = try await page(application)
        #expect(page.text.contains("\(name) wants to connect"))
        for markup in ["<div id='xss'", "<script>alert", "<img src=x", "<h1>Oh", "<b>"] {
            #expect(!page.body.contains(markup))
        }
    }

    @Test func `an application nobody has checked is called so beside its logo`() async throws {
        var dana = try await portal.partner()
        let form = try await dana.get("/applications/new")
        let registered = try await dana.post(
            "/applications",
            [
                ("seal", form.hidden("seal") ?? ""), ("ticket", form.hidden("ticket") ?? ""),
                ("company_name", "Acme Rentals"), ("redirect_uris", TestPortal.callback),
            ],
            file: ("logo", "logo.png", try TestPortal.logo())
        )
        let id = try #require(
            registered.between("curl -u &#39;", ":") ?? registered.between("curl -u '", ":")
        )
        let application = OwnedApplication(
            application: try await portal.theOperator.application(id),
            secret: nil
        )
        var kim = try await portal.customer()
        let closed = try await kim.authorize(portal.query(application))
        #expect(closed.status == 403 && closed.text.contains("Acme Rentals is still being tested"))

        _ = try await dana.post(
            "/applications/\(id)/test-accounts",
            [("seal", dana.ownSeal), ("emails", "kim@northfield.example")]
        )
        let invited = try await kim.authorize(portal.query(application))
        #expect(invited.status == 403 && invited.text.contains("You are invited."))
        let agreed = try await kim.post(
            "/account/testing/\(id)",
            [("seal", kim.ownSeal), ("answer", "agree")]
        )
        #expect(agreed.status == 303)
        let unverified = try await page(application)
        #expect(unverified.text.contains("Harbourline has not checked who made this application."))
        #expect(unverified.text.contains("Not verified"))
        #expect(unverified.text.contains("Registered by someone at acme.example"))
        #expect(unverified.between("/logos/", "\"") != nil)

        try await portal.theOperator.approve(id)
        let verified = try await page(application)
        #expect(verified.body.contains("/logos/") && !verified.text.contains("Not verified"))
    }

    @Test(arguments: ["http://127.0.0.1/callback", "http://[::1]/callback", "http://localhost/callback"])
    func `a program on this computer is called so`(address: String) async throws {
        let application = try await portal.registeredApplication(at: [address])
        let page = try await page(application) { $0.set("redirect_uri", address) }
        #expect(page.text.contains("This application runs on this computer."))
        #expect(page.text.contains("this computer (\(try RedirectURI(address).place))"))
    }

    @Test func `an installed app is called so, with its scheme`() async throws {
        let address = "com.acme.app:/callback"
        let application = try await portal.registeredApplication(at: [address])
        let page = try await page(application) { $0.set("redirect_uri", address) }
        #expect(page.text.contains("This application is installed on this device."))
        #expect(page.text.contains("the app Acme Rentals (com.acme.app)"))
    }

    @Test func `new permissions are listed apart from those allowed already`() async throws {
        let application = try await portal.registeredApplication()
        _ = try await portal.tokens(for: application)
        let page = try await page(application) { $0.set("scope", "equipment.read equipment.change") }
        #expect(page.text.contains("Acme Rentals asks for more access"))
        let fresh = try #require(page.between("New permissions</h2>", "<details>"))
        #expect(fresh.contains("Change your equipment") && !fresh.contains("Read your equipment"))
        let held = try #require(page.between("<details>", "</details>"))
        #expect(held.contains("Already allowed (1)") && held.contains("Read your equipment"))
        #expect(page.text.contains("If you cancel, it keeps what you allowed before."))
        #expect(page.text.contains("Connected since"))
    }

    @Test func `permissions are told in sentences, never by their names`() async throws {
        let application = try await portal.registeredApplication { form in
            form.scopes = ["equipment.read", "equipment.change", "location.read"]
        }
        let page = try await page(application) { $0.set("scope", nil) }
        for name in ["equipment.read", "equipment.change", "location.read"] {
            #expect(!page.body.contains(name))
        }
        #expect(page.text.contains("See where your equipment is") && page.text.contains("Sensitive"))
        #expect(
            page.body.contains("<li class=\"write\" dir=\"ltr\"><strong lang=\"en\">Change your equipment")
        )
    }

    @Test func `an application that asks for nothing learns only that there is an account`() async throws {
        let application = try await portal.registeredApplication { $0.scopes = [] }
        let page = try await page(application) { $0.set("scope", nil) }
        #expect(page.text.contains("It only learns that you have an account here"))
    }

    @Test func `its headers are exactly these`() async throws {
        let page = try await page(try await portal.registeredApplication())
        let sent = Dictionary(
            page.response.headers.map { ($0.name, $0.value) },
            uniquingKeysWith: { $0 + $1 }
        )
        let policy = [
            "default-src 'none'", "style-src 'self'", "img-src 'self'", "script-src 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        ]
        let directives = (sent["Content-Security-Policy"] ?? "").split(separator: ";").map {
            String($0).trimmingSpaces
        }
        #expect(Set(directives) == Set(policy) && directives.count == policy.count)
        #expect(
            sent.filter { $0.key != "Content-Security-Policy" } == [
                "Content-Type": "text/html; charset=utf-8",
                "X-Frame-Options": "DENY",
                "Referrer-Policy": "same-origin",
                "Cache-Control": "no-store",
                "X-Content-Type-Options": "nosniff",
                "Cross-Origin-Resource-Policy": "same-origin",
                "Permissions-Policy":
                    "accelerometer=(), camera=(), geolocation=(), microphone=(), payment=(), usb=()",
                "X-Robots-Tag": "noindex",
                "Content-Language": "en",
                "Vary": "Accept-Language, Cookie",
            ]
        )
    }

    @Test func `it loads nothing from anywhere else and runs nothing of its own`() async throws {
        let page = try await page(try await portal.registeredApplication())
        for start in ["src=\"", "rel=\"stylesheet\" href=\""] {
            for piece in page.body.split(separator: start).dropFirst() { #expect(piece.first == "/") }
        }
        for mark in [" style=", "<style", " onclick=", "javascript:"] { #expect(!page.body.contains(mark)) }
    }

    @Test func `somebody else can take the same request up`() async throws {
        let application = try await portal.registeredApplication()
        var browser = try await portal.customer()
        let first = try await browser.authorize(portal.query(application))
        let switched = try await browser.answer(first, "switch")
        #expect(switched.status == 303 && browser.cookies["portal-harbour-customer"] == nil)
        let door = try await browser.follow(try await browser.follow(switched))
        #expect(door.text.contains("to continue to Acme Rentals"))
        #expect(try await browser.answer(first, "allow").returned["code"] == nil)
    }

    @Test func `a verified application that asks for nothing new needs no page`() async throws {
        let application = try await portal.registeredApplication()
        _ = try await portal.tokens(for: application)
        var customer = try await portal.customer()
        let answer = try await customer.authorize(portal.query(application))
        #expect(
            answer.status == 303 && answer.returned["code"] != nil
                && answer.returned["iss"] == TestPortal.issuer
        )
        let asked = try await customer.authorize(portal.query(application) { $0.set("prompt", "consent") })
        #expect(asked.status == 200 && asked.text.contains("Connected since"))
    }
}
