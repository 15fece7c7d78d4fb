import Registry
import Testing
import Web

@testable import Portal

@Suite("Looking up a reference")
struct LookingUpAReference {
    let portal: TestPortal
    let application: OwnedApplication

    init() async throws {
        portal = try await .speaking(like: "rovitracker")
        application = try await portal.registeredApplication(at: []) { $0.scopes = nil }
    }

    private var place: String { "/applications/\(application.id)/refusals" }

    /// The reference a customer is shown who was sent with this address.
    private func refused(_ address: String) async throws -> String {
        var browser = portal.browser()
        let page = try await browser.get(
            "/app/oauth2/authorize",
            [("client_id", application.id), ("redirect_uri", address), ("state", "s")]
        )
        #expect(page.status == 400 && page.location == nil)
        #expect(!page.body.contains("href=\"\(address)"))
        return try #require(page.between("reference <code>", "</code>"))
    }

    @Test func `the partner sees the address and registers it with one click`() async throws {
        let address = "https://acme.example/oauth/done?x=1"
        let reference = try await refused(address)
        var dana = try await portal.partner()
        let page = try await dana.get(place, [("reference", reference.lowercased() + " ")])
        #expect(page.status == 200 && page.text.contains(address))
        #expect(page.text.contains("Add it only if it is yours"))

        let pressed = try await dana.post(
            "/applications/\(application.id)/redirect-uris",
            [
                ("seal", page.hidden("seal") ?? ""), ("redirect_uri", page.hidden("redirect_uri") ?? ""),
            ]
        )
        #expect(pressed.status == 303)
        let again = try await dana.get(place, [("reference", reference)])
        #expect(again.text.contains("It has been registered since"))

        let query = [(name: "client_id", value: application.id), (name: "redirect_uri", value: address)]
        let back = try await portal.allowed("/app/oauth2/authorize", query)
        #expect(back.location?.hasPrefix(address + "&code=") == true)
    }

    @Test func `an unknown reference finds nothing, and none asks for one`() async throws {
        var dana = try await portal.partner()
        for reference in ["01JD-0000-00", "'; DROP TABLE", String(repeating: "X", count: 500), "é"] {
            let page = try await dana.get(place, [("reference", reference)])
            #expect(page.status == 200 && page.text.contains("There is no refused address"))
        }
        #expect(try await !dana.get(place).text.contains("There is no refused address"))
    }

    @Test func `another partner finds nothing under it`() async throws {
        let reference = try await refused("https://acme.example/oauth/done")
        let cranes = try await portal.registeredApplication(
            "Borrowed Cranes",
            of: "lee@cranes.example",
            at: []
        ) { $0.scopes = nil }
        var lee = try await portal.partner("lee@cranes.example")
        let own = try await lee.get("/applications/\(cranes.id)/refusals", [("reference", reference)])
        #expect(!own.body.contains("acme.example"))
        #expect(try await lee.get(place, [("reference", reference)]).status == 404)
    }

    @Test func `what cannot be registered says why`() async throws {
        let reference = try await refused("http://acme.example/\"><script>alert(1)</script>")
        var dana = try await portal.partner()
        let page = try await dana.get(place, [("reference", reference)])
        #expect(page.text.contains("It cannot be registered as it is"))
        #expect(!page.body.contains("<script>alert") && page.hidden("redirect_uri") == nil)
    }

    @Test func `an address with a fragment is offered without it`() async throws {
        let reference = try await refused("https://acme.example/#/callback")
        var dana = try await portal.partner()
        let page = try await dana.get(place, [("reference", reference)])
        #expect(page.hidden("redirect_uri") == "https://acme.example/")
    }

    @Test func `the page of the application leads there`() async throws {
        var dana = try await portal.partner()
        let page = try await dana.get("/applications/\(application.id)")
        #expect(page.body.contains("href=\"\(TestPortal.base)\(place)\""))
    }
}
