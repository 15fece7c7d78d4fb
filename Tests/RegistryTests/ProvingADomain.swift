import FoundationEssentials
import Registry
import Support
import Synchronization
import Testing

@Suite("Proving a domain")
struct ProvingADomain {
    let world: TestRegistry
    let application: OwnedApplication
    let local = "http://localhost:9/x"

    init() async throws {
        world = try await TestRegistry()
        application = try await world.registeredApplication(at: ["https://app.example.com/callback", local])
    }

    private func owner() async throws -> MemberAccess { try await world.partner.member(of: application.id) }

    private func name(_ text: String) throws -> DomainName { try #require(DomainName(text)) }

    private func proof(_ domain: String) async throws -> DomainProof {
        try #require(try await owner().domainProofs().first { $0.domain.text == domain })
    }

    @discardableResult
    private func prove(_ domain: String, _ way: DomainProof.Way = .record) async throws -> Bool {
        try await owner().beginProof(of: try name(domain))
        return try await owner().prove(try name(domain), way, finding: [try await proof(domain).text])
    }

    /// What a customer is given who allows it at an address.
    private func receipt(at address: String) async throws -> SignedReceipt {
        _ = try await world.code(for: application, redirectURI: address)
        let grant = try #require(try await world.customer.allGrants().first { $0.endedAt == nil })
        return try #require(try await world.customer.lastReceipts(of: [grant])[grant.id])
    }

    /// What a consent screen would say about an address.
    private func place(_ address: String) async throws -> Disclosure.Place? {
        let application = try await world.current(application)
        return Disclosure(
            of: application,
            asking: application.scopes,
            at: try RedirectURI(address),
            given: nil,
            among: Companies(),
            in: "en",
            at: world.tenant
        ).place
    }

    @Test(arguments: ["example.com", "a.b.co.uk", "xn--bcher-kva.example", "app.xn--p1ai", "1.2.example.org"])
    func `a name of the public DNS may be asked about`(text: String) {
        #expect(DomainName(text)?.text == text)
    }

    @Test(
        arguments: [
            "", "com", "localhost", "printer.local", "db.internal", "x.localhost", "host.test", "a.invalid",
            "r.lan",
            "1.0.0.127.in-addr.arpa", "hidden.onion", "10.0.0.1", "127.1", "0x7f.1", "1.0x7f", "[::1]", "::1",
            "example.com.", ".example.com", "a..com", "EXAMPLE.com", "bücher.example", "-a.com", "a-.com",
            "a_b.com",
            "a b.com", "a.com\n", "a.com/x", "a.com:1", String(repeating: "a", count: 64) + ".com",
            String(repeating: "aaaaaaa.", count: 30) + "com",
        ]
    )
    func `nothing else is asked about`(text: String) {
        #expect(DomainName(text) == nil)
    }

    @Test func `domains of its https addresses and website may be proved, and those above them`() async throws
    {
        #expect(try await owner().domainsToProve().map(\.text) == ["app.example.com", "example.com"])
        for other in ["example.org", "xample.com", "other.example.com"] {
            let domain = try name(other)
            await #expect(throws: DomainRefusal.notItsOwn) { try await owner().beginProof(of: domain) }
        }
    }

    @Test func `what a record proves is not offered again`() async throws {
        try await prove("example.com", .file)
        #expect(try await owner().domainsToProve().map(\.text) == ["app.example.com"])
        try await prove("example.com")
        #expect(try await owner().domainsToProve().isEmpty)
    }

    @Test func `an address that waits for approval may be proved already`() async throws {
        try await owner().addRedirectURI("https://next.example.org/callback")
        #expect(try await owner().domainsToProve().map(\.text).contains("example.org"))
        #expect(try await prove("example.org"))
    }

    @Test func `what is to be published stays the same until it is removed`() async throws {
        try await owner().beginProof(of: try name("example.com"))
        let first = try await proof("example.com")
        #expect(first.recordName == "_portal-challenge.example.com")
        #expect(first.text.hasPrefix("portal-verification=") && first.text.utf8.count == 42)
        let entries = try await world.entries { try await owner().beginProof(of: try name("example.com")) }
        #expect(entries.isEmpty)
        #expect(try await proof("example.com").text == first.text)
        try await owner().removeProof(of: try name("example.com"))
        #expect(try await owner().domainProofs().isEmpty)
        try await owner().beginProof(of: try name("example.com"))
        #expect(try await proof("example.com").text != first.text)
    }

    @Test func `another application is asked for another text`() async throws {
        try await owner().beginProof(of: try name("example.com"))
        let twin = try await world.registeredApplication("Acme Cranes", at: ["https://example.com/cb"])
        let theirs = try await world.partner.member(of: twin.id)
        try await theirs.beginProof(of: try name("example.com"))
        let text = try await proof("example.com").text
        #expect(try await theirs.domainProofs().first?.text != text)
        #expect(try await !theirs.prove(try name("example.com"), .record, finding: [text]))
    }

    @Test func `only the very text proves it`() async throws {
        try await owner().beginProof(of: try name("example.com"))
        let text = try await proof("example.com").text
        for found in [[], [""], [text + " "], [text.uppercased()], ["v=spf1 -all", String(text.dropLast())]] {
            #expect(try await !owner().prove(try name("example.com"), .record, finding: found))
        }
        #expect(try await place("https://app.example.com/callback") == nil)
        #expect(try await owner().prove(try name("example.com"), .record, finding: ["v=spf1 -all", text]))
        #expect(try await place("https://app.example.com/callback") == .proved(domain: "example.com"))
    }

    @Test func `the badge is for the address of this request, not for another of the same application`()
        async throws
    {
        try await prove("example.com")
        #expect(try await place("https://app.example.com/callback") == .proved(domain: "example.com"))
        #expect(try await place(local) == .unproved)
        #expect(try await place("com.example.app:/callback") == .unproved)
        #expect(try await place("https://notexample.com/callback") == .unproved)
        #expect(try await place("https://example.com.evil.example/callback") == .unproved)
    }

    @Test func `a record proves what is below its name, a file its own host`() async throws {
        try await prove("example.com", .file)
        #expect(try await place("https://app.example.com/callback") == .unproved)
        #expect(try await place("https://example.com/callback") == .proved(domain: "example.com"))
        try await prove("app.example.com", .file)
        #expect(try await place("https://app.example.com/callback") == .proved(domain: "app.example.com"))
    }

    @Test func `developers prove domains and viewers look`() async throws {
        let developer = try await world.member("lee@acme.example", as: .developer, of: application)
        try await developer.beginProof(of: try name("example.com"))
        let viewer = try await world.member("vic@acme.example", as: .viewer, of: application)
        #expect(try await viewer.domainProofs().count == 1)
        await #expect(throws: MemberRefusal.self) {
            try await viewer.removeProof(of: try name("example.com"))
        }
        await #expect(throws: MemberRefusal.self) {
            try await viewer.prove(try name("example.com"), .record, finding: [])
        }
    }

    @Test func `every step stands in the ledger`() async throws {
        let entries = try await world.entries {
            try await prove("example.com")
            try await owner().removeProof(of: try name("example.com"))
        }
        #expect(entries == ["domain.begun", "domain.proved", "domain.removed"])
        #expect(try await world.ledger().suffix(2).first?.detail == "domain=example.com; way=record")
    }

    @Test func `it holds for a year without being looked for, and its end is told to the owners once`()
        async throws
    {
        try await prove("example.com")
        let text = try await proof("example.com").text
        world.clock.advance(by: .seconds(Double(DomainProof.daysOfProof) * 86_400 - 1))
        _ = try await world.registry.sweep()
        #expect(try await place(local) == .unproved)
        world.clock.advance(by: .seconds(1))
        let entries = try await world.entries { for _ in 0..<2 { _ = try await world.registry.sweep() } }
        #expect(entries == ["domain.lapsed"])
        #expect(try await place(local) == nil)
        let letters = try await world.registry.waitingLetters(of: world.tenant.id).map(\.letter)
        let expected = Letter.domainLapsed(application: .init(application.application), domain: "example.com")
        #expect(letters.filter { $0 == expected }.count == 1)
        #expect(try await proof("example.com").text == text)
        #expect(try await prove("example.com"))
    }

    private func lookAgain(_ presence: DomainProof.Presence) async throws -> [String] {
        let looked = Looks()
        try await world.registry.lookAgain { proof in
            looked.note(proof.domain.text)
            return presence
        }
        _ = try await world.registry.sweep()
        return looked.all
    }

    private func pass(_ hours: Double) { world.clock.advance(by: .seconds(hours * 3600)) }

    @Test func `what was found is looked for once a day, what was not never`() async throws {
        try await prove("example.com")
        try await owner().beginProof(of: try name("app.example.com"))
        #expect(try await lookAgain(.there) == [])
        pass(24)
        #expect(try await lookAgain(.there) == ["example.com"])
        #expect(try await lookAgain(.there) == [])
        pass(24)
        #expect(try await lookAgain(.unknown) == ["example.com"])
    }

    @Test func `while it is there it never ends, and nobody is written to`() async throws {
        try await prove("example.com")
        let entries = try await world.entries {
            for _ in 0..<3 {
                pass(200 * 24)
                _ = try await lookAgain(.there)
            }
        }
        #expect(entries.isEmpty)
        #expect(try await place(local) == .unproved)
    }

    @Test func `gone for three days it ends, with a letter; being back in between counts anew`() async throws
    {
        try await prove("example.com")
        for presence in [DomainProof.Presence.gone, .gone, .gone, .there, .gone, .gone, .unknown] {
            pass(24)
            _ = try await lookAgain(presence)
            #expect(try await place(local) == .unproved)
        }
        pass(24)
        let entries = try await world.entries { _ = try await lookAgain(.gone) }
        #expect(entries == ["domain.lapsed"])
        #expect(try await place(local) == nil)
        let letters = try await world.registry.waitingLetters(of: world.tenant.id).map(\.letter)
        #expect(
            letters.contains(
                .domainLapsed(application: .init(application.application), domain: "example.com")
            )
        )
    }

    @Test func `nothing of it stays when the application is deleted`() async throws {
        try await prove("example.com")
        try await owner().delete()
        world.clock.advance(by: .seconds(400 * 86_400))
        _ = try await world.registry.sweep()
        #expect(
            try await world.database.read("SELECT 1 FROM domain_proofs", .tenant(world.tenant.id)).isEmpty
        )
    }

    @Test func `the receipt says what was proved, and older receipts are read as before`() async throws {
        try await prove("example.com")
        let given = try await receipt(at: "https://app.example.com/callback")
        #expect(given.receipt.shown.place == .proved(domain: "example.com"))
        #expect(given.text.contains(#""place":{"proved":{"domain":"example.com"}}"#))
        try await owner().removeProof(of: try name("example.com"))
        let later = try await receipt(at: local)
        #expect(later.receipt.shown.place == nil)
        #expect(!later.text.contains(#""place""#))
    }
}

/// Which proofs were looked for.
private final class Looks: Sendable {
    private let domains = Mutex<[String]>([])

    var all: [String] { domains.withLock { $0 } }

    func note(_ domain: String) { domains.withLock { $0.append(domain) } }
}
