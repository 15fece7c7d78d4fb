import Web

extension Address {
    /// Whether it belongs to the public internet, by the registries of special addresses (RFC 6890).
    ///
    /// An IPv4 address that is written as an IPv6 one is judged as the IPv4 address.
    var isPublic: Bool {
        Self.given.contains { $0.contains(self) } && !Self.special.contains { $0.contains(self) }
    }

    private static let given = ["0.0.0.0/0", "2000::/3"].compactMap { AddressRange($0) }
    private static let special = [
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
        "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4", "2001::/23", "2001:db8::/32", "2002::/16",
        "3fff::/20",
    ].compactMap { AddressRange($0) }
}
