import Glibc

/// An IP address; IPv4 is kept as IPv4-mapped IPv6, so that both compare alike.
package struct Address: Hashable, Sendable, CustomStringConvertible {
    let bits: UInt128

    private static let mapped: UInt128 = 0xFFFF << 32

    var isIPv4: Bool { bits >> 32 == 0xFFFF }

    /// Reads the usual notation, `192.0.2.1` or `2001:db8::1`, without port or brackets.
    package init?(_ text: String) {
        // inet_pton reads no further than a NUL.
        guard !text.utf8.contains(0) else { return nil }
        var four = in_addr()
        var six = in6_addr()
        if inet_pton(AF_INET, text, &four) == 1 {
            self.init(four)
        } else if inet_pton(AF_INET6, text, &six) == 1 {
            self.init(six)
        } else {
            return nil
        }
    }

    init(_ address: in_addr) {
        bits = Self.mapped | UInt128(UInt32(bigEndian: address.s_addr))
    }

    init(_ address: in6_addr) {
        bits = withUnsafeBytes(of: address) { $0.reduce(0) { $0 << 8 | UInt128($1) } }
    }

    /// What counts as one client: an IPv4 address, an IPv6 /64, as whoever has one address of that has them all.
    var neighbourhood: Address { isIPv4 ? self : Address(bits: bits & ~0xFFFF_FFFF_FFFF_FFFF) }

    private init(bits: UInt128) { self.bits = bits }

    package var description: String {
        if isIPv4 {
            return (0..<4).map { String(UInt8(truncatingIfNeeded: bits >> (24 - 8 * $0))) }
                .joined(separator: ".")
        }
        var address = in6_addr()
        withUnsafeMutableBytes(of: &address) { bytes in
            for index in bytes.indices { bytes[index] = UInt8(truncatingIfNeeded: bits >> (120 - 8 * index)) }
        }
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(INET6_ADDRSTRLEN)) { text in
            guard let start = text.baseAddress else { return "" }
            let written = inet_ntop(AF_INET6, &address, start, socklen_t(text.count))
            return written.map { String(cString: $0) } ?? ""
        }
    }
}

/// A block of addresses in CIDR notation, such as `10.0.0.0/8` or `::1`.
package struct AddressRange: Sendable, Equatable {
    private let base: Address
    private let mask: UInt128

    package init?(_ text: String) {
        let parts = text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        guard let first = parts.first, parts.count <= 2, let base = Address(String(Substring(first))) else {
            return nil
        }
        let width = base.isIPv4 ? 32 : 128
        var length = width
        if parts.count == 2 {
            let digits = Substring(parts[1])
            guard digits.utf8.allSatisfy({ (48...57).contains($0) }), let given = Int(digits) else {
                return nil
            }
            length = given
        }
        guard (0...width).contains(length) else { return nil }
        self.base = base
        mask = width == length ? .max : ~(UInt128.max >> UInt128(128 - width + length))
    }

    package func contains(_ address: Address) -> Bool {
        address.bits & mask == base.bits & mask
    }
}

/// Who may say on whose behalf a request comes, and what they said.
///
/// The client is the rightmost address that is not a trusted proxy: everything left of it was written
/// by the client itself. Of two kinds of header each says what the other leaves open, for one of them may have come
/// through unfiltered; for the same reason two that disagree are refused.
struct TrustedProxies: Sendable {
    let ranges: [AddressRange]

    struct Client: Equatable, Sendable {
        var address: String
        var isSecure: Bool?
    }

    func trusts(_ address: Address) -> Bool {
        ranges.contains { $0.contains(address) }
    }

    /// Finds the client behind `peer`, which the caller has found to be trusted.
    func client(behind peer: Client, _ headers: Headers) throws(EdgeRefusal) -> Client {
        guard Self.proxyHeader(in: headers) != nil else { return peer }
        let forwarded = headers.all("forwarded")
        let addresses = headers.all("x-forwarded-for")
        let protocols = headers.all("x-forwarded-proto")
        let usual = try fromUsualHeaders(addresses, protocols)
        guard !forwarded.isEmpty else { return usual.client(insteadOf: peer) }
        let standard = try fromStandardHeader(forwarded)
        guard let whole = standard.completed(by: usual) else { throw .proxyHeaders }
        return whole.client(insteadOf: peer)
    }

    private static let headerNames = ["forwarded", "x-forwarded-for", "x-forwarded-proto"]

    /// The first of the headers in which proxies speak, if there is any.
    static func proxyHeader(in headers: Headers) -> String? {
        for field in headers.fields {
            if let name = headerNames.first(where: { headers.isNamed(field, $0) }) { return name }
        }
        return nil
    }

    /// What one kind of header said; nil where it said nothing.
    private struct Report {
        var address: String?
        var isSecure: Bool?

