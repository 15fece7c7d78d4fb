import Registry

/// One command: how it is called, what it takes and what it does.
struct Command: Sendable {
    enum Work: Sendable {
        /// Done by the process it was typed into.
        case here(@Sendable (Call, Terminal) async throws -> Void)

        /// Done where the data is: by the running server, or by this process if there is none.
        case atTheDesk(@Sendable (Call, Desk) async throws -> Void)
    }

    let name: String
    var operands = Operands.none
    let summary: String

    /// Whole lines for the help, after the summary.
    var details = ""
    var options: [Option] = []

    /// What is asked for when a person sits at the terminal; nil for a command that reads no standard input.
    var prompt: String?

    /// Reads further files, such as those that the files on the command line refer to.
    var furtherFiles: @Sendable (inout Attachments) throws(CommandFailure) -> Void = {
        _ throws(CommandFailure) in
    }

    /// Whether it makes the data folder where there is none; every other command leaves nothing there.
    var makesData = false

    /// A command of the program with itself, which the help does not mention.
    var isHidden = false
    let work: Work

    /// What is done instead when an option is given.
    var otherWork: (option: String, work: Work)?

    func work(with arguments: Arguments) -> Work {
        if let otherWork, arguments.has(otherWork.option) { return otherWork.work }
        return work
    }

    var words: [String] { name.split(separator: " ").map(String.init) }
    var allOptions: [Option] { options + Command.commonOptions }

    static let commonOptions: [Option] = [
        Configuration.fileOption, Configuration.dataOption, Configuration.databaseOption,
        .flag("json", "Answer in JSON, one object a line"),
        .flag("help", "Show this"),
    ]

    /// The files a command line names, in its order.
    func files(in arguments: Arguments) -> [String] {
        let named = options.filter(\.isFile).flatMap { arguments.all($0.name) }
        return (operands.areFiles ? arguments.operands : []) + named
    }
}

/// What a command has to work with.
struct Call: Sendable {
    let arguments: Arguments

    /// Standard input, for a command that reads it.
    var input: [UInt8] = []
    var attachments = Attachments()
    let output: Output

    var wantsJSON: Bool { arguments.has("json") }

    /// The value of an option that the command requires, so that it is there.
    func required(_ option: String) -> String { arguments[option] ?? "" }

    /// Prints one object: as a line of JSON, or as the text for people.
    func print(_ object: [(String, JSON)], _ text: @autoclosure () -> String) {
        if wantsJSON {
            output.print(String(decoding: JSON.object(object).bytes, as: UTF8.self))
        } else {
            output.print(text())
        }
    }

    /// Prints a list: an object a line, or aligned columns under a heading.
    func print(_ rows: [[(String, JSON)]], columns: [String], empty: String) {
        if rows.isEmpty, !wantsJSON { return output.print(empty) }
        var table = Table(columns)
        print(rows, in: &table)
    }

    /// Prints a list as it is read: `next` says what comes after one of its items, and nothing after the last.
    ///
    /// However long the list is, no more than what `next` says at once is in memory.
    func print<Item>(
        columns: [String],
        empty: String,
        facts: (Item) -> [(String, JSON)],
        next: (Item?) async throws -> [Item]
    ) async throws {
        var table = Table(columns)
        let isEmpty = try await !forEachStretch(next) { print($0.map(facts), in: &table) }
        if isEmpty, !wantsJSON { output.print(empty) }
    }

    private func print(_ rows: [[(String, JSON)]], in table: inout Table) {
        if wantsJSON {
            for row in rows { output.print(String(decoding: JSON.object(row).bytes, as: UTF8.self)) }
        } else {
            output.print(table.lines(of: rows))
        }
    }
}

/// Uses a list as it is read, from the first stretch to the last; false where there was none.
@discardableResult
func forEachStretch<Item>(
    _ next: (Item?) async throws -> [Item],
    use: ([Item]) throws -> Void
) async throws -> Bool {
    var last: Item?
    while case let stretch = try await next(last), let end = stretch.last {
        try use(stretch)
        last = end
    }
    return last != nil
}

/// Columns under a heading, whose rows may come a stretch after the other.
private struct Table {
    private let columns: [String]
    private var widths: [Int] = []

