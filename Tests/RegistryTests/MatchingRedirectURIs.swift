import Registry
import Testing

@Suite("Matching redirect URIs")
struct MatchingRedirectURIs {
    let world: TestRegistry
    init() async throws { world = try await TestRegistry() }

    /// The address an answer would go to.
    private func recipient(_ application: OwnedApplication, _ sent: String?) async throws -> String {
        var asked: [(name: String, value: String)] = [("client_id", application.id)]
        if let sent { asked.append(("redirect_uri", sent)) }
        return try await world.registry.recipient(of: Parameters(asked), at: world.tenant).redirectURI.text
    }

    private func isUnregistered(_ application: OwnedApplication, _ sent: String) async -> Bool {
        do {
            _ = try await recipient(application, sent)
            return false
        } catch RecipientRefusal.unregistered(_, let reported) {
            return reported.utf8.elementsEqual(sent.utf8)
        } catch {
            return false
        }
    }

    private static let registered = "https://acme.example/oauth/callback?t=1&u=2"

    /// Every way we know in which somebody else's parser was fooled.
    private static let mutations: [String] = [
        // Path confusion, as OAuch sends it.
        "https://acme.example/oauth/callback/..%2F?t=1&u=2", "https://acme.example/oauth/callback%2F?t=1&u=2",
        "https://acme.example/oauth/callback/;/../../?t=1&u=2",
        "https://acme.example/oauth/callback/../?t=1&u=2",
        "https://acme.example/oauth/callback%0A%0D/../../?t=1&u=2",
        "https://acme.example/oauth/callback%252F?t=1&u=2",
        "https://acme.example/oauth/callback/%2e%2e/?t=1&u=2",
        "https://acme.example/oauth/callback/..%5C?t=1&u=2", "https://acme.example/oauth/callback\\?t=1&u=2",
        "https://acme.example/oauth/callback/..;/?t=1&u=2", "https://acme.example/oauth/callback;x?t=1&u=2",
        "https://acme.example/oauth/./callback?t=1&u=2", "https://acme.example//oauth/callback?t=1&u=2",
        "https://acme.example/oauth//callback?t=1&u=2", "https://acme.example/x/../oauth/callback?t=1&u=2",
        "https://acme.example/oauth/callback/?t=1&u=2", "https://acme.example/oauth/callback.?t=1&u=2",
        "https://acme.example/oauth/callback%00?t=1&u=2", "https://acme.example/oauth/callback\0?t=1&u=2",
        "https://acme.example/oauth/callback%20?t=1&u=2", "https://acme.example/oauth/%63allback?t=1&u=2",
        "https://acme.example/oauth/Callback?t=1&u=2", "https://acme.example/oauth/callbac?t=1&u=2",
        "https://acme.example/oauth/callbackk?t=1&u=2", "https://acme.example/oauth?t=1&u=2",
        "https://acme.example/?t=1&u=2", "https://acme.example?t=1&u=2", "https://acme.example",
        // Another host, or the same one spelled otherwise.
        "https://ACME.example/oauth/callback?t=1&u=2", "https://acme.example./oauth/callback?t=1&u=2",
        "https://acme.example:443/oauth/callback?t=1&u=2", "https://acme.example:/oauth/callback?t=1&u=2",
        "https://acme.example:8443/oauth/callback?t=1&u=2", "https://www.acme.example/oauth/callback?t=1&u=2",
        "https://acme.example.evil.test/oauth/callback?t=1&u=2",
        "https://evilacme.example/oauth/callback?t=1&u=2",
        "https://evil.test/oauth/callback?t=1&u=2", "https://dana@acme.example/oauth/callback?t=1&u=2",
        "https://acme.example@evil.test/oauth/callback?t=1&u=2",
        "https://a@b@acme.example/oauth/callback?t=1&u=2",
        "https://evil.test\\@acme.example/oauth/callback?t=1&u=2",
        "https://acme.example%2f@evil.test/oauth/callback?t=1&u=2",
        "https://acme%2eexample/oauth/callback?t=1&u=2", "https://аcme.example/oauth/callback?t=1&u=2",
        "https://xn--cme-5cd.example/oauth/callback?t=1&u=2",
        "https://acme.exam\u{200B}ple/oauth/callback?t=1&u=2",
        // Another scheme, or the same one spelled otherwise.
        "http://acme.example/oauth/callback?t=1&u=2", "HTTPS://acme.example/oauth/callback?t=1&u=2",
        "https:/acme.example/oauth/callback?t=1&u=2", "https:acme.example/oauth/callback?t=1&u=2",
        "https:\\\\acme.example/oauth/callback?t=1&u=2", "//acme.example/oauth/callback?t=1&u=2",
        "/oauth/callback?t=1&u=2", "javascript://acme.example/oauth/callback?t=1&u=2",
        // Another query, or a fragment.
        "https://acme.example/oauth/callback", "https://acme.example/oauth/callback?",
        "https://acme.example/oauth/callback?t=1", "https://acme.example/oauth/callback?u=2&t=1",
        "https://acme.example/oauth/callback?t=1&u=2&", "https://acme.example/oauth/callback?t=1&u=2&v=3",
        "https://acme.example/oauth/callback?t=1&u=%32", "https://acme.example/oauth/callback?t=1;u=2",
        "https://acme.example/oauth/callback?t=1&u=2#", "https://acme.example/oauth/callback?t=1&u=2#x",
        "https://acme.example/oauth/callback?t=1&u=2&code=x", "https://acme.example/oauth/callback??t=1&u=2",
        // Space and invisible bytes around it.
        " https://acme.example/oauth/callback?t=1&u=2", "https://acme.example/oauth/callback?t=1&u=2 ",
        "\thttps://acme.example/oauth/callback?t=1&u=2", "https://acme.example/oauth/callback?t=1&u=2\n",
        "https://acme.example/oauth/callback?t=1&u=2\r\nX: y",
        "\u{FEFF}https://acme.example/oauth/callback?t=1&u=2",
        "https://acme.example/oauth/callback?t=1&u=2%0d%0a",
    ]

