import FoundationEssentials
import Registry
import Web

@testable import Portal

extension FuzzTarget {
    static let portal = [
        FuzzTarget("basic-header") { bytes in
            let (header, rest) = bytes.firstLineAndRest
            let fields = readable { try Form.urlEncoded(rest[...]) } ?? []
            let rules = WireProfile.ClientAuthenticationRules()
            let sent = Parameters(fields)
            guard let proof = readable({ try ClientAuthentication([header], sent, rules) }) else { return }
            let named = readable { try sent.optional("client_id") } ?? nil
            try promise("one request is one client", named == nil || named == proof.id)
        },
        FuzzTarget(
            "json-writer",
            text: { text in
                let written = JSON.object([
                    ("list", .list([.number(1), .bool(true)])), ("text", .text(text)),
                ])
                let ours = try JSON5(written.bytes).text(at: "text")
                try promise("it reads as it was", ours.map { $0.isByteForByte(text) } ?? false)
                let members = try JSONDecoder().decode(JustText.self, from: Data(written.bytes))
                try promise("to others as well", members.text.isByteForByte(text))
            }
        ),
        FuzzTarget("json5") { bytes in _ = readable { try JSON5(bytes) } },
        FuzzTarget("tenant-file") { bytes in
            _ = TenantFile.logoPath(in: bytes)
            _ = readable { try TenantFile(bytes, called: "tenant.json5") }
        },
        FuzzTarget(
            "pasted-request",
            text: { text in
                guard let request = readable({ try PastedRequest(text) }) else { return }
                try promise("its target is no address", request.address.target.hasPrefix("/"))
            }
        ),
        FuzzTarget(
            "csv-cell",
            text: { text in
                let cell = AuditFormat.cell(text)
                let inside = Array(cell.utf8.dropFirst().dropLast())
                try promise("it computes nothing", inside.first.map { !"=+-@\t\r".utf8.contains($0) } ?? true)
                let quotes = inside.split(omittingEmptySubsequences: true) { $0 != UInt8(ascii: "\"") }
                try promise("it ends where it ends", quotes.allSatisfy { $0.count % 2 == 0 })
            }
        ),
        FuzzTarget(
            "languages",
            text: { text in
                for separator: Character in [",", " "] { _ = Language(firstOf: text, separatedBy: separator) }
            }
        ),
        FuzzTarget(
            "mail-header",
            text: { text in
                for isName in [false, true] {
                    let header = MIMEMessage.header(text, isName: isName).replacing("\r\n ", with: "")
                    try promise("it is one header", header.utf8.allSatisfy { (0x20...0x7E).contains($0) })
                }
            }
        ),
        FuzzTarget(
            "mail-body",
            text: { text in
                for line in MIMEMessage.quotedPrintable(text).utf8.split(separator: 0x0A) {
                    let written = line.last == 0x0D ? line.dropLast() : line
                    try promise("lines are short (RFC 2045 §6.7)", written.count <= 76)
                    try promise(
                        "lines are plain",
                        written.allSatisfy { $0 == 0x09 || (0x20...0x7E).contains($0) }
                    )
                }
            }
        ),
        FuzzTarget("dns-answer") { bytes in
            for type: Int32 in [1, 16, 28] {
                for record in Resolver.records(in: bytes, Int32(bytes.count), type: type) {
                    try promise("a record is within the answer", record.count <= bytes.count)
                    _ = Resolver.text(of: record)
                    _ = Resolver.address(of: record)
                }
            }
        },
    ]
}

private struct JustText: Decodable {
    let text: String
}

extension JSON5 {
    fileprivate func text(at name: String) -> String? {
        guard case .object(let members) = content,
            case .string(let text)? = members.first(where: { $0.name == name })?.value.content
        else { return nil }
        return text
    }
}