    init(_ columns: [String]) { self.columns = columns }

    /// The next rows as lines, with the heading before the first.
    mutating func lines(of rows: [[(String, JSON)]]) -> String {
        let heading = widths.isEmpty ? [columns.map { $0.uppercased() }] : []
        let cells = rows.map { row in columns.map { name in row.first { $0.0 == name }?.1.cell ?? "" } }
        return aligned(heading + cells, &widths)
    }
}

extension JSON {
    /// As people read it, in a column.
    var cell: String {
        switch self {
        case .text(let text): text.replacing("\n", with: " ⏎ ")
        case .number(let number): "\(number)"
        case .bool(let flag): flag ? "yes" : "no"
        case .list(let items): items.isEmpty ? "–" : items.map(\.cell).joined(separator: " ")
        case .object: ""
        }
    }
}

/// Rows as lines, every column as wide as its widest cell.
func aligned(_ rows: [[String]]) -> String {
    var widths: [Int] = []
    return aligned(rows, &widths)
}

/// The same, no narrower than the rows before.
private func aligned(_ rows: [[String]], _ widths: inout [Int]) -> String {
    let count = rows.map(\.count).max() ?? 0
    widths = (0..<count).map { column in
        let before = widths.dropFirst(column).first ?? 0
        return rows.reduce(before) { max($0, $1.dropFirst(column).first?.count ?? 0) }
    }
    return rows.map { row in
        zip(row, widths).enumerated().map { place, cell in
            place == row.count - 1 ? cell.0 : cell.0 + String(repeating: " ", count: cell.1 - cell.0.count)
        }.joined(separator: "  ")
    }.joined(separator: "\n")
}

/// Why a command was not done, for the operator: what is wrong, a sentence a line, and what to do about it.
struct CommandFailure: Error, Equatable, Sendable {
    let problems: [String]
    let hint: String?

    init(_ problem: String, hint: String? = nil) { self.init([problem], hint: hint) }

    init(_ problems: [String], hint: String? = nil) {
        self.problems = problems
        self.hint = hint
    }
}

/// Where a command writes: the terminal, or a frame for the process at the other end of the socket.
struct Output: Sendable {
    enum Stream: UInt8, Sendable { case standard = 1, error = 2 }

    let write: @Sendable (Stream, [UInt8]) -> Void

    /// Writes a line for whoever reads the answer; what a terminal would obey is made visible.
    func print(_ line: String) { write(.standard, Array((harmless(line) + "\n").utf8)) }

    /// Writes a line for the person at the terminal.
    func note(_ line: String) { write(.error, Array((harmless(line) + "\n").utf8)) }

    private func harmless(_ text: String) -> String {
        let isPlain = text.utf8.allSatisfy { $0 == 0x0A || (0x20..<0x7F).contains($0) }
        guard !isPlain else { return text }
        return String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { scalar in
                    switch scalar.value {
                    case 0x0A: scalar
                    case ..<0x20, 0x7F..<0xA0, 0x202A...0x202E, 0x2066...0x2069: "\u{FFFD}"
                    default: scalar
                    }
                }
            )
        )
    }
}

/// Files as the process that was given the command read them, by the names it was given.
struct Attachments: Sendable {
    enum File: Sendable, Equatable {
        case bytes([UInt8])
        case unreadable(String)
    }

    var files: [String: File] = [:]

    /// Reads a file, unless it was; that it cannot be read is told to whoever asks for it.
    mutating func read(_ path: String, as name: String? = nil) {
        let name = name ?? path
        guard files[name] == nil else { return }
        do throws(CommandFailure) {
            files[name] = .bytes(try readFile(path))
        } catch {
            files[name] = .unreadable(error.problems.joined(separator: "; "))
        }
    }

    /// The content of a file; throws ``CommandFailure``.
    func bytes(of name: String) throws(CommandFailure) -> [UInt8] {
        switch files[name] {
        case .bytes(let bytes): return bytes
        case .unreadable(let cause): throw CommandFailure(cause)
        case nil: throw CommandFailure("\(name) was not sent along")
        }
    }
}
