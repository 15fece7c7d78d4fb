import CResolv
import Glibc
import Web

/// The operator's name server, asked one question at a time; it blocks for up to four seconds.
///
/// The only file that knows glibc's resolver. A name is asked about as it is: no search domains, no file of hosts.
struct Resolver: Sendable {
    enum Fault: Error { case noSuchName, noAnswer }

    /// Nil asks whom the system asks.
    var server: Server?

    /// An IPv4 address and a port: glibc takes no other from a program.
    struct Server: Sendable, Equatable {
        let address: String
        let port: UInt16

        /// Reads `192.0.2.53` or `127.0.0.1:5353`.
        init?(_ text: String) {
            let parts = text.split(separator: ":", omittingEmptySubsequences: false)
            guard parts.count <= 2, let first = parts.first, Self.bits(of: String(first)) != nil,
                let port = parts.count == 1 ? 53 : UInt16(parts[1]), port > 0
            else { return nil }
            address = String(first)
            self.port = port
        }

        fileprivate static func bits(of address: String) -> in_addr? {
            var bits = in_addr()
            return inet_pton(AF_INET, address, &bits) == 1 ? bits : nil
        }
    }

    /// The TXT records of a name; none where there are others.
    func texts(of name: String) throws(Fault) -> [String] {
        try records(of: name, type: CRESOLV_TEXT).map(Resolver.text)
    }

    /// Where a name leads to.
    func addresses(of name: String) throws(Fault) -> [Address] {
        let found = try records(of: name, type: CRESOLV_IPV4) + records(of: name, type: CRESOLV_IPV6)
        return found.compactMap(Resolver.address)
    }

    /// A TXT record in one piece (RFC 7208 §3.3).
    static func text(of record: [UInt8]) -> String {
        var (text, rest) = ([UInt8](), record[...])
        while let length = rest.popFirst() {
            text += rest.prefix(Int(length))
            rest = rest.dropFirst(Int(length))
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// What an A or AAAA record says; nil for another number of bytes.
    static func address(of record: [UInt8]) -> Address? {
        if record.count == 4 { return Address(record.map(String.init).joined(separator: ".")) }
        guard record.count == 16 else { return nil }
        let words = stride(from: 0, to: 16, by: 2).map { place in
            String(UInt16(record[place]) << 8 | UInt16(record[place + 1]), radix: 16)
        }
        return Address(words.joined(separator: ":"))
    }

    private func records(of name: String, type: Int) throws(Fault) -> [[UInt8]] {
        var (answer, problem) = ([UInt8](repeating: 0, count: 8192), Int32(0))
        let length = withServer { server, port in
            cresolv_ask(name, Int32(type), server, port, &answer, 8192, &problem)
        }
        guard length >= 0 else {
            if problem == Int32(CRESOLV_NO_RECORD) { return [] }
            throw problem == Int32(CRESOLV_NO_SUCH_NAME) ? .noSuchName : .noAnswer
        }
        return Resolver.records(in: answer, length, type: Int32(type))
    }

    private func withServer(_ ask: (UnsafePointer<in_addr>?, UInt16) -> Int32) -> Int32 {
        guard let server, let bits = Server.bits(of: server.address) else { return ask(nil, 0) }
        return withUnsafePointer(to: bits) { ask($0, server.port) }
    }

    static func records(in answer: [UInt8], _ length: Int32, type: Int32) -> [[UInt8]] {
        answer.withUnsafeBufferPointer { answer in
            var found: [[UInt8]] = []
            for place in 0..<Int32.max {
                var start: UnsafePointer<UInt8>?
                let size = cresolv_record(answer.baseAddress, length, place, type, &start)
                if size == -2 { break }
                if size >= 0 { found.append(Array(UnsafeBufferPointer(start: start, count: Int(size)))) }
            }
            return found
        }
    }
}
