import Registry
import Web

/// What customers may take an application for, said to whoever decides about it.
struct LookalikeWarning: Component {
    let lookalikes: [Lookalike]
    let visit: Visit

    var body: HTML {
        if !lookalikes.isEmpty {
            section(.class("callout warn"), .aria("labelledby", "lookalikes")) {
                h2(.id("lookalikes")) { "Customers may take it for something else" }
                ul(.class("rows")) {
                    for lookalike in lookalikes { row(lookalike) }
                }
            }
        }
    }

    @HTMLBuilder private func row(_ lookalike: Lookalike) -> HTML {
        switch lookalike.original {
        case .application(let application):
            ApplicationRow(application: application, visit: visit) { lookalike.likeness.sentence }
        case .protectedName(let name):
            li {
                div {
                    p {
                        "Close to a protected name: “"
                        bdi { name }
                        "”."
                    }
                }
            }
        case .provider:
            li { div { p { "The logo looks like that of \(visit.brand.displayName) itself." } } }
        }
    }
}

extension Likeness {
    fileprivate var sentence: String {
        switch self {
        case .sameName: "The names look the same, but for what companies and offices add to theirs."
        case .sameLogo: "The logos look the same but for size, colours or small changes."
        case .oneLetterApart: "The names differ in one letter."
        }
    }
}
