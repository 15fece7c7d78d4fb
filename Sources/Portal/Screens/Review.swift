import Registry
import Web

/// The administrators' work: what waits, and deciding about it (ux A15, A16).
enum ReviewScreens {
    static func queue(_ admin: AdminAccess, _ visit: Visit) async throws -> Response {
        QueuePage(
            visit: visit,
            queue: try await admin.queue(),
            limits: try await admin.limitsNear(),
            tokenRequests: visit.tenant.policy.manualIssuance ? try await admin.waitingManualRequests() : []
        ).page.response(to: visit)
    }

    static func show(_ admin: AdminAccess, _ visit: Visit) async throws -> Response {
        try await page(for: admin, visit).page.response(to: visit)
    }

    private static func page(for admin: AdminAccess, _ visit: Visit) async throws -> ReviewPage {
        let subject = try await admin.subject(visit)
        let secrets = try await admin.secrets(of: subject.application)
        return ReviewPage(
            visit: visit,
            admin: admin.account,
            subject: subject,
            secrets: PartnersSecrets(visit: visit, application: subject.application, secrets),
            lookalikes: try await admin.lookalikes(of: subject.proposed),
            reports: try await admin.reports(about: subject.application)
        )
    }

    /// Takes a decision about what this administrator saw, or shows the form again with what to mend.
    static func decide(_ admin: AdminAccess, _ form: Form, _ visit: Visit) async throws -> Response {
        var page = try await page(for: admin, visit)
        page.decision = DecisionForm(form)
        guard let decision = page.decision.decision(on: page.subject, visit.brand) else {
            return page.page.response(to: visit, .unprocessable)
        }
        do {
            let outcome = try await admin.decide(decision, on: page.subject, seen: page.decision.seen)
            let done: ReviewDone =
                switch (outcome, decision) {
                case (.needsAnother, _): .seconded
                case (.decided, .approve): .approved
                case (.decided, .askForChanges): .changesAsked
                case (.decided, .reject): .rejected
                }
            return .redirect(to: visit.place(of: page.subject.application, after: done))
        } catch ReviewRefusal.overtaken {
            page.subject = try await admin.subject(visit)
            page.decision.problems = [
                FieldProblem(
                    field: "decision-approve",
                    message: "It changed while you looked, or somebody has decided. This is what it is now"
                )
            ]
        } catch ReviewRefusal.needsAnotherPerson {
            page.decision.problems = [
                FieldProblem(
                    field: "decision-approve",
                    message: "You approved it first. Another administrator has to as well"
                )
            ]
        }
        return page.page.response(to: visit, .unprocessable)
    }
}

extension AdminAccess {
    /// The application a route names; otherwise there is no such page.
    func subject(_ visit: Visit) async throws -> ReviewSubject {
        guard let subject = try await subject(visit.captured("application")) else { throw Refusal.notFound }
        return subject
    }
}

/// What was just done about an application, said once on its page.
enum ReviewDone: String {
    case approved, seconded, rejected, suspended, resumed, rotated
    case changesAsked = "changes-asked"
    case secretsRevoked = "secrets-revoked"

    func sentence(_ application: Application) -> String {
        switch self {
        case .approved: "\(application.displayName) is approved."
        case .seconded: "Your approval is noted. Another administrator has to approve as well."
        case .changesAsked: "You asked the partner for a change."
        case .rejected: "You did not approve it. The partner is told why."
        case .suspended: "\(application.displayName) is suspended."
        case .resumed: "\(application.displayName) works again."
        case .rotated: "The owners have an e-mail with a link to collect the new secret."
        case .secretsRevoked:
            "The secrets are revoked. The owners have an e-mail with a link to collect a new one."
        }
    }
}

extension Visit {
    func place(of application: Application, after done: ReviewDone) -> Path {
        path("admin", "applications", application.id.text).with(query: [("done", done.rawValue)])
    }

