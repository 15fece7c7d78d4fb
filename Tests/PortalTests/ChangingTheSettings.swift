import Registry
import Support
import Testing
import Web

@testable import Portal

@Suite("Changing the settings")
struct ChangingTheSettings {
    let portal: TestPortal
    init() async throws { portal = try await TestPortal() }

    private typealias Fields = [(name: String, value: String)]

    private func ada() async throws -> Browser {
        try await portal.browser(of: "ada@harbour.example", as: .admin)
    }

    private func tenant() async throws -> Tenant {
        try #require(try await portal.registry.tenant(named: "harbour"))
    }

    /// What the page of a tenant with the usual rules sends back.
    private static let usual: Fields = [
        ("registration", "open"), ("review", "reviewed"), ("grants", "authorization_code"),
        ("grants", "refresh_token"), ("grants", "client_credentials"), ("codeSeconds", "60"),
        ("accessTokenSeconds", "900"), ("refreshIdleSeconds", "2592000"),
        ("refreshAbsoluteSeconds", "7776000"), ("refreshGraceSeconds", "0"), ("requestSeconds", "600"),
        ("applicationsPerPartner", "20"), ("applicationsPerDay", "1000"), ("unapprovedApplications", "50"),
        ("logoMebibytes", "50"), ("requestsPerSecond", "0"),
        ("redirectURIsPerApplication", "20"), ("testAccountsPerApplication", "5"), ("reportsToFreeze", "3"),
        ("reportWindowSeconds", "86400"), ("reportsPerDay", "5"),
        ("sessionIdleSeconds", "1800"), ("sessionSeconds", "43200"), ("administratorIdleSeconds", "900"),
        ("administratorSeconds", "28800"), ("confirmationSeconds", "300"),
        ("signInFailures", "5"), ("signInFailuresPerDay", "100"), ("addressFailures", "50"),
        ("codeFailures", "5"), ("clientFailures", "10"), ("signUpsPerHour", "20"),
        ("passwordResetsPerHour", "20"), ("registrationsPerDay", "20"), ("reportsPerHour", "10"),
        ("invitationsPerHour", "20"), ("uploadsPerMinute", "60"), ("domainChecksPerHour", "30"),
        ("lettersPerDay", "10"), ("consentDays", "0"),
    ]

    private func save(
        _ browser: inout Browser,
        on page: Answer? = nil,
        _ change: (inout Fields) -> Void
    ) async throws -> Answer {
        let page = if let page { page } else { try await browser.get("/admin/settings") }
        var fields = ChangingTheSettings.usual
        change(&fields)
        let proof = [("seal", browser.ownSeal), ("basis", try #require(page.hidden("basis")))]
        return try await browser.post("/admin/settings", proof + fields)
    }

    private func lastEntry() async throws -> LedgerEntry {
        try #require(try await portal.theOperator.ledger(after: 0, limit: 9999).last)
    }

    @Test func `what is saved holds at once, and stands in the ledger`() async throws {
        var ada = try await ada()
        let application = try await portal.registeredApplication()
        let answer = try await save(&ada) { fields in
            fields.set("registration", "closed")
            fields.set("accessTokenSeconds", "300")
            fields.set("door-whenMissing-responseType", "open")
        }
        #expect(try await ada.follow(answer).text.contains("The settings are saved."))
        var stranger = portal.browser()
        #expect(try await !stranger.get("/partners/sign-up").text.contains("Send me a link"))
        #expect(try await portal.tokens(for: application)["expires_in"] == "300")
        var kim = try await portal.customer("lee@northfield.example")
        let query = portal.query(application) { $0.set("response_type", nil) }
        #expect(try await kim.authorize(query).status == 200)
        let entries = try await portal.theOperator.ledger(after: 0, limit: 9999)
        let entry = try #require(entries.last { $0.action == "tenant.settings_changed" })
        #expect(
            entry.detail
                == "policy.registration=“open” → “closed”; policy.accessTokenSeconds=“900” → “300”; "
                + "profile.whenMissing.responseType=“” → “code”"
        )
        #expect(try await ada.get("/admin/audit").text.contains("changed the settings of harbour"))
    }

    @Test func `how often somebody may guess is a setting that is never looser than usual`() async throws {
        var ada = try await ada()
        let refused = try await save(&ada) { $0.set("signInFailures", "6") }
        #expect(refused.status == 422)
        #expect(refused.text.contains("Wrong passwords: enter a whole number from 1 to 5"))
        #expect(try await save(&ada) { $0.set("signInFailures", "2") }.status == 303)
        var kim = portal.browser()
        func guess() async throws -> Int {
            let seal = try #require(try await kim.get("/sign-in").hidden("seal"))
            let fields = [
                ("seal", seal), ("email", "kim@northfield.example"), ("password", "a wrong guess at it"),
            ]
            return try await kim.post("/sign-in", fields).status
        }
        #expect([try await guess(), try await guess(), try await guess()] == [422, 422, 429])
    }

    @Test func `how long people stay signed in is a setting`() async throws {
        var ada = try await ada()
        #expect(try await save(&ada) { $0.set("administratorIdleSeconds", "300") }.status == 303)
        portal.clock.advance(by: .seconds(290))
        #expect(try await ada.get("/admin/settings").status == 200)
        portal.clock.advance(by: .seconds(310))
        #expect(try await ada.get("/admin/settings").status == 303)
    }

    @Test func `protected names are one a line, and a bad one is said where it was typed`() async throws {
        var ada = try await ada()
        let saved = try await save(&ada) {
            $0.append(("protectedNames", " Kingfisher \r\n\r\nNorthern Star\r\n"))
        }
        #expect(saved.status == 303)
        #expect(try await tenant().policy.protectedNames == ["Kingfisher", "Northern Star"])
        #expect(try await lastEntry().detail.contains("policy.protectedNames="))
        #expect(try await ada.get("/admin/settings").body.contains("Kingfisher\nNorthern Star</textarea>"))
        let refused = try await save(&ada) { $0.append(("protectedNames", "Kingfisher\nX")) }
        #expect(refused.status == 422 && refused.body.contains("href=\"#protected-names\""))
        #expect(
            refused.text.contains("Protected names: “X” does not fit; it is one line of 2 to 80 characters")
        )
        #expect(try await tenant().policy.protectedNames.count == 2)
    }

