import FoundationEssentials
import Registry
import Testing

@testable import Portal

@Suite("Reading a tenant file")
struct ReadingATenantFile {
    private func mistakes(in text: String) -> [String] {
        do {
            _ = try TenantFile(Array(text.utf8), called: "file.json5")
            return []
        } catch {
            return error.all.map(\.description)
        }
    }

    /// A good file with one part replaced.
    private func file(_ part: String = "", brand: String = "", policy: String = "") -> String {
        """
        {
          name: "acme",
          brand: { displayName: "Acme", accent: "#336699", dataDescription: "your data", \(brand) },
          policy: { \(policy) },
          \(part)
        }
        """
    }

    @Test func `the shipped tenant is right`() throws {
        let path = ShippedTenant.path
        let tenant = try TenantFile(try readFile(path), called: path)
        #expect(tenant.name.text == "standard")
        #expect(tenant.settings.policy.review == .open)
        #expect(tenant.settings.scopes.filter(\.isDefault).map(\.name.text) == ["basic", "devices_read"])
        #expect(tenant.settings.limitsShown.last?.unless.map(\.text) == ["devices_write"])
        #expect(tenant.logo == .file("../Public/demo/example-provider.png"))
        #expect(tenant.settings.wireProfile == "standard")
    }

    @Test func `what is left out is as usual`() throws {
        let tenant = try TenantFile(Array(file().utf8), called: "file.json5")
        #expect(tenant.settings.policy == Policy())
        #expect(tenant.settings.hosts.isEmpty && tenant.logo == nil)
    }

    @Test func `every mistake is reported at once, with its place`() {
        let found = mistakes(
            in: """
                {
                  nam: "standard",
                  hosts: ["auth.example.com", "Auth.Example.com", 7],
                  brand: { displayName: "Acme", accent: "blue" },
                  scopes: [
                    { name: "basic", sentence: "See your name" },
                    { name: "basic" },
                  ],
                  neverAllows: [{ sentence: "Delete anything", unless: ["basics"] }],
                  policy: { codeSeconds: 3000, review: "never", grants: ["password"] },
                  profile: "custom",
                }
                """
        )
        let expected = [
            "1:1: name: is missing",
            "2:3: nam: there is no such key. Did you mean “name”?",
            "3:31: hosts[1]: “Auth.Example.com” does not fit",
            "3:51: hosts[2]: should be a text, not a number",
            "4:10: brand.dataDescription: is missing",
            "4:41: brand.accent: “blue” does not fit; it is a colour such as #0b6bcb",
            "7:5: scopes[1].sentence: is missing",
            "9:57: neverAllows[0].unless[0]: “basics” does not fit",
            "10:26: policy.codeSeconds: should be a whole number from 1 to 600",
            "10:40: policy.review: “never” does not fit; it is open or reviewed",
            "10:58: policy.grants[0]: “password” does not fit",
            "11:12: profile: “custom” does not fit; it is “standard”",
        ]
        #expect(found.count == expected.count)
        for (mistake, beginning) in zip(found, expected) {
            #expect(mistake.hasPrefix("file.json5:" + beginning))
        }
    }

