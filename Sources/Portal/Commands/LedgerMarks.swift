import Registry

/// Where each tenant's ledger ended when it was last found whole, kept beside the master key and not in the database.
struct LedgerMarks {
    let path: String
    private var marks: [Int: LedgerMark] = [:]

    /// Reads what was kept; throws ``CommandFailure`` for a file that is there but says something else.
    init(in folder: DataDirectory) throws(CommandFailure) {
        path = folder.path + "/ledger.marks"
        guard isReadable(path) else { return }
        for line in String(decoding: try readFile(path), as: UTF8.self).split(separator: "\n") {
            let words = line.split(separator: " ")
            guard words.count == 2, let tenant = Int(words[0]), let mark = LedgerMark(words[1]) else {
                throw CommandFailure("\(path) is damaged", hint: "without it the next check keeps it anew")
            }
            marks[tenant] = mark
        }
    }

    subscript(tenant: Tenant) -> LedgerMark? {
        get { marks[tenant.id.number] }
        set { marks[tenant.id.number] = newValue }
    }

    func write() throws(CommandFailure) {
        let lines = marks.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value.text)\n" }
        try PrivateFile.write(Array(lines.joined().utf8), to: path)
    }
}
