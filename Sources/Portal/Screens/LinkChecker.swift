import Registry
import Web

/// Where a partner pastes what their software sends, and reads what is wrong with it (ux A9).
///
/// What was pasted may hold secrets: it is judged, and neither kept nor shown again.
enum LinkChecker {
    static func ask(_ member: MemberAccess, _ visit: Visit) async throws -> Response {
        LinkCheckerPage(visit: visit, application: member.application).page.response(to: visit)
    }

    static func check(_ member: MemberAccess, _ form: Form, _ visit: Visit) async throws -> Response {
        var page = LinkCheckerPage(visit: visit, application: member.application)
        do throws(PastedRequest.Problem) {
            page.pasted = try PastedRequest(form["request"] ?? "")
        } catch {
            page.problems = [FieldProblem(field: "request", message: error.message)]
            return page.page.response(to: visit, .unprocessable)
        }
        if let pasted = page.pasted {
            page.checked = try await CheckedRequest(pasted, with: member.rehearsal, visit)
        }
        return page.page.response(to: visit)
    }

    static func path(_ application: Application, _ visit: Visit) -> Path {
        visit.path("applications", application.id.text, "check")
    }
}

extension PastedRequest.Problem {
    fileprivate var message: String {
        switch self {
        case .nothing: "Paste an authorize link or a curl command"
        case .openQuote: "Paste the whole command: a quotation mark is not closed"
        case .noAddress: "Paste the whole command: it has no address"
        case .notAnAddress: "Paste a full address, starting with https://, or a curl command"
        case .unknownMethod: "Paste a request with a method such as GET or POST"
        }
    }
}

/// The form for a request, here and on the activity page.
struct CheckForm: Component {
    let visit: Visit
    let application: Application
    var problems: [FieldProblem] = []

    var body: HTML {
        form(
            .class("stack"),
            .method("post"),
            .action(LinkChecker.path(application, visit)),
            .novalidate
        ) {
            SealField(seal: visit.seal(for: .partner))
            Field(
                id: "request",
                name: "request",
                label: "Check an authorize link",
                hint: """
                    Paste the link your software opens, or a curl command. We say what is wrong without opening it, \
                    and keep nothing of it.
                    """,
                problems: problems
            ) { attributes in
                textarea(
                    attributes + [
                        .rows(4), .dir(.leftToRight), .spellcheck(false), .autocomplete("off"), .required,
                    ]
                )
            }
            div(.class("row")) { button(.class("btn")) { "Check this request" } }
        }
    }
}

private struct LinkCheckerPage {
    let visit: Visit
    let application: Application
    var problems: [FieldProblem] = []
    var pasted: PastedRequest?
    var checked: CheckedRequest?

    init(visit: Visit, application: Application) {
        self.visit = visit
        self.application = application
    }

    var page: Page {
        let title = "Check a request"
        let frame = Page.Frame.partners(signedIn: true, current: .applications)
        return Page(title, frame, problems: problems) {
            p { a(.href(ActivityScreens.path(application, visit))) { "Back to activity" } }
            h1 { title }
            if let checked { verdict(checked) }
            CheckForm(visit: visit, application: application, problems: problems)
        }
    }

    @HTMLBuilder private func verdict(_ checked: CheckedRequest) -> HTML {
        div(.class(checked.isAccepted ? "callout ok" : "callout bad"), .role("status")) {
            p { strong { checked.isAccepted ? accepted(checked) : "This request would be refused." } }
            if let cause = checked.cause { p { "\(cause.sentence)." } }
            if pasted?.isCutShort == true {
                p { "The command ends at an & outside quotation marks. Put the address in quotation marks." }
            }
        }
        section(.class("card"), .aria("labelledby", "rules-h")) {
            h2(.id("rules-h")) { "Rule by rule" }
            LabelledTable(
                id: "rules-c",
                caption: "Rules, table",
                columns: ["Result", "Rule", "Stands in"],
                rows: checked.findings.map { row($0.rule, $0.verdict) }
            )
        }
        if !checked.parameters.isEmpty { read(checked) }
    }

    private func accepted(_ checked: CheckedRequest) -> String {
        checked.step == .authorize
            ? "This link is right. A customer who opens it would be asked."
            : "This request would be answered."
    }

    private func row(_ rule: CheckRule, _ verdict: CheckedRequest.Verdict) -> [LabelledTable.Cell] {
        [
            .init {
                switch verdict {
                case .passed: span(.class("tag ok")) { "Pass" }
                case .failed: span(.class("tag bad")) { "Fail" }
                case .notChecked: span(.class("tag idle")) { "Not checked" }
                }
            },
            .heading {
                rule.sentence
                if case .failed(let cause) = verdict {
                    p { strong { bdi { "\(cause.sentence)." } } }
                    if let advice = cause.advice { p(.class("note")) { advice } }
                    compared(cause)
                }
            },
            .init { rule.clause(at: visit.tenant, visit.profile) },
        ]
    }

    @HTMLBuilder private func compared(_ cause: Activity.Cause) -> HTML {
        switch cause {
        case .unregisteredAddress(let sent, let nearest?):
            p(.class("note")) { Difference(expected: nearest, sent: sent.text).sentence }
        case .code(.otherAddress(let expected?, let sent?)):
            p(.class("note")) { Difference(expected: expected, sent: sent.text).sentence }
        default: HTML()
        }
    }

    private func read(_ checked: CheckedRequest) -> HTML {
        section(.class("card"), .aria("labelledby", "read-h")) {
            h2(.id("read-h")) { "What we read" }
            dl(.class("facts")) {
                for parameter in checked.parameters {
                    div {
                        dt { bdi { RedactedText(parameter.name).text } }
                        dd { code { parameter.value.text } }
                    }
                }
            }
        }
    }
}
