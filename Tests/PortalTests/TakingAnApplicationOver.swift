import Registry
import Support
import Testing
import Web

@testable import Portal

@Suite("Taking an application over")
struct TakingAnApplicationOver {
    let portal: TestPortal
    let application: OwnedApplication

    init() async throws {
        portal = try await TestPortal()
        application = try await portal.registeredApplication()
    }

    private let lee = "lee@cranes.example"
    private var page: String { "/applications/\(application.id)" }

    private func send(
        _ path: String,
        _ fields: [(name: String, value: String)] = [],
        in browser: inout Browser
    ) async throws -> Answer {
        try await browser.post(path, [("seal", browser.ownSeal)] + fields)
    }

    /// Offers it through the form; the link in the letter, below the tenant.
    private func offer(
        to email: String = "lee@cranes.example",
        _ parting: String = "leaves"
    ) async throws
        -> String
    {
        var dana = try await portal.partner()
        let fields = [(name: "email", value: email), (name: "parting", value: parting)]
        let answer = try await send("\(page)/team/transfer", fields, in: &dana)
        #expect(answer.status == 303)
        let seen = try await dana.follow(answer)
        #expect(
            seen.text.contains("The offer is on its way.") && seen.text.contains("Offered the application")
        )
        return try await portal.linkOfOffer()
    }

    @Test func `the form says what goes over, what stays known and what ends`() async throws {
        var dana = try await portal.partner()
        let form = try await dana.get("\(page)/team/transfer")
        #expect(form.status == 200)
        for words in ["Client secrets keep working.", "The approval ends.", "You stay as a Developer"] {
            #expect(form.text.contains(words), "\(words)")
        }
    }

    @Test func `somebody new signs up through the link and owns it`() async throws {
        let link = try await offer()
        var browser = portal.browser()
        let asked = try await browser.get(link)
        let told = [
            "Take over Acme Rentals", "dana@acme.example", "1 works, and keeps working",
            "Nobody is connected",
            "Approved as", "The approval ends.", "Create new client secrets afterwards.", "leaves",
        ]
        for words in told { #expect(asked.text.contains(words), "\(words)") }
        let seal = try #require(asked.hidden("seal"))
        let weak = try await browser.post(link, [("seal", seal), ("name", "Lee"), ("password", "short")])
        #expect(weak.status == 422 && weak.text.contains("Use at least 12 characters"))
        let taken = try await browser.post(
            link,
            [("seal", seal), ("name", "Lee Marsh"), ("password", TestPortal.password)]
        )
        let own = try await browser.follow(taken)
        #expect(own.text.contains("The application is yours now.") && own.body.contains("/team/transfer"))
        var dana = try await portal.partner()
        #expect(try await dana.get(page).status == 404)
        var other = portal.browser()
        let later = try await other.get(link)
        #expect(later.status == 200 && later.text.contains("This offer was accepted"))
        #expect(later.text.contains("Lee Marsh") && later.text.contains(lee))
    }

    @Test func `somebody who has an account signs in and accepts`() async throws {
        var person = try await portal.partner(lee)
        let link = try await offer(to: lee, "stays-as-developer")
        var stranger = portal.browser()
        #expect(try await stranger.get(link).body.contains("/partners/sign-in?transfer="))
        let asked = try await person.get(link)
        #expect(asked.text.contains("stays as a Developer") && asked.text.contains("Take it over"))
        let taken = try await send("\(link)/accept", [], in: &person)
        #expect(try await person.follow(taken).text.contains("The application is yours now."))
        #expect(try await send("\(link)/accept", in: &person).text.contains("This offer was accepted"))
        var dana = try await portal.partner()
        #expect(try await dana.get(page).status == 200)
        #expect(try await dana.get("\(page)/team/transfer").status == 403)
    }

    @Test func `whoever has a second factor comes back to it after the code`() async throws {
        _ = try await portal.carefulPartner(lee)
        let link = try await offer()
        var browser = try await portal.halfway(lee, as: .partner)
        let secret = try #require(link.split(separator: "/").last).description
        let away = try await browser.get(link)
        #expect(away.location == "/t/harbour/partners/second-factor?transfer=\(secret)")
    }

    @Test func `whoever is signed in with another address is told whose it is`() async throws {
        let link = try await offer()
        var lou = try await portal.partner("lou@cranes.example")
        let told = try await lou.get(link)
        #expect(told.text.contains("The offer is for") && !told.body.contains("\(link)/accept"))
        #expect(try await send("\(link)/accept", in: &lou).status == 303)
        #expect(try await lou.get(page).status == 404)
    }

    @Test func `it is declined by whoever has the letter, without an account`() async throws {
        let link = try await offer()
        var browser = portal.browser()
        let seal = try #require(try await browser.get(link).hidden("seal"))
        let declined = try await browser.post("\(link)/decline", [("seal", seal)])
        #expect(declined.status == 303)
        #expect(try await browser.follow(declined).text.contains("This offer was declined"))
        let told = try await portal.registry.waitingLetters(of: portal.tenant.id).filter { posted in
            if case .transferDeclined = posted.letter { true } else { false }
        }
        #expect(told.map(\.recipient.text) == ["dana@acme.example"])
        let again = try await browser.post("\(link)/decline", [("seal", seal)])
        #expect(again.text.contains("This offer was declined"))
    }

    @Test func `it is taken back on a page of its own`() async throws {
        let link = try await offer()
        var dana = try await portal.partner()
        let open = try await dana.get("\(page)/team/transfer")
        #expect(open.text.contains("It was offered to") && open.text.contains(lee))
        let question = try await dana.get("\(page)/team/transfer/cancel")
        #expect(question.text.contains("Take the offer to lee@cranes.example back?"))
        let done = try await send("\(page)/team/transfer/cancel", in: &dana)
        #expect(try await dana.follow(done).text.contains("The offer is taken back."))
        var browser = portal.browser()
        #expect(try await browser.get(link).status == 410)
        #expect(try await send("\(page)/team/transfer/cancel", in: &dana).status == 404)
        #expect(try await dana.get("\(page)/team/transfer/cancel").status == 404)
    }

    @Test func `what stands in the way is said at the address`() async throws {
        var dana = try await portal.partner()
        let refused = [
            ("dana@acme.example", "This is your own address"), ("", "Enter an e-mail"),
            ("lee", "Enter an e-mail address like name@company.com"),
        ]
        for (email, words) in refused {
            let answer = try await send("\(page)/team/transfer", [("email", email)], in: &dana)
            #expect(answer.status == 422 && answer.text.contains(words), "\(email)")
        }
        _ = try await offer()
        let twice = try await send("\(page)/team/transfer", [("email", "lou@cranes.example")], in: &dana)
        #expect(twice.status == 422 && twice.text.contains("was offered to lee@cranes.example already"))
    }

    @Test func `a suspended application says why it stays, on both sides`() async throws {
        let link = try await offer()
        try await portal.theOperator.suspend(application.id, reason: "Unusual traffic")
        var person = try await portal.partner(lee)
        let asked = try await person.get(link)
        #expect(asked.text.contains("It is suspended") && !asked.body.contains("\(link)/accept"))
        #expect(try await send("\(link)/accept", in: &person).status == 303)
        var dana = try await portal.partner()
        _ = try await send("\(page)/team/transfer/cancel", in: &dana)
        let form = try await dana.get("\(page)/team/transfer")
        #expect(form.status == 409 && form.text.contains("cannot change hands until Harbourline resumes it"))
    }

    @Test func `whoever has as many as the tenant allows is told at the button`() async throws {
        let portal = try await TestPortal { $0.policy.applicationsPerPartner = 1 }
        let application = try await portal.registeredApplication()
        _ = try await portal.registeredApplication("Cranes", of: lee)
        var dana = try await portal.partner()
        let offered = try await dana.post(
            "/applications/\(application.id)/team/transfer",
            [("seal", dana.ownSeal), ("email", lee), ("parting", "leaves")]
        )
        #expect(offered.status == 303)
        let link = try await portal.linkOfOffer()
        var person = try await portal.partner(lee)
        let refused = try await send("\(link)/accept", in: &person)
        #expect(refused.status == 422 && refused.text.contains("Harbourline allows no more"))
        #expect(try await dana.get("/applications/\(application.id)").status == 200)
    }
}

extension TestPortal {
    /// The link in the letter of an offer, below the tenant.
    fileprivate func linkOfOffer() async throws -> String {
        let letter = try #require(
            try await registry.waitingLetters(of: tenant.id).first { posted in
                if case .transferOffered = posted.letter { true } else { false }
            }
        )
        let writer = LetterWriter(tenant: tenant, publicURL: site.publicURL)
        return String(writer.write(letter.letter).link.url.dropFirst(TestPortal.issuer.count))
    }
}
