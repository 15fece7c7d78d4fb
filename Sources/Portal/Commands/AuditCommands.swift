import FoundationEssentials
import Registry

enum AuditCommands {
    static let all = [
        Command(
            name: "audit verify",
            summary: "Check that no entry of the ledger was changed, added or removed",
            details: """
                Without --tenant it checks every tenant. Each ledger's last entry is printed and kept in the data folder,
                and has to be there the next time; --since names one more, kept elsewhere. Exit code 1 means that
                a ledger is broken, or lacks what was seen.
                """,
            options: [
                Option.value("tenant", "NAME", "Only this tenant"),
                Option.value("since", "NUMBER:HASH", "An entry that an earlier check printed"),
            ],
            work: .atTheDesk(verify)
        ),
        Command(
            name: "audit tail",
            summary: "Print the newest entries of a tenant's ledger as sentences",
            options: [.tenant, .value("lines", "NUMBER", "How many, up to 500; by default 20")],
            work: .atTheDesk(tail)
        ),
        Command(
            name: "audit export",
            summary: "Print the ledger, one JSON object a line",
            options: [Option.value("tenant", "NAME", "Only this tenant")],
            work: .atTheDesk(export)
        ),
    ]

    private static func tenants(of call: Call, at desk: Desk) async throws -> [Tenant] {
        guard let name = call.arguments["tenant"] else { return try await desk.registry.tenants() }
        return [try await desk.tenant(named: name)]
    }

    private static func verify(_ call: Call, at desk: Desk) async throws {
        let given = try since(call)
        var marks = try LedgerMarks(in: desk.folder)
        var problems: [String] = []
        for tenant in try await given == nil ? tenants(of: call, at: desk) : [desk.tenant(of: call)] {
            let access = desk.registry.operatorAccess(to: tenant)
            let finding = try await finding(access, since: [marks[tenant], given].compactMap { $0 })
            call.print(finding.facts(of: tenant.name.text), finding.line(of: tenant.name.text))
            if let problem = finding.problem(of: tenant.name.text) { problems.append(problem) }
            if case .whole(_, let mark) = finding { marks[tenant] = mark }
        }
        try marks.write()
        if problems.isEmpty { return }
        throw CommandFailure(
            problems,
            hint:
                "compare it with an exported copy: portal audit export --tenant NAME; where an older copy of the "
                + "data was restored on purpose, remove \(marks.path)"
        )
    }

    /// The entry that the ledger has to have, where one was named.
    private static func since(_ call: Call) throws -> LedgerMark? {
        guard let text = call.arguments["since"] else { return nil }
        guard let mark = LedgerMark(text) else {
            throw WrongUse(
                problems: ["--since is a number and a hash, as in 812:kQ3…"],
                hint: "portal audit verify prints them"
            )
        }
        return mark
    }

    private static func finding(
        _ access: OperatorAccess,
        since seen: [LedgerMark]
    ) async throws -> LedgerFinding {
        switch try await access.verifyLedger() {
        case .broken(let sequence):
            return .broken(sequence)
        case .complete(let entries):
            for mark in seen where try await access.mark(at: mark.sequence) != mark {
                return .notAsSeen(mark)
            }
            return .whole(entries: entries, try await access.mark(at: entries))
        }
    }

    private static func tail(_ call: Call, at desk: Desk) async throws {
        let access = try await desk.access(toTenantOf: call)
        guard let count = Int(call.arguments["lines"] ?? "20"), (1...500).contains(count) else {
            throw WrongUse(problems: ["--lines is a number from 1 to 500"], hint: "--lines 20 is usual")
        }
        for audit in try await access.audit(AuditFilter(), before: nil, limit: count).reversed() {
            let sentence = "\(audit.subject) \(audit.verb) \(audit.object)"
            call.output.print(
                call.wantsJSON
                    ? line(audit.entry, of: access.tenant)
                    : "\(CalendarText(audit.entry.at).iso)  \(sentence)  (\(audit.entry.address))"
            )
        }
    }

    private static func export(_ call: Call, at desk: Desk) async throws {
        for tenant in try await tenants(of: call, at: desk) {
            let access = desk.registry.operatorAccess(to: tenant)
            try await forEachStretch { last in
                try await access.ledger(after: last?.sequence ?? 0, limit: 500)
            } use: { entries in
                for entry in entries { call.output.print(line(entry, of: tenant)) }
            }
        }
    }

    private static func line(_ entry: LedgerEntry, of tenant: Tenant) -> String {
        let object: [(String, JSON)] = [
            ("tenant", .text(tenant.name.text)), ("sequence", .number(entry.sequence)),
            ("at", .text(entry.at.formatted(.iso8601))), ("actor", .text(entry.actor)),
            ("action", .text(entry.action)), ("object", .text(entry.object)), ("detail", .text(entry.detail)),
            ("address", .text(entry.address)), ("reference", .text(entry.reference)),
        ]
        return String(decoding: JSON.object(object).bytes, as: UTF8.self)
    }
}

/// What a check found of one tenant's ledger.
private enum LedgerFinding {
    case whole(entries: Int, LedgerMark?)
    case broken(Int)

    /// The chain holds, but an entry that an earlier check saw is not in it.
    case notAsSeen(LedgerMark)

    func facts(of tenant: String) -> [(String, JSON)] {
        let name = ("tenant", JSON.text(tenant))
        switch self {
        case .whole(let entries, let mark):
            let last = mark.map { [("last", JSON.text($0.text))] } ?? []
            return [name, ("complete", .bool(true)), ("entries", .number(entries))] + last
        case .broken(let sequence):
            return [name, ("complete", .bool(false)), ("broken_at", .number(sequence))]
        case .notAsSeen(let mark):
            return [name, ("complete", .bool(false)), ("not_as_seen", .text(mark.text))]
        }
    }

    func line(of tenant: String) -> String {
        switch self {
        case .whole(let entries, let mark):
            let last = mark.map { ", last \($0.text)" } ?? ""
            return "ok    \(tenant): \(entries) \(entries == 1 ? "entry" : "entries"), unbroken\(last)"
        case .broken(let sequence):
            return "fail  \(tenant): broken at entry \(sequence)"
        case .notAsSeen(let mark):
            return "fail  \(tenant): entry \(mark.sequence) is not the one that was seen"
        }
    }

    func problem(of tenant: String) -> String? {
        switch self {
        case .whole: nil
        case .broken(let sequence):
            "the ledger of \(tenant) was changed at entry \(sequence), or its key is another"
        case .notAsSeen(let mark):
            "the end of the ledger of \(tenant) was cut off: entry \(mark.sequence) was seen there before"
        }
    }
}
