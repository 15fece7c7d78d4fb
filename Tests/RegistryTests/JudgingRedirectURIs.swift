import Registry
import Testing

@Suite("Judging redirect URIs")
struct JudgingRedirectURIs {
    private func problem(_ text: String) -> RedirectURIProblem? {
        do throws(RedirectURIProblem) {
            _ = try RedirectURI(text)
            return nil
        } catch {
            return error
        }
    }

    @Test(arguments: [
        "https://acme.example", "https://acme.example/", "https://acme.example/callback",
        "https://acme.example:8443/callback", "https://acme.example:1/", "https://acme.example:65535/",
        "https://a-b.acme.example/", "https://xn--bcher-kva.example/callback", "https://192.0.2.1/callback",
        "https://acme.example/a/b/c", "https://acme.example/a%20b",
        "https://acme.example/a;b=c", "https://acme.example/a//b", "https://acme.example/~dana/",
        "https://acme.example/@dana", "https://acme.example/...", "https://acme.example/?t=1",
        "https://acme.example?t=1", "https://acme.example/?t=a@b&u=%2Fhome", "https://acme.example/?codes=1",
        "https://oauth.pstmn.io/v1/callback", "https://www.integromat.com/oauth/cb/oauth2",
        "http://127.0.0.1/callback", "http://127.0.0.1:49152/", "http://127.0.0.1", "http://[::1]/callback",
        "http://[::1]:8080/", "http://localhost/callback", "http://localhost:3000/callback",
        "https://localhost/callback", "com.acme-rentals.app:/callback", "com.acme.app:/callback?t=1",
        "https://acme.example/" + String(repeating: "a", count: 1979),
    ])
    func `an address that may be registered stays what was typed`(text: String) throws {
        let uri = try RedirectURI(text)
        #expect(uri.text.utf8.elementsEqual(text.utf8))
    }

    @Test(
        arguments: [
            ("", .notAbsolute), ("callback", .notAbsolute), ("/callback", .notAbsolute),
            ("//acme.example/callback", .notAbsolute), ("acme.example/callback", .notAbsolute),
            ("https:acme.example", .notAbsolute), ("https:/acme.example/", .notAbsolute),
            (":https://acme.example/", .notAbsolute), (" https://acme.example/", .illegalCharacter),
            ("com.acme.app:callback", .notAbsolute), ("com.acme.app:", .notAbsolute),
            ("1com.acme:/callback", .notAbsolute), ("com_acme.app:/callback", .notAbsolute),
        ] as [(String, RedirectURIProblem)]
    )
    func `what is no whole address is refused`(text: String, expected: RedirectURIProblem) {
        #expect(problem(text) == expected)
    }

    @Test(arguments: [
        "http://acme.example/callback", "http://localhost.evil.test/", "http://127.0.0.1.evil.test/",
        "http://127.0.0.2/", "http://0.0.0.0/", "http://10.0.0.1/", "http://localhosts/", "http://127.1/",
        "http://2130706433/",
    ])
    func `http is for this computer only`(text: String) {
        #expect(problem(text) == .insecureHTTP)
    }

    @Test(arguments: [
        ("javascript:alert(1)", "javascript"), ("JavaScript:alert(1)", "javascript"),
        ("JAVASCRIPT:/x", "javascript"), ("data:text/html,x", "data"), ("vbscript:x", "vbscript"),
        ("file:///etc/passwd", "file"), ("File:///etc/passwd", "file"),
        ("blob:https://acme.example/1", "blob"),
        ("about:blank", "about"),
    ])
    func `a scheme that runs or reads something is forbidden`(text: String, scheme: String) {
        #expect(problem(text) == .forbiddenScheme(scheme))
    }

    @Test(arguments: [
        ("myapp:/callback", "myapp"), ("ftp://acme.example/", "ftp"), ("mailto:a@acme.example", "mailto"),
        ("ws://acme.example/", "ws"), ("view-source:/x", "view-source"),
    ])
    func `an app's scheme is a domain backwards`(text: String, scheme: String) {
        #expect(problem(text) == .shortScheme(scheme))
    }

    @Test(
        arguments: [
            ("https://acme.example/#", .fragment), ("https://acme.example/#/callback", .fragment),
            ("https://acme.example#x", .fragment), ("com.acme.app:/callback#", .fragment),
            ("https://dana@acme.example/", .userName), ("https://dana:pw@acme.example/", .userName),
            ("https://@acme.example/", .userName), ("https://a@b@acme.example/", .userName),
            ("https://acme.example@evil.test/", .userName), ("http://127.0.0.1@evil.test/", .userName),
            ("https://*.acme.example/", .wildcard), ("https://acme.example/*", .wildcard),
            ("https://acme.example/?to=*", .wildcard),
        ] as [(String, RedirectURIProblem)]
    )
    func `fragments, user names and wildcards are refused`(text: String, expected: RedirectURIProblem) {
        #expect(problem(text) == expected)
    }

