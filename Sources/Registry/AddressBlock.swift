import Glibc

/// The network an address belongs to: an IPv4 /24 or an IPv6 /48, as one site's machines share it.
struct AddressBlock: Sendable, Hashable {
    let text: String

    /// What is no address of either kind stands for itself.
    init(of address: String) {
        var (four, six) = (in_addr(), in6_addr())
        if inet_pton(AF_INET, address, &four) == 1 {
            let parts = withUnsafeBytes(of: &four) { Array($0) }
            text = parts.prefix(3).map(String.init).joined(separator: ".") + ".0/24"
        } else if inet_pton(AF_INET6, address, &six) == 1 {
            let parts = withUnsafeBytes(of: &six) { Array($0) }
            let groups = stride(from: 0, to: 6, by: 2).map { place in
                String(Int(parts[place]) << 8 | Int(parts[place + 1]), radix: 16)
            }
            text = groups.joined(separator: ":") + "::/48"
        } else {
            text = address
        }
    }
}
