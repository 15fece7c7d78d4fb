import Registry
import Web

/// Reporting an application, signed in or not (ux A14).
enum ReportScreens {
    static func ask(_ visit: Visit) async throws -> Response {
        let application = try await requested(visit)
        let customer = try await visit.customer()
        let isConnected = try await customer?.grant(to: application) != nil
        return visit.answerWithSeal { visit, seal, headers in
            ReportPage(application: application, isConnected: isConnected, seal: seal, visit: visit)
                .page.response(to: visit, .ok, headers)
        }
    }

    static func send(_ form: Form, _ visit: Visit) async throws -> Response {
        let application = try await requested(visit)
        let customer = try await visit.customer()
        let grant = try await customer?.grant(to: application)
        let words = form["words"]?.trimmingSpaces ?? ""
        guard let reason = Report.Reason(rawValue: form["reason"] ?? ""),
            words.length <= Report.maxWordsLength
        else {
            let page = ReportPage(
                application: application,
                isConnected: grant != nil,
                seal: visit.seal(for: nil),
                visit: visit,
                chosen: Report.Reason(rawValue: form["reason"] ?? ""),
                words: words
            )
            return page.page.response(to: visit, .unprocessable)
        }
        if let wait = try await visit.site.brakes.reports.spend(visit.neighbourhood, visit) {
            throw Refusal.tooMany(wait)
        }
        let reference = try await take(application, reason, words, customer, visit)
        if let customer, let grant, form["disconnect"] != nil { try await customer.disconnect(grant) }
        let place = visit.path("report", application.id.text)
        return .redirect(to: place.appending("sent").with(query: [("reference", reference)]))
    }

    private static func take(
        _ application: Application,
        _ reason: Report.Reason,
        _ words: String,
        _ customer: CustomerAccess?,
        _ visit: Visit
    ) async throws -> String {
        do {
            if let customer { return try await customer.report(application, for: reason, words) }
            return try await visit.registry.report(
                application,
                for: reason,
                words,
                at: visit.tenant,
                from: visit.provenance
            )
        } catch ReportRefusal.tooMany {
            throw Refusal.tooMany(.seconds(86_400))
        } catch ReportRefusal.noSuchApplication {
            throw Refusal.notFound
        }
    }

    static func thank(_ visit: Visit) async throws -> Response {
        let application = try await requested(visit)
        let reference = visit.queryValue("reference") ?? ""
        guard try await visit.registry.isReport(reference, about: application, at: visit.tenant) else {
            throw Refusal.notFound
        }
        let isSignedIn = try await visit.customer() != nil
        return Page("Report sent", .gate) {
            h1 { "Report sent" }
            p {
                "Thank you. \(visit.brand.displayName) will look at it. Reference "
                strong(.class("ref")) { code { reference } }
                "."
            }
            if isSignedIn {
                p { a(.href(visit.path("account", "connections"))) { "See your connected applications" } }
            }
        }.response(to: visit)
    }

    private static func requested(_ visit: Visit) async throws -> Application {
        let client = visit.captured("application")
        guard let application = try await visit.registry.reportable(client, at: visit.tenant) else {
            throw Refusal.notFound
        }
        return application
    }
}

extension Report.Reason {
    var words: String {
        switch self {
        case .notMe: "I did not start this"
        case .pretends: "It pretends to be another company"
        case .tooMuch: "It asks for more than it needs"
        case .other: "Something else"
        }
    }
}

private struct ReportPage {
    let application: Application
    let isConnected: Bool
    let seal: String?
    let visit: Visit

    /// What was sent before, where something has to be mended.
    var chosen: Report.Reason?
    var words: String?

    private var name: String { application.displayName }

    private var problems: [FieldProblem] {
        guard let words else { return [] }
        let reason = FieldProblem(field: "reason-not-me", message: "Choose what is wrong")
        let tooLong = FieldProblem(field: "words", message: "Say it in up to 2,000 characters")
        return (chosen == nil ? [reason] : []) + (words.length > Report.maxWordsLength ? [tooLong] : [])
    }

