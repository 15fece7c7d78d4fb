import Registry
import Support
import Testing
import Web

@testable import Portal

@Suite("Reading the audit log")
struct ReadingTheAuditLog {
    let portal: TestPortal
    init() async throws { portal = try await TestPortal() }

    private func admin() async throws -> Browser {
        try await portal.browser(of: "ada@harbour.example", as: .admin)
    }

    @Test func `entries are sentences with the names of those in them`() async throws {
        let application = try await portal.registeredApplication("Acme Rentals")
        var kim = try await portal.customer()
        let page = try await kim.authorize(portal.query(application))
        _ = try await kim.answer(page, "allow")
        var ada = try await admin()
        let list = try await ada.get("/admin/audit")
        #expect(list.text.contains("Somebody allowed Acme Rentals"))
        #expect(list.text.contains("The operator approved Acme Rentals"))
    }

    @Test func `an application that is renamed is known by its client ID`() async throws {
        let application = try await portal.registeredApplication("Acme Rentals", isApproved: false)
        let member = try await portal.partnerAccess().member(of: application.id)
        var brand = ApplicationBrand(application.application)
        brand.profile.companyName = try CompanyName("Northern Lights", at: portal.tenant.brand)
        _ = try await member.edit(to: brand)
        var ada = try await admin()
        let list = try await ada.get("/admin/audit").text
        #expect(list.contains("registered Northern Lights (\(application.id))"))
    }

    @Test func `filters stand in the address and all have to hold`() async throws {
        let application = try await portal.registeredApplication("Acme Rentals")
        _ = try await portal.registeredApplication("Borrowed Cranes")
        portal.clock.advance(by: .seconds(86_400))
        try await portal.theOperator.suspend(application.id, reason: "Odd")
        var ada = try await admin()
        func text(_ query: [(name: String, value: String)]) async throws -> String {
            try await ada.get("/admin/audit", query).text
        }
        let approved = try await text([("application", application.id), ("action", "application.approved")])
        #expect(approved.contains("approved Acme Rentals") && !approved.contains("suspended Acme"))
        #expect(!approved.contains("Borrowed Cranes"))
        let day = CalendarText(portal.clock.now).isoDate
        let later = try await text([("from", day), ("to", day)])
        #expect(later.contains("suspended Acme Rentals") && !later.contains("approved Acme Rentals"))
        let own = try await text([("person", "ada@harbour.example")])
        #expect(own.contains("second factor") && !own.contains("suspended Acme"))
        #expect(try await text([("reference", "nobody-has-it")]).contains("No entries match."))
    }

    @Test func `people and applications are found by a part of what they are called`() async throws {
        let application = try await portal.registeredApplication("Acme Rentals")
        let cranes = try await portal.registeredApplication("100% Cranes", of: "lee@cranes.example")
        var ada = try await admin()
        func text(_ name: String, _ value: String) async throws -> String {
            try await ada.get("/admin/audit", [(name, value)]).text
        }
        for typed in ["ada", "ADA@harb", "operator"] {
            #expect(try await !text("person", typed).contains("No entries match"), "\(typed)")
        }
        #expect(try await text("person", "ada@").contains("second factor"))
        #expect(try await text("person", "d_").contains("No entries match"))
        for typed in ["acme", "Rentals", application.id] {
            let found = try await text("application", typed)
            #expect(found.contains(application.id) && !found.contains(cranes.id), "\(typed)")
        }
        #expect(try await text("application", "100%").contains(cranes.id))
        #expect(try await text("application", "0%c").contains("No entries match"))
    }

    @Test func `a reference is found however it is typed`() async throws {
        var ada = try await admin()
        _ = try await ada.post("/admin/audit/export", [("seal", ada.ownSeal), ("format", "csv")])
        for typed in ["01JD-7F3K-Q2", "oijd 7f3k q2"] {
            let found = try await ada.get("/admin/audit", [("reference", typed)])
            #expect(found.text.contains("exported the audit log"), "\(typed)")
        }
    }

