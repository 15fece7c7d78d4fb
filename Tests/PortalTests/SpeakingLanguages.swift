import Registry
import Testing
import Web

@testable import Portal

@Suite("Speaking the customer's language")
struct SpeakingLanguages {
    private func page(_ query: (inout [(name: String, value: String)]) -> Void) async throws -> Answer {
        let portal = try await TestPortal()
        let application = try await portal.registeredApplication()
        var customer = try await portal.customer()
        return try await customer.authorize(portal.query(application, query))
    }

    @Test(arguments: Language.allCases)
    func `the consent screen is in the language that was asked for, and leads to every other`(
        language: Language
    ) async throws {
        let page = try await page { $0.append(("ui_locales", "xx \(language.rawValue)-ZZ")) }
        let words = ConsentWords(language, tenant: "Harbourline")
        expect(page, in: language)
        #expect(page.text.contains(words.allow) && page.text.contains(words.cancel))
        #expect(page.text.contains(words.willBeAble.text { _ in "Acme Rentals" }))
    }

    @Test func `a link to another language asks for the same`() async throws {
        let page = try await page { $0.append(("ui_locales", "en")) }
        let links = try #require(page.body.firstRange(of: "<footer")).lowerBound
        let start = try #require(page.body[links...].firstRange(of: "oauth2/authorize?")).upperBound
        let end = try #require(page.body[start...].firstRange(of: "lang=de\"")).lowerBound
        let query = page.body[start..<end]
        for part in ["response_type=code", "client_id=", "redirect_uri=", "state=", "code_challenge="] {
            #expect(query.contains(part))
        }
        #expect(!query.contains("ui_locales"))
    }

