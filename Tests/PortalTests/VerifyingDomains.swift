import FoundationEssentials
import Registry
import Testing
import Web

@testable import Portal

@Suite("Verifying domains")
struct VerifyingDomains {
    let portal: TestPortal
    let application: OwnedApplication
    let callback = "https://app.example.com/callback"
    let local = "http://localhost:9/x"

    init() async throws {
        portal = try await TestPortal()
        application = try await portal.registeredApplication(at: [callback, local])
    }

    private var place: String { "/applications/\(application.id)/domains" }

    private func send(_ browser: inout Browser, _ step: String, _ domain: String) async throws -> Answer {
        try await browser.post(place + step, [("seal", browser.ownSeal), ("domain", domain)])
    }

    /// What Dana is asked to publish.
    private func text(_ domain: String = "example.com") async throws -> String {
        var dana = try await portal.partner()
        _ = try await send(&dana, "", domain)
        return try #require(
            try await dana.get(place).between("<code id=\"domain-example-com-record\"", "</code>")
        )
        .split(separator: ">").last.map(String.init) ?? ""
    }

    private func verify() async throws {
        portal.publications.publish(.texts(["v=spf1 -all", try await text()]), at: "example.com")
        var dana = try await portal.partner()
        let answer = try await send(&dana, "/check", "example.com")
        #expect(answer.status == 303)
    }

    private func query(_ address: String, _ language: String = "en") -> [(name: String, value: String)] {
        portal.query(application) {
            $0.set("redirect_uri", address)
            $0.append(("ui_locales", language))
        }
    }

    private func consent(at address: String, in language: String = "en") async throws -> Answer {
        var kim = try await portal.customer()
        return try await kim.authorize(query(address, language))
    }

    @Test func `the page says what to publish for each domain of the application`() async throws {
        var dana = try await portal.partner()
        let first = try await dana.get(place)
        #expect(first.text.contains("app.example.com") && first.text.contains("Verify example.com"))
        let begun = try await send(&dana, "", "example.com")
        #expect(begun.status == 303)
        let page = try await dana.get(place)
        #expect(page.text.contains("_portal-challenge.example.com"))
        #expect(page.text.contains("https://example.com/.well-known/portal-verification.txt"))
        #expect(try await text().hasPrefix("portal-verification="))
        #expect(page.text.contains("Not verified yet"))
    }

    @Test func `a record that is there verifies the domain, and the page says until when`() async throws {
        try await verify()
        var dana = try await portal.partner()
        let page = try await dana.get(place, [("done", "proved"), ("domain", "example.com")])
        #expect(page.text.contains("example.com is verified."))
        #expect(page.text.contains("in a TXT record. It holds until"))
        #expect(portal.publications.places == ["record example.com"])
        #expect(try await dana.get("/applications/\(application.id)").text.contains("Holds until"))
    }

    @Test(arguments: [
        (Sighting.texts([]), "_portal-challenge.example.com has no TXT record."),
        (.texts(["v=spf1 -all"]), "_portal-challenge.example.com says something else:v=spf1 -all"),
        (.noSuchName, "There is no _portal-challenge.example.com in the DNS."),
        (.noAnswer, "No name server answered about _portal-challenge.example.com in time."),
        (.busy, "We look for other proofs at the moment."),
    ])
    func `what was found instead is said in words`(sighting: Sighting, words: String) async throws {
        _ = try await text()
        portal.publications.publish(sighting, at: "example.com")
        var dana = try await portal.partner()
        let answer = try await send(&dana, "/check", "example.com")
        #expect(answer.status == 422)
        #expect(answer.text.contains("example.com could not be verified."))
        #expect(answer.text.contains(words))
    }

    @Test(arguments: [
        (Sighting.status(302), "example.com answered with status 302, where 200 is needed."),
        (.notPublic, "example.com leads to an address that is not public"),
        (.tooLong, "The file is longer than 4096 bytes."),
        (.unreachable("SSL connect error"), "example.com could not be read over https: SSL connect error."),
        (.texts(["<script>alert(1)</script>"]), "The file says something else:<script>alert(1)</script>"),
    ])
    func `what the file was is said in words, never as markup`(sighting: Sighting, words: String) async throws
    {
        _ = try await text()
        portal.publications.publish(sighting, at: "example.com", .file)
        var dana = try await portal.partner()
        let answer = try await send(&dana, "/check", "example.com")
        #expect(answer.status == 422)
        #expect(answer.text.contains(words))
        #expect(!answer.body.contains("<script>alert"))
    }

    @Test func `a file verifies its host where no record does`() async throws {
        portal.publications.publish(.texts([try await text()]), at: "example.com", .file)
        var dana = try await portal.partner()
        let answer = try await send(&dana, "/check", "example.com")
        #expect(answer.status == 303)
        #expect(portal.publications.places == ["record example.com", "file example.com"])
        #expect(try await dana.get(place).text.contains("in a file. It holds until"))
    }

    @Test(arguments: [
        "example.org", "evil.example", "localhost", "127.0.0.1", "printer.local", "com", "", "EXAMPLE.COM",
    ])
    func `nobody is asked about a name that is not the application's`(name: String) async throws {
        var dana = try await portal.partner()
        for step in ["", "/check", "/remove"] {
            let answer = try await send(&dana, step, name)
            #expect(answer.status == 404)
        }
        #expect(portal.publications.places.isEmpty)
    }

    @Test func `what nobody looked for counts as not asked`() async throws {
        _ = try await text()
        portal.publications.publish(.busy, at: "example.com")
        portal.publications.publish(.busy, at: "example.com", .file)
        var dana = try await portal.partner()
        for _ in 0...30 {
            let answer = try await send(&dana, "/check", "example.com")
            #expect(answer.status == 422)
        }
    }

    @Test func `the world is asked so often for an application, and no more`() async throws {
        _ = try await text()
        var dana = try await portal.partner()
        for _ in 0..<30 {
            let answer = try await send(&dana, "/check", "example.com")
            #expect(answer.status == 422)
        }
        let answer = try await send(&dana, "/check", "example.com")
        #expect(answer.status == 429 && portal.publications.places.count == 60)
    }

    @Test func `a stranger's checks of a domain leave its owner theirs`() async throws {
        _ = try await text()
        let other = try await portal.registeredApplication(
            "Borrowed Cranes",
            of: "mel@cranes.example",
            at: [callback]
        )
        let more = try await portal.registeredApplication(
            "More Cranes",
            of: "mel@cranes.example",
            at: [callback]
        )
        var mel = try await portal.partner("mel@cranes.example")
        func check(_ application: OwnedApplication) async throws -> Int {
            let fields = [(name: "seal", value: mel.ownSeal), (name: "domain", value: "example.com")]
            return try await mel.post("/applications/\(application.id)/domains/check", fields).status
        }
        for application in [other, more] {
            let fields = [(name: "seal", value: mel.ownSeal), (name: "domain", value: "example.com")]
            _ = try await mel.post("/applications/\(application.id)/domains", fields)
        }
        for number in 1...30 { #expect(try await check(number % 2 == 0 ? other : more) == 422) }
        #expect(try await check(other) == 429)
        var dana = try await portal.partner()
        #expect(try await send(&dana, "/check", "example.com").status == 422)
    }

    @Test func `the badge is for the address in this request`() async throws {
        let before = try await consent(at: callback)
        #expect(!before.text.contains("Verified: ") && !before.text.contains("you will be sent to"))
        try await verify()
        let proved = try await consent(at: callback)
        #expect(proved.text.contains("You will return toapp.example.com ✓Verified: example.com"))
        #expect(!proved.text.contains("Not verified"))
        let other = try await consent(at: local)
        #expect(other.text.contains("Not verified – you will be sent to localhost"))
        #expect(!other.text.contains("Verified: "))
    }

    @Test func `removing the proof takes the badge away at once`() async throws {
        try await verify()
        var dana = try await portal.partner()
        let question = try await dana.get(place + "/remove", [("domain", "example.com")])
        #expect(question.text.contains("Remove this domain?"))
        let removed = try await send(&dana, "/remove", "example.com")
        #expect(removed.status == 303)
        #expect(try await !consent(at: callback).text.contains("Verified: "))
    }

    @Test func `no customer's request asks anybody`() async throws {
        try await verify()
        let before = portal.publications.places
        for address in [callback, local] { _ = try await consent(at: address) }
        #expect(portal.publications.places == before)
    }

    @Test(arguments: Language.allCases)
    func `the badge is in every language`(language: Language) async throws {
        try await verify()
        let words = ConsentWords(language, tenant: "Harbourline")
        #expect(
            try await consent(at: callback, in: language.rawValue).text.contains(
                words.verifiedDomain + "example.com"
            )
        )
        #expect(
            try await consent(at: local, in: language.rawValue).text.contains(
                words.sentElsewhere + "localhost"
            )
        )
    }

    @Test func `connected applications and the receipt say what the customer was told`() async throws {
        try await verify()
        var kim = try await portal.customer()
        _ = try await kim.answer(try await kim.authorize(query(callback)), "allow")
        let list = try await kim.get("/account/connections")
        #expect(list.text.contains("Verified: example.com"))
        let detail = try await kim.get(try #require(list.between("<div><a href=\"/t/harbour", "\"><strong>")))
        #expect(detail.text.contains("You returned toapp.example.com ✓Verified: example.com"))
    }

    @Test func `administrators read verified domains among the facts`() async throws {
        try await verify()
        var admin = try await portal.administrator("ada@harbour.example", .full)
        let page = try await admin.get("/admin/applications/\(application.id)")
        #expect(page.text.contains("Verified domainsexample.com"))
    }
}
