import Registry
import Testing
import Web

@testable import Portal

@Suite("Answering authorize requests")
struct AnsweringAuthorizeRequests {
    let portal: TestPortal
    let application: OwnedApplication

    init() async throws {
        portal = try await TestPortal()
        application = try await portal.registeredApplication()
    }

    @Test func `whoever asks for the head alone gets no code`() async throws {
        var kim = try await portal.customer()
        let page = try await kim.authorize(portal.query(application))
        #expect(try await kim.answer(page, "allow").returned["code"] != nil)
        let answer = try await kim.send(.head, "/oauth2/authorize", query: portal.query(application))
        #expect(answer.status == 200 && answer.location == nil && answer.body.isEmpty)
        let other = portal.query(application) { $0.set("redirect_uri", "https://evil.example/") }
        #expect(try await kim.send(.head, "/oauth2/authorize", query: other).status == 400)
    }

    /// A request that is wrong in one way, and what the application is told.
    struct Mistake: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let error: String
        var keepsState = true
        let change: @Sendable (inout [(name: String, value: String)]) -> Void

        init(
            _ name: String,
            _ error: String,
            keepsState: Bool = true,
            _ change: @escaping @Sendable (inout [(name: String, value: String)]) -> Void
        ) {
            testDescription = name
            self.error = error
            self.keepsState = keepsState
            self.change = change
        }

        static func setting(_ name: String, _ value: String?, _ error: String) -> Mistake {
            Mistake("\(name) = \(value ?? "nothing")", error) { $0.set(name, value) }
        }

