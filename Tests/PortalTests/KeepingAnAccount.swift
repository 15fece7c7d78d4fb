import FoundationEssentials
import Registry
import Support
import Testing
import Web

@testable import Portal

@Suite("Keeping an account")
struct KeepingAnAccount {
    let portal: TestPortal
    init() async throws { portal = try await TestPortal() }

    private typealias Fields = [(name: String, value: String)]
    private let dana = "dana@acme.example"
    private let better = "another walk along the quay"

    /// Sends the form of a page with some fields filled in.
    private func send(
        _ path: String,
        in browser: inout Browser,
        _ fields: [(name: String, value: String)] = [],
        to target: String? = nil
    ) async throws -> Answer {
        let page = try await browser.get(path)
        let seal = try #require(page.hidden("seal"))
        return try await browser.post(target ?? path, [("seal", seal)] + fields)
    }

    /// The letters that wait, latest first.
    private func letters() async throws -> [PostedLetter] {
        try await portal.registry.waitingLetters(of: portal.tenant.id)
    }

    /// Where the latest letter's link leads, below the tenant.
    private func linkInLetter() async throws -> String {
        let letter = try #require(try await letters().first)
        let url = LetterWriter(tenant: portal.tenant, publicURL: portal.site.publicURL).write(letter.letter)
            .link.url
        return String(url.dropFirst(TestPortal.issuer.count))
    }

    private func signIn(_ email: String, _ password: String, in browser: inout Browser) async throws -> Int {
        try await send("/partners/sign-in", in: &browser, [("email", email), ("password", password)]).status
    }

    private func askToSignUp(_ email: String, in browser: inout Browser) async throws -> Answer {
        try await send("/partners/sign-up", in: &browser, [("name", "Dana"), ("email", email)])
    }

