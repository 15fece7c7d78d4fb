import Registry
import Testing
import Web

@testable import Portal

/// A list of more than eight permissions, on the consent screen and on its copies (ux B3).
@Suite("Showing many permissions")
struct ShowingManyPermissions {
    private static let headings = ["View", "Change", "Account"]

    /// A tenant whose first permission is about the account, every second of the others changes something, and
    /// every third may be left out.
    private func portal(offering count: Int) async throws -> (TestPortal, OwnedApplication) {
        let scopes = try (0..<count).map { place in
            OfferedScope(
                name: try #require(Scope("scope.\(place)")),
                sentence: "Permission number \(place)",
                detail: "",
                kind: place.isMultiple(of: 2) ? .read : .change,
                group: place == 0 ? .account : nil,
                isDefault: true,
                choice: place.isMultiple(of: 3) ? .ticked : .required
            )
        }
        let portal = try await TestPortal { settings in settings.scopes = scopes }
        let application = try await portal.registeredApplication { $0.scopes = scopes.map(\.name.text) }
        return (portal, application)
    }

    private func page(
        _ portal: TestPortal,
        _ application: OwnedApplication,
        scope: String?
    ) async throws -> Answer {
        var customer = try await portal.customer()
        return try await customer.authorize(portal.query(application) { $0.set("scope", scope) })
    }

    @Test func `more than eight are told under View, Change and Account, each where it belongs`() async throws
    {
        let (portal, application) = try await portal(offering: 12)
        let page = try await page(portal, application, scope: nil)
        let view = try #require(page.between("<h3>View</h3>", "<h3>Change</h3>"))
        let change = try #require(page.between("<h3>Change</h3>", "<h3>Account</h3>"))
        let account = try #require(page.between("<h3>Account</h3>", "</section>"))
        #expect(view.numbers == [2, 4, 6, 8, 10])
        #expect(change.numbers == [1, 3, 5, 7, 9, 11])
        #expect(account.numbers == [0])
        #expect(!page.body.contains("<details>"))
    }

    @Test func `a box is named by its place among all of them`() async throws {
        let (portal, application) = try await portal(offering: 12)
        let page = try await page(portal, application, scope: nil)
        for place in 0..<12 {
            let box = "id=\"pick-\(place)\" name=\"pick\" value=\"\(place)\""
            #expect(page.body.contains(box) == place.isMultiple(of: 3))
        }
        #expect(page.between("value=\"9\"", "</strong>")?.contains("Permission number 9") == true)
    }

    @Test func `what is sensitive has no pencil where it is told under View`() async throws {
        for group in [OfferedScope.Group.view, .change] {
            let portal = try await TestPortal { settings in settings.scopes[2].group = group }
            let application = try await portal.registeredApplication { $0.scopes = ["location.read"] }
            let page = try await page(portal, application, scope: "location.read")
            let mark = group == .view ? "read" : "write"
            #expect(
                page.body.contains(
                    "<li class=\"\(mark)\" dir=\"ltr\"><strong lang=\"en\">See where your equipment is"
                )
            )
        }
    }

    @Test func `up to eight stand in one list`() async throws {
        let (portal, application) = try await portal(offering: 8)
        let page = try await page(portal, application, scope: nil)
        #expect(page.text.contains("Permission number 7"))
        for heading in Self.headings { #expect(!page.body.contains("<h3>\(heading)</h3>")) }
    }

    @Test func `what is allowed already is told under the same headings, and no box stands twice`()
        async throws
    {
        let (portal, application) = try await portal(offering: 12)
        var customer = try await portal.customer()
        let held = (0..<11).map { "scope.\($0)" }.joined(separator: " ")
        let first = try await customer.authorize(portal.query(application) { $0.set("scope", held) })
        let boxes = stride(from: 0, to: 11, by: 3).map { ("pick", "\($0)") }
        let ticket = try #require(first.hidden("ticket"))
        let answer = [("ticket", ticket), ("answer", "allow")] + boxes
        let allowed = try await customer.post("/oauth2/authorize", answer)
        #expect(allowed.status == 303)
        let page = try await customer.authorize(portal.query(application) { $0.set("scope", nil) })
        let details = try #require(page.between("<details>", "</details>"))
        #expect(details.contains("Already allowed (11)") && details.contains("<h3>View</h3>"))
        #expect(!details.contains("pick-"))
    }

    @Test func `in Arabic the headings are Arabic`() async throws {
        let (portal, application) = try await portal(offering: 12)
        var customer = try await portal.customer()
        let page = try await customer.authorize(
            portal.query(application) { sent in
                sent.set("scope", nil)
                sent.append(("ui_locales", "ar"))
            }
        )
        for heading in ["الاطلاع", "التغيير", "الحساب"] { #expect(page.body.contains("<h3>\(heading)</h3>")) }
    }

    @Test func `whoever decides about the application sees the same`() async throws {
        let (portal, application) = try await portal(offering: 12)
        var admin = try await portal.browser(of: "ana@harbour.example", as: .admin)
        let page = try await admin.get("/admin/applications/\(application.id)")
        #expect(page.between("<h3>Account</h3>", "</section>")?.numbers == [0])
        #expect(page.between("<h3>Change</h3>", "<h3>Account</h3>")?.numbers == [1, 3, 5, 7, 9, 11])
    }
}

extension String {
    /// The numbers of the permissions told in it, in their order.
    fileprivate var numbers: [Int] {
        split(separator: "Permission number ").dropFirst().compactMap { Int($0.prefix { $0.isNumber }) }
    }
}
