import Registry
import Web

/// The form of an administrator who gives a token by hand.
struct ManualTokenPage {
    let visit: Visit
    let form: ManualTokenForm

    /// The partner's request that it answers.
    let request: ManualRequest?

    /// What can be chosen; nil where there is too much to choose from.
    let applications: [Application]?
    var problems: [FieldProblem] = []

    private var name: String { visit.brand.displayName }

    var page: Page {
        let title = "Issue a token by hand"
        return Page(title, .administrators, problems: problems) {
            h1 { title }
            p { "Use this when a partner cannot send customers through the connect page." }
            if let request { asked(request) }
            Web.form(
                .class("stack"),
                .method("post"),
                .action(visit.path("admin", "manual-tokens", "check")),
                .novalidate
            ) {
                SealField(seal: visit.seal(for: .admin))
                input(.type("hidden"), .name("request"), .value(request?.reference ?? ""))
                fields
                div(.class("row")) {
                    button(.class("btn primary")) { "Check and continue" }
                    a(.class("btn"), .href(visit.path("admin", "manual-tokens"))) { "Cancel" }
                }
            }
        }
    }

    private func asked(_ request: ManualRequest) -> HTML {
        div(.class("callout")) {
            p {
                strong { "Request \(request.reference)" }
                ", asked by "
                bdi { request.askedBy.name }
                " ("
                bdi(.dir(.leftToRight)) { request.askedBy.email.text }
                ") on "
                Day(request.askedAt)
                ":"
            }
            p { bdi { request.reason } }
            p {
                a(.href(visit.path("admin", "manual-tokens", request.reference, "end"))) {
                    "Decline this request"
                }
            }
        }
    }

    @HTMLBuilder private var fields: HTML {
        applicationField
        AddressField(
            label: "2 Customer",
            value: form.email,
            hint: "The e-mail they sign in to \(name) with.",
            autocomplete: "off",
            problems: problems
        )
        ByHandChoice(
            offered: visit.tenant.settings.scopes.filter { $0.kind == .read },
            chosen: form.scopes,
            problems: problems,
            legend: "3 What it may do"
        )
        div(.class("field")) {
            p { strong { "4 How did the customer agree?" } }
            p {
                "We ask them now by e-mail. They answer on the ordinary consent page, and nothing is given before."
            }
        }
        Choices(
            legend: "5 Ends",
            name: "ends",
            options: ManualTokenForm.End.allCases.map { ($0.rawValue, $0.words) },
            chosen: form.end.rawValue
        )
        TextField(
            id: "reason",
            label: "Reason, if it never ends",
            value: form.reason,
            hint: "Needed only for “never”.",
            isOptional: true,
            direction: .automatic,
            problems: problems
        )
        if visit.tenant.policy.manualTokenByMail { handOver }
    }

    private var applicationField: HTML {
        let hint = applications == nil ? "Its client ID, as its page says" : nil
        return Field(
            id: "application",
            name: "application",
            label: "1 Application",
            hint: hint,
            problems: problems
        ) { attributes in
            if let applications {
                select(attributes) {
                    for application in applications {
                        option(
                            .value(application.id.text),
                            .selected.when(application.id.text.isByteForByte(form.application))
                        ) { application.displayName }
                    }
                }
            } else {
                input(attributes + [.value(form.application), .dir(.leftToRight), .autocomplete("off")])
            }
        }.body
    }

    private var handOver: HTML {
        Choices(
            legend: "6 Hand over",
            name: "hand",
            options: [
                ("link", "a link the partner opens once, mailed to the owners, works 7 days"),
                (
                    "letter",
                    "put the token in the e-mail (as \(name) did before; anyone who reads the mail can use it)"
                ),
            ],
            chosen: form.isByLetter ? "letter" : "link"
        ).body
    }
}

/// One of several, each on a line.
private struct Choices: Component {
    let legend: String
    let name: String
    let options: [(value: String, words: String)]
    let chosen: String

    var body: HTML {
        fieldset(.class("field")) {
            Web.legend { legend }
            for option in options {
                Choice(
                    type: "radio",
                    name: name,
                    value: option.value,
                    words: option.words,
                    isOn: option.value == chosen
                )
            }
        }
    }
}

/// What will be asked, before it is.
struct SummaryPage {
    let visit: Visit
    let form: ManualTokenForm
    let terms: ManualTerms
    let parties: ManualParties

    private var name: String { parties.application.displayName }

    var page: Page {
        Page("Check and ask the customer", .administrators) {
            h1 { "Ask the customer?" }
            if parties.isConnected {
                p(.class("callout warn")) {
                    bdi { name }
                    " already has access for this customer (until disconnected). Issue another token?"
                }
            }
            dl(.class("facts")) {
                fact("Application") { bdi { name } }
                fact("Customer") {
                    bdi(.dir(.leftToRight)) { parties.customer.email.text }
                    if !parties.customer.organisation.isEmpty {
                        " · "
                        bdi { parties.customer.organisation }
                    }
                }
                fact("It may") {
                    let sentences = visit.tenant.offers(terms.scopes).map(\.sentence)
                    sentences.isEmpty ? "Learn who the customer is" : sentences.joined(separator: " · ")
                }
                fact("The token ends") {
                    if terms.lifetime == .unlimited {
                        "Never, until the customer disconnects: "
                        bdi { terms.reason }
                    } else {
                        form.end.words
                    }
                }
                fact("Hand over") {
                    terms.isByLetter ? "The token in an e-mail to the owners" : "A link to collect it once"
                }
            }
            p {
                "The customer gets an e-mail and answers within 7 days. If they say no or nothing, no token is made."
            }
            Web.form(.class("row"), .method("post"), .action(visit.path("admin", "manual-tokens"))) {
                SealField(seal: visit.seal(for: .admin))
                for field in form.fields { input(.type("hidden"), .name(field.name), .value(field.value)) }
                button(.class("btn primary")) { "Ask the customer" }
                a(.class("btn"), .href(visit.path("admin", "manual-tokens"))) { "Cancel" }
            }
        }
    }
}