    @Test func `an account is there once its address has proved to be somebody's`() async throws {
        var browser = portal.browser()
        let sent = try await askToSignUp(dana, in: &browser)
        #expect(sent.status == 200 && sent.text.contains(dana))
        #expect(try await signIn(dana, better, in: &browser) == 422)

        let link = try await linkInLetter()
        #expect(link.hasPrefix("/partners/confirm/"))
        for _ in 0..<2 { #expect(try await browser.get(link).status == 200) }
        #expect(try await send(link, in: &browser, [("password", "short")]).status == 422)
        let done = try await send(link, in: &browser, [("password", better)])
        #expect(done.status == 303 && done.location?.hasSuffix("/applications") == true)
        #expect(try await browser.get("/applications").status == 200)

        var other = portal.browser()
        let again = try await other.get(link)
        #expect(again.status == 410 && again.text.contains("already used"))
        #expect(try await signIn(dana, better, in: &other) == 303)
    }

    @Test func `a link from before registration was closed makes nobody a partner`() async throws {
        var browser = portal.browser()
        _ = try await askToSignUp(dana, in: &browser)
        let link = try await linkInLetter()
        _ = try await portal.registry.importTenant(
            .harbour { $0.policy.registration = .closed },
            as: portal.tenant.name
        )
        let page = try await browser.get(link)
        #expect(page.status == 410 && page.text.contains("Registration is by invitation."))
        let refused = try await browser.post(link, [("seal", browser.ownSeal), ("password", better)])
        #expect(refused.status == 410 && !refused.body.contains("type=\"password\""))
        #expect(try await signIn(dana, better, in: &browser) == 422)
    }

    @Test func `whoever asks cannot tell a known address from an unknown one`() async throws {
        try await portal.add(dana, as: .partner)
        let pages: [(String, [(name: String, value: String)])] = [
            ("/partners/sign-up", [("name", "Dana")]), ("/partners/forgotten", []),
            ("/account/forgotten", []),
            ("/admin/forgotten", []),
        ]
        for (page, fields) in pages {
            var browser = portal.browser()
            let known = try await send(page, in: &browser, fields + [("email", dana)])
            let unknown = try await send(page, in: &browser, fields + [("email", "lena@acme.example")])
            #expect(known.status == unknown.status && known.status == 200)
            #expect(
                known.body.replacing(dana, with: "") == unknown.body.replacing("lena@acme.example", with: "")
            )
            #expect(known.response.headers.map(\.name) == unknown.response.headers.map(\.name))
            portal.clock.advance(by: .seconds(61))
        }
        let asked = try await portal.theOperator.ledger(after: 0, limit: 9999).filter {
            $0.action == "password.asked"
        }
        #expect(asked.count == 6 && asked.count { $0.object == "unknown" } == 5)
        let written = try await letters().map { "\($0.recipient) \(LetterKind($0.letter).rawValue)" }
        #expect(
            written.reversed() == [
                "dana@acme.example registered", "lena@acme.example confirm", "dana@acme.example reset",
            ]
        )
    }

    private enum LetterKind: String {
        case registered, confirm, reset, other
        init(_ letter: Letter) {
            switch letter {
            case .alreadyRegistered: self = .registered
            case .confirmAddress: self = .confirm
            case .resetPassword: self = .reset
            default: self = .other
            }
        }
    }

    @Test func `a letter is sent again after a minute, and the older link is dead`() async throws {
        var browser = portal.browser()
        _ = try await askToSignUp(dana, in: &browser)
        let first = try await linkInLetter()
        #expect(try await askToSignUp(dana, in: &browser).text.contains("60 seconds after"))
        #expect(try await letters().count == 1)
        portal.clock.advance(by: .seconds(61))
        _ = try await askToSignUp(dana, in: &browser)
        let second = try await linkInLetter()
        #expect(try await browser.get(first).status == 410)
        #expect(try await browser.get(second).status == 200)
    }

    @Test(arguments: Role.allCases)
    func `a new password by mail ends every session and signs nobody in`(role: Role) async throws {
        let signedIn = try await portal.browser(of: dana, as: role)
        var thief = signedIn
        var browser = portal.browser()
        let page = "/\(role.segment)/forgotten"
        _ = try await send(page, in: &browser, [("email", dana)])
        let link = try await linkInLetter()
        let done = try await send(link, in: &browser, [("password", better)])
        #expect(done.status == 303 && done.location?.contains("sign-in?done=password") == true)
        #expect(done.all("Set-Cookie").allSatisfy { !$0.contains("_sid_") })
        #expect(try await browser.get(link).status == 410)

        let account = role == .customer ? "/account" : "/\(role.segment)/account"
        #expect(try await thief.get(account).status == 303)
        let (tenant, from) = (portal.tenant, Provenance(address: "192.0.2.7", reference: "arranged"))
        let old = SignIn(email: dana, password: TestPortal.password, role: role)
        await #expect(throws: SignInRefusal.self) {
            try await portal.registry.start(old, at: tenant, from: from)
        }
        let new = SignIn(email: dana, password: better, role: role)
        _ = try await portal.registry.start(new, at: tenant, from: from)
    }

    @Test func `the link of an administrator who was removed sets nothing`() async throws {
        _ = try await portal.administrator("vic@harbour.example", .full)
        var browser = portal.browser()
        _ = try await send("/admin/forgotten", in: &browser, [("email", "vic@harbour.example")])
        let link = try await linkInLetter()
        var ada = try await portal.browser(of: "ada@harbour.example", as: .admin)
        let vic = try await portal.theOperator.administrator("vic@harbour.example").account.id.text
        #expect(try await ada.post("/admin/people/\(vic)/remove", [("seal", ada.ownSeal)]).status == 303)
        #expect(try await browser.get(link).status == 410)
        let answer = try await browser.post(link, [("seal", browser.ownSeal), ("password", better)])
        #expect(answer.status == 410)
    }

    @Test func `a reset link works for half an hour, and the host in it is ours whatever the request says`()
        async throws
    {
        try await portal.add(dana, as: .partner)
        var browser = portal.browser()
        _ = try await send("/partners/forgotten", in: &browser, [("email", dana)])
        let letter = try #require(try await letters().first)
        let url = LetterWriter(tenant: portal.tenant, publicURL: portal.site.publicURL).write(letter.letter)
            .link.url
        #expect(url.hasPrefix("http://127.0.0.1:8080/t/harbour/partners/reset/harbour_lk_"))
        let link = try await linkInLetter()
        portal.clock.advance(by: .seconds(1799))
        #expect(try await browser.get(link).status == 200)
        portal.clock.advance(by: .seconds(1))
        #expect(try await browser.get(link).status == 410)
    }

    @Test func `changing the password ends the other sessions, and takes the old one`() async throws {
        var here = try await portal.partner(dana)
        var there = try await portal.partner(dana)
        let wrong: Fields = [("current_password", "not it at all"), ("password", better)]
        let path = "/partners/account/password"
        #expect(try await send("/partners/account", in: &here, wrong, to: path).status == 422)
        #expect(try await there.get("/applications").status == 200)
        let right: Fields = [("current_password", TestPortal.password), ("password", better)]
        #expect(try await send("/partners/account", in: &here, right, to: path).status == 303)
        #expect(try await here.get("/applications").status == 200)
        #expect(try await there.get("/applications").status == 303)
    }

    @Test func `sessions are listed, and ended one by one or all but this`() async throws {
        var here = try await portal.partner(dana)
        var second = try await portal.partner(dana)
        var third = try await portal.partner(dana)
        let page = try await here.get("/partners/account")
        let session = try #require(page.hidden("session"))
        let path = "/partners/account/sessions/end"
        #expect(
            try await send("/partners/account", in: &here, [("session", session)], to: path).status == 303
        )
        let living = [
            try await second.get("/applications").status, try await third.get("/applications").status,
        ]
        #expect(living.sorted() == [200, 303])
        #expect(try await send("/partners/account", in: &here, to: path + "-others").status == 303)
        #expect(try await second.get("/applications").status == 303)
        #expect(try await third.get("/applications").status == 303)
        #expect(try await here.get("/applications").status == 200)

        var lee = try await portal.partner("lee@cranes.example")
        let mine = try await here.get("/partners/account")
        #expect(mine.hidden("session") == nil)
        #expect(try await send("/partners/account", in: &lee, [("session", session)], to: path).status == 404)
    }

    @Test func `a new address counts once it was confirmed, and the old one is told`() async throws {
        var here = try await portal.partner(dana)
        let new = "dana@new.example"
        let fields: Fields = [("email", new), ("address_password", TestPortal.password)]
        let path = "/partners/account/address"
        #expect(try await send("/partners/account", in: &here, fields, to: path).status == 303)
        let link = try await linkInLetter()
        #expect(try await letters().map(\.recipient.text) == [new])
        #expect(try await here.get(link).status == 200)
        var browser = portal.browser()
        #expect(try await send(link, in: &browser).status == 303)
        #expect(try await letters().map(\.recipient.text).contains(dana))
        #expect(try await signIn(dana, TestPortal.password, in: &browser) == 422)
        #expect(try await signIn(new, TestPortal.password, in: &browser) == 303)
    }

    @Test func `without a way for letters nobody is told that one is on its way`() async throws {
        let portal = try await TestPortal(mail: .nowhere)
        var browser = portal.browser()
        for page in ["/partners/sign-up", "/partners/forgotten", "/account/forgotten", "/admin/forgotten"] {
            #expect(try await browser.get(page).status == 503)
        }
    }

    @Test func `password managers are shown the way`() async throws {
        var somebody = portal.browser()
        var partner = try await portal.partner(dana)
        #expect(
            try await somebody.get("/.well-known/change-password").location == "/t/harbour/account#password"
        )
        #expect(
            try await partner.get("/.well-known/change-password").location
                == "/t/harbour/partners/account#password"
        )
    }

    @Test func `guesses at one's own password are so many a day`() async throws {
        var browser = try await portal.partner(dana)
        func guess() async throws -> Int {
            let fields = [("current_password", "a wrong guess at it"), ("password", better)]
            let sealed = [(name: "seal", value: browser.ownSeal)] + fields.map { (name: $0.0, value: $0.1) }
            return try await browser.post("/partners/account/password", sealed).status
        }
        var statuses: [Int] = []
        for number in 0..<110 {
            if number % 5 == 0 { portal.clock.advance(by: .seconds(901)) }
            statuses.append(try await guess())
        }
        #expect(statuses.count { $0 == 422 } == 100 && statuses.count { $0 == 429 } == 10)
    }

    @Test func `an account that is shut while it is made leads to the sign-in page`() async throws {
        let database = DoubtfulDatabase(try await TestDatabase.make())
        let portal = try await TestPortal(on: database)
        var browser = portal.browser()
        let page = try await browser.get("/partners/sign-up")
        let asked = [
            (name: "seal", value: try #require(page.hidden("seal"))), (name: "name", value: "Dana"),
            (name: "email", value: dana),
        ]
        _ = try await browser.post("/partners/sign-up", asked)
        let letter = try #require(try await portal.registry.waitingLetters(of: portal.tenant.id).first)
        let writer = LetterWriter(tenant: portal.tenant, publicURL: portal.site.publicURL)
        let link = String(writer.write(letter.letter).link.url.dropFirst(TestPortal.issuer.count))
        let tenant = portal.tenant.id
        database.overtake {
            database.overtake {
                try await database.write(
                    "UPDATE accounts SET disabled_at = 1 WHERE tenant = \(tenant)",
                    .tenant(tenant)
                )
            }
        }
        let answer = try await browser.post(link, [("seal", browser.ownSeal), ("password", better)])
        #expect(answer.location == "/t/harbour/partners/sign-in")
    }

    @Test func `guesses from elsewhere do not shut out a browser that was here before`() async throws {
        try await portal.add(dana, as: .partner)
        var owner = portal.browser()
        #expect(try await signIn(dana, TestPortal.password, in: &owner) == 303)
        owner.cookies["portal-harbour-partner"] = nil
        var guesser = portal.browser()
        for _ in 1...5 { #expect(try await signIn(dana, "a wrong guess at it", in: &guesser) == 422) }
        #expect(try await signIn(dana, TestPortal.password, in: &guesser) == 429)
        #expect(try await signIn(dana, TestPortal.password, in: &owner) == 303)
    }
}