    @Test(arguments: [
        "https://acme.example\\@evil.test/", "https:\\\\acme.example/", "https://acme.example/a b",
        "https://acme.example/\t", "https://acme.example/\n", "https://acme.example/\r\nSet-Cookie:a=b",
        "https://acme.example/\0", "https://acme.example/\u{7F}", "https://acme.example/\u{85}",
        "https://bücher.example/", "https://acme.example/café", "https://аcme.example/",
        "https://acme.example/\u{202E}", "https://acme.example/%", "https://acme.example/%2",
        "https://acme.example/%zz", "https://acme.example/<x>", "https://acme.example/\"",
        "https://acme.example/|",
        "https://acme.example/{x}", "https://acme.example/^", "https://acme.example/`",
    ])
    func `only what RFC 3986 allows may stand in it`(text: String) {
        #expect(problem(text) == .illegalCharacter)
    }

    @Test(arguments: [
        "https://", "https:///callback", "https://?t=1", "https://-acme.example/", "https://acme-.example/",
        "https://acme..example/", "https://.acme.example/", "https://acme.example./",
        "https://acme_1.example/",
        "https://acme%2eexample/", "https://%61cme.example/", "https://[::2]/", "https://[acme.example]/",
        "http://[::1/", "https://acme,example/", "https://acme;example/",
        "https://" + String(repeating: "a", count: 64) + ".example/",
        "https://" + String(repeating: "abcdefghi.", count: 25) + "test/",
    ])
    func `the host is spelled out`(text: String) {
        #expect(problem(text) == .malformedHost)
    }

    @Test(arguments: [
        "https://ACME.example/", "https://acme.Example/", "HTTPS://acme.example/", "Com.acme.app:/callback",
    ])
    func `scheme and host are in small letters`(text: String) {
        #expect(problem(text) == .capitals)
    }

    @Test(arguments: [
        "https://acme.example:0/", "https://acme.example:65536/", "https://acme.example:99999/",
        "https://acme.example:/", "https://acme.example:x/", "https://acme.example:080/",
        "https://acme.example:-1/", "https://acme.example:443:443/", "https://acme.example:123456/",
        "https://acme.example:99999999999999999999/", "http://[::1]:0/", "http://127.0.0.1:70000/",
    ])
    func `a port is 1 to 65535`(text: String) {
        #expect(problem(text) == .malformedPort)
    }

    @Test(arguments: [
        "https://acme.example/.", "https://acme.example/..", "https://acme.example/../callback",
        "https://acme.example/a/../b", "https://acme.example/a/./b", "https://acme.example/%2e%2e/b",
        "https://acme.example/%2E/b", "https://acme.example/.%2e/b", "https://acme.example/..;/b",
        "com.acme.app:/../b",
    ])
    func `steps up and down the path are refused`(text: String) {
        #expect(problem(text) == .dotSegment)
    }

    @Test(arguments: [
        "code", "state", "error", "error_description", "error_uri", "iss", "access_token", "token_type",
        "expires_in", "scope", "id_token",
    ])
    func `names our answer uses may not stand in the query`(name: String) {
        #expect(problem("https://acme.example/?\(name)=x") == .reservedParameter(name))
        #expect(problem("https://acme.example/?t=1&\(name)=x") == .reservedParameter(name))
        #expect(problem("https://acme.example?\(name)") == .reservedParameter(name))
        #expect(problem("com.acme.app:/callback?\(name)=x") == .reservedParameter(name))
    }

    @Test func `nor may they be hidden by an encoding`() {
        #expect(problem("https://acme.example/?co%64e=x") == .reservedParameter("co%64e"))
        #expect(problem("https://acme.example/?%63ode=x") == .reservedParameter("%63ode"))
    }

    @Test func `it has at most 2000 bytes`() {
        let long = "https://acme.example/" + String(repeating: "a", count: 1980)
        #expect(problem(long) == .tooLong)
        #expect(problem(String(repeating: "a", count: 1_000_000)) == .tooLong)
    }

    @Test func `where it leads is told in words`() throws {
        #expect(try RedirectURI("https://acme.example:8443/a").destination == .web(host: "acme.example"))
        #expect(try RedirectURI("http://[::1]:80/").destination == .thisComputer(host: "[::1]"))
        #expect(try RedirectURI("http://localhost/").destination == .thisComputer(host: "localhost"))
        #expect(try RedirectURI("com.acme.app:/x").destination == .installedApp(scheme: "com.acme.app"))
        #expect(try RedirectURI("https://acme.example/a").isNearMiss(of: "https://acme.example/a/"))
    }
}
