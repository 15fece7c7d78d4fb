import Registry
import Web

/// One application before an administrator: what customers will see, the facts, and the decision.
struct ReviewPage {
    let visit: Visit
    let admin: Account
    var subject: ReviewSubject
    let secrets: PartnersSecrets

    /// Approved applications that customers may take it for.
    var lookalikes: [Lookalike] = []
    var reports: [Report] = []
    var decision = DecisionForm()

    private var application: Application { subject.application }

    var page: Page {
        let title = application.displayName
        let problems = decision.problems
        return Page(title, .administrators, problems: problems) {
            if problems.isEmpty {
                Notice(text: visit.queryValue("done").flatMap(ReviewDone.init)?.sentence(application))
            }
            div(.class("heading")) {
                ApplicationMark(application, visit.home)
                h1 { bdi { application.displayName } }
                StateTag(application: application, tenant: visit.tenant)
            }
            if let pending = subject.pending {
                section(.class("card"), .aria("labelledby", "change-h")) {
                    h2(.id("change-h")) { "What is to change" }
                    RevisionComparison(application: application, pending: pending, visit: visit)
                }
            }
            div(.class("split")) {
                div(.class("stack")) { parts }
                seen
            }
        }
    }

    @HTMLBuilder private var parts: HTML {
        if let suspension = application.suspension { SuspensionBox(suspension: suspension, subject: subject) }
        if let answer { AnswerBox(answer: answer.0, word: answer.1) }
        section(.class("card"), .aria("labelledby", "facts-h")) {
            h2(.id("facts-h")) { "Facts" }
            SubjectFacts(visit: visit, subject: subject)
            Checklist(checklist: subject.checklist)
            Findings(visit: visit, subject: subject)
            LookalikeWarning(lookalikes: lookalikes, visit: visit)
        }
        RegistrationFacts(visit: visit, subject: subject)
        secrets
        ReportsSection(application: application, reports: reports, visit: visit)
        if subject.isUndecided {
            DecisionSection(visit: visit, admin: admin, subject: subject, form: decision)
        }
        acts
    }

    private var answer: (Answer, String)? {
        switch application.submission {
        case .changesNeeded(let answer): (answer, "You asked for a change on")
        case .rejected(let answer): (answer, "It was not approved on")
        case nil, .waiting: nil
        }
    }

    private var seen: HTML {
        aside(.class("stack"), .aria("labelledby", "seen-h")) {
            h2(.id("seen-h")) { subject.pending == nil ? "What customers see" : "What customers will see" }
            if let shown = ConsentSubject(subject.proposed, in: .english, at: visit.home) {
                div(.class("preview")) { ConsentPage.copy(of: shown, for: admin) }
            } else {
                p { "Nothing yet: without a redirect URI nobody can be asked." }
            }
        }
    }

    private var acts: HTML {
        section(.class("card"), .aria("labelledby", "acts-h")) {
            h2(.id("acts-h")) { "Stop it" }
            div(.class("row")) {
                if application.isSuspended {
                    a(.class("btn primary"), .href(visit.adminPath(application, "resume"))) {
                        Naming("Resume", application.displayName)
                    }
                } else {
                    a(.class("btn danger"), .href(visit.adminPath(application, "suspend"))) {
                        Naming("Suspend", application.displayName)
                    }
                }
                if subject.connectedCustomers == 0 {
                    a(.class("btn danger"), .href(visit.adminPath(application, "delete"))) {
                        Naming("Delete", application.displayName)
                    }
                }
            }
        }
    }
}

private struct SuspensionBox: Component {
    let suspension: Suspension
    let subject: ReviewSubject

    var body: HTML {
        div(.class("callout bad")) {
            p {
                strong {
                    "Suspended on "
                    Moment(CalendarText(suspension.date))
                    "."
                }
                " Reference "
                span(.class("ref")) { suspension.reference }
            }
            p {
                "The partner reads: “"
                bdi { suspension.reason }
                "”"
            }
            if let note = subject.suspensionNote, !note.isEmpty {
                p {
                    "Note for administrators: "
                    bdi { note }
                }
            }
        }
    }
}

private struct AnswerBox: Component {
    let answer: Answer
    let word: String

    var body: HTML {
        div(.class("callout")) {
            p {
                strong {
                    "\(word) "
                    Moment(CalendarText(answer.date))
                    "."
                }
            }
            p {
                "“"
                bdi { answer.message }
                "”"
            }
        }
    }
}

/// What the partner said of it, and who they are.
private struct RegistrationFacts: Component {
    let visit: Visit
    let subject: ReviewSubject

    private var application: Application { subject.application }

    var body: HTML {
        section(.class("card"), .aria("labelledby", "registration-h")) {
            h2(.id("registration-h")) { "Registration" }
            dl(.class("facts")) {
                fact("Company name") { bdi { application.companyName.text } }
                if let approval = application.approval {
                    fact("Published by") {
                        bdi { approval.publisher.text }
                        ", confirmed on "
                        Day(approval.date)
                    }
                }
                fact("Client ID") { code { application.id.text } }
                if let email = subject.ownerEmail { fact("Owner") { bdi { email.text } } }
                fact("Registered on") { Moment(CalendarText(application.createdAt)) }
                fact("Connected customers") { "\(subject.connectedCustomers)" }
                fact("Redirect URIs") {
                    if application.redirectURIs.isEmpty { "None yet" }
                    for uri in application.redirectURIs { p { code { uri.text } } }
                }
                for (term, text) in addresses { fact(term) { bdi { text } } }
            }
        }
    }

    private var addresses: [(String, String)] {
        let profile = application.profile
        let all = [
            ("Website", profile.website), ("Privacy policy", profile.privacyPolicy), ("Terms", profile.terms),
            ("Support e-mail", profile.supportEmail), ("Purpose", profile.purpose),
        ]
        return all.compactMap { term, text in text.map { (term, $0) } }
    }
}
