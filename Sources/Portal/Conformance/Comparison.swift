import Registry

/// An answer held against what was promised: the differences, and what stood in the open places.
struct Comparison {
    private let values: [String: String]
    private let forms: [String: String]
    private(set) var differences: [String] = []
    private(set) var captures: [String: String] = [:]

    /// Throws ``CommandFailure`` for an expectation that cannot be understood.
    init(
        _ answer: HTTPAnswer,
        with expected: Transcript.Expectation,
        values: [String: String],
        forms: [String: String]
    ) throws(CommandFailure) {
        (self.values, self.forms) = (values, forms)
        if answer.status != expected.status {
            differences.append("status: \(expected.status) was expected, \(answer.status) came")
        }
        for (name, patterns) in expected.headers {
            try compare(answer.all(name), with: patterns, named: name)
        }
        if let body = expected.body { try compare(answer.text, with: body, at: "body") }
        if let json = expected.json { try compare(answer.body, with: json) }
        for wanted in expected.contains {
            let wanted = try Pattern(wanted, values: values).text
            if !answer.text.contains(wanted) { differences.append("body: “\(wanted)” should stand in it") }
        }
    }

    private mutating func compare(
        _ came: [String],
        with patterns: [String],
        named name: String
    ) throws(CommandFailure) {
        guard came.count == patterns.count else {
            let wanted = patterns.isEmpty ? "no such header" : "\(patterns.count) of it"
            let shown = came.isEmpty ? "none" : came.joined(separator: " | ")
            return differences.append("header \(name): \(wanted) was expected, \(shown) came")
        }
        for (text, pattern) in zip(came, patterns) { try compare(text, with: pattern, at: "header \(name)") }
    }

    private mutating func compare(
        _ came: String,
        with pattern: String,
        at place: String
    ) throws(CommandFailure) {
        let pattern = try Pattern(pattern, values: values.merging(captures) { $1 }, forms: forms)
        if let found = try pattern.match(came) {
            captures.merge(found) { $1 }
        } else {
            differences.append("\(place): “\(pattern.text)” was expected, “\(came)” came")
        }
    }

    // MARK: JSON

    private mutating func compare(_ body: [UInt8], with expected: JSON5) throws(CommandFailure) {
        let came: JSON5
        do throws(JSON5Problem) {
            came = try JSON5(body)
        } catch {
            return differences.append("body: JSON was expected; at \(error.place) \(error.message)")
        }
        try compare(came, with: expected, at: "body")
    }

    private mutating func compare(
        _ came: JSON5,
        with expected: JSON5,
        at place: String
    ) throws(CommandFailure) {
        switch (expected.content, came.content) {
        case (.object(let wanted), .object(let members)):
            let (names, order) = (members.map(\.name), wanted.map(\.name))
            guard names == order else {
                let (names, order) = (names.joined(separator: ", "), order.joined(separator: ", "))
                return differences.append("\(place): the keys \(order) were expected, \(names) came")
            }
            for (member, wanted) in zip(members, wanted) {
                try compare(member.value, with: wanted.value, at: "\(place).\(member.name)")
            }
        case (.array(let wanted), .array(let items)):
            guard wanted.count == items.count else {
                return differences.append(
                    "\(place): \(wanted.count) items were expected, \(items.count) came"
                )
            }
            for (number, (item, wanted)) in zip(items, wanted).enumerated() {
                try compare(item, with: wanted, at: "\(place)[\(number)]")
            }
        case (.string(let pattern), .string(let text)):
            try compare(text, with: pattern, at: place)
        case (.string(let range), .number(let number)) where Comparison.bounds(range) != nil:
            if Int(exactly: number).map({ Comparison.bounds(range)?.contains($0) == true }) != true {
                differences.append("\(place): \(range) was expected, \(JSON5.written(number)) came")
            }
        default:
            if expected.written != came.written {
                differences.append("\(place): \(expected.written) was expected, \(came.written) came")
            }
        }
    }

    /// `<3590..3600>`: a whole number between these two.
    private static func bounds(_ text: String) -> ClosedRange<Int>? {
        guard text.hasPrefix("<"), text.hasSuffix(">") else { return nil }
        let ends = text.dropFirst().dropLast().split(separator: "..").compactMap { Int($0) }
        guard let low = ends.first, let high = ends.last, ends.count == 2, low <= high else { return nil }
        return low...high
    }
}

extension JSON5 {
    /// As it stands in a JSON text.
    fileprivate var written: String {
        switch content {
        case .object: "an object"
        case .array: "a list"
        case .string(let text): String(decoding: JSON.text(text).bytes, as: UTF8.self)
        case .number(let number): JSON5.written(number)
        case .bool(let flag): "\(flag)"
        case .null: "null"
        }
    }

    fileprivate static func written(_ number: Double) -> String {
        Int(exactly: number).map { "\($0)" } ?? "\(number)"
    }
}
