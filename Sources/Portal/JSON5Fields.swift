import Registry

/// One mistake in a file, as `standard.json5:12:5: scopes[1].sentence: is missing`.
struct FileMistake: Equatable, Sendable, CustomStringConvertible {
    let fileName: String
    let place: Place

    /// The way to the value, `scopes[1].sentence`; empty for the document as a whole.
    let path: String
    let message: String

    init(_ fileName: String, _ place: Place, _ path: String, _ message: String) {
        self.fileName = fileName
        self.place = place
        self.path = path
        self.message = message
    }

    var description: String { "\(fileName):\(place): " + (path.isEmpty ? "" : "\(path): ") + message }
}

struct FileMistakes: Error, Equatable, Sendable {
    let all: [FileMistake]
}

extension Place: Comparable {
    static func < (one: Place, other: Place) -> Bool { (one.line, one.column) < (other.line, other.column) }
}

/// Where mistakes are gathered while a file is read.
final class MistakeList {
    private let fileName: String
    private(set) var all: [FileMistake] = []

    init(_ fileName: String) { self.fileName = fileName }

    func note(_ message: String, at place: Place, _ path: String) {
        all.append(FileMistake(fileName, place, path, message))
    }

    /// The outermost object of the file; throws the mistake that leaves nothing to read.
    func root(of bytes: [UInt8], known: [String]) throws(FileMistakes) -> Fields {
        do {
            return Fields(try JSON5(bytes), at: "", known: known, self)
        } catch {
            throw FileMistakes(all: [FileMistake(fileName, error.place, "", error.message)])
        }
    }

    /// All of them, as one comes upon them when reading the file.
    var inOrder: FileMistakes { FileMistakes(all: all.sorted { $0.place < $1.place }) }
}

/// The members of one object, read by name; what does not fit is noted, and nil returned.
struct Fields {
    private let members: [String: JSON5]
    private let path: String
    private let place: Place
    private let mistakes: MistakeList

    init(_ value: JSON5, at path: String, known: [String], _ mistakes: MistakeList) {
        (self.path, self.place, self.mistakes) = (path, value.place, mistakes)
        var members: [String: JSON5] = [:]
        if case .object(let all) = value.content {
            for member in all {
                let here = path.isEmpty ? member.name : "\(path).\(member.name)"
                if !known.contains(member.name) {
                    let near = didYouMean(nearest(to: member.name, in: known))
                    mistakes.note("there is no such key.\(near)", at: member.place, here)
                } else if members.updateValue(member.value, forKey: member.name) != nil {
                    mistakes.note("is there twice", at: member.place, here)
                }
            }
        } else {
            mistakes.note("should be an object in { }, not \(value.kind)", at: value.place, path)
        }
        self.members = members
    }

    private func path(to key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

    func note(_ message: String, _ key: String) {
        mistakes.note(message, at: members[key]?.place ?? place, path(to: key))
    }

    func isEmptyList(_ key: String) -> Bool {
        if case .array(let items) = members[key]?.content { items.isEmpty } else { false }
    }

    func isObject(_ key: String) -> Bool {
        if case .object = members[key]?.content { true } else { false }
    }

    func isText(_ key: String, _ text: String) -> Bool {
        if case .string(let found) = members[key]?.content { found == text } else { false }
    }

    func place(of key: String) -> Place { members[key]?.place ?? place }

    /// A text that has to be there, read by `reading`; `wanted` says what fits.
    func text<Value>(_ key: String, _ wanted: String, _ reading: (String) -> Value?) -> Value? {
        guard members[key] != nil else {
            mistakes.note("is missing", at: place, path(to: key))
            return nil
        }
        return optional(key, wanted, reading)
    }

    /// A sentence people read: one line of up to 300 characters.
    func sentence(_ key: String) -> String? {
        text(key, "one line of 1 to 300 characters", Fields.line)
    }

    func optional<Value>(_ key: String, _ wanted: String, _ reading: (String) -> Value?) -> Value? {
        guard let value = members[key] else { return nil }
        if case .null = value.content { return nil }
        guard case .string(let text) = value.content else {
            note("should be a text, not \(value.kind)", key)
            return nil
        }
        if let found = reading(text) { return found }
        note("“\(text)” does not fit; it is \(wanted)", key)
        return nil
    }

    func choice<Value: RawRepresentable & CaseIterable>(_ key: String) -> Value?
    where Value.RawValue == String {
        let words = Value.allCases.map(\.rawValue)
        return optional(key, words.joined(separator: " or "), Value.init)
    }

    func flag(_ key: String) -> Bool? {
        guard let value = members[key] else { return nil }
        if case .bool(let flag) = value.content { return flag }
        note("should be true or false, not \(value.kind)", key)
        return nil
    }

    func number(_ key: String, in range: ClosedRange<Int>) -> Int? {
        guard let value = members[key] else { return nil }
        guard case .number(let number) = value.content else {
            note("should be a number, not \(value.kind)", key)
            return nil
        }
        if let whole = Int(exactly: number), range.contains(whole) { return whole }
        note("should be a whole number from \(range.lowerBound) to \(range.upperBound)", key)
        return nil
    }

    /// A value as it stands in the file, whatever it is.
    func value(_ key: String) -> JSON5? { members[key] }

    /// Names and texts in the order they are written; null where `null` stands.
    func pairs(_ key: String) -> [(name: String, value: String?)] {
        guard let value = members[key] else { return [] }
        guard case .object(let all) = value.content else {
            note("should be an object in { }, not \(value.kind)", key)
            return []
        }
        return all.map { member in
            switch member.value.content {
            case .string(let text): return (member.name, text)
            case .null: return (member.name, nil)
            default:
                let here = "\(path(to: key)).\(member.name)"
                mistakes.note("should be a text, not \(member.value.kind)", at: member.value.place, here)
                return (member.name, nil)
            }
        }
    }

    /// The items of a list, each with its path.
    func list(_ key: String) -> [(value: JSON5, path: String)] {
        guard let value = members[key] else { return [] }
        guard case .array(let items) = value.content else {
            note("should be a list in [ ], not \(value.kind)", key)
            return []
        }
        return items.enumerated().map { ($1, "\(path(to: key))[\($0)]") }
    }

    /// The texts of a list, each read by `reading` and there once.
    func texts<Value: Hashable>(_ key: String, _ wanted: String, _ reading: (String) -> Value?) -> [Value] {
        var found: [Value] = []
        for (value, path) in list(key) {
            guard case .string(let text) = value.content else {
                mistakes.note("should be a text, not \(value.kind)", at: value.place, path)
                continue
            }
            guard let item = reading(text) else {
                mistakes.note("“\(text)” does not fit; it is \(wanted)", at: value.place, path)
                continue
            }
            if found.contains(item) { mistakes.note("“\(text)” is there twice", at: value.place, path) }
            found.append(item)
        }
        return found
    }

    func object(_ key: String, known: [String]) -> Fields? {
        members[key].map { Fields($0, at: path(to: key), known: known, mistakes) }
    }

    func objects(_ key: String, known: [String]) -> [Fields] {
        list(key).map { Fields($0.value, at: $0.path, known: known, mistakes) }
    }

    static func line(_ text: String) -> String? {
        let isPlain = text.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
        return isPlain && (1...300).contains(text.count) && text == text.trimmingSpaces ? text : nil
    }
}