    @Test func `actions are chosen from a list, and days that exclude each other are told`() async throws {
        var ada = try await admin()
        let page = try await ada.get("/admin/audit", [("action", "a.later_one")])
        for action in Action.allCases { #expect(page.body.contains("value=\"\(action.rawValue)\"")) }
        #expect(page.body.contains("<option value=\"a.later_one\" selected"))
        let wrong = try await ada.get("/admin/audit", [("from", "2026-11-20"), ("to", "2026-11-19")])
        #expect(wrong.status == 422 && wrong.text.contains("Choose a day that is not before “From”"))
        #expect(!wrong.text.contains("No entries match"))
        let unread = try await ada.get("/admin/audit", [("from", "20.11.2026")])
        #expect(unread.status == 422 && unread.text.contains("Enter a day like"))
    }

    @Test func `tokens are told by their ids, where the tenant writes each down`() async throws {
        let portal = try await TestPortal { $0.policy.tokensInAuditLog = true }
        let application = try await portal.registeredApplication("Acme Rentals")
        let tokens = try await portal.tokens(for: application)
        let own = try await portal.client(application).post(
            "/oauth2/token",
            [("grant_type", "client_credentials")]
        )
        #expect(own.status == 200)
        var ada = try await portal.browser(of: "ada@harbour.example", as: .admin)
        let list = try await ada.get("/admin/audit", [("action", "token.issued")])
        #expect(list.text.contains("Acme Rentals (\(application.id)) got a token for itself"))
        #expect(!list.text.contains("redeemed a code"))
        let entries = try await portal.theOperator.ledger(after: 0, limit: 9999).filter {
            $0.action == "token.issued"
        }
        #expect(entries.count == 2)
        let page = try await ada.get("/admin/audit/\(try #require(entries.first).sequence)")
        #expect(page.text.contains("Customer") && page.text.contains("grant=authorization_code"))
        let export = try await ada.post(
            "/admin/audit/export",
            [("seal", ada.ownSeal), ("format", "jsonl"), ("action", "token.issued")]
        )
        #expect(export.body.contains("access_token=") && export.body.contains("grant=client_credentials"))
        for secret in [tokens["access_token"], tokens["refresh_token"], own.members["access_token"]] {
            #expect(!export.body.contains(try #require(secret)))
        }
    }

    @Test func `pages follow each other without gaps or repetitions`() async throws {
        let application = try await portal.registeredApplication()
        for _ in 1...40 {
            try await portal.theOperator.suspend(application.id, reason: "Odd")
            try await portal.theOperator.resume(application.id)
        }
        var ada = try await admin()
        var (seen, query): ([String], [(name: String, value: String)]) = ([], [])
        while true {
            let page = try await ada.get("/admin/audit", query)
            let links = page.body.split(separator: "<a href=\"/t/harbour/admin/audit/").dropFirst()
            seen += links.map { String($0.prefix { $0 != "\"" }) }
            guard let before = page.between("audit?before=", "\"") else { break }
            query = [("before", before)]
        }
        let count = try await portal.theOperator.ledger(after: 0, limit: 9999).count
        #expect(seen == (1...count).reversed().map(String.init))
    }

    @Test func `an entry tells all of itself, and only there is one`() async throws {
        let application = try await portal.registeredApplication()
        try await portal.theOperator.suspend(application.id, reason: "Odd <traffic>")
        var ada = try await admin()
        let entries = try await portal.theOperator.ledger(after: 0, limit: 9999)
        let entry = try #require(entries.first { $0.action == "application.suspended" })
        let page = try await ada.get("/admin/audit/\(entry.sequence)")
        #expect(page.text.contains("reason=Odd <traffic>") && page.text.contains("command line"))
        for other in ["0", "-1", "x", "99999"] {
            #expect(try await ada.get("/admin/audit/\(other)").status == 404)
        }
    }

    @Test func `the chain is checked when somebody asks`() async throws {
        var ada = try await admin()
        #expect(try await ada.get("/admin/audit").text.contains("has not been checked"))
        _ = try await ada.post("/admin/audit/check", [("seal", ada.ownSeal)])
        #expect(try await ada.get("/admin/audit").text.contains("Complete: "))
    }

    @Test func `an export carries no formulas, and is an entry itself`() async throws {
        let application = try await portal.registeredApplication("=1+1 Rentals")
        var ada = try await admin()
        let answer = try await ada.post(
            "/admin/audit/export",
            [("seal", ada.ownSeal), ("format", "csv"), ("application", application.id)]
        )
        #expect(answer["Content-Disposition"] == "attachment; filename=\"audit-harbour.csv\"")
        #expect(answer.body.hasPrefix("sequence,at,actor,"))
        #expect(answer.body.contains("\"'=1+1 Rentals\""))
        let last = try await portal.theOperator.ledger(after: 0, limit: 9999).last
        #expect(last?.action == "ledger.exported")
        #expect(last?.detail == "format=csv; application=\(application.id)")
        let lines = try await ada.post("/admin/audit/export", [("seal", ada.ownSeal), ("format", "jsonl")])
        #expect(lines.body.split(separator: "\n").allSatisfy { $0.hasPrefix("{\"sequence\":") })
    }

    @Test(arguments: [
        ("=1", "\"'=1\""), ("+1", "\"'+1\""), ("-1", "\"'-1\""), ("@a", "\"'@a\""), ("\t1", "\"'\t1\""),
        ("a\"b", "\"a\"\"b\""), ("a,b", "\"a,b\""),
    ])
    func `what a spreadsheet would compute is text`(typed: String, cell: String) {
        #expect(AuditFormat.cell(typed) == cell)
    }

    @Test func `another tenant's entries are nobody's business`() async throws {
        let other = try await portal.registry.importTenant(.harbour(), as: try #require(TenantName("dock")))
        let entry = try await portal.registry.operatorAccess(to: other).ledger(after: 0, limit: 1).first
        var ada = try await admin()
        #expect(!(try await ada.get("/admin/audit").text.contains("dock")))
        #expect(entry != nil)
    }

    @Test(arguments: Action.allCases)
    func `every action is said in words`(action: Action) {
        #expect(AuditEntry.verbs[action] != nil)
    }
}
