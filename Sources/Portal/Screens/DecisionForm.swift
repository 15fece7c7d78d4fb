import Registry
import Web

/// What an administrator chose and wrote.
struct DecisionForm {
    private(set) var choice = ""
    private(set) var publisher: String?
    private(set) var message = ""
    private(set) var seen = ""
    var problems: [FieldProblem] = []

    init() {}

    init(_ form: Form) {
        choice = form["decision"] ?? ""
        publisher = form["publisher"]
        message = form["message"]?.trimmingSpaces ?? ""
        seen = form["seen"] ?? ""
    }

    /// The decision, or nil with what is to mend.
    mutating func decision(on subject: ReviewSubject, _ brand: Brand) -> Decision? {
        switch choice {
        case "approve": return approval(of: subject.proposed, brand)
        case "changes":
            return written("Write to the partner what should change").map { .askForChanges($0) }
        case "reject": return written("Write the reason for the partner").map { .reject(reason: $0) }
        default:
            problems = [FieldProblem(field: "decision-approve", message: "Choose what you decide")]
            return nil
        }
    }

    private mutating func approval(of application: Application, _ brand: Brand) -> Decision? {
        do throws(CompanyNameProblem) {
            let name = try CompanyName(publisher ?? "", at: brand, ofSite: application.websiteHost)
            return .approve(publisher: name)
        } catch {
            problems = [FieldProblem(field: "publisher", message: error.message(label: "publisher", brand))]
            return nil
        }
    }

    private mutating func written(_ mend: String) -> String? {
        if (1...2000).contains(message.length) { return message }
        let words = message.isEmpty ? mend : "Write it in up to 2,000 characters"
        problems = [FieldProblem(field: "message", message: words)]
        return nil
    }
}

struct DecisionSection: Component {
    let visit: Visit
    let admin: Account
    let subject: ReviewSubject
    let form: DecisionForm

    private var isOwnFirst: Bool { subject.firstApproval?.id == admin.id }

    var body: HTML {
        section(.class("card"), .aria("labelledby", "decision-h")) {
            h2(.id("decision-h")) { subject.pending == nil ? "Decide" : "Decide about the change" }
            second
            Web.form(
                .class("stack"),
                .method("post"),
                .action(visit.adminPath(subject.application, "decision")),
                .novalidate
            ) {
                SealField(seal: visit.seal(for: .admin))
                input(.type("hidden"), .name("seen"), .value(subject.seen))
                FieldGroup(first: "decision-approve", legend: "Decision", problems: form.problems) {
                    choice("approve", "Approve", effect)
                    choice("changes", "Ask for changes", "The partner reads your message and can ask again.")
                    choice("reject", "Reject", "The partner reads your reason.")
                }
                TextField(
                    id: "publisher",
                    label: "Published by",
                    value: form.publisher ?? subject.publisher.text,
                    hint: "For an approval: whom customers are told it comes from.",
                    direction: .automatic,
                    problems: form.problems,
                    extra: [.maxlength(80)]
                )
                Field(
                    id: "message",
                    name: "message",
                    label: "Message to the partner",
                    hint: "Needed unless you approve.",
                    problems: form.problems
                ) { attributes in
                    textarea(attributes + [.rows(4), .dir(.automatic)]) { form.message }
                }
                div(.class("row")) { button(.class("btn primary")) { "Save decision" } }
            }
        }
    }

    /// What an approval changes; where the tenant is open, hardly anybody waited for it.
    private var effect: String {
        if subject.pending != nil { return "Customers see the new version." }
        return visit.tenant.policy.review == .open
            ? "Customers see that it is verified, and any of them can connect." : "Any customer can connect."
    }

    @HTMLBuilder private var second: HTML {
        if let first = subject.firstApproval {
            div(.class("callout warn")) {
                p {
                    strong {
                        isOwnFirst ? "You approved it" : "Approved by "
                        if !isOwnFirst { bdi { first.email.text } }
                        ", published by "
                        bdi { subject.publisher.text }
                        "."
                    }
                    isOwnFirst
                        ? " Needs a second administrator."
                        : " Your approval completes it; under another name it would be the first of two."
                }
            }
        } else if visit.tenant.needsTwo(for: subject.proposed) {
            p(.class("callout")) {
                "Needs a second administrator: an approval counts when two have given it."
            }
        }
    }

    private func choice(_ value: String, _ words: String, _ hint: String) -> Choice {
        Choice(
            type: "radio",
            name: "decision",
            value: value,
            words: words,
            hint: hint,
            isOn: form.choice == value
        )
    }
}