    var page: Page {
        let title = "Report \(name)"
        return Page(title, .gate, problems: problems) {
            p(.class("row")) {
                ApplicationMark(toCustomers: application, visit.home, isSmall: true)
                VerifiedTag(application: application, tenantName: visit.brand.displayName)
            }
            h1 {
                "Report "
                bdi { name }
            }
            form(
                .class("stack"),
                .method("post"),
                .action(visit.path("report", application.id.text)),
                .novalidate
            ) {
                SealField(seal: seal)
                reasons
                Field(
                    id: "words",
                    name: "words",
                    label: "Tell us more",
                    isOptional: true,
                    problems: problems
                ) { attributes in
                    textarea(attributes + [.rows(4), .dir(.automatic)]) { words ?? "" }
                }
                if isConnected { disconnection }
                div(.class("row")) { button(.class("btn primary")) { "Send report" } }
            }
        }
    }

    private var reasons: FieldGroup {
        FieldGroup(first: "reason-not-me", legend: "What is wrong?", problems: problems) {
            for reason in Report.Reason.allCases {
                Choice(
                    type: "radio",
                    name: "reason",
                    value: reason.rawValue,
                    words: reason.words,
                    isOn: reason == chosen
                )
            }
        }
    }

    private var disconnection: Choice {
        Choice(
            type: "checkbox",
            name: "disconnect",
            value: "yes",
            words: "Also disconnect it now",
            id: "disconnect",
            isOn: false
        )
    }
}

/// What people reported about an application, for the administrator who decides about it.
struct ReportsSection: Component {
    let application: Application
    let reports: [Report]
    let visit: Visit

    private var waiting: Int { reports.count { $0.settledAt == nil } }

    var body: HTML {
        if !reports.isEmpty {
            section(.class("card"), .aria("labelledby", "reports")) {
                h2(.id("reports")) { "Reports (\(waiting) waiting)" }
                if application.isFrozen, let frozen = application.frozenAt {
                    div(.class("callout bad")) {
                        p {
                            strong { "Frozen since " }
                            Moment(CalendarText(frozen))
                        }
                        p { "No new customers can connect it. Existing connections work as before." }
                    }
                }
                ul(.class("rows")) { for report in reports { item(report) } }
                if waiting > 0 || application.isFrozen { decision }
            }
        }
    }

    private func item(_ report: Report) -> HTML {
        li {
            div {
                p {
                    strong { report.reason.words }
                    " "
                    code(.class("ref")) { report.reference }
                }
                if !report.words.isEmpty { p { bdi { report.words } } }
                p(.class("note")) {
                    Moment(CalendarText(report.reportedAt))
                    report.account == nil ? " · by somebody not signed in" : " · by a customer"
                    if let founded = report.wasFounded { founded ? " · found right" : " · found groundless" }
                }
            }
        }
    }

    private var decision: HTML {
        form(
            .class("row"),
            .method("post"),
            .action(visit.path("admin", "applications", application.id.text, "reports"))
        ) {
            SealField(seal: visit.seal(for: .admin))
            button(.class("btn"), .name("verdict"), .value("groundless")) {
                application.isFrozen
                    ? "Unfreeze it: the reports are groundless" : "The reports are groundless"
            }
            button(.class("btn"), .name("verdict"), .value("founded")) { "The reports are right" }
        }
    }
}

extension ReportScreens {
    static func settle(_ admin: AdminAccess, _ form: Form, _ visit: Visit) async throws -> Response {
        let application = try await admin.subject(visit).application
        switch form["verdict"] {
        case "groundless": try await admin.settleReports(about: application, areFounded: false)
        case "founded": try await admin.settleReports(about: application, areFounded: true)
        default: throw Refusal.unsealedForm
        }
        return .redirect(to: visit.path("admin", "applications", application.id.text))
    }
}