    @Test func `none of many mutations is taken for the registered address`() async throws {
        let application = try await world.registeredApplication(at: [Self.registered])
        #expect(Set(Self.mutations).count >= 60)
        for mutation in Self.mutations {
            #expect(await isUnregistered(application, mutation), "\(mutation)")
        }
        #expect(try await recipient(application, Self.registered) == Self.registered)
    }

    @Test func `an address in another normal form is another address`() async throws {
        // Equal as strings, different as bytes; only the percent-encoded form can be registered at all.
        let application = try await world.registeredApplication(at: ["https://acme.example/caf%C3%A9"])
        for sent in [
            "https://acme.example/café", "https://acme.example/cafe%CC%81", "https://acme.example/caf%c3%a9",
        ] {
            #expect(await isUnregistered(application, sent))
        }
    }

    @Test func `with one address the request may leave it out, with several or none it may not`() async throws
    {
        let one = try await world.registeredApplication()
        #expect(try await recipient(one, nil) == TestRegistry.callback)
        #expect(try await recipient(one, "") == TestRegistry.callback)

        let two = try await world.registeredApplication("Two", at: [TestRegistry.callback, Self.registered])
        await #expect { try await recipient(two, nil) } throws: { error in
            if case RecipientRefusal.ambiguous = error { true } else { false }
        }
        let none = try await world.registeredApplication("None", at: [])
        for sent in [nil, TestRegistry.callback] {
            await #expect { try await recipient(none, sent) } throws: { error in
                if case RecipientRefusal.nothingRegistered = error { true } else { false }
            }
        }
    }

    @Test(arguments: [
        "http://127.0.0.1/callback?t=1", "http://127.0.0.1:1/callback?t=1",
        "http://127.0.0.1:49152/callback?t=1",
        "http://127.0.0.1:65535/callback?t=1",
    ])
    func `a loopback address is free in its port`(sent: String) async throws {
        let application = try await world.registeredApplication(at: ["http://127.0.0.1:8080/callback?t=1"])
        #expect(try await recipient(application, sent) == sent)
    }

    @Test(arguments: [
        "http://127.0.0.1:5/callback", "http://127.0.0.1:5/callback?t=2",
        "http://127.0.0.1:5/callback?t=1&bar=foo",
        "http://127.0.0.1:5/callback/?t=1", "http://127.0.0.1:5/Callback?t=1", "http://127.0.0.1:5/?t=1",
        "http://127.0.0.2:5/callback?t=1", "http://localhost:5/callback?t=1", "http://[::1]:5/callback?t=1",
        "https://127.0.0.1:5/callback?t=1", "http://127.0.0.1:0/callback?t=1",
        "http://127.0.0.1:65536/callback?t=1",
        "http://127.0.0.1:/callback?t=1", "http://127.0.0.1:05/callback?t=1",
        "http://127.0.0.1:5:6/callback?t=1",
        "http://127.0.0.1:5@evil.test/callback?t=1", "http://a@127.0.0.1:5/callback?t=1",
        "http://127.0.0.1.evil.test:5/callback?t=1", "http://127.0.0.1:5/callback?t=1#",
        "HTTP://127.0.0.1:5/callback?t=1",
        "http://127.0.0.1:5\\callback?t=1", "http://127.0.0.1:5/callback?t=1\r\nX: y",
        "http://127.0.0.1:+5/callback?t=1",
        "http://127.0.0.1: 5/callback?t=1",
    ])
    func `but in nothing else`(sent: String) async throws {
        let application = try await world.registeredApplication(at: ["http://127.0.0.1:8080/callback?t=1"])
        #expect(await isUnregistered(application, sent))
    }

    @Test func `an empty path and a slash are one place on this computer, answered as it was asked`()
        async throws
    {
        let bare = try await world.registeredApplication("Bare", at: ["http://127.0.0.1"])
        #expect(try await recipient(bare, "http://127.0.0.1:7777/") == "http://127.0.0.1:7777/")
        #expect(try await recipient(bare, "http://127.0.0.1:7777") == "http://127.0.0.1:7777")
        let slash = try await world.registeredApplication("Slash", at: ["http://[::1]/"])
        #expect(try await recipient(slash, "http://[::1]:7777") == "http://[::1]:7777")
    }

    @Test(arguments: ["http://localhost:8080/callback", "https://127.0.0.1:8080/callback"])
    func `a name, or https, is bound to its port`(registered: String) async throws {
        let application = try await world.registeredApplication(at: [registered])
        #expect(await isUnregistered(application, registered.replacing("8080", with: "8081")))
        #expect(try await recipient(application, registered) == registered)
    }

    @Test func `nobody, and a suspended application, have no address`() async throws {
        let application = try await world.registeredApplication()
        try await world.theOperator.suspend(application.id, reason: "Unusual traffic")
        await #expect { try await recipient(application, TestRegistry.callback) } throws: { error in
            if case RecipientRefusal.suspended = error { true } else { false }
        }
        for id in ["harbour_0000000000000000000000", application.id.lowercased(), application.id + " "] {
            let asked = Parameters([("client_id", id), ("redirect_uri", TestRegistry.callback)])
            await #expect { try await world.registry.recipient(of: asked, at: world.tenant) } throws: {
                error in
                if case RecipientRefusal.unknownClient = error { true } else { false }
            }
        }
    }

    @Test(arguments: ["client_id", "redirect_uri"])
    func `a repeated parameter names nobody, whatever the values`(name: String) async throws {
        let application = try await world.registeredApplication()
        let own: [(name: String, value: String)] = [
            ("client_id", application.id), ("redirect_uri", TestRegistry.callback),
        ]
        for value in own.filter({ $0.name == name }).map(\.value) + ["", "other"] {
            await #expect {
                try await world.registry.recipient(of: Parameters(own + [(name, value)]), at: world.tenant)
            } throws: { error in
                if case RecipientRefusal.malformed(.repeated(name)) = error { true } else { false }
            }
        }
    }
}