    @Test func `two scopes of one name are a mistake`() {
        let scope = "{ name: 'read', sentence: 'See it' }"
        #expect(
            mistakes(in: file("scopes: [\(scope), \(scope)]"))
                == ["file.json5:5:58: scopes[1].name: there is a scope “read” already"]
        )
    }

    @Test(arguments: [
        ("{", "1:2: the file ends before the } of what begins at 1:1"),
        ("{\n  name: \"a\"\n  brand: 1 }", "3:3: a comma or } is missing before “b”"),
        ("{ name: 'a\n' }", "1:11: the text that begins at 1:9 is not closed"),
        ("{ name: standard }", "1:9: “standard” is not a value; a text stands in quotes"),
        ("{ a: 1 } x", "1:10: “x” stands after the end"),
        ("{ a: 01 }", "1:6: “01” is not a number"),
        ("{ 'a' 1 }", "1:7: a colon is missing after “a”"),
        ("{ a: '\\uD800' }", "1:8: half of a surrogate pair"),
        ("/* {", "1:5: the comment that begins at 1:1 is not closed"),
        ("", "1:1: the file ends where a value should be"),
        (String(repeating: "[", count: 40), "1:33: more than 32 levels deep"),
    ])
    func `what is no JSON5 is reported with line and column`(text: String, problem: String) {
        #expect(mistakes(in: text) == ["file.json5:\(problem)"])
    }

    @Test func `bytes that are no text are refused`() {
        #expect(throws: FileMistakes.self) { try TenantFile([0x7B, 0xFF, 0x7D], called: "file.json5") }
    }

    @Test func `no way to get a token at all is a mistake`() {
        #expect(
            mistakes(in: file(policy: "grants: []"))
                == ["file.json5:4:21: policy.grants: should name at least one way to get a token"]
        )
    }

    @Test func `a key that is there twice is a mistake`() {
        #expect(mistakes(in: file("hosts: [], hosts: []")) == ["file.json5:5:14: hosts: is there twice"])
    }

    @Test(arguments: [
        "supportEmail: 'nobody'", "helpPage: 'javascript:alert(1)'", "privacyPolicy: 'http://example.com/'",
        "logo: 'data:image/svg+xml;base64,AAAA'", "logo: ''",
    ])
    func `an address that leads elsewhere is refused`(part: String) {
        #expect(mistakes(in: file(brand: part)).count == 1)
    }

    @Test(arguments: [
        "shortName: 'A'", "shortName: '\(String(repeating: "a", count: 25))'", "shortName: ''",
        "footerText: ' Acme'", "footerText: 'Acme\\nLtd'",
        "footerText: '\(String(repeating: "a", count: 301))'",
    ])
    func `a text that does not fit its place is refused`(part: String) {
        #expect(mistakes(in: file(brand: part)).count == 1)
    }

    @Test func `short name and footer text go out and come in again`() throws {
        let file = file(brand: "shortName: 'Ac', footerText: 'Acme Ltd'")
        let tenant = try TenantFile(Array(file.utf8), called: "file.json5")
        let brand = tenant.settings.brand
        #expect(brand.shortName == "Ac" && brand.footerText == "Acme Ltd" && brand.briefName == "Ac")
        let written = try TenantFile.json(of: tenant.settings, called: tenant.name).bytes
        #expect(try TenantFile(written, called: "").settings == tenant.settings)
    }

    @Test(arguments: [
        "accessTokenSeconds: 3601", "codeSeconds: 601", "codeSeconds: 0", "codeSeconds: 1.5",
        "codeSeconds: '60'",
        "requestSeconds: 601", "refreshIdleSeconds: 99999999",
        "refreshIdleSeconds: 900, refreshAbsoluteSeconds: 800",
        "refreshGraceSeconds: 31", "refreshGraceSeconds: -1",
        "applicationsPerPartner: -1", "codeSeconds: 1e300", "codeSeconds: NaN",
    ])
    func `nothing is looser than its bound`(part: String) {
        #expect(mistakes(in: file(policy: part)).count == 1)
    }

    @Test(arguments: ["a..example", "-a.example", "a.example:8080", "a_b.example", "exämple.com", ".", "a/b"])
    func `what is no host name is refused`(host: String) {
        #expect(mistakes(in: file("hosts: ['\(host)']")).count == 1)
    }

    @Test func `it reads everything JSON5 allows`() throws {
        let value = try JSON5(
            Array(
                "\u{FEFF}// c\n{ 'a': [+1, -.5, 5., 0xFF, 1e2, Infinity, null,], \"b\": 'x\\\ny\\x41\\u00e9\\0', $c_1: true, }"
                    .utf8
            )
        )
        guard case .object(let members) = value.content, case .array(let items) = members.first?.value.content
        else { return #expect(Bool(false), "it is an object with a list") }
        let numbers = items.compactMap { item in
            if case .number(let number) = item.content { number } else { nil }
        }
        #expect(numbers == [1, -0.5, 5, 255, 100, .infinity])
        #expect(members.map(\.name) == ["a", "b", "$c_1"])
        guard case .string(let text) = members.dropFirst().first?.value.content else { return }
        #expect(text == "xyAé\0")
    }

    @Test func `what is written of a tenant reads as the same tenant`() async throws {
        let console = try Console()
        #expect(await console.run("tenant import \(ShippedTenant.path)") == 0)
        #expect(await console.run("tenant export standard") == 0)
        let written = try TenantFile(Array(console.printed.utf8), called: "exported.json5")
        let shipped = try TenantFile(try readFile(ShippedTenant.path), called: "shipped.json5")
        #expect(written.settings == shipped.settings)
        #expect(written.name == shipped.name)
        guard case .embedded(let logo) = written.logo else {
            return #expect(Bool(false), "the logo is inside")
        }
        #expect(throws: Never.self) { try Logo.decode(logo) }
    }

    @Test func `a scope may be left to customers, and what it says of that is checked`() throws {
        func scopes(_ optional: String) -> String {
            file("scopes: [{ name: 'read', sentence: 'See it', optional: \(optional) }]")
        }
        for choice in OfferedScope.Choice.allCases {
            let text = scopes("'\(choice.rawValue)'")
            let tenant = try TenantFile(Array(text.utf8), called: "file.json5")
            #expect(tenant.settings.scopes.map(\.choice) == [choice])
        }
        for wrong in ["'maybe'", "true", "''"] {
            let found = mistakes(in: scopes(wrong))
            #expect(found.count == 1 && found.first?.contains("scopes[0].optional:") == true)
        }
    }

    @Test func `a scope says under which heading it stands, or its kind does`() throws {
        let said = [
            ("", OfferedScope.Group.view), ("kind: 'change'", .change), ("kind: 'sensitive'", .change),
            ("kind: 'sensitive', group: 'view'", .view), ("group: 'account'", .account),
        ]
        for (words, group) in said {
            let text = file("scopes: [{ name: 'read', sentence: 'See it', \(words) }]")
            let tenant = try TenantFile(Array(text.utf8), called: "file.json5")
            #expect(tenant.settings.scopes.map(\.group) == [group])
        }
        let found = mistakes(in: file("scopes: [{ name: 'read', sentence: 'See it', group: 'View' }]"))
        #expect(found.count == 1 && found.first?.contains("scopes[0].group:") == true)
    }

    @Test(arguments: [
        "reportsToFreeze: -1", "reportsToFreeze: 101", "reportWindowSeconds: 3599", "reportsPerDay: 0",
        "consentLetters: 'yes'", "tokensInAuditLog: 1", "signInFailures: 6", "codeFailures: 0",
        "signUpsPerHour: 1001", "sessionIdleSeconds: 1801", "administratorSeconds: 28801",
        "confirmationSeconds: 301",
    ])
    func `what a tenant says about reports, letters, its audit log, guesses and sessions has bounds`(
        part: String
    ) {
        #expect(mistakes(in: file(policy: part)).count == 1)
    }

    // MARK: Profiles of their own

    @Test func `a profile of its own opens the doors it names and no others`() throws {
        let text = file(
            "profile: { codeChallenge: 'optional', tokenText: 'hex', paths: { token: ['/app/token'] } }",
            policy: "grants: ['authorization_code', 'implicit'], accessTokenSeconds: 'unlimited'"
        )
        let tenant = try TenantFile(Array(text.utf8), called: "file.json5")
        var policy = Policy()
        policy.codeChallenge = .optional
        policy.tokenText = .hex
        policy.grants = [.authorizationCode, .implicit]
        policy.accessTokenSeconds = .unlimited
        #expect(tenant.settings.policy == policy)
        var profile = WireProfile.standard
        profile.paths.token = ["/app/token"]
        #expect(try WireProfile(kept: tenant.settings.wireProfile) == profile)
    }

    @Test func `an empty profile has every door closed`() throws {
        let tenant = try TenantFile(Array(file("profile: {}").utf8), called: "file.json5")
        #expect(tenant.settings.policy == Policy())
        #expect(try WireProfile(kept: tenant.settings.wireProfile) == .standard)
    }

    @Test(arguments: [
        "grants: ['password']", "grants: ['implicit']", "accessTokenSeconds: 'unlimited'",
        "refreshIdleSeconds: 'unlimited'", "refreshAbsoluteSeconds: 'unlimited'", "accessTokenSeconds: 14400",
    ])
    func `what only a profile of its own allows is refused without one`(part: String) {
        #expect(mistakes(in: file(policy: part)).count == 1)
        #expect(mistakes(in: file("profile: 'standard'", policy: part)).count == 1)
        let whole = part.contains("Idle") ? part + ", refreshAbsoluteSeconds: 'unlimited'" : part
        #expect(mistakes(in: file("profile: {}", policy: whole)).isEmpty)
    }

    @Test(arguments: [
        "profile: 7", "profile: 'custom'", "profile: { refresh: 'never' }", "profile: { tokenTexts: 'hex' }",
        "profile: { codeChallenge: true }", "profile: { paths: { token: ['oauth/token'] } }",
        "profile: { paths: { token: ['/oauth2/token'] } }", "profile: { paths: { token: ['/t/x'] } }",
        "profile: { paths: { token: ['/public/x'] } }", "profile: { paths: { token: ['/admin/x'] } }",
        "profile: { paths: { token: ['/a//b'] } }", "profile: { paths: { token: ['/a/../b'] } }",
        "profile: { paths: { token: ['/'] } }", "profile: { paths: { token: ['/a?b'] } }",
        "profile: { paths: { token: ['/a/%62'] } }", "profile: { paths: { token: ['/a'], revoke: ['/a'] } }",
        "profile: { paths: { tokens: ['/a'] } }", "profile: { whenMissing: { responseType: 'token' } }",
        "profile: { whenMissing: { grantType: 'password' } }", "profile: { parameters: { query: 'yes' } }",
        "profile: { parameters: true }", "profile: { clientAuthentication: { both: true } }",
        "profile: { answer: { keys: ['token_type'] } }",
        "profile: { answer: { keys: [] , tokenType: 'MAC' } }",
        "profile: { answer: { keys: ['access_token', 'access_token'] } }",
        "profile: { resourceError: { challenges: [], contentType: 'text/plain', body: '' } }",
        "profile: { resourceError: { challenges: ['a\\r\\nb'], contentType: 'text/plain', body: '' } }",
        "profile: { crossOrigin: 'all' }", "profile: { checkAccept: 1 }",
        "profile: { plainHTTP: 'yes' }",
    ])
    func `a mistake in a profile is reported with its place`(part: String) {
        let found = mistakes(in: file(part))
        #expect(!found.isEmpty)
        #expect(found.allSatisfy { $0.hasPrefix("file.json5:5:") && $0.contains("profile") })
    }

    @Test func `what is written of a profile of its own reads as the same tenant`() async throws {
        let text = file(
            """
            scopes: [{ name: 'write', sentence: 'See it', default: true }],
              profile: {
                redirectMatch: 'hostAndPath', redirectURIAtToken: 'optional', codeChallenge: 'optional',
                refresh: 'keep', refreshWithClientCredentials: true, tokenText: 'uuid',
                plusSeparatesScopes: true, manualIssuance: true, manualTokenByMail: true,
                paths: { authorize: ['/a/'], token: ['/a/t'], revoke: ['/a/r'], introspect: ['/a/i'],
                  verify: ['/a/v'], logout: ['/rest/{version}/current'] },
                authorizeByPost: true, issuerInRedirect: false,
                whenMissing: { responseType: 'code', grantType: 'authorization_code' },
                parameters: { query: true, multipart: true, anyContentType: true, equalRepetition: true,
                  ignoreJSON: true },
                clientAuthentication: { bothWhenEqual: true, explainBasic: true },
                answer: { keys: ['access_token', 'type'], tokenType: 'bearer' },
                resourceError: { challenges: ['native', 'Bearer'], contentType: 'text/plain', body: 'é"' },
                crossOrigin: 'any', checkAccept: true, plainHTTP: true,
              }
            """,
            policy: "grants: ['password', 'implicit'], accessTokenSeconds: 43200, "
                + "refreshIdleSeconds: 'unlimited', refreshAbsoluteSeconds: 'unlimited'"
        )
        let first = try TenantFile(Array(text.utf8), called: "file.json5")
        let portal = try await TestPortal { $0 = first.settings }
        let written = try TenantFile.text(of: portal.tenant, logo: nil)
        let second = try TenantFile(Array(written.utf8), called: "written.json5")
        #expect(second.settings == first.settings)
        let kept = try #require(try await portal.registry.tenant(named: "harbour"))
        #expect(kept.settings == first.settings)
    }

    @Test func `settings kept before there were doors are read with every door closed`() throws {
        let older = #"{"review":"open","grants":["refresh_token"],"accessTokenSeconds":900}"#
        var policy = Policy()
        policy.review = .open
        policy.grants = [.refreshToken]
        #expect(try JSONDecoder().decode(Policy.self, from: Data(older.utf8)) == policy)
    }
}
