/// One option of a command: parsing and `--help` both read it from here.
struct Option: Sendable {
    let name: String

    /// What stands for the value in the help; nil for a flag, which has none.
    let placeholder: String?
    let help: String
    var isRequired = false
    var isRepeatable = false

    /// The value names a file, which is read by the process the operator typed the command into.
    var isFile = false

    static func flag(_ name: String, _ help: String) -> Option {
        Option(name: name, placeholder: nil, help: help)
    }

    static func value(_ name: String, _ placeholder: String, _ help: String) -> Option {
        Option(name: name, placeholder: placeholder, help: help)
    }

    static func required(_ name: String, _ placeholder: String, _ help: String) -> Option {
        Option(name: name, placeholder: placeholder, help: help, isRequired: true)
    }

    static func repeated(_ name: String, _ placeholder: String, _ help: String) -> Option {
        Option(name: name, placeholder: placeholder, help: help, isRepeatable: true)
    }

    static func file(_ name: String, _ help: String) -> Option {
        Option(name: name, placeholder: "FILE", help: help, isFile: true)
    }
}

/// What stands on the command line after the command itself, by the names of its options.
struct Arguments: Sendable {
    private(set) var operands: [String] = []
    private var values: [String: [String]] = [:]

    /// The value of an option that was given.
    subscript(_ option: String) -> String? { values[option]?.last }

    func all(_ option: String) -> [String] { values[option] ?? [] }
    func has(_ flag: String) -> Bool { values[flag] != nil }

    /// Every value that was given for one of these options, by name.
    func values(of options: [Option]) -> [String: String] {
        options.reduce(into: [:]) { $0[$1.name] = self[$1.name] }
    }

    /// Reads the words by the options of a command, and throws every mistake in them.
    init(_ words: [String], for command: Command) throws(WrongUse) {
        var problems: [String] = []
        var rest = words[...]
        while let word = rest.popFirst() {
            if word == "--" {
                operands += rest
                break
            }
            guard word.hasPrefix("-"), word != "-" else {
                operands.append(word)
                continue
            }
            if let problem = take(word, from: &rest, for: command) { problems.append(problem) }
        }
        if has("help") { return }
        for option in command.allOptions where option.isRequired && !has(option.name) {
            problems.append("--\(option.name) \(option.placeholder ?? "") is missing")
        }
        if let problem = command.operands.problem(with: operands) { problems.append(problem) }
        guard problems.isEmpty else {
            throw WrongUse(problems: problems, hint: "portal \(command.name) --help lists what it takes")
        }
    }

    /// Takes one option, with its value if it has one, or says what is wrong with it.
    private mutating func take(
        _ word: String,
        from rest: inout ArraySlice<String>,
        for command: Command
    ) -> String? {
        let word = word == "-h" ? "--help" : word
        let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(
            String.init
        )
        let written = parts.first ?? word
        guard let option = command.allOptions.first(where: { "--\($0.name)" == written }) else {
            let near = nearest(to: written, in: command.allOptions.map { "--\($0.name)" })
            return "there is no option “\(written)” here." + didYouMean(near)
        }
        guard option.placeholder != nil else {
            if parts.count > 1 { return "\(written) takes no value" }
            values[option.name] = []
            return nil
        }
        guard let value = parts.count > 1 ? parts.last : rest.popFirst() else {
            values[option.name] = []
            return "\(written) needs a value"
        }
        if values[option.name] != nil, !option.isRepeatable { return "\(written) is given twice" }
        values[option.name, default: []].append(value)
        return nil
    }
}

/// What a command is done to, written without a name: `FILE…`, `NAME`.
struct Operands: Sendable {
    let placeholder: String
    let count: ClosedRange<Int>

    /// Every operand names a file, see ``Option/isFile``.
    var areFiles = false

    static let none = Operands(placeholder: "", count: 0...0)
    static func one(_ placeholder: String) -> Operands { Operands(placeholder: placeholder, count: 1...1) }

    func problem(with words: [String]) -> String? {
        if words.count < count.lowerBound { return "\(placeholder) is missing" }
        if words.count > count.upperBound, let surplus = words.dropFirst(count.upperBound).first {
            return "“\(surplus)” is one word too many"
        }
        return nil
    }
}

/// The command was typed wrongly: exit code 2.
struct WrongUse: Error, Equatable {
    let problems: [String]
    let hint: String
}

// MARK: - Suggestions

/// The candidate that was probably meant: at most two letters away, and closer than a third of the word.
func nearest(to word: String, in candidates: [String]) -> String? {
    let ranked = candidates.map {
        (name: $0, distance: editDistance(Array(word.utf8.prefix(64)), Array($0.utf8)))
    }
    let best = ranked.min { $0.distance < $1.distance }
    guard let best, best.distance <= min(2, max(1, best.name.utf8.count / 3)) else { return nil }
    return best.name
}

func didYouMean(_ candidate: String?) -> String {
    candidate.map { " Did you mean “\($0)”?" } ?? ""
}

/// How many letters have to be put in, taken out, replaced or swapped with their neighbour.
private func editDistance(_ one: [UInt8], _ other: [UInt8]) -> Int {
    var before: [Int] = []
    var last = Array(0...other.count)
    for (row, letter) in one.enumerated() {
        var next = [row + 1]
        for (column, otherLetter) in other.enumerated() {
            let replaced = last[column] + (letter == otherLetter ? 0 : 1)
            var best = min(replaced, last[column + 1] + 1, next[column] + 1)
            if row > 0, column > 0, letter == other[column - 1], one[row - 1] == otherLetter {
                best = min(best, before[column - 1] + 1)
            }
            next.append(best)
        }
        (before, last) = (last, next)
    }
    return last.last ?? one.count
}
