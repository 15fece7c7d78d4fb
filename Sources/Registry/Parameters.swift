/// The parameters of a request as they came: names with every value received.
package struct Parameters: Sendable {
    private let received: [(name: String, value: String)]

    package init(_ received: [(name: String, value: String)]) { self.received = received }

    package var count: Int { received.count }

    /// The same, with each name and value once.
    package var withoutEqualRepetitions: Parameters {
        var kept: [(name: String, value: String)] = []
        for (name, value) in received {
            let isThere = kept.contains { $0.name.isByteForByte(name) && $0.value.isByteForByte(value) }
            if !isThere { kept.append((name, value)) }
        }
        return Parameters(kept)
    }

    /// The same, with `value` where `name` was not sent at all, or empty.
    package func completed(_ name: String, with value: String?) -> Parameters {
        let sent = received.filter { $0.name.isByteForByte(name) }
        guard let value, sent.count <= 1, sent.first?.value.isEmpty ?? true else { return self }
        return Parameters(received.filter { !$0.name.isByteForByte(name) } + [(name, value)])
    }

    /// The value, or nil when it is absent; an empty one counts as absent (RFC 6749 §3.1).
    package func optional(_ name: String) throws(ParameterRefusal) -> String? {
        var found: String?
        for place in received.indices where received[place].name.isByteForByte(name) {
            guard found == nil else { throw .repeated(name) }
            found = received[place].value
        }
        return found.flatMap { $0.isEmpty ? nil : $0 }
    }

    /// What was sent first by that name; nil where that is nothing.
    package func first(_ name: String) -> String? {
        received.first { $0.name.isByteForByte(name) }.flatMap { $0.value.isEmpty ? nil : $0.value }
    }

    /// What was sent under the names that `isWanted` picks, as it came.
    package func pairs(_ isWanted: (String) -> Bool) -> [(name: String, value: String)] {
        received.filter { isWanted($0.name) }
    }

    package func required(_ name: String) throws(ParameterRefusal) -> String {
        guard let value = try optional(name) else { throw .missing(name) }
        return value
    }
}

package enum ParameterRefusal: Error, Equatable, Sendable {
    case missing(String)
    case repeated(String)

    /// What the developer of the client reads.
    package var explanation: String {
        switch self {
        case .missing(let name): "The parameter \(name) is missing"
        case .repeated(let name): "The parameter \(name) was sent more than once"
        }
    }
}
