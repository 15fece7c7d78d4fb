import FoundationEssentials
import Registry
import Web

/// The ledger as administrators read it: filtered, entry by entry, taken away, and proven (ux A19).
enum AuditScreens {
    private static let pageLength = 50

    static func list(_ admin: AdminAccess, _ visit: Visit) async throws -> Response {
        let search = AuditSearch(visit)
        let before = visit.queryValue("before").flatMap { Int($0) }
        let isReadable = search.problems.isEmpty
        let found =
            isReadable ? try await admin.audit(search.filter, before: before, limit: pageLength + 1) : []
        return AuditPage(
            search: search,
            entries: Array(found.prefix(pageLength)),
            hasMore: found.count > pageLength,
            isFirst: before == nil,
            check: admin.lastLedgerCheck(),
            visit: visit
        ).page.response(to: visit, isReadable ? .ok : .unprocessable)
    }

    static func show(_ admin: AdminAccess, _ visit: Visit) async throws -> Response {
        guard let sequence = Int(visit.captured("entry")), sequence > 0,
            let entry = try await admin.auditEntry(sequence)
        else { throw Refusal.notFound }
        return EntryPage(entry: entry, visit: visit).page.response(to: visit)
    }

    static func check(_ admin: AdminAccess, _ form: Form, _ visit: Visit) async throws -> Response {
        _ = try await admin.checkLedger()
        return .redirect(to: visit.path("admin", "audit"))
    }

    /// The newest entries the filter finds, as a file; what was taken away is an entry itself.
    static func export(_ admin: AdminAccess, _ form: Form, _ visit: Visit) async throws -> Response {
        let search = AuditSearch { form[$0] }
        let format = AuditFormat(rawValue: form["format"] ?? "") ?? .csv
        try await admin.noteExport([("format", format.rawValue)] + search.pairs.map { ($0.name, $0.value) })
        var (lines, before): ([UInt8], Int?) = (Array(format.heading.utf8), nil)
        for _ in 0..<(AuditFormat.limit / 500) {
            let page = try await admin.audit(search.filter, before: before, limit: 500)
            for entry in page { lines += Array(format.line(entry).utf8) }
            guard page.count == 500, let last = page.last else { break }
            before = last.entry.sequence
        }
        let headers: [Header] = [
            ("Content-Type", format.mediaType), ("Cache-Control", "no-store"),
            ("Content-Disposition", "attachment; filename=\"audit-\(visit.tenant.name).\(format.rawValue)\""),
        ]
        return Response(.ok, headers: headers, body: lines)
    }
}

/// What stands in the query of the page, and in the form of an export.
struct AuditSearch {
    static let names = ["from", "to", "person", "application", "action", "reference"]

    let pairs: [(name: String, value: String)]

    init(_ visit: Visit) { self.init { visit.queryValue($0) } }

    init(_ read: (String) -> String?) {
        pairs = AuditSearch.names.compactMap { name in
            guard let value = read(name)?.trimmingSpaces, !value.isEmpty, value.utf8.count <= 254 else {
                return nil
            }
            return (name, value)
        }
    }

    func value(_ name: String) -> String { pairs.first { $0.name == name }?.value ?? "" }

    /// Why it can find nothing.
    var problems: [FieldProblem] {
        let unread = ["from", "to"].filter { !value($0).isEmpty && CalendarText.day(value($0)) == nil }
            .map { FieldProblem(field: $0, message: "Enter a day like 2027-03-31") }
        guard let from = CalendarText.day(value("from")), let to = CalendarText.day(value("to")), from > to
        else { return unread }
        return [FieldProblem(field: "to", message: "Choose a day that is not before “From”")]
    }

    var filter: AuditFilter {
        var filter = AuditFilter()
        filter.from = CalendarText.day(value("from"))
        filter.to = CalendarText.day(value("to"))?.addingTimeInterval(86_400)
        filter.person = value("person")
        filter.object = value("application")
        filter.action = value("action")
        let reference = value("reference")
        filter.references = reference.isEmpty ? [] : RequestReferences.readings(of: reference)
        return filter
    }
}

/// The two forms in which entries are taken away.
enum AuditFormat: String, CaseIterable {
    case csv
    case jsonLines = "jsonl"

    /// So many entries are in one file at most; `portal audit export` has no limit.
    static let limit = 10_000

    private static let columns = [
        "sequence", "at", "actor", "actor_name", "action", "object", "object_name", "detail", "address",
        "reference",
    ]

    var mediaType: String {
        switch self {
        case .csv: "text/csv; charset=utf-8"
        case .jsonLines: "application/x-ndjson"
        }
    }

    var heading: String {
        switch self {
        case .csv: AuditFormat.columns.joined(separator: ",") + "\r\n"
        case .jsonLines: ""
        }
    }

    func line(_ audit: AuditEntry) -> String {
        let entry = audit.entry
        let values = [
            "\(entry.sequence)", CalendarText(entry.at).iso, entry.actor, audit.actorName ?? "", entry.action,
            entry.object, audit.objectName ?? "", entry.detail, entry.address, entry.reference,
        ]
        switch self {
        case .csv: return values.map(AuditFormat.cell).joined(separator: ",") + "\r\n"
        case .jsonLines:
            let members = zip(AuditFormat.columns, values).map { ($0, JSON.text($1)) }
            return String(decoding: JSON.object(members).bytes, as: UTF8.self) + "\n"
        }
    }

    /// In quotes, and never a formula: spreadsheets compute what begins like one (AD-07).
    static func cell(_ text: String) -> String {
        let startsFormula = text.utf8.first.map { Array("=+-@\t\r".utf8).contains($0) } ?? false
        let doubled = text.utf8.split(separator: UInt8(ascii: "\""), omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }.joined(separator: "\"\"")
        return "\"" + (startsFormula ? "'" : "") + doubled + "\""
    }
}