        static func repeating(_ name: String, _ value: String) -> Mistake {
            Mistake("\(name) twice, also \(value)", "invalid_request", keepsState: name != "state") {
                $0.append((name, value))
            }
        }
    }

    private static let mistakes: [Mistake] = [
        .setting("response_type", nil, "invalid_request"), .setting("response_type", "", "invalid_request"),
        .setting("response_type", "token", "unsupported_response_type"),
        .setting("response_type", "code token", "unsupported_response_type"),
        .setting("response_type", "CODE", "unsupported_response_type"),
        .setting("response_mode", "fragment", "invalid_request"),
        .setting("response_mode", "form_post", "invalid_request"),
        .setting("scope", "admin", "invalid_scope"),
        .setting("scope", "equipment.read admin", "invalid_scope"),
        .setting("scope", "location.read", "invalid_scope"), .setting("scope", "a\"b", "invalid_scope"),
        .setting("scope", "équipement", "invalid_scope"),
        .setting("scope", "Equipment.Read", "invalid_scope"),
        .setting("code_challenge", nil, "invalid_request"), .setting("code_challenge", "", "invalid_request"),
        .setting("code_challenge", String(Pixy.challenge.dropLast()), "invalid_request"),
        .setting("code_challenge", Pixy.challenge + "=", "invalid_request"),
        .setting("code_challenge", Pixy.challenge.replacing("-", with: "+"), "invalid_request"),
        .setting("code_challenge_method", nil, "invalid_request"),
        .setting("code_challenge_method", "plain", "invalid_request"),
        .setting("code_challenge_method", "s256", "invalid_request"),
        .setting("code_challenge_method", "S512", "invalid_request"),
        .setting("prompt", "none", "consent_required"),
        .repeating("scope", "equipment.read"), .repeating("scope", "equipment.change"),
        .repeating("response_type", "code"), .repeating("response_type", "token"), .repeating("state", "s-1"),
        .repeating("state", ""), .repeating("code_challenge", Pixy.challenge),
        .repeating("code_challenge", "x"),
        .repeating("code_challenge_method", "S256"), .repeating("code_challenge_method", "plain"),
        Mistake("state too long", "invalid_request", keepsState: false) {
            $0.set("state", String(repeating: "s", count: 2049))
        },
        Mistake("state with an accent", "invalid_request", keepsState: false) { $0.set("state", "é") },
        Mistake("state with a line break", "invalid_request", keepsState: false) {
            $0.set("state", "a\r\nb")
        },
    ]

    @Test(arguments: mistakes)
    func `what is wrong with a request is told to its application`(mistake: Mistake) async throws {
        var customer = try await portal.customer()
        let answer = try await customer.authorize(portal.query(application, mistake.change))
        #expect(answer.status == 303)
        #expect(answer.location?.hasPrefix(TestPortal.callback + "?error=") == true)
        #expect(answer.returned["error"] == mistake.error)
        #expect(answer.returned["state"] == (mistake.keepsState ? "s-1" : nil))
        #expect(answer.returned["iss"] == TestPortal.issuer)
        let explanation = try #require(answer.returned["error_description"])
        #expect(explanation.utf8.allSatisfy { (0x20...0x7E).contains($0) && $0 != 0x22 && $0 != 0x5C })
        #expect(answer["Cache-Control"] == "no-store" && answer["Referrer-Policy"] == "no-referrer")
        #expect(answer.response.bytes.isEmpty)
    }

    @Test(arguments: mistakes)
    func `to somebody who is not signed in it is told on our own page`(mistake: Mistake) async throws {
        var nobody = portal.browser()
        let answer = try await nobody.authorize(portal.query(application, mistake.change))
        if mistake.error == "consent_required" {
            #expect(answer.text.contains("login_required"))
        } else {
            #expect(answer.text.contains(mistake.error))
        }
        #expect(answer.status == 400 && answer.location == nil && answer["Refresh"] == nil)
        #expect(!answer.body.contains("http-equiv"))
        #expect(answer.text.contains("Return to") && answer.text.contains("acme.example"))
    }

    @Test func `an application that may not ask is told so`() async throws {
        let server = try await portal.registeredApplication("Equipment interface", kind: .resourceServer)
        var customer = try await portal.customer()
        #expect(try await customer.authorize(portal.query(server)).returned["error"] == "unauthorized_client")
        let closed = try await TestPortal { $0.policy.grants = [.clientCredentials] }
        let application = try await closed.registeredApplication()
        var other = try await closed.customer()
        #expect(
            try await other.authorize(closed.query(application)).returned["error"] == "unauthorized_client"
        )
    }

    @Test(arguments: [
        "x", "0", " ", "+", "%", "%20", "%2B", "&", "=", "a&b=c", "#", "?", "/", "\"", "'", "<script>", "\\",
        "{\"a\":[1]}", "a b  c", "~!@$^*()_-;:,.|`[]", "code=x&state=y", "https://evil.test/?a=1#b",
        (0x20...0x7E).map { String(Character(Unicode.Scalar($0))) }.joined(),
        String(repeating: "s", count: 2048),
    ])
    func `state comes back byte for byte`(state: String) async throws {
        var customer = try await portal.customer()
        let wrong = portal.query(application) { query in
            query.set("state", state)
            query.set("scope", "admin")
        }
        #expect(try await customer.authorize(wrong).returned["state"] == state)
        let right = portal.query(application) { $0.set("state", state) }
        let page = try await customer.authorize(right)
        let answer = try await customer.answer(page, "allow")
        #expect(answer.returned["state"] == state)
        #expect(answer.returned["code"] != nil && answer.returned.count == 3)
    }

    @Test func `without state none comes back, and an empty one is none`() async throws {
        var customer = try await portal.customer()
        for state in [nil, ""] {
            let page = try await customer.authorize(portal.query(application) { $0.set("state", state) })
            let answer = page.status == 303 ? page : try await customer.answer(page, "allow")
            #expect(answer.returned["code"] != nil && answer.returned["state"] == nil)
        }
    }

    @Test func `an address with a query of its own keeps it, byte for byte`() async throws {
        let address = "https://acme.example/callback?t=%2fA&u"
        let application = try await portal.registeredApplication("Acme Lifts", at: [address])
        var customer = try await portal.customer()
        let query = portal.query(application) { query in
            query.set("redirect_uri", address)
            query.set("scope", "admin")
        }
        #expect(try await customer.authorize(query).location?.hasPrefix(address + "&error=") == true)
    }

    @Test func `unknown parameters are ignored and never repeated`() async throws {
        var customer = try await portal.customer()
        let extra = (0..<50).map { (name: "extra\($0)", value: "<marker\($0)>") }
        let known: [(name: String, value: String)] = [("ui_locales", "markerde"), ("display", "markerpage")]
        let page = try await customer.authorize(portal.query(application) { $0 += extra + known })
        #expect(page.status == 200)
        #expect(page.between("marker", ">") == nil)
        let answer = try await customer.answer(page, "allow")
        #expect(Set(answer.returned.keys) == ["code", "state", "iss"])
    }

    @Test func `nor are they kept while somebody signs in, and the language is`() async throws {
        var browser = portal.browser()
        let query = portal.query(application)
        let more = [("x", String(repeating: "y", count: 7000)), ("ui_locales", "de")]
        let sent = query + more.map { (name: $0.0, value: $0.1) }
        #expect(try await browser.authorize(sent).status == 303)
        let rows = try await portal.database.read(
            "SELECT query FROM authorization_requests",
            .tenant(portal.tenant.id)
        )
        let kept = try #require(try rows.first?.text(0))
        #expect(kept.utf8.count < 500 && kept.hasSuffix("&ui_locales=de"))
        #expect(kept.contains("client_id=\(application.id)&") && kept.contains("code_challenge="))
    }

    @Test(arguments: [
        "client_id=nobody&redirect_uri=https://evil.test/", "redirect_uri=https://evil.test/", "",
        "client_id=ID&redirect_uri=https://evil.test/",
        "client_id=ID&redirect_uri=https://acme.example/callback/",
        "client_id=ID&redirect_uri=javascript:alert(1)", "client_id=ID&client_id=ID&redirect_uri=URI",
        "client_id=ID&redirect_uri=URI&redirect_uri=URI",
        "client_id=ID&redirect_uri=URI&redirect_uri=https://evil.test/",
        "client_id=ID&redirect_uri=%zz", "client_id=ID&redirect_uri=%ff", "client_id=%00&redirect_uri=URI",
        "client_id=ID&redirect_uri=URI%0d%0aLocation:%20https://evil.test/",
        "client_id=ID&redirect_uri=%3Cscript%3Ealert(1)%3C/script%3E",
    ])
    func `where the recipient is in doubt there is a page and no way off it`(query: String) async throws {
        let sent =
            query.replacing("ID", with: application.id).replacing("URI", with: TestPortal.callback)
            + "&response_type=code&state=s-1&code_challenge=\(Pixy.challenge)&code_challenge_method=S256"
        for browser in [portal.browser(), try await portal.customer()] {
            let cookies = browser.cookies.map { (name: "Cookie", value: "\($0.key)=\($0.value)") }
            let request = Request.made(.get, "/oauth2/authorize", query: sent, headers: cookies)
            let answer = Answer(await portal.site.respond(to: request), to: request)
            #expect(answer.status == 400)
            #expect(answer.location == nil && answer["Refresh"] == nil && !answer.body.contains("http-equiv"))
            for link in [
                "href=\"https://evil", "href=\"javascript", "href=\"https://acme.example", "<script>alert",
            ] {
                #expect(!answer.body.contains(link))
            }
            #expect(answer.text.contains("01JD-7F3K-Q2") && answer.text.contains("E-"))
        }
    }

    @Test func `a suspended application and one without an address have a page each`() async throws {
        try await portal.theOperator.suspend(application.id, reason: "Unusual traffic")
        let bare = try await portal.registeredApplication("Bare Bones", at: [])
        let several = try await portal.registeredApplication(
            "Several",
            at: [TestPortal.callback, "https://acme.example/other"]
        )
        var customer = try await portal.customer()
        let suspended = try await customer.authorize(portal.query(application))
        let unfinished = try await customer.authorize(portal.query(bare))
        let ambiguous = try await customer.authorize(portal.query(several) { $0.set("redirect_uri", nil) })
        #expect(
            suspended.text.contains("Acme Rentals is not available") && suspended.text.contains("E-SUSPENDED")
        )
        #expect(!suspended.body.contains("Unusual traffic"))
        #expect(unfinished.text.contains("This application is not finished yet"))
        #expect(ambiguous.text.contains("This connection link is incomplete"))
        for page in [suspended, unfinished, ambiguous] { #expect(page.status == 400 && page.location == nil) }
    }

    @Test func `the page of a suspended application has a button back, to a registered address alone`()
        async throws
    {
        try await portal.theOperator.suspend(application.id, reason: "Unusual traffic")
        var customer = try await portal.customer()
        let page = try await customer.authorize(portal.query(application) { $0.set("state", "a b") })
        #expect(page.text.contains("Return to acme.example"))
        #expect(
            page.body.contains("\(TestPortal.callback)?error=access_denied&amp;error_description=The%20prov")
        )
        #expect(page.body.contains("&amp;state=a%20b&amp;iss="))
        let elsewhere = try await customer.authorize(
            portal.query(application) { $0.set("redirect_uri", "https://evil.example/") }
        )
        #expect(elsewhere.text.contains("E-SUSPENDED"))
        #expect(!elsewhere.body.contains("evil.example") && !elsewhere.text.contains("Return to"))
    }

    @Test func `somebody who is not signed in signs in first, and the request is kept`() async throws {
        var kim = portal.browser()
        try await portal.add("kim@northfield.example", as: .customer)
        let query = portal.query(application) { $0.set("state", "a+b c&d=%2B") }
        let first = try await kim.authorize(query)
        #expect(first.status == 303)
        #expect(first.location?.hasPrefix("/t/harbour/sign-in?request=") == true)

        let door = try await kim.follow(first)
        #expect(door.text.contains("to continue to Acme Rentals"))
        #expect(door.text.contains("Cancel and return to acme.example"))
        #expect(door.body.contains("error=access_denied"))
        #expect(door["Content-Security-Policy"]?.contains("form-action") == false)
        let signedIn = try await kim.post(
            "/sign-in",
            [
                ("seal", try #require(door.hidden("seal"))),
                ("request", try #require(door.hidden("request"))),
                ("email", "kim@northfield.example"), ("password", TestPortal.password),
            ]
        )
        #expect(signedIn.location?.hasPrefix("/t/harbour/oauth2/authorize?") == true)
        let page = try await kim.follow(signedIn)
        let answer = try await kim.answer(page, "allow")
        #expect(answer.returned["state"] == "a+b c&d=%2B" && answer.returned["code"] != nil)
    }

    @Test func `another browser cannot take the kept request up`() async throws {
        var (kim, stranger) = (portal.browser(), portal.browser())
        let first = try await kim.authorize(portal.query(application))
        let door = try await stranger.follow(first)
        #expect(door.status == 200 && !door.text.contains("Acme Rentals"))
    }

    @Test func `who wants nobody to be asked is told that the customer is no test account`() async throws {
        let building = try await portal.registeredApplication("Building Ltd", isApproved: false)
        var kim = try await portal.customer()
        let answer = try await kim.authorize(portal.query(building) { $0.set("prompt", "none") })
        #expect(answer.status == 303 && answer.returned["error"] == "access_denied")
    }

    @Test func `a request may come as a form and is judged the same`() async throws {
        var customer = try await portal.customer()
        let sent = try await customer.post("/oauth2/authorize", portal.query(application))
        #expect(sent.status == 303)
        let page = try await customer.follow(sent)
        #expect(page.text.contains("Acme Rentals wants to connect"))
    }

    @Test(arguments: [
        "client_id", "redirect_uri", "scope", "state", "response_type", "code_challenge",
        "code_challenge_method",
    ])
    func `one may not be repeated in a form, nor stand in the query as well`(name: String) async throws {
        var customer = try await portal.customer()
        let fields = portal.query(application)
        let value = try #require(fields.first { $0.name == name }?.value)
        for again in [(name, value), (name, "other")] {
            for (fields, query) in [(fields + [again], []), (fields, [again])] {
                let sent = try await customer.post("/oauth2/authorize", fields, query: query)
                let answer = try await customer.follow(sent)
                let isToldToTheClient = answer.returned["error"] == "invalid_request"
                #expect(isToldToTheClient || answer.status == 400, "\(answer.status)")
            }
        }
    }

    @Test func `the page cannot be read by other sites`() async throws {
        for origin in ["https://evil.test", "null", "https://acme.example"] {
            let query = urlEncoded(portal.query(application))
            let request = Request.made(.get, "/oauth2/authorize", query: query, headers: [("Origin", origin)])
            let answer = Answer(await portal.site.respond(to: request), to: request)
            #expect(answer["Access-Control-Allow-Origin"] == nil)
        }
    }
}