    @Test(arguments: Language.allCases)
    func `signing in, and what is wrong with it, is told in the browser's language`(
        language: Language
    ) async throws {
        let portal = try await TestPortal()
        let application = try await portal.registeredApplication()
        let words = DoorWords(language).signIn
        var browser = Browser(portal: portal)
        let asked = portal.query(application) { $0.append(("ui_locales", language.rawValue)) }
        let page = try await browser.follow(try await browser.authorize(asked))
        expect(page, in: language)
        #expect(page.text.contains(words.heading.text { _ in "Harbourline" }))
        #expect(page.text.contains(words.onTheWay.text { _ in "Acme Rentals" }))
        let seal = (name: "seal", value: try #require(page.hidden("seal")))
        let request = (name: "request", value: try #require(page.hidden("request")))
        let refused = try await browser.post("/sign-in", [seal, request, ("email", "nobody")])
        expect(refused, in: language)
        #expect(refused.status == 422 && refused.text.contains(words.isWrong))
        #expect(refused.body.contains("?request=\(request.value)&amp;lang="))
    }

    @Test(arguments: Language.allCases)
    func `somebody who guessed too often is told so in their language`(language: Language) async throws {
        let portal = try await TestPortal()
        var browser = Browser(portal: portal)
        let page = try await browser.get("/sign-in", [("lang", language.rawValue)])
        let seal = (name: "seal", value: try #require(page.hidden("seal")))
        var answer = page
        for _ in 0..<20 where answer.status != 429 {
            answer = try await browser.post("/sign-in", [seal, ("email", "kim@northfield.example")])
        }
        #expect(
            answer["Content-Language"] == language.rawValue && answer["Vary"] == "Accept-Language, Cookie"
        )
        #expect(answer.status == 429 && answer.text.contains(DoorWords(language).signIn.tooMany))
    }

    @Test(arguments: Language.allCases)
    func `every page where a request ends early is told in its language`(language: Language) async throws {
        let portal = try await TestPortal()
        let words = DoorWords(language)
        let wish = (name: "ui_locales", value: language.rawValue)
        let application = try await portal.registeredApplication()
        func told(
            _ words: Phrase,
            leadsOn: Bool = false,
            _ change: (inout [(name: String, value: String)]) -> Void
        ) async throws {
            var browser = Browser(portal: portal)
            let page = try await browser.authorize(portal.query(application) { change(&$0) } + [wish])
            expect(page, in: language, leadsOn: leadsOn)
            #expect(page.status == 400 && page.text.contains(words.text { _ in "Acme Rentals" }))
            #expect(page.text.contains("01JD-7F3K-Q2"))
        }
        try await told(words.refused.isIncomplete) { $0.removeAll { $0.name == "client_id" } }
        try await told(words.refused.doesNotWork) { $0.replace("client_id", with: "harbour_nobody") }
        try await told(words.refused.isNotSetUp) { $0.replace("redirect_uri", with: "https://evil.example/") }
        try await told(words.refused.cannotAnswer, leadsOn: true) {
            $0.replace("response_type", with: "token")
        }
    }

    @Test func `who guesses too often is told so in the language the application asked for`() async throws {
        let portal = try await TestPortal()
        let application = try await portal.registeredApplication()
        var browser = Browser(portal: portal)
        let asked = portal.query(application) { $0.append(("ui_locales", "de")) }
        var answer = try await browser.follow(try await browser.authorize(asked))
        #expect(answer.body.contains("action=\"/t/harbour/sign-in?ui_locales=de\""))
        let sent = [
            (name: "seal", value: try #require(answer.hidden("seal"))), (name: "email", value: "kim"),
        ]
        for _ in 0..<40 where answer.status != 429 {
            answer = try await browser.post("/sign-in", sent, query: [("ui_locales", "de")])
        }
        #expect(answer.status == 429 && answer.text.contains(DoorWords.german.signIn.tooMany))
        #expect(browser.cookies["portal-harbour-language"] == nil)
    }

    @Test func `what is pressed is remembered, and goes before what the application asks for`() async throws {
        let portal = try await TestPortal()
        let application = try await portal.registeredApplication()
        var browser = Browser(portal: portal)
        let asked = portal.query(application) { $0.append(("ui_locales", "de")) }
        let page = try await browser.follow(try await browser.authorize(asked))
        let request = try #require(page.hidden("request"))
        let french = try await browser.get("/sign-in", [("request", request), ("lang", "fr")])
        expect(french, in: .french)
        #expect(french.body.contains("action=\"/t/harbour/sign-in?lang=fr\""))
        #expect(browser.cookies["portal-harbour-language"] == "fr")
        expect(try await browser.get("/sign-in"), in: .french)
        expect(try await browser.get("/sign-in", [("request", request)]), in: .german)
    }

    @Test func `whoever signs in reads on in the language they pressed`() async throws {
        let portal = try await TestPortal()
        let application = try await portal.registeredApplication()
        _ = try await portal.customer()
        var browser = Browser(portal: portal)
        let asked = portal.query(application) { $0.append(("ui_locales", "de")) }
        let page = try await browser.follow(try await browser.authorize(asked))
        let sent = [
            (name: "seal", value: try #require(page.hidden("seal"))),
            (name: "request", value: try #require(page.hidden("request"))),
            (name: "email", value: "kim@northfield.example"), (name: "password", value: TestPortal.password),
        ]
        let inside = try await browser.post("/sign-in", sent, query: [("lang", "fr")])
        #expect(inside.status == 303)
        expect(try await browser.follow(inside), in: .french)
    }

    @Test func `another site cannot choose a language for the next visit`() async throws {
        var browser = Browser(portal: try await TestPortal())
        let page = try await browser.send(
            .get,
            "/sign-in",
            query: [("lang", "he")],
            headers: [("Sec-Fetch-Site", "cross-site")]
        )
        expect(page, in: .hebrew)
        #expect(browser.cookies["portal-harbour-language"] == nil)
    }

    @Test(arguments: [
        ("de-AT,de;q=0.9,en;q=0.5", Language.german), ("pt-BR", .portuguese), ("xx, uk", .ukrainian),
        ("tlh", .english), ("", .english),
    ])
    func `without a wish the browser's preference decides`(accepted: String, language: Language) async throws
    {
        var browser = Browser(portal: try await TestPortal())
        let headers = [(name: "Accept-Language", value: accepted)]
        expect(try await browser.send(.get, "/sign-in", headers: headers), in: language)
    }

    @Test func `partners and administrators read English whatever their browser prefers`() async throws {
        var browser = Browser(portal: try await TestPortal())
        for path in ["/partners/sign-in", "/admin/sign-in"] {
            let page = try await browser.send(.get, path, headers: [("Accept-Language", "ar")])
            #expect(page.body.contains("<html lang=\"en\" dir=\"ltr\">") && page.text.contains("Sign in"))
            #expect(page["Content-Language"] == nil && page["Vary"] == nil)
        }
    }
}

/// The page says what it is in, and leads to the others.
func expect(
    _ page: Answer,
    in language: Language,
    leadsOn: Bool = true,
    at place: SourceLocation = #_sourceLocation
) {
    let direction = language.direction.rawValue
    #expect(
        page.body.contains("<html lang=\"\(language.rawValue)\" dir=\"\(direction)\">"),
        sourceLocation: place
    )
    #expect(page["Content-Language"] == language.rawValue, sourceLocation: place)
    #expect(page["Vary"] == "Accept-Language, Cookie", sourceLocation: place)
    for other in Language.allCases where other != language {
        let link = page.between(
            "lang=\(other.rawValue)\" lang=\"\(other.rawValue)\" dir=\"\(other.direction.rawValue)\"",
            "</a>"
        )
        #expect(
            link == (leadsOn ? " hreflang=\"\(other.rawValue)\">\(other.name)" : nil),
            sourceLocation: place
        )
    }
}

extension [(name: String, value: String)] {
    fileprivate mutating func replace(_ name: String, with value: String) {
        self = map { $0.name == name ? (name, value) : $0 }
    }
}
