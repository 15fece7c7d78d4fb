import FoundationEssentials
import Registry
import Support
import Testing

@Suite("Looking up refused redirects")
struct LookingUpRefusedRedirects {
    let world: TestRegistry
    let application: Application

    init() async throws {
        world = try await TestRegistry()
        application = try await world.registeredApplication().application
    }

    private func note(_ address: String, as reference: String) async throws {
        try await world.registry.note(refused: address, of: application, as: reference, at: world.tenant)
    }

    @Test func `its owner finds the address under the reference`() async throws {
        try await note("https://acme.example/new", as: "01JD-0001-AA")
        let found = try await world.partner.refusedRedirect("01JD-0001-AA", of: application)
        #expect(found?.address == "https://acme.example/new" && found?.refusedAt == world.clock.now)
        #expect(try await world.partner.refusedRedirect("01JD-0001-AB", of: application) == nil)
    }

    @Test func `nobody else does`() async throws {
        try await note("https://acme.example/new", as: "01JD-0001-AA")
        let other = try await world.registry.newPartner("lee@cranes.example", at: world.tenant)
        #expect(try await other.refusedRedirect("01JD-0001-AA", of: application) == nil)
        let second = try await world.registeredApplication("Borrowed Cranes").application
        #expect(try await world.partner.refusedRedirect("01JD-0001-AA", of: second) == nil)
    }

    @Test func `a hundred are kept of an application, the last ones`() async throws {
        for number in 0..<105 {
            world.clock.advance(by: .seconds(1))
            try await note("https://acme.example/\(number)", as: "R-\(number)")
        }
        #expect(try await world.partner.refusedRedirect("R-4", of: application) == nil)
        #expect(try await world.partner.refusedRedirect("R-5", of: application) != nil)
        #expect(try await world.partner.refusedRedirect("R-104", of: application) != nil)
    }

    @Test func `after thirty days it is forgotten`() async throws {
        try await note("https://acme.example/new", as: "01JD-0001-AA")
        world.clock.advance(by: .seconds(30 * 86_400))
        #expect(try await world.partner.refusedRedirect("01JD-0001-AA", of: application) == nil)
        world.clock.advance(by: .seconds(1))
        _ = try await world.registry.sweep()
        let rows = try await world.database.read(.tenant(world.tenant.id)) {
            try $0.run("SELECT reference FROM refused_redirects")
        }
        #expect(rows.isEmpty)
    }

    @Test func `what is longer than any address is not kept`() async throws {
        try await note("https://acme.example/" + String(repeating: "x", count: 2000), as: "01JD-0001-AA")
        #expect(try await world.partner.refusedRedirect("01JD-0001-AA", of: application) == nil)
    }
}
