import Registry
import Support
import Testing
import Web

@testable import Portal

@Suite("Braking at the door")
struct BrakingAtTheDoor {
    let portal: TestPortal
    init() async throws { portal = try await TestPortal() }

    /// The status of one attempt to sign in, as Kim unless somebody else is named.
    private func attempt(
        _ password: String,
        as email: String = "kim@northfield.example",
        from browser: inout Browser
    ) async throws -> Int {
        let door = try await browser.get("/sign-in")
        let seal = try #require(door.hidden("seal"))
        let fields = [("seal", seal), ("email", email), ("password", password)]
        return try await browser.post("/sign-in", fields.map { (name: $0.0, value: $0.1) }).status
    }

    @Test func `the sixth guess at a password has to wait, and so has its owner`() async throws {
        try await portal.add("kim@northfield.example", as: .customer)
        var browser = portal.browser()
        for _ in 1...5 { #expect(try await attempt("a wrong guess at it", from: &browser) == 422) }
        #expect(try await attempt("a wrong guess at it", from: &browser) == 429)
        #expect(try await attempt(TestPortal.password, from: &browser) == 429)
    }

    @Test func `a neighbourhood begins six hundred requests a minute that nobody is signed in for`()
        async throws
    {
        let application = try await portal.registeredApplication("Acme Lifts")
        var crowd = portal.browser()
        let query = portal.query(application)
        for _ in 1...600 { #expect(try await crowd.authorize(query).status == 303) }
        let late = try await crowd.authorize(query)
        #expect(late.status == 429 && late["Retry-After"] != nil)
        var other = portal.browser()
        other.address = "198.51.100.8"
        #expect(try await other.authorize(query).status == 303)
        portal.clock.advance(by: .seconds(60))
        #expect(try await crowd.authorize(query).status == 303)
    }

    @Test func `a partner changes something as often as hands can, in each session`() async throws {
        var (dana, elsewhere) = (try await portal.partner(), try await portal.partner())
        func act(in browser: inout Browser) async throws -> Int {
            let fields = [(name: "seal", value: browser.ownSeal)]
            return try await browser.post("/applications/none/delete", fields).status
        }
        for _ in 1...180 { #expect(try await act(in: &dana) == 404) }
        #expect(try await act(in: &dana) == 429)
        #expect(try await act(in: &elsewhere) == 404)
        portal.clock.advance(by: .seconds(60))
        #expect(try await act(in: &dana) == 404)
    }

    @Test func `guesses from a thousand addresses are a hundred a day`() async throws {
        try await portal.add("kim@northfield.example", as: .customer)
        var statuses: [Int] = []
        for number in 0..<1000 {
            // Within a day, and slowly enough for five in a quarter of an hour.
            if number % 5 == 0 { portal.clock.advance(by: .seconds(430)) }
            var browser = portal.browser()
            browser.address = "198.51.\(number / 250).\(number % 250)"
            statuses.append(try await attempt("a wrong guess at it", from: &browser))
        }
        #expect(statuses.count { $0 == 422 } == 100)
        #expect(statuses.count { $0 == 429 } == 900)
    }

    @Test func `an address guesses fifty times in a quarter of an hour, whoever it names`() async throws {
        var guesser = portal.browser()
        for number in 1...50 {
            let email = "guest\(number)@northfield.example"
            #expect(try await attempt("a wrong guess at it", as: email, from: &guesser) == 422)
        }
        #expect(try await attempt("a wrong guess", as: "lee@northfield.example", from: &guesser) == 429)
        var other = portal.browser()
        other.address = "198.51.100.8"
        #expect(try await attempt("a wrong guess", as: "lee@northfield.example", from: &other) == 422)
        portal.clock.advance(by: .seconds(900))
        #expect(try await attempt("a wrong guess", as: "lee@northfield.example", from: &guesser) == 422)
    }

    @Test func `an IPv6 network counts as one address, for passwords and for client secrets`() async throws {
        let application = try await portal.registeredApplication()
        func secret(from address: String) async throws -> Int {
            let request = Request.made(
                .post,
                "/oauth2/token",
                headers: [
                    ("Authorization", "Basic " + base64("\(application.id):a guess")),
                    ("Content-Type", "application/x-www-form-urlencoded"),
                ],
                body: Array("grant_type=client_credentials".utf8),
                from: address
            )
            return await portal.site.respond(to: request).status.code
        }
        func password(_ number: Int, from address: String) async throws -> Int {
            var browser = portal.browser()
            browser.address = address
            return try await attempt("a wrong guess", as: "guest\(number)@northfield.example", from: &browser)
        }
        for number in 1...10 { #expect(try await secret(from: "2001:db8:1:2::\(number)") == 401) }
        #expect(try await secret(from: "2001:db8:1:2:ffff::") == 429)
        #expect(try await secret(from: "2001:db8:1:3::1") == 401)
        for number in 1...50 {
            #expect(try await password(number, from: "2001:db8:1:2::\(number)") == 422)
        }
        #expect(try await password(51, from: "2001:db8:1:2:ffff::") == 429)
        #expect(try await password(51, from: "2001:db8:1:3::1") == 422)
    }

    @Test func `that somebody tried too often stands in the ledger once an hour`() async throws {
        func entries() async throws -> [LedgerEntry] {
            try await portal.theOperator.ledger(after: 0, limit: 9999).filter { $0.action == "tries.refused" }
        }
        try await portal.add("kim@northfield.example", as: .customer)
        var browser = portal.browser()
        for _ in 1...5 { _ = try await attempt("a wrong guess at it", from: &browser) }
        #expect(try await entries().isEmpty)
        for _ in 1...3 { #expect(try await attempt("a wrong guess at it", from: &browser) == 429) }
        let entry = try #require(try await entries().first)
        #expect(try await entries().count == 1)
        #expect(entry.object == "/sign-in" && entry.actor == "somebody" && !entry.address.isEmpty)
    }

    @Test func `guesses made at once are no more than guesses made one by one`() async throws {
        try await portal.add("kim@northfield.example", as: .customer)
        let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 1...20 {
                group.addTask {
                    var browser = portal.browser()
                    return try await attempt("a wrong guess at it", from: &browser)
                }
            }
            return try await group.reduce(into: [Int]()) { $0.append($1) }
        }
        #expect(statuses.count { $0 == 422 } == 5)
        #expect(statuses.count { $0 == 429 } == 15)
    }

    /// The statuses of so many requests for a token, made at once.
    private func statuses(of client: Client, requests: Int) async throws -> [Int] {
        try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 1...requests {
                group.addTask {
                    try await client.post("/oauth2/token", [("grant_type", "client_credentials")]).status
                }
            }
            return try await group.reduce(into: [Int]()) { $0.append($1) }
        }
    }

    @Test func `guesses at a client secret made at once are no more than guesses made one by one`()
        async throws
    {
        let application = try await portal.registeredApplication()
        let right = portal.client(application)
        let wrong = Client(portal: portal, id: right.id, secret: "a guess")
        // It is a matter of microseconds, so it is tried in many minutes.
        for _ in 1...50 {
            let answers = try await statuses(of: wrong, requests: 40)
            #expect(answers.count { $0 == 401 } == 10)
            #expect(answers.count { $0 == 429 } == 30)
            #expect(try await statuses(of: right, requests: 1) == [429])
            portal.clock.advance(by: .seconds(60))
        }
    }

    @Test func `an application may ask as often at once as it likes, with the right secret`() async throws {
        let application = try await portal.registeredApplication()
        let answers = try await statuses(of: portal.client(application), requests: 40)
        #expect(answers.allSatisfy { $0 == 200 })
    }

    @Test func `what is no address is refused as such, however often somebody else mistyped theirs`()
        async throws
    {
        var browser = portal.browser()
        for _ in 1...4 { _ = try await attempt("a wrong guess at it", from: &browser) }
        let door = try await browser.get("/sign-in")
        let fields = [
            (name: "seal", value: try #require(door.hidden("seal"))), (name: "email", value: "kim@"),
            (name: "password", value: "x"),
        ]
        #expect(try await browser.post("/sign-in", fields).status == 422)
    }

    @Test func `whoever signs in has their slips forgotten`() async throws {
        try await portal.add("kim@northfield.example", as: .customer)
        for _ in 1...3 {
            var browser = portal.browser()
            for _ in 1...4 { #expect(try await attempt("a slip of the finger", from: &browser) == 422) }
            #expect(try await attempt(TestPortal.password, from: &browser) == 303)
        }
    }
}
