import FoundationEssentials
import Registry
import Support
import Testing
import Web

@testable import Portal

@Suite("Setting a password in the customer's language")
struct SettingAPasswordInLanguages {
    private let kim = "kim@northfield.example"

    /// Where the latest letter's link leads, below the tenant.
    private func linkInLetter(of portal: TestPortal) async throws -> String {
        let letters = try await portal.registry.waitingLetters(of: portal.tenant.id)
        let letter = try #require(letters.first).letter
        let writer = LetterWriter(tenant: portal.tenant, publicURL: portal.site.publicURL)
        return String(writer.write(letter).link.url.dropFirst(TestPortal.issuer.count))
    }

    @Test(arguments: Language.allCases)
    func `from forgotten to signed in, it is all told in the language that was asked for`(
        language: Language
    ) async throws {
        let portal = try await TestPortal()
        try await portal.add(kim, as: .customer)
        let (table, words) = (DoorWords(language), DoorWords(language).newPassword)
        var browser = portal.browser()
        let signIn = try await browser.get("/sign-in", [("ui_locales", language.rawValue)])
        let asking = try await browser.press(table.signIn.forgotten, on: signIn)
        expect(asking, in: language)
        #expect(asking.text.contains(words.weSendALink.text { _ in "Harbourline" }))

        let refused = try await browser.submit(asking, [("email", "kim")])
        expect(refused, in: language, leadsOn: false)
        #expect(refused.status == 422 && refused.text.contains(words.emailIsMalformed))
        #expect(refused.body.contains("<title>\(table.signIn.error)\(words.heading) – Harbourline</title>"))

        let sent = try await browser.submit(refused, [("email", kim)])
        expect(sent, in: language, leadsOn: false)
        #expect(sent.status == 200 && sent.text.contains(words.wasSent.text { _ in kim }))
        let again = try await browser.submit(sent, [("email", kim)])
        expect(again, in: language, leadsOn: false)
        #expect(again.text.contains(words.isTooSoon))
        expect(try await browser.press(words.changeAddress, on: again), in: language)

        let link = try await linkInLetter(of: portal)
        let setting = try await browser.get(link, [("ui_locales", language.rawValue)])
        expect(setting, in: language)
        #expect(setting.text.contains(words.hint) && setting.text.contains(table.signIn.password))
        let short = try await browser.submit(setting, [("password", "short")])
        expect(short, in: language, leadsOn: false)
        #expect(short.status == 422 && short.text.contains(words.mistakes.short))
        let done = try await browser.submit(short, [("password", "another walk along the quay")])
        let back = try await browser.follow(done)
        expect(back, in: language)
        #expect(back.text.contains(table.signIn.passwordIsSet))
    }

    @Test(arguments: Language.allCases)
    func `a link that is over or was used says so in the language, and leads to another`(
        language: Language
    ) async throws {
        let portal = try await TestPortal()
        try await portal.add(kim, as: .customer)
        let words = DoorWords(language).newPassword
        let wish = [(name: "ui_locales", value: language.rawValue)]
        var browser = portal.browser()
        func askForLink() async throws -> String {
            let page = try await browser.get("/account/forgotten")
            _ = try await browser.submit(page, [("email", kim)])
            return try await linkInLetter(of: portal)
        }
        let over = try await askForLink()
        portal.clock.advance(by: .seconds(1800))
        let expired = try await browser.get(over, wish)
        expect(expired, in: language)
        #expect(expired.status == 410 && expired.text.contains(words.linkHasExpired))
        expect(try await browser.press(words.newLink, on: expired), in: language)

        let link = try await askForLink()
        let page = try await browser.get(link)
        _ = try await browser.submit(page, [("password", "another walk along the quay")])
        let used = try await browser.get(link, wish)
        expect(used, in: language)
        #expect(used.status == 410 && used.text.contains(words.linkIsUsed))
        expect(try await browser.press(words.signIn, on: used), in: language)
        expect(try await browser.press(words.newLinkAfterUse, on: used), in: language)
    }

    @Test(arguments: Language.allCases)
    func `that no mail can be sent, and who asks too often, too`(language: Language) async throws {
        let wish = [(name: "ui_locales", value: language.rawValue)]
        var cut = try await TestPortal(mail: .nowhere).browser()
        let page = try await cut.get("/account/forgotten", wish)
        expect(page, in: language)
        #expect(page.status == 503 && page.text.contains(DoorWords(language).newPassword.noMail))

        var browser = try await TestPortal().browser()
        var answer = try await browser.get("/account/forgotten", wish)
        for _ in 0..<40 where answer.status != 429 {
            answer = try await browser.submit(answer, [("email", "kim")])
        }
        expect(answer, in: language, leadsOn: false)
        #expect(answer.status == 429 && answer.text.contains(DoorWords(language).system.tooMany.title))
    }

    @Test(arguments: Language.allCases)
    func `each thing that speaks against a password has its own sentence`(language: Language) async throws {
        let brand = try await TestPortal().tenant.brand
        let problems: [AccountProblem] = [
            .missingPassword, .shortPassword, .longPassword, .commonPassword, .guessablePassword,
            .passwordContainsContext,
        ]
        let said = problems.map { FieldProblem($0, brand, in: DoorWords(language)) }
        #expect(Set(said.map(\.message)).count == problems.count)
        #expect(said.allSatisfy { $0.field == "password" })
        #expect(said.allSatisfy { $0.prefix == DoorWords(language).signIn.error })
        #expect(said.last?.message.contains("Harbourline") == true)
    }

    @Test(arguments: [Role.partner, .admin])
    func `partners and administrators read English there, too`(role: Role) async throws {
        var browser = try await TestPortal().browser()
        for place in ["forgotten", "reset/nothing"] {
            let page = try await browser.send(
                .get,
                "/\(role.segment)/\(place)",
                headers: [("Accept-Language", "de")]
            )
            #expect(page.body.contains("<html lang=\"en\" dir=\"ltr\">") && page["Vary"] == nil)
        }
    }
}