    @Test func `saving what there is changes nothing`() async throws {
        var ada = try await ada()
        let before = try await lastEntry().sequence
        #expect(try await save(&ada) { _ in }.status == 303)
        #expect(try await lastEntry().sequence == before)
        #expect(try await tenant().settings == portal.tenant.settings)
    }

    @Test(arguments: LegacyDoor.all)
    func `each door is opened alone, and closed again`(door: LegacyDoor) async throws {
        var ada = try await ada()
        for opening in door.openings {
            #expect(try await save(&ada) { $0.set("door-\(door.id)", opening.value) }.status == 303)
            let changes = TenantFile.changes(from: portal.tenant.settings, to: try await tenant().settings)
            #expect(changes.map(\.name) == ["profile." + door.dotted])
            #expect(changes.map(\.after) == [opening.json.cell])
            let page = try await ada.get("/admin/settings")
            #expect(page.body.contains("name=\"door-\(door.id)\" value=\"\(opening.value)\" checked"))
            #expect(page.text.contains(door.risk))
            #expect(try await save(&ada) { _ in }.status == 303)
            let none = TenantFile.changes(from: portal.tenant.settings, to: try await tenant().settings)
            #expect(none.isEmpty)
        }
    }

    @Test func `every switch of the file is a door, but for paths and answers`() throws {
        let name = try #require(TenantName("harbour"))
        var settings = portal.tenant.settings
        settings.wireProfile = try WireProfile(
            whenMissing: .init(responseType: "code", grantType: "authorization_code")
        ).text
        let file = try TenantFile.json(of: settings, called: name)
        guard case .object(let members) = try #require(file["profile"]) else { return }
        let switches = members.flatMap { member -> [String] in
            guard case .object(let inner) = member.1 else { return [member.0] }
            return inner.map { "\(member.0).\($0.0)" }
        }
        let own = switches.filter { !$0.hasPrefix("paths.") && !$0.hasPrefix("answer.") }
        #expect(Set(own) == Set(LegacyDoor.all.map(\.dotted)))
    }

