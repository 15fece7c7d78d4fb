import Testing

@testable import Portal

@Suite("Reading the configuration")
struct ReadingConfiguration {
    private func read(
        flags: [String: String] = [:],
        environment: [String: String] = [:],
        file: String = ""
    ) throws(ConfigurationProblems) -> Configuration {
        let flags = file.isEmpty ? flags : flags.merging(["config": "portal.conf"]) { $1 }
        return try Configuration(flags: flags, environment: environment) { _ throws(CommandFailure) in
            Array(file.utf8)
        }
    }

    private func problems(
        flags: [String: String] = [:],
        environment: [String: String] = [:],
        file: String = ""
    ) -> [String] {
        do {
            _ = try read(flags: flags, environment: environment, file: file)
            return []
        } catch {
            return error.all
        }
    }

    @Test func `without anything it listens on this machine only`() throws {
        let configuration = try read()
        #expect(configuration.listen == ListenAddress("127.0.0.1:8080"))
        #expect(configuration.publicURL.text == "http://127.0.0.1:8080")
        #expect(configuration.dataFolder == "var")
        #expect(configuration.tls == nil && configuration.trustedProxies.isEmpty)
    }

    @Test func `flags come before the environment, and that before the file`() throws {
        let file =
            "# where\ndata = from-file\nlisten = 127.0.0.1:1\n\npublic-url = https://auth.example.com\n"
        let environment = [
            "PORTAL_DATA": "from-environment", "PORTAL_LISTEN": "127.0.0.1:2", "PORTAL_LOG": "",
        ]
        let configuration = try read(flags: ["data": "from-flag"], environment: environment, file: file)
        #expect(configuration.dataFolder == "from-flag")
        #expect(configuration.listen.port == 2)
        #expect(configuration.publicURL.text == "https://auth.example.com")
    }

    @Test func `every problem is reported at once, with its source`() {
        let found = problems(
            flags: ["tls-cert": "server.pem"],
            environment: ["PORTAL_LISTN": "x", "PORTAL_TRUSTED_PROXIES": "10.0.0.0/8, nonsense"],
            file: "listn = 127.0.0.1:1\npublic-url = example.com\nno sign\ndata = a\ndata = b\n"
        )
        let expected = [
            "there is no setting PORTAL_LISTN. Did you mean “PORTAL_LISTEN”?",
            "portal.conf:1: there is no setting “listn”. Did you mean “listen”?",
            "portal.conf:3: a line is “key = value”",
            "portal.conf:5: “data” is set twice",
            "tls-cert is set but tls-key is not; HTTPS takes both",
            "portal.conf:2: “example.com” does not fit",
            "PORTAL_TRUSTED_PROXIES: “10.0.0.0/8, nonsense” does not fit",
        ]
        #expect(found.count == expected.count)
        for (problem, beginning) in zip(found, expected) { #expect(problem.hasPrefix(beginning)) }
    }

    @Test func `a variable that merely begins alike is somebody else's`() {
        #expect(
            problems(environment: ["PORTAL_SERVICE_HOST": "10.0.0.1", "PORTAL_PORT_80_TCP": "x"]).isEmpty
        )
    }

    @Test(arguments: [
        "8080", "localhost", "example.com:80", "127.0.0.1:65536", "127.0.0.1:-1", ":80", "[::1]",
    ])
    func `what is no address to listen on is refused`(text: String) {
        #expect(ListenAddress(text) == nil)
    }

    @Test(arguments: [
        ("0.0.0.0:80", "http://127.0.0.1:80"), ("[::1]:8443", "http://[::1]:8443"),
        ("localhost:1", "http://127.0.0.1:1"),
    ])
    func `an address is shown as a browser takes it`(text: String, url: String) {
        #expect(ListenAddress(text)?.url(isSecure: false) == url)
    }

    @Test func `with a certificate the address is https`() throws {
        let configuration = try read(flags: ["tls-cert": "a", "tls-key": "b"])
        #expect(configuration.publicURL.isSecure)
    }
}
