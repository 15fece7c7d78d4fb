import Registry
import Testing
import Web

@testable import Portal

@Suite("Looking up domains")
struct LookingUpDomains {
    @Test(arguments: ["1.1.1.1", "93.184.215.14", "2606:2800:21f:cb07::1", "2a00:1450::1", "::ffff:1.1.1.1"])
    func `a public address may be connected to`(text: String) throws {
        #expect(try #require(Address(text)).isPublic)
    }

    @Test(
        arguments: [
            "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.127.255.255", "127.0.0.1",
            "127.255.255.255", "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.8", "192.0.2.1",
            "192.88.99.1", "192.168.0.1", "198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.1",
            "224.0.0.1",
            "239.255.255.255", "240.0.0.1", "255.255.255.255", "::", "::1", "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::127.0.0.1", "64:ff9b::a00:1", "64:ff9b:1::1", "100::1", "2001::1", "2001:10::1", "2001:db8::1",
            "2002:a00:1::", "3fff::1", "5f00::1", "fc00::1", "fd12:3456::1", "fe80::1", "fec0::1", "ff02::1",
        ]
    )
    func `an address that is kept for something else may not`(text: String) throws {
        #expect(try !#require(Address(text)).isPublic)
    }

    @Test func `a name server is an IPv4 address, on port 53 unless another is named`() {
        #expect(Resolver.Server("192.0.2.53")?.port == 53)
        #expect(Resolver.Server("127.0.0.1:5353")?.port == 5353)
        for text in [
            "", "dns.example", "::1", "[::1]:53", "127.0.0.1:", "127.0.0.1:0", "127.0.0.1:65536", "1.2.3",
        ] {
            #expect(Resolver.Server(text) == nil)
        }
    }

    @Test func `hosts are pinned to the addresses that were looked at`() throws {
        let file = ProofFile(
            host: try #require(DomainName("app.example.com")),
            addresses: try ["1.1.1.1", "2606:4700::1111"].map { try #require(Address($0)) },
            authorities: nil
        )
        #expect(file.url == "https://app.example.com/.well-known/portal-verification.txt")
        #expect(file.pin == "app.example.com:443:1.1.1.1,[2606:4700::1111]")
    }
}
