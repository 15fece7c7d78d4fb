import FoundationEssentials
import Registry
import Web

/// Asking for approval and taking it back (ux A7).
enum ApprovalScreens {
    static func ask(_ member: MemberAccess, _ form: Form, _ visit: Visit) async throws -> Response {
        do {
            try await member.askForApproval()
        } catch SubmissionRefusal.nothingToAsk {
            // Somebody was faster, or pressed twice: the page says what is so.
        }
        return .redirect(to: visit.place(of: member.application, after: .approvalAsked))
    }

    static func withdraw(_ member: MemberAccess, _ form: Form, _ visit: Visit) async throws -> Response {
        do {
            try await member.withdraw()
        } catch SubmissionRefusal.nothingToWithdraw {
            // It was decided meanwhile: the page says how.
        }
        return .redirect(to: visit.place(of: member.application, after: .withdrawn))
    }
}

/// How far an application has come, and what its owner can do about it.
struct StateBox: Component {
    let application: Application
    let checklist: ApprovalChecklist

    /// Whoever only looks is shown the state, and nothing to press.
    let role: MemberRole
    let visit: Visit

    private var tenant: String { visit.brand.displayName }

    var body: HTML {
        if application.isFrozen {
            box("bad", "Several people reported this application.") {
                p {
                    """
                    Until \(tenant) has looked at it, no new customers can connect. Existing connections work as before.
                    """
                }
            }
        }
        switch application.state {
        case .suspended(let suspension): suspended(suspension)
        case .approved:
            box("ok", "Any \(tenant) customer can connect.") {
                p {
                    """
                    Changing the name, logo or website sends the change for approval; the approved version stays \
                    in use until then.
                    """
                }
            }
            change
        case .waiting(let date): waiting(since: date)
        case .changesNeeded(let answer):
            box("warn", "\(tenant) asks for a change.") {
                quotation(answer)
                again
            }
        case .rejected(let answer):
            box("bad", "\(tenant) did not approve this application.") {
                quotation(answer)
                again
            }
        case .unreviewed: unasked
        }
    }

    private func waiting(since date: Date) -> HTML {
        box("", "\(tenant) is looking at your application.") {
            if application.isHeld { p { held } }
            p {
                "Asked on "
                Day(date)
                ". You can keep testing."
            }
            withdrawal("Withdraw")
        }
    }

    private var held: String {
        """
        Its name or logo is close to one that customers know. Until \(tenant) has looked, only the test accounts you \
        list can connect. Another name or logo helps at once.
        """
    }

    @HTMLBuilder private var unasked: HTML {
        if application.isHeld {
            box("warn", "Customers cannot connect yet.") {
                p { held }
                asking
            }
        } else if visit.tenant.policy.review == .reviewed {
            box("warn", "You can build now.") {
                p {
                    "Until \(tenant) approves "
                    bdi { application.displayName }
                    ", only the test accounts you list can connect, and they see “Not verified”."
                }
                asking
            }
        } else {
            box("warn", "Any \(tenant) customer can connect.") {
                p {
                    "Until \(tenant) has checked who made this application, customers see “Not verified”."
                }
                asking
            }
        }
    }

    @HTMLBuilder private var asking: HTML {
        if !checklist.isComplete {
            p {
                "You can ask as it is. \(tenant) will look for each of these, and may ask for what is missing:"
            }
        }
        Checklist(checklist: checklist)
        button("approval", "Ask for approval", "btn primary")
    }

    private func suspended(_ suspension: Suspension) -> HTML {
        box("bad", "\(tenant) suspended this application on \(CalendarText(suspension.date).date).") {
            p {
                "Customers cannot connect, and existing access is paused, not deleted. Reason: “"
                bdi { suspension.reason }
                "”."
            }
            if !suspension.reference.isEmpty {
                p {
                    if let address = visit.brand.supportEmail, let mail = ExternalLink("mailto:\(address)") {
                        "Write to "
                        a(.href(mail)) { address }
                    } else {
                        "Write to \(tenant)"
                    }
                    " with reference "
                    span(.class("ref")) { suspension.reference }
                    "."
                }
            }
        }
    }

    /// What is asked about an approved application.
    @HTMLBuilder private var change: HTML {
        switch application.submission {
        case nil: HTML()
        case .waiting(let date, _):
            box("", "A change waits for approval.") {
                p {
                    "Asked on "
                    Day(date)
                    ". Customers see the approved version until then."
                }
                withdrawal("Withdraw the change")
            }
        case .changesNeeded(let answer):
            box("warn", "\(tenant) asks for something else in your change.") {
                quotation(answer)
                again
                withdrawal("Withdraw the change")
            }
        case .rejected(let answer):
            box("bad", "\(tenant) did not approve your change.") {
                quotation(answer)
                again
                withdrawal("Withdraw the change")
            }
        }
    }

    private func quotation(_ answer: Answer) -> HTML {
        p {
            "“"
            bdi { answer.message }
            "” — "
            Day(answer.date)
        }
    }

    @HTMLBuilder private var again: HTML {
        if role >= .developer {
            div(.class("row")) {
                a(.class("btn primary"), .href(visit.path(below: application, "branding"))) {
                    "Edit and ask again"
                }
                button("approval", "Ask again as it is", "btn")
            }
        }
    }

    private func withdrawal(_ words: String) -> HTML { button("approval/withdraw", words, "btn small") }

    @HTMLBuilder private func button(_ step: String, _ words: String, _ look: String) -> HTML {
        if role >= .developer {
            form(
                .class("row"),
                .method("post"),
                .action(visit.path(below: application, step))
            ) {
                SealField(seal: visit.seal(for: .partner))
                Web.button(.class(look)) { words }
            }
        }
    }

    private func box(_ kind: String, _ fact: String, @HTMLBuilder _ content: () -> HTML) -> HTML {
        div(.class(kind.isEmpty ? "callout" : "callout \(kind)")) {
            p { strong { fact } }
            content()
        }
    }
}

extension Visit {
    /// A page below an application, by its steps with slashes between them.
    func path(below application: Application, _ steps: String) -> Path {
        let segments = ["applications", application.id.text] + steps.split(separator: "/").map(String.init)
        return home.base.appending(segments: segments)
    }
}

extension ApprovalChecklist {
    var testConnectionsSaid: String {
        "\(testConnections)" + (testConnections < Self.mostCounted ? "" : " or more")
    }
}

/// What an administrator will look at, as far as the portal can tell.
struct Checklist: Component {
    let checklist: ApprovalChecklist

    var body: HTML {
        ul(.class("checklist")) {
            item(checklist.hasLogo, "Logo")
            item(checklist.hasRedirectURI, "Redirect URI")
            item(checklist.hasPrivacyPolicy, "Privacy policy")
            item(checklist.testConnections > 0, connections)
        }
    }

    private var connections: String {
        switch checklist.testConnections {
        case 0, 1: "One successful test connection"
        default: "\(checklist.testConnectionsSaid) successful test connections"
        }
    }

    private func item(_ isThere: Bool, _ words: String) -> HTML {
        li(.class(isThere ? "there" : "missing")) {
            words
            span(.class("vh")) { isThere ? ": there" : ": missing" }
        }
    }
}
