/// The shape of a path, such as `/applications/{application}/secrets`.
package struct PathPattern: ExpressibleByStringLiteral, Sendable, CustomStringConvertible {
    enum Segment: Sendable, Equatable {
        case literal(String)
        case parameter(String)
    }

    package let description: String
    let segments: [Segment]

    /// Segments stand as they are after decoding; one in braces stands for any and is called that.
    package init(_ text: String) {
        description = text
        let pieces = text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        let parts = pieces.dropFirst().map { String(Substring($0)) }
        segments =
            parts == [""]
            ? []
            : parts.map { part in
                let isParameter = part.utf8.count > 2 && part.hasPrefix("{") && part.hasSuffix("}")
                return isParameter ? .parameter(String(part.dropFirst().dropLast())) : .literal(part)
            }
    }

    package init(stringLiteral text: String) { self.init(text) }
}

/// Which of some routes is meant by a method and path, looked up segment by segment.
///
/// A literal segment wins over a parameter; if it leads nowhere, the parameter is tried.
package struct RouteTable: Sendable {
    package enum Match {
        /// Its place in the list the table was made of, and what stands where its pattern has braces.
        case found(Int, [String: String])

        /// The path is known, under these methods only.
        case methodNotAllowed(allow: [Method])
        case notFound
    }

    private struct Entry {
        let place: Int
        let names: [String]
    }

    private struct Node {
        /// Few, so that comparing their bytes finds one sooner than hashing.
        var literals: [(text: String, next: Int)] = []
        var parameter: Int?
        var entries: [Method: Entry] = [:]

        func next(_ segment: String) -> Int? { literals.first { $0.text.isByteForByte(segment) }?.next }
    }

    private var nodes = [Node()]

    /// A later entry with the method and shape of an earlier one is never reached.
    package init(_ routes: [(method: Method, pattern: PathPattern)]) {
        for (place, (method, pattern)) in routes.enumerated() {
            let node = node(for: pattern)
            guard nodes[node].entries[method] == nil else { continue }
            let names = pattern.segments.compactMap { segment in
                if case .parameter(let name) = segment { name } else { nil }
            }
            nodes[node].entries[method] = Entry(place: place, names: names)
        }
    }

    private mutating func node(for pattern: PathPattern) -> Int {
        var place = 0
        for segment in pattern.segments {
            let next: Int?
            switch segment {
            case .literal(let text): next = nodes[place].next(text)
            case .parameter: next = nodes[place].parameter
            }
            let following = next ?? nodes.count
            if next == nil { nodes.append(Node()) }
            switch segment {
            case .literal(let text): if next == nil { nodes[place].literals.append((text, following)) }
            case .parameter: nodes[place].parameter = following
            }
            place = following
        }
        return place
    }

    /// Finds what answers; `HEAD` is answered by `GET` where nothing else does.
    package func match(_ method: Method, _ path: ArraySlice<String>) -> Match {
        var values: [String] = []
        guard let node = find(path, from: 0, &values) else { return .notFound }
        let entries = nodes[node].entries
        guard let entry = entries[method] ?? (method == .head ? entries[.get] : nil) else {
            return .methodNotAllowed(allow: allowed(entries))
        }
        guard !values.isEmpty else { return .found(entry.place, [:]) }
        return .found(entry.place, Dictionary(zip(entry.names, values)) { first, _ in first })
    }

    private func allowed(_ entries: [Method: Entry]) -> [Method] {
        Method.allCases.filter { entries[$0] != nil || ($0 == .head && entries[.get] != nil) }
    }

    /// Walks to the node of a path that has entries; as deep as the deepest pattern at most.
    private func find(_ path: ArraySlice<String>, from place: Int, _ values: inout [String]) -> Int? {
        guard let segment = path.first else { return nodes[place].entries.isEmpty ? nil : place }
        let rest = path.dropFirst()
        if let next = nodes[place].next(segment), let found = find(rest, from: next, &values) { return found }
        guard let next = nodes[place].parameter, !segment.isEmpty else { return nil }
        values.append(segment)
        if let found = find(rest, from: next, &values) { return found }
        values.removeLast()
        return nil
    }
}
