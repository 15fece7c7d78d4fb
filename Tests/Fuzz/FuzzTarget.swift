/// Something that reads what strangers send, and what holds whatever they send.
///
/// Fed by libFuzzer (`scripts/fuzz`), and with the kept seeds by every run of the tests.
package struct FuzzTarget: Sendable {
    package let name: String

    /// Reads the bytes; throws ``BrokenPromise`` when something does not hold.
    package let feed: @Sendable ([UInt8]) throws -> Void

    package static let all = web + registry + portal

    init(_ name: String, _ feed: @escaping @Sendable ([UInt8]) throws -> Void) {
        self.name = name
        self.feed = feed
    }

    /// For what reads text, which by then is made of Unicode scalars whatever was sent.
    init(_ name: String, text feed: @escaping @Sendable (String) throws -> Void) {
        self.init(name) { bytes in try feed(String(decoding: bytes, as: UTF8.self)) }
    }
}

package struct BrokenPromise: Error, CustomStringConvertible {
    package let description: String
}

func promise(_ sentence: String, _ holds: Bool) throws {
    guard holds else { throw BrokenPromise(description: sentence) }
}

/// What a reader makes of its input; nil where it refuses.
func readable<Value>(_ read: () throws -> Value) -> Value? {
    do { return try read() } catch { return nil }
}

extension String {
    var isPrintableASCII: Bool { utf8.allSatisfy { (0x21...0x7E).contains($0) } }

    func isMade(of bytes: [UInt8]) -> Bool { utf8.elementsEqual(bytes) }
}

extension [UInt8] {
    /// What stands before the first line feed, and what behind.
    var firstLineAndRest: (first: String, rest: [UInt8]) {
        let end = firstIndex(of: UInt8(ascii: "\n")) ?? endIndex
        return (String(decoding: self[..<end], as: UTF8.self), Array(self[end...].dropFirst()))
    }
}
