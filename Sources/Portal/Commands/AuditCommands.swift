import FoundationEssentials
import Registry

enum AuditCommands {
    static let all = [
        Command(
            name: "audit verify",
            summary: "Check that no entry of the ledger was changed, added or removed",
            details: "Without --tenant it checks every tenant. Exit code 1 means that a ledger is broken.",
            options: [Option.value("tenant", "NAME", "Only this tenant")],
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
        var broken: [String] = []
        for tenant in try await tenants(of: call, at: desk) {
            let name = tenant.name.text
            switch try await desk.registry.operatorAccess(to: tenant).verifyLedger() {
            case .complete(let entries):
                let facts = [
                    ("tenant", JSON.text(name)), ("complete", .bool(true)), ("entries", .number(entries)),
                ]
                call.print(facts, "ok    \(name): \(entries) \(entries == 1 ? "entry" : "entries"), unbroken")
            case .broken(let sequence):
                let facts = [
                    ("tenant", JSON.text(name)), ("complete", .bool(false)), ("broken_at", .number(sequence)),
                ]
                call.print(facts, "fail  \(name): broken at entry \(sequence)")
                broken.append("the ledger of \(name) was changed at entry \(sequence), or its key is another")
            }
        }
        if !broken.isEmpty {
            throw CommandFailure(
                broken,
                hint: "compare it with an exported copy: portal audit export --tenant NAME"
            )
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
            var last = 0
            while true {
                let page = try await access.ledger(after: last, limit: 500)
                for entry in page { call.output.print(line(entry, of: tenant)) }
                guard let end = page.last else { break }
                last = end.sequence
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