    @Test func `the old grants are doors, too`() async throws {
        var ada = try await ada()
        let answer = try await save(&ada) { $0.append(("grants", "password")) }
        #expect(answer.status == 303)
        #expect(try await tenant().policy.grants.contains(.password))
        #expect(WireProfile.name(ofKept: try await tenant().settings.wireProfile) == "its own")
        #expect(
            try await ada.get("/admin/settings").text.contains(
                "Old. Sends the customer’s password through the application. Off unless you must."
            )
        )
    }

    @Test func `figures keep to the bounds of the file, and what was typed stays`() async throws {
        var ada = try await ada()
        for (name, typed, message) in [
            ("codeSeconds", "601", "Authorization code: enter a whole number from 1 to 600"),
            ("codeSeconds", "a minute", "Authorization code: enter a whole number from 1 to 600"),
            ("requestSeconds", "", "Consent screen: enter a whole number from 1 to 600"),
            ("accessTokenSeconds", "86400", "Access token: enter a whole number from 1 to 3600"),
            ("accessTokenSeconds", "unlimited", "Access token: enter a number; “unlimited” is for tokens"),
            (
                "refreshAbsoluteSeconds", "60",
                "An unused refresh token cannot live longer than the latest end"
            ),
            ("refreshGraceSeconds", "31", "Refresh token, sent again: enter a whole number from 0 to 30"),
            ("refreshGraceSeconds", "", "Refresh token, sent again: enter a whole number from 0 to 30"),
            (
                "reportsToFreeze", "few",
                "Reports that freeze an application: enter a whole number from 0 to 100"
            ),
            ("applicationsPerPartner", "0", "Applications per partner: enter a whole number from 1 to 1000"),
        ] {
            let answer = try await save(&ada) { $0.set(name, typed) }
            #expect(answer.status == 422 && answer.text.contains(message), "\(name) \(typed)")
            #expect(answer.body.contains("value=\"\(typed)\""))
        }
        let none = try await save(&ada) { $0.set("grants", nil) }
        #expect(none.status == 422 && none.text.contains("Choose at least one way to get a token"))
        #expect(try await tenant().settings == portal.tenant.settings)
        let unlimited = try await save(&ada) {
            $0.set("accessTokenSeconds", "unlimited")
            $0.set("door-tokenText", "hex")
        }
        #expect(unlimited.status == 303)
        #expect(try await tenant().policy.accessTokenSeconds == .unlimited)
    }

    @Test func `every mistake is told at once`() async throws {
        var ada = try await ada()
        let answer = try await save(&ada) { fields in
            fields.set("grants", nil)
            for name in ["codeSeconds", "reportsToFreeze", "signInFailures"] { fields.set(name, "many") }
        }
        #expect(answer.status == 422)
        for place in ["grants-authorization-code", "code-seconds", "reports-to-freeze", "sign-in-failures"] {
            #expect(answer.body.contains("href=\"#\(place)\""), "\(place)")
        }
    }

    @Test func `who wants approvals reads how many applications that stops`() async throws {
        var ada = try await ada()
        let words = "that nobody approved would take no new customers until you do"
        _ = try await portal.registeredApplication("Acme Rentals", isApproved: false)
        #expect(try await !ada.get("/admin/settings").text.contains(words))
        #expect(try await save(&ada) { $0.set("review", "open") }.status == 303)
        #expect(try await ada.get("/admin/settings").text.contains("1 application \(words)"))
    }

    @Test func `a list leads to each part of the page`() async throws {
        var ada = try await ada()
        let page = try await ada.get("/admin/settings")
        let parts = page.body.split(separator: "<h2 id=\"").dropFirst().map { $0.prefix { $0 != "\"" } }
        #expect(parts.count == 7)
        for part in parts { #expect(page.body.contains("href=\"#\(part)\"")) }
    }

    @Test func `a grace for refresh tokens is set with its risk, and stands in the ledger`() async throws {
        var ada = try await ada()
        let risk = "In that time nobody notices a stolen copy."
        #expect(try await ada.get("/admin/settings").text.contains(risk))
        #expect(try await save(&ada) { $0.set("refreshGraceSeconds", "30") }.status == 303)
        #expect(try await tenant().policy.refreshGraceSeconds == 30)
        #expect(try await lastEntry().detail == "policy.refreshGraceSeconds=“0” → “30”")
        let file = try TenantFile(Array(TenantFile.text(of: try await tenant(), logo: nil).utf8), called: "x")
        #expect(file.settings.policy.refreshGraceSeconds == 30)
    }

    @Test func `every token is written down only where somebody says so`() async throws {
        var ada = try await ada()
        let page = try await ada.get("/admin/settings")
        #expect(page.text.contains("Write every token into the audit log"))
        #expect(!page.body.contains("name=\"tokensInAuditLog\" value=\"on\" checked"))
        #expect(try await save(&ada) { $0.append(("tokensInAuditLog", "on")) }.status == 303)
        #expect(try await tenant().policy.tokensInAuditLog)
        #expect(try await lastEntry().detail == "policy.tokensInAuditLog=“no” → “yes”")
        let file = try TenantFile(Array(TenantFile.text(of: try await tenant(), logo: nil).utf8), called: "x")
        #expect(file.settings.policy.tokensInAuditLog)
        #expect(try await save(&ada) { _ in }.status == 303)
        #expect(try await !tenant().policy.tokensInAuditLog)
    }

    @Test func `of two at once the second sees both versions`() async throws {
        var first = try await ada()
        var second = try await portal.browser(of: "bo@harbour.example", as: .admin)
        let page = try await second.get("/admin/settings")
        _ = try await save(&first) { $0.set("door-parameters-query", "open") }
        let late = try await save(&second, on: page) { $0.set("codeSeconds", "30") }
        #expect(late.status == 409)
        #expect(late.text.contains("Somebody changed the settings while you were editing"))
        #expect(late.text.contains("Token parameters in the address"))
        #expect(try await tenant().policy.codeSeconds == 60)
    }

    @Test func `whoever may only look sees what is open, and no form`() async throws {
        var ada = try await ada()
        _ = try await save(&ada) { $0.set("door-parameters-query", "open") }
        var vic = try await portal.administrator("vic@harbour.example", .readOnly)
        let page = try await vic.get("/admin/settings")
        #expect(page.hidden("basis") == nil && page.text.contains("Token parameters in the addressopen"))
    }
}

extension LegacyDoor: CustomTestStringConvertible {
    public var testDescription: String { id }
}
