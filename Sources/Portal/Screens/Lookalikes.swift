import Registry
import Web

/// What customers may take an application for, said to whoever decides about it.
struct LookalikeWarning: Component {
    let lookalikes: [Lookalike]
    let visit: Visit

    var body: HTML {
        if !lookalikes.isEmpty {
            section(.class("callout warn"), .aria("labelledby", "lookalikes")) {
                h2(.id("lookalikes")) { "Customers may take it for another application" }
                ul(.class("rows")) {
                    for lookalike in lookalikes { row(lookalike) }
                }
            }
        }
    }

    private func row(_ lookalike: Lookalike) -> HTML {
        li {
            ApplicationMark(lookalike.application, visit.home, isSmall: true)
            div {
                a(.href(visit.path("admin", "applications", lookalike.application.id.text))) {
                    strong { bdi { lookalike.application.displayName } }
                }
                " "
                StateTag(application: lookalike.application, tenant: visit.tenant)
                p(.class("note")) { lookalike.likeness.sentence }
            }
        }
    }
}

extension NameLikeness {
    fileprivate var sentence: String {
        switch self {
        case .same: "The names look the same, but for what companies and offices add to theirs."
        case .oneLetterApart: "The names differ in one letter."
        }
    }
}
