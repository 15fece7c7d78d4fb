import FoundationEssentials
import Registry
import Web

/// The ledger as administrators read it: filtered, entry by entry, taken away, and proven (ux A19).
enum AuditScreens {
    private static let pageLength = 50

    static func list(_ admin: AdminAccess, _ visit: Visit) async throws -> Response {
        let search = AuditSearch(visit)
        let before = visit.queryValue("before").flatMap { Int($0) }
        let found = try await admin.audit(search.filter, before: before, limit: pageLength + 1)
        return AuditPage(
            search: search,
            entries: Array(found.prefix(pageLength)),
            hasMore: found.count > pageLength,
            isFirst: before == nil,
            check: admin.lastLedgerCheck(),
            visit: visit
        ).page.response(to: visit)
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

    var filter: AuditFilter {
        var filter = AuditFilter()
        filter.from = CalendarText.day(value("from"))
        filter.to = CalendarText.day(value("to"))?.addingTimeInterval(86_400)
        filter.person = value("person")
        filter.object = value("application")
        filter.action = value("action")
        filter.reference = value("reference")
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

// MARK: - Pages

private struct AuditPage {
    let search: AuditSearch
    let entries: [AuditEntry]
    let hasMore: Bool
    let isFirst: Bool
    let check: LedgerCheck?
    let visit: Visit

    private var place: Path { visit.path("admin", "audit") }

    var page: Page {
        Page("Audit log", .administrators) {
            h1 { "Audit log" }
            chain
            filters
            if entries.isEmpty {
                div(.class("empty")) {
                    p {
                        "No entries match. "
                        a(.href(place)) { "Clear filters" }
                    }
                }
            } else {
                list
                turning
                export
            }
        }
    }

    @HTMLBuilder private var chain: HTML {
        switch check?.verdict {
        case .broken(let sequence):
            div(.class("callout bad")) {
                p {
                    "Entry \(sequence) does not match the one before it. Tell the platform operator."
                }
            }
        case .complete(let count):
            p {
                "Complete: \(count) \(count == 1 ? "entry" : "entries"), last check on "
                if let check { Moment(CalendarText(check.at)) }
                "."
            }
        case nil: p { "The chain of entries has not been checked since this server started." }
        }
        form(.method("post"), .action(place.appending("check"))) {
            SealField(seal: visit.seal(for: .admin))
            button(.class("btn small")) { "Check the chain" }
        }
    }

    private var filters: HTML {
        form(.class("card"), .method("get"), .action(place), .role("search"), .aria("label", "Entries")) {
            div(.class("filters")) {
                field("from", "From", type: "date")
                field("to", "To", type: "date")
                field("person", "Person")
                field("application", "Application")
                field("action", "Action")
                field("reference", "Reference")
            }
            div(.class("row")) {
                button(.class("btn primary")) { "Show entries" }
                if !search.pairs.isEmpty { a(.class("btn"), .href(place)) { "Clear filters" } }
            }
        }
    }

    private func field(_ id: String, _ label: String, type: String = "text") -> Field {
        let hints = [
            "person": "E-mail or account ID", "application": "Client ID", "action": "Such as secret.created",
        ]
        return Field(id: id, name: id, label: label, hint: hints[id]) { attributes in
            input(
                attributes + [
                    .type(type), .value(search.value(id)), .dir(.leftToRight), .autocomplete("off"),
                ]
            )
        }
    }

    private var list: HTML {
        div(.class("card")) {
            div(.class("scroll"), .role("region"), .tabindex(0), .aria("label", "Entries")) {
                table {
                    thead {
                        tr {
                            for heading in ["Time (UTC)", "What", "From", "Result", "Reference"] {
                                th(.scope("col")) { heading }
                            }
                        }
                    }
                    tbody { for entry in entries { row(entry) } }
                }
            }
        }
    }

    private func row(_ audit: AuditEntry) -> HTML {
        tr {
            td {
                a(.href(place.appending("\(audit.entry.sequence)"))) { Moment(CalendarText(audit.entry.at)) }
            }
            td { AuditSentence(audit: audit) }
            td { bdi { audit.entry.address } }
            td { audit.result }
            td { code(.class("ref")) { audit.entry.reference } }
        }
    }

    @HTMLBuilder private var turning: HTML {
        nav(.class("row"), .aria("label", "Pages of entries")) {
            if !isFirst { a(.class("btn"), .href(place.with(query: search.pairs))) { "Newest entries" } }
            if hasMore, let last = entries.last {
                let pairs = search.pairs + [(name: "before", value: "\(last.entry.sequence)")]
                a(.class("btn"), .href(place.with(query: pairs))) { "Older entries" }
            }
        }
    }

    private var export: HTML {
        form(.class("card"), .method("post"), .action(place.appending("export"))) {
            SealField(seal: visit.seal(for: .admin))
            for pair in search.pairs { input(.type("hidden"), .name(pair.name), .value(pair.value)) }
            h2 { "Export these entries" }
            p(.class("note")) {
                "The newest \(AuditFormat.limit) at most. All of them: "
                code { "portal audit export" }
            }
            div(.class("row")) {
                button(.class("btn"), .name("format"), .value("csv")) { "Export CSV" }
                button(.class("btn"), .name("format"), .value("jsonl")) { "Export JSON lines" }
            }
        }
    }
}

private struct AuditSentence: Component {
    let audit: AuditEntry

    var body: HTML {
        strong { bdi { audit.subject } }
        " \(audit.verb) "
        if audit.object != audit.subject { bdi { audit.object } } else { "themselves" }
    }
}

private struct EntryPage {
    let entry: AuditEntry
    let visit: Visit

    var page: Page {
        let number = entry.entry.sequence
        return Page("Entry \(number)", .administrators) {
            h1 { "Entry \(number)" }
            p { AuditSentence(audit: entry) }
            dl(.class("facts")) {
                fact("Time") { Moment(CalendarText(entry.entry.at)) }
                fact("Who") { code { entry.entry.actor } }
                fact("Action") { code { entry.entry.action } }
                fact("To what") { code { entry.entry.object } }
                for party in entry.parties { fact(party.part.words) { bdi { party.name } } }
                fact("From") { bdi { entry.entry.address } }
                fact("Reference") { code { entry.entry.reference } }
                fact("Result") { entry.result }
                if !entry.entry.detail.isEmpty { fact("Detail") { bdi { entry.entry.detail } } }
            }
            p { a(.href(visit.path("admin", "audit"))) { "Back to the audit log" } }
        }
    }
}

extension AuditEntry.Party.Part {
    fileprivate var words: String {
        switch self {
        case .askedBy: "Asked by"
        case .admin: "Administrator"
        case .customer: "Customer"
        }
    }
}
