import Registry
import Web

struct AuditPage {
    let search: AuditSearch
    let entries: [AuditEntry]
    let hasMore: Bool
    let isFirst: Bool
    let check: LedgerCheck?
    let visit: Visit

    private var place: Path { visit.path("admin", "audit") }

    var page: Page {
        Page("Audit log", .administrators, problems: search.problems) {
            h1 { "Audit log" }
            chain
            filters
            if !search.problems.isEmpty {
                HTML()
            } else if entries.isEmpty {
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
                action
                field("reference", "Reference")
            }
            div(.class("row")) {
                button(.class("btn primary")) { "Show entries" }
                if !search.pairs.isEmpty { a(.class("btn"), .href(place)) { "Clear filters" } }
            }
        }
    }

    private func field(_ id: String, _ label: String, type: String = "text") -> Field {
        let hints = ["person": "Name, e-mail or account ID", "application": "Name or client ID"]
        return Field(id: id, name: id, label: label, hint: hints[id], problems: search.problems) {
            attributes in
            input(
                attributes + [
                    .type(type), .value(search.value(id)), .dir(.leftToRight), .autocomplete("off"),
                ]
            )
        }
    }

    /// One that is in the address and that this program does not know stays chosen.
    private var action: Field {
        let chosen = search.value("action")
        let known = Action.allCases.map(\.rawValue).sorted()
        let isKnown = chosen.isEmpty || known.contains { $0.isByteForByte(chosen) }
        return Field(id: "action", name: "action", label: "Action") { attributes in
            select(attributes) {
                option(.value("")) { "Any" }
                for name in isKnown ? known : [chosen] + known {
                    option(.value(name), .selected.when(name.isByteForByte(chosen))) { name }
                }
            }
        }
    }

    private var list: HTML {
        div(.class("card")) {
            LabelledTable(
                id: "entries",
                caption: "Entries, newest first",
                columns: ["Time (UTC)", "What", "From", "Result", "Reference"],
                rows: entries.map(row)
            )
        }
    }

    private func row(_ audit: AuditEntry) -> [LabelledTable.Cell] {
        [
            .init {
                a(.href(place.appending("\(audit.entry.sequence)"))) {
                    Moment(CalendarText(audit.entry.at), isPrecise: true)
                }
            },
            .heading { AuditSentence(audit: audit) },
            .init { bdi { audit.entry.address } },
            .init { audit.result },
            .init { code(.class("ref")) { audit.entry.reference } },
        ]
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

struct AuditSentence: Component {
    let audit: AuditEntry

    var body: HTML {
        strong { bdi { audit.subject } }
        if audit.isByApplication { number(audit.entry.actorID) }
        if let ownVerb = audit.ownVerb {
            " \(ownVerb)"
        } else {
            " \(audit.verb) "
            bdi { audit.object }
            // Two of one name, somebody and their own account, or what may have been called otherwise then.
            if audit.isAboutApplication || audit.object == audit.subject { number(audit.entry.object) }
        }
    }

    private func number(_ id: String) -> HTML {
        HTML {
            " ("
            code { id }
            ")"
        }
    }
}

struct EntryPage {
    let entry: AuditEntry
    let visit: Visit

    var page: Page {
        let number = entry.entry.sequence
        return Page("Entry \(number)", .administrators) {
            h1 { "Entry \(number)" }
            p { AuditSentence(audit: entry) }
            dl(.class("facts")) {
                fact("Time") { Moment(CalendarText(entry.entry.at), isPrecise: true) }
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