    func adminPath(_ application: Application, _ step: String) -> Path {
        path("admin", "applications", application.id.text, step)
    }
}

/// What is to do, oldest first, each heading with its number.
private struct QueuePage {
    let visit: Visit
    let queue: ReviewQueue
    let limits: [LimitUse]
    let tokenRequests: [ManualRequest]

    private var isEmpty: Bool {
        queue.waiting.isEmpty && queue.reported.isEmpty && queue.oldSecrets.isEmpty && tokenRequests.isEmpty
    }

    var page: Page {
        Page("To do", .administrators) {
            div(.class("heading")) {
                h1 { "To do" }
                div(.class("row")) {
                    a(.class("btn"), .href(visit.path("admin", "applications"))) { "All applications" }
                    if visit.tenant.policy.manualIssuance {
                        a(.class("btn"), .href(visit.path("admin", "manual-tokens"))) { "Tokens by hand" }
                    }
                }
            }
            LimitsNear(uses: limits, visit: visit)
            if isEmpty {
                div(.class("empty")) {
                    p {
                        """
                        Nothing to do. New applications appear here, and we mail you when one asks for approval.
                        """
                    }
                }
            }
            if !queue.waiting.isEmpty { waiting }
            reports
            TokenRequestsWaiting(requests: tokenRequests, visit: visit)
            if !queue.oldSecrets.isEmpty { oldSecrets }
        }
    }

    private var waiting: HTML {
        section(.class("card"), .aria("labelledby", "waiting-h")) {
            h2(.id("waiting-h")) { "Waiting for approval (\(queue.waitingCount))" }
            ul(.class("rows")) {
                for subject in queue.waiting { WaitingRow(visit: visit, subject: subject) }
            }
        }
    }

    private var oldSecrets: HTML {
        section(.class("card"), .aria("labelledby", "secrets-h")) {
            h2(.id("secrets-h")) {
                let count = queue.oldSecrets.count
                "Secrets older than a year (\(count)\(count == ReviewQueue.limit ? " or more" : ""))"
            }
            ul(.class("rows")) {
                for application in queue.oldSecrets {
                    li {
                        ApplicationMark(application, visit.home, isSmall: true)
                        a(.href(visit.path("admin", "applications", application.id.text))) {
                            bdi { application.displayName }
                        }
                    }
                }
            }
        }
    }
}

extension QueuePage {
    private var reports: HTML {
        let count = queue.reported.reduce(0) { $0 + $1.reports }
        return HTML {
            if count > 0 {
                section(.class("card"), .aria("labelledby", "reports-h")) {
                    h2(.id("reports-h")) { "Reports (\(count))" }
                    ul(.class("rows")) {
                        for (application, reports) in queue.reported {
                            li {
                                ApplicationMark(application, visit.home, isSmall: true)
                                a(.href(visit.path("admin", "applications", application.id.text))) {
                                    bdi { application.displayName }
                                }
                                span { counted(reports, "report") }
                                if application.isFrozen { span(.class("tag bad")) { "Frozen" } }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// One thing that waits, with what can be said about it at a glance.
private struct WaitingRow: Component {
    let visit: Visit
    let subject: ReviewSubject

    var body: HTML {
        let application = subject.proposed
        li {
            if let logo = application.logo {
                LogoOnBoth(logo: logo, visit: visit)
            } else {
                ApplicationMark(application, visit.home)
            }
            div(.class("stack")) {
                p {
                    a(.href(visit.path("admin", "applications", application.id.text))) {
                        strong { bdi { application.displayName } }
                    }
                    " "
                    span(.class("tag idle")) { subject.pending == nil ? "New" : "Change" }
                    if subject.firstApproval != nil {
                        span(.class("tag warn")) { "Needs a second administrator" }
                    }
                }
                SubjectFacts(visit: visit, subject: subject)
                Findings(visit: visit, subject: subject)
            }
        }
    }
}