        func client(insteadOf peer: Client) -> Client {
            Client(address: address ?? peer.address, isSecure: isSecure ?? peer.isSecure)
        }

        /// What both said together; nil where they disagree.
        func completed(by other: Report) -> Report? {
            let whole = Report(
                address: address ?? other.address,
                isSecure: isSecure ?? other.isSecure
            )
            let sameAddress = other.address == nil || other.address == whole.address
            let sameScheme = other.isSecure == nil || other.isSecure == whole.isSecure
            return sameAddress && sameScheme ? whole : nil
        }
    }

    private func fromUsualHeaders(
        _ addresses: [String],
        _ protocols: [String]
    ) throws(EdgeRefusal) -> Report {
        let hops = addresses.flatMap { pieces(Array($0.utf8)[...], at: UInt8(ascii: ",")) }
        let schemes = protocols.flatMap { pieces(Array($0.utf8)[...], at: UInt8(ascii: ",")) }
        let chosen = clientIndex(hops.map(address))
        var report = Report(address: chosen.flatMap { address(hops[$0]) }?.description)
        if schemes.count == hops.count, let chosen {
            report.isSecure = isHTTPS(schemes[chosen])
        } else if let last = schemes.last {
            report.isSecure = isHTTPS(last)
        }
        return report
    }

    /// Reads `Forwarded` (RFC 7239 §4): elements apart by commas, pairs by semicolons.
    private func fromStandardHeader(_ values: [String]) throws(EdgeRefusal) -> Report {
        var hops: [(address: Address?, isSecure: Bool?)] = []
        for element in values.flatMap({ pieces(Array($0.utf8)[...], at: UInt8(ascii: ",")) }) {
            var hop: (address: Address?, isSecure: Bool?) = (nil, nil)
            for pair in pieces(element, at: UInt8(ascii: ";")) {
                guard let equals = pair.firstIndex(of: UInt8(ascii: "=")) else { throw .proxyHeaders }
                let value = unquoted(pair[(equals + 1)...])
                switch String(decoding: pair[..<equals], as: UTF8.self).lowercased() {
                case "for": hop.address = address(value)
                case "proto": hop.isSecure = isHTTPS(value)
                default: continue
                }
            }
            hops.append(hop)
        }
        guard let chosen = clientIndex(hops.map(\.address)) else {
            return Report(address: nil, isSecure: hops.last?.isSecure)
        }
        return Report(address: hops[chosen].address?.description, isSecure: hops[chosen].isSecure)
    }

    /// The rightmost hop we do not trust, else the leftmost known one.
    ///
    /// A hop that is no address (`unknown`, `_hidden`) ends the search: the client is whoever reported it.
    private func clientIndex(_ hops: [Address?]) -> Int? {
        var chosen: Int?
        for index in hops.indices.reversed() {
            guard let address = hops[index] else { return chosen }
            chosen = index
            guard trusts(address) else { return chosen }
        }
        return chosen
    }

    /// Splits at `separator` outside quotes and cuts the blanks off; empty pieces are dropped.
    private func pieces(_ bytes: ArraySlice<UInt8>, at separator: UInt8) -> [ArraySlice<UInt8>] {
        var isQuoted = false
        let parts = bytes.split { byte in
            if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
            return byte == separator && !isQuoted
        }
        return parts.map(withoutBlanks).filter { !$0.isEmpty }
    }

    private func unquoted(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let isQuoted =
            bytes.count >= 2 && bytes.first == UInt8(ascii: "\"") && bytes.last == UInt8(ascii: "\"")
        return isQuoted ? bytes.dropFirst().dropLast() : bytes
    }

    /// Reads an address with or without port: `192.0.2.1:80`, `[2001:db8::1]:80`, `2001:db8::1`.
    private func address(_ bytes: ArraySlice<UInt8>) -> Address? {
        var name = bytes
        if bytes.first == UInt8(ascii: "[") {
            guard let closing = bytes.firstIndex(of: UInt8(ascii: "]")) else { return nil }
            name = bytes[..<closing].dropFirst()
        } else if let colon = bytes.firstIndex(of: UInt8(ascii: ":")), bytes.lastIndex(of: 58) == colon {
            name = bytes[..<colon]
        }
        return Address(String(decoding: name, as: UTF8.self))
    }

    private func isHTTPS(_ bytes: ArraySlice<UInt8>) -> Bool {
        String(decoding: bytes, as: UTF8.self).lowercased() == "https"
    }
}

/// Cuts spaces and tabs off both ends.
func withoutBlanks(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    let isBlank = { (byte: UInt8) in byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
    guard let first = bytes.firstIndex(where: { !isBlank($0) }) else { return [] }
    guard let last = bytes.lastIndex(where: { !isBlank($0) }) else { return [] }
    return bytes[first...last]
}
