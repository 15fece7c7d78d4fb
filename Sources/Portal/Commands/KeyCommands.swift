import FoundationEssentials
import Registry

/// `portal key`: the master keys from which all others are derived.
enum KeyCommands {
    static let all = [
        Command(
            name: "key list",
            summary: "List the master keys, and how much was made under each",
            details: """
                The newest writes, the others read what they made. All of them stay: keep a copy of each outside this
                machine. --json counts by kind.
                """,
            work: .atTheDesk(list)
        ),
        Command(
            name: "key rotate",
            summary: "Write with a new master key; secrets, tokens, sessions and links stay valid",
            details: """
                A running server changes at once. Where several servers share a database, --prepare makes the key first;
                its file is copied to each of them, and “portal key rotate” on the one that made it comes last.
                """,
            options: [.flag("prepare", "Make the key and its file, but do not write with it yet")],
            work: .atTheDesk(rotate)
        ),
    ]

    private static func list(_ call: Call, at desk: Desk) async throws {
        let keys = try await desk.registry.masterKeysInUse()
        call.print(
            keys.map { key in
                [
                    ("number", .number(key.number)), ("file", .text(desk.folder.keyPath(key.number))),
                    ("state", .text(key.state.rawValue)),
                    ("since", .text(key.since?.formatted(.iso8601) ?? "")),
                    ("rows", .number(key.uses.reduce(0) { $0 + $1.count })),
                    ("uses", .object(key.uses.map { ($0.kind, .number($0.count)) })),
                ]
            },
            columns: ["number", "state", "since", "rows", "file"],
            empty: "No master key."
        )
    }

    private static func rotate(_ call: Call, at desk: Desk) async throws {
        let prepared = try await desk.registry.masterKeys().last { $0.state == .prepared }?.number
        if call.arguments.has("prepare") {
            let number = try await desk.preparing(prepared)
            return report(number, .prepared, nextTo(desk, number), call, desk)
        }
        if prepared == nil, desk.registry.isShared {
            throw CommandFailure(
                "other servers may use these data, and need the key before one of them writes with it",
                hint: "portal key rotate --prepare makes it and says where to copy it"
            )
        }
        let number = try await desk.preparing(prepared)
        try await desk.registry.write(withKey: number)
        report(
            number,
            .writes,
            "Keep a copy of it outside this machine, beside the earlier ones.",
            call,
            desk
        )
    }

    private static func nextTo(_ desk: Desk, _ number: Int) -> String {
        "Copy it into the data folder of every other server, then: portal key rotate --data \(desk.folder.path)"
    }

    private static func report(
        _ number: Int,
        _ state: MasterKey.State,
        _ next: String,
        _ call: Call,
        _ desk: Desk
    ) {
        let file = desk.folder.keyPath(number)
        call.print(
            [("number", .number(number)), ("file", .text(file)), ("state", .text(state.rawValue))],
            """
            Master key \(number) \(state == .writes ? "writes from now on" : "is prepared"): \(file)
            \(next)
            """
        )
    }
}

extension Desk {
    /// The number of a key that is here and known to the data: of the one prepared before, or of a new one.
    fileprivate func preparing(_ prepared: Int?) async throws -> Int {
        let number: Int
        if let prepared {
            number = prepared
        } else {
            number = (try await registry.masterKeys().last?.number ?? 1) + 1
            guard number <= 255 else {
                throw CommandFailure("there are 255 master keys, and no more can be made")
            }
            if try folder.masterKey(number: number) == nil {
                _ = try folder.newMasterKey(number: number, .system)
            }
        }
        do { try await registry.prepareKey(number) } catch let foreign as ForeignKey {
            throw foreign.failure(in: folder)
        }
        return number
    }
}
