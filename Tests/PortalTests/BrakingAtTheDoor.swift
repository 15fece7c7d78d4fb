import Registry
import Testing

@testable import Portal

@Suite("Braking at the door")
struct BrakingAtTheDoor {
    let portal: TestPortal
    init() async throws { portal = try await TestPortal() }

    /// The status of one attempt to sign in as Kim.
    private func attempt(_ password: String, from browser: inout Browser) async throws -> Int {
        let door = try await browser.get("/sign-in")
        let seal = try #require(door.hidden("seal"))
        let fields = [("seal", seal), ("email", "kim@northfield.example"), ("password", password)]
        return try await browser.post("/sign-in", fields.map { (name: $0.0, value: $0.1) }).status
    }

    @Test func `the sixth guess at a password has to wait, and so has its owner`() async throws {
        try await portal.add("kim@northfield.example", as: .customer)
        var browser = portal.browser()
        for _ in 1...5 { #expect(try await attempt("a wrong guess at it", from: &browser) == 422) }
        #expect(try await attempt("a wrong guess at it", from: &browser) == 429)
        #expect(try await attempt(TestPortal.password, from: &browser) == 429)
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
