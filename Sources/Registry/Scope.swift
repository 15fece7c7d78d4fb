/// The name of one permission (RFC 6749 §3.3).
package struct Scope: Hashable, Sendable, Codable, Comparable, CustomStringConvertible {
    package let text: String

    /// Nil unless `text` is a scope-token: 1 to 64 of `%x21 / %x23-5B / %x5D-7E`.
    package init?(_ text: String) {
        guard (1...64).contains(text.utf8.count), text.utf8.allSatisfy(Scope.isTokenByte) else { return nil }
        self.text = text
    }

    private static func isTokenByte(_ byte: UInt8) -> Bool {
        byte == 0x21 || (0x23...0x5B).contains(byte) || (0x5D...0x7E).contains(byte)
    }

    package var description: String { text }
    package static func < (left: Scope, right: Scope) -> Bool { left.text < right.text }
}

/// Scopes in the order they were named, each once.
package struct ScopeSet: Sendable, Hashable, Bindable {
    package let names: [Scope]

    package init(_ names: [Scope] = []) {
        guard names.count > 1 else {
            self.names = names
            return
        }
        var seen = Set<Scope>(minimumCapacity: names.count)
        self.names = names.filter { seen.insert($0).inserted }
    }

    /// Of names of which each is there once already.
    private init(unique names: [Scope]) { self.names = names }

    /// Reads the space-separated form of the wire and of our own rows; nil when a word is not a scope-token, or
    /// blanks are all there is.
    package init?(wire text: String) {
        var names: [Scope] = []
        for word in text.utf8.split(separator: UInt8(ascii: " ")) {
            guard let name = Scope(String(decoding: word, as: UTF8.self)) else { return nil }
            names.append(name)
        }
        if names.isEmpty, !text.isEmpty { return nil }
        self.init(names)
    }

    package var wire: String { names.map(\.text).joined(separator: " ") }
    package var isEmpty: Bool { names.isEmpty }
    package func contains(_ name: Scope) -> Bool { names.contains(name) }
    package func isSubset(of other: ScopeSet) -> Bool { names.allSatisfy(other.contains) }
    package func subtracting(_ other: ScopeSet) -> ScopeSet {
        ScopeSet(unique: names.filter { !other.contains($0) })
    }
    package func intersection(_ other: ScopeSet) -> ScopeSet {
        ScopeSet(unique: names.filter(other.contains))
    }
    package func union(_ other: ScopeSet) -> ScopeSet { ScopeSet(names + other.names) }

    package var binding: Value { wire.binding }
}
