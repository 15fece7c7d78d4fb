import FoundationEssentials
import Testing

@testable import Registry

@Suite("Writing what is signed (RFC 8785)")
struct WritingWhatIsSigned {
    /// One of each member, change and place, with what JSON has to escape.
    private static let shown = [
        #"{"already_allowed":[\#(permission("read", "no", "Lesen \\\"alles\\\""))],"application":"Acme\tRentals","#,
        #""asked":[\#(permission("write", "unticked", "Ändern / löschen"))],"asks_for_more":true,"#,
        #""changes":[{"name":{"was":"Acme \\ Söhne"}},"#,
        #"{"publisher":{"was":{"is_verified":false,"name":"acme.example"}}},"#,
        #"{"logo":{}},{"returns_to":{"was":"old.example"}},{"addresses":{}}],"client":"harbour_app_x","#,
        #""company":"Acme","connected_for":"Northfield","connected_since":"2026-01-02T03:04:05Z","#,
        #""destination":"this_computer","ends_at":"2027-01-02T03:04:05Z","language":"de","logo":"ab12","#,
        #""manual_request":"R-1","place":{"proved":{"domain":"acme.example"}},"provider":"Harbourline","#,
        #""publisher":{"is_verified":true,"name":"Acme"},"registered_on":"2025-12-31T23:59:59Z","#,
        #""returns_to":"acme.example","revision":3,"#,
        #""will_not_be_able":[{"language":"he","text":"למחוק\u0001"}]}"#,
    ].joined()

    private static func permission(_ scope: String, _ choice: String, _ sentence: String) -> String {
        #"{"choice":"\#(choice)","detail":{"language":"en","text":""},"group":"view","kind":"read","#
            + #""scope":"\#(scope)","sentence":{"language":"de","text":"\#(sentence)"}}"#
    }

    private func sorted(_ text: String) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let read = try JSONDecoder().decode(AnyJSON.self, from: Data(text.utf8))
        return String(decoding: try encoder.encode(read), as: UTF8.self)
    }

    private func text(of json: JSON) -> String { String(decoding: json.bytes, as: UTF8.self) }

    @Test func `what was shown has one text, from which it is read again`() throws {
        let disclosure: Disclosure = try value(ofCanonicalText: WritingWhatIsSigned.shown)
        #expect(text(of: disclosure.json) == WritingWhatIsSigned.shown)
        #expect(try sorted(WritingWhatIsSigned.shown) == WritingWhatIsSigned.shown)
    }

    @Test func `what is not there is left out`() throws {
        let left = [
            #""connected_for":"Northfield","connected_since":"2026-01-02T03:04:05Z","#,
            #""ends_at":"2027-01-02T03:04:05Z","#, #""logo":"ab12","#, #""manual_request":"R-1","#,
            #""place":{"proved":{"domain":"acme.example"}},"#,
        ]
        let shown = left.reduce(WritingWhatIsSigned.shown) { $0.replacing($1, with: "") }
        let disclosure: Disclosure = try value(ofCanonicalText: shown)
        #expect(text(of: disclosure.json) == shown)
    }

    @Test(arguments: [#""ends_at":"2027-01-02T03:04:05Z","#, ""])
    func `a receipt has one text around that`(end: String) throws {
        let receipt =
            #"{"allowed":["read"],"connection":"gr_1","customer":{"account":"acc_1","email":"kim@x.example","#
            + #""organisation":"A \"B\" C"},"# + end
            + #""given_at":"2026-11-29T03:04:05Z","id":"rc_1","left_out":["write"],"#
            + #""shown":\#(WritingWhatIsSigned.shown),"tenant":"harbour","version":2}"#
        let read: ConsentReceipt = try value(ofCanonicalText: receipt)
        #expect(text(of: read.json) == receipt)
        #expect(try sorted(receipt) == receipt)
    }
}

/// What a text of JSON says, whoever wrote it.
private enum AnyJSON: Codable {
    case text(String)
    case bool(Bool)
    case number(Int)
    case list([AnyJSON])
    case object([String: AnyJSON])

    init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        if let text = try? value.decode(String.self) {
            self = .text(text)
        } else if let bool = try? value.decode(Bool.self) {
            self = .bool(bool)
        } else if let number = try? value.decode(Int.self) {
            self = .number(number)
        } else if let list = try? value.decode([AnyJSON].self) {
            self = .list(list)
        } else {
            self = .object(try value.decode([String: AnyJSON].self))
        }
    }

    func encode(to encoder: any Encoder) throws {
        var value = encoder.singleValueContainer()
        switch self {
        case .text(let text): try value.encode(text)
        case .bool(let bool): try value.encode(bool)
        case .number(let number): try value.encode(number)
        case .list(let list): try value.encode(list)
        case .object(let members): try value.encode(members)
        }
    }
}
