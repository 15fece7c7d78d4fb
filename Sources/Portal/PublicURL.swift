import Registry
import Web

/// The address people reach this server at; every link to ourselves is built from it, never from a header.
struct PublicURL: Sendable {
    /// Without a final slash: `https://auth.example.com` or `http://127.0.0.1:8080/portal`.
    let text: String
    let isSecure: Bool

    /// Lower case, with the port where one is written.
    let host: String

    /// The path the server lives below; `/` for most.
    let root: Path

    /// Nil unless `text` is `http://` or `https://`, a host, perhaps a port and a path, and nothing else.
    init?(_ text: String) {
        guard let link = ExternalLink(text), link.host != nil else { return nil }
        let scheme = text.hasPrefix("https://") ? "https://" : "http://"
        guard text.hasPrefix(scheme), !text.contains(where: { "?#".contains($0) }) else { return nil }
        let rest = text.dropFirst(scheme.count).split(separator: "/", omittingEmptySubsequences: true)
        guard let authority = rest.first else { return nil }
        let path: Path = "/"
        isSecure = scheme == "https://"
        host = authority.lowercased()
        root = path.appending(segments: rest.dropFirst().map(String.init))
        self.text = scheme + rest.joined(separator: "/")
    }

    var isLoopback: Bool { PublicURL.isLoopback(host) }

    static func isLoopback(_ host: String) -> Bool {
        ["127.0.0.1", "[::1]", "localhost"].contains(withoutPort(host))
    }

    static func withoutPort(_ host: String) -> String {
        let afterBracket = host.utf8.lastIndex(of: UInt8(ascii: "]")) ?? host.startIndex
        guard let colon = host.utf8[afterBracket...].firstIndex(of: UInt8(ascii: ":")) else { return host }
        return String(host[..<colon])
    }

    /// The same server under a host name of a tenant's own.
    func issuer(atHost name: String) -> String {
        let port = host.dropFirst(PublicURL.withoutPort(host).count)
        return (isSecure ? "https://" : "http://") + name + port
    }

    /// The issuer of a tenant without a host of its own.
    func issuer(ofTenant name: String) -> String { "\(text)/t/\(name)" }

    /// Where a tenant's pages are for people: on its own host if it has one.
    ///
    /// A server that only this machine reaches is not found by a name that belongs to others.
    func address(of tenant: Tenant) -> String {
        let host = tenant.settings.hosts.first { !isLoopback || PublicURL.isLoopback($0) }
        return host.map(issuer(atHost:)) ?? issuer(ofTenant: tenant.name.text)
    }
}
