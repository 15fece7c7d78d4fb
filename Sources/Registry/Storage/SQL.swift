package import FoundationEssentials

/// One SQL statement, its values kept apart from its text.
///
/// A value can only enter as a binding, so an injectable query cannot be written:
///
///     "SELECT * FROM applications WHERE client_id = \(clientID)"
///
/// The text consists of `StaticString`s, which only a literal in the source can make. They are also
/// why a statement that was prepared before is found by comparing a few addresses.
package struct SQL: Sendable, ExpressibleByStringInterpolation {
    enum Piece: Sendable {
        case text(StaticString)
        case value(Value)
    }

    let pieces: [Piece]

    package init(stringLiteral text: StaticString) { pieces = [.text(text)] }
    package init(stringInterpolation: StringInterpolation) { pieces = stringInterpolation.pieces }
    private init(pieces: [Piece]) { self.pieces = pieces }

    package struct StringInterpolation: StringInterpolationProtocol, Sendable {
        fileprivate var pieces: [Piece] = []

        package init(literalCapacity: Int, interpolationCount: Int) {
            pieces.reserveCapacity(2 * interpolationCount + 1)
        }

        package mutating func appendLiteral(_ text: StaticString) { pieces.append(.text(text)) }

        package mutating func appendInterpolation(_ value: some Bindable) {
            pieces.append(.value(value.binding))
        }

        /// Only so that the compiler does not warn of an optional value in a text.
        package mutating func appendInterpolation<Present: Bindable>(_ value: Present?) {
            pieces.append(.value(value.binding))
        }

        /// A table or a column, which stands in the source like the rest of the text.
        package mutating func appendInterpolation(_ name: SchemaName) { pieces.append(.text(name.text)) }
    }

    /// Joins two pieces of one statement.
    package static func + (first: SQL, second: SQL) -> SQL { SQL(pieces: first.pieces + second.pieces) }

    /// Values between commas, for `IN (…)` and `VALUES (…)`.
    package static func list(_ values: [some Bindable]) -> SQL {
        SQL(pieces: Array(values.map { [.value($0.binding)] }.joined(separator: [.text(", ")])))
    }

    /// Names between commas, for the columns of a statement.
    package static func list(_ names: [SchemaName]) -> SQL {
        SQL(pieces: Array(names.map { [.text($0.text)] }.joined(separator: [.text(", ")])))
    }

    /// Further parts of a statement between commas.
    package static func list(_ parts: [SQL]) -> SQL {
        SQL(pieces: Array(parts.map(\.pieces).joined(separator: [.text(", ")])))
    }
}

/// The name of a table or a column, which only a literal in the source can be.
package struct SchemaName: Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
    fileprivate let text: StaticString

    package init(stringLiteral text: StaticString) { self.text = text }
    package var description: String { text.description }
}

extension SQL {
    /// What a database prepares: `$1` to `$n` where the values stand, numbered as they come.
    package var text: String {
        var text = ""
        var number = 0
        for piece in pieces {
            switch piece {
            case .text(let literal):
                text += literal.description
            case .value:
                number += 1
                text += "$\(number)"
            }
        }
        return text
    }

    /// Recognises a statement prepared before: the same literals in the same order, whatever the values.
    struct Shape: Hashable, Sendable {
        private let pieces: [Piece]

        /// The shape of a statement, for looking up; it still holds the values.
        init(of sql: SQL) { pieces = sql.pieces }

        /// The same shape without the values, for keeping.
        var emptied: Shape {
            let hollow = pieces.map { piece in
                if case .value = piece { Piece.value(.null) } else { piece }
            }
            return Shape(of: SQL(pieces: hollow))
        }

        static func == (one: Shape, other: Shape) -> Bool {
            one.pieces.count == other.pieces.count
                && one.pieces.indices.allSatisfy { one.pieces[$0].identity == other.pieces[$0].identity }
        }

        /// Where it begins and how long it is tells nearly all of them apart; the rest is compared.
        func hash(into hasher: inout Hasher) {
            hasher.combine(pieces.first?.identity)
            hasher.combine(pieces.count)
        }
    }
}

extension SQL.Piece {
    /// Where a literal lies in the program, which is as good as what it says; 0 for a value.
    fileprivate var identity: UInt {
        guard case .text(let literal) = self else { return 0 }
        return literal.hasPointerRepresentation
            ? UInt(bitPattern: literal.utf8Start) : UInt(literal.unicodeScalar.value)
    }
}

/// What a column can hold.
package enum Value: Sendable, Hashable {
    case null
    case integer(Int64)
    case text(String)
    case blob([UInt8])
}

/// Something that can be a value in a statement.
package protocol Bindable {
    var binding: Value { get }
}

extension String: Bindable {
    package var binding: Value { .text(self) }
}

extension Int: Bindable {
    package var binding: Value { .integer(Int64(self)) }
}

extension Int64: Bindable {
    package var binding: Value { .integer(self) }
}

extension Bool: Bindable {
    package var binding: Value { .integer(self ? 1 : 0) }
}

extension Date: Bindable {
    /// Whole milliseconds since 1970; a time beyond what 64 bits hold becomes the last they do.
    package var binding: Value {
        let milliseconds = (timeIntervalSince1970 * 1000).rounded()
        return .integer(Int64(exactly: milliseconds) ?? (milliseconds < 0 ? .min : .max))
    }
}

extension [UInt8]: Bindable {
    package var binding: Value { .blob(self) }
}

extension Value: Bindable {
    package var binding: Value { self }
}

extension Optional: Bindable where Wrapped: Bindable {
    package var binding: Value { self?.binding ?? .null }
}
