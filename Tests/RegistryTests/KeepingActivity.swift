import FoundationEssentials
import Registry
import Support
import Testing

@Suite("Keeping activity")
struct KeepingActivity {
    let world: TestRegistry
    let application: Application

    init() async throws {
        world = try await TestRegistry()
        application = try await world.registeredApplication().application
    }

    private func note(
        _ number: Int,
        from address: String = "192.0.2.7",
        near neighbourhood: String? = nil,
        by witness: Activity.Witness = .anyone
    ) async throws {
        let provenance = Provenance(
            address: address,
            neighbourhood: neighbourhood,
            reference: "R-\(number)"
        )
        world.registry.note(
            .missing(parameter: "state"),
            of: application.id.text,
            at: .token,
            by: witness,
            at: world.tenant,
            from: provenance
        )
    }

    private func isKept(_ number: Int) async throws -> Bool {
        try await world.partner.activity(under: "R-\(number)", of: application) != nil
    }

    private func kept(of numbers: [Int]) async throws -> [Int] {
        var kept: [Int] = []
        for number in numbers where try await isKept(number) { kept.append(number) }
        return kept
    }

    private func uncounted() async throws -> Int {
        try await world.partner.activity(of: application).uncounted
    }

    @Test func `nobody but its owner finds an entry`() async throws {
        try await note(1)
        try await world.registry.writeActivity()
        #expect(try await isKept(1))
        let other = try await world.registry.newPartner("lee@cranes.example", at: world.tenant)
        await #expect(throws: MemberRefusal.notAMember) {
            try await other.activity(under: "R-1", of: application)
        }
        await #expect(throws: MemberRefusal.notAMember) { try await other.activity(of: application) }
        let second = try await world.registeredApplication("Borrowed Cranes").application
        #expect(try await world.partner.activity(under: "R-1", of: second) == nil)
    }

    @Test func `one address of the network has its share of a minute, and the rest is counted`() async throws
    {
        for number in 0..<40 { try await note(number) }
        try await note(100, from: "192.0.2.8")
        try await world.registry.writeActivity()
        #expect(try await kept(of: [0, 29, 30, 100]) == [0, 29, 100])
        #expect(try await uncounted() == 10)
        world.clock.advance(by: .seconds(60))
        try await note(101)
        try await world.registry.writeActivity()
        #expect(try await isKept(101))
    }

    @Test func `a network that one client has to itself is one address`() async throws {
        for number in 0..<40 { try await note(number, from: "2001:db8::\(number)", near: "2001:db8::") }
        try await world.registry.writeActivity()
        #expect(try await kept(of: [0, 29, 30]) == [0, 29])
    }

    @Test func `strangers push each other out, and nothing of the application's own`() async throws {
        try await note(1, by: .application)
        try await note(2, by: .customer)
        for number in 0..<130 {
            world.clock.advance(by: .milliseconds(10))
            try await note(1000 + number, from: "192.0.2.\(number)")
            if number % 50 == 0 { try await world.registry.writeActivity() }
        }
        try await world.registry.writeActivity()
        #expect(try await kept(of: [1, 2, 1029, 1030, 1129]) == [1, 2, 1030, 1129])
        #expect(try await uncounted() == 30)
    }

    @Test func `what waits is bounded, and so is what is made up`() async throws {
        for number in 0..<5000 {
            let provenance = Provenance(address: "198.51.100.\(number)", reference: "R-\(number)")
            world.registry.note(
                .cancelled,
                of: "harbour_\(number)",
                at: .token,
                at: world.tenant,
                from: provenance
            )
        }
        try await note(1)
        try await world.registry.writeActivity()
        let rows = try await world.database.read(.tenant(world.tenant.id)) {
            try $0.run("SELECT 1 FROM activity")
        }
        #expect(rows.isEmpty)
        try await note(2)
        try await world.registry.writeActivity()
        #expect(try await isKept(2))
    }

    @Test func `what a later version noted is passed over`() async throws {
        try await note(1)
        try await world.registry.writeActivity()
        try await world.database.write(
            """
            INSERT INTO activity (tenant, application, id, at, step, witness, cause, reference)
            VALUES (\(world.tenant.id), \(application.id), '9', \(world.clock.now), 'token', 'anyone',
                '{"seenFromTheFuture":{}}', 'R-2')
            """,
            .tenant(world.tenant.id)
        )
        #expect(try await kept(of: [1, 2]) == [1])
        #expect(try await world.partner.activity(of: application).entries.count == 1)
    }

    @Test func `after thirty days it is forgotten`() async throws {
        for number in 0..<40 { try await note(number) }
        try await world.registry.writeActivity()
        world.clock.advance(by: .seconds(30 * 86_400))
        #expect(try await !isKept(1))
        world.clock.advance(by: .seconds(86_400))
        while try await world.registry.sweep() > 0 {}
        for table: SQL in ["SELECT 1 FROM activity", "SELECT 1 FROM activity_counts"] {
            #expect(try await world.database.read(.tenant(world.tenant.id)) { try $0.run(table) }.isEmpty)
        }
    }
}

@Suite("Redacting")
struct Redacting {
    @Test(
        arguments: [
            "https://acme.example/callback", "https://acme.example/oauth/done?keep=1&lang=en#part",
            "http://127.0.0.1:5000/callback", "com.rovisync.app:/callback",
            "https://global.consent.azure-apim.net/redirect/rovi-5f1f5c5d0c3a4e02",
            "https://zapier.com/dashboard/auth/oauth/return/App123456CLIAPI/",
            "https://app.example/cb/3fa85f64-5717-4562-b3fc-2c963f66afa6", "devices_wrte", "",
        ]
    )
    func `an ordinary address stays whole`(text: String) {
        #expect(RedactedText(text).text == text && RedactedText(text).isWhole)
    }

    @Test(
        arguments: [
            ("https://a.example/?token=abcdefghijklmnopqrstuvwxyz", "https://a.example/?token=…wxyz"),
            ("https://a.example/?password=hunter2&x=1", "https://a.example/?password=…&x=1"),
            ("https://a.example/?x=kim@north.example", "https://a.example/?x=k…@north.example"),
            ("https://a.example/kim%40north.example/", "https://a.example/k…%40north.example/"),
            ("https://kim:hunter2@a.example/", "https://kim:…@a.example/"),
            ("https://a.example/da39a3ee5e6b4b0d3255bfef95601890afd80709/", "https://a.example/…0709/"),
            (
                "https://a.example/3fa85f64-5717-4562-b3fc-2c963f66afa6:10001",
                "https://a.example/…afa6:10001"
            ),
            ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abcdefgh", "…efgh"),
        ]
    )
    func `what looks like a secret or a person is cut`(text: String, kept: String) {
        #expect(RedactedText(text).text == kept && !RedactedText(text).isWhole)
    }

    @Test(arguments: SecretText.Kind.allCases)
    func `nothing of ours stays`(kind: SecretText.Kind) {
        let secret = SecretText(
            prefix: "harbour",
            kind: kind,
            now: Date(timeIntervalSince1970: 1_790_000_000),
            entropy: .counting()
        ).plaintext
        for text in [secret, "https://a.example/\(secret)/x", "https://a.example/?x=\(secret)", "a\(secret)"]
        {
            #expect(!RedactedText(text).text.contains(secret.dropFirst(12).dropLast(5)))
        }
    }

    @Test func `what is too long is cut off`() {
        let text = "https://a.example/" + String(repeating: "x/", count: 1000)
        #expect(RedactedText(text).text.utf8.count <= 1003 && !RedactedText(text).isWhole)
    }
}
